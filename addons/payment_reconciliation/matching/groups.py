"""Several open items paid by one line: what the text names, and nothing else.

Only references decide. A sum that happens to fit some of a partner's items proves
little: with twenty open items there are a million sums.
"""

from . import score
from .keys import is_strong
from .values import Candidate, Evidence

MAX_ITEMS = 60


def named_groups(line, items, found):
    """Return the candidate that pays all items named in the text, if the sum is exact.

    Several documents, or several instalments of one. Credit notes count as less.

    :param items: open items that share a reference with the line
    :param found: ``extract.references`` of the line
    :return: list of one ``Candidate`` or none
    """
    named = {item: score.named_by(item, found) for item in items}
    members = [
        item
        for item in sorted(items, key=lambda each: (each.date, each.id))
        if item.currency == line.currency and _is_named(item, named)
    ]
    total = sum(item.amount for item in members)
    if not 2 <= len(members) <= MAX_ITEMS or total != line.amount or not total:
        return []
    evidence = tuple(_evidence(line, members, named))
    return [Candidate(line, members[0], evidence, rest=tuple(members[1:]))]


def _is_named(item, named):
    """Whether a strong reference names the item, not as a part of another's longer."""
    return any(
        is_strong(key.value)
        and not any(
            place.within(longer)
            for other, hits in named.items()
            if other.document != item.document
            for _key, longer in hits
        )
        for key, place in named[item]
    )


def _evidence(line, members, named):
    documents = {item.document: item for item in members}
    for item in documents.values():
        yield from score.reference_evidence(named[item])
    figures = {"amount": abs(line.amount), "count": len(members)}
    yield Evidence("amount_sum", score.WEIGHTS["amount_equal"], figures)
    partners = {item.partner for item in members}
    if len(partners) > 1:
        yield score.piece("partners_differ")
    else:
        yield from score.partner_evidence(line, members[0])
    strangers = score.others(members, named)
    if strangers:
        yield score.piece("names_others", reference=strangers[0])
