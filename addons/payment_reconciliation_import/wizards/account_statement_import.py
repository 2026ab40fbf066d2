"""The accountant's door: a file is imported as a whole, or the reasons are shown."""

import base64
import logging

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError

from ..statement_files import read, xml_safely
from ..statement_files.values import StatementFileError, balance_problem
from .statement_problem_words import words

_logger = logging.getLogger(__name__)


class BalancesDiffer(UserError):
    """Opening balance, lines and closing balance do not add up."""


class AccountStatementImport(models.TransientModel):
    _inherit = "account.statement.import"

    journal_id = fields.Many2one(
        "account.journal",
        "Bank",
        readonly=True,
        default=lambda self: self.env.context.get("journal_id"),
    )
    problem = fields.Text(readonly=True)
    ignore_balances = fields.Boolean(help="A person has seen that they do not add up.")
    may_ignore = fields.Boolean(readonly=True)

    # === ACTIONS === #

    def action_import(self):
        """Import the file and show what came of it.

        What is wrong is shown on this screen; nothing is changed then.
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                record = self._take_file()
        except UserError as error:
            self.may_ignore = isinstance(error, BalancesDiffer)
            return self._show_problem(str(error))
        except psycopg2.errors.UniqueViolation:
            return self._show_problem(
                self.env._(
                    "Somebody imports the same lines at this moment. Look at Statement "
                    "Files, then try again."
                )
            )
        record.sudo()._match_now()
        return self._show_result(record)

    def action_import_anyway(self):
        """Import although the balances do not add up; the statement says so."""
        self.ignore_balances = True
        action = self.action_import()
        self.ignore_balances = False  # said of this file, not of the next one
        return action

    def _show_problem(self, problem):
        self.problem = problem
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_statement_import_file.account_statement_import_action"
        )
        return {**action, "res_id": self.id, "context": dict(self.env.context)}

    def _show_result(self, record):
        view = self.env.ref("payment_reconciliation_import.bank_statement_file_result")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statement File"),
            "res_model": record._name,
            "res_id": record.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def _import_file(self):
        """As OCA's import does: for who calls it from code.

        Balances that do not add up are told, not refused: nobody could be asked.

        :raise UserError: with all that is wrong, or if nothing is new
        """
        self.ignore_balances = True
        record = self._take_file()
        if not record.line_count:
            raise UserError(record.notes)
        return {
            "statement_ids": record.statement_ids.ids,
            "notifications": (record.notes or "").splitlines(),
        }

    def _take_file(self):
        """Read the file, check it, and make its new lines or queue them.

        :return: bank.statement.file
        :raise UserError: with all that is wrong
        """
        self.env["bank.statement.file"]._check_may_import()
        content = base64.b64decode(self.statement_file or b"")
        name = self.statement_filename or self.env._("Statement")
        _logger.info("Statement file %s: %s bytes", name, len(content))
        parsed = self.with_context(active_id=self.id)._parse_file(content)
        plans = self._plans(parsed if isinstance(parsed, list) else [parsed])
        Files = self.env["bank.statement.file"].sudo()
        record = Files._take(name, self.statement_file, plans)
        record.with_env(self.env)._check_may_import()  # of this company
        record._begin()
        return record.with_env(self.env)

    # === READING === #

    def _parse_file(self, data_file):
        """Read CAMT, MT940 and OFX; leave other formats to other addons.

        :raise UserError: with all that is wrong with the file
        """
        try:
            statements = read.read(data_file)
        except StatementFileError as error:
            raise self._refused(error.problems) from error
        if statements is None:
            return self._parse_otherwise(data_file)
        wrong = [found for each in statements if (found := balance_problem(each))]
        if wrong and not self.ignore_balances:
            raise BalancesDiffer(self._refused(wrong).args[0])
        return [self._as_parsed(each) for each in statements]

    def _refused(self, problems):
        return UserError("\n".join(words(self.env, each) for each in problems))

    def _parse_otherwise(self, data_file):
        """Ask the other addons; say what to do if none knows the format."""
        has_sheets = "sheet_mapping_id" in self._fields
        if not has_sheets or not self.sheet_mapping_id:
            if xml_safely.looks_like_xml(data_file):
                raise UserError(
                    self.env._(
                        "This XML file is no bank statement. Ask the bank for "
                        "camt.053 (or camt.052, camt.054)."
                    )
                )
            if has_sheets and _is_table(data_file):
                raise UserError(
                    self.env._(
                        "This is a table (CSV or a spreadsheet). Choose under Sheet "
                        "Mapping how its columns are to be read, and press Import."
                    )
                )
        # By this word OCA's sheet importer does not hide what is wrong behind its own.
        bare = self.with_context(account_statement_import_sheet_file_test=True)
        try:
            return super(AccountStatementImport, bare)._parse_file(data_file)
        except (UserError, psycopg2.Error):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a parser raises is the file's
            _logger.info("Statement file cannot be read", exc_info=True)
            why = str(error) or type(error).__name__
            raise UserError(
                self.env._("The file could not be read: %s", why)
            ) from error

    def _as_parsed(self, statement):
        """Return a statement as OCA's import has it: (currency, account, values)."""
        currencies = {
            each.name: each.id for each in self.env["res.currency"].search([])
        }
        entries = [self._as_values(entry, currencies) for entry in statement.entries]
        values = {
            "name": statement.name or None,
            "transactions": entries,
            "pending": statement.pending,
        }
        if statement.opening is not None:
            values["balance_start"] = float(statement.opening)
        if statement.closing is not None:
            values["balance_end_real"] = float(statement.closing)
        if statement.opening is None and statement.closing is not None:
            values["balance_start"] = float(statement.closing - statement.total)
        values["is_proven"] = None not in (statement.opening, statement.closing)
        if found := balance_problem(statement):
            values["balance_problem"] = words(self.env, found)
        return statement.currency, statement.account, [values]

    def _as_values(self, entry, currencies):
        """Return the values of a bank line.

        :param dict currencies: {code: id} of those that Odoo uses
        """
        values = {
            "date": fields.Date.to_string(entry.date),
            "amount": float(entry.amount),
            "payment_ref": entry.text,
            "ref": entry.reference,
            "partner_name": entry.partner_name,
            "account_number": entry.account_number,
            "transaction_details": entry.details,
            "unique_import_id": entry.bank_id
            and f"{entry.bank_id}/{entry.date:%Y%m%d}/{entry.amount.normalize():f}",
        }
        return {**values, **self._foreign_values(entry, currencies)}

    def _foreign_values(self, entry, currencies):
        """Return what the payment was in its own currency, if Odoo uses that."""
        if not entry.foreign:
            return {}
        code, amount = entry.foreign
        if code not in currencies:
            return {}
        return {
            "foreign_currency_id": currencies[code],
            "amount_currency": float(amount),
        }


def _is_table(data):
    """Return whether a file is a spreadsheet or lines of separated columns."""
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return True
    head = data[:4096].splitlines()[:3]
    return any(line.count(mark) > 1 for line in head for mark in (b",", b";", b"\t"))
