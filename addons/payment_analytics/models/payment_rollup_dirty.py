"""Marks: the days of companies whose figures must be computed anew.

A mark is written in the database transaction that changes a payment, so that the one
is never without the other. Marks are not unique on purpose: with a unique index two
payments of one day would wait for each other, or, in Odoo's REPEATABLE READ, fail; and
a mark that had already been there would be taken away by a job that cannot see the new
payment yet. The job takes the marks that it sees, in the snapshot of its computation.
"""

import time

from odoo import api, fields, models
from odoo.tools import SQL, sql

PENDING = "payment_analytics.rollup_marks"
PAUSE = 5  # seconds between two calls of the job by one process
ALL = SQL("TRUE")
_woken = {}  # {database: when the job was last called}

LOCAL_DAY = """(COALESCE(tx.paid_at, tx.last_state_change, tx.create_date)
    AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(NULLIF(p.tz, ''), 'UTC'))::date"""


class PaymentRollupDirty(models.Model):
    _name = "payment.rollup.dirty"
    _description = "Day to Be Computed Anew"
    _log_access = False
    _order = "day desc, id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    day = fields.Date(required=True)

    _company_day_idx = models.Index("(company_id, day)")

    def _auto_init(self):
        """With the first installation, mark all days; the job works through them."""
        is_new = not sql.table_exists(self.env.cr, self._table)
        result = super()._auto_init()
        if is_new:
            self._mark_where(ALL)
            self._mark_events()
        return result

    # === MARKING === #

    @api.model
    def _mark(self, days):
        """Mark days when this database transaction commits, in one query.

        :param days: iterable of (id of the company, date)
        """
        days = set(days)
        if not days:
            return
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = set()
            precommit.add(self.sudo()._write_marks)
        pending |= days

    def _write_marks(self):
        days = sorted(self.env.cr.precommit.data.pop(PENDING, ()))
        if days:
            values = SQL(", ").join(SQL("(%s, %s)", *each) for each in days)
            self.env.cr.execute(
                SQL(
                    "INSERT INTO payment_rollup_dirty (company_id, day) VALUES %s",
                    values,
                )
            )
            self._wake()

    @api.model
    def _mark_where(self, condition):
        """Mark the days of all payments that fulfil a condition, in one query.

        :param SQL condition: on ``tx`` (payment_transaction)
        """
        self.env["payment.transaction"].flush_model(
            ["company_id", "last_state_change", "paid_at"]
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_rollup_dirty (company_id, day)"
                f" SELECT DISTINCT tx.company_id, {LOCAL_DAY}"
                " FROM payment_transaction tx"
                " JOIN res_company c ON c.id = tx.company_id"
                " JOIN res_partner p ON p.id = c.partner_id"
                " WHERE tx.state <> 'draft' AND (%s)",
                condition,
            )
        )
        if self.env.cr.rowcount:
            self._wake()

    @api.model
    def _mark_events(self, condition=ALL):
        """Mark the days on which something happened to payments later.

        :param SQL condition: on ``e`` (payment_dispute, payment_fraud_warning)
        """
        for table in ("payment_dispute", "payment_fraud_warning"):
            self.env[table.replace("_", ".")].flush_model(["company_id", "created_at"])
            self.env.cr.execute(
                SQL(
                    "INSERT INTO payment_rollup_dirty (company_id, day)"
                    " SELECT DISTINCT e.company_id, (e.created_at AT TIME ZONE 'UTC'"
                    " AT TIME ZONE COALESCE(NULLIF(p.tz, ''), 'UTC'))::date"
                    " FROM %s e JOIN res_company c ON c.id = e.company_id"
                    " JOIN res_partner p ON p.id = c.partner_id"
                    " WHERE e.created_at IS NOT NULL AND (%s)",
                    SQL.identifier(table),
                    condition,
                )
            )

    @api.model
    def _mark_all(self):
        """Mark every day of every company."""
        self._mark_where(ALL)
        self._mark_events()

    @api.model
    def _wake(self):
        """Let the job run soon, once for a burst of payments."""
        now = time.monotonic()
        woken = _woken.get(self.env.cr.dbname, -PAUSE)
        if woken > now:
            return  # a call for the end of this pause is made already
        job = self.env.ref("payment_analytics.cron_rollup", False)
        if not job:
            return
        if now - woken >= PAUSE:
            _woken[self.env.cr.dbname] = now
            job.sudo()._trigger()
        else:
            _woken[self.env.cr.dbname] = woken + PAUSE
            at = fields.Datetime.add(fields.Datetime.now(), seconds=PAUSE)
            job.sudo()._trigger(at)
