from datetime import datetime, timezone

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import freeze_time, new_test_user, tagged

from .common import IntegratedPaymentsCommon

MARCH = fields.Date.to_date("2026-03-01")


@tagged("-at_install", "post_install")
@freeze_time("2026-04-02 08:00:00")
class TestFeeStatement(IntegratedPaymentsCommon):
    """A month's fees by type, its bill, and that nothing is counted twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Gateway Europe Ltd"})
        cls.stripe.fee_vendor_id = cls.vendor

    def movement(self, ref, category, amount, details=(), day=9, month=3, **values):
        """The gateway says, and Odoo books, a movement with details of its fee."""
        fee = sum(detail[1] for detail in details)
        tax = sum(detail[1] for detail in details if "tax" in detail[0])
        fact = self.say_movement(
            ref,
            category,
            amount,
            fee=fee,
            tax=tax,
            fee_details=tuple(details),
            created=datetime(2026, month, day, 12, tzinfo=timezone.utc),
            **values,
        )
        Movement = self.env["payment.balance.transaction"].sudo()
        stored = Movement._store(self.stripe, [fact])[ref]
        stored._post()
        return stored

    def a_month(self, tax=True):
        """Charges with processing fees (and tax), a dispute, a fee of its own."""
        own = [("stripe_fee", 300, "Stripe processing fees")]
        taxed = [*own, ("tax", 57, "VAT")] if tax else own
        self.movement("txn_a", "topup", 10000, taxed)
        self.movement("txn_b", "topup", 20000, taxed)
        self.movement("txn_d", "dispute", -5000, [("stripe_fee", 1500, "Dispute fee")])
        self.movement("txn_f", "fee", -250, description="Radar (2026-03-01 to 31)")
        self.movement("txn_apr", "topup", 100, own, month=4, day=1)

    def state(self):
        """State the closed months; return the statements."""
        return self.env["payment.fee.statement"].sudo()._state_months(self.stripe)

    def reverse_charge(self):
        """The vendor's fiscal position turns the usual tax into a reverse charge."""
        usual = self.company.account_purchase_tax_id
        account = self.company_data["default_account_tax_purchase"]
        position = self.env["account.fiscal.position"].create(
            {"name": "EU, reverse charge"}
        )
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
            Command.create(
                {
                    "repartition_type": "tax",
                    "account_id": account.id,
                    "factor_percent": -100,
                }
            ),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "Reverse charge",
                "amount": usual.amount,
                "type_tax_use": "purchase",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(usual.ids)],
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )
        self.vendor.with_company(self.company).property_account_position_id = position
        return tax

    def own_tax(self, percent):
        """The vendor charges the tax of the company's own country."""
        account = self.company_data["default_account_tax_purchase"]
        parts = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": f"{percent} %",
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
                "amount": percent,
                "type_tax_use": "purchase",
                "price_include_override": "tax_excluded",
            }
        )
        self.company.account_purchase_tax_id = tax
        return tax

    # === The statement === #

    def test_a_month_by_type(self):
        self.a_month()
        statement = self.state()
        self.assertEqual((statement.month, statement.state), (MARCH, "open"))
        found = {
            (line.role, line.kind): (line.count, line.amount, line.tax)
            for line in statement.line_ids
        }
        expected = {
            ("fee", "stripe_fee"): (2, 6.0, 0.0),
            ("fee_tax", "tax"): (2, 0.0, 1.14),
            ("dispute_fee", "stripe_fee"): (1, 15.0, 0.0),
            ("fee", "fee"): (1, 2.5, 0.0),
        }
        self.assertEqual(found, expected)
        totals = (statement.amount, statement.tax, statement.total)
        self.assertEqual(totals, (23.5, 1.14, 24.64))
        self.assertFalse(statement.unbooked)
        radar = statement.line_ids.filtered(lambda line: line.kind == "fee")
        self.assertEqual((radar.name, radar.description), ("Other fees", "Radar"))

    def test_only_closed_months_and_each_once(self):
        self.a_month()
        self.assertEqual(len(self.state()), 1)
        self.assertEqual(len(self.state()), 1)
        with freeze_time("2026-05-01 08:00:00"):
            months = self.state().mapped("month")
        self.assertEqual([str(month) for month in months], ["2026-04-01", "2026-03-01"])

    def test_the_month_is_the_companys(self):
        """23:30 UTC on March 31 is April in Amsterdam: on the entry, so here."""
        self.company.partner_id.tz = "Europe/Amsterdam"
        self.movement(
            "txn_late",
            "topup",
            1000,
            [("stripe_fee", 30, "")],
        ).created_at = "2026-03-31 23:30:00"
        self.assertFalse(self.state())
        with freeze_time("2026-05-01 08:00:00"):
            self.assertEqual(str(self.state().month), "2026-04-01")

    def test_fees_before_the_books_begin_are_left_out(self):
        """They are in the opening line: billed before, elsewhere."""
        self.movement("txn_a", "topup", 10000, [("stripe_fee", 300, "")])
        old = self.movement("txn_b", "topup", 500, [("stripe_fee", 40, "")])
        old.state = "opening"
        self.assertEqual(self.state().total, 3.0)

    def test_fee_without_detail_is_not_lost(self):
        self.movement("txn_a", "topup", 10000, [("stripe_fee", 100, "")])
        bare = self.env["payment.balance.transaction"].search(
            [("gateway_ref", "=", "txn_a")]
        )
        bare.sudo().fee_details = []
        [line] = self.state().line_ids
        self.assertEqual((line.kind, line.amount), ("other", 1.0))

    def test_each_type_opens_its_movements(self):
        self.a_month()
        for line in self.state().line_ids:
            opened = line.action_open_movements()
            found = self.env["payment.balance.transaction"].search(opened["domain"])
            self.assertGreaterEqual(len(found), line.count)
            self.assertNotIn("txn_apr", found.mapped("gateway_ref"))

    def test_against_the_gateways_invoice(self):
        self.a_month()
        statement = self.state()
        statement.invoice_total = 24.64
        self.assertEqual((statement.state, statement.difference), ("agrees", 0.0))
        statement.invoice_total = 25.0
        self.assertEqual((statement.state, statement.difference), ("differs", 0.36))

    # === The bill === #

    def test_reverse_charge_bill_counts_nothing_twice(self):
        self.a_month(tax=False)
        before = self.balances()
        reverse = self.reverse_charge()
        self.company.payment_fee_bill_policy = "posted"
        statement = self.state()
        statement.action_create_bill()
        bill = statement.bill_id
        self.assertEqual((bill.state, bill.amount_total), ("posted", 23.5))
        self.assertEqual(bill.invoice_line_ids.tax_ids, reverse)
        taxes = bill.line_ids.filtered("tax_line_id")
        self.assertEqual(sorted(taxes.mapped("balance")), [-3.53, 3.53])
        self.assertEqual(str(bill.invoice_date), "2026-03-31")
        self.assertEqual(self.balances(), before)
        self.assertEqual((bill.payment_state, bill.amount_residual), ("paid", 0.0))
        self.assertEqual(statement.state, "billed")

    def test_bill_with_tax_takes_it_from_the_waiting_account(self):
        self.own_tax(19)
        self.movement(
            "txn_a", "topup", 10000, [("stripe_fee", 300, ""), ("tax", 57, "")]
        )
        self.assertEqual(self.balances()["fee_tax"], 0.57)
        self.company.payment_fee_bill_policy = "posted"
        statement = self.state()
        statement.action_create_bill()
        self.assertEqual(statement.bill_id.amount_total, 3.57)
        self.assertEqual(statement.bill_id.payment_state, "paid")
        self.assertEqual(self.balances()["fee"], 3.0)
        self.assertNotIn("fee_tax", self.balances())

    def test_tax_rounded_by_the_gateway_is_taken_over(self):
        """Three times 0.10 at 19 % are 0.06 rounded each, 0.057 in one."""
        self.own_tax(19)
        for number in range(3):
            self.movement(
                f"txn_{number}", "topup", 100, [("stripe_fee", 13, ""), ("tax", 3, "")]
            )
        self.company.payment_fee_bill_policy = "posted"
        statement = self.state()
        statement.action_create_bill()
        bill = statement.bill_id
        self.assertEqual((bill.amount_tax, bill.amount_total), (0.09, 0.48))
        self.assertEqual((bill.state, bill.payment_state), ("posted", "paid"))

    def test_bill_that_does_not_agree_stays_a_draft_and_says_why(self):
        self.own_tax(50)
        self.a_month()
        self.company.payment_fee_bill_policy = "posted"
        statement = self.state()
        statement.action_create_bill()
        self.assertEqual(statement.bill_id.state, "draft")
        self.assertIn("fiscal position", statement.reason)
        self.assertFalse(statement.settlement_id)

    def test_invoice_that_differs_keeps_the_bill_a_draft(self):
        self.a_month(tax=False)
        self.company.payment_fee_bill_policy = "posted"
        statement = self.state()
        statement.write({"invoice_total": 30.0, "invoice_number": "IE-7"})
        statement.action_create_bill()
        self.assertEqual(
            (statement.bill_id.state, statement.bill_id.ref), ("draft", "IE-7")
        )
        self.assertIn("6.50", statement.reason)
        self.assertEqual(statement.state, "drafted")
        bill = statement.bill_id
        bill.invoice_line_ids[0].price_unit += 6.5
        bill.action_post()
        self.assertEqual(bill.amount_residual, 6.5)
        self.assertEqual((statement.state, statement.reason), ("billed", False))

    def test_bill_to_draft_reverses_its_settlement(self):
        self.a_month(tax=False)
        before = self.balances()
        statement = self.state()
        statement.action_create_bill()
        bill = statement.bill_id
        bill.action_post()
        settlement = statement.settlement_id
        self.assertEqual(bill.payment_state, "paid")
        bill.button_draft()
        self.assertFalse(statement.settlement_id)
        self.assertTrue(settlement.reversal_move_ids)
        self.assertEqual(self.balances(), before)
        bill.action_post()
        self.assertEqual((bill.payment_state, self.balances()), ("paid", before))

    def test_deleted_bill_can_be_made_again(self):
        self.a_month(tax=False)
        statement = self.state()
        statement.action_create_bill()
        statement.bill_id.unlink()
        self.assertEqual(statement.state, "open")
        statement.action_create_bill()
        self.assertTrue(statement.bill_id)

    def test_fees_that_came_back_make_a_credit_note(self):
        self.movement("txn_back", "topup", 1000, [("stripe_fee", -200, "returned")])
        self.company.payment_fee_bill_policy = "posted"
        statement = self.state()
        statement.action_create_bill()
        bill = statement.bill_id
        self.assertEqual((bill.move_type, bill.amount_total), ("in_refund", 2.0))
        self.assertEqual(bill.amount_residual, 0.0)
        self.assertEqual(self.balances()["fee"], -2.0)

    def test_what_the_gateway_took_for_others_is_not_billed(self):
        self.movement(
            "txn_a",
            "topup",
            10000,
            [("stripe_fee", 300, ""), ("application_fee", 500, "")],
        )
        statement = self.state()
        self.assertEqual((statement.total, statement.invoiced), (8.0, 3.0))
        statement.action_create_bill()
        statement.bill_id.action_post()
        self.assertEqual(statement.bill_id.amount_total, 3.0)
        self.assertEqual(statement.bill_id.payment_state, "paid")
        self.assertEqual(self.balances()["fee"], 8.0)

    def test_another_currency_leaves_no_difference(self):
        """Booked at the day's rate, billed at the month's end: fully settled."""
        self._enable_currency("EUR")
        Rate = self.env["res.currency.rate"]
        for day, rate in (("2026-01-01", 2.0), ("2026-03-31", 4.0)):
            Rate.create(
                {"name": day, "currency_id": self.currency_euro.id, "rate": rate}
            )
        self.movement(
            "txn_e", "topup", 10000, [("stripe_fee", 400, "")], currency="EUR"
        )
        statement = self.state()
        self.assertEqual(statement.currency_id, self.currency_euro)
        statement.action_create_bill()
        bill = statement.bill_id
        bill.action_post()
        self.assertEqual((bill.amount_total, bill.amount_residual), (4.0, 0.0))
        self.assertEqual(bill.currency_id, self.currency_euro)
        settled = statement.settlement_id.line_ids.filtered(
            lambda line: line.account_id == self.accounts["fee"]
        )
        self.assertEqual((settled.amount_currency, settled.balance), (-4.0, -2.0))

    # === What hinders === #

    def test_what_must_be_done_first(self):
        self.a_month(tax=False)
        self.stripe.fee_vendor_id = False
        statement = self.state()
        with self.assertRaisesRegex(UserError, "Fees Invoiced by"):
            statement.action_create_bill()
        self.stripe.fee_vendor_id = self.vendor
        self.stripe.books_mode = "shadow"
        with self.assertRaisesRegex(UserError, "not posted"):
            statement.action_create_bill()

    def test_fees_that_are_not_booked_yet_hinder_the_bill(self):
        record = self.movement("txn_a", "topup", 10000, [("stripe_fee", 300, "")])
        record.statement_line_id.action_undo_reconciliation()
        record.statement_line_id.move_id.button_draft()
        statement = self.state()
        self.assertEqual(statement.unbooked, 3.0)
        with self.assertRaisesRegex(UserError, "not booked yet"):
            statement.action_create_bill()

    def test_fees_that_come_to_light_after_the_bill(self):
        self.a_month(tax=False)
        statement = self.state()
        statement.action_create_bill()
        self.movement("txn_new", "topup", 1000, [("stripe_fee", 30, "")])
        self.state()
        self.assertEqual((statement.total, statement.late), (23.5, 0.3))

    # === By the job, and who may see it === #

    def run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("integrated_payments.cron_state_fees").method_direct_trigger()

    def test_job_follows_the_policy(self):
        self.a_month(tax=False)
        Statement = self.env["payment.fee.statement"].sudo()
        policies = {"none": False, "draft": "draft", "posted": "posted"}
        for policy, state in policies.items():
            with self.subTest(policy):
                self.company.payment_fee_bill_policy = policy
                self.run_job()
                statement = Statement.search([("provider_id", "=", self.stripe.id)])
                self.assertEqual(statement.bill_id.state, state)
                statement.bill_id.filtered(lambda each: each.state == "draft").unlink()

    def test_job_says_what_hinders(self):
        self.a_month(tax=False)
        self.stripe.fee_vendor_id = False
        self.company.payment_fee_bill_policy = "draft"
        Statement = self.env["payment.fee.statement"].sudo()
        self.run_job()
        statement = Statement.search([("provider_id", "=", self.stripe.id)])
        self.assertIn("Fees Invoiced by", statement.reason)

    def test_accountant_bills_and_others_see_nothing(self):
        self.a_month(tax=False)
        user = self.user_of("account.group_account_user")
        theirs = self.env["payment.fee.statement"].with_user(user)
        call_kw(theirs, "action_state_now", [[]], {})
        statement = self.stripe.fee_statement_ids
        theirs = statement.with_user(user)
        theirs.write({"invoice_number": "IE-1", "invoice_total": 23.5})
        theirs.action_update()
        theirs.action_create_bill()
        theirs.bill_id.action_post()
        self.assertEqual(statement.bill_id.payment_state, "paid")
        self.assertTrue(theirs.bill_id.fee_statement_ids)
        for group in (
            "account.group_account_invoice",
            "sales_team.group_sale_salesman",
        ):
            other = self.user_of(group)
            with self.assertRaises(AccessError):
                statement.with_user(other).read(["total"])
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.user_of("account.group_account_user", elsewhere)
        Statement = self.env["payment.fee.statement"].with_user(stranger)
        self.assertFalse(Statement.search([]))

    def user_of(self, group, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            f"{group}-{company.id}",
            group,
            company_id=company.id,
            company_ids=company.ids,
        )

    def test_printed(self):
        self.a_month()
        statement = self.state()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "integrated_payments.report_fee_statement", statement.ids
        )[0]
        self.assertIn(b"Dispute fees: processing fees", html)
        self.assertIn(b"24.64", html)
