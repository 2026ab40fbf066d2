"""Which reminder an invoice is due for, and what paying late costs.

A level is reached a number of days after the due date; negative: before it.
"""

from decimal import ROUND_HALF_UP, Decimal

DAYS_OF_YEAR = 365


def level_due(today, due, levels, sent_days=()):
    """Return the level to send on ``today`` for an invoice due on ``due``, or None.

    It is the latest level that is reached. Levels that were missed are not caught up
    with, and none follows a later one that was sent already: each level once.

    :param levels: pairs (days, level)
    :param sent_days: days of the levels sent for this invoice
    """
    overdue = (today - due).days
    sent = max(sent_days, default=None)
    reached = [
        (days, level)
        for days, level in levels
        if days <= overdue and (sent is None or days > sent)
    ]
    return max(reached, key=lambda each: each[0])[1] if reached else None


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
