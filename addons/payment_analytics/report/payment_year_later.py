from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain


class PaymentDimensions(models.AbstractModel):
    _inherit = "payment.dimensions"

    year_later = fields.Date(
        "Day a Year Later",
        compute="_compute_year_later",
        search="_search_year_later",
        help="To compare a period with the same one a year before.",
    )

    @api.depends("day")
    def _compute_year_later(self):
        for row in self:
            row.year_later = row.day and row.day + relativedelta(years=1)

    @api.model
    def _search_year_later(self, operator, value):
        """Find the rows whose day is a year before what is asked for."""
        if operator not in ("=", "<", "<=", ">", ">=") or not value:
            return NotImplemented
        day = fields.Date.to_date(value) - relativedelta(years=1)
        return Domain("day", operator, day)
