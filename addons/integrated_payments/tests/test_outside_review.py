"""Payments outside Odoo: what must not be guessed, and who comes at the same time."""

from dataclasses import replace
from datetime import timedelta

import psycopg2

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway import types
from ..gateway.errors import RetryLater
from .common import PAID_AT
from .test_backfill import BackfillCommon
from .test_outside import OutsideCommon


@tagged("-at_install", "post_install")
class TestOutsideReview(OutsideCommon):
    """Doubts are told where the accountant looks, and nothing is booked on them."""

    def rate(self, currency, rate):
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": currency.id, "rate": rate}
        )

    def test_a_currency_without_a_rate_is_not_taken_one_to_one(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        outside = self.take(currency="EUR")
        self.assertFalse(outside.transaction_id)
        self.assertIn("EUR, which has no exchange rate", outside.reason)
        self.assertEqual(self.balances(), {"gateway": 116.8, "suspense": -116.8})
        outside.partner_id = self.ada
        with self.assertRaisesRegex(UserError, "no exchange rate"):
            outside.action_apply()
        self.rate(euro, 2.0)
        outside.action_find_again()
        self.assertEqual(outside.result, "advance")
        self.assertEqual(outside.transaction_id.currency_id, euro)
        # The credit at Odoo's rate; the gateway's 120.00 differ: an exchange gain.
        self.assertEqual(self.receivable(self.ada), -60.0)
        self.assertTrue(outside.transaction_id.payment_id.is_matched)

    def test_what_odoo_would_round_is_not_taken_in(self):
        dollar = self._enable_currency("TWD")
        dollar.rounding = 1.0
        self.rate(dollar, 30.0)
        outside = self.take(10050, currency="TWD")
        self.assertFalse(outside.transaction_id)
        self.assertIn("100.50 TWD were paid", outside.reason)
        self.assertIn("Rounding Factor of TWD to 0.01", outside.reason)
        dollar.rounding = 0.01
        outside.action_find_again()
        self.assertEqual(outside.transaction_id.amount, 100.5)

    def test_a_gateway_that_cannot_be_asked_is_told_in_words(self):
        outside = self.take(payer=types.Payer())
        self.gateway.failure = RetryLater("Stripe cannot be reached: timeout")
        with self.assertRaisesRegex(UserError, "cannot be reached"):
            outside.action_find_again()

    def test_a_credit_that_pays_something_is_not_moved_away(self):
        outside = self.take()
        bill = self.bill(50.0)
        credit = outside._credit_line()
        bill.js_assign_outstanding_line(credit.id)
        self.assertEqual(bill.payment_state, "paid")
        outside.partner_id = self.partner
        refusal = self.assertRaisesRegex(UserError, f"already pays {bill.name}")
        with refusal, self.env.cr.savepoint():
            outside.action_apply()
        self.assertEqual(outside.transaction_id.partner_id, self.ada)
        credit.matched_debit_ids.unlink()
        outside.action_apply()
        self.assertEqual(self.receivable(self.partner), -120.0)

    def test_a_capture_after_the_books_began_is_no_part_of_the_opening(self):
        """Authorised before the first day, captured after it."""
        self.provider._set_books_start(PAID_AT.date())
        self.say_outside(created=PAID_AT - timedelta(days=3))
        outside = self.hear_outside()
        self.assertEqual((outside.partner_id, outside.result), (self.ada, "advance"))
        self.assertEqual(self.balances(), {"gateway": 116.8, "fee": 3.2})

    def test_the_brand_of_a_card_is_kept_although_brands_are_not_offered(self):
        visa = self.env.ref("payment.payment_method_visa")
        visa.active = False
        outside = self.take(brand="visa")
        self.assertEqual(outside.transaction_id.payment_method_id, visa)

    def test_the_data_of_payers_without_email_go_too(self):
        outside = self.take(payer=types.Payer(name="A", phone="+32 470 12 34 56"))
        outside.action_keep_as_credit()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_outside SET write_date = now() - interval '366 days'"
        )
        self.env.invalidate_all()
        self.env["payment.outside"].sudo()._gc_payers()
        self.assertFalse(outside.payer_name or outside.payer_phone)

    def test_new_products_are_of_the_own_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        Product = self.env["payment.gateway.product"]
        self.assertEqual(Product.new({}).provider_id._origin, self.provider)
        self.assertFalse(Product.with_company(other).new({}).provider_id)


