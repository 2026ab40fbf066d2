"""Events: a snapshot of what happened, kept, listed and handed to the deliverer."""

import json

from . import paging
from .rendering import is_legacy, rendered, with_legacy_lists
from .routing import route
from .schemas import PACKAGE

API_VERSION = next(
    line.split('"')[1]
    for line in (PACKAGE / "_api_version.py").read_text(encoding="utf-8").splitlines()
    if "CURRENT =" in line
)


def emit(world, kind, subject, previous=None):
    """Keep an event about ``subject`` and queue it for every endpoint that wants it.

    :param dict previous: for ``*.updated``, the changed attributes before the change
    :return: the event; ``None`` for what the API does not show
    """
    if subject.get("_hidden"):
        return None
    data = {"object": rendered(subject)}
    if previous is not None:
        data["previous_attributes"] = previous
    event = {
        "id": world.new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": world.clock.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": dict(world.request or {"id": None, "idempotency_key": None}),
        "type": kind,
        "_deliveries": {},
        "_payloads": {},
    }
    world.add(event)
    for endpoint in world.all("webhook_endpoint"):
        if wants(endpoint, kind):
            _queue(event, endpoint)
    payloads(world, event)
    for listener in world.after_emit:
        listener(event)
    return event


def wants(endpoint, kind):
    """Return whether an endpoint is enabled for events of a type."""
    if endpoint.get("deleted") or endpoint["status"] != "enabled":
        return False
    return "*" in endpoint["enabled_events"] or kind in endpoint["enabled_events"]


def _queue(event, endpoint):
    version = endpoint["api_version"] or API_VERSION
    event["_deliveries"][endpoint["id"]] = {
        "state": "pending",
        "attempts": 0,
        "status": None,
        "version": version,
    }
    event["pending_webhooks"] += 1


def payloads(world, event):
    """Return {version: body} of an event's deliveries, as it was emitted."""
    for delivery in event["_deliveries"].values():
        version = delivery["version"]
        if version in event["_payloads"]:
            continue
        value = rendered(event)
        value["api_version"] = version
        if is_legacy(version):
            with_legacy_lists(world, value["data"]["object"])
        event["_payloads"][version] = json.dumps(value, indent=2)
    return event["_payloads"]


def undelivered(event):
    """Return whether an endpoint has not acknowledged the event (yet)."""
    return any(d["state"] != "delivered" for d in event["_deliveries"].values())


@route("GET /v1/events")
def list_all(world, params):
    """List events; ``delivery_success=false`` gives those not acknowledged."""
    wanted, success = params.get("types"), params.get("delivery_success")

    def chosen(event):
        if wanted and event["type"] not in wanted:
            return False
        return success is None or success != undelivered(event)

    return paging.page(world, "event", params, "/v1/events", chosen, equal=("type",))


@route("GET /v1/events/{id}")
def retrieve(world, params, ref):
    """Serve one event."""
    return world.get("event", ref)
