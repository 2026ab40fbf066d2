import math
from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..metrics import alerts, unusual
from . import payment_alert_queries as queries

MOST_OTHERS = 1000  # customers who show how amounts vary in a company


class PaymentAlert(models.Model):
    """Customers, cards and countries: amounts and numbers unlike those before."""

    _inherit = "payment.alert"

    @api.model
    def _check_amounts(self, company, policy):
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            queries.query(
                queries.AMOUNTS,
                company=company.id,
                day=now - timedelta(days=1),
                month=now - timedelta(days=30),
                year=now - timedelta(days=365),
                least=unusual.MIN_HISTORY,
                most=MOST_OTHERS,
            )
        )
        histories = {(row[1], row[2]): row[4] for row in rows}.values()
        spread = unusual.usual_spread(histories)
        jump = unusual.largest_jump(histories)
        fresh = [row for row in rows if row[0]]
        tests = math.ceil(len(fresh) / 24)
        worst = {}
        for transaction, partner, currency, amount, past in fresh:
            finding = unusual.amount(
                f"partner:{partner}:{currency}",
                f"payment:{transaction}",
                amount,
                past,
                spread,
                policy,
                tests,
                jump,
            )
            known = worst.get(finding and finding.subject)
            if finding and not (known and known[0].chance <= finding.chance):
                worst[finding.subject] = (finding, transaction, partner, currency)
        partners = self.env["res.partner"].browse({each[2] for each in worst.values()})
        names = {partner.id: partner.display_name for partner in partners}
        return [
            (
                finding,
                {
                    "transaction_id": transaction,
                    "partner_id": partner,
                    "currency_id": currency,
                    "about": names[partner],
                },
            )
            for finding, transaction, partner, currency in worst.values()
            if finding.holds
        ]

    @api.model
    def _check_velocity(self, company, policy):
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            queries.query(
                queries.VELOCITY,
                company=company.id,
                public=self.env.ref("base.public_partner").id,
                now=now,
                since=now - timedelta(days=alerts.DAYS + 1),
            )
        )
        fresh, past = defaultdict(dict), defaultdict(Counter)
        countries = defaultdict(Counter)
        for kind, subject, ago, count in rows:
            if kind == "velocity_country":
                countries[subject][ago] = count
            elif subject is None:
                past[kind][ago] = count  # here, attempts of one day: how many days
            else:
                fresh[kind][subject] = count
        return [
            *self._country_findings(countries, policy),
            *self._customer_findings(company, fresh, past, policy),
        ]

    @api.model
    def _country_findings(self, countries, policy):
        found = []
        names = {
            country.code: country.name
            for country in self.env["res.country"].search(
                [("code", "in", list(countries))]
            )
        }
        days = max((max(by_day) for by_day in countries.values()), default=0)
        for code, by_day in countries.items():
            past = [(by_day[day], 0) for day in range(1, days + 1)]
            finding = alerts.spike(
                "velocity_country",
                f"country:{code}",
                {24: (by_day[0], 0, past)},
                policy,
                len(countries),
            )
            if finding:
                name = names.get(code, code)
                links = {"about": name, "figures": {"country": name}}
                found.append((finding, links))
        return found

    @api.model
    def _customer_findings(self, company, fresh, past, policy):
        found = []
        for kind, prefix in (
            ("velocity_customer", "partner"),
            ("velocity_card", "card"),
        ):
            for finding in unusual.velocity(
                kind, fresh[kind], past[kind], policy, company.payment_alert_velocity
            ):
                partner = self.env["res.partner"]
                if prefix == "partner":
                    partner = partner.browse(int(finding.subject))
                links = {
                    "partner_id": partner.id,
                    "about": partner.display_name or finding.subject,
                }
                subject = f"{prefix}:{finding.subject}"
                found.append((alerts.renamed(finding, subject), links))
        return found
