"""When payments are not as they use to be, and when that is no mere chance.

A check takes figures of now and of the past, and returns a :class:`Finding`. Each
statistical check is a test against the company's own past: what is seen now has to be
so unlikely there that, over all checks of all hours of a year, no more false alarms
are expected than the policy allows (a union bound: it holds however much the hours
overlap).
Besides, what is seen must matter: enough cases, and a change that a person would call
one. Without enough past there is no alarm.

An alarm, once raised, holds until the figures are no longer unlikely at
:data:`QUIET`, so that it does not come and go from hour to hour.
"""

from dataclasses import dataclass, field, replace

from . import chance

HOURS = 8760  # checks in a year
DAYS = 56  # of the past that now is held against: eight weeks
MIN_DAYS = 14  # with payments, before anything is called unusual
QUIET = 0.01
# Eight weeks do not show what happens once a year: beyond the worst of them, by half as
# much as it was above the usual, is where the unknown begins.
BEYOND = 1.5

STATISTICAL = (
    "success_rate",
    "failures",
    "refunds",
    "webhook",
    "amount",
    "velocity_customer",
    "velocity_card",
    "velocity_country",
)
"""Kinds that share the allowance of false alarms; the others compare with a limit."""

FALSE_ALARMS = {"low": 0.25, "normal": 1.0, "high": 4.0}
"""Expected per company and year, at most, by sensitivity."""


@dataclass(frozen=True)
class Policy:
    """What a company calls an incident."""

    false_alarms: float = 1.0
    minimum: int = 20  # cases in the window
    drop: float = 0.05  # of the success rate
    times: float = 2.0  # as many as usual

    def level(self, subjects, windows=1):
        """Return the chance at which one check of one subject may alarm."""
        tests = len(STATISTICAL) * HOURS * max(subjects, 1) * windows
        return self.false_alarms / tests


@dataclass(frozen=True)
class Finding:
    """What a check saw.

    :param str subject: names what it is about within its kind
    :param bool alarm: raise it if it is not raised yet
    :param bool holds: leave it raised if it is
    :param float chance: of seeing this in quiet times, None where a limit decides
    :param str mark: names the incident, where a person can be done with it for good
    """

    kind: str
    subject: str
    alarm: bool
    holds: bool
    chance: float | None = None
    figures: dict = field(default_factory=dict, hash=False)
    mark: str | None = None


def success_rate(subject, windows, days, policy, subjects=1, worst=None):
    """Attempts fail more often than they use to.

    :param windows: {hours: (failed, tried)} up to now
    :param days: (failed, tried) of each past day
    :param dict worst: {hours: share that failed in the worst such windows of the past}:
        where a batch of old cards is tried each week, that it fails is no news
    :return: Finding of the least likely window, None where there is too little
    """
    past_failed = sum(failed for failed, _tried in days)
    past_tried = sum(tried for _failed, tried in days)
    busy = sum(tried > 0 for _failed, tried in days)
    if busy < MIN_DAYS or past_tried < 5 * policy.minimum:
        return None
    usual = past_failed / past_tried
    scale = chance.overdispersion(days)
    worst = worst or {}
    found = []
    for hours, (failed, tried) in windows.items():
        if tried < policy.minimum:
            continue
        share = failed / tried
        if share - usual < policy.drop:
            continue
        seen = chance.beta_binomial_tail(
            failed / scale, tried / scale, past_failed / scale, past_tried / scale
        )
        if share - usual <= BEYOND * (worst.get(hours, 0) - usual):
            seen = max(seen, QUIET)
        found.append((seen, hours, failed, tried))
    if not found:
        return None
    seen, hours, failed, tried = min(found)
    return Finding(
        "success_rate",
        subject,
        alarm=seen <= policy.level(subjects, len(windows)),
        holds=seen <= QUIET,
        chance=seen,
        figures={
            "hours": hours,
            "rate": 1 - failed / tried,
            "usual": 1 - usual,
            "failed": failed,
            "tried": tried,
        },
    )


def spike(
    kind, subject, windows, policy, subjects=1, minimum=None, crowd=0.0, worst=None
):
    """There are more failures, or refunds, or attempts, than there use to be.

    :param windows: {hours: (count, of, past)}: ``past`` holds (count, of) of the same
        hours of each past day. More of something that there is more of altogether
        (failures among attempts in a sale, say) is no spike; without ``of``, pass 0.
    :param dict worst: {hours: most that such a window of any hour had in the past}: a
        person who pays back once a week does so at another hour each time
    :param float crowd: times the usual ``of`` that there must be besides: failures of
        as many attempts as ever are a rate that dropped
    :return: Finding of the least likely window, None where there is too little
    """
    minimum = policy.minimum if minimum is None else minimum
    worst = worst or {}
    found = []
    for hours, (count, of, past) in windows.items():
        if len(past) < MIN_DAYS or count < minimum:
            continue
        counts = [each for each, _of in past]
        usual = sum(counts) / len(counts)
        usual_of = sum(each for _count, each in past)
        share = sum(counts) / usual_of if usual_of else 0.0
        if count < policy.times * usual or (of and count / of < 1.25 * share):
            continue
        if of < crowd * usual_of / len(counts):
            continue
        mean, size = chance.spread_of_counts(counts)
        seen = chance.negative_binomial_tail(count, mean, size)
        if count <= BEYOND * max(*counts, worst.get(hours, 0)):
            seen = max(seen, QUIET)
        found.append((seen, hours, count, of, usual))
    if not found:
        return None
    seen, hours, count, of, usual = min(found)
    return Finding(
        kind,
        subject,
        alarm=seen <= policy.level(subjects, len(windows)),
        holds=seen <= QUIET,
        chance=seen,
        figures={"hours": hours, "count": count, "of": of, "usual": usual},
    )


def near_limit(kind, subject, cases, base, limit, near, minimum):
    """A share comes near an outside limit, or passes it.

    :param float limit: the share at which the limit is passed
    :param float near: share of the limit at which a person is told
    :param int minimum: with fewer cases there is no alarm
    """
    rate = cases / base if base else 0.0
    alarm = cases >= minimum and base > 0 and rate >= near * limit
    return Finding(
        kind,
        subject,
        alarm=alarm,
        # A little air, so that one case more or less does not close and open it.
        holds=base > 0 and cases >= 0.8 * minimum and rate >= 0.9 * near * limit,
        figures={
            "cases": cases,
            "base": base,
            "rate": rate,
            "limit": limit,
            "over": rate >= limit,
        },
    )


def above_contract(subject, fees, gross, payments, contract, tolerance, minimum):
    """The gateway takes more than the contract says.

    :param float contract: the agreed share of gross
    :param float tolerance: by which part of it the fees may be higher
    """
    rate = fees / gross if gross else 0.0
    return Finding(
        "fees",
        subject,
        alarm=payments >= minimum and rate > contract * (1 + tolerance),
        holds=payments > 0 and rate > contract * (1 + tolerance / 2),
        figures={
            "fees": fees,
            "gross": gross,
            "payments": payments,
            "rate": rate,
            "contract": contract,
            "excess": fees - contract * gross,
        },
    )


def renamed(finding, subject):
    """Return a finding under another name of its subject."""
    return replace(finding, subject=subject)
