"""Payments taken at the gateway without Odoo: each kind ends where it belongs."""

from contextlib import contextmanager

import pytest
from system_books import settled
from system_stage import until

GROSS = 9200  # 80.00 and the 15 % tax of the company's products


@contextmanager
def policies(stage, **values):
    """Choose policies within a ``with`` block, as in the settings."""
    names = list(values)
    before = stage.odoo.find("res.company", [("id", "=", 1)], names)[0]
    stage.odoo.write("res.company", 1, values)
    yield
    stage.odoo.write("res.company", 1, {name: before[name] for name in names})


def outside(stage, ref, **wanted):
    """Wait until a payment is listed as ``wanted``; return its record.

    :param str ref: id of the intent or charge
    """
    fields = ["partner_id", "found_by", "invoice_ids", "order_id", "transaction_id"]
    fields += ["channel", "matched_by", "result", "state", "reason"]

    def look():
        found = stage.odoo.find("payment.outside", [("gateway_ref", "=", ref)], fields)
        fits = found and all(found[0][name] == wanted[name] for name in wanted)
        return found[0] if fits else None

    def told():
        return stage.odoo.find("payment.outside", [("gateway_ref", "=", ref)], fields)

    return until(lambda: f"{ref} is {wanted}: {told()}", look)


def invoice_state(stage, ref):
    """Return (payment state, open amount) of an invoice."""
    fields = ["payment_state", "amount_residual"]
    found = stage.odoo.one("account.move", [("id", "=", ref)], fields)
    return found["payment_state"], found["amount_residual"]


@pytest.fixture
def lamp(stage):
    """A stored product with its price at the gateway; returns (product, price)."""
    product = stage.product("Reading lamp", 80.0)
    stage.odoo.write("product.product", product, {"default_code": f"READ{product}"})
    stage.stock(product, 20)
    price = stage.sandbox.product(
        name="Reading lamp",
        amount=GROSS,
        currency="eur",
        metadata={"odoo_default_code": f"READ{product}"},
    )
    return product, price["id"]


def test_a_dashboard_payment_that_names_its_invoice(stage):
    invoice = stage.invoice(("Desk lamp", 2))
    found = stage.odoo.one("account.move", [("id", "=", invoice)], ["name"])
    total = stage.odoo.one("account.move", [("id", "=", invoice)], ["amount_total"])
    charge = stage.sandbox.outside_payment(
        amount=round(total["amount_total"] * 100),
        currency="eur",
        description=f"Payment of {found['name']}",
    )
    record = outside(stage, charge["payment_intent"], state="done")
    assert (record["channel"], record["result"]) == ("dashboard", "invoice")
    assert record["found_by"] == "document"
    until("paid", lambda: invoice_state(stage, invoice) == ("paid", 0))
    settled(stage)


def test_a_payment_link_becomes_a_delivered_order(stage, lamp):
    """Unknown customer, items with an Internal Reference: order, invoice, delivery."""
    _product, price = lamp
    with policies(
        stage, payment_outside_order="confirm", payment_outside_customer="create"
    ):
        session = stage.sandbox.pay_link(
            items=[{"price": price, "quantity": 2}],
            email="lena.link@example.com",
            name="Lena Link",
            phone="+31 20 624 1111",
        )
        record = outside(stage, session["payment_intent"], result="order")
    assert (record["channel"], record["found_by"]) == ("link", "created")
    payment = record["transaction_id"][0]
    trail = stage.await_trails([payment])[payment]
    assert trail["order"] == trail["invoice"] == trail["stock"] == "done"
    order = stage.odoo.one(
        "sale.order",
        [("id", "=", record["order_id"][0])],
        ["state", "amount_total", "invoice_ids", "picking_ids"],
    )
    assert (order["state"], order["amount_total"]) == ("sale", 184.0)
    assert invoice_state(stage, order["invoice_ids"][0]) == ("paid", 0)
    [picking] = stage.odoo.find(
        "stock.picking", [("id", "in", order["picking_ids"])], ["state"]
    )
    assert picking["state"] == "done"
    stage.refund_from_odoo(payment, 92.0)
    until("refunded", lambda: refunds(stage, payment) == [-92.0])
    settled(stage)


