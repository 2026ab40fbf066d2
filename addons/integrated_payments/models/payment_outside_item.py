from odoo import api, fields, models

from .fields import MinorUnits


class PaymentOutsideItem(models.Model):
    """What a customer bought at the gateway: one line, and its product in Odoo."""

    _name = "payment.outside.item"
    _description = "Item of a payment taken outside Odoo"
    _order = "outside_id, id"
    _rec_name = "description"

    outside_id = fields.Many2one(
        "payment.outside", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="outside_id.company_id", store=True)
    currency_id = fields.Many2one(related="outside_id.currency_id")
    description = fields.Char(readonly=True)
    quantity = fields.Integer(readonly=True)
    total_minor = MinorUnits(readonly=True)
    tax_minor = MinorUnits(readonly=True)
    total = fields.Monetary(
        compute="_compute_amounts", help="Paid for this line, tax included."
    )
    tax = fields.Monetary("Tax Within", compute="_compute_amounts")
    price_ref = fields.Char("Price ID", readonly=True)
    product_ref = fields.Char("Product ID", readonly=True)
    sku = fields.Char("Internal Reference", readonly=True)
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        domain=[("sale_ok", "=", True)],
        help="Choose it once: it is remembered for this price.",
    )

    @api.depends("total_minor", "tax_minor", "currency_id")
    def _compute_amounts(self):
        for item in self:
            currency = item.currency_id
            item.total = currency._from_minor(item.total_minor) if currency else 0.0
            item.tax = currency._from_minor(item.tax_minor) if currency else 0.0

    @api.model
    def _create_values(self, provider, facts):
        """Return the create values of items, their products found where certain.

        :param facts: values of ``gateway.types.OutsideItem``
        """
        products = self.env["payment.gateway.product"]._products_of(provider, facts)
        return [
            {
                "description": fact.description,
                "quantity": fact.quantity,
                "total_minor": fact.total,
                "tax_minor": fact.tax,
                "price_ref": fact.price_ref,
                "product_ref": fact.product_ref,
                "sku": fact.sku,
                "product_id": products[fact].id,
            }
            for fact in facts
        ]

    def _prepare_order_line(self, partner, fiscal_position):
        """Return the order line that comes to exactly what was paid, as Odoo counts.

        The paid amount includes tax; the unit price is what Odoo's own taxes of the
        product, mapped for the customer, need to arrive at it.
        """
        self.ensure_one()
        taxes = fiscal_position.map_tax(
            self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        )
        found = taxes._get_tax_details(
            self.total / self.quantity,
            1.0,
            rounding_method="round_globally",
            product=self.product_id,
            special_mode="total_included",
        )
        included = sum(
            each["tax_amount"]
            for each in found["taxes_data"]
            if each["tax"].price_include
        )
        return {
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "price_unit": found["total_excluded"] + included,
            "tax_ids": [(6, 0, taxes.ids)],
            "discount": 0.0,
        }
