from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentCustomerPricelist(models.TransientModel):
    """Give customers a pricelist, shown before with what each has now."""

    _name = "payment.customer.pricelist"
    _description = "Pricelist for Customers"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    snapshot_ids = fields.Many2many("payment.customer.snapshot", readonly=True)
    pricelist_id = fields.Many2one(
        "product.pricelist", domain="[('company_id', 'in', (company_id, False))]"
    )
    change_count = fields.Integer(compute="_compute_change_count")

    @api.model
    def default_get(self, fields):
        """The customers that are ticked in the list, of one company."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "payment.customer.snapshot":
            snapshots = self.env["payment.customer.snapshot"].browse(
                self.env.context.get("active_ids", [])
            )
            if len(snapshots.company_id) > 1:
                raise UserError(self.env._("Choose customers of one company."))
            values["snapshot_ids"] = [(6, 0, snapshots.ids)]
            values["company_id"] = snapshots.company_id.id
        return values

    @api.depends("pricelist_id", "snapshot_ids")
    def _compute_change_count(self):
        for wizard in self:
            wizard.change_count = wizard.pricelist_id and len(wizard._changing())

    def _changing(self):
        """Return the customers whose pricelist would be another one."""
        partners = self.snapshot_ids.partner_id.with_company(self.company_id)
        return partners.filtered(
            lambda each: each.property_product_pricelist != self.pricelist_id
        )

    def action_apply(self):
        """Set the pricelist and say so at each customer."""
        self.ensure_one()
        if not self.pricelist_id:
            raise UserError(self.env._("Choose the pricelist first."))
        changing = self._changing()
        before = {each: each.property_product_pricelist.name for each in changing}
        changing.write({"property_product_pricelist": self.pricelist_id.id})
        for partner in changing:
            partner.message_post(
                body=self.env._(
                    "Pricelist %(after)s instead of %(before)s, given to customers by"
                    " their payments.",
                    after=self.pricelist_id.name,
                    before=before[partner] or self.env._("none"),
                )
            )
        return {"type": "ir.actions.act_window_close"}
