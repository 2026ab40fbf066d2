"""The hash join of bank lines with open items: by reference and by amount."""

from collections import defaultdict

from . import extract, groups, partner_groups
from .assign import first_instalments
from .score import candidates_of, settled_names
from .values import PAYOUT


def references_of(lines):
    """Return {line id: {value: Found}} of all lines."""
    return {line.id: extract.references(line.texts) for line in lines}


def candidates(lines, items, found=None, settled=None):
    """Return the candidates of all ``lines`` among ``items``.

    Costs one look-up per reference and line, not lines times items.

    :param found: ``references_of(lines)``, if known already
    :param settled: {value: as people write it} of documents that are not open
    """
    settled = settled or {}
    found = references_of(lines) if found is None else found
    first = set(first_instalments(items))
    by_value, by_amount = defaultdict(list), defaultdict(list)
    by_partner = defaultdict(list)
    for item in items:
        if item in first:
            by_amount[item.currency, item.amount].append(item)
        for key in item.keys:
            by_value[key.value].append(item)
        if item.partner and item.kind != PAYOUT:
            by_partner[item.partner].append(item)
    result = []
    for line in lines:
        named = dict.fromkeys(
            item for value in found[line.id] for item in by_value.get(value, ())
        )
        pool = [*by_amount[line.currency, line.amount], *(first & named.keys())]
        pool = list(dict.fromkeys(pool))
        result += candidates_of(line, pool, found[line.id], settled)
        if named:
            result += groups.named_groups(line, list(named), found[line.id])
        elif partner := line.partner or line.payer:
            strangers = settled_names(found[line.id], settled)
            group = by_partner.get(partner, ())
            result += partner_groups.partner_groups(line, group, strangers)
    return result
