"""Write ``docs/metrics.md``: ``python addons/payment_analytics/metrics/page.py``."""

import sys
from pathlib import Path

if __package__:
    from . import definitions
else:
    sys.path.insert(0, str(Path(__file__).parent))
    import definitions

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


def render():
    """Return the page as Markdown."""
    facts = [
        f"| **{fact.label}** | `{fact.name}` | {fact.unit} | {fact.text} |"
        f" {_source(fact.source)} |"
        for fact in definitions.FACTS.values()
    ]
    metrics = [
        f"| **{metric.label}** | `{metric.name}` | {metric.unit} | {metric.text} |"
        f" {metric.formula} | {_source(metric.source)} |"
        for metric in definitions.METRICS.values()
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
            "| fact | name | unit | what it counts | source |",
            "|---|---|---|---|---|",
            *facts,
            "",
        ]
    )


def _source(source):
    return f"[Stripe]({source})" if source.startswith("https://") else source


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
