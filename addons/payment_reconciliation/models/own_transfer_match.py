"""Money that the company moves between its own banks: two lines over one account."""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_bank import sanitize_account_number

NEAR_DAYS = 10  # between the two banks' booking dates


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _match_company(self, origin, post):
        """Take transfers between own banks first: nobody owes them."""
        own = self._own_transfers(origin) if post else self.browse()
        return super(AccountBankStatementLine, self - own)._match_company(origin, post)

    def _own_transfers(self, origin):
        """Book the lines whose other side is another bank account of the company.

        :return: the lines that are booked
        """
        Match, ready = self.env["account.match"], self.env["account.match"]
        by_number = self._own_journals()
        for line in self if by_number else ():
            journal = by_number.get(sanitize_account_number(line.account_number))
            if journal and journal != line.journal_id:
                ready |= Match._keep_transfer(line, journal)
        posted = ready._post_or_hold(origin) if ready else ready
        lines = self & posted.statement_line_id
        lines.write({"match_checked_at": fields.Datetime.now(), "match_failure": False})
        return lines

    def _own_journals(self):
        """Return {account number: journal} of the company's own banks."""
        journals = self.env["account.journal"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("type", "in", ("bank", "credit")),
                ("bank_account_id", "!=", False),
            ]
        )
        return {each.bank_account_id.sanitized_acc_number: each for each in journals}

    def _transfer_account(self):
        """Return the account that is between the company's own banks.

        :raise UserError: if none is chosen
        """
        account = self.company_id.transfer_account_id
        if not account:
            raise UserError(
                self.env._(
                    "Choose the inter-bank transfer account first: Invoicing > "
                    "Configuration > Settings > Default Accounts."
                )
            )
        return account

    def _transfer_partner_items(self, journal, amount=None):
        """Return the open items of the other bank's side of this transfer.

        :param float amount: of the transfer, by default the whole line
        """
        self.ensure_one()
        near = timedelta(days=NEAR_DAYS)
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.company_id.transfer_account_id.id),
                ("journal_id", "=", journal.id),
                ("reconciled", "=", False),
                ("parent_state", "=", "posted"),
                ("date", ">=", self.date - near),
                ("date", "<=", self.date + near),
                ("statement_line_id", "!=", False),
            ]
        )
        currency, units = self._match_currency(), self._match_amount()
        if amount is not None:
            units = self._to_units(currency, amount)
        return items.filtered(
            lambda item: (
                item.currency_id == currency
                and self._to_units(currency, item.amount_residual_currency) == units
            )
        )


class AccountMatch(models.Model):
    _inherit = "account.match"

    transfer_journal_id = fields.Many2one(
        "account.journal",
        "Transfer with",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The company's own bank on the other side.",
    )

    def _signature_parts(self):
        """Name a transfer by the other bank."""
        if self.transfer_journal_id:
            return "transfer", self.transfer_journal_id.ids
        return super()._signature_parts()

    def _candidate_label(self):
        """Name the other bank."""
        if self.transfer_journal_id:
            return self.env._("Transfer with %s", self.transfer_journal_id.name)
        return super()._candidate_label()

    def _keep_transfer(self, line, journal):
        """Return the match of ``line`` with an own bank; none if a person undid it."""
        values = {
            "evidence": [["own_account", {"name": journal.display_name}]],
            "held_by": [],
            "score": 32.0,
            "confidence": 0.999,
        }
        known = line.sudo().match_ids.filtered(
            lambda each: each.transfer_journal_id == journal
        )
        if known.state in ("undone", "rejected"):
            return self.browse()
        if known:
            known.write(values)
            return known
        link = {"statement_line_id": line.id, "transfer_journal_id": journal.id}
        return self.sudo().create({**values, **link})

    def _post(self, origin):
        """Book transfers on the account that is between the banks."""
        transfers = self.filtered("transfer_journal_id")
        for match in transfers:
            match._post_transfer()
        if transfers:
            transfers._settle(origin)
        rest = self - transfers
        return super(AccountMatch, rest)._post(origin) if rest else None

    def _post_transfer(self):
        line = self.statement_line_id
        account = line._transfer_account()
        partner_items = line._transfer_partner_items(self.transfer_journal_id)
        _liquidity, suspense, _others = line._seek_for_lines()
        line.move_id.with_context(skip_readonly_check=True).write(
            {"line_ids": [(1, suspense.id, {"account_id": account.id})]}
        )
        if len(partner_items) == 1:
            self._lock(partner_items)
            self.counterpart_line_id = partner_items
            self.env["account.move.line"]._reconcile_plan([suspense | partner_items])
