from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Add the state of the balance proof to the cards of gateways' journals."""
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        for journal, proof in self._gateway_proofs().items():
            dashboard_data[journal.id]["gateway_proof"] = {
                "state": proof.state,
                "difference": proof.currency_id.format(proof.difference),
            }
        return result

    def _gateway_proofs(self):
        """Return {journal: last payment.balance.proof of its gateway and currency}.

        Only for who may read proofs; one query for all cards.
        """
        Proof = self.env["payment.balance.proof"]
        if not Proof.has_access("read"):
            return {}
        providers = self.sudo().gateway_provider_ids
        if not providers:
            return {}
        found = {}
        for proof in Proof._latest(providers):
            journal = proof.sudo().provider_id._journal_of(proof.currency_id)
            if journal in self:
                found[journal] = proof
        return found

    def action_open_gateway_proof(self):
        """Open the last balance proof of this journal's gateway and currency."""
        self.ensure_one()
        proof = self._gateway_proofs().get(self, self.env["payment.balance.proof"])
        return proof._get_records_action(name=self.env._("Balance Proof"))
