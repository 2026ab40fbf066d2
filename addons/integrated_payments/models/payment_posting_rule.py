from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain.categories import RULES

CRITERIA = ("provider_id", "category", "type", "description_contains")


class PaymentPostingRule(models.Model):
    """A remembered choice: such movements are posted with this account.

    A rule speaks where the built-in table does not: for categories that are unknown or
    undecided, and for payments taken outside Odoo. It replaces the table's own rule of
    a category only if it says so (``overrides_builtin``) and names that category.
    """

    _name = "payment.posting.rule"
    _description = "Remembered rule for movements of a payment gateway"
    _inherit = ["mail.thread"]
    _order = "company_id, category, type, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    provider_id = fields.Many2one(
        "payment.provider",
        "Gateway",
        check_company=True,
        tracking=True,
        help="Empty: for each gateway of the company.",
    )
    gateway_name = fields.Char("For Gateway", compute="_compute_gateway_name")
    category = fields.Char(
        "Category is",
        tracking=True,
        help="The gateway's reporting category, as on the balance transaction.",
    )
    type = fields.Char("Type is", tracking=True)
    description_contains = fields.Char(
        tracking=True, help="A part of the movement's description, in any case."
    )
    account_id = fields.Many2one(
        "account.account",
        required=True,
        check_company=True,
        tracking=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one("res.partner", tracking=True)
    label = fields.Char(
        tracking=True, help="Text of the statement line; empty: as usual."
    )
    overrides_builtin = fields.Boolean(
        "Replaces the Built-in Rule",
        tracking=True,
        help="Also for a category that is otherwise booked by itself.",
    )
    movement_ids = fields.One2many(
        "payment.balance.transaction", "posting_rule_id", readonly=True
    )
    movement_count = fields.Integer("Movements", compute="_compute_movement_count")

    @api.depends("category", "type", "description_contains", "account_id")
    def _compute_name(self):
        for rule in self:
            what = [
                (rule.category or rule.type or "").replace("_", " ").capitalize(),
                f"“{rule.description_contains}”" if rule.description_contains else "",
            ]
            criteria = " ".join(part for part in what if part)
            rule.name = f"{criteria} → {rule.account_id.display_name}"

    @api.depends("provider_id")
    def _compute_gateway_name(self):
        for rule in self:
            rule.gateway_name = rule.provider_id.sudo().name or self.env._("Any")

    def _compute_movement_count(self):
        rows = self.env["payment.balance.transaction"]._read_group(
            [("posting_rule_id", "in", self.ids)], ["posting_rule_id"], ["__count"]
        )
        counts = dict(rows)
        for rule in self:
            rule.movement_count = counts.get(rule, 0)

    @api.constrains("account_id", *CRITERIA, "overrides_builtin")
    def _check_scope(self):
        for rule in self:
            if not (rule.category or rule.type or rule.description_contains):
                raise ValidationError(
                    self.env._("Say which movements: a category, a type or a text.")
                )
            if rule.overrides_builtin and rule.category not in RULES:
                raise ValidationError(
                    self.env._(
                        "Only a category that is booked by itself can be replaced;"
                        " %s is not. Name the category, or clear the tick.",
                        rule.category or self.env._("None"),
                    )
                )

    @api.constrains("account_id", "company_id")
    def _check_account(self):
        journals = (
            self.env["payment.provider"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids)])
            .journal_id
        )
        for rule in self:
            rule.account_id._check_may_be_chosen(journals)

    # === WHICH MOVEMENTS === #

    def _rank(self):
        """Order of rules: what names more comes first, then what is newer."""
        return sum(bool(self[name]) for name in CRITERIA), self.id

    def _applies_to(self, movement, known):
        """Whether this rule decides a movement.

        :param bool known: whether the built-in table decides it already
        """
        if known and not self.overrides_builtin:
            return False
        text = (self.description_contains or "").casefold()
        return (
            self.company_id == movement.company_id
            and self.provider_id in (movement.provider_id, self.provider_id.browse())
            and (not self.category or self.category == movement.category)
            and (not self.type or self.type == movement.type)
            and text in (movement.description or "").casefold()
        )

    # === ACTIONS === #

    def action_apply(self):
        """Post what is to review and fits, now; later movements need no button."""
        self.check_access("write")
        parked = (
            self.env["payment.balance.transaction"]
            .sudo()
            .search(
                [
                    ("state", "=", "parked"),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        fitting = parked.filtered(
            lambda movement: any(
                rule._applies_to(movement, movement._posting().known) for rule in self
            )
        )
        if not fitting:
            raise UserError(self.env._("Nothing that is to review fits this rule."))
        fitting.action_post()
        return self.action_open_movements()

    def action_open_movements(self):
        """List what this rule has posted."""
        return self.movement_ids._get_records_action(name=self.env._("Posted by Rule"))


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def _post(self):
        self.filtered(lambda record: record.state == "pending")._apply_posting_rules()
        return super()._post()

    def _apply_posting_rules(self):
        """Let remembered rules choose the account of what they speak for."""
        rules = self.env["payment.posting.rule"].search(
            [("company_id", "in", self.company_id.ids)]
        )
        if not rules:
            return
        ranked = rules.sorted(lambda rule: rule._rank(), reverse=True)
        for movement in self.filtered(lambda record: not record.chosen_account_id):
            known = movement._is_known()
            rule = next((r for r in ranked if r._applies_to(movement, known)), None)
            if rule:
                movement._choose(rule.account_id, rule.partner_id, rule.label, rule)

    def _is_known(self):
        """Whether the built-in table decides; a contradiction is for a person."""
        try:
            return self._posting().known
        except ValueError:
            return True


class AccountAccount(models.Model):
    _inherit = "account.account"

    def _check_may_be_chosen(self, journals):
        """Refuse accounts that would make a movement its own counterpart.

        :param journals: the gateway's journals
        :raise ValidationError: for a gateway's own balance or suspense account
        """
        own = journals.default_account_id | journals.suspense_account_id
        if self & own:
            raise ValidationError(
                self.env._(
                    "%s is the gateway's own balance or suspense account. Choose the"
                    " account that says what the money was.",
                    self.display_name,
                )
            )
