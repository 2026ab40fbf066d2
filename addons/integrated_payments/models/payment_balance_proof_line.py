from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..gateway.errors import GatewayError
from .fields import MinorUnits

_lt = LazyTranslate(__name__)

KINDS = [
    ("pending", "Known, not posted yet"),
    ("parked", "Held for review, without entry"),
    ("shadow", "Kept in shadow, without entry"),
    ("opening", "Opening line, not posted yet"),
    ("deleted", "Was posted, entry is deleted"),
    ("unposted", "Entry in draft or cancelled"),
    ("altered", "Entry with another amount than the gateway's"),
    ("manual", "Entry by hand, without a movement of the gateway"),
    ("unknown", "At the gateway, unknown to Odoo"),
    ("rest", "Unexplained"),
]
ADVICE = {
    "pending": _lt("Wait for the next run, or press Post on them."),
    "parked": _lt("Remove the cause that each of them names, then press Post."),
    "shadow": _lt("Post them, or book the balance of that time as an opening entry."),
    "opening": _lt("Post it on the provider's form, after the cause is removed."),
    "deleted": _lt("Press Post on them: the entry is made again."),
    "unposted": _lt("Post the entries again."),
    "altered": _lt("Set the amount of the entry back to what the gateway states."),
    "manual": _lt("Reverse the entry, or keep it if the gateway owes it to you."),
    "unknown": _lt("Press Fetch: Odoo asks the gateway for them and books them."),
    "rest": _lt("Compare the gateway's own report with the entries of its journal."),
}
MAX_RECORDS = 1000  # bound of the records that one line keeps


class PaymentBalanceProofLine(models.Model):
    """One cause of a difference between gateway and ledger, and its records."""

    _name = "payment.balance.proof.line"
    _description = "Explanation of a balance difference"
    _order = "proof_id, id"
    _rec_name = "kind"

    proof_id = fields.Many2one(
        "payment.balance.proof",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="proof_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="proof_id.currency_id")
    kind = fields.Selection(KINDS, "Cause", required=True, readonly=True)
    count = fields.Integer("Records", readonly=True)
    amount_minor = MinorUnits(readonly=True)
    amount = fields.Monetary(compute="_compute_amount")
    advice = fields.Char("What to Do", compute="_compute_advice")
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    gateway_refs = fields.Json("Gateway IDs", readonly=True)

    def _compute_amount(self):
        for line in self:
            line.amount = line.currency_id._from_minor(line.amount_minor)

    def _compute_advice(self):
        for line in self:
            line.advice = self.env._(ADVICE[line.kind])

    def action_open(self):
        """Open the records behind this cause."""
        self.ensure_one()
        if not self.res_model:
            return self.proof_id.action_open_entries()
        records = self.env[self.res_model].browse(self.res_ids or ()).exists()
        return {
            "type": "ir.actions.act_window",
            "name": dict(KINDS)[self.kind],
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": [("id", "in", records.ids)],
        }

    def action_fetch(self):
        """Fetch the movements that Odoo has not heard of, book them, prove again.

        :raise UserError: if the gateway cannot be asked
        """
        self.ensure_one()
        self.check_access("read")
        provider = self.sudo().proof_id.provider_id
        try:
            provider._fetch_movements(self.gateway_refs or ())
        except GatewayError as error:
            raise UserError(str(error)) from error
        return self.proof_id.action_prove_again()
