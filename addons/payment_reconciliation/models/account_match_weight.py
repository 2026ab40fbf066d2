from odoo import api, fields, models
from odoo.tools import SQL

from ..matching import learn
from ..matching.score import WEIGHTS
from .match_words import EVIDENCE


class AccountMatchWeight(models.Model):
    """How much a kind of evidence counts in a company, learned from what was undone."""

    _name = "account.match.weight"
    _description = "Weight of Evidence"
    _order = "shift, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Char(required=True, readonly=True)
    name = fields.Char("Evidence", compute="_compute_name")
    stood = fields.Integer("Matches that Stand", readonly=True)
    taken_back = fields.Integer("Undone or Rejected", readonly=True)
    default_bits = fields.Float("Default Weight", readonly=True, digits=(16, 1))
    shift = fields.Float("Learned", readonly=True, digits=(16, 1))
    since = fields.Datetime(
        "Learned Since", readonly=True, help="Older matches do not count."
    )

    _kind_uniq = models.UniqueIndex(
        "(company_id, kind)", "There is one weight of this evidence."
    )

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_name(self):
        for weight in self:
            words = EVIDENCE.get(weight.kind)
            text = self.env._(words) if words else weight.kind
            weight.name = text.replace("%(", "<").replace(")s", ">")

    @api.model
    def _shifts(self, company):
        """Return {kind of evidence: bits that the company has learned}."""
        weights = self.sudo().search([("company_id", "=", company.id)])
        return {each.kind: each.shift for each in weights if each.shift}

    @api.model
    def _cron_learn(self):
        """Learn from what stands and what was taken back, in one query."""
        self.env["account.match"].flush_model()
        self.flush_model()
        known = {
            (weight.company_id.id, weight.kind): weight for weight in self.search([])
        }
        fresh = []
        for company, kind, stood, taken_back in self.env.execute_query(self._counts()):
            values = {
                "stood": stood,
                "taken_back": taken_back,
                "default_bits": WEIGHTS.get(kind, 0.0),
                "shift": learn.shift(stood, taken_back),
            }
            if weight := known.get((company, kind)):
                weight.write(values)
            else:
                fresh.append({"company_id": company, "kind": kind, **values})
        self.create(fresh)

    @api.model
    def _counts(self):
        """Return the query of matches by company and evidence that persons judged."""
        return SQL(
            """
            SELECT match.company_id, piece.value ->> 0 AS kind,
                   COUNT(*) FILTER (WHERE match.state = 'posted'),
                   COUNT(*) FILTER (WHERE match.state IN ('undone', 'rejected'))
              FROM account_match match
        CROSS JOIN LATERAL jsonb_array_elements(match.evidence) AS piece
         LEFT JOIN account_match_weight weight
                ON weight.company_id = match.company_id
               AND weight.kind = piece.value ->> 0
             WHERE match.state IN ('posted', 'undone', 'rejected')
               AND match.decided_at > COALESCE(weight.since, '-infinity')
          GROUP BY 1, 2
            """
        )

    def action_forget(self):
        """Go back to the default; only what happens from now on counts."""
        self.check_access("write")
        self.sudo().write(
            {
                "stood": 0,
                "taken_back": 0,
                "shift": 0.0,
                "since": fields.Datetime.now(),
            }
        )
        return True
