from odoo.tests import HttpCase, tagged

from odoo.addons.integrated_payments.tests.test_channels import ChannelsCommon

from .common import ReconciliationCommon


@tagged("-at_install", "post_install")
class TestTransfers(ChannelsCommon, ReconciliationCommon, HttpCase):
    """A customer announces a transfer at checkout; the bank's line brings it."""

    def setUp(self):
        super().setUp()
        self.partner.email = "ann@example.com"
        self.company.write(
            {"payment_invoice_policy": "posted", "payment_stock_policy": "reserve"}
        )
        self.transfer.post_test_payments = True
        self.stock(self.desk, 5)
        self.order = self.make_order((self.desk, 1))

    def announce(self, order, number=1):
        provider, method = self.providers["custom"]
        payment = self._create_transaction(
            "redirect",
            amount=order.amount_total,
            reference=f"{order.name}-{number}",
            provider_id=provider.id,
            payment_method_id=method.id,
            sale_order_ids=order.ids,
        )
        payment._set_pending()
        payment._post_process()
        return payment

    def test_the_transfer_comes_and_everything_follows(self):
        begun = self.announce(self.order)
        payment = self.announce(self.order, number=2)
        line = self.say_and_match(f"Invoice {self.order.name} thank you", 100.0)
        self.assertEqual((begun.state, payment.state), ("pending", "done"))
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.order.picking_ids.state, "assigned")
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")
        self.assertTrue(line.is_reconciled)
        match = line.match_ids.filtered(lambda each: each.state == "posted")
        self.assertIn("announced at checkout", match.evidence_text)
        states = self.trail(payment)
        for kind in ("books", "order", "invoice", "stock", "crm"):
            self.assertEqual(states[kind], "done", kind)
        payment._refresh_effects(("bank",))
        self.assertEqual(self.trail(payment)["bank"], "done")
        match.action_undo()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(match.state, "undone")
        self.match(line)
        self.assertFalse(line.is_reconciled, "what was undone is not done again")

    def test_what_is_not_certain_waits(self):
        payment = self.announce(self.order)
        other = self.announce(self.make_order((self.desk, 1)), number=2)
        for text, amount, values in (
            (self.order.name, 99.0, {}),
            (self.order.name, 100.0, {"partner_id": self.other_partner.id}),
            (f"{self.order.name} {other.sale_order_ids.name}", 100.0, {}),
            ("thank you", 100.0, {}),
        ):
            line = self.say_and_match(text, amount, **values)
            self.assertUntouched(line)
        self.assertEqual({payment.state, other.state}, {"pending"})
        twice = [self.say_bank(self.order.name, 100.0) for _each in "ab"]
        self.match(twice[0] | twice[1])
        self.assertEqual(payment.state, "pending", "two lines claim one transfer")
