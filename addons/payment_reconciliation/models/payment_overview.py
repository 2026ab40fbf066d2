from odoo import api, models

ACTION = "payment_reconciliation.action_bank_workbench"


class PaymentOverview(models.AbstractModel):
    _inherit = "payment.overview"

    @api.model
    def _tasks(self):
        """Add the bank lines that wait, which lead to the workbench."""
        Line = self.env["account.bank.statement.line"]
        companies = [("company_id", "in", self.env.companies.ids)]
        task = {
            "label": self.env._("Bank lines to match"),
            "count": Line.search_count([*Line._to_match_domain(), *companies]),
            "urgent": False,
            "note": False,
            "action": self.env["ir.actions.act_window"]._for_xml_id(ACTION),
        }
        return [*super()._tasks(), task]
