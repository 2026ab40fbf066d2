from odoo import fields, models
from odoo.tools import SQL

from ..metrics.figures import AGES, DSO_DAYS, HELP
from .payment_board_table import COMPANY


class PaymentReceivableReport(models.Model):
    """Open receivable items by age, and the invoices that DSO compares them with.

    Its ids are those of account.move.line.
    """

    _name = "payment.receivable.report"
    _inherit = "payment.board.table"
    _description = "Receivable Analysis"
    _auto = False
    _rec_name = "move_name"
    _order = "due_day, id"

    move_name = fields.Char("Document", readonly=True)
    move_id = fields.Many2one("account.move", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer Entity", readonly=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        readonly=True,
        help="Of the invoice, else of the customer.",
    )
    country_id = fields.Many2one("res.country", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", "Report Currency", readonly=True)
    day = fields.Date("Date", readonly=True)
    due_day = fields.Date("Due", readonly=True)
    age = fields.Selection(list(AGES), readonly=True)
    receivable = fields.Monetary("Open", readonly=True, help=HELP["receivable"])
    owed = fields.Monetary("Open Invoices", readonly=True)
    overdue = fields.Monetary(readonly=True, help=HELP["overdue"])
    overdue_share = fields.Float(
        readonly=True, aggregator="avg", help=HELP["overdue_share"]
    )
    credit_sales = fields.Monetary(readonly=True, help=HELP["credit_sales"])
    dso = fields.Float(
        "Days Sales Outstanding", readonly=True, aggregator="avg", help=HELP["dso"]
    )
    days_overdue = fields.Integer(
        readonly=True, aggregator="max", help=HELP["days_overdue"]
    )

    _ratios = {
        "dso": ("receivable", "credit_sales", DSO_DAYS),
        "overdue_share": ("overdue", "owed", 1),
    }
    _depends = {
        "account.account": ["account_type"],
        "account.move": ["invoice_user_id", "move_type", "name"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "balance",
            "company_id",
            "date",
            "date_maturity",
            "move_id",
            "parent_state",
            "partner_id",
        ],
        "res.company": ["partner_id"],
        "res.partner": ["commercial_partner_id", "country_id", "tz", "user_id"],
    }

    @property
    def _table_query(self):
        company = COMPANY.format(company="item.company_id")
        return SQL(
            f"""
            SELECT item.id, move.name AS move_name, move.id AS move_id, item.partner_id,
                   COALESCE(partner.commercial_partner_id, partner.id)
                       AS commercial_partner_id,
                   COALESCE(move.invoice_user_id, partner.user_id) AS user_id,
                   partner.country_id, item.company_id, item.date AS day,
                   %(currency)s AS currency_id, item.due AS due_day,
                   CASE WHEN item.amount_residual < 0 THEN '0_ahead'
                        WHEN item.late <= 0 THEN '1_current'
                        WHEN item.late <= 30 THEN '2_30'
                        WHEN item.late <= 60 THEN '3_60'
                        WHEN item.late <= 90 THEN '4_90'
                        ELSE '5_over' END AS age,
                   CASE WHEN item.amount_residual > 0 AND item.late > 0
                        THEN item.late ELSE 0 END AS days_overdue,
                   item.amount_residual * account_currency_table.rate AS receivable,
                   GREATEST(item.amount_residual, 0) * account_currency_table.rate
                       AS owed,
                   CASE WHEN item.late > 0 THEN GREATEST(item.amount_residual, 0)
                        ELSE 0 END * account_currency_table.rate AS overdue,
                   CASE WHEN item.late > 0 THEN 1.0 ELSE 0.0 END AS overdue_share,
                   item.sold * account_currency_table.rate AS credit_sales,
                   item.amount_residual * %(days)s / NULLIF(item.sold, 0) AS dso
              FROM (
                   SELECT item.*, COALESCE(item.date_maturity, item.date) AS due,
                          company.today - COALESCE(item.date_maturity, item.date)
                              AS late,
                          CASE WHEN move.move_type IN
                                    ('out_invoice', 'out_refund', 'out_receipt')
                                AND item.date > company.today - %(days)s
                                AND item.date <= company.today
                               THEN item.balance ELSE 0 END AS sold
                     FROM account_move_line item
                     JOIN account_account account ON account.id = item.account_id
                          AND account.account_type = 'asset_receivable'
                     JOIN account_move move ON move.id = item.move_id
                     {company}
                    WHERE item.parent_state = 'posted'
              ) item
              JOIN account_move move ON move.id = item.move_id
              JOIN %(rates)s
                ON account_currency_table.company_id = item.company_id
              LEFT JOIN res_partner partner ON partner.id = item.partner_id
             WHERE item.amount_residual <> 0 OR item.sold <> 0
            """,
            currency=self.env.company.currency_id.id,
            days=DSO_DAYS,
            rates=self._rates(),
        )

    def action_open_document(self):
        """Open the invoice or entry behind a row."""
        self.ensure_one()
        return self.move_id._get_records_action(name=self.move_name)
