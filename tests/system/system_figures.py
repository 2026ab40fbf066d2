"""The boards' figures, computed from the records themselves by other means."""

from datetime import date, datetime, timedelta
from statistics import quantiles

TODAY = date.today()
QUARTER_AGO = TODAY - timedelta(days=90)


def operations(odoo):
    """Return {title: figure} of bank lines, events and effects."""
    lines, matches = _bank_lines(odoo), _matches(odoo)
    recent = [line for line in lines if line["date"] >= str(QUARTER_AGO)]
    done = [line for line in recent if line["is_reconciled"]]
    by_engine = [line for line in done if matches.get(line["id"], "person") != "person"]
    minutes = odoo.find("res.company", [("id", "=", 1)], ["payment_minutes_by_hand"])
    hours = minutes[0]["payment_minutes_by_hand"] / 60
    events = odoo.find(
        "payment.event",
        [("received_at", ">=", str(QUARTER_AGO))],
        ["state", "created_at", "processed_at"],
    )
    delays = [
        (_moment(each["processed_at"]) - _moment(each["created_at"])).total_seconds()
        for each in events
        if each["processed_at"]
    ]
    return {
        "Reconciled": len(done) / len(recent),
        "Matched by Itself": len(by_engine) / len(recent),
        "Hours by Hand": (len(done) - len(by_engine)) * hours,
        "Hours Saved": len(by_engine) * hours,
        "Still Open": sum(not line["is_reconciled"] for line in lines),
        "Discrepancies": _count(odoo, "bank.discrepancy", [("state", "=", "open")]),
        "Event Delay, Median": _percentile(delays, 50),
        "Event Delay, 90%": _percentile(delays, 90),
        "Events to Look At": sum(each["state"] == "parked" for each in events),
        "Effects Held": _count(odoo, "payment.effect", [("state", "=", "held")]),
    }


def cash(odoo):
    """Return {title: figure} of what is owed and on its way."""
    items = odoo.find(
        "account.move.line",
        [
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
        ],
        ["amount_residual", "balance", "date", "date_maturity", "move_type"],
    )
    open_ = [each for each in items if each["amount_residual"]]
    owed = sum(max(each["amount_residual"], 0) for each in open_)
    overdue = sum(
        max(each["amount_residual"], 0)
        for each in open_
        if (each["date_maturity"] or each["date"]) < str(TODAY)
    )
    sold = sum(
        each["balance"]
        for each in items
        if each["move_type"] in ("out_invoice", "out_refund", "out_receipt")
        and str(QUARTER_AGO) < each["date"] <= str(TODAY)
    )
    receivable = sum(each["amount_residual"] for each in open_)
    under_way = odoo.find(
        "payment.payout",
        [
            ("state", "in", ("pending", "in_transit", "paid")),
            ("bank_statement_line_id", "=", False),
            ("proof", "not in", ("within", "returned")),
        ],
        ["amount"],
    )
    proof = odoo.find(
        "payment.balance.proof", [], ["gateway"], limit=1, order="id desc"
    )
    return {
        "Gateway Balances": sum(each["gateway"] for each in proof),
        "Payouts in Transit": sum(each["amount"] for each in under_way),
        "Receivables": receivable,
        "Credit Sales": sold,
        "Overdue": overdue,
        "Overdue Share": overdue / owed,
        "Days Sales Outstanding": receivable / sold * 90,
    }


def payments(odoo):
    """Return {title: figure} of what came in, what it cost, and what failed."""
    done, refunds, failed = _payments(odoo)
    moved = _movements(odoo, [*done, *refunds, *failed])
    gross = sum(each["amount"] for each in done)
    refunded = -sum(each["amount"] for each in refunds)
    fees = sum(each["fee"] for each in moved)
    disputed = -sum(each["amount"] for each in moved if "dispute" in each["category"])
    return {
        "Gross": gross,
        "Net": gross - refunded - disputed - fees,
        "Successful Payments": len(done),
        "Average Payment": gross / len(done),
        "Success Rate": len(done) / (len(done) + len(failed)),
        "Failed Payments": len(failed),
        "Fees": fees,
        "Effective Fee": fees / gross,
        "Refunded": refunded,
    }


