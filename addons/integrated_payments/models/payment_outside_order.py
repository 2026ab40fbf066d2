"""What was sold at the gateway as an order of Odoo, where the policy says so."""

from odoo import models
from odoo.exceptions import UserError


class PaymentOutside(models.Model):
    _inherit = "payment.outside"

    def _sell_items(self, match):
        """Make an order of the items by policy.

        :param match: what was decided on open documents: none was found
        :return: the reason why a person has to look, False if nothing is left to do
        """
        policy = self.company_id.payment_outside_order
        if match.reason or not self.item_ids or policy == "off":
            return self._credit_reason(match)
        if unknown := self.item_ids.filtered(lambda item: not item.product_id):
            return self._unknown_products(unknown)
        if self.env.context.get("payment_history"):
            return self._sold_long_ago()
        self._make_order()
        if not self.currency_id.is_zero(self.difference):
            return self._difference_reason()
        if policy == "draft":
            return self.env._(
                "Quotation %s was made of the items. Apply confirms it.",
                self.order_id.name,
            )
        return False

    def _make_order(self):
        """Create the quotation, at exactly the prices that were paid.

        :raise UserError: if no pricelist has the currency
        """
        order = (
            self.env["sale.order"]
            .with_company(self.company_id)
            .create(self._prepare_order())
        )
        order.order_line = [
            (0, 0, item._prepare_order_line(order.partner_id, order.fiscal_position_id))
            for item in self.item_ids
        ]
        self.write(
            {
                "order_id": order.id,
                "matched_by": "items",
                "difference": self.amount - order.amount_total,
            }
        )
        order.message_post(
            body=self.env._("Made of the items of %s.", self._get_html_link())
        )
        return order

    def _prepare_order(self):
        values = {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "origin": self.origin_ref or self.gateway_ref,
            "user_id": self.partner_id.user_id.id,
            "require_payment": False,
            "require_signature": False,
        }
        partner = self.partner_id.with_company(self.company_id)
        pricelist = partner.property_product_pricelist
        own = pricelist.currency_id or self.company_id.currency_id
        if own != self.currency_id:
            pricelist = pricelist.search(
                [
                    ("currency_id", "=", self.currency_id.id),
                    ("company_id", "in", (False, self.company_id.id)),
                ],
                limit=1,
            )
            if not pricelist:
                raise UserError(
                    self.env._(
                        "The items were paid in %s: make a pricelist in that currency,"
                        " then press Make Order.",
                        self.currency_id.name,
                    )
                )
        values["pricelist_id"] = pricelist.id
        return values

    def _pays_order(self):
        """Whether the payment is linked with the order, which then is confirmed.

        A quotation that was made of the items waits where the policy says so, or where
        it does not come to what was paid.
        """
        if not self.order_id:
            return False
        if self.matched_by != "items":
            return True
        exact = self.currency_id.is_zero(self.difference)
        return exact and self.company_id.payment_outside_order == "confirm"

    def _unknown_products(self, items):
        return self.env._(
            "No product is known for %s: choose it under Items, then press Make Order."
            " Until then the money is the customer's credit.",
            ", ".join(
                f"{item.description} ({item.sku or item.price_ref or '?'})"
                for item in items
            ),
        )

    def _sold_long_ago(self):
        """No order of the past by itself: it would be delivered a second time."""
        return self.env._(
            "Imported from the gateway's history: no order was made of what was sold"
            " then. Press Make Order if it is still to be delivered or invoiced."
        )

    def _difference_reason(self):
        return self.env._(
            "%(paid)s were paid, but quotation %(order)s comes to %(total)s with Odoo's"
            " taxes: %(difference)s differ. Correct the quotation, then press Apply."
            " Until then the money is the customer's credit.",
            paid=self.currency_id.format(self.amount),
            order=self.order_id.name,
            total=self.currency_id.format(self.order_id.amount_total),
            difference=self.currency_id.format(self.difference),
        )

    # === ACTIONS === #

    def action_make_order(self):
        """Make a quotation of the items, to be looked at and applied."""
        self.ensure_one()
        self.check_access("write")
        if not self.partner_id:
            raise UserError(self.env._("Choose the customer first."))
        if unknown := self.item_ids.filtered(lambda item: not item.product_id):
            raise UserError(self._unknown_products(unknown))
        if self.order_id or self.invoice_ids:
            raise UserError(
                self.env._("This payment has a document already: remove it first.")
            )
        outside = self.sudo()
        outside._make_order()
        outside.env["payment.gateway.product"]._remember(
            outside.provider_id, outside.item_ids
        )
        outside.reason = (
            self.env._("Look at quotation %s, then press Apply.", self.order_id.name)
            if self.currency_id.is_zero(self.difference)
            else outside._difference_reason()
        )
        return True
