from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..gateway import types
from ..gateway.errors import NeedsPerson
from .common import PAID_AT, IntegratedPaymentsCommon

PDF = b"%PDF-1.7 a document"
PNG = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    b"AABJRU5ErkJggg=="
)


@tagged("-at_install", "post_install")
class TestDisputeEvidence(IntegratedPaymentsCommon):
    """Evidence is gathered, reviewed by a person, and handed on; nothing is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Tests print no PDF, and a file that is none is refused as evidence.
        cls.env.company.payment_invoice_policy = "posted"
        cls.partner.write(
            {
                "name": "Jane Buyer",
                "email": "jane@example.com",
                "street": "Canal 1",
                "city": "Delft",
            }
        )
        cls.lamp = cls.env["product.product"].create(
            {"name": "Lamp", "list_price": 50.0, "is_storable": True, "taxes_id": False}
        )

    def setUp(self):
        super().setUp()
        dispute = self.env["payment.dispute"]
        self.startPatcher(
            patch.object(type(dispute), "_pdf_of", lambda *args: PDF + b" printed")
        )
        self.startPatcher(
            patch.object(
                type(self.env["ir.actions.report"]),
                "_run_wkhtmltopdf",
                lambda report, bodies, **kwargs: PDF + bodies[0].encode(),
            )
        )

    # === The story === #

    def order(self):
        """An order, signed online, delivered with a signature, with a conversation."""
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": self.partner.id,
                    "note": "<p>Returns within 14 days.</p>",
                    "order_line": [
                        Command.create(
                            {"product_id": self.lamp.id, "product_uom_qty": 2}
                        )
                    ],
                }
            )
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        picking.with_context(skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")
        picking.signature = PNG
        order.message_post(
            body=Markup("<p>Where is my lamp?</p><img src='http://spy.example'/>"),
            message_type="email",
            author_id=self.partner.id,
            subtype_xmlid="mail.mt_comment",
        )
        order.message_post(body="Looks like a swindler", subtype_xmlid="mail.mt_note")
        order.invoice_ids or order._create_invoices().action_post()
        return order

    def dispute(self, reason="product_not_received", order=None, **values):
        self.tx = self._create_transaction(
            "direct",
            amount=100.0,
            currency_id=self.currency.id,
            reference="ORD-1",
            provider_reference="pi_1",
            sale_order_ids=[Command.set(order.ids)] if order else [],
        )
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        values.setdefault("due_by", self.soon())
        self.say_dispute(reason=reason, **values)
        self.hear_and_work("charge.dispute.created", "dp_1")
        return self.tx.dispute_ids

    def soon(self, days=5):
        now = fields.Datetime.now().replace(tzinfo=PAID_AT.tzinfo)
        return now + timedelta(days=days)

    def prepare(self, dispute):
        action = dispute.action_prepare_evidence()
        return self.env["payment.evidence.wizard"].browse(action["res_id"])

    def sent(self, kind):
        return [each for each in self.gateway.sent if each[0] == kind]

    # === Gathering === #

    def test_gathered_from_order_delivery_and_messages(self):
        order = self.order()
        dispute = self.dispute(order=order)
        wizard = self.prepare(dispute)
        self.assertEqual(wizard.customer_name, "Jane Buyer")
        self.assertEqual(wizard.customer_email_address, "jane@example.com")
        self.assertIn("Canal 1", wizard.billing_address)
        self.assertIn("2 x Lamp", wizard.product_description)
        self.assertIn("Delft", wizard.shipping_address)
        self.assertTrue(wizard.shipping_date)
        self.assertIn(
            f"Delivery {order.picking_ids.name} left", wizard.uncategorized_text
        )
        self.assertIn("Paid", wizard.uncategorized_text)
        self.assertFalse(wizard.refund_policy_disclosure, "not asked for this reason")
        ticked = wizard.file_ids.filtered("selected")
        self.assertEqual(
            dict(zip(ticked.mapped("use"), ticked.mapped("kind"), strict=True)),
            {
                "receipt": "invoice",
                "shipping_documentation": "delivery",
                "customer_signature": "signature",
                "customer_communication": "messages",
            },
        )

    def test_terms_go_with_a_refund_that_has_not_come(self):
        wizard = self.prepare(self.dispute("credit_not_processed", self.order()))
        self.assertIn("Returns within 14 days", wizard.refund_policy_disclosure)
        self.assertFalse(wizard.shipping_address)

    def test_internal_notes_stay_inside(self):
        dispute = self.dispute(order=self.order())
        content = dispute._document_content("messages", dispute).decode()
        self.assertIn("Where is my lamp?", content)
        self.assertNotIn("swindler", content)
        self.assertNotIn("<img", content)

    def test_address_of_the_purchase_is_asked_of_the_gateway_and_not_kept(self):
        dispute = self.dispute("fraudulent", self.order())
        self.gateway.put(
            "review",
            types.FraudWarning(
                ref="prv_1",
                kind="review",
                open=True,
                created=PAID_AT,
                charge_ref="ch_1",
                ip_address="198.51.100.23",
            ),
        )
        self.hear_and_work("review.opened", "prv_1")
        wizard = self.prepare(dispute)
        self.assertEqual(wizard.customer_purchase_ip, "198.51.100.23")
        self.assertNotIn("ip_address", self.env["payment.fraud.warning"]._fields)

    def test_charged_twice_names_the_other_payment(self):
        self._create_transaction(
            "direct",
            amount=100.0,
            currency_id=self.currency.id,
            reference="ORD-0",
            provider_reference="pi_2",
        )
        self.say_paid(self.env["payment.transaction"].search([], limit=1), number=2)
        self.hear_and_work("charge.updated", "ch_2")
        wizard = self.prepare(self.dispute("duplicate"))
        self.assertEqual(wizard.duplicate_charge_id, "ch_2")
        self.assertIn("ORD-0", wizard.duplicate_charge_explanation)

    def test_without_any_order(self):
        wizard = self.prepare(self.dispute("fraudulent"))
        self.assertEqual(wizard.customer_name, "Jane Buyer")
        self.assertFalse(wizard.product_description)
        self.assertEqual(wizard.file_ids.mapped("kind"), ["receipt"])

    # === Sending === #

    def test_submitted_once_and_told_without_content(self):
        dispute = self.dispute(order=self.order())
        wizard = self.prepare(dispute)
        wizard.uncategorized_text = "She signed for it."
        before = self.env["ir.attachment"].search_count([])
        wizard.action_submit()
        (evidence,) = self.sent("evidence")
        _kind, values, submit, key = evidence
        self.assertTrue(submit)
        self.assertEqual(values["uncategorized_text"], "She signed for it.")
        self.assertTrue(values["receipt"].startswith("file_"))
        self.assertIn("dp_1", key)
        self.assertEqual(len(self.sent("file")), 4)
        self.assertEqual(dispute.state, "under_review")
        self.assertEqual((dispute.submissions, dispute.has_evidence), (1, True))
        self.assertFalse(dispute.activity_ids)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)
        told = "".join(dispute.message_ids.mapped("body"))
        self.assertIn("Evidence submitted", told)
        self.assertIn(values["receipt"], told)
        self.assertNotIn("She signed for it", told)
        with self.assertRaisesRegex(UserError, "Under Review"):
            wizard.action_submit()
        self.assertEqual(len(self.sent("evidence")), 1)

    def test_draft_is_kept_at_the_gateway_and_comes_back(self):
        dispute = self.dispute(order=self.order())
        wizard = self.prepare(dispute)
        wizard.customer_name = "Jane B. Buyer"
        wizard.shipping_address = False
        wizard.action_save_draft()
        self.assertEqual(dispute.state, "needs_response")
        self.assertEqual(len(dispute.activity_ids), 1)
        again = self.prepare(dispute)
        self.assertEqual(again.customer_name, "Jane B. Buyer")
        self.assertFalse(again.shipping_address)
        self.assertIn("Receipt or invoice: file_", again.staged)
        self.assertFalse(again.file_ids.filtered("selected"))
        again.customer_name = False
        again.action_submit()
        last = self.sent("evidence")[-1]
        self.assertEqual(last[1], {"customer_name": ""}, "only what has changed")

    def test_same_answer_has_the_same_key_until_it_has_arrived(self):
        dispute = self.dispute(order=self.order())
        wizard = self.prepare(dispute)
        self.gateway.refusal = NeedsPerson("Stripe is away")
        with self.assertRaises(UserError):
            wizard.action_save_draft()
        self.gateway.refusal = None
        wizard.action_save_draft()
        files = self.sent("file")
        keys = [key for _kind, _name, _size, key in files]
        self.assertEqual(len(files), 8)
        self.assertEqual(len(set(keys)), 4)
        answer = dispute.answers
        wizard.customer_name = "Other"
        wizard.action_save_draft()
        self.assertEqual(dispute.answers, answer + 1)
        first, second = self.sent("evidence")
        self.assertNotEqual(first[-1], second[-1])

    def test_file_uploaded_for_the_purpose_is_gone_afterwards(self):
        dispute = self.dispute("fraudulent")
        wizard = self.prepare(dispute)
        wizard.file_ids.selected = False
        wizard.file_ids = [
            Command.create(
                {"name": "photo.png", "use": "uncategorized_file", "upload": PNG}
            )
        ]
        upload = wizard.file_ids.filtered(lambda each: each.kind == "upload")
        wizard.action_save_draft()
        self.assertEqual(self.sent("file")[0][1], "photo.png")
        self.assertFalse(upload.upload)

    def test_accepted_is_lost_and_booked(self):
        dispute = self.dispute("fraudulent")
        self.say_movement("txn_dp", "dispute", -10000, fee=1500, source="dp_1")
        self.say_dispute(balance_transaction_refs=("txn_dp",))
        self.hear_and_work("charge.dispute.funds_withdrawn", "dp_1")
        dispute.action_accept()
        self.assertEqual((dispute.state, len(self.sent("accept"))), ("lost", 1))
        self.assertEqual(self.balances()["dispute_loss"], 100.0)
        with self.assertRaisesRegex(UserError, "Only a dispute"):
            dispute.action_accept()

    # === Bad input === #

    def test_after_the_deadline(self):
        dispute = self.dispute("fraudulent", due_by=self.soon(-1), past_due=True)
        with self.assertRaisesRegex(UserError, "deadline has passed"):
            dispute.action_prepare_evidence()

    def test_deadline_passes_while_the_form_is_open(self):
        dispute = self.dispute("fraudulent")
        wizard = self.prepare(dispute)
        dispute.due_by = fields.Datetime.now() - timedelta(minutes=1)
        fact = self.gateway.facts["dispute", "dp_1"]
        self.gateway.put("dispute", replace(fact, past_due=True))
        with self.assertRaisesRegex(UserError, "deadline has passed"):
            wizard.action_submit()
        self.assertFalse(self.gateway.sent)

    def test_gateway_s_clock_decides_not_ours(self):
        dispute = self.dispute("fraudulent", due_by=self.soon(-1))
        self.prepare(dispute).action_submit()
        self.assertEqual(dispute.state, "under_review")

    def upload(self, wizard, content, **values):
        wizard.file_ids.selected = False
        wizard.file_ids = [
            Command.create(
                {"name": "file", "upload": b64encode(content).decode(), **values}
            )
        ]

    def test_files_that_banks_do_not_read_are_not_sent(self):
        dispute = self.dispute("fraudulent")
        wizard = self.prepare(dispute)
        for content, why in (
            (b"PK zip", "no PDF, JPEG or PNG"),
            (b"", "is empty"),
            (PDF + bytes(4_500_000), "4.5 MB together"),
        ):
            self.upload(wizard, content)
            with self.assertRaisesRegex(UserError, why):
                wizard.action_submit()
            wizard.file_ids.filtered(lambda each: each.kind == "upload").unlink()
        self.assertFalse(self.gateway.sent)
        self.assertEqual(dispute.state, "needs_response")

    def test_two_files_for_one_use(self):
        wizard = self.prepare(self.dispute("fraudulent"))
        self.upload(wizard, PDF, use="receipt")
        wizard.file_ids.selected = True
        with self.assertRaisesRegex(UserError, "one file as Receipt or invoice"):
            wizard.action_submit()

    def test_text_that_is_too_long(self):
        wizard = self.prepare(self.dispute("fraudulent"))
        wizard.uncategorized_text = "x" * 20_001
        with self.assertRaisesRegex(UserError, "20001 characters"):
            wizard.action_submit()
        self.assertFalse(self.gateway.sent)

    def test_gateway_that_refuses_changes_nothing(self):
        dispute = self.dispute("fraudulent")
        wizard = self.prepare(dispute)
        self.gateway.refusal = NeedsPerson("Stripe refused the request: too late")
        with self.assertRaisesRegex(UserError, "too late"):
            wizard.action_submit()
        with self.assertRaisesRegex(UserError, "too late"):
            dispute.action_accept()
        self.assertEqual((dispute.state, dispute.answers), ("needs_response", 0))

    def test_nothing_to_send(self):
        wizard = self.prepare(self.dispute("fraudulent"))
        wizard.file_ids.selected = False
        for name in ("customer_name", "customer_email_address", "billing_address"):
            wizard[name] = False
        wizard.uncategorized_text = False
        with self.assertRaisesRegex(UserError, "nothing to send"):
            wizard.action_submit()

    def test_closed_dispute_takes_no_evidence(self):
        dispute = self.dispute("fraudulent")
        fact = self.gateway.facts["dispute", "dp_1"]
        self.gateway.put("dispute", replace(fact, status="lost"))
        self.hear_and_work("charge.dispute.closed", "dp_1")
        with self.assertRaisesRegex(UserError, "the dispute is Lost"):
            dispute.action_prepare_evidence()

    def test_only_who_manages_payments_answers(self):
        dispute = self.dispute("fraudulent")
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman"
        )
        theirs = dispute.with_user(seller)
        self.assertEqual(theirs.state, "needs_response")
        with self.assertRaises(AccessError):
            theirs.action_prepare_evidence()
        with self.assertRaises(AccessError):
            theirs.action_accept()
        accountant = new_test_user(
            self.env, "books", groups="account.group_account_user"
        )
        wizard = self.prepare(dispute.with_user(accountant))
        wizard.with_user(accountant).action_submit()
        self.assertEqual(dispute.state, "under_review")
