"""The SQL of customers' figures, for one company and some customers at a time.

Which money is a customer's payment, so that each counts once whatever its channel:

- what reached a gateway, from the gateway's facts (``payment_facts.select_facts``),
  whether or not it is booked yet;
- everything else from the books: a payment or a statement line of bank or cash that
  credits the customer's receivable account. The entries of gateway payments and of
  gateway movements are left out there; announced bank transfers are left out here,
  since their money comes to the company's own bank.

Amounts are in the company's currency; a day is one of the company's time zone.
"""

GATEWAY = """
    SELECT fact.commercial_partner_id AS partner_id, fact.day,
           fact.successful_payments AS payments, fact.gross, fact.refunded,
           fact.disputed, fact.fees,
           fact.successful_payments + fact.failed_payments AS decided,
           fact.failed_payments AS failed, fact.disputed_payments
    FROM (%(facts)s) fact
    WHERE fact.company_id = %(company)s
      AND fact.commercial_partner_id = ANY(%(entities)s)
      AND fact.channel IS DISTINCT FROM 'transfer'
"""

# One entry is one payment, also where it settles several invoices.
BOOKS = """
    SELECT member.entity, line.date, (SUM(line.balance) < 0)::int,
           GREATEST(-SUM(line.balance), 0), GREATEST(SUM(line.balance), 0), 0, 0,
           0, 0, 0
    FROM account_move_line line
    JOIN member ON member.id = line.partner_id
    JOIN account_account account ON account.id = line.account_id
    WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
      AND account.account_type = 'asset_receivable'
      AND (line.statement_line_id IS NOT NULL OR line.payment_id IS NOT NULL)
      AND NOT EXISTS (
          SELECT FROM payment_balance_transaction movement
          WHERE movement.statement_line_id = line.statement_line_id)
      AND NOT EXISTS (
          SELECT FROM account_payment payment
          LEFT JOIN payment_transaction tx ON tx.id = payment.payment_transaction_id
          LEFT JOIN payment_provider provider ON provider.id = tx.provider_id
          WHERE payment.id = line.payment_id
            AND (payment.state IN ('canceled', 'rejected')
                 OR tx.channel IS DISTINCT FROM 'transfer' AND tx.id IS NOT NULL
                 OR NOT (tx.is_live OR provider.post_test_payments)))
    GROUP BY line.move_id, member.entity, line.date
"""

RECEIPTS = f"""
    member AS (
        SELECT id, commercial_partner_id AS entity FROM res_partner
        WHERE commercial_partner_id = ANY(%(entities)s)
    ),
    receipt AS MATERIALIZED (
        SELECT each.*, gross - refunded - disputed - fees AS net
        FROM ({GATEWAY} UNION ALL {BOOKS}) each
    )
"""

MONTHS = """
    month AS (
        INSERT INTO payment_customer_month
            (company_id, partner_id, month, payments, gross, net)
        SELECT %(company)s, partner_id, DATE_TRUNC('month', day), SUM(payments),
               SUM(gross), SUM(net)
        FROM receipt GROUP BY partner_id, DATE_TRUNC('month', day)
        HAVING SUM(payments) > 0 OR SUM(net) <> 0
    )
"""

PAID = """
    paid AS (
        SELECT partner_id,
               MIN(day) FILTER (WHERE payments > 0) AS first_payment_on,
               MAX(day) FILTER (WHERE payments > 0) AS last_payment_on,
               SUM(payments) AS payments, SUM(gross) AS gross,
               SUM(refunded) AS refunded, SUM(disputed) AS disputed,
               SUM(fees) AS fees, SUM(net) AS net,
               SUM(payments) FILTER (WHERE day > %(scored_since)s) AS recent_payments,
               SUM(net) FILTER (WHERE day > %(scored_since)s) AS recent_money,
               SUM(gross - refunded - disputed)
                   FILTER (WHERE day > %(year_since)s) AS received,
               SUM(decided) FILTER (WHERE day > %(year_since)s) AS decided_payments,
               SUM(failed) FILTER (WHERE day > %(year_since)s) AS failures,
               SUM(disputed_payments) FILTER (WHERE day > %(year_since)s) AS disputes
        FROM receipt GROUP BY partner_id
    ),
    rhythm AS (
        SELECT partner_id,
               PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY gap) AS rhythm_days
        FROM (
            SELECT partner_id,
                   day - LAG(day) OVER (PARTITION BY partner_id ORDER BY day) AS gap
            FROM (SELECT DISTINCT partner_id, day FROM receipt WHERE payments > 0) days
        ) gaps
        WHERE gap IS NOT NULL GROUP BY partner_id
    )
"""

