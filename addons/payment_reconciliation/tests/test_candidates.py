"""What a bank line may pay beside invoices, and what a batch of lines costs."""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integrated_payments.gateway import types

from .common import CREATED, ReconciliationCommon


@tagged("post_install", "-at_install")
class TestCandidates(ReconciliationCommon):
    # === Gateway balance transactions === #

    def say_topup(self, amount, ref="tu_1TqX8sKz2YbN4mVw", category="topup"):
        """The company sends the gateway money of its own; returns the movement."""
        fact = types.BalanceTransaction(
            ref=f"txn_{ref}",
            category=category,
            type=category,
            amount=amount,
            fee=0,
            tax=0,
            net=amount,
            currency="USD",
            created=CREATED,
            source_ref=ref,
        )
        Movement = self.env["payment.balance.transaction"].sudo()
        movement = Movement._store(self.provider, [fact])[f"txn_{ref}"]
        self.provider.sudo()._post_balance_transactions()
        self.assertEqual(movement.state, "posted", movement.reason)
        return movement

    def transit_of(self, movement):
        return movement.statement_line_id.line_ids.filtered(
            lambda item: item.account_id == self.transit
        )

    def test_topup_is_proposed_and_accepted(self):
        movement = self.say_topup(50000)
        line = self.say_and_match("Transfer to our gateway", -500.0)
        self.assertUntouched(line)
        proposal = self.proposals(line)
        self.assertEqual(proposal.move_line_id, self.transit_of(movement))
        proposal.action_accept()
        self.assertMatchedWith(line, movement.statement_line_id.move_id, by="person")
        self.assertTrue(self.transit_of(movement).reconciled)

    def test_topup_of_another_amount_or_direction(self):
        self.say_topup(50000)
        for amount in (-499.0, 500.0):
            line = self.say_and_match("Transfer to our gateway", amount)
            self.assertFalse(line.match_ids)

    def test_topup_that_was_sent_back(self):
        movement = self.say_topup(-50000, category="topup_reversal")
        line = self.say_and_match("returned", 500.0)
        self.assertEqual(self.proposals(line).move_line_id, self.transit_of(movement))

    def test_other_movements_of_the_gateway_are_not_the_banks(self):
        self.say_paid_out()
        line = self.say_and_match("something", -96.80)
        self.assertFalse(line.match_ids)

    def test_topup_posted_later_wakes_the_job(self):
        job = self.env.ref("payment_reconciliation.cron_match")
        count = [("cron_id", "=", job.id)]
        before = self.env["ir.cron.trigger"].search_count(count)
        self.say_topup(50000)
        self.assertGreater(self.env["ir.cron.trigger"].search_count(count), before)

    # === Payments === #

    def register(self, invoice):
        """Register an invoice's payment before the bank shows it."""
        method = self.bank.inbound_payment_method_line_ids[:1]
        method.payment_account_id = self.accounts["outstanding"]
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": self.bank.id, "payment_method_line_id": method.id})
        )
        return wizard._create_payments()

    def test_payment_after_its_bank_line_wakes_the_job(self):
        invoice = self.owe(100.0)
        job = self.env.ref("payment_reconciliation.cron_match")
        count = [("cron_id", "=", job.id)]
        before = self.env["ir.cron.trigger"].search_count(count)
        payment = self.register(invoice)
        self.assertGreater(self.env["ir.cron.trigger"].search_count(count), before)
        line = self.say_and_match(payment.name, 100.0)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(payment.is_matched)

    def test_payment_of_another_amount_waits(self):
        payment = self.register(self.owe(100.0))
        line = self.say_and_match(payment.name, 99.0)
        self.assertUntouched(line)

    # === Instalments, currencies === #

    def instalments(self, *shares):
        term = self.env["account.payment.term"].create(
            {
                "name": "In parts",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": 30 * n}
                    )
                    for n, share in enumerate(shares)
                ],
            }
        )
        return self.owe(100.0, invoice_payment_term_id=term.id)

    def test_second_instalment_by_number_and_amount(self):
        invoice = self.instalments(30, 70)
        line = self.say_and_match(invoice.name, 70.0)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.amount_residual, 30.0)
        item = line.match_ids.counterpart_line_id
        self.assertEqual(abs(item.balance), 70.0)

    def test_amount_of_no_instalment_is_only_proposed(self):
        invoice = self.instalments(30, 70)
        line = self.say_and_match("Thank you", 55.0)
        self.assertUntouched(line)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_several_currencies_in_one_batch(self):
        """Equal figures in two currencies are not equal amounts."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        bank = self.bank.copy({"currency_id": euro.id, "code": "EBK"})
        dollars, euros = self.owe(100.0), self.owe(100.0, currency_id=euro.id)
        lines = self.say_bank(dollars.name, 100.0)
        lines |= self.say_bank(euros.name, 100.0, journal_id=bank.id)
        lines |= self.say_bank(euros.name, 100.0)
        self.match(lines)
        self.assertEqual(lines.mapped("is_reconciled"), [True, True, False])
        self.assertEqual(dollars.payment_state, "paid")
        self.assertEqual(euros.payment_state, "paid")

    # === Undone === #

    def test_an_undone_group_is_proposed_but_not_posted_again(self):
        invoices = self.owe(100.0) | self.owe(50.0)
        line = self.say_and_match(" ".join(invoices.mapped("name")), 150.0)
        self.assertTrue(line.is_reconciled)
        line.action_undo_match()
        for _again in range(2):
            self.match(line)
            self.assertUntouched(line)
        undone = line.match_ids.filtered(lambda each: each.state == "undone")
        self.assertEqual(undone.item_ids.move_id, invoices)
        for proposal in self.proposals(line):
            self.assertNotEqual(proposal.signature, undone.signature)

    # === Cost === #

    def test_ten_and_a_hundred_lines_cost_the_same_queries(self):
        def cost(count):
            values = {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 3, 1),
            }
            invoices = self.env["account.move"].create(
                [
                    {
                        **values,
                        "invoice_line_ids": [
                            Command.create(
                                {"name": "x", "price_unit": 500 + n, "tax_ids": False}
                            )
                        ],
                    }
                    for n in range(count)
                ]
            )
            invoices.action_post()
            lines = self.env["account.bank.statement.line"].create(
                [
                    {
                        "journal_id": self.bank.id,
                        "date": "2026-03-11",
                        "payment_ref": each.name,
                        "amount": each.amount_total,
                    }
                    for each in invoices
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines._match("button", post=False)
            self.env.flush_all()
            self.assertEqual(len(lines.match_ids.statement_line_id), count)
            return self.env.cr.sql_log_count - before

        cost(2)  # what is read only once per process
        few, many = cost(10), cost(100)
        self.assertLessEqual(many, few + 5)
