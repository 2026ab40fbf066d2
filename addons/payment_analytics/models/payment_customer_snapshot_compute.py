"""How the snapshots come to be: facts by SQL in batches, then ranks, then scores."""

import json
import logging
from datetime import datetime, timezone

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, split_every

from ..metrics import rfm, score
from ..report import customer_facts
from ..report.payment_facts import DEPENDS, select_facts

_logger = logging.getLogger(__name__)

BATCH = 5000  # customers
COHORT_MONTHS = 60  # after that, the rows of a cohort end
OVERLAP_MINUTES = 10  # what was written before may have been committed after
FRESH_HOURS = 6  # a company that was computed since is not begun again by the cron
TOUCHED_MINUTES = 30  # so long the hourly job, started again, leaves a company alone
MANAGER = "integrated_payments.group_payment_manager"


class PaymentCustomerSnapshot(models.Model):
    _inherit = "payment.customer.snapshot"

    # === JOBS === #

    @api.model
    def _cron_compute(self):
        """Compute all companies; stopped and started again it goes on where it was.

        What fails in one company stops no other.
        """
        now = fields.Datetime.now()
        fresh = fields.Datetime.subtract(now, hours=FRESH_HOURS)
        companies = self.env["res.company"].search([], order="id")
        todo = companies.filtered(
            lambda each: (
                not each.payment_customers_at or each.payment_customers_at < fresh
            )
        )
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(todo))
        for company in todo:
            try:
                if not self._compute_company(company, commit):
                    return
            except psycopg2.OperationalError:
                raise  # a conflict: Odoo starts the job over
            except Exception:
                self.env.cr.rollback()  # no savepoint: batches were committed
                _logger.exception("The customers of %s", company.name)
        commit(remaining=0)  # also where one failed: it is tried the next night

    @api.model
    def _compute_company(self, company, commit=None):
        """Compute every customer of a company.

        :param commit: of the cron: takes what is done, returns the seconds left
        :return: whether it came to the end
        """
        now = fields.Datetime.now()
        old = fields.Datetime.subtract(now, days=1)
        begun = company.payment_customers_from
        if not commit or not begun or begun < old:
            company.payment_customers_from = now
        active = self._active_entities(company)
        todo = [entity for entity, done in active if not (commit and done)]
        if commit:
            commit(remaining=len(todo) + 1)
        for batch in split_every(BATCH, todo, list):
            self._store(company, batch)
            if commit and not commit(len(batch)):
                return False
        self._delete_others(company, [entity for entity, _done in active])
        self._rank(company)
        self._score(company)
        self._store_cohorts(company)
        begun = company.payment_customers_from
        touched = company.payment_customers_touched or begun
        company.write(
            {
                "payment_customers_at": fields.Datetime.now(),
                "payment_customers_from": False,
                # The hourly job goes on from here: what changed meanwhile is not lost.
                "payment_customers_touched": max(begun, touched),
            }
        )
        if commit:
            commit(1)
        return True

    @api.model
    def _cron_compute_touched(self):
        """Compute between two nights whose payments, invoices or bank lines changed."""
        before = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=TOUCHED_MINUTES
        )
        todo = self.env["res.company"].search(
            [
                ("payment_customers_at", "!=", False),
                "|",
                ("payment_customers_touched", "=", False),
                ("payment_customers_touched", "<", before),
            ],
            order="id",
        )
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(todo))
        for company in todo:
            try:
                with self.env.cr.savepoint():
                    self._compute_touched(company)
            except psycopg2.OperationalError:
                raise  # a conflict: Odoo starts the job over
            except Exception:
                _logger.exception("The customers of %s", company.name)
            if not commit(1):
                return

    @api.model
    def _compute_touched(self, company):
        """Compute the customers that were touched since the last time."""
        begun = fields.Datetime.now()
        since = company.payment_customers_touched or company.payment_customers_at
        since = fields.Datetime.subtract(since, minutes=OVERLAP_MINUTES)
        self._flush_facts()
        rows = self.env.execute_query(
            SQL(customer_facts.TOUCHED, company=company.id, since=since)
        )
        for batch in split_every(BATCH, [entity for (entity,) in rows], list):
            self._store(company, batch)
            self._score(company, batch)
        if rows:
            self._rank(company)
        company.payment_customers_touched = begun

    def _compute_again(self):
        """Compute these customers anew; segments are relative, so those of all."""
        for company, snapshots in self.grouped("company_id").items():
            self._compute_partners(company, snapshots.partner_id)

    @api.model
    def _compute_partners(self, company, partners):
        """Compute some customers of a company, at once."""
        entities = partners.commercial_partner_id.ids
        self._store(company, entities)
        self._rank(company)
        self._score(company, entities)

    # === STEPS === #

    @api.model
    def _flush_facts(self):
        """Write to the database what the queries are going to read."""
        for model, names in DEPENDS.items():
            self.env[model].flush_model(names)
        for model in (
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "account.payment",
            "payment.customer.snapshot",
        ):
            self.env[model].flush_model()

    @api.model
    def _days(self, company):
        """Return the days that figures count from, in the company's time zone."""
        today = self.env["payment.figures"]._today(company)
        return {
            "today": today,
            "month": today.replace(day=1),
            "year_since": fields.Date.subtract(today, months=12),
            "scored_since": fields.Date.subtract(today, months=rfm.MONTHS),
        }

    @api.model
    def _active_entities(self, company):
        """Return [(id of a customer, whether this run has computed it already)]."""
        self._flush_facts()
        since = company.payment_customers_from or fields.Datetime.now()
        return self.env.execute_query(
            SQL(customer_facts.ENTITIES, company=company.id, since=since)
        )

    @api.model
    def _store(self, company, entities):
        """Store the facts of some customers (ids) and what they paid by month."""
        self._flush_facts()
        now = datetime.now(timezone.utc).replace(tzinfo=None)  # to the microsecond
        known = {"company": company.id, "entities": entities, "now": now}
        self._delete("payment_customer_month", known)
        days = {name: SQL("%s::date", day) for name, day in self._days(company).items()}
        self.env.cr.execute(
            SQL(customer_facts.STORE, facts=select_facts(), **known, **days)
        )
        self._delete("payment_customer_snapshot", known, SQL("computed_at <> %s", now))
        self._forget()

    @api.model
    def _delete(self, table, known, condition=None):
        """Delete what is stored of some customers."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE company_id = %s AND partner_id = ANY(%s) AND %s",
                SQL.identifier(table),
                known["company"],
                known["entities"],
                condition or SQL("TRUE"),
            )
        )

    @api.model
    def _forget(self):
        """Let the ORM read again what SQL has written."""
        self.env["payment.customer.snapshot"].invalidate_model(flush=False)
        self.env["payment.customer.month"].invalidate_model(flush=False)

    @api.model
    def _delete_others(self, company, entities):
        """Delete customers of whom nothing is left, as after a merge."""
        for table in ("payment_customer_month", "payment_customer_snapshot"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE company_id = %s AND partner_id <> ALL(%s)",
                    SQL.identifier(table),
                    company.id,
                    entities,
                )
            )

    @api.model
    def _rank(self, company):
        """Give each customer its quintiles within the company, and its segment."""
        grid = [list(rfm.GRID[recency]) for recency in sorted(rfm.GRID)]
        self.env.cr.execute(SQL(customer_facts.SCORES, company=company.id, grid=grid))
        self._forget()

    @api.model
    def _score(self, company, entities=None):
        """Score how each customer pays, and propose terms and a limit.

        :param entities: ids of the only customers that are scored
        """
        mean = self._company_delay(company)
        terms = self._terms_by_days(company)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, COALESCE(average_delay, 0), paid_invoices,"
                " decided_payments, failures, disputes, open_amount, overdue_amount,"
                " received, payments FROM payment_customer_snapshot"
                " WHERE company_id = %s AND (%s OR partner_id = ANY(%s)) ORDER BY id",
                company.id,
                entities is None,
                entities or [],
            )
        )
        for batch in split_every(BATCH, rows, list):
            self._write_scores([self._scored(row, mean, terms) for row in batch])
        self._forget()

    @api.model
    def _scored(self, row, company_mean, terms):
        """Return (id, score, grade, reasons, days, terms, limit); None: not known."""
        key, own, invoices, tried, failed, disputes, owed, overdue, received, paid = row
        if not (invoices or tried or paid):
            return key, None, None, None, None, None, None
        behaviour = score.Behaviour(
            delay=score.credible_delay(own, invoices, company_mean),
            invoices=invoices,
            tried=tried,
            failed=failed,
            disputes=disputes,
            owed=float(owed),
            overdue=float(overdue),
            received=float(received),
        )
        points = score.score_of(behaviour)
        reasons = [
            [each.cause, each.points, round(behaviour.delay, 1)]
            for each in score.deductions(behaviour)
        ]
        days = score.credit_days(points)
        limit = score.credit_limit(behaviour, points)
        grade = score.grade_of(points)
        return key, points, grade, json.dumps(reasons), days, terms(days), limit

    @api.model
    def _write_scores(self, scored):
        columns = [list(column) for column in zip(*scored, strict=True)]
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_customer_snapshot snapshot
                SET score = each.score, grade = each.grade,
                    reasons = each.reasons::jsonb, credit_days = each.days,
                    payment_term_id = each.term, credit_limit = each.allowed
                FROM UNNEST(%s::int[], %s::int[], %s::varchar[], %s::text[], %s::int[],
                            %s::int[], %s::numeric[])
                    each(id, score, grade, reasons, days, term, allowed)
                WHERE each.id = snapshot.id
                  AND (snapshot.score, snapshot.grade, snapshot.reasons,
                       snapshot.credit_days, snapshot.payment_term_id,
                       snapshot.credit_limit)
                      IS DISTINCT FROM
                      (each.score, each.grade, each.reasons::jsonb, each.days,
                       each.term, each.allowed)
                """,
                *columns,
            )
        )

    @api.model
    def _company_delay(self, company):
        """Return the average delay of all paid invoices of twelve months, days."""
        [(mean,)] = self.env.execute_query(
            SQL(
                "SELECT SUM(average_delay * paid_invoices)"
                " / NULLIF(SUM(paid_invoices), 0)"
                " FROM payment_customer_snapshot WHERE company_id = %s",
                company.id,
            )
        )
        return mean or 0.0

    @api.model
    def _terms_by_days(self, company):
        """Return a function from days of credit to the id of the terms that fit best.

        Terms of one part, so many days after the invoice; of several with the same
        days the first, never more days than asked for.
        """
        terms = self.env["account.payment.term"].search(
            [("company_id", "in", (False, company.id))], order="sequence, id"
        )
        by_days = {}
        for term in terms:
            line = term.line_ids
            if len(line) == 1 and line.delay_type == "days_after":
                if not term.early_discount:
                    by_days.setdefault(line.nb_days, term.id)

        def fitting(days):
            return by_days.get(max((n for n in by_days if n <= days), default=None))

        return fitting

    @api.model
    def _store_cohorts(self, company):
        """Count, for each cohort, who paid in each of the months after."""
        self.env.cr.execute(
            SQL("DELETE FROM payment_cohort WHERE company_id = %s", company.id)
        )
        self.env.cr.execute(
            SQL(
                customer_facts.COHORTS,
                company=company.id,
                currency=company.currency_id.id,
                month=SQL("%s::date", self._days(company)["month"]),
                months=COHORT_MONTHS,
            )
        )
        self.env["payment.cohort"].invalidate_model(flush=False)

    # === ACTIONS === #

    def action_compute(self):
        """Compute now: these customers, or all of the companies that are chosen.

        :raise AccessError: for who may not manage payments
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only accounting may compute customers."))
        if self:
            self.check_access("read")
            self.sudo()._compute_again()
        for company in self.env.companies if not self else ():
            company = company.sudo()
            company.payment_customers_from = False
            self.sudo()._compute_company(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
