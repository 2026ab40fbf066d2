from datetime import datetime, timedelta, timezone
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..gateway import types
from .orders import OrdersCommon

MESSAGE = "odoo.addons.integrated_payments.models.payment_message"
SEND = "odoo.addons.mail.models.mail_template.MailTemplate.send_mail"


class MessagesCommon(OrdersCommon):
    def setUp(self):
        super().setUp()
        self.startPatcher(  # jobs commit; a test must not
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            )
        )
        self.order = self.make_order((self.desk, 1))

    def messages(self, kind=None):
        domain = [("kind", "=", kind)] if kind else []
        return self.env["payment.message"].sudo().search(domain)

    def refund(self, tx, minor=4005, created=None):
        self.gateway.put(
            "refund",
            types.Refund(
                ref="re_1",
                status="succeeded",
                amount=minor,
                currency="USD",
                created=created or datetime.now(timezone.utc),
                charge_ref="ch_1",
                intent_ref="pi_1",
            ),
        )
        self.hear_and_work("refund.created", "re_1")
        return tx.child_transaction_ids

    def speak(self, xmlid, lang, subject, body):
        """Let the business have its own words in another language."""
        self.env["res.lang"]._activate_lang(lang)
        template = self.env.ref(xmlid).sudo()
        template.with_context(lang=lang).write({"subject": subject, "body_html": body})


