"""Customers by their payments: what counts, once; segments; scores; cohorts."""

from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.payment_analytics.metrics import rfm
from odoo.addons.payment_analytics.models import payment_customer_snapshot_compute
from odoo.addons.payment_analytics.tests.customers import CustomersCommon

# Fifteen customers: days since the last payment, payments, amount in total; the same as
# in tests/pure/test_rfm.py, after https://www.optimove.com/resources/learning-center/
# rfm-segmentation.
FIFTEEN = [
    (4, 6, 540),
    (6, 11, 940),
    (46, 1, 35),
    (21, 3, 65),
    (14, 4, 179),
    (32, 2, 56),
    (5, 3, 140),
    (50, 1, 950),
    (33, 15, 2630),
    (10, 5, 191),
    (5, 8, 845),
    (1, 10, 1510),
    (24, 9, 54),
    (7, 4, 40),
    (20, 2, 25),
]

# Customers of each month's cohort who came back, from the exercise at
# https://growth-marketing-course.pages.dev/assignment/03-cohort-analysis, whose
# solution is 85% for January after a month and 58% after five.
COHORTS = [
    (100, 85, 75, 68, 62, 58),
    (120, 105, 96, 88, 82),
    (150, 138, 126, 115),
    (140, 130, 118),
    (160, 148),
    (180,),
]


