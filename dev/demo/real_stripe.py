"""Stripe's real test mode in the sandbox's place: a customer with test cards, a relay.

Used when ``STRIPE_SECRET_KEY`` is set. Payouts, passing days and disputes at will
are not to be had there, so the scenes that need them are left out. Stripe cannot reach
this machine: the relay polls the events and posts them to Odoo, signed as Stripe signs.
"""

import secrets
import threading

import requests
import stripe

PAYMENT_METHODS = {  # https://docs.stripe.com/testing
    "visa": "pm_card_visa",
    "mastercard": "pm_card_mastercard",
    "insufficient_funds": "pm_card_chargeDeclinedInsufficientFunds",
    "visa_debit": "pm_card_createDispute",  # the card of the scene that is disputed
}
POLL_SECONDS = 1.0


class RealStripe:
    """One account in test mode, with the methods of the sandbox that scenes use.

    :param str secret_key: ``sk_test_...`` or ``rk_test_...``
    :param str base_url: another base than Stripe's own, for the tests of this file
    :raise RuntimeError: for a live key
    """

    scenes = ("online_order", "declined_then_paid", "refund", "dispute")

    def __init__(self, secret_key, base_url=None):
        if not secret_key.startswith(("sk_test_", "rk_test_")):
            raise RuntimeError(
                "STRIPE_SECRET_KEY is no test key. The demo never uses a live account."
            )
        bases = {"base_addresses": {"api": base_url}} if base_url else {}
        self._client = stripe.StripeClient(
            secret_key, max_network_retries=2, **bases
        ).v1
        self.secret_key = secret_key
        self.webhook_secret = f"whsec_{secrets.token_hex(16)}"
        self._stop = threading.Event()
        newest = self._client.events.list({"limit": 1}).data
        self._last = newest[0].id if newest else None
        self.opening = self.balance()  # what the account holds before the story

    # === The account === #

    def currency(self):
        """Return the account's settlement currency, ISO 4217."""
        return self._client.accounts.retrieve_current().default_currency.upper()

    def balance(self):
        """Return {currency: available + pending}, minor units."""
        found = self._client.balance.retrieve()
        totals = {}
        for entry in [*found.available, *found.pending]:
            name = entry.currency.upper()
            totals[name] = totals.get(name, 0) + entry.amount
        return totals

    # === The customer === #

    def pay(self, intent, card):
        """Confirm an intent with a test card; a refusal is no error here."""
        try:
            self._client.payment_intents.confirm(
                intent, {"payment_method": PAYMENT_METHODS[card]}
            )
        except stripe.CardError as refusal:
            return refusal.code
        return None

    def dispute(self, charge):
        """Do nothing: the card of that scene is disputed by itself."""

    # === The relay === #

    def relay(self, url):
        """Post new events to ``url`` until :meth:`close`, in a thread."""
        threading.Thread(target=self._relay, args=(url,), daemon=True).start()

    def close(self):
        """Stop the relay."""
        self._stop.set()

    def _relay(self, url):
        while not self._stop.wait(POLL_SECONDS):
            try:
                self.forward(url)
            except (requests.RequestException, stripe.StripeError) as error:
                print(f"   the relay tries again: {error}", flush=True)

    def forward(self, url):
        """Post the events that were not posted yet, oldest first.

        :return: how many Odoo took
        """
        fresh = self._fresh()
        for event in fresh:
            body = str(event)  # the SDK prints an object as its JSON
            header = stripe.WebhookSignature.generate_signature_header(
                body, self.webhook_secret
            )
            answer = requests.post(
                url, data=body, headers={"Stripe-Signature": header}, timeout=30
            )
            answer.raise_for_status()
            self._last = event.id
        return len(fresh)

    def _fresh(self):
        """Return the events after the last one, oldest first."""
        if self._last is None:
            page = self._client.events.list({"limit": 100})
            return list(page.auto_paging_iter())[::-1]
        page = self._client.events.list({"limit": 100, "ending_before": self._last})
        return list(page.auto_paging_iter())  # backwards, so the oldest comes first
