"""Receivables in figures: how old, and how many days of sales they are worth.

Both are worked out from open items and sales, by whoever shows them; the formulas are
here, each with the example that its source gives, in ``tests/pure/test_metrics.py``.
"""

# Days past due: key, label, first and last day of the range.
AGES = (
    ("current", "Not Due", None, 0),
    ("d1_30", "1-30 Days", 1, 30),
    ("d31_60", "31-60 Days", 31, 60),
    ("d61_90", "61-90 Days", 61, 90),
    ("older", "Over 90 Days", 91, None),
)


def age_of(due, today):
    """Return the key of :data:`AGES` of an item.

    :param date due: when it is to be paid
    :param date today: as of when
    """
    late = (today - due).days
    return next(
        key for key, _label, _first, last in AGES if last is None or late <= last
    )


def ageing(items, today):
    """Return {key of AGES: amount} of open items.

    :param items: iterable of (due date, open amount)
    """
    amounts = dict.fromkeys((key for key, *_rest in AGES), 0)
    for due, amount in items:
        amounts[age_of(due, today)] += amount
    return amounts


def dso(receivables, credit_sales, days):
    """Return days sales outstanding, None without sales.

    :param receivables: open at the end of the period
    :param credit_sales: invoiced in the period, taxes included as in the receivables
    :param int days: length of the period
    """
    return receivables / credit_sales * days if credit_sales else None
