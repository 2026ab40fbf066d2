"""Payments made at the gateway without Odoo: dashboard, link, Checkout, Terminal."""

import logging

import psycopg2
from psycopg2 import errorcodes

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import minor_units
from ..domain.outside import channel_of
from ..gateway.errors import GatewayError, NeedsPerson
from ..gateway.types import Payer
from .fields import MinorUnits

_logger = logging.getLogger(__name__)

CHANNELS = [
    ("dashboard", "Gateway Dashboard"),
    ("link", "Payment Link"),
    ("checkout", "Gateway Checkout"),
    ("terminal", "Terminal"),
    ("subscription", "Subscription"),
    ("invoice", "Gateway Invoice"),
]


class PaymentOutside(models.Model):
    """A payment that no request of Odoo made: who paid, what for, what became of it.

    It is taken in as an ordinary payment (payment.transaction), so that books, order,
    invoice, stock, refunds and disputes work as for any other. What is not certain is
    left to a person; see :mod:`..domain.outside` for the rules.
    """

    _name = "payment.outside"
    _description = "Payment taken outside Odoo"
    _inherit = ["payment.fact", "mail.thread"]
    _order = "created_at desc, id desc"

    charge_ref = fields.Char("Charge", readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    method = fields.Char(readonly=True, help="The gateway's name of the method.")
    origin_ref = fields.Char("Origin", readonly=True)
    amount_minor = MinorUnits(readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    texts = fields.Text(
        readonly=True, help="Where the name of a document is looked for."
    )
    customer_ref = fields.Char("Gateway Customer", readonly=True)
    payer_name = fields.Char("Payer", readonly=True)
    payer_email = fields.Char("E-mail", readonly=True)
    payer_phone = fields.Char("Phone", readonly=True)
    payer_address = fields.Json(readonly=True)
    payer_address_text = fields.Char("Address", compute="_compute_payer_address_text")
    item_ids = fields.One2many("payment.outside.item", "outside_id", "Items")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    found_by = fields.Selection(
        [
            ("gateway", "Gateway Customer"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("document", "Document"),
            ("created", "Created"),
            ("default", "Customer of Anonymous Payments"),
            ("person", "Chosen by a Person"),
        ],
        readonly=True,
    )
    invoice_ids = fields.Many2many(
        "account.move", "payment_outside_invoice_rel", string="Invoices", tracking=True
    )
    order_id = fields.Many2one("sale.order", index="btree_not_null", tracking=True)
    matched_by = fields.Selection(
        [
            ("quoted", "Reference"),
            ("amount", "Exact Amount"),
            ("items", "Items"),
            ("person", "Chosen by a Person"),
        ],
        readonly=True,
    )
    difference = fields.Monetary(
        readonly=True, help="Paid less the total of the order that its items make."
    )
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, copy=False
    )
    transfer_move_id = fields.Many2one(
        "account.move",
        "Transfer of the Credit",
        readonly=True,
        copy=False,
        help="Moves the credit to the customer who was chosen later.",
    )
    result = fields.Selection(
        [
            ("suspense", "On Suspense"),
            ("advance", "Customer's Credit"),
            ("invoice", "Invoice"),
            ("order", "Order"),
        ],
        default="suspense",
        required=True,
        readonly=True,
        tracking=True,
    )
    state = fields.Selection(
        [("review", "To Review"), ("done", "Settled")],
        default="review",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    reason = fields.Text(readonly=True, help="What was found, and what is to decide.")

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This payment is already listed."
    )
    _transaction_uniq = models.UniqueIndex(
        "(transaction_id) WHERE transaction_id IS NOT NULL",
        "This payment is already listed.",
    )

    @api.depends("amount_minor", "currency_id.rounding")
    def _compute_amount(self):
        for outside in self:
            outside.amount = outside.currency_id._from_minor(outside.amount_minor)

    @api.depends("payer_address")
    def _compute_payer_address_text(self):
        for outside in self:
            address = outside.payer_address or {}
            parts = (address.get(name) for name in ("street", "zip", "city", "country"))
            outside.payer_address_text = ", ".join(part for part in parts if part)

    @api.depends("payer_name", "amount")
    def _compute_display_name(self):
        for outside in self:
            amount = outside.currency_id.format(outside.amount)
            outside.display_name = f"{outside.payer_name or '?'}: {amount}"

    @api.onchange("invoice_ids", "order_id")
    def _onchange_documents(self):
        """A document that is chosen first tells the customer."""
        if not self.partner_id:
            document = self.invoice_ids[:1] or self.order_id
            self.partner_id = document.partner_id

    # === STORING === #

    @api.model
    def _ensure(self, provider, gateway, charge):
        """Return the record of a captured charge; asks the gateway once what it is for.

        :param charge: ``gateway.types.Charge``
        """
        ref = charge.intent_ref or charge.ref
        found = self.search(
            [("provider_id", "=", provider.id), ("gateway_ref", "=", ref)]
        )
        if found:
            return found
        origin, problem = self._read_origin(gateway, charge)
        payer = charge.payer.completed_by(origin.payer if origin else Payer())
        payer = payer.completed_by(self._customer(gateway, payer.ref))
        return self.create(
            {
                "provider_id": provider.id,
                "gateway_ref": ref,
                "reason": problem,
                **self._charge_values(provider, charge, origin),
                **self._payer_values(payer),
            }
        )

    @api.model
    def _read_origin(self, gateway, charge):
        """Return (the origin of a charge or None, why it cannot be read or False)."""
        if not charge.intent_ref:
            return None, False
        try:
            return gateway.origin_of(charge.intent_ref), False
        except NeedsPerson as error:
            return None, self.env._("What was sold cannot be read: %s", error)

    @api.model
    def _customer(self, gateway, ref):
        """Return what the gateway's customer object knows of the payer."""
        try:
            return gateway.fetch("customer", ref) if ref else Payer()
        except NeedsPerson:
            return Payer(ref=ref)  # deleted, or not readable with this key

    @api.model
    def _charge_values(self, provider, charge, origin):
        keys = provider.company_id._payment_outside_keys()
        facts = [charge.metadata, origin.metadata if origin else {}]
        texts = [
            charge.description,
            *(origin.texts if origin else ()),
            *(metadata.get(key) for metadata in facts for key in keys),
        ]
        items = self.env["payment.outside.item"]._create_values(
            provider, origin.items if origin else ()
        )
        return {
            "charge_ref": charge.ref,
            "created_at": self._naive(charge.created),
            "currency_id": self._currency_of(charge).id,
            "amount_minor": charge.captured,
            "channel": channel_of(origin and origin.kind, charge.method),
            "method": charge.method,
            "origin_ref": origin and origin.ref,
            "texts": "\n".join(dict.fromkeys(text for text in texts if text)),
            "item_ids": [(0, 0, values) for values in items],
        }

    @api.model
    def _payer_values(self, payer):
        address = {
            name: getattr(payer, name)
            for name in ("street", "street2", "zip", "city", "state", "country")
        }
        return {
            "customer_ref": payer.ref,
            "payer_name": payer.name,
            "payer_email": payer.email,
            "payer_phone": payer.phone,
            "payer_address": address if any(address.values()) else False,
        }

    # === TAKING IN === #

    def _take_in(self):
        """Make this an ordinary payment, if it is known whose it is.

        On its own savepoint: whatever fails, the money stays booked on suspense and the
        reason is shown here.

        :return: payment.transaction, empty if a person has to decide first
        """
        self.ensure_one()
        if self.transaction_id or self._left_to_others():
            return self.transaction_id
        try:
            with self.env.cr.savepoint():
                self._decide()
                if self.partner_id:
                    self._create_transaction()
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the record
            if getattr(error, "pgcode", None) == errorcodes.UNIQUE_VIOLATION:
                raise
            _logger.warning("Payment %s outside Odoo: %s", self.gateway_ref, error)
            self.write({"state": "review", "reason": str(error)})
        return self.transaction_id

    def _reconsider(self):
        """Decide again with what was learned since; what a person chose stays."""
        self.ensure_one()
        if not self.transaction_id:
            return self._take_in()
        with self.env.cr.savepoint():
            self._decide()
            if self.invoice_ids or self._pays_order():
                self._reassign()
                self._record_result()
        return self.transaction_id

    def _left_to_others(self):
        """Whether this payment must not be taken in; the reason is then shown."""
        reason = False
        if self.provider_id.books_mode != "post":
            self._decide()
            reason = self.env._("Shadow: nothing is posted. %s", self.reason or "")
        elif self.channel == "terminal" and self._is_point_of_sale_here():
            reason = self.env._(
                "Point of Sale books its terminal payments when a session closes."
                " Choose the customer and press Apply only if this is none of them."
            )
        elif chosen := self._booked_by_choice():
            reason = self.env._(
                "Its money was posted to %s by choice. Apply takes it from there.",
                chosen[0].chosen_account_id.display_name,
            )
        else:
            reason = self._why_not_bookable()
        if reason:
            self.write({"state": "review", "reason": reason})
        return bool(reason)

    def _why_not_bookable(self):
        """Return why Odoo cannot hold what was paid, False if it can.

        Without a rate Odoo would silently take 1:1, which would be a guess.
        """
        currency = self.currency_id
        if self.provider_id._why_not_in(currency):
            return self.env._(
                "The customer paid in %s, which has no exchange rate here. Activate the"
                " currency, enter its rate, then press Look Again.",
                currency.name,
            )
        exact = currency._from_minor(self.amount_minor)
        if currency._to_minor(exact) != self.amount_minor:
            return self.env._(
                "%(paid)s were paid, which is finer than Odoo rounds: set the Rounding"
                " Factor of %(currency)s to %(unit)s, then press Look Again.",
                paid=minor_units.display(self.amount_minor, currency.name),
                currency=currency.name,
                unit=minor_units.to_major(1, currency.name),
            )
        return False

    def _booked_by_choice(self):
        """Return movements of this payment that a person or rule posted elsewhere."""
        return self.env["payment.balance.transaction"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("source_ref", "=", self.charge_ref),
                ("chosen_account_id", "!=", False),
            ]
        )

    def _is_point_of_sale_here(self):
        """Whether Odoo's own Point of Sale may have taken a terminal payment."""
        methods = self.env.get("pos.payment.method")
        return methods is not None and "stripe_serial_number" in methods._fields

    def _create_transaction(self):
        """Create the payment, idempotent by the gateway's id."""
        self.ensure_one()
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider_id.id,
                    "payment_method_id": self._payment_method().id,
                    "reference": self.env["ir.sequence"]
                    .with_company(self.company_id)
                    .next_by_code("payment.outside"),
                    "provider_reference": self.gateway_ref,
                    "amount": self.amount,
                    "currency_id": self.currency_id.id,
                    "partner_id": self.partner_id.id,
                    "operation": "online_direct",
                    "outside_channel": self.channel,
                    **self._document_values(),
                }
            )
        )
        self.transaction_id = transaction
        self.env["payment.gateway.customer"].sudo()._remember(
            self.provider_id, {self.customer_ref: self.partner_id}
        )
        self._record_result()

    def _document_values(self):
        """Return what the payment is linked with; a mere quotation is not, yet."""
        order = self.order_id if self._pays_order() else self.order_id.browse()
        return {
            "invoice_ids": [(6, 0, self.invoice_ids.ids)],
            "sale_order_ids": [(6, 0, order.ids)],
        }

    def _record_result(self):
        """Say what the payment has become."""
        transaction = self.transaction_id.sudo()
        self.result = (
            "order"
            if transaction.sale_order_ids
            else "invoice"
            if transaction.invoice_ids
            else "advance"
            if transaction
            else "suspense"
        )

    def _payment_method(self):
        """Return Odoo's payment method for the gateway's, else its 'unknown'."""
        from odoo.addons.payment_stripe.const import PAYMENT_METHODS_MAPPING

        codes = {theirs: ours for ours, theirs in PAYMENT_METHODS_MAPPING.items()}
        codes |= {"card": "card", "card_present": "card", "interac_present": "card"}
        code = codes.get(self.method, self.method)
        methods = self.env["payment.method"].sudo().with_context(active_test=False)
        return methods.search([("code", "=", code)], limit=1) or self.env.ref(
            "payment.payment_method_unknown"
        )

    # === ACTIONS === #

    def action_find_again(self):
        """Look again, after a customer, product or document was entered in Odoo.

        :raise UserError: if the gateway cannot be asked
        """
        self.check_access("write")
        for outside in self.filtered(lambda each: not each.transaction_id):
            try:
                outside.sudo()._fetch_and_settle()
            except GatewayError as error:
                raise UserError(str(error)) from error
        return True

    def action_keep_as_credit(self):
        """Close the review: the payment stays the customer's credit."""
        self.check_access("write")
        if self.filtered(lambda each: not each.transaction_id):
            raise UserError(
                self.env._("Choose the customer and press Apply: whose credit is it?")
            )
        self.write({"state": "done", "reason": False})
        return True

    def action_view_transaction(self):
        """Open the payment with its trail."""
        return self.transaction_id._get_records_action(name=self.env._("Payment"))

    def _fetch_and_settle(self):
        """Take in what the gateway says now, post it and run its effects."""
        self.ensure_one()
        provider = self.provider_id
        transaction = provider._refresh("charge", self.charge_ref)
        provider._post_balance_transactions()
        transaction._settle()

    @api.autovacuum
    def _gc_payers(self):
        """Blank the payer's data a year after it was settled: the customer has them."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=365)
        old = self.search(
            [
                ("state", "=", "done"),
                ("write_date", "<", limit),
                "|",
                "|",
                ("payer_email", "!=", False),
                ("payer_phone", "!=", False),
                ("payer_name", "!=", False),
            ],
            limit=1000,
        )
        old.write(self._payer_values(Payer()) | {"texts": False})
        return len(old), len(old) == 1000
