"""Several open items of one partner that a line pays without naming them.

Only for a partner that is known for certain, and only what has one solution: all that
is open, the oldest, or the one choice whose sum is equal to the cent. The more choices
there are, the less a sum that fits proves: their number is weighed against the amounts.
"""

import math

from . import score
from .values import Candidate, Evidence

MAX_OPEN = 200  # open items of a partner beyond which only references count
MAX_SEARCHED = 40
MAX_PICKS = 8
MAX_NODES = 20_000
ACCIDENT = 1e-3  # how likely a sum may fit by accident to be posted by itself


def partner_groups(line, items, strangers):
    """Return the candidate that pays several ``items`` of one partner, or none.

    :param items: all open items of the line's partner, any currency
    :param strangers: references in the text that name anything else
    :return: list of one ``Candidate`` or none
    """
    items = sorted(
        (item for item in items if item.currency == line.currency),
        key=lambda item: (item.date, item.id),
    )
    if not 2 <= len(items) <= MAX_OPEN or any(_pays(line, each) for each in items):
        return []
    chosen, kind = _choose(line.amount, items)
    if not chosen:
        return []
    evidence = tuple(_evidence(line, items, chosen, kind, strangers))
    return [Candidate(line, chosen[0], evidence, rest=tuple(chosen[1:]))]


def _pays(line, item):
    return item.amount == line.amount


def _choose(amount, items):
    """Return (the items whose sum is ``amount``, what they are); unique or nothing.

    All that is open needs no search: no choice is more obvious.
    """
    prefixes = _prefixes(amount, items)
    everything = prefixes & {frozenset(range(len(items)))}
    found = exact_sums(amount, items) if len(items) <= MAX_SEARCHED else None
    solutions = prefixes | found if found is not None else everything
    if len(solutions) != 1:
        return [], None
    (places,) = solutions
    kind = "amount_oldest" if places in prefixes else "amount_some"
    kind = "amount_all" if places in everything else kind
    return [items[place] for place in sorted(places)], kind


def _prefixes(amount, items):
    """Return the sets of the oldest items, two or more, that sum to ``amount``."""
    total, found = 0, set()
    for place, item in enumerate(items):
        total += item.amount
        if total == amount and place:
            found.add(frozenset(range(place + 1)))
    return found


def exact_sums(amount, items):
    """Return up to two sets of places in ``items`` that sum to ``amount``.

    Branch and bound over the amounts, the largest first; equal amounts are different
    choices. At least two places and at most ``MAX_PICKS``.

    :return: set of frozensets; None if it takes too long
    """
    order = sorted(range(len(items)), key=lambda place: -abs(items[place].amount))
    amounts = [items[place].amount for place in order]
    above, below = _bounds(amounts)
    solutions, nodes, stack = set(), 0, [(0, amount, ())]
    while stack:
        start, rest, picked = stack.pop()
        for place in range(start, len(amounts)):
            if not below[place] <= rest <= above[place]:
                break
            nodes += 1
            left, chosen = rest - amounts[place], (*picked, place)
            if not left and len(chosen) > 1:
                solutions.add(frozenset(order[each] for each in chosen))
            if len(chosen) < MAX_PICKS:
                stack.append((place + 1, left, chosen))
        if nodes > MAX_NODES:
            return None
        if len(solutions) > 1:
            break
    return solutions


def _bounds(amounts):
    """Return what the amounts from each place on can add at most and at least."""
    above, below = [0], [0]
    for amount in reversed(amounts):
        above.append(above[-1] + max(amount, 0))
        below.append(below[-1] + min(amount, 0))
    return above[::-1], below[::-1]


def accident(items, picks):
    """Return how many of the sums of up to ``picks`` of ``items`` fit any amount.

    Their number over the amounts they spread over, in steps of what divides them all.
    """
    number = sum(math.comb(len(items), each) for each in range(2, picks + 1))
    step = math.gcd(*(item.amount for item in items))
    spread = sum(abs(item.amount) for item in items)
    return number * step / spread if spread else math.inf


def _evidence(line, items, chosen, kind, strangers):
    figures = {"amount": abs(line.amount), "count": len(chosen)}
    likely = accident(items, max(len(chosen), 2))
    weight = score.WEIGHTS[kind]
    if kind == "amount_some" and likely > ACCIDENT:
        kind, weight = "amount_sum_by_chance", score.WEIGHTS["amount_sum_by_chance"]
    yield Evidence(kind, weight, figures)
    yield from score.partner_evidence(line, chosen[0])
    if strangers:
        yield score.piece("names_others", reference=strangers[0])