@tagged("-at_install", "post_install")
class TestOutsideHistory(BackfillCommon):
    """What was sold long ago was delivered long ago."""

    def test_no_order_of_the_past_by_itself(self):
        self.env.user.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.company.payment_outside_order = "confirm"
        ada = self.env["res.partner"].create({"name": "Ada", "email": "a@example.com"})
        self.env["product.product"].create(
            {"name": "Lamp", "default_code": "LAMP", "taxes_id": False}
        )
        number, _tx = self.say_payment("2026-03-02", known=False)
        key = ("charge", f"ch_{number}")
        payer = types.Payer(email="a@example.com")
        self.gateway.facts[key] = replace(self.gateway.facts[key], payer=payer)
        item = types.OutsideItem("Lamp", 1, 10000, sku="LAMP")
        self.gateway.origins[f"pi_{number}"] = types.Origin("link", "p", items=(item,))
        self.import_history()
        outside = self.env["payment.outside"].search([("partner_id", "=", ada.id)])
        self.assertEqual((outside.result, outside.state), ("advance", "review"))
        self.assertIn("no order was made", outside.reason)
        self.assertFalse(outside.order_id)
        outside.action_make_order()
        outside.action_apply()
        self.assertEqual((outside.result, outside.order_id.state), ("order", "sale"))


@tagged("-at_install", "post_install")
class TestNewcomer(OutsideCommon):
    """Two workers meet the same newcomer: one customer is made."""

    def setUp(self):
        super().setUp()
        self.company.payment_outside_customer = "create"
        self.payer = types.Payer(name="Cleo", email=" Cleo@Example.com")

    def test_the_second_worker_starts_over(self):
        """The other one committed after this database transaction had begun."""
        self.env.cr.execute("SELECT 1")
        other = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(other.close)
        Payer = self.env(cr=other)["payment.outside.payer"]
        Payer._claim(self.company, ["cleo@example.com"])
        other.commit()
        self.addCleanup(self.forget, other)
        with (
            self.assertRaises(psycopg2.OperationalError) as conflict,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.take(payer=self.payer)
        self.assertEqual(conflict.exception.pgcode, "40001")
        Partner = self.env["res.partner"]
        self.assertFalse(Partner.search([("name", "=", "Cleo")]))

    def forget(self, cursor):
        cursor.execute("DELETE FROM payment_outside_payer")
        cursor.commit()

    def test_one_newcomer_pays_twice_in_one_batch(self):
        self.say_outside(payer=self.payer)
        self.say_outside(payer=self.payer, number=2)
        for number in (1, 2):
            self.hear("charge.updated", f"ch_{number}")
        self.work()
        found = self.env["payment.outside"].search([("payer_name", "=", "Cleo")])
        self.assertEqual(len(found), 2)
        self.assertEqual(len(found.partner_id), 1)

    def test_a_newcomer_who_was_archived_may_come_again(self):
        first = self.take(payer=self.payer)
        first.partner_id.active = False
        second = self.take(payer=self.payer, number=2)
        self.assertEqual(second.found_by, "created")
        self.assertNotEqual(second.partner_id, first.partner_id)

    def test_claims_hold_nobodys_data_and_go_after_a_day(self):
        self.take(payer=self.payer)
        claims = self.env["payment.outside.payer"].sudo().search([])
        self.assertEqual(len(claims), 1)
        self.assertNotIn("cleo", claims.contact)
        claims.claimed_at = PAID_AT.replace(tzinfo=None)
        claims._gc_claims()
        self.assertFalse(claims.exists())
