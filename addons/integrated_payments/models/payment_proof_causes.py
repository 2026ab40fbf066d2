"""Why the gateway's balance and the ledger differ: cause by cause, with records."""

from datetime import timezone

from odoo import fields, models
from odoo.tools import SQL

from ..domain import minor_units
from ..domain.categories import MIRRORED
from ..gateway.errors import GatewayError
from .payment_balance_proof_line import MAX_RECORDS

MOVEMENT, ENTRY = "payment.balance.transaction", "account.move.line"
LOOK_BACK = 30  # days, when there was no green proof yet
OVERLAP = 1  # days before the last green proof
# What a state means for a movement that has no entry.
STATE_CAUSES = {
    "pending": "pending",
    "parked": "parked",
    "shadow": "shadow",
    "posted": "deleted",
}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _explain_difference(self, currency, difference):
        """Split gateway less ledger into its causes; what is left is "Unexplained".

        :param int difference: minor units of ``currency``
        :return: create values of payment.balance.proof.line; they add up
        """
        if not difference:
            return []
        causes = [
            *self._causes_without_entry(currency),
            *self._causes_in_ledger(currency),
            *self._causes_in_openings(currency),
        ]
        rest = difference - sum(cause["amount_minor"] for cause in causes)
        if rest:
            causes += self._cause_unknown(currency)
            rest = difference - sum(cause["amount_minor"] for cause in causes)
        if rest:
            causes.append({"kind": "rest", "amount_minor": rest})
        return causes

    def _causes_without_entry(self, currency):
        """Movements that Odoo knows and that are in no entry."""
        rows = self.env[MOVEMENT]._read_group(
            [
                ("provider_id", "=", self.id),
                ("currency_id", "=", currency.id),
                ("statement_line_id", "=", False),
                ("state", "in", list(STATE_CAUSES)),
                ("balance_type", "not in", list(MIRRORED)),
            ],
            ["state"],
            ["net_minor:sum", "__count", "id:array_agg"],
        )
        return [
            self._cause(STATE_CAUSES[state], net, MOVEMENT, ids, count)
            for state, net, count, ids in rows
        ]

    def _causes_in_openings(self, currency):
        """Opening lines that no journal could hold yet."""
        found = self.env["payment.opening"].search(
            [
                ("provider_id", "=", self.id),
                ("currency_id", "=", currency.id),
                ("state", "in", ("shadow", "parked")),
            ]
        )
        minor = sum(found.mapped("amount_minor"))
        return [
            self._cause("opening", minor, found._name, each.ids, 1) for each in found
        ]

    def _causes_in_ledger(self, currency):
        """Entries of the gateway's accounts that differ from its movements."""
        found = {}
        for kind, item, minor in self._odd_items(currency):
            cause = found.setdefault(kind, self._cause(kind, 0, ENTRY, [], 0))
            cause["amount_minor"] += minor
            cause["count"] += 1
            if len(cause["res_ids"]) < MAX_RECORDS:
                cause["res_ids"].append(item)
        return list(found.values())

    def _odd_items(self, currency):
        """Return (kind, id, minor units missing in the ledger) of odd journal items."""
        self.env["account.move.line"].flush_model()
        self.env[MOVEMENT].flush_model()
        self.env["payment.opening"].flush_model()
        accounts = self._books_journals().default_account_id
        if not accounts:
            return []
        return self.env.execute_query(
            SQL(
                """
            WITH item AS (
                SELECT line.id, line.parent_state, movement.net_minor,
                       round(line.amount_currency * %(unit)s)::bigint AS minor
                  FROM account_move_line line
             LEFT JOIN payment_balance_transaction movement
                    ON movement.statement_line_id = line.statement_line_id
             LEFT JOIN payment_opening opening
                    ON line.statement_line_id IN
                       (opening.statement_line_id, opening.reversal_line_id)
                 WHERE line.account_id IN %(accounts)s
                   AND line.currency_id = %(currency)s
                   AND opening.id IS NULL)
            SELECT 'manual', id, -minor FROM item
             WHERE net_minor IS NULL AND parent_state = 'posted' AND minor <> 0
         UNION ALL
            SELECT 'unposted', id, net_minor FROM item
             WHERE net_minor <> 0 AND parent_state <> 'posted'
         UNION ALL
            SELECT 'altered', id, net_minor - minor FROM item
             WHERE net_minor <> minor AND parent_state = 'posted'
          ORDER BY 1, 2
                """,
                unit=10 ** minor_units.exponent(currency.name),
                accounts=tuple(accounts.ids),
                currency=currency.id,
            )
        )

    def _cause_unknown(self, currency):
        """Movements that the gateway lists and Odoo has not heard of."""
        try:
            listed = self._gateway().movements_since(self._last_agreed(currency))
        except GatewayError:
            return []  # the difference stays unexplained until it can be asked
        listed = {
            fact.ref: fact.net
            for fact in listed
            if fact.currency == currency.name and fact.balance_type not in MIRRORED
        }
        known = self.env[MOVEMENT].search_fetch(
            [("provider_id", "=", self.id), ("gateway_ref", "in", list(listed))],
            ["gateway_ref"],
        )
        for ref in known.mapped("gateway_ref"):
            del listed[ref]
        if not listed:
            return []
        cause = self._cause("unknown", sum(listed.values()), False, [], len(listed))
        return [{**cause, "gateway_refs": sorted(listed)[:MAX_RECORDS]}]

    def _last_agreed(self, currency):
        """Return the moment from which a missed movement may date (aware).

        Not later than the newest known movement: the gateway's clock need not be ours.
        """
        green = self.env["payment.balance.proof"].search(
            [
                ("provider_id", "=", self.id),
                ("currency_id", "=", currency.id),
                ("state", "=", "green"),
            ],
            limit=1,
        )
        days = OVERLAP if green else LOOK_BACK
        newest = self.env[MOVEMENT].search(
            [("provider_id", "=", self.id), ("currency_id", "=", currency.id)],
            order="created_at desc",
            limit=1,
        )
        moments = (green.proved_at or fields.Datetime.now(), newest.created_at)
        since = min(filter(None, moments))
        return fields.Datetime.subtract(since, days=days).replace(tzinfo=timezone.utc)

    @staticmethod
    def _cause(kind, minor, model, ids, count):
        return {
            "kind": kind,
            "amount_minor": minor,
            "count": count,
            "res_model": model,
            "res_ids": ids[:MAX_RECORDS],
        }

    def _fetch_movements(self, refs):
        """Store movements that no event told of, with what caused them; book them.

        :raise GatewayError: if the gateway cannot be asked
        """
        self.ensure_one()
        gateway = self._gateway()
        facts = [gateway.fetch("balance_transaction", ref) for ref in refs]
        touched = self._claim_sources(facts)
        self.env[MOVEMENT]._store(self, facts)
        self._post_balance_transactions()
        touched._settle()
