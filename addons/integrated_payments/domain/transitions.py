"""Which state a payment takes when the gateway reports a status.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle and Odoo's
``payment_stripe/const.py`` (STATUS_MAPPING). Differences to Odoo's own table: an intent
that waits for its first payment method is no error, and money that arrives after a
cancellation is accepted (it is real) with a note for a person.
"""

INTENT_STATES = {
    "requires_payment_method": None,  # 'error' once an attempt has failed
    "requires_confirmation": None,
    "requires_action": None,
    "processing": "pending",
    "requires_capture": "authorized",
    "succeeded": "done",
    "canceled": "cancel",
}

REFUND_STATES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "done",
    "failed": "error",
    "canceled": "cancel",
}

# Target state: the states from which it may be reached.
ALLOWED_FROM = {
    "pending": ("draft", "error"),
    "authorized": ("draft", "pending", "error"),
    "done": ("draft", "pending", "authorized", "error", "cancel"),
    "cancel": ("draft", "pending", "authorized", "error"),
    "error": ("draft", "pending", "authorized"),
}


def intent_state(status, failed):
    """Return the transaction state for an intent's ``status``, None for no change.

    :param str status: the gateway's status
    :param bool failed: whether the intent carries the error of a failed attempt
    :raise KeyError: if the status is unknown
    """
    if status == "requires_payment_method" and failed:
        return "error"
    return INTENT_STATES[status]


def refund_state(status):
    """Return the transaction state for a refund's ``status``.

    :raise KeyError: if the status is unknown
    """
    return REFUND_STATES[status]


def next_state(current, target):
    """Return ``target`` if it may follow ``current``, else None (nothing to do).

    A refund may also fail after it was done: see :data:`REFUND_ALLOWED_FROM`.
    """
    if target is None or target == current:
        return None
    return target if current in ALLOWED_FROM[target] else None


def next_refund_state(current, target):
    """As :func:`next_state`; a refund that was done can still fail for days."""
    if current == "done" and target in ("error", "cancel"):
        return target
    return next_state(current, target)
