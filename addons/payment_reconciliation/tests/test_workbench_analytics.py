"""The workbench and analytic accounting: chosen, proposed by Odoo, posted, undone."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_workbench import EVERY, WorkbenchCommon


@tagged("post_install", "-at_install")
class TestWorkbenchAnalytics(WorkbenchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("analytic.group_analytic_accounting")
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Sites"})
        cls.hamburg, cls.bremen = cls.env["account.analytic.account"].create(
            [
                {"name": name, "plan_id": cls.plan.id, "company_id": cls.company.id}
                for name in ("Hamburg", "Bremen")
            ]
        )

    def write_off(self, **values):
        return {"kind": "account", "id": self.fees.id, **values}

    def shares(self, **percentages):
        """Return a distribution as the widget sends it."""
        return {
            str(getattr(self, name).id): share for name, share in percentages.items()
        }

    def analytic_amounts(self, line):
        """Return {name of the analytic account: amount}."""
        column = self.plan._column_name()
        return {
            each[column].name: each.amount
            for each in line.move_id.line_ids.analytic_line_ids
        }

    def test_chosen_previewed_posted_and_undone(self):
        line = self.say_bank("fees", -100.0)
        part = self.write_off(analytic=self.shares(hamburg=60.0, bremen=40.0))
        preview = line.workbench_preview([part])
        self.assertFalse(preview["problem"])
        self.assertEqual(
            [row["analytic"] for row in preview["rows"]],
            ["", "60% Hamburg, 40% Bremen"],
        )
        line.workbench_post(preview["parts"], EVERY)
        self.assertEqual(
            self.analytic_amounts(line), {"Hamburg": -60.0, "Bremen": -40.0}
        )
        shown = [row["analytic"] for row in line.workbench_open()["entry"]]
        self.assertIn("60% Hamburg, 40% Bremen", shown)
        found = line.move_id.line_ids.analytic_line_ids
        line.workbench_undo(EVERY, True)
        self.assertUntouched(line)
        self.assertFalse(found.exists())
        # What had been put together is posted again as it was.
        line.workbench_post(preview["parts"], EVERY)
        self.assertEqual(
            self.analytic_amounts(line), {"Hamburg": -60.0, "Bremen": -40.0}
        )

    def test_the_tax_is_distributed_if_it_is_a_cost(self):
        self.vat.analytic = True
        line = self.say_bank("fees", -121.0)
        part = self.write_off(taxes=self.vat.ids, analytic=self.shares(hamburg=100.0))
        line.workbench_post([part], EVERY)
        items = line.move_id.line_ids.filtered("analytic_distribution")
        self.assertEqual(sorted(items.mapped("balance")), [21.0, 100.0])

    def test_what_odoo_proposes(self):
        """A distribution model applies as on any entry, until a person says other."""
        self.env["account.analytic.distribution.model"].create(
            {
                "account_prefix": self.fees.code[:3],
                "company_id": self.company.id,
                "analytic_distribution": self.shares(bremen=100.0),
            }
        )
        line = self.say_bank("fees", -100.0)
        found = line.workbench_distribution(self.fees.id)
        self.assertEqual(found["distribution"], self.shares(bremen=100.0))
        other = self.company_data["default_account_revenue"]
        self.assertEqual(line.workbench_distribution(other.id)["distribution"], {})
        rows = line.workbench_preview([self.write_off()])["rows"]
        self.assertEqual(rows[-1]["analytic"], "Bremen")
        rows = line.workbench_preview([self.write_off(analytic={})])["rows"]
        self.assertEqual(rows[-1]["analytic"], "")
        line.workbench_post([self.write_off()], EVERY)
        self.assertEqual(self.analytic_amounts(line), {"Bremen": -100.0})

    def test_of_a_reconciliation_model(self):
        self.env["account.reconcile.model"].create(
            {
                "name": "Fees",
                "company_id": self.company.id,
                "match_label": "contains",
                "match_label_param": "monthly fee",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.fees.id,
                            "analytic_distribution": self.shares(hamburg=100.0),
                        }
                    )
                ],
            }
        )
        line = self.say_bank("monthly fee", -100.0)
        line._match("button", post=False)
        [match] = line.workbench_open()["matches"]
        self.assertEqual(match["rows"][-1]["analytic"], "Hamburg")
        line.workbench_accept(match["id"], EVERY)
        self.assertEqual(self.analytic_amounts(line), {"Hamburg": -100.0})

    def test_a_mandatory_plan(self):
        self.plan.default_applicability = "mandatory"
        line = self.say_bank("fees", -100.0)
        for wrong in ({}, self.shares(hamburg=60.0)):
            preview = line.workbench_preview([self.write_off(analytic=wrong)])
            self.assertIn("100% analytic distribution", preview["problem"])
            with self.assertRaisesRegex(UserError, "100% analytic distribution"):
                line.workbench_post([self.write_off(analytic=wrong)], EVERY)
        self.assertUntouched(line)
        part = self.write_off(analytic=self.shares(hamburg=60.0, bremen=40.0))
        line.workbench_post([part], EVERY)
        self.assertTrue(line.is_reconciled)

    def test_an_account_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["account.analytic.account"].create(
            {"name": "Theirs", "plan_id": self.plan.id, "company_id": company.id}
        )
        line = self.say_bank("fees", -100.0)
        part = self.write_off(analytic={str(foreign.id): 100.0})
        self.assertIn("another company", line.workbench_preview([part])["problem"])

    def test_without_analytic_accounting_nothing_of_it_is_shown(self):
        user = self.make_user("plain", "integrated_payments.group_payment_manager")
        Line = self.env["account.bank.statement.line"].with_user(user)
        self.assertFalse(Line.workbench_lines([])["has_analytics"])
        self.plan.default_applicability = "mandatory"
        line = self.say_bank("fees", -100.0).with_user(user)
        part = self.write_off(analytic=self.shares(hamburg=100.0))
        rows = line.workbench_preview([part])["rows"]
        self.assertEqual({row["analytic"] for row in rows}, {""})
        line.workbench_post([part], EVERY)
        self.assertFalse(self.analytic_amounts(line.sudo()))

    def test_who_may_make_contacts(self):
        Line = self.env["account.bank.statement.line"]
        user = self.make_user("clerk", "integrated_payments.group_payment_manager")
        self.assertFalse(Line.with_user(user).workbench_lines([])["may_create_partner"])
        user.group_ids += self.env.ref("base.group_partner_manager")
        self.assertTrue(Line.with_user(user).workbench_lines([])["may_create_partner"])
