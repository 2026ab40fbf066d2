from odoo.fields import Command
from odoo.tests import tagged

from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestLinks(IntegratedPaymentsCommon):
    """From each record of a payment's life an accountant reaches the others."""

    def setUp(self):
        super().setUp()
        contact = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.partner.id}
        )
        self.bill = self.init_invoice(
            "out_invoice", partner=contact, amounts=[100.0], post=True
        )
        self.tx = self._create_transaction(
            "direct",
            amount=100.0,
            reference="INV-1",
            provider_reference="pi_1",
            partner_id=contact.id,
            invoice_ids=[self.bill.id],
        )
        self.say_paid(self.tx)
        self.say_payout("po_1", ["txn_1"])
        self.hear_and_work("charge.updated", "ch_1")
        self.hear_and_work("payout.reconciliation_completed", "po_1")
        self.movement = self.tx.balance_transaction_ids
        self.payment = self.tx.payment_id
        self.line = self.movement.statement_line_id
        self.accountant = self._create_new_internal_user(login="ada")
        group = self.env.ref("account.group_account_user")
        self.accountant.group_ids = [Command.link(group.id)]
        self.env.invalidate_all()

    def reached(self, record, button):
        """Press a button as the accountant and return what it opens."""
        action = getattr(record.with_user(self.accountant), button)()
        found = self.env[action["res_model"]].with_user(self.accountant)
        if action.get("res_id"):
            found = found.browse(action["res_id"])
        else:
            found = found.search(action["domain"])
        found.check_access("read")
        return found.sudo()

    def test_every_record_reaches_the_others(self):
        movements = "action_view_gateway_movements"
        payments = "action_view_gateway_transactions"
        for record, button, expected in (
            (self.tx, movements, self.movement),
            (self.tx, "action_view_gateway_payouts", self.movement.payout_id),
            (self.movement, "action_view_transaction", self.tx),
            (self.movement, "action_open_entry", self.line.move_id),
            (self.payment, "action_view_gateway_transaction", self.tx),
            (self.payment, movements, self.movement),
            (self.payment.move_id, payments, self.tx),
            (self.payment.move_id, movements, self.movement),
            (self.bill, payments, self.tx),
            (self.bill, movements, self.movement),
            (self.line.move_id, payments, self.tx),
            (self.line.move_id, movements, self.movement),
            (self.line, movements, self.movement),
            (self.partner, payments, self.tx),
        ):
            with self.subTest(f"{record._name} {button}"):
                self.assertEqual(self.reached(record, button).sudo(False), expected)

    def test_counts_stand_on_the_buttons(self):
        for record, field in (
            (self.tx, "gateway_movement_count"),
            (self.tx, "gateway_payout_count"),
            (self.payment, "gateway_movement_count"),
            (self.bill, "gateway_movement_count"),
            (self.bill, "gateway_transaction_count"),
            (self.partner, "gateway_transaction_count"),
        ):
            with self.subTest(f"{record._name} {field}"):
                self.assertEqual(record.with_user(self.accountant)[field], 1)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.assertEqual(stranger.gateway_transaction_count, 0)

    def test_forms_open_with_their_buttons(self):
        for model, buttons in (
            ("payment.transaction", ("gateway_movements", "gateway_payouts")),
            ("payment.balance.transaction", ("transaction",)),
            ("account.payment", ("gateway_transaction", "gateway_movements")),
            ("account.move", ("gateway_transactions", "gateway_movements")),
            ("res.partner", ("gateway_transactions",)),
        ):
            arch = (
                self.env[model]
                .with_user(self.accountant)
                .get_view(view_type="form")["arch"]
            )
            for button in buttons:
                self.assertIn(f"action_view_{button}", arch, model)
