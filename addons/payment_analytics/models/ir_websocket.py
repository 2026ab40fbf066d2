from odoo import models

from .payment_live import CHANNEL


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Let who may see payments hear of changes in the companies that are theirs."""
        channels = super()._build_bus_channel_list(channels)
        user = self.env.user
        if user.has_group("integrated_payments.group_payment_user"):
            channels.extend((company, CHANNEL) for company in user.company_ids)
        return channels
