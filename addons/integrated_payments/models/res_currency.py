from odoo import api, models
from odoo.tools import ormcache

from ..domain import minor_units
from ..gateway.errors import NeedsPerson


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.model
    def _of_code(self, code):
        """Return the currency with ISO 4217 ``code``, archived ones included.

        :raise NeedsPerson: if Odoo does not know the currency
        """
        currency = self.browse(self._id_of_code(code))
        if not currency:
            raise NeedsPerson(
                self.env._("The currency %s is unknown. Create it in Odoo.", code)
            )
        return currency

    @api.model
    @ormcache("code", cache="stable")  # emptied by core when a currency changes
    def _id_of_code(self, code):
        """Return the id of the currency with ISO 4217 ``code``, False if unknown."""
        found = self.sudo().with_context(active_test=False)
        return found.search([("name", "=", code)], limit=1).id

    def _from_minor(self, minor):
        """Return a gateway's minor units of this currency in major units (float)."""
        self.ensure_one()
        return float(minor_units.to_major(minor, self.name))

    def _to_minor(self, amount):
        """Return ``amount`` of this currency in the gateway's minor units."""
        self.ensure_one()
        return minor_units.to_minor(self.round(amount), self.name)
