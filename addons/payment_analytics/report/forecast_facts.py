"""The SQL of what is to come, of one company as of the end of one day.

Nothing that was dated after ``day`` is read by :data:`HISTORY`, :data:`RECEIVABLE` and
:data:`LEDGER`, so that a past day's forecast can be computed again as it would have
been. What a later entry undid (a reset invoice) is not in the books any more.
"""

# Invoices that were paid, and how late: the day on which the last part came.
HISTORY = """
    SELECT move.commercial_partner_id, paid.day - line.date_maturity, COUNT(*)
    FROM account_move_line line
    JOIN account_move move ON move.id = line.move_id
    CROSS JOIN LATERAL (
        SELECT MAX(part.max_date) AS day,
               BOOL_OR(credit.payment_id IS NOT NULL
                       OR credit.statement_line_id IS NOT NULL) AS by_money
        FROM account_partial_reconcile part
        JOIN account_move_line credit ON credit.id = part.credit_move_id
        WHERE part.debit_move_id = line.id
    ) paid
    WHERE move.company_id = %(company)s AND move.move_type = 'out_invoice'
      AND move.state = 'posted' AND line.display_type = 'payment_term'
      AND line.reconciled AND line.date_maturity IS NOT NULL
      AND paid.by_money AND paid.day <= %(day)s AND paid.day > %(since)s
    GROUP BY 1, 2
"""

# Whether ``journal`` keeps a gateway's balance.
_IS_GATEWAY = """(
    journal.gateway_provider_id IS NOT NULL OR EXISTS (
        SELECT FROM account_payment_method_line method
        JOIN payment_provider provider ON provider.id = method.payment_provider_id
        WHERE method.journal_id = journal.id AND provider.books_mode <> 'off'))
"""

_PARTS = """
    COALESCE((SELECT SUM(part.amount) FROM account_partial_reconcile part
              WHERE part.{side} = line.id AND part.max_date <= %(day)s), 0)
"""

# Open items: positive is to come from customers (negative: to be paid to vendors).
_OPEN = f"""
    SELECT line.id, line.move_id,
           COALESCE(partner.commercial_partner_id, line.partner_id) AS entity,
           COALESCE(line.date_maturity, line.date) AS due,
           line.balance - {_PARTS.format(side="debit_move_id")}
                        + {_PARTS.format(side="credit_move_id")} AS residual,
           move.name, COALESCE(move.invoice_user_id, partner.user_id) AS user_id,
           CASE WHEN move.auto_charge_on >= line.date_maturity
                THEN move.auto_charge_on END AS charge_on
    FROM account_move_line line
    JOIN account_account account ON account.id = line.account_id
    JOIN account_move move ON move.id = line.move_id
    LEFT JOIN res_partner partner ON partner.id = line.partner_id
    WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
      AND line.date <= %(day)s
      AND account.account_type = '{{account_type}}'
      AND (NOT line.reconciled
           OR EXISTS (SELECT FROM account_partial_reconcile part
                      WHERE part.debit_move_id = line.id AND part.max_date > %(day)s)
           OR EXISTS (SELECT FROM account_partial_reconcile part
                      WHERE part.credit_move_id = line.id AND part.max_date > %(day)s))
    ORDER BY due, line.id
"""
RECEIVABLE = _OPEN.format(account_type="asset_receivable")
PAYABLE = _OPEN.format(account_type="liability_payable")

# What is left to invoice of confirmed orders, in the company's currency.
ORDERS = """
    SELECT sale.id, sale.name, partner.commercial_partner_id AS entity,
           COALESCE(sale.user_id, partner.user_id) AS user_id,
           sale.payment_term_id,
           GREATEST(sale.commitment_date::date, %(day)s) AS invoiced_on,
           sale.date_order::date < %(since)s
               AND COALESCE(sale.commitment_date, sale.date_order)::date < %(day)s
               AS is_stale,
           (sale.amount_total - COALESCE(invoiced.amount, 0))
               / COALESCE(NULLIF(sale.currency_rate, 0), 1) AS amount
    FROM sale_order sale
    JOIN res_partner partner ON partner.id = sale.partner_invoice_id
    LEFT JOIN LATERAL (
        SELECT SUM(CASE WHEN move.move_type = 'out_refund' THEN -line.price_total
                        ELSE line.price_total END) AS amount
        FROM sale_order_line part
        JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = part.id
        JOIN account_move_line line ON line.id = rel.invoice_line_id
        JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
        WHERE part.order_id = sale.id
    ) invoiced ON TRUE
    WHERE sale.company_id = %(company)s AND sale.state = 'sale'
      AND sale.invoice_status IN ('no', 'to invoice')
      AND sale.amount_total > COALESCE(invoiced.amount, 0)
    ORDER BY invoiced_on, sale.id
"""

