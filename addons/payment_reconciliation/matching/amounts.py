"""What explains that a bank line brings this amount for an open item.

========  ===================================================================
exact     to the minor unit
discount  less the early-payment discount, in time
charges   less what the text says that the banks kept
tolerance within what the company writes off
partial   a part, far less than is open; the rest stays open
less      somewhat less than is open: a person says what the rest is
more      more than is open
========  ===================================================================
"""

from .values import INVOICE, PAYOUT

EXPLAINED = ("exact", "discount")
WRITTEN_OFF = ("charges", "tolerance")
SHORT_PERCENT = 5  # up to here less is rather a deduction than a part payment


def explain(line, item):
    """Return (how, difference): what explains the amount of ``line`` for ``item``.

    :return: a word of the table above, and what the line brings beyond the open amount
        in minor units, signed as the line
    """
    difference = line.amount - item.amount
    if not difference:
        return "exact", 0
    if _is_discounted(line, item):
        return "discount", difference
    if line.charges and difference == -line.charges:
        return "charges", difference
    if _is_tolerated(line, item, difference):
        return "tolerance", difference
    if (difference > 0) == (item.amount > 0):
        return "more", difference
    short = abs(difference) * 100 <= abs(item.amount) * SHORT_PERCENT
    return "less" if short or item.kind == PAYOUT else "partial", difference


def _is_tolerated(line, item, difference):
    policy = line.policy
    percent = abs(item.amount) * policy.tolerance_percent / 100
    return item.kind == INVOICE and abs(difference) <= min(policy.tolerance, percent)


def _is_discounted(line, item):
    in_time = item.discount_until is not None and line.date <= item.discount_until
    return in_time and item.discounted == line.amount
