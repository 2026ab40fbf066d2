"""The proof that the ledger holds what the gateway holds: run, record, alert."""

import logging
from collections import defaultdict

import pytz
from markupsafe import Markup

from odoo import fields, models

from ..domain import minor_units
from ..domain.categories import MIRRORED
from ..gateway.errors import GatewayError
from ..gateway.types import Balance

_logger = logging.getLogger(__name__)

PROOF_AGAIN = 10  # minutes until a first difference is looked at again
ACTIVITY = "integrated_payments.activity_balance_differs"


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    proof_ids = fields.One2many("payment.balance.proof", "provider_id", readonly=True)

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
        """Compare the gateway's balance with the ledger, per currency, and record it.

        :return: [{currency, gateway, ledger, later, pending, parked}], minor units;
            ``ledger`` is all that is posted, ``later`` its part that is dated after
            today; ``pending`` and ``parked`` are known but not in the ledger yet
        :raise GatewayError: if the gateway cannot be asked
        """
        self.ensure_one()
        theirs = self._gateway().balance()
        ledger, later = self._ledger_balances()
        waiting = self._unposted_by_state()
        details = [
            {
                "currency": currency,
                "gateway": theirs.get(currency, Balance()).total,
                "ledger": ledger.get(currency, 0),
                "later": later.get(currency, 0),
                "pending": waiting[currency, "pending"],
                "parked": waiting[currency, "parked"],
            }
            for currency in sorted(set(theirs) | set(ledger))
        ]
        equal = all(line["gateway"] == line["ledger"] for line in details)
        now = fields.Datetime.now()
        proofs = self._record_proofs(now, details, theirs)
        self.sudo().write(
            {
                "proof_at": now,
                "proof_details": details,
                "proof_state": "green" if equal else "red",
            }
        )
        self._alert_differences(proofs)
        return details

    def _record_proofs(self, now, details, theirs):
        """Store one payment.balance.proof per currency, differences explained."""
        kept = self._ledger_sums(self._accounts_by_role()["reserve"], [])
        values = []
        for line in details:
            held = theirs.get(line["currency"], Balance())
            difference = line["gateway"] - line["ledger"]
            currency = self.env["res.currency"]._of_code(line["currency"])
            values.append(
                {
                    "provider_id": self.id,
                    "currency_id": currency.id,
                    "proved_at": now,
                    "state": "red" if difference else "green",
                    "available_minor": held.available,
                    "pending_minor": held.pending,
                    "reserved_minor": held.reserved,
                    "gateway_minor": held.total,
                    "ledger_minor": line["ledger"] - line["later"],
                    "later_minor": line["later"],
                    "reserve_minor": kept.get(line["currency"], 0),
                    "difference_minor": difference,
                    "line_ids": [
                        fields.Command.create(cause)
                        for cause in self._explain_difference(currency, difference)
                    ],
                }
            )
        Proof = self.env["payment.balance.proof"].sudo()
        return Proof.with_context(mail_create_nolog=True, tracking_disable=True).create(
            values
        )

    def _proof_day(self, moment):
        """Return the company's day at ``moment`` (naive UTC)."""
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _ledger_balances(self):
        """Return the posted balances of the gateway's accounts.

        :return: ({currency: all}, {currency: dated after today}), minor units
        """
        today = self._proof_day(fields.Datetime.now())
        accounts = self._books_journals().default_account_id
        return (
            self._ledger_sums(accounts, []),
            self._ledger_sums(accounts, [("date", ">", today)]),
        )

    def _ledger_sums(self, accounts, domain):
        """Return {currency: posted balance of ``accounts``}, minor units."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("account_id", "in", accounts.ids),
                ("parent_state", "=", "posted"),
                *domain,
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
            [
                ("provider_id", "=", self.id),
                ("statement_line_id", "=", False),
                ("balance_type", "not in", list(MIRRORED)),
            ],
            ["currency_id", "state"],
            ["net_minor:sum"],
        )
        found = defaultdict(int)
        for currency, state, net in rows:
            found[currency.name, state] = net
        return found

    # === ALERT === #

    def _alert_differences(self, proofs):
        """Ask the responsible person about differences that stayed; close the solved.

        The activity is on the journal of the currency, so it shows on its card.
        """
        reds = defaultdict(self.env["payment.balance.proof"].browse)
        for proof in proofs.filtered(lambda each: each.state == "red"):
            journal = self._journal_of(proof.currency_id) or self.journal_id
            reds[journal] |= proof
        for journal in self._books_journals().sudo():
            if not reds[journal]:
                journal.activity_feedback(
                    [ACTIVITY], feedback=self.env._("Gateway and ledger agree again.")
                )
            elif any(self._stayed_red(proof) for proof in reds[journal]):
                self._ask_about(journal, reds[journal])

    def _stayed_red(self, proof):
        """Whether a difference is older than the time that events need to arrive."""
        since = proof._red_since()
        return fields.Datetime.add(since, minutes=PROOF_AGAIN) <= proof.proved_at

    def _ask_about(self, journal, proofs):
        """Give the responsible person one activity, however long it stays red."""
        summary = self.env._(
            "%(gateway)s and the ledger differ by %(amounts)s",
            gateway=self.name,
            amounts=", ".join(
                proof.currency_id.format(proof.difference) for proof in proofs
            ),
        )
        note = Markup("<br/>").join(proof._get_html_link() for proof in proofs)
        if asked := journal.activity_search([ACTIVITY]):
            asked.write({"summary": summary, "note": note})
            return
        responsible = self.company_id._payment_responsible()
        journal.activity_schedule(
            ACTIVITY, user_id=responsible.id, summary=summary, note=note
        )

    # === ACTIONS === #

    def action_view_proofs(self):
        """List the proofs of this gateway, the last one first."""
        return self.sudo().proof_ids._get_records_action(
            name=self.env._("Balance Proofs"),
            domain=[("provider_id", "in", self.ids)],
            view_mode="list,form",
        )
