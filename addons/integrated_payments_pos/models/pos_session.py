"""A closed session: its one sum per method meets the gateway's payments behind it."""

import logging

import psycopg2

from odoo import fields, models

_logger = logging.getLogger(__name__)


class PosSession(models.Model):
    _inherit = "pos.session"

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )

    def _compute_gateway_transaction_count(self):
        rows = self.env["payment.transaction"]._read_group(
            [("terminal_session_id", "in", self.ids)],
            ["terminal_session_id"],
            ["__count"],
        )
        counts = {session.id: count for session, count in rows}
        for session in self:
            session.gateway_transaction_count = counts.get(session.id, 0)

    def _create_combine_account_payment(self, payment_method, amounts, diff_amount):
        """Remember which payments of the till are in the sum."""
        lines = super()._create_combine_account_payment(
            payment_method, amounts, diff_amount
        )
        if payment_method._is_gateway_terminal():
            payments = self._get_closed_orders().payment_ids
            self._remember_booking(
                payments.filtered(lambda each: each.payment_method_id == payment_method)
            )
        return lines

    def _create_split_account_payment(self, payment, amounts):
        """Where customers are identified, each payment is booked on its own."""
        lines = super()._create_split_account_payment(payment, amounts)
        if payment.payment_method_id._is_gateway_terminal():
            self._remember_booking(payment)
        return lines

    def _remember_booking(self, payments):
        """Tie payments of the till with the payment that Odoo has just made."""
        made = self.env["account.payment"].search(
            [
                ("pos_session_id", "=", self.id),
                ("pos_payment_method_id", "=", payments.payment_method_id.id),
            ],
            order="id desc",
            limit=1,
        )
        payments.booked_payment_id = made

    def _validate_session(self, *args, **kwargs):
        """Match with the gateway once all is booked; closing never fails for it."""
        result = super()._validate_session(*args, **kwargs)
        session = self.sudo()
        if session.state == "closed":
            session._match_gateway()
            session._look_again_soon()
        return result

    def _look_again_soon(self):
        """Let the job look once more at what webhooks brought while this closed.

        They may have been booked by a worker that did not see the closing, nor this
        one their lines: no row is in both, so nothing conflicts.
        """
        if self._get_closed_orders().payment_ids.gateway_transaction_id:
            cron = self.env.ref("integrated_payments.cron_retry_effects")
            soon = fields.Datetime.add(fields.Datetime.now(), seconds=90)
            cron._trigger(at=soon)

    def _match_gateway(self):
        """Match the session's sums; what fails is held in the payments' trails."""
        payments = self._get_closed_orders().payment_ids
        transactions = payments.gateway_transaction_id.with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                payments.booked_payment_id._match_terminals()
                transactions._refresh_effects(("books",))
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - said on the session
            _logger.exception("Session %s and the gateway", self.name)
            self.message_post(
                body=self.env._(
                    "The terminal payments could not be matched with the gateway: %s",
                    error,
                )
            )

    def action_view_gateway_transactions(self):
        """Open the gateway's payments of this session."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integrated_payments.action_payment_trail"
        )
        domain = [("terminal_session_id", "in", self.ids)]
        return {**action, "domain": domain, "context": {"create": False}}


class AccountPayment(models.Model):
    _inherit = "account.payment"

    terminal_payment_ids = fields.One2many(
        "pos.payment", "booked_payment_id", "Terminal Payments", readonly=True
    )

    def _match_terminals(self):
        """Reconcile sessions' sums with the gateway's lines behind them, in one go."""
        plan = []
        for payment in self:
            behind = payment.sudo().terminal_payment_ids
            account = behind.payment_method_id[:1]._terminal_account()
            movements = behind.gateway_transaction_id.balance_transaction_ids
            lines = (
                payment.move_id.line_ids | movements.statement_line_id.line_ids
            ).filtered(
                lambda line, account=account: (
                    line.account_id == account
                    and account.reconcile
                    and line.parent_state == "posted"
                    and not line.reconciled
                )
            )
            if len(lines.move_id) > 1:
                plan.append(lines)
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def _gateway_movements(self):
        """Also what the gateway moved for the payments in a session's sum."""
        behind = self.sudo().terminal_payment_ids  # accountants need not run tills
        movements = behind.gateway_transaction_id.balance_transaction_ids
        return super()._gateway_movements() | movements.sudo(self.env.su)
