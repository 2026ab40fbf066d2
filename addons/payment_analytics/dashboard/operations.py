"""The board "Operations": what the bank and the gateway still ask of people."""

from ..metrics.definitions import COMPANY_DAY, COUNT, SHARE
from ..metrics.figures import HOURS, SECONDS
from .board import (
    AMBER,
    COMPANY,
    PERIOD,
    PROVIDER,
    RED,
    Board,
    Chart,
    Column,
    Source,
    Table,
    Tile,
)

BANK = Source(
    "payment.operations.report",
    "payment_analytics.menu_payment_operations_report",
    {"Period": "day", "Company": "company_id"},
    year_later="year_later",
)
# What is open is open, whenever it came.
OPEN_BANK = Source(BANK.model, BANK.menu, {"Company": "company_id"})
DISCREPANCIES = Source(
    "bank.discrepancy",
    "payment_reconciliation.menu_bank_discrepancy",
    {"Company": "company_id"},
    domain=(("state", "=", "open"),),
)
EVENTS = Source(
    "payment.event.report",
    "payment_analytics.menu_payment_event_report",
    {"Period": "day", "Company": "company_id", "Provider": "provider_id"},
    year_later="year_later",
)
OPEN_EVENTS = Source(
    EVENTS.model,
    EVENTS.menu,
    {"Company": "company_id", "Provider": "provider_id"},
    domain=(("state", "=", "parked"),),
)
HELD = Source(
    "payment.effect.report",
    "payment_analytics.menu_payment_effect_report",
    {"Company": "company_id", "Provider": "provider_id"},
    domain=(("state", "=", "held"),),
)

TILES = (
    Tile(BANK, "matched_rate", (0.972, 0.958, 0.801), aggregator="avg"),
    Tile(BANK, "engine_rate", (0.914, 0.887, 0.52), aggregator="avg"),
    Tile(
        BANK,
        "hours_to_match_p50",
        (0.2, 0.3, 19.5),
        AMBER,
        more_is_better=False,
        aggregator="avg",
    ),
    Tile(
        BANK,
        "hours_to_match_p90",
        (6.5, 9.1, 71.0),
        AMBER,
        more_is_better=False,
        aggregator="avg",
    ),
    Tile(BANK, "hand_hours", (1.5, 1.9, 9.2), AMBER, more_is_better=False),
    Tile(BANK, "saved_hours", (24.1, 21.6, 11.3)),
    Tile(
        OPEN_BANK, "open_lines", (11, 0, 0), RED, False, domain=(("how", "=", "open"),)
    ),
    Tile(
        DISCREPANCIES,
        "__count",
        (4, 0, 0),
        RED,
        False,
        aggregator="",
        key="discrepancies",
    ),
    Tile(EVENTS, "delay_p50", (1.1, 1.2, 1.4), AMBER, False, aggregator="avg"),
    Tile(EVENTS, "delay_p90", (3.4, 3.9, 4.8), AMBER, False, aggregator="avg"),
    Tile(OPEN_EVENTS, "parked_events", (1, 0, 0), RED, False),
    Tile(HELD, "held_effects", (2, 0, 0), RED, False),
)

CHARTS = (
    Chart(
        "matched_by_day",
        "Bank Lines by Day",
        "bar",
        BANK,
        "bank_lines",
        ("day:day", "how"),
        (
            ("Day", "By Itself", "Proposal Accepted", "By Hand", "Open"),
            ("=TODAY()-4", 41, 2, 1, 0),
            ("=TODAY()-3", 38, 3, 0, 1),
            ("=TODAY()-2", 52, 2, 2, 1),
            ("=TODAY()-1", 47, 4, 1, 3),
            ("=TODAY()", 21, 0, 0, 6),
        ),
        share=12,
        options={"stacked": True, "legendPosition": "top"},
    ),
    Chart(
        "discrepancies_by_reason",
        "Discrepancies Open, by Reason",
        "bar",
        DISCREPANCIES,
        "__count",
        ("reason",),
        (
            ("Reason", "Count"),
            ("Paid too little", 2),
            ("Unknown money", 1),
            ("Payout not arrived", 1),
        ),
        share=4,
        domain=(),
    ),
    Chart(
        "delays_by_day",
        "Event Delay by Day, 90% (s)",
        "line",
        EVENTS,
        "delay_p90",
        ("day:day",),
        (
            ("Day", "Seconds"),
            ("=TODAY()-4", 3.1),
            ("=TODAY()-3", 3.6),
            ("=TODAY()-2", 2.9),
            ("=TODAY()-1", 4.2),
            ("=TODAY()", 3.4),
        ),
        share=4,
    ),
    Chart(
        "held_by_effect",
        "Effects Held",
        "pie",
        HELD,
        "held_effects",
        ("kind",),
        (("Effect", "Held"), ("Stock", 1), ("Invoice", 1)),
        share=4,
        options={"legendPosition": "right"},
    ),
)

BANDS = (
    (
        Table(
            "Banks",
            BANK,
            "journal_id",
            (
                Column("bank_lines", "Lines", unit=COUNT),
                Column("matched_rate", "Reconciled", "avg", SHARE),
                Column("engine_rate", "By Itself", "avg", SHARE),
                Column("hours_to_match_p50", "Median", "avg", HOURS),
            ),
            (
                ("Bank", "Lines", "Reconciled", "By Itself", "Median"),
                ("Bank", 186, 0.981, 0.92, 0.2),
                ("Second Bank", 25, 0.9, 0.86, 1.5),
            ),
            length=5,
        ),
        Table(
            "Events",
            EVENTS,
            "event_type",
            (
                Column("events", "Events", unit=COUNT),
                Column("delay_p50", "Median", "avg", SECONDS),
                Column("delay_p90", "90%", "avg", SECONDS),
            ),
            (
                ("Type", "Events", "Median", "90%"),
                ("charge.succeeded", 210, 1.1, 3.2),
                ("payment_intent.succeeded", 208, 1.2, 3.5),
                ("payout.paid", 20, 1.0, 2.8),
            ),
            at="G",
            length=5,
        ),
    ),
    (
        Table(
            "Matched by",
            BANK,
            "decided_by_id",
            (
                Column("by_person", "Lines", unit=COUNT),
                Column("hand_hours", "Time", unit=HOURS),
            ),
            (
                ("By", "Lines", "Time"),
                ("Mitchell Admin", 12, 0.8),
                ("Marc Demo", 6, 0.4),
            ),
            domain=(("by_person", ">", 0),),
            length=5,
        ),
    ),
)

BOARD = Board(
    "operations",
    (PERIOD, COMPANY, PROVIDER),
    TILES,
    CHARTS,
    BANDS,
    (200, 65, 90, 80, 85, 20, 190, 70, 100, 100),
    f"Days: {COMPANY_DAY}; bank lines by the bank's date. Test payments are left out."
    " Open, parked and held: as of now, whatever the period.",
)
