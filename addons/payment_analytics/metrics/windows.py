"""What came within some hours on end, from facts by hour; the newest hour is 0.

The past begins a day ago: what is just happening is not held against itself.
"""

from itertools import accumulate

DAY = 24


def running(by_hour):
    """Return the running totals of counts by hours ago, beginning with zero.

    :param dict by_hour: {hours ago: count}
    """
    last = max(by_hour, default=-1)
    return [0, *accumulate(by_hour.get(ago, 0) for ago in range(last + 1))]


def _past(by_hour, hours):
    """Yield (hours ago, total) of each window of the past."""
    totals = running(by_hour)
    for ago in range(DAY, len(totals) - 1):
        yield ago, totals[min(ago + hours, len(totals) - 1)] - totals[ago]


def most(by_hour, hours):
    """Return the most that so many hours on end had in the past."""
    return max((count for _ago, count in _past(by_hour, hours)), default=0)


def worst_share(part, whole, hours, minimum):
    """Return the largest share that a window of the past had, but for one incident.

    Of windows less than a day from the worst one nothing is taken: one outage of these
    weeks must not hide the next.

    :param dict part: {hours ago: count} of the share
    :param dict whole: {hours ago: count} of what it is a share of
    :param int minimum: windows with fewer are left out
    """
    counts = dict(_past(part, hours))
    shares = [
        (counts.get(ago, 0) / cases, ago)
        for ago, cases in _past(whole, hours)
        if cases >= minimum
    ]
    _share, worst = max(shares, default=(0, 0))
    return max(
        (share for share, ago in shares if abs(ago - worst) >= max(DAY, hours)),
        default=0,
    )
