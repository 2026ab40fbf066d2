from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestInvoices(ReconciliationCommon):
    def test_number_whole_and_amount_exact(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(f"Payment {invoice.name} thank you", 100.0)
        self.assertMatchedWith(line, invoice)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(line.partner_id, invoice.partner_id)

    def test_number_broken_over_lines(self):
        invoice = self.owe(100.0)
        head, tail = invoice.name[:-3], invoice.name[-3:]
        line = self.say_and_match(f"REF {head} {tail}", 100.0)
        self.assertMatchedWith(line, invoice)

    def test_structured_reference(self):
        invoice = self.owe(100.0, payment_reference="+++123/4567/89012+++")
        line = self.say_and_match("/A/ ***123/4567/89012*** 11.03", 100.0)
        self.assertMatchedWith(line, invoice)

    def test_reference_in_the_narration(self):
        invoice = self.owe(100.0)
        line = self.say_and_match("/", 100.0, narration=f"<p>re {invoice.name}</p>")
        self.assertMatchedWith(line, invoice)

    def test_vendor_bill_by_the_vendors_number(self):
        bill = self.owe(80.0, "in_invoice", ref="RG-2026-0815")
        line = self.say_and_match("Rechnung RG-2026-0815", -80.0)
        self.assertMatchedWith(line, bill)

    def test_customer_credit_note_paid_back(self):
        refund = self.owe(30.0, "out_refund")
        line = self.say_and_match(f"Refund {refund.name}", -30.0)
        self.assertMatchedWith(line, refund)

    def test_vendor_refund(self):
        refund = self.owe(30.0, "in_refund", ref="GS-2026-0007")
        line = self.say_and_match("GS-2026-0007", 30.0)
        self.assertMatchedWith(line, refund)

    def test_wrong_direction(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, -100.0)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_one_cent_off(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 99.99)
        self.assertUntouched(line)
        self.assertEqual(self.proposals(line).move_line_id.move_id, invoice)
        self.assertIn("0.01 less", self.proposals(line).evidence_text)

    def test_inside_a_longer_number(self):
        invoice = self.owe(100.0)
        for text in (f"{invoice.name}7", f"9{invoice.name}", f"{invoice.name}-45"):
            line = self.say_and_match(text, 100.0)
            self.assertUntouched(line)
            self.assertNotIn("whole", self.proposals(line).evidence_text)

    def test_amount_alone_is_only_proposed(self):
        invoice = self.owe(123.45)
        line = self.say_and_match("Thank you", 123.45)
        self.assertUntouched(line)
        self.assertEqual(self.proposals(line).move_line_id.move_id, invoice)
        self.assertIn("equal to the cent", line.best_match_evidence)

    def test_amount_that_the_partner_owes_once(self):
        invoice = self.owe(123.45)
        self.owe(123.45, partner=self.other_partner)
        line = self.say_and_match("Thank you", 123.45, partner_id=self.partner.id)
        self.assertMatchedWith(line, invoice)
        self.assertIn("Same partner", line.match_ids.evidence_text)

    def test_another_partner(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 100.0, partner_id=self.other_partner.id)
        self.assertUntouched(line)
        self.assertIn("another partner", self.proposals(line).held_text)

    def test_text_names_two_documents(self):
        """Two invoices of 100.00 quoted, one paid: a person must say which."""
        first, second = self.owe(100.0), self.owe(100.0)
        line = self.say_and_match(f"{first.name} {second.name}", 100.0)
        self.assertUntouched(line)
        self.assertEqual(self.proposals(line).move_line_id.move_id, first | second)

    def test_same_payment_twice(self):
        invoice = self.owe(100.0)
        lines = self.say_bank(invoice.name, 100.0) | self.say_bank(invoice.name, 100.0)
        self.match(lines)
        for line in lines:
            self.assertUntouched(line)

    def test_other_company(self):
        invoice = self.owe(100.0)
        other = self.setup_other_company()["company"]
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        line = self.say_bank(invoice.name, 100.0, journal_id=journal.id)
        self.match(line)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)

    def test_other_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        invoice = self.owe(100.0, currency_id=euro.id)
        line = self.say_and_match(invoice.name, 100.0)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)

    def test_foreign_currency_of_the_transaction(self):
        """The bank states the euros that were paid: matched in euros."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        invoice = self.owe(100.0, currency_id=euro.id)
        line = self.say_and_match(
            invoice.name, 110.0, foreign_currency_id=euro.id, amount_currency=100.0
        )
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(line._seek_for_lines()[0].balance, 110.0)

    def test_equal_instalments_are_paid_in_their_order(self):
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
        line = self.say_and_match(invoice.name, 50.0)
        self.assertMatchedWith(line, invoice)
        item = line.match_ids.filtered(lambda each: each.state == "posted")
        self.assertEqual(item.counterpart_line_id.date_maturity, date(2026, 3, 1))

    def test_a_little_less_on_a_persons_word(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 97.0)
        self.assertUntouched(line)
        line.best_match_id.action_accept()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 3.0)
        with self.assertRaises(UserError):
            line.match_ids.action_accept()

    def test_overpayment_leaves_a_credit_of_the_partner(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 110.0)
        self.assertUntouched(line)
        line.best_match_id.action_accept()
        self.assertEqual(invoice.amount_residual, 0.0)
        rest = line._seek_for_lines()[2]
        self.assertEqual(rest.amount_residual, -10.0)
        self.assertEqual(rest.partner_id, invoice.partner_id)

    def test_rejected_is_not_posted(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 99.0)
        self.proposals(line).action_reject()
        line.with_context(skip_readonly_check=True).amount = 100.0
        self.match(line)
        self.assertUntouched(line)
        self.assertEqual(line.match_ids.state, "rejected")
        self.assertEqual(line.match_state, "open")

    def test_undone_is_not_redone(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 100.0)
        line.action_undo_match()
        self.assertUntouched(line)
        self.assertEqual(invoice.amount_residual, 100.0)
        self.match(line)
        self.assertUntouched(line)
        self.assertEqual(line.match_ids.state, "undone")

    def test_undo_forgets_the_inferred_partner_and_proposes_the_rest(self):
        invoice, other = self.owe(100.0), self.owe(100.0, partner=self.other_partner)
        line = self.say_and_match("Transfer", 100.0)
        wrong = self.proposals(line).filtered(
            lambda match: match.move_line_id.move_id == invoice
        )
        wrong.action_accept()
        self.assertEqual(line.partner_id, self.partner)
        line.action_undo_match()
        self.assertUntouched(line)
        self.assertFalse(line.partner_id)
        self.assertFalse(line.line_ids.partner_id)
        self.assertEqual(self.proposals(line).move_line_id.move_id, other)
        self.assertEqual(wrong.state, "undone")

    def test_undo_keeps_the_partner_that_was_known(self):
        invoice = self.owe(100.0)
        line = self.say_and_match(invoice.name, 100.0, partner_id=self.partner.id)
        line.action_undo_match()
        self.assertEqual(line.partner_id, self.partner)

    def test_line_of_a_closed_period(self):
        """Core books it on the first open day; a period with open lines stays open."""
        invoice = self.owe(100.0)
        self.company.fiscalyear_lock_date = date(2026, 3, 31)
        line = self.say_and_match(invoice.name, 100.0, date=date(2026, 3, 11))
        self.assertGreater(line.move_id.date, date(2026, 3, 31))
        self.assertMatchedWith(line, invoice)

    def test_hostile_text(self):
        self.owe(100.0)
        for text in ("%' OR 1=1 --_", "\u202e INV \x01", "🙂" * 50, "1 2 3 " * 2000):
            line = self.say_and_match(text, 55.0)
            self.assertUntouched(line)
            self.assertFalse(line.match_failure)
