"""The scenes: what customers, bank and company do, and what Odoo makes of it."""

import base64
import time
from datetime import datetime, timezone
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from . import camt
from .company import IBAN

PATIENCE = 60  # seconds until an effect must be seen
SAMPLE = "tests/samples/test-camt053"
OPENING = {"bank": Decimal(1000), "sample_bank": Decimal("15568.27")}
# The sample's entries do not add up to the closing balance that it states.
SAMPLE_CLOSING = (b"15121.12", b"15555.28")


SCENES = (
    "opening_balances",
    "online_order",
    "invoice_by_link",
    "declined_then_paid",
    "refund",
    "dispute",
    "payout",
    "bank_statement",
    "sample_statement",
    "night",
)


class StoryError(Exception):
    """The story did not go as told."""


class Story:
    """Plays the scenes one after the other.

    :param odoo: OdooClient logged in as the company's administrator
    :param shopper: OdooClient that is not logged in: a customer's browser
    :param company: :class:`company.Company`
    :param bank: the sandbox (or Stripe) as customer, bank and time
    :param say: function that tells the reader what happens
    :param scenes: names of the scenes that the gateway can play
    """

    def __init__(self, odoo, shopper, company, bank, say, scenes=SCENES):
        self.odoo, self.shopper, self.company = odoo, shopper, company
        self.bank, self.say, self.scenes = bank, say, scenes
        self.payments = {}  # title: id of the payment.transaction
        self.payouts = []  # gateway ids
        self._earlier_payouts = set()

    def play(self):
        """Play the scenes; afterwards :attr:`payments` is full.

        :raise StoryError: if an effect does not come in time
        """
        self._earlier_payouts = set(self._payouts_at_gateway())
        for scene in self.scenes:
            getattr(self, scene)()

    # === Scenes === #

    def opening_balances(self):
        """What the banks held when the company moved to Odoo."""
        self.say("the banks' opening balances are booked")
        [company] = self.odoo.find("res.company", [], ["id"], limit=1)
        self.odoo.write(
            "res.company", company["id"], {"account_opening_date": "2014-01-01"}
        )
        for bank, amount in OPENING.items():
            journal = [("id", "=", getattr(self.company, bank))]
            found = self.odoo.one("account.journal", journal, ["default_account_id"])
            account, _name = found["default_account_id"]
            self.odoo.write(
                "account.account", account, {"opening_debit": float(amount)}
            )
        found = self.odoo.one(
            "res.company", [("id", "=", company["id"])], ["account_opening_move_id"]
        )
        self.odoo.press(
            "account.move", "action_post", found["account_opening_move_id"][0]
        )

    def online_order(self):
        """An online order, paid by card, for goods in stock."""
        self.say("Nora pays her order by card")
        order = self._order(
            "Nora Lindqvist", [("Oak standing desk", 1), ("Desk lamp", 2)]
        )
        payment, intent = self._check_out(order)
        self.bank.pay(intent, card="visa")
        self._await("Online order, card", payment, "done")

    def invoice_by_link(self):
        """An invoice, paid through its payment link by a debit that settles later."""
        self.say("Studio Delft pays an invoice by link, with a bank debit")
        invoice = self._invoice("Studio Delft B.V.", [("Task chair, graphite", 6)])
        payment, intent = self._follow_link(invoice)
        self.bank.pay(intent, card="sepa")
        self._await("Invoice by link, bank debit", payment, "pending")
        self.say("days later the debit settles")
        self.bank.advance(days=3, hours=1)
        self._await("Invoice by link, bank debit", payment, "done")

    def declined_then_paid(self):
        """A card that is declined, and the next one that is not."""
        self.say("Marc's first card is declined, his second is not")
        order = self._order("Marc Dubois", [("Acoustic panel, set of four", 2)])
        payment, intent = self._check_out(order)
        self.bank.pay(intent, card="insufficient_funds")
        self._await("Declined card, tried again", payment, "error")
        self.bank.pay(intent, card="mastercard")
        self._await("Declined card, tried again", payment, "done")

    def refund(self):
        """The company sends part of the first order back, from Odoo."""
        self.say("Nora sends one lamp back and is refunded")
        source = self.payments["Online order, card"]
        payment = self._read(source, ["payment_id"])["payment_id"][0]
        wizard = self.odoo.create(
            "payment.refund.wizard", {"payment_id": payment, "amount_to_refund": 79.0}
        )
        self.odoo.press("payment.refund.wizard", "action_refund", wizard)
        child = self.odoo.one(
            "payment.transaction", [("source_transaction_id", "=", source)]
        )["id"]
        self._await("Refund of one lamp", child, "done")

    def dispute(self):
        """A customer's bank takes its money back."""
        self.say("Hanne's bank disputes her payment")
        order = self._order("Hanne de Vries", [("Desk lamp", 1)])
        payment, intent = self._check_out(order)
        self.bank.pay(intent, card="visa_debit")
        self._await("Order that is disputed", payment, "done")
        self.bank.dispute(charge=intent)
        self._until(
            "the dispute is in Odoo",
            lambda: self.odoo.find(
                "payment.dispute", [("balance_transaction_ids.state", "=", "posted")]
            ),
        )

    def payout(self):
        """The gateway pays the balance out."""
        self.say("the gateway pays out, and days later the money arrives")
        reason = self.bank.run_payouts(release=True).get("left_out")
        if reason:
            self.say(f"there is no payout: {reason}")
        self.bank.advance(days=4)
        self.payouts = [
            ref
            for ref in self._payouts_at_gateway()
            if ref not in self._earlier_payouts
        ]
        known = [
            ("gateway_ref", "in", self.payouts),
            ("own_balance_transaction_id.state", "=", "posted"),
            *("|", ("automatic", "=", False)),  # a manual one is not reconciled
            *("&", ("state", "=", "paid"), ("reconciliation", "=", "completed")),
        ]
        self._until(
            "the payouts are in Odoo",
            lambda: len(self.odoo.find("payment.payout", known)) == len(self.payouts),
        )

    def bank_statement(self):
        """The bank statement: the payouts, customers' transfers, an unknown payer."""
        self.say("the bank statement is imported")
        today = self._today()
        invoice = self._invoice("Bakkerij Vermeer", [("Desk lamp", 3)])
        short = self._invoice("Studio Delft B.V.", [("Task chair, graphite", 1)])
        entries = [
            *self._payout_entries(today),
            self._transfer(invoice, "Bakkerij Vermeer", "TRF-1001"),
            self._transfer(short, "Studio Delft B.V.", "TRF-1002", less=5),
            camt.Entry(Decimal(55), today, "J. Jansen", "for the lamp", "TRF-1003"),
        ]
        self._import(
            camt.render(IBAN, self.company.currency, OPENING["bank"], entries, today),
            "statement.xml",
        )
        self._until(
            "the payouts are matched with the bank lines",
            lambda: (
                not self.odoo.find(
                    "payment.payout",
                    [
                        ("gateway_ref", "in", self.payouts),
                        ("bank_statement_line_id", "=", False),
                    ],
                )
            ),
        )
        self._until(
            "the transfer that quotes its invoice is matched",
            lambda: (
                self.odoo.one(
                    "account.move", [("id", "=", invoice)], ["payment_state"]
                )["payment_state"]
                == "paid"
            ),
        )

    def sample_statement(self):
        """A real sample file, as it comes with the importer."""
        self.say("a real sample statement of the importer's package is imported")
        spec = find_spec("odoo.addons.account_statement_import_camt")
        sample = Path(next(iter(spec.submodule_search_locations))) / SAMPLE
        self._import(sample.read_bytes().replace(*SAMPLE_CLOSING), "test-camt053.xml")

    def night(self):
        """What scheduled actions compute at night: customers, and expected cash."""
        self.say("night falls: customers and expected cash are computed")
        self.odoo.press("payment.customer.snapshot", "action_compute", [])
        self.odoo.press("payment.forecast.run", "action_compute", [])

    # === What people do === #

    def _order(self, customer, lines):
        """A salesperson wins an opportunity: a quotation that is paid online."""
        partner = self.company.customers[customer]
        lead = self.odoo.create(
            "crm.lead",
            {
                "name": f"Furniture for {customer}",
                "type": "opportunity",
                "partner_id": partner,
            },
        )
        order = self.odoo.create(
            "sale.order",
            {
                "partner_id": partner,
                "opportunity_id": lead,
                "require_payment": True,
                "prepayment_percent": 1.0,
                "require_signature": False,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.company.products[name],
                            "product_uom_qty": quantity,
                        },
                    )
                    for name, quantity in lines
                ],
            },
        )
        self.odoo.press("sale.order", "action_quotation_sent", order)
        return order

    def _invoice(self, customer, lines):
        invoice = self.odoo.create(
            "account.move",
            {
                "move_type": "out_invoice",
                "partner_id": self.company.customers[customer],
                "invoice_date": str(self._today()),
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.company.products[name],
                            "quantity": quantity,
                        },
                    )
                    for name, quantity in lines
                ],
            },
        )
        self.odoo.press("account.move", "action_post", invoice)
        return invoice

    def _check_out(self, order):
        """The customer opens the quotation's page and chooses to pay by card."""
        url = self.odoo.call("sale.order", "get_portal_url", [order])
        self.shopper.visit(url)
        fields = ["access_token", "amount_total"]
        quotation = self.odoo.one("sale.order", [("id", "=", order)], fields)
        return self._start(
            f"/my/orders/{order}/transaction",
            "card",
            quotation["amount_total"],
            quotation["access_token"],
            url,
        )

    def _follow_link(self, invoice):
        """The customer follows the payment link of an invoice."""
        context = {"active_model": "account.move", "active_id": invoice}
        wizard = self.odoo.call("payment.link.wizard", "create", [{}], context=context)
        link = self.odoo.one("payment.link.wizard", [("id", "=", wizard[0])], ["link"])
        path = link["link"].removeprefix(self.odoo.url)
        self.shopper.visit(path)
        fields = ["access_token", "amount_residual"]
        found = self.odoo.one("account.move", [("id", "=", invoice)], fields)
        return self._start(
            f"/invoice/transaction/{invoice}",
            "sepa_direct_debit",
            found["amount_residual"],
            found["access_token"],
            path,
        )

    def _start(self, route, method, amount, access_token, landing_route):
        """Press Pay; return (id of the transaction, id of the gateway's intent)."""
        started = self.shopper.json(
            route,
            access_token=access_token,
            provider_id=self.company.provider,
            payment_method_id=self.company.methods[method],
            token_id=None,
            amount=amount,
            flow="direct",
            tokenization_requested=False,
            landing_route=landing_route,
        )
        payment = self.odoo.one(
            "payment.transaction", [("reference", "=", started["reference"])]
        )["id"]
        return payment, started["client_secret"].split("_secret_")[0]

    def _payouts_at_gateway(self):
        answer = self.bank.api("GET", "/v1/payouts?limit=100").json()
        return [payout["id"] for payout in answer["data"]]

    def _payout_entries(self, today):
        fields = ["gateway_ref", "amount", "descriptor", "trace_ref"]
        found = self.odoo.find(
            "payment.payout", [("gateway_ref", "in", self.payouts)], fields
        )
        return [
            camt.Entry(
                Decimal(str(payout["amount"])),
                today,
                "Stripe Technology Europe Ltd",
                " ".join(filter(None, (payout["descriptor"], payout["trace_ref"]))),
                payout["gateway_ref"],
            )
            for payout in found
        ]

    def _transfer(self, invoice, party, end_to_end, less=0):
        """Return the bank's entry of a customer who pays an invoice, ``less`` short."""
        fields = ["name", "amount_total"]
        found = self.odoo.one("account.move", [("id", "=", invoice)], fields)
        amount = Decimal(str(found["amount_total"])) - less
        text = f"payment of {found['name']} thank you"
        return camt.Entry(amount, self._today(), party, text, end_to_end)

    def _import(self, content, name):
        """Upload a statement file in the importer's dialog."""
        wizard = self.odoo.create(
            "account.statement.import",
            {
                "statement_file": base64.b64encode(content).decode(),
                "statement_filename": name,
            },
        )
        self.odoo.press("account.statement.import", "import_file_button", wizard)

    # === Watching === #

    def _today(self):
        """Return the gateway's day."""
        return datetime.fromtimestamp(self.bank.clock()["now"], timezone.utc).date()

    def _read(self, payment, fields):
        return self.odoo.one("payment.transaction", [("id", "=", payment)], fields)

    def _await(self, title, payment, state):
        self.payments[title] = payment
        self._until(
            f"payment '{title}' is {state}",
            lambda: self._read(payment, ["state"])["state"] == state,
        )

    @staticmethod
    def _until(what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise StoryError(f"After {PATIENCE} s still not: {what}.")
            time.sleep(0.2)
