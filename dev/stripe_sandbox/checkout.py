"""Checkout sessions, also of payment links: what was sold, and by which intent paid."""

from . import paging
from .clock import DAY
from .events import emit
from .payment_methods import EMPTY_ADDRESS
from .rendering import rendered
from .routing import route

URL = "/v1/checkout/sessions"


def line(world, item, tax_percent=0):
    """Return a line item.

    :param dict item: ``price`` (id), ``quantity``, ``discount`` (minor units)
    """
    price = world.get("price", item["price"])
    quantity, discount = item.get("quantity", 1), item.get("discount", 0)
    subtotal = price["unit_amount"] * quantity
    tax = round((subtotal - discount) * tax_percent / 100)
    return {
        "id": world.new_id("li"),
        "object": "item",
        "amount_discount": discount,
        "amount_subtotal": subtotal,
        "amount_tax": tax,
        "amount_total": subtotal - discount + tax,
        "currency": price["currency"],
        "description": world.get("product", price["product"])["name"],
        "price": rendered(price),
        "quantity": quantity,
    }


def make(world, lines, intent, payer, link=None, shipping=0, **more):
    """Keep a session that the customer is about to pay.

    :param dict payer: email, name, phone
    :param str link: id of the payment link that opened it
    :param more: client_reference_id, metadata, customer
    """
    now = world.clock.now()
    details = {"address": dict(EMPTY_ADDRESS), "tax_exempt": "none", "tax_ids": []}
    cost = {"amount_subtotal": shipping, "amount_tax": 0, "amount_total": shipping}
    return world.add(
        {
            "id": world.new_id("cs_test"),
            "object": "checkout.session",
            "amount_subtotal": sum(each["amount_subtotal"] for each in lines),
            "amount_total": intent["amount"],
            "automatic_tax": {"enabled": False},
            "client_reference_id": more.get("client_reference_id"),
            "created": now,
            "currency": intent["currency"],
            "custom_fields": [],
            "custom_text": {},
            "customer": more.get("customer"),
            "customer_details": {**details, **payer},
            "expires_at": now + DAY,
            "livemode": False,
            "metadata": more.get("metadata") or {},
            "mode": "payment",
            "payment_intent": intent["id"],
            "payment_link": link,
            "payment_method_types": intent["payment_method_types"],
            "payment_status": "unpaid",
            "shipping_cost": {**cost, "shipping_rate": None} if shipping else None,
            "shipping_options": [],
            "status": "open",
            "_lines": lines,
        }
    )


def complete(world, session, paid):
    """The customer is through: paid, or a debit is on its way."""
    session.update(status="complete", payment_status="paid" if paid else "unpaid")
    emit(world, "checkout.session.completed", session)


def answered(world, intent, paid):
    """The bank has answered a debit that a session waits for."""
    for session in world.all("checkout.session"):
        waits = session["status"] == "complete" and session["payment_status"] != "paid"
        if session["payment_intent"] == intent["id"] and waits:
            session["payment_status"] = "paid" if paid else "unpaid"
            outcome = "succeeded" if paid else "failed"
            emit(world, f"checkout.session.async_payment_{outcome}", session)


@route("GET /v1/checkout/sessions")
def list_all(world, params):
    """List, newest first."""
    equal = ("customer", "payment_intent", "payment_link", "status")
    return paging.page(world, "checkout.session", params, URL, None, equal)


@route("GET /v1/checkout/sessions/{session}")
def retrieve(world, params, ref):
    """Serve one session."""
    return world.get("checkout.session", ref)


@route("GET /v1/checkout/sessions/{session}/line_items")
def line_items(world, params, ref):
    """List what a session sells."""
    lines = world.get("checkout.session", ref)["_lines"]
    return paging.cut(iter(lines), params, f"{URL}/{ref}/line_items")
