"""What is to be done with a file that was read: checked before anything is made."""

import hashlib
from collections import Counter

from odoo import models
from odoo.exceptions import UserError

from ..statement_files.texts import clean

TEXTS = ("payment_ref", "ref", "partner_name", "account_number")


class AccountStatementImport(models.TransientModel):
    _inherit = "account.statement.import"

    def _plans(self, parsed):
        """Return what is to be made: one plan per statement.

        :param list parsed: (currency code, account number, list of statement values)
        :raise UserError: with all that is wrong; nothing is made then
        """
        plans = []
        for currency, account, statements in _by_account(parsed):
            if not self._check_parsed_data(statements):
                continue
            journal = self._match_journal(account, self._known_currency(currency))
            self._complete_stmts_vals(statements, journal, account)
            plans += [self._plan(journal, values) for values in statements]
        if not plans:
            raise UserError(
                self.env._(
                    "The file holds no booked line. If the bank lists pending ones, "
                    "import it again when they are booked."
                )
            )
        self._leave_out_known(plans)
        self._check_lock_dates(plans)
        for plan in plans:
            self._note(plan)
        return plans

    def _known_currency(self, code):
        if not code:
            raise UserError(
                self.env._(
                    "The file does not say in which currency the account is kept. Ask "
                    "the bank for camt.053."
                )
            )
        return self._match_currency(code)

    def _plan(self, journal, values):
        """Return the plan of one statement, all its lines taken for new."""
        lines = values.pop("transactions", [])
        pending, is_proven = values.pop("pending", 0), values.pop("is_proven", None)
        said, left_out = values.pop("balance_problem", None), values.pop("left_out", 0)
        values.pop("creation_context", None)
        if "balance_start" in values and "balance_end_real" in values:
            is_proven = is_proven is not False
        return {
            "journal": journal,
            "statement": {
                name: str(value) if name == "date" and value else value
                for name, value in values.items()
            },
            "lines": [self._storable(line) for line in lines],
            "pending": pending,
            "left_out": left_out,
            "is_proven": bool(is_proven) and not said,
            "is_wrong": bool(said),
            "known": 0,
            "notes": [said] if said else [],
        }

    def _storable(self, line):
        """Return a line's values as JSON keeps them; some parsers write all as text."""
        figures = {
            name: float(line[name] or 0)
            for name in ("amount", "amount_currency")
            if name in line
        }
        return {**line, **figures, "date": str(line["date"])[:10]}

    # === THE JOURNAL === #

    def _match_journal(self, account_number, currency):
        """Return the company's journal of this account.

        Unlike OCA's, which takes any account that contains the number, of any company.

        :raise UserError: with what to set up
        """
        asked = self.env["account.journal"].browse(self.env.context.get("journal_id"))
        self._check_is_no_gateway(asked)
        if not account_number:
            return super()._match_journal(account_number, currency)
        banks = self.env["account.journal"].search(
            [
                ("type", "in", ("bank", "credit")),
                ("bank_account_id", "!=", False),
                ("company_id", "=", (asked.company_id or self.env.company).id),
            ]
        )
        banks -= self.env["payment.provider"]._gateway_journals()
        found = banks.filtered(lambda each: each._names_account(account_number))
        found = found.filtered(lambda each: each == asked) or found
        if len(found) != 1:
            raise UserError(self._no_journal(account_number, found, asked))
        if asked and found != asked:
            raise UserError(
                self.env._(
                    "The file is of account %(account)s, the account of %(other)s, not "
                    "of %(asked)s. Import it there, or choose another file.",
                    account=account_number,
                    other=found.display_name,
                    asked=asked.display_name,
                )
            )
        kept_in = found.currency_id or found.company_id.currency_id
        if kept_in != currency:
            raise UserError(
                self.env._(
                    "The file is in %(currency)s, but %(journal)s is kept in "
                    "%(kept_in)s. Choose the file of the right account, or the "
                    "journal's currency.",
                    currency=currency.name,
                    journal=found.display_name,
                    kept_in=kept_in.name,
                )
            )
        return found

    def _check_is_no_gateway(self, journal):
        """Refuse to import into a journal that its gateway keeps: all would be twice.

        :raise UserError: if it is one
        """
        if journal in self.env["payment.provider"]._gateway_journals():
            raise UserError(
                self.env._(
                    "%s is kept by its gateway: its movements come by themselves. "
                    "Choose a bank.",
                    journal.display_name,
                )
            )

    def _no_journal(self, number, found, asked):
        if found:
            return self.env._(
                "Several journals fit account %(account)s: %(journals)s. Give each its "
                "whole IBAN.",
                account=number,
                journals=", ".join(found.mapped("display_name")),
            )
        if asked and not asked.bank_account_id:
            return self.env._(
                "The file is of account %(account)s, but %(journal)s has no account "
                "number yet. Enter it there (Configuration > Journals), then import "
                "again.",
                account=number,
                journal=asked.display_name,
            )
        return self.env._(
            "The file is of account %s, which no bank journal of this company has. "
            "Choose the file of another account, or enter the number at the journal "
            "(Configuration > Journals).",
            number,
        )

    # === THE LINES === #

    def _complete_stmts_vals(self, stmts_vals, journal, account_number):
        """Give each line its id: the bank's, else one made of what it says."""
        for values in stmts_vals:
            same = Counter()
            is_sound = values.get("is_proven") and not values.get("balance_problem")
            for line in values["transactions"]:
                for name in TEXTS:
                    if isinstance(line.get(name), str):
                        line[name] = clean(line[name])
                line["payment_ref"] = line.get("payment_ref") or "/"
                given = line.get("unique_import_id")
                if not given:
                    print_ = _fingerprint(line)
                    same[print_] += 1
                    line["unique_import_id"] = f"={print_}-{same[print_]}"
                elif is_sound:  # the balances prove that each is money of its own
                    same[given] += 1
                    if same[given] > 1:
                        line["unique_import_id"] = f"{given}-{same[given]}"
        number = journal.bank_account_id.acc_number
        return super()._complete_stmts_vals(stmts_vals, journal, number)

    def _leave_out_known(self, plans):
        """Leave out the lines that are in the books already, by the bank's own id."""
        ids = [line["unique_import_id"] for plan in plans for line in plan["lines"]]
        seen = self._known_ids(ids)
        for plan in plans:
            new = []
            for line in plan["lines"]:
                if line["unique_import_id"] in seen:
                    plan["known"] += 1
                    if "balance_start" in plan["statement"]:
                        plan["statement"]["balance_start"] += line["amount"]
                    continue
                seen.add(line["unique_import_id"])
                new.append(line)
            # Of one day Odoo shows the lowest sequence as the latest.
            plan["lines"] = [
                {**line, "sequence": len(new) - place} for place, line in enumerate(new)
            ]

    def _known_ids(self, ids):
        """Return those of these ids that a bank line bears already."""
        Line = self.env["account.bank.statement.line"].sudo()
        rows = [
            each
            for start in range(0, len(ids), 5000)
            for each in Line.search_fetch(
                [("unique_import_id", "in", ids[start : start + 5000])],
                ["unique_import_id"],
            )
        ]
        return {each.unique_import_id for each in rows}

    def _check_lock_dates(self, plans):
        """Refuse lines of a closed period.

        :raise UserError: with the lines, the lock date and what to do
        """
        wrong = [plan["journal"]._closed_period_words(plan["lines"]) for plan in plans]
        if any(wrong):
            raise UserError("\n".join(filter(None, wrong)))


def _fingerprint(line):
    """Return what tells a line from others where the bank gives it no id."""
    said = (line.get(name) or "" for name in ("date", "amount", *TEXTS))
    text = "\x1f".join(str(each) for each in said)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _by_account(parsed):
    """Yield the statements with lines, those of an account together: found once."""
    found = {}
    for currency, account, statements in parsed:
        kept = found.setdefault((currency, account), [])
        kept += [each for each in statements if each["transactions"]]
    for (currency, account), statements in found.items():
        yield currency, account, statements
