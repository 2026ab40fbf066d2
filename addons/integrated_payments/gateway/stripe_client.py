"""Stripe's API, read as facts. The only file that opens a connection to Stripe.

A thin layer on the vendor's SDK: it adds time limits and retries, pins the version, and
turns the SDK's exceptions into the two answers a job can act on.
"""

from decimal import Decimal
from io import BytesIO
from itertools import islice

import stripe

from .errors import NeedsPerson, RetryLater
from .pages import EXPAND, read_page
from .stripe import API_VERSION, WEBHOOK_EVENTS, translate
from .stripe_origin_client import OriginReader
from .types import Balance

BASES = ("api", "files")  # Stripe's addresses that a sandbox stands in for
PAGE = 100  # the API's own upper limit
MOVEMENTS = 2000  # looked through at most to explain a difference
BALANCE_PARTS = {
    "available": "available",
    "pending": "pending",
    "reserved": "connect_reserved",
}
UNCOUNTED = ("risk_reserved",)  # balances that the Balance object leaves out
LOOKS = 5  # how often a balance that moves is looked at before a later attempt


class StripeGateway(OriginReader):
    """One Stripe account.

    :param str secret_key: ``sk_...`` or a restricted ``rk_...``
    :param str base_url: another base than Stripe's own (tests, demo), without path
    """

    def __init__(self, secret_key, base_url=None):
        self._client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=(5, 20)),
            **({"base_addresses": dict.fromkeys(BASES, base_url)} if base_url else {}),
        ).v1
        self._services = {
            "intent": self._client.payment_intents,
            "charge": self._client.charges,
            "refund": self._client.refunds,
            "dispute": self._client.disputes,
            "fraud_warning": self._client.radar.early_fraud_warnings,
            "review": self._client.reviews,
            "payout": self._client.payouts,
            "balance_transaction": self._client.balance_transactions,
            "customer": self._client.customers,
        }

    def fetch(self, kind, ref):
        """Return the fact of ``kind`` with gateway id ``ref`` as it is now.

        :raise RetryLater: network, rate limit, server error
        :raise NeedsPerson: unknown object, refused key, unreadable answer
        """
        found = self._call(self._services[kind].retrieve, ref)
        return translate(kind, _plain(found))

    def charges_of(self, intent_ref):
        """Return all attempts of an intent, oldest first."""
        return self._list("charge", {"payment_intent": intent_ref})[::-1]

    def refunds_of(self, charge_ref):
        """Return all refunds of a charge, oldest first."""
        return self._list("refund", {"charge": charge_ref})[::-1]

    def balance_transactions_of(self, payout_ref):
        """Return the movements that an automatic payout pays out, its own included."""
        return self._list("balance_transaction", {"payout": payout_ref})

    def movements_since(self, moment, limit=MOVEMENTS):
        """Return the newest movements of the balance since ``moment`` (aware)."""
        params = {"created": _range(moment), "limit": PAGE}
        page = self._call(self._services["balance_transaction"].list, params)
        newest = self._call(lambda: list(islice(page.auto_paging_iter(), limit)))
        return [translate("balance_transaction", _plain(item)) for item in newest]

    def movements_of(self, source_ref):
        """Return the movements that a charge or refund caused, oldest first.

        Source: https://docs.stripe.com/api/balance_transactions/list (source)
        """
        return self._list("balance_transaction", {"source": source_ref})[::-1]

    def balance(self):
        """Return {currency: ``types.Balance``}.

        Source: https://docs.stripe.com/api/balance/balance_object
        """
        found = _plain(self._call(self._client.balance.retrieve))
        amounts = {}
        for name, part in BALANCE_PARTS.items():
            for entry in found.get(part) or ():
                parts = amounts.setdefault(entry["currency"].upper(), {})
                parts[name] = parts.get(name, 0) + entry["amount"]
        return {currency: Balance(**parts) for currency, parts in amounts.items()}

    def livemode(self):
        """Return whether the key belongs to live mode."""
        return self._call(self._client.balance.retrieve).livemode

    def page(self, kind, since, until=None, after=None):
        """Return one :class:`~.pages.Page` of a kind, created in [since, until).

        Within a closed range new objects do not shift the pages, so that a cursor stays
        good for as long as an import needs.

        :param str kind: one of ``pages.LISTED``
        :param after: ``next_after`` of the page before
        :raise RetryLater, NeedsPerson: see :meth:`fetch`
        """
        params = {
            "created": _range(since, until),
            "limit": PAGE,
            "expand": list(EXPAND[kind]),
            **({"starting_after": after} if after else {}),
        }
        listed = self._call(self._services[kind].list, params)
        return read_page(kind, _plain(listed))

    def balance_at(self, moment):
        """Return {currency: balance} as it was when ``moment`` began.

        The present balance less all movements since. The gateway gives no two of its
        answers in one breath: the movements are read before and after the balance.

        :raise RetryLater: the balance moved at each look
        """
        for _look in range(LOOKS):
            before = self.movements_since(moment, limit=None)
            totals = {code: held.total for code, held in self.balance().items()}
            if before == self.movements_since(moment, limit=None):
                for fact in before:
                    if fact.balance_type not in UNCOUNTED:
                        totals[fact.currency] = totals.get(fact.currency, 0) - fact.net
                return totals
        raise RetryLater("The balance moved while it was read.")

    def newest_movement(self):
        """Return the latest balance transaction, None if there is none."""
        service = self._services["balance_transaction"]
        listed = _plain(self._call(service.list, {"limit": 1}))
        return next(iter(read_page("balance_transaction", listed).facts), None)

    def create_webhook(self, url):
        """Register ``url`` at the gateway and return its signing secret."""
        return self._call(
            self._client.webhook_endpoints.create,
            {
                "url": url,
                "enabled_events": list(WEBHOOK_EVENTS),
                "api_version": API_VERSION,
            },
        ).secret

    # === DISPUTES === #

    def evidence_of(self, ref):
        """Return {field: text or file id} that a dispute holds so far, empty left out.

        :raise RetryLater, NeedsPerson: see :meth:`fetch`
        """
        found = _plain(self._call(self._client.disputes.retrieve, ref))
        return {
            name: value
            for name, value in (found.get("evidence") or {}).items()
            if value and isinstance(value, str)
        }

    def upload_file(self, name, content, idempotency_key):
        """Hand a file on as evidence and return its id at Stripe.

        :param bytes content: PDF, JPEG or PNG
        :raise RetryLater, NeedsPerson: see :meth:`fetch`
        """
        file = BytesIO(content)
        file.name = name
        return self._call(
            self._client.files.create,
            {"purpose": "dispute_evidence", "file": file},
            {"idempotency_key": idempotency_key},
        ).id

    def submit_evidence(self, ref, evidence, submit, idempotency_key):
        """Save evidence at Stripe, and hand it to the bank if ``submit``: then final.

        :param dict evidence: {field: text, file id, or an empty string to unset it}
        :return: the :class:`Dispute` as it is then
        :raise RetryLater, NeedsPerson: see :meth:`fetch`
        """
        params = {"submit": submit, **({"evidence": evidence} if evidence else {})}
        options = {"idempotency_key": idempotency_key}
        found = self._call(self._client.disputes.update, ref, params, options)
        return translate("dispute", _plain(found))

    def accept_dispute(self, ref, idempotency_key):
        """Give a dispute up: it is lost. Return it as it is then.

        :raise RetryLater, NeedsPerson: see :meth:`fetch`
        """
        options = {"idempotency_key": idempotency_key}
        found = self._call(self._client.disputes.close, ref, {}, options)
        return translate("dispute", _plain(found))

    def _list(self, kind, params):
        page = self._call(self._services[kind].list, {**params, "limit": PAGE})
        return [
            translate(kind, _plain(item))
            for item in self._call(lambda: list(page.auto_paging_iter()))
        ]

    @staticmethod
    def _call(method, *args):
        try:
            return method(*args)
        except (stripe.APIConnectionError, stripe.RateLimitError) as error:
            raise RetryLater(f"Stripe cannot be reached: {error}") from error
        except stripe.InvalidRequestError as error:
            raise NeedsPerson(f"Stripe refused the request: {error}") from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise NeedsPerson(
                "Stripe refused the secret key. Check it in the provider's form."
            ) from error
        except stripe.StripeError as error:
            raise RetryLater(f"Stripe answered with an error: {error}") from error


def _range(since, until=None):
    """Return the API's filter on ``created`` for aware datetimes."""
    limits = {"gte": int(since.timestamp())}
    return {**limits, "lt": int(until.timestamp())} if until else limits


def _plain(found):
    """Return the SDK's object as plain JSON values; Decimals become floats."""
    return _undecimal(found.to_dict())


def _undecimal(value):
    if isinstance(value, dict):
        return {key: _undecimal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_undecimal(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value
