"""The board "Sales and Stock": when customers pay, for what, and how long it lasts."""

from ..metrics.definitions import COMPANY_DAY, COUNT, SHARE
from ..metrics.figures import DAYS, PACE_DAYS
from .board import (
    COMPANY,
    DECIMAL,
    PERIOD,
    PROVIDER,
    RED,
    Board,
    Chart,
    Column,
    Filter,
    Source,
    Table,
    Tile,
    channel,
)

MODEL = "payment.rollup"
PAYMENTS = Source(
    MODEL,
    "payment_analytics.menu_payment_figures_payments",
    {
        "Period": "day",
        "Channel": "channel",
        "Company": "company_id",
        "Provider": "provider_id",
    },
    year_later="year_later",
    records="payment.report",
)
# Seasons: all that is known, whatever the period.
EVER = Source(
    MODEL,
    PAYMENTS.menu,
    {"Channel": "channel", "Company": "company_id", "Provider": "provider_id"},
    records="payment.report",
)
STOCK = Source(
    "payment.pace.report",
    "payment_analytics.menu_payment_pace_report",
    {"Category": "categ_id"},
)
CATEGORY = Filter("Category", "relation", {"modelName": "product.category"})
AT_RISK = (("days_left", "<", 14), ("pace", ">", 0))
WEEKDAYS = (
    ("1", "Mon"),
    ("2", "Tue"),
    ("3", "Wed"),
    ("4", "Thu"),
    ("5", "Fri"),
    ("6", "Sat"),
    ("7", "Sun"),
)
HOURS = tuple((f"{hour:02}", f"{hour:02}:00") for hour in range(24))
PEAKS = {10: 4, 11: 6, 12: 7, 13: 5, 16: 4, 19: 8, 20: 11, 21: 9}

TILES = (
    Tile(PAYMENTS, "gross", (48250, 41900, 37100)),
    Tile(PAYMENTS, "successful_payments", (612, 548, 501)),
    Tile(PAYMENTS, "average_ticket", (78.84, 76.46, 74.05), aggregator="avg"),
    Tile(STOCK, "sell_through", (0.42, 0, 0), aggregator="avg"),
    Tile(
        STOCK,
        "__count",
        (3, 0, 0),
        RED,
        False,
        aggregator="",
        domain=AT_RISK,
        key="products_at_risk",
    ),
    Tile(STOCK, "paid_quantity", (914, 0, 0)),
    Tile(STOCK, "free_quantity", (1262, 0, 0)),
    Tile(STOCK, "days_left", (38.7, 0, 0), aggregator="avg"),
)

CHARTS = (
    Chart(
        "seasons",
        "Volume by Month",
        "line",
        EVER,
        "gross",
        ("day:month",),
        (
            ("Month", "Gross"),
            ("=EDATE(TODAY(),-4)", 31200),
            ("=EDATE(TODAY(),-3)", 38400),
            ("=EDATE(TODAY(),-2)", 36900),
            ("=EDATE(TODAY(),-1)", 41900),
            ("=TODAY()", 48250),
        ),
        share=8,
    ),
    Chart(
        "weekdays",
        "Payments by Weekday",
        "bar",
        PAYMENTS,
        "successful_payments",
        ("weekday",),
        (
            ("Weekday", "Payments"),
            *zip(
                ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
                (74, 81, 79, 92, 118),
                strict=True,
            ),
        ),
        share=4,
    ),
)

BANDS = (
    (
        Table(
            "Peak Hours",
            PAYMENTS,
            "hour",
            (Column("successful_payments", "Payments", unit=COUNT),),
            (
                ("Hour", *(label for _day, label in WEEKDAYS)),
                *(
                    (label, *(PEAKS.get(int(hour), 1) + day // 3 for day in range(7)))
                    for hour, label in HOURS
                ),
            ),
            across="weekday",
            marks=HOURS,
            marks_across=WEEKDAYS,
        ),
        Table(
            "Running Out",
            STOCK,
            "product_id",
            (
                Column("days_left", "Lasts", "avg", DAYS),
                Column("free_quantity", "Free", unit=COUNT),
                Column("pace", "A Day", unit=DECIMAL),
                Column("sell_through", "Sold", "avg", SHARE),
            ),
            (
                ("Product", "Lasts", "Free", "A Day", "Sold"),
                ("Desk Lamp", 4, 9, 2.3, 0.88),
                ("Chair", 11, 20, 1.8, 0.71),
                ("Table", 13, 12, 0.9, 0.68),
            ),
            at="J",
            domain=(("pace", ">", 0),),
            order="asc",
            views=("list", "pivot", "graph", "search"),
            length=24,
        ),
    ),
)

BOARD = Board(
    "sales",
    (PERIOD, channel(MODEL), COMPANY, PROVIDER, CATEGORY),
    TILES,
    CHARTS,
    BANDS,
    (150, *(50,) * 7, 20, 220, 75, 60, 60, 65),
    f"Days and hours: {COMPANY_DAY}. Amounts: the currency of the company at hand. Test"
    f" payments are left out. Stock: the last {PACE_DAYS} days and now, of all"
    " companies chosen together.",
)
