"""The proof that the ledger holds what the gateway holds."""

import logging
from collections import defaultdict

from odoo import fields, models

from ..domain import minor_units
from ..gateway.errors import GatewayError

_logger = logging.getLogger(__name__)

PROOF_AGAIN = 10  # minutes until a first difference is looked at again


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _prove_or_warn(self):
        """Prove the balance; a gateway that cannot be asked is a warning, no failure.

        Money that moves while it is proven makes a difference that means nothing: after
        a first one the proof is repeated once the events have had time to arrive.
        """
        before = self.proof_state
        try:
            self._prove_balance()
        except GatewayError as error:
            _logger.warning("The balance of %s is not proven: %s", self.name, error)
        if self.proof_state == "red" and before != "red":
            again = fields.Datetime.add(fields.Datetime.now(), minutes=PROOF_AGAIN)
            self.env.ref("integrated_payments.cron_post_and_prove")._trigger(at=again)

    def _prove_balance(self):
        """Compare the gateway's balance with the ledger, per currency.

        :return: [{currency, gateway, ledger, pending, parked}], minor units;
            ``pending`` and ``parked`` are known here but not in the ledger yet
        :raise GatewayError: if the gateway cannot be asked
        """
        self.ensure_one()
        theirs = self._gateway().balance()
        ledger = self._ledger_balances()
        waiting = self._unposted_by_state()
        details = [
            {
                "currency": currency,
                "gateway": theirs.get(currency, 0),
                "ledger": ledger.get(currency, 0),
                "pending": waiting[currency, "pending"],
                "parked": waiting[currency, "parked"],
            }
            for currency in sorted(set(theirs) | set(ledger))
        ]
        equal = all(line["gateway"] == line["ledger"] for line in details)
        self.sudo().write(
            {
                "proof_at": fields.Datetime.now(),
                "proof_details": details,
                "proof_state": "green" if equal else "red",
            }
        )
        return details

    def _ledger_balances(self):
        """Return {currency: posted balance of the gateway's account}, minor units."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("account_id", "in", self._books_journals().default_account_id.ids),
                ("parent_state", "=", "posted"),
            ],
            ["currency_id"],
            ["amount_currency:sum"],
        )
        return {
            currency.name: minor_units.to_minor(currency.round(amount), currency.name)
            for currency, amount in rows
        }

    def _unposted_by_state(self):
        """Return {(currency, state): net in minor units} of movements without entry."""
        rows = self.env["payment.balance.transaction"]._read_group(
            [("provider_id", "=", self.id), ("statement_line_id", "=", False)],
            ["currency_id", "state"],
            ["net_minor:sum"],
        )
        found = defaultdict(int)
        for currency, state, net in rows:
            found[currency.name, state] = net
        return found
