"""Runs of the engine: the job in committed batches, and the button at once."""

import logging

import psycopg2

from odoo import api, fields, models

from ..matching import assign, join, learn, score

_logger = logging.getLogger(__name__)

BATCH = 1000  # lines per database transaction


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model
    def _wake_match_job(self, minutes=0):
        """Let the job look at bank lines soon; never an error for who calls."""
        cron = self.env.ref("payment_reconciliation.cron_match", False)
        if cron:
            at = fields.Datetime.add(fields.Datetime.now(), minutes=minutes)
            cron.sudo()._trigger(at)

    @api.model
    def _cron_match(self):
        """Match all open bank lines, new ones first, then those looked at long ago.

        Each batch is committed. If time runs out the next run goes on where this one
        stopped; lines that another worker holds are left to it.
        """
        started, skipped = fields.Datetime.now(), []
        self.env["account.match"]._drop_settled()
        log = self.env["account.match.log"]._begin("job")
        self = self.with_context(match_log=log.id)
        while lines := self._next_to_match(started, skipped):
            looked_at = lines._match_committing()
            skipped += (lines - looked_at).ids
            new = self.search_count(
                [*self._to_match_domain(), ("match_checked_at", "=", False)]
            )
            go_on = self.env["ir.cron"]._commit_progress(len(looked_at), remaining=new)
            if not go_on or log._is_stopped():
                break
        log._end()

    @api.model
    def _next_to_match(self, started, skipped):
        return self.search(
            [
                *self._to_match_domain(),
                ("id", "not in", skipped),
                "|",
                ("match_checked_at", "=", False),
                ("match_checked_at", "<", started),
            ],
            order="match_checked_at NULLS FIRST, id",
            limit=BATCH,
        )

    def _match_committing(self):
        """Match one batch; on a conflict with another user leave it to the next run.

        :return: the lines that were looked at
        """
        try:
            return self._match("job")
        except psycopg2.OperationalError as error:
            _logger.info("Bank lines %s are left to the next run: %s", self.ids, error)
            self.env.cr.rollback()
            return self.browse()

    def _match(self, origin, post=True):
        """Match these lines: post what is proven, propose the rest.

        :param str origin: job or button
        :param bool post: False to propose only
        :return: the lines that were looked at; those another worker holds are left out
        """
        lines = self.sudo().try_lock_for_update(allow_referencing=True)
        open_lines = lines._unmatched()
        for company, batch in open_lines.grouped("company_id").items():
            batch.with_company(company)._match_or_note(origin, post)
        (lines - open_lines).match_checked_at = fields.Datetime.now()
        self._match_log()._note(lines)
        return self.browse(lines.ids)

    def _match_log(self):
        """Return the record of the run at hand, if it is kept."""
        return (
            self.env["account.match.log"]
            .sudo()
            .browse(self.env.context.get("match_log", []))
        )

    def _match_or_note(self, origin, post):
        """Match a batch; if it fails, line by line, with the error on the line."""
        try:
            with self.env.cr.savepoint():
                self._match_company(origin, post)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the line
            if len(self) > 1:
                for line in self:
                    line._match_or_note(origin, post)
                return
            _logger.exception("Bank line %s", self.id)
            self.write(
                {"match_failure": str(error), "match_checked_at": fields.Datetime.now()}
            )

    def _note_settled(self, found, settled):
        """Note which settled documents the texts name."""
        for line in self:
            names = ", ".join(score.settled_names(found[line.id], settled)[:3])
            if (line.settled_names or "") != names:
                line.settled_names = names or False

    def _match_company(self, origin, post):
        """Match lines of one company."""
        Match = self.env["account.match"]
        bank_lines = self._bank_lines()
        found = join.references_of(bank_lines)
        values = {value for references in found.values() for value in references}
        named = Match._named_moves(self.env.company, values)
        items = Match._open_items(
            self.env.company,
            {(line._match_currency(), line._match_amount()) for line in self},
            named,
            {each for line in bank_lines for each in (line.payer, line.partner)}
            - {None},
        )
        settled = Match._settled_documents(named)
        self._note_settled(found, settled)
        shifts = self.env["account.match.weight"]._shifts(self.env.company)
        candidates = join.candidates(bank_lines, items, found, settled)
        decisions = assign.decide(learn.adjusted(candidates, shifts))
        ready = Match._store(self, decisions)
        if post:
            ready._post_or_hold(origin)
        self.write({"match_checked_at": fields.Datetime.now(), "match_failure": False})


class AccountMatch(models.Model):
    _inherit = "account.match"

    @api.model
    def _drop_settled(self):
        """Drop proposals for lines that a person has matched otherwise."""
        proposed = [("state", "=", "proposed")]
        settled = [*proposed, ("statement_line_id.is_reconciled", "=", True)]
        self.search(settled, limit=5000).unlink()
