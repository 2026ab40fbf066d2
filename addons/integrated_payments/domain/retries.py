"""When a refused charge of a saved method is tried again: a table, and one rule.

Two kinds of refusal. A soft one passes by itself: no money today, an issuer that does
not answer. A hard one stays: the card is lost, the customer must confirm or has
withdrawn the permission; trying again earns fines from the card networks. What is not
in the table is hard: with another's money nothing is guessed.

Sources: https://docs.stripe.com/declines/codes (next steps for each code) and
https://docs.stripe.com/billing/revenue-recovery/smart-retries (what Stripe itself
retries and what it never does). Codes are those of ``decline_code``, else ``code``.
"""

from datetime import timedelta

# Days until the next attempt: after the first refusal, the second, ...
PATIENT = (1, 3, 7)
# The issuer gives no reason: one more try, then the customer is asked.
ONCE = (3,)

SOFT = {
    "approve_with_id": PATIENT,
    "card_velocity_exceeded": PATIENT,
    "insufficient_funds": PATIENT,
    "issuer_not_available": PATIENT,
    "processing_error": PATIENT,
    "rate_limit": PATIENT,
    "reenter_transaction": PATIENT,
    "try_again_later": PATIENT,
    "withdrawal_count_limit_exceeded": PATIENT,
    "do_not_honor": ONCE,
    "generic_decline": ONCE,
}


def next_attempt(code, attempts, day):
    """Return the day of the next attempt, None if there is none.

    :param code: the gateway's reason, None if it gave none
    :param int attempts: how often the charge was refused by now, this time included
    :param date day: the day of this refusal
    """
    if attempts < 1:
        raise ValueError("A refusal is counted before the next attempt is planned")
    waits = SOFT.get(code, ())
    if attempts > len(waits):
        return None
    return day + timedelta(days=waits[attempts - 1])


def is_soft(code):
    """Whether a refusal for this reason may pass by itself."""
    return bool(SOFT.get(code))
