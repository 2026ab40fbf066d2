from odoo import fields, models
from odoo.tools import SQL

from ..metrics.figures import HELP
from .payment_board_table import COUNTED


class PaymentBalanceReport(models.Model):
    """The last balance proof of each gateway and currency; ids are the proofs'."""

    _name = "payment.balance.report"
    _inherit = "payment.board.table"
    _description = "Gateway Balance Analysis"
    _auto = False
    _rec_name = "provider_id"
    _order = "gateway_balance desc, id"

    provider_id = fields.Many2one("payment.provider", "Gateway", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    balance_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", "Report Currency", readonly=True)
    proved_at = fields.Datetime("Proved", readonly=True)
    gateway_balance = fields.Monetary(
        "Balance", readonly=True, help=HELP["gateway_balance"]
    )
    available = fields.Monetary(readonly=True, help=HELP["available"])
    pending = fields.Monetary(readonly=True, help=HELP["pending"])
    difference = fields.Monetary(
        readonly=True, help="Gateway less ledger: zero where the proof is green."
    )

    _depends = {
        "payment.balance.proof": [
            "available",
            "company_id",
            "currency_id",
            "difference",
            "gateway",
            "pending",
            "proved_at",
            "provider_id",
        ],
        "payment.provider": ["post_test_payments", "state"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }

    @property
    def _table_query(self):
        counted = COUNTED.format(live="provider.state = 'enabled'")
        return SQL(
            f"""
            SELECT DISTINCT ON (proof.provider_id, proof.currency_id)
                   proof.id, proof.provider_id, proof.company_id,
                   proof.currency_id AS balance_currency_id,
                   %(currency)s AS currency_id, proof.proved_at,
                   ROUND(proof.gateway * rate.factor, %(digits)s) AS gateway_balance,
                   ROUND(proof.available * rate.factor, %(digits)s) AS available,
                   ROUND(proof.pending * rate.factor, %(digits)s) AS pending,
                   ROUND(proof.difference * rate.factor, %(digits)s) AS difference
              FROM payment_balance_proof proof
              JOIN payment_provider provider ON provider.id = proof.provider_id
              JOIN %(rates)s AS rate(currency_id, factor)
                ON rate.currency_id = proof.currency_id
             WHERE {counted}
             ORDER BY proof.provider_id, proof.currency_id, proof.id DESC
            """,
            currency=self.env.company.currency_id.id,
            digits=self.env.company.currency_id.decimal_places,
            rates=self._todays_rates(),
        )

    def action_open_proof(self):
        """Open the balance proof behind a row."""
        self.ensure_one()
        proof = self.env["payment.balance.proof"].browse(self.id)
        return proof._get_records_action(name=self.env._("Balance Proof"))
