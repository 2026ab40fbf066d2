from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Leave one consent to charges, so that the database takes the merge."""
        kept = (
            self.env["payment.charge.consent"]
            .sudo()
            ._keep_newest(src_partners | dst_partner)
        )
        result = super()._update_foreign_keys(src_partners, dst_partner)
        kept._schedule_charges()
        return result
