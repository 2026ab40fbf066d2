"""Tables of banks: every wrong line is told with its number, and nothing is changed."""

import io

import openpyxl

from odoo.tests import tagged

from odoo.addons.payment_reconciliation_import.tests.common import ImportCommon

HEAD = "Date,Text,Amount,Balance\n"


@tagged("post_install", "-at_install")
class TestSheet(ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mapping = cls.env["account.statement.import.sheet.mapping"].create(
            {
                "name": "Our bank",
                "float_thousands_sep": "comma",
                "float_decimal_sep": "dot",
                "timestamp_format": "%Y-%m-%d",
                "timestamp_column": "Date",
                "amount_column": "Amount",
                "balance_column": "Balance",
                "description_column": "Text",
            }
        )

    def wizard(self, content, name="statement.csv", **values):
        values.setdefault("sheet_mapping_id", self.mapping.id)
        return super().wizard(content, name=name, **values)

    def csv(self, *rows, head=HEAD):
        return (head + "\n".join(rows) + "\n").encode()

    def test_lines_balances_and_again(self):
        content = self.csv(
            '2026-03-10,"Paid, thanks",100.00,150.00', "2026-03-11,Fee,-5.00,145.00"
        )
        result = self.say_file(content)
        self.assertEqual(result.line_count, 2)
        self.assertEqual(self.lines().mapped("payment_ref"), ["Fee", "Paid, thanks"])
        statement = result.statement_ids
        self.assertEqual(
            (statement.balance_start, statement.balance_end_real), (50, 145)
        )
        self.assertIn("add up", result.notes)
        self.assertEqual(self.say_file(content).known_count, 2)

    def test_newest_first(self):
        result = self.say_file(
            self.csv(
                "2026-03-11,C,1.00,106.00",
                "2026-03-11,B,5.00,105.00",
                "2026-03-10,A,100.00,100.00",
            )
        )
        self.assertTrue(result.statement_ids.is_complete)
        self.assertEqual(result.statement_ids.balance_start, 0)
        self.assertEqual(self.lines().mapped("payment_ref"), ["C", "B", "A"])

    def test_each_wrong_line_is_told(self):
        problem = self.assertRefused(
            self.csv(
                "2026-03-10,good,100.00,100.00",
                "10.03.2026,bad date,1.00,101.00",
                "2026-03-10,good,1.00,102.00",
                "2026-02-30,no such day,1.00,103.00",
                "2026-03-10,bad amount,1-0.00,104.00",
            ),
            "Our bank",
        )
        for line in ("Line 3:", "Line 5:", "Line 6:"):
            self.assertIn(line, problem)
        self.assertNotIn("Line 2:", problem)

    def test_missing_line_shows_in_the_running_balance(self):
        self.assertRefused(
            self.csv("2026-03-10,A,100.00,100.00", "2026-03-11,B,5.00,115.00"),
            "Line 3",
            "balance is 115.00",
            "100.00 before",
        )

    def test_lines_of_another_currency_are_left_out_and_said(self):
        self.mapping.write({"currency_column": "Currency", "balance_column": False})
        rows = ["2026-03-10,A,5.00,USD", "2026-03-10,B,6.00,EUR"]
        result = self.say_file(self.csv(*rows, head="Date,Text,Amount,Currency\n"))
        self.assertEqual(self.lines().mapped("payment_ref"), ["A"])
        self.assertIn("1 lines are in another currency", result.notes)

    def test_missing_column_and_no_mapping(self):
        wrong = self.csv("2026-03-10,A,100.00", head="Day,Text,Sum\n")
        self.assertRefused(wrong, '"Date" is not in the file', "Day, Text, Sum")
        self.assertRefused(
            self.csv("2026-03-10,A,100.00,100.00"),
            "Choose under Sheet Mapping",
            sheet_mapping_id=False,
        )

    def test_encodings(self):
        text = "Müller & Söhne"
        content = self.csv(f"2026-03-10,{text},100.00,100.00").decode()
        self.assertRefused(content.encode("cp1252"), "Line 2 is not in UTF-8")
        self.mapping.file_encoding = "windows-1252"
        self.say_file(content.encode("cp1252"))
        self.assertEqual(self.lines().payment_ref, text)

    def test_hostile_texts(self):
        texts = ["100%_'", '=HYPERLINK("x")', "שלום", "💶" * 50, "x" * 9000]
        rows = [
            f'2026-03-1{n},"{t.replace(chr(34), chr(34) * 2)}",1.00,{n + 1}.00'
            for n, t in enumerate(texts)
        ]
        self.say_file(self.csv(*rows))
        self.assertEqual(self.lines().mapped("payment_ref"), texts[::-1])

    def test_spreadsheet(self):
        book = openpyxl.Workbook()
        book.active.append(["Date", "Text", "Amount", "Balance"])
        book.active.append(["2026-03-10", "A", 100.0, 100.0])
        book.active.append(["2026-03-11", "B", -5.5, 94.5])
        target = io.BytesIO()
        book.save(target)
        result = self.say_file(target.getvalue(), name="statement.xlsx")
        self.assertEqual(sorted(self.lines().mapped("amount")), [-5.5, 100])
        self.assertTrue(result.statement_ids.is_complete)

    def test_not_what_it_says(self):
        self.assertRefused(b"\x89PNG\r\n\x1a\n\x00\x00\x00", "sheet", name="x.csv")
        self.assertRefused(b"", "empty")
