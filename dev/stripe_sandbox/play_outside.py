"""What customers pay without any request of a shop: a part of the control door."""

from . import billing, cards, checkout, customers, lifecycle, payment_intents, products
from . import payment_methods as methods
from .errors import ApiError
from .routing import action


@action
def product(app, name, amount, currency, metadata=None, lookup_key=None):
    """Make a product with a price of ``amount`` minor units; return the price."""
    return products.make(app.world, name, amount, currency, metadata, lookup_key)


@action
def customer(app, name=None, email=None, phone=None, address=None):
    """Make a customer, as in the dashboard."""
    given = {"name": name, "email": email, "phone": phone, "address": address}
    return customers.create(app.world, given)


@action
def pay_link(
    app,
    items,
    card="visa",
    email=None,
    name=None,
    phone=None,
    link="plink_1Sandbox",
    tax_percent=0,
    shipping=0,
    client_reference_id=None,
    metadata=None,
    capture_method="automatic_async",
):
    """Pay a payment link, or without ``link`` a Checkout session of another program.

    :param items: [{"price": id, "quantity": n, "discount": minor units}]
    :return: the session
    """
    world = app.world
    lines = [checkout.line(world, item, tax_percent) for item in items]
    amount = sum(each["amount_total"] for each in lines) + shipping
    intent = _intent(app, amount, lines[0]["currency"], capture_method, metadata)
    payer = {"email": email, "name": name, "phone": phone}
    session = checkout.make(
        world,
        lines,
        intent,
        payer,
        link,
        shipping,
        client_reference_id=client_reference_id,
        metadata=metadata,
    )
    _pay(world, intent, methods.named(world, card, {"email": email, "name": name}))
    if intent["status"] in ("succeeded", "processing"):
        checkout.complete(world, session, intent["status"] == "succeeded")
    return session


@action
def terminal_payment(app, amount, currency, card="visa", metadata=None):
    """Pay at a card reader: nobody knows who.

    :return: the charge
    """
    world = app.world
    intent = _intent(app, amount, currency, "automatic", metadata, ["card_present"])
    details = cards.card_present_details(cards.CARDS[card])
    _pay(world, intent, methods.make(world, "card_present", details, None))
    return world.get("charge", intent["latest_charge"])


@action
def stripe_invoice_paid(
    app,
    items,
    customer,
    card="visa",
    tax_percent=0,
    description=None,
    subscription=None,
    metadata=None,
):
    """A customer (id) pays an invoice that the gateway itself has issued.

    :param items: [{"price": id, "quantity": n}]
    :param str subscription: id of the subscription that issued it
    :return: the invoice
    """
    world = app.world
    who = world.get("customer", customer)
    lines = [billing.line(world, item, tax_percent, subscription) for item in items]
    invoice = billing.make(world, lines, who, description, subscription, metadata)
    intent = _intent(app, invoice["amount_due"], invoice["currency"], "automatic_async")
    intent["customer"] = who["id"]
    intent["description"] = (
        "Subscription update" if subscription else "Payment for Invoice"
    )
    tied = billing.tie(world, invoice, intent)
    _pay(world, intent, methods.named(world, card, {"name": who["name"]}))
    if intent["status"] == "succeeded":
        billing.paid(world, invoice, tied)
    return invoice


@action
def subscription_renews(app, items, customer, subscription="sub_1Sandbox", **more):
    """A subscription's next period is invoiced and paid."""
    return stripe_invoice_paid(app, items, customer, subscription=subscription, **more)


def _intent(app, amount, currency, capture_method, metadata=None, types=None):
    params = {
        "amount": amount,
        "currency": currency,
        "capture_method": capture_method,
        "metadata": metadata,
        "payment_method_types": types,
    }
    return payment_intents.create(app.world, params)


def _pay(world, intent, method):
    lifecycle.choose(intent, method)
    try:
        lifecycle.confirm(world, intent)
    except ApiError as error:
        if error.status != 402:
            raise