@tagged("post_install", "-at_install")
class TestCustomers(CustomersCommon):
    def test_each_payment_counts_once_by_whichever_channel(self):
        """A card, a transfer, a line that was booked as it is, a contact's card."""
        self.card(100, 90, fee=300)
        self.transfer(self.bill(200, 60), 30)
        self.bank_line(50, 20)
        self.card(30, 10, partner=self.contact)
        self.compute()
        found = self.snapshot()
        self.assertEqual(found.payments, 4)
        self.assertEqual((found.gross, found.fees, found.net), (380, 3, 377))
        self.assertEqual(found.average_ticket, 95)
        self.assertEqual(found.first_payment_on, self.ago(90))
        self.assertEqual(found.last_payment_on, self.ago(10))
        # 60, 10 and 10 days between them.
        self.assertEqual(found.rhythm_days, 10)
        self.assertEqual(found.expected_next_on, self.today)
        self.assertFalse(self.snapshot(self.contact))

    def test_a_gateway_payment_and_its_entry_are_one(self):
        invoice = self.bill(100, 5)
        payment = self.card(100, 1, invoice_ids=invoice.ids)
        payment._post_process()
        self.assertTrue(payment.payment_id)
        self.compute()
        found = self.snapshot()
        self.assertEqual((found.payments, found.gross), (1, 100))
        self.assertEqual(found.open_amount, 0)

    def test_an_announced_transfer_and_its_entry_are_one(self):
        invoice = self.bill(100, 5)
        payment = self.card(
            100, 1, invoice_ids=invoice.ids, state="pending", channel="transfer"
        )
        payment._receive_transfer("Seen")
        self.assertTrue(payment.payment_id)
        self.compute()
        self.assertEqual((self.snapshot().payments, self.snapshot().gross), (1, 100))

    def test_what_was_paid_back_and_disputed_is_taken_off(self):
        self.refund(self.card(100, 50), 40, self.moment(49))
        self.disputed(self.card(60, 40))
        self.bank_line(200, 30)
        self.bank_line(-200, 20)  # the bank took the direct debit back
        self.compute()
        found = self.snapshot()
        self.assertEqual((found.payments, found.gross), (3, 360))
        self.assertEqual((found.refunded, found.disputed, found.fees), (240, 60, 15))
        self.assertEqual((found.net, found.received), (45, 60))
        self.assertEqual(found.disputes, 1)

    def test_test_payments_never_count(self):
        self.card(100, 5)
        self.provider.write({"books_mode": "shadow", "post_test_payments": False})
        self.compute()
        self.assertFalse(self.snapshot())

    def test_how_it_pays(self):
        """Delays of 10 and 20 days; 30 owed, of which 10 are overdue after credit."""
        self.transfer(self.bill(100, 40), 30)
        self.transfer(self.bill(100, 50), 30)
        self.bill(30, 20)
        self.bill(20, 10, due_in=30)
        self.bill(20, 5, move_type="out_refund")
        self.card(10, 3, state="error")
        self.compute()
        found = self.snapshot()
        self.assertEqual((found.average_delay, found.paid_invoices), (15, 2))
        self.assertEqual(found.average_delay, self.firm.payment_delay)
        self.assertEqual((found.open_amount, found.overdue_amount), (30, 10))
        self.assertEqual((found.decided_payments, found.failures), (1, 1))

    def test_score_with_its_reasons(self):
        """The customer is the company: 15 late. Failures 2 x 1/6 of 20, overdue 1/3."""
        self.env["account.payment.term"].create(
            {
                "name": "A week",
                "company_id": self.company.id,
                "line_ids": [(0, 0, {"value": "percent", "nb_days": 7})],
            }
        )
        self.test_how_it_pays()
        if self.foreign:
            self.Snapshot.search([("partner_id", "in", self.foreign)]).unlink()
            self.Snapshot._score(self.company)
        found = self.snapshot()
        self.assertEqual((found.score, found.grade), (100 - 15 - 7 - 3, "B"))
        self.assertEqual(
            found.reasons_text.splitlines(),
            [
                "15.0 days late on average, drawn to all customers' average"
                " (2 paid invoices): \N{MINUS SIGN}15",
                "1 of 1 payments failed: \N{MINUS SIGN}7",
                "33% of what is open is overdue: \N{MINUS SIGN}3",
            ],
        )
        self.assertEqual(found.credit_days, 15)
        self.assertLessEqual(found.payment_term_id.line_ids.nb_days, 15)
        # 200 a year: 200 / 12 x (15 + 15) / 30 x 1.5 = 25.
        self.assertEqual(found.credit_limit, 25)

    def test_of_whom_nothing_is_known_no_score_is_made_up(self):
        self.bill(100, 5)
        self.compute()
        found = self.snapshot()
        self.assertEqual((found.payments, found.open_amount), (0, 100))
        self.assertEqual((found.grade, found.segment), (False, False))
        self.assertIn("never paid", found.reasons_text)

    def test_segments_of_the_fifteen(self):
        """Those of the pure rule, which is checked by hand against the example."""
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(len(FIFTEEN))]
        )
        rows, customers = [], []
        for partner, (days, times, money) in zip(partners, FIFTEEN, strict=True):
            cents = money * 100
            parts = [cents // times] * times
            parts[0] += cents - sum(parts)
            rows += [
                (partner.id, days + 2 * number, part / 100)
                for number, part in enumerate(parts)
            ]
            customers.append(rfm.Customer(partner.id, self.ago(days), times, cents))
        self.many(rows)
        self.env["payment.transaction"].search([("id", "in", self.before)]).write(
            {"state": "cancel"}
        )
        self.compute()
        self.Snapshot.search([("partner_id", "not in", partners.ids)]).unlink()
        self.Snapshot._rank(self.company)
        for expected in rfm.scored(customers):
            found = self.Snapshot.search([("partner_id", "=", expected.key)])
            self.assertEqual(
                (
                    found.recency_score,
                    found.frequency_score,
                    found.money_score,
                    found.segment,
                ),
                (
                    expected.recency,
                    expected.frequency,
                    expected.money,
                    expected.segment,
                ),
            )

    def test_who_paid_years_ago_is_lost_and_ranks_with_nobody(self):
        self.card(1000, 36 * 31 + 10)
        self.card(10, 3, partner=self.other)
        self.compute()
        found = self.snapshot()
        self.assertEqual((found.segment, found.recency_score), ("lost", 0))
        self.assertTrue(self.snapshot(self.other).recency_score)

    def test_retention_of_the_exercise(self):
        """Cohorts of the last six months that are over, by what was really paid."""
        partners = self.env["res.partner"].create(
            [{"name": "Member"} for _ in range(sum(row[0] for row in COHORTS))]
        )
        left, rows = partners.ids, []
        for cohort, counts in enumerate(COHORTS):
            members, left = left[: counts[0]], left[counts[0] :]
            for since, count in enumerate(counts):
                days = self.days_to_month(6 - cohort - since)
                rows += [(member, days, 10) for member in members[:count]]
        self.many(rows)
        self.env["payment.transaction"].search([("id", "in", self.before)]).write(
            {"state": "cancel"}
        )
        self.compute()
        found = self.env["payment.cohort"].search(
            [("company_id", "=", self.company.id), ("cohort_day", ">=", self.ago(215))]
        )
        table = {}
        for row in found.filtered("members"):
            table.setdefault(row.cohort_month, {})[row.months_since] = row
        rows = [
            tuple(row.members for _since, row in sorted(each.items()))
            for _month, each in sorted(table.items())
        ]
        self.assertEqual(rows, COHORTS)
        january = table[min(table)]
        self.assertAlmostEqual(january[1].retention, 0.85)
        self.assertAlmostEqual(january[5].retention, 0.58)
        self.assertEqual(january[5].net, 580)
        # Together: 85 + 105 + 138 + 130 + 148 of 100 + 120 + 150 + 140 + 160.
        [(retention, size)] = self.env["payment.cohort"]._read_group(
            [("id", "in", found.ids), ("months_since", "=", 1)],
            [],
            ["retention:avg", "size:sum"],
        )
        self.assertEqual(size, 670)
        self.assertAlmostEqual(retention, 606 / 670)
        action = january[5].action_open_customers()
        self.assertEqual(self.Snapshot.search_count(action["domain"]), 58)

    def days_to_month(self, months):
        """Return the days from the 10th of the month so many months ago to today."""
        month = self.today.month - 1 - months
        day = self.today.replace(
            year=self.today.year + month // 12, month=month % 12 + 1, day=10
        )
        return (self.today - day).days

    def test_new_returning_and_lapsed(self):
        first = self.today.replace(day=1)
        self.card(10, (self.today - first).days, partner=self.other)
        for days in (200, 190, 180):
            self.card(10, days)
        self.compute()
        new, lapsed = self.snapshot(self.other), self.snapshot()
        self.assertTrue(new.is_new and not new.is_returning and not new.is_lapsed)
        self.assertEqual(new.cohort_month, first.strftime("%Y-%m"))
        self.assertTrue(lapsed.is_lapsed and not lapsed.is_new)
        self.card(10, 0)
        self.snapshot().action_compute()
        self.assertTrue(self.snapshot().is_returning)

    def test_computed_again_nothing_changes_and_what_is_gone_goes(self):
        self.card(100, 50)
        self.bill(30, 20)
        self.compute()
        names = ["net", "payments", "segment", "score", "open_amount"]
        before = self.snapshots().read(names)
        self.compute()
        self.assertEqual(self.snapshots().read(names), before)
        month = self.env["payment.customer.month"]
        self.assertEqual(len(month.search([("partner_id", "=", self.firm.id)])), 1)
        self.card(5, 2, partner=self.other)
        self.compute()
        self.env["payment.transaction"].search(
            [("partner_id", "=", self.other.id)]
        ).state = "draft"
        self.compute()
        self.assertFalse(self.snapshot(self.other))

    def test_between_nights_only_who_was_touched_is_computed(self):
        self.card(10, 50)
        self.card(10, 40, partner=self.other)
        self.compute()
        before = {each.id: each.computed_at for each in self.snapshots()}
        # What this test has written until now, it wrote "before".
        later = fields.Datetime.add(fields.Datetime.now(), minutes=20)
        self.company.payment_customers_touched = later
        self.Snapshot._compute_touched(self.company)
        self.assertEqual({e.id: e.computed_at for e in self.snapshots()}, before)
        payment = self.card(30, 1, partner=self.contact)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_transaction SET write_date = %s WHERE id = %s",
            [fields.Datetime.add(later, minutes=1), payment.id],
        )
        self.company.payment_customers_touched = later
        self.Snapshot._compute_touched(self.company)
        self.assertEqual((self.snapshot().payments, self.snapshot().gross), (2, 40))
        self.assertTrue(self.snapshot().score)
        other = self.snapshot(self.other)
        self.assertEqual(other.computed_at, before[other.id])

    def test_what_changes_during_the_nightly_run_is_for_the_hourly_job(self):
        """That looks from where it looked last, or the night began, whichever later."""
        self.card(10, 5)
        midnight = fields.Datetime.subtract(fields.Datetime.now(), hours=2)
        for touched, since in ((-9, 0), (1, 1), (None, 0)):
            self.company.write(
                {
                    "payment_customers_from": midnight,
                    "payment_customers_touched": touched is not None
                    and fields.Datetime.add(midnight, hours=touched),
                }
            )
            self.Snapshot._compute_company(self.company, lambda *_a, **_k: 60)
            self.assertEqual(
                self.company.payment_customers_touched,
                fields.Datetime.add(midnight, hours=since),
            )
        asked = []
        query = type(self.env).execute_query

        def heard(env, sql):
            asked.extend(each for each in sql.params if isinstance(each, datetime))
            return query(env, sql)

        with patch.object(type(self.env), "execute_query", heard):
            self.Snapshot._compute_touched(self.company)
        self.assertEqual(min(asked), fields.Datetime.subtract(midnight, minutes=10))

    def test_the_hourly_job_started_again_goes_on_with_other_companies(self):
        self.compute()
        second = self.env["res.company"].create({"name": "Second"})
        ago = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        (self.company | second).write(
            {"payment_customers_at": ago, "payment_customers_touched": False}
        )
        seen = []
        compute = type(self.Snapshot)._compute_touched

        def touched(model, company):
            seen.append(company)
            return compute(model, company)

        with (
            patch.object(type(self.Snapshot), "_compute_touched", touched),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 0.0
            ),
        ):
            while len(seen) < 50 and second not in seen:
                self.Snapshot._cron_compute_touched()
        self.assertEqual(seen.count(self.company), 1)
        self.assertIn(second, seen)

    def test_a_run_that_was_stopped_goes_on_where_it_was(self):
        self.card(10, 5)
        self.card(10, 5, partner=self.other)
        done = []

        def commit(processed=0, remaining=None):
            done.append(processed)
            return 0 if processed else 60  # no time after the first batch

        self.patch_batch(1)
        self.assertFalse(self.Snapshot._compute_company(self.company, commit))
        active = self.Snapshot._active_entities(self.company)
        left = [entity for entity, computed in active if not computed]
        self.compute()
        self.assertTrue(left)
        self.assertTrue(self.snapshot() and self.snapshot(self.other))
        self.assertFalse(self.company.payment_customers_from)

    def test_a_run_that_was_stopped_days_ago_begins_anew(self):
        """What it has computed was right then: lapsed, overdue and new are of a day."""
        self.card(10, 5)
        self.compute()
        ago = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_customer_snapshot SET computed_at = %s", [ago]
        )
        self.env.invalidate_all()
        self.company.payment_customers_from = fields.Datetime.subtract(ago, hours=1)
        self.Snapshot._compute_company(self.company, lambda *_a, **_k: 60)
        self.assertGreater(self.snapshot().computed_at, ago)

    def test_one_company_that_fails_stops_no_other(self):
        """Neither at night nor by the hour; and the job is done then."""
        first, last = (
            self.env["res.company"].create({"name": name}) for name in ("A", "Z")
        )
        ago = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        (first | last).payment_customers_at = ago
        told, done = [], []

        def failing(_model, company, *_args):
            done.append(company)
            if company == first:
                raise ValueError("broken")
            return True

        for job, step in (
            ("_cron_compute_touched", "_compute_touched"),
            ("_cron_compute", "_compute_company"),
        ):
            with (
                patch.object(type(self.Snapshot), step, failing),
                patch.object(self.env.cr, "rollback", lambda: None),
                patch.object(
                    type(self.env["ir.cron"]),
                    "_commit_progress",
                    lambda *_a, remaining=None, **_k: told.append(remaining) or 60,
                ),
                self.assertLogs("odoo.addons.payment_analytics", "ERROR"),
            ):
                getattr(self.Snapshot, job)()
        self.assertEqual(done.count(last), 2)
        self.assertEqual(told[-1], 0)

    def patch_batch(self, size):
        self.startPatcher(
            patch.object(payment_customer_snapshot_compute, "BATCH", size)
        )

    def test_a_customer_that_is_deleted_leaves_nothing(self):
        """Erased with the customer: no trigger, no job, the database itself."""
        self.bill(10, 3, partner=self.other).button_cancel()
        self.card(10, 5, partner=self.other)
        self.compute()
        self.assertTrue(self.snapshot(self.other))
        self.env["payment.transaction"].search(
            [("partner_id", "=", self.other.id)]
        ).partner_id = self.firm
        self.env["account.move"].search(
            [("partner_id", "=", self.other.id)]
        ).partner_id = self.firm
        gone = self.other.id
        self.other.unlink()
        for model in ("payment.customer.snapshot", "payment.customer.month"):
            self.assertFalse(self.env[model].search([("partner_id", "=", gone)]))

    def test_merged_customers_are_one_at_once(self):
        self.card(10, 50)
        self.card(20, 5, partner=self.other)
        self.compute()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.firm | self.other).ids, self.firm
        )
        found = self.snapshot()
        self.assertEqual((found.payments, found.gross), (2, 30))

    def test_rights(self):
        """Sellers see their customers, bookkeepers all, others none."""
        seller, keeper = (
            new_test_user(
                self.env,
                login,
                groups=f"base.group_user,{group}",
                company_id=self.company.id,
                company_ids=[(6, 0, self.company.ids)],
            )
            for login, group in (
                ("seller", "sales_team.group_sale_salesman"),
                ("keeper", "account.group_account_readonly"),
            )
        )
        self.other.user_id = seller
        self.card(10, 50)
        self.card(20, 5, partner=self.other)
        self.compute()
        for model in ("payment.customer.snapshot", "payment.customer.month"):
            mine = self.env[model].with_user(seller).search([])
            self.assertEqual(mine.partner_id, self.other)
            every = self.env[model].with_user(keeper).search([])
            self.assertLessEqual(self.firm | self.other, every.partner_id)
        cohorts = self.env["payment.cohort"].with_user(seller).search([])
        self.assertEqual(set(cohorts.mapped("size")), {1})
        with self.assertRaises(AccessError):
            self.Snapshot.with_user(keeper).action_compute()
        second = self.env["res.company"].create({"name": "Second"})
        keeper.write({"company_ids": [(6, 0, second.ids)], "company_id": second.id})
        self.assertFalse(self.Snapshot.with_user(keeper).search([]))
