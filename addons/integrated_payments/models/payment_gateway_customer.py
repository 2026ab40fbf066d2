from odoo import api, fields, models


class PaymentGatewayCustomer(models.Model):
    """Who a customer of the gateway is in Odoo, so that the next payment finds home."""

    _name = "payment.gateway.customer"
    _description = "Customer of a payment gateway"
    _order = "id desc"
    _rec_name = "gateway_ref"

    provider_id = fields.Many2one(
        "payment.provider", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True)
    gateway_ref = fields.Char("Gateway Customer", required=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This customer of the gateway is already known."
    )

    @api.model
    def _partners_of(self, provider, ref):
        """Return the partners that a gateway's customer id is known to be.

        What was remembered here, else who saved a payment method under that id.
        """
        if not ref:
            return self.env["res.partner"]
        found = self.search(
            [("provider_id", "=", provider.id), ("gateway_ref", "=", ref)]
        )
        if found:
            return found.partner_id
        return (
            self.env["payment.token"]
            .with_context(active_test=False)
            .search([("provider_id", "=", provider.id), ("provider_ref", "=", ref)])
            .partner_id
        )

    @api.model
    def _remember(self, provider, partners_by_ref, overrule=False):
        """Keep whose gateway customers are.

        :param dict partners_by_ref: {gateway id of the customer: res.partner}
        :param bool overrule: a person says so: what was known is corrected
        """
        partners_by_ref = {ref: who for ref, who in partners_by_ref.items() if ref}
        known = self.search(
            [
                ("provider_id", "=", provider.id),
                ("gateway_ref", "in", list(partners_by_ref)),
            ]
        )
        if overrule:
            for record in known:
                record.partner_id = partners_by_ref[record.gateway_ref]
        seen = set(known.mapped("gateway_ref"))
        self.create(
            [
                {
                    "provider_id": provider.id,
                    "gateway_ref": ref,
                    "partner_id": partner.id,
                }
                for ref, partner in partners_by_ref.items()
                if ref not in seen
            ]
        )
