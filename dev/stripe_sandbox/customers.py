"""Customers, and what they have on file."""

from . import paging
from .events import emit
from .payment_methods import EMPTY_ADDRESS, attach_to, resolve
from .rendering import rendered
from .routing import route

PLAIN = ("description", "email", "name", "phone", "shipping", "preferred_locales")


@route("POST /v1/customers")
def create(world, params):
    """Create a customer."""
    address = params.get("address")
    customer = world.add(
        {
            "id": world.new_id("cus"),
            "object": "customer",
            "address": {**EMPTY_ADDRESS, **address} if address else None,
            "balance": params.get("balance") or 0,
            "created": world.clock.now(),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "description": params.get("description"),
            "email": params.get("email"),
            "invoice_prefix": world.new_id("x")[2:10].upper(),
            "invoice_settings": {"default_payment_method": None},
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "name": params.get("name"),
            "phone": params.get("phone"),
            "preferred_locales": params.get("preferred_locales") or [],
            "shipping": params.get("shipping"),
            "tax_exempt": params.get("tax_exempt") or "none",
        }
    )
    emit(world, "customer.created", customer)
    if params.get("payment_method"):
        attach_to(world, resolve(world, params["payment_method"]), customer["id"])
    return customer


@route("POST /v1/customers/{customer}")
def update(world, params, ref):
    """Change plain fields, address and metadata."""
    customer = world.get("customer", ref)
    before = rendered(customer)
    for name in PLAIN:
        if name in params:
            customer[name] = params[name]
    if params.get("address"):
        customer["address"] = {**EMPTY_ADDRESS, **params["address"]}
    merge_metadata(customer, params)
    changed = {k: v for k, v in before.items() if v != customer[k]}
    emit(world, "customer.updated", customer, changed)
    return customer


def merge_metadata(value, params):
    """Merge given metadata; an empty value unsets its key, an empty whole all."""
    if "metadata" not in params:
        return
    merged = {**value["metadata"], **params["metadata"]} if params["metadata"] else {}
    value["metadata"] = {k: v for k, v in merged.items() if v is not None}


@route("GET /v1/customers")
def list_all(world, params):
    """List, newest first."""
    return paging.page(world, "customer", params, "/v1/customers", None, ("email",))


@route("GET /v1/customers/{customer}")
def retrieve(world, params, ref):
    """Serve a customer, or that it was deleted."""
    found = world.objects.get("customer", {}).get(ref)
    if found and found.get("deleted"):
        return {"id": ref, "object": "customer", "deleted": True}
    return world.get("customer", ref)


@route("DELETE /v1/customers/{customer}")
def delete(world, params, ref):
    """Delete a customer."""
    customer = world.get("customer", ref)
    emit(world, "customer.deleted", customer)
    customer["deleted"] = True
    return {"id": ref, "object": "customer", "deleted": True}


@route("GET /v1/customers/{customer}/payment_methods")
def payment_methods(world, params, ref):
    """List what a customer has on file."""
    world.get("customer", ref)
    url = f"/v1/customers/{ref}/payment_methods"
    where = {**params, "customer": ref}
    return paging.page(world, "payment_method", where, url, None, ("customer", "type"))
