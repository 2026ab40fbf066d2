from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from ..models.payment_reminder import ACTIVITY
from .common import IntegratedPaymentsCommon


class RemindersCommon(IntegratedPaymentsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls.env["res.partner"].create(
            {"name": "Larch", "is_company": True, "email": "larch@example.com"}
        )
        cls.today = fields.Date.context_today(cls.firm)
        cls.company.payment_reminders = True
        cls.level = cls.env.ref("integrated_payments.reminder_level_due")
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(  # jobs commit; a test must not
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            )
        )

    def bill(self, amount, overdue=15, partner=None, **kwargs):
        """Return a posted invoice that was due ``overdue`` days ago."""
        move = self.init_invoice(
            "out_invoice",
            partner=partner or self.firm,
            invoice_date=self.today - timedelta(days=max(overdue, 0)),
            amounts=[amount],
            **kwargs,
        )
        move.invoice_payment_term_id = False
        move.invoice_date_due = self.today - timedelta(days=overdue)
        move.action_post()
        return move

    def run_job(self):
        self.env["payment.reminder"]._cron_remind()
        return self.sent()

    def sent(self):
        return self.env["payment.reminder"].search([("partner_id", "=", self.firm.id)])


@tagged("-at_install", "post_install")
class TestReminders(RemindersCommon):
    """Customers hear once of all that is open, and of nothing that is held."""

    def test_one_mail_for_all_invoices_of_a_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Ada", "parent_id": self.firm.id}
        )
        first, second = self.bill(100, 15), self.bill(50, 2, contact)
        reminder = self.run_job()
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.line_ids.move_id, first | second)
        self.assertEqual(reminder.amount, 150)
        self.assertEqual(reminder.level_id, self.level)
        body = reminder.mail_id.body_html
        self.assertIn(first.name, body)
        self.assertIn(second.name, body)
        self.assertIn(f"/my/reminders/{reminder.id}?access_token=", body)
        self.assertEqual(reminder.mail_id.recipient_ids, self.firm)

    def test_nothing_twice(self):
        move = self.bill(100)
        reminder = self.run_job()
        self.assertEqual(self.run_job(), reminder)
        line = reminder.line_ids
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            line.copy({"move_id": move.id})

    def test_off_by_default_and_switched_off(self):
        self.assertFalse(self.env["res.company"].new({}).payment_reminders)
        self.company.payment_reminders = False
        self.bill(100)
        self.assertFalse(self.run_job())

    def test_each_currency_its_mail(self):
        self.bill(100)
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.bill(70, currency=euro)
        self.assertEqual(
            sorted(self.run_job().mapped("currency_id.name")), ["EUR", "USD"]
        )

    def assert_held(self, words):
        self.assertFalse(self.run_job())
        action = self.env["payment.reminder.preview"].action_tomorrow()
        rows = self.env["payment.reminder.preview"].search(action["domain"])
        row = rows.filtered(lambda each: each.partner_id == self.firm)
        self.assertIn(words, row.reason)

    def test_held_while_promised_and_sent_afterwards(self):
        move = self.bill(100)
        move.payment_promised_on = self.today + timedelta(days=2)
        self.assert_held("Promised")
        move.payment_promised_on = self.today - timedelta(days=1)
        self.assertTrue(self.run_job())

    def test_held_while_a_payment_is_pending(self):
        move = self.bill(100)
        tx = self._create_transaction(
            "direct", amount=100, reference="R-1", invoice_ids=move.ids
        )
        tx._set_pending()
        self.assert_held("under way")

    def test_held_while_disputed(self):
        move = self.bill(100)
        tx = self._create_transaction(
            "direct", amount=100, reference="R-2", invoice_ids=move.ids
        )
        self.env["payment.dispute"].sudo().create(
            {
                "provider_id": self.provider.id,
                "gateway_ref": "dp_r",
                "transaction_id": tx.id,
                "state": "needs_response",
                "currency_id": self.currency.id,
                "created_at": fields.Datetime.now(),
            }
        )
        self.assert_held("disputed")

    def test_held_by_the_customers_choice_or_without_address(self):
        self.bill(100)
        self.firm.payment_no_reminders = True
        self.assert_held("no reminders")
        self.firm.write({"payment_no_reminders": False, "email": False})
        self.assert_held("e-mail address")
        self.run_job()
        activity = self.firm.activity_search([ACTIVITY])
        self.assertEqual(len(activity), 1, "asked once, however often it is held")
        self.assertIn("cannot be reminded", activity.note)

    def test_sms_beside_the_mail_where_there_is_a_number(self):
        self.level.sms_template_id = self.env.ref(
            "integrated_payments.sms_template_reminder"
        )
        self.firm.write({"phone": "+32 470 12 34 56", "country_id": False})
        other = self.firm.copy({"name": "Birch", "phone": "12"})
        self.bill(100)
        self.bill(100, partner=other)
        reminder = self.run_job()
        sms = self.env["sms.sms"].search([("partner_id", "=", self.firm.id)])
        self.assertEqual((sms.number, sms.state), ("+32470123456", "outgoing"))
        self.assertIn(f"/my/reminders/{reminder.id}", sms.body)
        self.assertTrue(reminder.sms_state)
        mailed = reminder.search([("partner_id", "=", other.id)])
        self.assertTrue(mailed.mail_id)
        self.assertFalse(mailed.sms_message_id)

    def test_an_old_invoice_begins_with_the_mildest_words(self):
        move = self.bill(100, 200)
        self.assertEqual(self.run_job().level_id, self.level)
        self.assertEqual(self.run_job().line_ids.move_id, move)

    def test_own_levels_of_a_customer(self):
        self.firm.payment_reminder_level_ids = self.level.copy({"days": 30})
        self.bill(100)
        self.assertFalse(self.run_job())

    def test_late_fee_is_a_draft_invoice_once(self):
        self.level.write({"fee_policy": "fixed", "fee_amount": 40})
        self.bill(100)
        fee = self.run_job().line_ids.fee_move_id
        self.assertEqual((fee.state, fee.amount_total), ("draft", 40))
        self.assertEqual(self.run_job().line_ids.fee_move_id, fee)

    def test_interest(self):
        self.level.write({"fee_policy": "interest", "fee_percent": 10})
        self.bill(365, 20)
        self.assertEqual(self.run_job().line_ids.fee_move_id.amount_total, 2.0)

    def test_a_mail_the_server_refused_is_one_activity(self):
        self.bill(100)
        reminder = self.run_job()
        reminder.mail_id.write({"state": "exception", "failure_reason": "Refused"})
        self.run_job()
        self.run_job()
        activity = self.firm.activity_search([ACTIVITY])
        self.assertEqual(len(activity), 1)
        self.assertIn("Refused", activity.note)
        reminder.action_send_again()
        self.assertEqual(reminder.mail_state, "outgoing")

    def test_a_template_that_fails_stops_nobody_elses_mail(self):
        other = self.firm.copy({"name": "Birch", "email": "birch@example.com"})
        self.bill(100)
        self.bill(100, partner=other)
        bad = self.level.copy(
            {"template_id": self.level.template_id.copy({"subject": "{{ 1 / 0 }}"}).id}
        )
        self.firm.payment_reminder_level_ids = bad
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self.assertFalse(self.run_job())
        self.assertTrue(self.firm.activity_search([ACTIVITY]))
        reminders = self.env["payment.reminder"]
        self.assertTrue(reminders.search([("partner_id", "=", other.id)]))

    def test_button_on_invoices_says_what_is_held(self):
        accountant = new_test_user(
            self.env, "anna", groups="account.group_account_user"
        )
        self.bill(100, 0 - 30)
        move = self.bill(100)
        move.payment_promised_on = self.today
        action = move.with_user(accountant).action_remind()
        self.assertIn("Promised", action["params"]["message"])
        move.payment_promised_on = False
        move.with_user(accountant).action_remind()
        self.assertEqual(self.sent().line_ids.move_id, move)

    def test_salespeople_read_their_own_customers(self):
        self.bill(100)
        reminder = self.run_job()
        seller, other = (
            new_test_user(self.env, each, groups="sales_team.group_sale_salesman")
            for each in ("sofia", "oscar")
        )
        self.firm.user_id = seller
        self.assertEqual(reminder.with_user(seller).amount, 100)
        reminder.invalidate_recordset()
        with self.assertRaises(AccessError):
            reminder.with_user(other).read(["amount"])
        with self.assertRaises(AccessError):
            reminder.with_user(seller).write({"day": self.today})


