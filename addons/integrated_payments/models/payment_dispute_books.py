"""What became of a dispute, in the books: a loss, the customer's debt, or nothing.

While a dispute is open its money is a receivable from the gateway ("Disputes
receivable", booked by the gateway's own movements). Closed as won, the reinstatement
clears it. Closed as lost, an entry of its own moves what is left to an expense, or back
to the customer. If the gateway later decides otherwise, that entry is reversed.
"""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)
SETTLE_LIMIT = 200  # disputes per run of the job


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    settlement_currency_id = fields.Many2one("res.currency", compute="_compute_settled")
    withdrawn = fields.Monetary(
        compute="_compute_settled", currency_field="settlement_currency_id"
    )
    reinstated = fields.Monetary(
        compute="_compute_settled", currency_field="settlement_currency_id"
    )
    dispute_fee = fields.Monetary(
        compute="_compute_settled",
        currency_field="settlement_currency_id",
    )
    fee_returned = fields.Monetary(
        compute="_compute_settled", currency_field="settlement_currency_id"
    )
    loss_policy = fields.Selection(
        [
            ("expense", "Book it as a loss"),
            ("receivable", "The customer owes it again"),
        ],
        "When Lost",
        help="Empty: as the company's settings say when it is lost.",
    )
    outcome_move_ids = fields.One2many(
        "account.move", "payment_dispute_id", "Outcome Entries", readonly=True
    )
    settle_due = fields.Boolean(readonly=True, copy=False)
    outcome_note = fields.Char(
        readonly=True, copy=False, help="Why the outcome is not in the books."
    )

    _settle_due_idx = models.Index("(provider_id) WHERE settle_due")

    @api.depends("balance_transaction_ids.amount", "balance_transaction_ids.fee")
    def _compute_settled(self):
        for dispute in self:
            moved = dispute.balance_transaction_ids
            taken = moved.filtered(lambda each: each.amount_minor < 0)
            fees = moved.mapped("fee")
            dispute.settlement_currency_id = (
                moved[:1].currency_id or dispute.currency_id
            )
            dispute.withdrawn = -sum(taken.mapped("amount"))
            dispute.reinstated = sum((moved - taken).mapped("amount"))
            dispute.dispute_fee = sum(fee for fee in fees if fee > 0)
            dispute.fee_returned = -sum(fee for fee in fees if fee < 0)

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        disputes.settle_due = True
        return disputes

    def write(self, vals):
        switched = self.browse()
        if "loss_policy" in vals:
            switched = self.filtered(
                lambda each: each.loss_policy not in (False, vals["loss_policy"])
            )
        if "state" in vals:
            vals = {**vals, "settle_due": True}
        result = super().write(vals)
        if "loss_policy" in vals and "settle_due" not in vals:
            switched.sudo()._switch_policy()
        return result

    def action_settle_outcome(self):
        """Book the outcome again, after the cause why it was not has been removed."""
        self.check_access("write")
        self.sudo()._settle_outcome()
        noted = self.filtered("outcome_note")
        if noted:
            raise UserError(noted[0].outcome_note)
        return True

    # === SETTLING === #

    @api.model
    def _cron_watch(self):
        """Press for answers, and try again what hindered an outcome's entry."""
        self._cron_press()
        self.search(
            [
                ("settle_due", "=", True),
                ("outcome_note", "!=", False),
                ("provider_id.books_mode", "=", "post"),
            ],
            limit=SETTLE_LIMIT,
        )._settle_outcome()

    def _switch_policy(self):
        """Book a lost dispute the other way: reverse, then post anew."""
        for dispute in self.filtered(lambda each: each._outcome_entry()):
            dispute._reverse_outcome()
            dispute._settle_outcome()

    def _settle_outcome(self):
        """Bring the books in line with what became of each dispute; idempotent.

        Each on its own savepoint; what hinders one is written on it.
        """
        for dispute in self:
            if dispute.provider_id.sudo().books_mode != "post":
                continue
            note = dispute._try_to_settle()
            if dispute.settle_due or dispute.outcome_note != note:
                # "Not settled" is kept, so that the job comes back to it.
                dispute.write({"settle_due": bool(note), "outcome_note": note})

    def _try_to_settle(self):
        """Return why the outcome could not be booked, False if it is."""
        try:
            with self.env.cr.savepoint():
                self.with_company(self.company_id)._settle_one()
        except psycopg2.OperationalError:
            raise
        except psycopg2.errors.UniqueViolation:
            return self.env._("It is being booked by another job.")
        except Exception as error:  # noqa: BLE001 - shown on the dispute
            _logger.warning("Outcome of dispute %s: %s", self.gateway_ref, error)
            return str(error)
        return False

    def _settle_one(self):
        entry = self._outcome_entry()
        if entry.state == "draft":
            raise UserError(
                self.env._("%s is in draft: post or delete it.", entry.display_name)
            )
        if entry and (self.state != "lost" or self._open_currencies()):
            self._reverse_outcome()
        if self.state == "lost" and self._open_currencies():
            self._post_outcome()
        if self.state in ("won", "lost"):
            self._clear_dispute_account()

    def _dispute_items(self):
        """Return this dispute's posted items on the disputes receivable account."""
        account = self.provider_id.sudo()._accounts_by_role()["dispute"]
        moves = self.outcome_move_ids | (
            self.sudo().balance_transaction_ids.statement_line_id.move_id
        )
        return moves.line_ids.filtered(
            lambda line: line.account_id == account and line.parent_state == "posted"
        )

    def _open_currencies(self):
        """Return {currency: items} in which something is left on the account."""
        return {
            currency: items
            for currency, items in self._dispute_items().grouped("currency_id").items()
            if not currency.is_zero(sum(items.mapped("amount_currency")))
        }

    def _clear_dispute_account(self):
        """Match what the gateway took with what ended it."""
        items = self._dispute_items().filtered(lambda line: not line.reconciled)
        ended = items.filtered(lambda line: line.balance < 0)
        if ended and items - ended and items.account_id.reconcile:
            items.reconcile()


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def _post(self):
        """With a dispute's movement in the books its outcome can be booked, too."""
        result = super()._post()
        self.dispute_id._settle_outcome()
        return result


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _post_balance_transactions(self, *args, **kwargs):
        """Also book the outcome of disputes that were closed without a movement."""
        result = super()._post_balance_transactions(*args, **kwargs)
        posting = self.filtered(lambda each: each.books_mode == "post")
        self.env["payment.dispute"].search(
            [
                ("provider_id", "in", posting.ids),
                ("settle_due", "=", True),
                ("outcome_note", "=", False),
            ],
            limit=SETTLE_LIMIT,
        )._settle_outcome()
        return result
