"""The control door: JSON over ``/_control/<name>``, for demo and tests.

It plays the customer, the bank, time and bad luck. Every function takes the app and the
JSON body as keyword arguments and returns JSON values. People and banks are in
:mod:`play`, the rest is here; ``GET /_control/`` lists all.
"""

import inspect
import json

from . import account as accounts
from . import balance, events, webhook_endpoints
from . import play as play  # its actions register themselves
from . import play_outside as play_outside
from .clock import DAY
from .errors import ApiError, invalid
from .rendering import rendered
from .routing import ACTIONS, action

HOUR = 3600
WITHOUT_LOCK = {"drain"}  # waits for threads that need the lock


def handle(app, request):
    """Answer a request to the control door.

    :return: (status, JSON value)
    """
    name = request.path.removeprefix("/_control").strip("/")
    if not name:
        return 200, {n: inspect.getdoc(f) for n, f in sorted(ACTIONS.items())}
    function = ACTIONS.get(name)
    if function is None:
        return 404, {"error": {"message": f"There is no action {name}."}}
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


# === TIME, ACCOUNT, BAD LUCK === #


@action
def advance(app, seconds=0, minutes=0, hours=0, days=0, to=None):
    """Let time pass, or pass up to the moment ``to``; what is due happens in order."""
    world = app.world
    span = seconds + minutes * 60 + hours * HOUR + days * DAY
    world.advance_to(world.clock.precise() + span if to is None else to)
    return {"now": world.clock.now()}


@action
def clock(app, frozen=None, now=None, daily=False):
    """Tell the time; freeze it (at ``now``) or let it run again.

    :param bool daily: after setting it back: let its days begin from then on
    """
    if frozen:
        app.world.clock.freeze(now)
    elif frozen is False:
        app.world.clock.thaw()
    if daily:
        app.world.begin_days()
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
    """Return totals per currency (proved), counts, jobs, bugs and calls so far."""
    world = app.world
    return {
        "now": world.clock.now(),
        "totals": balance.prove(world),
        "counts": {kind: len(of) for kind, of in world.objects.items()},
        "jobs": [[due, name, kwargs] for due, _n, name, kwargs in sorted(world.jobs)],
        "undelivered": sum(map(events.undelivered, world.all("event"))),
        "bugs": world.bugs,
        "calls": dict(app.calls),
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
