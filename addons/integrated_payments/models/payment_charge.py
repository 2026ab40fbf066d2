from odoo import api, fields, models

from .fields import MinorUnits


class PaymentCharge(models.Model):
    """An attempt to move a customer's money: succeeded, pending or failed.

    A payment (transaction) has one charge for each card that was tried, so that
    success rates can be given per attempt and per payment.
    """

    _name = "payment.charge"
    _description = "Charge at the payment gateway"
    _inherit = "payment.fact"
    _order = "created_at desc, id desc"

    transaction_id = fields.Many2one(
        "payment.transaction", readonly=True, index="btree_not_null"
    )
    intent_ref = fields.Char("Payment Intent", readonly=True, index="btree_not_null")
    state = fields.Selection(
        [("pending", "Pending"), ("succeeded", "Succeeded"), ("failed", "Failed")],
        required=True,
        readonly=True,
    )
    amount_minor = MinorUnits(readonly=True)
    captured_minor = MinorUnits(readonly=True)
    refunded_minor = MinorUnits(readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    method = fields.Char(readonly=True, help="The gateway's name of the method.")
    brand = fields.Char(readonly=True)
    last4 = fields.Char("Last Digits", readonly=True)
    country_code = fields.Char("Card Country", readonly=True)
    funding = fields.Char(readonly=True)
    fingerprint = fields.Char(readonly=True)
    failure_code = fields.Char(readonly=True)
    failure_message = fields.Char(readonly=True)
    outcome = fields.Char(readonly=True, help="Who decided, in the gateway's word.")
    decline_reason = fields.Char(readonly=True, help="In the gateway's word.")
    customer_ref = fields.Char("Gateway Customer", readonly=True)
    email = fields.Char(readonly=True)

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This charge is already stored."
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for charge in self:
            charge.amount = charge.currency_id._from_minor(charge.amount_minor)

    @api.model
    def _store(self, provider, facts):
        """Store charge facts and link them with their transactions.

        :return: {gateway id: payment.charge}
        """
        transactions = self.env["payment.transaction"]._by_intent(
            provider, [fact.intent_ref or fact.ref for fact in facts]
        )

        def values(fact):
            transaction = transactions.get(fact.intent_ref or fact.ref)
            return {
                "transaction_id": transaction.id if transaction else False,
                "intent_ref": fact.intent_ref or False,
                "state": fact.status,
                "amount_minor": fact.amount,
                "captured_minor": fact.captured,
                "refunded_minor": fact.refunded,
                "method": fact.method or False,
                "brand": fact.brand or False,
                "last4": fact.last4 or False,
                "country_code": fact.country or False,
                "funding": fact.funding or False,
                "fingerprint": fact.fingerprint or False,
                "failure_code": fact.failure_code or False,
                "failure_message": fact.failure_message or False,
                "outcome": fact.outcome or False,
                "decline_reason": fact.decline_reason or False,
                "customer_ref": fact.customer_ref or False,
                "email": fact.email or False,
            }

        return self._upsert(provider, facts, values)
