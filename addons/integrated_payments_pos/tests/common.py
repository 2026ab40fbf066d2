"""A till with a Stripe terminal, and what gateway and cashier do with it."""

import uuid
from unittest.mock import patch

from odoo.fields import Command, Datetime

from odoo.addons.integrated_payments.gateway import types
from odoo.addons.integrated_payments.tests.common import (
    PAID_AT,
    IntegratedPaymentsCommon,
)


class TerminalCommon(IntegratedPaymentsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("point_of_sale.group_pos_manager")
        cls.coffee = cls.env["product.product"].create(
            {
                "name": "Coffee",
                "type": "consu",
                "list_price": 1.0,
                "taxes_id": False,
                "available_in_pos": True,
            }
        )
        cls.card = cls.env["pos.payment.method"].create(
            {
                "name": "Card",
                "journal_id": cls.stripe.journal_id.id,
                "outstanding_account_id": cls.accounts["outstanding"].id,
                "payment_method_type": "terminal",
                "use_payment_terminal": "stripe",
                "stripe_serial_number": "WSC513105011295",
            }
        )
        cls.till = cls.env["pos.config"].create(
            {"name": "Shop", "payment_method_ids": [Command.set(cls.card.ids)]}
        )
        cls.ada = cls.env["res.partner"].create(
            {"name": "Ada", "email": "ada@example.com"}
        )

    def setUp(self):
        super().setUp()
        self.requests = []
        self.session = self.open_session()

    def open_session(self):
        self.till.open_ui()
        session = self.till.current_session_id
        session.set_opening_control(0, "")
        return session

    # === The cashier === #

    def request(self, amount, number=1):
        """The till asks for a payment; returns it as Odoo keeps it."""
        answer = {"id": f"pi_{number}", "client_secret": "secret"}

        def send(provider, method, endpoint, **kwargs):
            self.requests.append((method, endpoint, kwargs))
            return answer

        core = "odoo.addons.payment.models.payment_provider.PaymentProvider"
        with patch(f"{core}._send_api_request", send):
            self.card.stripe_payment_intent(amount)
        return self.env["payment.transaction"].search(
            [("provider_reference", "=", answer["id"])]
        )

    def sell(self, amount, ref="pi_1", partner=None, refunds=None, **values):
        """The till sends an order that was paid by card."""
        refunded = refunds.lines[:1].id if refunds else False
        line = {
            "product_id": self.coffee.id,
            "qty": amount,
            "price_unit": 1.0,
            "price_subtotal": amount,
            "price_subtotal_incl": amount,
            "tax_ids": [Command.clear()],
            "refunded_orderline_id": refunded,
        }
        payment = {
            "amount": amount,
            "payment_method_id": self.card.id,
            "payment_date": Datetime.now(),
            "transaction_id": ref,
        }
        data = {
            "uuid": str(uuid.uuid4()),
            "session_id": self.session.id,
            "company_id": self.company.id,
            "date_order": Datetime.to_string(Datetime.now()),
            "state": "paid",
            "amount_paid": amount,
            "amount_return": 0,
            "amount_tax": 0,
            "amount_total": amount,
            "lines": [Command.create(line)],
            "payment_ids": [Command.create(payment)],
            "partner_id": partner and partner.id,
            "user_id": self.env.uid,
            "to_invoice": False,
            **values,
        }
        found = self.env["pos.order"].sync_from_ui([data])["pos.order"]
        return self.env["pos.order"].browse(found[-1]["id"])

    def close(self):
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")

    # === The gateway === #

    def say_read(self, minor, number=1, reference=None, settled=True, **values):
        """A card was read at the terminal and captured."""
        movement = f"txn_{number}" if settled else None
        if settled:
            self.say_movement(
                movement, "charge", minor, fee=320, tax=20, source=f"ch_{number}"
            )
        self.gateway.put(
            "charge",
            types.Charge(
                ref=f"ch_{number}",
                status="succeeded",
                amount=minor,
                captured=minor,
                currency="USD",
                created=PAID_AT,
                intent_ref=f"pi_{number}",
                method="card_present",
                brand="visa",
                last4="4242",
                balance_transaction_ref=movement,
                **values,
            ),
        )
        return self.gateway.put(
            "intent",
            types.Intent(
                ref=f"pi_{number}",
                status="succeeded",
                amount=minor,
                amount_received=minor,
                currency="USD",
                created=PAID_AT,
                reference=reference,
                ours=bool(reference),
                charge_ref=f"ch_{number}",
                method="card_present",
            ),
        )

    def hear_read(self, minor, number=1, reference=None, **kwargs):
        self.say_read(minor, number, reference, **kwargs)
        self.hear_and_work(
            "payment_intent.succeeded", f"pi_{number}", number=f"read_{number}"
        )
        self.stripe._post_balance_transactions()

    def buy(self, amount, number=1, partner=None):
        """The whole of it: request, card, webhook, order."""
        transaction = self.request(amount, number)
        self.hear_read(round(amount * 100), number, transaction.reference)
        order = self.sell(amount, f"pi_{number}", partner)
        return transaction, order
