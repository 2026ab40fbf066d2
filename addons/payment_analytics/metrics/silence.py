"""A webhook that is silent although, by its own past, it should have spoken.

Nights and Sundays are quiet by nature. So silence is not measured in hours but by how
likely each hour was to bring something: the *weight* of a silence is -log of the chance
that all its hours stay empty. An alarm needs a silence that is too heavy for chance,
and clearly heavier than any of the past weeks (holidays are silences too).
"""

from math import exp, log

from .alerts import Finding

WEEK = 168  # hours
MIN_WEEKS = 4
MIN_SHARE = 0.02  # of hours that brought something
HEAVIER = 1.5  # than the heaviest silence of the past


def silent(subject, hours, policy, subjects=1):
    """No event came where events should have come.

    :param hours: number of events in each hour up to now, oldest first; the first
        begins a week (any weekday), so that hours a week apart are the same hour
    :return: Finding, None where there is too little past
    """
    last = max((at for at, count in enumerate(hours) if count), default=-1)
    past = hours[: last + 1]
    if len(past) < MIN_WEEKS * WEEK or sum(map(bool, past)) < MIN_SHARE * len(past):
        return None
    weights = _weights(past)
    length = len(hours) - 1 - last
    # The hour that runs is not over, and the one that spoke last was not silent.
    weight = sum(weights[at % WEEK] for at in range(last + 1, len(hours) - 1))
    heaviest = _heaviest(past, weights)
    needed = max(-log(policy.level(subjects)), HEAVIER * heaviest)
    return Finding(
        "webhook",
        subject,
        alarm=weight >= needed,
        holds=length > 1,  # the next event closes it
        chance=exp(-weight),
        figures={"hours": length, "usual": _longest(past)},
    )


def _weights(past):
    """Return the weight of each of the week's hours.

    The chance that an hour brings something is the lower of its own (few weeks) and
    that of the same hour of all days: what is closed on Mondays is not expected then.
    """
    seen, active = [0] * WEEK, [0] * WEEK
    for at, count in enumerate(past):
        seen[at % WEEK] += 1
        active[at % WEEK] += bool(count)
    weights = []
    for slot in range(WEEK):
        same = range(slot % 24, WEEK, 24)
        own = (active[slot] + 0.5) / (seen[slot] + 1)
        daily = (sum(active[each] for each in same) + 0.5) / (
            sum(seen[each] for each in same) + 1
        )
        weights.append(-log(1 - min(own, daily)))
    return weights


def _heaviest(past, weights):
    """Return the weight of the heaviest silence between two events of the past."""
    heaviest = current = 0.0
    for at, count in enumerate(past):
        current = 0.0 if count else current + weights[at % WEEK]
        heaviest = max(heaviest, current)
    return heaviest


def _longest(past):
    longest = current = 0
    for count in past:
        current = 0 if count else current + 1
        longest = max(longest, current)
    return longest
