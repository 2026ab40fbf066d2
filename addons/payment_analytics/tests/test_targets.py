"""Limits that hold by date, and targets with where they stand."""

from datetime import date

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import AnalyticsCommon, at


@tagged("post_install", "-at_install")
class TestThresholds(AnalyticsCommon):
    def limit_on(self, day, **asked):
        asked = {"network": "visa", "level": "merchant"} | asked
        found = self.env["payment.threshold"]._in_force(
            self.company, "disputes", day, **asked
        )
        return round(found.limit, 6)

    def test_visas_programme_by_date(self):
        self.company.country_id = self.env.ref("base.de")
        self.assertEqual(self.limit_on(date(2026, 3, 31)), 0.022)
        self.assertEqual(self.limit_on(date(2026, 4, 1)), 0.015)
        self.company.country_id = self.env.ref("base.ae")
        self.assertEqual(self.limit_on(date(2026, 4, 1)), 0.022)
        self.assertEqual(self.limit_on(date(2026, 4, 1), network="mastercard"), 0.015)

    def fee(self, **values):
        return self.env["payment.threshold"].create(
            {
                "name": "Contract",
                "kind": "fees",
                "limit": 0.02,
                "valid_from": "2026-01-01",
                "company_id": self.company.id,
                **values,
            }
        )

    def test_the_contract_of_a_method_before_the_providers(self):
        of_all = self.fee()
        of_cards = self.fee(method_id=self.pm_card.id, limit=0.015)
        find = self.env["payment.threshold"]._in_force
        day = date(2026, 5, 1)
        by_card = find(self.company, "fees", day, method=self.pm_card.id)
        self.assertEqual(by_card, of_cards)
        self.assertEqual(find(self.company, "fees", day, method=-1), of_all)
        self.assertFalse(find(self.company, "fees", date(2025, 5, 1)))

    def test_no_two_limits_of_the_same_thing_at_once(self):
        first = self.fee()
        first.valid_to = "2026-06-30"
        self.fee(valid_from="2026-07-01")
        self.fee(provider_id=self.provider.id)
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation):
            with self.env.cr.savepoint():
                self.fee(valid_from="2026-06-30", valid_to="2026-06-30")

    def test_disputes_need_a_network(self):
        with self.assertRaises(ValidationError):
            self.fee(kind="disputes")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-16 12:00:00")
class TestTargets(AnalyticsCommon):
    def target(self, metric="gross_volume", value=1000.0, **values):
        return self.env["payment.target"].create(
            {
                "metric": metric,
                "target_value": value,
                "date_from": "2026-03-10",
                "company_id": self.company.id,
                **values,
            }
        )

    def test_halfway_through_march(self):
        """15 of 31 days: 483.87 of 1,000 are due, 400 came."""
        for amount in (150, 250):
            self.pay(amount)
        target = self.target()
        self.assertEqual(str(target.date_from), "2026-03-01")
        self.assertEqual(str(target.date_to), "2026-03-31")
        self.assertAlmostEqual(target.expected, 1000 * 15 / 31, 3)
        self.assertEqual((target.actual, target.light), (400, "red"))
        self.pay(50)
        self.env["payment.target"]._cron_update()
        self.assertEqual((target.actual, target.light), (450, "amber"))
        self.assertIn("450.00", target.actual_text)
        self.assertEqual(target.direction, "more")

    def test_rates_need_enough_payments(self):
        for _number in range(4):
            self.pay()
        target = self.target("success_rate", 0.9)
        self.assertEqual((target.actual, target.light), (1, False))
        self.company.payment_alert_minimum = 4
        target.action_update()
        self.assertEqual(target.light, "green")
        self.pay(state="error")
        target.action_update()
        self.assertEqual((target.actual, target.light), (0.8, "red"))
        self.assertEqual(target.actual_text, "80.00%")

    def test_less_is_better(self):
        self.company.payment_alert_minimum = 1
        self.refund(self.pay(100), 30, at(10))
        target = self.target("refund_rate", 0.1)
        self.assertEqual((target.direction, target.light), ("less", "red"))

    def test_part_of_the_payments(self):
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman"
        )
        customer = self.env["res.partner"].create(
            {"name": "Mine", "user_id": seller.id}
        )
        self.pay(100, partner_id=customer.id)
        self.pay(300, operation="offline", channel="saved")
        self.pay(10, provider_id=self.provider.copy({"company_id": self.company.id}).id)
        self.assertEqual(self.target(user_id=seller.id).actual, 100)
        self.assertEqual(self.target(channel="saved").actual, 300)
        self.assertEqual(self.target(provider_id=self.provider.id).actual, 400)
        self.assertEqual(self.target().cases, self.total("payments"))

    def test_test_payments_never_count(self):
        self.pay(100)
        self.provider.write({"books_mode": "off", "post_test_payments": False})
        self.assertEqual(self.target().actual, 0)

    def test_figures_of_many_targets_are_read_together(self):
        self.pay()
        targets = self.target()
        targets |= self.target("net", 100) | self.target("average_ticket", 100)
        with self.assertQueryCount(6):
            targets.with_context(tracking_disable=True)._update()
            self.env.flush_all()

    def test_renewed_once(self):
        target = self.target()
        with freeze_time("2026-04-02 12:00:00"):
            self.env["payment.target"]._cron_update()
            self.env["payment.target"]._cron_update()
            both = self.env["payment.target"].search(
                [("company_id", "=", self.company.id)]
            )
        self.assertEqual(
            [str(day) for day in both.mapped("date_from")], ["2026-04-01", "2026-03-01"]
        )
        self.assertEqual(both.mapped("renew"), [True, False])
        self.assertFalse(target.renew)

    def test_a_period_is_over_by_the_companys_clock(self):
        target = self.target()
        for zone, moment, over in (
            ("America/Los_Angeles", "2026-04-01 03:00:00", False),
            ("Pacific/Auckland", "2026-03-31 12:00:00", True),
        ):
            self.company.partner_id.tz = zone
            with freeze_time(moment):
                self.env["payment.target"]._cron_update()
            self.assertEqual(target.renew, not over, zone)

    def test_two_periods_over_are_renewed_as_one(self):
        """February and March were both left to be renewed: March's goal is April's."""
        self.target(value=1000, date_from="2026-02-10")
        self.target(value=2000)
        with freeze_time("2026-04-02 12:00:00"):
            self.env["payment.target"]._cron_update()
            april = self.env["payment.target"].search(
                [
                    ("company_id", "=", self.company.id),
                    ("date_from", "=", "2026-04-01"),
                ]
            )
        self.assertEqual(april.target_value, 2000)

    def test_salespeople_see_their_own(self):
        seller = new_test_user(
            self.env,
            "seller",
            groups="base.group_user,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        own = self.target(user_id=seller.id)
        other = self.target()
        visible = self.env["payment.target"].with_user(seller).search([])
        self.assertEqual(visible & (own | other), own)
        with self.assertRaises(AccessError):
            own.with_user(seller).target_value = 1
        self.assertTrue(own.with_user(seller).display_name)
