"""Payment methods and mandates: what a customer pays with."""

from . import cards, paging
from .errors import invalid
from .events import emit
from .routing import route

EMPTY_ADDRESS = dict.fromkeys(
    ("city", "country", "line1", "line2", "postal_code", "state")
)


def billing(given=None):
    """Return whole billing details from those given."""
    given = dict(given or {})
    if given.get("address"):
        given["address"] = {**EMPTY_ADDRESS, **given["address"]}
    empty = {"address": EMPTY_ADDRESS, "email": None, "name": None, "phone": None}
    return {**empty, "tax_id": None, **given}


def make(world, kind, details, behaviour, billing_details=None, metadata=None):
    """Keep a new payment method.

    :param behaviour: how it pays, see :mod:`cards`
    """
    return world.add(
        {
            "id": world.new_id("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing(billing_details),
            kind: details,
            "created": world.clock.now(),
            "customer": None,
            "livemode": False,
            "metadata": metadata or {},
            "type": kind,
            "_behaviour": behaviour,
        }
    )


def named(world, name, billing_details=None):
    """Return a new payment method by the name of a test card or bank account.

    :param name: a key of :data:`cards.CARDS` or :data:`cards.DEBITS`, a magic id
        (``pm_card_visa``), or a dict of card fields (brand, last4, country, funding)
    :raise ApiError: 400 for a name that no test card has
    """
    if isinstance(name, dict):
        card = {**cards.CARDS["visa"], **name}
    elif name in cards.DEBITS:
        iban, behaviour = cards.DEBITS[name]
        details = cards.debit_details(iban)
        return make(world, "sepa_debit", details, behaviour, billing_details)
    else:
        card = cards.CARDS.get(name) or cards.BY_MAGIC.get(name)
    if card is None:
        raise invalid(f"No such PaymentMethod: '{name}'", "resource_missing", "card")
    behaviour = card["behaviour"]
    return make(world, "card", cards.card_details(card), behaviour, billing_details)


def from_params(world, params):
    """Return a new payment method from a request's hash (``payment_method_data``).

    :raise ApiError: 400 for a type or a card that the sandbox does not model
    """
    kind, more = params.get("type"), params.get("billing_details")
    details = params.get(kind) or {}
    if kind == "sepa_debit":
        iban = details.get("iban", cards.DEBITS["sepa"][0])
        behaviour = cards.FAILING_IBANS.get(iban[-4:])
        return make(world, kind, cards.debit_details(iban), behaviour, more)
    if kind != "card":
        raise invalid(f"The sandbox does not model payment methods of type {kind}.")
    token = details.get("token", "")
    found = cards.BY_MAGIC.get(token.replace("tok_", "pm_card_"))
    found = found or cards.BY_LAST4.get(str(details.get("number", ""))[-4:])
    if found is None:
        raise invalid(
            "Your card number is incorrect.", "incorrect_number", "card[number]"
        )
    return named(world, found["name"], more)


def resolve(world, ref, customer=None, param="payment_method"):
    """Return the payment method that an id or a magic id names.

    :raise ApiError: unknown, or it belongs to another customer
    """
    if ref in cards.BY_MAGIC:
        return named(world, ref)
    method = world.get("payment_method", ref, param)
    if method["customer"] and method["customer"] != customer:
        raise invalid(
            "The payment method belongs to a Customer. Please include the Customer in "
            "the `customer` parameter.",
            "payment_method_customer_mismatch",
            param,
        )
    return method


def attach_to(world, method, customer):
    """Attach a payment method to a customer; tell about it once."""
    if method["customer"] == customer:
        return method
    method["customer"] = customer
    emit(world, "payment_method.attached", method)
    return method


def mandate_for(world, method):
    """Return the mandate of a bank debit, made at its first use."""
    if "_mandate" in method:
        return method["_mandate"]
    reference = world.new_id("m")[2:14].upper()
    mandate = world.add(
        {
            "id": world.new_id("mandate"),
            "object": "mandate",
            "customer_acceptance": {
                "accepted_at": world.clock.now(),
                "online": {"ip_address": "127.0.0.1", "user_agent": "sandbox"},
                "type": "online",
            },
            "livemode": False,
            "multi_use": {},
            "payment_method": method["id"],
            "payment_method_details": {
                "sepa_debit": {
                    "reference": reference,
                    "url": f"https://hooks.stripe.com/adapter/sepa_debit/{reference}",
                },
                "type": "sepa_debit",
            },
            "status": "active",
            "type": "multi_use",
        }
    )
    method["_mandate"] = mandate["id"]
    return mandate["id"]


@route("POST /v1/payment_methods")
def create(world, params):
    """Create one from test details."""
    method = from_params(world, params)
    method["metadata"] = params.get("metadata") or {}
    return method


@route("GET /v1/payment_methods")
def list_all(world, params):
    """List those of a customer, or all."""
    equal = ("customer", "type")
    return paging.page(
        world, "payment_method", params, "/v1/payment_methods", None, equal
    )


@route("GET /v1/payment_methods/{payment_method}")
def retrieve(world, params, ref):
    """Serve one payment method; a magic id gives a new one, as at Stripe."""
    if ref in cards.BY_MAGIC:
        return named(world, ref)
    return world.get("payment_method", ref, "payment_method")


@route("POST /v1/payment_methods/{payment_method}/attach")
def attach(world, params, ref):
    """Attach to a customer."""
    method = resolve(world, ref, params.get("customer"))
    customer = world.get("customer", params["customer"], "customer")
    return attach_to(world, method, customer["id"])


@route("POST /v1/payment_methods/{payment_method}/detach")
def detach(world, params, ref):
    """Detach from its customer."""
    method = world.get("payment_method", ref, "payment_method")
    before, method["customer"] = method["customer"], None
    emit(world, "payment_method.detached", method, {"customer": before})
    return method


@route("GET /v1/mandates/{mandate}")
def retrieve_mandate(world, params, ref):
    """Serve one mandate."""
    return world.get("mandate", ref)
