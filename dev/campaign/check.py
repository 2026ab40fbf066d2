"""Is all as it should be? Counted from the plan and from the gateway's own records.

By rules of this file alone, so that the product's tables are not proven by themselves.
"""

from collections import Counter, defaultdict

from dev.stripe_sandbox.money import exponent

from .plan import KINDS

GONE = ("failed", "canceled")
ROLES = ("outstanding", "transit")  # accounts that must end at zero


class Findings:
    """The result: figures to be printed, and what is wrong in words."""

    def __init__(self):
        self.figures, self.wrong = {}, []

    def equal(self, name, found, expected):
        """Note a figure; if it is not as expected, say what was."""
        self.figures[name] = found
        if found != expected:
            self.wrong.append(f"{name}: {_difference(found, expected)}")

    def none(self, name, found):
        """Note how many are wrong, with the first of them."""
        self.figures[name] = len(found)
        if found:
            self.wrong.append(f"{name}: {len(found)}, such as {found[:3]}")


def _difference(found, expected):
    if not isinstance(found, dict):
        return f"{found}, expected {expected}"
    keys = sorted(set(found) | set(expected), key=str)
    return ", ".join(
        f"{key}: {found.get(key)}, expected {expected.get(key)}"
        for key in keys
        if found.get(key) != expected.get(key)
    )


def check(campaign):
    """Return the :class:`Findings` of a campaign that was played."""
    findings = Findings()
    for look in (
        _inbox,
        _movements,
        _proof,
        _payouts,
        _receivables,
        _counts,
        _accounts,
    ):
        look(campaign, findings)
    findings.none("bugs of the sandbox", campaign.sandbox.state()["bugs"])
    return findings


def _inbox(campaign, findings):
    """Every event was worked off."""
    fields = ["event_type", "state", "reason"]
    stuck = campaign.odoo.find(
        "payment.event", [("state", "in", ("pending", "parked"))], fields
    )
    findings.none("events that need attention", stuck)
    findings.figures["events"] = campaign.odoo.call("payment.event", "search_count", [])


def _movements(campaign, findings):
    """Each movement of the gateway's balance is one statement line over its net."""
    theirs = campaign.sandbox.objects(type="balance_transaction")["data"]
    lines = campaign.odoo.find(
        "account.bank.statement.line",
        [("journal_id", "in", _journals(campaign))],
        ["ref", "amount", "currency_id"],
    )
    posted = Counter(
        (line["ref"], _minor(line["amount"], line["currency_id"][1].lower()))
        for line in lines
    )
    expected = Counter((each["id"], each["net"]) for each in theirs)
    findings.none("movements not posted", list((expected - posted).elements()))
    findings.none("movements posted twice", list((posted - expected).elements()))
    parked = campaign.odoo.find(
        "payment.balance.transaction",
        [("state", "=", "parked")],
        ["gateway_ref", "category", "reason"],
    )
    outside = _count(campaign, "outside")
    findings.equal("movements to review", len(parked), min(len(parked), outside))
    if findings.figures["movements to review"] > outside:
        findings.wrong.append(f"movements to review: {parked[:3]}")
    findings.figures["movements"] = len(theirs)


def _proof(campaign, findings):
    """The ledger is the gateway's balance in each currency; the product says so too."""
    provider = campaign.stage.company.provider
    campaign.odoo.press("payment.provider", "action_prove_balance", provider)
    proof = campaign.odoo.one(
        "payment.provider", [("id", "=", provider)], ["proof_state"]
    )
    findings.equal("proof", proof["proof_state"], "green")
    totals = defaultdict(int)
    for posted in campaign.sandbox.objects(type="balance_transaction")["data"]:
        totals[posted["currency"]] += posted["net"]
    ledger = _ledger(campaign)
    for currency, theirs in sorted(totals.items()):
        difference = ledger.get(currency, 0) - theirs
        findings.equal(f"difference in {currency.upper()}", difference, 0)


def _ledger(campaign):
    """Return {currency: posted balance of the gateway's accounts}, minor units."""
    journals = campaign.odoo.find(
        "account.journal", [("id", "in", _journals(campaign))], ["default_account_id"]
    )
    rows = campaign.odoo.call(
        "account.move.line",
        "formatted_read_group",
        [
            ("account_id", "in", [each["default_account_id"][0] for each in journals]),
            ("parent_state", "=", "posted"),
        ],
        ["currency_id"],
        ["amount_currency:sum"],
    )
    codes = {number: code.lower() for code, number in campaign.stage.currencies.items()}
    return {
        codes[row["currency_id"][0]]: _minor(
            row["amount_currency:sum"], codes[row["currency_id"][0]]
        )
        for row in rows
    }


def _payouts(campaign, findings):
    """Each payout is here, in its state; what arrived is matched with the bank."""
    theirs = {
        each["id"]: each for each in campaign.sandbox.objects(type="payout")["data"]
    }
    ours = campaign.odoo.find(
        "payment.payout",
        [],
        ["gateway_ref", "state", "proof", "automatic", "bank_statement_line_id"],
    )
    findings.equal(
        "payouts",
        dict(Counter(each["state"] for each in ours)),
        dict(Counter(each["status"] for each in theirs.values())),
    )
    open_ = [each for each in ours if not _closed(each)]
    findings.none("payouts not closed", open_)


