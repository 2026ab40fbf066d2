"""What is not as it should be at the bank: one set-based query per reason.

Each query returns the subject (what makes a discrepancy the same one), company,
journal, bank line, payout, partner, amount, currency and the figures of its words.
"""

from odoo.tools import SQL

COLUMNS = (
    "subject",
    "company_id",
    "journal_id",
    "statement_line_id",
    "payout_id",
    "partner_id",
    "amount",
    "currency_id",
    "figures",
)

# Open lines of the companies' own banks, looked at by the engine.
_LINES = """
    SELECT line.id, line.company_id, line.journal_id, line.partner_id, line.amount,
           COALESCE(line.currency_id, company.currency_id) AS currency_id, move.date,
           line.payment_ref, line.account_number, line.settled_names, line.create_date,
           line.match_checked_at, company.bank_unknown_days, company.bank_old_days
      FROM account_bank_statement_line line
      JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
      JOIN account_journal journal ON journal.id = move.journal_id
      JOIN res_company company ON company.id = move.company_id
     WHERE line.is_reconciled IS NOT TRUE
       AND line.amount != 0
       AND journal.type IN ('bank', 'credit')
       AND journal.id != ALL(%(gateways)s)
"""

_FROM_LINE = """
    SELECT 'line:' || line.id, line.company_id, line.journal_id, line.id, NULL::int,
           line.partner_id, line.amount, line.currency_id
"""

DUPLICATE_LINE = f"""
    WITH line AS ({_LINES})
    {_FROM_LINE}, jsonb_build_object('date', line.date, 'other', twin.name)
      FROM line
      JOIN LATERAL (
            SELECT move.name
              FROM account_bank_statement_line other
              JOIN account_move move ON move.id = other.move_id
             WHERE other.journal_id = line.journal_id
               AND other.amount = line.amount
               AND other.id < line.id
               AND move.date = line.date
               AND COALESCE(other.payment_ref, '') = COALESCE(line.payment_ref, '')
               AND COALESCE(other.account_number, '')
                   = COALESCE(line.account_number, '')
          ORDER BY other.id DESC LIMIT 1
           ) twin ON TRUE
"""

DUPLICATE_PAYMENT = f"""
    WITH line AS ({_LINES})
    {_FROM_LINE}, jsonb_build_object('reference', line.settled_names)
      FROM line WHERE line.settled_names IS NOT NULL AND line.amount > 0
"""

_DIFFERENT = f"""
    WITH line AS ({_LINES})
    {_FROM_LINE}, jsonb_build_object('document', move.name)
      FROM line
      JOIN account_match match
        ON match.statement_line_id = line.id AND match.state = 'proposed'
      JOIN account_move_line item ON item.id = match.move_line_id
      JOIN account_move move ON move.id = item.move_id
     WHERE match.how = '{{how}}'
"""

SHORT_PAYMENT = _DIFFERENT.format(how="less")
OVER_PAYMENT = _DIFFERENT.format(how="more")

MISSING_PAYOUT = """
    SELECT 'payout:' || payout.id, payout.company_id, NULL::int, NULL::int, payout.id,
           NULL::int, payout.amount, payout.currency_id,
           jsonb_build_object(
               'date', payout.arrival_date, 'reference', payout.gateway_ref)
      FROM payment_payout payout
      JOIN res_company company ON company.id = payout.company_id
     WHERE payout.state = 'paid'
       AND payout.bank_statement_line_id IS NULL
       AND payout.amount > 0
       AND company.payout_late_days > 0
       AND payout.arrival_date
           < CURRENT_DATE - ceil(company.payout_late_days * 7 / 5.0)::int
       AND EXISTS (
            SELECT FROM account_bank_statement_line later
              JOIN account_move move ON move.id = later.move_id
             WHERE later.company_id = payout.company_id
               AND later.journal_id != ALL(%(gateways)s)
               AND move.date > payout.arrival_date
       )
"""

PAYOUT_DIFFERS = f"""
    WITH line AS ({_LINES})
    SELECT 'payout:' || payout.id, line.company_id, line.journal_id, line.id, payout.id,
           NULL::int, line.amount - payout.amount, line.currency_id,
           jsonb_build_object('reference', payout.gateway_ref)
      FROM line
      JOIN account_match match
        ON match.statement_line_id = line.id AND match.state = 'proposed'
      JOIN payment_payout payout ON payout.id = match.payout_id
     WHERE match.how IN ('less', 'more', 'partial')
"""

UNKNOWN_MONEY = f"""
    WITH line AS ({_LINES})
    {_FROM_LINE}, jsonb_build_object('date', line.date)
      FROM line
     WHERE line.amount > 0
       AND line.match_checked_at IS NOT NULL
       AND line.create_date < now() - line.bank_unknown_days * interval '1 day'
       AND NOT EXISTS (
            SELECT FROM account_match match
             WHERE match.statement_line_id = line.id AND match.state = 'proposed'
       )
"""

OLD_LINE = f"""
    WITH line AS ({_LINES})
    {_FROM_LINE}, jsonb_build_object(
           'date', line.date, 'days', CURRENT_DATE - line.date)
      FROM line
     WHERE line.bank_old_days > 0 AND CURRENT_DATE - line.date > line.bank_old_days
"""

QUERIES = {
    "duplicate_line": DUPLICATE_LINE,
    "duplicate_payment": DUPLICATE_PAYMENT,
    "short_payment": SHORT_PAYMENT,
    "over_payment": OVER_PAYMENT,
    "missing_payout": MISSING_PAYOUT,
    "payout_differs": PAYOUT_DIFFERS,
    "unknown_money": UNKNOWN_MONEY,
    "old_line": OLD_LINE,
}


def query(reason, gateways):
    """Return the query of all discrepancies of one reason.

    :param gateways: ids of the journals that gateways keep
    """
    # pylint: disable=sql-injection
    # the text is a constant of this file
    return SQL(QUERIES[reason], gateways=list(gateways))
