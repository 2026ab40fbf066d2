"""The dashboard "Payments": its filters, tiles, charts and pivots."""

from ..metrics.definitions import (
    FACTS,
    METRICS,
    SHARE,
)
from . import parts, sample

MODEL = "payment.report"
MENU = "payment_analytics.menu_payment_report"
SHEET = parts.ident("sheet/Dashboard")
WIDTH = 1000

# Field of the report, colour, whether more of it is better.
TILES = (
    ("gross", parts.BLUE, True),
    ("net", parts.BLUE, True),
    ("successful_payments", parts.BLUE, True),
    ("average_ticket", parts.BLUE, True),
    ("success_rate", parts.AMBER, True),
    ("fees", parts.RED, False),
    ("effective_fee_rate", parts.RED, False),
    ("refunded", parts.RED, False),
)
UNITS = {name: each.unit for name, each in (FACTS | METRICS).items()}
LABELS = {name: each.label for name, each in (FACTS | METRICS).items()}

# Label, type, field, and what the type needs.
FILTERS = (
    ("Period", "date", "day", {"defaultValue": "last_30_days"}),
    (
        "Channel",
        "selection",
        "channel",
        {"resModel": MODEL, "selectionField": "channel"},
    ),
    (
        "Payment Method",
        "relation",
        "payment_method_id",
        {"modelName": "payment.method"},
    ),
    ("Country", "relation", "country_id", {"modelName": "res.country"}),
    ("Customer", "relation", "partner_id", {"modelName": "res.partner"}),
    ("Company", "relation", "company_id", {"modelName": "res.company"}),
)
FIELD_TYPES = {"date": "date", "selection": "selection", "relation": "many2one"}

# Key, title, kind, groups, (x, y, width, height), other keys of the chart.
CHARTS = (
    (
        "days",
        "Volume by Day",
        "bar",
        ["day:day", "channel"],
        (0, 250, WIDTH, 290),
        {"stacked": True, "legendPosition": "top"},
    ),
    (
        "methods",
        "Volume by Method",
        "pie",
        ["payment_method_id"],
        (0, 560, 320, 260),
        {"legendPosition": "right"},
    ),
    (
        "channels",
        "Volume by Channel",
        "pie",
        ["channel"],
        (340, 560, 320, 260),
        {"legendPosition": "right"},
    ),
    (
        "providers",
        "Volume by Provider",
        "pie",
        ["provider_id"],
        (680, 560, 320, 260),
        {"legendPosition": "right"},
    ),
)
LISTS_AT = 37  # the first row (from 1) below the charts, which end at pixel 820
LIST_LENGTH = 10
METHODS, CUSTOMERS = "A", "G"  # first columns of the lists
COLUMNS = (140, 95, 60, 120, 125, 30, 220, 120, 90)


def matching(offset=0):
    """Return how each filter finds its field of the report.

    :param int offset: -1 for the period before
    """
    found = {}
    for label, kind, field, _more in FILTERS:
        match = {"chain": field, "type": FIELD_TYPES[kind]}
        if kind == "date":
            match["offset"] = offset
        found[parts.ident(f"filter/{label}")] = match
    return found


def filters():
    """Return the global filters."""
    return [
        {
            "id": parts.ident(f"filter/{label}"),
            "type": kind,
            "label": label,
            **({"defaultValueDisplayNames": []} if kind == "relation" else {}),
            **more,
        }
        for label, kind, _field, more in FILTERS
    ]


def measure(name, **options):
    """Return the measure of a figure; ratios aggregate by the report's own rule."""
    ratio = name in METRICS and bool(METRICS[name].denominator)
    if UNITS[name] == SHARE:
        options["format"] = parts.FORMATS[parts.PERCENT]
    return parts.measure(
        name, "avg" if ratio else "sum", userDefinedName=LABELS[name], **options
    )


def pivots():
    """Return the pivots: the tiles' figures now and before, methods and customers."""
    tiles = [measure(name) for name, *_rest in TILES]
    return [
        parts.pivot("1", "Tiles, now", MODEL, tiles, matching()),
        parts.pivot("2", "Tiles, before", MODEL, tiles, matching(-1)),
        parts.pivot(
            "3",
            "Methods",
            MODEL,
            [
                measure("gross"),
                parts.share(SHEET, 3, "gross:sum"),
                measure("effective_fee_rate"),
                measure("success_rate"),
            ],
            matching(),
            rows=["payment_method_id"],
        ),
        parts.pivot(
            "4",
            "Customers",
            MODEL,
            [
                measure("gross"),
                parts.share(SHEET, 4, "gross:sum"),
            ],
            matching(),
            rows=["partner_id"],
            domain=[("successful_payments", ">", 0)],
        ),
    ]


def tile_figures():
    """Return the tiles, in two rows of four."""
    figures = []
    for index, (name, colour, better) in enumerate(TILES):
        line, column = divmod(index, 4)
        mode = "difference" if UNITS[name] == SHARE else "percentage"
        content = parts.scorecard(LABELS[name], index + 2, colour, mode, better)
        figures.append(
            parts.figure(name, column * 253, 11 + line * 119, 241, 107, content)
        )
    return figures


def charts(empty):
    """Return the charts, over the report or, if it is empty, over sample cells."""
    figures = []
    for key, title, kind, group_by, (x, y, width, height), more in CHARTS:
        if empty:
            content = parts.sample_chart(kind, title, *sample.RANGES[key], **more)
        else:
            content = parts.odoo_chart(
                kind, title, MODEL, "gross", group_by, matching(), **more
            )
        figures.append(parts.figure(key, x, y, width, height, content))
    return figures
