"""Lines of statement files are made: small files at once, large ones by the job."""

import logging

import psycopg2

from odoo import api, fields, models

from .bank_statement_file import UNDER_WAY

AT_ONCE = 1000  # lines that a person waits for; more are the job's
MATCH_AT_ONCE = 200  # lines that are matched while the person waits
TAKE_BACK = 500  # lines that are deleted in one database transaction

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
        self._wake_job()

    def _wake_job(self):
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
        whole, with the reason, by parts too.
        """
        progress = self.env["ir.cron"]._commit_progress
        waiting = [("state", "in", UNDER_WAY)]
        while record := self.search(waiting, order="id", limit=1):
            record = record.try_lock_for_update()
            if not record:
                return  # another worker makes it
            record._do_some()
            left = self.env["bank.statement.file.part"].search_count(
                [
                    ("is_done", "=", False),
                    ("file_id.state", "in", ("queued", "running")),
                ]
            )
            if not progress(1, remaining=left + len(self.search(waiting))):
                return
            self.env.invalidate_all()

    def _do_some(self):
        """Do what is one transaction's work: make a part, or delete some lines."""
        if self.state == "taking_back":
            self._take_back_or_fail()
            return
        self.state = "running"
        part = self.part_ids.filtered(lambda each: not each.is_done)[:1]
        if part:
            self._make_or_fail(part)
        else:
            self._finish()

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

    # === TAKING BACK === #

    def _fail(self, reason):
        """Take back what was made, the first lines at once, the rest by the job."""
        self.write({"state": "taking_back", "failure": reason})
        self._take_back_or_fail()

    def _begin_to_take_back(self):
        """Delete the lines on a person's word: at once if they are few."""
        self.write({"state": "taking_back", "failure": False})
        while self.line_count <= AT_ONCE and self.state == "taking_back":
            self._take_back_some()
        if self.state == "taking_back":
            self._wake_job()

    def _take_back_or_fail(self):
        """Delete some lines; if that is refused, say that as well."""
        try:
            with self.env.cr.savepoint():
                self._take_back_some()
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the file
            _logger.info("Statement file %s stays", self.name, exc_info=True)
            words = self.env._(
                "%(count)s lines are in the books and could not be taken back: "
                "%(error)s\nTry Again goes on with the rest.",
                count=self.env["account.bank.statement.line"].search_count(
                    [("statement_file_id", "=", self.id)]
                ),
                error=error,
            )
            self._note_failure("\n".join(filter(None, [self.failure, words])))

    def _take_back_some(self):
        """Delete the statements and some lines; note when none is left.

        :raise UserError: if one was matched at the last moment
        """
        self._check_unmatched()
        Line = self.env["account.bank.statement.line"].sudo()
        # The file outlives the statements that it was attached to, and Odoo deletes no
        # line of a complete statement.
        original, statements = self.attachment_id, self.statement_ids.sudo()
        if original.res_model == statements._name and original.res_id in statements.ids:
            original.write({"res_model": self._name, "res_id": self.id})
        statements.unlink()
        of_file = [("statement_file_id", "=", self.id)]
        Line.search(of_file, limit=TAKE_BACK).unlink()
        if Line.search_count(of_file, limit=1):
            return
        self.part_ids.write({"is_done": False, "statement_id": False})
        if self.failure:
            self._note_failure(self.failure)
        else:
            self.write({"state": "taken_back", "line_count": 0})

    def _note_failure(self, reason):
        """Show why it failed, and tell who imported it."""
        self.write({"state": "failed", "failure": reason})
        self.message_post(
            body=self.env._("The import failed: %s", reason),
            partner_ids=self.user_id.partner_id.ids,
        )
