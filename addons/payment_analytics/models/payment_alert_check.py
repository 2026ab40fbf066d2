import logging
from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..metrics import alerts, silence
from . import payment_alert_queries as queries

_logger = logging.getLogger(__name__)

EVENT_WEEKS = 9
PAYOUT_REASONS = ("missing_payout", "payout_differs")


class PaymentAlert(models.Model):
    """The hourly check: figures are read, tested without Odoo, and kept."""

    _inherit = "payment.alert"

    @api.model
    def _cron_check(self):
        """Check all companies, one at a time; what fails in one stops no other."""
        companies = self.env["res.company"].search([])
        off = companies.filtered(lambda each: not each._alert_policy())
        self.search([("company_id", "in", off.ids), ("state", "!=", "solved")])._solve()
        todo = companies - off
        for number, company in enumerate(todo, 1):
            try:
                with self.env.cr.savepoint():
                    self._check(company)
            except Exception:
                _logger.exception("The payment alerts of %s", company.name)
            # Also when the time is over: a new run would begin with the same companies,
            # and never come to the last ones.
            self.env["ir.cron"]._commit_progress(1, remaining=len(todo) - number)

    @api.model
    def _check(self, company):
        """Check one company: the same number of queries however much was paid."""
        self.env.flush_all()
        policy = company._alert_policy()
        checks = (
            self._check_rates,
            self._check_webhooks,
            self._check_disputes,
            self._check_payouts,
            self._check_amounts,
            self._check_velocity,
        )
        self._keep(
            company, [seen for check in checks for seen in check(company, policy)]
        )

    # === WEBHOOKS === #

    @api.model
    def _check_webhooks(self, company, policy):
        until = fields.Datetime.now()
        hours = EVENT_WEEKS * silence.WEEK
        rows = self.env.execute_query(
            queries.query(
                queries.EVENTS,
                company=company.id,
                since=until - timedelta(hours=hours),
                until=until,
            )
        )
        counts = defaultdict(dict)
        for provider, ago, count in rows:
            counts[provider][ago] = count
        found = []
        for provider in self.env["payment.provider"].browse(counts):
            by_hour = counts[provider.id]
            events = [by_hour.get(ago, 0) for ago in range(max(by_hour), -1, -1)]
            finding = silence.silent(
                f"provider:{provider.id}", events, policy, len(counts)
            )
            if finding:
                found.append((finding, self._links(provider)))
        return found

    # === DISPUTES AND PAYOUTS === #

    @api.model
    def _check_disputes(self, company, _policy):
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            queries.query(
                queries.DISPUTES,
                company=company.id,
                month=now - timedelta(days=30),
                before=now - timedelta(days=60),
            )
        )
        counts = defaultdict(Counter)
        for brand, what, count in rows:
            counts[brand][what] = count
        today = self.env["payment.figures"]._today(company)
        found = []
        for network in ("visa", "mastercard"):
            limit = self.env["payment.threshold"]._in_force(
                company, "disputes", today, network=network, level="merchant"
            )
            if limit:
                found.append(self._dispute_finding(company, limit, counts[network]))
        return found

    @api.model
    def _dispute_finding(self, company, limit, count):
        """Visa counts fraud reports too; Mastercard divides by the month before."""
        is_visa = limit.network == "visa"
        finding = alerts.near_limit(
            "disputes",
            limit.network,
            count["dispute"] + (count["fraud"] if is_visa else 0),
            count["payments"] if is_visa else count["before"],
            limit.limit,
            company.payment_alert_near,
            company.payment_alert_incidents,
        )
        labels = dict(limit._fields["network"].selection)
        words = {
            "network": labels[limit.network],
            "programme": limit.name,
            "min_cases": limit.min_cases,
        }
        return finding, {"about": labels[limit.network], "figures": words}

    @api.model
    def _check_payouts(self, company, _policy):
        """List what the bank's discrepancies say of payouts; they ask themselves."""
        open_ones = self.env["bank.discrepancy"].search(
            [
                ("company_id", "=", company.id),
                ("reason", "in", PAYOUT_REASONS),
                ("state", "=", "open"),
            ]
        )
        return [
            (
                alerts.Finding(
                    "payout",
                    f"discrepancy:{each.id}",
                    alarm=True,
                    holds=True,
                    figures={"payout": each.payout_id.gateway_ref},
                ),
                {
                    "discrepancy_id": each.id,
                    "provider_id": each.payout_id.provider_id.id,
                    "about": each.payout_id.gateway_ref,
                },
            )
            for each in open_ones
        ]
