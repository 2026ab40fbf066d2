from odoo import api, fields, models
from odoo.tools import SQL

from . import payment_facts


class PaymentReport(models.Model):
    """One row per payment that reached a gateway, and per refund.

    Facts only, in SQL over the payments themselves: for pivot, graph, list and the way
    down to a payment. Its ids are those of payment.transaction.
    """

    _name = "payment.report"
    _inherit = "payment.measures"
    _description = "Payment Analysis"
    _auto = False
    _rec_name = "reference"
    _order = "date desc, id desc"

    reference = fields.Char(readonly=True)
    date = fields.Datetime(
        readonly=True, help="When the money was captured, else the last change."
    )
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("capture", "Part of a Capture"),
            ("refund", "Refund"),
        ],
        readonly=True,
    )
    state = fields.Selection(
        selection="_selection_state", string="Status", readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer Entity", readonly=True
    )
    amount = fields.Monetary(
        "Amount in Payment Currency",
        currency_field="payment_currency_id",
        readonly=True,
        aggregator=None,
    )

    _depends = payment_facts.DEPENDS

    @api.model
    def _selection_state(self):
        return (
            self.env["payment.transaction"]
            ._fields["state"]
            ._description_selection(self.env)
        )

    # === QUERY === #

    @property
    def _table_query(self):
        """The facts, in the currency of the company at hand."""
        return self._measured(
            SQL("(%s)", payment_facts.select_facts()), payment_facts.DIMENSIONS
        )

    # === ACTIONS === #

    def action_open_payment(self):
        """Open the payment behind a row."""
        self.ensure_one()
        return (
            self.env["payment.transaction"]
            .browse(self.id)
            ._get_records_action(name=self.env._("Payment"))
        )
