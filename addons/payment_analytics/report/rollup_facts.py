"""What the rollup stores, as SQL over the payments of the days at hand.

The tables and columns of a payment are those of :mod:`payment_facts`.
"""

from dataclasses import dataclass
from datetime import datetime

from odoo.tools import SQL

from ..metrics import declines, definitions
from . import payment_facts

# Columns by which the facts are summed up. The last two are for the record rule only:
# salespeople see what their customers pay, whoever sold it.
DIMENSIONS = {
    name: payment_facts.DIMENSIONS[name]
    for name in (
        "company_id",
        "day",
        "hour",
        "weekday",
        "provider_id",
        "payment_method_id",
        "brand_id",
        "channel",
        "payment_currency_id",
        "country_id",
        "user_id",
        "categ_id",
    )
} | {
    "customer_user_id": "partner.user_id",
    "entity_user_id": "(SELECT entity.user_id FROM res_partner entity"
    " WHERE entity.id = partner.commercial_partner_id)",
}
DAILY = [name for name in DIMENSIONS if name not in ("hour", "weekday")]
COLUMNS = [*DIMENSIONS, *definitions.FACTS]
# What most tiles and charts ask for: few rows, however many customers there are.
BRIEF = [
    "company_id",
    "day",
    "provider_id",
    "payment_method_id",
    "brand_id",
    "channel",
    "payment_currency_id",
]
OF_CUSTOMERS = [
    *DAILY,
    "partner_id",
    "gross",
    "refunded",
    "disputed",
    "fees",
    "successful_payments",
    "failed_payments",
    "failed_attempts",
    "blocked_attempts",
    "disputed_payments",
    "dispute_activity",
    "fraud_reports",
]

PAYMENTS = "payment_transaction tx"
MOMENT = "COALESCE(tx.paid_at, tx.last_state_change, tx.create_date)"
OF_THE_DAY = f"""{payment_facts.WHERE} AND (%(spans)s)
    AND (tx.company_id, moment.local::date) IN %(days)s"""

EVENT = """CROSS JOIN LATERAL (
    SELECT event.created_at AT TIME ZONE 'UTC' AT TIME ZONE company.tz AS local
) happened"""
EVENTS = "{table} event JOIN payment_transaction tx ON tx.id = event.transaction_id"
ON_THE_DAY = f"""{payment_facts.WHERE} AND (%(event_spans)s)
    AND (event.company_id, happened.local::date) IN %(days)s"""
EVENT_DIMENSIONS = DIMENSIONS | {
    "day": "happened.local::date",
    "hour": "to_char(happened.local, 'HH24')",
    "weekday": "to_char(happened.local, 'ID')",
}
DISPUTES = {
    "dispute_activity": "1",
    "dispute_activity_value": """ROUND((event.amount * %(event_rate)s)::numeric,
        currency.decimal_places)""",
    "card_disputes": f"({payment_facts.REMOTE})::int",
}
REPORTS = {"fraud_reports": f"({payment_facts.REMOTE})::int"}

COUNTED_DISPUTES = "event.state NOT LIKE 'warning%%' AND event.state <> 'prevented'"
COUNTED_REPORTS = f"event.kind = 'early_warning' AND {payment_facts.REMOTE}"

DECLINES = """CROSS JOIN LATERAL (
    SELECT COALESCE(NULLIF(c.decline_reason, ''), NULLIF(c.failure_code, ''),
                    'unknown') AS code
    FROM payment_charge c WHERE c.transaction_id = tx.id AND c.state = 'failed'
    UNION ALL
    SELECT 'unknown' WHERE charge.tried = 0 AND kind.name = 'payment'
        AND tx.state = 'error'
) decline"""

# Paid out: whole days from the capture to the payout's arrival at the bank.
SETTLED = """CROSS JOIN LATERAL (
    SELECT MIN(payout.arrival_date) - moment.local::date AS days
    FROM payment_balance_transaction m
    JOIN payment_payout payout ON payout.id = m.payout_id AND payout.state = 'paid'
    WHERE m.transaction_id = tx.id AND m.category = 'charge'
) settled_at"""


