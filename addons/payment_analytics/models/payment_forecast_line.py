from odoo import fields, models

KINDS = [
    ("invoice", "Open Invoice"),
    ("charge", "Charge of a Saved Method"),
    ("order", "Order to Invoice"),
    ("payout", "Payout under Way"),
    ("balance", "Gateway Balance Pending"),
    ("payment", "Payment under Way"),
    ("bill", "Vendor Bill"),
]


class PaymentForecastLine(models.Model):
    """One amount that is to come, or to go, with its day and its range."""

    _name = "payment.forecast.line"
    _description = "Expected Cash"
    _order = "day, id"
    _rec_name = "reference"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    kind = fields.Selection(KINDS, "What", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    reference = fields.Char(readonly=True)
    move_id = fields.Many2one("account.move", readonly=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    payout_id = fields.Many2one("payment.payout", readonly=True, ondelete="cascade")
    amount = fields.Monetary(readonly=True, help="Negative goes out.")
    due_day = fields.Date("Due", readonly=True)
    day = fields.Date(
        "Expected",
        readonly=True,
        index=True,
        help="By how late this customer paid so far. Empty: nothing was ever paid as"
        " late as this.",
    )
    early_day = fields.Date("Earliest", readonly=True)
    late_day = fields.Date("Latest", readonly=True)
    outgoing = fields.Boolean("Goes Out", readonly=True)

    # === ACTIONS === #

    def action_open_document(self):
        """Open the document that the amount rests on; pending movements as a list."""
        self.ensure_one()
        if self.kind == "balance":
            action = self.env["ir.actions.actions"]._for_xml_id(
                "integrated_payments.action_payment_balance_transaction"
            )
            domain = [
                ("company_id", "=", self.company_id.id),
                ("available_on", ">=", self.due_day),
                ("available_on", "<", fields.Date.add(self.due_day, days=1)),
            ]
            return {**action, "domain": domain, "context": {}}
        document = self.move_id or self.order_id or self.payout_id
        return document._get_records_action()
