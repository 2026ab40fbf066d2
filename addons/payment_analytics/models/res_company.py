from odoo import fields, models

from ..metrics import alerts


class ResCompany(models.Model):
    _inherit = "res.company"

    payment_alert_sensitivity = fields.Selection(
        [
            ("off", "No Alerts"),
            ("low", "Low: a false alarm in four years at most"),
            ("normal", "Normal: a false alarm a year at most"),
            ("high", "High: four false alarms a year at most"),
        ],
        "Alerts",
        default="normal",
        required=True,
    )
    payment_alert_user_id = fields.Many2one(
        "res.users",
        "Alerts Go to",
        domain=[("share", "=", False)],
        help="Empty: to who is asked about gateway matters.",
    )
    payment_alert_minimum = fields.Integer(
        "Cases at Least",
        default=20,
        help="With fewer payments a rate says nothing: no alert, no light.",
    )
    payment_alert_velocity = fields.Integer(
        "Attempts of One Card or Customer at Least", default=6
    )
    payment_alert_near = fields.Float(
        "Near a Limit of Disputes from", default=0.75, digits=(16, 4)
    )
    payment_alert_incidents = fields.Integer("Disputes at Least", default=10)
    payment_alert_tolerance = fields.Float(
        "Fees above the Contract by", default=0.05, digits=(16, 4)
    )

    _payment_alert_numbers = models.Constraint(
        "CHECK (payment_alert_minimum > 0 AND payment_alert_velocity > 1"
        " AND payment_alert_incidents > 0 AND payment_alert_near > 0"
        " AND payment_alert_tolerance >= 0)",
        "The numbers from which payment alerts are raised must be above zero.",
    )

    def _alert_policy(self):
        """Return the :class:`alerts.Policy` of a company, None if it wants no alert."""
        self.ensure_one()
        allowed = alerts.FALSE_ALARMS.get(self.payment_alert_sensitivity)
        if allowed is None:
            return None
        return alerts.Policy(false_alarms=allowed, minimum=self.payment_alert_minimum)

    def _alert_owner(self):
        """Return the user whom a new alert is given to."""
        self.ensure_one()
        return self.payment_alert_user_id or self._payment_responsible()