def _closed(payout):
    """Whether nothing is left to do: at the bank and proven, or returned."""
    if payout["state"] in GONE:
        return payout["proof"] != "differs" and not payout["bank_statement_line_id"]
    proven = payout["proof"] in ("proven", "allocated", "within")
    return payout["state"] == "paid" and proven and payout["bank_statement_line_id"]


def _receivables(campaign, findings):
    """Each customer owes what the plan says; each invoice shows it."""
    billed = [life for life in campaign.lives if life.number in campaign.invoices]
    invoices = campaign.odoo.find(
        "account.move",
        [("id", "in", list(campaign.invoices.values()))],
        ["amount_residual", "payment_state"],
    )
    by_id = {each["id"]: each for each in invoices}
    wrong = []
    for life in billed:
        found = by_id[campaign.invoices[life.number]]
        left = _minor(found["amount_residual"], life.currency)
        state = _invoice_state(life)
        if (left, found["payment_state"]) != (life.open_minor, state):
            wrong.append((life, left, found["payment_state"]))
    findings.figures["invoices"] = len(billed)
    findings.none("invoices with another residual or state", wrong)
    owed, expected = _owed(campaign), {}
    for life in campaign.lives:
        expected[life.number] = _owes(campaign, life)
    wrong = [
        (life, owed.get(life.number, 0), expected[life.number])
        for life in campaign.lives
        if life.kind != "outside" and owed.get(life.number, 0) != expected[life.number]
    ]
    findings.none("customers who owe another amount", wrong)


def _invoice_state(life):
    """Return the payment state that an invoice must have."""
    part = KINDS[life.kind].open
    return "not_paid" if part == 1 else "partial" if part else "paid"


def _owes(campaign, life):
    """Return what a customer owes: a refund without a credit note stays open."""
    if not life.kind.startswith("refund") or _credits(campaign):
        return life.open_minor
    return life.part


def _credits(campaign):
    """Whether refunds are credited in this version (the campaign asks for it)."""
    known = campaign.odoo.call("res.company", "fields_get", [], ["type"])
    return "payment_refund_credit_policy" in known


def _owed(campaign):
    """Return {number of the life: posted balance on receivable}, minor units."""
    rows = campaign.odoo.call(
        "account.move.line",
        "formatted_read_group",
        [
            ("partner_id", "in", list(campaign.partners.values())),
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
        ],
        ["partner_id"],
        ["amount_currency:sum"],
    )
    numbers = {partner: number for number, partner in campaign.partners.items()}
    currency = {life.number: life.currency for life in campaign.lives}
    return {
        numbers[row["partner_id"][0]]: _minor(
            row["amount_currency:sum"], currency[numbers[row["partner_id"][0]]]
        )
        for row in rows
    }


def _counts(campaign, findings):
    """Each payment, refund and dispute is there once, in the state it must have."""
    found = Counter()
    for each in campaign.odoo.call(
        "payment.transaction",
        "formatted_read_group",
        [("operation", "!=", "refund"), ("provider_code", "=", "stripe")],
        ["state"],
        ["__count"],
    ):
        found[each["state"]] = each["__count"]
    expected = Counter(
        _final_state(life) for life in campaign.lives if life.kind != "outside"
    )
    adopted = found["done"] - expected["done"]
    if 0 <= adopted <= _count(campaign, "outside"):  # a version may take them over
        found["done"] = expected["done"]
    findings.equal("payments", dict(found), dict(expected))
    outcomes = Counter(
        each["state"] for each in campaign.odoo.find("payment.dispute", [], ["state"])
    )
    expected = {
        name: _count(campaign, f"dispute_{name}")
        for name in ("won", "lost")
        if _count(campaign, f"dispute_{name}")
    }
    findings.equal("disputes", dict(outcomes), expected)
    refunds = campaign.odoo.find(
        "payment.transaction", [("operation", "=", "refund")], ["state"]
    )
    states = Counter(each["state"] for each in refunds)
    expected = {
        "done": _count(campaign, "refund") + _count(campaign, "refund_part"),
        "error": _count(campaign, "refund_fails"),
    }
    findings.equal("refunds", dict(states), {k: v for k, v in expected.items() if v})


def _final_state(life):
    if life.kind in ("declined", "debit_refused", "debit_returned"):
        return "error"
    return "cancel" if life.kind in ("void", "expire") else "done"


def _accounts(campaign, findings):
    """Nothing is left between payments, gateway and bank."""
    found = campaign.odoo.find(
        "payment.gateway.account", [("role", "in", ROLES)], ["role", "account_id"]
    )
    for each in found:
        open_items = campaign.odoo.find(
            "account.move.line",
            [
                ("account_id", "=", each["account_id"][0]),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("balance", "!=", 0),
            ],
            ["name", "amount_currency", "date"],
        )
        findings.none(f"open items on {each['account_id'][1]}", open_items)


def _journals(campaign):
    """Return the ids of the gateway's journals: one per settlement currency."""
    provider = campaign.stage.company.provider
    fields = ["journal_id", "gateway_journal_ids"]
    found = campaign.odoo.one("payment.provider", [("id", "=", provider)], fields)
    return [found["journal_id"][0], *found["gateway_journal_ids"]]


def _count(campaign, kind):
    return sum(life.kind == kind for life in campaign.lives)


def _minor(amount, currency):
    return round(amount * 10 ** exponent(currency))
