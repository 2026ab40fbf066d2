"""How much of a charge a movement of the balance stands for, in the paid currency.

A gateway settles in its own currency. Against the payment stands what the customer paid
in theirs: the whole for a captured charge, the released part for its reversal, and for
a debit that came back the share that the movement has of the charge's own.

Source: https://docs.stripe.com/reports/reporting-categories (partial_capture_reversal,
charge_failure)
"""

from fractions import Fraction


def booked_gross(movement, captured, authorized, rate):
    """Return what the movement of a charge stands for: ``captured`` or ``authorized``.

    Some accounts book a partial capture net, others the whole authorisation with the
    released part as a movement of its own.

    :param int movement: gross of the movement, minor units of the settlement currency
    :param rate: settled minor units per paid minor unit
    """
    return min(
        (captured, authorized),
        key=lambda minor: abs(movement - minor * Fraction(str(rate))),
    )


def share_of(part, whole, amount):
    """Return the share of ``amount`` (minor units) that ``part`` is of ``whole``.

    Half a unit is rounded away from zero, as gateways do; all of it is exact.
    """
    exact = Fraction(abs(part) * abs(amount), abs(whole))
    return int(exact + Fraction(1, 2))


def is_release(refund_amount, authorized, captured):
    """Whether a refund only releases what was authorised and never taken.

    API versions before 2025-03-31 (basil) state a void and the rest of a partial
    capture as refunds: no money moves. Source:
    https://docs.stripe.com/changelog/basil/2025-03-31/
    """
    released = authorized - captured
    return released > 0 and refund_amount == released
