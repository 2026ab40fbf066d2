"""What people and banks do: the first half of the control door.

The functions are reached as ``/_control/<name>`` (see :mod:`control`); those of time,
account, faults, webhooks and state are in :mod:`control` itself.
"""

from . import (
    charges,
    disputes,
    events,
    lifecycle,
    payment_intents,
    payment_methods,
    payouts,
    radar,
    refunds,
    setup_intents,
)
from .balance_transactions import post, release_due
from .errors import ApiError
from .routing import action

# === THE CUSTOMER === #


@action
def pay(app, intent, card="visa", email=None, name=None, off_session=False):
    """Enter a card or an account for an intent and confirm.

    A refusal is no error here: the intent that comes back says so.
    """
    world = app.world
    intent = world.get("payment_intent", intent)
    if intent["status"] not in payment_intents.OPEN:
        raise lifecycle.unexpected(intent, "confirm", payment_intents.OPEN)
    details = {"email": email, "name": name}
    method = payment_methods.named(world, card, details)
    lifecycle.choose(intent, method)
    return _unrefused(intent, lifecycle.confirm, world, intent, off_session)


@action
def authenticate(app, intent, success=True):
    """Pass 3-D Secure, or fail it."""
    intent = app.world.get("payment_intent", intent)
    return _unrefused(intent, lifecycle.authenticate, app.world, intent, success)


@action
def setup(app, intent, card="visa", authenticated=True):
    """Enter a card for a setup intent and confirm."""
    intent = app.world.get("setup_intent", intent)
    method = payment_methods.named(app.world, card)
    intent.update(payment_method=method["id"], status="requires_confirmation")
    return _unrefused(intent, setup_intents.complete, app.world, intent, authenticated)


@action
def outside_payment(
    app,
    amount,
    currency,
    card="visa",
    email=None,
    name=None,
    description=None,
    customer=None,
    metadata=None,
    capture_method="automatic_async",
    without_intent=False,
):
    """Make a payment that no order of Odoo asked for, as from Stripe's dashboard.

    :param bool without_intent: as old integrations: a charge without payment intent
    :return: the charge
    """
    params = {
        "amount": amount,
        "currency": currency,
        "customer": customer,
        "description": description,
        "metadata": metadata,
        "receipt_email": email,
        "capture_method": capture_method,
    }
    intent = payment_intents.create(app.world, params, hidden=without_intent)
    method = payment_methods.named(app.world, card, {"email": email, "name": name})
    lifecycle.choose(intent, method)
    _unrefused(intent, lifecycle.confirm, app.world, intent)
    return app.world.get("charge", intent["latest_charge"])


def _unrefused(intent, step, *arguments):
    try:
        step(*arguments)
    except ApiError as error:
        if error.status != 402:
            raise
    return intent


# === THE BANK === #


def _charge(app, ref):
    """Return the charge of an id, or the latest charge of an intent's id."""
    if ref.startswith("pi_"):
        ref = app.world.get("payment_intent", ref)["latest_charge"]
    return app.world.get("charge", ref)


@action
def settle(app, charge):
    """The bank pays a pending debit (id of the charge or of its intent)."""
    charge = _charge(app, charge)
    lifecycle.settle(app.world, charge)
    return charge


@action
def fail_payment(app, charge, code="insufficient_funds"):
    """The bank refuses a debit, pending or already paid."""
    charge = _charge(app, charge)
    lifecycle.fail_payment(app.world, charge, code)
    return charge


@action
def attach(app, charge):
    """Attach the balance transaction of a payment that waits for it."""
    return charges.attach(app.world, _charge(app, charge)["id"])


@action
def refund_succeeds(app, refund):
    """A pending refund succeeds; one that waits for the customer's details too."""
    return refunds.succeed(app.world, refund)


@action
def refund_fails(app, refund, reason="lost_or_stolen_card"):
    """A refund, pending or succeeded, fails."""
    return refunds.fail(app.world, refund, reason)


@action
def dispute(app, charge, amount=None, reason="fraudulent", inquiry=False):
    """The customer's bank disputes a charge, or inquires about it."""
    charge = _charge(app, charge)
    return disputes.open_dispute(app.world, charge, amount, reason, inquiry)


@action
def escalate_dispute(app, dispute):
    """An inquiry becomes a dispute."""
    return disputes.escalate(app.world, app.world.get("dispute", dispute))


@action
def close_dispute(app, dispute, outcome):
    """Decide a dispute: won, lost; warning_closed for an inquiry."""
    return disputes.close_dispute(app.world, app.world.get("dispute", dispute), outcome)


@action
def reinstate_dispute(app, dispute):
    """Give back the money of a lost dispute after all."""
    return disputes.reinstate(app.world, app.world.get("dispute", dispute))


@action
def fraud_warning(app, charge, fraud_type="made_with_stolen_card"):
    """Issue an early fraud warning."""
    return radar.warn(app.world, _charge(app, charge), fraud_type)


@action
def review(app, charge, reason="rule"):
    """Ask for a review of a payment."""
    return radar.open_review(app.world, _charge(app, charge), reason)


@action
def close_review(app, review, reason="approved"):
    """Decide a review: approved, refunded_as_fraud, ..."""
    return radar.close_review(app.world, app.world.get("review", review), reason)


@action
def run_payouts(app, release=False):
    """Make the automatic payouts of what is available now.

    :param bool release: first make all that is pending available
    """
    if release:
        for posted in app.world.all("balance_transaction"):
            now = app.world.clock.now()
            posted["available_on"] = min(posted["available_on"], now)
        release_due(app.world)
    return {"payouts": payouts.sweep(app.world)}


@action
def payout_reconciles(app, payout):
    """Complete the reconciliation of an automatic payout."""
    return payouts.reconcile(app.world, payout)


@action
def payout_arrives(app, payout):
    """A payout reaches the merchant's bank."""
    payouts.submit(app.world, payout)
    return payouts.arrive(app.world, payout)


@action
def payout_fails(app, payout, code="account_closed"):
    """The bank sends a payout back, pending or already paid."""
    return payouts.fail(app.world, app.world.get("payout", payout), code)


@action
def movement(
    app,
    type,
    reporting_category,
    amount,
    currency=None,
    fee=0,
    description=None,
    source=None,
    balance_type="payments",
):
    """Post any balance transaction: Stripe's fees, top-ups, types nobody knows yet."""
    currency = currency or app.world.account["settlement_currency"]
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": description,
        "type": "stripe_fee",
    }
    return post(
        app.world,
        type,
        reporting_category,
        amount,
        currency,
        source,
        fees=[details] if fee else [],
        description=description,
        balance_type=balance_type,
    )


@action
def reserve(app, amount, currency=None):
    """Hold ``amount`` back from the balance; a negative amount releases it."""
    kind = "reserve_hold" if amount > 0 else "reserve_release"
    args = {"currency": currency, "description": "Risk reserve"}
    movement(
        app, kind, "risk_reserved_funds", amount, balance_type="risk_reserved", **args
    )
    return movement(app, kind, "risk_reserved_funds", -amount, **args)


@action
def revoke_mandate(app, mandate):
    """The customer withdraws a bank debit mandate."""
    mandate = app.world.get("mandate", mandate)
    mandate["status"] = "inactive"
    events.emit(app.world, "mandate.updated", mandate, {"status": "active"})
    return mandate