def risk(odoo):
    """Return {title: figure} of what failed, went back and was disputed."""
    done, refunds, failed = _payments(odoo)
    gross = sum(each["amount"] for each in done)
    refunded = -sum(each["amount"] for each in refunds)
    disputes = [
        each
        for each in odoo.find(
            "payment.dispute", [], ["created_at", "state", "transaction_id"]
        )
        if each["created_at"] >= str(QUARTER_AGO)
        and not each["state"].startswith("warning")
        and each["state"] != "prevented"
    ]
    disputed = {each["transaction_id"][0] for each in disputes}
    charges = odoo.find(
        "payment.charge",
        [("transaction_id", "in", [each["id"] for each in [*done, *failed]])],
        ["state"],
    )
    return {
        "Failed Payments": len(failed),
        "Failed Attempts": sum(each["state"] == "failed" for each in charges),
        "Refunded": refunded,
        "Refund Rate": refunded / gross,
        "Refund Rate by Count": len(refunds) / len(done),
        "Dispute Rate": len(disputed) / len(done),
        "Disputes Opened": len(disputes),
        "Dispute Activity": len(disputes) / len(done),
        "Fraud Reports": _count(
            odoo,
            "payment.fraud.warning",
            [
                ("kind", "=", "early_warning"),
                ("transaction_id", "!=", False),
                ("created_at", ">=", str(QUARTER_AGO)),
            ],
        ),
    }


def sales(odoo):
    """Return {title: figure} of what was paid, and of what is on the shelves."""
    paid, _refunds, _failed = _payments(odoo)
    gross = sum(each["amount"] for each in paid)
    free = sum(
        each["quantity"] - each["reserved_quantity"]
        for each in odoo.find(
            "stock.quant",
            [("location_id.usage", "=", "internal")],
            ["quantity", "reserved_quantity"],
        )
    )
    return {
        "Gross": gross,
        "Successful Payments": len(paid),
        "Average Payment": gross / len(paid),
        "Free Stock": free,
    }


def _payments(odoo):
    """Return (paid, refunded, failed) payment.transaction of the quarter."""
    found = [
        each
        for each in odoo.find(
            "payment.transaction",
            [("state", "in", ("done", "error")), ("operation", "!=", "validation")],
            ["amount", "operation", "paid_at", "last_state_change", "state"],
        )
        if (each["paid_at"] or each["last_state_change"]) >= str(QUARTER_AGO)
    ]
    done = [each for each in found if each["state"] == "done"]
    refunds = [each for each in done if each["operation"] == "refund"]
    failed = [
        each
        for each in found
        if each["state"] == "error" and each["operation"] != "refund"
    ]
    return [each for each in done if each not in refunds], refunds, failed


def _movements(odoo, transactions):
    return odoo.find(
        "payment.balance.transaction",
        [("transaction_id", "in", [each["id"] for each in transactions])],
        ["amount", "fee", "category"],
    )


def customers(odoo):
    """Return {title: figure} of who paid, by the receivable entries."""
    found = odoo.find(
        "account.move.line",
        [
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("credit", ">", 0),
            "|",
            ("move_id.origin_payment_id", "!=", False),
            ("move_id.statement_line_id", "!=", False),
        ],
        ["partner_id", "date"],
    )
    first = {}
    for each in found:
        partner = each["partner_id"][0]
        first[partner] = min(first.get(partner, each["date"]), each["date"])
    month = str(TODAY)[:7]
    return {
        "Customers": len(first),
        "New": sum(day.startswith(month) for day in first.values()),
    }


def _bank_lines(odoo):
    gateways = [
        each["journal_id"][0]
        for each in odoo.find(
            "payment.provider", [("books_mode", "!=", "off")], ["journal_id"]
        )
        if each["journal_id"]
    ]
    return odoo.find(
        "account.bank.statement.line",
        [
            ("journal_id.type", "in", ("bank", "credit")),
            ("journal_id", "not in", gateways),
            ("amount", "!=", 0),
            ("state", "=", "posted"),
        ],
        ["date", "is_reconciled"],
    )


def _matches(odoo):
    found = odoo.find(
        "account.match", [("state", "=", "posted")], ["statement_line_id", "origin"]
    )
    return {each["statement_line_id"][0]: each["origin"] for each in found}


def _count(odoo, model, domain):
    return len(odoo.find(model, domain, ["id"]))


def _moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")


def _percentile(values, percent):
    return quantiles(values, n=100, method="inclusive")[percent - 1]
