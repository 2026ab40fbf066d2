from odoo import fields, models

from ..metrics import definitions

HELP = {
    name: each.help for name, each in (definitions.FACTS | definitions.METRICS).items()
}


class PaymentMeasures(models.AbstractModel):
    """What payments amount to, by the registry ``metrics.definitions``."""

    _name = "payment.measures"
    _inherit = ["payment.dimensions", "payment.measured"]
    _description = "Figures of Payments"

    weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        readonly=True,
        help="In the company's time zone.",
    )
    hour = fields.Selection(
        [(f"{hour:02}", f"{hour:02}:00") for hour in range(24)],
        readonly=True,
        help="In the company's time zone.",
    )
    currency_id = fields.Many2one("res.currency", "Report Currency", readonly=True)

    gross = fields.Monetary(readonly=True, help=HELP["gross"])
    refunded = fields.Monetary(readonly=True, help=HELP["refunded"])
    disputed = fields.Monetary(readonly=True, help=HELP["disputed"])
    fees = fields.Monetary(readonly=True, help=HELP["fees"])
    fee_tax = fields.Monetary("Tax on Fees", readonly=True, help=HELP["fee_tax"])
    net = fields.Monetary(readonly=True, help=HELP["net"])
    payments = fields.Integer(readonly=True, help=HELP["payments"])
    successful_payments = fields.Integer(
        readonly=True, help=HELP["successful_payments"]
    )
    failed_payments = fields.Integer(readonly=True, help=HELP["failed_payments"])
    attempts = fields.Integer(readonly=True, help=HELP["attempts"])
    succeeded_attempts = fields.Integer(readonly=True, help=HELP["succeeded_attempts"])
    failed_attempts = fields.Integer(readonly=True, help=HELP["failed_attempts"])
    disputed_payments = fields.Integer(readonly=True, help=HELP["disputed_payments"])
    refunds = fields.Integer(readonly=True, help=HELP["refunds"])

    blocked_attempts = fields.Integer(readonly=True, help=HELP["blocked_attempts"])
    card_not_present = fields.Integer(
        "Card Payments at a Distance", readonly=True, help=HELP["card_not_present"]
    )

    success_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["success_rate"]
    )
    attempt_success_rate = fields.Float(
        "Success Rate of Attempts",
        readonly=True,
        aggregator="avg",
        help=HELP["attempt_success_rate"],
    )
    authorisation_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["authorisation_rate"]
    )
    refund_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["refund_rate"]
    )
    refund_count_rate = fields.Float(
        "Refund Rate by Count",
        readonly=True,
        aggregator="avg",
        help=HELP["refund_count_rate"],
    )
    dispute_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["dispute_rate"]
    )
    dispute_value_rate = fields.Float(
        "Dispute Rate by Value",
        readonly=True,
        aggregator="avg",
        help=HELP["dispute_value_rate"],
    )
    average_ticket = fields.Monetary(
        "Average Payment",
        readonly=True,
        aggregator="avg",
        help=HELP["average_ticket"],
    )
    effective_fee_rate = fields.Float(
        "Effective Fee",
        readonly=True,
        aggregator="avg",
        help=HELP["effective_fee_rate"],
    )
