"""Money that is nearly what is owed: bank charges, small differences, slips."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ARRIVES, ReconciliationCommon


@tagged("post_install", "-at_install")
class TestChargesAndDifferences(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.env["account.account"].create(
            [
                {"name": "Bank charges", "code": "6580", "account_type": "expense"},
                {"name": "Differences", "code": "6590", "account_type": "expense"},
            ]
        )
        cls.charged, cls.differences = accounts
        settings = cls.env["res.config.settings"].with_company(cls.company)
        with Form(settings) as form:
            form.match_tolerance = 0.05
            form.match_tolerance_percent = 1.0
            form.match_tolerance_account_id = cls.differences
            form.match_charges_account_id = cls.charged
        form.record.execute()

    def rows(self, line):
        """Return {account: balance} of a bank line's entry."""
        rows = line.move_id.line_ids
        self.assertAlmostEqual(sum(rows.mapped("balance")), 0)
        return {row.account_id: row.balance for row in rows}

    def test_charges_that_the_bank_states(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(f"{invoice.name} /CHGS/USD5,00/", 95.0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.rows(line)[self.charged], 5.0)
        match = line.match_ids
        self.assertIn("5.00 of bank charges", match.evidence_text)
        match.action_undo()
        self.assertUntouched(line)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_charges_of_a_bill(self):
        bill = self.owe(100.0, "in_invoice", ref="RG-2026-0815")
        line = self.say_and_match("RG-2026-0815 charges 2.50", -102.5)
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.rows(line)[self.charged], 2.5)

    def test_charges_without_an_account(self):
        self.company.match_charges_account_id = False
        invoice = self.owe(100.0)
        self.assertUntouched(self.say_and_match(f"{invoice.name} charges 5.00", 95.0))

    def test_charges_of_a_foreign_payment(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2026-01-01",
                "rate": 0.5,
                "company_id": self.company.id,
            }
        )
        invoice = self.owe(100.0, currency_id=euro.id)
        line = self.say_and_match(
            f"{invoice.name} charges 5.00",
            190.0,
            foreign_currency_id=euro.id,
            amount_currency=95.0,
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertAlmostEqual(self.rows(line)[self.charged], 10.0)

    def test_small_difference(self):
        for amount, off in ((99.95, 0.05), (100.05, -0.05)):
            invoice = self.owe(100.0)
            line = self.say_and_match(invoice.name, amount)
            self.assertEqual(invoice.payment_state, "paid")
            self.assertAlmostEqual(self.rows(line)[self.differences], off)

    def test_larger_difference_is_proposed(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 99.94)
        self.assertUntouched(line)
        self.assertEqual(self.proposals(line).how, "less")
        small = self.owe(2.0)
        self.assertUntouched(self.say_and_match(small.name, 1.96))

    def test_limits_are_checked(self):
        for values in ({"match_tolerance": -1}, {"match_tolerance_percent": 101}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.company.write(values)

    # === References that are nearly right === #

    def pay_from_account(self, text, amount=100.0):
        number = "BE71096123456769"
        self.env["res.partner.bank"].create(
            {"partner_id": self.partner.id, "acc_number": number}
        )
        return self.say_and_match(text, amount, account_number=number)

    def test_slip_of_the_pen(self):
        invoice = self.owe(100.0)
        for _number in range(2):
            self.owe(100.0, partner=self.other_partner)
        line = self.pay_from_account(invoice.name.replace("0000", "000", 1))
        self.assertMatchedWith(line, invoice)

    def test_cut_off(self):
        invoice = self.owe(123.45)
        line = self.say_and_match(f"Transfer {invoice.name[:-1]}", 123.45)
        self.assertMatchedWith(line, invoice)
        self.assertIn("cut off", line.match_ids.evidence_text)

    def test_settled_document_contradicts(self):
        paid = self.owe(100.0)
        self.assertMatchedWith(self.say_and_match(paid.name, 100.0), paid)
        other = self.owe(100.0)
        again = self.say_and_match(paid.name, 100.0, partner_id=self.partner.id)
        self.assertUntouched(again)
        self.assertEqual(self.proposals(again).move_line_id.move_id, other)

    # === Several items that nobody names === #

    def test_all_that_the_partner_owes(self):
        invoices = self.owe(100.0) | self.owe(60.0) | self.owe(7.5)
        credit = self.owe(20.0, "out_refund")
        line = self.say_and_match("Thanks", 147.5, partner_id=self.partner.id)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(set((invoices | credit).mapped("payment_state")), {"paid"})
        self.assertIn("All 4 open items", line.match_ids.evidence_text)
        line.action_undo_match()
        self.assertEqual(set((invoices | credit).mapped("payment_state")), {"not_paid"})

    def test_the_oldest(self):
        old = self.owe(100.0) | self.owe(60.0, invoice_date="2026-03-02")
        young = self.owe(71.0, invoice_date="2026-03-05")
        self.say_and_match("Thanks", 160.0, partner_id=self.partner.id)
        self.assertEqual(set(old.mapped("payment_state")), {"paid"})
        self.assertEqual(young.payment_state, "not_paid")

    def test_a_sum_with_two_solutions_waits(self):
        for amount in (100.0, 50.0, 50.0):
            self.owe(amount)
        line = self.say_and_match("Thanks", 150.0, partner_id=self.partner.id)
        self.assertUntouched(line)

    # === Payments and other entries === #

    def test_payment_that_was_registered(self):
        invoice = self.owe(100.0)
        self.bank.inbound_payment_method_line_ids.payment_account_id = self.env[
            "account.account"
        ].create(
            {
                "name": "Outstanding receipts",
                "code": "1099",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": self.bank.id})._create_payments()
        line = self.say_and_match(f"Payment of {invoice.name}", 100.0)
        self.assertTrue(line.is_reconciled)
        payment = line.match_ids.move_line_id.move_id.origin_payment_id
        self.assertTrue(payment.is_matched)
        self.assertEqual(invoice.payment_state, "paid")

    def test_entry_by_hand(self):
        receivable = self.partner.property_account_receivable_id
        other = self.company_data["default_account_revenue"]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "ref": "OPENING 2025-4711",
                "date": ARRIVES,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.partner.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in ((receivable, 250.0), (other, -250.0))
                ],
            }
        )
        entry.action_post()
        line = self.say_and_match("OPENING 2025-4711", 250.0)
        proposal = line.match_ids
        self.assertEqual(proposal.move_line_id.move_id, entry)
        if not line.is_reconciled:
            proposal.action_accept()
        self.assertTrue(line.is_reconciled)

    def test_branch_is_only_proposed(self):
        invoice = self.owe(100.0)
        self.company.write(
            {"child_ids": [Command.create({"name": "Branch of the company"})]}
        )
        branch = self.company.child_ids
        journal = self.bank.copy({"company_id": branch.id, "name": "Branch Bank"})
        line = self.say_and_match(invoice.name, 100.0, journal_id=journal.id)
        self.assertEqual(line.company_id, branch)
        self.assertUntouched(line)
        self.assertIn("another branch", self.proposals(line).held_text)