@tagged("-at_install", "post_install")
class TestCustomerMessages(MessagesCommon):
    """Each message once, to the cent, in the customer's language; else the reason."""

    # === Receipt and refund === #

    def test_a_receipt_is_right_to_the_cent_and_sent_once(self):
        self.desk.list_price = 1234.56
        self.order = self.make_order((self.desk, 1))
        tx = self.pay(self.order)
        message = self.messages("receipt")
        self.assertEqual(message.document, tx)
        self.assertEqual(message.email, self.partner.email)
        self.assertIn(
            "1,234.56", message.mail_id.body_html.replace("\N{WORD JOINER}", "")
        )
        self.assertIn("4242", message.mail_id.body_html)
        self.effect(tx, "receipt").action_run()
        tx._post_process()
        self.assertEqual(len(self.messages("receipt")), 1)
        sent = self.env["mail.mail"].search([("subject", "ilike", "receipt")])
        self.assertEqual(len(sent), 1)

    def test_in_the_customers_language_in_the_business_own_words(self):
        self.speak(
            "integrated_payments.mail_template_receipt",
            "fr_FR",
            "Votre paiement {{ object.reference }}",
            "<p><t t-out='format_amount(object.amount, object.currency_id)'/></p>",
        )
        self.partner.lang = "fr_FR"
        self.pay(self.order)
        mail = self.messages("receipt").mail_id
        self.assertEqual(mail.subject, "Votre paiement S-1")
        self.assertIn("100,00", mail.body_html)

    def test_the_receipt_as_pdf_when_the_mail_leaves(self):
        tx = self.pay(self.order)
        mail = self.messages("receipt").mail_id
        self.assertFalse(mail.attachment_ids, "printing must not delay the payment")
        mail.send()
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertTrue(mail.attachment_ids.name.endswith(".pdf"))
        self.assertIn(tx.payment_id.name.replace("/", "-"), mail.attachment_ids.name)
        mail.send()
        self.assertEqual(len(mail.attachment_ids), 1)

    @mute_logger(MESSAGE)
    def test_a_receipt_that_cannot_be_printed_is_sent_without(self):
        self.pay(self.order)
        message = self.messages("receipt")
        report = type(self.env["ir.actions.report"])
        with patch.object(report, "_render_qweb_pdf", side_effect=ValueError("jam")):
            message.mail_id.send()
        self.assertIn("jam", message.reason)
        self.assertEqual(message.state, "sent")

    def test_a_refund_says_how_much_and_when(self):
        tx = self.pay(self.order)
        refund = self.refund(tx)
        mail = self.messages("refund").mail_id
        self.assertEqual(self.messages("refund").document, refund)
        body = mail.body_html
        self.assertIn("40.05", body)
        self.assertIn("5 to 10 days", body)
        self.hear_and_work("refund.updated", "re_1")
        self.assertEqual(len(self.messages("refund")), 1)

    def test_a_refund_of_a_bank_debit_comes_by_bank(self):
        tx = self.pay(self.order)
        tx.payment_method_id = self.env.ref("payment.payment_method_sepa_direct_debit")
        refund = self.refund(tx)
        self.assertIn("3 to 5 business days", refund._message_refund_arrival())
        tx.payment_method_id = self.env.ref("payment.payment_method_paypal")
        self.assertIn("PayPal", refund._message_refund_arrival())

    # === When nobody is told === #

    def test_switched_off(self):
        self.company.payment_send_receipt = False
        tx = self.pay(self.order)
        self.assertEqual(self.trail(tx)["receipt"], "none")
        self.assertFalse(self.messages())

    def test_defaults_of_a_company(self):
        company = self.env["res.company"].sudo().create({"name": "New"})
        switched = [
            name
            for name in company._fields
            if name.startswith("payment_send_") and company[name]
        ]
        self.assertEqual(
            sorted(switched),
            [
                "payment_send_debit_failed",
                "payment_send_receipt",
                "payment_send_refund",
            ],
        )

    def test_nobody_is_told_of_test_payments(self):
        self.stripe.write({"books_mode": "off", "post_test_payments": False})
        tx = self.pay(self.order)
        self.assertEqual(self.trail(tx)["receipt"], "none")
        self.assertIn("test payment", self.effect(tx, "receipt").reason)

    def test_nobody_is_told_in_shadow_mode(self):
        self.stripe.books_mode = "shadow"
        tx = self.pay(self.order)
        self.assertIn("Shadow", self.effect(tx, "receipt").reason)
        self.assertFalse(self.messages())

    def test_nobody_is_told_of_history(self):
        tx = self.checkout(self.order).with_context(payment_history=True)
        self.assertTrue(tx._why_customer_is_not_told("receipt"))

    def test_nobody_is_told_of_a_refund_of_last_month(self):
        tx = self.pay(self.order)
        refund = self.refund(
            tx, created=datetime.now(timezone.utc) - timedelta(days=30)
        )
        self.assertFalse(self.messages("refund"))
        self.assertIn("long ago", self.effect(refund, "receipt").reason)

    def test_a_debit_may_take_its_time(self):
        tx = self.checkout(self.order)
        tx._set_pending()
        tx.paid_at = fields.Datetime.subtract(fields.Datetime.now(), days=14)
        self.assertFalse(tx._is_old_news())

    # === What holds a message up === #

    def test_a_missing_address_is_held_and_sent_when_it_is_there(self):
        self.partner.email = False
        tx = self.checkout(self.order)
        tx.partner_email = False
        self.say_paid(tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(tx.payment_id.state, "paid")
        self.assertIn("no e-mail", self.effect(tx, "receipt").reason)
        self.assertEqual(self.messages().state, "held")
        self.partner.email = "ada@example.com"
        self.effect(tx, "receipt").action_run()
        self.assertEqual(self.trail(tx)["receipt"], "done")
        self.assertEqual(self.messages().email, "ada@example.com")

    def test_an_address_that_is_none(self):
        tx = self.checkout(self.order)
        tx.partner_email = "ada at example"
        self.say_paid(tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertIn("ada at example", self.messages().reason)

    @mute_logger(MESSAGE)
    def test_an_error_in_the_words_never_undoes_the_money(self):
        with patch(SEND, side_effect=ValueError("no such field")):
            tx = self.pay(self.order)
        self.assertEqual(tx.payment_id.state, "paid")
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.effect(tx, "receipt").state, "held")
        self.assertEqual(self.messages().reason, "no such field")
        self.env["payment.transaction"].sudo()._cron_follow_up()
        self.assertEqual(self.messages().state, "sent")

    def test_a_mail_that_bounces_is_shown_and_sent_again(self):
        self.pay(self.order)
        message = self.messages()
        message.mail_id.write(
            {"state": "exception", "failure_reason": "Server is down"}
        )
        self.assertEqual(message.mail_failure, "Server is down")
        accountant = new_test_user(
            self.env, "aino", groups="integrated_payments.group_payment_manager"
        )
        message.with_user(accountant).action_retry()
        self.assertEqual(message.mail_id.state, "outgoing")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_mail_server_that_is_down_is_in_the_trail_until_it_is_up(self):
        tx = self.pay(self.order)
        mail = self.messages().mail_id
        server = type(self.env["ir.mail_server"])
        with patch.object(server, "send_email", side_effect=OSError("no route")):
            mail.send()
        self.assertEqual(mail.state, "exception")
        self.assertEqual(tx.payment_id.state, "paid")
        self.assertEqual(self.trail(tx)["receipt"], "held")
        self.assertEqual(self.effect(tx, "receipt").reason, mail.failure_reason)
        self.effect(tx, "receipt").action_run()
        self.assertEqual(mail.state, "outgoing")
        mail.send()
        self.assertEqual(self.trail(tx)["receipt"], "done")
        self.assertEqual(len(self.messages()), 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second(self):
        self.pay(self.order)
        message = self.messages()
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            message.copy().flush_recordset()

    # === Failures === #

    def fail(self, number=1):
        tx = self.checkout(self.order, number)
        tx._set_error("Your card was declined.")
        return tx

    def follow_up(self, hours=5):
        later = fields.Datetime.now() + timedelta(hours=hours)
        with patch.object(fields.Datetime, "now", lambda: later):
            self.env["payment.transaction"].sudo()._cron_follow_up()

    def test_a_failed_payment_with_a_way_to_pay_once_per_order(self):
        self.company.payment_send_failed = True
        self.fail(1)
        self.follow_up()
        mail = self.messages("failed").mail_id
        self.assertIn(f"/my/orders/{self.order.id}", mail.body_html)
        self.assertIn("/payment/messages/stop/", mail.body_html)
        self.order.activity_ids.action_feedback()
        self.fail(2)
        self.follow_up(11)
        self.assertEqual(len(self.messages("failed")), 1)

    def test_who_declined_reminders_gets_none(self):
        self.company.payment_send_failed = True
        self.partner.payment_no_reminders = True
        self.fail()
        self.follow_up()
        self.assertFalse(self.messages("failed"))
        self.assertTrue(self.order.activity_ids, "the salesperson is asked still")
        self.pay(self.order, 2)
        self.assertTrue(self.messages("receipt"), "a receipt is no reminder")

    def test_off_by_default(self):
        self.fail()
        self.follow_up()
        self.assertFalse(self.messages("failed"))

    def test_a_failed_bank_debit_is_told_with_another_way_to_pay(self):
        tx = self.checkout(self.order)
        tx._set_pending()
        tx._set_error("Account closed")
        tx._post_process()
        mail = self.messages("debit_failed").mail_id
        self.assertIn("Account closed", mail.body_html)
        self.assertIn("100.00", mail.body_html)
        self.assertIn(f"/my/orders/{self.order.id}", mail.body_html)

    def test_a_card_declined_at_once_is_no_failed_debit(self):
        self.fail()._post_process()
        self.assertFalse(self.messages("debit_failed"))

    # === Disputes === #

    def dispute(self, status, **values):
        now = datetime.now(timezone.utc)
        self.say_dispute(status=status, created=now, **values)
        self.hear_and_work("charge.dispute.updated", "dp_1", number=f"dp_{status}")

    def test_how_a_dispute_ended(self):
        self.company.payment_send_dispute_closed = True
        self.pay(self.order)
        self.dispute("needs_response")
        self.assertFalse(self.messages("dispute_closed"))
        self.dispute("won")
        message = self.messages("dispute_closed")
        self.assertIn("The payment stands", message.mail_id.body_html)
        self.assertEqual(message.document._name, "payment.dispute")

    def test_a_lost_dispute(self):
        self.company.payment_send_dispute_closed = True
        self.pay(self.order)
        self.dispute("needs_response")
        self.dispute("lost")
        body = self.messages("dispute_closed").mail_id.body_html
        self.assertIn("Your bank returned", body)
        self.assertNotIn("The payment stands", body)

    def test_a_dispute_that_was_closed_before_odoo_knew_of_it(self):
        self.company.payment_send_dispute_closed = True
        self.pay(self.order)
        self.dispute("lost")
        self.assertFalse(self.messages("dispute_closed"))

    # === Upcoming charges === #

    def test_an_upcoming_charge_is_announced_once(self):
        self.company.payment_send_upcoming = True
        today = fields.Date.context_today(self.env.user)
        token = self._create_token(
            provider_id=self.stripe.id, payment_method_id=self.pm_card.id
        )
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": today,
                "invoice_date_due": today + timedelta(days=3),
                "currency_id": self.currency.id,
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": "Desk", "price_unit": 99.95, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        self.env["payment.charge.consent"].sudo()._give(
            self.partner, token, "signed", move=invoice
        )
        for _run in range(2):
            self.env["payment.auto.charge"].sudo()._cron_charge()
        mail = self.messages("upcoming").mail_id
        self.assertEqual(len(mail), 1)
        self.assertIn("99.95", mail.body_html)
        self.assertIn("1234", mail.body_html)
        self.assertIn(invoice.name, mail.subject)

    # === Words === #

    def test_every_template_can_be_previewed_and_names_a_language(self):
        kinds = dict(self.env["payment.message"]._fields["kind"].selection)
        for kind in kinds:
            template = self.env.ref(f"integrated_payments.mail_template_{kind}")
            self.assertTrue(template.lang, kind)
        tx = self.pay(self.order)
        preview = (
            self.env["mail.template.preview"]
            .sudo()
            .create(
                {
                    "mail_template_id": self.env.ref(
                        "integrated_payments.mail_template_receipt"
                    ).id,
                    "resource_ref": f"payment.transaction,{tx.id}",
                }
            )
        )
        self.assertFalse(preview.error_msg)
        self.assertIn("S-1", preview.subject)


@tagged("-at_install", "post_install")
class TestDeclineReminders(MessagesCommon, HttpCase):
    """The link in the mail: looking changes nothing, the button does."""

    def test_a_customer_declines_reminders(self):
        url = self.partner._payment_stop_url().split("/payment/", 1)[1]
        page = self.url_open(f"/payment/{url}")
        self.assertIn("Stop Reminders", page.text)
        self.assertFalse(self.partner.payment_no_reminders)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        done = self.url_open(f"/payment/{url}", data={"csrf_token": token})
        self.assertIn("will not remind you", done.text)
        self.assertTrue(self.partner.payment_no_reminders)

    def test_an_address_that_we_did_not_give(self):
        answer = self.url_open(f"/payment/messages/stop/{self.partner.id}/made-up")
        self.assertEqual(answer.status_code, 404)
