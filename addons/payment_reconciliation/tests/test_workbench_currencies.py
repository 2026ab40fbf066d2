"""Allocations in several currencies: at the bank's rate, nothing lost by rounding."""

from odoo.tests import tagged

from .common import ARRIVES
from .test_workbench import EVERY, WorkbenchCommon


@tagged("post_install", "-at_install")
class TestWorkbenchCurrencies(WorkbenchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.eur = cls.setup_other_currency("EUR", rates=[("2026-01-01", 0.5)])
        cls.euro_bank = cls.env["account.journal"].create(
            {
                "name": "Euro Bank",
                "code": "EBK",
                "type": "bank",
                "currency_id": cls.eur.id,
            }
        )

    def assertBalanced(self, line):
        self.assertTrue(line.is_reconciled)
        self.assertFalse(round(sum(line.line_ids.mapped("balance")), 2))

    def test_a_line_in_the_currency_of_the_invoice(self):
        """100 EUR of a bank in euro; 30.01 of the next are written off with tax."""
        invoice = self.owe(100.0, currency_id=self.eur.id)
        line = self.say_bank("in euro", 69.99, journal_id=self.euro_bank.id)
        parts = [
            self.item(invoice, 100.0),
            {"kind": "account", "id": self.fees.id, "taxes": self.vat.ids},
        ]
        preview = line.workbench_preview(parts)
        self.assertEqual(preview["parts"][1]["amount"], -30.01)
        self.assertFalse(preview["problem"])
        line.workbench_post(preview["parts"], EVERY)
        self.assertBalanced(line)
        self.assertEqual(invoice.payment_state, "paid")
        fees = line.line_ids.filtered(lambda item: item.account_id == self.fees)
        self.assertEqual(fees.amount_currency, 24.8)
        self.assertEqual(fees.balance, 49.6)

    def test_a_part_of_an_invoice_in_another_currency(self):
        """100 USD pay 50 of 80 EUR at the rate of the day; 30 EUR stay open."""
        invoice = self.owe(80.0, currency_id=self.eur.id)
        line = self.say_bank("in dollars", 100.0)
        [item] = [
            each
            for each in line.workbench_items(invoice.name)["items"]
            if each["name"] == invoice.name
        ]
        self.assertEqual(item["share"], 160.0)
        self.assertEqual(item["share_text"], "$\xa0160.00")
        preview = line.workbench_preview([self.item(invoice)])
        [part] = preview["parts"]
        self.assertEqual((part["amount"], part["full"]), (100.0, 160.0))
        line.workbench_post(preview["parts"], EVERY)
        self.assertBalanced(line)
        self.assertEqual(invoice.amount_residual, 30.0)
        self.assertEqual(invoice.payment_state, "partial")

    def test_settled_in_full_the_rest_is_exchange(self):
        """158 USD settle 80 EUR that stand at 160: 2 are an exchange difference."""
        invoice = self.owe(80.0, currency_id=self.eur.id)
        line = self.say_bank("in dollars", 158.0)
        preview = line.workbench_preview([self.item(invoice, 158.0, settles=True)])
        self.assertFalse(preview["problem"])
        line.workbench_post(preview["parts"], EVERY)
        self.assertBalanced(line)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(invoice.payment_state, "paid")

    def test_a_foreign_transaction_on_the_line(self):
        """The bank says: 210 USD for 100 EUR. The invoice is paid in euro."""
        invoice = self.owe(100.0, currency_id=self.eur.id)
        line = self.say_bank(
            "card abroad",
            210.0,
            foreign_currency_id=self.eur.id,
            amount_currency=100.0,
        )
        detail = line.workbench_open()
        self.assertEqual(detail["transaction"], 100.0)
        self.assertIn("210.00", str(detail["bank"]))
        preview = line.workbench_preview([self.item(invoice)])
        self.assertEqual(preview["left"], 0)
        line.workbench_post(preview["parts"], EVERY)
        self.assertBalanced(line)
        self.assertEqual(invoice.payment_state, "paid")

    def test_an_invoice_of_the_company_on_a_bank_in_euro(self):
        invoice = self.owe(100.0)
        line = self.say_bank("in euro", 50.0, journal_id=self.euro_bank.id)
        preview = line.workbench_preview([self.item(invoice)])
        self.assertEqual(preview["left"], 0)
        line.workbench_post(preview["parts"], EVERY)
        self.assertBalanced(line)
        self.assertEqual(invoice.payment_state, "paid")

    def test_rounding_is_taken_by_a_row_in_currency(self):
        """Thirds of a cent in dollars do not stay on the suspense account."""
        self.setup_other_currency("EUR", rates=[(str(ARRIVES), 0.7)])
        line = self.say_bank("split", -10.0, journal_id=self.euro_bank.id)
        parts = [
            {"kind": "account", "id": self.fees.id, "amount": amount}
            for amount in (-3.33, -3.33, -3.34)
        ]
        preview = line.workbench_preview(parts)
        self.assertFalse(preview["problem"])
        line.workbench_post(preview["parts"], EVERY)
        self.assertBalanced(line)
