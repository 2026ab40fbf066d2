from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching.values import Policy


class ResCompany(models.Model):
    _inherit = "res.company"

    match_tolerance = fields.Monetary(
        "Write Off up to",
        help="A payment that quotes its document and differs by no more is matched, "
        "and the difference is written off.",
    )
    match_tolerance_percent = fields.Float(
        "Percentage Written Off at Most", default=1.0, digits=(16, 2)
    )
    match_tolerance_account_id = fields.Many2one(
        "account.account",
        "Payment Differences",
        check_company=True,
        help="Where differences within the limit are written off.",
    )
    match_charges_account_id = fields.Many2one(
        "account.account",
        "Bank Charges",
        check_company=True,
        help="Where charges are booked that the bank says it kept of a payment.",
    )

    bank_unknown_days = fields.Integer(
        "Ask about Unknown Money after",
        default=3,
        help="Days after which money in that nothing explains is a discrepancy.",
    )
    bank_old_days = fields.Integer(
        "Ask about Unmatched Lines after",
        default=30,
        help="Days after which a bank line that is not matched is a discrepancy; "
        "0 for never.",
    )

    @api.constrains("match_tolerance", "match_tolerance_percent")
    def _check_match_tolerance(self):
        for company in self:
            if company.match_tolerance < 0 or not (
                0 <= company.match_tolerance_percent <= 100
            ):
                raise ValidationError(
                    self.env._(
                        "The amount written off is 0 or more, and its percentage "
                        "between 0 and 100."
                    )
                )

    def _match_policy(self, currency):
        """Return ``matching.values.Policy`` for bank lines in ``currency``.

        Nothing is written off in foreign currencies: rates differ every day.
        """
        self.ensure_one()
        if currency != self.currency_id or not self.match_tolerance_account_id:
            return Policy()
        to_units = self.env["account.bank.statement.line"]._to_units
        return Policy(
            tolerance=to_units(currency, self.match_tolerance),
            tolerance_percent=self.match_tolerance_percent,
        )
