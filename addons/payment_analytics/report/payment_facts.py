"""The facts of every payment as one SQL query, in its own company's currency.

Read by the report as it is; a rollup by day sums the same columns. Each table below is
{column: SQL}; the aliases are those of :data:`FROM`.
"""

from odoo.tools import SQL

# What has to be written to the database before the query reads it.
DEPENDS = {
    "payment.transaction": [
        "amount",
        "channel",
        "company_id",
        "currency_id",
        "is_live",
        "last_state_change",
        "operation",
        "paid_at",
        "partner_country_id",
        "partner_id",
        "payment_method_id",
        "provider_id",
        "reference",
        "sale_order_ids",
        "invoice_ids",
        "source_transaction_id",
        "state",
    ],
    "payment.charge": [
        "amount_minor",
        "captured_minor",
        "failure_code",
        "outcome",
        "state",
        "transaction_id",
    ],
    "payment.balance.transaction": [
        "amount",
        "category",
        "created_at",
        "currency_id",
        "fee",
        "tax",
        "transaction_id",
    ],
    "payment.dispute": ["state", "transaction_id"],
    "payment.method": ["primary_payment_method_id"],
    "payment.provider": ["post_test_payments"],
    "sale.order": ["user_id"],
    "sale.order.line": ["display_type", "is_downpayment", "order_id", "product_id"],
    "account.move": ["invoice_user_id"],
    "account.move.line": ["display_type", "move_id", "product_id"],
    "product.product": ["product_tmpl_id"],
    "product.template": ["categ_id"],
    "res.partner": ["commercial_partner_id", "country_id", "tz", "user_id"],
    "res.company": ["currency_id", "partner_id", "parent_path"],
    "res.currency": ["decimal_places"],
    "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
}

DIMENSIONS = {
    "id": "tx.id",
    "reference": "tx.reference",
    "date": "moment.utc",
    "day": "moment.local::date",
    "weekday": "to_char(moment.local, 'ID')",
    "hour": "to_char(moment.local, 'HH24')",
    "kind": "kind.name",
    "state": "tx.state",
    "channel": "COALESCE(source.channel, tx.channel)",
    "company_id": "tx.company_id",
    "provider_id": "tx.provider_id",
    "payment_method_id": "COALESCE(method.primary_payment_method_id, method.id)",
    "brand_id": "method.id",
    "partner_id": "tx.partner_id",
    "commercial_partner_id": "COALESCE(partner.commercial_partner_id, partner.id)",
    "country_id": "COALESCE(tx.partner_country_id, partner.country_id)",
    "user_id": "COALESCE(sold.user_id, invoiced.user_id, partner.user_id)",
    "payment_currency_id": "tx.currency_id",
    "categ_id": "COALESCE(%(ordered_category)s, %(invoiced_category)s)",
    "amount": "tx.amount",
}

# A card payment for which no card was read.
REMOTE = """COALESCE(source.channel, tx.channel) <> 'terminal'
    AND COALESCE(parent_method.code, method.code) = 'card'"""

FACTS = {
    "gross": """CASE WHEN tx.state = 'done' AND kind.name <> 'refund' AND NOT kind.split
        THEN ROUND(
            (tx.amount * COALESCE(charge.captured, 1) * %(payment_rate)s)::numeric,
            currency.decimal_places)
        ELSE 0 END""",
    "refunded": """CASE WHEN tx.state = 'done' AND kind.name = 'refund'
        THEN ROUND((-tx.amount * %(payment_rate)s)::numeric, currency.decimal_places)
        ELSE 0 END""",
    "disputed": "COALESCE(movement.disputed, 0)",
    "fees": "COALESCE(movement.fees, 0)",
    "fee_tax": "COALESCE(movement.fee_tax, 0)",
    "payments": "(kind.name = 'payment')::int",
    "successful_payments": "(kind.name = 'payment' AND tx.state = 'done')::int",
    "failed_payments": """(kind.name = 'payment' AND (tx.state = 'error' OR
        tx.state = 'cancel' AND charge.failed > 0 AND charge.succeeded = 0))::int""",
    "attempts": """CASE WHEN charge.tried > 0 OR kind.name <> 'payment'
        THEN charge.tried
        ELSE (tx.state IN ('done', 'authorized', 'error'))::int END""",
    "succeeded_attempts": """CASE WHEN charge.tried > 0 OR kind.name <> 'payment'
        THEN charge.succeeded ELSE (tx.state IN ('done', 'authorized'))::int END""",
    "failed_attempts": """CASE WHEN charge.tried > 0 OR kind.name <> 'payment'
        THEN charge.failed ELSE (tx.state = 'error')::int END""",
    "disputed_payments": """EXISTS (
        SELECT FROM payment_dispute d WHERE d.transaction_id = tx.id
        AND d.state NOT LIKE 'warning%%' AND d.state <> 'prevented')::int""",
    "refunds": "(kind.name = 'refund' AND tx.state = 'done')::int",
    "blocked_attempts": "charge.blocked",
    "card_not_present": f"""(
        kind.name = 'payment' AND tx.state = 'done' AND {REMOTE})::int""",
}

