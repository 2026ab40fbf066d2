from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    payment_minutes_by_hand = fields.Float(
        related="company_id.payment_minutes_by_hand", readonly=False
    )
