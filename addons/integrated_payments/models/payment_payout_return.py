"""Payouts that came back, and payouts that do not arrive."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..domain.business_days import shift
from .payout_failure_words import ACCOUNT, FAILURES

RETURNED = "integrated_payments.activity_payout_returned"
LATE = "integrated_payments.activity_payout_late"
BATCH = 100


class PaymentPayout(models.Model):
    _inherit = "payment.payout"

    return_text = fields.Text("Why It Came Back", compute="_compute_return_text")
    is_late = fields.Boolean(
        compute="_compute_is_late",
        search="_search_is_late",
        help="Expected at the bank some business days ago, and not found there.",
    )
    has_bank_conflict = fields.Boolean(
        compute="_compute_has_bank_conflict",
        help="It came back, and yet a bank line is matched with it.",
    )

    @api.depends("state", "failure_code", "failure_message")
    @api.depends_context("lang")
    def _compute_return_text(self):
        for payout in self:
            payout.return_text = payout._why_returned()

    def _why_returned(self):
        """Return what happened and what to do, False if it did not come back."""
        if self.state == "canceled":
            return self.env._(
                "The payout was cancelled before it reached the bank. The money is in"
                " the gateway's balance again and goes out with a later payout."
            )
        if self.state != "failed":
            return False
        words, remedy = FAILURES.get(self.failure_code, (None, ACCOUNT))
        what = str(words) if words else self.failure_message or self.failure_code or ""
        return self.env._(
            "The bank did not take the payout: %(what)s The money is in the gateway's"
            " balance again. %(remedy)s",
            what=what,
            remedy=str(remedy),
        )

    @api.depends("state", "bank_statement_line_id")
    def _compute_has_bank_conflict(self):
        for payout in self:
            back = payout.state in ("failed", "canceled")
            payout.has_bank_conflict = back and bool(payout.bank_statement_line_id)

    # === IN TRANSIT === #

    def _transit_item(self):
        """Return the journal item of this payout on transfers in transit, if posted."""
        self.ensure_one()
        return self._transit_item_of(self.sudo().own_balance_transaction_id)

    def _transit_item_of(self, movement):
        if movement.state != "posted":
            return self.env["account.move.line"]
        transit = self.provider_id.sudo()._accounts_by_role().get("transit")
        return movement.statement_line_id.line_ids.filtered(
            lambda item: item.account_id == transit
        )

    def _match_returned(self):
        """Match the payout with what came back of it, so that nothing is in transit.

        Not where a bank line is matched with the payout: that is for a person to see.
        """
        plan = []
        for payout in self.sudo().filtered("failure_balance_transaction_id"):
            gone = payout._transit_item()
            back = payout._transit_item_of(payout.failure_balance_transaction_id)
            items = (gone | back).filtered(
                lambda item: (
                    not item.reconciled
                    and item.account_id.reconcile
                    and item.parent_state == "posted"
                )
            )
            if gone and back and items == gone | back:
                plan.append(items)
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def _link_bank_line(self):
        """Keep the bank line that somebody matched with a payout on any screen."""
        for payout in self.sudo().filtered(lambda each: not each._at_bank()):
            item = payout._transit_item()
            others = item.matched_debit_ids.debit_move_id
            others |= item.matched_credit_ids.credit_move_id
            line = others.move_id.statement_line_id.filtered(
                lambda each: not each.payment_balance_transaction_ids
            )
            if len(line) == 1 and item.reconciled:
                payout.bank_statement_line_id = line

    def _at_bank(self):
        return bool(self.bank_statement_line_id)

    # === ALERTS === #

    @api.model_create_multi
    def create(self, vals_list):
        payouts = super().create(vals_list)
        payouts._follow_state()
        return payouts

    def write(self, vals):
        before = {payout: payout.state for payout in self}
        result = super().write(vals)
        if "state" in vals:
            changed = self.filtered(lambda each: each.state != before[each])
            changed._follow_state()
        if vals.get("bank_statement_line_id"):
            self.activity_feedback(
                [LATE], feedback=self.env._("It has reached the bank.")
            )
        elif "bank_statement_line_id" in vals:
            self._match_returned()
        return result

    def _follow_state(self):
        """Ask about payouts that came back; close that once a later one is paid."""
        for payout in self:
            if payout.state in ("failed", "canceled"):
                payout._ask_about_return()
            elif payout.state == "paid":
                payout._close_earlier_returns()

    def _ask_about_return(self):
        self.activity_unlink([LATE])
        if self.activity_search([RETURNED]):
            return
        responsible = self.company_id._payment_responsible()
        summary = self.env._(
            "Payout of %(amount)s came back",
            amount=self.currency_id.format(self.amount),
        )
        note = self._why_returned()
        if self.bank_statement_line_id:
            note = f"{note} {self._conflict_text()}"
        self.activity_schedule(
            RETURNED, user_id=responsible.id, summary=summary, note=note
        )

    def _conflict_text(self):
        return self.env._(
            "But the bank line %(line)s of %(date)s is matched with it: if the bank has"
            " taken the money back, match that bank line with what came back; if the"
            " line belongs to another payout, undo its matching.",
            line=self.bank_statement_line_id.payment_ref
            or self.bank_statement_line_id.name,
            date=format_date(self.env, self.bank_statement_line_id.date),
        )

    def _close_earlier_returns(self):
        """A later payout has arrived: the bank account takes payouts again."""
        earlier = self.search(
            self._in_its_row("<")
            & Domain("state", "in", ("failed", "canceled"))
            & Domain("activity_ids", "!=", False)
        )
        earlier.activity_feedback(
            [RETURNED],
            feedback=self.env._("The later payout %s was paid.", self.gateway_ref),
        )

    # === LATE === #

    @api.depends("state", "arrival_date", "bank_statement_line_id")
    def _compute_is_late(self):
        kept = self._providers_with_books()
        limits = {company: company._payout_late_before() for company in self.company_id}
        for payout in self:
            limit = limits.get(payout.company_id)
            payout.is_late = bool(
                limit
                and payout.arrival_date
                and payout.arrival_date < limit
                and payout.state in ("in_transit", "paid")
                and not payout.bank_statement_line_id
                and payout.provider_id in kept
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        kept = self._providers_with_books()
        return fields.Domain.OR(
            [
                ("provider_id", "in", kept.ids),
                ("company_id", "=", company.id),
                ("state", "in", ("in_transit", "paid")),
                ("bank_statement_line_id", "=", False),
                ("arrival_date", "<", limit),
            ]
            for company in self.env["res.company"].sudo().search([])
            if (limit := company._payout_late_before())
        )

    @api.model
    def _providers_with_books(self):
        """Return the providers whose payouts the books wait for."""
        return self.env["payment.provider"].sudo().search([("books_mode", "=", "post")])

    @api.model
    def _cron_late(self):
        """Ask about payouts that should be at the bank since days, each once."""
        late = self.search([("is_late", "=", True)], order="arrival_date, id")
        asked = late.filtered(lambda each: each.activity_search([LATE]))
        todo = late - asked
        self.env["ir.cron"]._commit_progress(remaining=len(todo))
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            batch._link_bank_line()
            for payout in batch.filtered("is_late"):
                payout._ask_about_delay()
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                break

    def _ask_about_delay(self):
        self.activity_schedule(
            LATE,
            user_id=self.company_id._payment_responsible().id,
            summary=self.env._(
                "Payout of %(amount)s is not at the bank",
                amount=self.currency_id.format(self.amount),
            ),
            note=self.env._(
                "It was expected on %(date)s. Import the bank statement and match the"
                " line; if the bank has nothing, ask the gateway with the trace ID"
                " %(trace)s.",
                date=format_date(self.env, self.arrival_date),
                trace=self.trace_ref or self.gateway_ref,
            ),
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    payout_late_days = fields.Integer(
        "Payouts Are Late After",
        default=3,
        help="Business days after the expected date, without a bank line. 0: never.",
    )

    def _payout_late_before(self):
        """Return the day before which an expected payout is late; None: never asked."""
        self.ensure_one()
        if self.payout_late_days <= 0:
            return None
        return shift(fields.Date.context_today(self), -self.payout_late_days)
