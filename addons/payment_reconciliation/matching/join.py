"""The hash join of bank lines with open items: by reference and by amount."""

from collections import defaultdict

from . import extract, groups
from .assign import first_instalments
from .score import candidates_of


def references_of(lines):
    """Return {line id: {value: Found}} of all lines."""
    return {line.id: extract.references(line.texts) for line in lines}


def candidates(lines, items, found=None):
    """Return the candidates of all ``lines`` among ``items``.

    Costs one look-up per reference and line, not lines times items.

    :param found: ``references_of(lines)``, if known already
    """
    found = references_of(lines) if found is None else found
    first = set(first_instalments(items))
    by_value, by_amount = defaultdict(list), defaultdict(list)
    for item in items:
        if item in first:
            by_amount[item.currency, item.amount].append(item)
        for key in item.keys:
            by_value[key.value].append(item)
    result = []
    for line in lines:
        named = dict.fromkeys(
            item for value in found[line.id] for item in by_value.get(value, ())
        )
        pool = [*by_amount[line.currency, line.amount], *(first & named.keys())]
        result += candidates_of(line, list(dict.fromkeys(pool)), found[line.id])
        result += groups.named_groups(line, list(named), found[line.id])
    return result
