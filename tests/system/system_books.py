"""Is the ledger right? Read back from Odoo, compared with what the gateway has.

What should be in the ledger is counted from the gateway's own balance transactions,
by rules of this file alone, so that the product's tables are not proven by themselves.
"""

from collections import Counter, defaultdict

from system_stage import until

TAX = "tax"
CUSTOMERS = "charge payment refund payment_refund payment_failure_refund".split()
CHOSEN = ("other_adjustment",)
DISPUTED = ("adjustment",)  # the gateway's type of a dispute and of its reversal


def settled(stage):
    """Wait until nothing is due, then hold the whole ledger against the gateway.

    :raise AssertionError: something is parked, missing, posted twice or off by a cent
    """
    until("deliveries are idle", lambda: stage.sandbox.drain(timeout=20)["idle"])
    until(
        lambda: f"inbox empty: {_open_events(stage)}", lambda: not _open_events(stage)
    )
    theirs = stage.sandbox.objects(type="balance_transaction")["data"]
    until(
        lambda: f"movements posted: {_missing(stage, theirs)}",
        lambda: not _missing(stage, theirs),
    )
    _each_posted_once(stage, theirs)
    assert balances(stage) == expected_balances(theirs)
    _proof_is_zero(stage)


def _open_events(stage):
    fields = ["event_type", "state", "attempts", "reason"]
    domain = [("state", "in", ("pending", "parked"))]
    return stage.odoo.find("payment.event", domain, fields)


def _missing(stage, theirs):
    """Return the ids of the gateway's movements that are not posted."""
    posted = stage.odoo.find(
        "payment.balance.transaction", [("state", "=", "posted")], ["gateway_ref"]
    )
    return {each["id"] for each in theirs} - {each["gateway_ref"] for each in posted}


def _each_posted_once(stage, theirs):
    """Each movement is one statement line over its net, and there is no other line."""
    lines = stage.odoo.find(
        "account.bank.statement.line",
        [("journal_id", "=", journal(stage))],
        ["ref", "amount"],
    )
    posted = Counter((line["ref"], round(line["amount"] * 100)) for line in lines)
    assert posted == Counter((each["id"], each["net"]) for each in theirs)


def _proof_is_zero(stage):
    provider = stage.company.provider
    stage.odoo.press("payment.provider", "action_prove_balance", provider)
    fields = ["proof_state", "proof_text"]
    proof = stage.odoo.one("payment.provider", [("id", "=", provider)], fields)
    assert proof["proof_state"] == "green", proof["proof_text"]


def journal(stage):
    """Return the id of the gateway's journal."""
    provider = stage.odoo.one(
        "payment.provider", [("id", "=", stage.company.provider)], ["journal_id"]
    )
    return provider["journal_id"][0]


def balances(stage):
    """Return {role: posted balance in cents} of the gateway's accounts.

    Read by journal: what other journals do with an account (a payment, the bank's own
    line) is another test's question.
    """
    accounts = {
        each["account_id"][0]: each["role"]
        for each in stage.odoo.find(
            "payment.gateway.account", [], ["role", "account_id"]
        )
    }
    found = stage.odoo.find(
        "account.journal", [("id", "=", journal(stage))], ["default_account_id"]
    )
    accounts[found[0]["default_account_id"][0]] = "gateway"
    rows = stage.odoo.call(
        "account.move.line",
        "formatted_read_group",
        [
            ("account_id", "in", list(accounts)),
            ("parent_state", "=", "posted"),
            ("statement_line_id", "!=", False),
            ("journal_id", "=", journal(stage)),
        ],
        ["account_id"],
        ["balance:sum"],
    )
    cents = {
        accounts[row["account_id"][0]]: round(row["balance:sum"] * 100) for row in rows
    }
    return {role: amount for role, amount in cents.items() if amount}


def expected_balances(theirs):
    """Return the same, counted from the gateway's balance transactions."""
    sums = defaultdict(int)
    for each in theirs:
        sums["gateway"] += each["net"]
        if each["reporting_category"] in CHOSEN:
            continue  # on an account that a person chose: none of the gateway's own
        sums[_counterpart(each)] -= each["amount"]
        for fee in each["fee_details"]:
            disputed = each["type"] in DISPUTED
            role = "dispute_fee" if disputed else "fee"
            sums["fee_tax" if fee["type"] == TAX else role] += fee["amount"]
    return {role: amount for role, amount in sums.items() if amount}


def _counterpart(movement):
    """Return on whose account the other side of a movement is."""
    if movement["type"] in CUSTOMERS:
        return "outstanding"
    if movement["type"] in ("payout", "payout_failure", "payout_cancel"):
        return "transit"
    if movement["type"] in DISPUTED:
        return "dispute"
    if movement["type"] == "refund_failure":
        return "refund_liability"
    raise AssertionError(f"This test does not know the type {movement['type']}.")


# === THE PAYMENTS THEMSELVES === #


def paid_once(stage, payments):
    """Each payment of an order has each of its effects once, and what it paid is paid.

    :param payments: ids of payment.transaction, each of one order
    :raise AssertionError: naming the first that is not so
    """
    for payment in stage.odoo.find(
        "payment.transaction",
        [("id", "in", list(payments))],
        ["reference", "amount", "partner_id", "sale_order_ids", "invoice_ids", "state"],
    ):
        assert payment["state"] == "done", payment
        assert _counts(stage, payment) == {
            "payments": [payment["amount"]],
            "invoices": [("posted", "paid", 0.0)],
            "receipts": 1,
            "notes on customer": 1,
            "notes on opportunity": 1,
            "deliveries": ["done"],
            "delivered": True,
        }, payment["reference"]


def _counts(stage, payment):
    """Return how often each effect of a payment is there."""
    find, order = stage.odoo.find, payment["sale_order_ids"]
    sold = find("sale.order", [("id", "in", order)], ["opportunity_id", "picking_ids"])
    pickings = sum((each["picking_ids"] for each in sold), [])
    return {
        "payments": _values(
            find(
                "account.payment",
                [("payment_transaction_id", "=", payment["id"])],
                ["amount"],
            )
        ),
        "invoices": _values(
            find(
                "account.move",
                [("id", "in", payment["invoice_ids"])],
                ["state", "payment_state", "amount_residual"],
            )
        ),
        "receipts": len(
            find(
                "mail.mail",
                [("model", "=", "payment.transaction"), ("res_id", "=", payment["id"])],
            )
        ),
        "notes on customer": _notes(
            stage, payment, "res.partner", [payment["partner_id"][0]]
        ),
        "notes on opportunity": _notes(
            stage, payment, "crm.lead", [each["opportunity_id"][0] for each in sold]
        ),
        "deliveries": _values(
            find("stock.picking", [("id", "in", pickings)], ["state"])
        ),
        "delivered": all(
            line["qty_delivered"] == line["product_uom_qty"]
            for line in find(
                "sale.order.line",
                [("order_id", "in", order)],
                ["qty_delivered", "product_uom_qty"],
            )
        ),
    }


def _values(rows):
    """Return the rows' values without ids: one field plain, several as a tuple."""
    values = [
        tuple(value for name, value in row.items() if name != "id") for row in rows
    ]
    return [value[0] if len(value) == 1 else value for value in values]


def _notes(stage, payment, model, ids):
    """Return how many notes on records link to a payment."""
    messages = stage.odoo.find(
        "mail.message",
        [
            ("model", "=", model),
            ("res_id", "in", ids),
            ("body", "ilike", f'data-oe-id="{payment["id"]}"'),
        ],
    )
    return len(messages)
