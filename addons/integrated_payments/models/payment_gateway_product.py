from odoo import api, fields, models


class PaymentGatewayProduct(models.Model):
    """Which product a price or product of the gateway is in Odoo."""

    _name = "payment.gateway.product"
    _description = "Product of a payment gateway"
    _order = "provider_id, gateway_ref"
    _rec_name = "gateway_ref"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("books_mode", "!=", "off"),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=1,
            )
        ),
        domain=[("books_mode", "!=", "off")],
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True)
    gateway_ref = fields.Char(
        "Price or Product ID",
        required=True,
        help="As the gateway calls it, for example price_1P... or prod_Q...",
    )
    name = fields.Char("Description")
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", check_company=True
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This price or product already has a product."
    )

    @api.model
    def _products_of(self, provider, items):
        """Return {item: product.product} of items, by price, product, then reference.

        An Internal Reference that several products bear decides nothing.

        :param items: values with ``price_ref``, ``product_ref`` and ``sku``
        """
        refs = {ref for item in items for ref in (item.price_ref, item.product_ref)}
        known = {
            record.gateway_ref: record.product_id
            for record in self.search(
                [
                    ("provider_id", "=", provider.id),
                    ("gateway_ref", "in", [ref for ref in refs if ref]),
                ]
            )
        }
        by_sku = self._by_internal_reference(
            provider.company_id, {item.sku for item in items if item.sku}
        )
        none = self.env["product.product"]
        return {
            item: known.get(item.price_ref)
            or known.get(item.product_ref)
            or by_sku.get(item.sku, none)
            for item in items
        }

    @api.model
    def _by_internal_reference(self, company, skus):
        Product = self.env["product.product"]
        found = Product.search(
            [
                ("default_code", "in", list(skus)),
                *Product._check_company_domain(company),
            ]
        )
        return {
            sku: products
            for sku, products in found.grouped("default_code").items()
            if len(products) == 1
        }

    @api.model
    def _remember(self, provider, items):
        """Keep the products that a person chose for items (payment.outside.item)."""
        for item in items:
            ref = item.price_ref or item.product_ref
            if not ref or not item.product_id:
                continue
            known = self.search(
                [("provider_id", "=", provider.id), ("gateway_ref", "=", ref)]
            )
            values = {"product_id": item.product_id.id, "name": item.description}
            if known:
                known.write(values)
            else:
                self.create({"provider_id": provider.id, "gateway_ref": ref, **values})
