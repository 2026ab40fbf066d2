"""Mails of the boards: each figure beside one that is worked out otherwise."""

from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.payment_analytics.tests.customers import CustomersCommon
from odoo.addons.payment_reconciliation.tests.common import ReconciliationCommon

WEEK = (date(2026, 3, 9), date(2026, 3, 15))
WEEK_AFTER = (date(2026, 3, 16), date(2026, 3, 22))


class Mails:
    """Readers, schedules, and the rows that they get."""

    def member(self, login, *groups):
        return new_test_user(
            self.env,
            login,
            groups=",".join(groups),
            email=f"{login}@example.com",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def schedule(self, content, users, **values):
        return self.env["payment.report.mail"].create(
            {
                "name": "Figures",
                "content": content,
                "user_ids": [(6, 0, users.ids)],
                "company_id": self.company.id,
                **values,
            }
        )

    def rows(self, schedule, user=None, period=WEEK):
        """Return {key: row} of the figures that a reader gets."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = schedule._rows(user or schedule.user_ids, *period)
        return {row["key"]: row for row in rows}

    def figures(self, *args, **kwargs):
        rows = self.rows(*args, **kwargs)
        return {key: row["figure"] for key, row in rows.items()}

    def assertFigures(self, found, expected):
        self.assertEqual(set(found), set(expected))
        for key, value in expected.items():
            self.assertAlmostEqual(found[key], value, 4, key)


@tagged("post_install", "-at_install")
class TestMailsOfTheBank(Mails, ReconciliationCommon):
    def setUp(self):
        super().setUp()
        self.company.partner_id.tz = "UTC"
        self.reader = self.member("reader", "account.group_account_readonly")

    def due(self, amount, days):
        """Invoice what was due ``days`` ago (negative: is to come)."""
        day = fields.Date.today() - timedelta(days=days)
        sent = min(day, fields.Date.today())
        return self.owe(amount, invoice_date=sent, invoice_date_due=day)

    def cash_by_hand(self):
        """Return Cash's figures from entries, payouts and proofs themselves."""
        today = fields.Date.today()
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        open_items = items.filtered(lambda item: item.amount_residual > 0)
        late = open_items.filtered(lambda item: item.date_maturity < today)
        owed, overdue = (
            sum(each.mapped("amount_residual")) for each in (open_items, late)
        )
        sold = items.filtered(
            lambda item: (
                item.move_id.move_type in ("out_invoice", "out_refund")
                and item.move_id.invoice_date > today - timedelta(days=90)
            )
        )
        receivable = sum(items.mapped("amount_residual"))
        return {
            "gateway_balance": 120.0,
            "in_transit": 96.8,
            "expected_90": sum(
                self.env["payment.forecast.line"]
                .search([("company_id", "=", self.company.id), ("day", "!=", False)])
                .mapped("amount")
            ),
            "receivable": receivable,
            "overdue": overdue,
            "overdue_share": overdue / owed,
            "dso": receivable / sum(sold.mapped("balance")) * 90,
        }

    def test_cash(self):
        """As of now, beside what the last mail told; then the change since."""
        self.due(200, -10)
        self.due(300, 10)
        self.say_paid_out(amount=9680)
        self.env["payment.balance.proof"].sudo().create(
            {
                "provider_id": self.provider.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "proved_at": fields.Datetime.now(),
                "state": "green",
                "available_minor": 4000,
                "pending_minor": 8000,
                "gateway_minor": 12000,
            }
        )
        schedule = self.schedule("cash", self.reader)
        first = self.rows(schedule)
        self.assertFigures(self.figures(schedule), self.cash_by_hand())
        self.assertFalse(any(row["has_previous"] for row in first.values()))
        self.assertTrue(schedule._send(self.reader, *WEEK))
        self.due(150, 20)
        second = self.rows(schedule, period=WEEK_AFTER)
        self.assertFigures(
            {key: row["figure"] for key, row in second.items()}, self.cash_by_hand()
        )
        overdue = second["overdue"]
        grown = 150 / first["overdue"]["figure"]
        self.assertEqual(overdue["previous"], first["overdue"]["value"])
        self.assertEqual(overdue["change"], f"▲ {grown:.1%}")
        self.assertIs(overdue["better"], False)
        self.assertIsNone(second["receivable"]["better"])
        body = schedule._body(self.reader, *WEEK_AFTER)
        self.assertIn("as of the last", body)
        self.assertIn(f"dashboard_id={self.board('cash').id}", body)
        # What another selection told is no figure before.
        schedule.provider_id = self.provider
        filtered = self.rows(schedule, period=WEEK_AFTER)
        self.assertEqual(set(filtered), {"gateway_balance", "in_transit"})
        self.assertFalse(filtered["in_transit"]["has_previous"])

    def board(self, name):
        return self.env.ref(f"payment_analytics.dashboard_{name}")

    def test_operations(self):
        """A line by the engine and one open this week, one open the week before."""
        self.company.payment_minutes_by_hand = 6
        days = {number: date(2026, 3, number) for number in (4, 10, 11)}
        self.say_bank("?", 5, date=days[4])
        invoice = self.owe(110.0)
        matched = self.say_bank(invoice.name, 110.0, date=days[10])
        matched._match("job")
        self.assertTrue(matched.is_reconciled)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET create_date = now() AT TIME ZONE"
            " 'UTC' - interval '2 hours' WHERE id = %s",
            [matched.id],
        )
        self.say_bank("??", 6, date=days[11])
        self.event(2, days[10])
        self.event(6, days[11], state="parked")
        schedule = self.schedule("operations", self.reader)
        rows = self.rows(schedule)
        of_company = [("company_id", "=", self.company.id)]
        lines = self.env["account.bank.statement.line"].search(
            [*of_company, ("journal_id", "=", self.bank.id)]
        )
        effects = self.env["payment.effect"].sudo()
        found = self.env["bank.discrepancy"].search(
            [*of_company, ("state", "=", "open")]
        )
        expected = {
            "matched_rate": 0.5,
            "engine_rate": 0.5,
            "hours_to_match_p50": 2,
            "saved_hours": 0.1,
            "open_lines": len(lines.filtered(lambda line: not line.is_reconciled)),
            "discrepancies": len(found),
            "delay_p90": 2.0,
            "parked_events": 1,
            "held_effects": effects.search_count([*of_company, ("state", "=", "held")]),
        }
        self.assertEqual(set(rows), set(expected))
        for key, value in expected.items():
            self.assertAlmostEqual(rows[key]["figure"], value, 1, key)
        self.assertEqual(rows["matched_rate"]["previous"], "0.00%")
        self.assertEqual(rows["matched_rate"]["change"], "▲ 50.00 points")
        self.assertIs(rows["matched_rate"]["better"], True)
        self.assertEqual(rows["delay_p90"]["value"], "2.0 s")
        self.assertEqual(rows["delay_p90"]["previous"], "–")
        self.assertTrue(rows["open_lines"]["is_now"])

    def event(self, seconds, day, state="done"):
        start = fields.Datetime.to_datetime(day)
        moment = start + timedelta(seconds=seconds)
        self.env["payment.event"].sudo().create(
            {
                "provider_id": self.provider.id,
                "gateway_ref": f"evt_{seconds}",
                "event_type": "board.test",
                "livemode": True,
                "created_at": start,
                "received_at": moment,
                "processed_at": moment if state == "done" else False,
                "state": state,
            }
        )

    def test_who_may_not_open_the_board_gets_no_mail(self):
        seller = self.member("seller", "sales_team.group_sale_salesman")
        for content in ("cash", "operations", "sales"):
            schedule = self.schedule(content, seller)
            with mute_logger("odoo.addons.payment_analytics.models"):
                self.assertFalse(schedule._send(seller, *WEEK))
            self.assertIn(self.board(content).name, schedule.problem)
            with self.assertRaises(AccessError):
                schedule._check_reader(seller)