@tagged("-at_install", "post_install")
class TestReminderLink(RemindersCommon, PaymentHttpCommon):
    """One link pays all that is open at that moment."""

    def start(self, reminder, amount, token=None):
        values = self._prepare_transaction_values(
            self.payment_method_id, None, "direct"
        )
        return self.make_jsonrpc_request(
            f"/my/reminders/{reminder.id}/transaction",
            {
                "provider_id": self.dummy_provider.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my",
                "is_validation": values.get("is_validation", False),
                "amount": amount,
                "access_token": token or reminder.access_token,
            },
        )

    def test_pays_what_is_open_now(self):
        first, second = self.bill(100), self.bill(50)
        reminder = self.run_job()
        url = reminder.payment_url
        page = self.url_open(url).text
        self.assertIn(first.name, page)
        self.assertIn(f"/my/reminders/{reminder.id}/transaction", page)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=second.ids
        ).create({})._create_payments()
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "ValidationError"),
        ):
            self.start(reminder, 150)
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "ValidationError"),
        ):
            self.start(reminder, 100, "wrong")
        values = self.start(reminder, 100)
        tx = self.env["payment.transaction"].search(
            [("reference", "=", values["reference"])]
        )
        self.assertEqual((tx.amount, tx.invoice_ids), (100, first))
