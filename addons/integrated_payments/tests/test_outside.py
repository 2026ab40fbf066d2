"""Payments taken outside Odoo: each way of finding, each reason to abstain."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway import types
from ..gateway.errors import NeedsPerson, RetryLater
from .common import PAID_AT, IntegratedPaymentsCommon


class OutsideCommon(IntegratedPaymentsCommon):
    """A customer Ada, and charges that no request of Odoo made."""

    def setUp(self):
        super().setUp()
        self.ada = self.env["res.partner"].create(
            {
                "name": "Ada Analytics",
                "is_company": True,
                "email": "Ada@Example.com",
                "phone": "+32 470 12 34 56",
                "country_id": self.env.ref("base.be").id,
            }
        )

    def say_outside(self, minor=12000, number=1, intent=True, fee=320, **values):
        """The gateway took ``minor`` without Odoo; return the charge's fact."""
        payer = values.pop("payer", types.Payer(name="A. L.", email="ada@example.com"))
        currency = values.pop("currency", "USD")
        self.say_movement(
            f"txn_{number}", "charge", minor, fee=fee, source=f"ch_{number}"
        )
        if intent:
            self.gateway.put(
                "intent",
                types.Intent(
                    ref=f"pi_{number}",
                    status="succeeded",
                    amount=minor,
                    amount_received=minor,
                    currency=currency,
                    created=PAID_AT,
                    reference=values.get("description"),
                    charge_ref=f"ch_{number}",
                ),
            )
        return self.gateway.put(
            "charge",
            types.Charge(
                **{
                    "ref": f"ch_{number}",
                    "status": "succeeded",
                    "amount": minor,
                    "captured": minor,
                    "currency": currency,
                    "created": PAID_AT,
                    "intent_ref": f"pi_{number}" if intent else None,
                    "method": "card",
                    "balance_transaction_ref": f"txn_{number}",
                    "payer": payer,
                    **values,
                }
            ),
        )

    def hear_outside(self, number=1, event="charge.updated"):
        """Odoo hears of the charge; return its record."""
        ref = f"ch_{number}" if event.startswith("charge") else f"pi_{number}"
        self.hear_and_work(event, ref, number=f"{event}{number}{self.count_events()}")
        return self.env["payment.outside"].search(
            [("gateway_ref", "in", (f"pi_{number}", f"ch_{number}"))]
        )

    def count_events(self):
        return self.env["payment.event"].search_count([])

    def take(self, *args, **kwargs):
        """Say and hear at once."""
        self.say_outside(*args, **kwargs)
        return self.hear_outside(kwargs.get("number", 1))

    def bill(self, amount=120.0, partner=None, post=True):
        return self.init_invoice(
            "out_invoice", partner=partner or self.ada, amounts=[amount], post=post
        )

    def receivable(self, partner):
        """Return what a customer owes by the ledger; negative is their credit."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "=", partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ],
            [],
            ["balance:sum"],
        )
        return round(rows[0][0], 2)


@tagged("-at_install", "post_install")
class TestOutsideCustomer(OutsideCommon):
    """Whose it is."""

    def test_by_email_as_a_credit(self):
        """The default for existing users: the customer's credit, listed for review."""
        outside = self.take()
        transaction = outside.transaction_id
        self.assertEqual((outside.partner_id, outside.found_by), (self.ada, "email"))
        self.assertEqual((outside.result, outside.state), ("advance", "review"))
        self.assertIn("No open invoice or order", outside.reason)
        self.assertEqual(
            (transaction.state, transaction.amount, transaction.channel),
            ("done", 120.0, "dashboard"),
        )
        self.assertEqual(transaction.payment_id.date, PAID_AT.date())
        self.assertTrue(transaction.payment_id.is_matched)
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})
        self.assertEqual(self.receivable(self.ada), -120.0)
        self.assertFalse(
            self.env["sale.order"].search([("partner_id", "=", self.ada.id)])
        )

    def test_by_phone_in_any_spelling(self):
        payer = types.Payer(name="A", phone="0470/12.34.56", country="BE")
        outside = self.take(payer=payer)
        self.assertEqual((outside.partner_id, outside.found_by), (self.ada, "phone"))

    def test_by_the_gateways_customer_of_an_odoo_payment(self):
        """A payment of Odoo's own tells who the gateway's customer is."""
        tx = self._create_transaction(
            "direct",
            amount=10.0,
            reference="OWN-1",
            provider_reference="pi_8",
            partner_id=self.ada.id,
        )
        self.say_paid(tx, number=8)
        fact = self.gateway.facts["charge", "ch_8"]
        self.gateway.put("charge", self.changed(fact, customer_ref="cus_ada"))
        self.hear_and_work("charge.updated", "ch_8")
        self.assertFalse(tx.outside_ids)
        payer = types.Payer(ref="cus_ada", email="another@example.com")
        outside = self.take(payer=payer)
        self.assertEqual((outside.partner_id, outside.found_by), (self.ada, "gateway"))

    def test_by_a_saved_payment_method(self):
        self._create_token(provider_ref="cus_token", partner_id=self.ada.id)
        outside = self.take(payer=types.Payer(ref="cus_token"))
        self.assertEqual((outside.partner_id, outside.found_by), (self.ada, "gateway"))

    def test_the_gateways_customer_object_knows_more_than_the_card(self):
        self.gateway.put(
            "customer", types.Payer(ref="cus_1", name="Ada", email="ada@example.com")
        )
        outside = self.take(payer=types.Payer(ref="cus_1", name="Card Holder"))
        self.assertEqual(outside.partner_id, self.ada)
        known = self.env["payment.gateway.customer"].search(
            [("gateway_ref", "=", "cus_1")]
        )
        self.assertEqual(known.partner_id, self.ada)

    def test_contacts_of_one_company_are_no_ambiguity(self):
        self.env["res.partner"].create(
            {"name": "Bob", "parent_id": self.ada.id, "email": "ada@example.com"}
        )
        self.assertEqual(self.take().partner_id, self.ada)

    def test_two_customers_with_the_same_email_are_left_for_review(self):
        self.ada.copy({"name": "Twin", "email": "ada@example.com"})
        outside = self.take()
        self.assertFalse(outside.partner_id or outside.transaction_id)
        self.assertIn("Several customers have the e-mail", outside.reason)
        self.assertEqual(self.balances(), {"gateway": 116.8, "suspense": -116.8})

    def test_customers_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.ada.company_id = other
        outside = self.take()
        self.assertFalse(outside.partner_id)
        self.assertIn("No customer is known as ada@example.com", outside.reason)

    def test_unknown_customers_by_policy(self):
        payer = types.Payer(
            name="Cleo",
            email="cleo@example.com",
            phone="+1 650-253-0000",
            street="1 Main St",
            city="Springfield",
            zip="62701",
            state="IL",
            country="US",
        )
        outside = self.take(payer=payer)
        self.assertEqual((outside.result, outside.state), ("suspense", "review"))
        self.company.payment_outside_customer = "create"
        outside.action_find_again()
        cleo = outside.partner_id
        self.assertEqual(outside.found_by, "created")
        self.assertEqual(
            (
                cleo.name,
                cleo.email,
                cleo.city,
                cleo.state_id.code,
                cleo.country_id.code,
            ),
            ("Cleo", "cleo@example.com", "Springfield", "IL", "US"),
        )
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})
        again = self.take(payer=payer, number=2)
        self.assertEqual((again.partner_id, again.found_by), (cleo, "email"))

    def test_anonymous_payments_by_policy(self):
        outside = self.take(payer=types.Payer(), method="card_present")
        self.assertEqual(outside.channel, "terminal")
        self.assertIn("does not know who paid", outside.reason)
        walk_in = self.env["res.partner"].create({"name": "Walk-in"})
        self.company.payment_outside_partner_id = walk_in
        outside.action_find_again()
        self.assertEqual((outside.partner_id, outside.found_by), (walk_in, "default"))
        self.assertEqual(outside.transaction_id.channel, "terminal")
        self.assertEqual(outside.transaction_id.payment_method_id.code, "card")

    def changed(self, fact, **values):
        known = {name: getattr(fact, name) for name in fact.__dataclass_fields__}
        return type(fact)(**{**known, **values})


