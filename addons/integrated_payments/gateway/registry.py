"""Which gateway speaks for which provider code."""

from .stripe_client import StripeGateway

GATEWAYS = {"stripe": StripeGateway}


def supports(code):
    """Whether balance transactions, payouts and disputes of ``code`` can be read."""
    return code in GATEWAYS


def connect(code, secret_key, base_url=None):
    """Return the gateway of provider ``code``.

    :raise KeyError: if the code has no gateway, see :func:`supports`
    """
    return GATEWAYS[code](secret_key, base_url)
