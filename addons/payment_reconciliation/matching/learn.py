"""What confirmed and undone matches change in the weights of evidence.

A weight is what a piece of evidence adds to the log odds. Of matches that had it, some
stood and some were taken back: their odds, against the odds that the default assumes,
are how far it was off. Few cases change little: the default counts as ``ASSUMED`` ones.
"""

import math
from dataclasses import replace

ASSUMED = (20, 1)  # matches that stood and that were taken back, behind each default
MOST = (-6.0, 2.0)  # bits that experience may take or add


def shift(stood, taken_back):
    """Return the bits that experience adds to the default weight.

    :param int stood: matches with this evidence that stand
    :param int taken_back: that a person undid or rejected
    """
    assumed = math.log2(ASSUMED[0] / ASSUMED[1])
    found = math.log2((stood + ASSUMED[0]) / (taken_back + ASSUMED[1]))
    return min(max(found - assumed, MOST[0]), MOST[1])


def adjusted(candidates, shifts):
    """Return ``candidates`` with the weights that a company has learned.

    :param shifts: {kind of evidence: bits}
    """
    if not shifts:
        return candidates
    return [
        replace(
            candidate,
            evidence=tuple(
                replace(each, weight=each.weight + shifts.get(each.kind, 0.0))
                for each in candidate.evidence
            ),
        )
        for candidate in candidates
    ]
