"""What Odoo knows that may answer a dispute: text, field by field.

Read with elevated rights: who answers disputes need not be a salesperson or work in the
warehouse. Nothing is stored: it is proposed, reviewed and handed on.
"""

from odoo import fields, models
from odoo.tools import html2plaintext

from ..domain.evidence import LONG_TEXT, LONG_TEXTS, TEXTS, fields_for
from ..gateway.errors import GatewayError


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    def _evidence_texts(self):
        """Return {field: text} that Odoo proposes for this dispute's reason."""
        self.ensure_one()
        asked = fields_for(self.dispute_reason)
        own = self.sudo().with_company(self.company_id)
        return {
            name: text[:LONG_TEXT] if name in LONG_TEXTS else text
            for name in TEXTS
            if name in asked
            and hasattr(own, f"_evidence_{name}")
            and (text := getattr(own, f"_evidence_{name}")())
        }

    # === WHERE IT IS FOUND === #

    def _evidence_orders(self):
        return self.transaction_id.sale_order_ids

    def _evidence_invoices(self):
        """Return the invoices that the customer has seen: posted ones."""
        return self._gateway_invoices().filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )

    def _evidence_pickings(self):
        """Return the deliveries that left, the first one first."""
        return (
            self._evidence_orders()
            .picking_ids.filtered(
                lambda each: (
                    each.state == "done" and each.picking_type_code == "outgoing"
                )
            )
            .sorted("date_done")
        )

    def _day(self, moment):
        """Return a moment as the company's day, as banks read it."""
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id.partner_id.tz or "UTC"), moment
        )
        return local.strftime("%Y-%m-%d")

    @staticmethod
    def _address_of(partner):
        """Return an address in one line, empty if there is no street."""
        if not partner.street:
            return ""
        lines = partner._display_address().splitlines()
        return ", ".join(line.strip() for line in lines if line.strip())

    # === WHO BOUGHT WHAT === #

    def _evidence_customer_name(self):
        return self.transaction_id.partner_name or self.partner_id.name

    def _evidence_customer_email_address(self):
        known = self.transaction_id.partner_email or self.partner_id.email
        return known or self.charge_id.email

    def _evidence_customer_purchase_ip(self):
        """Return the IP address that the gateway saw, if it has reviewed the payment.

        Asked for now and not kept: it is personal data.
        """
        review = self.charge_id.fraud_warning_ids.filtered(
            lambda each: each.kind == "review"
        )[:1]
        if not review:
            return ""
        try:
            fact = self.provider_id._gateway().fetch("review", review.gateway_ref)
        except GatewayError:
            return ""  # a help, not a need: the person can fill it in
        return fact.ip_address or ""

    def _evidence_billing_address(self):
        partner = (
            self._evidence_orders().partner_invoice_id[:1]
            or self._evidence_invoices().partner_id[:1]
            or self.partner_id
        )
        return self._address_of(partner)

    def _evidence_product_description(self):
        """Return the lines that were sold, with quantities and amounts."""
        sold = self._evidence_orders().order_line.filtered(
            lambda line: not line.display_type and line.product_uom_qty
        )
        if sold:
            return "\n".join(
                f"{line.product_uom_qty:g} x {line.name}:"
                f" {line.currency_id.format(line.price_total)}"
                for line in sold
            )
        billed = self._evidence_invoices().invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        return "\n".join(
            f"{line.quantity:g} x {line.name or line.product_id.display_name}:"
            f" {line.currency_id.format(line.price_total)}"
            for line in billed
        )

    # === DELIVERY === #

    def _evidence_shipping_address(self):
        partner = (
            self._evidence_pickings().partner_id[:1]
            or self._evidence_orders().partner_shipping_id[:1]
        )
        return self._address_of(partner)

    def _evidence_shipping_carrier(self):
        pickings = self._evidence_pickings()
        if "carrier_id" not in pickings._fields:  # stock_delivery may be away
            return ""
        return ", ".join(pickings.carrier_id.mapped("name"))

    def _evidence_shipping_tracking_number(self):
        pickings = self._evidence_pickings()
        if "carrier_tracking_ref" not in pickings._fields:
            return ""
        return ", ".join(filter(None, pickings.mapped("carrier_tracking_ref")))

    def _evidence_shipping_date(self):
        first = self._evidence_pickings()[:1]
        return self._day(first.date_done) if first else ""

    def _evidence_service_date(self):
        date = self._evidence_invoices()[:1].delivery_date
        services = self._evidence_orders().order_line.product_id.filtered(
            lambda product: product.type == "service"
        )
        return fields.Date.to_string(date) if date and services else ""

    # === A SECOND CHARGE === #

    def _twin(self):
        """Return the newest other payment of the customer over the same amount."""
        return self.env["payment.transaction"].search(
            [
                ("id", "!=", self.transaction_id.id),
                ("provider_id", "=", self.provider_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("amount", "=", self.transaction_id.amount),
                ("currency_id", "=", self.currency_id.id),
                ("state", "=", "done"),
            ],
            order="id desc",
            limit=1,
        )

    def _evidence_duplicate_charge_id(self):
        charges = self._twin().charge_ids.filtered(
            lambda each: each.state == "succeeded"
        )
        return charges[:1].gateway_ref or ""

    def _evidence_duplicate_charge_explanation(self):
        twin = self._twin()
        if not twin:
            return ""
        return self.env._(
            "Two payments for two orders: %(this)s is for %(what)s, %(other)s is for"
            " %(else)s.",
            **{
                "this": self.charge_id.gateway_ref,
                "what": self._what_for(self.transaction_id),
                "other": self._evidence_duplicate_charge_id(),
                "else": self._what_for(twin),
            },
        )

    @staticmethod
    def _what_for(transaction):
        bought = transaction.sale_order_ids or transaction.invoice_ids
        return ", ".join(bought.mapped("name")) or transaction.reference

    # === TERMS AND STORY === #

    def _evidence_refund_policy_disclosure(self):
        return self._terms()

    def _evidence_cancellation_policy_disclosure(self):
        return self._terms()

    def _terms(self):
        """Return the terms as the customer saw them on the order or the invoice."""
        order, invoice = self._evidence_orders()[:1], self._evidence_invoices()[:1]
        terms = html2plaintext(order.note or invoice.narration or "").strip()
        if not terms:
            return ""
        return self.env._(
            "Shown on %(document)s before the payment:\n%(terms)s",
            document=(order or invoice).name,
            terms=terms,
        )

    def _evidence_uncategorized_text(self):
        """Return the story of the sale in dates."""
        return "\n".join(
            f"{self._day(moment)}: {what}"
            for moment, what in sorted(self._story(), key=lambda each: each[0])
        )

    def _story(self):
        """Yield (moment, what happened), from the order to the last refund."""
        for order in self._evidence_orders():
            yield order.date_order, self.env._("Order %s confirmed", order.name)
            if order.signed_on:
                signed = self.env._("Order signed online by %s", order.signed_by)
                yield order.signed_on, signed
        paid, card = self.transaction_id, self.charge_id
        if paid.paid_at:
            amount = paid.currency_id.format(paid.amount)
            how = " ".join(filter(None, (card.brand or card.method, card.last4)))
            yield (
                paid.paid_at,
                self.env._("Paid %(amount)s, %(how)s", amount=amount, how=how),
            )
        for invoice in self._evidence_invoices():
            moment = fields.Datetime.to_datetime(invoice.invoice_date)
            yield moment, self.env._("Invoice %s", invoice.name)
        for picking in self._evidence_pickings():
            yield picking.date_done, self.env._("Delivery %s left", picking.name)
        for refund in paid.child_transaction_ids.filtered(
            lambda each: each.operation == "refund" and each.state == "done"
        ):
            amount = refund.currency_id.format(abs(refund.amount))
            moment = refund.paid_at or refund.last_state_change
            yield moment, self.env._("Refunded %s", amount)
