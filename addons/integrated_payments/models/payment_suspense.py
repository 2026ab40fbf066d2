"""What lies on suspense, why, and what a person can do about it."""

from odoo import fields, models

from ..domain.categories import MIRRORED, PARKED_TYPES, ROLES, UNDECIDED
from ..domain.postings import CHOSEN
from .payment_gateway_account import REQUIRED

ALWAYS_THERE = {*REQUIRED, "gateway", "suspense", CHOSEN}


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    fee_lines = fields.Text("Fee in Detail", compute="_compute_fee_lines")

    def _compute_fee_lines(self):
        """Say what the gateway's fee is made of, a part per line."""
        for record in self:
            record.fee_lines = "\n".join(
                self.env._(
                    "%(amount)s %(what)s",
                    amount=record.currency_id.format(
                        record.currency_id._from_minor(minor)
                    ),
                    what=description or kind.replace("_", " "),
                )
                for kind, minor, description in record.fee_details or ()
            )

    def _book(self, provider):
        """Book all but the mirrors: what they mirror is booked already."""
        mirrors = self.filtered(lambda record: record.balance_type in MIRRORED)
        mirrors.write({"state": "posted", "reason": False})
        return super(PaymentBalanceTransaction, self - mirrors)._book(provider)

    def _posting(self):
        """As the rules say, but on suspense while a role of theirs has no account."""
        posting = super()._posting()
        if self._roles_without_account(posting):
            return posting.to_suspense()
        return posting

    def _roles_without_account(self, posting):
        """Return the roles of a posting that the provider has no account for."""
        optional = {line.role for line in posting.lines} - ALWAYS_THERE
        if not optional:
            return optional
        return optional - set(self.provider_id.sudo()._accounts_by_role())

    def _unknown_reason(self):
        if self._is_foreign():
            return super()._unknown_reason()
        posting = super()._posting()
        if missing := self._roles_without_account(posting):
            return self.env._(
                "The provider has no account for %s. Choose it among its gateway"
                " accounts, then press Post; or post this with an account of your"
                " choice.",
                ", ".join(ROLES[role] for role in sorted(missing)),
            )
        why = UNDECIDED.get(self.type if self.type in PARKED_TYPES else self.category)
        if why:
            return self.env._(
                "%(category)s: %(why)s It is on the suspense account until you choose"
                " one.",
                category=self._category_label(),
                why=why,
            )
        return super()._unknown_reason()

    def _category_label(self):
        return (self.category or self.type or "").replace("_", " ").capitalize()
