"""Proposals for many bank lines among many open items: seconds, memory and queries.

Items and lines are made by SQL from one of each that Odoo made. Of the lines 80% quote
their invoice as customers write, 10% show only its amount, 10% belong to nothing. First
the proposals alone, as the job makes them in committed batches; then, apart, a sample
is posted.
"""

import resource
import sys
import time

from ._odoo import environment, timed

DATABASE = "bench_matching_speed"
SIZES = ((1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000))
ITEMS_PER_PARTNER = 20
POSTED = 1_000  # lines of the posting sample
TEXTS = (
    "'Payment ' || item.name || ' thank you'",
    "'/REMI/USTD//' || replace(item.name, '/', ' ') || '/EREF/NOTPROVIDED'",
    "'Customer ' || item.number || ' invoice no. ' || item.name || ' less nothing'",
    "'RE ' || lower(item.name)",
    "item.name",
    "'SEPA CREDIT TRANSFER ' || item.name || ' 2025 GOODS'",
    "'Order 4711, ' || item.name",
    "'INVOICE' || item.name",
    "'thank you'",
    "'rent ' || (item.number::bigint * 7919) %% 1000003",
)


def measure(sizes=SIZES):
    """Return the figures of one run, each size in a database of its own.

    :param sizes: [(bank lines, open items)]
    """
    figures = {}
    for lines, items in sizes:
        name = f"{lines} x {items}"
        with environment(f"{DATABASE}_{items}") as env:
            bank = _Bank(env)
            bank.fill(lines, items)
            figures.update(_figures(name, bank.propose(), lines))
            figures[f"{name} proposals"] = bank.proposals()
            cost = bank.post(POSTED)
        figures[f"{name} posted lines"] = bank.posted
        figures[f"{name} posted lines per second"] = bank.posted / cost.seconds
        print(figures, file=sys.stderr, flush=True)  # the next size takes minutes
    return figures


def _figures(name, cost, lines):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        f"{name} s": cost.seconds,
        f"{name} ms per line": 1000 * cost.seconds / lines,
        f"{name} queries per batch": cost.queries / max(cost.batches, 1),
        f"{name} peak MiB": peak,
    }


