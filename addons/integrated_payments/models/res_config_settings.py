from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    payment_confirm_policy = fields.Selection(
        related="company_id.payment_confirm_policy", readonly=False
    )
    payment_invoice_policy = fields.Selection(
        related="company_id.payment_invoice_policy", readonly=False
    )
    payment_stock_policy = fields.Selection(
        related="company_id.payment_stock_policy", readonly=False
    )
    report_print_delay = fields.Integer(
        "Wait before Printing", config_parameter="report.print_delay", default=1000
    )
    payment_refund_credit_policy = fields.Selection(
        related="company_id.payment_refund_credit_policy", readonly=False
    )
    payment_refund_failure_policy = fields.Selection(
        related="company_id.payment_refund_failure_policy", readonly=False
    )
    payment_refund_return_policy = fields.Selection(
        related="company_id.payment_refund_return_policy", readonly=False
    )
    payment_send_receipt = fields.Boolean(
        related="company_id.payment_send_receipt", readonly=False
    )
    payment_reminders = fields.Boolean(
        related="company_id.payment_reminders", readonly=False
    )
    payment_follow_up_hours = fields.Integer(
        related="company_id.payment_follow_up_hours", readonly=False
    )
    payment_pending_policy = fields.Selection(
        related="company_id.payment_pending_policy", readonly=False
    )
    payment_failure_policy = fields.Selection(
        related="company_id.payment_failure_policy", readonly=False
    )
    payment_fee_bill_policy = fields.Selection(
        related="company_id.payment_fee_bill_policy", readonly=False
    )
    payment_dispute_loss_policy = fields.Selection(
        related="company_id.payment_dispute_loss_policy", readonly=False
    )
    payment_responsible_id = fields.Many2one(
        related="company_id.payment_responsible_id", readonly=False
    )
    payment_policies = fields.Html(
        related="company_id.payment_policies", readonly=False
    )
    payout_late_days = fields.Integer(
        related="company_id.payout_late_days", readonly=False
    )
    payment_outside_customer = fields.Selection(
        related="company_id.payment_outside_customer", readonly=False
    )
    payment_outside_partner_id = fields.Many2one(
        related="company_id.payment_outside_partner_id", readonly=False
    )
    payment_outside_order = fields.Selection(
        related="company_id.payment_outside_order", readonly=False
    )
    payment_outside_metadata = fields.Char(
        related="company_id.payment_outside_metadata", readonly=False
    )
