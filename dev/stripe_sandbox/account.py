"""The merchant's account: what its owner and Stripe agreed on."""

import copy

from .errors import invalid
from .routing import route

DEFAULTS = {
    "id": "acct_1SandboxMerchant",
    "country": "US",
    "email": "owner@example.com",
    "name": "Sandbox Merchant",
    "statement_descriptor": "SANDBOX MERCHANT",
    # key -> what it may do: all, read, refunds (read and make refunds)
    "keys": {
        "sk_test_sandbox": "all",
        "rk_test_sandbox_read": "read",
        "rk_test_sandbox_refunds": "refunds",
    },
    "payment_method_types": ["card", "sepa_debit"],
    "settlement_currency": "usd",
    "settles": [],  # further currencies kept as they are, not exchanged
    "rates": {  # between major units: 1 eur = 1.08 usd
        "eur/usd": "1.08",
        "gbp/usd": "1.27",
        "chf/usd": "1.12",
        "jpy/usd": "0.0067",
        "gbp/eur": "1.17",
        "chf/eur": "1.04",
        "jpy/eur": "0.0062",
        "kwd/usd": "3.25",
    },
    "fees": {"default": {"percent": "2.9", "fixed": 30}},
    "fee_tax_percent": "0",
    "dispute_fee": 1500,
    "dispute_fee_returned": True,  # on a won dispute
    "instant_payout_percent": "1",
    "payout_schedule": {"interval": "daily", "delay_days": 2, "anchor": None},
    "payout_arrival_days": 2,
    # when a captured payment gets its balance transaction: as_stripe = late for
    # capture_method automatic_async, at once for automatic and manual
    "async_capture": "as_stripe",  # or always, never
    "async_capture_delay": 2,  # seconds; null = only when control says so
    "partial_capture": "net",  # or reversal: gross and partial_capture_reversal
    "debit_days": 3,  # bank debits settle, or fail, after this
    "refunds": "succeed",  # or, for card refunds too: pending, requires_action
    "refund_days": 5,  # a pending refund succeeds after this; null = when control says
}


def changed(account, patch):
    """Return the account with ``patch`` merged in, one level deep for maps.

    :raise ApiError: 400 for an unknown setting
    """
    account = copy.deepcopy(account)
    for name, value in patch.items():
        if name not in DEFAULTS:
            raise invalid(f"The sandbox has no account setting {name}.", param=name)
        if isinstance(value, dict) and isinstance(account[name], dict):
            account[name].update(value)
        else:
            account[name] = value
    return account


def settlement_currency(account, currency):
    """Return the currency in which a payment in ``currency`` reaches the balance."""
    if currency in account["settles"]:
        return currency
    return account["settlement_currency"]


@route("GET /v1/account")
def retrieve(world, params):
    """Serve the account that the key belongs to."""
    account = world.account
    return {
        "id": account["id"],
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": account["country"],
        "created": 1700000000,
        "default_currency": account["settlement_currency"],
        "details_submitted": True,
        "email": account["email"],
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }
