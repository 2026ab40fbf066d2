"""Alerts: raised once, kept, closed by themselves, opened again, muted, and apart."""

from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.integrated_payments.gateway import types

from .common import AnalyticsCommon

NOW = datetime(2026, 3, 30, 12, 30, tzinfo=timezone.utc)


@contextmanager
def later(**delta):
    with freeze_time((NOW + timedelta(**delta)).replace(tzinfo=None)):
        yield


class AlertsCommon(AnalyticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.payment_alert_minimum = 5
        cls.Alert = cls.env["payment.alert"].sudo()
        frozen = freeze_time(NOW.replace(tzinfo=None))
        frozen.start()
        cls.addClassCleanup(frozen.stop)

    @classmethod
    def past(cls, days=30, per_day=4, failed_every=0, **values):
        """A quiet month before now, cheaply: payments without their charges' facts."""
        count = 0
        for day in range(1, days + 1):
            for number in range(per_day):
                count += 1
                failed = failed_every and count % failed_every == 0
                moment = NOW - timedelta(days=day, hours=number)
                cls.pay(
                    moment=moment,
                    state="error" if failed else "done",
                    attempts=[],
                    **values,
                )

    @classmethod
    def refused(cls, number=5, minutes=240, **values):
        for at in range(number):
            cls.pay(
                moment=NOW - timedelta(minutes=at * minutes + 20),
                state="error",
                attempts=[],
                **values,
            )

    def check(self, kind=None, company=None):
        """Run the check; return the alerts of a kind that are not solved."""
        company = company or self.company
        self.Alert._check(company)
        domain = [("company_id", "=", company.id), ("state", "!=", "solved")]
        if kind:
            domain.append(("kind", "=", kind))
        return self.Alert.search(domain)

    def asked(self, alert):
        return self.env["mail.activity"].search_count(
            [("res_model", "=", "payment.alert"), ("res_id", "in", alert.ids)]
        )


@tagged("post_install", "-at_install")
class TestAlerts(AlertsCommon):
    """A quiet month, then a day on which all is refused, and no more than usual."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.past()
        cls.refused()

    def test_raised_once_closed_and_opened_again(self):
        alert = self.check("success_rate")
        self.assertEqual(alert.state, "open")
        self.assertEqual(alert.user_id, self.company._payment_responsible())
        self.assertIn("5 failures", alert.reason)
        self.assertIn("100.0%", alert.reason)
        self.assertEqual(self.asked(alert), 1)
        with later(hours=1):
            self.assertEqual(self.check("success_rate"), alert)
        self.assertEqual((self.asked(alert), alert.times), (1, 1))
        with later(days=2):
            self.assertFalse(self.check("success_rate"))
        self.assertEqual((alert.state, self.asked(alert)), ("solved", 0))
        self.assertTrue(alert.solved_on)
        alert.found_on = fields.Datetime.now() - timedelta(days=9)
        self.assertEqual(self.check("success_rate"), alert)  # as if it came back
        self.assertEqual(alert.found_on, fields.Datetime.now())
        self.assertEqual((self.asked(alert), alert.times), (1, 2))

    def test_it_does_not_come_and_go(self):
        """Not seen for an hour or two, it stays; then it is quiet."""
        alert = self.check("success_rate")
        self.env["payment.transaction"].search([("state", "=", "error")]).state = "done"
        with later(hours=1):
            self.assertTrue(self.check("success_rate"))
        with later(hours=4):
            self.assertFalse(self.check("success_rate"))
        self.assertEqual(alert.state, "solved")

    def test_muted(self):
        alert = self.check("success_rate")
        alert.action_mute()
        self.assertEqual((alert.state, self.asked(alert)), ("muted", 0))
        with later(hours=1):
            self.check()
        self.assertEqual((alert.state, self.asked(alert)), ("muted", 0))
        with later(days=2):
            self.check()
        self.assertEqual(alert.state, "solved")
        with later(hours=2):
            self.check()  # back within the week
        self.assertEqual((alert.state, self.asked(alert)), ("muted", 0))
        alert.action_unmute()
        self.assertEqual((alert.state, self.asked(alert)), ("open", 1))

    def test_a_mute_ends(self):
        alert = self.check("success_rate")
        alert.action_mute()
        alert.muted_until = fields.Date.today() - timedelta(days=1)
        self.check()
        self.assertEqual((alert.state, self.asked(alert)), ("open", 1))

    def test_owner_of_the_settings(self):
        user = new_test_user(self.env, "watch", groups="account.group_account_user")
        self.company.payment_alert_user_id = user
        alert = self.check("success_rate")
        self.assertEqual(alert.user_id, user)
        self.assertEqual(alert.activity_ids.user_id, user)

    def test_test_payments_never_count(self):
        self.provider.write({"books_mode": "off", "post_test_payments": False})
        self.assertFalse(self.check())

    def test_companies_are_apart_and_off_is_off(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.check(company=other))
        alert = self.check("success_rate")
        self.company.payment_alert_sensitivity = "off"
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
        ):
            self.Alert._cron_check()
        self.assertEqual(alert.state, "solved")

    def test_no_company_is_left_out_when_the_time_is_over(self):
        """Started again, the job would begin with the first companies once more."""
        second = self.env["res.company"].create({"name": "ZZZ Last"})
        checked = []
        with (
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 0.0
            ),
            patch.object(
                type(self.Alert), "_check", lambda _model, each: checked.append(each)
            ),
        ):
            self.Alert._cron_check()
        self.assertIn(self.company, checked)
        self.assertIn(second, checked)

    def test_the_job_goes_on_after_an_error(self):
        check = type(self.Alert)._check

        def broken(model, company):
            if company != self.company:
                raise ValueError("broken")
            return check(model, company)

        self.env["res.company"].create({"name": "AAA Broken"})
        with (
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            ),
            patch.object(type(self.Alert), "_check", broken),
            self.assertLogs("odoo.addons.payment_analytics", "ERROR"),
        ):
            self.Alert._cron_check()
        self.assertTrue(
            self.Alert.search([("company_id", "=", self.company.id)], limit=1)
        )

    def test_rights(self):
        alert = self.check("success_rate")
        company = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        reader = new_test_user(
            self.env, "reader", groups="account.group_account_readonly", **company
        )
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman", **company
        )
        keeper = new_test_user(
            self.env, "keeper", groups="account.group_account_user", **company
        )
        self.assertTrue(alert.with_user(reader).reason)
        self.assertEqual(
            alert.with_user(reader).action_open_records()["res_model"], "payment.report"
        )
        with self.assertRaises(AccessError):
            alert.with_user(reader).action_mute()
        with self.assertRaises(AccessError):
            alert.with_user(seller).read(["kind"])
        alert.with_user(keeper).action_mute()
        self.assertEqual(alert.state, "muted")
        other = self.env["res.company"].create({"name": "Other"})
        foreigner = new_test_user(
            self.env,
            "foreigner",
            groups="account.group_account_user",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        with self.assertRaises(AccessError):
            alert.with_user(foreigner).read(["kind"])

    def test_the_records_behind(self):
        alert = self.check("success_rate")
        action = alert.action_open_records()
        rows = self.report.search(action["domain"])
        self.assertEqual(len(rows), 5)
        self.assertEqual(set(rows.mapped("state")), {"error"})

    def test_as_many_queries_for_many_payments(self):
        """One payment of history more or less changes no number of queries."""
        self.Alert._check(self.company)
        self.env.flush_all()
        counts = []
        for number in (0, 30):
            for at in range(number):
                self.pay(moment=NOW - timedelta(days=at + 2), attempts=["succeeded"])
            self.computed()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Alert._check(self.company)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(abs(counts[0] - counts[1]), 2)
        self.assertLess(counts[1], 60)


@tagged("post_install", "-at_install")
class TestAlertKinds(AlertsCommon):
    def test_quiet(self):
        self.past(20, 3, failed_every=10)
        self.assertFalse(self.check())

    def test_nothing_at_all(self):
        self.assertFalse(self.check())

    def test_refunds(self):
        self.past(30, 2)
        paid = self.pay(1000, NOW - timedelta(days=1), attempts=[])
        for number in range(9):
            self.refund(paid, 10 + number, NOW - timedelta(minutes=30 + number))
        alert = self.check("refunds")
        self.assertIn("9", alert.reason)
        rows = self.report.search(alert.action_open_records()["domain"])
        self.assertEqual(len(rows), 9)

    def test_a_flood_of_failures_is_told_once(self):
        """Card testing: many failing attempts raise one alert, not two."""
        self.past(20, 2)
        self.refused(40, minutes=2)
        found = self.check()
        self.assertEqual(found.mapped("kind"), ["failures"])
        self.assertIn("40 attempts failed", found.reason)
        self.assertTrue(found.chance_text)

    def test_disputes_near_visas_limit(self):
        self.company.write(
            {"payment_alert_incidents": 2, "country_id": self.env.ref("base.de").id}
        )
        charges = []
        for number in range(60):
            transaction = self.pay(attempts=[])
            charges += self.tried(
                transaction,
                ["succeeded"],
                NOW - timedelta(days=number % 20 + 1),
                brand="visa",
            ).values()
        self.assertFalse(self.check("disputes"))
        for number, charge in enumerate(charges[:2]):
            fact = types.Dispute(
                ref=f"dp_v{number}",
                status="needs_response",
                amount=1000,
                currency=self.currency.name,
                created=NOW - timedelta(days=2),
            )
            self.env["payment.dispute"].sudo()._store(self.provider, [fact], charge)
        alert = self.check("disputes")
        self.assertEqual(alert.about, "Visa")
        for words in ("2 fraud reports", "60 payments", "3.33%", "2.20%", "1500"):
            self.assertIn(words, alert.reason)
        action = alert.action_open_records()
        self.assertEqual(
            self.env[action["res_model"]].search_count(action["domain"]), 2
        )

    def test_a_discrepancy_asks_for_itself(self):
        discrepancy = (
            self.env["bank.discrepancy"]
            .sudo()
            .create(
                {
                    "reason": "missing_payout",
                    "subject": "payout:1",
                    "company_id": self.company.id,
                    "figures": {"reference": "po_1", "date": "2026-03-20"},
                    "amount": 100,
                    "currency_id": self.currency.id,
                }
            )
        )
        alert = self.check("payout")
        self.assertEqual(alert.discrepancy_id, discrepancy)
        self.assertEqual(alert.reason, discrepancy.explanation)
        self.assertEqual(self.asked(alert), 0)
        discrepancy.action_accept()
        self.assertFalse(self.check("payout"))
        self.assertEqual(alert.state, "solved")

    def test_webhook(self):
        values = []
        for hour in range(24, 24 * 50):
            moment = NOW - timedelta(hours=hour)
            if 8 <= moment.hour < 20:
                values.append(moment.replace(tzinfo=None))
        self.env["payment.event"].sudo().create(
            [
                {
                    "provider_id": self.provider.id,
                    "gateway_ref": f"evt_{number}",
                    "event_type": "charge.succeeded",
                    "received_at": moment,
                    "state": "done",
                }
                for number, moment in enumerate(values)
            ]
        )
        alert = self.check("webhook")
        self.assertIn("hours", alert.reason)
        self.assertEqual(alert.about, self.provider.name)
        self.hear("charge.succeeded", "ch_1")
        self.assertFalse(self.check("webhook"))
        self.assertEqual(self.asked(alert), 0)

    def test_fees_above_the_contract(self):
        self.env["payment.threshold"].create(
            {
                "name": "Contract",
                "limit": 0.02,
                "valid_from": "2026-01-01",
                "company_id": self.company.id,
                "provider_id": self.provider.id,
            }
        )
        for number in range(10):
            self.pay(100, NOW - timedelta(days=number + 1), fee=200, attempts=[])
        self.assertFalse(self.check("fees"))
        for number in range(10):
            self.pay(100, NOW - timedelta(days=number + 1), fee=300, attempts=[])
        alert = self.check("fees")
        self.assertIn("2.50%", alert.reason)
        self.assertIn("10.00 too much", alert.reason)
        self.assertFalse(alert.chance)

    def test_an_unusual_amount(self):
        for number in range(12):
            self.pay(40 + number, NOW - timedelta(days=10 + number), attempts=[])
        payment = self.pay(9000, NOW - timedelta(hours=1), attempts=[])
        alert = self.check("amount")
        self.assertEqual(alert.transaction_id, payment)
        self.assertEqual(alert.partner_id, self.partner.commercial_partner_id)
        self.assertIn("9,000.00", alert.reason)
        with later(days=3):
            self.assertEqual(self.check("amount"), alert)  # waits for a person
        alert.action_solve()
        self.assertFalse(self.check("amount"))  # the same payment is not asked again
        self.pay(12000, NOW - timedelta(minutes=10), attempts=[])
        self.assertEqual(self.check("amount"), alert)

    def test_who_pays_much_where_many_do_now_and_then_is_no_news(self):
        """Another customer once paid three hundred times the usual."""
        others = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        for number in range(12):
            for partner in (self.partner, *others):
                self.pay(
                    40 + number,
                    NOW - timedelta(days=50 + number),
                    attempts=[],
                    partner_id=partner.id,
                )
        self.pay(9000, NOW - timedelta(hours=1), attempts=[])
        before = self.pay(
            12000, NOW - timedelta(days=9), attempts=[], partner_id=others[0].id
        )
        self.assertFalse(self.check("amount"))
        before.amount = 60
        self.assertTrue(self.check("amount"))

    def test_refunds_in_batches_at_any_hour(self):
        """Ten refunds within an hour, as a week ago at another hour: no news."""
        self.past(30, 2)
        paid = self.pay(1000, NOW - timedelta(days=20), attempts=[])
        for ago in (timedelta(minutes=40), timedelta(days=7, hours=6)):
            for _number in range(10):
                self.refund(paid, 1, NOW - ago)
        self.assertFalse(self.check("refunds"))

    def test_failures_in_batches_at_any_hour(self):
        """Old cards are tried each week: that most of them fail is no news."""
        self.past(30, 6)
        for days, hours in ((0, 0), (7, 7), (14, 2)):
            moment = NOW - timedelta(days=days, hours=hours, minutes=40)
            for number in range(10):
                state = "done" if number < 3 else "error"
                self.pay(moment=moment, state=state, attempts=[])
        self.assertFalse(self.check())

    def charged(self, number, moment, **values):
        self.count += 1
        fact = types.Charge(
            ref=f"ch_x{self.count}_{number}",
            status="failed",
            amount=100,
            captured=0,
            currency=self.currency.name,
            created=moment,
            **values,
        )
        self.env["payment.charge"].sudo()._store(self.provider, [fact])

    def test_card_and_country(self):
        for number in range(120):
            self.charged(
                number, NOW - timedelta(days=number % 40 + 1), fingerprint=f"f{number}"
            )
            self.charged(number, NOW - timedelta(days=number % 40 + 1), country="DE")
        self.assertFalse(self.check())
        for number in range(15):
            type(self).count += 1
            self.charged(
                number, NOW - timedelta(hours=2), fingerprint="bad", country="NG"
            )
        found = self.check()
        self.assertEqual(
            set(found.mapped("kind")), {"velocity_card", "velocity_country"}
        )
        card = found.filtered(lambda each: each.kind == "velocity_card")
        self.assertIn("15 times", card.reason)
        action = card.action_open_records()
        self.assertEqual(self.env["payment.charge"].search_count(action["domain"]), 15)
        country = found - card
        self.assertIn("Nigeria", country.reason)
