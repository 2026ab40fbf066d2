"""Evidence and gates in the words of an accountant, in the reader's language."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

EVIDENCE = {
    "transfer": _lt("Bank transfer %(reference)s, announced at checkout, is quoted"),
    "number": _lt("Reference %(reference)s found whole in the text"),
    "reference": _lt("Payment reference %(reference)s found whole in the text"),
    "vendor_number": _lt("The vendor's number %(reference)s found whole in the text"),
    "digits": _lt("Digits %(reference)s of the reference found whole in the text"),
    "ref": _lt("Customer's reference %(reference)s found in the text"),
    "weak_reference": _lt("%(reference)s found in the text, a short reference"),
    "broken_reference": _lt("%(reference)s is broken up by blanks in the text"),
    "payout_id": _lt("Payout %(reference)s found in the text"),
    "trace_id": _lt("Trace ID %(reference)s found in the text"),
    "names_gateway": _lt('The text names "%(name)s"'),
    "amount_unique": _lt("Amount equal to the cent: %(amount)s, open only once"),
    "amount_shared": _lt(
        "Amount equal to the cent: %(amount)s, but %(count)s open items have it"
    ),
    "amount_sum": _lt(
        "The %(count)s open items that the text names add up to the cent: %(amount)s"
    ),
    "amount_discount": _lt(
        "Pays %(amount)s less the early-payment discount of %(difference)s, in time"
    ),
    "amount_part": _lt("Pays a part: %(difference)s of %(amount)s stay open"),
    "amount_more": _lt("Pays %(difference)s more than the open %(amount)s"),
    "amount_less": _lt("Pays %(difference)s less than the open %(amount)s"),
    "amount_charges": _lt(
        "Pays %(amount)s less %(difference)s of bank charges that the text states"
    ),
    "amount_tolerance": _lt(
        "Differs from %(amount)s by %(difference)s, which the company writes off"
    ),
    "amount_all": _lt("All %(count)s open items of the partner: %(amount)s"),
    "amount_oldest": _lt("The partner's %(count)s oldest open items: %(amount)s"),
    "amount_some": _lt(
        "The only choice among the partner's open items that adds up to the cent: "
        "%(count)s items, %(amount)s"
    ),
    "amount_sum_by_chance": _lt(
        "%(count)s of the partner's many open items add up to %(amount)s, "
        "maybe by chance"
    ),
    "slip": _lt("The text has %(found)s, one character away from %(reference)s"),
    "cut_off": _lt("The text is cut off within %(reference)s: %(found)s"),
    "names_partner": _lt("The text names %(name)s"),
    "partner_same": _lt("Same partner"),
    "partner_differs": _lt("Another partner"),
    "payer_same": _lt("Paid from a bank account of the partner"),
    "payer_learned": _lt("%(name)s is known as this partner's payer"),
    "payer_alone": _lt("The partner has no other open item of this amount"),
    "payer_differs": _lt("Paid from a bank account of another partner"),
    "partners_differ": _lt("The documents are of several partners"),
    "date_near": _lt("Expected on %(date)s, near the date of the line"),
    "date_far": _lt("Expected on %(date)s, far from the date of the line"),
    "own_account": _lt("The other side is the company's own bank %(name)s"),
    "returned": _lt("Gives back %(amount)s, as much as %(reference)s brought"),
    "names_others": _lt("The text also names %(reference)s"),
    "names_settled": _lt("The text names %(reference)s, which nobody owes any more"),
    "chosen": _lt("Chosen by %(name)s"),
    "rule_contains": _lt('The text contains "%(found)s"'),
    "rule_contains_not": _lt('The text does not contain "%(found)s"'),
    "rule_regex": _lt('The model\'s expression finds "%(found)s"'),
    "rule_amount": _lt("The amount is within the model's limits"),
    "rule_partner": _lt("The model is for this partner"),
    "rule_journal": _lt("The model is for this journal"),
    "rule_always": _lt("The model has no condition"),
}

HELD = {
    "amount": _lt("The amount differs."),
    "anchor": _lt("Nothing in the text names it for certain."),
    "partner": _lt("The line belongs to another partner."),
    "others": _lt("The text names another document."),
    "company": _lt("It is of another branch."),
    "tie": _lt("Something else fits as well: choose."),
    "not_posted": _lt("The payout is not posted in the gateway's journal yet."),
    "transit_taken": _lt("The payout's transfer in transit is already reconciled."),
    "transit_differs": _lt("The payout's transfer in transit is of another amount."),
    "return": _lt(
        "It seems to give back a payment: accept it, and the document is owed again."
    ),
    "undone": _lt("It was undone by a person before."),
    "rejected": _lt("It was rejected by a person before."),
    "manual": _lt("The model only proposes: automate it to have it posted."),
    "always": _lt("The model has no condition: a person decides."),
    "document": _lt("A document fits as well: choose."),
    "other_model": _lt("Another model was undone or rejected here before."),
}
