"""Setup intents: a payment method kept for later, without a payment."""

from . import cards, paging
from .errors import card_error, invalid
from .events import emit
from .payment_methods import attach_to, from_params, mandate_for, resolve
from .rendering import rendered
from .routing import route

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


@route("POST /v1/setup_intents")
def create(world, params):
    """Create one, and confirm it when asked to."""
    if params.get("customer"):
        world.get("customer", params["customer"], "customer")
    ref = world.new_id("seti")
    types = params.get("payment_method_types") or params.get(
        "allowed_payment_method_types"
    )
    intent = world.add(
        {
            "id": ref,
            "object": "setup_intent",
            "allowed_payment_method_types": params.get("allowed_payment_method_types"),
            "application": None,
            "automatic_payment_methods": None
            if types
            else {"allow_redirects": "always", "enabled": True},
            "cancellation_reason": None,
            "client_secret": f"{ref}_secret_" + world.new_id("s")[2:],
            "created": world.clock.now(),
            "customer": params.get("customer"),
            "description": params.get("description"),
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "livemode": False,
            "mandate": None,
            "metadata": params.get("metadata") or {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_options": {},
            "payment_method_types": types or world.account["payment_method_types"],
            "single_use_mandate": None,
            "status": "requires_payment_method",
            "usage": params.get("usage") or "off_session",
        }
    )
    emit(world, "setup_intent.created", intent)
    _take_method(world, intent, params)
    if params.get("confirm"):
        complete(world, intent)
    return intent


def _take_method(world, intent, params):
    if params.get("payment_method_data"):
        method = from_params(world, params["payment_method_data"])
    elif params.get("payment_method"):
        method = resolve(world, params["payment_method"], intent["customer"])
    else:
        return
    intent.update(payment_method=method["id"], status="requires_confirmation")


def complete(world, intent, authenticated=False):
    """The customer confirms: the method is attached, or refused.

    :raise ApiError: 402 for a declined card
    """
    if intent["status"] not in OPEN or not intent["payment_method"]:
        raise invalid(
            f"You cannot confirm this SetupIntent: its status is {intent['status']}.",
            "setup_intent_unexpected_state",
        )
    method = world.get("payment_method", intent["payment_method"])
    behaviour = method["_behaviour"]
    if behaviour == "3ds" and not authenticated:
        sdk = {"type": "three_d_secure_redirect"}
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
        intent.update(status="requires_action", next_action=action)
        emit(world, "setup_intent.requires_action", intent)
        return intent
    if isinstance(behaviour, (tuple, list)) and method["type"] == "card":
        raise _refuse(world, intent, method, *behaviour)
    if method["type"] == "sepa_debit":
        intent["mandate"] = mandate_for(world, method)
    if intent["customer"]:
        attach_to(world, method, intent["customer"])
    intent.update(status="succeeded", next_action=None, last_setup_error=None)
    emit(world, "setup_intent.succeeded", intent)
    return intent


def _refuse(world, intent, method, code, decline_code):
    message = cards.DECLINE_MESSAGES.get(decline_code or code, "The card was declined.")
    error = {"code": code, "message": message, "type": "card_error"}
    error["payment_method"] = rendered(method)
    intent.update(
        status="requires_payment_method", payment_method=None, last_setup_error=error
    )
    emit(world, "setup_intent.setup_failed", intent)
    return card_error(message, code, decline_code, setup_intent=rendered(intent))


@route("POST /v1/setup_intents/{intent}/confirm")
def confirm(world, params, ref):
    """Confirm with the method given, or with the one it has."""
    intent = world.get("setup_intent", ref, "intent")
    _take_method(world, intent, params)
    return complete(world, intent)


@route("POST /v1/setup_intents/{intent}/cancel")
def cancel(world, params, ref):
    """Cancel one that is not completed."""
    intent = world.get("setup_intent", ref, "intent")
    if intent["status"] not in OPEN:
        raise invalid(
            "You cannot cancel this SetupIntent.", "setup_intent_unexpected_state"
        )
    reason = params.get("cancellation_reason")
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    emit(world, "setup_intent.canceled", intent)
    return intent


@route("GET /v1/setup_intents")
def list_all(world, params):
    """List, newest first."""
    equal = ("customer", "payment_method")
    return paging.page(world, "setup_intent", params, "/v1/setup_intents", None, equal)


@route("GET /v1/setup_intents/{intent}")
def retrieve(world, params, ref):
    """Serve one setup intent."""
    return world.get("setup_intent", ref, "intent")
