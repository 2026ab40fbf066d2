"""A payment at a terminal of Point of Sale: the trail of one order's card payment."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    terminal_method_id = fields.Many2one(
        "pos.payment.method",
        "Terminal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The method of Point of Sale whose terminal took the money.",
    )
    pos_payment_ids = fields.One2many(
        "pos.payment", "gateway_transaction_id", "Point of Sale Payments", readonly=True
    )
    terminal_order_id = fields.Many2one(
        "pos.order",
        "Point of Sale Order",
        compute="_compute_terminal_order",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    terminal_session_id = fields.Many2one(
        "pos.session",
        "Point of Sale Session",
        compute="_compute_terminal_order",
        store=True,
        compute_sudo=True,
    )
    booked_without_pos = fields.Boolean(
        readonly=True,
        copy=False,
        help="Booked as the customer's credit: Point of Sale has no order for it.",
    )

    @api.depends("pos_payment_ids.pos_order_id", "pos_payment_ids.session_id")
    def _compute_terminal_order(self):
        for transaction in self:
            payment = transaction.pos_payment_ids[:1]
            transaction.terminal_order_id = payment.pos_order_id
            transaction.terminal_session_id = payment.session_id

    @api.depends("terminal_method_id")
    def _compute_channel(self):
        """A terminal's payment is one, however the gateway calls its method."""
        result = super()._compute_channel()
        for transaction in self:
            if transaction.terminal_method_id and transaction.operation != "refund":
                transaction.channel = "terminal"
        return result

    def _is_booked_by_pos(self):
        """Whether the session books this money, so that no payment must be made."""
        return bool(self.terminal_method_id) and not self.booked_without_pos

    def _is_anonymous(self):
        """Whether the till did not ask who the customer is."""
        public = self.env.ref("base.public_partner", raise_if_not_found=False)
        return bool(self.terminal_method_id) and self.partner_id == public

    def _create_child_transaction(self, amount, is_refund=False, **values):
        """A refund goes back by the terminal's method too."""
        if is_refund and self.terminal_method_id:
            values.setdefault("terminal_method_id", self.terminal_method_id.id)
        return super()._create_child_transaction(amount, is_refund=is_refund, **values)

    def _check_amount(self, fact, amount):
        """A tip may raise what is captured: at the till nothing else was agreed on."""
        received = getattr(fact, "amount_received", 0)
        if self.terminal_method_id and received:
            return None
        return super()._check_amount(fact, amount)

    def _refund_at_gateway(self, amount):
        """Refund through the gateway and return the refund's transaction.

        :raise UserError: if the gateway refuses
        """
        self.ensure_one()
        self._lock_rows()
        refund = self._refund(amount_to_refund=amount)
        if refund.state == "error":
            raise UserError(refund.state_message or self.env._("The refund failed."))
        return refund

    # === ACTIONS === #

    def action_book_without_pos(self):
        """Book as the customer's credit what Point of Sale has no order for.

        :raise UserError: if Point of Sale has an order for it
        """
        self.env["payment.balance.transaction"].check_access("write")
        if self.sudo().pos_payment_ids:
            raise UserError(
                self.env._("Point of Sale has an order for it, and books it itself.")
            )
        for transaction in self.sudo():
            transaction.booked_without_pos = True
            transaction._book_money_safely()
            kinds = [effect.kind for effect in transaction.effect_ids]
            transaction._run_effects(kinds, force=True)
        return True

    def action_view_terminal_order(self):
        """Open the order that was paid."""
        return self.terminal_order_id._get_records_action()
