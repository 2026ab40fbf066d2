"""The board "Risk": what fails, what goes back, what is disputed, and by whom."""

from ..metrics.definitions import COUNT, SHARE
from .board import (
    AMBER,
    COMPANY,
    COUNTRY,
    METHOD,
    PERIOD,
    PROVIDER,
    RED,
    SALESPERSON,
    SMALL_SHARE,
    Board,
    Chart,
    Column,
    Source,
    Table,
    Tile,
    channel,
)
from .payments import BASIS, CUSTOMERS, DECLINES, MATCHING, MODEL, PAYMENTS

# What happened on a day, whenever the payment was: there are days without payments.
EVENTS = Source(
    MODEL,
    "payment_analytics.menu_payment_rollup",
    MATCHING,
    year_later="year_later",
)
# Disputes are no figure of a payment's own day: these open by customer and day.
DISPUTES = Source(CUSTOMERS.model, CUSTOMERS.menu, MATCHING, top=True)
PROGRAMME = Source(
    "payment.network.report",
    "payment_analytics.menu_payment_network_report",
    {"Company": "company_id"},
)
LIMITS = Source(
    "payment.threshold",
    "payment_analytics.menu_payment_threshold",
    {"Company": "company_id"},
    domain=(
        ("kind", "=", "disputes"),
        ("in_force", "=", True),
        ("region", "!=", "mena"),
    ),
)
ALERTS = Source(
    "payment.alert",
    "payment_analytics.menu_payment_alert",
    {"Company": "company_id", "Provider": "provider_id"},
    domain=(("state", "=", "open"),),
)


def _rate(source, name, sample, color):
    return Tile(source, name, sample, color, False, aggregator="avg", unit=SMALL_SHARE)


TILES = (
    Tile(PAYMENTS, "failed_payments", (38, 42, 44), AMBER, False),
    Tile(PAYMENTS, "failed_attempts", (66, 71, 80), AMBER, False),
    Tile(PAYMENTS, "blocked_attempts", (4, 6, 3), AMBER, False),
    Tile(PAYMENTS, "authorisation_rate", (0.917, 0.905, 0.9), AMBER, aggregator="avg"),
    Tile(PAYMENTS, "refunded", (1160, 905, 980), RED, False),
    _rate(PAYMENTS, "refund_rate", (0.024, 0.0216, 0.0264), RED),
    _rate(PAYMENTS, "refund_count_rate", (0.031, 0.028, 0.033), RED),
    _rate(PAYMENTS, "dispute_rate", (0.0016, 0.0018, 0.002), RED),
    Tile(EVENTS, "dispute_activity", (2, 1, 1), RED, False),
    _rate(EVENTS, "dispute_activity_rate", (0.0033, 0.0018, 0.002), RED),
    Tile(EVENTS, "fraud_reports", (1, 0, 1), RED, False),
    _rate(EVENTS, "vamp_ratio", (0.0049, 0.0018, 0.004), RED),
)

CHARTS = (
    Chart(
        "risk_declines",
        "Failed Attempts by Day and Reason",
        "bar",
        DECLINES,
        "attempts",
        ("day:day", "reason"),
        (
            ("Day", "Insufficient Funds", "Declined by the Bank"),
            ("=TODAY()-4", 5, 3),
            ("=TODAY()-3", 3, 4),
            ("=TODAY()-2", 8, 2),
            ("=TODAY()-1", 4, 5),
            ("=TODAY()", 2, 1),
        ),
        share=12,
        options={"stacked": True, "legendPosition": "top"},
    ),
    Chart(
        "risk_refunds",
        "Refunded by Week",
        "bar",
        PAYMENTS,
        "refunded",
        ("day:week",),
        (
            ("Week", "Refunded"),
            ("=TODAY()-21", 260),
            ("=TODAY()-14", 340),
            ("=TODAY()-7", 310),
            ("=TODAY()", 250),
        ),
    ),
    Chart(
        "risk_programme",
        "Visa's Monitoring: VAMP Ratio by Month",
        "line",
        PROGRAMME,
        "vamp_ratio",
        ("month:month",),
        (
            ("Month", "VAMP Ratio"),
            ("=EDATE(TODAY(),-3)", 0.0031),
            ("=EDATE(TODAY(),-2)", 0.004),
            ("=EDATE(TODAY(),-1)", 0.0018),
            ("=TODAY()", 0.0049),
        ),
        domain=(),
    ),
)

