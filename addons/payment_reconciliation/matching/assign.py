"""Who gets what, over all candidates of a batch. A tie abstains."""

from collections import defaultdict
from dataclasses import dataclass

from . import gates
from .score import chances
from .values import Candidate

MARGIN = 8.0  # bits that the best must be ahead of each rival
MAX_PROPOSALS = 5  # per line


@dataclass(frozen=True)
class Decision:
    """What becomes of a candidate: posted if nothing holds it, else proposed.

    :param chance: how likely it is, 0 to 1, among all candidates of its line
    :param held_by: names of closed gates, or ``tie``
    """

    candidate: Candidate
    chance: float
    held_by: tuple[str, ...] = ()

    @property
    def posts(self):
        """Return whether it may be posted by itself."""
        return not self.held_by


def decide(candidates):
    """Return the decisions on ``candidates``: what posts first, then by likelihood.

    Posted is what passes all gates and is ahead of every other that passes them, of the
    same line and of the same item, by a margin. Part payments of one item do not rival
    each other as long as they fit into what is open.
    """
    closed = {
        id(each): gates.closed_for(each)
        for each in candidates
        if not gates.IMPOSSIBLE & set(gates.closed_for(each))
    }
    possible = [each for each in candidates if id(each) in closed]
    by_line, by_item = _grouped([each for each in possible if not closed[id(each)]])
    shared = {item: _together(rivals) for item, rivals in by_item.items()}
    likely = _chances(possible)
    decisions = []
    for each in possible:
        held = closed[id(each)]
        rivals = by_line[each.line.id] + [
            rival
            for item in _items(each)
            if not shared.get(item)
            for rival in by_item[item]
        ]
        if not held and not _is_ahead(each, rivals):
            held = ("tie",)
        decisions.append(Decision(each, likely[id(each)], held))
    return _best_of_each_line(decisions)


def first_instalments(items):
    """Keep of equal instalments of one document the one that is due first."""
    first = {}
    for item in sorted(items, key=lambda item: (item.date, item.id)):
        first.setdefault((item.kind, item.document, item.amount, item.currency), item)
    return list(first.values())


def _items(candidate):
    return [(item.kind, item.id) for item in candidate.items]


def _together(candidates):
    """Whether all these payments of one item fit into what is open: no rivals then."""
    if any(len(each.items) > 1 or each.how != "partial" for each in candidates):
        return False
    paid = sum(abs(each.line.amount) for each in candidates)
    return paid <= abs(candidates[0].item.amount)


def _grouped(candidates):
    by_line, by_item = defaultdict(list), defaultdict(list)
    for each in candidates:
        by_line[each.line.id].append(each)
        for item in _items(each):
            by_item[item].append(each)
    return by_line, by_item


def _chances(candidates):
    """Return {id of candidate: chance}, line by line."""
    by_line, _by_item = _grouped(candidates)
    return {
        id(candidate): chance
        for group in by_line.values()
        for candidate, chance in zip(
            group, chances([each.score for each in group]), strict=True
        )
    }


def _is_ahead(candidate, rivals):
    return all(
        candidate.score - rival.score >= MARGIN
        for rival in rivals
        if rival is not candidate
    )


def _best_of_each_line(decisions):
    """Return at most MAX_PROPOSALS decisions per line, those that post first."""
    ranked = sorted(decisions, key=lambda each: (not each.posts, -each.candidate.score))
    taken, kept = defaultdict(int), []
    for each in ranked:
        line = each.candidate.line.id
        if taken[line] < MAX_PROPOSALS:
            taken[line] += 1
            kept.append(each)
    return kept