@tagged("post_install", "-at_install")
class TestMailsOfCustomers(Mails, CustomersCommon):
    def setUp(self):
        super().setUp()
        self.reader = self.member("reader", "account.group_account_readonly")
        yesterday = self.ago(1)
        self.period = (yesterday, yesterday)

    def test_customers(self):
        """All, one's own, and how many there were in the last mail."""
        seller = self.member("seller", "sales_team.group_sale_salesman")
        self.firm.user_id = seller
        self.card(100, 100, fee=300)
        self.card(50, 0)
        self.card(40, 70, self.other)
        self.compute()
        schedule = self.schedule("customers", self.reader | seller)
        customers = self.Snapshot.search([("company_id", "=", self.company.id)])
        paid = customers.filtered("payments")
        self.assertFigures(
            self.figures(schedule, self.reader),
            {
                "customers": len(paid),
                "new_customers": len(customers.filtered("is_new")),
                "returning_customers": len(customers.filtered("is_returning")),
                "lapsed_customers": len(customers.filtered("is_lapsed")),
                "lifetime_value": sum(paid.mapped("net")) / len(paid),
                "retention_1": self.came_back(1),
                "retention_3": self.came_back(3),
            },
        )
        own = self.figures(schedule, seller)
        self.assertEqual((own["customers"], own["lifetime_value"]), (1, 147))
        schedule._send(seller, *WEEK)
        self.card(13, 0)
        self.compute()
        told = self.rows(schedule, seller, WEEK_AFTER)["lifetime_value"]
        self.assertIn("147", told["previous"])
        self.assertEqual(told["figure"], 160)
        self.assertFalse(
            self.rows(schedule, self.reader, WEEK_AFTER)["customers"]["has_previous"]
        )

    def came_back(self, months):
        cohorts = self.env["payment.cohort"].search(
            [("company_id", "=", self.company.id), ("months_since", "=", months)]
        )
        size = sum(cohorts.mapped("size"))
        return sum(cohorts.mapped("members")) / size if size else None

    def test_sales_and_stock(self):
        """Yesterday beside the day before; the shelves as of now."""
        self.card(70, 2)
        self.card(100, 1)
        self.card(50, 1, channel="saved", operation="offline")
        self.computed()
        shelves = self.env["payment.pace.report"].search([])
        pieces, free, pace = (
            sum(shelves.mapped(name))
            for name in ("paid_quantity", "free_quantity", "pace")
        )
        short = shelves.filtered(lambda each: each.pace > 0 and each.days_left < 14)
        schedule = self.schedule("sales", self.reader, frequency="daily")
        rows = self.rows(schedule, period=self.period)
        self.assertFigures(
            {key: row["figure"] for key, row in rows.items() if row["figure"]},
            {
                key: value
                for key, value in {
                    "gross": 150,
                    "successful_payments": 2,
                    "average_ticket": 75,
                    "products_at_risk": len(short),
                    "paid_quantity": pieces,
                    "sell_through": pieces / (pieces + free) if pieces + free else 0,
                    "days_left": free / pace if pace else 0,
                }.items()
                if value
            },
        )
        self.assertIn("70", rows["gross"]["previous"])
        self.assertEqual(rows["gross"]["change"], f"▲ {80 / 70:.1%}")
        schedule.channel = "saved"
        self.assertFigures(
            self.figures(schedule, period=self.period),
            {"gross": 50, "successful_payments": 1, "average_ticket": 50},
        )
        self.assertIn("Saved Method", schedule._scope())
        saved = self.rows(schedule, period=self.period)
        self.assertEqual(saved["average_ticket"]["previous"], "–")