# Odoo's rule (res.currency._get_rates): the company's own rate or the common one of
# that day, else the first there is, else 1.
RATE = """COALESCE(
    (SELECT r.rate FROM res_currency_rate r WHERE r.currency_id = {currency}
        AND (r.company_id IS NULL OR r.company_id = company.root_id) AND r.name <= {day}
        ORDER BY r.company_id, r.name DESC LIMIT 1),
    (SELECT r.rate FROM res_currency_rate r WHERE r.currency_id = {currency}
        AND (r.company_id IS NULL OR r.company_id = company.root_id)
        ORDER BY r.company_id, r.name LIMIT 1),
    1.0)"""

FROM = """
    payment_transaction tx
    JOIN payment_provider provider ON provider.id = tx.provider_id
    JOIN LATERAL (
        SELECT c.currency_id, split_part(c.parent_path, '/', 1)::int AS root_id,
               COALESCE(NULLIF(p.tz, ''), 'UTC') AS tz
        FROM res_company c JOIN res_partner p ON p.id = c.partner_id
        WHERE c.id = tx.company_id
    ) company ON TRUE
    JOIN res_currency currency ON currency.id = company.currency_id
    JOIN payment_method method ON method.id = tx.payment_method_id
    LEFT JOIN payment_method parent_method
        ON parent_method.id = method.primary_payment_method_id
    JOIN res_partner partner ON partner.id = tx.partner_id
    LEFT JOIN payment_transaction source
        ON source.id = tx.source_transaction_id AND tx.operation = 'refund'
    CROSS JOIN LATERAL (
        SELECT COALESCE(tx.paid_at, tx.last_state_change, tx.create_date) AS utc,
               COALESCE(tx.paid_at, tx.last_state_change, tx.create_date)
                   AT TIME ZONE 'UTC' AT TIME ZONE company.tz AS local
    ) moment
    CROSS JOIN LATERAL (
        SELECT CASE WHEN tx.operation = 'refund' THEN 'refund'
                    WHEN tx.source_transaction_id IS NOT NULL THEN 'capture'
                    ELSE 'payment' END AS name,
               EXISTS (SELECT FROM payment_transaction part
                       WHERE part.source_transaction_id = tx.id
                         AND part.operation = tx.operation
                         AND part.state IN ('done', 'cancel')) AS split
    ) kind
    CROSS JOIN LATERAL (
        SELECT COUNT(*) AS tried,
               COUNT(*) FILTER (WHERE c.state = 'succeeded') AS succeeded,
               COUNT(*) FILTER (WHERE c.state = 'failed') AS failed,
               COUNT(*) FILTER (WHERE c.state = 'failed' AND (
                   c.outcome = 'blocked' OR c.failure_code IN %(unauthenticated)s))
                   AS blocked,
               SUM(c.captured_minor) FILTER (WHERE c.captured_minor > 0)
                   / SUM(c.amount_minor) FILTER (WHERE c.captured_minor > 0) AS captured
        FROM payment_charge c WHERE c.transaction_id = tx.id
    ) charge
    CROSS JOIN LATERAL (
        SELECT SUM(ROUND((m.fee * %(movement_rate)s)::numeric,
                         currency.decimal_places)) AS fees,
               SUM(ROUND((m.tax * %(movement_rate)s)::numeric,
                         currency.decimal_places)) AS fee_tax,
               -SUM(ROUND((m.amount * %(movement_rate)s)::numeric,
                          currency.decimal_places))
                   FILTER (WHERE m.category IN ('dispute', 'dispute_reversal'))
                   AS disputed
        FROM payment_balance_transaction m
        CROSS JOIN LATERAL (
            SELECT (m.created_at AT TIME ZONE 'UTC'
                    AT TIME ZONE company.tz)::date AS day
        ) settled
        WHERE m.transaction_id = tx.id
    ) movement
    LEFT JOIN LATERAL (
        SELECT o.user_id FROM sale_order_transaction_rel rel
        JOIN sale_order o ON o.id = rel.sale_order_id AND o.user_id IS NOT NULL
        WHERE rel.transaction_id = COALESCE(source.id, tx.id) ORDER BY o.id LIMIT 1
    ) sold ON TRUE
    LEFT JOIN LATERAL (
        SELECT i.invoice_user_id AS user_id FROM account_invoice_transaction_rel rel
        JOIN account_move i ON i.id = rel.invoice_id AND i.invoice_user_id IS NOT NULL
        WHERE rel.transaction_id = COALESCE(source.id, tx.id) ORDER BY i.id LIMIT 1
    ) invoiced ON TRUE
"""

