"""A story told to Odoo: documents posted, bank lines created, nothing of the truth."""

from datetime import date, datetime, time, timedelta, timezone

from .._odoo import keep_books
from .cases import MODELS, written

START = date(2025, 12, 31)
BANK = "BEN"  # code of the journal of the bank lines


def tell(env, story):
    """Create partners, documents and bank lines.

    :return: ({item key: account.move}, ids of the bank lines in the story's order)
    """
    partners = _partners(env, story)
    moves = _documents(env, story, partners) | _payouts(env, story)
    env.cr.commit()
    return moves, _lines(env, story, moves)


def _partners(env, story):
    """Return {number: res.partner}; some share a name's words, as in life."""
    numbers = sorted(
        {item.partner for item in story.items} | set(range(story.partners))
    )
    found = env["res.partner"].create(
        [{"name": f"{_name(number)} {number}"} for number in numbers]
    )
    env["res.partner.bank"].create(
        [
            {"partner_id": partner.id, "acc_number": account(number)}
            for number, partner in zip(numbers, found, strict=True)
        ]
    )
    return dict(zip(numbers, found, strict=True))


def _name(number):
    return ("Meier GmbH", "Dupont SA", "Acme Trading", "Rossi SRL", "Li Export")[
        number % 5
    ]


def account(number):
    """Return the bank account of partner ``number``, an IBAN."""
    body = f"{number:010}{number % 97 or 97:02}"
    check = 98 - int(f"{body}111400") % 97
    return f"BE{check:02}{body}"


def _documents(env, story, partners):
    euro = env.ref("base.EUR")
    euro.active = True
    env["res.currency.rate"].create(
        {
            "currency_id": euro.id,
            "name": "2025-01-01",
            "rate": 0.5,
            "company_id": env.company.id,
        }
    )
    terms = _terms(env)
    items = [item for item in story.items if item.kind != "payout"]
    moves = env["account.move"].create(
        [_document(story, item, partners, terms, euro) for item in items]
    )
    for start in range(0, len(moves), 200):
        moves[start : start + 200].action_post()
        env.cr.commit()
    found = dict(zip((item.key for item in items), moves, strict=True))
    _settle(env, [found[item.key] for item in items if item.settled])
    for item in items:
        if item.registered:
            item.number = found[item.key].name
            found[item.key] = _register(env, found[item.key])
    return found


def _document(story, item, partners, terms, euro):
    values = {
        "move_type": item.kind,
        "partner_id": partners[item.partner].id,
        "invoice_date": START + timedelta(days=item.day),
        "invoice_payment_term_id": False,
        "invoice_line_ids": [
            (
                0,
                0,
                {
                    "name": "Goods",
                    "price_unit": item.amount / 100,
                    "quantity": 1,
                    "tax_ids": [(5,)],
                },
            )
        ],
    }
    if item.kind == "in_invoice":
        values["ref"] = item.reference or f"V{story.seed}-{item.key:06}"
    elif item.reference:
        values["payment_reference"] = item.reference
    if item.instalments or item.discount:
        name = "instalments" if item.instalments else "discount"
        values["invoice_payment_term_id"] = terms[name].id
    if item.euro:
        values["currency_id"] = euro.id
    return values


def _terms(env):
    halves = [
        (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
        for days in (30, 90)
    ]
    return {
        "instalments": env["account.payment.term"].create(
            {"name": "Two halves", "line_ids": halves}
        ),
        "discount": env["account.payment.term"].create(
            {
                "name": "2% in 30 days",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 60,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 100, "nb_days": 60})
                ],
            }
        ),
    }


def _register(env, move):
    """Register a payment by hand; returns its entry, which the bank line will pay."""
    wizard = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    )
    return wizard.create({})._create_payments().move_id


def _settle(env, moves):
    """Pay documents from another bank before the story begins."""
    journal = env["account.journal"].create(
        {"name": "Last Year's Bank", "code": "OLD", "type": "bank"}
    )
    for move in moves:
        line = env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": move.date,
                "payment_ref": move.name,
                "amount": move.amount_total,
            }
        )
        item = move.line_ids.filtered(lambda row: row.display_type == "payment_term")
        match = env["account.match"].create(
            {
                "statement_line_id": line.id,
                "move_line_id": item.id,
                "evidence": [],
                "held_by": [],
            }
        )
        match._post("person")


