"""What a replay of events would change, or has changed: facts and entries compared."""

from dataclasses import dataclass

from odoo import models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

PREVIEW_LIMIT = 200  # events; each is asked for at the gateway

# Model: the fields that are compared. Facts first, then books, then documents.
COMPARED = {
    "payment.event": ("state", "reason"),
    "payment.transaction": (
        "state",
        "state_message",
        "amount",
        "provider_reference",
        "payment_method_id",
        "paid_at",
        "payment_id",
    ),
    "payment.charge": ("state", "amount", "transaction_id", "failure_message"),
    "payment.balance.transaction": (
        "state",
        "reason",
        "category",
        "amount",
        "fee",
        "net",
        "transaction_id",
        "payout_id",
        "dispute_id",
    ),
    "payment.payout": (
        "state",
        "amount",
        "arrival_date",
        "trace_ref",
        "failure_message",
        "reconciliation",
        "proof",
    ),
    "payment.dispute": ("state", "amount", "due_by", "dispute_reason"),
    "payment.effect": ("state", "reason"),
    "account.payment": ("state", "amount", "date", "is_matched"),
    "account.bank.statement.line": ("date", "payment_ref", "amount", "is_reconciled"),
    "account.move": (
        "state",
        "date",
        "amount_total",
        "amount_residual",
        "payment_state",
    ),
    "sale.order": ("state", "amount_paid", "invoice_status"),
}

WORDS = {
    "payment.event": _lt("Event"),
    "payment.transaction": _lt("Payment"),
    "payment.charge": _lt("Attempt"),
    "payment.balance.transaction": _lt("Movement"),
    "payment.payout": _lt("Payout"),
    "payment.dispute": _lt("Dispute"),
    "payment.effect": _lt("Effect"),
    "account.payment": _lt("Payment Entry"),
    "account.bank.statement.line": _lt("Gateway Line"),
    "account.move": _lt("Journal Entry"),
    "sale.order": _lt("Order"),
}


@dataclass(frozen=True)
class Change:
    """One field of one record, before and after, as a person reads them."""

    kind: str  # the model, in words
    name: str
    field: str
    before: str
    after: str
    is_new: bool = False


class _TakeBack(Exception):
    """Ends a preview: what was done within its savepoint is undone."""


class PaymentEvent(models.Model):
    _inherit = "payment.event"

    def _preview_replay(self):
        """Return what processing these events again would change; nothing is kept.

        Money only: the effects on order, stock and mail are left out, so nothing can
        leave the database. Hooks that would run after the commit are dropped.

        :return: [:class:`Change`]
        """
        concerned, after = self._dry_run()
        return self._changes(self._state_of(concerned), after)

    def _replay_and_compare(self):
        """Process these events again, effects too, and return what has changed.

        :return: [:class:`Change`]
        """
        before = self._state_of(self._dry_run()[0])
        self.action_replay()
        return self._changes(before, self._state_of(self.sudo()._concerned()))

    def _dry_run(self):
        """Process the events within a savepoint that is rolled back.

        :return: ({model: records it touches that are there before}, state after)
        """
        quiet = self.sudo().with_context(mail_notify_force_send=False)
        concerned, after = quiet._concerned(), {}
        try:
            with self.env.cr.savepoint():
                quiet._renew()
                quiet._process()
                concerned = _union(concerned, quiet._concerned())
                after = self._state_of(concerned)
                raise _TakeBack
        except _TakeBack:
            self.env.cr.postcommit.clear()
        existing = {model: records.exists() for model, records in concerned.items()}
        return existing, after

    def _concerned(self):
        """Return {model name: records} that these events may touch.

        What bears the id of an event's object, what hangs on it, and what waits to be
        posted at the same gateway (a replay posts that too).
        """
        env, refs = self.env, list(filter(None, self.mapped("object_ref")))
        here = [("provider_id", "in", self.provider_id.ids)]
        payments = self.transaction_id | env["payment.transaction"].search(
            [*here, ("provider_reference", "in", refs)]
        )
        named = [*here, ("gateway_ref", "in", refs)]
        charges = env["payment.charge"].search(named)
        payouts = env["payment.payout"].search(named)
        disputes = env["payment.dispute"].search(named)
        payments |= charges.transaction_id | disputes.transaction_id
        payments |= payments.source_transaction_id
        payments |= payments.child_transaction_ids
        movements = (
            env["payment.balance.transaction"].search(
                [
                    *here,
                    "|",
                    "|",
                    ("source_ref", "in", refs),
                    ("gateway_ref", "in", refs),
                    ("state", "=", "pending"),
                ]
            )
            | payments.balance_transaction_ids
            | payouts.balance_transaction_ids
            | payouts.own_balance_transaction_id
            | payouts.failure_balance_transaction_id
            | disputes.balance_transaction_ids
        )
        return self._with_books(
            payments, charges | payments.charge_ids, movements, payouts, disputes
        )

    def _with_books(self, payments, charges, movements, payouts, disputes):
        lines = movements.statement_line_id
        booked = payments.payment_id
        found = (
            self,
            payments,
            charges,
            movements,
            payouts | movements.payout_id,
            disputes | payments.dispute_ids,
            payments.effect_ids,
            booked,
            lines,
            booked.move_id | lines.move_id | payments.invoice_ids,
            payments.sale_order_ids,
        )
        return {records._name: records for records in found}

    def _state_of(self, concerned):
        """Return {(model, id): (name, {field: value as shown})}."""
        return {
            (model, record.id): (
                record.display_name or "",
                {name: _shown(record, name) for name in COMPARED[model]},
            )
            for model, records in concerned.items()
            for record in records.sudo()
        }

    def _changes(self, before, after):
        found = []
        for (model, record), (title, values) in after.items():
            old = before.get((model, record), (None, {}))[1]
            kind = str(WORDS[model])
            labels = self.env[model].fields_get(COMPARED[model], ["string"])
            found += [
                Change(
                    kind,
                    title,
                    labels[name]["string"] if name in labels else name,
                    old.get(name, ""),
                    value,
                    is_new=not old,
                )
                for name, value in values.items()
                if value != old.get(name, "")
            ]
        return found


def _union(first, second):
    return {model: records | second[model] for model, records in first.items()}


def _shown(record, name):
    """Return a field's value as a person reads it, in the record's own currency."""
    field, value = record._fields[name], record[name]
    if field.type == "boolean":
        return record.env._("Yes") if value else record.env._("No")
    if field.type in ("monetary", "float"):
        currency = record[field.get_currency_field(record)]
        return currency.format(value) if currency else str(value)
    if not value:
        return ""
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, value)
    if field.type == "many2one":
        return value.display_name or ""
    return str(value)
