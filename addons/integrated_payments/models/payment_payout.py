from odoo import api, fields, models

from .fields import MinorUnits


class PaymentPayout(models.Model):
    """A transfer from the gateway's balance to the company's bank account."""

    _name = "payment.payout"
    _description = "Payout of a payment gateway"
    _inherit = ["payment.fact", "mail.thread", "mail.activity.mixin"]
    _order = "arrival_date desc, id desc"

    amount_minor = MinorUnits(readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("in_transit", "In Transit"),
            ("paid", "Paid"),
            ("failed", "Failed"),
            ("canceled", "Canceled"),
        ],
        required=True,
        readonly=True,
        tracking=True,
    )
    arrival_date = fields.Date("Expected", readonly=True)
    automatic = fields.Boolean(readonly=True)
    method = fields.Char(readonly=True)
    descriptor = fields.Char("Statement Descriptor", readonly=True)
    trace_ref = fields.Char("Trace ID", readonly=True)
    reconciliation = fields.Selection(
        [
            ("not_applicable", "To allocate by hand"),
            ("in_progress", "In Progress"),
            ("completed", "Completed"),
        ],
        readonly=True,
    )
    failure_message = fields.Char(readonly=True)
    balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "payout_id", readonly=True
    )
    own_balance_transaction_id = fields.Many2one(
        "payment.balance.transaction", "Movement of the Payout", readonly=True
    )
    bank_statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The line of the company's bank statement that carries this payout.",
    )
    paid_out_minor = MinorUnits(compute="_compute_proof")
    proof_difference = fields.Monetary(
        compute="_compute_proof",
        help="Amount less the sum of the nets of the movements that it pays out."
        " Zero proves the payout.",
    )
    proof = fields.Selection(
        [
            ("open", "Not proven yet"),
            ("proven", "Proven"),
            ("differs", "Differs"),
        ],
        compute="_compute_proof",
        search="_search_proof",
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This payout is already stored."
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for payout in self:
            payout.amount = payout.currency_id._from_minor(payout.amount_minor)

    @api.depends(
        "amount_minor",
        "reconciliation",
        "balance_transaction_ids.net_minor",
        "own_balance_transaction_id",
    )
    def _compute_proof(self):
        for payout in self:
            movements = payout.balance_transaction_ids.filtered(
                lambda movement: movement.category not in ("payout", "payout_reversal")
            )
            payout.paid_out_minor = sum(movements.mapped("net_minor"))
            difference = payout.amount_minor - payout.paid_out_minor
            payout.proof_difference = payout.currency_id._from_minor(difference)
            if payout.reconciliation != "completed":
                payout.proof = "open"
            else:
                payout.proof = "differs" if difference else "proven"

    def _search_proof(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.search([]).filtered(lambda payout: payout.proof in value)
        return [("id", "in", found.ids)]

    @api.model
    def _store(self, provider, facts):
        """Store payout facts.

        :return: {gateway id: payment.payout}
        """

        def values(fact):
            return {
                "amount_minor": fact.amount,
                "state": fact.status,
                "arrival_date": fact.arrival_date,
                "automatic": fact.automatic,
                "method": fact.method or False,
                "descriptor": fact.descriptor or False,
                "trace_ref": fact.trace_ref or False,
                "reconciliation": fact.reconciliation,
                "failure_message": fact.failure_message or False,
            }

        return self._upsert(provider, facts, values)

    def write(self, vals):
        result = super().write(vals)
        if "bank_statement_line_id" in vals:
            self._paid_transactions()._refresh_effects(("bank",))
        return result

    def _paid_transactions(self):
        """Return the payments whose money these payouts carry."""
        return self.sudo().balance_transaction_ids.transaction_id
