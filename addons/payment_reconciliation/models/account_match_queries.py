"""The set-based join of bank lines with open items, in SQL.

What an item is known by is kept by PostgreSQL itself, as indexes on expressions of
``account.move``: they are never stale, cost nothing to fill and tell settled documents
as well. The expressions here and in the indexes must be the same, letter by letter.
"""

from odoo.tools import SQL

LETTERS = "[^A-Z0-9]"
FIGURES = "[^0-9]"
NAMED = "state = 'posted' AND statement_line_id IS NULL"
OPEN = (
    "reconciled IS NOT TRUE AND parent_state = 'posted'"
    " AND amount_residual_currency != 0"
)
COLUMNS = ("name", "payment_reference", "ref")
DIGIT_COLUMNS = ("name", "payment_reference")


def normalised(column):
    """Return, as text, SQL for ``matching.keys.normalise`` of a column."""
    return f"regexp_replace(upper(normalize({column}, NFKD)), '{LETTERS}', '', 'g')"


def figures(column):
    """Return, as text, SQL for the digits of a column without leading zeros."""
    digits = f"regexp_replace(upper(normalize({column}, NFKD)), '{FIGURES}', '', 'g')"
    return f"ltrim({digits}, '0')"


def named_moves(companies, values):
    """Return the query of posted entries that bear one of the normalised ``values``.

    One look-up in an index per value and column. Values of digits only are looked up
    among the digits of longer references too.
    """
    # pylint: disable=sql-injection
    # the parts are constants of this file
    parts = [SQL(_lookup(normalised(column))) for column in COLUMNS]
    parts += [
        SQL(f"{_lookup(figures(column))} AND value ~ '^[0-9]{{8,}}$'")
        for column in DIGIT_COLUMNS
    ]
    return SQL(
        """
        SELECT DISTINCT hit.id
          FROM unnest(%(values)s::varchar[]) AS value
    CROSS JOIN LATERAL (%(lookups)s OFFSET 0) AS hit
         WHERE hit.company_id = ANY(%(companies)s)
        """,
        values=list(values),
        companies=list(companies),
        lookups=SQL(" UNION ALL ").join(parts),
    )


def _lookup(expression):
    return (
        "SELECT id, company_id FROM account_move"
        f" WHERE {NAMED} AND {expression} = value"
    )


def items_of_amounts(companies, amounts, partners, limit, matchable):
    """Return the query of open items of these amounts, and how many share each.

    :param amounts: list of (currency id, amount)
    :param partners: commercial partners whose items are listed beyond ``limit``
    :param matchable: condition on ``item`` and ``account``
    """
    currencies = [currency for currency, _amount in amounts]
    figures_ = [amount for _currency, amount in amounts]
    return SQL(
        """
        SELECT fit.*
          FROM unnest(%(currencies)s::int[], %(amounts)s::numeric[])
               AS wanted (currency_id, amount)
    CROSS JOIN LATERAL (
            SELECT item.id,
                   COUNT(*) OVER () AS sharing,
                   COUNT(*) OVER (PARTITION BY partner.commercial_partner_id)
                       AS sharing_partner,
                   ROW_NUMBER() OVER (ORDER BY item.date_maturity, item.id) AS place,
                   partner.commercial_partner_id AS partner_id
              FROM account_move_line item
              JOIN account_account account ON account.id = item.account_id
         LEFT JOIN res_partner partner ON partner.id = item.partner_id
             WHERE item.company_id = ANY(%(companies)s)
               AND item.currency_id = wanted.currency_id
               AND item.amount_residual_currency = wanted.amount
               AND %(open)s
               AND %(matchable)s
             OFFSET 0
          ) AS fit
         WHERE fit.place <= %(limit)s OR fit.partner_id = ANY(%(partners)s)
        """,
        currencies=currencies,
        amounts=figures_,
        companies=list(companies),
        open=SQL(OPEN),
        matchable=matchable,
        partners=list(partners),
        limit=limit,
    )


