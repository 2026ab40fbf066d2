"""Files that are damaged, hostile or not ours are refused; nothing is changed."""

import base64

from odoo import fields
from odoo.tests import tagged

from .common import IBAN, ImportCommon, camt, entry

LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">'
    for n in range(10)
)


@tagged("post_install", "-at_install")
class TestBadFiles(ImportCommon):
    def test_cut_off(self):
        content = camt(*(entry(n, "x", f"B{n}") for n in range(1, 30)), closing=435)
        for share in (0.3, 0.7, 0.99):
            cut = content[: int(len(content) * share)]
            self.assertRefused(cut, "ends early or is damaged", "Download it")

    def test_balances_that_do_not_add_up(self):
        self.assertRefused(
            camt(entry(100, "A", "B1"), opening=50, closing=160),
            "S1",
            "does not add up",
            "the difference is 10.00",
        )

    def test_a_person_may_import_what_does_not_add_up(self):
        wizard = self.wizard(camt(entry(100, "A", "B1"), opening=50, closing=160))
        wizard.action_import()
        self.assertTrue(wizard.may_ignore)
        action = wizard.action_import_anyway()
        result = self.env["bank.statement.file"].browse(action["res_id"])
        self.assertIn("does not add up", result.notes)
        self.assertNotIn("could not be checked", result.notes)
        self.assertFalse(result.statement_ids.is_complete)
        self.assertEqual(self.lines().amount, 100)

    def test_a_persons_word_is_for_one_file(self):
        """The next file on the same screen is checked again."""
        wizard = self.wizard(camt(entry(100, "A", "B1"), opening=50, closing=160))
        wizard.action_import_anyway()
        self.assertFalse(wizard.ignore_balances)
        wrong = camt(entry(7, "B", "B2"), opening=150, closing=160)
        wizard.statement_file = base64.b64encode(wrong)
        wizard.action_import()
        self.assertIn("does not add up", wizard.problem)
        self.assertEqual(len(self.lines()), 1)

    def test_each_wrong_entry_is_named(self):
        good = entry(5, "good", "B1")
        bad_date = entry(5, "bad", "B2").replace("2026-03-11", "2026-02-30")
        bad_amount = entry(5, "bad", "B3").replace("5.00", "5 EUR")
        problem = self.assertRefused(camt(good, bad_date, good, bad_amount))
        self.assertEqual(len(problem.splitlines()), 2)
        self.assertIn('Entry 2, line 1: "2026-02-30" is no date', problem)
        self.assertIn('Entry 4, line 1: "5 EUR" is no amount', problem)

    def test_of_another_account(self):
        self.assertRefused(
            camt(entry(5), account="DE89370400440532013000"),
            "DE89370400440532013000",
            "no bank journal of this company has",
        )

    def test_of_another_journal_than_chosen(self):
        other = self.bank.copy({"code": "HB2"})
        other.name = "Other Bank"
        self.assertRefused(
            camt(entry(5)), "not of", "Other Bank", "House Bank", journal=other
        )

    def test_a_part_of_the_number_is_not_the_number(self):
        self.assertRefused(camt(entry(5), account=IBAN[4:]), "no bank journal")
        self.assertRefused(camt(entry(5), account="0908765"), "no bank journal")

    def test_the_national_number_is_known(self):
        content = camt(entry(5), account="0574908765")
        self.assertEqual(self.say_file(content).line_count, 1)

    def test_a_gateways_journal_is_no_bank(self):
        self.assertRefused(
            camt(entry(5)), "kept by its gateway", journal=self.provider.journal_id
        )

    def test_of_another_currency(self):
        self.assertRefused(
            camt(entry(5, currency="EUR"), currency="EUR"),
            "in EUR",
            "kept in USD",
        )
        self.assertRefused(
            camt(entry(5, currency="EUR")), "Entry 1", "in EUR", "kept in USD"
        )
        self.assertRefused(
            camt(entry(5, currency="XQQ"), currency="XQQ"), "no such currency"
        )

    def test_hostile_xml(self):
        secret = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        for prolog in (f"<!DOCTYPE Document [{LAUGHS}]>", secret):
            content = camt(entry(5, "MARK", "B1")).decode()
            content = content.replace("?>", f"?>{prolog}", 1)
            content = content.replace("MARK", "&l9;&x;")
            problem = self.assertRefused(content.encode(), "declares a document type")
            self.assertNotIn("root:", problem)

    def test_no_statement_at_all(self):
        self.assertRefused(b"", "empty")
        self.assertRefused(b"<html>Please log in</html>", "no bank statement", "camt")
        self.assertRefused(b"%PDF-1.4 statement", "not supported", name="x.pdf")
        self.assertRefused(b"PK\x03\x04 damaged", "archive is damaged", name="x.zip")
        self.assertRefused(camt(), "no booked line")
        only_pending = camt(entry(5)).replace(b"BOOK", b"PDNG")
        self.assertRefused(only_pending, "no booked line", "pending")

    def test_closed_period(self):
        self.company.fiscalyear_lock_date = fields.Date.to_date("2026-02-28")
        old = [entry(n, f"old {n}", f"B{n}", day="2026-02-27") for n in range(1, 13)]
        new = entry(99, "new", "B99")
        self.assertRefused(
            camt(*old, new),
            "12 new lines are dated in a closed period",
            "02/28/2026",
            "old 1",
            "and 2 more",
            "Lock Dates",
        )
        self.assertEqual(self.say_file(camt(new)).line_count, 1)
        self.company.fiscalyear_lock_date = False
        self.say_file(camt(*old, new))
        self.assertEqual(
            set(self.lines().mapped("date")),
            {fields.Date.to_date("2026-02-27"), fields.Date.to_date("2026-03-11")},
        )

    def test_known_lines_of_a_closed_period_do_not_hinder(self):
        invoice = self.owe(1.0)
        old = entry(1, invoice.name, "B1", day="2026-02-27")
        self.say_file(camt(old))
        self.company.fiscalyear_lock_date = fields.Date.to_date("2026-02-28")
        result = self.say_file(camt(old, entry(2, "new", "B2")))
        self.assertEqual((result.line_count, result.known_count), (1, 1))

    def test_error_while_lines_are_made_leaves_nothing(self):
        self.bank.suspense_account_id = False
        self.company.account_journal_suspense_account_id = False
        self.assertRefused(camt(entry(1, "a", "B1"), entry(2, "b", "B2")), "suspense")
