"""Who pays, known by the bank account that the other side used."""

from odoo.tests import tagged

from .common import ReconciliationCommon

IBAN = "BE71 0961 2345 6769"


@tagged("post_install", "-at_install")
class TestPayers(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.add_account(cls.partner)

    @classmethod
    def add_account(cls, partner, number=IBAN):
        return cls.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": number}
        )

    def pay(self, text="Thank you", amount=100.0, number="be71096123456769", **values):
        return self.say_and_match(text, amount, account_number=number, **values)

    def test_account_of_the_partner_and_an_amount_that_it_owes_once(self):
        invoice = self.owe(100.0)
        for _number in range(8):
            self.owe(100.0, partner=self.other_partner)
        line = self.pay()
        self.assertMatchedWith(line, invoice)
        self.assertEqual(line.partner_id, self.partner)
        match = line.match_ids.filtered(lambda each: each.state == "posted")
        self.assertIn("bank account of the partner", match.evidence_text)

    def test_two_open_items_of_the_amount(self):
        self.owe(100.0)
        self.owe(100.0)
        line = self.pay()
        self.assertUntouched(line)
        self.assertEqual(len(self.proposals(line)), 2)

    def test_another_amount(self):
        self.owe(100.0)
        line = self.pay(amount=99.0)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)

    def test_number_of_a_document_that_is_paid_already(self):
        paid = self.owe(100.0)
        self.assertMatchedWith(self.pay(paid.name), paid)
        other = self.owe(100.0)
        line = self.pay(paid.name)
        self.assertUntouched(line)
        proposal = self.proposals(line)
        self.assertEqual(proposal.move_line_id.move_id, other)
        self.assertIn("nobody owes any more", proposal.evidence_text)

    def test_account_of_two_partners_tells_nothing(self):
        self.add_account(self.other_partner)
        self.owe(100.0)
        line = self.pay()
        self.assertUntouched(line)
        self.assertNotIn("bank account", self.proposals(line).evidence_text)

    def test_own_account_tells_nothing(self):
        self.account.partner_id = self.company.partner_id
        self.owe(100.0, partner=self.company.partner_id)
        self.assertUntouched(self.pay())

    def test_somebody_pays_for_another(self):
        invoice = self.owe(100.0, partner=self.other_partner)
        line = self.pay(invoice.name)
        self.assertMatchedWith(line, invoice)
        self.assertEqual(line.partner_id, self.other_partner)
        self.owe(55.0, partner=self.other_partner)
        guess = self.pay(amount=55.0)
        self.assertUntouched(guess)
        self.assertIn("account of another", self.proposals(guess).evidence_text)

    def test_line_of_another_partner(self):
        self.owe(100.0)
        self.assertUntouched(self.pay(partner_id=self.other_partner.id))
