"""From a match to the ledger: bank line and open item reconciled, and read back."""

import logging

import psycopg2

from odoo import models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command

SETTLED_BY_MORE = ("discount", "charges", "tolerance")  # than the bank's money

_logger = logging.getLogger(__name__)


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _post_or_hold(self, origin):
        """Post all at once; if that fails one by one, so that one holds up nobody.

        :return: account.match that were posted
        """
        if not self:
            return self
        try:
            with self.env.cr.savepoint():
                self._post(origin)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the proposal
            if len(self) > 1:
                posted = self.browse()
                for match in self:
                    posted |= match._post_or_hold(origin)
                return posted
            _logger.info("Match %s is held: %s", self.id, error)
            self.failure = str(error)
            if isinstance(error, LockError):
                self.env["account.bank.statement.line"]._wake_match_job(minutes=2)
            return self.browse()
        return self

    def _post(self, origin):
        """Reconcile each bank line with its open items, and read the result back.

        The suspense item of the line makes way for one item per open item, on its
        account; then each two are reconciled (Odoo's own way,
        ``account.bank.statement.line``). What is paid above the open amount stays open
        on the partner, what is paid below it stays open on the document.

        :param str origin: job, button or person
        :raise LockError: if another user works on the item
        :raise UserError: if the books refuse it
        """
        plan = []
        for match in self:
            targets = match._target()
            match._lock(targets)
            plan += match._replace_suspense(targets)
            match.counterpart_line_id = targets[0]
        self.env["account.move.line"]._reconcile_plan(plan)
        for match in self:
            match._check_posted()
        self._settle(origin)

    def _settle(self, origin):
        """Note that these matches are posted; what they make void is gone."""
        self._decide("posted", origin)
        self.log_id = self.env.context.get("match_log", False)
        self.held_by = self.failure = False
        for match in self.filtered("payout_id"):
            match.payout_id.bank_statement_line_id = match.statement_line_id
        self._drop_rivals()

    def _target(self):
        """Return the open journal items of the candidate.

        :raise UserError: if one is not open (any more)
        """
        self.ensure_one()
        targets = self._members() or self.payout_id._transit_item()
        if not targets or any(
            each.reconciled or each.parent_state != "posted" for each in targets
        ):
            raise UserError(self.env._("%s is not open any more.", self.candidate_name))
        return targets

    def _lock(self, target):
        if not target.try_lock_for_update(allow_referencing=True):
            raise LockError(
                self.env._("Somebody works on %s at the moment.", self.candidate_name)
            )

    def _replace_suspense(self, targets):
        """Put the line's suspense item on the accounts and partners of ``targets``.

        :return: list of account.move.line, each to be reconciled within itself
        """
        line = self.statement_line_id
        liquidity, suspense, _others = line._seek_for_lines()
        partner = line._partner_with(targets)
        self.partner_inferred = partner != line.partner_id
        rows = self._rows(targets, partner, liquidity.balance)
        known = liquidity | suspense
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.update(suspense.id, rows[0]),
                    Command.update(liquidity.id, {"partner_id": partner.id}),
                    *map(Command.create, rows[1:]),
                ]
            }
        )
        added = (line.move_id.line_ids - known).sorted("id")
        paying = (suspense | added)[: len(targets)]
        return [row | target for row, target in zip(paying, targets, strict=True)]

    def _rows(self, targets, partner, bank_balance):
        """Return the values of the items that take the suspense item's place.

        First one per target, then what settles the difference: early-payment discount,
        charges, a small difference. The last takes what rounding in the company's
        currency leaves.
        """
        base = {"name": self.statement_line_id.payment_ref}
        if len(targets) == 1 and self.how not in SETTLED_BY_MORE:
            owner = partner or targets.partner_id
            return [
                {**base, "account_id": targets.account_id.id, "partner_id": owner.id}
            ]
        rows = [{**base, **self._row(target)} for target in targets]
        if self.how == "discount":
            missing = -bank_balance - rows[0]["balance"]
            rows += self._discount_rows(targets, rows[0], missing)
        elif self.how in SETTLED_BY_MORE:
            rows.append(self._write_off_row(rows))
        rows[-1]["balance"] -= bank_balance + sum(row["balance"] for row in rows)
        return rows

    def _row(self, target):
        """Return the values of an item that settles ``target`` in full."""
        line, currency = (
            self.statement_line_id,
            self.statement_line_id._match_currency(),
        )
        amount = target.amount_residual_currency
        if target.currency_id != currency:
            raise UserError(
                self.env._("%s is in another currency.", self.candidate_name)
            )
        figures = line._prepare_counterpart_amounts_using_st_line_rate(
            currency, -target.amount_residual, -amount
        )
        return {
            "account_id": target.account_id.id,
            "partner_id": target.partner_id.id,
            "currency_id": currency.id,
            **figures,
        }

    def _write_off_row(self, rows):
        """Return the item that takes charges or a small difference.

        :param rows: the items that settle the documents in full
        """
        line, company = self.statement_line_id, self.company_id
        charged = self.how == "charges"
        account = (
            company.match_charges_account_id
            if charged
            else company.match_tolerance_account_id
        )
        if not account:
            raise UserError(
                self.env._(
                    "Choose the accounts for bank charges and payment differences "
                    "first: Invoicing > Configuration > Settings > Bank Reconciliation."
                )
            )
        currency = line._match_currency()
        paid = line._transaction_amount()
        return {
            "name": self.env._("Bank charges")
            if charged
            else self.env._("Payment difference"),
            "account_id": account.id,
            "partner_id": rows[0]["partner_id"],
            "currency_id": currency.id,
            "amount_currency": -paid - sum(row["amount_currency"] for row in rows),
            "balance": 0.0,  # takes the rest
        }

    def _discount_rows(self, target, row, missing):
        """Return the items of the early-payment discount, its tax included, as core.

        :param dict row: the values of the item that settles ``target``
        :param float missing: the discount in the company's currency
        """
        company = self.company_id
        accounts = (
            company.account_journal_early_pay_discount_loss_account_id,
            company.account_journal_early_pay_discount_gain_account_id,
        )
        if not all(accounts):
            raise UserError(
                self.env._(
                    "Choose the accounts for early-payment discounts first: "
                    "Invoicing > Configuration > Settings > Default Accounts."
                )
            )
        values = self.env[
            "account.move"
        ]._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": target,
                    "amount_currency": row["amount_currency"],
                    "balance": row["balance"],
                }
            ],
            missing,
        )
        return [each for rows in values.values() for each in rows]

    def _check_posted(self):
        """Read back what was posted: each open item is settled, or the line is.

        :raise UserError: if not
        """
        line = self.statement_line_id
        _liquidity, suspense, others = line._seek_for_lines()
        partners = others.matched_debit_ids.debit_move_id
        partners |= others.matched_credit_ids.credit_move_id
        targets = self._members() or self.counterpart_line_id
        settled = all(each.reconciled for each in targets)
        if len(targets) == 1 and self.how not in SETTLED_BY_MORE:
            settled |= others.reconciled
        if suspense or not line.is_reconciled or targets - partners or not settled:
            raise UserError(
                self.env._("%s could not be reconciled.", self.candidate_name)
            )

    def _drop_rivals(self):
        """Drop proposals that this posting makes void."""
        settled = self.filtered(lambda each: each.counterpart_line_id.reconciled)
        self.search(
            [
                ("state", "=", "proposed"),
                "|",
                ("statement_line_id", "in", self.statement_line_id.ids),
                "|",
                ("payout_id", "in", settled.payout_id.ids),
                "|",
                ("move_line_id", "in", settled._members().ids),
                ("item_ids", "in", settled._members().ids),
            ]
        ).unlink()
