from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway import types
from ..gateway.errors import NeedsPerson, RetryLater
from .common import IntegratedPaymentsCommon

START = date(2026, 3, 1)


class BackfillCommon(IntegratedPaymentsCommon):
    """A gateway with a past: payments of which Odoo heard nothing."""

    def setUp(self):
        super().setUp()
        self.numbers = iter(range(1, 1000))

    def day(self, text):
        """Return noon of a day, aware."""
        return datetime.fromisoformat(f"{text}T12:00:00").replace(tzinfo=timezone.utc)

    def say_payment(self, day, amount=100.0, known=True):
        """A payment of a day at the gateway; ``known``: its transaction is in Odoo."""
        number = next(self.numbers)
        tx = self._create_transaction(
            "direct",
            amount=amount,
            reference=f"P-{number}",
            provider_reference=f"pi_{number}",
        )
        self.say_paid(tx, number=number, fee=300, tax=0)
        self.date_facts(number, self.day(day))
        if not known:
            self.gateway.facts["intent", f"pi_{number}"] = replace(
                self.gateway.facts["intent", f"pi_{number}"], reference=None
            )
            tx.unlink()
        return number, tx

    def date_facts(self, number, moment):
        for key in (
            ("charge", f"ch_{number}"),
            ("intent", f"pi_{number}"),
            ("balance_transaction", f"txn_{number}"),
        ):
            self.gateway.facts[key] = replace(self.gateway.facts[key], created=moment)

    def say_fee(self, day, minor, ref=None):
        """A fee without any event and source."""
        ref = ref or f"txn_fee_{next(self.numbers)}"
        self.say_movement(ref, "fee", -minor, created=self.day(day))
        return ref

    def history(self, start=START, **values):
        return self.env["payment.backfill"].create(
            {"provider_id": self.provider.id, "date_start": start, **values}
        )

    @contextmanager
    def committing(self, after_page=None):
        """Let jobs run in a test: nothing is committed; ``after_page`` is called."""

        def progress(_cron, processed=0, **_kwargs):
            if processed and after_page:
                after_page()
            return 1.0

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", progress):
            yield

    def run_job(self, after_page=None):
        with self.committing(after_page):
            self.env["payment.backfill"].sudo()._cron_work()

    def import_history(self, start=START, **values):
        run = self.history(start, **values)
        run.action_start()
        self.run_job()
        return run

    def movements(self, **equal):
        domain = [("provider_id", "=", self.provider.id)]
        domain += [(name, "=", value) for name, value in equal.items()]
        return self.env["payment.balance.transaction"].search(domain)

    def prove(self):
        self.provider._prove_balance()
        self.assertEqual(self.provider.proof_state, "green", self.provider.proof_text)


