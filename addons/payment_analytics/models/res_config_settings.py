from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    payment_alert_sensitivity = fields.Selection(
        related="company_id.payment_alert_sensitivity", readonly=False
    )
    payment_alert_user_id = fields.Many2one(
        related="company_id.payment_alert_user_id", readonly=False
    )
    payment_alert_minimum = fields.Integer(
        related="company_id.payment_alert_minimum", readonly=False
    )
    payment_alert_velocity = fields.Integer(
        related="company_id.payment_alert_velocity", readonly=False
    )
    payment_alert_near = fields.Float(
        related="company_id.payment_alert_near", readonly=False
    )
    payment_alert_incidents = fields.Integer(
        related="company_id.payment_alert_incidents", readonly=False
    )
    payment_alert_tolerance = fields.Float(
        related="company_id.payment_alert_tolerance", readonly=False
    )
