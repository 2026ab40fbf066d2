"""Payments and what gateways state about them: each change marks its days.

A change of a payment's day marks the old and the new one; a refund counts by the way
its payment was made, so that a change of a payment marks its refunds' days too.
"""

from odoo import models
from odoo.tools import SQL

SOURCE = "payment.rollup.source"
OF_THE_SOURCE = frozenset(
    ("came_by", "invoice_ids", "operation", "outside_channel", "sale_order_ids")
)


class PaymentTransaction(models.Model):
    _name = "payment.transaction"
    _inherit = ["payment.transaction", SOURCE]

    _moment_idx = models.Index(
        "(company_id, COALESCE(paid_at, last_state_change, create_date))"
    )
    _partner_idx = models.Index("(partner_id)")

    _rollup_fields = OF_THE_SOURCE | {
        "amount",
        "currency_id",
        "is_live",
        "last_state_change",
        "paid_at",
        "partner_country_id",
        "partner_id",
        "payment_method_id",
        "provider_id",
        "source_transaction_id",
        "state",
    }

    def _rollup_days(self):
        days = set()
        # A part of a capture decides whether its payment still counts.
        for payment in (self | self.source_transaction_id)._in_rollup():
            moment = payment.paid_at or payment.last_state_change or payment.create_date
            company = payment.company_id
            days.add((company.id, company._rollup_day(moment)))
        return days

    def _in_rollup(self):
        """Return those that reached a gateway."""
        return self.filtered(lambda each: each.state != "draft")

    def write(self, vals):
        result = super().write(vals)
        if not OF_THE_SOURCE.isdisjoint(vals):
            self.sudo().child_transaction_ids._mark_rollup()
        return result


class PaymentCharge(models.Model):
    _name = "payment.charge"
    _inherit = ["payment.charge", SOURCE]

    _rollup_fields = frozenset(
        (
            "amount_minor",
            "captured_minor",
            "decline_reason",
            "failure_code",
            "outcome",
            "state",
            "transaction_id",
        )
    )

    def _rollup_days(self):
        return self.transaction_id._rollup_days()


class PaymentBalanceTransaction(models.Model):
    _name = "payment.balance.transaction"
    _inherit = ["payment.balance.transaction", SOURCE]

    _rollup_fields = frozenset(
        (
            "amount_minor",
            "category",
            "created_at",
            "currency_id",
            "fee_minor",
            "payout_id",
            "tax_minor",
            "transaction_id",
        )
    )

    def _rollup_days(self):
        return self.transaction_id._rollup_days()


class PaymentDispute(models.Model):
    _name = "payment.dispute"
    _inherit = ["payment.dispute", SOURCE]

    _rollup_fields = frozenset(
        ("amount_minor", "created_at", "currency_id", "state", "transaction_id")
    )

    def _rollup_days(self):
        """The payment's days, and the dispute's own."""
        return self.transaction_id._rollup_days() | _own_days(self)


class PaymentFraudWarning(models.Model):
    _name = "payment.fraud.warning"
    _inherit = ["payment.fraud.warning", SOURCE]

    _rollup_fields = frozenset(("charge_id", "created_at", "kind"))

    def _rollup_days(self):
        return _own_days(self)


def _own_days(records):
    return {
        (record.company_id.id, record.company_id._rollup_day(record.created_at))
        for record in records
        if record.created_at and record.company_id
    }


class PaymentPayout(models.Model):
    _inherit = "payment.payout"

    def write(self, vals):
        """When a payout arrives, so do its payments."""
        result = super().write(vals)
        if not {"arrival_date", "state"}.isdisjoint(vals) and self.ids:
            self.env["payment.balance.transaction"].flush_model(
                ["payout_id", "transaction_id"]
            )
            self.env["payment.rollup.dirty"].sudo()._mark_where(
                SQL(
                    "tx.id IN (SELECT m.transaction_id FROM payment_balance_transaction"
                    " m WHERE m.payout_id = ANY(%s))",
                    self.ids,
                )
            )
        return result
