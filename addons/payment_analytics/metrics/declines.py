"""Why attempts fail: the words of gateways, gathered into reasons that a person knows.

Source: https://docs.stripe.com/declines/codes and, for what never reached a bank, the
``outcome`` of https://docs.stripe.com/api/charges/object.
"""

UNKNOWN, OTHER = "unknown", "other"

# Reason: label, and the gateway's words for it.
REASONS = {
    "declined": (
        "Declined by the Bank",
        (
            "card_declined",
            "generic_decline",
            "do_not_honor",
            "call_issuer",
            "not_permitted",
            "transaction_not_allowed",
            "card_not_supported",
            "no_action_taken",
        ),
    ),
    "funds": ("Insufficient Funds", ("insufficient_funds",)),
    "limit": (
        "Limit of the Card Reached",
        ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
    ),
    "expired": ("Card Expired", ("expired_card",)),
    "entry": (
        "Wrong Card Details",
        (
            "incorrect_cvc",
            "incorrect_number",
            "incorrect_zip",
            "incorrect_address",
            "invalid_cvc",
            "invalid_expiry_month",
            "invalid_expiry_year",
            "invalid_number",
            "invalid_account",
            "incorrect_pin",
            "invalid_pin",
        ),
    ),
    "lost": ("Card Lost or Stolen", ("lost_card", "stolen_card", "pickup_card")),
    "authentication": (
        "Cardholder Not Authenticated",
        ("authentication_required", "payment_intent_authentication_failure"),
    ),
    "blocked": (
        "Blocked as Suspicious",
        ("fraudulent", "highest_risk_level", "elevated_risk_level", "rule"),
    ),
    "error": (
        "Error in Processing",
        (
            "processing_error",
            "issuer_not_available",
            "reenter_transaction",
            "try_again_later",
        ),
    ),
    OTHER: ("Another Reason", ()),
    UNKNOWN: ("Not Told", ("unknown",)),
}


def case(code):
    """Return the SQL text of the reason for a code.

    :param str code: SQL text of the gateway's word
    """
    whens = " ".join(
        "WHEN {} IN ({}) THEN '{}'".format(
            code, ", ".join(f"'{each}'" for each in codes), reason
        )
        for reason, (_label, codes) in REASONS.items()
        if codes
    )
    return f"CASE {whens} ELSE '{OTHER}' END"