class _Bank:
    """A company with open invoices and a bank whose lines are to be matched."""

    def __init__(self, env):
        self.env, self.posted = env, 0
        self.partner = env["res.partner"].create({"name": "Customer"})
        self.journal = env["account.journal"].create(
            {"name": "Speed Bank", "code": "SPD", "type": "bank"}
        )
        self.invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2025-03-01",
                "invoice_line_ids": [
                    (0, 0, {"name": "Work", "price_unit": 1.0, "tax_ids": False})
                ],
            }
        )
        self.invoice.action_post()
        self.line = env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": "2025-03-09",
                "payment_ref": "sample",
                "amount": 1.0,
            }
        )
        env.flush_all()
        env.cr.commit()

    # === Made by SQL === #

    def fill(self, lines, items):
        """Have ``items`` open items, and ``lines`` lines that nobody looked at yet."""
        self._add_items(items)
        self._add_lines(lines)
        self.env.cr.commit()
        self.env.invalidate_all()
        self.env.cr.execute("ANALYZE")
        self.env.cr.commit()

    def _run(self, query, **values):
        self.env.cr.execute(query, values)

    def _add_items(self, count):
        """Add invoices 1 to ``count`` and their customers."""
        self._run(
            """
            CREATE TEMPORARY TABLE item AS
            SELECT number, 'INV/2025/' || lpad(number::text, 7, '0') AS name,
                   nextval('account_move_id_seq')::int AS move_id,
                   round((100 + (number::bigint * 7919) %% 1000003) / 100.0, 2)
                       AS amount,
                   NULL::int AS partner_id
              FROM generate_series(1, %(count)s) AS number
            """,
            count=count,
        )
        self._run(
            """
            CREATE TEMPORARY TABLE customer ON COMMIT DROP AS
            SELECT number, nextval('res_partner_id_seq')::int AS id
              FROM generate_series(0, %(count)s / %(each)s) AS number
            """,
            count=count,
            each=ITEMS_PER_PARTNER,
        )
        customer = {"id": "x.id", "commercial_partner_id": "x.id"}
        names = ("name", "complete_name")
        customer |= dict.fromkeys(names, "'Customer No ' || x.number")
        self._copy("res_partner", self.partner.id, "customer", customer)
        self._run(
            "UPDATE item SET partner_id = customer.id FROM customer"
            " WHERE customer.number = item.number / %(each)s",
            each=ITEMS_PER_PARTNER,
        )
        move = {
            "id": "x.move_id",
            "name": "x.name",
            "payment_reference": "x.name",
            "sequence_number": "x.number",
            "partner_id": "x.partner_id",
            "commercial_partner_id": "x.partner_id",
        }
        amounts = ("amount_total", "amount_residual", "amount_untaxed")
        move |= {name: "x.amount" for name in amounts}
        self._copy("account_move", self.invoice.id, "item", move)
        for row in self.invoice.line_ids:
            self._copy("account_move_line", row.id, "item", _row(row))

    def _add_lines(self, count):
        """Add bank lines that pay invoices all over the ledger."""
        texts = " ".join(
            f"WHEN {place} THEN {text}" for place, text in enumerate(TEXTS)
        )
        self._run(
            f"""
            CREATE TEMPORARY TABLE bank_line AS
            SELECT item.number, item.amount, item.partner_id,
                   nextval('account_move_id_seq')::int AS move_id,
                   nextval('account_bank_statement_line_id_seq')::int AS line_id,
                   CASE item.number %% {len(TEXTS)} {texts} END AS text
              FROM item ORDER BY md5(item.number::text) LIMIT %(count)s
            """,  # pylint: disable=sql-injection
            count=count,
        )
        self._run(
            "UPDATE bank_line SET amount = amount + 20000"
            f" WHERE number %% {len(TEXTS)} = {len(TEXTS) - 1}"
        )
        own = self.line.move_id
        move = {
            "id": "x.move_id",
            "name": "'SPD/' || x.move_id",
            "statement_line_id": "NULL",
        }
        self._copy("account_move", own.id, "bank_line", move)
        line = {
            "id": "x.line_id",
            "move_id": "x.move_id",
            "payment_ref": "x.text",
            "amount": "x.amount",
            "amount_residual": "x.amount",
            "internal_index": "'speed' || x.line_id",
            "match_checked_at": "NULL",
        }
        self._copy("account_bank_statement_line", self.line.id, "bank_line", line)
        self._run(
            "UPDATE account_move SET statement_line_id = line_id"
            " FROM bank_line WHERE account_move.id = bank_line.move_id"
        )
        for row in own.line_ids:
            values = _row(row) | {"statement_line_id": "x.line_id", "name": "x.text"}
            del values["partner_id"]
            self._copy("account_move_line", row.id, "bank_line", values)

    def _copy(self, table, record, source, values):
        """Copy a row once per row ``x`` of ``source``, with other ``values``."""
        self._run(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %(table)s AND is_generated = 'NEVER'",
            table=table,
        )
        columns = [name for (name,) in self.env.cr.fetchall()]
        default = {"id": f"nextval('{table}_id_seq')"}
        picked = [
            values.get(name) or default.get(name) or f'kept."{name}"'
            for name in columns
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        self._run(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(picked)}"
            f" FROM {table} kept, {source} x WHERE kept.id = %(record)s",
            record=record,
        )

    # === Measured === #

    def propose(self):
        """Propose for all new lines in committed batches, as the job does."""
        batches = 0
        started = self.env.cr.now()
        Line = self.env["account.bank.statement.line"]

        def work():
            nonlocal batches
            while lines := Line._next_to_match(started, []):
                lines._match("job", post=False)
                batches += 1
                self.env.cr.commit()
                self.env.invalidate_all()

        cost = timed(self.env, work)
        cost.batches = batches
        return cost

    def proposals(self):
        """Return how many lines have a proposal."""
        self._run("SELECT COUNT(DISTINCT statement_line_id) FROM account_match")
        return self.env.cr.fetchone()[0]

    def post(self, count):
        """Post a sample of the lines that may be posted by themselves."""
        Line = self.env["account.bank.statement.line"]
        lines = Line.search(
            [("match_ids.held_by", "=", False), ("match_ids", "!=", False)],
            limit=count,
        )
        start = time.perf_counter()
        cost = timed(self.env, lambda: lines._match("job"))
        cost.seconds = time.perf_counter() - start
        self.env.invalidate_all()
        self.posted = len(lines.filtered("is_reconciled"))
        return cost


def _row(row):
    """Return the columns of a journal item that differ from the sample's, in SQL."""
    values = {"move_id": "x.move_id", "partner_id": "x.partner_id"}
    for name in ("balance", "amount_currency", "price_unit", "price_subtotal"):
        values[name] = "-x.amount" if row[name] < 0 else "x.amount"
    values["price_total"] = values["price_subtotal"]
    values["debit"] = "x.amount" if row.balance > 0 else "0"
    values["credit"] = "x.amount" if row.balance < 0 else "0"
    for name in ("amount_residual", "amount_residual_currency"):
        if row[name]:
            values[name] = values["balance"]
    return values
