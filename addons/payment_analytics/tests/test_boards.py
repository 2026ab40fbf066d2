"""Every board: what it names exists, in the file with figures and in the sample."""

import json
import re

from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
    odoo_view_links,
)

from ..dashboard.boards import BOARDS

FILES = "payment_analytics/data/files"


@tagged("post_install", "-at_install")
class TestBoards(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boards, cls.samples = {}, {}
        for board in BOARDS:
            for name, found in (("", cls.boards), ("sample_", cls.samples)):
                path = f"{FILES}/{board.name}_{name}dashboard.json"
                with file_open(path) as file:
                    found[board.name] = json.load(file)

    def each(self):
        """Yield every board's name and content, each in a subtest of its own."""
        for name, content in self.boards.items():
            with self.subTest(board=name):
                yield name, content

    def sources(self, content):
        """Return (title, model, field matching) of all that reads a model."""
        found = [
            (each["name"], each["model"], each["fieldMatching"])
            for each in content["pivots"].values()
        ]
        return found + [
            (each["title"]["text"], each["metaData"]["resModel"], each["fieldMatching"])
            for each in odoo_charts(content)
        ]

    def test_records_hold_their_files(self):
        for name, content in self.each():
            record = self.env.ref(f"payment_analytics.dashboard_{name}")
            self.assertEqual(json.loads(record.spreadsheet_data), content)
            self.assertTrue(record._get_sample_dashboard()["sheets"])
            self.assertTrue(record.is_payment_board)
            self.assertTrue(record.main_data_model_ids)

    def test_fields_and_models_exist(self):
        for _name, content in self.each():
            for model, names in fields_in_spreadsheet(content).items():
                known = set(self.env[model]._fields) | {"__count"}
                self.assertEqual(names - known, set(), model)

    def test_menus_exist_and_open_what_the_figure_reads(self):
        for name, content in self.each():
            self.assertTrue(menus_xml_ids_in_spreadsheet(content))
            figures = {each["id"] for each in content["sheets"][0]["figures"]}
            self.assertEqual(figures, set(content["chartOdooMenusReferences"]))
            [board] = [each for each in BOARDS if each.name == name]
            for figure in (*board.tiles, *board.charts):
                action = self.env.ref(figure.source.menu).action
                reads = figure.source.records or figure.source.model
                self.assertEqual(action.res_model, reads)
                self.assertIn("list", action.view_mode)

    def test_filters_find_their_fields(self):
        """Core does not check the chains of filters: each must lead to its type."""
        for _name, content in self.each():
            filters = {each["id"]: each for each in content["globalFilters"]}
            used = set()
            for title, model, matching in self.sources(content):
                self.assertTrue(matching, title)
                used |= set(matching)
                for key, match in matching.items():
                    with self.subTest(title, **match):
                        self._check_chain(model, match, filters[key])
            self.assertEqual(used, set(filters))

    def _check_chain(self, model, match, chosen):
        field = self.env[model]._fields[match["chain"]]
        self.assertEqual(field.type, match["type"])
        if chosen["type"] == "relation":
            self.assertEqual(field.comodel_name, chosen["modelName"])
        if chosen["type"] == "selection":
            options = self.env[chosen["resModel"]]._fields[chosen["selectionField"]]
            self.assertEqual(options.type, "selection")
        if chosen["type"] == "date":
            self.assertIn(match["offset"], (0, -1))

    def test_measures_can_be_aggregated_as_they_ask(self):
        for _name, content in self.each():
            for pivot in content["pivots"].values():
                fields = self.env[pivot["model"]]._fields
                for measure in pivot["measures"]:
                    if measure["fieldName"] == "__count":
                        continue
                    field = fields[measure["fieldName"]]
                    with self.subTest(pivot["model"], measure=measure["id"]):
                        self.assertEqual(measure["aggregator"], field.aggregator)

    def test_formulas_name_pivots_and_measures_that_exist(self):
        for _name, content in self.each():
            cells = " ".join(
                cell for sheet in content["sheets"] for cell in sheet["cells"].values()
            )
            values = re.findall(r'PIVOT\.VALUE\((\d+), ?"([^"]+)"', cells)
            self.assertTrue(values)
            for key, measure in values:
                ids = [each["id"] for each in content["pivots"][key]["measures"]]
                self.assertIn(measure, ids)
            used = {key for key, _measure in values}
            used |= set(re.findall(r"PIVOT\((\d+),", cells))
            self.assertEqual(used, set(content["pivots"]))

    def test_pivots_and_charts_can_be_read(self):
        """As the client asks, with the rights of each group that has the board."""
        for name, content in self.each():
            board = self.env.ref(f"payment_analytics.dashboard_{name}")
            for group in board.group_ids:
                xml_id = group.get_external_id()[group.id]
                user = new_test_user(self.env, f"{name}.{group.id}", xml_id)
                with self.subTest(group=xml_id):
                    self._read_all(content, self.env(user=user))

    def _read_all(self, content, env):
        for pivot in content["pivots"].values():
            groups = [_group(each) for each in pivot["rows"] + pivot["columns"]]
            specs = [each["id"] for each in pivot["measures"]]
            self._read(env[pivot["model"]], pivot["domain"], groups, specs)
        for chart in odoo_charts(content):
            asked = chart["metaData"]
            model, measure = env[asked["resModel"]], asked["measure"]
            if measure != "__count":
                measure += f":{model._fields[measure].aggregator}"
            domain = chart["searchParams"]["domain"]
            self._read(model, domain, asked["groupBy"], [measure])

    def _read(self, model, domain, groups, specs):
        """There is one total with every figure; rows are by what was asked for."""
        [total] = model.formatted_read_group(domain, [], specs)
        self.assertLessEqual(set(specs), set(total))
        for row in model.formatted_read_group(domain, groups, specs):
            self.assertLessEqual({*groups, *specs}, set(row))

    def test_tiles_and_sample_charts_read_cells_that_are_filled(self):
        for name in self.boards:
            for content in (self.boards[name], self.samples[name]):
                dashboard, data = content["sheets"]
                for figure in dashboard["figures"]:
                    chart = figure["data"]
                    ranges = [chart.get("keyValue"), chart.get("baseline")]
                    ranges += [chart.get("labelRange")]
                    ranges += [
                        each.get("dataRange") for each in chart.get("dataSets", [])
                    ]
                    for cells in filter(None, ranges):
                        for cell in cells.removeprefix("Data!").split(":"):
                            self.assertIn(cell, data["cells"], chart["title"])

    def test_links_open(self):
        for _name, content in self.each():
            for link in odoo_view_links(content):
                context = link["action"]["context"]
                fields = self.env[link["action"]["modelName"]]._fields
                for name in context["group_by"] + context["pivot_measures"]:
                    self.assertIn(name.partition(":")[0], {*fields, "__count"})

    def test_figures_lie_side_by_side(self):
        """No tile or chart covers another, or the tables below."""
        for _name, content in self.each():
            sheet = content["sheets"][0]
            boxes = [
                (*each["offset"].values(), each["width"], each["height"])
                for each in sheet["figures"]
            ]
            for index, (x, y, width, height) in enumerate(boxes):
                self.assertLessEqual(x + width, 1000)
                for left, top, wide, high in boxes[:index]:
                    apart = (
                        x >= left + wide
                        or left >= x + width
                        or y >= top + high
                        or top >= y + height
                    )
                    self.assertTrue(apart)


def _group(dimension):
    if "granularity" in dimension:
        return f"{dimension['fieldName']}:{dimension['granularity']}"
    return dimension["fieldName"]
