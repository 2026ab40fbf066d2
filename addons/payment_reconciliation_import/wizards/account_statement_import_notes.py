"""What the accountant is told of a file that was read."""

from odoo import models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

COUNTED = {
    "all_known": _lt(
        "%(name)s: all %(count)s lines were imported before. Nothing was changed."
    ),
    "known": _lt("%(name)s: %(count)s lines were imported before and are left out."),
    "empty": _lt(
        "%(name)s: %(count)s lines have the amount 0; they are kept, there is nothing "
        "to match."
    ),
    "left_out": _lt(
        "%(name)s: %(count)s lines are in another currency than the bank's and are "
        "left out."
    ),
    "pending": _lt(
        "%(name)s: %(count)s pending entries are left out; the bank sends them again "
        "when they are booked."
    ),
}


class AccountStatementImport(models.TransientModel):
    _inherit = "account.statement.import"

    def _note(self, plan):
        """Add to a plan what the accountant is told of it."""
        values, journal = plan["statement"], plan["journal"]
        currency = journal.currency_id or journal.company_id.currency_id
        name = values.get("name") or journal.display_name
        notes = plan["notes"]
        known = "known" if plan["lines"] else "all_known"
        notes += self._counted(name, {known: plan["known"]})
        if plan["is_proven"]:
            notes.append(
                self.env._(
                    "%(name)s: opening balance, lines and closing balance %(closing)s "
                    "add up.",
                    name=name,
                    closing=currency.format(values["balance_end_real"]),
                )
            )
            notes += self._gap_notes(plan, currency)
        elif plan["lines"] and not plan["is_wrong"]:
            notes.append(
                self.env._(
                    "%s: the file has not both balances, so they could not be checked.",
                    name,
                )
            )
        counts = {what: plan[what] for what in ("left_out", "pending")}
        counts["empty"] = sum(not line["amount"] for line in plan["lines"])
        notes += self._counted(name, counts)

    def _counted(self, name, counts):
        """Return a note of each count that is not 0."""
        texts = {
            what: self.env._(COUNTED[what]) for what, count in counts.items() if count
        }
        return [
            text % {"name": name, "count": counts[what]} for what, text in texts.items()
        ]

    def _gap_notes(self, plan, currency):
        """Return a note if the statement does not begin where the last one ended."""
        if not plan["lines"]:
            return []
        first = min(line["date"] for line in plan["lines"])
        previous = self.env["account.bank.statement"].search(
            [("journal_id", "=", plan["journal"].id), ("date", "<=", first)],
            order="date desc, id desc",
            limit=1,
        )
        opening = plan["statement"]["balance_start"]
        if not previous or not currency.compare_amounts(
            previous.balance_end_real, opening
        ):
            return []
        return [
            self.env._(
                "Attention: it begins with %(opening)s, but the last statement "
                "(%(previous)s) ended with %(closing)s. A statement between them may "
                "be missing.",
                opening=currency.format(opening),
                previous=previous.name,
                closing=currency.format(previous.balance_end_real),
            )
        ]
