"""What a payment sets in motion: one method per effect, each on its own savepoint."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg2

from odoo import api, fields, models

from ..gateway.registry import GATEWAYS
from .payment_effect import KINDS

_logger = logging.getLogger(__name__)
UNSETTLED_LIMIT = 200  # payments taken up again per run of the job


@dataclass(frozen=True)
class Outcome:
    """What became of an effect: a state of payment.effect, why, and its document.

    ``again``: when to look again, for what waits for a moment that is known.
    """

    state: str
    reason: str | None = None
    document: Any = None
    again: datetime | None = None


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    effect_ids = fields.One2many("payment.effect", "transaction_id", "Payment Trail")
    held_effect_count = fields.Integer(compute="_compute_held_effect_count")
    has_order = fields.Boolean(compute="_compute_has_order")

    @api.depends("effect_ids.state")
    def _compute_held_effect_count(self):
        for transaction in self:
            held = transaction.effect_ids.filtered(lambda each: each.state == "held")
            transaction.held_effect_count = len(held)

    @api.depends("sale_order_ids")
    def _compute_has_order(self):
        for transaction in self:
            transaction.has_order = bool(transaction.sudo().sale_order_ids)

    # === RUNNING === #

    def _post_process(self):
        """Book the money first; then core's own steps and ours as separate effects.

        An error in an order or in stock so never undoes the record of the money.
        """
        self._lock_rows()
        paid = self.filtered(
            lambda each: each.state == "done" and each.operation != "validation"
        )
        result = super(PaymentTransaction, self - paid)._post_process()
        paid._book_money_safely()
        for transaction in paid:
            transaction._run_effects([kind for kind, _label in KINDS])
        return result

    def _lock_rows(self):
        """Wait for whoever works on these payments, so that nothing is done twice.

        The customer's status page and the job often come in the same second. If the
        other one changed the rows, PostgreSQL reports a conflict and the caller (Odoo's
        request, or the job) starts over with what is true then.
        """
        if self.ids:
            self.env.cr.execute(
                "SELECT id FROM payment_transaction WHERE id = ANY(%s)"
                " ORDER BY id FOR UPDATE",
                [self.ids],
            )

    def _core_post_process(self):
        """Run what Odoo and other modules do after a payment."""
        return super()._post_process()

    def _book_money_safely(self):
        """Book the payments together; if that fails, each on its own savepoint.

        The trail of a payment shows what failed.
        """
        if not self:
            return  # a savepoint flushes
        try:
            with self.env.cr.savepoint():
                self._book_money()
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown in the trail
            if len(self) > 1:
                for transaction in self:
                    transaction._book_money_safely()
                return
            _logger.warning("Payment of %s: %s", self.reference, error)
            effect = self.env["payment.effect"].sudo()._ensure(self)
            effect[self, "books"]._record(Outcome("held", str(error)))

    def _settle(self):
        """Run whatever the present state of each transaction asks for."""
        self._lock_rows()
        for transaction in self:
            if not transaction.is_post_processed:
                transaction._post_process()
            transaction._refresh_effects(("books", "invoice", "bank"))

    @api.model
    def _unsettled(self):
        """Return payments and refunds whose effects a crash or a time limit cut off.

        As far back as core's own job looks, which would find them minutes later. What
        was tried and is held waits for its own job.
        """
        tried = [("kind", "=", "order"), ("state", "!=", "waiting")]
        since = fields.Datetime.subtract(fields.Datetime.now(), days=4)
        return self.search(
            [
                ("provider_id.code", "in", list(GATEWAYS)),
                ("is_post_processed", "=", False),
                ("last_state_change", ">=", since),
                "|",
                ("state", "in", ("pending", "authorized", "cancel", "error")),
                "&",
                ("state", "=", "done"),
                ("effect_ids", "not any", tried),
            ],
            order="id",
            limit=UNSETTLED_LIMIT,
        )

    def _refresh_effects(self, kinds):
        """Bring effects that only observe up to date, where a trail exists."""
        for transaction in self.filtered(lambda each: each.effect_ids):
            transaction._run_effects(kinds)

    def _run_effects(self, kinds, force=False):
        """Run effects of one transaction in their order, each on its own savepoint.

        :param kinds: keys of ``payment.effect.KINDS``
        :param bool force: also run again what is done
        """
        self.ensure_one()
        effects = self.env["payment.effect"].sudo()._ensure(self)
        acting = self.with_company(self.company_id)
        for kind, _label in KINDS:
            effect = effects[self, kind]
            if kind in kinds and (force or effect.state != "done"):
                effect._record(acting._try_effect(kind))

    def _try_effect(self, kind):
        """Return the Outcome of running one effect; errors become its reason."""
        try:
            with self.env.cr.savepoint():
                return self._outcome_of(kind)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown in the trail
            _logger.info("Effect %s of %s held: %s", kind, self.reference, error)
            return Outcome("held", str(error))

    def _outcome_of(self, kind):
        """Run one effect and return its Outcome; may raise."""
        return getattr(self, f"_effect_{kind}")()

    # === BOOKS AND BANK === #

    def _effect_books(self):
        """Payment posted, and the gateway's line with the fee posted beside it."""
        self._book_money()
        payment = self.payment_id
        if not payment:
            return Outcome("waiting", self.env._("The payment is not confirmed yet."))
        provider = self.provider_id.sudo()
        if not provider.gateway_supported or provider.books_mode != "post":
            return Outcome("done", document=payment)
        self._match_outstanding()
        movements = self.sudo().balance_transaction_ids
        parked = movements.filtered(lambda each: each.state == "parked")
        if parked:
            return Outcome("held", parked[0].reason, payment)
        if not movements.filtered(lambda each: each.state == "posted"):
            return Outcome(
                "waiting",
                self.env._("The gateway has not settled its fee yet."),
                payment,
            )
        if not payment.is_matched:
            return Outcome(
                "held",
                self.env._("Payment and gateway line do not match: see Outstanding."),
                payment,
            )
        return Outcome("done", document=payment)

    def _effect_bank(self):
        """The payout that carries this payment has arrived at the bank."""
        payment = self.payment_id
        provider = self.provider_id.sudo()
        if not provider.gateway_supported or provider.books_mode == "off":
            if payment.is_matched:
                return Outcome("done", document=payment)
            return Outcome("waiting", self.env._("Waits for the bank statement."))
        payouts = self.sudo().balance_transaction_ids.payout_id
        first = payouts.sorted("arrival_date")[-1:]
        if not first:
            return Outcome("waiting", self.env._("Waits for the gateway's payout."))
        payout = first._carrier() or first
        if payout.bank_statement_line_id:
            return Outcome("done", document=payout.bank_statement_line_id)
        reason = self.env._(
            "Payout %(ref)s is expected on %(date)s.",
            ref=payout.gateway_ref,
            date=fields.Date.to_string(payout.arrival_date),
        )
        if payout.state in ("failed", "canceled"):
            reason = self.env._("Payout %s did not arrive.", payout.gateway_ref)
            return Outcome("held", reason, payout)
        return Outcome("waiting", reason, payout)

    # === CRM AND RECEIPT === #

    def _effect_crm(self):
        """Customer, opportunity and invoice tell of the payment; the sale is won.

        Core tells the order already.
        """
        partner = self.partner_id
        if not partner:
            return Outcome("none")
        leads = self.sale_order_ids.opportunity_id
        message = self._crm_message()
        for record in [partner, *leads]:
            record.message_post(body=message, subtype_xmlid="mail.mt_note")
        self.invoice_ids._tell_paid(message)
        if self.amount > 0:
            leads.filtered(lambda lead: not lead.stage_id.is_won).action_set_won()
        return Outcome("done", document=leads[:1] or partner)

    def _crm_message(self):
        words = {
            "amount": self.currency_id.format(abs(self.amount)),
            "provider": self.provider_id.sudo().name,
            "link": self._get_html_link(),
        }
        if self.operation == "refund":
            return self.env._(
                "%(amount)s refunded through %(provider)s: %(link)s", **words
            )
        return self.env._("%(amount)s paid through %(provider)s: %(link)s", **words)

    def _effect_receipt(self):
        """The customer has a receipt or a notice of the refund, in their language."""
        kind = "refund" if self.operation == "refund" else "receipt"
        return self.env["payment.message"]._tell(kind, self)

    # === ACTIONS === #

    def action_run_held_effects(self):
        """Try all held effects of these payments again."""
        return self.effect_ids.filtered(lambda each: each.state == "held").action_run()

    def action_view_events(self):
        """List the gateway's events about this payment."""
        return self.event_ids._get_records_action(name=self.env._("Events"))