@tagged("-at_install", "post_install")
class TestOutsideDocuments(OutsideCommon):
    """What it pays."""

    def test_an_invoice_that_the_description_names(self):
        bill = self.bill()
        outside = self.take(description=f"Thanks for {bill.name}!")
        self.assertEqual((outside.invoice_ids, outside.matched_by), (bill, "quoted"))
        self.assertEqual((outside.result, outside.state), ("invoice", "done"))
        self.assertEqual(bill.payment_state, "paid")
        self.assertFalse(outside.reason)
        self.assertEqual(self.trail(outside.transaction_id)["invoice"], "done")

    def test_an_invoice_by_metadata_tells_the_customer_too(self):
        bill = self.bill()
        outside = self.take(payer=types.Payer(), metadata={"invoice": bill.name})
        self.assertEqual((outside.partner_id, outside.found_by), (self.ada, "document"))
        self.assertEqual(bill.payment_state, "paid")

    def test_metadata_under_other_keys_is_not_read(self):
        bill = self.bill(300.0)
        outside = self.take(metadata={"note": bill.name})
        self.assertEqual(outside.result, "advance")

    def test_the_only_invoice_over_the_exact_amount(self):
        bill = self.bill()
        self.bill(130.0)
        outside = self.take()
        self.assertEqual((outside.invoice_ids, outside.matched_by), (bill, "amount"))
        self.assertEqual(bill.payment_state, "paid")

    def test_two_invoices_over_the_amount_are_left_for_review(self):
        bills = self.bill() | self.bill()
        outside = self.take()
        self.assertEqual((outside.result, outside.state), ("advance", "review"))
        self.assertIn(bills[0].name, outside.reason)
        outside.invoice_ids = bills[1]
        outside.action_apply()
        self.assertEqual(bills.mapped("payment_state"), ["not_paid", "paid"])
        self.assertEqual((outside.result, outside.state), ("invoice", "done"))

    def test_an_invoice_of_another_customer_is_not_paid(self):
        bill = self.bill(partner=self.partner)
        outside = self.take(description=bill.name)
        self.assertEqual((outside.partner_id, outside.result), (self.ada, "advance"))
        self.assertIn("belongs to another customer", outside.reason)
        self.assertEqual(bill.payment_state, "not_paid")

    def test_an_invoice_that_is_paid_already(self):
        bill = self.bill()
        self.take(description=bill.name)
        outside = self.take(description=bill.name, number=2)
        self.assertEqual(outside.result, "advance")
        self.assertIn("is paid already", outside.reason)

    def test_more_than_the_invoice_needs_is_a_credit_that_is_told(self):
        bill = self.bill(100.0)
        outside = self.take(description=bill.name)
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(outside.state, "review")
        self.assertIn("20.00", outside.reason)
        self.assertEqual(self.receivable(self.ada), -20.0)

    def test_an_order_that_is_named_is_confirmed(self):
        order = self.quotation(120.0)
        outside = self.take(description=f"Order {order.name}")
        self.assertEqual((outside.result, outside.order_id), ("order", order))
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.payment_state, "paid")

    def test_an_offered_order_over_the_exact_amount(self):
        order = self.quotation(120.0)
        self.quotation(120.0).action_cancel()
        order.action_quotation_sent()
        outside = self.take()
        self.assertEqual((outside.order_id, outside.matched_by), (order, "amount"))
        self.assertEqual(order.state, "sale")

    def quotation(self, price):
        self.env.user.group_ids += self.env.ref("sales_team.group_sale_manager")
        product = self.env["product.product"].create(
            {"name": "Hour", "type": "service", "list_price": price, "taxes_id": False}
        )
        return self.env["sale.order"].create(
            {
                "partner_id": self.ada.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )


@tagged("-at_install", "post_install")
class TestOutsideLife(OutsideCommon):
    """Once, in any order, whatever comes later."""

    def test_once_however_often_and_whatever_event_comes(self):
        self.say_outside()
        for _round in (1, 2):
            for event in ("payment_intent.succeeded", "charge.updated"):
                outside = self.hear_outside(event=event)
        self.assertEqual(len(outside), 1)
        found = self.env["payment.transaction"].search(
            [("provider_reference", "=", "pi_1")]
        )
        self.assertEqual(len(found), 1)
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})

    def test_a_charge_without_intent_and_its_refund(self):
        self.say_outside(intent=False)
        outside = self.hear_outside()
        self.assertEqual(outside.transaction_id.provider_reference, "ch_1")
        self.assertEqual(outside.transaction_id.state, "done")
        self.refund(intent=None)
        self.assertEqual(self.receivable(self.ada), -90.0)

    def test_a_refund_finds_its_payment(self):
        outside = self.take()
        refund = self.refund()
        self.assertEqual(refund.source_transaction_id, outside.transaction_id)
        self.assertEqual(self.balances(), {"gateway": 86.8, "fee": 3.2})
        self.assertEqual(self.receivable(self.ada), -90.0)

    def test_a_dispute_finds_its_payment(self):
        outside = self.take()
        self.say_movement("txn_dp", "dispute", -12000, fee=1500, source="dp_1")
        self.gateway.put(
            "dispute",
            types.Dispute(
                ref="dp_1",
                status="needs_response",
                amount=12000,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                balance_transaction_refs=("txn_dp",),
            ),
        )
        self.hear_and_work("charge.dispute.created", "dp_1")
        self.assertTrue(outside.transaction_id.dispute_ids)

    def test_a_refund_of_what_was_unassigned_is_booked_with_it(self):
        payer = types.Payer(name="Nobody", email="nobody@example.com")
        outside = self.take(payer=payer)
        self.refund()
        self.assertEqual(self.balances(), {"gateway": 86.8, "suspense": -86.8})
        outside.partner_id = self.ada
        outside.action_apply()
        self.assertEqual(self.balances(), {"gateway": 86.8, "fee": 3.2})
        self.assertEqual(self.receivable(self.ada), -90.0)

    def test_found_from_a_movement_that_lay_on_suspense_before(self):
        """As in a database that was updated: the movement is there, no list entry."""
        outside = self.take(payer=types.Payer(name="N", email="late@example.com"))
        outside.sudo().unlink()
        self.ada.email = "late@example.com"
        movement = self.env["payment.balance.transaction"].search(
            [("source_ref", "=", "ch_1")]
        )
        self.assertEqual(movement.state, "parked")
        action = movement.action_find_payment()
        found = self.env["payment.outside"].browse(action["res_id"])
        self.assertEqual((found.partner_id, found.result), (self.ada, "advance"))
        self.assertEqual(movement.state, "posted")

    def test_not_before_the_money_is_there(self):
        self.say_outside(status="pending", balance_transaction_ref=None)
        fact = self.gateway.facts["intent", "pi_1"]
        self.gateway.put(
            "intent",
            types.Intent(
                **{
                    **{each: getattr(fact, each) for each in fact.__dataclass_fields__},
                    "status": "processing",
                }
            ),
        )
        self.assertFalse(self.hear_outside(event="payment_intent.processing"))

    def test_shadow_shows_what_would_be_and_posts_nothing(self):
        self.stripe.books_mode = "shadow"
        outside = self.take()
        self.assertEqual(outside.partner_id, self.ada)
        self.assertFalse(outside.transaction_id)
        self.assertIn("Shadow", outside.reason)
        with self.assertRaisesRegex(UserError, "shadow mode"):
            outside.action_apply()
        self.assertEqual(self.balances(), {})

    def test_items_that_cannot_be_read_hold_up_no_money(self):
        self.gateway.origins["pi_1"] = NeedsPerson("The key may not read sessions")
        outside = self.take()
        self.assertEqual(outside.result, "advance")
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})

    def test_a_gateway_that_does_not_answer_is_asked_again(self):
        self.gateway.origins["pi_1"] = RetryLater("down")
        self.assertFalse(self.take())
        event = self.env["payment.event"].search([], order="id desc", limit=1)
        self.assertEqual(event.state, "pending")

    @mute_logger("odoo.addons.integrated_payments.models.payment_outside")
    def test_an_error_on_the_way_in_leaves_the_money_on_suspense(self):
        broken = patch.object(
            type(self.env["payment.outside"]),
            "_payment_method",
            side_effect=ValueError("no method"),
        )
        with broken:
            outside = self.take()
        self.assertEqual(outside.result, "suspense")
        self.assertIn("no method", outside.reason)
        self.assertEqual(self.balances(), {"gateway": 116.8, "suspense": -116.8})
        outside.action_find_again()
        self.assertEqual(outside.result, "advance")

    def refund(self, intent="pi_1"):
        """The dashboard refunds 30.00; return the refund's transaction."""
        self.say_movement("txn_re", "refund", -3000, source="re_1")
        self.gateway.put(
            "refund",
            types.Refund(
                ref="re_1",
                status="succeeded",
                amount=3000,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                intent_ref=intent,
                balance_transaction_ref="txn_re",
            ),
        )
        charge = self.gateway.facts["charge", "ch_1"]
        known = {each: getattr(charge, each) for each in charge.__dataclass_fields__}
        self.gateway.put("charge", types.Charge(**{**known, "refunded": 3000}))
        self.hear_and_work("charge.refunded", "ch_1")
        return self.env["payment.transaction"].search(
            [("provider_reference", "=", "re_1")]
        )


