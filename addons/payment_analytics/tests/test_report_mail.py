"""Figures by mail: once a period, under the reader's rights, failures shown."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import AnalyticsCommon, at


@tagged("post_install", "-at_install")
class TestReportMail(AnalyticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.member("reader", "account.group_account_readonly")
        cls.pay(100, at(9), fee=300)
        cls.pay(50, at(10))
        cls.pay(50, at(10), state="error")
        cls.pay(100, at(3))

    @classmethod
    def member(cls, login, group, **values):
        return new_test_user(
            cls.env,
            login,
            groups=group,
            email=f"{login}@example.com",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            **values,
        )

    def schedule(self, users=None, **values):
        return self.env["payment.report.mail"].create(
            {
                "name": "Payments of the week",
                "user_ids": [(6, 0, (users or self.reader).ids)],
                "company_id": self.company.id,
                **values,
            }
        )

    def run_job(self, moment):
        with (
            freeze_time(moment),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            ),
        ):
            self.env["payment.report.mail"]._cron_send()

    def mails(self, user=None):
        email = (user or self.reader).email
        return self.env["mail.mail"].sudo().search([("email_to", "ilike", email)])

    def test_once_a_week_with_what_changed(self):
        """9 to 15 March against the week before: 150.00 against 100.00."""
        schedule = self.schedule()
        self.run_job("2026-03-16 06:30:00")
        self.assertFalse(self.mails())
        self.run_job("2026-03-16 07:30:00")
        self.run_job("2026-03-16 08:30:00")
        self.run_job("2026-03-19 08:30:00")
        [mail] = self.mails()
        self.assertIn("Payments of the week", mail.subject)
        for words in ("150.00", "100.00", "▲ 50.0%", "66.67%", "▼ 33.33 points"):
            self.assertIn(words, mail.body_html)
        self.assertIn("/odoo/dashboards?dashboard_id=", mail.body_html)
        self.assertEqual(schedule.sent_ids.state, "sent")
        self.assertTrue(schedule.sent_on)
        self.run_job("2026-03-23 07:30:00")
        self.assertEqual(len(self.mails()), 2)

    def test_the_database_keeps_it_from_going_twice(self):
        schedule = self.schedule()
        self.run_job("2026-03-16 07:30:00")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                schedule.sent_ids.sudo().copy()

    def test_everyone_sees_what_they_may(self):
        """A salesperson gets the figures of own customers only."""
        seller = self.member("seller", "sales_team.group_sale_salesman")
        mine = self.env["res.partner"].create({"name": "Mine", "user_id": seller.id})
        self.pay(7, at(11), partner_id=mine.id)
        self.schedule(self.reader | seller)
        self.run_job("2026-03-16 07:30:00")
        self.assertIn("157.00", self.mails().body_html)
        self.assertNotIn("157.00", self.mails(seller).body_html)
        self.assertIn("7.00", self.mails(seller).body_html)

    def test_failures_are_shown_and_tried_again(self):
        clerk = self.member("clerk", "base.group_user")
        self.reader.email = False
        schedule = self.schedule(self.reader | clerk)
        with mute_logger("odoo.addons.payment_analytics"):
            self.run_job("2026-03-16 07:30:00")
        self.assertFalse(self.mails(clerk))
        self.assertIn("no e-mail address", schedule.problem)
        self.assertIn("clerk", schedule.problem)
        self.assertFalse(schedule.sent_on)
        self.reader.email = "reader@example.com"
        for hour in range(8, 12):
            self.run_job(f"2026-03-16 {hour:02}:30:00")
        self.assertEqual(len(self.mails()), 1)
        self.assertNotIn("no e-mail address", schedule.problem)
        failed = schedule.sent_ids.filtered(lambda each: each.user_id == clerk)
        self.assertEqual(failed.tries, 3)

    def test_who_left_the_company_gets_nothing(self):
        schedule = self.schedule()
        other = self.env["res.company"].create({"name": "Other"})
        self.reader.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.run_job("2026-03-16 07:30:00")
        self.assertFalse(self.mails())
        self.assertIn(self.company.name, schedule.problem)

    def test_send_now_and_preview(self):
        keeper = self.member("keeper", "account.group_account_user")
        schedule = self.schedule().with_user(keeper)
        with freeze_time("2026-03-18 12:00:00"):
            self.assertIn("150.00", schedule.preview)
            self.assertEqual(schedule.action_preview()["res_id"], schedule.id)
            note = schedule.action_send_now()["params"]
            self.assertEqual(note["type"], "success")
            again = schedule.action_send_now()["params"]["message"]
        self.assertIn("already", again)
        self.assertEqual(len(self.mails()), 1)

    def test_filters_targets_and_alerts(self):
        with freeze_time("2026-03-16 12:00:00"):
            self.env["payment.target"].create(
                {
                    "metric": "net",
                    "target_value": 100,
                    "date_from": "2026-03-01",
                    "company_id": self.company.id,
                }
            )
            alert = self.env["payment.alert"].sudo()
            alert = alert.create(
                {
                    "kind": "webhook",
                    "subject": "x",
                    "about": "Stripe",
                    "company_id": self.company.id,
                    "figures": {"hours": 9, "usual": 3},
                }
            )
        self.pay(999, at(9), channel="saved", operation="offline")
        self.schedule(channel="saved", frequency="daily")
        self.run_job("2026-03-10 07:30:00")
        body = self.mails().body_html
        self.assertIn("999.00", body)
        self.assertIn("Saved Method", body)
        self.assertIn(alert.reason, body)
        self.assertIn("/ $", body.replace("\N{NO-BREAK SPACE}", " "))

    def test_rights(self):
        schedule = self.schedule()
        with self.assertRaises(AccessError):
            schedule.with_user(self.reader).read(["name"])
        with self.assertRaises(AccessError):
            schedule.with_user(self.reader).action_send_now()

    def test_digest(self):
        """Of the week to 15 March: 150 paid, 3 of fees, two of three payments."""
        digest = self.env["digest.digest"].create(
            {
                "name": "Weekly",
                "company_id": self.company.id,
                "kpi_payment_gross": True,
                "kpi_payment_net": True,
                "kpi_payment_fees": True,
                "kpi_payment_success_rate": True,
                "kpi_payment_alerts": True,
            }
        )
        time = {
            "start_datetime": date(2026, 3, 8),
            "end_datetime": date(2026, 3, 15),
        }
        seen = digest.with_user(self.reader).with_context(**time)
        self.assertEqual(seen.kpi_payment_gross_value, 150)
        self.assertEqual(seen.kpi_payment_net_value, 147)
        self.assertEqual(seen.kpi_payment_fees_value, 3)
        self.assertAlmostEqual(seen.kpi_payment_success_rate_value, 66.67, 1)
        self.assertEqual(seen.kpi_payment_alerts_value, 0)
        clerk = self.member("clerk", "base.group_user")
        kpis = digest._compute_kpis(self.company, self.reader)
        self.assertEqual(len(kpis), 5)
        self.assertTrue(all(each["kpi_action"] for each in kpis))
        self.assertEqual(digest._compute_kpis(self.company, clerk), [])