MONTHS = Table(
    "Visa's Monitoring by Month (VAMP)",
    PROGRAMME,
    "month:month",
    (
        Column("fraud_reports", "Fraud", unit=COUNT),
        Column("card_disputes", "Disputes", unit=COUNT),
        Column("card_not_present", "Payments", unit=COUNT),
        Column("vamp_ratio", "Ratio", "avg", SMALL_SHARE),
        Column("allowed", "Limit", "max", SMALL_SHARE),
    ),
    (
        ("Month", "Fraud", "Disputes", "Payments", "Ratio", "Limit"),
        ("This Month", 1, 2, 612, 0.0049, 0.015),
        ("Last Month", 0, 1, 548, 0.0018, 0.015),
    ),
    length=13,
    order=None,
)
IN_FORCE = Table(
    "Limits in Force",
    LIMITS,
    "network",
    (
        Column("limit", "Limit", "max", SMALL_SHARE),
        Column("min_cases", "From", "max", COUNT),
    ),
    (("Network", "Limit", "From"), ("Visa", 0.015, 1500), ("Mastercard", 0.015, 100)),
    at="H",
    domain=(("level", "=", "merchant"),),
    views=("list", "form", "search"),
)
FAILING = Table(
    "Customers Whose Attempts Fail",
    CUSTOMERS,
    "partner_id",
    (
        Column("failed_attempts", "Failed", unit=COUNT),
        Column("blocked_attempts", "Blocked", unit=COUNT),
        Column("successful_payments", "Paid", unit=COUNT),
        Column("success_rate", "Success", "avg", SHARE),
        Column("gross", "Gross"),
    ),
    (
        ("Customer", "Failed", "Blocked", "Paid", "Success", "Gross"),
        ("Ready Mat", 9, 3, 1, 0.25, 320),
        ("Deco Addict", 3, 0, 12, 0.92, 6100),
    ),
    domain=(("failed_attempts", ">", 0),),
)
COUNTRIES = Table(
    "Failed Attempts by Country",
    DECLINES,
    "country_id",
    (Column("attempts", "Failed", unit=COUNT),),
    (("Country", "Failed"), ("Netherlands", 31), ("Germany", 18), ("Belgium", 9)),
    at="H",
)
DISPUTING = Table(
    "Customers Who Dispute",
    DISPUTES,
    "partner_id",
    (
        Column("dispute_activity", "Disputes", unit=COUNT),
        Column("fraud_reports", "Fraud", unit=COUNT),
        Column("disputed", "Taken Back"),
        Column("refunded", "Refunded"),
        Column("gross", "Gross"),
    ),
    (
        ("Customer", "Disputes", "Fraud", "Taken Back", "Refunded", "Gross"),
        ("Ready Mat", 1, 1, 320, 0, 320),
        ("Gemini Furniture", 1, 0, 150, 80, 4900),
    ),
    domain=("|", ("dispute_activity", ">", 0), ("fraud_reports", ">", 0)),
)
OPEN_ALERTS = Table(
    "Suspicious or Unusual",
    ALERTS,
    "kind",
    (Column("__count", "Open Alerts", "", COUNT),),
    (("Kind", "Open Alerts"), ("Unusual Amount", 1), ("Many Attempts", 1)),
    at="H",
    views=("list", "form", "search"),
)

BOARD = Board(
    "risk",
    (PERIOD, COMPANY, channel(MODEL), PROVIDER, METHOD, COUNTRY, SALESPERSON),
    TILES,
    CHARTS,
    ((MONTHS, IN_FORCE), (FAILING, COUNTRIES), (DISPUTING, OPEN_ALERTS)),
    (195, 75, 80, 90, 95, 90, 20, 195, 85, 75),
    BASIS,
    (
        (
            "Limits",
            "Those for merchants outside the Middle East and North Africa. A month is"
            " held against the limit that was in force on its last day.",
        ),
    ),
)
