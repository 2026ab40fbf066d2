"""Movements that a person, or a rule that a person left, posts with an account."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..domain.postings import CHOSEN, posting_by_choice

DASHBOARD = "https://dashboard.stripe.com"
# Prefix of a gateway id to the page of the gateway's dashboard that shows it.
PAGES = {
    "ch": "payments",
    "py": "payments",
    "pi": "payments",
    "po": "payouts",
    "du": "disputes",
    "dp": "disputes",
    "tu": "topups",
    "tr": "connect/transfers",
}


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    chosen_account_id = fields.Many2one(
        "account.account",
        readonly=True,
        copy=False,
        help="The account that this movement was posted with, by a person's choice.",
    )
    chosen_partner_id = fields.Many2one("res.partner", readonly=True, copy=False)
    chosen_label = fields.Char(readonly=True, copy=False)
    chosen_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    chosen_at = fields.Datetime("Chosen on", readonly=True, copy=False)
    posting_rule_id = fields.Many2one(
        "payment.posting.rule",
        "Remembered Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === BOOKS === #

    def _choose(self, account, partner=None, label=None, rule=None):
        """Keep with which account these movements are posted, who chose it and when.

        :param account: account.account, in place of the rule's counterpart
        :param rule: the payment.posting.rule that chose, none for a person
        """
        chooser = rule.create_uid if rule else self.env.user
        self.write(
            {
                "chosen_account_id": account.id,
                "chosen_partner_id": partner.id if partner else False,
                "chosen_label": label or False,
                "chosen_by_id": chooser.id,
                "chosen_at": fields.Datetime.now(),
                "posting_rule_id": rule.id if rule else False,
            }
        )

    def _posting(self):
        if self.chosen_account_id:
            return posting_by_choice(self._fact())
        return super()._posting()

    def _prepare_statement_line(self, posting, journal, accounts):
        values = super()._prepare_statement_line(posting, journal, accounts)
        if self.chosen_partner_id:
            values["partner_id"] = self.chosen_partner_id.id
        return values

    def _prepare_items(self, posting, accounts, partner, date):
        return super()._prepare_items(
            posting,
            {**accounts, CHOSEN: self.chosen_account_id},
            self.chosen_partner_id or partner,
            date,
        )

    def _label(self):
        return self.chosen_label or super()._label()

    # === ACTIONS === #

    def action_post_with_account(self):
        """Open the assistant that posts parked movements with a chosen account.

        :raise UserError: if none of the selection is to review
        """
        parked = self.filtered(lambda record: record.state == "parked")
        if not parked:
            raise UserError(
                self.env._("Only movements that are to review need an account.")
            )
        wizard = self.env["payment.post.wizard"].create(
            {"movement_ids": [fields.Command.set(parked.ids)]}
        )
        return wizard._get_records_action(
            name=self.env._("Post with Account"), target="new"
        )

    def action_undo_choice(self):
        """Put movements back to where they lay before an account was chosen.

        :raise UserError: if a period is locked, or no account was chosen
        """
        self.check_access("write")
        chosen = self.sudo().filtered("chosen_account_id")
        if not chosen:
            raise UserError(
                self.env._("These movements were posted by their rules: nobody chose.")
            )
        lines = chosen.statement_line_id
        lines.move_id._check_fiscal_lock_dates()
        lines.action_undo_reconciliation()
        chosen.write(
            {
                "chosen_account_id": False,
                "chosen_partner_id": False,
                "chosen_label": False,
                "chosen_by_id": False,
                "chosen_at": False,
                "posting_rule_id": False,
            }
        )
        for provider, records in chosen.grouped("provider_id").items():
            records.with_company(provider.company_id)._book(provider)
        return True

    def action_open_at_gateway(self):
        """Open what caused the movement in the gateway's own dashboard."""
        self.ensure_one()
        ref = self.source_ref or self.gateway_ref
        page = PAGES.get(ref.partition("_")[0])
        path = f"{page}/{ref}" if page else f"search?query={ref}"
        mode = "" if self.provider_id.sudo().state == "enabled" else "test/"
        return {
            "type": "ir.actions.act_url",
            "url": f"{DASHBOARD}/{mode}{path}",
            "target": "new",
        }
