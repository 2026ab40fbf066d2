"""Money between the company's own banks."""

from odoo.tests import tagged

from .common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestOwnTransfers(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.savings = cls.env["account.journal"].create(
            {
                "name": "Savings Bank",
                "code": "SAV",
                "type": "bank",
                "company_id": cls.company.id,
            }
        )
        cls.numbers = {
            cls.bank: "BE71096123456769",
            cls.savings: "DE89370400440532013000",
        }
        for journal, number in cls.numbers.items():
            journal.bank_account_id = cls.env["res.partner.bank"].create(
                {"acc_number": number, "partner_id": cls.company.partner_id.id}
            )
        cls.between = cls.company.transfer_account_id

    def move_money(self, amount, journal=None, other=None, **values):
        journal, other = journal or self.bank, other or self.savings
        return self.say_and_match(
            "Transfer",
            amount,
            journal_id=journal.id,
            account_number=self.numbers[other],
            **values,
        )

    def between_item(self, line):
        return line.move_id.line_ids.filtered(
            lambda item: item.account_id == self.between
        )

    def test_both_banks(self):
        out = self.move_money(-500.0)
        item = self.between_item(out)
        self.assertEqual(item.balance, 500.0)
        self.assertFalse(item.reconciled)
        back = self.move_money(500.0, self.savings, self.bank)
        self.assertTrue(back.is_reconciled)
        self.assertTrue(out.is_reconciled)
        self.assertTrue(item.reconciled)
        self.assertEqual(self.between_item(back).matching_number, item.matching_number)
        self.assertIn("own bank", back.match_ids.evidence_text)
        self.assertEqual(back.match_ids.candidate_name, "Transfer with House Bank")

    def test_without_a_transfer_account_the_workbench_says_so(self):
        self.company.transfer_account_id = False
        out = self.move_money(-500.0)
        [shown] = out.workbench_open()["matches"]
        self.assertIn("inter-bank transfer account", shown["problem"])
        self.assertFalse(out.is_reconciled)

    def test_two_of_an_amount_wait_between_the_banks(self):
        for _number in range(2):
            self.move_money(-500.0)
        back = self.move_money(500.0, self.savings, self.bank)
        self.assertFalse(self.between_item(back).reconciled)

    def test_far_apart(self):
        out = self.move_money(-500.0)
        self.move_money(500.0, self.savings, self.bank, date="2026-04-11")
        self.assertFalse(self.between_item(out).reconciled)

    def test_undone(self):
        out = self.move_money(-500.0)
        back = self.move_money(500.0, self.savings, self.bank)
        back.match_ids.action_undo()
        self.assertUntouched(back)
        undone = back.match_ids.filtered("transfer_journal_id")
        self.assertEqual(undone.state, "undone")
        self.match(back)
        self.assertUntouched(back)
        self.assertFalse(self.between_item(out).reconciled)

    def test_own_account_of_the_same_journal_is_no_transfer(self):
        line = self.move_money(-500.0, self.bank, self.bank)
        self.assertUntouched(line)
