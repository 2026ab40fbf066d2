"""Bank lines that reconciliation models explain: after documents, in their order."""

from collections import defaultdict

from odoo import models
from odoo.tools import html2plaintext

from ..matching import regexes, rules
from .account_bank_statement_line import _leaves


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _match_company(self, origin, post):
        """Apply models to what documents, which come first, do not explain."""
        self._map_partners()
        result = super()._match_company(origin, post)
        left = self.filtered(lambda line: not line.is_reconciled)
        ready = left._propose_models()
        if post:
            ready._post_or_hold(origin)
        return result

    def action_undo_reconciliation(self):
        """Note what a model booked as undone, whichever screen takes it back."""
        booked = self.sudo().match_ids.filtered(
            lambda match: match.state == "posted" and match.reconcile_model_id
        )
        result = super().action_undo_reconciliation()
        booked._mark_undone()
        return result

    def _map_partners(self):
        """Enter the partner whom a model maps to a label, where none is known."""
        lines = self.filtered(lambda line: not line.partner_id)
        mappings = self.env["account.reconcile.model"]._mapping_partners(
            self.env.company
        )
        found = defaultdict(self.browse)
        for line, mapping, _evidence in lines._first_models(mappings):
            found[mapping.mapped_partner_id] |= line
        for partner, of_partner in found.items():
            of_partner.partner_id = partner

    def _propose_models(self):
        """Store the first model that applies to each of these lines, of one company.

        :return: account.match of those that may be posted by themselves
        """
        Match = self.env["account.match"].sudo()
        models_ = self.env["account.reconcile.model"]._for_matching(self.env.company)
        if not self or not models_:
            return Match
        known = Match.search([("statement_line_id", "in", self.ids)])
        refused = known.filtered(
            lambda each: each.reconcile_model_id and each.state != "proposed"
        )
        rivals = known.filtered(lambda each: each._is_strong_document())
        found = self._first_models(
            models_,
            {(each.statement_line_id, each.reconcile_model_id) for each in refused},
        )
        created = Match.create(
            [
                line._prepare_model_match(
                    model,
                    evidence,
                    has_rival=line in rivals.statement_line_id,
                    was_refused=line in refused.statement_line_id,
                )
                for line, model, evidence in found
            ]
        )
        return created.filtered(lambda each: not each.held_by)

    def _first_models(self, models_, without=()):
        """Return [(line, the first of the models that applies, evidence)].

        :param models_: account.reconcile.model in their order
        :param without: {(line, model)} that a person undid or rejected
        """
        if not self or not models_:
            return []
        texts = {line: line._model_texts() for line in self}
        found = self._search_patterns(models_._patterns(), texts.values())
        by_currency = {
            currency: [model._rule(currency) for model in models_]
            for currency in self.currency_id
        }
        result = []
        for line in self:
            allowed = [
                rule
                for rule in by_currency[line.currency_id]
                if (line, models_.browse(rule.id)) not in without
            ]
            rule, evidence = rules.first_that_applies(
                line._ruled_line(texts[line], found), allowed
            )
            if rule:
                result.append((line, models_.browse(rule.id), evidence))
        return result

    def _model_texts(self):
        """Return what label conditions look at: label, transaction details, note."""
        self.ensure_one()
        note = html2plaintext(self.narration) if self.narration else ""
        texts = (self.payment_ref, note, *_leaves(self.transaction_details))
        return tuple(text for text in texts if text)

    def _search_patterns(self, patterns, texts):
        """Return {expression: {text: what it finds}}, within a bound of time."""
        every = {text for of_line in texts for text in of_line}
        return {pattern: regexes.search(pattern, every) or {} for pattern in patterns}

    def _ruled_line(self, texts, found):
        return rules.RuledLine(
            amount=self._to_units(self.currency_id, self.amount),
            texts=texts,
            journal=self.journal_id.id,
            partner=self.partner_id.commercial_partner_id.id or None,
            found=found,
        )

    def _prepare_model_match(self, model, evidence, has_rival, was_refused):
        """Return the values of the account.match of this line with ``model``."""
        held = {
            "manual": model.trigger != "auto_reconcile",
            "always": not model._has_conditions(),
            "document": has_rival,
            "other_model": was_refused,
        }
        score = sum(each.weight for each in evidence)
        return {
            "statement_line_id": self.id,
            "reconcile_model_id": model.id,
            "score": score,
            "confidence": min(round(1 - 0.5 ** (score + 1), 3), 0.999),
            "evidence": [[each.kind, each.figures] for each in evidence],
            "held_by": [name for name, is_held in held.items() if is_held],
        }
