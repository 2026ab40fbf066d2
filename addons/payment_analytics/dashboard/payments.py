"""The board "Payments": what comes in, how, what it costs, and what fails."""

from ..metrics.definitions import (
    COMPANY_CURRENCY,
    COMPANY_DAY,
    COUNT,
    SHARE,
)
from .board import (
    AMBER,
    COMPANY,
    COUNTRY,
    METHOD,
    PERIOD,
    PROVIDER,
    RED,
    SALESPERSON,
    Board,
    Chart,
    Column,
    Source,
    Table,
    Tile,
    channel,
)

MODEL = "payment.rollup"
MATCHING = {
    "Period": "day",
    "Channel": "channel",
    "Company": "company_id",
    "Country": "country_id",
    "Payment Method": "payment_method_id",
    "Provider": "provider_id",
    "Salesperson": "user_id",
}
FILTERS = (PERIOD, COMPANY, channel(MODEL), PROVIDER, METHOD, COUNTRY, SALESPERSON)
PAYMENTS = Source(
    MODEL,
    "payment_analytics.menu_payment_figures_payments",
    MATCHING,
    year_later="year_later",
    records="payment.report",
)
CUSTOMERS = Source(
    "payment.customer.report",
    PAYMENTS.menu,
    MATCHING,
    records="payment.report",
    top=True,
)
DECLINES = Source(
    "payment.decline.report",
    "payment_analytics.menu_payment_decline_report",
    MATCHING,
)
SETTLEMENTS = Source(
    "payment.settlement.report",
    "payment_analytics.menu_payment_settlement_report",
    MATCHING,
    year_later="year_later",
)
BASIS = f"Days: {COMPANY_DAY}. Amounts: {COMPANY_CURRENCY}. Test payments are left out."

TILES = (
    Tile(PAYMENTS, "gross", (48250, 41900, 37100)),
    Tile(PAYMENTS, "net", (45980, 40010, 35200)),
    Tile(PAYMENTS, "successful_payments", (612, 548, 501)),
    Tile(PAYMENTS, "average_ticket", (78.84, 76.46, 74.05), aggregator="avg"),
    Tile(PAYMENTS, "success_rate", (0.941, 0.928, 0.92), AMBER, aggregator="avg"),
    Tile(
        PAYMENTS, "attempt_success_rate", (0.902, 0.894, 0.88), AMBER, aggregator="avg"
    ),
    Tile(PAYMENTS, "authorisation_rate", (0.917, 0.905, 0.9), AMBER, aggregator="avg"),
    Tile(PAYMENTS, "failed_payments", (38, 42, 44), AMBER, False),
    Tile(PAYMENTS, "fees", (1110, 985, 900), RED, False),
    Tile(
        PAYMENTS,
        "effective_fee_rate",
        (0.023, 0.0235, 0.0243),
        RED,
        False,
        aggregator="avg",
    ),
    Tile(PAYMENTS, "refunded", (1160, 905, 980), RED, False),
    Tile(
        SETTLEMENTS,
        "days_p50",
        (3, 3, 4),
        RED,
        False,
        aggregator="avg",
        key="time_to_settlement_p50",
    ),
)

