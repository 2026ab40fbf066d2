from odoo import models


class PaymentEvent(models.Model):
    _inherit = "payment.event"

    # The hourly check of silent webhooks reads nine weeks of these, and nothing else.
    _received_idx = models.Index("(provider_id, received_at) INCLUDE (livemode)")
