from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    payment_minutes_by_hand = fields.Float(
        "Minutes of a Booking by Hand",
        default=4.0,
        help="How long a person takes to find and match what a bank line paid. An"
        " assumption: the board Operations counts the hours spent and saved with it.",
    )

    _minutes_by_hand_positive = models.Constraint(
        "CHECK (payment_minutes_by_hand >= 0)",
        "The minutes of a booking by hand are 0 or more.",
    )
