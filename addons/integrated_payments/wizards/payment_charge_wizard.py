"""Charge a customer's saved method for an invoice: now, or on its due date."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.payment_charge_consent import HOW


class PaymentChargeWizard(models.TransientModel):
    _name = "payment.charge.wizard"
    _description = "Charge a saved payment method"

    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Customer"
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    open_amount = fields.Monetary(related="move_id.amount_residual", string="Open")
    due_on = fields.Date(related="move_id.invoice_date_due", string="Due Date")
    token_ids = fields.Many2many("payment.token", compute="_compute_token_ids")
    token_id = fields.Many2one(
        "payment.token",
        "Saved Method",
        required=True,
        compute="_compute_token_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('id', 'in', token_ids)]",
    )
    moment = fields.Selection(
        [("now", "Now"), ("due", "Automatically on the due date")],
        "Charge",
        required=True,
        default="now",
    )
    scope = fields.Selection(
        [
            ("invoice", "This invoice only"),
            ("customer", "All invoices of the customer due from today on"),
        ],
        "For",
        required=True,
        default="invoice",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    how = fields.Selection(HOW, "The Customer Agreed")
    note = fields.Char(help="Where the agreement can be found: order, mail, date.")
    obstacle = fields.Char(compute="_compute_obstacle")

    @api.depends("move_id")
    def _compute_token_ids(self):
        for wizard in self:
            wizard.token_ids = wizard.move_id.sudo()._chargeable_tokens()

    @api.depends("move_id")
    def _compute_token_id(self):
        for wizard in self:
            move = wizard.move_id.sudo()
            tokens = move._chargeable_tokens() if move else wizard.token_id
            agreed = move and move._charge_consent().token_id
            wizard.token_id = agreed or tokens[:1]

    @api.depends("move_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.move_id.amount_residual

    @api.depends("move_id", "token_id", "amount", "moment")
    def _compute_obstacle(self):
        for wizard in self:
            move, token = wizard.move_id.sudo(), wizard.token_id.sudo()
            if not token or wizard.moment == "due":
                wizard.obstacle = False
                continue
            wizard.obstacle = move._charge_obstacle(token, wizard.amount)

    def action_confirm(self):
        """Charge now and show what came of it, or note when it will be charged.

        :raise UserError: without the customer's consent, or if it must not be charged
        """
        self.ensure_one()
        if not self.env.user.has_group("integrated_payments.group_payment_user"):
            raise UserError(
                self.env._("Only sales and accounting may charge saved methods.")
            )
        self.move_id.check_access("read")
        if not self.how:
            raise UserError(
                self.env._(
                    "A saved method may only be charged if the customer agreed: choose"
                    " how."
                )
            )
        return self._charge_now() if self.moment == "now" else self._charge_when_due()

    def _consent_text(self):
        how = dict(self._fields["how"]._description_selection(self.env))[self.how]
        return f"{how}: {self.note}" if self.note else how

    def _charge_now(self):
        attempt = self.move_id._charge_now(
            self.token_id, self.amount, self._consent_text()
        )
        words = {
            "amount": self.currency_id.format(attempt.amount),
            "method": self.token_id.sudo().display_name,
            "reason": attempt.reason or "",
        }
        if attempt.state == "done":
            kind = "success"
            text = self.env._("%(amount)s were charged to %(method)s.", **words)
        elif attempt.state == "running":
            kind = "info"
            text = self.env._("%(amount)s: the bank is processing the charge.", **words)
        else:
            kind = "danger"
            text = self.env._("%(amount)s were not charged. %(reason)s", **words)
        self.move_id.sudo().message_post(body=text)
        return self._notify(text, kind)

    def _charge_when_due(self):
        move = self.move_id.sudo()
        token = self.token_id.sudo()
        if obstacle := move._token_obstacle(token):
            raise UserError(obstacle)
        self.env["payment.charge.consent"].sudo()._give(
            self.partner_id,
            token,
            self.how,
            self.note,
            move if self.scope == "invoice" else None,
        )
        text = move.auto_charge_text or self.env._(
            "Invoices that fall due from today on will be charged to %s.",
            token.display_name,
        )
        move.message_post(
            body=self.env._(
                "%(text)s The customer agreed: %(how)s",
                text=text,
                how=self._consent_text(),
            )
        )
        return self._notify(text, "success")

    def _notify(self, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
