"""Errors of tables line by line: OCA's parser stops at the first and tells no place."""

from odoo import api, models
from odoo.exceptions import UserError

SHOWN = 20  # errors that a message lists
BINARY = (b"PK", b"\x89PNG", b"%PDF", b"\xd0\xcf\x11\xe0")
ROW_ERRORS = (ValueError, TypeError, KeyError, IndexError, ArithmeticError)


class AccountStatementImportSheetParser(models.TransientModel):
    _inherit = "account.statement.import.sheet.parser"

    @api.model
    def parse(self, data_file, mapping, filename):
        """Decode as the mapping says, not as it seems; a bank is needed to import for.

        :raise UserError: with all that is wrong
        """
        if not self.env.context.get("journal_id"):
            raise UserError(
                self.env._(
                    "A table does not name its account: press Import on the bank's "
                    "card in the accounting dashboard."
                )
            )
        kind = self._get_sheet_type(data_file)
        if not hasattr(self, f"_parse_lines_{kind}"):
            raise UserError(
                self.env._(
                    "This kind of spreadsheet cannot be read. Save it as CSV, then "
                    "import it again."
                )
            )
        if kind == "csv":
            data_file = self._as_utf8(data_file, mapping)
        left_out = []
        counting = self.with_context(rows_left_out=left_out)
        currency, account, statements = super(
            AccountStatementImportSheetParser, counting
        ).parse(data_file, mapping, filename or "")
        statements[0]["left_out"] = len(left_out)
        return currency, account, statements

    def _get_sheet_type(self, data_file):
        """A text in an old encoding is a text too."""
        found = super()._get_sheet_type(data_file)
        is_text = b"\x00" not in data_file[:4096] and not data_file.startswith(BINARY)
        return "csv" if found is None and is_text else found

    def _as_utf8(self, data_file, mapping):
        """Return the file in UTF-8 with its mark, which no guess can mistake.

        :raise UserError: if it is in another encoding than the mapping says
        """
        encoding = (mapping.file_encoding or "utf-8").removesuffix("-sig")
        try:
            text = data_file.decode(encoding)
        except UnicodeDecodeError as error:
            line = data_file.count(b"\n", 0, error.start) + 1
            names = dict(mapping._fields["file_encoding"].selection)
            raise UserError(
                self.env._(
                    "Line %(line)s is not in %(encoding)s. Choose another encoding in "
                    "the sheet mapping %(mapping)s.",
                    line=line,
                    encoding=names.get(mapping.file_encoding, encoding),
                    mapping=mapping.name,
                )
            ) from error
        return text.lstrip("\ufeff").replace("\x00", "").encode("utf-8-sig")

    def _get_column_indexes(self, header, column_name, mapping):
        """Name the column that is missing.

        :raise UserError: with the columns that are there
        """
        try:
            return super()._get_column_indexes(header, column_name, mapping)
        except ValueError as error:
            raise UserError(
                self.env._(
                    'The column "%(column)s" is not in the file. Its columns are: '
                    "%(columns)s. Choose another sheet mapping, or correct "
                    "%(mapping)s.",
                    column=mapping[column_name],
                    columns=", ".join(filter(None, header)) or "-",
                    mapping=mapping.name,
                )
            ) from error

    def _parse_rows(self, mapping, currency_code, data, columns):
        """Parse each row by itself, and list what is wrong with its number.

        Banks that write the newest line first are turned round.
        """
        rows, label_line, footer_line = data
        lines, errors = [], []
        for number, row in enumerate(rows, label_line):
            if isinstance(rows, list) and not (number or mapping.no_header):
                continue  # a spreadsheet's header
            place = getattr(rows, "line_num", number + 1)
            one = [row], number, footer_line
            try:
                found = super()._parse_rows(mapping, currency_code, one, columns)
            except ROW_ERRORS as error:
                errors.append((place, error))
                continue
            lines += [{**line, "row": place} for line in found]
            if not found and any(row) and columns["currency_column"]:
                self.env.context.get("rows_left_out", []).append(place)
        if errors:
            raise UserError(self._row_errors(errors, mapping))
        lines = self._oldest_first(lines)
        self._check_balances(lines)
        return lines

    def _row_errors(self, errors, mapping):
        said = [
            self.env._("Line %(line)s: %(error)s", line=line, error=error)
            for line, error in errors[:SHOWN]
        ]
        if len(errors) > SHOWN:
            said.append(self.env._("… and %s more.", len(errors) - SHOWN))
        said.append(
            self.env._(
                "Correct the file, or the formats of dates and amounts in the sheet "
                "mapping %s.",
                mapping.name,
            )
        )
        return "\n".join(said)

    def _oldest_first(self, lines):
        """Return the lines in the order in which they were booked."""
        if len(lines) < 2:
            return lines
        first, last = lines[0], lines[-1]
        newest_first = first["timestamp"] > last["timestamp"]
        if first["timestamp"] == last["timestamp"] and "balance" in first:
            newest_first = self._break(lines) and not self._break(lines[::-1])
        return lines[::-1] if newest_first else lines

    def _break(self, lines):
        """Return the first line whose balance does not follow from the one before."""
        for before, line in zip(lines, lines[1:], strict=False):
            if before.get("balance") is None or line.get("balance") is None:
                return None
            if round(before["balance"] + line["amount"] - line["balance"], 6):
                return before, line
        return None

    def _check_balances(self, lines):
        """Refuse a file whose running balance is broken: lines are missing.

        :raise UserError: with the line
        """
        if broken := self._break(lines):
            before, line = broken
            raise UserError(
                self.env._(
                    "Line %(line)s: after %(amount).2f the balance is %(balance).2f, "
                    "but it was %(before).2f before. Lines are missing or out of "
                    "order: download the file from the bank again.",
                    line=line["row"],
                    amount=line["amount"],
                    balance=line["balance"],
                    before=before["balance"],
                )
            )
