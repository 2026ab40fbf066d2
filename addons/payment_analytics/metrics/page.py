"""Write ``docs/metrics.md``: ``python addons/payment_analytics/metrics/page.py``."""

import sys
from pathlib import Path

if __package__:
    from . import definitions, figures
else:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from metrics import definitions, figures

PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"
HEAD = f"""# The figures and what they mean

Written from `addons/payment_analytics/metrics/definitions.py`; the same words are the
help of the fields in Odoo.

- **Day:** a payment falls on the day it was captured (a refund on the day it was made)
  by {definitions.COMPANY_DAY}; what was not captured, on the day of its last change.
- **Currency:** amounts are in {definitions.COMPANY_CURRENCY};
  a second company's currency is converted at today's rate, as in Odoo's own reports.
- **Test payments never count**, except where the provider is marked as belonging to a
  sandbox database.
- A ratio is the sum of its numerator over the sum of its denominator, never an average
  of ratios, and empty where there is nothing to divide by.
"""

DAY_OF = {definitions.PAYMENT: "the payment's day", definitions.EVENT: "its own day"}


def render():
    """Return the page as Markdown."""
    facts = [
        f"| **{fact.label}** | `{fact.name}` | {fact.unit} | {DAY_OF[fact.on]} |"
        f" {fact.text} | {_source(fact.source)} |"
        for fact in definitions.FACTS.values()
    ]
    metrics = [
        f"| **{metric.label}** | `{metric.name}` | {metric.unit} | {metric.text} |"
        f" {metric.formula} | {_source(metric.source)} |"
        for metric in definitions.METRICS.values()
    ]
    others = [
        f"| **{each.label}** | `{each.name}` | {each.unit} | {each.text} |"
        f" {each.formula} | `{each.computed_by}` | {_source(each.source)} |"
        for each in definitions.DEFINITIONS.values()
    ]
    on_boards = [
        f"| **{each.label}** | `{each.name}` | {each.unit} | {each.text} |"
        f" {_source(each.source)} |"
        for each in figures.FIGURES.values()
    ]
    return "\n".join(
        [
            HEAD,
            "## Metrics",
            "| metric | name | unit | what it says | formula | source |",
            "|---|---|---|---|---|---|",
            *metrics,
            "",
            "## Facts that they are made of",
            "| fact | name | unit | counts on | what it counts | source |",
            "|---|---|---|---|---|---|",
            *facts,
            "",
            "## Figures that are no sums over payments",
            "| figure | name | unit | what it says | formula | worked out by"
            " | source |",
            "|---|---|---|---|---|---|---|",
            *others,
            "",
            "## Figures of the boards beside payments",
            "| figure | name | unit | what it says | source |",
            "|---|---|---|---|---|",
            *on_boards,
            "",
        ]
    )


def _source(source):
    """Return a source as a link that bears its site's name."""
    if not source.startswith("https://"):
        return source
    site = source.split("/")[2].split(".")[-2].capitalize()
    return f"[{site}]({source})"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
