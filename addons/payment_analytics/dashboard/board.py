"""A board in the words of its reader: tiles, charts, tables, filters and a sample.

A board is a small specification; :mod:`build` makes the spreadsheet of it.
"""

from dataclasses import dataclass, field

from ..metrics.definitions import AMOUNT, COUNT, DEFINITIONS, FACTS, METRICS, SHARE
from ..metrics.figures import DAYS, FIGURES, HOURS, SECONDS
from . import parts

SMALL_SHARE = "small share"  # of which a tenth of a percent matters
REGISTRY = DEFINITIONS | FACTS | METRICS | FIGURES
# Units as a reader is told them.
UNITS = {
    AMOUNT: "amount, in the currency of the company at hand",
    COUNT: "count",
    SHARE: "share, in percent",
    HOURS: "hours",
    SECONDS: "seconds",
    DAYS: "days",
}
FIELD_TYPES = {"date": "date", "selection": "selection", "relation": "many2one"}
DECIMAL, ROUND = "decimal", "round"  # units of columns: with and without cents
# How figures of a unit are written where the spreadsheet does not know it by itself.
FORMATS = {
    SHARE: parts.PERCENT,
    SMALL_SHARE: parts.PERCENT_FINE,
    AMOUNT: parts.AMOUNT,
    COUNT: parts.AMOUNT,
    HOURS: parts.HOURS,
    SECONDS: parts.SECONDS,
    DAYS: parts.DAYS,
    DECIMAL: parts.DECIMAL,
    ROUND: parts.AMOUNT,
}
# Figures that read better in full than in thousands.
IN_FULL = (SHARE, SMALL_SHARE, HOURS, SECONDS, DAYS, DECIMAL, ROUND)
BLUE, AMBER, RED = parts.BLUE, parts.AMBER, parts.RED


@dataclass(frozen=True)
class Filter:
    """A global filter: its label, type, and what the type needs."""

    label: str
    type: str
    more: dict = field(default_factory=dict)

    @property
    def key(self):
        return parts.ident(f"filter/{self.label}")


PERIOD = Filter("Period", "date", {"defaultValue": "last_30_days"})
COMPANY = Filter("Company", "relation", {"modelName": "res.company"})
PROVIDER = Filter("Provider", "relation", {"modelName": "payment.provider"})
METHOD = Filter("Payment Method", "relation", {"modelName": "payment.method"})
COUNTRY = Filter("Country", "relation", {"modelName": "res.country"})
CUSTOMER = Filter("Customer", "relation", {"modelName": "res.partner"})
SALESPERSON = Filter("Salesperson", "relation", {"modelName": "res.users"})
CHANNEL = "Channel"


def channel(model):
    """Return the filter by channel; its values are those of ``model``'s field."""
    return Filter(
        CHANNEL, "selection", {"resModel": model, "selectionField": "channel"}
    )


@dataclass(frozen=True)
class Source:
    """A model that a board reads.

    :param str menu: XML id of the menu with its records
    :param dict matching: {label of a filter: field}; of filters it lacks it has none
    :param str year_later: field of the day a year later, to find the year before by
    :param str records: the model of the menu's records, where it is another
    :param bool top: whether it can give the first rows of a table alone
    """

    model: str
    menu: str
    matching: dict
    year_later: str = ""
    domain: tuple = ()
    records: str = ""
    top: bool = False

    def chains(self, filters, when="now"):
        """Return how each filter finds its field.

        :param str when: ``now``, ``before`` or ``year`` (the year before)
        """
        found = {}
        for each in filters:
            if each.label not in self.matching:
                continue
            chain = self.matching[each.label]
            match = {"chain": chain, "type": FIELD_TYPES[each.type]}
            if each.type == "date":
                match["offset"] = -1 if when == "before" else 0
                match["chain"] = self.year_later if when == "year" else chain
            found[each.key] = match
        return found


