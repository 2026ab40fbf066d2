from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gateway.errors import GatewayError
from .fields import MinorUnits

KEEP_DAYS = 92  # green proofs, but for the last one of each month
AMOUNTS = (
    "available",
    "pending",
    "reserved",
    "gateway",
    "ledger",
    "later",
    "reserve",
    "difference",
)


class PaymentBalanceProof(models.Model):
    """One comparison of a gateway's balance with the ledger, in one currency.

    The bridge that an auditor follows::

        gateway (available + pending; what is reserved has an account of its own)
        less ledger up to today
        less entries dated later than today
        = difference, explained line by line
    """

    _name = "payment.balance.proof"
    _description = "Balance proof of a payment gateway"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"  # a note on the cause may be added by who sees it
    _order = "id desc"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, ondelete="cascade"
    )
    provider_name = fields.Char("Gateway", related="provider_id.name")
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    proved_at = fields.Datetime("Proved", required=True, readonly=True, index=True)
    state = fields.Selection(
        [("green", "Balanced"), ("red", "Differs")], required=True, readonly=True
    )
    available_minor = MinorUnits(readonly=True)
    pending_minor = MinorUnits(readonly=True)
    reserved_minor = MinorUnits(readonly=True)
    gateway_minor = MinorUnits(readonly=True)
    ledger_minor = MinorUnits(readonly=True)
    later_minor = MinorUnits(readonly=True)
    reserve_minor = MinorUnits(readonly=True)
    difference_minor = MinorUnits(readonly=True)
    available = fields.Monetary(compute="_compute_amounts", store=True)
    pending = fields.Monetary(compute="_compute_amounts", store=True)
    reserved = fields.Monetary(
        compute="_compute_amounts",
        store=True,
        help="Not part of the total: it has left the balance by a movement that is"
        " booked on the account of reserves.",
    )
    reserve = fields.Monetary(
        "Account of Reserves",
        compute="_compute_amounts",
        store=True,
        help="Its posted balance.",
    )
    gateway = fields.Monetary("At the Gateway", compute="_compute_amounts", store=True)
    ledger = fields.Monetary(
        "Ledger up to Today", compute="_compute_amounts", store=True
    )
    later = fields.Monetary(
        "Entries Dated Later",
        compute="_compute_amounts",
        store=True,
        help="Posted, but dated after the day of the proof, for example since the"
        " period was locked.",
    )
    books = fields.Monetary("In the Ledger", compute="_compute_amounts", store=True)
    difference = fields.Monetary(compute="_compute_amounts", store=True)
    line_ids = fields.One2many(
        "payment.balance.proof.line", "proof_id", "Explanation", readonly=True
    )

    _latest_idx = models.Index("(provider_id, currency_id, id)")

    @api.depends(*(f"{name}_minor" for name in AMOUNTS), "currency_id")
    def _compute_amounts(self):
        for proof in self:
            for name in AMOUNTS:
                minor = proof[f"{name}_minor"]
                proof[name] = proof.currency_id._from_minor(minor)
            proof.books = proof.currency_id._from_minor(
                proof.ledger_minor + proof.later_minor
            )

    @api.depends("provider_id", "currency_id", "proved_at")
    def _compute_display_name(self):
        for proof in self:
            when = fields.Datetime.context_timestamp(proof, proof.proved_at)
            proof.display_name = (
                f"{proof.provider_name} {proof.currency_id.name} {when:%Y-%m-%d %H:%M}"
            )

    @api.model
    def _latest(self, providers):
        """Return the last proof per provider and currency of its last run.

        A currency that the gateway no longer mentions is in no later run.
        """
        rows = self._read_group(
            [("provider_id", "in", providers.ids)],
            ["provider_id", "currency_id"],
            ["id:max"],
        )
        found = self.browse([newest for *_key, newest in rows])
        last = {}
        for proof in found:
            key = proof.provider_id
            last[key] = max(last.get(key, proof.proved_at), proof.proved_at)
        return found.filtered(lambda each: each.proved_at == last[each.provider_id])

    def _red_since(self):
        """Return when the row of red proofs began that ends with this one."""
        self.ensure_one()
        same = [
            ("provider_id", "=", self.provider_id.id),
            ("currency_id", "=", self.currency_id.id),
        ]
        green = self.search(
            [*same, ("state", "=", "green"), ("id", "<", self.id)], limit=1
        )
        first = self.search([*same, ("id", ">", green.id or 0)], order="id", limit=1)
        return first.proved_at

    @api.autovacuum
    def _gc_green(self):
        """Drop old green proofs; the last one of a month stays for the auditor."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        old = [("state", "=", "green"), ("proved_at", "<", before)]
        rows = self._read_group(
            [("proved_at", "<", before)],
            ["provider_id", "currency_id", "proved_at:month"],
            ["id:max"],
        )
        kept = [newest for *_key, newest in rows]
        self.search([*old, ("id", "not in", kept)], limit=10_000).unlink()

    # === ACTIONS === #

    def action_prove_again(self):
        """Prove this gateway now and open the new proof of the same currency."""
        self.ensure_one()
        self.check_access("read")
        try:
            self.sudo().provider_id._prove_balance()
        except GatewayError as error:
            raise UserError(str(error)) from error
        return self._newest()._get_records_action(name=self.env._("Balance Proof"))

    def _newest(self):
        return self.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("currency_id", "=", self.currency_id.id),
            ],
            limit=1,
        )

    def action_open_entries(self):
        """Open the journal items of the gateway's account in this currency."""
        return self._open_items([], self.env._("Entries of the Gateway"))

    def action_open_later(self):
        """Open the entries that are dated after the day of the proof."""
        return self._open_items(
            [("date", ">", self.provider_id.sudo()._proof_day(self.proved_at))],
            self.env._("Entries Dated Later"),
        )

    def _open_items(self, domain, name):
        self.ensure_one()
        accounts = self.provider_id.sudo()._books_journals().default_account_id
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("account_id", "in", accounts.ids),
                ("currency_id", "=", self.currency_id.id),
                ("parent_state", "=", "posted"),
                *domain,
            ],
        }
