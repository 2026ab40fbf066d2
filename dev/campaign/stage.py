"""The company of a campaign: a server, a gateway, and a bank account per currency."""

import time
from dataclasses import dataclass, field

from dev import provision
from dev.demo.company import set_up
from dev.demo.story import Story
from dev.odoo_client import OdooClient
from dev.server import running
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess

DAYS_AGO = 90  # the gateway's clock starts then and is moved on day by day
RATES = {"gbp/eur": "1.17", "eur/usd": "1.08", "kwd/eur": "3.01"}
# Odoo's own rates differ from the gateway's: the difference is exchange gain or loss.
ODOO_RATES = {"USD": 1.1, "GBP": 0.86, "JPY": 160.0, "KWD": 0.33}
SETTLES = ["usd", "jpy", "kwd"]  # besides the euro; pounds are exchanged
ROUNDING = {"KWD": 0.001, "JPY": 1.0}
BANKS = {
    "EUR": "NL02ABNA0123456789",
    "USD": "NL91ABNA0417164300",
    "JPY": "NL20INGB0001234567",
    "KWD": "NL39RABO0300065264",
}
LAMPS = 5000


@dataclass
class Stage:
    """What a campaign works with; ``story`` acts as people do."""

    server: object
    sandbox: object
    odoo: OdooClient
    company: object
    story: Story
    currencies: dict = field(default_factory=dict)  # ISO code in capitals: id


def open_stage(stack, database, port, seed):
    """Make the database, start gateway and Odoo, set the company up.

    :param stack: ExitStack that undoes all of it
    """
    provision.clone_database(provision.ensure_template(), database)
    stack.callback(provision.drop_database, database)
    gateway = SandboxProcess("--seed", str(seed))
    sandbox = stack.enter_context(gateway)
    sandbox.clock(frozen=True, now=_past(), daily=True)
    sandbox.account(
        country="NL",
        settlement_currency="eur",
        settles=SETTLES,
        rates=RATES,
        fee_tax_percent="21",
        dispute_fee=2000,
        payout_schedule={"interval": "daily", "delay_days": 2, "anchor": None},
    )
    env = {"STRIPE_API_BASE": gateway.url}
    server = stack.enter_context(running(database, port, env=env))
    odoo = OdooClient(server.url, database).login("admin", "admin")
    company = set_up(odoo, ("pk_test_sandbox", KEY), server.url)
    shopper = OdooClient(server.url, database)
    story = Story(odoo, shopper, company, sandbox, lambda text: None)
    stage = Stage(server, sandbox, odoo, company, story)
    _currencies(stage)
    _banks(stage)
    _policies(stage)
    _goods(stage)
    return stage


def _past():
    """Return the gateway's time at the start, in seconds since 1970."""
    return int(time.time()) - DAYS_AGO * 86400


def _currencies(stage):
    odoo = stage.odoo
    found = odoo.call(
        "res.currency",
        "search_read",
        [("name", "in", ["EUR", *ODOO_RATES])],
        ["name"],
        context={"active_test": False},
    )
    stage.currencies = {each["name"]: each["id"] for each in found}
    for name, rate in ODOO_RATES.items():
        values = {"active": True}
        if name in ROUNDING:
            values["rounding"] = ROUNDING[name]
        odoo.write("res.currency", stage.currencies[name], values)
        odoo.create(
            "res.currency.rate",
            {
                "name": "2020-01-01",
                "currency_id": stage.currencies[name],
                "rate": rate,
            },
        )


def _banks(stage):
    """Give the company an account at its bank for each currency it is paid out in."""
    for name, iban in BANKS.items():
        if name != "EUR":
            values = {
                "name": f"Bank {name}",
                "type": "bank",
                "code": f"BK{name[0]}",
                "currency_id": stage.currencies[name],
                "bank_acc_number": iban,
            }
            stage.odoo.create("account.journal", values)


def _policies(stage):
    """Post invoices; leave PDFs and e-mails out, they are not what is measured."""
    known = stage.odoo.call("res.company", "fields_get", [], ["type"])
    values = {
        "payment_invoice_policy": "posted",
        "payment_stock_policy": "reserve",
        "payment_send_receipt": False,
        "payment_pending_policy": "confirm",
        "payment_refund_credit_policy": "posted",
        "payment_refund_failure_policy": "reverse",
    }
    kept = {name: value for name, value in values.items() if name in known}
    stage.odoo.write("res.company", 1, kept)
    key = "sale.async_emails"
    stage.odoo.call("ir.config_parameter", "set_param", key, "True")


def _goods(stage):
    """Have enough lamps, so that what is measured is money."""
    odoo, lamp = stage.odoo, stage.company.products["Desk lamp"]
    where = odoo.find("stock.warehouse", [], ["lot_stock_id"], limit=1)
    values = {
        "product_id": lamp,
        "location_id": where[0]["lot_stock_id"][0],
        "inventory_quantity": LAMPS,
    }
    context = {"inventory_mode": True}
    quant = odoo.call("stock.quant", "create", [values], context=context)
    odoo.press("stock.quant", "action_apply_inventory", quant[0])
