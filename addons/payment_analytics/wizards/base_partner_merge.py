from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Compute the customer that is left anew, in each company that knows it."""
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        left = self.env["res.partner"].browse(partner_ids).exists()
        snapshots = (
            self.env["payment.customer.snapshot"]
            .sudo()
            .search([("partner_id", "in", left.commercial_partner_id.ids)])
        )
        snapshots._compute_again()
        left.sudo()._mark_paid()  # the wizard writes past the ORM
        return result
