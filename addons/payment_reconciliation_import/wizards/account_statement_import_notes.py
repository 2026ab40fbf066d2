"""What the accountant is told of a file that was read."""

from odoo import models


class AccountStatementImport(models.TransientModel):
    _inherit = "account.statement.import"

    def _note(self, plan):
        """Add to a plan what the accountant is told of it."""
        values, journal = plan["statement"], plan["journal"]
        currency = journal.currency_id or journal.company_id.currency_id
        name = values.get("name") or journal.display_name
        notes = plan["notes"]
        if not plan["lines"]:
            notes.append(
                self.env._(
                    "%(name)s: all %(count)s lines were imported before. Nothing was "
                    "changed.",
                    name=name,
                    count=plan["known"],
                )
            )
        elif plan["known"]:
            notes.append(
                self.env._(
                    "%(name)s: %(known)s lines were imported before and are left out.",
                    name=name,
                    known=plan["known"],
                )
            )
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
        notes += self._count_notes(plan, name)

    def _count_notes(self, plan, name):
        """Return notes of lines that are no money, or no money yet."""
        empty = sum(not line["amount"] for line in plan["lines"])
        notes = []
        if empty:
            notes.append(
                self.env._(
                    "%(name)s: %(count)s lines have the amount 0; they are kept, there "
                    "is nothing to match.",
                    name=name,
                    count=empty,
                )
            )
        if plan["left_out"]:
            notes.append(
                self.env._(
                    "%(name)s: %(count)s lines are in another currency than the bank's "
                    "and are left out.",
                    name=name,
                    count=plan["left_out"],
                )
            )
        if plan["pending"]:
            notes.append(
                self.env._(
                    "%(name)s: %(count)s pending entries are left out; the bank sends "
                    "them again when they are booked.",
                    name=name,
                    count=plan["pending"],
                )
            )
        return notes

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
