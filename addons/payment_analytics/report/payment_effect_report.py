from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics.figures import HELP
from .payment_board_table import COMPANY, COUNTED


class PaymentEffectReport(models.Model):
    """One row per effect of a payment that counts; ids are those of payment.effect."""

    _name = "payment.effect.report"
    _inherit = "payment.board.table"
    _description = "Payment Effect Analysis"
    _auto = False
    _rec_name = "kind"
    _order = "day desc, id desc"

    transaction_id = fields.Many2one("payment.transaction", "Payment", readonly=True)
    kind = fields.Selection(selection="_selection_kind", string="Effect", readonly=True)
    state = fields.Selection(selection="_selection_state", readonly=True)
    reason = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    day = fields.Date(readonly=True, help="Of the payment, in the company's time zone.")
    year_later = fields.Date("Day a Year Later", readonly=True)
    effects = fields.Integer(readonly=True)
    held_effects = fields.Integer("Held", readonly=True, help=HELP["held_effects"])

    _depends = {
        "payment.effect": ["company_id", "kind", "reason", "state", "transaction_id"],
        "payment.transaction": [
            "is_live",
            "last_state_change",
            "paid_at",
            "provider_id",
        ],
        "payment.provider": ["post_test_payments"],
        "res.company": ["partner_id"],
        "res.partner": ["tz"],
    }

    @api.model
    def _selection_kind(self):
        return (
            self.env["payment.effect"]._fields["kind"]._description_selection(self.env)
        )

    @api.model
    def _selection_state(self):
        return (
            self.env["payment.effect"]._fields["state"]._description_selection(self.env)
        )

    @property
    def _table_query(self):
        company = COMPANY.format(company="effect.company_id")
        counted = COUNTED.format(live="tx.is_live")
        return SQL(
            f"""
            SELECT effect.id, effect.transaction_id, effect.kind, effect.state,
                   effect.reason, effect.company_id, tx.provider_id, paid.day,
                   (paid.day + interval '1 year')::date AS year_later,
                   1 AS effects, (effect.state = 'held')::int AS held_effects
              FROM payment_effect effect
              JOIN payment_transaction tx ON tx.id = effect.transaction_id
              JOIN payment_provider provider ON provider.id = tx.provider_id
              {company}
              CROSS JOIN LATERAL (
                   SELECT (COALESCE(tx.paid_at, tx.last_state_change, tx.create_date)
                           AT TIME ZONE 'UTC' AT TIME ZONE company.tz)::date AS day
              ) paid
             WHERE {counted} AND effect.state <> 'none'
            """
        )

    def action_open_payment(self):
        """Open the payment with its trail."""
        self.ensure_one()
        return self.transaction_id._get_records_action(name=self.env._("Payment"))
