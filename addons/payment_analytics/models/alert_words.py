"""Kinds of alerts, and what a person reads: what is seen, and what to do about it."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

KINDS = [
    ("success_rate", "Success Rate Dropped"),
    ("failures", "Many Failures"),
    ("refunds", "Many Refunds"),
    ("disputes", "Dispute Limit Near"),
    ("payout", "Payout Late or Different"),
    ("webhook", "Webhook Silent"),
    ("fees", "Fees above the Contract"),
    ("amount", "Unusual Amount"),
    ("velocity_customer", "Customer Pays Very Often"),
    ("velocity_card", "Card Used Very Often"),
    ("velocity_country", "Attempts from a Country"),
]

WORDS = {
    "success_rate": _lt(
        "Within %(hours)s hours %(rate)s of %(tried)s attempts succeeded; usually it is"
        " %(usual)s. Look at the reasons of the %(failed)s failures: one bank or one"
        " method may be down, or the set-up has changed."
    ),
    "failures": _lt(
        "Within %(hours)s hours %(count)s attempts failed; usually it is %(usual)s."
        " Many small attempts with different cards are card testing: let the gateway"
        " block them, and ask for 3-D Secure."
    ),
    "refunds": _lt(
        "Within %(hours)s hours %(count)s refunds were made; usually it is %(usual)s."
        " See who made them and what for."
    ),
    "disputes": _lt(
        "In 30 days %(cases)s fraud reports and disputes of %(network)s came to"
        " %(base)s payments, which is %(rate)s. %(programme)s has its limit at"
        " %(limit)s, from %(min_cases)s cases a month. Refund what is doubted before"
        " it becomes a dispute, and answer those that are open."
    ),
    "payout": _lt("%(text)s"),
    "webhook": _lt(
        "The gateway has sent nothing for %(hours)s hours; the longest silence of the"
        " last weeks had %(usual)s. Check the webhook at the provider: what customers"
        " pay meanwhile is known only after the nightly check."
    ),
    "fees": _lt(
        "In 30 days the gateway took %(fees)s for %(gross)s, which is %(rate)s; agreed"
        " are %(contract)s: %(excess)s too much. Compare the fee statement with the"
        " contract."
    ),
    "amount": _lt(
        "%(amount)s was paid; usually this customer pays %(usual)s, and never more than"
        " %(largest)s in %(payments)s payments. Make sure that it is meant before"
        " goods leave."
    ),
    "velocity_customer": _lt(
        "This customer tried to pay %(count)s times within a day; the most that anybody"
        " did before is %(most)s. Look at the cards and at what is ordered."
    ),
    "velocity_card": _lt(
        "One card was tried %(count)s times within a day; the most of any card before"
        " is %(most)s. Look at the orders, and block the card at the gateway if they do"
        " not belong together."
    ),
    "velocity_country": _lt(
        "Within a day %(count)s attempts came with cards of %(country)s; usually it is"
        " %(usual)s. Card testing often comes from one country: let the gateway block"
        " it if you do not sell there."
    ),
}
AMOUNTS = ("amount", "largest", "fees", "gross", "excess")
SHARES = ("rate", "limit", "contract")
