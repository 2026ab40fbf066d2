"""The board Operations: its figures are those of bank lines, events and effects."""

from datetime import date, datetime, timedelta
from statistics import median

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.payment_reconciliation.tests.common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestOperationsFigures(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["payment.operations.report"]
        cls.company.payment_minutes_by_hand = 6
        cls.company.partner_id.tz = "UTC"

    def figures(self, *specs, domain=()):
        """Return the aggregates over the house bank's lines, as pivots ask for them."""
        self.env.flush_all()
        [found] = self.report._read_group(
            [("journal_id", "=", self.bank.id), *domain], [], specs
        )
        return found

    def book(self, line):
        """Book a line by hand on an expense account, without a match."""
        _liquidity, suspense, _others = line._seek_for_lines()
        account = self.company_data["default_account_expense"]
        suspense.account_id = account

    def arrived(self, line, hours):
        """Let a line have arrived ``hours`` ago."""
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(hours=hours)
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET create_date = %s WHERE id = %s",
            (moment, line.id),
        )
        line.invalidate_recordset()

    def test_who_matched_and_how_soon(self):
        """Two by the engine, one accepted, one by hand, two open; 6 minutes each."""
        lines = {}
        for number, amount in enumerate((110.0, 120.0)):
            invoice = self.owe(amount)
            lines[number] = self.say_and_match(invoice.name, amount)
            self.assertEqual(lines[number].match_ids.origin, "job")
        invoice = self.owe(130.0)
        lines[2] = self.say_bank(invoice.name, 130.0)
        lines[2]._match("job", post=False)
        lines[2].match_ids.action_accept()
        lines[3] = self.say_bank("Bank fee", -7)
        self.book(lines[3])
        lines[4] = self.say_bank("?", 5)
        lines[5] = self.say_bank("??", 6)
        for number, hours in ((0, 1), (1, 3), (2, 10)):
            self.arrived(lines[number], hours)
        found = self.figures(
            "bank_lines:sum",
            "matched_rate:avg",
            "engine_rate:avg",
            "by_person:sum",
            "open_lines:sum",
            "hand_hours:sum",
            "saved_hours:sum",
        )
        self.assertEqual(found, (6, 4 / 6, 2 / 6, 2, 2, 0.2, 0.2))
        hows = {
            row.id: row.how
            for row in self.report.browse([each.id for each in lines.values()])
        }
        self.assertEqual(
            [hows[line.id] for line in lines.values()],
            ["engine", "engine", "accepted", "hand", "open", "open"],
        )
        p50, p90 = self.figures("hours_to_match_p50:avg", "hours_to_match_p90:avg")
        self.assertAlmostEqual(p50, median([1, 3, 10]), 1)
        self.assertAlmostEqual(p90, 3 + 0.8 * (10 - 3), 1)

    def test_gateways_and_other_companies_are_none_of_it(self):
        self.say_paid_out()
        self.say_bank("?", 5)
        journals = self.report.search([]).journal_id
        self.assertIn(self.bank, journals)
        self.assertNotIn(self.provider.journal_id, journals)

    def test_a_period_a_year_before(self):
        self.say_bank("?", 5, date=date(2026, 2, 28))
        year = ("year_later", "=", date(2027, 2, 28))
        self.assertEqual(self.figures("bank_lines:sum", domain=[year])[0], 1)

    def test_events(self):
        """Delay from the gateway's clock, processing from arrival; parked is told."""
        events = self.env["payment.event"].sudo()
        start = datetime(2026, 3, 9, 12)
        made = events.create(
            [
                {
                    "provider_id": self.provider.id,
                    "gateway_ref": f"evt_{number}",
                    "event_type": "board.test",
                    "livemode": live,
                    "created_at": start,
                    "received_at": start + timedelta(seconds=arrived),
                    "processed_at": processed and start + timedelta(seconds=processed),
                    "state": "done" if processed else "parked",
                }
                for number, (arrived, processed, live) in enumerate(
                    ((1, 2, True), (1, 4, True), (2, 12, True), (2, 0, True))
                )
            ]
        )
        self.env.flush_all()
        report = self.env["payment.event.report"]
        [found] = report._read_group(
            [("id", "in", made.ids)],
            [],
            ["events:sum", "delay_p50:avg", "processing_p90:avg", "parked_events:sum"],
        )
        self.assertEqual(found[0], 4)
        self.assertAlmostEqual(found[1], 4)
        self.assertAlmostEqual(found[2], 3 + 0.8 * (10 - 3))
        self.assertEqual(found[3], 1)

    def test_test_events_never_count(self):
        event = (
            self.env["payment.event"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "gateway_ref": "evt_test",
                    "event_type": "board.test",
                    "livemode": False,
                    "received_at": fields.Datetime.now(),
                }
            )
        )
        report = self.env["payment.event.report"]
        self.provider.sudo().write({"books_mode": "off", "post_test_payments": False})
        self.env.flush_all()
        self.assertFalse(report.search([("id", "=", event.id)]))
        self.provider.sudo().post_test_payments = True
        self.env.flush_all()
        self.assertTrue(report.search([("id", "=", event.id)]))

    def test_rights(self):
        """For those who keep the books; the others are refused, companies apart."""
        line = self.say_bank("?", 5)
        self.env.flush_all()
        users = {
            group: new_test_user(
                self.env,
                group.split(".")[1],
                groups=f"base.group_user,{group}",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for group in (
                "account.group_account_readonly",
                "account.group_account_user",
                "sales_team.group_sale_salesman",
                "integrated_payments.group_payment_user",
            )
        }
        for group, user in users.items():
            report = self.report.with_user(user)
            with self.subTest(group):
                if group.startswith("account."):
                    self.assertIn(line.id, report.search([]).ids)
                else:
                    self.assertRaises(AccessError, report.search, [])
        other = self.env["res.company"].create({"name": "Other"})
        auditor = users["account.group_account_readonly"]
        auditor.write({"company_ids": [Command.link(other.id)]})
        there = self.report.with_user(auditor).with_context(
            allowed_company_ids=other.ids
        )
        self.assertNotIn(line.id, there.search([]).ids)
