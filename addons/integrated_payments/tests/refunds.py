"""Refunds as the gateway tells of them, for tests: pending, done, failed after all."""

from dataclasses import replace
from datetime import timedelta

from ..gateway import types
from .common import PAID_AT, IntegratedPaymentsCommon


class RefundsCommon(IntegratedPaymentsCommon):
    """A paid invoice over 100.00, and what the gateway says of its refunds."""

    def setUp(self):
        super().setUp()
        self.company.payment_refund_credit_policy = "posted"
        self.bill = self.init_invoice(
            "out_invoice",
            partner=self.partner,
            invoice_date="2026-03-09",
            amounts=[100.0],
            post=True,
        )
        self.tx = self.paid(self.bill)

    def paid(self, *invoices, number=1, settled=True, **values):
        """A customer has paid ``invoices`` together; return the transaction."""
        tx = self._create_transaction(
            "direct",
            **{
                "amount": sum(invoice.amount_total for invoice in invoices),
                "reference": f"INV-{number}",
                "provider_reference": f"pi_{number}",
                "invoice_ids": [invoice.id for invoice in invoices],
                **values,
            },
        )
        self.say_paid(tx, number=number)
        if settled:
            self.hear_and_work("charge.updated", f"ch_{number}")
        return tx

    def say_refund(self, minor, number=1, status="succeeded", payment=1, **values):
        """The gateway refunds ``minor`` of payment ``payment``; minutes apart."""
        created = PAID_AT + timedelta(minutes=number)
        taken = self.say_movement(
            f"txn_re{number}", "refund", -minor, source=f"re_{number}", created=created
        )
        return self.gateway.put(
            "refund",
            types.Refund(
                **{
                    "ref": f"re_{number}",
                    "status": status,
                    "amount": minor,
                    "currency": "USD",
                    "created": created,
                    "charge_ref": f"ch_{payment}",
                    "intent_ref": f"pi_{payment}",
                    "balance_transaction_ref": taken.ref,
                    **values,
                }
            ),
        )

    def say_failed(self, number=1, status="failed", reason="lost_or_stolen_card"):
        """A refund fails half a minute after it was made; the money comes back."""
        fact = self.gateway.facts["refund", f"re_{number}"]
        back = None
        if fact.balance_transaction_ref:
            taken = self.gateway.facts[
                "balance_transaction", fact.balance_transaction_ref
            ]
            back = self.say_movement(
                f"txn_rf{number}",
                "refund_failure",
                -taken.amount,
                source=fact.ref,
                currency=taken.currency,
                created=fact.created + timedelta(seconds=30),
            ).ref
        return self.gateway.put(
            "refund",
            replace(
                fact,
                status=status,
                failure_reason=reason,
                failure_balance_transaction_ref=back,
            ),
        )

    def gateway_answers(self, number, minor):
        """The gateway answers Odoo's next request for a refund of ``minor``.

        :return: list that will hold what was sent
        """
        sent = []

        def answer(provider, method, endpoint, *, data=None, **kwargs):
            sent.append({**data, **kwargs})
            fact = self.say_refund(minor, number, reference=kwargs["reference"])
            return {
                "id": fact.ref,
                "status": "succeeded",
                "amount": minor,
                "currency": "usd",
                "created": int(fact.created.timestamp()),
            }

        self.patch(type(self.env["payment.provider"]), "_send_api_request", answer)
        return sent

    def refund(self, minor, number=1, **values):
        """Say it and hear of it; return the refund's transaction."""
        self.say_refund(minor, number, **values)
        self.hear_and_work("refund.created", f"re_{number}")
        return self.found(number)

    def fail(self, number=1, **values):
        """Say that it failed and hear of it; return the refund's transaction."""
        self.say_failed(number, **values)
        self.hear_and_work("refund.failed", f"re_{number}")
        return self.found(number)

    def found(self, number=1):
        """Return the transaction of the gateway's refund ``number``, if there is."""
        return self.env["payment.transaction"].search(
            [("provider_reference", "=", f"re_{number}")]
        )

    def effect(self, refund, kind):
        """Return one line of a refund's trail."""
        return refund.effect_ids.filtered(lambda each: each.kind == kind)

    def receivable(self):
        """Return what is open on the customer's account, by the ledger."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.partner.commercial_partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        return round(sum(lines.mapped("amount_residual")), 2)

    def notes(self):
        """Return all credit notes that stand."""
        return self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("partner_id", "=", self.partner.id),
                ("state", "!=", "cancel"),
            ]
        )
