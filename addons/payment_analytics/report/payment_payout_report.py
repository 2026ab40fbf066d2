from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics.figures import HELP
from .payment_board_table import COMPANY, COUNTED


class PaymentPayoutReport(models.Model):
    """One row per payout: is its money still on the way? Ids are the payouts'."""

    _name = "payment.payout.report"
    _inherit = "payment.board.table"
    _description = "Payout Analysis"
    _auto = False
    _rec_name = "gateway_ref"
    _order = "arrival_day desc, id desc"

    gateway_ref = fields.Char("Payout", readonly=True)
    provider_id = fields.Many2one("payment.provider", "Gateway", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    state = fields.Selection(selection="_selection_state", readonly=True)
    arrival_day = fields.Date("Expected", readonly=True)
    payout_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", "Report Currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    in_transit = fields.Monetary(readonly=True, help=HELP["in_transit"])
    is_late = fields.Boolean(
        readonly=True, help="Expected before today and not on a bank statement."
    )

    _depends = {
        "payment.payout": [
            "amount",
            "arrival_date",
            "bank_statement_line_id",
            "company_id",
            "currency_id",
            "gateway_ref",
            "proof",
            "provider_id",
            "state",
        ],
        "payment.provider": ["post_test_payments", "state"],
        "res.company": ["partner_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["tz"],
    }

    @api.model
    def _selection_state(self):
        return (
            self.env["payment.payout"]._fields["state"]._description_selection(self.env)
        )

    @property
    def _table_query(self):
        counted = COUNTED.format(live="provider.state = 'enabled'")
        company = COMPANY.format(company="payout.company_id")
        return SQL(
            f"""
            SELECT payout.id, payout.gateway_ref, payout.provider_id, payout.company_id,
                   payout.state, payout.arrival_date AS arrival_day,
                   payout.currency_id AS payout_currency_id,
                   %(currency)s AS currency_id,
                   ours.amount, CASE WHEN way.is_under THEN ours.amount
                        ELSE 0 END AS in_transit,
                   way.is_under AND payout.arrival_date < company.today AS is_late
              FROM payment_payout payout
              JOIN payment_provider provider ON provider.id = payout.provider_id
              JOIN %(rates)s AS rate(currency_id, factor)
                ON rate.currency_id = payout.currency_id
              {company}
              CROSS JOIN LATERAL (
                   SELECT ROUND(payout.amount * rate.factor, %(digits)s) AS amount
              ) ours
              CROSS JOIN LATERAL (
                   SELECT payout.state IN ('pending', 'in_transit', 'paid')
                          AND payout.bank_statement_line_id IS NULL
                          AND COALESCE(payout.proof, '') NOT IN ('within', 'returned')
                          AS is_under
              ) way
             WHERE {counted}
            """,
            currency=self.env.company.currency_id.id,
            digits=self.env.company.currency_id.decimal_places,
            rates=self._todays_rates(),
        )

    def action_open_payout(self):
        """Open the payout behind a row."""
        self.ensure_one()
        payout = self.env["payment.payout"].browse(self.id)
        return payout._get_records_action(name=self.gateway_ref)