@tagged("-at_install", "post_install")
class TestBackfill(BackfillCommon):
    """The gateway's past comes into the books, once, whatever interrupts it."""

    def test_history_is_posted_and_proven(self):
        _number, tx = self.say_payment("2026-03-02")
        self.say_payment("2026-04-20", 50.0)
        self.say_fee("2026-05-05", 700)
        run = self.import_history()
        self.assertEqual((run.state, run.progress), ("done", 100.0), run.message)
        self.assertEqual((run.found_count, run.parked_count), (3, 0))
        self.assertEqual((tx.state, self.trail(tx)["books"]), ("done", "done"))
        self.assertEqual(self.balances(), {"gateway": 137.0, "fee": 13.0})
        self.assertIn("3 movements filled in", run.message)
        self.prove()

    def test_no_receipt_for_a_payment_of_long_ago(self):
        _number, tx = self.say_payment("2026-03-02")
        self.import_history()
        self.assertEqual(self.trail(tx)["receipt"], "none")

    def test_repeated_run_changes_nothing(self):
        self.say_payment("2026-03-02")
        self.say_payment("2026-03-03", known=False)
        self.say_fee("2026-05-05", 700)
        self.say_payout("po_1", ["txn_1"], created=self.day("2026-03-05"))
        self.import_history()
        before = (self.lines(), self.balances(), self.movements().mapped("write_date"))
        again = self.import_history()
        self.assertEqual((again.state, again.found_count), ("done", 0))
        self.assertEqual(
            (self.lines(), self.balances(), self.movements().mapped("write_date")),
            before,
        )

    def lines(self):
        return (
            self.env["account.bank.statement.line"]
            .search([("journal_id", "=", self.provider.journal_id.id)])
            .mapped(lambda line: (line.id, line.amount, line.ref))
        )

    def test_cut_in_the_middle_goes_on_where_it_was(self):
        """The server dies during a page: what was committed stands, nothing is lost."""
        self.gateway.page_size = 2
        for day in range(2, 9):
            self.say_payment(f"2026-03-0{day}")
        run = self.history()
        run.action_start()
        pages = []

        def die():
            pages.append((run.cursor_kind, run.window_start, run.cursor_after))
            if len(pages) == 17:
                raise KeyboardInterrupt

        with suppress(KeyboardInterrupt):  # assertRaises would roll back
            self.run_job(after_page=die)
        self.assertEqual(len(pages), 17)
        self.assertEqual(run.state, "running")
        kept = len(self.movements())
        self.assertTrue(0 < kept < 7, kept)
        asked = len(self.gateway.asked)
        self.run_job()
        self.assertEqual((run.state, len(self.movements())), ("done", 7))
        self.assertEqual(len(set(pages)), len(pages), "no page was taken twice")
        self.assertNotIn(
            ("charge", "ch_1"), self.gateway.asked[asked:], "it did not begin anew"
        )
        self.prove()

    def test_error_in_a_page_undoes_that_page_alone(self):
        self.say_payment("2026-03-02")
        run = self.history()
        run.action_start()
        post = patch.object(
            type(self.provider), "_post_balance_transactions", side_effect=ValueError
        )
        logger = "odoo.addons.integrated_payments.models.payment_backfill_work"
        with post, mute_logger(logger):
            self.run_job()
        self.assertEqual((run.state, run.attempts), ("running", 1))
        self.assertIn("ValueError", run.message)
        self.assertFalse(self.movements())
        self.later(run)
        self.run_job()
        self.assertEqual((run.state, run.attempts), ("done", 0))
        self.prove()

    def later(self, run):
        run.next_attempt_at = datetime.now() - timedelta(seconds=1)

    def test_rate_limit_is_respected(self):
        self.say_payment("2026-03-02")
        run = self.history()
        run.action_start()
        self.gateway.failure = RetryLater("Stripe cannot be reached: 429")
        self.run_job()
        self.assertEqual((run.state, run.attempts), ("running", 1))
        self.assertIn("429", run.message)
        self.assertGreater(run.next_attempt_at, datetime.now())
        self.gateway.failure = None
        self.run_job()  # too early
        self.assertEqual(run.state, "running")
        self.later(run)
        self.run_job()
        self.assertEqual((run.state, len(self.movements())), ("done", 1))

    def test_refused_key_stops_it_and_asks(self):
        run = self.history()
        run.action_start()
        self.gateway.failure = NeedsPerson("Stripe refused the secret key.")
        self.run_job()
        self.assertEqual(run.state, "failed")
        self.assertIn("refused the secret key", run.activity_ids.summary)
        self.gateway.failure = None
        run.action_resume()
        self.run_job()
        self.assertEqual(run.state, "done")

    def test_live_key_in_a_test_provider_imports_nothing(self):
        self.say_payment("2026-03-02")
        self.gateway.is_live = True
        run = self.import_history()
        self.assertEqual(run.state, "failed")
        self.assertIn("mode", run.message)
        self.assertFalse(self.movements())

    def test_pause_and_resume(self):
        self.gateway.page_size = 1
        self.say_payment("2026-03-02")
        self.say_payment("2026-03-03")
        run = self.history()
        run.action_start()
        self.run_job(after_page=run.action_pause)
        self.assertEqual(run.state, "paused")
        self.assertLess(len(self.movements()), 2)
        run.action_resume()
        self.run_job()
        self.assertEqual((run.state, len(self.movements())), ("done", 2))

    def test_late_arrivals_while_it_runs(self):
        """New payments come by events meanwhile: none is lost, none doubled."""
        self.gateway.page_size = 1
        for day in range(2, 6):
            self.say_payment(f"2026-03-0{day}")
        arrived = []

        def arrive():
            if len(arrived) < 3:
                number, tx = self.say_payment("2026-03-02")
                self.date_facts(number, datetime.now(timezone.utc))
                self.hear_and_work("charge.updated", f"ch_{number}")
                arrived.append(tx)

        run = self.history()
        run.action_start()
        self.run_job(after_page=arrive)
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self.movements(state="posted")), 7)
        self.assertEqual(run.found_count, 4)
        self.assertFalse(run.opening_ids)
        self.prove()

    def test_one_bad_object_is_listed_and_its_movement_kept(self):
        number, tx = self.say_payment("2026-03-02")
        tx.amount = 99.0
        self.say_payment("2026-03-03")
        run = self.import_history()
        self.assertEqual((run.state, run.parked_count), ("done", 1))
        self.assertIn("is over", run.problems)
        bad = self.movements(gateway_ref=f"txn_{number}")
        self.assertEqual(bad.state, "parked")
        self.assertEqual(run.action_view_parked()["domain"][0][2], run.id)
        self.prove()

    def test_payment_outside_odoo_is_parked_not_dropped(self):
        self.say_payment("2026-03-02", known=False)
        run = self.import_history()
        self.assertEqual((run.found_count, run.parked_count), (1, 1))
        self.assertEqual(self.balances(), {"gateway": 97.0, "suspense": -97.0})
        self.prove()

    def test_refund_dispute_and_payout_of_the_past(self):
        number, tx = self.say_payment("2026-03-02")
        when = self.day("2026-03-04")
        self.say_movement("txn_re", "refund", -2500, source="re_1", created=when)
        self.gateway.put(
            "refund",
            types.Refund(
                ref="re_1",
                status="succeeded",
                amount=2500,
                currency="USD",
                created=when,
                charge_ref=f"ch_{number}",
                intent_ref=f"pi_{number}",
                balance_transaction_ref="txn_re",
            ),
        )
        self.say_payout("po_1", [f"txn_{number}", "txn_re"])
        self.gateway.facts["payout", "po_1"] = replace(
            self.gateway.facts["payout", "po_1"], created=self.day("2026-03-06")
        )
        run = self.import_history()
        self.assertEqual(run.found_count, 3)
        self.assertEqual(tx.child_transaction_ids.amount, -25.0)
        payout = self.env["payment.payout"].search([("gateway_ref", "=", "po_1")])
        self.assertEqual((payout.proof, payout.state), ("proven", "paid"))
        self.assertEqual(self.balances(), {"transit": 72.0, "fee": 3.0})
        self.prove()

    def test_only_one_import_at_a_time_and_not_without_books(self):
        with self.assertRaisesRegex(UserError, "future"):
            self.history(date(2999, 1, 1)).action_start()
        self.history().action_start()
        with self.assertRaisesRegex(UserError, "under way"):
            self.history().action_start()
        self.provider.books_mode = "off"
        with self.assertRaises(UserError):
            self.history().action_start()

    def test_accountant_sees_and_starts_it(self):
        """Few may read providers; who keeps the books need not."""
        accountant = self.env["res.users"].create(
            {
                "name": "Ada",
                "login": "ada",
                "group_ids": [
                    (4, self.env.ref("integrated_payments.group_payment_manager").id)
                ],
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        self.say_payment("2026-03-02")
        Backfill = self.env["payment.backfill"].with_user(accountant)
        run = Backfill.create({"date_start": START})
        run.action_start()
        self.run_job()
        self.assertEqual((run.state, run.provider_name), ("done", self.provider.name))


@tagged("-at_install", "post_install")
class TestOpening(BackfillCommon):
    """What moved before the books began is one line, and the proof is zero."""

    def setUp(self):
        super().setUp()
        self.say_payment("2026-01-10", 200.0)
        self.say_payment("2026-02-10", 60.0)
        self.say_payment("2026-03-02", 100.0)
        self.equity = self.env["account.account"].create(
            {"name": "Opening", "code": "OPEN1", "account_type": "equity"}
        )

    def opening(self):
        return self.env["payment.opening"].search(
            [("provider_id", "=", self.provider.id), ("state", "!=", "reversed")]
        )

    def test_earlier_periods_are_one_line(self):
        run = self.import_history(opening_account_id=self.equity.id)
        opening = self.opening()
        self.assertEqual((opening.amount, opening.state), (254.0, "posted"))
        line = opening.statement_line_id
        self.assertEqual(str(line.date), "2026-02-28")
        counterpart = line.line_ids.filtered(
            lambda item: item.account_id == self.equity
        )
        self.assertEqual(counterpart.balance, -254.0)
        self.assertEqual(self.balances(), {"gateway": 351.0, "fee": 3.0})
        self.assertEqual(run.opening_ids, opening)
        self.assertIn("254.00 USD", run.message)
        self.prove()

    def test_without_an_account_a_person_matches_it(self):
        self.import_history()
        line = self.opening().statement_line_id
        self.assertFalse(line.is_reconciled)
        self.assertEqual(self.balances()["suspense"], -254.0)

    def test_done_again_it_stays_the_same_line(self):
        self.import_history()
        first = self.opening()
        self.import_history()
        self.assertEqual(self.opening(), first)

    def test_earlier_start_reverses_and_states_it_anew(self):
        self.import_history(opening_account_id=self.equity.id)
        first = self.opening()
        self.import_history(date(2026, 2, 1), opening_account_id=self.equity.id)
        self.assertEqual(first.state, "reversed")
        self.assertEqual(first.reversal_line_id.amount, -254.0)
        self.assertEqual(self.opening().amount, 197.0)
        self.assertEqual(len(self.movements(state="posted")), 2)
        self.prove()

    def test_later_start_leaves_what_is_posted(self):
        self.import_history(date(2026, 2, 1))
        self.import_history()
        self.assertEqual(self.opening().amount, 197.0)
        self.assertEqual(len(self.movements(state="posted")), 2)
        self.prove()

    def test_event_about_an_earlier_payment_posts_nothing_twice(self):
        self.import_history()
        self.hear_and_work("charge.updated", "ch_1")
        early = self.movements(gateway_ref="txn_1")
        self.assertEqual((early.state, early.statement_line_id.id), ("opening", False))
        early.action_post()
        self.assertEqual(early.state, "opening")
        self.prove()

    def test_payout_of_earlier_movements_is_proven(self):
        self.say_payout("po_1", ["txn_1", "txn_2"])
        self.import_history()
        payout = self.env["payment.payout"].search([("gateway_ref", "=", "po_1")])
        self.assertEqual(payout.proof, "proven")
        self.assertEqual(self.movements(gateway_ref="txn_1").state, "opening")
        self.prove()

    def test_opening_in_a_currency_without_a_rate_waits(self):
        self.say_movement(
            "txn_chf", "fee", -500, currency="CHF", created=self.day("2026-01-15")
        )
        self.import_history()
        parked = self.opening().filtered(lambda each: each.state == "parked")
        self.assertIn("CHF", parked.reason)
        chf = parked.currency_id
        chf.active = True
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": chf.id, "rate": 0.9}
        )
        parked.action_post()
        self.assertEqual(parked.state, "posted")
        self.prove()

    def test_closed_period_moves_the_line_to_the_first_open_day(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        self.import_history()
        self.assertEqual(str(self.opening().statement_line_id.date), "2026-04-01")


@tagged("-at_install", "post_install")
class TestPoll(BackfillCommon):
    """Each night what webhooks missed is found, filled in and reported."""

    def check(self):
        self.provider.stripe_secret_key = "sk_test_x"
        with self.committing():
            self.env["payment.provider"]._cron_poll()
        self.run_job()
        return self.provider.last_poll_id

    def test_dropped_event_is_filled_and_reported(self):
        number, _tx = self.say_payment("2026-03-02")
        self.hear_and_work("charge.updated", f"ch_{number}")
        _number, missed = self.say_payment("2026-03-03")
        self.say_payment("2026-03-04", known=False)
        poll = self.check()
        self.assertEqual((poll.kind, poll.state), ("poll", "done"), poll.message)
        self.assertEqual(poll.found_count, 2)
        self.assertEqual((poll.missed_count, poll.parked_count), (2, 1))
        self.assertEqual(missed.state, "done")
        self.assertEqual(self.trail(missed)["books"], "done")
        self.assertEqual(self.provider.last_poll_missing, 2)
        activity = poll.activity_ids
        self.assertIn("The webhook missed 2 movements", activity.summary)
        self.assertEqual(activity.user_id, self.company._payment_responsible())
        self.prove()
        again = self.check()
        self.assertNotEqual(again, poll)
        self.assertEqual((again.found_count, again.missed_count), (0, 0))
        self.assertEqual(self.provider.last_poll_missing, 0)

    def test_fees_come_without_an_event_and_alarm_nobody(self):
        number, _tx = self.say_payment("2026-03-02")
        self.hear_and_work("charge.updated", f"ch_{number}")
        self.say_fee("2026-03-03", 900)
        poll = self.check()
        self.assertEqual((poll.found_count, poll.missed_count), (1, 0))
        self.assertFalse(poll.activity_ids)
        self.prove()

    def test_what_is_younger_than_minutes_may_be_on_its_way(self):
        number, _tx = self.say_payment("2026-03-02")
        self.hear_and_work("charge.updated", f"ch_{number}")
        number, _tx = self.say_payment("2026-03-02")
        self.date_facts(number, datetime.now(timezone.utc) - timedelta(minutes=2))
        self.assertEqual(self.check().found_count, 0)

    def test_payout_whose_events_were_lost(self):
        number, _tx = self.say_payment("2026-03-09")
        self.hear_and_work("charge.updated", f"ch_{number}")
        self.say_payout("po_1", [f"txn_{number}"], status="in_transit")
        self.check()
        payout = self.env["payment.payout"].search([("gateway_ref", "=", "po_1")])
        self.assertEqual((payout.state, payout.proof), ("in_transit", "proven"))
        self.gateway.facts["payout", "po_1"] = replace(
            self.gateway.facts["payout", "po_1"], status="paid"
        )
        self.check()
        self.assertEqual(payout.state, "paid")
        self.prove()

    def test_after_weeks_without_a_server_it_looks_back_far_enough(self):
        number, _tx = self.say_payment("2026-03-02")
        self.hear_and_work("charge.updated", f"ch_{number}")
        poll = self.check()
        self.assertEqual(str(poll.since), "2026-02-23 12:00:00")

    def test_unchanged_payments_are_not_fetched_again(self):
        number, _tx = self.say_payment("2026-03-02")
        self.hear_and_work("charge.updated", f"ch_{number}")
        before = len(self.gateway.asked)
        self.check()
        asked = {each[0] for each in self.gateway.asked[before:]}
        self.assertEqual(asked, {"page"})

    def test_a_paused_check_goes_on_in_the_next_night(self):
        """Else a pause would end the safety net without a word."""
        number, _tx = self.say_payment("2026-03-02")
        self.hear_and_work("charge.updated", f"ch_{number}")
        self.say_payment("2026-03-03")
        poll = self.provider._begin_poll()
        poll.action_pause()
        self.run_job()
        self.assertEqual(poll.state, "paused")
        self.assertEqual(self.check(), poll)
        self.assertEqual((poll.state, poll.found_count), ("done", 1))

    def test_failed_check_is_seen_and_the_next_one_begins(self):
        self.gateway.failure = NeedsPerson("Stripe refused the secret key.")
        self.check()
        failed = self.env["payment.backfill"].search([("kind", "=", "poll")])
        self.assertEqual((failed.state, len(failed.activity_ids)), ("failed", 1))
        self.gateway.failure = None
        self.assertEqual(self.check().state, "done")
