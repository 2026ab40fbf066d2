"""How much speaks for a pair, in bits: each piece of evidence adds to the log odds.

Fixed defaults, to be learned from confirmed and undone matches. An amount that many
open items share proves little: its weight falls by the logarithm of their number.
"""

import math
import re

from . import amounts, extract, near
from .keys import is_strong
from .values import PAYOUT, Candidate, Evidence

PRIOR = -10.0  # before any evidence: one of about a thousand open items
NEAR_DAYS = 5  # between a payout's expected arrival and the bank's booking date
WEIGHTS = {
    "payout_id": 26.0,
    "trace_id": 24.0,
    "number": 22.0,
    "reference": 22.0,
    "vendor_number": 20.0,
    "digits": 18.0,
    "ref": 16.0,
    "slip": 12.0,
    "cut_off": 10.0,
    "weak_reference": 6.0,
    "broken_reference": -4.0,
    "names_gateway": 5.0,
    "amount_equal": 10.0,
    "amount_discount": 9.0,
    "amount_charges": 8.0,
    "amount_tolerance": 4.0,
    "amount_all": 10.0,
    "amount_oldest": 8.0,
    "amount_some": 7.0,
    "amount_sum_by_chance": 1.0,
    "amount_part": -2.0,
    "amount_differs": -8.0,
    "partner_same": 6.0,
    "names_partner": 6.0,
    "payer_same": 12.0,
    "payer_learned": 10.0,
    "payer_alone": 4.0,
    "payer_differs": -4.0,
    "partner_differs": -12.0,
    "partners_differ": -8.0,
    "date_near": 2.0,
    "date_far": -4.0,
    "names_others": -6.0,
    "names_settled": -6.0,
}

_DIGIT = re.compile(r"[0-9]")


def candidates_of(line, items, found=None, settled=None):
    """Return the candidates of one line, each with its evidence.

    :param items: open items that share a key or the amount with the line
    :param found: ``extract.references`` of the line, if known already
    :param settled: {value: as people write it} of documents that are not open
    """
    found = extract.references(line.texts) if found is None else found
    named = {item: named_by(item, found) for item in items}
    settled = settled or {}
    candidates = []
    for item in items:
        how, difference = amounts.explain(line, item)
        if how == "exact" or named[item]:
            evidence = tuple(_evidence(line, item, named, found, settled))
            candidates.append(
                Candidate(line, item, evidence, how=how, difference=difference)
            )
    return candidates


def named_by(item, found):
    """Return [(Key, Found)] of the item's keys in the text, the strongest first.

    A key inside a longer key of the same item is the same finding.
    """
    hits = [(key, found[key.value]) for key in item.keys if key.value in found]
    hits = [
        (key, place)
        for key, place in hits
        if not any(place.within(other) for _key, other in hits)
    ]
    return sorted(hits, key=lambda hit: (-WEIGHTS[hit[0].kind], hit[1].broken))


def chances(scores):
    """Return how likely each candidate of one line is, 0 to 1, by their ``scores``.

    They exclude each other, and all may be wrong: two that fit equally have at most one
    half each.
    """
    odds = [2.0 ** max(min(score + PRIOR, 40), -40) for score in scores]
    return [each / (1 + sum(odds)) for each in odds]


def is_near(line, item):
    """Return whether the bank booked the line when the payout was expected."""
    return abs((line.date - item.date).days) <= NEAR_DAYS


def _evidence(line, item, named, found, settled):
    yield from reference_evidence(named[item])
    yield from _amount_evidence(line, item, named)
    yield from partner_evidence(line, item)
    if item.kind == PAYOUT:
        yield from _payout_evidence(line, item)
    slip = None
    if not named[item] and item.kind != PAYOUT:
        if cut := near.cut_off(item, found):
            yield piece("cut_off", reference=cut[0], found=cut[1])
        elif slip := near.slip(item, found, _known(named, settled)):
            yield piece("slip", reference=slip[0], found=slip[1])
    yield from _contradictions(item, named, found, settled, slip)


def _known(named, settled):
    """Return all values that name a document, open or settled."""
    return settled.keys() | {key.value for item in named for key in item.keys}


