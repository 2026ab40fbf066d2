"""Asks Stripe what a payment was made for: Checkout session or Stripe invoice."""

from . import stripe_origin

WHOLE_PAGE = 100  # the API's own upper limit


class OriginReader:
    """The part of the gateway that reads origins; its host has ``_client``, ``_call``.

    :raise RetryLater: network, rate limit, server error
    :raise NeedsPerson: a restricted key that may not read sessions or invoices
    """

    def origin_of(self, intent_ref):
        """Return the ``types.Origin`` of an intent, None for a plain payment."""
        sessions = self._client.checkout.sessions
        found = self._call(sessions.list, {"payment_intent": intent_ref, "limit": 1})
        for session in found.data:
            expand = {"limit": WHOLE_PAGE, "expand": ["data.price.product"]}
            lines = self._all(sessions.line_items.list, session.id, expand)
            return stripe_origin.of_session(_plain(session), lines)
        payment = {"type": "payment_intent", "payment_intent": intent_ref}
        found = self._call(
            self._client.invoice_payments.list, {"payment": payment, "limit": 1}
        )
        for paid in found.data:
            return self._of_invoice(_plain(paid)["invoice"])
        return None

    def _of_invoice(self, ref):
        invoices = self._client.invoices
        invoice = _plain(self._call(invoices.retrieve, ref))
        lines = self._all(invoices.line_items.list, ref, {"limit": WHOLE_PAGE})
        refs = {stripe_origin.price_ref_of(line) for line in lines} - {None}
        prices = {
            ref: _plain(
                self._call(self._client.prices.retrieve, ref, {"expand": ["product"]})
            )
            for ref in sorted(refs)
        }
        return stripe_origin.of_invoice(invoice, lines, prices)

    def intents_of(self, kind, ref):
        """Return the intents by which a session (``checkout``) or invoice was paid."""
        if kind == "checkout":
            session = _plain(self._call(self._client.checkout.sessions.retrieve, ref))
            return [session["payment_intent"]] if session["payment_intent"] else []
        payments = self._all(
            self._client.invoice_payments.list, {"invoice": ref, "limit": WHOLE_PAGE}
        )
        refs = (paid["payment"].get("payment_intent") for paid in payments)
        return [ref for ref in refs if ref]

    def _all(self, method, *args):
        page = self._call(method, *args)
        return [_plain(item) for item in self._call(lambda: [*page.auto_paging_iter()])]


def _plain(found):
    """Return the SDK's object as plain JSON values."""
    return found.to_dict()
