"""Webhook endpoints: who wants which events, in which version, signed with what."""

from . import paging
from .errors import invalid
from .routing import route

URL = "/v1/webhook_endpoints"


@route("POST /v1/webhook_endpoints")
def create(world, params):
    """Create one; only this answer shows the signing secret, as at Stripe."""
    if not params["url"].startswith(("http://", "https://")):
        raise invalid(
            "Invalid URL: must start with http or https.", "url_invalid", "url"
        )
    endpoint = world.add(
        {
            "id": world.new_id("we"),
            "object": "webhook_endpoint",
            "api_version": params.get("api_version"),
            "application": None,
            "created": world.clock.now(),
            "description": params.get("description"),
            "enabled_events": params["enabled_events"],
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "status": "enabled",
            "url": params["url"],
            "_secrets": [world.new_id("whsec")],
        }
    )
    return {**endpoint, "secret": endpoint["_secrets"][0]}


@route("POST /v1/webhook_endpoints/{webhook_endpoint}")
def update(world, params, ref):
    """Change url, events, description, metadata, or disable."""
    endpoint = world.get("webhook_endpoint", ref)
    for name in ("url", "enabled_events", "description"):
        if name in params:
            endpoint[name] = params[name]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    endpoint["metadata"].update(params.get("metadata") or {})
    return endpoint


@route("GET /v1/webhook_endpoints")
def list_all(world, params):
    """List, newest first."""
    return paging.page(world, "webhook_endpoint", params, URL)


@route("GET /v1/webhook_endpoints/{webhook_endpoint}")
def retrieve(world, params, ref):
    """Serve one endpoint, without its secret."""
    return world.get("webhook_endpoint", ref)


@route("DELETE /v1/webhook_endpoints/{webhook_endpoint}")
def delete(world, params, ref):
    """Delete it; what is not delivered yet will not be."""
    world.get("webhook_endpoint", ref)["deleted"] = True
    return {"id": ref, "object": "webhook_endpoint", "deleted": True}


def rotate_secret(world, ref, keep_old=True):
    """Give an endpoint a new secret; both sign while the old one is kept.

    :return: the new secret
    """
    endpoint = world.get("webhook_endpoint", ref)
    secret = world.new_id("whsec")
    endpoint["_secrets"] = [secret, *(endpoint["_secrets"][:1] if keep_old else [])]
    return secret
