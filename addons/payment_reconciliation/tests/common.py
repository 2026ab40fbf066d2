"""A real bank beside the gateway, and what its statements say."""

from datetime import date, datetime, timezone

from odoo.fields import Command

from odoo.addons.integrated_payments.gateway import types
from odoo.addons.integrated_payments.tests.common import IntegratedPaymentsCommon

CREATED = datetime(2026, 3, 9, 12, 0, tzinfo=timezone.utc)
ARRIVES = date(2026, 3, 11)
PAYOUT_REF = "po_1TqX8sKz2YbN4mVw"


class ReconciliationCommon(IntegratedPaymentsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].create(
            {
                "name": "House Bank",
                "code": "HBK",
                "type": "bank",
                "company_id": cls.company.id,
            }
        )
        cls.other_partner = cls.env["res.partner"].create({"name": "Somebody Else"})
        cls.transit = cls.accounts["transit"]

    # === What the gateway paid out === #

    def say_paid_out(self, ref=PAYOUT_REF, amount=9680, post=True, **values):
        """The gateway pays out ``amount`` minor units; returns payment.payout."""
        payout = (
            self.env["payment.payout"]
            .sudo()
            ._store(
                self.provider,
                [
                    types.Payout(
                        **{
                            "ref": ref,
                            "status": "paid",
                            "amount": amount,
                            "currency": "USD",
                            "created": CREATED,
                            "arrival_date": ARRIVES,
                            "automatic": True,
                            "reconciliation": "completed",
                            "descriptor": "STRIPE",
                            **values,
                        }
                    )
                ],
            )[ref]
        )
        movement = (
            self.env["payment.balance.transaction"]
            .sudo()
            ._store(
                self.provider,
                [
                    types.BalanceTransaction(
                        ref=f"txn_{ref}",
                        category="payout",
                        type="payout",
                        amount=-amount,
                        fee=0,
                        tax=0,
                        net=-amount,
                        currency="USD",
                        created=CREATED,
                        source_ref=ref,
                    )
                ],
                payout_id=payout,
            )[f"txn_{ref}"]
        )
        payout.own_balance_transaction_id = movement
        if post:
            self.provider.sudo()._post_balance_transactions()
            self.assertEqual(movement.state, "posted", movement.reason)
        return payout

    # === What the bank says === #

    def say_bank(self, text, amount, **values):
        """A line on the bank's statement, not looked at yet."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": ARRIVES,
                "payment_ref": text,
                "amount": amount,
                **values,
            }
        )

    def match(self, lines):
        """Run the engine as the job does, without its commits."""
        return lines._match("job")

    def say_and_match(self, text, amount, **values):
        line = self.say_bank(text, amount, **values)
        self.match(line)
        return line

    # === What is owed === #

    def owe(self, amount=100.0, move_type="out_invoice", partner=None, **values):
        """Post a document of ``amount``; returns account.move."""
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or self.partner).id,
                "invoice_date": date(2026, 3, 1),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Work", "price_unit": amount, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    # === What must be true === #

    def assertMatchedWith(self, line, target, by="job"):
        """Line and open item are settled with each other; bank and target accounts too.

        :param target: account.move or payment.payout
        """
        self.assertTrue(line.is_reconciled)
        match = line.match_ids.filtered(lambda each: each.state == "posted")
        self.assertEqual(len(match), 1)
        self.assertEqual(match.origin, by)
        item = match.counterpart_line_id
        if target._name == "payment.payout":
            self.assertEqual(match.payout_id, target)
            self.assertEqual(target.bank_statement_line_id, line)
            self.assertEqual(item.account_id, self.transit)
        else:
            self.assertEqual(item.move_id, target)
        liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(suspense)
        self.assertEqual(liquidity.balance, line.amount)
        self.assertEqual(others.account_id, item.account_id)
        self.assertEqual(others.balance, -line.amount)
        self.assertTrue(others.reconciled)
        self.assertTrue(item.reconciled)
        self.assertEqual(others.matching_number, item.matching_number)

    def assertUntouched(self, line):
        """The line is as the bank's import left it: bank against suspense."""
        self.assertFalse(line.is_reconciled)
        liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(others)
        self.assertEqual(liquidity.balance, line.amount)
        self.assertEqual(suspense.balance, -line.amount)
        self.assertFalse(line.match_ids.filtered(lambda each: each.state == "posted"))

    def proposals(self, line):
        return line.match_ids.filtered(lambda each: each.state == "proposed")

    def enter(self, amount, date):
        """Post an entry by hand on the bank's account; return the account.move."""
        sides = (
            (self.bank.default_account_id, amount),
            (self.company_data["default_account_revenue"], -amount),
        )
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": date,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in sides
                ],
            }
        )
        entry.action_post()
        return entry
