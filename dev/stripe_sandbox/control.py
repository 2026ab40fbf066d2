"""The control door: JSON over ``/_control/<name>``, for demo and tests.

It plays the customer, the bank, time and bad luck. Every function takes the app and the
JSON body as keyword arguments and returns JSON values; ``ACTIONS`` is the list.
"""

import inspect
import json

from . import account as accounts
from . import (
    balance,
    charges,
    disputes,
    events,
    lifecycle,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    webhook_endpoints,
)
from .balance_transactions import post, release_due
from .clock import DAY
from .errors import ApiError, invalid
from .rendering import rendered

HOUR = 3600
ACTIONS = {}
WITHOUT_LOCK = {"drain"}  # waits for threads that need the lock


def action(function):
    """Make a function reachable as ``/_control/<its name>``."""
    ACTIONS[function.__name__] = function
    return function


def handle(app, request):
    """Answer a request to the control door.

    :return: (status, JSON value)
    """
    name = request.path.removeprefix("/_control").strip("/")
    function = ACTIONS.get(name)
    if function is None:
        return 404, {"error": {"message": f"no action {name}", "actions": list(ACTIONS)}}
    try:
        given = json.loads(request.body or b"{}")
        inspect.signature(function).bind(app, **given)
    except (TypeError, ValueError) as error:
        return 400, {"error": {"message": f"{name}: {error}"}}
    try:
        if name in WITHOUT_LOCK:
            return 200, function(app, **given)
        with app.world.lock:
            app.world.tick()
            return 200, rendered(function(app, **given))
    except ApiError as error:
        return error.status, error.body
    except Exception as bug:  # whatever it is, the caller and the log must see it
        return 500, app.bug(f"control {name}", bug)


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
    """A pending refund succeeds."""
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
def fraud_warning(app, charge, fraud_type="made_with_stolen_card"):
    """Issue an early fraud warning."""
    return disputes.warn(app.world, _charge(app, charge), fraud_type)


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
    movement(app, kind, "risk_reserved_funds", amount, balance_type="risk_reserved", **args)
    return movement(app, kind, "risk_reserved_funds", -amount, **args)


@action
def revoke_mandate(app, mandate):
    """The customer withdraws a bank debit mandate."""
    mandate = app.world.get("mandate", mandate)
    mandate["status"] = "inactive"
    events.emit(app.world, "mandate.updated", mandate, {"status": "active"})
    return mandate


# === TIME, ACCOUNT, BAD LUCK === #


@action
def advance(app, seconds=0, minutes=0, hours=0, days=0, to=None):
    """Let time pass, or pass up to the moment ``to``; what is due happens in order."""
    world = app.world
    span = seconds + minutes * 60 + hours * HOUR + days * DAY
    world.advance_to(world.clock.precise() + span if to is None else to)
    return {"now": world.clock.now()}


@action
def clock(app, frozen=None, now=None):
    """Tell the time; freeze it (at ``now``) or let it run again."""
    if frozen:
        app.world.clock.freeze(now)
    elif frozen is False:
        app.world.clock.thaw()
    return {"now": app.world.clock.now(), "frozen": app.world.clock.frozen is not None}


@action
def account(app, **settings):
    """Change settings of the account (see ``account.DEFAULTS``) and return them all."""
    app.world.account = accounts.changed(app.world.account, settings)
    return app.world.account


@action
def fault(app, **fault):
    """Order a fault, see ``faults.Faults.add``."""
    app.faults.add(fault)
    return {"faults": app.faults.listed()}


@action
def faults(app, clear=False):
    """List the faults still to happen, or forget them."""
    if clear:
        app.faults.clear()
        app.deliverer.release_held()
    return {"faults": app.faults.listed()}


# === WEBHOOKS === #


@action
def drain(app, timeout=30):
    """Wait until every queued delivery was acknowledged or given up."""
    return {"idle": app.deliverer.drain(timeout)}


@action
def retry(app):
    """Deliver again what was dropped or given up."""
    return {"queued": app.deliverer.retry_all()}


@action
def release(app):
    """Deliver what a reordering still holds back."""
    app.deliverer.release_held()
    return {}


@action
def resend(app, event, endpoint=None):
    """Deliver an event again, even if it was acknowledged."""
    event = app.world.get("event", event)
    app.deliverer.resend(event, endpoint)
    return event


@action
def rotate_secret(app, endpoint, keep_old=True):
    """Give an endpoint a new secret; while the old one is kept, both sign."""
    secret = webhook_endpoints.rotate_secret(app.world, endpoint, keep_old)
    return {"secret": secret}


@action
def deliveries(app, undelivered=False):
    """List the deliveries of every event, oldest event first."""
    return {
        "deliveries": [
            {"event": event["id"], "type": event["type"], "endpoint": ref, **delivery}
            for event in app.world.all("event")
            for ref, delivery in event["_deliveries"].items()
            if not undelivered or delivery["state"] != "delivered"
        ]
    }


@action
def emit(app, type, object):
    """Make an event of any type about an object by id, e.g. of one never modelled."""
    subject = app.world.find(object)
    if subject is None:
        raise invalid(f"No object {object}.")
    return events.emit(app.world, type, subject)


# === STATE === #


@action
def health(app):
    """Say that the sandbox is up."""
    return {"ok": not app.world.bugs, "now": app.world.clock.now()}


@action
def state(app):
    """Return totals per currency (proved), counts, jobs and bugs."""
    world = app.world
    return {
        "now": world.clock.now(),
        "totals": balance.prove(world),
        "counts": {kind: len(of) for kind, of in world.objects.items()},
        "jobs": [[due, name, kwargs] for due, _n, name, kwargs in sorted(world.jobs)],
        "undelivered": sum(map(events.undelivered, world.all("event"))),
        "bugs": world.bugs,
    }


@action
def objects(app, type):
    """Return every object of a type, oldest first."""
    return {"data": app.world.all(type)}


@action
def reset(app, seed=None):
    """Forget everything: objects, settings, faults, advanced time."""
    app.faults.clear()
    app.world.reset(seed)
    app.listen()
    return {}
