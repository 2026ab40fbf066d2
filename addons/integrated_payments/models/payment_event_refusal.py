from odoo import api, fields, models

from ..gateway.errors import REFUSAL_REASONS


class PaymentEventRefusal(models.Model):
    """How often notifications were refused, by provider, day and reason.

    Nothing of a refused notification is kept: it may be anyone's. The count tells the
    administrator that a secret is wrong, or that somebody tries doors.
    """

    _name = "payment.event.refusal"
    _description = "Refused gateway notifications"
    _order = "day desc, id desc"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    day = fields.Date(required=True, readonly=True)
    reason = fields.Selection(
        list(REFUSAL_REASONS.items()), required=True, readonly=True
    )
    count = fields.Integer(readonly=True)
    last_at = fields.Datetime("Last", readonly=True)

    _day_uniq = models.UniqueIndex("(provider_id, day, reason)")

    @api.model
    def _count(self, provider, reason):
        """Count one refusal; safe beside others who count at the same moment."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            """
            INSERT INTO payment_event_refusal
                   (provider_id, company_id, day, reason, count, last_at,
                    create_uid, create_date, write_uid, write_date)
            VALUES (%(provider)s, %(company)s, %(day)s, %(reason)s, 1, %(now)s,
                    %(uid)s, %(now)s, %(uid)s, %(now)s)
            ON CONFLICT (provider_id, day, reason) DO UPDATE
               SET count = payment_event_refusal.count + 1, last_at = %(now)s
            """,
            {
                "provider": provider.id,
                "company": provider.company_id.id,
                "day": now.date(),
                "reason": reason,
                "now": now,
                "uid": self.env.uid,
            },
        )
        self.invalidate_model()
