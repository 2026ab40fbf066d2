"""Every screen that a role's menus offer opens, with the company's real records."""

import pytest
from lxml import etree
from system_stage import until

from dev.odoo_client import OdooError

ROLES = {
    "support": ["integrated_payments.group_payment_user"],
    "seller": ["sales_team.group_sale_salesman"],
    "keeper": ["stock.group_stock_user"],
    "booker": ["account.group_account_user"],
}
OURS = ("payment.", "account.match")  # models; the rest is Odoo's own affair
OF_OTHERS = ("field", "groupby")  # what is in them are another model's fields
SOME = 5  # records opened per screen


@pytest.fixture(scope="module")
def history(running_stage):
    """Payments of all outcomes, a refund, a dispute and a payout."""
    stage = running_stage
    paid = stage.buy(("Desk lamp", 2), customer="Hanne de Vries")
    refused = stage.buy(("Desk lamp", 1), card="insufficient_funds")
    stage.await_trails([paid])
    stage.await_state(refused, "error")
    stage.refund_from_odoo(paid, 10.0)
    dispute = stage.sandbox.dispute(charge=stage.read(paid, "provider_reference"))
    stage.sandbox.close_dispute(dispute=dispute["id"], outcome="lost")
    lost = [("gateway_ref", "=", dispute["id"]), ("outcome_move_ids", "!=", False)]
    until("the loss is booked", lambda: stage.odoo.find("payment.dispute", lost))
    stage.payout()
    return paid, refused


@pytest.mark.parametrize("role", ROLES)
def test_every_screen_opens(stage, history, role):
    """No menu leads a role into an error; each record it lists can be opened."""
    stage.user(f"{role}.screens", ROLES[role])
    odoo = stage.as_user(f"{role}.screens", f"{role}.screens-password")
    models = {action["res_model"] for action in actions(odoo)}
    assert bool(models) == (role != "keeper"), models
    problems = [problem for model in sorted(models) for problem in opened(odoo, model)]
    assert not problems, "\n".join(problems)


def actions(odoo):
    """Yield the window actions of our models in the user's menus."""
    for menu in odoo.call("ir.ui.menu", "load_web_menus", [], False).values():
        if menu.get("actionModel") == "ir.actions.act_window":
            action = odoo.json("/web/action/load", action_id=menu["actionID"])
            if action["res_model"].startswith(OURS):
                yield action


def opened(odoo, model):
    """Yield what went wrong when list and form of ``model`` were opened."""
    try:
        views = odoo.call(
            model, "get_views", [[False, "list"], [False, "form"], [False, "search"]]
        )
        listed = odoo.call(
            model,
            "web_search_read",
            [],
            specification=wanted(views, model, "list"),
            limit=SOME,
        )
        for record in listed["records"]:
            odoo.call(model, "web_read", [record["id"]], wanted(views, model, "form"))
    except OdooError as error:
        yield f"{model}: {error}"


def wanted(views, model, kind):
    """Return the specification of the fields that a view asks for."""
    return specification(etree.fromstring(views["views"][kind]["arch"]), views, model)


def specification(arch, views, model):
    """Return what the web client asks for a view's fields, sub-views included."""
    known, asked = views["models"][model]["fields"], {}
    for node in arch.iter("field"):
        if any(parent.tag in OF_OTHERS for parent in ancestors(node, arch)):
            continue
        field = known[node.get("name")]
        asked[node.get("name")] = {}
        if field["type"] == "many2one":
            asked[node.get("name")] = {"fields": {"display_name": {}}}
        if field["type"] in ("one2many", "many2many"):
            for sub in node.xpath("./list | ./kanban"):
                inner = specification(sub, views, field["relation"])
                asked[node.get("name")] = {"fields": inner}
    return asked


def ancestors(node, top):
    """Yield the elements between a node and ``top``."""
    while (node := node.getparent()) is not None and node is not top:
        yield node