def items_of_partners(companies, partners, limit):
    """Return the query of the open receivables and payables of commercial partners."""
    return SQL(
        """
        SELECT owed.id
          FROM unnest(%(partners)s::int[]) AS owner
    CROSS JOIN LATERAL (
            SELECT item.id
              FROM res_partner partner
              JOIN account_move_line item ON item.partner_id = partner.id
              JOIN account_account account ON account.id = item.account_id
             WHERE partner.commercial_partner_id = owner
               AND item.company_id = ANY(%(companies)s)
               AND account.account_type IN ('asset_receivable', 'liability_payable')
               AND %(open)s
             LIMIT %(limit)s
          ) AS owed
        """,
        partners=list(partners),
        companies=list(companies),
        open=SQL(OPEN),
        limit=limit,
    )


def open_items(
    companies, named, amounts, partners, *, limits, journals, accounts, own_money
):
    """Return the query of all open items that bank lines may pay.

    :param named: ids of the entries that the lines' texts name
    :param amounts: list of (currency id, amount) of the lines
    :param partners: ids of commercial partners that the lines may be of
    :param limits: (items per amount, items per partner)
    :param journals: ids of journals that gateways keep: their items are not the bank's
    :param accounts: ids of suspense accounts
    :param own_money: ids of items in gateways' journals that are the bank's too
    """
    per_amount, per_partner = limits
    matchable = SQL(
        "account.reconcile AND item.account_id != ALL(%s)"
        " AND (item.journal_id != ALL(%s) OR item.id = ANY(%s))",
        list(accounts),
        list(journals),
        list(own_money),
    )
    return SQL(
        """
        WITH named AS (SELECT unnest(%(named)s::int[]) AS id),
        fitting AS MATERIALIZED (%(fitting)s),
        owed AS MATERIALIZED (%(owed)s),
        wanted AS (
            SELECT item.id
              FROM named
              JOIN account_move_line item ON item.move_id = named.id
             WHERE %(open)s
             UNION SELECT id FROM fitting
             UNION SELECT id FROM owed
        )
        SELECT item.id, item.move_id, item.company_id, item.currency_id,
               item.amount_residual_currency AS residual,
               COALESCE(item.date_maturity, item.date) AS due,
               item.discount_date,
               CASE WHEN item.amount_residual_currency = item.amount_currency
                    THEN item.discount_amount_currency END AS discounted,
               partner.commercial_partner_id AS partner_id,
               owner.name AS partner_name,
               move.name, move.payment_reference, move.ref, move.move_type,
               move.origin_payment_id IS NOT NULL AS is_payment,
               COALESCE(fitting.sharing, 1) AS sharing,
               COALESCE(fitting.sharing_partner, 1) AS sharing_partner
          FROM wanted
          JOIN account_move_line item ON item.id = wanted.id
          JOIN account_account account ON account.id = item.account_id
          JOIN account_move move ON move.id = item.move_id
     LEFT JOIN fitting ON fitting.id = item.id
     LEFT JOIN res_partner partner ON partner.id = item.partner_id
     LEFT JOIN res_partner owner ON owner.id = partner.commercial_partner_id
         WHERE %(matchable)s
        """,
        named=list(named),
        fitting=items_of_amounts(companies, amounts, partners, per_amount, matchable),
        owed=items_of_partners(companies, partners, per_partner),
        open=SQL(OPEN),
        matchable=matchable,
    )


def settled_documents(named):
    """Return the query of those documents among ``named`` that nobody owes.

    :param named: ids of entries
    """
    return SQL(
        """
        SELECT move.name, move.payment_reference, move.ref, move.move_type
          FROM account_move move
         WHERE move.id = ANY(%(named)s)
           AND move.move_type != 'entry'
           AND NOT EXISTS (
                SELECT FROM account_move_line item
                  JOIN account_account account ON account.id = item.account_id
                 WHERE item.move_id = move.id
                   AND account.account_type
                       IN ('asset_receivable', 'liability_payable')
                   AND %(open)s
           )
        """,
        named=list(named),
        open=SQL(OPEN),
    )
