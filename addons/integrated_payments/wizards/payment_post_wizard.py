from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain.postings import CHOSEN, posting_by_choice

REMEMBERED = ("category", "type")


class PaymentPostWizard(models.TransientModel):
    """Posts movements that no rule decides with an account of the user's choice."""

    _name = "payment.post.wizard"
    _description = "Post movements of a payment gateway with an account"
    _check_company_auto = True

    movement_ids = fields.Many2many(
        "payment.balance.transaction", string="Movements", readonly=True
    )
    movement_count = fields.Integer(compute="_compute_movement_count")
    reasons = fields.Text("Why They Wait", compute="_compute_reasons")
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    account_id = fields.Many2one("account.account", check_company=True)
    partner_id = fields.Many2one("res.partner")
    label = fields.Char(help="Text of the statement lines; empty: as usual.")
    preview = fields.Html("Entry", compute="_compute_preview", sanitize=False)
    remember = fields.Boolean(
        "Remember this Choice", help="Post later movements of this kind by themselves."
    )
    rule_category = fields.Char(
        "Category is", compute="_compute_rule", store=True, readonly=False
    )
    rule_type = fields.Char(
        "Type is", compute="_compute_rule", store=True, readonly=False
    )
    rule_description = fields.Char("Description contains")
    rule_this_gateway = fields.Boolean("Only this Gateway", default=True)

    @api.depends("movement_ids")
    def _compute_movement_count(self):
        for wizard in self:
            wizard.movement_count = len(wizard.movement_ids)

    @api.depends("movement_ids")
    def _compute_reasons(self):
        for wizard in self:
            reasons = wizard.movement_ids.filtered("reason").mapped("reason")
            wizard.reasons = "\n".join(dict.fromkeys(reasons))

    @api.depends("movement_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.movement_ids.company_id[:1]

    @api.depends("movement_ids")
    def _compute_rule(self):
        """Propose what the selected movements have in common."""
        for wizard in self:
            for name in REMEMBERED:
                values = set(wizard.movement_ids.mapped(name))
                wizard[f"rule_{name}"] = values.pop() if len(values) == 1 else False

    @api.depends("movement_ids", "account_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._entry_table()

    # === WHAT WILL BE POSTED === #

    def _entry_totals(self):
        """Return {(account name, currency): minor units}, over all movements.

        As booked: the gateway's side by net, fees on their accounts, gross on the
        chosen account.

        :raise ValueError: if a movement contradicts itself
        """
        totals = defaultdict(int)
        chosen = self.account_id.display_name or self.env._("the account you choose")
        for movement in self.movement_ids.sudo():
            provider = movement.provider_id
            journal = (
                movement.statement_line_id.journal_id
                or provider._journal_of(movement.currency_id)
                or provider.journal_id
            )
            accounts = provider._accounts_by_role(journal)
            for line in posting_by_choice(movement._fact()).lines:
                name = (
                    chosen if line.role == CHOSEN else accounts[line.role].display_name
                )
                totals[name, movement.currency_id] += line.minor
        return totals

    def _entry_table(self):
        """Return the entry as an accountant reads it: account, debit, credit."""
        try:
            totals = self._entry_totals()
        except ValueError as contradiction:
            return Markup('<p class="text-danger">{}</p>').format(contradiction)
        rows = Markup().join(
            self._entry_row(name, currency, minor)
            for (name, currency), minor in totals.items()
            if minor
        )
        return Markup(
            '<table class="table table-sm"><thead><tr><th>{}</th>'
            '<th class="text-end">{}</th><th class="text-end">{}</th></tr></thead>'
            "<tbody>{}</tbody></table>"
        ).format(self.env._("Account"), self.env._("Debit"), self.env._("Credit"), rows)

    def _entry_row(self, name, currency, minor):
        amount = currency.format(currency._from_minor(abs(minor)))
        debit, credit = (amount, "") if minor > 0 else ("", amount)
        cell = Markup('<td class="text-end">{}</td>')
        return Markup("<tr><td>{}</td>{}{}</tr>").format(
            name, cell.format(debit), cell.format(credit)
        )

    # === ACTIONS === #

    def action_post(self):
        """Post all movements, or none; then remember the choice if asked to.

        :raise UserError: with the reason of each movement that cannot be posted
        """
        self.ensure_one()
        self._check_selection()
        movements = self.movement_ids
        movements.check_access("write")
        movements.sudo()._choose(self.account_id, self.partner_id, self.label)
        movements.action_post()
        held = movements.filtered(lambda movement: movement.state != "posted")
        if held:
            raise UserError(
                self.env._("Nothing was posted:")
                + "".join(
                    f"\n{movement.gateway_ref}: {movement.reason or movement.state}"
                    for movement in held
                )
            )
        if self.remember:
            return self._remember()._get_records_action(
                name=self.env._("Remembered Rule")
            )
        return {"type": "ir.actions.act_window_close"}

    def _check_selection(self):
        """Refuse what cannot be posted together, or on this account."""
        if not self.account_id:
            raise UserError(self.env._("Choose an account first."))
        if len(self.movement_ids.company_id) > 1:
            raise UserError(
                self.env._("Choose movements of one company: accounts differ.")
            )
        decided = self.movement_ids.filtered(lambda each: each.state != "parked")
        if decided:
            raise UserError(
                self.env._(
                    "Somebody else has decided meanwhile: %s. Open the list again.",
                    ", ".join(decided.mapped("gateway_ref")),
                )
            )
        lines = self.movement_ids.sudo().statement_line_id
        journals = lines.journal_id | self.movement_ids.sudo().provider_id.journal_id
        self.account_id._check_may_be_chosen(journals)

    def _remember(self):
        """Keep the choice as a rule for later movements.

        :return: payment.posting.rule
        """
        providers = self.movement_ids.sudo().provider_id
        only = self.rule_this_gateway and len(providers) == 1
        return self.env["payment.posting.rule"].create(
            {
                "company_id": self.company_id.id,
                "provider_id": providers.id if only else False,
                "category": self.rule_category,
                "type": self.rule_type,
                "description_contains": self.rule_description,
                "account_id": self.account_id.id,
                "partner_id": self.partner_id.id,
                "label": self.label,
            }
        )
