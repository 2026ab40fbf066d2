"""Amounts: minor units, Stripe's special currencies, exchange and fees.

Sources: https://docs.stripe.com/currencies (zero- and three-decimal currencies, special
cases, minimum amounts); https://docs.stripe.com/payouts for HUF and TWD.
"""

from decimal import ROUND_HALF_UP, Decimal

from .errors import invalid

ZERO_DECIMAL = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split()
)
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
WHOLE_UNITS = frozenset(["isk", "ugx"])  # sent with two decimals that must be zero
WHOLE_PAYOUTS = frozenset(["huf", "twd"])
MINIMUM = {"usd": 50, "eur": 50, "gbp": 30, "chf": 50, "cad": 50, "aud": 50, "jpy": 50}


def exponent(currency):
    """Return the number of decimals of the API's minor unit."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def rounded(value):
    """Return a Decimal as an int, half away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def check_amount(amount, currency):
    """Refuse amounts that Stripe refuses.

    :raise ApiError: too small, or not whole units where the currency asks for them
    """
    if len(currency) != 3 or not currency.isalpha():
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    if amount < max(1, MINIMUM.get(currency, 1)):
        raise invalid(
            "Amount must be at least the minimum charge amount.",
            "amount_too_small",
            "amount",
        )
    if amount > 99999999:
        raise invalid("Amount is too large.", "amount_too_large", "amount")
    if (currency in WHOLE_UNITS and amount % 100) or (
        currency in THREE_DECIMAL and amount % 10
    ):
        raise invalid(
            f"Invalid amount for {currency}.", "invalid_charge_amount", "amount"
        )


def exchange_rate(account, source, target):
    """Return the rate between minor units, as Stripe's ``exchange_rate``, or ``None``.

    ``account["rates"]["eur/usd"]`` is the rate between major units, as people quote it.
    """
    if source == target:
        return None
    rates = account["rates"]
    if f"{source}/{target}" in rates:
        rate = Decimal(str(rates[f"{source}/{target}"]))
    elif f"{target}/{source}" in rates:
        rate = 1 / Decimal(str(rates[f"{target}/{source}"]))
    else:
        raise invalid(
            f"The account has no rate for {source}/{target}.", param="currency"
        )
    shift = exponent(target) - exponent(source)
    return float(round(rate * Decimal(10) ** shift, 8))


def exchanged(amount, rate):
    """Return ``amount`` in the settlement currency's minor units."""
    return amount if rate is None else rounded(Decimal(amount) * Decimal(str(rate)))


def fee_details(account, method, amount, currency):
    """Return the ``fee_details`` of a payment of ``amount`` minor units.

    :param dict account: settings: ``fees`` by payment method type (``default`` else),
        each ``{"percent", "fixed", "cap"}``, and ``fee_tax_percent``
    """
    price = account["fees"].get(method, account["fees"]["default"])
    fee = rounded(Decimal(amount) * Decimal(str(price["percent"])) / 100)
    fee += price["fixed"]
    if price.get("cap") is not None:
        fee = min(fee, price["cap"])
    return detailed(account, fee, currency, "Stripe processing fees")


def detailed(account, fee, currency, description):
    """Return ``fee_details`` of a fee: Stripe's own part and the tax on it."""
    tax = rounded(Decimal(fee) * Decimal(str(account["fee_tax_percent"])) / 100)
    parts = [("stripe_fee", fee, description), ("tax", tax, "Tax on Stripe fees")]
    return [
        {
            "amount": part,
            "application": None,
            "currency": currency,
            "description": text,
            "type": kind,
        }
        for kind, part, text in parts
        if part
    ]
