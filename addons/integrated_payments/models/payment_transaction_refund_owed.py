"""What a failed refund leaves behind: the money is back, the customer is owed it.

The refund's payment stays, and the gateway's movement that gives the money back is
booked on the refund liability with the customer. From there it is settled by one entry
when the refund is repeated, by matching the bank's line when it is paid otherwise, or
given back to the sale when no refund is made after all::

    Dr Refunds to customers / Cr Receivable
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .payment_transaction_effects import Outcome
from .payment_transaction_refund import FAILED

FOLLOW_UP_LIMIT = 200  # failed refunds looked after per run of the job
ACTIVITY = "integrated_payments.activity_refund"


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    refund_owed = fields.Monetary(
        "Owed to Customer",
        compute="_compute_refund_owed",
        help="The gateway could not refund this and gave it back: it is still owed.",
    )
    is_failed_refund = fields.Boolean(compute="_compute_refund_owed")

    @api.depends("balance_transaction_ids.state", "state")
    def _compute_refund_owed(self):
        for transaction in self:
            owed = transaction._owed_lines()
            transaction.refund_owed = -sum(owed.mapped("amount_residual_currency"))
            transaction.is_failed_refund = (
                transaction.operation == "refund" and transaction.state in FAILED
            )

    def _owed_lines(self):
        """Return the journal items that say that a failed refund is still owed."""
        failed = self.filtered(
            lambda each: each.operation == "refund" and each.state in FAILED
        )
        movements = self.env["payment.balance.transaction"].sudo()
        for transaction in failed:
            movements |= transaction._refund_movements("refund_failure")
        accounts = movements.provider_id.gateway_account_ids.filtered(
            lambda each: each.role == "refund_liability"
        ).account_id
        return movements.statement_line_id.line_ids.filtered(
            lambda line: line.account_id in accounts and not line.reconciled
        )

    # === FAILING === #

    def _settle_failed_refunds(self):
        """Book what a failed refund moved, undo its effects by policy, ask a person."""
        self._lock_rows()
        for refund in self:
            refund._book_money_safely()
            refund.is_post_processed = True
            refund._run_effects(
                ("books", "order", "invoice", "stock", "bank"), force=True
            )
            refund._run_effects(("books", "crm", "receipt"))
            refund._ask_about_failed_refund()

    def _owed_outcome(self):
        """Return the books' outcome of a failed refund, and close what is settled."""
        movements = self._refund_movements("refund_failure")
        if not movements:
            reason = self.env._("The gateway has not given the money back yet.")
            return Outcome("waiting", reason, self.payment_id)
        owed = self._owed_lines()
        if owed:
            reason = self.env._(
                "%(owed)s are owed to the customer: refund again, pay by bank"
                " transfer, or press The Sale Stands.",
                owed=self.currency_id.format(
                    -sum(owed.mapped("amount_residual_currency"))
                ),
            )
            return Outcome("held", reason, self.payment_id)
        self.payment_id.activity_feedback(
            [ACTIVITY], feedback=self.env._("What was owed is settled.")
        )
        reason = self.env._("Failed; what was owed to the customer is settled.")
        return Outcome("done", reason, self.payment_id)

    def _ask_about_failed_refund(self):
        """Tell the responsible person what failed and what can be done, once.

        A request that the gateway refused at once was told to who made it.
        """
        record = self.payment_id or self.source_transaction_id.payment_id
        settled = self.payment_id and self._money_came_back() and not self._owed_lines()
        waits = self._money_came_back() and not self._refund_movements("refund_failure")
        if not record or not self.provider_reference or (settled and not waits):
            return
        kind = self.env.ref(ACTIVITY)
        if record.activity_ids.filtered(lambda each: each.activity_type_id == kind):
            return
        record.activity_schedule(
            ACTIVITY,
            user_id=self.company_id._payment_responsible().id,
            summary=self.env._(
                "Refund of %s failed", self.currency_id.format(abs(self.amount))
            ),
            note=self._what_to_do(),
        )

    def _what_to_do(self):
        """Return what a person can do about this failed refund."""
        why = self.state_message or ""
        if self._money_came_back():
            return self.env._(
                "%(why)s The gateway gives the money back, so the customer is owed it"
                " (account Refunds to customers). Open refund %(name)s and press Refund"
                " Again; or pay by bank transfer and match the bank's line with the"
                " open item; or press The Sale Stands if nothing is owed after all.",
                why=why,
                name=self.reference,
            )
        if self.payment_id:
            return self.env._(
                "%(why)s The gateway's books are not posted here: cancel this payment"
                " or reverse it by hand, then refund again if it is still wanted.",
                why=why,
            )
        return self.env._(
            "%(why)s No money was moved and nothing was booked. Refund again if it is"
            " still wanted.",
            why=why,
        )

    # === SETTLING === #

    def _repay_what_is_owed(self):
        """Let this refund settle earlier ones of its payment that had failed.

        The oldest debt is paid first; what this refund exceeds it by is new.
        """
        self.ensure_one()
        earlier = self.source_transaction_id.refund_ids.filtered(
            lambda each: each != self and each._failed_before(self)
        ).sorted("id")
        for failed in earlier:
            if not failed.is_post_processed:
                failed._post_process()
            debits = self._open_customer_lines()
            if debits and (owed := failed._owed_lines()):
                failed._offset(owed, debits, self.paid_at)
                failed._refresh_effects(("books",))

    def _failed_before(self, later):
        """Whether the gateway had given the money back when ``later`` was made."""
        moments = self._refund_movements("refund_failure").mapped("created_at")
        return bool(moments and later.paid_at and max(moments) <= later.paid_at)

    def _open_customer_lines(self):
        """Return the open items of these payments on the customer's account."""
        return self.payment_id.move_id.line_ids.filtered(
            lambda line: (
                line.account_id.account_type
                in ("asset_receivable", "liability_payable")
                and not line.reconciled
            )
        )

    def _let_the_sale_stand(self):
        """Give what is owed back to the sale: it is no longer owed."""
        if owed := self._owed_lines():
            moments = self._refund_movements("refund_failure").mapped("created_at")
            self._offset(owed, self._open_customer_lines(), max(moments), in_full=True)

    def _offset(self, owed, debits, moment, in_full=False):
        """Post Dr refund liability / Cr receivable, and match both sides.

        :param owed: open credits on the refund liability, of this refund
        :param debits: open debits on the customer's account
        :param moment: the gateway's time (naive UTC) the entry is dated by
        :param bool in_full: settle all that is owed; what no debit takes is the
            customer's credit
        :return: the account.move
        """
        self.ensure_one()
        currency = self.currency_id
        total = -sum(owed.mapped("amount_residual_currency"))
        open_debit = sum(debits.mapped("amount_residual_currency"))
        amount = total if in_full else min(total, open_debit)
        share = -sum(owed.mapped("amount_residual")) * amount / total
        entry = self._offset_entry(
            owed.account_id,
            debits.account_id or self.payment_id.destination_account_id,
            amount,
            self.company_id.currency_id.round(share),
            moment,
        )
        entry.action_post()
        lines = entry.line_ids.filtered(lambda line: line.currency_id == currency)
        (owed | lines.filtered(lambda line: line.debit)).reconcile()
        if debits:
            (debits | lines.filtered(lambda line: line.credit)).reconcile()
        return entry

    def _offset_entry(self, liability, receivable, amount, balance, moment):
        """Create the draft entry of :meth:`_offset`; ``amount`` in our currency."""
        journal = self._offset_journal()
        label = self.env._("Settles failed refund %s", self.reference)
        sides = ((liability[:1], 1), (receivable[:1], -1))
        return self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": self.company_id._payment_date(moment, journal),
                "ref": label,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.partner_id.commercial_partner_id.id,
                            "name": label,
                            "currency_id": self.currency_id.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in sides
                ],
            }
        )

    def _offset_journal(self):
        """Return the journal of miscellaneous operations.

        :raise UserError: if the company has none
        """
        company = self.company_id
        special = (
            company.currency_exchange_journal_id | company.tax_cash_basis_journal_id
        )
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
                ("id", "not in", special.ids),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%s has no journal for miscellaneous operations: create one, then"
                    " run this effect again.",
                    company.name,
                )
            )
        return journal

    # === ACTIONS === #

    def action_refund_again(self):
        """Open core's refund window for what is still owed."""
        self.ensure_one()
        payment = self.source_transaction_id.payment_id
        action = payment.action_refund_wizard()
        left = payment.amount_available_for_refund
        wanted = min(self.refund_owed or abs(self.amount), left)
        action["context"] = {
            **self.env.context,
            "active_model": "account.payment",
            "active_id": payment.id,
            "active_ids": payment.ids,
            "default_payment_id": payment.id,
            "default_amount_to_refund": wanted,
        }
        return action

    def action_let_the_sale_stand(self):
        """Withdraw failed refunds: credit notes are reversed, nothing is owed.

        :raise UserError: if a refund did not fail
        """
        self.payment_id.check_access("write")
        for refund in self.sudo():
            if not refund.is_failed_refund:
                raise UserError(
                    self.env._("%s is no refund that failed.", refund.reference)
                )
            refund.sale_stands = True
            refund._run_effects(("invoice", "stock"), force=True)
            refund._run_effects(("books",), force=True)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_follow_up_refunds(self):
        """See whether what failed refunds owe has been settled by other means."""
        open_books = [("kind", "=", "books"), ("state", "in", ("held", "waiting"))]
        found = self.search(
            [
                ("operation", "=", "refund"),
                ("state", "in", FAILED),
                ("effect_ids", "any", open_books),
            ],
            limit=FOLLOW_UP_LIMIT,
        )
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(found))
        for refund in found:
            refund.try_lock_for_update()._refresh_effects(("books",))
            if not commit(1):
                break
