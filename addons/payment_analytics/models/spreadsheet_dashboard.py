from odoo import fields, models


class SpreadsheetDashboard(models.Model):
    _inherit = "spreadsheet.dashboard"

    is_payment_board = fields.Boolean(
        "Shows Payments",
        help="Read again when a payment has come in while it is open.",
    )
