from odoo import models

from odoo.addons.integrated_payments.domain.outside import TERMINAL_METHODS


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _take_in_outside(self, gateway, charges, intent=None):
        """What a till has taken is no payment outside Odoo, also if it came late."""
        if any(each.method in TERMINAL_METHODS for each in charges):
            refs = [each.ref for each in charges] + ([intent.ref] if intent else [])
            payments = self._pos_payments(refs)
            payments._link_gateway()
            if found := payments.gateway_transaction_id[:1]:
                return found
        return super()._take_in_outside(gateway, charges, intent)

    def _store_charges(self, gateway, charges):
        """Tie payments of the till that quote a charge instead of its intent.

        Interac and eftpos do: they are captured by the terminal itself.
        """
        result = super()._store_charges(gateway, charges)
        refs = [each.ref for each in charges if each.method in TERMINAL_METHODS]
        self._pos_payments(refs)._link_gateway()
        return result

    def _pos_payments(self, refs):
        """Return the till's payments by these gateway ids that are not tied yet."""
        payments = self.env["pos.payment"].sudo()
        if not refs:
            return payments
        return payments.search(
            [
                ("transaction_id", "in", refs),
                ("gateway_transaction_id", "=", False),
                ("company_id", "=", self.company_id.id),
            ]
        )
