"""Doubts about a payment: early fraud warnings of banks, and reviews.

Sources: https://docs.stripe.com/api/radar/early_fraud_warnings and
https://docs.stripe.com/api/radar/reviews
"""

from . import paging
from .errors import invalid
from .events import emit
from .rendering import rendered
from .routing import route

WARNING = "radar.early_fraud_warning"


def warn(world, charge, fraud_type="made_with_stolen_card"):
    """The card's issuer reports fraud before any dispute."""
    warning = world.add(
        {
            "id": world.new_id("issfr"),
            "object": WARNING,
            "actionable": not charge["refunded"] and not charge["disputed"],
            "charge": charge["id"],
            "created": world.clock.now(),
            "fraud_type": fraud_type,
            "livemode": False,
            "payment_intent": charge["payment_intent"],
        }
    )
    emit(world, f"{WARNING}.created", warning)
    return warning


def open_review(world, charge, reason="rule"):
    """The gateway's rules, or a person, ask to look at a payment.

    :raise ApiError: it is under review already
    """
    if any(review["open"] for review in _reviews(world, charge)):
        raise invalid(f"Charge {charge['id']} is under review already.")
    review = world.add(
        {
            "id": world.new_id("prv"),
            "object": "review",
            "billing_zip": None,
            "charge": charge["id"],
            "closed_reason": None,
            "created": world.clock.now(),
            "ip_address": "198.51.100.23",
            "ip_address_location": None,
            "livemode": False,
            "open": True,
            "opened_reason": reason,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "session": None,
        }
    )
    emit(world, "review.opened", review)
    return review


def close_review(world, review, reason="approved"):
    """Somebody decides, or the payment's own fate does.

    :raise ApiError: it is closed already
    """
    if not review["open"]:
        raise invalid(f"Review {review['id']} is already closed.")
    review.update(open=False, closed_reason=reason, reason=reason)
    emit(world, "review.closed", review)
    return review


def settle_doubts(world, charge, reason):
    """A charge was refunded in full or disputed: nothing is left to decide.

    :param str reason: refunded, disputed
    """
    for warning in world.all(WARNING):
        if warning["charge"] == charge["id"] and warning["actionable"]:
            before = rendered(warning)
            warning["actionable"] = False
            changed = {"actionable": before["actionable"]}
            emit(world, f"{WARNING}.updated", warning, changed)
    for review in _reviews(world, charge):
        if review["open"]:
            close_review(world, review, reason)


def _reviews(world, charge):
    return [each for each in world.all("review") if each["charge"] == charge["id"]]


@route("GET /v1/radar/early_fraud_warnings")
def list_warnings(world, params):
    """List early fraud warnings."""
    url = "/v1/radar/early_fraud_warnings"
    return paging.page(world, WARNING, params, url, None, ("charge", "payment_intent"))


@route("GET /v1/radar/early_fraud_warnings/{early_fraud_warning}")
def retrieve_warning(world, params, ref):
    """Serve one early fraud warning."""
    return world.get(WARNING, ref)


@route("GET /v1/reviews")
def list_reviews(world, params):
    """List the reviews that are open."""
    return paging.page(
        world, "review", params, "/v1/reviews", lambda each: each["open"]
    )


@route("GET /v1/reviews/{review}")
def retrieve_review(world, params, ref):
    """Serve one review."""
    return world.get("review", ref)


@route("POST /v1/reviews/{review}/approve")
def approve(world, params, ref):
    """Approve the payment."""
    return close_review(world, world.get("review", ref))
