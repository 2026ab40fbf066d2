"""The dashboards Payments and Risk: their figures are the payments'.

What they name is checked with all boards, in test_boards.
"""

import json
from datetime import date

from odoo.tests import new_test_user, tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import odoo_charts

from .common import AnalyticsCommon, at

FILES = "payment_analytics/data/files"
MARCH = (
    (date(2026, 3, 1), date(2026, 3, 10)),
    (date(2026, 3, 11), date(2026, 3, 20)),
)


@tagged("post_install", "-at_install")
class TestDashboard(AnalyticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("payment_analytics.dashboard_payments")
        cls.contents, cls.pivots = {}, {}
        for board in ("payments", "risk"):
            with file_open(f"{FILES}/{board}_dashboard.json") as file:
                content = cls.contents[board] = json.load(file)
            for pivot in content["pivots"].values():
                cls.pivots[board, pivot["model"], pivot["name"]] = pivot

    def figures(self, board, name, period, model="payment.rollup"):
        """Return a pivot's rows as its client reads them, for days in ``period``."""
        pivot = self.pivots[board, model, name]
        self.computed()
        groups = [row["fieldName"] for row in pivot["rows"]]
        measures = [each["id"] for each in pivot["measures"]]
        chains = [
            match["chain"]
            for match in pivot["fieldMatching"].values()
            if match["type"] == "date"
        ]
        domain = list(pivot["domain"])
        for chain in chains:
            domain += [(chain, ">=", period[0]), (chain, "<=", period[1])]
        return {
            tuple(
                row[name][0] if isinstance(row[name], tuple) else row[name]
                for name in groups
            ): {name: row[name] for name in measures}
            for row in self.env[model].formatted_read_group(domain, groups, measures)
        }

    def test_figures_are_those_of_the_payments(self):
        """Tiles of two periods, methods and customers, against the raw records."""
        sepa = self.env.ref("payment.payment_method_sepa_direct_debit")
        other = self.env["res.partner"].sudo().create({"name": "Other"})
        first = self.pay(120, at(3), fee=400)
        self.pay(80, at(4), fee=100, payment_method_id=sepa.id, partner_id=other.id)
        self.pay(50, at(5), state="error", partner_id=other.id)
        self.refund(first, 30, at(14))
        self.pay(200, at(15), fee=600, attempts=["failed", "succeeded"])
        for period in MARCH:
            [shown] = self.figures("payments", "Tiles, now", period).values()
            for name, value in self._tiles_by_hand(*period).items():
                aggregator = self.report._fields[name].aggregator
                with self.subTest(name, period=period):
                    self.assertAlmostEqual(shown[f"{name}:{aggregator}"], value, 6)
        everything = (MARCH[0][0], MARCH[1][1])
        methods = self.figures("payments", "Methods", everything)
        card = methods[(self.pm_card.id,)]
        self.assertAlmostEqual(card["gross:sum"], 320)
        self.assertAlmostEqual(card["effective_fee_rate:avg"], 10 / 320)
        self.assertAlmostEqual(card["success_rate:avg"], 2 / 3)
        self.assertAlmostEqual(methods[(sepa.id,)]["effective_fee_rate:avg"], 1 / 80)
        customers = self.figures(
            "payments", "Top Customers", everything, "payment.customer.report"
        )
        self.assertEqual(
            {key[0]: row["gross:sum"] for key, row in customers.items()},
            {self.partner.id: 320, other.id: 80},
        )

    def test_the_year_before(self):
        """The same days of 2025 are asked for by the days of 2026."""
        self.pay(70, at(3).replace(year=2025))
        self.pay(50, at(12).replace(year=2025))
        self.pay(10, at(3))
        [shown] = self.figures("payments", "Tiles, year", MARCH[0]).values()
        self.assertEqual(shown["gross:sum"], 70)

    def test_risk(self):
        """Failures, a dispute on its own day, Visa's ratio beside the month's limit."""
        visa = self.env.ref("payment.payment_method_visa")
        for _each in range(3):
            self.pay(10, at(2), payment_method_id=visa.id)
        paid = self.pay(100, at(2), payment_method_id=visa.id)
        self.disputed(paid)
        self.pay(30, at(12), state="error", attempts=["failed", "failed"])
        [shown] = self.figures("risk", "Tiles, now", MARCH[1]).values()
        self.assertEqual(shown["failed_attempts:sum"], 2)
        self.assertEqual(shown["dispute_activity:sum"], 1)
        [month] = self.env["payment.network.report"].search(
            [("month", "=", "2026-03-01"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual((month.card_disputes, month.card_not_present), (1, 4))
        self.assertEqual(month.vamp_ratio, 0.25)
        self.assertEqual(month.light, "below")  # fewer cases than it looks at
        limit = self.env["payment.threshold"]._in_force(
            self.company,
            "disputes",
            date(2026, 3, 31),
            network="visa",
            level="merchant",
        )
        self.assertEqual(month.allowed, limit.limit)
        limit.min_cases = 1
        self.env.flush_all()
        month.invalidate_recordset()
        self.assertEqual(month.light, "above")
        failing = self.figures(
            "risk",
            "Customers Whose Attempts Fail",
            MARCH[1],
            "payment.customer.report",
        )
        self.assertEqual(failing[(self.partner.id,)]["failed_attempts:sum"], 2)

    def test_only_the_first_customers_are_asked_for(self):
        """Two of three rows, the most first, and the total of all."""
        partners = self.env["res.partner"].sudo()
        for name, amount in (("A", 10), ("B", 30), ("C", 20)):
            self.pay(amount, at(3), partner_id=partners.create({"name": name}).id)
        self.computed()
        report = self.env["payment.customer.report"].with_context(payment_top=2)
        total, rows = report.formatted_read_grouping_sets(
            [("day", "=", at(3).date())],
            [[], ["partner_id"]],
            ["gross:sum", "__count"],
        )
        self.assertEqual(total[0]["gross:sum"], 60)
        self.assertEqual(sorted(row["gross:sum"] for row in rows), [20, 30])
        pivot = self.pivots["payments", report._name, "Top Customers"]
        self.assertEqual(pivot["context"], {"payment_top": 10})

    def test_the_first_customers_figures_are_of_all_their_rows(self):
        """Ranked by disputes alone; what they paid on other days counts as well."""
        partners = self.env["res.partner"].sudo()
        quiet, loud, reported = (
            partners.create({"name": name}).id for name in ("A", "B", "C")
        )
        self.pay(500, at(3), partner_id=quiet)
        self.pay(70, at(4), partner_id=loud)
        self.disputed(self.pay(30, at(5), partner_id=loud))
        paid = self.pay(20, at(5), partner_id=reported)
        self.refund(paid, 20, at(6))
        self.report_fraud(paid, at(6))
        shown = self.top("risk", "Customers Who Dispute", (MARCH[0][0], at(31).date()))
        self.assertEqual(set(shown), {loud, reported})
        self.assertEqual(shown[loud]["gross:sum"], 100)
        self.assertEqual(shown[loud]["dispute_activity:sum"], 1)
        self.assertEqual(shown[reported]["refunded:sum"], 20)
        top = self.top("payments", "Top Customers", MARCH[0])
        self.assertEqual(top[reported]["net:sum"], 0)

    def test_customers_and_the_rollup_have_the_same_rules(self):
        """The total of the first customers' table is read from the rollup."""

        def rules(model):
            found = self.env["ir.rule"].search([("model_id.model", "=", model)])
            return sorted((each.domain_force, each.groups.ids) for each in found)

        self.assertEqual(rules("payment.customer.report"), rules("payment.rollup"))
        seller = new_test_user(
            self.env,
            "seller",
            groups="sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        mine = (
            self.env["res.partner"].sudo().create({"name": "M", "user_id": seller.id})
        )
        self.pay(7, at(3), partner_id=mine.id)
        self.pay(100, at(3))
        self.computed()
        report = self.env["payment.customer.report"].with_user(seller)
        total, [row] = report.with_context(payment_top=5).formatted_read_grouping_sets(
            [("day", "=", at(3).date())], [[], ["partner_id"]], ["gross:sum"]
        )
        self.assertEqual((total[0]["gross:sum"], row["gross:sum"]), (7, 7))

    def top(self, board, name, period):
        """Return {customer: figures} of a table of the first customers."""
        pivot = self.pivots[board, "payment.customer.report", name]
        self.computed()
        measures = [each["id"] for each in pivot["measures"]]
        report = self.env[pivot["model"]].with_context(**pivot["context"])
        _total, rows = report.formatted_read_grouping_sets(
            [
                *pivot["domain"],
                ("day", ">=", period[0]),
                ("day", "<=", period[1]),
            ],
            [[], ["partner_id"]],
            measures,
        )
        return {row["partner_id"][0]: row for row in rows}

    def test_behind_a_row_are_its_payments(self):
        """From a reason of failed attempts to the payments that were refused."""
        refused = self.pay(30, at(12), state="error")
        self.pay(40, at(12))
        self.computed()
        row = self.env["payment.decline.report"].search([("day", "=", at(12).date())])
        action = row.action_open_payments()
        self.assertEqual(action["res_model"], "payment.report")
        found = self.env["payment.report"].search(action["domain"])
        self.assertEqual(found.ids, refused.ids)

    def _tiles_by_hand(self, first, last):
        """Return the tiles' figures from the payments' own records."""
        payments = (
            self.env["payment.transaction"]
            .search([("id", "not in", self.before)])
            .filtered(
                lambda each: (
                    first <= (each.paid_at or each.last_state_change).date() <= last
                )
            )
        )
        refunds = payments.filtered(lambda each: each.operation == "refund")
        done = (payments - refunds).filtered(lambda each: each.state == "done")
        failed = payments.filtered(lambda each: each.state == "error")
        gross = sum(done.mapped("amount"))
        fees = sum(payments.balance_transaction_ids.mapped("fee_minor")) / 100
        refunded = -sum(refunds.mapped("amount"))
        return {
            "gross": gross,
            "net": gross - fees - refunded,
            "successful_payments": len(done),
            "average_ticket": gross / len(done),
            "success_rate": len(done) / len(done | failed),
            "fees": fees,
            "effective_fee_rate": fees / gross,
            "refunded": refunded,
        }

    def test_charts_add_up_to_the_tile(self):
        """The bars by day and channel, and each pie, sum up to the volume."""
        self.pay(70, at(3))
        self.pay(30, at(4), operation="online_token")
        self.computed()
        march = [("day", ">=", MARCH[0][0]), ("day", "<=", MARCH[0][1])]
        volumes = [
            chart
            for chart in odoo_charts(self.contents["payments"])
            if chart["metaData"]["measure"] == "gross"
        ]
        self.assertEqual(len(volumes), 3)
        for chart in volumes:
            rows = self.env["payment.rollup"].formatted_read_group(
                march + chart["searchParams"]["domain"],
                chart["metaData"]["groupBy"],
                ["gross:sum"],
            )
            self.assertEqual(sum(row["gross:sum"] for row in rows), 100)

    def test_empty_until_there_is_a_payment(self):
        """Readers without a payment see the sample, as it says itself."""
        self.env["payment.provider"].sudo().search([]).write(
            {"books_mode": "off", "post_test_payments": False}
        )
        self.env["payment.transaction"].sudo().search([]).write({"is_live": False})
        self.computed()
        self.assertTrue(self.dashboard._dashboard_is_empty())
        self.pay().is_live = True
        self.computed()
        self.assertFalse(self.dashboard._dashboard_is_empty())