def _payouts(env, story):
    """Book the payouts of a gateway; returns {item key: entry in transit}."""
    # Odoo finds its addons only once it is configured.
    from odoo.addons.integrated_payments.gateway import types

    provider = env.ref("payment.payment_provider_stripe")
    keep_books(provider)
    items = {item.number: item for item in story.items if item.kind == "payout"}
    payouts = env["payment.payout"]._store(
        provider, [types.Payout(**_paid_out(item)) for item in items.values()]
    )
    for ref, payout in payouts.items():
        movement = types.BalanceTransaction(**_movement(items[ref]))
        stored = env["payment.balance.transaction"]._store(
            provider, [movement], payout_id=payout
        )
        payout.own_balance_transaction_id = stored[movement.ref]
    provider._post_balance_transactions()
    return {
        items[ref].key: payout.own_balance_transaction_id.statement_line_id.move_id
        for ref, payout in payouts.items()
    }


def _paid_out(item):
    return {
        "ref": item.number,
        "status": "paid",
        "amount": item.amount,
        "currency": "USD",
        "created": _noon(item.day - 2),
        "arrival_date": START + timedelta(days=item.day),
        "automatic": True,
        "reconciliation": "completed",
        "descriptor": "STRIPE",
    }


def _movement(item):
    return {
        "ref": f"txn_{item.number}",
        "category": "payout",
        "type": "payout",
        "amount": -item.amount,
        "fee": 0,
        "tax": 0,
        "net": -item.amount,
        "currency": "USD",
        "created": _noon(item.day - 2),
        "source_ref": item.number,
    }


def _noon(day):
    return datetime.combine(START + timedelta(days=day), time(12), timezone.utc)


def _lines(env, story, moves):
    company = env.company
    accounts = env["account.account"].create(
        [
            {"name": "Charges", "code": "658100", "account_type": "expense"},
            {"name": "Differences", "code": "658200", "account_type": "expense"},
            {"name": "Discounts", "code": "658300", "account_type": "expense"},
        ]
    )
    charged, differences, discounts = accounts
    company.write(
        {
            "match_tolerance": 0.05,
            "match_tolerance_account_id": differences.id,
            "match_charges_account_id": charged.id,
            "account_journal_early_pay_discount_loss_account_id": discounts.id,
            "account_journal_early_pay_discount_gain_account_id": discounts.id,
        }
    )
    _models(env)
    journal = env["account.journal"].create(
        {"name": "Bench Bank", "code": BANK, "type": "bank"}
    )
    euro = env.ref("base.EUR")
    values = []
    for line in story.lines:
        numbers = [
            written(story.items[key].number or moves[key].name, line.change, story.dice)
            for key in line.names
        ]
        each = {
            "journal_id": journal.id,
            "date": START + timedelta(days=line.day),
            "payment_ref": line.text.format(*numbers),
            "amount": line.amount / 100,
        }
        if line.account is not None:
            each["account_number"] = account(line.account)
        if line.euro:
            each |= {
                "foreign_currency_id": euro.id,
                "amount_currency": line.euro / 100,
            }
        values.append(each)
    lines = env["account.bank.statement.line"].create(values)
    env.cr.commit()
    return lines.ids


def _models(env):
    """Make the company's reconciliation models, each with an account of its name."""
    for number, (name, word, most) in enumerate(MODELS):
        account = env["account.account"].create(
            {"name": name, "code": f"6590{number:02}", "account_type": "expense"}
        )
        env["account.reconcile.model"].create(
            {
                "name": name,
                "trigger": "auto_reconcile",
                "match_label": "contains",
                "match_label_param": word,
                "match_amount": "between",
                "match_amount_min": 0.01,
                "match_amount_max": most / 100,
                "line_ids": [(0, 0, {"account_id": account.id})],
            }
        )
