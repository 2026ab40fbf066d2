"""Many proposals at once: looked at in sum, posted in batches, errors by line."""

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError

BATCH_PREVIEW = 500  # lines that a person can look at
BATCH_POST = 25  # at most, in one request


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model
    def workbench_batch(self, domain):
        """Return the lines with one proposal that stands out, and what they would book.

        :return: dict of ``lines`` (each with its rows, and whether it is sure) and
            ``more``: whether there are further ones
        """
        lines = self.search(
            [
                *self._workbench_domain(domain),
                ("is_reconciled", "=", False),
                ("match_ids.state", "=", "proposed"),
            ],
            limit=BATCH_PREVIEW + 1,
        )
        lines, more = lines[:BATCH_PREVIEW], len(lines) > BATCH_PREVIEW
        lines._prefetch_for_workbench()
        shown = [line._batch_row() for line in lines if line.best_match_id]
        shown.sort(key=lambda row: (not row["is_sure"], -row["confidence"]))
        return {
            "lines": _without_shared_items(shown),
            "more": more,
        }

    def _batch_row(self):
        """Return what the preview shows of this line and its best proposal."""
        best = self.best_match_id
        rows, problem = best._preview()
        shown = self._shown_rows(rows) if rows else []
        own = self.company_id.currency_id
        accounts = []
        if rows:
            for row, item in zip([self._bank_row(), *rows], shown, strict=True):
                accounts.append([item["account"], own.round(row["balance"])])
        return {
            **self._workbench_row(),
            "match_id": best.id,
            "held": best._held_words(),
            "evidence": (best.evidence_text or "").splitlines(),
            "items": best._members().ids,
            "payout": best.payout_id.id,
            "accounts": accounts,
            "problem": problem or "",
            "is_sure": best._is_sure() and not problem,
            "company_currency": own.id,
        }

    @api.model
    def workbench_accept_many(self, match_ids):
        """Post some proposals, each on its own; one that fails holds up no other.

        :param match_ids: at most BATCH_POST ids
        :return: dict of ``posted`` (ids of lines) and ``errors``: [{id, label, error}]
        """
        self.env["account.match"].check_access("write")
        matches = self.env["account.match"].browse(match_ids[:BATCH_POST]).exists()
        posted, errors = [], []
        gone = set(match_ids) - set(matches.ids)
        if gone:
            errors.append(
                {
                    "id": False,
                    "label": "",
                    "error": self.env._("%s proposals are gone.", len(gone)),
                }
            )
        for match in matches:
            line = match.statement_line_id
            try:
                with self.env.cr.savepoint():
                    match.action_accept()
                posted.append(line.id)
            except psycopg2.OperationalError:
                raise
            except UserError as error:
                label = line.payment_ref or line.name
                errors.append({"id": line.id, "label": label, "error": str(error)})
        return {"posted": posted, "errors": errors}

    @api.model
    def workbench_changed(self, line_ids, domain):
        """Return fresh rows of lines, after others than the one at hand changed."""
        return self.browse(line_ids).exists()._after_act(domain, False)


def _without_shared_items(rows):
    """Take the tick off lines whose item an earlier, surer line would settle."""
    taken = set()
    for row in rows:
        keys = {("item", each) for each in row["items"]}
        keys |= {("payout", row["payout"])} if row["payout"] else set()
        row["is_taken"] = bool(keys & taken)
        if row["is_taken"]:
            row["is_sure"] = False
        taken |= keys
    return rows
