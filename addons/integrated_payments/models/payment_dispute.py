from odoo import api, fields, models

from .fields import MinorUnits

OPEN_STATES = ("warning_needs_response", "needs_response")


class PaymentDispute(models.Model):
    """A customer's bank takes money back; the gateway lends itself to the argument."""

    _name = "payment.dispute"
    _description = "Dispute at the payment gateway"
    _inherit = ["payment.fact", "mail.thread", "mail.activity.mixin"]
    _order = "created_at desc, id desc"

    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, index="btree_not_null"
    )
    charge_id = fields.Many2one("payment.charge", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one(related="transaction_id.partner_id", store=True)
    amount_minor = MinorUnits(readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    dispute_reason = fields.Char("Reason", readonly=True)
    due_by = fields.Datetime("Evidence Due", readonly=True)
    state = fields.Selection(
        [
            ("warning_needs_response", "Inquiry, Needs Response"),
            ("warning_under_review", "Inquiry, Under Review"),
            ("warning_closed", "Inquiry Closed"),
            ("needs_response", "Needs Response"),
            ("under_review", "Under Review"),
            ("won", "Won"),
            ("lost", "Lost"),
            ("prevented", "Prevented"),
        ],
        required=True,
        readonly=True,
        tracking=True,
    )
    balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "dispute_id", readonly=True
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This dispute is already stored."
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = dispute.currency_id._from_minor(dispute.amount_minor)

    @api.model
    def _store(self, provider, facts, charge):
        """Store dispute facts of one charge.

        :param charge: the disputed payment.charge
        :return: {gateway id: payment.dispute}
        """

        def values(fact):
            return {
                "charge_id": charge.id,
                "transaction_id": charge.transaction_id.id,
                "amount_minor": fact.amount,
                "dispute_reason": fact.reason or False,
                "due_by": self._naive(fact.due_by),
                "state": fact.status,
            }

        return self._upsert(provider, facts, values)

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        disputes._schedule_response()
        return disputes

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") and vals["state"] not in OPEN_STATES:
            self.activity_feedback(["integrated_payments.activity_dispute"])
        return result

    def _schedule_response(self):
        """Ask the responsible person for evidence, due a day before the deadline."""
        for dispute in self.filtered(lambda record: record.state in OPEN_STATES):
            responsible = dispute.company_id._payment_responsible()
            deadline = dispute.due_by or fields.Datetime.add(dispute.created_at, days=7)
            dispute.activity_schedule(
                "integrated_payments.activity_dispute",
                date_deadline=fields.Datetime.subtract(deadline, days=1).date(),
                user_id=responsible.id,
                summary=self.env._(
                    "Answer the dispute over %s",
                    dispute.currency_id.format(dispute.amount),
                ),
            )
