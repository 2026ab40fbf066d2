"""What the categories of a gateway's balance transactions mean for the books: tables.

Complete for ``stripe==16.1.0`` (37 reporting categories, 50 types; a test compares them
with the SDK's annotations): each has a rule, or stands in :data:`UNDECIDED` with the
reason why no rule may decide. Anything else is unknown. Both are parked for a person.
"""

from dataclasses import dataclass

DOCS = "https://docs.stripe.com"
CATEGORIES = f"{DOCS}/reports/reporting-categories"
TYPES = f"{DOCS}/reports/balance-transaction-types"

ROLES = {
    "gateway": "Gateway balance",
    "outstanding": "Outstanding payments",
    "fee": "Gateway fees",
    "fee_tax": "Tax on gateway fees",
    "transit": "Transfers in transit",
    "dispute": "Disputes receivable",
    "dispute_fee": "Dispute fees",
    "dispute_loss": "Losses from disputes",
    "refund_liability": "Refunds to customers",
    "reserve": "Reserved by the gateway",
    "loan": "Gateway financing",
    "connect": "Connected accounts",
    "connect_income": "Platform earnings",
    "climate": "Climate contributions",
    "exchange": "Exchange gain or loss",
    "opening": "Balance before the books began",
    "suspense": "Suspense",
}


@dataclass(frozen=True)
class Rule:
    """How one category is booked: ``Dr gateway net, Dr fee / Cr counterpart gross``.

    :param str counterpart: the role that bears the gross amount
    :param str meaning: what happened, as an accountant says it
    :param str fee: the role that bears the fee
    :param str matched: what the counterpart's item is matched with
    :param str source: the page of the gateway that says what the category is
    """

    counterpart: str
    meaning: str
    fee: str = "fee"
    matched: str = ""
    source: str = CATEGORIES


RULES = {
    # === CUSTOMERS === #
    "charge": Rule(
        "outstanding", "A customer has paid", matched="the payment", source=CATEGORIES
    ),
    "charge_failure": Rule(
        "outstanding",
        "A payment that had succeeded (a bank debit) is taken back by the bank",
        matched="the payment's reversal",
        source=f"{DOCS}/payments/ach-direct-debit#disputed-payments",
    ),
    "partial_capture_reversal": Rule(
        "outstanding",
        "The part of an authorisation that was not captured; no refund",
        matched="the payment",
        source=f"{CATEGORIES}#a-separate-category-for-partial-capture-reversals",
    ),
    "refund": Rule(
        "outstanding",
        "Money is on its way back to a customer; the fee is not returned",
        matched="the refund",
        source=f"{DOCS}/refunds",
    ),
    "refund_failure": Rule(
        "refund_liability",
        "A refund did not reach the customer: the money is back and owed to them",
        matched="the failed refund",
        source=f"{DOCS}/refunds#failed-refunds",
    ),
    # === DISPUTES === #
    "dispute": Rule(
        "dispute",
        "The customer's bank took the money back; the dispute is open",
        "dispute_fee",
        "the dispute's outcome",
        f"{DOCS}/disputes/how-disputes-work",
    ),
    "dispute_reversal": Rule(
        "dispute",
        "The dispute was won, or the bank gave the money back",
        "dispute_fee",
        "the dispute",
        f"{DOCS}/disputes/how-disputes-work",
    ),
    # === FEES === #
    "fee": Rule("fee", "A fee of the gateway, or its return", matched="its invoice"),
    "network_cost": Rule("fee", "Interchange and network costs", matched="its invoice"),
    "tax": Rule("fee_tax", "Tax on the gateway's fees", matched="its invoice"),
    # === OWN BANK === #
    "payout": Rule(
        "transit",
        "The gateway transfers to the company's bank",
        matched="the bank line",
        source=f"{DOCS}/payouts",
    ),
    "payout_reversal": Rule(
        "transit",
        "A payout failed or was cancelled: the money is back",
        matched="the payout, or the bank line that took it back",
        source=f"{DOCS}/payouts#payout-failures",
    ),
    "topup": Rule(
        "transit",
        "The company adds money of its own",
        matched="the bank line",
        source=f"{DOCS}/connect/top-ups",
    ),
    "topup_reversal": Rule(
        "transit",
        "A top-up was sent back",
        matched="the top-up, or the bank line",
        source=f"{DOCS}/connect/top-ups",
    ),
    # === HELD BACK === #
    "risk_reserved_funds": Rule(
        "reserve",
        "The gateway holds money back against risk, or releases it",
        matched="the release",
    ),
    "reserve_hold": Rule(
        "reserve", "Money is held back", matched="the release", source=TYPES
    ),
    "reserve_release": Rule(
        "reserve", "Held money is released", matched="the hold", source=TYPES
    ),
    "connect_reserved_funds": Rule(
        "reserve",
        "Money is held back for negative balances of connected accounts",
        matched="the release",
    ),
    "issuing_authorization_hold": Rule(
        "reserve", "A purchase with an own card is authorised", matched="the release"
    ),
    "issuing_authorization_release": Rule(
        "reserve", "That authorisation ends", matched="the hold"
    ),
    # === FINANCING === #
    "advance": Rule("loan", "The gateway lends money, or takes an advance back"),
    "advance_funding": Rule("loan", "A lender's money for an advance"),
    "financing_payout": Rule("loan", "A loan is paid out to the balance"),
    "financing_payout_reversal": Rule("loan", "That loan is taken back"),
    "financing_paydown": Rule("loan", "A loan is paid down from sales"),
    "financing_paydown_reversal": Rule("loan", "A repayment is returned"),
    # === CONNECT === #
    "platform_earning": Rule("connect_income", "A platform earns from its accounts"),
    "platform_earning_refund": Rule("connect_income", "A platform's fee is returned"),
    "transfer": Rule("connect", "Money goes to a connected account"),
    "transfer_reversal": Rule("connect", "Money comes back from a connected account"),
    "connect_collection_transfer": Rule(
        "connect", "A connected account's negative balance is covered, or collected"
    ),
    # === CLIMATE === #
    "contribution": Rule("climate", "A share of sales goes to Stripe Climate"),
    "climate_order_purchase": Rule("climate", "Carbon removal is bought"),
    "climate_order_refund": Rule("climate", "An order of carbon removal is refunded"),
}

