"""Write ``docs/accounting.md``: ``python addons/integrated_payments/domain/page.py``.

The entries of the page are computed by the posting rules themselves, from the worked
examples of :mod:`.cases`.
"""

import sys
from pathlib import Path

if __package__:
    from . import cases, categories, minor_units
else:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from domain import cases, categories, minor_units

PAGE = Path(__file__).resolve().parents[3] / "docs" / "accounting.md"


def render():
    """Return the page as Markdown."""
    parts = [cases.HEAD, *_roles()]
    for title, text, found in cases.CHAPTERS:
        parts += [f"## {title}", "", *([text, ""] if text else [])]
        for case in found:
            parts += _case(case)
    return "\n".join([*parts, *_categories(), *_undecided(), cases.TAIL])


def _roles():
    yield "## The accounts"
    yield ""
    yield "| account | kind | what its balance says |"
    yield "|---|---|---|"
    for role, label in categories.ROLES.items():
        kind, meaning = cases.ACCOUNTS[role]
        yield f"| **{label}** | {kind} | {meaning} |"
    yield ""


def _case(case):
    yield f"### {case.title}"
    yield ""
    for number, entry in enumerate(case.entries, 1):
        if len(case.entries) > 1:
            yield f"{number}. {entry.when}"
        else:
            yield entry.when
        yield ""
        yield "| account | debit | credit | matched with |"
        yield "|---|--:|--:|---|"
        for account, minor, currency in entry.items():
            yield _row(account, minor, currency, entry)
        yield ""
    if case.note:
        yield case.note
        yield ""


def _row(account, minor, currency, entry):
    label = categories.ROLES.get(account, account)
    amount = minor_units.display(abs(minor), currency).removesuffix(" USD")
    debit, credit = (amount, "") if minor > 0 else ("", amount)
    matched = entry.matched.get(account, "")
    return f"| {label} | {debit} | {credit} | {matched} |"


def _types_by_category():
    found = {}
    for kind, category in categories.TYPE_CATEGORIES.items():
        found.setdefault(category, []).append(f"`{kind}`")
    return found


def _categories():
    types = _types_by_category()
    yield "## Every category"
    yield ""
    yield cases.CATEGORIES_TEXT
    yield ""
    yield "| category | what happened | gross on | fee on | matched with | types |"
    yield "|---|---|---|---|---|---|"
    for name, rule in categories.RULES.items():
        yield (
            f"| [`{name}`]({rule.source}) | {rule.meaning} |"
            f" {categories.ROLES[rule.counterpart]} | {categories.ROLES[rule.fee]} |"
            f" {rule.matched} | {', '.join(types.get(name, ()))} |"
        )
    yield ""


def _undecided():
    yield "## Known, and yet decided by a person"
    yield ""
    yield cases.UNDECIDED_TEXT
    yield ""
    yield "| category or type | why no rule decides |"
    yield "|---|---|"
    types = _types_by_category()
    for name, why in categories.UNDECIDED.items():
        names = ", ".join((f"`{name}`", *types.get(name, ())))
        yield f"| {names} | {why} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
