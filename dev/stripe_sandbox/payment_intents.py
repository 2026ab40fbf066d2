"""Payment intents: what is to be paid, kept and changed through the API."""

from . import lifecycle, money, paging
from .customers import merge_metadata
from .errors import missing
from .events import emit
from .payment_methods import from_params, resolve
from .routing import route

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
PLAIN = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


@route("POST /v1/payment_intents")
def create(world, params, hidden=False):
    """Create an intent, and confirm it when asked to.

    :param bool hidden: it only carries a charge that has no intent for the API
    """
    money.check_amount(params["amount"], params["currency"].lower())
    if params.get("customer"):
        world.get("customer", params["customer"], "customer")
    intent = world.add(_blank(world, params) | {"_hidden": hidden})
    emit(world, "payment_intent.created", intent)
    _take_method(world, intent, params)
    if params.get("confirm"):
        lifecycle.confirm(world, intent, bool(params.get("off_session")))
    return intent


def _blank(world, params):
    ref = world.new_id("pi")
    types = params.get("payment_method_types") or params.get(
        "allowed_payment_method_types"
    )
    chosen = None if types else {"allow_redirects": "always", "enabled": True}
    return {
        "id": ref,
        "object": "payment_intent",
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": chosen,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method") or "automatic_async",
        "client_secret": f"{ref}_secret_" + world.new_id("s")[2:],
        "confirmation_method": params.get("confirmation_method") or "automatic",
        "created": world.clock.now(),
        "currency": params["currency"].lower(),
        "customer": params.get("customer"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": types or _types(world, params["currency"].lower()),
        "processing": None,
        "review": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        "_return_url": params.get("return_url"),
        **{name: params.get(name) for name in PLAIN},
    }


def _types(world, currency):
    """Return the account's payment method types that can take a currency."""
    types = world.account["payment_method_types"]
    return [t for t in types if t != "sepa_debit" or currency == "eur"]


def _take_method(world, intent, params):
    """Set the payment method that a request names or describes."""
    if params.get("payment_method_data"):
        method = from_params(world, params["payment_method_data"])
    elif params.get("payment_method"):
        method = resolve(world, params["payment_method"], intent["customer"])
    else:
        return
    lifecycle.choose(intent, method)


@route("POST /v1/payment_intents/{intent}")
def update(world, params, ref):
    """Change an intent that is not paid yet."""
    intent = world.get("payment_intent", ref, "intent")
    if intent["status"] not in OPEN and params.keys() - {"metadata", "description"}:
        raise lifecycle.unexpected(intent, "update", OPEN)
    if "amount" in params or "currency" in params:
        amount = params.get("amount", intent["amount"])
        currency = params.get("currency", intent["currency"]).lower()
        money.check_amount(amount, currency)
        intent["amount"], intent["currency"] = amount, currency
    for name in PLAIN:
        if name in params:
            intent[name] = params[name]
    if params.get("customer"):
        intent["customer"] = world.get("customer", params["customer"], "customer")["id"]
    merge_metadata(intent, params)
    _take_method(world, intent, params)
    return intent


@route("POST /v1/payment_intents/{intent}/confirm")
def confirm(world, params, ref):
    """Try to collect the payment."""
    intent = world.get("payment_intent", ref, "intent")
    intent["_return_url"] = params.get("return_url") or intent["_return_url"]
    for name in ("receipt_email", "setup_future_usage", "shipping", "capture_method"):
        if name in params:
            intent[name] = params[name]
    if intent["status"] not in OPEN:
        raise lifecycle.unexpected(intent, "confirm", OPEN)
    _take_method(world, intent, params)
    lifecycle.confirm(world, intent, bool(params.get("off_session")))
    return intent


@route("POST /v1/payment_intents/{intent}/capture")
def capture(world, params, ref):
    """Capture all, or a part and release the rest."""
    intent = world.get("payment_intent", ref, "intent")
    merge_metadata(intent, params)
    return lifecycle.capture(world, intent, params.get("amount_to_capture"))


@route("POST /v1/payment_intents/{intent}/cancel")
def cancel(world, params, ref):
    """Cancel what is not paid; an authorisation is released."""
    intent = world.get("payment_intent", ref, "intent")
    return lifecycle.cancel(world, intent, params.get("cancellation_reason"))


@route("GET /v1/payment_intents")
def list_all(world, params):
    """List, newest first."""
    url = "/v1/payment_intents"
    return paging.page(world, "payment_intent", params, url, _shown, ("customer",))


def _shown(intent):
    return not intent["_hidden"]


@route("GET /v1/payment_intents/{intent}")
def retrieve(world, params, ref):
    """Serve one intent."""
    intent = world.get("payment_intent", ref, "intent")
    if intent["_hidden"]:
        raise missing("payment_intent", ref, "intent")
    return intent
