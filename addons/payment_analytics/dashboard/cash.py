"""The board "Cash": what is at the gateways, on its way, and owed."""

from ..metrics.figures import AGES, DAYS
from .board import (
    AMBER,
    COMPANY,
    CUSTOMER,
    PROVIDER,
    RED,
    SALESPERSON,
    Board,
    Chart,
    Column,
    Source,
    Table,
    Tile,
)

BALANCES = Source(
    "payment.balance.report",
    "payment_analytics.menu_payment_balance_report",
    {"Company": "company_id", "Provider": "provider_id"},
)
PAYOUTS = Source(
    "payment.payout.report",
    "payment_analytics.menu_payment_payout_report",
    {"Company": "company_id", "Provider": "provider_id"},
    domain=(("in_transit", "!=", 0),),
)
EXPECTED = Source(
    "payment.forecast.curve",
    "payment_analytics.menu_payment_figures_forecast",
    {"Company": "company_id"},
    records="payment.forecast.line",
)
TO_COME = Source(
    "payment.forecast.line",
    "payment_analytics.menu_payment_figures_forecast",
    {"Company": "company_id", "Customer": "partner_id", "Salesperson": "user_id"},
)
ITEMS = Source(
    "payment.receivable.report",
    "payment_analytics.menu_payment_receivable_report",
    {
        "Company": "company_id",
        "Customer": "commercial_partner_id",
        "Salesperson": "user_id",
    },
)

TILES = (
    Tile(BALANCES, "gateway_balance", (12840, 0, 0)),
    Tile(PAYOUTS, "in_transit", (5310, 0, 0)),
    Tile(ITEMS, "receivable", (48200, 0, 0)),
    Tile(ITEMS, "credit_sales", (112500, 0, 0)),
    Tile(ITEMS, "overdue", (9150, 0, 0), RED, False),
    Tile(ITEMS, "overdue_share", (0.19, 0, 0), RED, False, aggregator="avg"),
    Tile(ITEMS, "dso", (38.6, 0, 0), AMBER, False, aggregator="avg"),
    Tile(
        TO_COME,
        "amount",
        (41900, 0, 0),
        domain=(("day", "!=", False),),
        key="expected_90",
    ),
)

BY_AGE = tuple(
    zip(
        (label for _age, label in AGES),
        (-450, 39500, 5200, 2150, 1100, 700),
        strict=True,
    )
)
CHARTS = (
    Chart(
        "curve",
        "Cash over the Next 90 Days",
        "line",
        EXPECTED,
        "amount",
        ("day:day", "series"),
        (
            ("Day", "All Pay Early", "Expected", "All Pay Late"),
            *(
                (f"=TODAY()+{day}", high, expected, low)
                for day, high, expected, low in (
                    (0, 30400, 30400, 30400),
                    (7, 44200, 38100, 33900),
                    (14, 52800, 46500, 37200),
                    (30, 69900, 61300, 48800),
                    (60, 78200, 74900, 66100),
                    (90, 80100, 79800, 75400),
                )
            ),
        ),
        share=12,
        domain=(),
        options={"cumulative": True, "legendPosition": "top"},
    ),
    Chart(
        "to_come",
        "What Is to Come, by Week",
        "bar",
        TO_COME,
        "amount",
        ("day:week", "kind"),
        (
            ("Week", "Open Invoice", "Payout under Way"),
            ("=TODAY()", 6200, 5310),
            ("=TODAY()+7", 9800, 0),
            ("=TODAY()+14", 7400, 0),
            ("=TODAY()+21", 4100, 0),
        ),
        share=12,
        options={"stacked": True, "legendPosition": "top"},
    ),
    Chart(
        "by_age",
        "Receivables by Age",
        "bar",
        ITEMS,
        "receivable",
        ("age",),
        (
            ("Age", "Open"),
            *BY_AGE,
        ),
    ),
    Chart(
        "transit_by_day",
        "Payouts in Transit, by Day Expected",
        "bar",
        PAYOUTS,
        "in_transit",
        ("arrival_day:day",),
        (
            ("Day", "In Transit"),
            ("=TODAY()", 1790),
            ("=TODAY()+1", 2120),
            ("=TODAY()+2", 1400),
        ),
    ),
)

BANDS = (
    (
        Table(
            "Late Payers",
            ITEMS,
            "commercial_partner_id",
            (
                Column("overdue", "Overdue"),
                Column("days_overdue", "At Most", "max", DAYS),
                Column("receivable", "Open"),
            ),
            (
                ("Customer", "Overdue", "At Most", "Open"),
                ("Azure Interior", 4100, 64, 8300),
                ("Deco Addict", 2900, 21, 6100),
                ("Gemini Furniture", 2150, 12, 4900),
            ),
            domain=(("overdue", ">", 0),),
        ),
        Table(
            "Gateways",
            BALANCES,
            "provider_id",
            (
                Column("gateway_balance", "Balance"),
                Column("available", "Available"),
                Column("pending", "Pending"),
                Column("difference", "To Ledger"),
            ),
            (
                ("Gateway", "Balance", "Available", "Pending", "To Ledger"),
                ("Stripe", 12840, 4400, 8440, 0),
            ),
            at="F",
            length=4,
        ),
    ),
    (
        Table(
            "Expected, by What It Rests On",
            TO_COME,
            "kind",
            (Column("amount", "Amount"),),
            (
                ("What", "Amount"),
                ("Open Invoice", 31500),
                ("Payout under Way", 5310),
                ("Gateway Balance Pending", 8440),
            ),
            at="F",
            domain=(("day", "!=", False),),
            length=6,
        ),
        Table(
            "Receivables by Age",
            ITEMS,
            "age",
            (Column("receivable", "Open"),),
            (
                ("Age", "Open"),
                *BY_AGE,
            ),
            domain=(("receivable", "!=", 0),),
            length=6,
            order=None,
        ),
    ),
)

BOARD = Board(
    "cash",
    (COMPANY, PROVIDER, CUSTOMER, SALESPERSON),
    TILES,
    CHARTS,
    BANDS,
    (200, 100, 75, 100, 20, 125, 95, 95, 95, 95),
    "As of now, due by the company's calendar. Amounts: the currency of the company at"
    " hand, at today's rate. Test payments are left out.",
)
