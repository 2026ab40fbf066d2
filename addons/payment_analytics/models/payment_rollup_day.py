"""The job that computes the figures of whole days anew.

A row for each company and day is what workers lock, so that no two compute the same
day. It is also updated: a worker whose snapshot is older than another's result then
fails with a serialization error and starts over, instead of storing a day twice.
"""

import logging
import time
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..report import rollup_facts

_logger = logging.getLogger(__name__)

TABLES = ("payment.rollup", "payment.decline.report", "payment.settlement.report")
MOST = 64  # days per database transaction
SLOW, FAST = 4.0, 1.0  # seconds per database transaction that halve or double the days
TRIES = 5  # after conflicts with another worker
PAUSED = "payment_analytics.rollup_paused"
REPAIRED = 35  # days that are computed anew each night whatever happened


class PaymentRollupDay(models.Model):
    _name = "payment.rollup.day"
    _description = "Computed Day of Payment Figures"
    _log_access = False
    _order = "day desc, company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    built_at = fields.Datetime("Computed", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    is_dirty = fields.Boolean("To Be Computed", compute="_compute_is_dirty")

    _company_day_uniq = models.UniqueIndex("(company_id, day)")

    @api.depends("company_id", "day")
    def _compute_is_dirty(self):
        marks = (
            self.env["payment.rollup.dirty"]
            .sudo()
            ._read_group([("day", "in", self.mapped("day"))], ["company_id", "day:day"])
        )
        dirty = {(company.id, day) for company, day in marks}
        for bucket in self:
            bucket.is_dirty = (bucket.company_id.id, bucket.day) in dirty

    # === JOB === #

    @api.model
    def _cron_rebuild(self):
        """Compute all marked days, newest first, in committed batches.

        May be killed at any time: what was not committed stays marked. Days that
        another worker has at hand are left to it.
        """
        self._claim(0)
        self.env["ir.cron"]._commit_progress()  # nobody waits for the new days
        size, conflicts = 1, 0
        while not self._is_paused():
            started = time.monotonic()
            try:
                done = self._rebuild(size)
            except psycopg2.OperationalError as error:
                self.env.cr.rollback()
                _logger.info("Another worker computes the same days: %s", error)
                conflicts += 1
                if conflicts > TRIES:
                    return
                continue
            left = self._count_dirty()
            if not self.env["ir.cron"]._commit_progress(done, remaining=left):
                return
            if not done:
                return
            conflicts = 0
            size = self._next_size(size, time.monotonic() - started)

    @staticmethod
    def _next_size(size, seconds):
        """Return how many days the next batch has, so that it takes a second or so."""
        if seconds > SLOW:
            return max(1, size // 2)
        return min(MOST, size * 2) if seconds < FAST else size

    @api.model
    def _is_paused(self):
        return self.env["ir.config_parameter"].sudo().get_param(PAUSED) == "True"

    @api.model
    def _count_dirty(self):
        """Return how many days wait."""
        self.env.cr.execute(
            "SELECT COUNT(*) FROM"
            " (SELECT DISTINCT company_id, day FROM payment_rollup_dirty) days"
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _rebuild(self, limit=MOST):
        """Compute up to ``limit`` marked days, newest first, in this transaction.

        :return: number of days
        :raise psycopg2.OperationalError: another worker was at the same days
        """
        self.env.flush_all()
        buckets = self._claim(limit)
        if not buckets:
            return 0
        for name in TABLES:
            self.env[name]._rebuild(buckets)
        self.env.cr.execute(
            SQL(
                "UPDATE payment_rollup_day bucket SET row_count = (SELECT COUNT(*)"
                " FROM payment_rollup r WHERE r.company_id = bucket.company_id"
                " AND r.day = bucket.day) WHERE id = ANY(%s)",
                buckets.ids,
            )
        )
        self.env.invalidate_all(flush=False)
        return len(buckets)

    @api.model
    def _claim(self, limit):
        """Lock marked days that no other worker has, and take their marks away."""
        execute = self.env.cr.execute
        execute(
            "INSERT INTO payment_rollup_day (company_id, day)"
            " SELECT DISTINCT company_id, day FROM payment_rollup_dirty d"
            " WHERE NOT EXISTS (SELECT FROM payment_rollup_day bucket WHERE"
            " bucket.company_id = d.company_id AND bucket.day = d.day)"
            " ON CONFLICT DO NOTHING"
        )
        execute(
            SQL(
                "SELECT id FROM payment_rollup_day bucket WHERE EXISTS ("
                " SELECT FROM payment_rollup_dirty d WHERE d.day = bucket.day"
                " AND d.company_id = bucket.company_id)"
                " ORDER BY day DESC, company_id LIMIT %s FOR UPDATE SKIP LOCKED",
                limit,
            )
        )
        ids = [bucket for (bucket,) in self.env.cr.fetchall()]
        if ids:
            execute(
                SQL(
                    "UPDATE payment_rollup_day SET built_at = %s WHERE id = ANY(%s)",
                    fields.Datetime.now(),
                    ids,
                )
            )
            execute(
                SQL(
                    "DELETE FROM payment_rollup_dirty d USING payment_rollup_day bucket"
                    " WHERE bucket.id = ANY(%s) AND d.day = bucket.day"
                    " AND d.company_id = bucket.company_id",
                    ids,
                )
            )
        return self.browse(ids)

    @api.model
    def _cron_repair(self):
        """Each night compute the last days anew, whatever their marks say.

        What no hook sees (changed lines of an order, SQL by hand) is right a night
        later.
        """
        since = fields.Date.subtract(fields.Date.today(), days=REPAIRED)
        self.env["payment.rollup.dirty"]._mark_where(
            SQL(
                "COALESCE(tx.paid_at, tx.last_state_change, tx.create_date) >= %s",
                since,
            )
        )

    def _spans(self):
        """Return these days as :class:`rollup_facts.Span`, those in a row as one."""
        spans = []
        for company, buckets in self.grouped("company_id").items():
            row = []
            for day in sorted(buckets.mapped("day")):
                if row and day != row[-1] + timedelta(days=1):
                    spans.append(self._span(company, row))
                    row = []
                row.append(day)
            spans.append(self._span(company, row))
        return spans

    @staticmethod
    def _span(company, days):
        return rollup_facts.Span(
            company.id,
            tuple(days),
            company._rollup_start(days[0]),
            company._rollup_start(days[-1] + timedelta(days=1)),
        )

    # === ACTIONS === #

    def action_compute(self):
        """Compute these days now."""
        self.check_access("read")
        marks = {(bucket.company_id.id, bucket.day) for bucket in self}
        dirty = self.env["payment.rollup.dirty"].sudo()
        dirty._mark(marks)
        dirty._wake()
