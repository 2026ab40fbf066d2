"""One line for several documents, several lines for one, and discounts."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .common import ARRIVES, ReconciliationCommon


@tagged("post_install", "-at_install")
class TestPartsAndGroups(ReconciliationCommon):
    def match_of(self, line):
        return line.match_ids.filtered(lambda each: each.state == "posted")

    def assertBooked(self, line, *moves, rest=0.0):
        """The line is allocated, the documents are settled up to ``rest``."""
        self.assertTrue(line.is_reconciled)
        liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(suspense)
        self.assertEqual(liquidity.balance, line.amount)
        self.assertAlmostEqual(sum(line.move_id.line_ids.mapped("balance")), 0.0)
        self.assertEqual(sum(move.amount_residual for move in moves), rest)
        self.assertEqual(self.match_of(line)._members().move_id, self.union(moves))
        return others

    def union(self, moves):
        return self.env["account.move"].union(*moves)

    # === Groups === #

    def test_one_payment_for_invoices_that_it_names(self):
        invoices = [self.owe(amount) for amount in (100.0, 25.5, 60.0)]
        self.owe(60.0)
        text = "Payment " + ", ".join(each.name for each in invoices)
        line = self.say_and_match(text, 185.5)
        rows = self.assertBooked(line, *invoices)
        self.assertEqual(len(rows), 3)
        self.assertEqual(line.partner_id, self.partner)
        match = self.match_of(line)
        self.assertIn("3 open items", match.evidence_text)
        self.assertIn(invoices[2].name, match.candidate_name)

    def test_invoice_less_credit_note(self):
        invoice, refund = self.owe(100.0), self.owe(30.0, "out_refund")
        line = self.say_and_match(f"{invoice.name} less {refund.name}", 70.0)
        self.assertBooked(line, invoice, refund)

    def test_sum_one_cent_off(self):
        invoices = [self.owe(100.0), self.owe(50.0)]
        text = " ".join(each.name for each in invoices)
        for amount in (149.99, 150.01):
            self.assertUntouched(self.say_and_match(text, amount))

    def test_documents_of_two_partners_are_only_proposed(self):
        invoices = [self.owe(100.0), self.owe(50.0, partner=self.other_partner)]
        line = self.say_and_match(" ".join(each.name for each in invoices), 150.0)
        self.assertUntouched(line)
        best = self.proposals(line)[0]
        self.assertIn("several partners", best.evidence_text)
        best.action_accept()
        rows = self.assertBooked(line, *invoices)
        self.assertEqual(rows.partner_id, self.partner | self.other_partner)
        self.assertFalse(line.partner_id)

    def test_undo_of_a_group(self):
        invoices = [self.owe(100.0), self.owe(50.0)]
        line = self.say_and_match(" ".join(each.name for each in invoices), 150.0)
        line.action_undo_match()
        self.assertUntouched(line)
        self.assertEqual([each.amount_residual for each in invoices], [100.0, 50.0])
        self.match(line)
        self.assertUntouched(line)
        self.assertIn("undone", line.match_ids.mapped("state"))

    def test_undo_on_another_screen_of_one_of_the_group(self):
        invoices = [self.owe(100.0), self.owe(50.0)]
        line = self.say_and_match(" ".join(each.name for each in invoices), 150.0)
        match = self.match_of(line)
        invoices[1].line_ids.remove_move_reconcile()
        self.assertEqual(match.state, "undone")
        self.assertEqual(invoices[1].amount_residual, 50.0)

    def test_group_in_the_currency_of_the_transaction(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        invoices = [self.owe(each, currency_id=euro.id) for each in (33.33, 66.67)]
        line = self.say_and_match(
            " ".join(each.name for each in invoices),
            111.11,
            foreign_currency_id=euro.id,
            amount_currency=100.0,
        )
        rows = self.assertBooked(line, *invoices)
        self.assertAlmostEqual(sum(rows.mapped("balance")), -111.11)
        self.assertEqual(sum(rows.mapped("amount_currency")), -100.0)

    def test_all_instalments_at_once(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        invoice = self.owe(100.0, invoice_payment_term_id=term.id)
        line = self.say_and_match(invoice.name, 100.0)
        self.assertBooked(line, invoice)

    # === Parts === #

    def test_part_payments_until_the_invoice_is_paid(self):
        invoice = self.owe(100.0)
        first = self.say_and_match(invoice.name, 40.0)
        self.assertBooked(first, invoice, rest=60.0)
        self.assertIn("60.00 of", self.match_of(first).evidence_text)
        second = self.say_and_match(invoice.name, 35.0)
        self.assertBooked(second, invoice, rest=25.0)
        last = self.say_and_match(invoice.name, 25.0)
        self.assertBooked(last, invoice)

    def test_parts_in_one_statement(self):
        invoice = self.owe(100.0)
        lines = self.say_bank(invoice.name, 40.0) | self.say_bank(invoice.name, 60.0)
        self.match(lines)
        self.assertBooked(lines[0], invoice)
        self.assertBooked(lines[1], invoice)

    def test_parts_of_more_than_is_open(self):
        invoice = self.owe(100.0)
        lines = self.say_bank(invoice.name, 60.0) | self.say_bank(invoice.name, 70.0)
        self.match(lines)
        for line in lines:
            self.assertUntouched(line)
            self.assertEqual(self.proposals(line)._members().move_id, invoice)

    def test_part_of_another_partners_invoice(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 40.0, partner_id=self.other_partner.id)
        self.assertUntouched(line)

    # === Early-payment discount === #

    def discounted(self, computation, tax=False):
        loss, gain = (
            self.env["account.account"].create(
                {"name": name, "code": code, "account_type": "expense"}
            )
            for name, code in (("Discount Given", "6601"), ("Discount Got", "6602"))
        )
        self.company.account_journal_early_pay_discount_loss_account_id = loss
        self.company.account_journal_early_pay_discount_gain_account_id = gain
        term = self.env["account.payment.term"].create(
            {
                "name": "2/20 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 20,
                "early_pay_discount_computation": computation,
            }
        )
        row = {"name": "Work", "price_unit": 100.0, "tax_ids": False}
        if tax:
            row["tax_ids"] = [Command.set(self.company_data["default_tax_sale"].ids)]
        return self.owe(
            invoice_payment_term_id=term.id, invoice_line_ids=[Command.create(row)]
        )

    def test_discount_in_time(self):
        invoice = self.discounted("mixed")
        line = self.say_and_match(invoice.name, 98.0)
        rows = self.assertBooked(line, invoice)
        loss = self.company.account_journal_early_pay_discount_loss_account_id
        lost = rows.filtered(lambda item: item.account_id == loss)
        self.assertEqual(lost.balance, 2.0)
        self.assertIn("discount of", self.match_of(line).evidence_text)

    def test_discount_with_its_tax(self):
        invoice = self.discounted("included", tax=True)
        gross = invoice.amount_total
        line = self.say_and_match(invoice.name, round(gross * 0.98, 2))
        rows = self.assertBooked(line, invoice)
        taxed = rows.filtered("tax_repartition_line_id")
        self.assertEqual(taxed.balance, round((gross - 100.0) * 0.02, 2))

    def test_discount_too_late(self):
        invoice = self.discounted("mixed")
        line = self.say_and_match(invoice.name, 98.0, date=date(2026, 3, 22))
        self.assertUntouched(line)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertGreater(line.date, ARRIVES)

    def test_discount_without_accounts_says_what_to_do(self):
        invoice = self.discounted("mixed")
        self.company.account_journal_early_pay_discount_loss_account_id = False
        line = self.say_and_match(invoice.name, 98.0)
        self.assertUntouched(line)
        self.assertIn("Choose the accounts", self.proposals(line).failure)
