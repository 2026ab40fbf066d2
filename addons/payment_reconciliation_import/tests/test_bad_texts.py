"""Texts and amounts that break careless code: kept, and matched like any other."""

from odoo.tests import tagged

from .common import ImportCommon, camt, entry

TEXTS = {
    "wildcards": "100% of _ INV%",
    "quotes": 'O\'Brien "x" `y` \\ ; DROP TABLE account_move; --',
    "emoji": "thanks 💶🧾👩🏽‍💻",
    "right to left": "حوالة فاتورة שלום \u202e reversed",
    "long": "Lorem ipsum 4711 " * 600,
    "markup": "<script>alert(1)</script> & <b>",
    "formula": '=HYPERLINK("http://x")',
}


@tagged("post_install", "-at_install")
class TestBadTexts(ImportCommon):
    def test_texts_are_kept_and_matched(self):
        for name, text in TEXTS.items():
            with self.subTest(name):
                invoice = self.owe(100.0)
                text = f"{text.strip()} {invoice.name}"
                result = self.say_file(camt(entry(100, text, f"B-{name}")))
                line = self.lines().filtered(
                    lambda each, file=result: each.statement_file_id == file
                )
                self.assertEqual(line.payment_ref, " ".join(text.split()))
                if name == "long":  # what stands behind the limit is not looked at
                    self.assertTrue(line.match_checked_at)
                    continue
                self.assertMatchedWith(line, invoice, by="button")

    def test_text_alone_matches_nothing(self):
        invoice = self.owe(100.0)
        for text in ("%", "_", "INV%", "%%/%%/%%", "'", "\\", "*", ".*", "(((", "="):
            line = self.say_and_match(text, 55.0)
            self.assertUntouched(line)
            self.assertFalse(self.proposals(line))
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_control_characters_by_any_door(self):
        invoice = self.owe(100.0)
        line = self.say_bank(f"\x07{invoice.name}\x1b[31m \u200b", 100.0)
        self.match(line)
        self.assertMatchedWith(line, invoice)

    def test_amount_of_zero(self):
        """Kept as the bank sent it; there is nothing to match and nothing to post."""
        invoice = self.owe(100.0)
        result = self.say_file(camt(entry(0, invoice.name, "B1"), entry(5, "x", "B2")))
        zero = self.lines().filtered(lambda line: not line.amount)
        self.assertEqual(len(zero), 1)
        self.assertIn("1 lines have the amount 0", result.notes)
        self.match(zero)
        self.assertFalse(zero.match_ids)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertNotIn(
            zero,
            self.env["account.bank.statement.line"].search(
                self.env["account.bank.statement.line"]._to_match_domain()
            ),
        )

    def test_many_digits_and_large_amounts(self):
        invoice = self.owe(99999999.99)
        self.say_file(camt(entry(99999999.99, invoice.name, "B1")))
        self.assertMatchedWith(self.lines(), invoice, by="button")
