"""The sandbox's wallet: test cards and bank accounts, and how each behaves.

Numbers and magic ids are Stripe's own: https://docs.stripe.com/testing
"""

import hashlib

# name -> brand, last4, country, funding, magic id, behaviour
# A behaviour is None (pays), a decline (code, decline_code), or a word of its own.
_ROWS = [
    ("visa", "visa", "4242", "US", "credit", "pm_card_visa", None),
    ("visa_debit", "visa", "5556", "US", "debit", "pm_card_visa_debit", None),
    ("mastercard", "mastercard", "4444", "US", "credit", "pm_card_mastercard", None),
    ("amex", "amex", "8431", "US", "credit", "pm_card_amex", None),
    ("discover", "discover", "9424", "US", "credit", "pm_card_discover", None),
    ("visa_be", "visa", "0004", "BE", "credit", "pm_card_be", None),
    ("visa_de", "visa", "0016", "DE", "credit", "pm_card_de", None),
    ("visa_gb", "visa", "0000", "GB", "credit", "pm_card_gb", None),
    (
        "declined",
        "visa",
        "0002",
        "US",
        "credit",
        "pm_card_chargeDeclined",
        ("card_declined", "generic_decline"),
    ),
    (
        "insufficient_funds",
        "visa",
        "9995",
        "US",
        "credit",
        "pm_card_chargeDeclinedInsufficientFunds",
        ("card_declined", "insufficient_funds"),
    ),
    (
        "lost",
        "visa",
        "9987",
        "US",
        "credit",
        "pm_card_chargeDeclinedLostCard",
        ("card_declined", "lost_card"),
    ),
    (
        "expired",
        "visa",
        "0069",
        "US",
        "credit",
        "pm_card_chargeDeclinedExpiredCard",
        ("expired_card", None),
    ),
    (
        "incorrect_cvc",
        "visa",
        "0127",
        "US",
        "credit",
        "pm_card_chargeDeclinedIncorrectCvc",
        ("incorrect_cvc", None),
    ),
    (
        "processing_error",
        "visa",
        "0119",
        "US",
        "credit",
        "pm_card_chargeDeclinedProcessingError",
        ("processing_error", None),
    ),
    ("3ds", "visa", "3184", "US", "credit", "pm_card_authenticationRequired", "3ds"),
    ("disputed", "visa", "0259", "US", "credit", "pm_card_createDispute", "dispute"),
    (
        "refund_pending",
        "visa",
        "7726",
        "US",
        "credit",
        "pm_card_pendingRefund",
        "refund_pending",
    ),
    (
        "refund_fails",
        "visa",
        "5126",
        "US",
        "credit",
        "pm_card_refundFail",
        "refund_fails",
    ),
    (
        "instantly_available",
        "visa",
        "0077",
        "US",
        "credit",
        "pm_card_bypassPending",
        "bypass_pending",
    ),
]
_FIELDS = ("name", "brand", "last4", "country", "funding", "magic", "behaviour")
CARDS = {row[0]: dict(zip(_FIELDS, row, strict=True)) for row in _ROWS}
BY_MAGIC = {card["magic"]: card for card in CARDS.values()}
# Stripe's pages name the refused cards with their brand today; both names work.
BY_MAGIC |= {
    magic.replace("_chargeDeclined", "_visa_chargeDeclined"): card
    for magic, card in BY_MAGIC.items()
}
BY_LAST4 = {card["last4"]: card for card in CARDS.values()}

# Bank debits: last four of the IBAN -> behaviour
DEBITS = {
    "sepa": ("AT611904300234573201", None),
    "sepa_fails": ("AT861904300235473202", ("insufficient_funds", None)),
}
FAILING_IBANS = {iban[-4:]: behaviour for iban, behaviour in DEBITS.values()}

DECLINE_MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card.",
    "authentication_required": "Your card was declined. This transaction requires "
    "authentication.",
}


def fingerprint(text):
    """Return the stable fingerprint of a card or account, 16 characters."""
    return hashlib.sha256(f"sandbox:{text}".encode()).hexdigest()[:16]


def card_details(card):
    """Return the ``card`` hash of a payment method."""
    return {
        "brand": card["brand"],
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": card["country"],
        "display_brand": card["brand"],
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": fingerprint(card["brand"] + card["last4"]),
        "funding": card["funding"],
        "generated_from": None,
        "last4": card["last4"],
        "networks": {"available": [card["brand"]], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def card_present_details(card):
    """Return the ``card_present`` hash of a payment method, read at a terminal."""
    return {
        "brand": card["brand"],
        "cardholder_name": None,
        "country": card["country"],
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": fingerprint(card["brand"] + card["last4"]),
        "funding": card["funding"],
        "last4": card["last4"],
        "read_method": "contactless_emv",
    }


def debit_details(iban):
    """Return the ``sepa_debit`` hash of a payment method."""
    return {
        "bank_code": iban[4:9],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": fingerprint(iban),
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }
