"""Bringing facts up to date from the gateway: one method per kind of object."""

import logging

from odoo import models

from ..domain.postings import category_of
from ..gateway.errors import GatewayError, NeedsPerson

_logger = logging.getLogger(__name__)

# What a movement of the balance was caused by, so that it can be fetched.
SOURCE_KINDS = {
    "charge": "charge",
    "charge_failure": "charge",
    "partial_capture_reversal": "charge",
    "refund": "refund",
    "refund_failure": "refund",
    "dispute": "dispute",
    "dispute_reversal": "dispute",
}
# Those that events announce, payouts included.
MOVEMENT_SOURCES = {**SOURCE_KINDS, "payout": "payout", "payout_reversal": "payout"}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _refresh(self, kind, ref, gateway=None):
        """Fetch the object ``ref`` of ``kind`` and store what is true now.

        :param gateway: one that has objects at hand already, by default the provider's
        :return: the payment.transaction concerned, or an empty recordset
        :raise GatewayError: see ``gateway.errors``
        """
        self.ensure_one()
        if kind == "balance":
            self.env.ref("integrated_payments.cron_post_and_prove")._trigger()
            return self.env["payment.transaction"]
        gateway = gateway or self._gateway()
        if kind in ("checkout", "invoice"):
            return self._refresh_origin(gateway, kind, ref)
        return getattr(self, f"_refresh_{kind}")(gateway, gateway.fetch(kind, ref))

    def _refresh_intent(self, gateway, intent):
        transaction = self.env["payment.transaction"]._of_intent(self, intent)
        charges = gateway.charges_of(intent.ref)
        if not transaction:
            transaction = self._take_in_outside(gateway, charges, intent)
        transaction._apply_intent(intent)
        self._store_charges(gateway, charges)
        return transaction

    def _refresh_charge(self, gateway, charge):
        if charge.intent_ref:
            intent = gateway.fetch("intent", charge.intent_ref)
            transaction = self._refresh_intent(gateway, intent)
        else:
            known = self.env["payment.transaction"]._by_intent(self, [charge.ref])
            transaction = known.get(charge.ref) or self._take_in_outside(
                gateway, [charge]
            )
            self._store_charges(gateway, [charge])
        if charge.refunded:
            for refund in gateway.refunds_of(charge.ref):
                transaction |= self._store_refund(gateway, refund)
        return transaction

    def _store_charges(self, gateway, charges):
        """Store attempts and the balance transactions that they already have."""
        stored = self.env["payment.charge"]._store(self, charges)
        self._remember_customers(stored.values())
        for charge in charges:
            record = stored[charge.ref]
            links = {"charge_id": record, "transaction_id": record.transaction_id}
            for ref in (
                charge.balance_transaction_ref,
                charge.failure_balance_transaction_ref,
            ):
                self._store_movement(gateway, ref, **links)
            record.transaction_id._apply_charge(charge)

    def _refresh_refund(self, gateway, refund):
        if refund.charge_ref:
            self._ensure_charge(gateway, refund.charge_ref)
        earlier = self._refresh_earlier_refunds(gateway, refund)
        return self._store_refund(gateway, refund) | earlier

    def _refresh_earlier_refunds(self, gateway, refund):
        """Bring earlier refunds of the same charge up to date, oldest first.

        A refund may repeat one whose failure Odoo has not heard of yet.

        :return: the payment.transaction records of the earlier refunds
        """
        transactions = self.env["payment.transaction"]
        for each in gateway.refunds_of(refund.charge_ref) if refund.charge_ref else ():
            if each.ref == refund.ref or each.created > refund.created:
                continue
            try:
                with self.env.cr.savepoint():
                    transactions |= self._store_refund(gateway, each)
            except GatewayError:  # its own event tells a person
                continue
        return transactions

    def _store_refund(self, gateway, refund):
        """Store one refund as core does: a child transaction with a negative amount."""
        transaction = self.env["payment.transaction"]._of_refund(self, refund)
        transaction._apply_refund(refund)
        for ref in (
            refund.balance_transaction_ref,
            refund.failure_balance_transaction_ref,
        ):
            self._store_movement(gateway, ref, transaction_id=transaction)
        return transaction

    def _refresh_dispute(self, gateway, dispute):
        if not dispute.charge_ref:
            raise NeedsPerson(
                self.env._("%s does not name the payment it is about.", dispute.ref)
            )
        charge = self._ensure_charge(gateway, dispute.charge_ref)
        stored = self.env["payment.dispute"]._store(self, [dispute], charge)
        for ref in dispute.balance_transaction_refs:
            self._store_movement(
                gateway,
                ref,
                dispute_id=stored[dispute.ref],
                charge_id=charge,
                transaction_id=charge.transaction_id,
            )
        return charge.transaction_id

    def _refresh_payout(self, gateway, payout):
        record = self.env["payment.payout"]._store(self, [payout])[payout.ref]
        own, back = (
            self._store_movement(gateway, ref, source_payout_id=record)
            for ref in (
                payout.balance_transaction_ref,
                payout.failure_balance_transaction_ref,
            )
        )
        record._write_changes(
            {
                "own_balance_transaction_id": own.id,
                "failure_balance_transaction_id": back.id,
            }
        )
        if payout.reconciliation != "completed":
            return self.env["payment.transaction"]
        movements = gateway.balance_transactions_of(payout.ref)
        touched = self._claim_sources(movements, gateway)
        allocated = record._allocated_otherwise(movements)
        self.env["payment.balance.transaction"]._store(
            self, movements, payout_id=record
        )
        allocated._give_way(record)
        return touched

    def _claim_sources(self, movements, gateway=None):
        """Refresh what caused movements that are new here: a missed or later event.

        :return: the payment.transaction records they belong to
        """
        known = self.env["payment.balance.transaction"].search(
            [
                ("provider_id", "=", self.id),
                ("gateway_ref", "in", [fact.ref for fact in movements]),
            ]
        )
        seen = set(known.mapped("gateway_ref"))
        touched = self.env["payment.transaction"]
        for fact in movements:
            kind = MOVEMENT_SOURCES.get(category_of(fact))
            is_new = fact.ref not in seen and not self._is_before_books(fact)
            if kind and fact.source_ref and is_new:
                touched |= self._refresh_source(kind, fact.source_ref, gateway)
        return touched

    def _refresh_source(self, kind, ref, gateway=None):
        """Refresh what caused a movement; what needs a person holds up no payout.

        The movement itself then goes to suspense, where it is reviewed.
        """
        try:
            with self.env.cr.savepoint():
                return self._refresh(kind, ref, gateway)
        except NeedsPerson as error:
            _logger.info("Source %s of a movement is left for review: %s", ref, error)
            return self.env["payment.transaction"]

    def _ensure_charge(self, gateway, ref):
        """Return the payment.charge with gateway id ``ref``, fetched if need be."""
        domain = [("provider_id", "=", self.id), ("gateway_ref", "=", ref)]
        charge = self.env["payment.charge"].search(domain)
        if not charge:
            self._refresh_charge(gateway, gateway.fetch("charge", ref))
            charge = self.env["payment.charge"].search(domain)
        return charge

    def _store_movement(self, gateway, ref, **links):
        """Store the balance transaction ``ref``, fetched once: it never changes.

        :param links: records that it belongs to, by field
        :return: payment.balance.transaction, empty if ``ref`` is None (not yet known)
        """
        Movement = self.env["payment.balance.transaction"]
        if not ref:
            return Movement
        known = Movement.search(
            [("provider_id", "=", self.id), ("gateway_ref", "=", ref)]
        )
        if known:
            known._write_changes(
                {name: record.id for name, record in links.items() if record}
            )
            known._reopen_if_claimed()
            return known
        fact = gateway.fetch("balance_transaction", ref)
        return Movement._store(self, [fact], **links)[ref]
