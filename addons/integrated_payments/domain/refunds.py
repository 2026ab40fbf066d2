"""Why a refund was made and why it failed, in words for people.

Source: https://docs.stripe.com/api/refunds/object (reason, failure_reason).
"""

REASONS = {
    "duplicate": "Duplicate",
    "fraudulent": "Fraudulent",
    "requested_by_customer": "Requested by customer",
    "expired_uncaptured_charge": "Uncaptured charge expired",
}

FAILURES = {
    "charge_for_pending_refund_disputed": "the customer disputed the payment",
    "declined": "the customer's bank declined it",
    "expired_or_canceled_card": "the customer's card has expired or was cancelled",
    "insufficient_funds": "the gateway's balance does not cover it",
    "lost_or_stolen_card": "the customer's card was lost or stolen",
    "merchant_request": "it was cancelled on request of the company",
    "unknown": "the gateway names no reason",
}


def failure_text(code):
    """Return why a refund failed; a code that is not in the table speaks itself."""
    return FAILURES.get(code or "unknown", code)


def open_parts(paid, amount):
    """Return {document: amount to credit} of a refund, None if a person must choose.

    :param dict paid: {document: what the refunded payment paid of it}, minor units
    :param int amount: what is to be credited, minor units

    One document takes any part of what was paid of it. Several take the whole, or one
    takes what was exactly paid of it alone: all else would be a guess.
    """
    if len(paid) == 1 and amount <= sum(paid.values()):
        return dict.fromkeys(paid, amount)
    if amount == sum(paid.values()):
        return dict(paid)
    exact = [document for document, part in paid.items() if part == amount]
    return {exact[0]: amount} if len(exact) == 1 else None
