"""From a match to the ledger: bank line and open item reconciled, and read back."""

import logging

import psycopg2

from odoo import models
from odoo.exceptions import LockError, UserError

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
        """Reconcile each bank line with its open item, and read the result back.

        The suspense item of the line moves to the account of the open item; then both
        are reconciled (Odoo's own way, ``account.bank.statement.line``). What is paid
        above the open amount stays open on the partner.

        :param str origin: job, button or person
        :raise LockError: if another user works on the item
        :raise UserError: if the books refuse it
        """
        plan = []
        for match in self:
            target = match._target()
            match._lock(target)
            plan.append(match._move_suspense_to(target) | target)
            match.counterpart_line_id = target
        self.env["account.move.line"]._reconcile_plan(plan)
        for match in self:
            match._check_posted()
        self._decide("posted", origin)
        self.held_by = self.failure = False
        for match in self.filtered("payout_id"):
            match.payout_id.bank_statement_line_id = match.statement_line_id
        self._drop_rivals()

    def _target(self):
        """Return the open journal item of the candidate.

        :raise UserError: if there is none (any more)
        """
        self.ensure_one()
        target = self.move_line_id or self.payout_id._transit_item()
        if not target or target.reconciled or target.parent_state != "posted":
            raise UserError(self.env._("%s is not open any more.", self.candidate_name))
        return target

    def _lock(self, target):
        if not target.try_lock_for_update(allow_referencing=True):
            raise LockError(
                self.env._("Somebody works on %s at the moment.", self.candidate_name)
            )

    def _move_suspense_to(self, target):
        """Put the line's suspense item on the account and partner of ``target``.

        :return: that journal item
        """
        line = self.statement_line_id
        liquidity, suspense, _others = line._seek_for_lines()
        partner = line.partner_id or target.partner_id
        self.partner_inferred = partner != line.partner_id
        line.move_id.with_context(skip_readonly_check=True).write(
            {
                "line_ids": [
                    (
                        1,
                        suspense.id,
                        {"account_id": target.account_id.id, "partner_id": partner.id},
                    ),
                    (1, liquidity.id, {"partner_id": partner.id}),
                ]
            }
        )
        return suspense

    def _check_posted(self):
        """Read back what was posted: one of both sides is settled, and the line too.

        :raise UserError: if not
        """
        target, line = self.counterpart_line_id, self.statement_line_id
        _liquidity, suspense, others = line._seek_for_lines()
        partners = others.matched_debit_ids.debit_move_id
        partners |= others.matched_credit_ids.credit_move_id
        settled = target.reconciled or others.reconciled
        if suspense or not line.is_reconciled or target not in partners or not settled:
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
                ("move_line_id", "in", settled.move_line_id.ids),
            ]
        ).unlink()
