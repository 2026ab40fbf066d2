"""Shadow mode: the entry of each movement is computed and kept, and not posted."""

from odoo import api, fields, models

from ..domain.postings import ROLES

# What an entry depends on: with other links it is computed again.
LINKS = {"transaction_id", "charge_id", "dispute_id", "payout_id"}


class PaymentShadowLine(models.Model):
    """One journal item that a movement would have if it were posted."""

    _name = "payment.shadow.line"
    _description = "Journal item of a gateway's books in shadow mode"
    _order = "date desc, balance_transaction_id desc, id"
    _rec_name = "name"

    balance_transaction_id = fields.Many2one(
        "payment.balance.transaction",
        "Movement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    provider_id = fields.Many2one(
        related="balance_transaction_id.provider_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="balance_transaction_id.company_id", store=True, index=True
    )
    date = fields.Date(required=True, readonly=True, index=True)
    name = fields.Char("Label", readonly=True)
    role = fields.Selection(list(ROLES.items()), required=True, readonly=True)
    account_id = fields.Many2one(
        "account.account",
        readonly=True,
        help="Empty: no account has been chosen for this role yet.",
    )
    partner_id = fields.Many2one("res.partner", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_currency = fields.Monetary("In Currency", readonly=True)
    company_currency_id = fields.Many2one(
        string="Company Currency", related="company_id.currency_id"
    )
    balance = fields.Monetary(currency_field="company_currency_id", readonly=True)
    debit = fields.Monetary(
        compute="_compute_sides", store=True, currency_field="company_currency_id"
    )
    credit = fields.Monetary(
        compute="_compute_sides", store=True, currency_field="company_currency_id"
    )

    @api.depends("balance")
    def _compute_sides(self):
        for line in self:
            line.debit = max(line.balance, 0.0)
            line.credit = max(-line.balance, 0.0)

    def action_open_movement(self):
        """Open the movement that the item would be posted for."""
        self.ensure_one()
        return self.balance_transaction_id._get_records_action()


class _Accounts(dict):
    """Accounts by role; in shadow a role may still be without one."""

    def __init__(self, accounts, missing):
        super().__init__(accounts)
        self._missing = missing

    def __missing__(self, role):
        return self._missing


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    shadow_line_ids = fields.One2many(
        "payment.shadow.line", "balance_transaction_id", "Would Be Posted As"
    )

    def write(self, vals):
        result = super().write(vals)
        if LINKS & vals.keys():
            shadow = self.filtered(lambda each: each.state == "shadow")
            shadow.write({"state": "pending"})
        if vals.get("state", "shadow") != "shadow":
            self.sudo().shadow_line_ids.unlink()
        return result

    def _shadow(self, provider):
        """Compute the entries that ``_post`` would make; a batch, nothing is posted."""
        open_ones = self.filtered(lambda each: not each.statement_line_id)
        open_ones.sudo().shadow_line_ids.unlink()
        values, books = [], open_ones.with_company(provider.company_id)
        for currency, records in books.grouped("currency_id").items():
            journal = provider._journal_of(currency) or provider.journal_id
            accounts = _Accounts(
                provider._accounts_by_role(journal), self.env["account.account"]
            )
            for record in records:
                values += record._shadow_or_park(journal, accounts)
        Line = self.env["payment.shadow.line"].sudo()
        known = Line._fields  # an item may hold more than a shadow shows
        Line.create(
            [
                {name: value for name, value in each.items() if name in known}
                for each in values
            ]
        )

    def _shadow_or_park(self, journal, accounts):
        """Return the create values of the shadow lines; what has none says why."""
        try:
            posting = self._posting()
            values = {"date": False, "line_ids": []}  # a mirror has no entry
            if posting.lines:
                values = self._prepare_statement_line(posting, journal, accounts)
        except Exception as error:  # noqa: BLE001 - shown on the record
            self._park(str(error))
            return []
        self.write(
            {
                "state": "shadow",
                "reason": False if posting.known else self._unknown_reason(),
            }
        )
        kept = self.env["payment.shadow.line"]._fields
        items = [
            {name: value for name, value in command[2].items() if name in kept}
            for command in values["line_ids"]
        ]
        roles = [line.role for line in posting.lines]
        roles += ["exchange"] * (len(items) - len(roles))
        return [
            {
                "balance_transaction_id": self.id,
                "date": values["date"],
                "role": role,
                **item,
            }
            for role, item in zip(roles, items, strict=True)
        ]
