from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Make one of what both are known by, so that the database takes the merge."""
        self.env["account.match.alias"].sudo()._join(src_partners | dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
