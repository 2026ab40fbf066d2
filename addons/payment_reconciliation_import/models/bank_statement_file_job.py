"""Lines of statement files are made: small files at once, large ones by the job."""

import logging

import psycopg2

from odoo import api, fields, models

AT_ONCE = 1000  # lines that a person waits for; more are the job's
MATCH_AT_ONCE = 200  # lines that are matched while the person waits

_logger = logging.getLogger(__name__)


class BankStatementFile(models.Model):
    _inherit = "bank.statement.file"

    def _begin(self):
        """Make the lines now if they are few, else let the job make them."""
        self.ensure_one()
        if self.line_count > AT_ONCE:
            self._queue()
            return
        for part in self.part_ids:
            part._make()
        self._finish()

    def _queue(self):
        self.write({"state": "queued", "failure": False})
        self.env.ref("payment_reconciliation_import.cron_import").sudo()._trigger()

    def _finish(self):
        """Close the import: its lines are for the engine now."""
        self.write({"state": "done", "finished_at": fields.Datetime.now()})
        self.part_ids.unlink()
        self.env["account.bank.statement.line"]._wake_match_job()

    def _match_now(self):
        """Match the lines of a small file while the person waits."""
        lines = self.env["account.bank.statement.line"].search(
            [("statement_file_id", "in", self.ids), ("is_reconciled", "=", False)],
            limit=MATCH_AT_ONCE + 1,
        )
        if self.state != "done" or not 0 < len(lines) <= MATCH_AT_ONCE:
            return
        log = self.env["account.match.log"]._begin("button")
        lines.with_context(match_log=log.id)._match("button")
        log._end()

    @api.model
    def _cron_import(self):
        """Make the lines of the files that wait, part by part, each committed.

        It can be stopped and goes on where it stopped. What fails is taken back as a
        whole, with the reason.
        """
        progress = self.env["ir.cron"]._commit_progress
        waiting = [("state", "in", ("queued", "running"))]
        while record := self.search(waiting, order="id", limit=1):
            record = record.try_lock_for_update()
            if not record:
                return  # another worker makes it
            record.state = "running"
            part = record.part_ids.filtered(lambda each: not each.is_done)[:1]
            if part:
                record._make_or_fail(part)
            else:
                record._finish()
            left = self.env["bank.statement.file.part"].search_count(
                [
                    ("is_done", "=", False),
                    ("file_id.state", "in", ("queued", "running")),
                ]
            )
            if not progress(1, remaining=left + len(self.search(waiting))):
                return
            self.env.invalidate_all()

    def _make_or_fail(self, part):
        """Make a part; if it fails take the whole file back and say why."""
        user = self.user_id
        part = part.with_user(user).with_company(self.company_id).sudo()
        try:
            with self.env.cr.savepoint():
                part._make()
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the file
            _logger.info("Statement file %s failed", self.name, exc_info=True)
            self._fail(str(error))

    def _fail(self, reason):
        """Take back what was made; if that is refused too, say that as well."""
        try:
            with self.env.cr.savepoint():
                self._take_back()
        except Exception as error:  # noqa: BLE001 - shown on the file
            reason = self.env._(
                "%(reason)s\n%(count)s lines are in the books and could not be taken "
                "back: %(error)s\nTry Again goes on with the rest.",
                reason=reason,
                count=self.lines_done,
                error=error,
            )
        self.write({"state": "failed", "failure": reason})
        self.message_post(
            body=self.env._("The import failed: %s", reason),
            partner_ids=self.user_id.partner_id.ids,
        )

    def _take_back(self):
        """Delete the lines and statements that were made from this file."""
        Line = self.env["account.bank.statement.line"].sudo()
        # The file outlives the statements that it was attached to, and Odoo deletes no
        # line of a complete statement.
        original, statements = self.attachment_id, self.statement_ids.sudo()
        if original.res_model == statements._name and original.res_id in statements.ids:
            original.write({"res_model": self._name, "res_id": self.id})
        statements.unlink()
        while lines := Line.search([("statement_file_id", "in", self.ids)], limit=500):
            lines.unlink()
        self.part_ids.write({"is_done": False, "statement_id": False})
