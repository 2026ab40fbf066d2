"""Invoices by SQL: paid by bank transfer sooner or later, or still open."""

from odoo import fields

from ._copies import WithoutIndexes, copy_rows

TABLES = (
    "account_move",
    "account_move_line",
    "account_bank_statement_line",
    "account_partial_reconcile",
)

# One in nine is still open; the others were paid up to forty days after the due day.
LIVES = """
    CREATE TEMPORARY TABLE bill AS
    SELECT number, nextval('account_move_id_seq')::int AS move_id,
           nextval('account_move_line_id_seq')::int AS line_id,
           nextval('account_move_id_seq')::int AS entry_id,
           nextval('account_move_line_id_seq')::int AS credit_id,
           nextval('account_bank_statement_line_id_seq')::int AS statement_id,
           (SELECT id FROM customer
             WHERE place = (number::bigint * 17) %% %(customers)s) AS partner_id,
           round((2000 + (number::bigint * 6151) %% 90000) / 100.0, 2) AS amount,
           issued, issued + 30 AS due, issued + 25 + lot %% 45 AS paid,
           number > %(count)s * 8 / 9 AS is_open
      FROM (SELECT number,
                   %(today)s::date - 10 - (%(count)s - number) * %(days)s / %(count)s
                       AS issued,
                   ('x' || substr(md5('b' || number), 1, 6))::bit(24)::int AS lot
              FROM generate_series(1, %(count)s) AS number) made
"""


def add_invoices(shop, count, customers, days=720):
    """Have ``count`` invoices of the last ``days`` days, most of them paid."""
    env, cr = shop.env, shop.cr
    invoice, entry = _one_of_each(env, shop.partner)
    line = invoice.line_ids.filtered(lambda each: each.display_type == "payment_term")
    credit = line.matched_credit_ids.credit_move_id
    values = {"count": count, "customers": customers, "days": days}
    cr.execute(LIVES, {**values, "today": fields.Date.today()})
    cr.execute(
        "CREATE TEMPORARY VIEW paid_bill AS SELECT * FROM bill WHERE NOT is_open"
    )
    with WithoutIndexes(cr, *TABLES):
        common = {"partner_id": "x.partner_id"}
        move = {
            "id": "x.move_id",
            "name": "'INV/' || x.number",
            "sequence_number": "x.number",
            "commercial_partner_id": "x.partner_id",
            "invoice_date": "x.issued",
            "date": "x.issued",
            "invoice_date_due": "x.due",
        }
        copy_rows(cr, invoice, "bill", move | common)
        item = {
            "id": "x.line_id",
            "move_id": "x.move_id",
            "date": "x.issued",
            "date_maturity": "x.due",
            "balance": "x.amount",
            "debit": "x.amount",
            "amount_residual": "CASE WHEN x.is_open THEN x.amount ELSE 0 END",
            "reconciled": "NOT x.is_open",
        }
        copy_rows(cr, line, "bill", item | common)
        st_line = {"id": "x.statement_id", "move_id": "x.entry_id"}
        copy_rows(cr, entry.statement_line_id, "paid_bill", st_line | common)
        booked = {
            "id": "x.entry_id",
            "name": "'BNK/' || x.number",
            "sequence_number": "x.number",
            "date": "x.paid",
            "statement_line_id": "x.statement_id",
        }
        copy_rows(cr, entry, "paid_bill", booked | common)
        received = {
            "id": "x.credit_id",
            "move_id": "x.entry_id",
            "statement_line_id": "x.statement_id",
            "date": "x.paid",
            "balance": "-x.amount",
            "credit": "x.amount",
        }
        copy_rows(cr, credit, "paid_bill", received | common)
        part = {
            "debit_move_id": "x.line_id",
            "credit_move_id": "x.credit_id",
            "amount": "x.amount",
            "max_date": "greatest(x.paid, x.issued)",
        }
        copy_rows(cr, line.matched_credit_ids, "paid_bill", part)
    cr.commit()
    env.invalidate_all()
    cr.execute("ANALYZE")
    cr.commit()


def _one_of_each(env, partner):
    """Return an invoice and the entry of the bank line that paid it."""
    today = fields.Date.today()
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": today,
            "invoice_line_ids": [
                (0, 0, {"name": "Oak desk", "price_unit": 100, "tax_ids": []})
            ],
        }
    )
    invoice.action_post()
    bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
    statement_line = env["account.bank.statement.line"].create(
        {
            "journal_id": bank.id,
            "date": today,
            "payment_ref": "Transfer",
            "partner_id": partner.id,
            "amount": 100,
        }
    )
    _liquidity, suspense, _others = statement_line._seek_for_lines()
    line = invoice.line_ids.filtered(lambda each: each.display_type == "payment_term")
    suspense.account_id = line.account_id
    (suspense | line).reconcile()
    env.flush_all()
    return invoice, statement_line.move_id
