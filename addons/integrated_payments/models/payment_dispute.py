from odoo import api, fields, models

from ..domain.evidence import REASONS
from .fields import MinorUnits

OPEN_STATES = ("warning_needs_response", "needs_response")
WARN_DAYS = 2  # days before the deadline on which an unanswered dispute is pressed


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
    partner_id = fields.Many2one(
        related="transaction_id.partner_id", string="Customer", store=True, index=True
    )
    amount_minor = MinorUnits(readonly=True)
    amount = fields.Monetary("Disputed", compute="_compute_amount", store=True)
    dispute_reason = fields.Char(
        "Reason Code", readonly=True, help="The gateway's name of the reason."
    )
    reason = fields.Selection(
        list(REASONS.items()), compute="_compute_reason", store=True
    )
    network_code = fields.Char(
        readonly=True, help="The card network's code of the reason."
    )
    due_by = fields.Datetime("Evidence Due", readonly=True)
    has_evidence = fields.Boolean("Evidence at the Gateway", readonly=True)
    submissions = fields.Integer("Submitted", readonly=True)
    past_due = fields.Boolean(readonly=True)
    pressed_at = fields.Datetime(
        readonly=True, copy=False, help="When the nearing deadline was announced."
    )
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
    is_open = fields.Boolean(compute="_compute_is_open")
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

    @api.depends("dispute_reason")
    def _compute_reason(self):
        """Name the reason; one that is new stays a code."""
        for dispute in self:
            code = dispute.dispute_reason
            dispute.reason = code if code in REASONS else False

    @api.depends("state")
    def _compute_is_open(self):
        for dispute in self:
            dispute.is_open = dispute.state in OPEN_STATES

    @api.depends("amount", "partner_id", "gateway_ref")
    def _compute_display_name(self):
        for dispute in self:
            parts = (
                dispute.currency_id.format(dispute.amount),
                dispute.partner_id.name or dispute.gateway_ref,
            )
            dispute.display_name = " - ".join(parts)

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
                **self._values_of(fact),
            }

        return self._upsert(provider, facts, values)

    @api.model
    def _values_of(self, fact):
        """Return the field values that a dispute fact states."""
        return {
            "amount_minor": fact.amount,
            "dispute_reason": fact.reason or False,
            "network_code": fact.network_code or False,
            "due_by": self._naive(fact.due_by),
            "has_evidence": fact.has_evidence,
            "submissions": fact.submissions,
            "past_due": fact.past_due,
            "state": fact.status,
        }

    # === ASKING FOR AN ANSWER === #

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        disputes._schedule_response()
        return disputes

    def write(self, vals):
        reopened = self.filtered(lambda each: each.state not in OPEN_STATES)
        result = super().write(vals)
        if vals.get("state") and vals["state"] not in OPEN_STATES:
            self.activity_feedback(["integrated_payments.activity_dispute"])
        elif "state" in vals:
            reopened._schedule_response()
        if vals.get("due_by"):
            self._move_response()
        return result

    def _response_day(self):
        """Return the day on which evidence is asked for: one before the deadline."""
        deadline = self.due_by or fields.Datetime.add(self.created_at, days=7)
        return fields.Datetime.subtract(deadline, days=1).date()

    def _schedule_response(self):
        """Ask the responsible person for evidence."""
        for dispute in self.filtered(lambda record: record.state in OPEN_STATES):
            dispute.activity_schedule(
                "integrated_payments.activity_dispute",
                date_deadline=dispute._response_day(),
                user_id=dispute.company_id._payment_responsible().id,
                summary=self.env._(
                    "Answer the dispute over %s",
                    dispute.currency_id.format(dispute.amount),
                ),
            )

    def _move_response(self):
        """Follow a deadline that the gateway has moved."""
        for dispute in self.filtered("is_open"):
            asked = dispute.activity_ids.filtered(
                lambda each: each.activity_type_id == self._response_type()
            )
            asked.date_deadline = dispute._response_day()

    def _response_type(self):
        return self.env.ref("integrated_payments.activity_dispute")

    @api.model
    def _cron_press(self):
        """Press for an answer where a deadline is near and nothing was submitted.

        Once for each dispute: a message to the responsible person, and the activity is
        due today.
        """
        soon = fields.Datetime.add(fields.Datetime.now(), days=WARN_DAYS)
        near = self.search(
            [
                ("state", "in", OPEN_STATES),
                ("submissions", "=", 0),
                ("pressed_at", "=", False),
                ("due_by", "<=", soon),
            ],
            limit=500,
        )
        for dispute in near:
            dispute._press()
        return len(near)

    def _press(self):
        self.ensure_one()
        responsible = self.company_id._payment_responsible()
        due = fields.Datetime.context_timestamp(
            self.with_context(tz=responsible.tz), self.due_by
        )
        self.message_post(
            body=self.env._(
                "No evidence was submitted. Without an answer by %(moment)s the dispute"
                " over %(amount)s is lost: prepare evidence, or accept the dispute.",
                moment=due.strftime("%Y-%m-%d %H:%M"),
                amount=self.currency_id.format(self.amount),
            ),
            partner_ids=responsible.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
        )
        if not self.activity_search(["integrated_payments.activity_dispute"]):
            self._schedule_response()
        self.activity_reschedule(
            ["integrated_payments.activity_dispute"],
            date_deadline=fields.Date.context_today(self),
        )
        self.pressed_at = fields.Datetime.now()
