"""Figures of the bank, the till and the shelves: what the boards show beside payments.

Those of payments themselves are in :mod:`definitions`. Each is named once, here: the
reports' fields and the boards' notes take their words from it.
"""

from .definitions import AMOUNT, COUNT, SHARE, Fact

HOURS, DAYS, SECONDS = "hours", "days", "seconds"

DSO_DAYS = 90
PACE_DAYS = 28
AGES = (
    ("0_ahead", "Paid Ahead"),
    ("1_current", "Not Due"),
    ("2_30", "1-30 Days"),
    ("3_60", "31-60 Days"),
    ("4_90", "61-90 Days"),
    ("5_over", "Over 90 Days"),
)
AGEING = "Odoo, aged receivable report"

FIGURES = {
    each.name: each
    for each in (
        # === Operations === #
        Fact("bank_lines", "Bank Lines", COUNT, "Posted lines of the company's banks."),
        Fact(
            "engine_rate",
            "Matched by Itself",
            SHARE,
            "Bank lines that the engine matched / all bank lines of these days.",
        ),
        Fact(
            "matched_rate",
            "Reconciled",
            SHARE,
            "Reconciled bank lines / all bank lines of these days.",
        ),
        Fact("open_lines", "Still Open", COUNT, "Bank lines not reconciled today."),
        Fact(
            "by_person",
            "Matched by a Person",
            COUNT,
            "Bank lines matched by accepting a proposal, or without one.",
        ),
        Fact(
            "hours_to_match_p50",
            "Hours to Match, Median",
            HOURS,
            "From the bank line's arrival in Odoo until it was matched: half of them"
            " took no longer.",
        ),
        Fact(
            "hours_to_match_p90",
            "Hours to Match, 90%",
            HOURS,
            "From the bank line's arrival in Odoo until it was matched: nine in ten"
            " took no longer.",
        ),
        Fact(
            "hand_hours",
            "Hours by Hand",
            HOURS,
            "Lines matched by a person x the minutes that a booking by hand takes"
            " (Settings, Integrated Payments: an assumption).",
        ),
        Fact(
            "saved_hours",
            "Hours Saved",
            HOURS,
            "Lines matched by the engine x the minutes that a booking by hand takes"
            " (Settings, Integrated Payments: an assumption).",
        ),
        Fact(
            "delay_p50",
            "Event Delay, Median",
            SECONDS,
            "From the event at the gateway until Odoo had processed it: half of them"
            " took no longer.",
        ),
        Fact(
            "delay_p90",
            "Event Delay, 90%",
            SECONDS,
            "From the event at the gateway until Odoo had processed it: nine in ten"
            " took no longer.",
        ),
        Fact(
            "processing_p90",
            "Processing, 90%",
            SECONDS,
            "From the event's arrival in Odoo until it was processed: nine in ten took"
            " no longer.",
        ),
        Fact(
            "parked_events",
            "Events to Look At",
            COUNT,
            "Events of the gateway that need a person.",
        ),
        Fact(
            "held_effects",
            "Effects Held",
            COUNT,
            "Orders, invoices, deliveries or receipts that a payment could not set in"
            " motion.",
        ),
        Fact(
            "discrepancies",
            "Discrepancies",
            COUNT,
            "What is wrong at the bank and still open, whenever it was found.",
        ),
        # === Cash === #
        Fact(
            "gateway_balance",
            "Gateway Balances",
            AMOUNT,
            "Available and pending money at the gateways, as each stated at the last"
            " balance proof, at today's rate.",
        ),
        Fact(
            "expected_90",
            "Expected in 90 Days",
            AMOUNT,
            "What is to come in less what is to go out, as forecast last night; the"
            " chart adds it up to the money that is there.",
        ),
        Fact("available", "Available", AMOUNT, "May be paid out at once."),
        Fact("pending", "Pending", AMOUNT, "Not available for payouts yet."),
        Fact(
            "in_transit",
            "Payouts in Transit",
            AMOUNT,
            "Left the gateway, and not on a bank statement yet, at today's rate.",
        ),
        Fact(
            "receivable",
            "Receivables",
            AMOUNT,
            "What customers owe by posted entries, less what they paid ahead.",
        ),
        Fact(
            "overdue",
            "Overdue",
            AMOUNT,
            "Open invoices whose due date is past, by the company's calendar. What"
            " customers paid ahead is not set against them.",
            AGEING,
        ),
        Fact(
            "overdue_share",
            "Overdue Share",
            SHARE,
            "Overdue / open invoices.",
        ),
        Fact(
            "credit_sales",
            "Credit Sales",
            AMOUNT,
            f"Invoices less credit notes of the last {DSO_DAYS} days, tax included.",
        ),
        Fact(
            "dso",
            "Days Sales Outstanding",
            DAYS,
            f"Receivables / credit sales of the last {DSO_DAYS} days x {DSO_DAYS}."
            " Ours: Odoo's own invoicing board divides by income less cost.",
        ),
        Fact(
            "days_overdue",
            "Days Overdue",
            DAYS,
            "The longest time that an open item is past its due date.",
        ),
        # === Customers === #
        Fact("customers", "Customers", COUNT, "Customers who ever paid the company."),
        Fact(
            "new_customers",
            "New",
            COUNT,
            "Customers whose first payment was in this month.",
        ),
        Fact(
            "returning_customers",
            "Returning",
            COUNT,
            "Customers who paid in this month, and in a month before.",
        ),
        Fact(
            "lapsed_customers",
            "Lapsed",
            COUNT,
            "Customers without a payment for more than twice their rhythm.",
        ),
        Fact(
            "lifetime_value",
            "Lifetime Value",
            AMOUNT,
            "Net to date per customer: paid, less paid back, disputed and fees."
            " Observed, not forecast.",
        ),
        Fact(
            "rhythm_days",
            "Buying Rhythm",
            DAYS,
            "Median of the days between two days with a payment of a customer; the"
            " mean of that over customers who paid twice at least.",
        ),
        Fact(
            "retention_1",
            "Back After a Month",
            SHARE,
            "Customers who paid in the month after their first / all of their cohorts.",
        ),
        Fact(
            "retention_3",
            "Back After Three Months",
            SHARE,
            "Customers who paid in the third month after their first / all of their"
            " cohorts.",
        ),
        # === Stock === #
        Fact(
            "products_at_risk",
            "Products at Risk",
            COUNT,
            "Stored products that last less than two weeks at the payments' pace.",
        ),
        Fact(
            "paid_quantity",
            "Paid Quantity",
            COUNT,
            f"Pieces on orders first paid in the last {PACE_DAYS} days, cancelled ones"
            " left out.",
        ),
        Fact(
            "pace",
            "Paid per Day",
            COUNT,
            f"Paid quantity / {PACE_DAYS}.",
        ),
        Fact(
            "free_quantity",
            "Free Stock",
            COUNT,
            "On hand in internal locations, less what is reserved.",
        ),
        Fact(
            "days_left",
            "Days Left",
            DAYS,
            "Free stock / paid per day: when the shelf is empty if customers go on"
            " paying at this pace. Goods under way to us are not counted.",
        ),
        Fact(
            "sell_through",
            "Sell-Through",
            SHARE,
            f"Paid quantity of {PACE_DAYS} days / (paid quantity + free stock).",
        ),
    )
}
HELP = {name: each.help for name, each in FIGURES.items()}
