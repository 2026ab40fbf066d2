"""What kind of fee a gateway took: its role in the books, and who invoices it.

Types of ``fee_details``: https://docs.stripe.com/api/balance_transactions/object
"""

from .categories import RULES

OWN_CATEGORIES = frozenset(
    name for name, rule in RULES.items() if rule.counterpart in ("fee", "fee_tax")
)
"""Categories that are a fee themselves: the movement's amount is the fee."""

NOT_INVOICED = frozenset({"application_fee", "withheld_tax"})
"""Taken for others (a platform, a tax office): not on the gateway's own invoice."""

LABELS = {
    "stripe_fee": "Processing fees",
    "payment_method_passthrough_fee": "Passed-on fees of payment methods",
    "application_fee": "Fees of the platform",
    "withheld_tax": "Tax withheld",
    "tax": "Tax on fees",
    "fee": "Other fees",
    "network_cost": "Network costs",
    "other": "Fees without detail",
}


def role_of(category, kind):
    """Return the role of the account that bears a fee, as ``postings`` books it.

    :param str category: of the movement
    :param str kind: type of the fee's detail; the category itself where the movement
        is the fee
    """
    rule = RULES.get(category)
    if kind == category and category in OWN_CATEGORIES:
        return rule.counterpart
    if is_tax(kind):
        return "fee_tax"
    return rule.fee if rule else "fee"


def is_tax(kind):
    """Whether a type of fee is a tax on fees."""
    return "tax" in kind


def is_invoiced(kind):
    """Whether the gateway's own monthly invoice shows this type of fee."""
    return kind not in NOT_INVOICED


def label_of(role, kind):
    """Return what an accountant reads for a type of fee."""
    text = LABELS.get(kind) or kind.replace("_", " ").capitalize()
    return f"Dispute fees: {text.lower()}" if role == "dispute_fee" else text
