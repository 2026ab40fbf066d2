"""What came of each bank line, read from the ledger and held against the truth."""

import math
from collections import Counter
from dataclasses import dataclass

from odoo.tools import SQL

from .cases import MODELS

PROPOSED = ("posted", "proposed")


@dataclass(frozen=True)
class Verdict:
    """What a contestant did with a line; money in cents."""

    case: str
    resolvable: bool
    kind: str  # right, wrong, abstained
    wrong_money: int = 0


def judge(truth, paid):
    """Return (kind, cents that went to the wrong place).

    :param truth: {item: cents} or None if nobody could know
    :param paid: {item: cents} in the ledger; empty if nothing was booked
    """
    if not paid:
        return "abstained", 0
    truth = truth or {}
    if truth == paid:
        return "right", 0
    return "wrong", sum(
        max(0, abs(cents) - abs(truth.get(item, 0))) for item, cents in paid.items()
    ) or sum(abs(cents - paid.get(item, 0)) for item, cents in truth.items())


def ledger(env, ids, moves):
    """Return {bank line id: {item key: cents}} of what is reconciled with what.

    Cents are of the document's currency; early-payment discounts, charges and written
    off differences count as paid, as they settle the document.
    """
    by_move = {move: key for key, move in moves.items()}
    env.flush_all()
    rows = env.execute_query(
        SQL(
            """
            SELECT line.id, other.move_id,
                   SUM(CASE WHEN part.debit_move_id = other.id
                            THEN part.debit_amount_currency
                            ELSE -part.credit_amount_currency END),
                   other_move.move_type
              FROM account_bank_statement_line line
              JOIN account_move_line item ON item.move_id = line.move_id
              JOIN account_partial_reconcile part
                ON item.id IN (part.debit_move_id, part.credit_move_id)
              JOIN account_move_line other
                ON other.id IN (part.debit_move_id, part.credit_move_id)
               AND other.move_id != line.move_id
              JOIN account_move other_move ON other_move.id = other.move_id
             WHERE line.id = ANY(%s)
          GROUP BY line.id, other.move_id, other_move.move_type
            """,
            list(ids),
        )
    )
    paid = _by_models(env, ids)
    for line, move, amount, _kind in rows:
        if move in by_move:
            paid.setdefault(line, {})[by_move[move]] = round(amount * 100)
        else:
            paid.setdefault(line, {})["elsewhere"] = round(amount * 100)
    return paid


def _by_models(env, ids):
    """Return {bank line id: {name of a model's account: cents}}."""
    names = [name for name, _word, _most in MODELS]
    accounts = env["account.account"].search([("name", "in", names)])
    items = env["account.move.line"].search(
        [
            ("move_id.statement_line_id", "in", list(ids)),
            ("account_id", "in", accounts.ids),
        ]
    )
    paid = {}
    for item in items:
        of_line = paid.setdefault(item.move_id.statement_line_id.id, {})
        name = item.account_id.name
        of_line[name] = of_line.get(name, 0) - round(item.balance * 100)
    return paid


def best_proposals(env, ids, moves):
    """Return {bank line id: item keys} of ours' first proposal, or what it matched."""
    by_move = {move: key for key, move in moves.items()}
    best = {}
    for line in env["account.bank.statement.line"].browse(ids):
        match = line.match_ids.filtered(lambda each: each.state in PROPOSED)[:1]
        items = match._members() or match.counterpart_line_id
        best[line.id] = {by_move.get(move.id, "elsewhere") for move in items.move_id}
        if match.reconcile_model_id:
            best[line.id] = {match.reconcile_model_id.name}
    return best


def top_share(story, ids, best):
    """Return the share of resolvable lines whose first proposal is the truth."""
    hits = [
        set(line.truth) == best[number]
        for line, number in zip(story.lines, ids, strict=True)
        if line.truth is not None
    ]
    return sum(hits), len(hits)


def verdicts(story, ids, paid):
    """Return the verdict on each line of the story."""
    found = []
    for line, number in zip(story.lines, ids, strict=True):
        kind, wrong = judge(line.truth, paid.get(number, {}))
        found.append(Verdict(line.case, line.truth is not None, kind, wrong))
    return found


def summary(found):
    """Return the figures of all verdicts of one contestant."""
    kinds = Counter((each.resolvable, each.kind) for each in found)
    right, wrong = kinds[True, "right"], kinds[True, "wrong"] + kinds[False, "wrong"]
    resolvable = sum(each.resolvable for each in found)
    posted = right + wrong
    precision = right / posted if posted else 1.0
    recall = right / resolvable if resolvable else 1.0
    low, _high = interval(right, posted)
    return {
        "lines": len(found),
        "posted": posted,
        "precision %": 100 * precision,
        "precision at least % (95%)": 100 * low,
        "recall %": 100 * recall,
        "F1 %": 200 * precision * recall / (precision + recall or 1),
        "abstained on the unresolvable %": 100
        * kinds[False, "abstained"]
        / max(len(found) - resolvable, 1),
        "wrong money": sum(each.wrong_money for each in found) / 100,
    }


def by_case(found):
    """Return {case: (lines, right, wrong, abstained)}."""
    table = {}
    for each in found:
        row = table.setdefault(each.case, Counter())
        row[each.kind] += 1
    return {
        case: (sum(row.values()), row["right"], row["wrong"], row["abstained"])
        for case, row in sorted(table.items())
    }


def interval(hits, number, z=1.96):
    """Return Wilson's 95% interval of a share."""
    if not number:
        return 0.0, 1.0
    share = hits / number
    middle = share + z * z / (2 * number)
    width = z * math.sqrt(share * (1 - share) / number + z * z / (4 * number**2))
    scale = 1 + z * z / number
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)
