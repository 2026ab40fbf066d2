"""What came of the story: each payment's trail, and the proof of the balance."""

import time

COMPLETE = {"done", "none"}
SIGNS = {"done": "x", "none": "-", "held": "!", "waiting": "."}


def wait_for_trails(odoo, payments, without=(), seconds=60):
    """Return the trails once all are complete, or as they are after ``seconds``.

    :param without: effects that cannot come here, such as the bank's without payouts
    """
    deadline = time.monotonic() + seconds
    while True:
        found = [
            trail(odoo, title, payment, without) for title, payment in payments.items()
        ]
        if all(each["complete"] for each in found) or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def trail(odoo, title, payment, without=()):
    """Return the trail of one payment as JSON values."""
    fields = ["reference", "state", "amount", "channel", "gateway_fee", "currency_id"]
    found = odoo.one("payment.transaction", [("id", "=", payment)], fields)
    effects = odoo.find(
        "payment.effect",
        [("transaction_id", "=", payment)],
        ["kind", "state", "reason", "document"],
        order="sequence",
    )
    names = _document_names(odoo, effects)
    return {
        "title": title,
        "reference": found["reference"],
        "state": found["state"],
        "amount": found["amount"],
        "currency": found["currency_id"][1],
        "fee": found["gateway_fee"],
        "effects": [
            {
                "effect": effect["kind"],
                "state": effect["state"],
                "reason": effect["reason"] or None,
                "document": names.get(effect["document"]),
            }
            for effect in effects
        ],
        "complete": bool(effects)
        and all(
            effect["state"] in COMPLETE
            for effect in effects
            if effect["kind"] not in without
        ),
    }


def _document_names(odoo, effects):
    """Return {reference: display name} of the documents of a trail."""
    names = {}
    for reference in {effect["document"] for effect in effects if effect["document"]}:
        model, number = reference.split(",")
        found = odoo.find(model, [("id", "=", int(number))], ["display_name"])
        names[reference] = found[0]["display_name"] if found else None
    return names


def proof(odoo, provider, opening=None):
    """Let Odoo prove the gateway's balance; return the lines per currency.

    :param dict opening: {currency: minor units} that the account held before the story,
        unknown to Odoo: what is proven then is that gateway and ledger changed by the
        same amount since, so that they differ by just that
    """
    odoo.press("payment.provider", "action_prove_balance", provider)
    found = odoo.one(
        "payment.provider",
        [("id", "=", provider)],
        ["proof_state", "proof_details", "proof_text"],
    )
    return {
        "balanced": all(
            line["gateway"] - line["ledger"] == (opening or {}).get(line["currency"], 0)
            for line in found["proof_details"]
        ),
        "opening": opening or {},
        "lines": found["proof_details"],
        "text": found["proof_text"],
    }


def show(trails, proven, payouts):
    """Return the report for a person."""
    lines = []
    for each in trails:
        amount = f"{each['amount']:,.2f} {each['currency']}"
        lines.append(f"\n{each['title']}: {amount}, fee {each['fee']:,.2f}")
        for effect in each["effects"]:
            about = ", ".join(filter(None, (effect["document"], effect["reason"])))
            lines.append(f"  [{SIGNS[effect['state']]}] {effect['effect']:<8} {about}")
    lines.append("\nPayouts:")
    for each in payouts:
        lines.append(
            f"  {each['arrival_date']}  {each['amount']:>10,.2f}  {each['proof']:<8}"
            f" bank line {each['bank_line'] or 'missing'}"
        )
    lines.append(f"\nBalance proof: {proven['text']}")
    lines += _changes(proven)
    return "\n".join(lines)


def _changes(proven):
    """Return the proof of the change, per currency, of an account with a history."""
    if not proven["opening"]:
        return []
    lines = ["Since the story began, in minor units (what the proof is of here):"]
    for line in proven["lines"]:
        before = proven["opening"].get(line["currency"], 0)
        lines.append(
            f"  {line['currency']}: gateway {line['gateway'] - before:+,d}"
            f" (from {before:,d}), ledger {line['ledger']:+,d}"
        )
    return lines


def payouts(odoo):
    """Return the payouts with their proof and bank line."""
    fields = [
        "gateway_ref",
        "arrival_date",
        "amount",
        "proof",
        "bank_statement_line_id",
    ]
    return [
        {
            "ref": each["gateway_ref"],
            "arrival_date": each["arrival_date"],
            "amount": each["amount"],
            "proof": each["proof"],
            "bank_line": (each["bank_statement_line_id"] or [0, None])[1],
        }
        for each in odoo.find("payment.payout", [], fields, order="arrival_date")
    ]
