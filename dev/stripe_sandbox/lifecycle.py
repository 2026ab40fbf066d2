"""The life of a payment: confirmed, authorised, captured, settled, failed.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from . import cards, charges, checkout
from .balance_transactions import post
from .clock import DAY
from .errors import card_error, invalid
from .events import emit
from .payment_methods import attach_to
from .rendering import rendered
from .routing import job

AUTHORISATION_DAYS = 7
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
)


def unexpected(intent, verb, allowed):
    """Return the 400 of something that an intent's status does not allow."""
    return invalid(
        f"You cannot {verb} this PaymentIntent because it has a status of "
        f"{intent['status']}. Only a PaymentIntent with one of the following statuses "
        f"may be used: {', '.join(allowed)}.",
        "payment_intent_unexpected_state",
    )


def choose(intent, method):
    """Take a payment method for an intent.

    :raise ApiError: its type or the currency does not allow it
    """
    kind = method["type"]
    if kind not in intent["payment_method_types"]:
        raise invalid(
            f"The PaymentMethod provided ({kind}) is not allowed for this "
            f"PaymentIntent. It accepts: {', '.join(intent['payment_method_types'])}.",
            "payment_intent_incompatible_payment_method",
            "payment_method",
        )
    if kind == "sepa_debit" and intent["currency"] != "eur":
        raise invalid("sepa_debit only accepts eur.", None, "payment_method_types")
    intent["payment_method"] = method["id"]
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"


def confirm(world, intent, off_session=False, authenticated=False):
    """Try to collect a payment.

    :raise ApiError: 402 when it is refused (the intent then wants another method)
    """
    if not intent["payment_method"]:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment "
            "method.",
            "payment_intent_unexpected_state",
        )
    method = world.get("payment_method", intent["payment_method"])
    intent["last_payment_error"] = intent["next_action"] = None
    behaviour = method["_behaviour"]
    if behaviour == "3ds" and not authenticated:
        if off_session:
            raise _refuse(world, intent, method, "authentication_required")
        return _ask_for_action(world, intent)
    if method["type"] == "sepa_debit":
        return _process(world, intent, method)
    if isinstance(behaviour, (tuple, list)):
        raise _refuse(world, intent, method, *behaviour)
    return _succeed(world, intent, method)


def _ask_for_action(world, intent):
    """Ask the customer for 3-D Secure."""
    url = f"https://hooks.stripe.com/redirect/authenticate/{intent['id']}"
    back = intent["_return_url"]
    sdk = {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"type": "three_d_secure_redirect"},
    }
    redirect = {"return_url": back, "url": url}
    intent["status"] = "requires_action"
    intent["next_action"] = (
        {"type": "redirect_to_url", "redirect_to_url": redirect} if back else sdk
    )
    emit(world, "payment_intent.requires_action", intent)
    return intent


def authenticate(world, intent, success=True):
    """The customer passes 3-D Secure, or fails it.

    :raise ApiError: 400 when none was asked, 402 when it fails
    """
    if intent["status"] != "requires_action":
        raise unexpected(intent, "authenticate", ("requires_action",))
    method = world.get("payment_method", intent["payment_method"])
    if not success:
        intent["next_action"] = None
        raise _refuse(world, intent, method, "payment_intent_authentication_failure")
    intent["_three_d_secure"] = {
        "authentication_flow": "challenge",
        "result": "authenticated",
        "result_reason": None,
        "version": "2.2.0",
    }
    return confirm(world, intent, authenticated=True)


def _refuse(world, intent, method, code, decline_code=None):
    """Fail an attempt; return the 402 that tells of it."""
    message = cards.DECLINE_MESSAGES.get(decline_code or code)
    message = message or cards.DECLINE_MESSAGES.get(code, "The payment failed.")
    charge = None
    if code != "payment_intent_authentication_failure":
        charge = charges.make(world, intent, method, "failed", False)
        charges.fail(world, charge, code, decline_code, message)
    return _attempt_failed(world, intent, method, charge, code, decline_code, message)


def _attempt_failed(world, intent, method, charge, code, decline_code, message):
    error = {
        "charge": charge and charge["id"],
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}",
        "message": message,
        "payment_method": rendered(method),
        "type": "card_error",
    }
    if decline_code:
        error["decline_code"] = decline_code
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        last_payment_error={k: v for k, v in error.items() if v is not None},
        next_action=None,
    )
    emit(world, "payment_intent.payment_failed", intent)
    more = {"charge": error["charge"], "payment_intent": rendered(intent)}
    return card_error(message, code, decline_code, **more)


def _keep_for_later(world, intent, method):
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(world, method, intent["customer"])


def _succeed(world, intent, method):
    """A card payment is authorised; captured too, unless capture is manual."""
    manual = intent["capture_method"] == "manual"
    charge = charges.make(world, intent, method, "succeeded", not manual)
    _keep_for_later(world, intent, method)
    if manual:
        return _authorised(world, intent, charge)
    return _paid(world, intent, charge, charge["amount"])


