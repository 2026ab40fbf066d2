from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

STATES = [
    ("queued", "Waiting"),
    ("running", "Importing"),
    ("done", "Imported"),
    ("taking_back", "Taking Back"),
    ("failed", "Failed"),
    ("taken_back", "Taken Back"),
]
UNDER_WAY = ("queued", "running", "taking_back")  # the job's


class BankStatementFile(models.Model):
    """A statement file and what came of it: imported as a whole, or not at all.

    Nobody writes it but the import: what a person could put into it (another original,
    another state) would be acted on with more rights than the person has.
    """

    _name = "bank.statement.file"
    _description = "Statement File"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"
    _order = "id desc"

    name = fields.Char("File", required=True, readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "Original", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    journal_ids = fields.Many2many("account.journal", string="Banks", readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="queued", index=True
    )
    failure = fields.Text("Why It Failed", readonly=True)
    notes = fields.Text("What Was Checked", readonly=True)
    line_count = fields.Integer("New Lines", readonly=True)
    known_count = fields.Integer(
        "Known Already", readonly=True, help="Skipped: they were imported before."
    )
    finished_at = fields.Datetime("Finished", readonly=True)
    part_ids = fields.One2many("bank.statement.file.part", "file_id")
    statement_ids = fields.One2many(
        "account.bank.statement", "statement_file_id", "Statements", readonly=True
    )
    lines_done = fields.Integer("Lines Made", compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress")
    matched_count = fields.Integer("Matched", compute="_compute_matched")
    proposed_count = fields.Integer("With a Proposal", compute="_compute_matched")
    open_count = fields.Integer("To Review", compute="_compute_matched")

    @api.depends("part_ids.is_done", "line_count", "state")
    def _compute_progress(self):
        done = dict(
            self.env["bank.statement.file.part"]
            .sudo()
            ._read_group(
                [("file_id", "in", self.ids), ("is_done", "=", True)],
                ["file_id"],
                ["line_count:sum"],
            )
        )
        for each in self:
            each.lines_done = done.get(each, 0)
            if each.state == "done":
                each.lines_done = each.line_count
            each.progress = 100.0 * each.lines_done / (each.line_count or 1)

    def _compute_matched(self):
        """Count what has come of the lines by now."""
        Line = self.env["account.bank.statement.line"]
        of_files = [("statement_file_id", "in", self.ids), ("amount", "!=", 0)]
        is_open = [*of_files, ("is_reconciled", "=", False)]
        by_file = ["statement_file_id"], ["__count"]
        matched = dict(
            Line._read_group([*of_files, ("is_reconciled", "=", True)], *by_file)
        )
        left = dict(Line._read_group(is_open, *by_file))
        proposed = dict(
            Line._read_group([*is_open, ("match_ids.state", "=", "proposed")], *by_file)
        )
        for each in self:
            each.matched_count = matched.get(each, 0)
            each.open_count = left.get(each, 0)
            each.proposed_count = proposed.get(each, 0)

    # === WHETHER IT IS WHOLE === #

    def _is_whole(self):
        """Return whether all lines of this file are in the books."""
        self.ensure_one()
        return self.state == "done"

    @api.model
    def _unfinished(self):
        """Return the files that are under way, and what a failed one left behind."""
        failed = self.search([("state", "=", "failed")])
        rows = self.env["account.bank.statement.line"]._read_group(
            [("statement_file_id", "in", failed.ids)], ["statement_file_id"]
        )
        left = self.union(*(file for (file,) in rows))
        return self.search([("state", "in", UNDER_WAY)]) | left

    def _wait_words(self):
        """Return in words what lines of this file wait for; "" if there are none."""
        self.ensure_one()
        if self.state == "taking_back":
            return self.env._("%s is being taken back.", self.name)
        if self.state != "failed":
            return self.env._(
                "%(file)s is being imported: %(done)s of %(count)s lines are there. "
                "They can be matched when all are.",
                file=self.name,
                done=self.lines_done,
                count=self.line_count,
            )
        of_file = [("statement_file_id", "=", self.id)]
        left = self.env["account.bank.statement.line"].search_count(of_file)
        return left and self.env._(
            "The import of %(file)s failed, and %(count)s of its lines could not be "
            "taken back: they wait until it is whole. See Statement Files.",
            file=self.name,
            count=left,
        )

    # === FROM THE IMPORT === #

    @api.model
    def _take(self, name, content, plans):
        """Keep a file that was read, and its lines in parts that are made one by one.

        :param str name: the file's name
        :param content: the file, as base64
        :param list plans: see ``account.statement.import._plan``
        :return: bank.statement.file
        """
        attachment = self.env["ir.attachment"].create({"name": name, "datas": content})
        record = self.create(
            {
                "name": name,
                "attachment_id": attachment.id,
                "company_id": plans[0]["journal"].company_id.id,
                "journal_ids": [Command.set([each["journal"].id for each in plans])],
                "user_id": self.env.uid,
                "line_count": sum(len(each["lines"]) for each in plans),
                "known_count": sum(each["known"] for each in plans),
                "notes": "\n".join(note for each in plans for note in each["notes"]),
                "part_ids": [Command.create(part) for part in _parts(plans)],
            }
        )
        attachment.write({"res_model": record._name, "res_id": record.id})
        # As OCA's import does: the card offers Import from now on.
        record.journal_ids.filtered(
            lambda journal: journal.bank_statements_source != "file_import_oca"
        ).bank_statements_source = "file_import_oca"
        return record

    def _check_may_import(self):
        """Refuse who does not keep the banks, and files of other companies.

        :raise AccessError: if so
        """
        self.env["account.match"].check_access("write")
        self.check_access("read")

    # === ACTIONS === #

    def action_open_lines(self):
        """List the lines that came with this file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reconciliation.action_bank_lines_to_review"
        )
        return {
            **action,
            "name": self.name,
            "domain": [("statement_file_id", "in", self.ids)],
            "context": {},
        }

    def action_open_statements(self):
        """List the statements that came with this file."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_bank_statement_tree"
        )
        return {**action, "domain": [("statement_file_id", "in", self.ids)]}

    def action_download(self):
        """Download the file as it was."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    def action_retry(self):
        """Import again what failed; nothing of it is in the books."""
        self._check_may_import()
        for each in self.filtered(lambda file: file.state == "failed"):
            each.sudo()._queue()
        return True

    def action_take_back(self):
        """Delete the lines of this file again; many of them are left to the job.

        :raise UserError: if some are matched already
        """
        self._check_may_import()
        for each in self.filtered(lambda file: file.state == "done"):
            each._check_unmatched()
            each.sudo()._begin_to_take_back()
        return True

    def _check_unmatched(self):
        """Refuse to delete what somebody or the engine has matched.

        :raise UserError: with what to do first
        """
        if matched := self._matched_lines():
            raise UserError(
                self.env._(
                    "%(count)s lines of %(file)s are matched already. Undo these "
                    "matches first (Matched, select all, Undo), then take the file "
                    "back.",
                    count=len(matched),
                    file=self.name,
                )
            )

    def _matched_lines(self):
        """Return the lines of this file that somebody or the engine has matched."""
        return self.env["account.bank.statement.line"].search(
            [
                ("statement_file_id", "in", self.ids),
                ("is_reconciled", "=", True),
                ("amount", "!=", 0),
            ]
        )


PART = 500  # lines per database transaction


def _parts(plans):
    """Yield the values of the parts of a file: no part spans two statements."""
    for number, plan in enumerate(plans):
        for start in range(0, len(plan["lines"]), PART):
            lines = plan["lines"][start : start + PART]
            yield {
                "number": number,
                "statement_values": plan["statement"],
                "lines": lines,
                "line_count": len(lines),
            }
