import string

from odoo import fields, models
from odoo.tools import format_date

SHOWN = 10  # lines that a message names


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_bank_statements_available_import_formats(self):
        """Name the formats that are read here; the sheets are another addon's."""
        formats = super()._get_bank_statements_available_import_formats()
        return [*formats, "CAMT", "MT940", "OFX"]

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Name the file that is being imported; before it is whole nothing is proved.

        Its statement has the closing balance of lines that are not there yet.
        """
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        files = self.env["bank.statement.file"].sudo()._unfinished()
        words = {}
        for file in files.filtered(lambda each: each.journal_ids & self):
            if said := file._wait_words():
                words |= dict.fromkeys(file.journal_ids.ids, said)
        for journal in self:
            data = dashboard_data[journal.id]
            data["bank_importing"] = words.get(journal.id)
            if data["bank_importing"]:
                data["bank_proof"] = False
        return result

    def _statement_line_import_speeddict(self):
        """Leave out accounts of several partners: they do not tell who paid."""
        known = super()._statement_line_import_speeddict()
        shared = self.env["res.partner.bank"]._read_group(
            [("company_id", "in", (False, self.company_id.id))],
            ["acc_number"],
            having=[("__count", ">", 1)],
        )
        for (number,) in shared:
            known["account_number"].pop(number, None)
        return known

    def _closed_period_words(self, lines):
        """Return why these lines cannot be booked on their dates; None if they can.

        Odoo would date a line of a closed period anew, silently.

        :param list lines: values of bank lines of this journal
        """
        self.ensure_one()
        company, locks = self.company_id, {}
        for day in {line["date"] for line in lines}:
            date = fields.Date.to_date(day)
            locks[day] = company._get_violated_lock_dates(date, False, self)
        locked = [line for line in lines if locks[line["date"]]]
        if not locked:
            return None
        shown = [
            f"{format_date(self.env, line['date'])}  {line['amount']:.2f}  "
            f"{line['payment_ref'][:60]}"
            for line in locked[:SHOWN]
        ]
        if len(locked) > SHOWN:
            shown.append(self.env._("… and %s more", len(locked) - SHOWN))
        latest = max(lock for found in locks.values() for lock in found)
        return self.env._(
            "%(count)s new lines are dated in a closed period: %(lock)s.\n%(lines)s\n"
            "Have the lock date set back (Accounting > Lock Dates), import again, and "
            "close the period anew; or choose a file that begins later.",
            count=len(locked),
            lock=company._format_lock_dates([latest]),
            lines="\n".join(shown),
        )

    def _names_account(self, number):
        """Return whether ``number``, as a file writes it, is this journal's account.

        A file may write the national form: bank code and number without leading zeros,
        or with the currency behind it.

        :param str number: letters and digits, parts separated by blanks or slashes
        """
        self.ensure_one()
        own = self.bank_account_id.sanitized_acc_number or ""
        currency = (self.currency_id or self.company_id.currency_id).name
        parts = [part for part in number.upper().replace("/", " ").split() if part]
        if parts and parts[-1] == currency:
            parts.pop()
        whole = "".join(filter(str.isalnum, "".join(parts))).removesuffix(currency)
        if not own or not whole or whole == own:
            return bool(own and whole)
        bank, account = parts if len(parts) == 2 else ("", whole)
        return account.isdigit() and _is_national(own, bank, account.lstrip("0"))


def _is_national(own, bank, account):
    """Return whether an IBAN is of this national account, leading zeros left out.

    :param str bank: code of the bank; "" if the file does not give it
    """
    national = own[4:] if own[:2].isalpha() else own
    if bank:
        of_bank = national.startswith(bank)
        return of_bank and national.removeprefix(bank).lstrip("0") == account
    if own.startswith("DE"):  # 8 digits of bank code, 10 of account
        national = national[8:]
    return national.lstrip(string.ascii_uppercase).lstrip("0") == account