CHARTS = (
    Chart(
        "days",
        "Volume by Day",
        "bar",
        PAYMENTS,
        "gross",
        ("day:day", "channel"),
        (
            ("Day", "Online", "Saved Method"),
            ("=TODAY()-6", 5200, 700),
            ("=TODAY()-5", 6100, 900),
            ("=TODAY()-4", 4800, 650),
            ("=TODAY()-3", 7300, 1200),
            ("=TODAY()-2", 6900, 800),
            ("=TODAY()-1", 8100, 1400),
            ("=TODAY()", 3700, 500),
        ),
        share=12,
        options={"stacked": True, "legendPosition": "top"},
    ),
    Chart(
        "methods",
        "Volume by Method",
        "pie",
        PAYMENTS,
        "gross",
        ("payment_method_id",),
        (
            ("Payment Method", "Gross"),
            ("Card", 31000),
            ("SEPA Direct Debit", 9100),
            ("PayPal", 5150),
            ("Bank Transfer", 3000),
        ),
        share=4,
        options={"legendPosition": "right"},
    ),
    Chart(
        "channels",
        "Volume by Channel",
        "pie",
        PAYMENTS,
        "gross",
        ("channel",),
        (
            ("Channel", "Gross"),
            ("Online", 36000),
            ("Saved Method", 9250),
            ("Bank Transfer", 3000),
        ),
        share=4,
        options={"legendPosition": "right"},
    ),
    Chart(
        "declines",
        "Failed Attempts by Reason",
        "bar",
        DECLINES,
        "attempts",
        ("reason",),
        (
            ("Reason", "Failed Attempts"),
            ("Insufficient Funds", 21),
            ("Declined by the Bank", 17),
            ("Card Expired", 9),
            ("Blocked as Suspicious", 4),
        ),
        share=4,
    ),
    Chart(
        "success",
        "Success Rate by Day",
        "line",
        PAYMENTS,
        "success_rate",
        ("day:day",),
        (
            ("Day", "Success Rate"),
            ("=TODAY()-4", 0.93),
            ("=TODAY()-3", 0.95),
            ("=TODAY()-2", 0.92),
            ("=TODAY()-1", 0.96),
            ("=TODAY()", 0.94),
        ),
        domain=("|", ("successful_payments", ">", 0), ("failed_payments", ">", 0)),
    ),
    Chart(
        "cost",
        "Fees by Method",
        "bar",
        PAYMENTS,
        "fees",
        ("payment_method_id",),
        (
            ("Payment Method", "Fees"),
            ("Card", 744),
            ("PayPal", 180),
            ("SEPA Direct Debit", 82),
            ("Bank Transfer", 0),
        ),
    ),
)

METHODS = Table(
    "Methods",
    PAYMENTS,
    "payment_method_id",
    (
        Column("gross", "Gross"),
        Column("successful_payments", "Payments", unit=COUNT),
        Column("fees", "Fees"),
        Column("effective_fee_rate", "Fee Rate", "avg", SHARE),
        Column("success_rate", "Success", "avg", SHARE),
    ),
    (
        (
            "Payment Method",
            "Gross",
            "Payments",
            "Fees",
            "Fee Rate",
            "Success",
        ),
        ("Card", 31000, 402, 744, 0.024, 0.93),
        ("SEPA Direct Debit", 9100, 110, 82, 0.009, 0.98),
        ("PayPal", 5150, 74, 180, 0.035, 0.95),
        ("Bank Transfer", 3000, 26, 0, 0, 1),
    ),
)
TOP_CUSTOMERS = Table(
    "Top Customers",
    CUSTOMERS,
    "partner_id",
    (Column("gross", "Gross"), Column("net", "Net")),
    (
        ("Customer", "Gross", "Net"),
        ("Azure Interior", 8300, 8090),
        ("Deco Addict", 6100, 5930),
        ("Gemini Furniture", 4900, 4770),
        ("Ready Mat", 3200, 3120),
    ),
    at="H",
)
CHANNELS = Table(
    "Channels",
    PAYMENTS,
    "channel",
    METHODS.columns,
    (
        ("Channel", *METHODS.sample[0][1:]),
        ("Online", 36000, 471, 840, 0.0233, 0.93),
        ("Saved Method", 9250, 118, 231, 0.025, 0.97),
        ("Bank Transfer", 3000, 23, 39, 0.013, 1),
    ),
)
PROVIDERS = Table(
    "Providers",
    PAYMENTS,
    "provider_id",
    (Column("gross", "Gross"), Column("effective_fee_rate", "Fee", "avg", SHARE)),
    (("Provider", "Gross", "Fee"), ("Stripe", 45250, 0.0245), ("Wire", 3000, 0)),
    at="H",
)

BOARD = Board(
    "payments",
    FILTERS,
    TILES,
    CHARTS,
    ((METHODS, TOP_CUSTOMERS), (CHANNELS, PROVIDERS)),
    (165, 95, 80, 85, 95, 95, 20, 195, 85, 85),
    BASIS,
)
