"""A provider with books, and a gateway that answers from memory."""

from dataclasses import replace
from datetime import datetime, timezone
from unittest.mock import patch

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.payment_stripe.tests.common import StripeCommon

from ..gateway import types
from ..gateway.errors import NeedsPerson
from ..gateway.pages import Page

PAID_AT = datetime(2026, 3, 9, 12, 0, tzinfo=timezone.utc)


class FakeGateway:
    """Holds facts by kind and id, as the gateway's API would answer them now."""

    def __init__(self):
        self.facts = {}
        self.payouts = {}
        self.totals = {}
        self.origins = {}
        self.asked = []
        self.failure = None
        self.refusal = None  # of what Odoo sends
        self.sent, self.evidence = [], {}
        self.page_size = 100
        self.is_live = False

    def put(self, kind, fact):
        """State ``fact``; a later statement about the same id replaces it."""
        self.facts[kind, fact.ref] = fact
        return fact

    def fetch(self, kind, ref):
        self.asked.append((kind, ref))
        if self.failure:
            raise self.failure
        if (kind, ref) not in self.facts:
            raise NeedsPerson(f"No such {kind}: {ref}")
        return self.facts[kind, ref]

    def origin_of(self, intent_ref):
        found = self.origins.get(intent_ref)
        if isinstance(found, Exception):
            raise found
        return found

    def intents_of(self, kind, ref):
        return [intent for intent, origin in self.origins.items() if origin.ref == ref]

    def charges_of(self, intent_ref):
        return [
            fact
            for (kind, _ref), fact in self.facts.items()
            if kind == "charge" and fact.intent_ref == intent_ref
        ]

    def refunds_of(self, charge_ref):
        return [
            fact
            for (kind, _ref), fact in self.facts.items()
            if kind == "refund" and fact.charge_ref == charge_ref
        ]

    def balance_transactions_of(self, payout_ref):
        return [
            self.facts["balance_transaction", ref] for ref in self.payouts[payout_ref]
        ]

    def movements_of(self, source_ref):
        return [
            fact
            for (kind, _ref), fact in self.facts.items()
            if kind == "balance_transaction" and fact.source_ref == source_ref
        ]

    def livemode(self):
        return self.is_live

    def page(self, kind, since, until=None, after=None):
        """A page of a list, newest first; nothing is carried along."""
        self.asked.append(("page", kind))
        if self.failure:
            raise self.failure
        found = self._listed(kind, since, until)
        refs = [fact.ref for fact in found]
        begin = refs.index(after) + 1 if after else 0
        part = tuple(found[begin : begin + self.page_size])
        more = len(found) > begin + self.page_size
        return Page(
            kind,
            part,
            {(kind, fact.ref): fact for fact in part},
            next_after=part[-1].ref if more else None,
        )

    def _listed(self, kind, since, until=None):
        return sorted(
            (
                fact
                for (each, _ref), fact in self.facts.items()
                if each == kind
                and fact.created >= since
                and (until is None or fact.created < until)
            ),
            key=lambda fact: fact.created,
            reverse=True,
        )

    def balance_at(self, moment):
        totals = {code: held.total for code, held in self.balance().items()}
        for fact in self._listed("balance_transaction", moment):
            totals[fact.currency] -= fact.net
        return totals

    def newest_movement(self):
        every = [
            fact
            for (kind, _ref), fact in self.facts.items()
            if kind == "balance_transaction"
        ]
        return max(every, key=lambda fact: fact.created, default=None)

    def balance(self):
        return {
            currency: types.Balance(available=held) if isinstance(held, int) else held
            for currency, held in (self.totals or self._sum_of_nets()).items()
        }

    def movements_since(self, moment, limit=2000):
        return [
            fact
            for (kind, _ref), fact in self.facts.items()
            if kind == "balance_transaction" and fact.created >= moment
        ][:limit]

    # === Disputes: what Odoo sends is kept in ``sent`` === #

    def evidence_of(self, ref):
        if self.failure:
            raise self.failure
        return {name: value for name, value in self.evidence.items() if value}

    def upload_file(self, name, content, idempotency_key):
        if self.failure:
            raise self.failure
        self.sent.append(("file", name, len(content), idempotency_key))
        return f"file_{name}"

    def submit_evidence(self, ref, evidence, submit, idempotency_key):
        if self.failure or self.refusal:
            raise self.failure or self.refusal
        self.sent.append(("evidence", evidence, submit, idempotency_key))
        self.evidence |= evidence
        fact = self.facts["dispute", ref]
        changes = {"has_evidence": True}
        if submit:
            changes |= {"status": "under_review", "submissions": 1}
        return self.put("dispute", replace(fact, **changes))

    def accept_dispute(self, ref, idempotency_key):
        if self.failure or self.refusal:
            raise self.failure or self.refusal
        self.sent.append(("accept", ref, idempotency_key))
        return self.put("dispute", replace(self.facts["dispute", ref], status="lost"))

    def _sum_of_nets(self):
        totals = {}
        for (kind, _ref), fact in self.facts.items():
            if kind == "balance_transaction":
                totals[fact.currency] = totals.get(fact.currency, 0) + fact.net
        return totals