@dataclass(frozen=True)
class Tile:
    """A figure on a tile.

    :param Source source: where it is read
    :param str name: the field, and its entry in the registry
    :param tuple sample: now, the period before, the year before
    :param unit: where it is not the registry's
    :param str key: its entry in the registry, where that is not the field
    :param str over: a measure that it is divided by
    """

    source: Source
    name: str
    sample: tuple
    color: str = BLUE
    more_is_better: bool = True
    aggregator: str = "sum"
    domain: tuple = ()
    unit: str = ""
    key: str = ""
    over: str = ""

    @property
    def definition(self):
        """Its entry in the registry."""
        return REGISTRY[self.ident]

    @property
    def title(self):
        return self.definition.label

    @property
    def text(self):
        return self.definition.help

    @property
    def kind(self):
        return self.unit or self.definition.unit

    @property
    def about(self):
        """What its help says, in terms that are translated one by one."""
        definition = self.definition
        return {
            "name": definition.label,
            "meaning": definition.text,
            "formula": getattr(definition, "formula", ""),
            "unit": UNITS[definition.unit],
            "source": definition.source.removeprefix("https://"),
        }

    @property
    def ident(self):
        return self.key or self.name

    @property
    def measure(self):
        return parts.measure(self.name, self.aggregator)["id"]

    @property
    def compares(self):
        """Whether it belongs to a period, so that there is one before."""
        return PERIOD.label in self.source.matching


@dataclass(frozen=True)
class Chart:
    """A chart over a model.

    :param tuple groups: fields to group by
    :param int share: its width, in parts of 12
    :param tuple sample: heads and rows of the sample
    """

    key: str
    title: str
    kind: str
    source: Source
    measure: str
    groups: tuple
    sample: tuple
    share: int = 6
    height: int = 270
    domain: tuple | None = None
    options: dict = field(default_factory=dict)

    @property
    def adds_up(self):
        """Whether a day without a record means 0: not for rates and delays."""
        definition = REGISTRY.get(self.measure)
        return bool(definition) and definition.unit in (AMOUNT, COUNT)


@dataclass(frozen=True)
class Column:
    """A column of figures in a table."""

    name: str
    label: str
    aggregator: str = "sum"
    unit: str = AMOUNT

    @property
    def measure(self):
        more = {}
        if self.unit in (COUNT, *IN_FULL):
            more["format"] = parts.FORMATS[FORMATS[self.unit]]
        return parts.measure(
            self.name, self.aggregator, userDefinedName=self.label, **more
        )


@dataclass(frozen=True)
class Table:
    """A list of figures by one field, or by two: then its colours are a heat map.

    :param str at: letter of its first column
    :param str by: the field of the rows
    :param str across: the field of the columns
    :param tuple marks: values of ``by`` that each have a row, filled or not, as
        ((value, label), ...); else rows come as they are
    :param tuple marks_across: likewise, the columns
    :param tuple domain: which rows; of a source that gives the first rows alone, by
        which rows these are ranked
    :param tuple sample: rows, the head first
    :param int wide: how many columns there are across, where they come as they are
    """

    title: str
    source: Source
    by: str
    columns: tuple
    sample: tuple
    at: str = "A"
    across: str = ""
    marks: tuple = ()
    marks_across: tuple = ()
    domain: tuple = ()
    length: int = 10
    wide: int = 0
    order: str | None = "desc"
    views: tuple = ("pivot", "graph", "list", "search")


@dataclass(frozen=True)
class Board:
    """A whole board.

    :param tuple bands: tables that stand side by side, band below band
    :param tuple widths: of the sheet's columns, in pixels
    :param tuple notes: (label, text) beside the tiles' own words
    :param str basis: whose days and currency it shows
    """

    name: str
    filters: tuple
    tiles: tuple
    charts: tuple
    bands: tuple
    widths: tuple
    basis: str
    notes: tuple = ()

    @property
    def compares(self):
        return any(tile.compares for tile in self.tiles)
