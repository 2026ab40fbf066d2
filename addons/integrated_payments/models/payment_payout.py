from odoo import api, fields, models

from ..domain.categories import MIRRORED
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
    failure_code = fields.Char(readonly=True)
    failure_message = fields.Char(readonly=True)
    balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "payout_id", "Pays Out", readonly=True
    )
    own_balance_transaction_id = fields.Many2one(
        "payment.balance.transaction", "Movement of the Payout", readonly=True
    )
    failure_balance_transaction_id = fields.Many2one(
        "payment.balance.transaction",
        "Came Back As",
        readonly=True,
        help="The movement that put the money of a failed or cancelled payout back"
        " into the gateway's balance. A later payout pays it out.",
    )
    fee = fields.Monetary(
        related="own_balance_transaction_id.fee",
        help="The gateway's fee on the payout itself, as on instant payouts.",
    )
    bank_statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The line of the company's bank statement that carries this payout.",
    )
    brought_minor = MinorUnits(readonly=True)
    carried_minor = MinorUnits(readonly=True)
    brought = fields.Monetary(
        "Brought Forward",
        compute="_compute_amount",
        store=True,
        help="What the payout before left of the movements allocated to it.",
    )
    carried = fields.Monetary(
        "Carried Forward",
        compute="_compute_amount",
        store=True,
        help="What is left of the allocated movements for the next payout.",
    )
    allocated_at = fields.Datetime("Allocated", readonly=True, copy=False)
    allocated_by_id = fields.Many2one(
        "res.users", "Allocated by", readonly=True, copy=False
    )
    paid_out_minor = MinorUnits(compute="_compute_proof", store=True)
    paid_out = fields.Monetary(
        "Sum of the Movements", compute="_compute_proof", store=True
    )
    proof_difference = fields.Monetary(
        "Difference",
        compute="_compute_proof",
        store=True,
        help="What left the balance less the sum of the nets of the movements that it"
        " pays out. Zero proves the payout.",
    )
    proof = fields.Selection(
        [
            ("open", "Not proven yet"),
            ("proven", "Proven"),
            ("allocated", "Allocated"),
            ("within", "Within another payout"),
            ("returned", "Came back"),
            ("differs", "Differs"),
        ],
        compute="_compute_proof",
        store=True,
        index=True,
        help="Proven: the gateway lists the movements, and they add up. Allocated: a"
        " person confirmed which movements a manual payout pays out, and they add up.",
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This payout is already stored."
    )

    @api.depends("amount_minor", "brought_minor", "carried_minor", "currency_id")
    def _compute_amount(self):
        for payout in self:
            currency = payout.currency_id
            payout.amount = currency._from_minor(payout.amount_minor)
            payout.brought = currency._from_minor(payout.brought_minor)
            payout.carried = currency._from_minor(payout.carried_minor)

    @api.depends(
        "amount_minor",
        "state",
        "automatic",
        "reconciliation",
        "allocated_at",
        "brought_minor",
        "carried_minor",
        "balance_transaction_ids.net_minor",
        "own_balance_transaction_id.net_minor",
        "own_balance_transaction_id.payout_id",
    )
    def _compute_proof(self):
        for payout in self:
            payout.paid_out_minor = sum(payout._paid_out().mapped("net_minor"))
            carried = payout.brought_minor - payout.carried_minor
            difference = payout._needed_minor() - payout.paid_out_minor - carried
            currency = payout.currency_id
            payout.paid_out = currency._from_minor(payout.paid_out_minor)
            payout.proof = payout._proof_of(difference)
            shown = payout.proof in ("proven", "allocated", "differs")
            payout.proof_difference = currency._from_minor(difference if shown else 0)

    def _proof_of(self, difference):
        """Return the state of the proof for a ``difference`` in minor units."""
        own_in = self.own_balance_transaction_id.payout_id
        if self.allocated_at:
            return "differs" if difference else "allocated"
        if self.automatic and self.reconciliation == "completed":
            return "differs" if difference else "proven"
        if own_in and own_in != self:
            return "within"
        if not self.automatic and self.state in ("failed", "canceled"):
            return "returned"
        return "open"

    def _needed_minor(self):
        """Return what left the balance: the payout and the fee on it, minor units."""
        own = self.own_balance_transaction_id
        return -own.net_minor if own else self.amount_minor

    def _paid_out(self):
        """Return the movements that this payout pays out: not its own, no mirrors.

        What came back of earlier payouts, reserves and their releases belong to it.
        """
        return self.balance_transaction_ids.filtered(
            lambda movement: (
                movement != self.own_balance_transaction_id
                and not (
                    movement.category == "payout"
                    and movement.source_ref == self.gateway_ref
                )
                and movement.balance_type not in MIRRORED
            )
        )

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
                "failure_code": fact.failure_code or False,
                "failure_message": fact.failure_message or False,
            }

        return self._upsert(provider, facts, values)

    def write(self, vals):
        """Tell the payments when their money has reached the bank, or has not."""
        result = super().write(vals)
        if {"bank_statement_line_id", "state"} & vals.keys():
            self._paid_transactions()._refresh_effects(("bank",))
        return result

    def _paid_transactions(self):
        """Return the payments whose money these payouts carry."""
        carried = self.sudo()._carried_payouts()
        return carried.balance_transaction_ids.transaction_id

    def _carried_payouts(self):
        """Return these payouts and the failed ones whose money they carry again."""
        found = before = self
        while before := before.balance_transaction_ids.returned_payout_ids - found:
            found |= before
        return found

    def _carrier(self):
        """Return the payout that carries this one's money now: after a failure a later.

        Empty while the money that came back waits for its next payout.
        """
        payout, seen = self, self
        while payout and payout.failure_balance_transaction_id:
            payout = payout.failure_balance_transaction_id.payout_id - seen
            seen |= payout
        return payout
