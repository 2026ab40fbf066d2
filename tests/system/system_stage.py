"""The stage of the system tests, and its people: shop, customers, salesperson."""

import socket
import time
from contextlib import ExitStack, contextmanager
from itertools import cycle

from dev.demo.story import Story
from dev.odoo_client import OdooClient
from dev.server import OdooServer

PATIENCE = 240  # seconds until what must happen has happened


def free_port():
    """Return a free port whose next two are free too: proxy, HTTP, notifications."""
    while True:
        with ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                for following in (port + 1, port + 2):
                    other = stack.enter_context(socket.socket())
                    other.bind(("127.0.0.1", following))
            except (OSError, OverflowError):
                continue
            return port


def until(what, condition, seconds=PATIENCE):
    """Wait for a condition and return its first true value.

    :param what: what is waited for, in words, or a function that tells it then
    :raise AssertionError: it did not come to be in time
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            told = what() if callable(what) else what
            raise AssertionError(f"After {seconds} s still not: {told}")
        time.sleep(0.2)
    return value


class Stage(Story):
    """A running company with its gateway; acts through the doors that people use.

    :param OdooServer server: the server's processes
    :param sandbox: client of the sandbox's control door
    :param odoo: OdooClient logged in as administrator
    :param company: ``dev.demo.company.Company``
    """

    def __init__(self, server: OdooServer, sandbox, odoo, company):
        shopper = OdooClient(server.url, server.database)
        super().__init__(odoo, shopper, company, sandbox, lambda text: None)
        self.server, self.sandbox = server, sandbox
        self._customers = cycle(company.customers)

    def ensure_up(self):
        """Start the server if a test left it dead."""
        if not self.server._answers():
            self.server.kill()
            self.server.start()

    def kill_and_restart(self):
        """Kill every process of the server at once, then start it again."""
        self.server.kill()
        self.server.start()

    def as_user(self, login, password):
        """Return a browser session of another user."""
        return OdooClient(self.server.url, self.server.database).login(login, password)

    def beside(self, login="admin", password="admin"):
        """Return this stage with a session of its own: another thread or user."""
        odoo = self.as_user(login, password)
        return Stage(self.server, self.sandbox, odoo, self.company)

    # === What the company wants === #

    def print_later(self):
        """Leave PDFs out of the way of bursts: they take a second or two each.

        Invoices are posted, not sent; orders are confirmed by e-mail later.
        """
        key = "sale.async_emails"
        self.odoo.call("ir.config_parameter", "set_param", key, "True")
        self.odoo.write("res.company", 1, {"payment_invoice_policy": "posted"})

    @contextmanager
    def invoices_sent(self):
        """Send invoices within a ``with`` block, as the demo's company does."""
        self.odoo.write("res.company", 1, {"payment_invoice_policy": "sent"})
        yield
        self.odoo.write("res.company", 1, {"payment_invoice_policy": "posted"})

    # === What people do === #

    def order(self, *lines, customer=None):
        """Win an opportunity: a quotation that is to be paid online; return its id.

        :param lines: (product name, quantity)
        :param str customer: by default each in turn
        """
        customer = customer or next(self._customers)
        return self._order(customer, list(lines) or [("Desk lamp", 1)])

    def user(self, login, groups, partner=None):
        """Make a user with ``groups`` alone; the password is ``<login>-password``.

        :param groups: external ids
        :param int partner: the contact who becomes a user, by default a new one
        """
        values = {
            "name": login.title(),
            "login": login,
            "email": f"{login}@example.com",
            "password": f"{login}-password",
            "group_ids": [(6, 0, [self.odoo.ref(group) for group in groups])],
        }
        if partner:
            del values["name"], values["email"]
            values["partner_id"] = partner
        return self.odoo.create("res.users", values)

    def product(self, name, price):
        """Make a stored product of which there is none; return its id."""
        values = {
            "name": name,
            "is_storable": True,
            "list_price": price,
            "invoice_policy": "order",
        }
        return self.odoo.create("product.product", values)

    def import_statement(self, content, name):
        """Upload a bank statement file."""
        self._import(content, name)

    def check_out(self, order):
        """Press Pay on the quotation's page.

        :return: (id of the transaction, id of the gateway's intent)
        """
        return self._check_out(order)

    def invoice(self, *lines, customer="Studio Delft B.V."):
        """Post an invoice without an order and return its id."""
        return self._invoice(customer, list(lines))

    def follow_link(self, invoice):
        """Press Pay for a bank debit on an invoice's page; see :meth:`check_out`."""
        return self._follow_link(invoice)

    def buy(self, *lines, card="visa", customer=None):
        """Order, check out and pay; return the id of the transaction."""
        payment, intent = self.check_out(self.order(*lines, customer=customer))
        self.sandbox.pay(intent, card=card)
        return payment

    def refund_from_odoo(self, payment, amount):
        """Refund part of a payment with the accountant's wizard."""
        paid = self.read(payment, "payment_id")[0]
        wizard = self.odoo.create(
            "payment.refund.wizard", {"payment_id": paid, "amount_to_refund": amount}
        )
        self.odoo.press("payment.refund.wizard", "action_refund", wizard)

    def stock(self, product, quantity):
        """Count ``quantity`` pieces of a product (id) into the warehouse."""
        where = self.odoo.find("stock.warehouse", [], ["lot_stock_id"], limit=1)
        values = {
            "product_id": product,
            "location_id": where[0]["lot_stock_id"][0],
            "inventory_quantity": quantity,
        }
        context = {"inventory_mode": True}
        quant = self.odoo.call("stock.quant", "create", [values], context=context)
        self.odoo.press("stock.quant", "action_apply_inventory", quant[0])

    # === Watching === #

    def read(self, payment, field):
        """Return one field of a transaction."""
        return self._read(payment, [field])[field]

    def await_state(self, payment, state):
        """Wait until a transaction is in a state."""
        until(
            lambda: f"payment {payment} is {state}, but {self.read(payment, 'state')}",
            lambda: self.read(payment, "state") == state,
        )

    def trail(self, payment):
        """Return {kind of effect: state} of a payment."""
        found = self.odoo.find(
            "payment.effect", [("transaction_id", "=", payment)], ["kind", "state"]
        )
        return {effect["kind"]: effect["state"] for effect in found}

    def trails(self, payments):
        """Return {payment: {kind: state}} of several payments."""
        found = self.odoo.find(
            "payment.effect",
            [("transaction_id", "in", list(payments))],
            ["transaction_id", "kind", "state"],
        )
        trails = {payment: {} for payment in payments}
        for effect in found:
            trails[effect["transaction_id"][0]][effect["kind"]] = effect["state"]
        return trails

    def await_trails(self, payments, seconds=PATIENCE):
        """Wait until all effects of payments are done; the bank's may still wait.

        :return: {payment: {kind: state}}
        """

        def incomplete():
            return {
                payment: trail
                for payment, trail in self.trails(payments).items()
                if not complete(trail)
            }

        until(
            lambda: f"trails complete: {incomplete()}",
            lambda: not incomplete(),
            seconds,
        )
        return self.trails(payments)


def complete(trail):
    """Say whether a trail is complete, but for the payout that comes days later."""
    rest = {kind: state for kind, state in trail.items() if kind != "bank"}
    return len(trail) == 7 and set(rest.values()) <= {"done", "none"}
