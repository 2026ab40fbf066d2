"""Who matches: ours, OCA's engine, and two rules of thumb written from their words.

Each takes the environment and the ids of the bank lines and books what it decides; what
came of it is read from the ledger afterwards.
"""

import re
import time
from collections import defaultdict

from psycopg2.errors import LockNotAvailable

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from .world import BANK

CHUNK = 200


def ours(env, ids):
    """Match with the engine as installed, in batches as its job does."""
    for lines in _chunks(env, ids):
        lines._match("job")
        env.cr.commit()


def oca(env, ids):
    """Match with ``account_reconcile_oca`` unmodified: what it does on new lines."""
    for lines in _chunks(env, ids):
        for line in lines:
            try:
                with env.cr.savepoint():
                    line._retrieve_partner()
                    line._auto_reconcile()
            except Exception as error:  # noqa: BLE001 - it abstains then
                print(f"OCA: {line.payment_ref}: {error}")
        env.cr.commit()


def install_oca(database):
    """Install OCA's package into a copy of the story's database, without our glue."""
    registry = Registry.new(
        database, update_module=True, install_modules=["account_reconcile_oca"]
    )
    with registry.cursor() as cr:
        modules = api.Environment(cr, SUPERUSER_ID, {})["ir.module.module"]
        glue = [
            ("name", "=", "payment_reconciliation_oca"),
            ("state", "=", "installed"),
        ]
        _uninstall(modules.search(glue))


def _uninstall(modules, tries=10):
    """Uninstall, as soon as PostgreSQL does not vacuum the list of modules."""
    for _again in range(tries):
        try:
            with modules.env.cr.savepoint():
                modules.env.cr.execute("LOCK ir_module_module IN EXCLUSIVE MODE NOWAIT")
            break
        except LockNotAvailable:
            time.sleep(1)
    modules.button_immediate_uninstall()


def naive(env, ids):
    """Amount and date: the open item of the amount nearest in time, within 90 days."""
    by_amount = defaultdict(list)
    for item in _open_items(env):
        by_amount[item.amount_residual_currency, item.currency_id].append(item)
    taken = set()
    for line in env["account.bank.statement.line"].browse(ids):
        fits = [
            item
            for item in by_amount[_signed(line)]
            if item not in taken and abs((line.date - item.date).days) <= 90
        ]
        if fits:
            best = min(
                fits, key=lambda item: (abs((line.date - item.date).days), item.id)
            )
            taken.add(best)
            _book(env, line, best)
    env.cr.commit()


def documented_rules(env, ids):
    """Emulate the rules that Odoo documents for its Enterprise edition, from the words.

    Partner by bank account or by its name in the text; a number of an open item found
    once in the text; with a partner: amount open once, all that is due, or one item
    within 3%.
    """
    items = _open_items(env)
    by_partner, by_number = defaultdict(list), defaultdict(list)
    for item in items:
        by_partner[item.partner_id].append(item)
        for text in (
            item.move_id.name,
            item.move_id.payment_reference,
            item.move_id.ref,
        ):
            if text:
                by_number[text.upper()].append(item)
    taken = set()
    for line in env["account.bank.statement.line"].browse(ids):
        chosen = _documented(env, line, by_partner, by_number, taken)
        if chosen:
            taken.update(chosen)
            _book(env, line, env["account.move.line"].union(*chosen))
    env.cr.commit()


def _documented(env, line, by_partner, by_number, taken):
    amount, currency = _signed(line)
    tokens = set(re.findall(r"[A-Z0-9/+\-]+", (line.payment_ref or "").upper()))
    named = {
        item
        for token in tokens
        for item in by_number.get(token, ())
        if item not in taken and item.currency_id == currency
    }
    total = sum(item.amount_residual_currency for item in named)
    if named and (total > 0) == (amount > 0):
        if len(named) == 1 or abs(total - amount) < 0.005:
            return named
    number = line.account_number
    partner = env["res.partner.bank"].search([("acc_number", "=", number)]).partner_id
    if not number or len(partner) != 1:
        return set()
    owed = [
        item
        for item in by_partner[partner]
        if item not in taken and item.currency_id == currency
    ]
    same = [
        item for item in owed if abs(item.amount_residual_currency - amount) < 0.005
    ]
    if len(same) == 1:
        return set(same)
    if owed and abs(sum(i.amount_residual_currency for i in owed) - amount) < 0.005:
        return set(owed)
    near = [
        item
        for item in owed
        if abs(item.amount_residual_currency - amount) <= abs(amount) * 0.03
    ]
    return set(near) if len(near) == 1 else set()


def _signed(line):
    """Return (amount, currency) of the transaction."""
    amount = line.amount_currency if line.foreign_currency_id else line.amount
    return amount, line.foreign_currency_id or line.currency_id


def _open_items(env):
    """Return what waits for money: documents, registered payments, payouts."""
    return env["account.move.line"].search(
        [
            ("account_id.reconcile", "=", True),
            ("journal_id.code", "!=", BANK),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", "!=", 0),
        ],
        order="date_maturity, id",
    )


def _book(env, line, items):
    """Put the line against ``items``, as far as the money goes."""
    link = {"move_line_id": items.id} if len(items) == 1 else {"item_ids": items.ids}
    match = env["account.match"].create(
        {"statement_line_id": line.id, "evidence": [], "held_by": [], **link}
    )
    match._post_or_hold("job")


def _chunks(env, ids):
    for start in range(0, len(ids), CHUNK):
        yield env["account.bank.statement.line"].browse(ids[start : start + CHUNK])
