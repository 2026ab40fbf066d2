from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    match_tolerance = fields.Monetary(
        related="company_id.match_tolerance",
        readonly=False,
    )
    match_tolerance_percent = fields.Float(
        related="company_id.match_tolerance_percent", readonly=False
    )
    match_tolerance_account_id = fields.Many2one(
        related="company_id.match_tolerance_account_id", readonly=False
    )
    bank_unknown_days = fields.Integer(
        related="company_id.bank_unknown_days", readonly=False
    )
    bank_old_days = fields.Integer(related="company_id.bank_old_days", readonly=False)
    match_charges_account_id = fields.Many2one(
        related="company_id.match_charges_account_id", readonly=False
    )
