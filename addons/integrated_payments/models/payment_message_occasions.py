"""When customers are told something, and when they are not."""

from odoo import fields, models

from .payment_dispute import OPEN_STATES
from .payment_message import OPTIONAL

LATE_DAYS = 7  # what is heard of later is no news for the customer
OLD_DISPUTE_DAYS = 180  # a bank decides within months
DECIDED = ("won", "lost")
# Days a refund is on its way: https://docs.stripe.com/refunds (cards), SEPA's rules.
ARRIVAL = {"card": (5, 10), "sepa_direct_debit": (3, 5), "ideal": (3, 5)}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _why_customers_are_not_told(self):
        """Return why payments of this provider are no matter of customers, or None."""
        provider = self.sudo()
        if provider.state == "test" and not provider.post_test_payments:
            return self.env._("A test payment: the customer is not told.")
        if provider.books_mode == "shadow":
            return self.env._("Shadow mode: the customer is not told.")
        return None


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    # === WHETHER === #

    def _why_customer_is_not_told(self, kind):
        """Return why the customer gets no message of this kind, None if they do."""
        if self.env.context.get("payment_history"):
            return self.env._("Paid before Odoo knew of it.")
        if kind in OPTIONAL and self.partner_id.payment_no_reminders:
            return self.env._("The customer wants no payment reminders.")
        silence = self.provider_id._why_customers_are_not_told()
        if not silence and self._is_old_news():
            silence = self.env._("Too long ago to be told now.")
        return silence

    def _is_old_news(self):
        """Whether Odoo hears of it much later than it happened.

        A payment made in Odoo is never older than its checkout, and a bank debit takes
        as long as it takes.
        """
        moment = self.paid_at or self.last_state_change
        if self.operation != "refund" and not self.outside_channel:
            if self.processing_since:
                return False
            moment = max(moment or self.create_date, self.create_date)
        since = fields.Datetime.subtract(fields.Datetime.now(), days=LATE_DAYS)
        return bool(moment) and moment < since

    # === WORDS OF THE TEMPLATES === #

    def _message_address(self):
        return self.partner_email or self.partner_id.email

    def _message_payment_link(self):
        """Return a fresh link to what is still to be paid, False if nothing is."""
        for document in self.sudo()._paid_documents():
            if document._is_to_be_paid():
                return document._fresh_payment_link()
        return False

    def _message_refund_arrival(self):
        """Return when the money should be back, in the language of the mail."""
        paid = self.source_transaction_id.payment_method_id or self.payment_method_id
        method = paid.primary_payment_method_id or paid
        if method.code not in ARRIVAL:
            return self.env._(
                "How long it takes until you see it depends on %s.", method.name
            )
        first, last = ARRIVAL[method.code]
        if method.code == "card":
            return self.env._(
                "Depending on your bank it takes %(first)s to %(last)s days until you"
                " see it on your card's statement.",
                first=first,
                last=last,
            )
        return self.env._(
            "It should be on your bank account in %(first)s to %(last)s business days.",
            first=first,
            last=last,
        )

    # === OCCASIONS === #

    def _ask_about(self, document):
        """Also send the customer a way to pay, where the company wants that."""
        result = super()._ask_about(document)
        if self.state == "error":
            self.env["payment.message"]._tell_safely("failed", self, document)
        return result

    def _answer_failure(self):
        """Also tell the customer, who does not know yet that their bank refused."""
        result = super()._answer_failure()
        self.env["payment.message"]._tell_safely("debit_failed", self)
        return result

    def _cron_follow_up(self):
        """Also try again the messages that could not be sent."""
        result = super()._cron_follow_up()
        self.env["payment.message"]._retry_held()
        return result


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    def write(self, vals):
        """Tell the customer how it ended; of one that was never open here, nothing."""
        argued = self.filtered(
            lambda each: (
                each.state in (*OPEN_STATES, "under_review", "warning_under_review")
            )
        )
        result = super().write(vals)
        if vals.get("state") in DECIDED:
            for dispute in argued:
                self.env["payment.message"]._tell_safely("dispute_closed", dispute)
        return result

    def _message_address(self):
        return self.transaction_id._message_address() or self.partner_id.email

    def _why_customer_is_not_told(self, _kind):
        """Return why the customer is not told the outcome, None if they are."""
        if not self.partner_id:
            return self.env._("No customer is known.")
        since = fields.Datetime.subtract(fields.Datetime.now(), days=OLD_DISPUTE_DAYS)
        if self.env.context.get("payment_history") or self.created_at < since:
            return self.env._("Too long ago to be told now.")
        return self.provider_id._why_customers_are_not_told()