# Known to the gateway, and yet no rule may decide: category or type, and why.
UNDECIDED = {
    "other_adjustment": "The gateway itself does not say what it is.",
    "adjustment": "Says nothing without its reporting category.",
    "unreconciled_customer_funds": "Money of a customer who is not known.",
    "anticipation_repayment": "Repaid loan or sold receivable, as the contract says.",
    "issuing_transaction": "A purchase with an own card: which expense, its bill says.",
    "issuing_dispute": "Belongs to the disputed purchase, which its bill decides.",
    "issuing_dispute_provisional_credit": "Lent until the dispute is decided.",
    "issuing_dispute_provisional_credit_reversal": "Taken back; as the dispute ends.",
    "obligation_outbound": "An obligation between accounts, which the contract names.",
    "obligation_reversal_inbound": "The reverse of such an obligation.",
    "fee_credit_funding": "Credit against fees: income or a prepayment.",
    "tax_fund": "Tax collected or withheld for somebody: for whom, it does not say.",
    "stripe_balance_payment_debit": "A purchase from a platform; its bill decides.",
    "stripe_balance_payment_debit_reversal": "Belongs to that purchase.",
}

# Parked even under a category that has a rule.
PARKED_TYPES = frozenset({"tax_fund"})

# Fall-back where a gateway sends no reporting category, or one that is new: by type.
TYPE_CATEGORIES = {
    "advance": "advance",
    "advance_funding": "advance_funding",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "charge": "charge",
    "climate_order_purchase": "climate_order_purchase",
    "climate_order_refund": "climate_order_refund",
    "connect_collection_transfer": "connect_collection_transfer",
    "contribution": "contribution",
    "inbound_transfer": "topup",
    "inbound_transfer_reversal": "topup_reversal",
    "issuing_authorization_hold": "issuing_authorization_hold",
    "issuing_authorization_release": "issuing_authorization_release",
    "network_cost": "network_cost",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payment_network_reserve_hold": "reserve_hold",
    "payment_network_reserve_release": "reserve_release",
    "payment_refund": "refund",
    "payment_reversal": "charge_failure",
    "payment_unreconciled": "unreconciled_customer_funds",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "payout_minimum_balance_hold": "reserve_hold",
    "payout_minimum_balance_release": "reserve_release",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "reserve_hold": "reserve_hold",
    "reserve_release": "reserve_release",
    "reserve_transaction": "connect_reserved_funds",
    "reserved_funds": "risk_reserved_funds",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "tax",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "transfer": "transfer",
    "transfer_cancel": "transfer_reversal",
    "transfer_failure": "transfer_reversal",
    "transfer_refund": "transfer_reversal",
}

# Balances beside the one that is paid out. What moves there is the mirror of a movement
# of the balance proper, and the gateway's Balance object does not count it.
MIRRORED = frozenset({"risk_reserved"})
