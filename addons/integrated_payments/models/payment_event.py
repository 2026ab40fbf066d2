import json
import logging
import time
from datetime import datetime, timezone

import psycopg2
from psycopg2 import errorcodes

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..gateway import stripe as translator
from ..gateway.errors import NeedsPerson, Refused, RetryLater
from ..gateway.redaction import redact

_logger = logging.getLogger(__name__)

BATCH = 40  # events per commit
MAX_ATTEMPTS = 12
CONFLICTS = 5  # how often a step that met another worker is started over
MAX_BODY = 1024 * 1024  # bytes
BACKOFF = (1, 2, 5, 15, 60, 300, 900, 3600)  # seconds before the next attempt


class PaymentEvent(models.Model):
    """The inbox: each notification of a gateway, once, and what became of it."""

    _name = "payment.event"
    _description = "Payment gateway event"
    _order = "id desc"
    _rec_name = "gateway_ref"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    gateway_ref = fields.Char("Event ID", required=True, readonly=True)
    event_type = fields.Char("Type", required=True, readonly=True, index=True)
    object_ref = fields.Char("Object", readonly=True, index="btree_not_null")
    livemode = fields.Boolean(readonly=True)
    api_version = fields.Char(readonly=True)
    created_at = fields.Datetime("Created at Gateway", readonly=True)
    received_at = fields.Datetime("Received", readonly=True, required=True)
    processed_at = fields.Datetime("Processed", readonly=True)
    payload = fields.Json(readonly=True)
    payload_text = fields.Text(compute="_compute_payload_text")
    state = fields.Selection(
        [
            ("pending", "To Process"),
            ("done", "Processed"),
            ("ignored", "No Effect"),
            ("parked", "Needs Attention"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True, index="btree_not_null")
    reason = fields.Text(readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, index="btree_not_null"
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This event is already in the inbox."
    )
    _todo_idx = models.Index("(next_attempt_at, id) WHERE state = 'pending'")

    @api.depends("payload")
    def _compute_payload_text(self):
        for event in self:
            event.payload_text = json.dumps(event.payload, indent=2, sort_keys=True)

    # === RECEIVING === #

    @api.model
    def _receive(self, provider, body):
        """Store a verified notification and wake the job.

        :param provider: the provider (sudo) whose secret signed it
        :param bytes body: the raw request body
        :return: whether the event is new
        :raise Refused: if the body is no event
        """
        event = self._parse(body)
        now = fields.Datetime.now()
        values = {
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "gateway_ref": event["id"],
            "event_type": event["type"],
            "object_ref": event["data"]["object"].get("id"),
            "livemode": bool(event.get("livemode")),
            "api_version": event.get("api_version"),
            "created_at": datetime.fromtimestamp(
                event.get("created") or 0, timezone.utc
            ).replace(tzinfo=None),
            "received_at": now,
            "payload": self._storable(event),
            "state": "pending",
            "attempts": 0,
            "next_attempt_at": now,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }
        columns = SQL(", ").join(SQL.identifier(name) for name in values)
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_event (%s) VALUES %s"
                " ON CONFLICT (provider_id, gateway_ref) DO NOTHING RETURNING id",
                columns,
                tuple(values.values()),
            )
        )
        is_new = bool(self.env.cr.fetchone())
        if is_new:
            self._wake()
        return is_new

    @api.model
    def _parse(self, body):
        """Return the event in ``body`` as a dict.

        :raise Refused: too large, or no event that can be read
        """
        if len(body) > MAX_BODY:
            raise Refused("too_large")
        try:
            event = json.loads(body)
            ref = event["data"]["object"].get("id")
            readable = (
                all(_is_name(each) for each in (event["id"], event["type"]))
                and (ref in (None, "") or _is_name(ref))
                and isinstance(event["data"]["object"], dict)
                and _is_moment(event.get("created") or 0)
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            readable = False
        if not readable:
            raise Refused("malformed")
        return event

    @api.model
    def _storable(self, event):
        """Return the event's payload as JSON text, without secrets.

        :raise Refused: if it holds what the database cannot (numbers without end)
        """
        try:
            return json.dumps(redact(event), allow_nan=False)
        except (ValueError, RecursionError) as error:
            raise Refused("malformed") from error

    @api.model
    def _wake(self):
        """Let the job run as soon as this database transaction has committed."""
        self.env.ref("integrated_payments.cron_process_events").sudo()._trigger()

    # === THE JOB === #

    @api.model
    def _cron_process(self):
        """Process what is due, step by step, until nothing is left.

        Money goes first: the effects of a payment wait while events wait. Each step is
        committed with its progress, so a crash repeats little and loses nothing: events
        are still due then, and payments whose effects were cut off are found again.
        """
        todo = self.env["payment.transaction"]._unsettled()
        time_left = True
        while time_left and ((batch := self._claim()) or todo):
            if batch:
                todo |= self._committed(batch._process) or todo.browse()
            else:
                self._settle_one(todo[0])
                todo -= todo[0]
            remaining = self.search_count(self._due_domain()) + len(todo)
            time_left = self.env["ir.cron"]._commit_progress(
                len(batch) or 1, remaining=remaining
            )
        self._schedule_next()
        self._committed(self.env["payment.provider"]._ask_about_parked)

    @api.model
    def _settle_one(self, transaction):
        """Run what a payment's state asks for; an error stops no other."""
        try:
            self._committed(transaction._settle)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("The effects of payment %s", transaction.id)

    @api.model
    def _committed(self, step):
        """Run ``step`` and commit; on a conflict with another worker, start it over.

        :return: what the step returned, None if it met conflicts all the time: its
            events are still due then, and its effects are left to the next run
        """
        for attempt in range(CONFLICTS):
            try:
                result = step()
                self.env["ir.cron"]._commit_progress()
            except psycopg2.OperationalError as error:
                self.env.cr.rollback()
                _logger.info("Conflict %s, starting over: %s", attempt + 1, error)
                time.sleep(0.2 * (attempt + 1))
            else:
                return result
        return None

    @api.model
    def _due_domain(self):
        return [
            ("state", "=", "pending"),
            ("next_attempt_at", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _claim(self):
        """Lock the next due events; what another worker holds is skipped."""
        due = self.search(self._due_domain(), order="id", limit=4 * BATCH)
        return due.try_lock_for_update(limit=BATCH)

    @api.model
    def _schedule_next(self):
        """Trigger the job for the earliest event that waits for a later attempt."""
        waiting = self.search(
            [("state", "=", "pending")], order="next_attempt_at", limit=1
        )
        if waiting:
            self.env.ref("integrated_payments.cron_process_events")._trigger(
                at=waiting.next_attempt_at
            )

    def _process(self):
        """Apply the events in the order of arrival, then post what they brought.

        :return: the payment.transaction records whose effects are now to be run
        """
        touched = self.env["payment.transaction"]
        for provider, events in self.grouped("provider_id").items():
            gateway = _Memory(provider.sudo())
            for event in events.sorted("id"):
                touched |= event._process_one(gateway)
            provider.sudo()._post_balance_transactions()
        return touched

    def _process_one(self, gateway):
        """Apply one event on its own savepoint and record what became of it.

        :return: the payment.transaction it touched, or an empty recordset
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                transaction = self._apply(gateway)
        except RetryLater as error:
            self._retry(str(error))
        except NeedsPerson as error:
            self._park(str(error))
        except psycopg2.OperationalError:
            raise  # serialization: the whole batch runs again
        except psycopg2.Error as error:
            if error.pgcode != errorcodes.UNIQUE_VIOLATION:
                raise
            self._retry(self.env._("Another worker stored the same fact."))
        except Exception as error:  # noqa: BLE001 - shown to a person, never swallowed
            _logger.exception("Event %s failed", self.gateway_ref)
            self._retry(f"{type(error).__name__}: {error}")
        else:
            return transaction
        return self.env["payment.transaction"]

    def _apply(self, gateway):
        self._check_mode()
        subject = translator.subject_of(self.event_type, self.object_ref)
        transaction = self.env["payment.transaction"]
        if subject:
            self._check_named(subject)
            transaction = gateway.apply(*subject, self.received_at)
        self.write(
            {
                "state": "done" if subject else "ignored",
                "processed_at": fields.Datetime.now(),
                "transaction_id": transaction[:1].id,
                "reason": False,
                "next_attempt_at": False,
            }
        )
        return transaction

    def _check_named(self, subject):
        """Refuse to guess which object an event means.

        :raise NeedsPerson: if it names none (the balance is one of a kind)
        """
        if not subject.ref and subject.kind != "balance":
            raise NeedsPerson(
                self.env._("The event %s names no object.", self.event_type)
            )

    def _check_mode(self):
        """Keep test events away from live books, and live ones from test books.

        :raise NeedsPerson: if the event's mode is not the provider's
        """
        if self.livemode != (self.provider_id.sudo().state == "enabled"):
            mode = self.env._("live") if self.livemode else self.env._("test")
            raise NeedsPerson(
                self.env._(
                    "This is a %(mode)s mode event, but the provider %(provider)s is"
                    " not in %(mode)s mode. Nothing was changed.",
                    mode=mode,
                    provider=self.provider_id.name,
                )
            )

    def _retry(self, reason):
        """Plan a later attempt, or park the event after too many."""
        attempts = self.attempts + 1
        if attempts >= MAX_ATTEMPTS:
            self._park(reason)
            return
        seconds = BACKOFF[min(attempts, len(BACKOFF)) - 1]
        self.write(
            {
                "attempts": attempts,
                "reason": reason,
                "next_attempt_at": fields.Datetime.add(
                    fields.Datetime.now(), seconds=seconds
                ),
            }
        )

    def _park(self, reason):
        self.write(
            {
                "state": "parked",
                "attempts": self.attempts + 1,
                "reason": reason,
                "next_attempt_at": False,
            }
        )

    # === ACTIONS === #

    def action_replay(self):
        """Process the selected events again, now; safe at any time."""
        self.check_access("write")
        self._renew()
        self.sudo()._process()._settle()
        return True

    def _renew(self):
        """Make these events due as if they had just arrived."""
        self.write(
            {
                "state": "pending",
                "attempts": 0,
                "reason": False,
                "next_attempt_at": fields.Datetime.now(),
            }
        )

    def action_ignore(self):
        """Close parked events that need nothing; the choice stays visible."""
        if self.filtered(lambda event: event.state != "parked"):
            raise UserError(
                self.env._("Only events that need attention can be closed.")
            )
        self.write(
            {
                "state": "ignored",
                "processed_at": fields.Datetime.now(),
                "reason": self.env._("Closed by %s.", self.env.user.name),
            }
        )
        return True

    @api.autovacuum
    def _gc_payloads(self):
        """Blank payloads after 90 days: they hold personal data and are not needed."""
        old = self.search(
            [
                (
                    "received_at",
                    "<",
                    fields.Datetime.subtract(fields.Datetime.now(), days=90),
                ),
                ("state", "in", ("done", "ignored")),
                ("payload", "!=", False),
            ],
            limit=1000,
        )
        old.payload = False
        return len(old), len(old) == 1000


def _is_name(value):
    """Whether a value of the body can be an id or a type: a short printable text."""
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()


def _is_moment(value):
    """Whether a value of the body is a Unix time that a date can hold."""
    return type(value) is int and 0 <= value < 2**33


class _Memory:
    """Applies each object once per batch, however many events name it."""

    def __init__(self, provider):
        self._provider = provider
        self._seen = {}

    def apply(self, kind, ref, heard_at):
        """Bring the object up to date.

        :param datetime heard_at: when Odoo first heard of it by this event
        :return: the payment.transaction it touched
        """
        if (kind, ref) not in self._seen:
            provider = self._provider.with_context(payment_event_received_at=heard_at)
            applied = provider._refresh(kind, ref)
            self._seen[kind, ref] = applied.with_env(self._provider.env)
        return self._seen[kind, ref]
