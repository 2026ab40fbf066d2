"""What the checks of a company look at: one query for each, however many payments.

All count live payments only, but in a database that is marked as a sandbox.
"""

from odoo.tools import SQL

# Of a payment with its provider, and of an attempt that may be outside Odoo.
LIVE_PAYMENT = "(tx.is_live OR provider.post_test_payments)"
LIVE_CHARGE = """(provider.post_test_payments
    OR COALESCE(tx.is_live, provider.state = 'enabled'))"""

EVENTS = """
    SELECT event.provider_id,
           floor(extract(epoch FROM %(until)s - event.received_at) / 3600)::int AS ago,
           count(*)
      FROM payment_event event
      JOIN payment_provider provider ON provider.id = event.provider_id
     WHERE provider.company_id = %(company)s
       AND provider.state <> 'disabled'
       AND event.received_at >= %(since)s AND event.received_at <= %(until)s
       AND (event.livemode OR provider.post_test_payments)
  GROUP BY 1, 2
"""

# Fraud reports and disputes of the last 30 days, and the payments of these and of the
# 30 days before them: networks differ in which they divide by.
DISPUTES = f"""
    WITH charge AS (
        SELECT charge.brand, charge.created_at >= %(month)s AS fresh, count(*)
          FROM payment_charge charge
          JOIN payment_provider provider ON provider.id = charge.provider_id
          LEFT JOIN payment_transaction tx ON tx.id = charge.transaction_id
         WHERE charge.company_id = %(company)s AND charge.state = 'succeeded'
           AND charge.captured_minor > 0 AND charge.brand IS NOT NULL
           AND charge.created_at >= %(before)s
           AND COALESCE(tx.channel, '') <> 'terminal' AND {LIVE_CHARGE}
      GROUP BY 1, 2
    ), doubt AS (
        SELECT charge_id, 'dispute' AS what FROM payment_dispute
         WHERE company_id = %(company)s AND created_at >= %(month)s
           AND state NOT LIKE 'warning%%' AND state <> 'prevented'
     UNION ALL
        SELECT charge_id, 'fraud' FROM payment_fraud_warning
         WHERE company_id = %(company)s AND created_at >= %(month)s
           AND kind = 'early_warning'
    )
    SELECT charge.brand, CASE WHEN fresh THEN 'payments' ELSE 'before' END, count
      FROM charge
 UNION ALL
    SELECT charge.brand, doubt.what, count(*)
      FROM doubt
      JOIN payment_charge charge ON charge.id = doubt.charge_id
      JOIN payment_provider provider ON provider.id = charge.provider_id
      LEFT JOIN payment_transaction tx ON tx.id = charge.transaction_id
     WHERE charge.brand IS NOT NULL AND COALESCE(tx.channel, '') <> 'terminal'
       AND {LIVE_CHARGE}
  GROUP BY 1, 2
"""

_PAID = f"""
    SELECT tx.id, tx.currency_id, tx.amount, tx.paid_at,
           COALESCE(partner.commercial_partner_id, partner.id) AS partner_id
      FROM payment_transaction tx
      JOIN payment_provider provider ON provider.id = tx.provider_id
      JOIN res_partner partner ON partner.id = tx.partner_id
     WHERE tx.company_id = %(company)s AND tx.state = 'done' AND tx.amount > 0
       AND tx.operation NOT IN ('refund', 'validation')
       AND tx.source_transaction_id IS NULL AND {LIVE_PAYMENT}
"""

# What was paid within a day, each with the amounts of the same customer before; and, of
# no payment, the amounts of others who paid lately: how customers of this company vary.
AMOUNTS = f"""
    WITH fresh AS ({_PAID} AND tx.paid_at >= %(day)s), who AS (
        SELECT partner_id, currency_id FROM ({_PAID} AND tx.paid_at >= %(month)s) paid
      GROUP BY 1, 2 ORDER BY MAX(paid_at) DESC, 1, 2
         LIMIT GREATEST(%(most)s, (SELECT COUNT(*) FROM fresh))
    ), past AS (
        SELECT paid.partner_id, paid.currency_id,
               array_agg(paid.amount::float8 ORDER BY paid.paid_at, paid.id) AS amounts
          FROM ({_PAID} AND tx.paid_at >= %(year)s AND tx.paid_at < %(day)s) paid
          JOIN who ON who.partner_id = paid.partner_id
                  AND who.currency_id = paid.currency_id
      GROUP BY 1, 2 HAVING COUNT(*) >= %(least)s
    )
    SELECT fresh.id, past.partner_id, past.currency_id, fresh.amount::float8,
           past.amounts
      FROM past
      LEFT JOIN fresh ON fresh.partner_id = past.partner_id
                     AND fresh.currency_id = past.currency_id
"""

# Attempts by customer, card and country of the last day, and how many there were of
# one customer, card and country on each of the days before.
VELOCITY = f"""
    WITH attempt AS (
        SELECT floor(extract(epoch FROM %(now)s - charge.created_at) / 86400)::int
               AS ago, charge.fingerprint, charge.country_code,
               COALESCE(partner.commercial_partner_id, partner.id)::text AS customer
          FROM payment_charge charge
          JOIN payment_provider provider ON provider.id = charge.provider_id
          LEFT JOIN payment_transaction tx ON tx.id = charge.transaction_id
          LEFT JOIN res_partner partner
            ON partner.id = tx.partner_id AND partner.id <> %(public)s
         WHERE charge.company_id = %(company)s
           AND charge.created_at > %(since)s AND charge.created_at <= %(now)s
           AND COALESCE(tx.channel, '') <> 'terminal' AND {LIVE_CHARGE}
    ), daily AS (
        SELECT kind, subject, ago, count(*)
          FROM attempt CROSS JOIN LATERAL (VALUES
               ('velocity_customer', customer), ('velocity_card', fingerprint),
               ('velocity_country', country_code)) AS part(kind, subject)
         WHERE subject IS NOT NULL
      GROUP BY 1, 2, 3
    )
    SELECT kind, subject, ago, count FROM daily
     WHERE ago = 0 OR kind = 'velocity_country'
 UNION ALL
    SELECT kind, NULL, count::int, count(*) FROM daily
     WHERE ago > 0 AND kind <> 'velocity_country'
  GROUP BY kind, count
"""


def query(text, **values):
    """Return one of the queries above."""
    # pylint: disable=sql-injection
    # the text is a constant of this file
    return SQL(text, **values)