class IntegratedPaymentsCommon(StripeCommon, AccountPaymentCommon):
    """Stripe in test mode in a sandbox database, with its books set up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.stripe
        cls.currency = cls.company_data["currency"]
        cls.company.write(
            {"payment_invoice_policy": "sent", "payment_send_receipt": True}
        )
        cls.stripe.write({"post_test_payments": True, "company_id": cls.company.id})
        cls.stripe.action_set_up_gateway_books()
        cls.stripe.gateway_webhook_secret = "whsec_own"
        cls.pm_card = cls.env.ref("payment.payment_method_card")
        cls.pm_card.active = True
        cls.payment_method_id = cls.pm_card.id
        cls.accounts = cls.stripe._accounts_by_role()

    def setUp(self):
        super().setUp()
        self.gateway = FakeGateway()
        self.startPatcher(
            patch.object(
                type(self.env["payment.provider"]),
                "_gateway",
                lambda provider: self.gateway,
            )
        )

    # === What the gateway says === #

    def say_paid(self, transaction, number=1, fee=320, tax=20, settled=True):
        """A customer paid ``transaction``; ``settled``: the fee is known already."""
        amount = round(abs(transaction.amount) * 100)
        movement = f"txn_{number}" if settled else None
        if settled:
            self.say_movement(
                movement, "charge", amount, fee=fee, tax=tax, source=f"ch_{number}"
            )
        self.gateway.put(
            "charge",
            types.Charge(
                ref=f"ch_{number}",
                status="succeeded",
                amount=amount,
                captured=amount,
                currency=transaction.currency_id.name,
                created=PAID_AT,
                intent_ref=f"pi_{number}",
                method="card",
                brand="visa",
                last4="4242",
                balance_transaction_ref=movement,
            ),
        )
        return self.say_intent(transaction, number, status="succeeded")

    def say_intent(self, transaction, number=1, status="succeeded", **values):
        amount = round(abs(transaction.amount) * 100)
        return self.gateway.put(
            "intent",
            types.Intent(
                **{
                    "ref": f"pi_{number}",
                    "status": status,
                    "amount": amount,
                    "amount_received": amount if status == "succeeded" else 0,
                    "currency": transaction.currency_id.name,
                    "created": PAID_AT,
                    "reference": transaction.reference,
                    "charge_ref": f"ch_{number}",
                    **values,
                }
            ),
        )

    def say_movement(self, ref, category, amount, fee=0, tax=0, source=None, **values):
        return self.gateway.put(
            "balance_transaction",
            types.BalanceTransaction(
                **{
                    "ref": ref,
                    "category": category,
                    "type": category,
                    "amount": amount,
                    "fee": fee,
                    "tax": tax,
                    "net": amount - fee,
                    "currency": "USD",
                    "created": PAID_AT,
                    "source_ref": source,
                    **values,
                }
            ),
        )

    def say_payout(self, ref, movements, status="paid", **values):
        """The gateway pays out ``movements`` (ids); returns the payout fact."""
        facts = [self.gateway.facts["balance_transaction", each] for each in movements]
        amount = sum(fact.net for fact in facts)
        own = self.say_movement(f"txn_{ref}", "payout", -amount, source=ref)
        self.gateway.payouts[ref] = [*movements, own.ref]
        return self.gateway.put(
            "payout",
            types.Payout(
                **{
                    "ref": ref,
                    "status": status,
                    "amount": amount,
                    "currency": "USD",
                    "created": PAID_AT,
                    "arrival_date": PAID_AT.date(),
                    "automatic": True,
                    "reconciliation": "completed",
                    "balance_transaction_ref": own.ref,
                    **values,
                }
            ),
        )

    def say_dispute(self, ref="dp_1", minor=10000, status="needs_response", **values):
        """The bank disputes ``ch_1``; movements are stated by :meth:`say_movement`."""
        return self.gateway.put(
            "dispute",
            types.Dispute(
                **{
                    "ref": ref,
                    "status": status,
                    "amount": minor,
                    "currency": "USD",
                    "created": PAID_AT,
                    "charge_ref": "ch_1",
                    "reason": "fraudulent",
                    **values,
                }
            ),
        )

    # === What Odoo hears === #

    def hear(self, event_type, object_ref, number=None, livemode=False, provider=None):
        """Put an event into the inbox, as the webhook does after verification."""
        Event = self.env["payment.event"].sudo()
        ref = f"evt_{number or f'{event_type}_{object_ref}'}"
        Event._receive(
            provider or self.provider,
            b'{"id": "%s", "type": "%s", "livemode": %s, "created": 1760000000,'
            b' "data": {"object": {"id": "%s"}}}'
            % (
                ref.encode(),
                event_type.encode(),
                b"true" if livemode else b"false",
                object_ref.encode(),
            ),
        )
        return Event.search([("gateway_ref", "=", ref)])

    def work(self):
        """Run the job over all that waits, without its commits."""
        Event = self.env["payment.event"].sudo()
        Event.search([("state", "=", "pending")])._process()._settle()

    def hear_and_work(self, event_type, object_ref, **kwargs):
        event = self.hear(event_type, object_ref, **kwargs)
        self.work()
        return event

    # === What the books hold === #

    def balances(self):
        """Return {role: posted balance} of the gateway's accounts, zeros left out."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("account_id", "in", [each.id for each in self.accounts.values()]),
                ("parent_state", "=", "posted"),
            ],
            ["account_id"],
            ["balance:sum"],
        )
        totals = {account: round(total, 2) for account, total in rows}
        return {
            role: totals[account]
            for role, account in self.accounts.items()
            if totals.get(account)
        }

    def trail(self, transaction):
        """Return {kind: state} of a payment's effects."""
        return {effect.kind: effect.state for effect in transaction.effect_ids}
