"""The hash join of bank lines with open items: by reference and by amount."""

from collections import defaultdict

from . import extract
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
    items = first_instalments(items)
    by_value, by_amount = defaultdict(list), defaultdict(list)
    for item in items:
        by_amount[item.currency, item.amount].append(item)
        for key in item.keys:
            by_value[key.value].append(item)
    result = []
    for line in lines:
        pool = list(by_amount[line.currency, line.amount])
        for value in found[line.id]:
            pool += by_value.get(value, ())
        result += candidates_of(line, list(dict.fromkeys(pool)), found[line.id])
    return result
