"""The board "Customers": who pays, comes back, and what they are worth."""

from ..metrics.definitions import COUNT, SHARE
from ..metrics.figures import DAYS
from .board import (
    AMBER,
    COMPANY,
    COUNTRY,
    RED,
    ROUND,
    SALESPERSON,
    Board,
    Chart,
    Column,
    Source,
    Table,
    Tile,
)

CUSTOMERS = Source(
    "payment.customer.snapshot",
    "payment_analytics.menu_payment_figures_customers",
    {"Company": "company_id", "Salesperson": "user_id", "Country": "country_id"},
)
COHORTS = Source(
    "payment.cohort",
    "payment_analytics.menu_payment_figures_cohorts",
    {"Company": "company_id", "Salesperson": "user_id"},
)
MONTHS = 12
PAID = (("payments", ">", 0),)


def _after(months):
    return (("months_since", "=", months),)


TILES = (
    Tile(
        CUSTOMERS, "__count", (412, 0, 0), aggregator="", domain=PAID, key="customers"
    ),
    Tile(
        CUSTOMERS,
        "__count",
        (38, 0, 0),
        aggregator="",
        domain=(("is_new", "=", True),),
        key="new_customers",
    ),
    Tile(
        CUSTOMERS,
        "__count",
        (121, 0, 0),
        aggregator="",
        domain=(("is_returning", "=", True),),
        key="returning_customers",
    ),
    Tile(
        CUSTOMERS,
        "__count",
        (24, 0, 0),
        RED,
        False,
        aggregator="",
        domain=(("is_lapsed", "=", True),),
        key="lapsed_customers",
    ),
    Tile(
        CUSTOMERS,
        "net",
        (1284, 0, 0),
        domain=PAID,
        key="lifetime_value",
        over="__count",
    ),
    Tile(
        CUSTOMERS,
        "rhythm_days",
        (34, 0, 0),
        AMBER,
        aggregator="avg",
        domain=(("rhythm_days", ">", 0),),
    ),
    Tile(
        COHORTS,
        "retention",
        (0.412, 0, 0),
        aggregator="avg",
        domain=_after(1),
        key="retention_1",
    ),
    Tile(
        COHORTS,
        "retention",
        (0.335, 0, 0),
        aggregator="avg",
        domain=_after(3),
        key="retention_3",
    ),
)

CHARTS = (
    Chart(
        "segments",
        "Customers by Segment",
        "bar",
        CUSTOMERS,
        "__count",
        ("segment",),
        (
            ("Segment", "Customers"),
            ("Loyal", 96),
            ("Champions", 71),
            ("Potential Loyalists", 64),
            ("New", 38),
            ("At Risk", 33),
            ("Lost", 22),
        ),
        domain=(("segment", "!=", False),),
    ),
    Chart(
        "first_payments",
        "New Customers by Month",
        "bar",
        CUSTOMERS,
        "__count",
        ("first_payment_on:month",),
        (
            ("Month", "Customers"),
            ("=EDATE(TODAY(),-3)", 31),
            ("=EDATE(TODAY(),-2)", 35),
            ("=EDATE(TODAY(),-1)", 29),
            ("=TODAY()", 38),
        ),
        domain=(("first_payment_on", "!=", False),),
    ),
)

BANDS = (
    (
        Table(
            "Back in the n-th Month",
            COHORTS,
            "cohort_month",
            (Column("retention", "Retention", "avg", SHARE),),
            (
                ("Cohort", "0", "1", "2", "3"),
                ("2026-04", 1, "", "", ""),
                ("2026-03", 1, 0.43, "", ""),
                ("2026-02", 1, 0.41, 0.36, ""),
                ("2026-01", 1, 0.4, 0.35, 0.33),
            ),
            across="months_since",
            wide=MONTHS,
            length=MONTHS,
        ),
    ),
    (
        Table(
            "Segments",
            CUSTOMERS,
            "segment",
            (
                Column("__count", "Count", "", COUNT),
                Column("net", "Net", unit=ROUND),
                Column("average_ticket", "Ticket", "avg", ROUND),
                Column("rhythm_days", "Rhythm", "avg", DAYS),
                Column("score", "Score", "avg", COUNT),
            ),
            (
                ("Segment", "Count", "Net", "Ticket", "Rhythm", "Score"),
                ("Loyal", 96, 201400, 118, 29, 91),
                ("Champions", 71, 188200, 164, 18, 96),
                ("At Risk", 33, 48300, 102, 55, 78),
            ),
            domain=(("segment", "!=", False),),
            length=11,
        ),
    ),
    (
        Table(
            "Most Valuable Customers",
            CUSTOMERS,
            "partner_id",
            (
                Column("net", "Net", unit=ROUND),
                Column("payments", "Count", unit=COUNT),
                Column("rhythm_days", "Rhythm", "avg", DAYS),
                Column("open_amount", "Owes", unit=ROUND),
                Column("score", "Score", "avg", COUNT),
            ),
            (
                ("Customer", "Net", "Count", "Rhythm", "Owes", "Score"),
                ("Azure Interior", 18300, 41, 21, 8300, 74),
                ("Deco Addict", 12100, 25, 33, 6100, 81),
                ("Gemini Furniture", 9900, 30, 19, 4900, 88),
            ),
            domain=PAID,
        ),
    ),
)

BOARD = Board(
    "customers",
    (COMPANY, SALESPERSON, COUNTRY),
    TILES,
    CHARTS,
    BANDS,
    (184, *(68,) * MONTHS),
    "As of last night, months by the company's calendar. A customer is a company with"
    " its contacts. Amounts: the company's currency. Test payments are left out.",
    notes=(
        (
            "Segments",
            "Quintiles of recency, frequency and money within the company, 1 to 5 each,"
            " of customers who paid in 36 months.",
        ),
        (
            "Retention",
            "Customers of a cohort (the month of their first payment) who paid in the"
            " n-th month after it / all customers of the cohort.",
        ),
    ),
)
