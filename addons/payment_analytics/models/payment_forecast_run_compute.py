"""The nightly forecast, its totals by horizon, and what came of those before."""

import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..metrics import forecast
from ..report import forecast_facts

_logger = logging.getLogger(__name__)

FRESH_HOURS = 6
RECHECK_DAYS = 7  # entries are still made for days that are over
MANAGER = "integrated_payments.group_payment_manager"
COMPARED = ("invoice", "charge")  # what the books can tell of afterwards


class PaymentForecastRun(models.Model):
    _inherit = "payment.forecast.run"

    # === JOBS === #

    @api.model
    def _cron_compute(self):
        """Forecast every company's cash, and look at what came of the forecasts.

        What fails in one company stops no other; it is tried again the next night.
        """
        fresh = fields.Datetime.subtract(fields.Datetime.now(), hours=FRESH_HOURS)
        companies = self.env["res.company"].search([], order="id")
        recent = self.search([("computed_at", ">=", fresh), ("origin", "=", "night")])
        todo = companies - recent.company_id
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(todo))
        for company in todo:
            try:
                with self.env.cr.savepoint():
                    self._compute_company(company)
            except psycopg2.OperationalError:
                raise  # a conflict: Odoo starts the job over
            except Exception:
                _logger.exception("The cash forecast of %s", company.name)
            if not commit(1):
                return

    @api.model
    def _compute_company(self, company):
        """Store a company's forecast of today, and check those that are over."""
        day = self.env["payment.customer.snapshot"]._days(company)["today"]
        Line = self.env["payment.forecast.line"]
        self._flush_facts()
        items = Line._expected(company, day)
        Line._replace(company, items)
        compared = [each for each in items if each.key.kind in COMPARED]
        run = self._store(company, day, "night", items, compared)
        self._check(company, day)
        return run

    @api.model
    def _replay(self, company, day):
        """Store what would have been forecast on a past day, from what was known then.

        Only invoices: of orders and payouts the books do not know how they stood.
        """
        self._flush_facts()
        Line = self.env["payment.forecast.line"]
        items = Line._expected_of_customers(company, day)
        return self._store(company, day, "replay", items, items)

    # === STEPS === #

    @api.model
    def _flush_facts(self):
        for model in (
            "account.journal",
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "account.payment",
            "payment.balance.transaction",
            "payment.forecast.check",
            "payment.payout",
            "payment.provider",
            "payment.transaction",
            "res.partner",
            "sale.order",
            "sale.order.line",
        ):
            self.env[model].flush_model()

    @api.model
    def _store(self, company, day, origin, items, compared):
        """Store a forecast's totals in the place of those made for the same day.

        :param items: all that is expected
        :param compared: of it what is compared with what comes
        """
        factor = 10**company.currency_id.decimal_places
        bank, gateway = self._balances(company, day)
        undated = sum(each.amount for each in items if not each.day)
        horizons = self._horizons(day, items, compared, factor, bank + gateway)
        run = self._of_day(company, day, origin)
        run.check_ids.unlink()
        run.write(
            {
                "start_bank": bank,
                "start_gateway": gateway,
                "undated": undated / factor,
                "computed_at": fields.Datetime.now(),
                "check_ids": [fields.Command.create(values) for values in horizons],
            }
        )
        return run

    @api.model
    def _of_day(self, company, day, origin):
        """Return the forecast of a day; make it if there is none."""
        key = {"company_id": company.id, "day": day, "origin": origin}
        known = self.search([(name, "=", value) for name, value in key.items()])
        return known or self.create(key)

    @api.model
    def _horizons(self, day, items, compared, factor, start):
        """Return the values of the checks: what is to have come after so many days."""
        every = forecast.by_day(items, day)
        invoices = forecast.by_day(compared, day)
        return [
            {
                "horizon": horizon,
                "until": day + timedelta(horizon),
                "expected": invoices[horizon - 1].total / factor,
                "low": invoices[horizon - 1].low / factor,
                "high": invoices[horizon - 1].high / factor,
                "balance_expected": start + every[horizon - 1].total / factor,
                "balance_low": start + every[horizon - 1].low / factor,
                "balance_high": start + every[horizon - 1].high / factor,
            }
            for horizon in forecast.SCORED
        ]

    @api.model
    def _balances(self, company, day):
        """Return (bank and cash, gateways) by the books, at the end of ``day``.

        Of gateways only what they could pay out: what is pending is expected apart.
        """
        Line = self.env["payment.forecast.line"]
        [(total, gateway)] = Line._rows(forecast_facts.LEDGER, company, day)
        pending = sum(
            Line._in_company_currency(company, posted or 0, currency, day)
            for _provider, _on, currency, _amount, posted in Line._rows(
                forecast_facts.PENDING, company, day
            )
        )
        return float(total - gateway), float(gateway) - float(pending)

    @api.model
    def _check(self, company, today):
        """Compare the forecasts whose horizon is over with what came."""
        Check = self.env["payment.forecast.check"]
        Check.flush_model()
        self.env["payment.forecast.line"]._rows(
            forecast_facts.CHECK + " RETURNING result.id",
            company,
            today,
            today=today,
            again_since=today - timedelta(RECHECK_DAYS),
        )
        Check.invalidate_model(flush=False)

    # === ACTIONS === #

    def _ensure_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only accounting may compute forecasts."))

    def action_compute(self):
        """Forecast the cash of the companies that are chosen, now.

        :raise AccessError: for who may not manage payments
        """
        self._ensure_manager()
        for company in self.env.companies:
            self.sudo()._compute_company(company.sudo())
        return self.action_open_latest()

    @api.model
    def action_open_latest(self):
        """Open the newest forecast of the company at hand."""
        self.check_access("read")
        latest = self.search(
            [("company_id", "=", self.env.company.id), ("origin", "=", "night")],
            limit=1,
        )
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_analytics.action_payment_forecast_run"
        )
        if latest:
            form = self.env.ref("payment_analytics.payment_forecast_run_form")
            action |= {"res_id": latest.id, "views": [(form.id, "form")]}
        return action

    def _lines_action(self, domain=(), views="list,pivot,graph", **context):
        """Return the action that opens the expected amounts of this company."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_analytics.action_payment_forecast_line"
        )
        return {
            **action,
            "domain": [("company_id", "=", self.company_id.id), *domain],
            "context": context,
            "view_mode": views,
            "views": [(False, each) for each in views.split(",")],
        }

    def action_open_lines(self):
        """Open what is expected in the next 90 days, by document."""
        return self._lines_action(search_default_horizon=1)

    def action_open_undated(self):
        """Open what is later than anything that was ever paid."""
        return self._lines_action([("day", "=", False)])

    def action_open_weeks(self):
        """Open what is expected by week and kind."""
        return self._lines_action(views="pivot,graph,list", search_default_horizon=1)

    def action_open_curve(self):
        """Open the balance day by day, expected and with its range."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_analytics.action_payment_forecast_curve"
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("day", "<=", fields.Date.add(self.day, days=forecast.HORIZON)),
        ]
        return {**action, "domain": domain}
