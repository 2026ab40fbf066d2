"""Stripe's own invoices, as far as a merchant's books read them."""

from . import paging
from .events import emit
from .routing import route


def line(world, item, tax_percent=0, subscription=None):
    """Return an invoice's line item; its tax is added to the amount.

    :param dict item: ``price`` (id), ``quantity``
    """
    price = world.get("price", item["price"])
    quantity, now = item.get("quantity", 1), world.clock.now()
    amount = price["unit_amount"] * quantity
    tax = {
        "amount": round(amount * tax_percent / 100),
        "tax_behavior": "exclusive",
        "taxability_reason": "standard_rated",
        "taxable_amount": amount,
        "type": "tax_rate_details",
        "tax_rate_details": None,
    }
    return {
        "id": world.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": world.get("product", price["product"])["name"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": now, "start": now},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": quantity,
        "subscription": subscription,
        "subtotal": amount,
        "taxes": [tax] if tax_percent else [],
    }


def total(lines):
    """Return what lines come to, tax in."""
    return sum(
        each["amount"] + sum(tax["amount"] for tax in each["taxes"]) for each in lines
    )


def make(world, lines, customer, description=None, subscription=None, metadata=None):
    """Keep a finalised invoice."""
    now, due, subtotal = (
        world.clock.now(),
        total(lines),
        sum(e["amount"] for e in lines),
    )
    ref = world.new_id("in")
    number = f"{customer['invoice_prefix']}-{len(world.all('invoice')) + 1:04}"
    parent = {
        "type": "subscription_details",
        "subscription_details": {"metadata": {}, "subscription": subscription},
    }
    return world.add(
        {
            "id": ref,
            "object": "invoice",
            "amount_due": due,
            "amount_overpaid": 0,
            "amount_paid": 0,
            "amount_remaining": due,
            "amount_shipping": 0,
            "attempt_count": 0,
            "attempted": False,
            "automatic_tax": {"enabled": False},
            "billing_reason": "subscription_cycle" if subscription else "manual",
            "collection_method": "charge_automatically",
            "created": now,
            "currency": lines[0]["currency"],
            "customer": customer["id"],
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "default_tax_rates": [],
            "description": description,
            "discounts": [],
            "issuer": {"type": "self"},
            "lines": {
                "object": "list",
                "data": lines,
                "has_more": False,
                "url": f"/v1/invoices/{ref}/lines",
            },
            "livemode": False,
            "metadata": metadata or {},
            "number": number,
            "parent": parent if subscription else None,
            "payment_settings": {},
            "period_end": now,
            "period_start": now,
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "starting_balance": 0,
            "status": "open",
            "status_transitions": {"finalized_at": now, "paid_at": None},
            "subtotal": subtotal,
            "total": due,
        }
    )


def tie(world, invoice, intent):
    """Keep which intent is to pay an invoice."""
    return world.add(
        {
            "id": world.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_due"],
            "created": world.clock.now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status": "open",
            "status_transitions": {},
        }
    )


def paid(world, invoice, tied):
    """The invoice is paid; tell about it."""
    now = world.clock.now()
    tied.update(status="paid", amount_paid=tied["amount_requested"])
    tied["status_transitions"]["paid_at"] = now
    invoice.update(
        status="paid",
        attempted=True,
        attempt_count=1,
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
    )
    invoice["status_transitions"]["paid_at"] = now
    emit(world, "invoice.paid", invoice)
    emit(world, "invoice_payment.paid", tied)


@route("GET /v1/invoices/{invoice}")
def retrieve(world, params, ref):
    """Serve one invoice."""
    return world.get("invoice", ref)


@route("GET /v1/invoices/{invoice}/lines")
def lines(world, params, ref):
    """List an invoice's line items."""
    items = world.get("invoice", ref)["lines"]["data"]
    return paging.cut(iter(items), params, f"/v1/invoices/{ref}/lines")


@route("GET /v1/invoice_payments")
def list_payments(world, params):
    """List by invoice or by what paid."""
    wanted = (params.get("payment") or {}).get("payment_intent")
    return paging.page(
        world,
        "invoice_payment",
        params,
        "/v1/invoice_payments",
        lambda tied: not wanted or tied["payment"]["payment_intent"] == wanted,
        ("invoice", "status"),
    )
