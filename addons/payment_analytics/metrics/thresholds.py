"""Which outside limit is in force: the row of the day, the nearest one first."""

from dataclasses import dataclass, field
from datetime import date

# The Middle East and North Africa, as acquirers list it for Visa's programme.
MENA = frozenset("AE BH DZ EG IQ JO KW LB LY MA OM PS QA SA SY TN YE".split())


@dataclass(frozen=True)
class Row:
    """A limit that holds from a day, until another if it has an end.

    :param dict scope: {what: value}; a value of None holds for any
    """

    id: int
    valid_from: date
    valid_to: date | None = None
    scope: dict = field(default_factory=dict, hash=False)


def region_of(country_code):
    """Return the region by which networks set their limits."""
    return "mena" if country_code in MENA else "world"


def in_force(rows, day, **asked):
    """Return the row that holds on ``day`` for what is asked, None if there is none.

    A row fits if each value of its scope is None or the one that is asked for. Among
    those that fit the nearest wins: the company's own before the common one, a method's
    before the provider's, then the one that names most.
    """
    fitting = [
        row
        for row in rows
        if row.valid_from <= day
        and (row.valid_to is None or day <= row.valid_to)
        and all(
            value is None or value == asked.get(name)
            for name, value in row.scope.items()
        )
    ]
    return max(
        fitting,
        key=lambda row: (
            *(row.scope.get(name) is not None for name in ("company", "method")),
            sum(value is not None for value in row.scope.values()),
            row.valid_from,
            -row.id,
        ),
        default=None,
    )