# Credit is taken off what is overdue first, as it would be used.
OWED = """
    owed AS (
        SELECT member.entity AS partner_id, SUM(line.amount_residual) AS open_amount,
               GREATEST(SUM(line.amount_residual) FILTER (
                   WHERE line.amount_residual < 0 OR line.date_maturity < %(today)s
               ), 0) AS overdue_amount
        FROM account_move_line line
        JOIN member ON member.id = line.partner_id
        JOIN account_account account ON account.id = line.account_id
        WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
          AND account.account_type = 'asset_receivable' AND NOT line.reconciled
        GROUP BY member.entity
    )
"""

# The same as on the customer's page (res.partner._payment_delays).
DELAYS = """
    delays AS (
        SELECT move.commercial_partner_id AS partner_id,
               AVG(paid.day - line.date_maturity)::float AS average_delay,
               COUNT(DISTINCT move.id) AS paid_invoices
        FROM account_move move
        JOIN account_move_line line ON line.move_id = move.id
        CROSS JOIN LATERAL (
            SELECT MAX(max_date) AS day FROM account_partial_reconcile
            WHERE debit_move_id = line.id
        ) paid
        WHERE move.commercial_partner_id = ANY(%(entities)s)
          AND move.company_id = %(company)s AND move.state = 'posted'
          AND move.move_type = 'out_invoice'
          AND line.display_type = 'payment_term' AND line.reconciled
          AND paid.day >= %(year_since)s
        GROUP BY move.commercial_partner_id
    )
"""

# {column: SQL}; the aliases are those of the parts above.
COLUMNS = {
    "company_id": "%(company)s",
    "partner_id": "partner.id",
    "user_id": "partner.user_id",
    "country_id": "partner.country_id",
    "currency_id": "company.currency_id",
    "computed_at": "%(now)s",
    "first_payment_on": "first_payment_on",
    "last_payment_on": "last_payment_on",
    "payments": "COALESCE(payments, 0)",
    "gross": "COALESCE(gross, 0)",
    "refunded": "COALESCE(refunded, 0)",
    "disputed": "COALESCE(disputed, 0)",
    "fees": "COALESCE(fees, 0)",
    "net": "COALESCE(net, 0)",
    "average_ticket": "gross / NULLIF(payments, 0)",
    "rhythm_days": "rhythm_days",
    "expected_next_on": "last_payment_on + ROUND(rhythm_days)::int",
    "is_new": "COALESCE(first_payment_on >= %(month)s, FALSE)",
    "is_returning": """COALESCE(
        last_payment_on >= %(month)s AND first_payment_on < %(month)s, FALSE)""",
    "is_lapsed": "COALESCE(%(today)s - last_payment_on > 2 * rhythm_days, FALSE)",
    "cohort_month": "TO_CHAR(first_payment_on, 'YYYY-MM')",
    "cohort_day": "DATE_TRUNC('month', first_payment_on)::date",
    "recent_payments": "COALESCE(recent_payments, 0)",
    "recent_money": "COALESCE(recent_money, 0)",
    "average_delay": "average_delay",
    "paid_invoices": "COALESCE(paid_invoices, 0)",
    "decided_payments": "COALESCE(decided_payments, 0)",
    "failures": "COALESCE(failures, 0)",
    "disputes": "COALESCE(disputes, 0)",
    "received": "COALESCE(received, 0)",
    "open_amount": "COALESCE(open_amount, 0)",
    "overdue_amount": "COALESCE(overdue_amount, 0)",
}

STORE = f"""
    WITH {RECEIPTS}, {MONTHS}, {PAID}, {OWED}, {DELAYS}
    INSERT INTO payment_customer_snapshot ({", ".join(COLUMNS)})
    SELECT {", ".join(COLUMNS.values())}
    FROM (
        SELECT partner_id FROM paid
        UNION SELECT partner_id FROM owed
        UNION SELECT partner_id FROM delays
    ) known
    JOIN res_partner partner ON partner.id = known.partner_id
    JOIN res_company company ON company.id = %(company)s
    LEFT JOIN paid ON paid.partner_id = known.partner_id
    LEFT JOIN rhythm ON rhythm.partner_id = known.partner_id
    LEFT JOIN owed ON owed.partner_id = known.partner_id
    LEFT JOIN delays ON delays.partner_id = known.partner_id
    ORDER BY partner.id
    ON CONFLICT (company_id, partner_id) DO UPDATE SET
    {", ".join(f"{name} = EXCLUDED.{name}" for name in list(COLUMNS)[2:])}
"""