# Payouts that have left the gateway's ledger (or never were in it) for the bank.
PAYOUTS = """
    SELECT payout.id, payout.gateway_ref, payout.arrival_date, payout.amount,
           payout.currency_id
    FROM payment_payout payout
    JOIN payment_provider provider ON provider.id = payout.provider_id
    LEFT JOIN payment_balance_transaction own
        ON own.id = payout.own_balance_transaction_id
    WHERE payout.company_id = %(company)s AND payout.bank_statement_line_id IS NULL
      AND (payout.state IN ('pending', 'in_transit')
           OR payout.state = 'paid' AND payout.arrival_date > %(since)s)
      AND (own.state = 'posted' OR provider.books_mode <> 'post')
      AND (provider.state = 'enabled' OR provider.post_test_payments)
"""

# Money on the gateway that cannot be paid out yet, by the day from which it can.
PENDING = """
    SELECT movement.provider_id, movement.available_on::date, movement.currency_id,
           SUM(movement.net), SUM(movement.net) FILTER (
               WHERE movement.state = 'posted' AND provider.books_mode = 'post')
    FROM payment_balance_transaction movement
    JOIN payment_provider provider ON provider.id = movement.provider_id
    WHERE movement.company_id = %(company)s AND movement.available_on::date > %(day)s
      AND movement.source_payout_id IS NULL
      AND movement.balance_type IS DISTINCT FROM 'risk_reserved'
      AND (provider.state = 'enabled' OR provider.post_test_payments)
    GROUP BY 1, 2, 3
"""

# Payments that are booked and not on a bank statement yet.
UNDER_WAY = f"""
    SELECT line.payment_id, line.move_id, move.name, line.date, line.balance,
           partner.commercial_partner_id, partner.user_id
    FROM account_move_line line
    JOIN account_move move ON move.id = line.move_id
    JOIN account_account account ON account.id = line.account_id
    JOIN account_journal journal ON journal.id = line.journal_id
    JOIN account_payment payment ON payment.id = line.payment_id
    LEFT JOIN payment_transaction tx ON tx.id = payment.payment_transaction_id
    LEFT JOIN res_partner partner ON partner.id = line.partner_id
    WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
      AND NOT line.reconciled AND line.date > %(since)s
      AND account.reconcile AND account.account_type = 'asset_current'
      AND (tx.id IS NULL OR tx.channel = 'transfer')
      AND NOT {_IS_GATEWAY}
"""

# Bank and cash by the books, and of it what gateways hold.
LEDGER = f"""
    SELECT COALESCE(SUM(line.balance), 0),
           COALESCE(SUM(line.balance) FILTER (WHERE gateway.is_gateway), 0)
    FROM account_move_line line
    JOIN account_account account ON account.id = line.account_id
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM account_journal journal
            WHERE journal.default_account_id = account.id
              AND {_IS_GATEWAY}
        ) AS is_gateway
    ) gateway
    WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
      AND line.date <= %(day)s AND account.account_type = 'asset_cash'
"""

# What came on the invoices that were open on a forecast's day, and the balance that
# there was; once a horizon is over, and again while late entries may still be made.
CHECK = """
    WITH waiting AS (
        SELECT id, company_id, day, until FROM payment_forecast_check
        WHERE company_id = %(company)s AND until < %(today)s
          AND (checked IS NOT TRUE OR until >= %(again_since)s)
    ),
    received AS MATERIALIZED (
        SELECT debit.date AS open_on, part.max_date AS paid_on,
               SUM(part.amount) AS amount
        FROM account_partial_reconcile part
        JOIN account_move_line debit ON debit.id = part.debit_move_id
        JOIN account_account account ON account.id = debit.account_id
        JOIN account_move_line credit ON credit.id = part.credit_move_id
        WHERE debit.company_id = %(company)s
          AND account.account_type = 'asset_receivable'
          AND (credit.payment_id IS NOT NULL OR credit.statement_line_id IS NOT NULL)
          AND part.max_date > (SELECT MIN(day) FROM waiting)
        GROUP BY 1, 2
    ),
    cash AS MATERIALIZED (
        SELECT line.date, SUM(line.balance) AS amount
        FROM account_move_line line
        JOIN account_account account ON account.id = line.account_id
        WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
          AND account.account_type = 'asset_cash'
          AND EXISTS (SELECT FROM waiting)
        GROUP BY line.date
    )
    UPDATE payment_forecast_check result
    SET checked = TRUE, came = was.came, balance_came = was.balance,
        missed = ABS(was.came - result.expected),
        error_rate = ABS(was.came - result.expected) / NULLIF(ABS(was.came), 0)
    FROM (
        SELECT waiting.id,
               COALESCE((SELECT SUM(amount) FROM received
                         WHERE open_on <= waiting.day AND paid_on > waiting.day
                           AND paid_on <= waiting.until), 0) AS came,
               COALESCE((SELECT SUM(amount) FROM cash
                         WHERE date <= waiting.until), 0) AS balance
        FROM waiting
    ) was
    WHERE was.id = result.id
"""