@tagged("-at_install", "post_install")
class TestOutsideItems(OutsideCommon):
    """What was sold becomes an order by policy."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.tax = self.env["account.tax"].create(
            {
                "name": "20%",
                "amount": 20.0,
                "price_include_override": "tax_excluded",
                "type_tax_use": "sale",
            }
        )
        self.lamp = self.env["product.product"].create(
            {
                "name": "Lamp",
                "default_code": "LAMP",
                "list_price": 1.0,
                "taxes_id": [Command.set(self.tax.ids)],
                "invoice_policy": "order",
                "type": "service",
            }
        )
        self.company.write(
            {"payment_outside_order": "confirm", "payment_invoice_policy": "posted"}
        )

    def sell(self, number=1, minor=12000, kind="link", **item):
        item = {
            "description": "Lamp, brass",
            "quantity": 2,
            "total": minor,
            "price_ref": "price_1",
            "sku": "LAMP",
            **item,
        }
        self.gateway.origins[f"pi_{number}"] = types.Origin(
            kind=kind, ref=f"plink_{number}", items=(types.OutsideItem(**item),)
        )
        return self.take(minor, number=number)

    def test_an_order_is_made_confirmed_invoiced_and_paid(self):
        outside = self.sell()
        order = outside.order_id
        self.assertEqual((outside.result, outside.state), ("order", "done"))
        self.assertEqual((outside.channel, outside.matched_by), ("link", "items"))
        self.assertEqual((order.state, order.amount_total), ("sale", 120.0))
        self.assertEqual(order.order_line.product_id, self.lamp)
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual((order.amount_untaxed, order.amount_tax), (100.0, 20.0))
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "paid"))
        self.assertEqual(invoice.amount_tax, 20.0)
        self.assertEqual(self.receivable(self.ada), 0.0)

    def test_prices_that_include_their_tax(self):
        self.tax.price_include_override = "tax_included"
        order = self.sell().order_id
        self.assertEqual((order.amount_total, order.amount_tax), (120.0, 20.0))
        self.assertEqual(order.order_line.price_unit, 60.0)

    def test_by_default_no_order_is_made(self):
        self.company.payment_outside_order = "off"
        outside = self.sell()
        self.assertFalse(outside.order_id)
        self.assertEqual((outside.result, outside.state), ("advance", "review"))
        outside.action_make_order()
        self.assertEqual(outside.order_id.state, "draft")
        outside.action_apply()
        self.assertEqual((outside.result, outside.order_id.state), ("order", "sale"))
        self.assertEqual(outside.order_id.invoice_ids.payment_state, "paid")

    def test_a_quotation_waits_for_apply(self):
        self.company.payment_outside_order = "draft"
        outside = self.sell()
        self.assertEqual((outside.result, outside.order_id.state), ("advance", "draft"))
        self.assertIn("Apply confirms it", outside.reason)
        outside.action_apply()
        self.assertEqual((outside.result, outside.order_id.state), ("order", "sale"))
        self.assertEqual(outside.order_id.invoice_ids.payment_state, "paid")
        self.assertEqual(self.receivable(self.ada), 0.0)

    def test_an_unknown_product_is_asked_for_once(self):
        outside = self.sell(sku=None)
        self.assertEqual((outside.result, outside.state), ("advance", "review"))
        self.assertIn("Lamp, brass (price_1)", outside.reason)
        with self.assertRaisesRegex(UserError, "No product is known"):
            outside.action_make_order()
        outside.item_ids.product_id = self.lamp
        outside.action_make_order()
        outside.action_apply()
        self.assertEqual(outside.order_id.state, "sale")
        again = self.sell(number=2, sku=None)
        self.assertEqual((again.result, again.state), ("order", "done"))

    def test_an_internal_reference_of_two_products_decides_nothing(self):
        self.env["product.product"].create({"name": "Twin", "default_code": "LAMP"})
        self.assertFalse(self.sell().item_ids.product_id)

    def test_a_difference_of_a_cent_is_shown_and_held(self):
        outside = self.sell(total=11999)
        self.assertEqual(outside.order_id.state, "draft")
        self.assertEqual((outside.result, outside.state), ("advance", "review"))
        self.assertEqual(outside.difference, 0.01)
        self.assertIn("0.01", outside.reason)

    def test_an_open_invoice_comes_before_the_items(self):
        bill = self.bill()
        outside = self.sell()
        self.assertEqual((outside.invoice_ids, outside.result), (bill, "invoice"))
        self.assertFalse(outside.order_id)

    def test_what_was_sold_is_learned_when_the_session_completes(self):
        self.say_outside()
        outside = self.hear_outside(event="payment_intent.succeeded")
        self.assertEqual(outside.channel, "dashboard")
        item = types.OutsideItem("Lamp", 1, 12000, sku="LAMP")
        self.gateway.origins["pi_1"] = types.Origin("checkout", "cs_1", items=(item,))
        self.hear_and_work("checkout.session.completed", "cs_1")
        self.assertEqual(outside.channel, "checkout")
        self.assertEqual(outside.transaction_id.channel, "checkout")
        self.assertEqual((outside.result, outside.order_id.state), ("order", "sale"))
        self.assertEqual(self.receivable(self.ada), 0.0)


@tagged("-at_install", "post_install")
class TestOutsideChoice(OutsideCommon):
    """A choice is changed by reversal."""

    def test_from_one_invoice_to_another(self):
        first, second = self.bill(), self.bill(partner=self.ada)
        second.payment_reference = "second"
        outside = self.take(description=first.name)
        outside.invoice_ids = second
        outside.action_apply()
        self.assertEqual(
            (first.payment_state, second.payment_state), ("not_paid", "paid")
        )
        self.assertEqual(outside.transaction_id.invoice_ids, second)
        self.assertFalse(outside.transfer_move_id)

    def test_to_another_customer_and_back(self):
        own, foreign = self.bill(), self.bill(partner=self.partner)
        outside = self.take(description=own.name)
        payment = outside.transaction_id.payment_id
        outside.write({"partner_id": self.partner.id, "invoice_ids": foreign.ids})
        outside.action_apply()
        transfer = outside.transfer_move_id
        self.assertEqual(transfer.state, "posted")
        self.assertEqual(
            (own.payment_state, foreign.payment_state), ("not_paid", "paid")
        )
        self.assertEqual(self.receivable(self.ada), 120.0)
        self.assertEqual(self.receivable(self.partner), 0.0)
        self.assertEqual(outside.transaction_id.partner_id, self.partner)
        outside.write({"partner_id": self.ada.id, "invoice_ids": own.ids})
        outside.action_apply()
        self.assertTrue(transfer.reversal_move_ids)
        self.assertFalse(outside.transfer_move_id)
        self.assertEqual(
            (own.payment_state, foreign.payment_state), ("paid", "not_paid")
        )
        self.assertEqual(self.receivable(self.ada), 0.0)
        self.assertEqual(self.receivable(self.partner), 120.0)
        self.assertEqual(outside.transaction_id.payment_id, payment)
        self.assertTrue(payment.is_matched)
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})

    def test_back_to_a_credit(self):
        bill = self.bill()
        outside = self.take(description=bill.name)
        outside.invoice_ids = False
        outside.action_apply()
        self.assertEqual((bill.payment_state, outside.result), ("not_paid", "advance"))
        self.assertEqual(outside.state, "done")

    def test_the_choice_of_a_person_is_remembered(self):
        payer = types.Payer(ref="cus_x", name="X", email="x@example.com")
        outside = self.take(payer=payer)
        outside.partner_id = self.ada
        self.assertEqual(outside.sudo(False).found_by, "person")
        outside.action_apply()
        again = self.take(payer=payer, number=2)
        self.assertEqual((again.partner_id, again.found_by), (self.ada, "gateway"))

    def test_what_would_not_be_right_is_refused(self):
        outside = self.take(payer=types.Payer())
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            outside.action_apply()
        with self.assertRaisesRegex(UserError, "whose credit"):
            outside.action_keep_as_credit()
        outside.partner_id = self.ada
        outside.invoice_ids = self.bill(partner=self.partner)
        with self.assertRaisesRegex(UserError, "is not of Ada"):
            outside.action_apply()
        outside.invoice_ids = self.bill(post=False)
        with self.assertRaisesRegex(UserError, "not posted"):
            outside.action_apply()

    def test_what_was_posted_by_choice_is_taken_from_there(self):
        outside = self.take(payer=types.Payer())
        movement = self.env["payment.balance.transaction"].search(
            [("source_ref", "=", "ch_1")]
        )
        income = self.company_data["default_account_revenue"]
        movement._choose(income)
        movement.action_post()
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})
        outside.action_find_again()
        self.assertIn("was posted to", outside.reason)
        outside.partner_id = self.ada
        outside.action_apply()
        self.assertTrue(outside.transaction_id.payment_id.is_matched)
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})
        self.assertEqual(self.receivable(self.ada), -120.0)

    def test_the_payers_data_go_a_year_after_it_was_settled(self):
        outside = self.take(description="phone +32 470 12 34 56")
        outside.action_keep_as_credit()
        Outside = self.env["payment.outside"].sudo()
        self.assertEqual(Outside._gc_payers()[0], 0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_outside SET write_date = now() - interval '366 days'"
        )
        self.env.invalidate_all()
        self.assertEqual(Outside._gc_payers()[0], 1)
        self.assertFalse(outside.payer_email or outside.payer_name or outside.texts)
        self.assertEqual(outside.partner_id, self.ada)

    def test_an_accountant_decides_and_a_salesperson_reads(self):
        accountant = self.person("ann", "account.group_account_user")
        seller = self.person("sam", "sales_team.group_sale_salesman")
        outside = self.take(payer=types.Payer())
        self.assertEqual(outside.with_user(seller).amount, 120.0)
        with self.assertRaises(AccessError):
            outside.with_user(seller).partner_id = self.ada
        mine = outside.with_user(accountant)
        mine.partner_id = self.ada
        self.assertEqual(mine.found_by, "person")
        mine.action_apply()
        self.assertEqual((mine.result, mine.state), ("advance", "done"))

    def person(self, login, group):
        user = self._create_new_internal_user(login=login)
        user.group_ids = [Command.link(self.env.ref(group).id)]
        return user

    def test_kept_as_a_credit(self):
        outside = self.take()
        outside.action_keep_as_credit()
        self.assertEqual((outside.state, outside.result), ("done", "advance"))