# Whoever paid, tried to, or was invoiced; and whether this run has computed it already.
ENTITIES = """
    SELECT DISTINCT partner.commercial_partner_id, EXISTS (
        SELECT FROM payment_customer_snapshot known
        WHERE known.company_id = %(company)s AND known.computed_at >= %(since)s
          AND known.partner_id = partner.commercial_partner_id)
    FROM (
        SELECT partner_id FROM payment_transaction
        WHERE company_id = %(company)s AND state <> 'draft'
        UNION
        SELECT line.partner_id FROM account_move_line line
        JOIN account_account account ON account.id = line.account_id
        WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
          AND account.account_type = 'asset_receivable'
    ) active
    JOIN res_partner partner ON partner.id = active.partner_id
    WHERE partner.commercial_partner_id IS NOT NULL
    ORDER BY 1
"""

# Whose payments, invoices or bank lines were written since.
TOUCHED = """
    SELECT DISTINCT partner.commercial_partner_id
    FROM (
        SELECT partner_id FROM payment_transaction
        WHERE company_id = %(company)s AND state <> 'draft' AND write_date >= %(since)s
        UNION
        SELECT partner_id FROM account_move
        WHERE company_id = %(company)s AND write_date >= %(since)s
          AND (move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               OR origin_payment_id IS NOT NULL OR statement_line_id IS NOT NULL)
    ) active
    JOIN res_partner partner ON partner.id = active.partner_id
    WHERE partner.commercial_partner_id IS NOT NULL
    ORDER BY 1
"""

# Quintiles as in ``metrics.rfm``: 1 and a fifth of the way for every fifth of the
# customers who are strictly worse.
SCORES = """
    UPDATE payment_customer_snapshot snapshot
    SET recency_score = scored.recency, frequency_score = scored.frequency,
        money_score = scored.money, segment = scored.segment
    FROM (
        SELECT id, recency, frequency, money, CASE
            WHEN recency IS NOT NULL THEN
                (%(grid)s)[recency][(frequency + money + 1) / 2]
            WHEN payments > 0 THEN 'lost' END AS segment
        FROM (
            SELECT id, payments,
                   1 + 5 * (RANK() OVER (recent ORDER BY last_payment_on) - 1)
                       / COUNT(*) OVER recent AS recency,
                   1 + 5 * (RANK() OVER (recent ORDER BY recent_payments) - 1)
                       / COUNT(*) OVER recent AS frequency,
                   1 + 5 * (RANK() OVER (recent ORDER BY recent_money) - 1)
                       / COUNT(*) OVER recent AS money
            FROM payment_customer_snapshot
            WHERE company_id = %(company)s AND recent_payments > 0
            WINDOW recent AS (PARTITION BY company_id)
            UNION ALL
            SELECT id, payments, NULL, NULL, NULL FROM payment_customer_snapshot
            WHERE company_id = %(company)s AND recent_payments = 0
        ) ranked
    ) scored
    WHERE scored.id = snapshot.id
      AND (snapshot.recency_score, snapshot.frequency_score, snapshot.money_score,
           snapshot.segment)
          IS DISTINCT FROM
          (scored.recency, scored.frequency, scored.money, scored.segment)
"""

# Months that are over, and each cohort's own.
COHORTS = """
    INSERT INTO payment_cohort
        (company_id, currency_id, user_id, cohort_month, cohort_day, months_since,
         size, members, net, retention)
    SELECT %(company)s, %(currency)s, cohort.user_id, cohort_month,
           cohort.cohort_day, number.since, size,
           COALESCE(members, 0), COALESCE(net, 0),
           COALESCE(members, 0)::float / size
    FROM (
        SELECT user_id, cohort_month, cohort_day, COUNT(*) AS size,
               12 * EXTRACT(YEAR FROM AGE(%(month)s, cohort_day))
               + EXTRACT(MONTH FROM AGE(%(month)s, cohort_day)) AS age
        FROM payment_customer_snapshot
        WHERE company_id = %(company)s AND cohort_day IS NOT NULL
        GROUP BY user_id, cohort_month, cohort_day
    ) cohort
    CROSS JOIN LATERAL GENERATE_SERIES(
        0, LEAST(GREATEST(age - 1, 0), %(months)s)::int) number(since)
    LEFT JOIN (
        SELECT snapshot.user_id, snapshot.cohort_day,
               12 * EXTRACT(YEAR FROM AGE(paid.month, snapshot.cohort_day))
               + EXTRACT(MONTH FROM AGE(paid.month, snapshot.cohort_day)) AS since,
               COUNT(*) FILTER (WHERE paid.payments > 0) AS members,
               SUM(paid.net) AS net
        FROM payment_customer_month paid
        JOIN payment_customer_snapshot snapshot
          ON snapshot.partner_id = paid.partner_id
         AND snapshot.company_id = paid.company_id
        WHERE paid.company_id = %(company)s
        GROUP BY 1, 2, 3
    ) active
      ON active.cohort_day = cohort.cohort_day AND active.since = number.since
     AND active.user_id IS NOT DISTINCT FROM cohort.user_id
"""
