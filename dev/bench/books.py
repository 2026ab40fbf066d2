"""The books of 500 paid invoices against core's own post-processing of 500.

Ours: payment, balance transaction with its fee, and the reconciliation of both with the
invoice. Core: the payment and its reconciliation with the invoice, no fee, no balance.
Same company, same invoices, each batch committed once, in one run; then ours again with
more payments already there, to see whether it stays flat.
"""

import sys
from datetime import datetime, timezone

from ._odoo import environment, keep_books, timed

DATABASE = "bench_books"
BATCH = 500
STEP = 100  # payments per commit, where nothing is measured
ALREADY = (1_000, 20_000)  # payments already there
AMOUNT, FEE = 10_000, 320  # minor units
PAID_AT = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)


def measure(batch=BATCH, already=ALREADY):
    """Return the figures of one run.

    :param int batch: payments that are measured at a time
    :param already: how many payments there are before each measurement of ours
    """
    with environment(DATABASE) as env:
        shop = _Shop(env)
        shop.compare(min(batch, STEP))  # warm up
        figures, ratios, first = {"payments": batch}, [], None
        for count in already:
            shop.fill(count)
            ours, core = shop.compare(batch)
            figures.update(_per_payment(f"ours at {count}", ours, batch))
            figures.update(_per_payment(f"core at {count}", core, batch))
            ratios.append(ours.seconds / core.seconds)
            figures[f"ours/core time at {count}"] = ratios[-1]
            figures[f"ours/core queries at {count}"] = ours.queries / core.queries
            first = first or ours
            print(figures, file=sys.stderr, flush=True)  # the next size takes minutes
        figures["last/first time"] = ours.seconds / first.seconds
        figures["last/first time, against core's"] = ratios[-1] / ratios[0]
        figures["last/first queries"] = ours.queries / first.queries
        figures["ledger less movements"] = shop.difference()
    return figures


def _per_payment(name, cost, count):
    return {
        f"{name} ms": 1000 * cost.seconds / count,
        f"{name} queries": cost.queries / count,
    }


class _Shop:
    """A company whose customers have paid; makes the state before the books."""

    def __init__(self, env):
        self.env, self.number = env, 0
        self.partners = env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(50)]
        )
        self.gateway = self._provider(post=True)
        self.plain = self._provider(post=False)
        env.cr.commit()

    def _provider(self, post):
        """Return a Stripe provider; without ``post`` only core keeps its payments."""
        provider = self.env.ref("payment.payment_provider_stripe").copy(
            {
                "name": "Stripe" if post else "Stripe by core",
                "state": "disabled",
                "company_id": self.env.company.id,
            }
        )
        keep_books(provider)
        if not post:
            provider.books_mode = "off"
        return provider

    # === Measured === #

    def compare(self, count):
        """Return the costs of ``count`` payments by us and by core."""
        self._pay(self.gateway, count, movements=True)
        ours = timed(self.env, self._post)
        paid = self._pay(self.plain, count, movements=False)
        core = timed(self.env, paid._core_post_process)
        return ours, core

    def _post(self):
        self.gateway._post_balance_transactions()

    def fill(self, count):
        """Book payments until there are ``count``."""
        while self.env["account.payment"].search_count([]) < count:
            self._pay(self.gateway, STEP, movements=True)
            timed(self.env, self._post)
        self.env.cr.execute("ANALYZE")

    def difference(self):
        """Return ledger less what the movements add up to, in minor units."""
        rows = self.env["payment.balance.transaction"]._read_group(
            [("provider_id", "=", self.gateway.id)], [], ["net_minor:sum"]
        )
        ledger, _later = self.gateway._ledger_balances()
        return sum(ledger.values()) - rows[0][0]

    # === Before === #

    def _pay(self, provider, count, movements):
        """Make posted invoices with a payment that the gateway confirmed."""
        invoices = self._invoices(count)
        numbers = range(self.number, self.number + count)
        self.number += count
        transactions = self.env["payment.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "payment_method_id": self._card().id,
                    "reference": f"{invoice.name}-{number}",
                    "provider_reference": f"pi_{number}",
                    "amount": AMOUNT / 100,
                    "currency_id": invoice.currency_id.id,
                    "partner_id": invoice.partner_id.id,
                    "operation": "online_direct",
                    "invoice_ids": [(6, 0, invoice.ids)],
                    "state": "done",
                    "paid_at": PAID_AT.replace(tzinfo=None),
                }
                for number, invoice in zip(numbers, invoices, strict=True)
            ]
        )
        if movements:
            self._movements(provider, transactions)
        self.env.cr.commit()
        return transactions

    def _card(self):
        return self.env.ref("payment.payment_method_card")

    def _invoices(self, count):
        receivers = [self.partners[each % len(self.partners)] for each in range(count)]
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": PAID_AT.date(),
                    "invoice_line_ids": [
                        (
                            0,
                            0,
                            {
                                "name": "Oak desk",
                                "price_unit": AMOUNT / 100,
                                "tax_ids": [],
                            },
                        )
                    ],
                }
                for partner in receivers
            ]
        )
        invoices.action_post()
        return invoices

    def _movements(self, provider, transactions):
        """Store the movement of each payment as its events do, not yet posted."""
        self.env["payment.balance.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "gateway_ref": transaction.provider_reference.replace("pi", "txn"),
                    "currency_id": transaction.currency_id.id,
                    "created_at": transaction.paid_at,
                    "category": "charge",
                    "type": "charge",
                    "amount_minor": AMOUNT,
                    "fee_minor": FEE,
                    "tax_minor": 0,
                    "net_minor": AMOUNT - FEE,
                    "source_ref": transaction.provider_reference.replace("pi", "ch"),
                    "transaction_id": transaction.id,
                }
                for transaction in transactions
            ]
        )
