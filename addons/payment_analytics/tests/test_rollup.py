"""The rollup equals the payments, whatever happened to them and in what order."""

import random
from collections import defaultdict
from datetime import timedelta

from odoo.tests import new_test_user, tagged

from ..metrics import definitions
from ..report import rollup_facts
from .common import AnalyticsCommon, at

OWN = list(definitions.facts_on(definitions.PAYMENT))
RATIOS = list(definitions.ratios(definitions.PAYMENT))
BY = [
    "day:day" if name == "day" else name
    for name in rollup_facts.DIMENSIONS
    if not name.endswith("_user_id")
]


class RollupCommon(AnalyticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rollup = cls.env["payment.rollup"].with_company(cls.company)
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.computed()

    def assertSame(self, by=tuple(BY), domain=()):
        """Both reports say the same of each group, ratios included."""
        specs = [f"{name}:sum" for name in OWN] + [f"{name}:avg" for name in RATIOS]

        def groups(model):
            found = model._read_group(list(domain), list(by), specs)
            return {
                tuple(row[: len(by)]): [
                    round(each, 6) if each else each for each in row[len(by) :]
                ]
                for row in found
                if any(row[len(by) : -len(RATIOS)])
            }

        expected, found = groups(self.report), groups(self.rollup)
        self.assertEqual(set(found), set(expected))
        self.assertCustomersSame()
        self.assertBriefSame()
        for key, figures in expected.items():
            self.assertEqual(found[key], figures, key)

    def assertBriefSame(self):
        """The shorter table says the same, and is what is read where it knows all."""
        by = ["day:day", "payment_method_id", "channel", "company_id"]
        specs = [f"{name}:sum" for name in definitions.FACTS]
        specs += [f"{name}:avg" for name in definitions.ratios()]
        whole = self.rollup.with_context(payment_rollup_brief=False)
        brief = self.rollup._fitting([("day", "!=", False)], [by], specs)
        self.assertTrue(brief.env.context["payment_rollup_brief"])
        for domain in ([], [("year_later", ">=", "2027-03-10")]):
            self.assertEqual(
                sorted(map(str, brief._read_group(domain, by, specs))),
                sorted(map(str, whole._read_group(domain, by, specs))),
            )

    def assertCustomersSame(self):
        """Each customer's days add up to the same, and all of them to the rollup."""
        customers = self.env["payment.customer.report"]
        facts = set(rollup_facts.OF_CUSTOMERS) & set(definitions.FACTS)

        def groups(model, by, names):
            specs = [f"{name}:sum" for name in sorted(names)]
            return {
                tuple(row[: len(by)]): [round(each, 6) for each in row[len(by) :]]
                for row in model._read_group([], by, specs)
                if any(row[len(by) :])
            }

        own = {*facts.intersection(OWN), "net"}
        for model, by, names in (
            (self.report, ["partner_id", "day:day"], own),
            (self.rollup, ["company_id", "day:day", "channel"], facts),
        ):
            self.assertEqual(groups(customers, by, names), groups(model, by, names))


@tagged("post_install", "-at_install")
class TestRollup(RollupCommon):
    def test_help_and_labels_are_those_of_the_definitions(self):
        described = definitions.FACTS | definitions.METRICS
        for name, field in self.rollup._fields.items():
            if name in described:
                self.assertEqual(field.help, described[name].help)
                self.assertEqual(
                    field.get_description(self.env)["string"], described[name].label
                )
        needed = set(definitions.FACTS) | set(definitions.ratios())
        self.assertEqual(needed - set(self.rollup._fields), set())

    def test_a_payment_marks_its_day_and_no_other(self):
        """One day is computed, and the rows of other days stay as they are."""
        self.pay(moment=at(3))
        self.pay(moment=at(4))
        self.assertEqual(self.computed(), 2)
        kept = self.rollup.search([("day", "=", "2026-03-03")])
        payment = self.pay(50, moment=at(4, 15))
        self.assertEqual(self.computed(), 1)
        self.assertEqual(self.rollup.search([("day", "=", "2026-03-03")]).ids, kept.ids)
        self.assertSame()
        payment.write({"paid_at": "2026-03-02 10:00:00"})
        self.assertEqual(self.computed(), 2)
        self.assertSame()

    def test_what_changes_nothing_marks_nothing(self):
        payment = self.pay()
        self.computed()
        payment.state_message = "Thank you"
        payment.charge_ids.last4 = "4242"
        self.assertEqual(self.computed(), 0)

    def test_cost_of_a_payment(self):
        """At most two queries for each database transaction: the marks, the call."""
        payment = self.pay(state="pending")
        self.env["payment.rollup.dirty"]._wake()  # the call of this burst is made
        self.env.cr.flush()
        dirty = type(self.env["payment.rollup.dirty"])
        self.env.flush_all()
        counted = []
        original = dirty._write_marks

        def count(model):
            before = model.env.cr.sql_log_count
            original(model)
            counted.append(model.env.cr.sql_log_count - before)

        self.patch(dirty, "_write_marks", count)
        payment.write({"state": "done", "paid_at": "2026-03-05 10:00:00"})
        self.tried(payment, ["succeeded"], at(5))
        self.moved(payment, "charge", 10000, 320, at(5))
        self.env.cr.flush()
        self.assertEqual(len(counted), 1)
        self.assertLessEqual(counted[0], 2)

    def test_days_are_computed_newest_first_and_the_job_goes_on(self):
        for day in (3, 9, 5):
            self.pay(moment=at(day))
        self.env.cr.flush()
        days = self.env["payment.rollup.day"]
        for day in ("2026-03-09", "2026-03-05", "2026-03-03"):
            self.assertEqual(days._rebuild(1), 1)
            done = days.search([]).filtered(lambda each: not each.is_dirty)
            self.assertIn(day, [str(each.day) for each in done])
        self.assertEqual(days._rebuild(1), 0)

    def test_events_count_on_their_own_day(self):
        """Paid on the 3rd, disputed and reported on the 20th."""
        payment = self.pay(moment=at(3))
        self.disputed(payment)
        self.report_fraud(payment, at(21))
        self.computed()
        self.assertSame()
        domain = [("day", "=", "2026-03-20")]
        self.assertEqual(
            self.total(
                "dispute_activity",
                "dispute_activity_value",
                "card_disputes",
                "disputed_payments",
                domain=domain,
            ),
            [1, 100, 1, 0],
        )
        self.assertEqual(
            self.total("fraud_reports", domain=[("day", "=", "2026-03-21")]), 1
        )
        payment.dispute_ids.state = "prevented"
        self.computed()
        self.assertFalse(self.total("dispute_activity", domain=domain))

    def total(self, *names, domain=(), report=None):
        specs = [f"{name}:{self.rollup._fields[name].aggregator}" for name in names]
        [totals] = self.rollup._read_group([*domain], [], specs)
        return list(totals) if len(names) > 1 else totals[0]

    def test_vamp_by_hand(self):
        """40 payments by Visa, one disputed, one reported and disputed: 3 / 40."""
        visa = self.env.ref("payment.payment_method_visa")
        payments = [
            self.pay(10, at(2, 8), payment_method_id=visa.id) for _each in range(40)
        ]
        self.disputed(payments[0])
        self.disputed(payments[1])
        self.report_fraud(payments[1], at(22))
        self.pay(10, at(2), outside_channel="terminal", payment_method_id=visa.id)
        self.computed()
        month = [("day", ">=", "2026-03-01"), ("day", "<=", "2026-03-31")]
        visa_only = [*month, ("brand_id.code", "=", "visa")]
        self.assertAlmostEqual(self.total("vamp_ratio", domain=visa_only), 3 / 40)

    def test_surroundings(self):
        """Salesperson, rate, time zone, test flag and category: each is followed."""
        order = (
            self.env["sale.order"]
            .sudo()
            .create({"partner_id": self.partner.id, "user_id": False})
        )
        payment = self.pay(moment=at(3, 23), sale_order_ids=order.ids)
        self.refund(payment, 10, at(5))
        self.pay(100, at(4), currency_id=self.euro.id)
        self.computed()
        self.assertSame()
        rates = self.env["res.currency.rate"]
        changes = (
            lambda: setattr(order, "user_id", self.env.user),
            lambda: setattr(self.partner, "user_id", self.env.user),
            lambda: setattr(self.partner, "country_id", self.env.ref("base.fr")),
            lambda: setattr(self.company.partner_id, "tz", "Europe/Berlin"),
            lambda: rates.create(
                {"name": "2026-03-02", "rate": 0.5, "currency_id": self.euro.id}
            ),
            lambda: setattr(
                rates.search([("currency_id", "=", self.euro.id)], limit=1), "rate", 0.7
            ),
            lambda: self.provider.write(
                {"books_mode": "off", "post_test_payments": False}
            ),
        )
        for number, change in enumerate(changes):
            with self.subTest(number):
                change()
                self.assertTrue(self.computed())
                self.assertSame()
        self.assertFalse(self.rollup.search([("provider_id", "=", self.provider.id)]))

    def test_who_comes_along_to_another_company_or_is_merged(self):
        """A contact's payments are of the salesperson of the firm above, at once."""
        partners = self.env["res.partner"]
        sellers = [
            new_test_user(self.env, login, "sales_team.group_sale_salesman").id
            for login in ("one", "two")
        ]
        small, large = partners.create(
            [
                {"name": login, "is_company": True, "user_id": user}
                for login, user in zip(("Small", "Large"), sellers, strict=True)
            ]
        )
        clerk = partners.create({"name": "Clerk", "parent_id": small.id})
        other = partners.create({"name": "Other", "user_id": sellers[1]})

        def seen(name):
            rows = self.rollup.search([("day", "=", "2026-03-03")])
            return rows.mapped(name).ids

        self.pay(moment=at(3), partner_id=clerk.id)
        self.computed()
        self.assertEqual(seen("entity_user_id"), sellers[:1])
        small.write({"is_company": False, "parent_id": large.id})
        self.computed()
        self.assertEqual(clerk.commercial_partner_id, large)
        self.assertEqual(seen("entity_user_id"), sellers[1:])
        self.pay(moment=at(4), partner_id=other.id)
        self.computed()
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge((self.partner | other).ids, self.partner)
        self.computed()
        self.assertSame()

    def test_the_first_rate_of_a_company_holds_for_all_days_before(self):
        """Whatever rates another company has had long before."""
        rates = self.env["res.currency.rate"]
        self.euro.rate_ids.unlink()
        values = {"rate": 2, "currency_id": self.euro.id}
        other = self.env["res.company"].create({"name": "Other"})
        rates.create({**values, "name": "2020-01-01", "company_id": other.id})
        self.pay(100, at(4), currency_id=self.euro.id)
        self.computed()
        self.assertSame()
        rates.create({**values, "name": "2026-03-20", "company_id": self.company.id})
        self.assertTrue(self.computed())
        self.assertSame()

    def test_payments_that_leave_an_order_or_invoice(self):
        """They lose its salesperson; and those of a document that comes gain one."""
        payment = self.pay(moment=at(3))
        values = {"partner_id": self.partner.id, "transaction_ids": payment.ids}
        seller = {"user_id": self.env.uid}
        order = self.env["sale.order"].sudo().create({**values, **seller})
        self.computed()
        self.assertSame()
        order.transaction_ids = False
        self.computed()
        self.assertSame()
        invoice = self.env["account.move"].create(
            {**values, "move_type": "out_invoice", "invoice_user_id": self.env.uid}
        )
        self.computed()
        self.assertSame()
        invoice.write({"transaction_ids": [(5,)]})
        self.computed()
        self.assertSame()
        invoice.write({"transaction_ids": [(4, payment.id)]})
        self.computed()
        invoice.unlink()
        self.computed()
        self.assertSame()

    def test_who_reads_the_shorter_table(self):
        """Not who asks by hour or country, or may see own customers only."""
        asked = [
            ([], ["channel"], ["net:sum", "__count"], True),
            ([("gross", "!=", 0)], ["day:month"], ["gross:sum"], True),
            ([("gross", "!=", 0)], ["day:month"], ["fees:sum"], False),
            ([("brand_id.code", "=", "visa")], [], ["vamp_ratio:avg"], True),
            ([], ["hour"], ["gross:sum"], False),
            ([("country_id", "=", 1)], [], ["gross:sum"], False),
        ]
        reader = new_test_user(
            self.env, "reader", "base.group_user,account.group_account_readonly"
        )
        seller = new_test_user(
            self.env, "seller", "base.group_user,sales_team.group_sale_salesman"
        )
        for domain, groups, measures, brief in asked:
            for user, sees_all in ((reader, True), (seller, False)):
                with self.subTest(domain=domain, groups=groups, user=user.login):
                    model = self.rollup.with_user(user)
                    fitting = model._fitting(domain, [groups], measures)
                    self.assertEqual(
                        fitting.env.context["payment_rollup_brief"], brief and sees_all
                    )

    def test_declines_add_up(self):
        """By reason, together as many as the failed attempts."""
        payment = self.pay(attempts=[])
        self.tried(payment, ["failed"], at(9), decline_reason="insufficient_funds")
        other = self.pay(state="error", attempts=[])
        self.tried(other, ["failed"], at(9), failure_code="card_declined")
        blocked = self.pay(state="error", attempts=[])
        self.tried(blocked, ["failed"], at(9), outcome="blocked", decline_reason="rule")
        self.pay(state="error", attempts=[])
        self.computed()
        declines = self.env["payment.decline.report"]
        found = dict(
            declines._read_group(
                [("day", "=", at(9).date())], ["reason"], ["attempts:sum"]
            )
        )
        self.assertEqual(found, {"funds": 1, "declined": 1, "blocked": 1, "unknown": 1})
        on_the_day = [("day", "=", at(9).date())]
        self.assertEqual(self.total("failed_attempts", domain=on_the_day), 4)
        self.assertEqual(self.total("blocked_attempts", domain=on_the_day), 1)

    def test_time_to_settlement(self):
        """Nine payments after two days, one after seven: median 2, 90% 2, all 7."""
        payments = [self.pay(10, at(2), fee=1) for _each in range(10)]
        arrivals = {"2026-03-04": payments[:9], "2026-03-09": payments[9:]}
        for number, (day, paid) in enumerate(arrivals.items()):
            payout = (
                self.env["payment.payout"]
                .sudo()
                .create(
                    {
                        "provider_id": self.provider.id,
                        "gateway_ref": f"po_{number}",
                        "currency_id": self.currency.id,
                        "amount_minor": 1000,
                        "state": "in_transit",
                        "arrival_date": day,
                    }
                )
            )
            for payment in paid:
                payment.balance_transaction_ids.payout_id = payout
            self.computed()
            payout.state = "paid"
        self.assertEqual(self.computed(), 1)
        report = self.env["payment.settlement.report"]
        [(median, most, count)] = report._read_group(
            [], [], ["days_p50:avg", "days_p90:avg", "payments:sum"]
        )
        self.assertEqual((median, most, count), (2, 2, 10))
        payments[0].balance_transaction_ids.payout_id = payout
        self.computed()
        [(most,)] = report._read_group([], [], ["days_p90:avg"])
        self.assertEqual(most, 7)


@tagged("post_install", "-at_install")
class TestRollupHistories(RollupCommon):
    """Random lives of payments; the same seed gives the same life."""

    def test_random_histories(self):
        for seed in (1, 2, 3):
            with self.subTest(seed=seed):
                self.dice = random.Random(seed)
                self.payments = self.env["payment.transaction"]
                for _step in range(4):
                    for _change in range(12):
                        self.dice.choice(self.CHANGES)(self)
                    self.computed()
                    self.assertSame()
                    self.assertSame(["day:month", "payment_method_id"])
                    self.assertEventsSame()

    def moment(self):
        return at(self.dice.randrange(1, 28), self.dice.randrange(24))

    def one(self, done=True):
        found = self.payments.exists().filtered(
            lambda each: each.operation != "refund" and (each.state == "done") == done
        )
        return self.dice.choice(found) if found else found

    def paid(self):
        state = self.dice.choice(["done", "done", "error", "pending", "draft"])
        fails = ["failed"] * self.dice.randrange(3)
        last = {"done": ["succeeded"], "error": ["failed"]}.get(state, [])
        currency = self.dice.choice([self.currency, self.euro])
        visa = self.env.ref("payment.payment_method_visa")
        self.payments |= self.pay(
            self.dice.randrange(100, 90000) / 100,
            self.moment(),
            state,
            fee=self.dice.randrange(1, 100),
            attempts=fails + last,
            currency_id=currency.id,
            payment_method_id=self.dice.choice([self.pm_card, visa]).id,
            came_by=self.dice.choice([False, "link", "mobile"]),
        )

    def refunded(self):
        if payment := self.one():
            self.payments |= self.refund(payment, payment.amount / 4, self.moment())

    def is_disputed(self):
        payment = self.one()
        if payment and not payment.dispute_ids:
            self.disputed(payment)

    def dispute_moves(self):
        disputes = self.payments.exists().dispute_ids
        if disputes:
            self.dice.choice(disputes).state = self.dice.choice(
                ["won", "lost", "prevented", "warning_closed"]
            )

    def corrected(self):
        movements = self.payments.exists().balance_transaction_ids
        if movements:
            movement = self.dice.choice(movements)
            movement.fee_minor += 7
            movement.created_at += timedelta(days=self.dice.randrange(-3, 3))

    def moved_to_another_day(self):
        if payment := self.one():
            payment.paid_at = self.moment().replace(tzinfo=None)

    def succeeded_late(self):
        if payment := self.one(done=False):
            moment = self.moment()
            payment.write({"state": "done", "paid_at": moment.replace(tzinfo=None)})
            values = {"ref": f"ch_late_{payment.id}_{self.dice.random()}"}
            self.tried(payment, ["succeeded"], moment, **values)

    def deleted(self):
        payment = self.one(done=False)
        if payment and not payment.charge_ids:
            payment.sudo().unlink()

    def rate_changes(self):
        day = self.moment().date()
        known = self.env["res.currency.rate"].search(
            [("currency_id", "=", self.euro.id), ("name", "=", day)]
        )
        rate = self.dice.uniform(0.5, 2)
        if known:
            known[0].rate = rate
        else:
            self.env["res.currency.rate"].create(
                {"name": day, "rate": rate, "currency_id": self.euro.id}
            )

    CHANGES = (
        paid,
        paid,
        paid,
        refunded,
        is_disputed,
        dispute_moves,
        corrected,
        moved_to_another_day,
        succeeded_late,
        deleted,
        rate_changes,
    )

    def assertEventsSame(self):
        """Disputes by their own day, counted from the disputes themselves."""
        expected = defaultdict(int)
        for dispute in self.env["payment.dispute"].search(
            [("provider_id", "=", self.provider.id), ("transaction_id", "!=", False)]
        ):
            if not dispute.state.startswith("warning") and dispute.state != "prevented":
                expected[dispute.created_at.date()] += 1
        found = self.rollup._read_group(
            [("dispute_activity", ">", 0), ("provider_id", "=", self.provider.id)],
            ["day:day"],
            ["dispute_activity:sum"],
        )
        self.assertEqual(dict(found), expected)
