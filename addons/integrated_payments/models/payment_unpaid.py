"""Payments that failed or were left at the till: the salesperson is asked, once."""

from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models

ACTIVITY = "integrated_payments.activity_payment_unpaid"
LOOK_BACK = 7  # days
TRIED = ("draft", "cancel", "error")
UNDER_WAY = ("pending", "authorized", "done")
ONLINE = ("online_redirect", "online_direct", "online_token")
DOCUMENTS = ("sale.order", "account.move")


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    followed_up = fields.Boolean(
        readonly=True,
        copy=False,
        help="The salesperson was asked about this failed or abandoned payment, or"
        " there was no need to.",
    )

    @api.model
    def _cron_follow_up(self):
        """Ask about what customers tried to pay and did not; close what is paid.

        A customer who tries again at once needs nobody: it is waited for some hours, by
        the company's policy.
        """
        self._close_follow_ups()
        for company in self.env["res.company"].search(
            [("payment_follow_up_hours", ">", 0)]
        ):
            tried = self._to_follow_up(company)
            tried.with_company(company)._follow_up()
            self.env["ir.cron"]._commit_progress(len(tried))

    @api.model
    def _to_follow_up(self, company):
        now = fields.Datetime.now()
        since = fields.Datetime.subtract(now, days=LOOK_BACK)
        until = fields.Datetime.subtract(now, hours=company.payment_follow_up_hours)
        return self.search(
            [
                ("company_id", "=", company.id),
                ("followed_up", "=", False),
                ("state", "in", TRIED),
                ("operation", "in", ONLINE),
                ("last_state_change", ">=", since),
                ("last_state_change", "<=", until),
            ],
            order="id",
        )

    def _follow_up(self):
        """Give each document that is still unpaid one activity with a payment link."""
        last_try = {}
        for transaction in self:
            for document in transaction._paid_documents():
                last_try[document] = transaction
        for document, transaction in last_try.items():
            if document._is_to_be_paid() and not document.activity_search([ACTIVITY]):
                transaction._ask_about(document)
        self.followed_up = True

    def _paid_documents(self):
        """Return the documents this payment is for: orders, else invoices."""
        return self.sale_order_ids or self.invoice_ids

    def _ask_about(self, document):
        """Give the salesperson the reason and a fresh link to send."""
        amount = self.currency_id.format(self.amount)
        if self.state == "draft":
            summary = self.env._("A payment of %s was not completed", amount)
        else:
            summary = self.env._("A payment of %s failed", amount)
        link = document._fresh_payment_link()
        note = Markup("<p>%s</p><p>%s<br/><a href='%s'>%s</a></p>") % (
            self.state_message or "",
            self.env._("Send the customer this link to pay:"),
            link,
            link,
        )
        document.activity_schedule(
            ACTIVITY,
            summary=summary,
            note=note,
            user_id=document._payment_salesperson().id,
        )

    @api.model
    def _close_follow_ups(self):
        """Close activities whose document was paid, in whatever way, or cancelled."""
        activities = self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
                ("res_model", "in", DOCUMENTS),
            ]
        )
        by_model = defaultdict(set)
        for activity in activities:
            by_model[activity.res_model].add(activity.res_id)
        for model, ids in by_model.items():
            self.env[model].browse(ids).exists()._close_follow_up()

    def _effect_crm(self):
        """With the payment there is nothing left to ask."""
        outcome = super()._effect_crm()
        self._paid_documents()._close_follow_up()
        return outcome


class PaymentFollowUp(models.AbstractModel):
    """A document that a customer pays online, and whose salesperson is asked."""

    _name = "payment.follow.up"
    _description = "Document with a payment that is followed up"

    def _is_to_be_paid(self):
        """Whether it still waits for a payment, and none is under way."""
        raise NotImplementedError

    def _payment_salesperson(self):
        """Return the user who is asked."""
        self.ensure_one()
        user = self.user_id.filtered(lambda each: each.active and not each.share)
        return user or self.company_id._payment_responsible()

    def _fresh_payment_link(self):
        """Return a link by which the customer pays what is open now."""
        self.ensure_one()
        values = self._get_default_payment_link_values()
        wizard = self.env["payment.link.wizard"].create(
            {
                "res_model": self._name,
                "res_id": self.id,
                "amount": values["amount"],
                "amount_max": values["amount_max"],
                "currency_id": values["currency_id"],
                "partner_id": values["partner_id"],
            }
        )
        return wizard.link

    def _close_follow_up(self):
        """Close the activity of those that wait for no payment any more."""
        settled = self.filtered(lambda each: not each._is_to_be_paid())
        settled.activity_feedback(
            [ACTIVITY], feedback=self.env._("Paid, or cancelled.")
        )


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "payment.follow.up"]

    def _is_to_be_paid(self):
        self.ensure_one()
        if self.state == "cancel" or self._is_paid():
            return False
        if self.state == "sale" and self.invoice_status == "invoiced":
            return False  # its invoices are chased
        return not self.transaction_ids.filtered(lambda each: each.state in UNDER_WAY)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "payment.follow.up"]

    def _is_to_be_paid(self):
        self.ensure_one()
        if self.state != "posted" or self.payment_state not in ("not_paid", "partial"):
            return False
        pending = self.transaction_ids.filtered(
            lambda each: each.state in ("pending", "authorized")
        )
        return not pending

    def _payment_salesperson(self):
        user = self.invoice_user_id.filtered(
            lambda each: each.active and not each.share
        )
        return user or self.company_id._payment_responsible()