# Test payments never count, except in a database that is marked as a sandbox.
WHERE = """
    tx.state <> 'draft' AND tx.operation IS DISTINCT FROM 'validation'
    AND (tx.is_live OR provider.post_test_payments)
"""


def _conversion(currency, day):
    """Return the SQL of the factor from ``currency`` to the company's, on ``day``."""
    own = RATE.format(currency="company.currency_id", day=day)
    other = RATE.format(currency=currency, day=day)
    return f"""CASE WHEN {currency} = company.currency_id THEN 1
        ELSE {own}::numeric / {other}::numeric END"""


# The one product category of all lines, NULL for several.
CATEGORY = """(SELECT CASE WHEN MIN(t.categ_id) = MAX(t.categ_id)
            THEN MIN(t.categ_id) END
        FROM {relation} rel JOIN {line} l ON l.{document} = rel.{key}
        JOIN product_product p ON p.id = l.product_id
        JOIN product_template t ON t.id = p.product_tmpl_id
        WHERE rel.transaction_id = COALESCE(source.id, tx.id) AND {condition})"""
CATEGORIES = {
    "ordered_category": CATEGORY.format(
        relation="sale_order_transaction_rel",
        line="sale_order_line",
        document="order_id",
        key="sale_order_id",
        condition="l.display_type IS NULL AND l.is_downpayment IS NOT TRUE",
    ),
    "invoiced_category": CATEGORY.format(
        relation="account_invoice_transaction_rel",
        line="account_move_line",
        document="move_id",
        key="invoice_id",
        condition="l.display_type = 'product'",
    ),
}

# Codes of attempts that ended before a bank was asked.
UNAUTHENTICATED = (
    "authentication_required",
    "payment_intent_authentication_failure",
)


def select(columns, among="payment_transaction tx", more="", where=WHERE, **values):
    """Return a query over payments.

    :param dict columns: {name: SQL text on the aliases of :data:`FROM`}
    :param str among: where ``tx`` comes from
    :param str more: what is joined last
    :param values: parameters of these texts
    """
    listed = ", ".join(
        f"{expression} AS {name}" for name, expression in columns.items()
    )
    tables = among + FROM.strip().removeprefix("payment_transaction tx")
    return SQL(
        f"SELECT {listed} FROM {tables} {more} WHERE {where}",
        payment_rate=SQL(_conversion("tx.currency_id", "moment.local::date")),
        movement_rate=SQL(_conversion("m.currency_id", "settled.day")),
        event_rate=SQL(_conversion("event.currency_id", "happened.local::date")),
        unauthenticated=UNAUTHENTICATED,
        **{name: SQL(text) for name, text in CATEGORIES.items()},
        **values,
    )


def select_facts():
    """Return the query of all facts, one row per payment or refund.

    :return: SQL; its columns are those of :data:`DIMENSIONS` and :data:`FACTS`
    """
    return select(DIMENSIONS | FACTS)
