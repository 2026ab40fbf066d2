import re
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching.rules import Rule, Share

MAX_PATTERN = 500  # characters of a regular expression


class AccountReconcileModel(models.Model):
    _inherit = "account.reconcile.model"

    match_ids = fields.One2many("account.match", "reconcile_model_id", readonly=True)

    @api.constrains("match_label", "match_label_param")
    def _check_match_label_param(self):
        """Say which condition lacks its text, before core compiles an expression."""
        for model in self.filtered("match_label"):
            text = model.match_label_param
            if not text or len(text) > MAX_PATTERN:
                raise ValidationError(
                    self.env._(
                        "Give the label condition of %(model)s a text of up to "
                        "%(limit)s characters.",
                        model=model.name,
                        limit=MAX_PATTERN,
                    )
                )
        return super()._check_match_label_param()

    @api.constrains("match_amount", "match_amount_min", "match_amount_max")
    def _check_match_amount(self):
        for model in self.filtered(lambda each: each.match_amount == "between"):
            if model.match_amount_min > model.match_amount_max:
                raise ValidationError(
                    self.env._("The lower amount is above the upper one.")
                )

    # === AS VALUES === #

    @api.model
    def _for_matching(self, company):
        """Return the models that may explain a company's bank lines, in order."""
        models = self.sudo().search([("company_id", "parent_of", company.id)])
        return models.filtered(lambda each: each.can_be_proposed and each._can_post())

    @api.model
    def _mapping_partners(self, company):
        """Return the models that only tell the partner of a bank line."""
        return self.sudo().search(
            [
                ("company_id", "parent_of", company.id),
                ("mapped_partner_id", "!=", False),
            ]
        )

    def _can_post(self):
        """Return whether every item of the model names its account."""
        self.ensure_one()
        return bool(self.line_ids) and all(line.account_id for line in self.line_ids)

    def _has_conditions(self):
        """Return whether anything limits the lines that the model takes."""
        self.ensure_one()
        return bool(
            self.match_label
            or self.match_amount
            or self.match_partner_ids
            or self.match_journal_ids
        )

    def _rule(self, currency):
        """Return the conditions as ``matching.rules.Rule``, amounts in ``currency``."""
        self.ensure_one()
        to_units = self.env["account.bank.statement.line"]._to_units
        return Rule(
            id=self.id,
            label=self.match_label or None,
            text=self.match_label_param or "",
            amount=self.match_amount or None,
            low=to_units(currency, self.match_amount_min),
            high=to_units(currency, self.match_amount_max),
            partners=frozenset(self.match_partner_ids.commercial_partner_id.ids),
            journals=frozenset(self.match_journal_ids.ids),
        )

    def _patterns(self):
        """Return the regular expressions of conditions."""
        return {
            model.match_label_param
            for model in self
            if model.match_label == "match_regex" and model.match_label_param
        }

    # === ACTIONS === #

    def action_try(self):
        """Show which open bank lines this model would take, and post nothing."""
        self.ensure_one()
        trial = self.env["account.reconcile.model.try"]._try(self)
        return trial._get_records_action(
            name=self.env._("What %s Would Do", self.name), target="new"
        )


class AccountReconcileModelLine(models.Model):
    _inherit = "account.reconcile.model.line"

    @api.constrains("amount_string", "amount_type")
    def _check_amount_pattern(self):
        """Refuse an expression that does not say which part is the amount."""
        for line in self.filtered(lambda each: each.amount_type == "regex"):
            text = line.amount_string or ""
            if len(text) > MAX_PATTERN or re.compile(text).groups < 1:
                raise ValidationError(
                    self.env._(
                        r"Put the amount in round brackets, as in BRT: ([\d,.]+), "
                        "within %s characters.",
                        MAX_PATTERN,
                    )
                )

    def _share(self, currency):
        """Return what this item takes, as ``matching.rules.Share``."""
        self.ensure_one()
        if self.amount_type == "regex":
            return Share("regex", pattern=self.amount_string)
        if self.amount_type == "fixed":
            to_units = self.env["account.bank.statement.line"]._to_units
            return Share("fixed", to_units(currency, self.amount))
        return Share(self.amount_type, Fraction(str(self.amount)))
