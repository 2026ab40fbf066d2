"""The dashboard: what it names exists, and its figures are the payments'."""

import json
import re
from datetime import date

from odoo.tests import tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
    odoo_view_links,
)

from .common import AnalyticsCommon, at

FILES = "payment_analytics/data/files"


@tagged("post_install", "-at_install")
class TestDashboard(AnalyticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("payment_analytics.dashboard_payments")
        with file_open(f"{FILES}/payments_dashboard.json") as file:
            cls.content = json.load(file)
        cls.pivots = cls.content["pivots"]

    # === What it names === #

    def test_the_record_holds_the_file(self):
        self.assertEqual(json.loads(self.dashboard.spreadsheet_data), self.content)
        self.assertEqual(self.dashboard.main_data_model_ids.model, "payment.report")
        self.assertTrue(self.dashboard._get_sample_dashboard()["sheets"])

    def test_fields_and_models_exist(self):
        """As core's own check of its dashboards does."""
        found = fields_in_spreadsheet(self.content)
        self.assertEqual(set(found), {"payment.report"})
        for model, names in found.items():
            self.assertEqual(names - set(self.env[model]._fields), set())

    def test_menus_exist_and_open_the_report(self):
        menus = menus_xml_ids_in_spreadsheet(self.content)
        self.assertTrue(menus)
        for xml_id in menus:
            action = self.env.ref(xml_id).action
            self.assertEqual(action.res_model, "payment.report")
        figures = {each["id"] for each in self.content["sheets"][0]["figures"]}
        self.assertEqual(figures, set(self.content["chartOdooMenusReferences"]))

    def test_filters_find_their_fields(self):
        """Core does not check the chains of filters: each must lead to its type."""
        filters = {each["id"]: each for each in self.content["globalFilters"]}
        sources = list(self.pivots.values())
        charts = odoo_charts(self.content)
        models = [each["model"] for each in sources]
        models += [each["metaData"]["resModel"] for each in charts]
        for model, source in zip(models, sources + charts, strict=True):
            self.assertEqual(set(source["fieldMatching"]), set(filters))
            for key, match in source["fieldMatching"].items():
                with self.subTest(source.get("name") or source["title"], **match):
                    self._check_chain(model, match, filters[key])

    def _check_chain(self, model, match, chosen):
        *path, last = match["chain"].split(".")
        for name in path:
            model = self.env[model]._fields[name].comodel_name
        field = self.env[model]._fields[last]
        self.assertEqual(field.type, match["type"])
        if chosen["type"] == "relation":
            self.assertEqual(field.comodel_name, chosen["modelName"])
            reader = self.env.ref("base.group_user")
            self.assertTrue(self._readable(chosen["modelName"], reader))
        if chosen["type"] == "selection":
            options = self.env[chosen["resModel"]]._fields[chosen["selectionField"]]
            self.assertEqual(options.type, "selection")
        if chosen["type"] == "date":
            self.assertIn(match["offset"], (0, -1))

    def _readable(self, model, group):
        access = self.env["ir.model.access"].sudo()
        return access.search_count(
            [
                ("model_id.model", "=", model),
                ("perm_read", "=", True),
                ("group_id", "in", [False, *group.all_implied_ids.ids]),
            ],
            limit=1,
        )

    def test_measures_can_be_aggregated_as_they_ask(self):
        for pivot in self.pivots.values():
            fields = self.env[pivot["model"]]._fields
            for measure in pivot["measures"]:
                if "computedBy" in measure:
                    continue
                field = fields[measure["fieldName"]]
                self.assertEqual(measure["aggregator"], field.aggregator)
                self.assertEqual(
                    measure["id"], f"{measure['fieldName']}:{field.aggregator}"
                )

    def test_formulas_name_pivots_and_measures_that_exist(self):
        cells = [
            cell for sheet in self.content["sheets"] for cell in sheet["cells"].values()
        ]
        formulas = " ".join(cells) + json.dumps(self.pivots).replace('\\"', '"')
        values = re.findall(r'PIVOT\.VALUE\((\d+), ?"([^"]+)"\)', formulas)
        self.assertGreaterEqual(len(values), 16)
        for key, measure in values:
            ids = [each["id"] for each in self.pivots[key]["measures"]]
            self.assertIn(measure, ids)
        for key in re.findall(r"PIVOT\((\d+),", formulas):
            self.assertIn(key, self.pivots)

    def test_tiles_read_cells_that_are_filled(self):
        """In both files: a tile's and a chart's cells are there."""
        with file_open(f"{FILES}/payments_sample_dashboard.json") as file:
            sample = json.load(file)
        for content in (self.content, sample):
            dashboard, data = content["sheets"]
            for figure in dashboard["figures"]:
                chart = figure["data"]
                ranges = [chart.get("keyValue"), chart.get("baseline")]
                ranges += [chart.get("labelRange")]
                ranges += [each.get("dataRange") for each in chart.get("dataSets", [])]
                for cells in filter(None, ranges):
                    for cell in cells.removeprefix("Data!").split(":"):
                        self.assertIn(cell, data["cells"], chart["title"])

    def test_links_open(self):
        for link in odoo_view_links(self.content):
            context = link["action"]["context"]
            fields = self.env[link["action"]["modelName"]]._fields
            for name in context["group_by"] + context["pivot_measures"]:
                self.assertIn(name, fields)

    # === What it shows === #

    def figures(self, key, period):
        """Return a pivot's rows as its client reads them, for days in ``period``."""
        pivot = self.pivots[key]
        groups = [row["fieldName"] for row in pivot["rows"]]
        measures = [
            each["id"] for each in pivot["measures"] if "computedBy" not in each
        ]
        domain = [
            ("id", "not in", self.before),
            ("day", ">=", period[0]),
            ("day", "<=", period[1]),
            *pivot["domain"],
        ]
        return {
            tuple(row[name][0] for name in groups): {
                name: row[name] for name in measures
            }
            for row in self.report.formatted_read_group(domain, groups, measures)
        }

    def test_figures_are_those_of_the_payments(self):
        """Tiles now and before, methods and customers, against the raw records."""
        sepa = self.env.ref("payment.payment_method_sepa_direct_debit")
        other = self.env["res.partner"].sudo().create({"name": "Other"})
        first = self.pay(120, at(3), fee=400)
        self.pay(80, at(4), fee=100, payment_method_id=sepa.id, partner_id=other.id)
        self.pay(50, at(5), state="error", partner_id=other.id)
        self.refund(first, 30, at(14))
        self.pay(200, at(15), fee=600, attempts=["failed", "succeeded"])
        march = (
            (date(2026, 3, 1), date(2026, 3, 10)),
            (date(2026, 3, 11), date(2026, 3, 20)),
        )
        for key, period in (("2", march[0]), ("1", march[1])):
            [shown] = self.figures(key, period).values()
            for name, value in self._tiles_by_hand(*period).items():
                aggregator = self.report._fields[name].aggregator
                with self.subTest(name, period=period):
                    self.assertAlmostEqual(shown[f"{name}:{aggregator}"], value, 6)
        everything = (march[0][0], march[1][1])
        methods = self.figures("3", everything)
        self.assertAlmostEqual(methods[(self.pm_card.id,)]["gross:sum"], 320)
        self.assertAlmostEqual(
            methods[(self.pm_card.id,)]["effective_fee_rate:avg"], 10 / 320
        )
        self.assertAlmostEqual(methods[(self.pm_card.id,)]["success_rate:avg"], 2 / 3)
        self.assertAlmostEqual(methods[(sepa.id,)]["effective_fee_rate:avg"], 1 / 80)
        customers = self.figures("4", everything)
        self.assertEqual(
            {key[0]: row["gross:sum"] for key, row in customers.items()},
            {self.partner.id: 320, other.id: 80},
        )

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
        charts = odoo_charts(self.content)
        self.assertEqual(len(charts), 4)
        for chart in charts:
            domain = chart["searchParams"]["domain"]
            rows = self.report.formatted_read_group(
                [("id", "not in", self.before), *domain],
                chart["metaData"]["groupBy"],
                [f"{chart['metaData']['measure']}:sum"],
            )
            self.assertEqual(sum(row["gross:sum"] for row in rows), 100)

    def test_empty_until_there_is_a_payment(self):
        """Readers without a payment see the sample, as it says itself."""
        self.env["payment.provider"].sudo().search([]).write(
            {"books_mode": "off", "post_test_payments": False}
        )
        self.env["payment.transaction"].sudo().search([]).write({"is_live": False})
        self.assertTrue(self.dashboard._dashboard_is_empty())
        self.pay().is_live = True
        self.assertFalse(self.dashboard._dashboard_is_empty())
