"""Matches of bank lines with reconciliation models: the items that they book."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..matching import rules
from .bank_counterpart import Counterpart

STRONG = 0.5  # a document as likely as this is for a person to weigh against a model
NAMED = {"number", "reference", "vendor_number", "digits", "payout_id", "trace_id"}


class AccountMatch(models.Model):
    _inherit = "account.match"

    reconcile_model_id = fields.Many2one(
        "account.reconcile.model",
        "Reconciliation Model",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    def _signature_parts(self):
        """Name a model by itself."""
        if self.reconcile_model_id:
            return "model", self.reconcile_model_id.ids
        return super()._signature_parts()

    @api.depends("reconcile_model_id", "reconcile_model_id.name")
    def _compute_candidate(self):
        result = super()._compute_candidate()
        for match in self.filtered("reconcile_model_id"):
            match.currency_id = match.line_currency_id
            match.date = match.line_date
        return result

    def _candidate_label(self):
        model = self.reconcile_model_id
        if not model:
            return super()._candidate_label()
        accounts = model.line_ids.account_id.mapped("display_name")
        return f"{model.name}: {', '.join(accounts)}"

    def _is_strong_document(self):
        """Return whether this proposes a document that may well be paid."""
        self.ensure_one()
        if self.state != "proposed" or self.reconcile_model_id:
            return False
        is_named = NAMED & {kind for kind, _figures in self.evidence or ()}
        return bool(is_named) or self.confidence >= STRONG

    def action_open_candidate(self):
        """Open the reconciliation model."""
        if model := self.reconcile_model_id:
            return model._get_records_action(name=model.name)
        return super().action_open_candidate()

    # === POSTING === #

    def _post(self, origin):
        """Book what models say; the rest is reconciled with its documents."""
        of_models = self.filtered("reconcile_model_id")
        for match in of_models:
            match._book_model()
        if of_models:
            of_models._settle(origin)
            of_models._plan_activities()
        rest = self - of_models
        return super(AccountMatch, rest)._post(origin) if rest else None

    def _book_model(self):
        """Put the items of the model in the place of the suspense item.

        :raise UserError: if they are not the whole amount, or do not balance
        """
        self.ensure_one()
        line = self.statement_line_id
        _liquidity, suspense, others = line._seek_for_lines()
        if len(suspense) != 1 or others:
            raise UserError(
                self.env._("%s is matched already. Undo that first.", line.display_name)
            )
        rows = self._model_rows()
        line.move_id.with_context(
            skip_readonly_check=True, skip_invoice_sync=True, force_delete=True
        ).write({"line_ids": [Command.delete(suspense.id), *map(Command.create, rows)]})
        self._check_booked()

    def _model_rows(self):
        """Return the values of the journal items that the model makes."""
        line, model = self.statement_line_id, self.reconcile_model_id
        currency, to_units = line.currency_id, line._to_units
        shares = [each._share(currency) for each in model.line_ids]
        texts = line._model_texts()
        patterns = {share.pattern for share in shares if share.pattern}
        ruled = line._ruled_line(texts, line._search_patterns(patterns, [texts]))
        parts, rest = rules.split(
            to_units(currency, line.amount), shares, ruled, currency.decimal_places
        )
        if rest:
            raise UserError(
                self.env._(
                    "The items of %(model)s leave %(rest)s of the line. Add an item of "
                    "100%% of the balance to it.",
                    model=model.name,
                    rest=currency.format(line._from_units(currency, rest)),
                )
            )
        groups = [
            self._item_rows(item, line._from_units(currency, part))
            for item, part in zip(model.line_ids, parts, strict=True)
            if part
        ]
        return self._balanced(groups)

    def _balanced(self, groups):
        """Return the rows in a list; what rounding left is added to the last base."""
        liquidity, _suspense, _others = self.statement_line_id._seek_for_lines()
        rows = [row for group in groups for row in group]
        company_currency = self.company_id.currency_id
        rest = company_currency.round(
            -sum(liquidity.mapped("balance")) - sum(row["balance"] for row in rows)
        )
        last = groups[-1][0]
        if rest and last["currency_id"] == company_currency.id:
            raise UserError(
                self.env._(
                    "The items of %s do not balance.", self.reconcile_model_id.name
                )
            )
        last["balance"] += rest
        return rows

    def _item_rows(self, item, amount):
        """Return the rows of one item of the model: the base, then its taxes.

        :param float amount: in the journal's currency, above zero for a credit
        """
        line, account = self.statement_line_id, item.account_id
        partner = item.partner_id or line.partner_id
        counterpart = Counterpart(
            account=account,
            partner=partner,
            taxes=item.tax_ids,
            label=item.label or line.payment_ref,
            analytic=item.analytic_distribution
            or line._proposed_distribution(account, partner),
        )
        rows = line._counterpart_rows(counterpart, line.currency_id, amount)
        model = {"reconcile_model_id": self.reconcile_model_id.id}
        return [{**row, **model} for row in rows]

    def _check_booked(self):
        """Read back what was booked: nothing is left on suspense.

        :raise UserError: if something is
        """
        line = self.statement_line_id
        _liquidity, suspense, others = line._seek_for_lines()
        total = sum(line.line_ids.mapped("balance"))
        if (
            suspense
            or not line.is_reconciled
            or not self.company_id.currency_id.is_zero(total)
            or others.reconcile_model_id != self.reconcile_model_id
        ):
            raise UserError(
                self.env._("%s could not be booked.", self.reconcile_model_id.name)
            )

    def _plan_activities(self):
        """Plan what a model wants done after it was applied."""
        if self.env.context.get("try_model"):
            return
        for match in self.filtered("reconcile_model_id.next_activity_type_id"):
            model = match.reconcile_model_id
            kind = model.next_activity_type_id
            person = kind.default_user_id or (
                self.env.user if match.origin == "person" else model.create_uid
            )
            match.statement_line_id.move_id.activity_schedule(
                activity_type_id=kind.id, summary=model.name, user_id=person.id
            )
