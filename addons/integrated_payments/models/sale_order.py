from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gateway.registry import GATEWAYS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )
    refund_count = fields.Integer(compute="_compute_refund_count", compute_sudo=True)
    payment_processing_note = fields.Char(
        compute="_compute_payment_processing_note", compute_sudo=True
    )

    def _send_order_notification_mail(self, mail_template, **options):
        """Let a payment's effects neither wait for a mail nor fail with it.

        Its PDF takes a second, for which invoice, stock and receipt would wait: core's
        job sends it, where it is active.
        """
        if not (self.env.context.get("order_mails_later") and mail_template):
            return super()._send_order_notification_mail(mail_template, **options)
        job = self.env.ref("sale.send_pending_emails_cron", raise_if_not_found=False)
        if job and job.sudo().active and options.get("allow_deferred_sending", True):
            self.pending_email_template_id = mail_template
            job.sudo()._trigger()
            return None
        try:
            with self.env.cr.savepoint():
                return super()._send_order_notification_mail(mail_template, **options)
        except UserError as error:
            self._tell_of_unsent_mail(mail_template, error)
            return None

    def _tell_of_unsent_mail(self, mail_template, error):
        """Ask the salesperson to send a mail that could not be sent."""
        reason = self.env._(
            "%(mail)s was not sent: %(error)s Send it from the order when this is put"
            " right.",
            mail=mail_template.sudo().name,
            error=error,
        )
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            note=reason,
            user_id=self._payment_salesperson().id,
        )

    @api.depends("transaction_ids.state")
    def _compute_payment_processing_note(self):
        """Say that the money of a confirmed order is not there yet."""
        for order in self:
            pending = order.transaction_ids.filtered(
                lambda each: (
                    each.state in ("pending", "authorized")
                    and each.provider_code in GATEWAYS
                )
            )[-1:]
            note = order._processing_note(pending) if pending else False
            order.payment_processing_note = note

    def _processing_note(self, pending):
        amount = pending.currency_id.format(pending.amount)
        if pending.state == "authorized":
            return self.env._("%s are authorised, but not captured yet.", amount)
        return self.env._(
            "A bank is processing the payment of %s. It can still refuse: deliver when"
            " it has settled.",
            amount,
        )

    def _is_without_payment(self):
        """Whether nothing was delivered, invoiced or paid, so that it may be cancelled.

        A draft invoice is no reason to keep the order.
        """
        return not (
            self.amount_paid
            or self.invoice_ids.filtered(lambda move: move.state == "posted")
            or self.picking_ids.filtered(lambda picking: picking.state == "done")
            or self.state not in ("draft", "sent", "sale")
        )

    def _compute_refund_count(self):
        for order in self:
            order.refund_count = len(order.transaction_ids.refund_ids)

    def action_view_refunds(self):
        """Open the refunds of this order's payments."""
        refunds = self.sudo().transaction_ids.refund_ids.with_env(self.env)
        return refunds._get_records_action(name=self.env._("Refunds"))

    def _compute_gateway_transaction_count(self):
        for order in self:
            order.gateway_transaction_count = len(order.transaction_ids)

    @api.depends("transaction_ids.child_transaction_ids.state")
    def _compute_amount_paid(self):
        """What was refunded is not paid any more; core never lowers this amount.

        It confirms quotations only, so no order is unconfirmed by a refund.
        """
        result = super()._compute_amount_paid()
        for order in self:
            order.amount_paid -= sum(order.transaction_ids.mapped("refunded_amount"))
        return result

    def action_view_gateway_transactions(self):
        """Open the payments of this order, with their trails.

        Core shows an order's transactions to billing alone; a salesperson may see them.
        """
        payments = self.sudo().transaction_ids.with_env(self.env)
        return payments._get_records_action(name=self.env._("Payments"))
