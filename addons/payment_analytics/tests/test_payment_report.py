"""What the report says, against figures worked out by hand or from the payments."""

import random
from collections import defaultdict

from odoo.tests import tagged

from ..metrics import definitions
from .common import AnalyticsCommon, at


@tagged("post_install", "-at_install")
class TestPaymentReport(AnalyticsCommon):
    def test_help_and_labels_are_those_of_the_definitions(self):
        """Each figure of the report bears its definition, and each has one."""
        described = definitions.FACTS | definitions.METRICS
        described.pop("gross_volume")  # the fact "gross" as it is
        own = definitions.ratios(definitions.PAYMENT)
        later = definitions.facts_on(definitions.EVENT) | {
            name: metric
            for name, metric in definitions.ratios().items()
            if name not in own
        }
        described = {
            name: each for name, each in described.items() if name not in later
        }
        fields = self.report._fields
        for name, figure in described.items():
            if getattr(figure, "over", None):
                continue  # a share of the whole, computed where it is shown
            with self.subTest(name):
                self.assertEqual(fields[name].help, figure.help)
                self.assertEqual(
                    fields[name].get_description(self.env)["string"], figure.label
                )
        measures = {
            name
            for name, field in fields.items()
            if field.aggregator and field.type in ("monetary", "integer", "float")
        } - {"id"}
        self.assertEqual(measures - set(described), set())

    def test_rows_are_payments(self):
        """A row bears its payment's id and opens it."""
        payment = self.pay()
        row = self.rows()
        self.assertEqual(row.ids, payment.ids)
        action = row.action_open_payment()
        self.assertEqual(action["res_model"], "payment.transaction")
        self.assertEqual(action["res_id"], payment.id)

    def test_what_never_reached_a_gateway_is_left_out(self):
        self.pay(state="draft", attempts=[])
        self.pay(operation="validation")
        self.assertFalse(self.rows())

    def test_money_of_a_payment(self):
        """100.00 paid, fee 3.20 of which tax 0.20."""
        payment = self.pay()
        self.moved(payment, "charge", 10000, fee=320, tax=20)
        self.assertEqual(
            self.total("gross", "fees", "fee_tax", "net", "effective_fee_rate"),
            [100, 3.2, 0.2, 96.8, 0.032],
        )

    def test_failed_then_paid(self):
        """The second card works: half of the attempts, all of the payments."""
        self.pay(attempts=["failed", "succeeded"])
        self.assertEqual(
            self.total("attempts", "succeeded_attempts", "failed_attempts"), [2, 1, 1]
        )
        self.assertEqual(self.total("attempt_success_rate", "success_rate"), [0.5, 1])

    def test_ratios_are_sums_over_sums(self):
        """A large and a small payment: never the mean of their own rates."""
        self.pay(900, fee=900)
        self.pay(100, fee=900)
        self.assertEqual(self.total("effective_fee_rate"), 0.018)
        self.assertEqual(self.total("average_ticket"), 500)
        self.pay(500, state="error")
        self.assertEqual(self.total("success_rate"), round(2 / 3, 6))
        groups = self.report.formatted_read_group(
            [("id", "not in", self.before)],
            ["payment_method_id"],
            ["effective_fee_rate:avg", "success_rate:avg"],
        )
        self.assertAlmostEqual(groups[0]["effective_fee_rate:avg"], 0.018)
        self.assertAlmostEqual(groups[0]["success_rate:avg"], 2 / 3)

    def test_a_ratio_without_denominator_is_empty(self):
        self.pay(state="pending", attempts=["pending"])
        self.assertEqual(self.total("attempts", "payments"), [1, 1])
        self.assertIs(self.total("success_rate"), False)
        self.assertIs(self.total("effective_fee_rate"), False)

    def test_refund_has_its_own_row_and_day(self):
        payment = self.pay(100, at(9), channel="saved", operation="online_token")
        child = self.refund(payment, 40, at(20))
        self.refund(payment, 10, at(21), state="error")
        row = self.rows(("id", "=", child.id))
        self.assertEqual(
            (str(row.day), row.kind, row.channel), ("2026-03-20", "refund", "saved")
        )
        self.assertEqual((row.gross, row.refunded, row.net), (0, 40, -40))
        self.assertEqual((row.payments, row.attempts, row.refunds), (0, 0, 1))
        self.assertEqual(
            self.total("gross", "refunded", "net", "refund_rate", "success_rate"),
            [100, 40, 60, 0.4, 1],
        )

    def test_dispute_lost_and_won_back(self):
        lost = self.pay(100)
        self.disputed(lost)
        self.assertEqual(
            self.total("gross", "disputed", "fees", "net", "dispute_rate"),
            [100, 100, 15, -15, 1],
        )
        self.moved(lost, "dispute_reversal", 10000, fee=-1500)
        self.assertEqual(self.total("disputed", "fees", "net"), [0, 0, 100])

    def test_an_inquiry_is_no_dispute(self):
        payment = self.pay()
        self.disputed(payment, status="warning_needs_response", fee=0)
        self.assertEqual(self.total("disputed_payments"), 0)

    def test_given_up_and_abandoned(self):
        """Only who tried and failed counts as failed."""
        self.pay(state="cancel", attempts=["failed"])
        self.pay(state="cancel", attempts=[])
        self.pay(state="cancel", attempts=["succeeded"])  # authorised, then voided
        self.assertEqual(self.total("payments", "failed_payments"), [3, 1])

    def test_gateway_without_attempts(self):
        """Where a gateway tells of no attempts each decided payment is one."""
        self.pay(attempts=[])
        self.pay(state="error", attempts=[])
        self.pay(state="pending", attempts=[])
        self.assertEqual(
            self.total("attempts", "succeeded_attempts", "failed_attempts"), [2, 1, 1]
        )

    def test_parts_of_a_capture_are_one_payment(self):
        """Core splits a payment that is captured in parts: no money counts twice."""
        payment = self.pay(100)
        for amount, state in ((60, "done"), (40, "cancel")):
            child = payment._create_child_transaction(amount)
            child.write({"state": state, "paid_at": "2026-03-12 10:00:00"})
        self.assertEqual(
            self.total("gross", "payments", "successful_payments", "attempts"),
            [60, 1, 1, 1],
        )

    def test_only_what_was_captured(self):
        """70 of 100 were captured, the rest was let go."""
        payment = self.pay(100, attempts=[])
        self.tried(payment, ["succeeded"], at(9), captured=7000)
        self.assertEqual(self.total("gross"), 70)

    def test_test_payments_never_count(self):
        """Except in a database that is marked as a sandbox."""
        self.pay()
        self.assertEqual(self.total("gross"), 100)
        self.provider.write({"books_mode": "off", "post_test_payments": False})
        self.assertFalse(self.rows())
        self.pay(30).is_live = True
        self.assertEqual(self.total("gross"), 30)

    def test_day_and_hour_are_the_companys(self):
        """23:30 UTC on Monday is half past midnight on Tuesday in Berlin."""
        self.company.partner_id.tz = "Europe/Berlin"
        self.pay(moment=at(9, 23, 30))
        row = self.rows()
        self.assertEqual(
            (str(row.day), row.weekday, row.hour), ("2026-03-10", "2", "00")
        )

    def test_method_brand_country_and_salesperson(self):
        visa = self.env.ref("payment.payment_method_visa")
        self.partner.user_id = self.env.user
        france = self.env.ref("base.fr")
        self.pay(payment_method_id=visa.id).partner_country_id = france
        row = self.rows()
        self.assertEqual(row.brand_id, visa)
        self.assertEqual(row.payment_method_id, self.pm_card)
        self.assertEqual(row.country_id, france)
        self.assertEqual(row.user_id, self.env.user)

    def test_foreign_currency_at_the_rate_of_the_day(self):
        """Each payment at its own day's rate, as Odoo converts it."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2026-03-01", 0.8), ("2026-03-10", 0.5)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": self.company.id,
                }
            )
        expected = 0.0
        for day in (9, 10):
            moment = at(day)
            payment = self.pay(100, moment, currency_id=euro.id)
            self.moved(payment, "charge", 10000, 300, moment, tax=50)
            for amount in (100, -3):
                expected += euro._convert(
                    amount, self.currency, self.company, moment.date()
                )
        self.assertEqual(self.total("gross", "fees", "fee_tax"), [325, 9.75, 1.63])
        self.assertEqual(self.total("net"), expected)

    def test_settled_in_another_currency(self):
        """Paid in euro, fee taken in the company's currency: each by its own."""
        euro = self.env.ref("base.EUR")
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "rate": 0.5, "currency_id": euro.id}
        )
        payment = self.pay(100, currency_id=euro.id)
        self.moved(payment, "charge", 19500, 600, currency="USD")
        self.assertEqual(self.total("gross", "fees"), [200, 6])

    def test_random_histories_against_the_payments_themselves(self):
        """Every figure of every method and day equals one worked out in Python."""
        dice = random.Random(20260309)
        methods = (
            self.pm_card,
            self.env.ref("payment.payment_method_sepa_direct_debit"),
        )
        for _each in range(60):
            state = dice.choice(["done", "done", "done", "error", "cancel", "pending"])
            fails = ["failed"] * dice.randrange(3)
            last = {"done": ["succeeded"], "error": ["failed"]}.get(state, [])
            payment = self.pay(
                dice.randrange(100, 50000) / 100,
                at(dice.randrange(1, 5), dice.randrange(24)),
                state,
                fee=dice.randrange(1, 100),
                attempts=fails + last,
                payment_method_id=dice.choice(methods).id,
            )
            if state == "done" and dice.random() < 0.3:
                self.refund(payment, payment.amount / 2, at(dice.randrange(5, 8)))
            if state == "done" and dice.random() < 0.2:
                self.disputed(payment)
        expected = self._by_hand()
        facts = list(definitions.facts_on(definitions.PAYMENT))
        ratios = list(definitions.ratios(definitions.PAYMENT))
        for day, method, *figures in self.report._read_group(
            [("id", "not in", self.before)],
            ["day:day", "payment_method_id"],
            [f"{name}:sum" for name in facts] + [f"{name}:avg" for name in ratios],
        ):
            sums = expected.pop((day, method))
            for name, figure in zip(facts + ratios, figures, strict=True):
                wanted = (
                    sums[name]
                    if name in facts
                    else definitions.value(definitions.METRICS[name], sums)
                )
                with self.subTest(name, day=day, method=method.name):
                    if wanted is None:
                        self.assertIs(figure, False)
                    else:
                        self.assertAlmostEqual(figure, wanted, 6)
        self.assertFalse(expected)

    def _by_hand(self):
        """Return {(day, method): {fact: sum}} from the payments' own records."""
        totals = defaultdict(lambda: dict.fromkeys(definitions.FACTS, 0))
        payments = self.env["payment.transaction"].search(
            [("id", "not in", self.before)]
        )
        for payment in payments:
            moment = payment.paid_at or payment.last_state_change
            sums = totals[moment.date(), payment.payment_method_id]
            done = payment.state == "done"
            movements = payment.balance_transaction_ids
            sums["fees"] += sum(movements.mapped("fee_minor")) / 100
            if payment.operation == "refund":
                sums["refunded"] -= payment.amount
                sums["refunds"] += 1
                continue
            charges = payment.charge_ids
            failed = charges.filtered(lambda each: each.state == "failed")
            sums["payments"] += 1
            sums["gross"] += payment.amount * done
            sums["successful_payments"] += done
            sums["card_not_present"] += (
                done and payment.payment_method_id.code == "card"
            )
            sums["failed_payments"] += payment.state == "error" or (
                payment.state == "cancel" and bool(failed)
            )
            sums["attempts"] += len(charges)
            sums["failed_attempts"] += len(failed)
            sums["succeeded_attempts"] += len(charges - failed)
            if payment.dispute_ids:
                sums["disputed_payments"] += 1
                sums["disputed"] += payment.amount
        return totals
