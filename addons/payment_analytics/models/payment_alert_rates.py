from collections import Counter, defaultdict
from datetime import datetime, time, timedelta

from odoo import api, models

from ..metrics import alerts, thresholds
from ..metrics import windows as times

WINDOWS = (2, 24)  # hours
FACTS = (
    "gross",
    "fees",
    "fee_tax",
    "successful_payments",
    "attempts",
    "failed_attempts",
    "succeeded_attempts",
    "refunds",
)
FEE_DAYS = 30
MIN_REFUNDS = 5
CROWD = 1.5  # times the usual attempts that make failures a flood


class PaymentAlert(models.Model):
    """Rates, spikes and fees: all from one reading of the facts by hour."""

    _inherit = "payment.alert"

    @api.model
    def _check_rates(self, company, policy):
        hourly = self._hourly(company)
        providers = {provider for provider, _method in hourly}
        found, explained = [], set()
        for provider in providers:
            seen = self._spike_findings(provider, hourly, policy, len(providers))
            found += seen
            # A flood of failing attempts is one incident: it is not told twice.
            if any(each.alarm and each.kind == "failures" for each, _links in seen):
                explained.add(provider)
        found += [
            (finding, links)
            for finding, links in self._rate_findings(hourly, policy)
            if links["provider_id"] not in {provider.id for provider in explained}
        ]
        return found + self._fee_findings(company, hourly)

    @api.model
    def _hourly(self, company):
        """Return {(provider, method): {hours ago: facts}} by the company's clock."""
        figures = self.env["payment.figures"].sudo()
        now = figures._now(company).replace(minute=0, second=0, microsecond=0)
        first = now.date() - timedelta(days=alerts.DAYS + 1)
        rows = figures._facts(
            company,
            [("day", ">=", first)],
            ["day:day", "hour", "provider_id", "payment_method_id"],
            FACTS,
        )
        hourly = defaultdict(dict)
        for (day, hour, provider, method), facts in rows:
            at = datetime.combine(day, time(int(hour)))
            ago = int((now - at) / timedelta(hours=1))
            hourly[provider, method][ago] = facts
        return hourly

    @api.model
    def _rate_findings(self, hourly, policy):
        """Success rates by method; of the provider, unless one method explains it."""
        methods = Counter(provider for provider, _method in hourly)
        subjects = len(hourly) + sum(number > 1 for number in methods.values())
        found, explained = [], set()
        for (provider, method), facts in hourly.items():
            if methods[provider] > 1:
                seen = self._rate_finding([facts], provider, method, policy, subjects)
                found += seen
                if any(finding.alarm for finding, _links in seen):
                    explained.add(provider)
        for provider in methods.keys() - explained:
            parts = [facts for (each, _), facts in hourly.items() if each == provider]
            found += self._rate_finding(parts, provider, None, policy, subjects)
        return found

    @api.model
    def _rate_finding(self, parts, provider, method, policy, subjects):
        names = ("failed_attempts", ("failed_attempts", "succeeded_attempts"))
        key = f"provider:{provider.id}" + (f":{method.id}" if method else "")
        failed, tried = _by_hour(parts, names[:1]), _by_hour(parts, names[1])
        finding = alerts.success_rate(
            key,
            {hours: _window(parts, 0, hours, *names) for hours in WINDOWS},
            [_window(parts, 24 * day, 24, *names) for day in range(1, alerts.DAYS + 1)],
            policy,
            subjects,
            {
                hours: times.worst_share(failed, tried, hours, policy.minimum)
                for hours in WINDOWS
            },
        )
        return [(finding, self._links(provider, method))] if finding else []

    @api.model
    def _spike_findings(self, provider, hourly, policy, subjects):
        parts = [facts for (each, _), facts in hourly.items() if each == provider]
        minimum = {"failures": policy.minimum, "refunds": MIN_REFUNDS}
        names = {
            "failures": ("failed_attempts", ("failed_attempts", "succeeded_attempts")),
            "refunds": ("refunds", ("successful_payments",)),
        }
        found = []
        for kind, counted in names.items():
            windows = {
                hours: (
                    *_window(parts, 0, hours, *counted),
                    _past(parts, hours, *counted),
                )
                for hours in WINDOWS
            }
            finding = alerts.spike(
                kind,
                f"provider:{provider.id}",
                windows,
                policy,
                subjects,
                minimum[kind],
                crowd=CROWD if kind == "failures" else 0,
                worst={
                    hours: times.most(_by_hour(parts, counted[:1]), hours)
                    for hours in WINDOWS
                },
            )
            if finding:
                found.append((finding, self._links(provider)))
        return found

    @api.model
    def _links(self, provider, method=None):
        names = filter(None, (provider.sudo().name, method and method.name))
        return {
            "provider_id": provider.id,
            "method_id": method.id if method else False,
            "about": ", ".join(names),
        }

    @api.model
    def _fee_findings(self, company, hourly):
        """Fees without their tax, of the last 30 days, against the contract."""
        Threshold = self.env["payment.threshold"]
        limits, rows = Threshold._rows(company, "fees")
        if not rows:
            return []
        today = self.env["payment.figures"]._today(company)
        sums = defaultdict(lambda: [0.0, 0.0, 0])
        for (provider, method), by_hour in hourly.items():
            row = thresholds.in_force(
                rows,
                today,
                company=company.id,
                provider=provider.id,
                method=method.id,
            )
            if row:
                limit = limits[row.id]
                key = (limit, provider, method if limit.method_id else method.browse())
                for ago, facts in by_hour.items():
                    if ago < 24 * FEE_DAYS:
                        sums[key][0] += facts["fees"] - facts["fee_tax"]
                        sums[key][1] += facts["gross"]
                        sums[key][2] += facts["successful_payments"]
        found = []
        for (limit, provider, method), (fees, gross, payments) in sums.items():
            finding = alerts.above_contract(
                f"provider:{provider.id}" + (f":{method.id}" if method else ""),
                fees,
                gross,
                payments,
                limit.limit,
                company.payment_alert_tolerance,
                company.payment_alert_minimum,
            )
            found.append((finding, self._links(provider, method)))
        return found


def _window(parts, start, hours, name, of):
    """Return (count, of) of facts by hour, ``hours`` hours from ``start`` hours ago."""
    span = range(start, start + hours)
    rows = [facts[ago] for facts in parts for ago in span if ago in facts]
    count = sum(row[name] for row in rows)
    return count, sum(row[each] for row in rows for each in of)


def _past(parts, hours, name, of):
    """Return (count, of) of the same hours of each day since the first with any."""
    oldest = max((ago for facts in parts for ago in facts), default=0)
    days = min(alerts.DAYS, oldest // 24)
    return [_window(parts, 24 * day, hours, name, of) for day in range(1, days + 1)]


def _by_hour(parts, names):
    """Return {hours ago: count} of facts together."""
    counts = Counter()
    for facts in parts:
        for ago, row in facts.items():
            counts[ago] += sum(row[name] for name in names)
    return counts
