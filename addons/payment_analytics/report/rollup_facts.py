"""What the rollup stores, as SQL over the payments of the days at hand.

``bucket`` is a row of payment.rollup.day: a company's day to be computed. The tables
and columns of a payment are those of :mod:`payment_facts`.
"""

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

# Found by an index: a day in any time zone lies within these bounds in UTC.
MOMENT = "COALESCE(tx.paid_at, tx.last_state_change, tx.create_date)"
NIGHT = "BETWEEN bucket.day - interval '1 day' AND bucket.day + interval '2 days'"
PAYMENTS = f"""payment_rollup_day bucket JOIN payment_transaction tx
    ON tx.company_id = bucket.company_id AND {MOMENT} {NIGHT}"""
OF_THE_DAY = f"""{payment_facts.WHERE}
    AND moment.local::date = bucket.day AND bucket.id = ANY(%(buckets)s)"""

EVENT = """CROSS JOIN LATERAL (
    SELECT event.created_at AT TIME ZONE 'UTC' AT TIME ZONE company.tz AS local
) happened"""
EVENTS = """payment_rollup_day bucket JOIN {table} event
    ON event.company_id = bucket.company_id AND event.created_at {night}
    JOIN payment_transaction tx ON tx.id = event.transaction_id"""
ON_THE_DAY = f"""{payment_facts.WHERE}
    AND happened.local::date = bucket.day AND bucket.id = ANY(%(buckets)s)"""
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


def select_each(buckets):
    """Return the query of what is summed up: a row for each payment and event.

    :param buckets: ids of payment.rollup.day
    """
    return SQL(" UNION ALL ").join(
        [
            _facts(PAYMENTS, OF_THE_DAY, DIMENSIONS, payment_facts.FACTS, buckets),
            _events("payment_dispute", DISPUTES, buckets, COUNTED_DISPUTES),
            _events("payment_fraud_warning", REPORTS, buckets, COUNTED_REPORTS),
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


def _events(table, facts, buckets, condition):
    """Return the query of what happened to payments on the days at hand."""
    among = EVENTS.format(table=table, night=NIGHT)
    where = f"{ON_THE_DAY} AND {condition}"
    return _facts(among, where, EVENT_DIMENSIONS, facts, buckets, EVENT)


def _facts(among, where, dimensions, facts, buckets, more=""):
    columns = {"partner_id": payment_facts.DIMENSIONS["partner_id"]} | dimensions
    columns |= {name: facts.get(name, "0") for name in definitions.FACTS}
    return payment_facts.select(columns, among, more, where, buckets=buckets)


def select_declines(buckets):
    """Return the query of failed attempts by reason; they add up to the rollup's."""
    columns = {name: DIMENSIONS[name] for name in DAILY} | {
        "reason": declines.case("decline.code"),
        "reason_code": "decline.code",
    }
    where = f"""{OF_THE_DAY} AND (tx.state = 'error' OR EXISTS (
        SELECT FROM payment_charge f
        WHERE f.transaction_id = tx.id AND f.state = 'failed'))"""
    query = payment_facts.select(columns, PAYMENTS, DECLINES, where, buckets=buckets)
    return _counted([*DAILY, "reason", "reason_code"], query)


def select_settlements(buckets):
    """Return the query of paid out payments by the days it took."""
    columns = {name: DIMENSIONS[name] for name in DAILY} | {"days": "settled_at.days"}
    where = f"{OF_THE_DAY} AND settled_at.days IS NOT NULL AND tx.state = 'done'"
    query = payment_facts.select(columns, PAYMENTS, SETTLED, where, buckets=buckets)
    return _counted([*DAILY, "days"], query)


def _counted(names, query):
    listed = SQL(", ").join(SQL.identifier(name) for name in names)
    return SQL(
        "SELECT %s, COUNT(*) FROM (%s) AS each_one GROUP BY %s", listed, query, listed
    )
