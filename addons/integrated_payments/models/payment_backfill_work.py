"""How an import works: windows of days, oldest first; in each, kind by kind, by page.

Each page is committed with the cursor of the next one, so that a crash repeats one page
at most. Within a closed range of creation times a list does not shift, whatever arrives
meanwhile; what arrives later than the range comes with its event or the next check.
"""

import logging
from datetime import timedelta, timezone

import psycopg2

from odoo import api, fields, models

from ..domain import minor_units
from ..gateway.errors import NeedsPerson, RetryLater
from ..gateway.pages import LISTED
from .payment_refresh import MOVEMENT_SOURCES

_logger = logging.getLogger(__name__)

SETTLE = timedelta(seconds=60)  # what is younger may not be in the gateway's lists yet
GRACE = timedelta(minutes=10)  # what is younger may be on its way as an event
WIDEST = 32  # days of a window
BACKOFF = (5, 15, 60, 300, 900)  # seconds before a page is asked for again
MAX_ATTEMPTS = 20
SHOWN = 100  # problems kept as text


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)


class PaymentBackfill(models.Model):
    _inherit = "payment.backfill"

    # === BEGIN === #

    def _begin(self):
        """Fix the range, and for a history where the books start."""
        now = fields.Datetime.now()
        history = self.kind == "history"
        if history:
            self._remember_account()
            if self.with_opening:
                self.provider_id._set_books_start(self.date_start)
            self.since = self.provider_id._start_of(self.date_start)
        self.write(
            {
                "state": "running",
                "until": max(now - (SETTLE if history else GRACE), self.since),
                "window_start": self.since,
                "window_days": 1 if history else WIDEST,
                "cursor_kind": LISTED[0],
                "started_at": now,
                "next_attempt_at": now,
            }
        )
        self._wake()

    def _remember_account(self):
        """Keep the chosen account as the provider's for the next time."""
        lines = self.provider_id.gateway_account_ids
        line = lines.filtered(lambda each: each.role == "opening")
        account = self.opening_account_id
        if line and account:
            line.account_id = account
        elif account:
            values = {"role": "opening", "account_id": account.id}
            lines.create({"provider_id": self.provider_id.id, **values})

    @api.model
    def _wake(self, at=None):
        """Let the job run, as soon as this database transaction has committed."""
        self.env.ref("integrated_payments.cron_backfill").sudo()._trigger(at=at)

    # === THE JOB === #

    @api.model
    def _cron_work(self):
        """Import page by page until nothing is due or the time is up."""
        commit = self.env["ir.cron"]._commit_progress
        time_left = True
        while time_left and (run := self._next_due()):
            run._work()
            remaining = self.search_count(self._due_domain())
            time_left = commit(1, remaining=remaining)
        self._post_the_rest(time_left)
        waiting = self.search([("state", "=", "running")])
        if waiting:
            self._wake(at=min(waiting.mapped("next_attempt_at")))

    @api.model
    def _due_domain(self):
        return [
            ("state", "=", "running"),
            ("next_attempt_at", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _next_due(self):
        return self.search(self._due_domain(), order="kind desc, id", limit=1)

    def _work(self):
        """Import one page, commit, then run the effects of payments it completed."""
        touched = self.env["payment.event"]._committed(self._step_or_note)
        for transaction in touched or ():
            if transaction.state == "done" and not transaction.is_post_processed:
                # No receipt for what was paid long ago.
                acting = transaction.with_context(
                    payment_history=self.kind == "history"
                )
                self.env["payment.event"]._settle_one(acting)

    def _step_or_note(self):
        """Take one step on a savepoint; what stops it is noted, to be seen.

        :return: the payment.transaction records touched
        """
        self.invalidate_recordset()
        if self.state != "running":
            return None
        try:
            with self.env.cr.savepoint():
                return self._step()
        except psycopg2.OperationalError:
            raise  # a conflict with another worker: the step is started over
        except RetryLater as error:
            self._wait(str(error))
        except NeedsPerson as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - shown on the import
            _logger.exception("Import %s", self.id)
            self._wait(f"{type(error).__name__}: {error}")
        return None

    def _step(self):
        """Import the next page and move the cursor behind it."""
        provider = self.provider_id.with_context(
            default_backfill_id=self.id, payment_history=self.kind == "history"
        )
        gateway = provider._gateway()
        if not self.page_count:
            self._check_mode(gateway)
            self._take_snapshot(gateway)
        end = min(self.window_start + timedelta(days=self.window_days), self.until)
        page = gateway.page(
            self.cursor_kind,
            _aware(self.window_start),
            _aware(end),
            self.cursor_after or None,
        )
        outcome = provider.with_company(provider.company_id)._import_page(page, gateway)
        self._note(page, outcome)
        self._advance(page, end)
        return outcome.touched.with_env(self.env)

    def _check_mode(self, gateway):
        """Keep test movements away from live books, and live ones from test books.

        :raise NeedsPerson: if the key's mode is not the provider's
        """
        if gateway.livemode() != (self.provider_id.state == "enabled"):
            raise NeedsPerson(
                self.env._(
                    "The secret key of %s is of another mode (test or live) than the"
                    " provider. Nothing was imported.",
                    self.provider_id.name,
                )
            )

    def _take_snapshot(self, gateway):
        """Keep the gateway's balance at a moment: the opening is computed from it."""
        if not (self.kind == "history" and self.with_opening):
            return
        moment = self.until
        newest = gateway.newest_movement()
        if newest:
            after_it = self.env["payment.fact"]._naive(newest.created)
            moment = min(moment, after_it + timedelta(seconds=1))
        self.snapshot_at = max(moment, self.since)
        self.snapshot = gateway.balance_at(_aware(self.snapshot_at))

    def _note(self, page, outcome):
        problems = (self.problems or "").splitlines() + outcome.problems
        self.write(
            {
                "page_count": self.page_count + 1,
                "window_pages": self.window_pages + 1,
                "looked_at": self.looked_at + len(page.facts),
                "problem_count": self.problem_count + len(outcome.problems),
                "problems": "\n".join(problems[:SHOWN]) or False,
                "attempts": 0,
                "message": False,
                "next_attempt_at": fields.Datetime.now(),
            }
        )

    def _advance(self, page, end):
        """Move on: to the next page, else the next kind, else the next window."""
        if page.next_after:
            self.cursor_after = page.next_after
            return
        self.cursor_after = False
        if page.kind != LISTED[-1]:
            self.cursor_kind = LISTED[LISTED.index(page.kind) + 1]
            return
        quiet = self.window_pages <= len(LISTED)
        days = self.window_days * 2 if quiet else self.window_days
        if self.window_pages > 4 * len(LISTED):
            days = self.window_days // 2
        self.write(
            {
                "cursor_kind": LISTED[0],
                "window_start": end,
                "window_days": min(max(days, 1), WIDEST),
                "window_pages": 0,
            }
        )
        if end >= self.until:
            self._finish()

    def _wait(self, reason):
        """Ask again later; after many attempts a person is asked."""
        attempts = self.attempts + 1
        if attempts >= MAX_ATTEMPTS:
            return self._fail(reason)
        seconds = BACKOFF[min(attempts, len(BACKOFF)) - 1]
        return self.write(
            {
                "attempts": attempts,
                "message": reason,
                "next_attempt_at": fields.Datetime.add(
                    fields.Datetime.now(), seconds=seconds
                ),
            }
        )

    def _fail(self, reason):
        self.write({"state": "failed", "message": reason})
        self._ask(self.env._("The import stopped: %s", reason))

    def _ask(self, summary):
        """Ask the responsible person, by an activity on this import."""
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            user_id=self.company_id._payment_responsible().id,
            summary=summary,
        )

    # === END === #

    def _finish(self):
        self.write({"state": "done", "finished_at": fields.Datetime.now()})
        if self.kind == "poll":
            self._report_poll()
        elif self.with_opening:
            self.env["payment.opening"]._state_anew(self)
        self.message = self._summary()
        if self.kind == "history":
            self.message_post(body=self.message)

    def _summary(self):
        text = self.env._(
            "%(looked)s objects looked at, %(found)s movements filled in, %(parked)s to"
            " review, %(problems)s problems.",
            looked=self.looked_at,
            found=self.found_count,
            parked=self.parked_count,
            problems=self.problem_count,
        )
        openings = self.env["payment.opening"].search(
            [("provider_id", "=", self.provider_id.id), ("state", "!=", "reversed")]
        )
        if self.kind == "history" and openings:
            amounts = ", ".join(
                minor_units.display(each.amount_minor, each.currency_id.name)
                for each in openings
            )
            text += " " + self.env._("Opening balance %s.", amounts)
        elif self.with_opening:
            text += " " + self.env._("The balance before that day was zero.")
        return text

    def _report_poll(self):
        """Say what the webhook missed, on the provider and to the responsible."""
        self.missed_count = len(self._missed())
        self.provider_id.write(
            {
                "last_poll_id": self.id,
                "last_poll_at": self.finished_at,
                "last_poll_missing": self.missed_count,
            }
        )
        if self.missed_count:
            self._ask(
                self.env._(
                    "The webhook missed %(count)s movements (the check of %(day)s found"
                    " them): check the endpoint.",
                    count=self.missed_count,
                    day=fields.Date.to_string(self.finished_at.date()),
                )
            )

    def _missed(self):
        """Return the movements that an event should have brought.

        Fees and adjustments come without an event, and what moved before the first
        event was heard could not be announced.
        """
        first = self.env["payment.event"].search(
            [("provider_id", "=", self.provider_id.id)], order="received_at", limit=1
        )
        begin = first.created_at or first.received_at
        return self.movement_ids.filtered(
            lambda each: (
                first
                and each.category in MOVEMENT_SOURCES
                and each.created_at >= begin
                and each.state != "opening"
            )
        )

    @api.model
    def _post_the_rest(self, time_left):
        """Post what a start of posting left over, batch by batch."""
        commit = self.env["ir.cron"]._commit_progress
        Movement = self.env["payment.balance.transaction"]
        for provider in self.env["payment.provider"].search(
            [("books_mode", "=", "post")]
        ):
            own = [("provider_id", "=", provider.id), ("state", "=", "pending")]
            left, before = Movement.search_count(own), None
            while time_left and left and left != before:
                self.env["payment.event"]._committed(
                    provider._post_balance_transactions
                )
                before, left = left, Movement.search_count(own)
                time_left = commit(1, remaining=bool(left and left != before))
