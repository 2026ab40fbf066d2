from odoo import api, fields, models

KINDS = [
    ("books", "Books"),
    ("order", "Order"),
    ("invoice", "Invoice"),
    ("stock", "Stock"),
    ("crm", "CRM"),
    ("receipt", "Receipt"),
    ("bank", "Bank"),
]
DOCUMENTS = [
    ("account.payment", "Payment"),
    ("account.move", "Journal Entry"),
    ("account.bank.statement.line", "Bank Line"),
    ("sale.order", "Order"),
    ("stock.picking", "Transfer"),
    ("purchase.order", "Purchase Order"),
    ("mrp.production", "Manufacturing Order"),
    ("crm.lead", "Opportunity"),
    ("res.partner", "Customer"),
    ("mail.mail", "E-mail"),
    ("payment.payout", "Payout"),
]
RETRY_MINUTES = 30
MAX_RETRIES = 48  # a day, then only by hand
RETRY_LIMIT = 200  # effects per run of the job


class PaymentEffect(models.Model):
    """One line of the payment trail: what a payment set in motion, and where it is."""

    _name = "payment.effect"
    _description = "Effect of a payment"
    _order = "transaction_id desc, sequence, id"
    _rec_name = "kind"

    transaction_id = fields.Many2one(
        "payment.transaction",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="transaction_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(KINDS, "Effect", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Done"),
            ("held", "Held"),
            ("none", "Not Applicable"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True)
    document = fields.Reference(
        selection="_document_models",
        readonly=True,
    )
    done_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)

    _kind_uniq = models.UniqueIndex(
        "(transaction_id, kind)", "A payment has each effect once."
    )

    @api.model
    def _document_models(self):
        """Return the documents of modules that are installed, as (model, label)."""
        return [(model, label) for model, label in DOCUMENTS if model in self.env]

    @api.model
    def _ensure(self, transactions):
        """Return {(transaction, kind): effect}, made where they are missing."""
        found = {
            (effect.transaction_id, effect.kind): effect
            for effect in self.search([("transaction_id", "in", transactions.ids)])
        }
        missing = [
            (transaction, kind, sequence)
            for transaction in transactions
            for sequence, (kind, _label) in enumerate(KINDS)
            if (transaction, kind) not in found
        ]
        created = self.create(
            [
                {
                    "transaction_id": transaction.id,
                    "kind": kind,
                    "sequence": sequence,
                }
                for transaction, kind, sequence in missing
            ]
        )
        found.update(
            ((transaction, kind), effect)
            for (transaction, kind, _sequence), effect in zip(
                missing, created, strict=True
            )
        )
        return found

    def _record(self, outcome):
        """Keep an outcome (see ``payment_transaction_effects.Outcome``).

        A held effect is tried again by the job; after a day only by hand.
        """
        self.ensure_one()
        document = outcome.document
        values = {
            "state": outcome.state,
            "reason": outcome.reason or False,
            "document": f"{document._name},{document.id}" if document else False,
        }
        now = fields.Datetime.now()
        values["next_attempt_at"] = outcome.again or False
        if outcome.state == "held":
            again = fields.Datetime.add(now, minutes=RETRY_MINUTES)
            values["next_attempt_at"] = again if self.attempts < MAX_RETRIES else False
            values["attempts"] = self.attempts + 1
        elif outcome.state == "done" and not self.done_at:
            values["done_at"] = now
        self.write(values)

    @api.model
    def _cron_retry(self):
        """Try again what is due, payment by payment, each committed."""
        due = self.search(
            [
                ("state", "in", ("held", "waiting")),
                ("next_attempt_at", "<=", fields.Datetime.now()),
            ],
            limit=RETRY_LIMIT,
        )
        transactions = due.transaction_id
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(transactions))
        for transaction in transactions:
            locked = transaction.try_lock_for_update()
            locked._run_effects(locked._kinds_to_retry(due))
            if not commit(1):
                break

    # === ACTIONS === #

    def action_run(self):
        """Run these effects again, now; the trail says what came of it."""
        self.transaction_id.check_access("read")
        for transaction, effects in self.grouped("transaction_id").items():
            transaction.sudo()._run_effects(effects.mapped("kind"), force=True)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_document(self):
        """Open the document that this effect brought about."""
        self.ensure_one()
        return self.document._get_records_action() if self.document else False
