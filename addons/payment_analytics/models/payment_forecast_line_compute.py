"""What is to come: open documents by SQL, their days by each customer's own delay."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics import forecast
from ..report import forecast_facts

HISTORY_MONTHS = 24
STALE_MONTHS = 6  # an order of before that nobody invoiced is not hoped for
RECENT_DAYS = 14  # a payment that is not on a statement by then is not under way


@dataclass(frozen=True)
class Item:
    """What an expected amount rests on; ``key`` of :class:`forecast.Expected`."""

    kind: str
    reference: str = None
    partner: int = None
    user: int = None
    due: object = None
    move: int = None
    order: int = None
    payout: int = None


class PaymentForecastLine(models.Model):
    _inherit = "payment.forecast.line"

    # === ITEMS === #

    @api.model
    def _expected(self, company, day):
        """Return all that is expected as of the end of ``day``: list of Expected."""
        return [
            *self._expected_of_customers(company, day, with_orders=True),
            *self._expected_of_vendors(company, day),
            *self._expected_of_gateways(company, day),
            *self._expected_under_way(company, day),
        ]

    @api.model
    def _expected_of_customers(self, company, day, with_orders=False):
        """Return when customers pay what they owe, by how late they paid until then.

        Open credit is taken off a customer's oldest items.
        """
        to_minor = self._to_minor(company)
        shares_of = self._shares(company, day)
        by_entity, credit = defaultdict(list), defaultdict(int)
        for row in self._rows(forecast_facts.RECEIVABLE, company, day):
            _id, move, entity, due, residual, name, user, charge_on = row
            minor = to_minor(residual)
            if minor < 0:
                credit[entity] -= minor
            elif minor:
                item = Item("invoice", name, entity, user, due, move=move)
                by_entity[entity].append(
                    self._charged(item, minor, charge_on, day)
                    or shares_of.expected(item, minor, due, entity)
                )
        if with_orders:
            for item, minor, is_stale in self._orders(company, day, to_minor):
                by_entity[item.partner].append(
                    forecast.Expected(item, minor, None, None, None)
                    if is_stale
                    else shares_of.expected(item, minor, item.due, item.partner)
                )
        return [
            each
            for entity, items in by_entity.items()
            for each in forecast.less_credit(items, credit[entity])
        ]

    @api.model
    def _charged(self, item, minor, charge_on, day):
        """Return an invoice whose saved method is charged on its day, else None."""
        if not charge_on:
            return None
        on = max(charge_on, day + timedelta(1))
        return forecast.Expected(replace(item, kind="charge"), minor, on, on, on)

    @api.model
    def _orders(self, company, day, to_minor):
        """Yield (item, minor units, whether too old) of what is left to invoice."""
        since = fields.Date.subtract(day, months=STALE_MONTHS)
        rows = self._rows(forecast_facts.ORDERS, company, day, since=since)
        lines = self.env["account.payment.term.line"]
        terms = self.env["account.payment.term"].browse(
            {row[4] for row in rows if row[4]}
        )
        last = {term.id: term.line_ids[-1:] for term in terms}
        for key, name, entity, user, term, invoiced_on, is_stale, amount in rows:
            line = last.get(term, lines)
            due = line._get_due_date(invoiced_on) if line else invoiced_on
            item = Item("order", name, entity, user, due, order=key)
            yield item, to_minor(amount), is_stale

    @api.model
    def _expected_of_vendors(self, company, day):
        """Return what is to be paid to vendors on the due day, as negative amounts."""
        to_minor, tomorrow = self._to_minor(company), day + timedelta(1)
        by_entity, credit = defaultdict(list), defaultdict(int)
        for row in self._rows(forecast_facts.PAYABLE, company, day):
            _id, move, entity, due, residual, name, _user, _charge = row
            minor = -to_minor(residual)
            if minor < 0:
                credit[entity] -= minor
            elif minor:
                on = max(due, tomorrow)
                item = Item("bill", name, entity, None, due, move=move)
                by_entity[entity].append(forecast.Expected(item, minor, on, on, on))
        return [
            replace(each, amount=-each.amount)
            for entity, items in by_entity.items()
            for each in forecast.less_credit(items, credit[entity])
        ]

    @api.model
    def _expected_of_gateways(self, company, day):
        """Return payouts under way, and balances that are still pending."""
        tomorrow = day + timedelta(1)
        since = fields.Date.subtract(day, days=RECENT_DAYS)
        found = []
        rows = self._rows(forecast_facts.PAYOUTS, company, day, since=since)
        for key, ref, arrival, amount, currency in rows:
            item = Item("payout", ref, due=arrival, payout=key)
            found.append((item, amount, currency, arrival or tomorrow))
        providers = self.env["payment.provider"]
        for row in self._rows(forecast_facts.PENDING, company, day):
            provider, on, currency, amount, _posted = row
            item = Item("balance", providers.browse(provider).sudo().name, due=on)
            found.append((item, amount, currency, on))
        to_minor = self._to_minor(company)
        return [
            forecast.Expected(
                item,
                to_minor(self._in_company_currency(company, amount, currency, day)),
                *[max(on, tomorrow)] * 3,
            )
            for item, amount, currency, on in found
        ]

    @api.model
    def _expected_under_way(self, company, day):
        """Return booked payments that no bank statement has shown yet."""
        to_minor, tomorrow = self._to_minor(company), day + timedelta(1)
        since = fields.Date.subtract(day, days=RECENT_DAYS)
        return [
            forecast.Expected(
                Item("payment", name, entity, user, on, move=move),
                to_minor(balance),
                *[max(on, tomorrow)] * 3,
            )
            for _payment, move, name, on, balance, entity, user in self._rows(
                forecast_facts.UNDER_WAY, company, day, since=since
            )
        ]

    # === HISTORY === #

    @api.model
    def _shares(self, company, day):
        """Return the delays of every customer until ``day``."""
        since = fields.Date.subtract(day, months=HISTORY_MONTHS)
        histories, behind = defaultdict(dict), defaultdict(int)
        for entity, delay, count in self._rows(
            forecast_facts.HISTORY, company, day, since=since
        ):
            histories[entity][delay] = count
            behind[delay] += count
        return Shares(histories, behind, day)

    # === SQL === #

    @api.model
    def _rows(self, code, company, day, **values):
        return self.env.execute_query(
            SQL(
                code,
                company=company.id,
                day=SQL("%s::date", day),
                **{name: SQL("%s::date", value) for name, value in values.items()},
            )
        )

    @api.model
    def _to_minor(self, company):
        """Return the function from an amount in the company's currency to its cents."""
        factor = 10**company.currency_id.decimal_places
        return lambda amount: round(float(amount or 0) * factor)

    @api.model
    def _in_company_currency(self, company, amount, currency_id, day):
        currency = self.env["res.currency"].browse(currency_id)
        own = company.currency_id
        if currency == own:
            return amount
        return currency._convert(float(amount), own, company, day)

    # === STORING === #

    @api.model
    def _replace(self, company, items):
        """Store what is expected in the place of what was."""
        self.env.cr.execute(
            SQL("DELETE FROM payment_forecast_line WHERE company_id = %s", company.id)
        )
        factor = 10**company.currency_id.decimal_places
        rows = [
            (
                each.key.kind,
                each.key.reference,
                each.key.partner,
                each.key.user,
                each.key.move,
                each.key.order,
                each.key.payout,
                each.key.due,
                each.day,
                each.early,
                each.late,
                each.amount / factor,
            )
            for each in items
        ]
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else []
        if columns:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO payment_forecast_line
                        (company_id, currency_id, outgoing, kind, reference, partner_id,
                         user_id, move_id, order_id, payout_id, due_day, day, early_day,
                         late_day, amount)
                    SELECT %s, %s, amount < 0, each.*
                    FROM UNNEST(%s::varchar[], %s::varchar[], %s::int[], %s::int[],
                                %s::int[], %s::int[], %s::int[], %s::date[], %s::date[],
                                %s::date[], %s::date[], %s::numeric[])
                        each(kind, reference, partner, "user", move, "order", payout,
                             due, day, early, late, amount)
                    """,
                    company.id,
                    company.currency_id.id,
                    *columns,
                )
            )
        self.invalidate_model(flush=False)


class Shares:
    """The delays of all customers, each mixed once; equal questions are asked once."""

    def __init__(self, histories, behind, today):
        self.histories = histories
        self.behind = forecast.mixed(behind, forecast.FIRST_GUESS)
        self.today = today
        self.mixed, self.answers = {}, {}

    def expected(self, item, minor, due, entity):
        """Return when an amount comes that ``entity`` owes, due on a day."""
        own = entity if entity in self.histories else None
        if (own, due) not in self.answers:
            self.answers[own, due] = forecast.expected(
                None, 0, due, self._of(own), self.today
            )
        return replace(self.answers[own, due], key=item, amount=minor)

    def _of(self, own):
        if own not in self.mixed:
            history = self.histories.get(own, {})
            self.mixed[own] = forecast.mixed(history, self.behind)
        return self.mixed[own]