@dataclass(frozen=True)
class Span:
    """Days of a company that follow each other, with their bounds in UTC (naive).

    The bounds are literals in the query, so that PostgreSQL knows how few payments
    lie between them and takes the index.
    """

    company: int
    days: tuple
    start: datetime
    stop: datetime

    def within(self, company, moment):
        """Return the condition that a moment lies in this span.

        :param str company: SQL text of the company
        :param str moment: SQL text of the moment
        """
        return SQL(
            f"({company} = %s AND {moment} >= %s AND {moment} < %s)",
            self.company,
            self.start,
            self.stop,
        )


def _values(spans):
    """Return the parameters by which the conditions name the days at hand."""
    either = SQL(" OR ")
    return {
        "days": tuple((span.company, day) for span in spans for day in span.days),
        "spans": either.join(each.within("tx.company_id", MOMENT) for each in spans),
        "event_spans": either.join(
            each.within("event.company_id", "event.created_at") for each in spans
        ),
    }


def select_each(spans):
    """Return the query of what is summed up: a row for each payment and event.

    :param list[Span] spans: the days at hand
    """
    return SQL(" UNION ALL ").join(
        [
            _facts(PAYMENTS, OF_THE_DAY, DIMENSIONS, payment_facts.FACTS, spans),
            _events("payment_dispute", DISPUTES, spans, COUNTED_DISPUTES),
            _events("payment_fraud_warning", REPORTS, spans, COUNTED_REPORTS),
        ]
    )


def summed(columns, table):
    """Return the query that sums the facts among ``columns`` by the others.

    :param SQL table: what it reads
    """
    by = SQL(", ").join(
        SQL.identifier(name) for name in columns if name not in definitions.FACTS
    )
    sums = SQL(", ").join(
        SQL("SUM(%s)", SQL.identifier(name))
        for name in columns
        if name in definitions.FACTS
    )
    return SQL("SELECT %s, %s FROM %s GROUP BY %s", by, sums, table, by)


def _events(table, facts, spans, condition):
    """Return the query of what happened to payments on the days at hand."""
    among = EVENTS.format(table=table)
    where = f"{ON_THE_DAY} AND {condition}"
    return _facts(among, where, EVENT_DIMENSIONS, facts, spans, EVENT)


def _facts(among, where, dimensions, facts, spans, more=""):
    columns = {"partner_id": payment_facts.DIMENSIONS["partner_id"]} | dimensions
    columns |= {name: facts.get(name, "0") for name in definitions.FACTS}
    return payment_facts.select(columns, among, more, where, **_values(spans))


def select_declines(spans):
    """Return the query of failed attempts by reason; they add up to the rollup's."""
    columns = {name: DIMENSIONS[name] for name in DAILY} | {
        "reason": declines.case("decline.code"),
        "reason_code": "decline.code",
    }
    query = payment_facts.select(
        columns, PAYMENTS, DECLINES, OF_THE_DAY, **_values(spans)
    )
    return _counted([*DAILY, "reason", "reason_code"], query)


def select_settlements(spans):
    """Return the query of paid out payments by the days it took."""
    columns = {name: DIMENSIONS[name] for name in DAILY} | {"days": "settled_at.days"}
    where = f"{OF_THE_DAY} AND settled_at.days IS NOT NULL AND tx.state = 'done'"
    query = payment_facts.select(columns, PAYMENTS, SETTLED, where, **_values(spans))
    return _counted([*DAILY, "days"], query)


def _counted(names, query):
    listed = SQL(", ").join(SQL.identifier(name) for name in names)
    return SQL(
        "SELECT %s, COUNT(*) FROM (%s) AS each_one GROUP BY %s", listed, query, listed
    )
