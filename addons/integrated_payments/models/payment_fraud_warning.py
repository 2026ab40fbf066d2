from odoo import api, fields, models

from ..gateway.errors import NeedsPerson


class PaymentFraudWarning(models.Model):
    """A doubt about a payment, before any dispute.

    An early fraud warning is what the card's issuer reports; most become a dispute
    unless the payment is refunded first. A review is asked for by the gateway's own
    rules. Neither moves money.
    """

    _name = "payment.fraud.warning"
    _description = "Fraud warning or review of a payment"
    _inherit = ["payment.fact", "mail.thread", "mail.activity.mixin"]
    _order = "created_at desc, id desc"

    kind = fields.Selection(
        [("early_warning", "Early Fraud Warning"), ("review", "Review")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("open", "To Decide"), ("closed", "Closed")],
        required=True,
        readonly=True,
        tracking=True,
        index=True,
    )
    reason_code = fields.Char(
        readonly=True, help="The gateway's word for the fraud, or for the decision."
    )
    reason = fields.Char(compute="_compute_reason")
    charge_id = fields.Many2one("payment.charge", readonly=True, index="btree_not_null")
    transaction_id = fields.Many2one(
        "payment.transaction",
        "Payment",
        related="charge_id.transaction_id",
        store=True,
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        related="transaction_id.partner_id", string="Customer", store=True
    )
    amount = fields.Monetary(related="charge_id.amount", string="Payment Amount")

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This warning is already stored."
    )

    @api.depends("reason_code")
    def _compute_reason(self):
        for warning in self:
            words = (warning.reason_code or "").replace("_", " ")
            warning.reason = words.capitalize()

    @api.depends("kind", "charge_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for warning in self:
            of = warning.transaction_id.reference or warning.charge_id.gateway_ref
            warning.display_name = f"{kinds.get(warning.kind)}: {of}"

    @api.model
    def _currency_of(self, fact):
        """A warning has no amount of its own: its currency is the charge's."""
        return self.env["res.currency"]

    @api.model
    def _store(self, provider, facts, charge):
        """Store warnings about one charge (``gateway.types.FraudWarning``).

        :return: {gateway id: payment.fraud.warning}
        """

        def values(fact):
            return {
                "kind": fact.kind,
                "charge_id": charge.id,
                "currency_id": charge.currency_id.id,
                "reason_code": fact.reason or False,
                "state": "open" if fact.open else "closed",
            }

        return self._upsert(provider, facts, values)

    # === ASKING FOR A DECISION === #

    @api.model_create_multi
    def create(self, vals_list):
        warnings = super().create(vals_list)
        warnings._schedule_decision()
        return warnings

    def write(self, vals):
        reopened = self.filtered(lambda each: each.state == "closed")
        result = super().write(vals)
        if vals.get("state") == "closed":
            self.activity_feedback(["integrated_payments.activity_fraud_warning"])
        elif vals.get("state") == "open":
            reopened._schedule_decision()
        return result

    def _schedule_decision(self):
        """Ask the responsible person, today: banks turn warnings into disputes."""
        for warning in self.filtered(lambda each: each.state == "open"):
            warning.activity_schedule(
                "integrated_payments.activity_fraud_warning",
                date_deadline=fields.Date.context_today(warning),
                user_id=warning.company_id._payment_responsible().id,
                summary=warning._question(),
            )

    def _question(self):
        amount = self.currency_id.format(self.amount)
        if self.kind == "review":
            return self.env._("Review the payment of %s", amount)
        return self.env._(
            "Suspected fraud: refund %s before it becomes a dispute?", amount
        )

    # === ACTIONS === #

    def action_view_payment(self):
        """Open the payment that is doubted; it can be refunded there."""
        self.ensure_one()
        payment = self.transaction_id.payment_id or self.transaction_id
        return payment._get_records_action(name=self.env._("Payment"))


class PaymentCharge(models.Model):
    _inherit = "payment.charge"

    fraud_warning_ids = fields.One2many(
        "payment.fraud.warning", "charge_id", "Fraud Warnings"
    )

    def write(self, vals):
        """A payment that was refunded in full is no longer to be decided about."""
        result = super().write(vals)
        if vals.get("refunded_minor"):
            returned = self.filtered(
                lambda each: each.refunded_minor >= each.captured_minor
            )
            early = returned.fraud_warning_ids.filtered(
                lambda each: each.kind == "early_warning" and each.state == "open"
            )
            early.write({"state": "closed"})
        return result


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    fraud_warning_ids = fields.One2many(
        "payment.fraud.warning", "transaction_id", "Fraud Warnings"
    )
    open_fraud_warning_count = fields.Integer(
        compute="_compute_open_fraud_warning_count"
    )

    @api.depends("fraud_warning_ids.state")
    def _compute_open_fraud_warning_count(self):
        for transaction in self:
            warnings = transaction.sudo().fraud_warning_ids
            transaction.open_fraud_warning_count = len(
                warnings.filtered(lambda each: each.state == "open")
            )

    def action_view_fraud_warnings(self):
        """Open the fraud warnings and reviews of this payment."""
        return self.fraud_warning_ids._get_records_action(
            name=self.env._("Fraud Warnings")
        )


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _refresh_fraud_warning(self, gateway, warning):
        """Store a doubt about a charge; it moves no money.

        :raise NeedsPerson: if it does not say about which payment
        """
        charge_ref = warning.charge_ref or self._last_charge(gateway, warning)
        if not charge_ref:
            raise NeedsPerson(
                self.env._("%s does not name the payment it is about.", warning.ref)
            )
        charge = self._ensure_charge(gateway, charge_ref)
        self.env["payment.fraud.warning"]._store(self, [warning], charge)
        return charge.transaction_id

    _refresh_review = _refresh_fraud_warning

    @staticmethod
    def _last_charge(gateway, warning):
        """Return the id of the newest charge of the intent that is doubted."""
        intent = warning.intent_ref and gateway.fetch("intent", warning.intent_ref)
        return intent and intent.charge_ref