def test_stripe_invoice_then_renewal_find_the_same_customer(stage, lamp):
    """First by e-mail, then by the gateway's customer alone."""
    _product, price = lamp
    name = "Hanne de Vries"
    who = stage.sandbox.customer(name=name, email="HANNE.deVries@example.com")
    items = [{"price": price, "quantity": 1}]
    with policies(stage, payment_outside_order="confirm"):
        paid = stage.sandbox.stripe_invoice_paid(items=items, customer=who["id"])
        first = outside(stage, intent_of(stage, paid), result="order")
        stage.sandbox.api(
            "POST", f"/v1/customers/{who['id']}", {"email": "new@example.com"}
        )
        paid = stage.sandbox.subscription_renews(items=items, customer=who["id"])
        second = outside(stage, intent_of(stage, paid), result="order")
    partner = stage.company.customers[name]
    assert (first["partner_id"][0], first["found_by"]) == (partner, "email")
    assert (second["partner_id"][0], second["found_by"]) == (partner, "gateway")
    assert (first["channel"], second["channel"]) == ("invoice", "subscription")
    stage.await_trails([first["transaction_id"][0], second["transaction_id"][0]])
    settled(stage)


def intent_of(stage, invoice):
    """Return the intent that paid a gateway's invoice."""
    for tied in stage.sandbox.objects(type="invoice_payment")["data"]:
        if tied["invoice"] == invoice["id"]:
            return tied["payment"]["payment_intent"]
    raise AssertionError(f"Nothing paid {invoice['id']}.")


def test_a_terminal_payment_is_the_walk_in_customers_credit(stage):
    walk_in = stage.odoo.create("res.partner", {"name": "Walk-in customer"})
    with policies(stage, payment_outside_partner_id=walk_in):
        charge = stage.sandbox.terminal_payment(amount=4510, currency="eur")
        record = outside(stage, charge["payment_intent"], result="advance")
    assert (record["channel"], record["partner_id"][0]) == ("terminal", walk_in)
    assert (
        record["state"] == "review"
        and "kept as the customer's credit" in (record["reason"])
    )
    settled(stage)


def test_ambiguous_payer_then_a_person_decides_then_a_refund(stage):
    """On suspense until an accountant chooses; the refund that came before follows."""
    twins = [
        stage.odoo.create("res.partner", {"name": name, "email": "two@example.com"})
        for name in ("Twin One", "Twin Two")
    ]
    charge = stage.sandbox.outside_payment(
        amount=7700, currency="eur", email="two@example.com", name="Twin"
    )
    intent = charge["payment_intent"]
    record = outside(stage, intent, result="suspense", state="review")
    assert "Several customers" in record["reason"]
    refunded = stage.sandbox.api(
        "POST", "/v1/refunds", {"payment_intent": intent, "amount": 700}
    )
    assert refunded.status_code == 200
    stage.sandbox.drain(timeout=20)
    stage.odoo.write("payment.outside", record["id"], {"partner_id": twins[1]})
    stage.odoo.press("payment.outside", "action_apply", record["id"])
    record = outside(stage, intent, result="advance", state="done")
    payment = record["transaction_id"][0]
    assert stage.read(payment, "state") == "done"
    until("the refund is here", lambda: refunds(stage, payment) == [-7.0])
    settled(stage)


def refunds(stage, payment):
    """Return the amounts of a payment's confirmed refunds."""
    found = stage.odoo.find(
        "payment.transaction",
        [("source_transaction_id", "=", payment), ("state", "=", "done")],
        ["amount"],
    )
    return [each["amount"] for each in found]
