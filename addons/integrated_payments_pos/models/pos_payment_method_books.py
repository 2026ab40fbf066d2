"""The accounts of a terminal's method: the session and the gateway meet on one."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    gateway_books_problem = fields.Char(
        compute="_compute_gateway_books_problem", compute_sudo=True
    )

    @api.depends("use_payment_terminal", "journal_id", "outstanding_account_id")
    def _compute_gateway_books_problem(self):
        for method in self:
            method.gateway_books_problem = method._gateway_books_problem()

    def _gateway_provider(self):
        """Return the provider whose terminals these are, empty if it is not there."""
        providers = self.env["payment.provider"].sudo()
        domain = [("code", "=", "stripe"), ("company_id", "=", self.company_id.id)]
        return providers.search(domain, limit=1)

    def _gateway_books_problem(self):
        """Return why session and gateway cannot be matched, False if they can."""
        provider = self._is_gateway_terminal() and self._gateway_provider()
        if not provider or provider.books_mode != "post" or self.type != "bank":
            return False
        account = self._terminal_account()
        if account in provider._books_journals().default_account_id:
            return self.env._(
                "The outstanding account is the gateway's balance itself: each payment"
                " would be counted twice. Press Use the Gateway's Account."
            )
        if not account.reconcile:
            return self.env._(
                "The outstanding account %s cannot be reconciled, so the session's"
                " payment and the gateway's line cannot be matched. Press Use the"
                " Gateway's Account.",
                account.display_name,
            )
        return False

    def _terminal_account(self):
        """Return the account on which a session's payment waits for the gateway's."""
        self.ensure_one()
        if self.outstanding_account_id:
            return self.outstanding_account_id
        roles = self._gateway_provider()._accounts_by_role()
        return roles.get("outstanding", self.env["account.account"])

    @api.constrains("outstanding_account_id", "use_payment_terminal", "journal_id")
    def _check_not_gateway_balance(self):
        for method in self.sudo():
            account = method.outstanding_account_id
            provider = method._is_gateway_terminal() and method._gateway_provider()
            if not provider or provider.books_mode != "post":
                continue
            if account in provider._books_journals().default_account_id:
                raise ValidationError(method._gateway_books_problem())

    def action_use_gateway_account(self):
        """Let the sessions book in the gateway's journal, on its outstanding account.

        :raise UserError: if the gateway has no books, or a session is open
        """
        for method in self:
            provider = method._gateway_provider()
            account = provider and provider._accounts_by_role().get("outstanding")
            if not account or not provider.journal_id:
                raise UserError(
                    self.env._(
                        "Set up the books of the payment provider first (Payment"
                        " Providers > %s > Set Up Books).",
                        provider.name or "Stripe",
                    )
                )
            method.write(
                {
                    "journal_id": provider.journal_id.id,
                    "outstanding_account_id": account.id,
                }
            )
        return True
