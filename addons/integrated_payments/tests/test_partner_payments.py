from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestPartnerPayments(IntegratedPaymentsCommon):
    """A customer's card: how much, how late, how often without success."""

    def setUp(self):
        super().setUp()
        self.firm = self.env["res.partner"].create(
            {"name": "Larch", "is_company": True}
        )
        self.contact = self.env["res.partner"].create(
            {"name": "Ada", "parent_id": self.firm.id}
        )
        self.today = fields.Date.context_today(self.firm)

    def bill(self, amount, days_ago, partner=None):
        """Return a posted invoice, due on the day it was made."""
        move = self.init_invoice(
            "out_invoice",
            partner=partner or self.firm,
            invoice_date=self.today - timedelta(days=days_ago),
            amounts=[amount],
        )
        move.invoice_payment_term_id = False
        move.invoice_date_due = move.invoice_date
        move.action_post()
        return move

    def pay(self, invoice, days_ago):
        day = self.today - timedelta(days=days_ago)
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": day})
            ._create_payments()
        )

    def test_figures_of_the_whole_company(self):
        self.pay(self.bill(100.0, 40), 30)
        self.pay(self.bill(60.0, 30, partner=self.contact), 10)
        self.bill(25.0, 5)
        for partner in (self.firm, self.contact):
            self.assertEqual(partner.payment_received, 160.0)
            self.assertEqual(partner.payment_open, 25.0)
            self.assertEqual(partner.payment_last_on, self.today - timedelta(days=10))
            self.assertEqual(partner.payment_delay, 15.0)
            self.assertEqual(partner.payment_delay_count, 2)

    def test_failures_and_the_method_used_most(self):
        card = self.env.ref("payment.payment_method_card")
        for number, state in enumerate(("done", "error", "cancel", "done")):
            tx = self._create_transaction(
                "direct", reference=f"T-{number}", partner_id=self.contact.id
            )
            tx.write({"state": state, "payment_method_id": card.id})
        self.assertEqual(self.firm.payment_failed_count, 2)
        self.assertEqual(self.firm.preferred_payment_method_id, card)
        self.assertEqual(self.firm.gateway_transaction_count, 4)

    def test_long_ago_does_not_count_and_nothing_is_not_zero_days(self):
        self.pay(self.bill(100.0, 500), 450)
        self.assertEqual(self.firm.payment_received, 0.0)
        self.assertEqual(self.firm.payment_delay_count, 0)
        self.assertEqual(self.firm.payment_last_on, self.today - timedelta(days=450))

    def test_other_companies_do_not_count(self):
        self.pay(self.bill(100.0, 40), 30)
        other = self.env["res.company"].create({"name": "Other"})
        seen = self.firm.with_company(other).with_context(allowed_company_ids=other.ids)
        self.assertEqual((seen.payment_received, seen.payment_open), (0.0, 0.0))

    def test_support_sees_it_without_rights_in_accounting(self):
        self.pay(self.bill(100.0, 40), 30)
        tx = self._create_transaction("direct", partner_id=self.firm.id)
        support = new_test_user(
            self.env,
            "sam",
            groups="base.group_user,integrated_payments.group_payment_user",
            company_id=self.company.id,
        )
        firm = self.firm.with_user(support)
        self.assertEqual(firm.payment_received, 100.0)
        action = firm.action_view_gateway_transactions()
        Model = self.env[action["res_model"]].with_user(support)
        found = Model.search(action["domain"])
        self.assertEqual(found, tx)
        self.assertEqual(found.read(["amount"])[0]["amount"], tx.amount)
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(support).check_access("read")

    def test_without_the_group_nothing_is_shown(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.firm.with_user(clerk).read(["payment_received"])
