"""How long payments take to reach the bank, from counts by whole days."""


def percentile(counts, share):
    """Return the smallest number of days within which a share of payments arrived.

    As PostgreSQL's ``percentile_disc``.

    :param dict counts: {days: payments}
    :param float share: 0.5 for the median
    :return: days, None without payments
    """
    total, reached = sum(counts.values()), 0
    for days in sorted(counts):
        reached += counts[days]
        if reached >= share * total:
            return days
    return None
