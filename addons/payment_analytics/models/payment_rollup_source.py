from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, models
from odoo.tools import ormcache


class PaymentRollupSource(models.AbstractModel):
    """A model whose records change figures: marks their days, before and after.

    Days are worked out from what is in the cache already; the marks of a database
    transaction are one INSERT when it commits.
    """

    _name = "payment.rollup.source"
    _description = "Source of Payment Figures"

    # Fields whose change changes a figure.
    _rollup_fields = frozenset()

    def _rollup_days(self):
        """Return {(id of the company, date)} of the days that these records change."""
        raise NotImplementedError

    def _mark_rollup(self):
        self.env["payment.rollup.dirty"]._mark(self.sudo()._rollup_days())

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._mark_rollup()
        return records

    def write(self, vals):
        if self._rollup_fields.isdisjoint(vals):
            return super().write(vals)
        self._mark_rollup()
        result = super().write(vals)
        self._mark_rollup()
        return result

    def unlink(self):
        self._mark_rollup()
        return super().unlink()


class ResCompany(models.Model):
    _inherit = "res.company"

    @ormcache("self.id")
    def _rollup_zone(self):
        """Return the name of the time zone in which this company's days are."""
        return self.sudo().partner_id.tz or "UTC"

    def _rollup_tzinfo(self):
        try:
            return ZoneInfo(self._rollup_zone())
        except (ZoneInfoNotFoundError, ValueError):
            return timezone.utc

    def _rollup_day(self, moment):
        """Return the date of a moment (naive UTC) in this company's time zone."""
        zone = self._rollup_tzinfo()
        return moment.replace(tzinfo=timezone.utc).astimezone(zone).date()

    def _rollup_start(self, day):
        """Return the moment (naive UTC) at which a day begins at this company."""
        midnight = datetime.combine(day, time(), tzinfo=self._rollup_tzinfo())
        return midnight.astimezone(timezone.utc).replace(tzinfo=None)