def _authorised(world, intent, charge):
    intent.update(status="requires_capture", amount_capturable=charge["amount"])
    before = world.clock.now() + AUTHORISATION_DAYS * DAY
    charge["payment_method_details"]["card"]["capture_before"] = before
    world.at(before, "authorisation_expires", intent=intent["id"])
    emit(world, "charge.succeeded", charge)
    emit(world, "payment_intent.amount_capturable_updated", intent)
    return intent


def _paid(world, intent, charge, amount, event="charge.succeeded"):
    """The money is collected: book it and tell."""
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    charges.book_or_wait(world, charge, intent)
    emit(world, event, charge)
    emit(world, "payment_intent.succeeded", intent)
    if charge["_behaviour"] == "dispute":
        from .disputes import open_dispute

        open_dispute(world, charge)
    return intent


def capture(world, intent, amount=None):
    """Capture an authorised payment, wholly or a part.

    :raise ApiError: not authorised, or more than was authorised
    """
    if intent["status"] != "requires_capture":
        raise unexpected(intent, "capture", ("requires_capture",))
    amount = amount or intent["amount_capturable"]
    if amount > intent["amount_capturable"]:
        raise invalid(
            "The requested capture amount is greater than the capturable amount.",
            "amount_too_large",
            "amount_to_capture",
        )
    charge = world.get("charge", intent["latest_charge"])
    charge.update(captured=True, amount_captured=amount)
    return _paid(world, intent, charge, amount, event="charge.captured")


def cancel(world, intent, reason=None):
    """Cancel an intent; what was only authorised is released, without any refund.

    Source: https://docs.stripe.com/changelog/basil/2025-03-31/ (no Refund, no
    ``charge.refunded``, ``expired`` as reason)

    :raise ApiError: it is paid or being paid
    """
    if intent["status"] not in CANCELABLE:
        raise unexpected(intent, "cancel", CANCELABLE)
    intent.update(
        status="canceled",
        canceled_at=world.clock.now(),
        cancellation_reason=reason,
        amount_capturable=0,
        next_action=None,
    )
    if reason == "expired":
        emit(world, "charge.expired", world.get("charge", intent["latest_charge"]))
    emit(world, "payment_intent.canceled", intent)
    return intent


@job("authorisation_expires")
def authorisation_expires(world, intent):
    """An authorisation that nobody captured lapses."""
    intent = world.get("payment_intent", intent)
    if intent["status"] == "requires_capture":
        cancel(world, intent, "expired")


# === BANK DEBITS === #


def _process(world, intent, method):
    """A bank debit is on its way; the bank answers some days later."""
    charge = charges.make(world, intent, method, "pending", True)
    charge["paid"] = False
    intent["status"] = "processing"
    _keep_for_later(world, intent, method)
    emit(world, "charge.pending", charge)
    emit(world, "payment_intent.processing", intent)
    if world.account["debit_days"] is not None:
        world.after(
            world.account["debit_days"] * DAY, "bank_answers", charge=charge["id"]
        )
    return intent


@job("bank_answers")
def bank_answers(world, charge):
    """The bank pays or refuses a debit, as the account's test number says."""
    charge = world.get("charge", charge)
    if charge["status"] != "pending":
        return
    behaviour = charge["_behaviour"]
    if isinstance(behaviour, (tuple, list)):
        fail_payment(world, charge, behaviour[0])
    else:
        settle(world, charge)


def settle(world, charge):
    """The bank pays a pending debit.

    :raise ApiError: 400 when it is not pending
    """
    if charge["status"] != "pending":
        raise invalid(f"Charge {charge['id']} is {charge['status']}, not pending.")
    charge.update(status="succeeded", paid=True)
    intent = world.get("payment_intent", charge["_intent"])
    _paid(world, intent, charge, charge["amount"])
    checkout.answered(world, intent, paid=True)
    return intent


def fail_payment(world, charge, code="insufficient_funds"):
    """The bank refuses a debit: while pending, or after it had been paid.

    After success the money leaves the balance again: ``payment_failure_refund`` with
    reporting category ``charge_failure``.
    """
    if charge["status"] == "failed":
        raise invalid(f"Charge {charge['id']} has failed already.")
    booked = charge["status"] == "succeeded"
    if booked:
        charges.attach(world, charge["id"])
        _take_back(world, charge)
    message = cards.DECLINE_MESSAGES.get(code, "The bank refused the payment.")
    charges.fail(world, charge, code, None, message)
    intent = world.get("payment_intent", charge["_intent"])
    intent["amount_received"] = 0
    method = world.get("payment_method", charge["payment_method"])
    _attempt_failed(world, intent, method, charge, code, None, message)
    if not booked:
        checkout.answered(world, intent, paid=False)
    return intent


def _take_back(world, charge):
    refunded = charge["amount_refunded"]
    rest = charge["amount_captured"] - refunded
    posted = post(
        world,
        "payment_failure_refund",
        "charge_failure",
        -charges.settled_part(charge, refunded, rest),
        charge["_settlement"],
        charge["id"],
        available_on=charges.same_day(world, charge),
        rate=charge["_rate"],
        description="Payment failure",
    )
    charge["failure_balance_transaction"] = posted["id"]
