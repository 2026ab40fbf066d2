"""What a person does in the workbench; each is undone by one key."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, html2plaintext

from .account_match import DONE_BY_HAND

NOTES_SHOWN = 5


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def workbench_open(self):
        """Return all that is shown of one line."""
        self.ensure_one()
        return self._workbench_detail()

    # === MATCHING === #

    def workbench_accept(self, match_id, domain, next_id=False):
        """Post a proposal of this line; return what has changed, and the next line.

        :raise UserError: if it is not open any more, or the books refuse it
        """
        match = self.match_ids.filtered(lambda each: each.id == match_id)
        if not match:
            raise UserError(
                self.env._("This proposal is gone: somebody was faster, or it changed.")
            )
        touched = self._lines_with_rivals(match._members(), match.payout_id)
        match.action_accept()
        return self._after_act(domain, next_id, touched)

    def workbench_post(self, parts, domain, next_id=False):
        """Post what a person has put together; see :meth:`_allocate`."""
        self._check_may_match()
        ids = [int(part["id"]) for part in parts if part["kind"] == "item"]
        touched = self._lines_with_rivals(self.env["account.move.line"].browse(ids))
        self._post_allocation(parts)
        return self._after_act(domain, next_id, touched)

    def workbench_reject(self, match_id, domain):
        """Take a proposal off the list, for good."""
        self.match_ids.filtered(lambda each: each.id == match_id).action_reject()
        return self._after_act(domain, self.id)

    def workbench_restore(self, match_id, domain):
        """Put a rejected proposal back on the list."""
        self._check_may_match()
        rejected = self.match_ids.filtered(
            lambda each: each.id == match_id and each.state == "rejected"
        )
        rejected._propose_again()
        return self._after_act(domain, self.id)

    def workbench_undo(self, domain, as_proposed=False):
        """Open these lines again, whatever they were matched or booked with.

        :param bool as_proposed: a step is taken back, nothing was wrong with it: what
            was a proposal is one again
        """
        self._check_may_match()
        matched = self.filtered("is_reconciled")
        items = matched.match_ids._members()
        touched = self._lines_with_rivals(items) | matched
        accepted = matched.match_ids.filtered(lambda each: each.state == "posted")
        partly = (self - matched).filtered(lambda line: not line._is_unmatched())
        self.action_undo_match()
        if partly:
            partly.action_undo_reconciliation()
            partly._match("button", post=False)
        if as_proposed:
            accepted.exists()._propose_again()
        return (touched | partly)._after_act(domain, self[:1].id)

    def workbench_set_partner(self, partner_id, domain):
        """Enter who paid or was paid, and look for proposals again."""
        self._check_may_match()
        self._check_is_open()
        partner = self._chosen("res.partner", partner_id)
        self.sudo().partner_id = partner.commercial_partner_id
        self._match("button", post=False)
        return self._after_act(domain, self.id)

    def workbench_look_again(self, domain):
        """Look for proposals now."""
        self._check_may_match()
        self._match("button", post=False)
        return self._after_act(domain, self.id)

    def _check_may_match(self):
        self.env["account.match"].check_access("write")
        self.check_access("read")

    def _lines_with_rivals(self, items, payouts=None):
        """Return this and other lines whose proposals a posting may make void."""
        rivals = self.env["account.match"].search(
            [
                ("state", "=", "proposed"),
                "|",
                ("payout_id", "in", payouts.ids if payouts else []),
                "|",
                ("move_line_id", "in", items.ids),
                ("item_ids", "in", items.ids),
            ]
        )
        return self | rivals.statement_line_id

    def _after_act(self, domain, next_id, touched=None):
        """Return the rows that changed, the progress, and the line to show next."""
        touched = touched or self
        self.env.flush_all()
        touched.invalidate_recordset(["best_match_id", "match_state", "match_ids"])
        following = self.browse(next_id or []).exists()
        return {
            "rows": touched.exists()._workbench_rows(),
            "progress": self.workbench_progress(domain),
            "next": following._workbench_detail() if following else False,
        }

    # === NOTES AND FILES === #

    def workbench_note(self, text):
        """Write a note on the line's entry; return the talk and the note's id."""
        self._check_may_match()
        if not (text or "").strip():
            raise UserError(self.env._("Write something first."))
        note = self.sudo().move_id.message_post(
            body=text.strip(),
            author_id=self.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        return {"id": note.id, **self._shown_talk()}

    def workbench_forget_note(self, message_id):
        """Take back a note that this user wrote."""
        self._check_may_match()
        note = self.move_id.sudo().message_ids.filtered(
            lambda each: (
                each.id == message_id
                and each.author_id == self.env.user.partner_id
                and each.message_type == "comment"
            )
        )
        note.unlink()
        return self._shown_talk()

    def workbench_talk(self):
        """Return notes and files, such as those that were just uploaded."""
        self.check_access("read")
        return self._shown_talk()

    def workbench_forget_files(self, attachment_ids):
        """Take back files that this user has attached."""
        self._check_may_match()
        files = self._workbench_files().filtered(
            lambda each: each.id in attachment_ids and each.create_uid == self.env.user
        )
        files.unlink()
        return self._shown_talk()

    def _workbench_files(self):
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "account.move"),
                    ("res_id", "=", self.move_id.id),
                    ("res_field", "=", False),
                ]
            )
        )

    def _shown_talk(self):
        """Return the last notes and the files of the line's entry."""
        notes = self.move_id.sudo().message_ids.filtered(
            lambda each: each.message_type == "comment"
        )[:NOTES_SHOWN]
        return {
            "notes": [
                {
                    "id": note.id,
                    "author": note.author_id.name or "",
                    "date": format_datetime(self.env, note.date),
                    "text": html2plaintext(note.body or ""),
                }
                for note in notes
            ],
            "files": [
                {"id": each.id, "name": each.name} for each in self._workbench_files()
            ],
        }


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _propose_again(self):
        """Put back on the list what was undone or rejected by a slip of the hand.

        What only a person had chosen was on no list before.
        """
        for match in self.sudo().filtered(lambda each: each.how != "chosen"):
            match.write(
                {
                    "state": "proposed",
                    "held_by": [
                        each for each in match.held_by or () if each not in DONE_BY_HAND
                    ],
                    "decided_by_id": False,
                    "decided_at": False,
                }
            )
