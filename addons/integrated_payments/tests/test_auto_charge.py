import json
from datetime import timedelta
from unittest.mock import patch

import psycopg2
import requests
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.payment_unpaid import ACTIVITY
from .common import IntegratedPaymentsCommon

PAYMENT = "odoo.addons.payment.models.payment_provider"


def response(status, body):
    """What the gateway's API answers to one request."""
    answer = requests.Response()
    answer.status_code, answer._content = status, json.dumps(body).encode()
    answer.url = "https://api.stripe.com/v1/payment_intents"
    return answer


@tagged("-at_install", "post_install")
class TestAutoCharge(IntegratedPaymentsCommon):
    """Saved methods: charged with consent, once, and again only where that helps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "sofia", groups="sales_team.group_sale_salesman"
        )
        cls.token = cls._make_token(cls, cls.stripe)

    def setUp(self):
        super().setUp()
        self.startPatcher(  # jobs commit; a test must not
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            )
        )
        self.requests, self.answers = [], []
        self.startPatcher(patch(f"{PAYMENT}.requests.request", self.answer))
        self.invoice = self.make_invoice()
        self.today = fields.Date.context_today(self.invoice)

    def _make_token(self, provider, **values):
        return self.env["payment.token"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.pm_card.id,
                "payment_details": "4242",
                "partner_id": self.partner.id,
                "provider_ref": "cus_1",
                "stripe_payment_method": "pm_1",
                **values,
            }
        )

    def make_invoice(self, amount=100.0, days=0, **values):
        today = fields.Date.context_today(self.env.user)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": today,
                "invoice_date_due": today + timedelta(days=days),
                "invoice_user_id": self.seller.id,
                "currency_id": self.currency.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": "Desk", "price_unit": amount, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    # === What the gateway answers === #

    def answer(self, method, url, data=None, headers=None, **_kwargs):
        self.requests.append((method, url, data, headers))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return response(*answer) if isinstance(answer, tuple) else answer(data)

    def say_taken(self, number=1, status="succeeded", card=None):
        def taken(data):
            return response(
                200,
                {
                    "id": f"pi_{number}",
                    "status": status,
                    "amount": data["amount"],
                    "currency": data["currency"],
                    "payment_method": {
                        "id": "pm_1",
                        "type": "card",
                        "card": {"brand": "visa"} if card is None else card,
                    },
                    "charges": {"data": []},
                    "description": data["description"],
                },
            )

        self.answers.append(taken)

    def say_declined(self, code, decline_code=None):
        error = {
            "type": "card_error",
            "code": code,
            "message": "Your card was declined.",
        }
        if decline_code:
            error["decline_code"] = decline_code
        self.answers.append((402, {"error": error}))

    # === What people do === #

    def wizard(self, user=None, **values):
        Wizard = self.env["payment.charge.wizard"].with_user(user or self.seller)
        return Wizard.create(
            {"move_id": self.invoice.id, "how": "email", "note": "3 March", **values}
        )

    def agree(self, invoice=None, token=None):
        return (
            self.env["payment.charge.consent"]
            .sudo()
            ._give(self.partner, token or self.token, "signed", move=invoice)
        )

    def run_job(self, days=0):
        """Run the daily job ``days`` from now; returns the last attempt."""
        with freeze_time(fields.Datetime.now() + timedelta(days=days, seconds=5)):
            self.env["payment.auto.charge"].sudo()._cron_charge()
        return self.invoice.auto_charge_ids.sorted("id")[-1:]

    # === By a person === #

    def test_a_salesperson_charges_an_open_invoice(self):
        self.say_taken()
        wizard = self.wizard()
        self.assertEqual(wizard.token_id, self.token)
        self.assertEqual(wizard.amount, 100.0)
        result = wizard.action_confirm()
        self.assertEqual(result["params"]["type"], "success")
        attempt = self.invoice.auto_charge_ids
        self.assertEqual((attempt.state, attempt.origin), ("done", "person"))
        self.assertEqual(attempt.user_id, self.seller)
        self.assertEqual(attempt.consent, "By e-mail: 3 March")
        self.assertEqual(attempt.transaction_id.state, "done")
        self.assertTrue(attempt.transaction_id.payment_id)
        self.assertEqual(self.invoice.payment_state, "paid")
        _method, url, data, _headers = self.requests[0]
        self.assertTrue(url.endswith("/payment_intents"))
        self.assertEqual((data["amount"], data["off_session"]), (10000, True))

    def test_part_of_an_invoice(self):
        self.say_taken()
        self.wizard(amount=40.0).action_confirm()
        self.assertEqual(self.invoice.amount_residual, 60.0)
        with self.assertRaisesRegex(UserError, "Only"):
            self.wizard(amount=60.01).action_confirm()

    def test_never_without_consent(self):
        with self.assertRaisesRegex(UserError, "agreed"):
            self.wizard(how=False).action_confirm()
        self.assertFalse(self.requests)

    def test_a_person_is_told_why_it_was_declined(self):
        self.say_declined("card_declined", "insufficient_funds")
        result = self.wizard().action_confirm()
        self.assertEqual(result["params"]["type"], "danger")
        self.assertIn("Your card was declined.", result["params"]["message"])
        attempt = self.invoice.auto_charge_ids
        self.assertEqual(attempt.decline_code, "insufficient_funds")
        self.assertFalse(attempt.next_on, "a person decides about the next attempt")
        self.assertEqual(self.invoice.amount_residual, 100.0)

    def test_who_may_not(self):
        stranger = new_test_user(self.env, "carl", groups="base.group_user")
        with self.assertRaises(UserError):
            self.wizard(user=stranger).action_confirm()

    def test_saved_methods_of_others_are_not_offered(self):
        other = self.env["res.partner"].create({"name": "Other"})
        foreign = self._make_token(self.stripe, partner_id=other.id)
        self.assertNotIn(foreign, self.wizard().token_ids)
        with self.assertRaisesRegex(UserError, "another customer"):
            self.wizard(token_id=foreign.id).action_confirm()

    def test_test_mode_never_charges_in_live_books(self):
        self.dummy_provider.company_id = self.company
        token = self._make_token(self.dummy_provider)
        self.assertNotIn(token, self.wizard().token_ids)
        with self.assertRaisesRegex(UserError, "test mode"):
            self.wizard(token_id=token.id).action_confirm()

    def test_never_while_a_payment_is_under_way(self):
        pending = self._create_transaction(
            "direct", amount=100.0, reference="P-1", invoice_ids=self.invoice.ids
        )
        with self.assertRaisesRegex(UserError, "at this moment"):
            self.wizard().action_confirm()
        pending._set_pending()
        self.assertIn("under way", self.wizard().obstacle)
        with self.assertRaisesRegex(UserError, "under way"):
            self.wizard().action_confirm()
        self.assertFalse(self.requests)

    def test_never_while_money_that_came_is_not_booked(self):
        self.agree(self.invoice)
        paid = self._create_transaction(
            "direct", amount=100.0, reference="P-1", invoice_ids=self.invoice.ids
        )
        paid._set_done()
        self.assertFalse(self.run_job())
        self.assertIn("not booked yet", self.invoice.auto_charge_wait)

    def test_instalments_are_charged_one_by_one(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in 30 days",
                "line_ids": [
                    fields.Command.create({"value_amount": 50, "nb_days": 0}),
                    fields.Command.create({"value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        self.invoice = self.make_invoice(invoice_payment_term_id=terms.id)
        self.agree(self.invoice)
        self.say_taken()
        self.assertEqual(self.run_job().amount, 50.0)
        self.assertEqual(self.invoice.auto_charge_on, self.today + timedelta(days=30))
        self.say_taken(2)
        self.assertEqual(self.run_job(days=30).amount, 50.0)
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_never_while_it_is_disputed(self):
        self.say_taken()
        self.wizard(amount=40.0).action_confirm()
        self.env["payment.dispute"].sudo().create(
            {
                "provider_id": self.stripe.id,
                "gateway_ref": "dp_1",
                "currency_id": self.currency.id,
                "created_at": fields.Datetime.now(),
                "amount_minor": 4000,
                "transaction_id": self.invoice.transaction_ids.id,
                "state": "needs_response",
            }
        )
        with self.assertRaisesRegex(UserError, "disputes"):
            self.wizard(amount=60.0).action_confirm()

    @mute_logger("odoo.sql_db")
    def test_the_database_allows_one_open_attempt(self):
        values = {
            "move_id": self.invoice.id,
            "token_id": self.token.id,
            "amount": 100.0,
            "currency_id": self.currency.id,
            "origin": "person",
        }
        Charge = self.env["payment.auto.charge"].sudo()
        Charge.create(values)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            Charge.create(values).flush_recordset()

    # === By schedule === #

    def test_charged_on_the_due_date_and_not_before(self):
        self.invoice = self.make_invoice(days=10)
        self.agree(self.invoice)
        self.assertEqual(self.invoice.auto_charge_state, "scheduled")
        self.assertEqual(self.invoice.auto_charge_on, self.today + timedelta(days=10))
        self.assertFalse(self.run_job(days=9))
        self.say_taken()
        self.assertEqual(self.run_job(days=10).state, "done")
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertFalse(self.invoice.auto_charge_on)
        self.run_job(days=11)
        self.assertEqual(len(self.requests), 1)

    def test_the_amount_is_what_is_open_that_day(self):
        self.agree(self.invoice)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({"amount": 30.0})._create_payments()
        self.say_taken()
        self.assertEqual(self.run_job().amount, 70.0)

    def test_an_invoice_paid_otherwise_is_left_alone(self):
        self.agree(self.invoice)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        self.assertFalse(self.run_job())
        self.assertFalse(self.invoice.auto_charge_on)

    def test_all_invoices_of_a_customer_who_agreed(self):
        self.agree()
        later = self.make_invoice(days=5)
        self.assertEqual(later.auto_charge_on, self.today + timedelta(days=5))
        self.assertEqual(self.invoice.auto_charge_on, self.today, "due today")

    def test_what_fell_due_before_the_consent_is_not_charged(self):
        old = self.make_invoice(days=-5)
        self.agree()
        self.assertFalse(old.auto_charge_on)

    def test_soft_declines_are_tried_after_one_three_and_seven_days(self):
        self.agree(self.invoice)
        for day, wait in ((0, 1), (1, 3), (4, 7)):
            self.say_declined("card_declined", "insufficient_funds")
            attempt = self.run_job(days=day)
            self.assertEqual(attempt.next_on, self.today + timedelta(days=day + wait))
            self.assertEqual(self.invoice.auto_charge_state, "retry")
            self.assertFalse(self.invoice.activity_search([ACTIVITY]))
        self.assertIn("Your card was declined.", self.invoice.auto_charge_text)
        self.assertEqual(self.run_job(days=10), attempt, "not before its day")
        self.say_declined("card_declined", "insufficient_funds")
        self.run_job(days=11)
        self.assertEqual(self.invoice.auto_charge_state, "stopped")
        self.assertEqual(self.invoice.activity_search([ACTIVITY]).user_id, self.seller)
        self.run_job(days=30)
        self.assertEqual(len(self.requests), 4)

    def test_a_retry_that_succeeds(self):
        self.agree(self.invoice)
        self.say_declined("processing_error")
        self.run_job()
        self.say_taken(2)
        self.assertEqual(self.run_job(days=1).state, "done")
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_hard_declines_stop_and_ask_with_a_link(self):
        self.company.payment_send_failed = True
        self.agree(self.invoice)
        self.say_declined("card_declined", "stolen_card")
        self.run_job()
        self.assertEqual(self.invoice.auto_charge_state, "stopped")
        activity = self.invoice.activity_search([ACTIVITY])
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("access_token=", activity.note)
        mail = self.env["payment.message"].search([("kind", "=", "failed")]).mail_id
        self.assertIn(f"/my/invoices/{self.invoice.id}", mail.body_html)
        self.run_job(days=30)
        self.assertEqual(len(self.requests), 1)

    def test_a_new_method_starts_over(self):
        self.agree(self.invoice)
        self.say_declined("expired_card")
        self.run_job()
        self.agree(self.invoice, token=self._make_token(self.stripe))
        self.assertEqual(self.invoice.auto_charge_state, "retry")
        self.say_declined("card_declined", "insufficient_funds")
        self.assertEqual(self.run_job().number, 1)
        self.assertEqual(self.invoice.auto_charge_on, self.today + timedelta(days=1))

    def test_what_speaks_against_it_is_shown_and_waits(self):
        self.agree(self.invoice)
        tx = self._create_transaction(
            "direct", amount=100.0, reference="P-1", invoice_ids=self.invoice.ids
        )
        tx._set_pending()
        self.assertFalse(self.run_job())
        self.assertIn("under way", self.invoice.auto_charge_text)
        tx._set_canceled()
        self.say_taken()
        self.assertEqual(self.run_job(days=1).state, "done")
        self.assertFalse(self.invoice.auto_charge_wait)

    def test_consent_is_recorded_and_withdrawn(self):
        self.wizard(moment="due", scope="customer").action_confirm()
        consent = self.partner.charge_consent_ids
        self.assertEqual((consent.given_by, consent.how), (self.seller, "email"))
        self.assertTrue(consent.given_at)
        consent.with_user(self.seller).action_withdraw()
        self.assertEqual((consent.active, consent.withdrawn_by), (False, self.seller))
        self.assertFalse(self.invoice.auto_charge_on)
        self.assertFalse(self.run_job())

    def test_a_customer_who_removes_the_method_ends_it(self):
        consent = self.agree(self.invoice)
        self.token.active = False
        self.assertFalse(consent.active)
        self.assertFalse(self.invoice.auto_charge_on)

    def test_of_customers_who_become_one_the_newest_consent_stays(self):
        other = self.env["res.partner"].create({"name": "The Same in Other Words"})
        token = self._make_token(self.stripe, partner_id=other.id)
        older = self.agree()
        newer = self.env["payment.charge.consent"].sudo()._give(other, token, "signed")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.partner | other).ids, self.partner)
        self.env.invalidate_all()
        self.assertEqual((older.active, older.withdrawn_by), (False, self.env.user))
        self.assertEqual((newer.active, newer.partner_id), (True, self.partner))
        self.say_taken()
        self.assertEqual(self.run_job().transaction_id.token_id, token)

    # === No answer === #

    def test_without_an_answer_the_same_request_is_asked_again(self):
        self.agree(self.invoice)
        self.answers.append(requests.exceptions.Timeout())
        attempt = self.run_job()
        self.assertEqual(attempt.state, "unknown")
        self.assertEqual(self.invoice.auto_charge_state, "unknown")
        with self.assertRaisesRegex(UserError, "already"):
            self.wizard().action_confirm()
        self.say_taken()
        self.env["payment.transaction"].sudo()._cron_follow_up()
        self.assertEqual(attempt.state, "done")
        self.assertEqual(self.invoice.payment_state, "paid")
        keys = {headers["Idempotency-Key"] for *_rest, headers in self.requests}
        self.assertEqual(len(keys), 1, "the gateway takes the money once")

    @mute_logger("odoo.addons.integrated_payments.models.payment_auto_charge")
    def test_an_answer_that_cannot_be_read_is_no_refusal(self):
        self.agree(self.invoice)
        self.say_taken(card={})
        self.assertEqual(self.run_job().state, "unknown")

    def test_money_taken_without_an_answer_is_found_by_its_event(self):
        self.agree(self.invoice)
        self.answers.append((500, {"error": {"message": "We are sorry."}}))
        attempt = self.run_job()
        self.assertEqual(attempt.state, "unknown")
        self.say_paid(attempt.transaction_id)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(attempt.state, "done")
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_after_a_day_a_person_must_look(self):
        self.agree(self.invoice)
        self.answers.append(requests.exceptions.ConnectionError())
        attempt = self.run_job()
        self.run_job(days=2)
        self.assertEqual(attempt.state, "unknown")
        self.assertIn(attempt.transaction_id.reference, attempt.reason)
        self.assertTrue(self.invoice.activity_search([ACTIVITY]))
        self.assertEqual(len(self.requests), 1)
        attempt.action_not_charged()
        self.assertEqual(
            (attempt.state, self.invoice.auto_charge_on), ("declined", False)
        )

    def test_a_debit_that_settles_or_fails_after_days(self):
        self.agree(self.invoice)
        self.say_taken(status="processing")
        attempt = self.run_job()
        self.assertEqual(attempt.state, "running")
        self.assertFalse(self.run_job(days=3) - attempt)
        attempt.transaction_id._set_error("Account closed")
        self.run_job(days=4)
        self.assertEqual(attempt.state, "declined")
        self.assertEqual(attempt.reason, "Account closed")

    def test_a_debit_that_the_bank_takes_back_is_not_charged_again(self):
        self.agree(self.invoice)
        self.say_taken()
        attempt = self.run_job()
        attempt.transaction_id._set_error("Disputed", extra_allowed_states=("done",))
        attempt.transaction_id._post_process()
        self.assertEqual((attempt.state, attempt.next_on), ("declined", False))
        self.assertFalse(self.invoice.auto_charge_on)
        self.run_job(days=2)
        self.assertEqual(len(self.requests), 1)

    # === Any provider === #

    def test_any_provider_with_saved_methods(self):
        """As Odoo's own tests do it: a provider that decides by itself."""
        self.dummy_provider.write(
            {"company_id": self.company.id, "post_test_payments": True}
        )
        token = self._make_token(self.dummy_provider)
        Transaction = type(self.env["payment.transaction"])
        self.agree(self.invoice, token)
        with patch.object(
            Transaction, "_send_payment_request", lambda tx: tx._set_error("No.")
        ):
            attempt = self.run_job()
        self.assertEqual((attempt.state, attempt.reason), ("declined", "No."))
        self.assertEqual(self.invoice.auto_charge_state, "stopped")
        self.agree(self.invoice, token)
        with patch.object(
            Transaction, "_send_payment_request", lambda tx: tx._set_done()
        ):
            attempt = self.run_job()
        self.assertEqual(attempt.state, "done")
