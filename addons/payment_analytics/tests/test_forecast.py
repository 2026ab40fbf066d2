"""Expected cash: each document once, on its day; and forecasts against what came."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.integrated_payments.gateway import types
from odoo.addons.payment_analytics.tests.customers import CustomersCommon


@tagged("post_install", "-at_install")
class TestForecast(CustomersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Run = cls.env["payment.forecast.run"].sudo()
        cls.Line = cls.env["payment.forecast.line"]

    def forecast(self):
        return self.Run._compute_company(self.company)

    def lines(self, *domain):
        ours = [("company_id", "=", self.company.id), ("partner_id", "=", self.firm.id)]
        return self.Line.search([*ours, *domain])

    def ahead(self, days):
        return self.today + timedelta(days=days)

    def pay_history(self, delays, ago=200):
        """Paid invoices, each so many days after its due day; made together."""
        day = self.ago(ago)
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.firm.id,
                    "invoice_date": day,
                    "invoice_date_due": day,
                    "invoice_line_ids": [
                        Command.create({"name": "Planks", "price_unit": 100})
                    ],
                }
                for _delay in delays
            ]
        )
        invoices.invoice_payment_term_id = False
        invoices.action_post()
        for delay in set(delays):
            late = [
                invoice.id
                for invoice, each in zip(invoices, delays, strict=True)
                if each == delay
            ]
            self.transfer(invoices.browse(late), ago - delay)

    def test_worked_example(self):
        """Fifteen paid invoices, three on time, nine 3 days late, three 30.

        As in tests/pure/test_forecast.py, after Bühlmann's credibility: 15 / 20 are the
        customer's own. Behind it the company's, which here is the same customer: 15 of
        its own and six of the first guess, 15 / 20 again. Shares: on time 0.15 +
        0.25 x (0.75 x 0.2 + 0.25 / 3) = 0.208; until 3 days 0.208 + 0.45 + 0.1125 =
        0.77; 7 and 14 days 0.0104 each; 30 days 0.15 + 0.25 x 0.192 = 0.198. So a tenth
        by day 0, the half by day 3, nine tenths by day 30.
        """
        self.pay_history([0] * 3 + [3] * 9 + [30] * 3)
        self.bill(100, 5, due_in=10)
        self.forecast()
        line = self.lines()
        self.assertEqual((line.kind, line.amount), ("invoice", 100))
        self.assertEqual(line.due_day, self.ahead(5))
        self.assertEqual(
            (line.early_day, line.day, line.late_day),
            (self.ahead(5), self.ahead(8), self.ahead(35)),
        )

    def test_later_than_anything_paid_has_no_day_and_is_shown_apart(self):
        self.pay_history([0, 3])
        invoice = self.bill(70, 300)
        run = self.forecast()
        line = self.lines(("day", "=", False))
        self.assertEqual((line.move_id, line.amount), (invoice, 70))
        self.assertEqual(run.undated, 70)
        self.assertEqual(self.Line.search(run.action_open_undated()["domain"]), line)
        self.assertEqual(line.action_open_document()["res_id"], invoice.id)

    def test_open_credit_is_taken_off_the_oldest(self):
        self.pay_history([0, 3])
        old, new = self.bill(100, 20, due_in=21), self.bill(50, 5, due_in=10)
        self.bank_line(120, 2)
        self.forecast()
        self.assertEqual(
            [(line.move_id, line.amount) for line in self.lines()], [(new, 30)]
        )
        self.assertTrue(old)

    def test_vendor_bills_go_out_on_their_due_day(self):
        self.bill(40, 5, due_in=12, move_type="in_invoice", ref="B1")
        self.bill(25, 50, due_in=5, move_type="in_invoice", ref="B2")
        self.bill(5, 3, move_type="in_refund", ref="B3")
        self.forecast()
        found = self.lines(("outgoing", "=", True))
        self.assertEqual(set(found.mapped("kind")), {"bill"})
        self.assertEqual(
            [(line.day, line.amount) for line in found],
            [(self.ahead(1), -20), (self.ahead(7), -40)],
        )

    def test_orders_bring_what_is_not_invoiced_yet(self):
        """300 ordered on 15 days, 100 of it invoiced; paid as late as ever."""
        self.pay_history([0] * 9)
        term = self.env["account.payment.term"].create(
            {
                "name": "15 days",
                "line_ids": [Command.create({"value": "percent", "nb_days": 15})],
            }
        )
        product = self.env["product.product"].create(
            {"name": "Planks", "invoice_policy": "order", "taxes_id": False}
        )
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": self.contact.id,
                    "company_id": self.company.id,
                    "payment_term_id": term.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "price_unit": price})
                        for price in (100, 200)
                    ],
                }
            )
        )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_line_ids[1].unlink()
        invoice.action_post()
        self.forecast()
        line = self.lines(("kind", "=", "order"))
        self.assertEqual((line.order_id, line.amount), (order, 200))
        self.assertEqual((line.due_day, line.day), (self.ahead(15), self.ahead(15)))
        self.assertEqual(line.action_open_document()["res_id"], order.id)

    def test_charges_of_saved_methods_come_on_their_day(self):
        invoice = self.bill(80, 5, due_in=10)
        invoice.auto_charge_on = self.ahead(6)
        self.forecast()
        line = self.lines()
        self.assertEqual((line.kind, line.amount), ("charge", 80))
        self.assertEqual({line.day, line.early_day, line.late_day}, {self.ahead(6)})

    def test_money_of_the_gateway_counts_once_wherever_it_is(self):
        """100 charged, 97 net: pending, then paid out, then at the bank."""
        before = self.forecast().start_gateway
        expected = self.total_expected()
        payment = self.card(100, 1)
        movement = self.moved(
            payment,
            "charge",
            10000,
            300,
            self.moment(1),
            available_on=self.moment(-3),
        )
        movement._post()
        self.assertEqual(movement.state, "posted")
        run = self.forecast()
        self.assertEqual(run.start_gateway, before)
        line = self.Line.search([("kind", "=", "balance")])
        self.assertEqual((line.amount, line.day), (97, self.ahead(3)))
        action = line.action_open_document()
        self.assertIn(
            movement,
            self.env[action["res_model"]].search(action["domain"]),
        )
        self.assertAlmostEqual(self.total_expected(), expected + 97)

        # The gateway pays out: out of its ledger, on its way to the bank.
        movement.available_on = fields.Datetime.now() - timedelta(days=1)
        payout = self.payout(9700, self.ahead(2))
        own = self.moved(payment, "payout", -9700, 0, self.moment(0))
        own.source_payout_id = payout
        payout.own_balance_transaction_id = own
        own._post()
        self.assertEqual(own.state, "posted")
        run = self.forecast()
        self.assertAlmostEqual(run.start_gateway, before)
        line = self.Line.search([("payout_id", "=", payout.id)])
        self.assertEqual((line.amount, line.day), (97, self.ahead(2)))
        self.assertFalse(self.Line.search([("kind", "=", "balance")]))
        self.assertAlmostEqual(self.total_expected(), expected + 97)

    def total_expected(self):
        """Return the balance expected in 90 days by the newest forecast."""
        run = self.Run.search([("company_id", "=", self.company.id)], limit=1)
        return run.check_ids.filtered(lambda each: each.horizon == 90).balance_expected

    def payout(self, minor, arrival):
        fact = types.Payout(
            ref="po_1",
            status="in_transit",
            amount=minor,
            currency=self.currency.name,
            created=self.moment(0),
            arrival_date=arrival,
            automatic=True,
            reconciliation="in_progress",
        )
        stored = self.env["payment.payout"].sudo()._store(self.provider, [fact])
        return stored["po_1"]

    def test_payments_that_no_statement_has_shown_yet(self):
        self.transfer(self.bill(60, 10), 2)
        run = self.forecast()
        line = self.lines()
        self.assertEqual((line.kind, line.amount), ("payment", 60))
        self.assertEqual(line.day, self.ahead(1))
        self.assertTrue(run.check_ids)

    def test_test_money_is_not_expected(self):
        payment = self.card(100, 1)
        self.moved(payment, "charge", 10000, 0, available_on=self.moment(-3))
        self.provider.write({"books_mode": "off", "post_test_payments": False})
        self.forecast()
        self.assertFalse(self.Line.search([("kind", "in", ("balance", "payout"))]))

    def test_the_curve_begins_with_what_there_is_and_adds_up(self):
        self.pay_history([0] * 3 + [3] * 9 + [30] * 3)
        self.bill(100, 5, due_in=10)
        self.bill(30, 5, due_in=20, move_type="in_invoice", ref="B1")
        run = self.forecast()
        curve = self.env["payment.forecast.curve"]
        action = run.action_open_curve()
        sums = {}
        for row in curve.search(action["domain"]):
            sums[row.series] = sums.get(row.series, 0) + row.amount
        ninety = run.check_ids.filtered(lambda each: each.horizon == 90)
        self.assertAlmostEqual(sums["expected"], ninety.balance_expected)
        self.assertAlmostEqual(sums["low"], ninety.balance_low)
        self.assertAlmostEqual(sums["high"], ninety.balance_high)
        # By day 7: neither the invoice (8) nor the bill (15); early by 5.
        seven = run.check_ids.filtered(lambda each: each.horizon == 7)
        self.assertEqual((seven.low, seven.expected, seven.high), (0, 0, 100))
        self.assertAlmostEqual(ninety.balance_expected - run.start, self.open_sum())

    def open_sum(self):
        """Return all that is dated within ninety days."""
        dated = self.Line.search(
            [("company_id", "=", self.company.id), ("day", "<=", self.ahead(90))]
        )
        return sum(dated.mapped("amount"))

    # === AGAINST WHAT CAME === #

    def test_a_replay_knows_nothing_of_what_came_later(self):
        """Whatever happens after the day, what is forecast for it stays the same."""
        self.pay_history([0, 3, 3, 10], ago=300)
        first = self.bill(100, 120, due_in=20)
        second = self.bill(50, 130, due_in=25)
        day = self.ago(110)
        before = self.replayed(day)
        self.assertTrue(before["expected"])
        self.assertFalse(any(before["came"]))
        self.transfer(first, 95)
        self.transfer(second, 40)
        self.pay_history([60, 90, 120], ago=105)  # later ones are very late
        self.bill(1000, 100)
        after = self.replayed(day)
        self.assertEqual(after["expected"], before["expected"])
        self.assertEqual(after["low"], before["low"])
        self.assertEqual(after["balance_expected"], before["balance_expected"])
        self.assertEqual(after["came"], [0, 0, 100, 100, 150][: len(after["came"])])

    def test_a_credit_that_is_matched_later_was_open_that_day(self):
        """Nor does it know by what a later matching says."""
        self.pay_history([0, 3], ago=300)
        invoice = self.bill(100, 120, due_in=20)
        payment = self.transfer(invoice, 115, amount=40)
        day = self.ago(117)
        self.assertEqual(max(self.replayed(day)["expected"]), 100)
        self.assertEqual(max(self.replayed(self.ago(110))["expected"]), 60)
        self.assertTrue(payment)

    def replayed(self, day):
        """Replay one day; return {field: values by horizon}."""
        run = self.Run._replay(self.company, day)
        self.Run._check(self.company, self.today)
        checks = run.check_ids.sorted("horizon")
        names = ("expected", "low", "came", "balance_expected")
        return {name: checks.mapped(name) for name in names} | {
            "came": [round(each.came, 2) for each in checks]
        }

    def test_came_counts_money_not_credit_notes(self):
        self.pay_history([0, 3], ago=300)
        invoice = self.bill(100, 120, due_in=20)
        refund = self.bill(30, 100, move_type="out_refund")
        (invoice | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.transfer(invoice, 95)
        run = self.Run._replay(self.company, self.ago(110))
        self.Run._check(self.company, self.today)
        thirty = run.check_ids.filtered(lambda each: each.horizon == 30)
        self.assertEqual((thirty.expected, thirty.came, thirty.missed), (100, 70, 30))
        self.assertAlmostEqual(thirty.error_rate, 30 / 70)

    def test_error_of_several_is_sum_over_sum(self):
        """Misses 10 and 20 on 100 and 50 that came: 30 / 150, as in the textbook.

        Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 5.8.
        """
        run = self.Run.create({"company_id": self.company.id, "day": self.ago(60)})
        checks = self.Run.check_ids.create(
            [
                {
                    "run_id": run.id,
                    "horizon": horizon,
                    "expected": expected,
                    "came": came,
                    "missed": abs(came - expected),
                    "checked": True,
                }
                for horizon, expected, came in ((7, 110, 100), (14, 30, 50))
            ]
        )
        [(rate,)] = checks._read_group(
            [("id", "in", checks.ids)], [], ["error_rate:avg"]
        )
        self.assertAlmostEqual(rate, 0.2)

    def test_last_nights_forecast_is_checked_once_it_is_over(self):
        run = self.Run.create({"company_id": self.company.id, "day": self.ago(8)})
        over, running = self.Run.check_ids.create(
            [
                {"run_id": run.id, "horizon": 7, "until": self.ago(1), "expected": 90},
                {"run_id": run.id, "horizon": 14, "until": self.ahead(6)},
            ]
        )
        self.transfer(self.bill(100, 20), 4)
        self.forecast()
        self.assertTrue(over.checked and not running.checked)
        self.assertEqual((over.came, over.missed), (100, 10))

    def test_wizard_replays_weeks(self):
        self.pay_history([0, 3], ago=100)
        wizard = Form(self.env["payment.forecast.replay"].with_company(self.company))
        wizard.date_from, wizard.date_to = self.ago(60), self.ago(30)
        self.assertEqual(wizard.count, 5)
        action = wizard.save().action_replay()
        runs = self.Run.search(
            [("company_id", "=", self.company.id), ("origin", "=", "replay")]
        )
        self.assertEqual(len(runs), 5)
        self.assertEqual(action["res_model"], "payment.forecast.check")
        wizard.date_from = self.ago(3000)
        with self.assertRaises(UserError):
            wizard.save().action_replay()

    def test_one_company_that_fails_stops_no_other(self):
        broken = self.env["res.company"].create({"name": "Broken"})
        compute, done = type(self.Run)._compute_company, []

        def failing(run, company):
            done.append(company)
            if company == broken:
                raise ValueError("broken")
            return compute(run, company)

        last = self.env["res.company"].create({"name": "Last"})
        with (
            patch.object(type(self.Run), "_compute_company", failing),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            ),
            self.assertLogs("odoo.addons.payment_analytics", "ERROR"),
        ):
            self.Run._cron_compute()
        self.assertIn(broken, done)
        self.assertTrue(self.Run.search([("company_id", "=", last.id)]))

    def test_rights(self):
        """Sellers see what their customers are to pay; no bills, no balance."""
        seller = new_test_user(
            self.env,
            "seller",
            groups="base.group_user,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.firm.user_id = seller
        mine = self.bill(100, 5, due_in=10)
        self.bill(100, 5, due_in=10, partner=self.other)
        self.bill(30, 5, due_in=20, move_type="in_invoice", ref="B1")
        self.forecast()
        found = self.Line.with_user(seller).search([])
        self.assertEqual(found.move_id, mine)
        for model in ("run", "check", "curve"):
            with self.assertRaises(AccessError):
                self.env[f"payment.forecast.{model}"].with_user(seller).search([])
        keeper = new_test_user(
            self.env,
            "keeper",
            groups="base.group_user,account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        action = self.Run.with_user(keeper).action_open_latest()
        self.assertEqual(self.Run.browse(action["res_id"]).day, self.today)
        with self.assertRaises(AccessError):
            self.Run.with_user(keeper).action_compute()
