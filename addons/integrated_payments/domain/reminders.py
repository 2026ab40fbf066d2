"""Which reminder an invoice is due for, and what paying late costs.

A level is reached a number of days after the due date; negative: before it.
"""

from decimal import ROUND_HALF_UP, Decimal

DAYS_OF_YEAR = 365


def level_due(today, due, levels, sent=()):
    """Return the level to send on ``today`` for an invoice due on ``due``, or None.

    Each level once, in their order and as far apart as they are: a customer whose old
    invoice was never reminded of begins with the mildest words, not with the harshest.
    What is said before the due date is not said after it.

    :param levels: pairs (days, level)
    :param sent: pairs (days, date) of the levels sent for this invoice
    """
    overdue = (today - due).days
    last, last_on = max(sent, default=(None, None))
    reached = [
        (days, level)
        for days, level in levels
        if days <= overdue
        and (last is None or days > last)
        and (days >= 0 or overdue <= 0)
    ]
    if not reached:
        return None
    choose = min if overdue > 0 else max
    days, level = choose(reached, key=lambda each: each[0])
    if last is not None and overdue > 0 and (today - last_on).days < days - last:
        return None
    return level


def interest(residual, percent, overdue):
    """Return simple interest in minor units: an annual rate on 365 days.

    :param int residual: what is open, in minor units
    :param percent: annual rate; 9.12 for 9.12 %
    :param int overdue: days after the due date; none is owed before
    """
    if residual <= 0 or overdue <= 0:
        return 0
    year = Decimal(residual) * Decimal(str(percent)) / 100
    owed = year * overdue / DAYS_OF_YEAR
    return int(owed.quantize(Decimal(1), rounding=ROUND_HALF_UP))
