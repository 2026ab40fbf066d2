from odoo import api, fields, models

from ..domain.postings import category_of
from ..gateway.types import BalanceTransaction
from .fields import MinorUnits


class PaymentBalanceTransaction(models.Model):
    """One movement of the gateway's balance, booked as one bank statement line."""

    _name = "payment.balance.transaction"
    _description = "Balance transaction of a payment gateway"
    _inherit = "payment.fact"
    _order = "created_at desc, id desc"

    category = fields.Char(readonly=True, index=True)
    type = fields.Char(readonly=True)
    amount_minor = MinorUnits(readonly=True)
    fee_minor = MinorUnits(readonly=True)
    tax_minor = MinorUnits(readonly=True)
    net_minor = MinorUnits(readonly=True)
    amount = fields.Monetary("Gross", compute="_compute_amounts", store=True)
    fee = fields.Monetary(
        compute="_compute_amounts", store=True, help="The gateway's fee, tax included."
    )
    tax = fields.Monetary("Tax on Fee", compute="_compute_amounts", store=True)
    net = fields.Monetary(compute="_compute_amounts", store=True)
    fee_details = fields.Json(readonly=True)
    balance_type = fields.Char("Balance", readonly=True)
    exchange_rate = fields.Float(digits=(16, 12), readonly=True)
    description = fields.Char(readonly=True)
    source_ref = fields.Char("Source", readonly=True, index="btree_not_null")
    available_on = fields.Datetime(readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, index="btree_not_null"
    )
    charge_id = fields.Many2one("payment.charge", readonly=True, index="btree_not_null")
    dispute_id = fields.Many2one(
        "payment.dispute", readonly=True, index="btree_not_null"
    )
    payout_id = fields.Many2one(
        "payment.payout",
        readonly=True,
        index="btree_not_null",
        help="The payout that pays this movement out, as the gateway lists it (its own"
        " movement included) or as a person allocated it.",
    )
    source_payout_id = fields.Many2one(
        "payment.payout",
        "Is Payout",
        readonly=True,
        index="btree_not_null",
        help="The payout that is this movement, or that came back by it.",
    )
    returned_payout_ids = fields.One2many(
        "payment.payout",
        "failure_balance_transaction_id",
        "Came Back",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("pending", "To Post"),
            ("posted", "Posted"),
            ("parked", "To Review"),
            ("shadow", "Shadow"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True, help="Why it waits, or what a person must do.")
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null", copy=False
    )

    _ref_uniq = models.UniqueIndex(
        "(provider_id, gateway_ref)", "This balance transaction is already stored."
    )
    _line_uniq = models.UniqueIndex(
        "(statement_line_id) WHERE statement_line_id IS NOT NULL",
        "This statement line already belongs to a balance transaction.",
    )

    @api.depends("amount_minor", "fee_minor", "tax_minor", "net_minor", "currency_id")
    def _compute_amounts(self):
        for record in self:
            for name in ("amount", "fee", "tax", "net"):
                minor = record[f"{name}_minor"]
                record[name] = record.currency_id._from_minor(minor)

    @api.model
    def _store(self, provider, facts, **links):
        """Store balance transaction facts.

        :param links: fields that tie them to what moved the money (transaction_id, ...)
        :return: {gateway id: payment.balance.transaction}
        """

        def values(fact):
            return {
                "category": category_of(fact) or fact.category or fact.type,
                "type": fact.type,
                "amount_minor": fact.amount,
                "fee_minor": fact.fee,
                "tax_minor": fact.tax,
                "net_minor": fact.net,
                "fee_details": [list(detail) for detail in fact.fee_details],
                "balance_type": fact.balance_type,
                "exchange_rate": fact.exchange_rate or 0.0,
                "description": fact.description or False,
                "source_ref": fact.source_ref or False,
                "available_on": self._naive(fact.available_on),
                **{name: record.id for name, record in links.items() if record},
            }

        return self._upsert(provider, facts, values)

    def _fact(self):
        """Return this record as the value that the posting rules read."""
        self.ensure_one()
        return BalanceTransaction(
            ref=self.gateway_ref,
            category=self.category or "",
            type=self.type or "",
            amount=self.amount_minor,
            fee=self.fee_minor,
            tax=self.tax_minor,
            net=self.net_minor,
            currency=self.currency_id.name,
            created=self.created_at,
            balance_type=self.balance_type or "payments",
        )

    # === ACTIONS === #

    def action_post(self):
        """Post what is pending or was held, after the cause has been removed."""
        self.check_access("write")
        movements = self.sudo()
        movements.filtered(lambda record: record.state != "posted").write(
            {"state": "pending", "reason": False}
        )
        return movements._post()

    def action_open_entry(self):
        """Open the journal entry of this movement."""
        self.ensure_one()
        return self.statement_line_id.move_id._get_records_action(
            name=self.env._("Journal Entry")
        )

    def action_view_payouts(self):
        """Open the payout that pays this out, and the one that it is."""
        return (self.payout_id | self.source_payout_id)._get_records_action(
            name=self.env._("Payouts")
        )