def _contradictions(item, named, found, settled, slip):
    """Yield what the text names beside the item, or instead of it."""
    if strangers := others((item,), named):
        yield piece("names_others", reference=strangers[0])
        return
    if named[item]:
        return
    if gone := settled_names(found, settled):
        yield piece("names_settled", reference=gone[0])
        return
    unknown = [value for value in _unknown(item, found) if not slip or value != slip[1]]
    if unknown:
        yield piece("names_others", reference=unknown[0])


def settled_names(found, settled):
    """Return the settled documents that the text names, as people write them."""
    return sorted(settled[value] for value in found if value in settled)


def reference_evidence(hits):
    """Yield the strongest reference as evidence; the rest says the same again."""
    for key, place in hits[:1]:
        kind = key.kind if is_strong(key.value) else "weak_reference"
        yield piece(kind, reference=key.shown)
        if place.broken:
            yield piece("broken_reference", reference=key.shown)


def _amount_evidence(line, item, items):
    how, difference = amounts.explain(line, item)
    if how == "exact":
        sharing = _sharing(line, item, items)
        weight = WEIGHTS["amount_equal"] - math.log2(sharing)
        figures = {"amount": abs(line.amount), "count": sharing}
        kind = "amount_unique" if sharing == 1 else "amount_shared"
        yield Evidence(kind, weight, figures)
        return
    kind = {"partial": "amount_part"}.get(how, f"amount_{how}")
    kind = kind if kind in WEIGHTS else None
    weight = WEIGHTS[kind or "amount_differs"]
    figures = {"amount": abs(item.amount), "difference": abs(difference)}
    yield Evidence(kind or f"amount_{how}", weight, figures)


def _sharing(line, item, items):
    """Return how many open items the amount alone would fit."""
    if item.kind != PAYOUT:
        return max(item.sharing, 1)
    rivals = [
        other
        for other in items
        if other.kind == PAYOUT
        and (other.amount, other.currency) == (item.amount, item.currency)
        and is_near(line, other)
    ]
    return max(len(rivals), 1)


def partner_evidence(line, item):
    """Yield whether both are known to be of the same partner, and who paid."""
    if not item.partner:
        return
    if line.partner:
        same = line.partner == item.partner
        yield piece("partner_same" if same else "partner_differs")
    if line.payer:
        yield _payer_evidence(line, item)
    if not line.partner and not line.payer:
        if extract.names_partner(item.partner_name, line.texts):
            yield piece("names_partner", name=item.partner_name)
    elif item.partner in (line.partner, line.payer):
        if line.amount == item.amount and item.sharing_partner == 1:
            yield piece("payer_alone")


def _payer_evidence(line, item):
    if line.payer != item.partner:
        return piece("payer_differs")
    if line.payer_known_by:
        return piece("payer_learned", name=line.payer_known_by)
    return piece("payer_same")


def _payout_evidence(line, item):
    for name in item.names:
        if extract.names_whole(name, line.texts):
            yield piece("names_gateway", name=name)
            break
    kind = "date_near" if is_near(line, item) else "date_far"
    yield piece(kind, date=item.date.isoformat())


def others(items, named):
    """Return references in the text that name a document other than of ``items``."""
    documents = {(item.kind, item.document) for item in items}
    own = [place for item in items for _key, place in named[item]]
    return [
        key.shown
        for other, hits in named.items()
        if (other.kind, other.document) not in documents
        for key, place in hits
        if is_strong(key.value)
        and not any(place == mine or place.within(mine) for mine in own)
    ]


def _unknown(item, found):
    """Return numbers in the text that are made like the item's own but are not it.

    Such a document is not known yet: it is what the payer means.
    """
    patterns = {
        _DIGIT.sub("9", key.value)
        for key in item.keys
        if key.kind == "number" and not key.value.isdigit()
    }
    return sorted(
        value
        for value in found
        if is_strong(value) and _DIGIT.sub("9", value) in patterns
    )


def piece(kind, **figures):
    """Return evidence of a fixed weight."""
    return Evidence(kind, WEIGHTS[kind], figures)
