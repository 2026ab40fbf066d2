"""Stripe's events brought to a server that Stripe cannot reach, as ``stripe listen``.

Stripe registers no webhook endpoint on a loopback address ("URL must be publicly
accessible", https://docs.stripe.com/webhooks), so the events are polled and posted to
Odoo's own door, signed with the secret that Odoo was given for it.
"""

import threading

import requests
import stripe

OVERLAP = 60  # seconds listed again: events of one second come in any order, some late
PAGE = 100


class EventRelay:
    """Posts each event that happens from now on once, oldest first.

    Events may be relayed late and out of order, as webhooks may.

    :param client: ``stripe.StripeClient(...).v1``
    :param str secret: what the receiver's door verifies signatures with
    :param float poll: seconds between two looks
    :raise stripe.StripeError: the events cannot be listed
    """

    def __init__(self, client, secret, poll=1.0):
        self._events, self._secret, self._poll = client.events, secret, poll
        self._stopped, self._thread = threading.Event(), None
        newest = self._events.list({"limit": 1}).data
        # By Stripe's clock, not ours; 0 in an account where nothing ever happened.
        self._newest = self._began = newest[0].created if newest else 0
        self._seen = {event.id for event in self._listed()} if newest else set()
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy on the way to loopback

    def start(self, url):
        """Relay to ``url`` in a thread, until :meth:`stop`."""
        self._thread = threading.Thread(target=self._run, args=(url,), daemon=True)
        self._thread.start()

    def stop(self):
        """Stop relaying; what is being posted is posted."""
        self._stopped.set()
        if self._thread:
            self._thread.join(10)

    def _run(self, url):
        while not self._stopped.wait(self._poll):
            try:
                self.forward(url)
            except (requests.RequestException, stripe.StripeError) as error:
                print(f"   the relay tries again: {error}", flush=True)

    def forward(self, url):
        """Post what is new to ``url``.

        :return: how many events the receiver acknowledged
        :raise requests.RequestException: it did not; that one is posted again next time
        :raise stripe.StripeError: the events cannot be listed
        """
        posted = 0
        for event in self._listed():
            if event.id not in self._seen:
                if not self._is_earlier_payout(event):
                    self._post(url, str(event))  # the SDK prints an object as its JSON
                    posted += 1
                self._seen.add(event.id)
                self._newest = max(self._newest, event.created)
        return posted

    def _listed(self):
        """Return the events since shortly before the newest one, oldest first."""
        since = {"created": {"gte": max(self._newest - OVERLAP, 0)}, "limit": PAGE}
        return list(self._events.list(since).auto_paging_iter())[::-1]

    def _is_earlier_payout(self, event):
        """Whether it tells of a payout whose money left before the relay began."""
        created = event.data.object.to_dict().get("created")
        return event.type.startswith("payout.") and created < self._began

    def _post(self, url, body):
        header = stripe.WebhookSignature.generate_signature_header(body, self._secret)
        answer = self._session.post(
            url,
            data=body.encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": header,
            },
            timeout=30,
        )
        answer.raise_for_status()
