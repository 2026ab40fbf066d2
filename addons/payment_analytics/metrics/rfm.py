"""Customers by recency, frequency and money: quintiles within a company, and names.

Quintiles after Hughes, "Strategic Database Marketing" (1994): customers are put in
order and cut into fifths; 5 is best. Equal values get the same score whatever the order
they are read in: a customer's score is 1 and a fifth of the way for every fifth of the
customers who are *strictly* worse.

The names are those of Putler (https://www.putler.com/rfm-analysis/), whose ranges of
recency and of frequency with money overlap; :data:`GRID` settles each of the 25 cells.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date

MONTHS = 36  # what was paid before says nothing about today's customers

SEGMENTS = {
    "champion": "Champions",
    "loyal": "Loyal",
    "potential": "Potential Loyalists",
    "new": "New",
    "promising": "Promising",
    "attention": "Need Attention",
    "sleeping": "About to Sleep",
    "risk": "At Risk",
    "precious": "Cannot Lose",
    "hibernating": "Hibernating",
    "lost": "Lost",
}

# Recency score: the segment by frequency and money together, from 1 to 5.
GRID = {
    5: ("new", "potential", "potential", "champion", "champion"),
    4: ("promising", "potential", "potential", "champion", "champion"),
    3: ("sleeping", "sleeping", "attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "risk", "risk", "risk"),
    1: ("lost", "lost", "risk", "precious", "precious"),
}


@dataclass(frozen=True)
class Customer:
    """What one customer paid; ``money`` less what was paid back, in minor units."""

    key: object
    last: date
    times: int
    money: int


@dataclass(frozen=True)
class Score:
    """Quintiles, 5 is best, and the segment that they make."""

    key: object
    recency: int
    frequency: int
    money: int
    segment: str


def quintiles(values):
    """Return the score of each value, from 1 to 5, equal for equal values."""
    order = sorted(values)
    return [1 + 5 * bisect_left(order, value) // len(order) for value in values]


def segment_of(recency, frequency, money):
    """Return the segment of three scores; half a point of F and M counts up."""
    return GRID[recency][(frequency + money + 1) // 2 - 1]


def scored(customers):
    """Return the Score of every Customer of one company, in their order."""
    columns = (
        quintiles([each.last for each in customers]),
        quintiles([each.times for each in customers]),
        quintiles([each.money for each in customers]),
    )
    return [
        Score(each.key, *scores, segment_of(*scores))
        for each, *scores in zip(customers, *columns, strict=True)
    ]
