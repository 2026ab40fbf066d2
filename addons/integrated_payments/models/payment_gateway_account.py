from odoo import api, fields, models

from ..domain.postings import ROLES

# Which account these are is not chosen here: the journal's, and the company's.
NOT_CHOSEN = ("gateway", "exchange")

# Roles that an account is made for: (role, code prefix, account type, reconcilable).
# Codes follow Odoo's generic chart: 101 liquidity, 6 expenses, 2 liabilities.
SETUP = (
    ("outstanding", "1014", "asset_current", True),
    ("transit", "1015", "asset_current", True),
    ("dispute", "1016", "asset_current", True),
    ("reserve", "1017", "asset_current", True),
    ("fee_tax", "1311", "asset_current", False),
    ("refund_liability", "2113", "liability_current", True),
    ("fee", "6201", "expense", False),
    ("dispute_fee", "6202", "expense", False),
    ("dispute_loss", "6203", "expense", False),
)
# Needed only once a dispute is lost: a provider that posts without it goes on.
LATE = ("dispute_loss",)
REQUIRED = tuple(role for role, *_ in SETUP if role not in LATE)


class PaymentGatewayAccount(models.Model):
    """Which account plays which role in the books of a gateway."""

    _name = "payment.gateway.account"
    _description = "Account of a payment gateway"
    _order = "provider_id, id"
    _rec_name = "role"

    provider_id = fields.Many2one(
        "payment.provider", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True)
    role = fields.Selection(
        [(role, label) for role, label in ROLES.items() if role not in NOT_CHOSEN],
        required=True,
    )
    account_id = fields.Many2one(
        "account.account", required=True, check_company=True, ondelete="restrict"
    )

    _role_uniq = models.UniqueIndex(
        "(provider_id, role)", "Each role has one account per provider."
    )


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _missing_roles(self):
        """Return the labels of required roles that have no account."""
        self.ensure_one()
        present = set(self.gateway_account_ids.mapped("role"))
        missing = [ROLES[role] for role in REQUIRED if role not in present]
        if not self.journal_id:
            missing.insert(0, ROLES["gateway"])
        return missing

    def _accounts_by_role(self, journal=None):
        """Return {role: account.account}, the gateway's own and suspense included.

        :param journal: one of ``_books_journals``, by default the main one
        """
        self.ensure_one()
        journal = journal or self.journal_id
        accounts = {line.role: line.account_id for line in self.gateway_account_ids}
        accounts["gateway"] = journal.default_account_id
        accounts.setdefault("suspense", journal.suspense_account_id)
        return accounts

    def action_set_up_gateway_books(self):
        """Make the gateway's journal and accounts where they are missing, and post.

        What exists is kept, so it may be pressed again after a change.
        """
        for provider in self:
            books = provider.with_company(provider.company_id)
            books._ensure_gateway_journal()
            books._ensure_role_accounts()
            books._set_outstanding_account()
            if provider.state == "enabled" or provider.post_test_payments:
                provider.books_mode = "post"
            elif provider.books_mode == "off":
                provider.books_mode = "shadow"
        return True

    def _ensure_gateway_journal(self):
        """Give the provider a bank journal of its own: a gateway is a bank."""
        others = self.search(
            [("id", "!=", self.id), ("company_id", "=", self.company_id.id)]
        )
        own = self.journal_id
        shared = own.bank_account_id or own in others._books_journals()
        if own and not shared and not self._journal_has_bank_lines(own):
            return
        self.journal_id = self.env["account.journal"].create(
            {
                "name": self.name,
                "type": "bank",
                "code": self._free_journal_code(),
                "company_id": self.company_id.id,
            }
        )

    def _journal_has_bank_lines(self, journal):
        """Whether a journal is in use as a real bank, so that it cannot be ours."""
        foreign = [
            ("journal_id", "=", journal.id),
            ("payment_balance_transaction_ids", "=", False),
        ]
        is_default = journal == self.env["account.journal"].search(
            [("company_id", "=", self.company_id.id), ("type", "=", "bank")], limit=1
        )
        lines = self.env["account.bank.statement.line"]
        return is_default or bool(lines.search_count(foreign, limit=1))

    def _free_journal_code(self):
        base = (self.code or "GTW")[:4].upper()
        taken = set(
            self.env["account.journal"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company_id.id)])
            .mapped("code")
        )
        return next(
            code
            for code in (base, *(f"{base[:3]}{number}" for number in range(1, 100)))
            if code not in taken
        )

    def _ensure_role_accounts(self):
        """Make an account for each role that has none."""
        present = set(self.gateway_account_ids.mapped("role"))
        Account = self.env["account.account"]
        for role, prefix, account_type, reconcile in SETUP:
            if role in present:
                continue
            account = Account.create(
                {
                    "name": f"{self.name}: {ROLES[role]}",
                    "code": Account._search_new_account_code(prefix.ljust(6, "0")),
                    "account_type": account_type,
                    "reconcile": reconcile,
                    "company_ids": [(6, 0, self.company_id.root_id.ids)],
                }
            )
            self.env["payment.gateway.account"].create(
                {"provider_id": self.id, "role": role, "account_id": account.id}
            )

    def _set_outstanding_account(self):
        """Let core's payments of this provider clear through our account."""
        outstanding = self._accounts_by_role()["outstanding"]
        lines = self.journal_id.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == self
        )
        lines.payment_account_id = outstanding

    @api.model
    def _gateway_journals(self):
        """Return the journals that are kept by a gateway, not by a bank."""
        return self.sudo().search([("books_mode", "!=", "off")])._books_journals()
