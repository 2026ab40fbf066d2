"""Where a payment at Stripe came from, and what it paid: pure readers.

Shapes: API version 2026-10-28.endive. A Checkout session (also of a payment link)
names its intent; a Stripe invoice is tied to it by an invoice payment.
Sources: https://docs.stripe.com/api/checkout/sessions/object,
https://docs.stripe.com/api/invoices/object, .../api/invoice-payment/object
"""

from .types import Origin, OutsideItem, Payer

# Under which key of a price's or product's metadata its Internal Reference is found.
SKU_KEYS = ("odoo_default_code", "default_code", "sku")


def payer_of(details, customer_ref=None, email=None):
    """Return the :class:`Payer` of billing details (or anything of that shape)."""
    details = details or {}
    address = details.get("address") or {}
    return Payer(
        ref=customer_ref,
        name=details.get("name"),
        email=details.get("email") or email,
        phone=details.get("phone"),
        street=address.get("line1"),
        street2=address.get("line2"),
        zip=address.get("postal_code"),
        city=address.get("city"),
        state=address.get("state"),
        country=address.get("country"),
    )


def customer(payload):
    """Return a customer object as :class:`Payer`; a deleted one has only its id."""
    if payload["object"] != "customer":
        raise ValueError(payload["object"])
    return payer_of(payload, payload["id"])


def of_session(session, lines):
    """Return the :class:`Origin` of a Checkout session.

    :param lines: its line items, ``price.product`` expanded
    """
    linked = _id(session.get("payment_link"))
    items = [_session_item(line) for line in lines]
    shipping = session.get("shipping_cost") or {}
    if shipping.get("amount_total"):
        items.append(_shipping(shipping))
    quoted = session.get("client_reference_id")
    return Origin(
        kind="link" if linked else "checkout",
        ref=linked or session["id"],
        texts=(quoted,) if quoted else (),
        metadata=dict(session.get("metadata") or {}),
        payer=payer_of(session.get("customer_details"), _id(session.get("customer"))),
        items=tuple(items),
    )


def _session_item(line):
    price = line.get("price") or {}
    product = price.get("product")
    return OutsideItem(
        description=line.get("description") or price.get("nickname") or "?",
        quantity=line.get("quantity") or 1,
        total=line["amount_total"],
        tax=line.get("amount_tax") or 0,
        price_ref=price.get("id"),
        product_ref=_id(product),
        sku=sku_of(price),
    )


def _shipping(cost):
    return OutsideItem(
        description="Shipping",
        quantity=1,
        total=cost["amount_total"],
        tax=cost.get("amount_tax") or 0,
        price_ref=_id(cost.get("shipping_rate")) or "shipping",
    )


def of_invoice(invoice, lines, prices):
    """Return the :class:`Origin` of a Stripe invoice.

    :param lines: its line items
    :param dict prices: {price id: price with its product expanded}
    """
    parent = invoice.get("parent") or {}
    subscribed = parent.get("type") == "subscription_details"
    address = invoice.get("customer_address")
    details = {
        name: invoice.get(f"customer_{name}") for name in ("name", "email", "phone")
    }
    texts = (invoice.get("description"), invoice.get("number"))
    return Origin(
        kind="subscription" if subscribed else "invoice",
        ref=invoice["id"],
        number=invoice.get("number"),
        texts=tuple(text for text in texts if text),
        metadata=dict(invoice.get("metadata") or {}),
        payer=payer_of({**details, "address": address}, _id(invoice.get("customer"))),
        items=tuple(_invoice_item(line, prices) for line in lines),
    )


def price_ref_of(line):
    """Return the price id of an invoice's line item, None for one without price."""
    details = (line.get("pricing") or {}).get("price_details") or {}
    return _id(details.get("price"))


def _invoice_item(line, prices):
    """An invoice's line states its amount before discounts and exclusive taxes."""
    details = (line.get("pricing") or {}).get("price_details") or {}
    taxes = line.get("taxes") or ()
    added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    less = sum(part["amount"] for part in line.get("discount_amounts") or ())
    return OutsideItem(
        description=line.get("description") or "?",
        quantity=line.get("quantity") or 1,
        total=line["amount"] - less + added,
        tax=sum(tax["amount"] for tax in taxes),
        price_ref=price_ref_of(line),
        product_ref=details.get("product"),
        sku=sku_of(prices.get(price_ref_of(line)) or {}),
    )


def sku_of(price):
    """Return the Internal Reference that a price or its product states."""
    product = price.get("product")
    for owner in (price, product if isinstance(product, dict) else {}):
        metadata = owner.get("metadata") or {}
        for key in SKU_KEYS:
            if metadata.get(key):
                return metadata[key]
    return price.get("lookup_key")


def _id(value):
    return value["id"] if isinstance(value, dict) else value
