from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .match_words import EVIDENCE, HELD

MOST_LIKELY = 0.999  # shown at most: nothing is certain
MAX_NAMES = 4  # documents of a group that are named
DONE_BY_HAND = ("undone", "rejected")


class AccountMatch(models.Model):
    """A bank line and the open item that it may pay: proposed, posted or refused.

    One record per pair, for good: it keeps why, who and when, and that a person undid
    or rejected it, so that it is not posted by itself again.
    """

    _name = "account.match"
    _description = "Match of a bank line"
    _order = "state_rank, score desc, id"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="statement_line_id.company_id", store=True, index=True
    )
    payment_ref = fields.Char(related="statement_line_id.payment_ref")
    line_date = fields.Date("Bank Date", related="statement_line_id.date")
    line_amount = fields.Monetary(
        "Bank Amount",
        related="statement_line_id.amount",
        currency_field="line_currency_id",
    )
    line_currency_id = fields.Many2one(related="statement_line_id.currency_id")
    payout_id = fields.Many2one(
        "payment.payout", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        "Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    item_ids = fields.Many2many(
        "account.move.line",
        "account_match_item_rel",
        "match_id",
        "move_line_id",
        "Journal Items",
        readonly=True,
        help="The journal items of a group that one bank line pays together.",
    )
    signature = fields.Char(compute="_compute_signature", store=True)
    how = fields.Selection(
        [
            ("exact", "In Full"),
            ("discount", "With Early-Payment Discount"),
            ("charges", "Less Bank Charges"),
            ("tolerance", "With a Small Difference"),
            ("partial", "In Part"),
            ("less", "Less"),
            ("more", "More"),
            ("chosen", "Chosen by Hand"),
        ],
        "Pays",
        default="exact",
        readonly=True,
    )
    counterpart_line_id = fields.Many2one(
        "account.move.line",
        "Reconciled With",
        readonly=True,
        index="btree_not_null",
        help="The journal item that the bank line was reconciled with.",
    )
    partner_inferred = fields.Boolean(
        readonly=True, help="The partner of the bank line comes from this match."
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("posted", "Matched"),
            ("undone", "Undone"),
            ("rejected", "Rejected"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        index=True,
    )
    state_rank = fields.Integer(compute="_compute_state_rank", store=True)
    score = fields.Float("Bits", readonly=True, help="Log odds of the evidence.")
    confidence = fields.Float(
        "Likely",
        readonly=True,
        aggregator=None,
        help="How likely it is, by the evidence, among all candidates of the line.",
    )
    evidence = fields.Json("Evidence Found", readonly=True)
    held_by = fields.Json("Closed Gates", readonly=True)
    failure = fields.Char(readonly=True)
    evidence_text = fields.Text("Evidence", compute="_compute_texts")
    held_text = fields.Text("Why Not Posted", compute="_compute_texts")
    origin = fields.Selection(
        [("job", "Job"), ("button", "Button"), ("person", "Person")],
        readonly=True,
        help="Who decided last: the job, the button Match, or a person's choice.",
    )
    log_id = fields.Many2one(
        "account.match.log",
        "Run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    decided_by_id = fields.Many2one("res.users", "By", readonly=True)
    decided_at = fields.Datetime("On", readonly=True)

    candidate_name = fields.Char("Candidate", compute="_compute_candidate")
    partner_id = fields.Many2one("res.partner", compute="_compute_candidate")
    currency_id = fields.Many2one("res.currency", compute="_compute_candidate")
    amount_open = fields.Monetary("Open", compute="_compute_candidate")
    date = fields.Date("Due", compute="_compute_candidate")

    _one_candidate = models.Constraint(
        "CHECK (num_nonnulls(payout_id, move_line_id, reconcile_model_id) <= 1)",
        "A match has one candidate: a payout, journal items or a model.",
    )
    _candidate_uniq = models.UniqueIndex(
        "(statement_line_id, signature)",
        "This is already a candidate of the bank line.",
    )

    @api.depends("payout_id", "move_line_id", "item_ids")
    def _compute_signature(self):
        for match in self:
            match.signature = _signature(*match._signature_parts())

    def _signature_parts(self):
        """Return what tells the candidate from others of the line: (kind, ids)."""
        if self.payout_id:
            return "payout", self.payout_id.ids
        return "invoice", self._members().ids

    def _members(self):
        """Return the journal items that this match pays; none for a payout."""
        return self.item_ids or self.move_line_id

    @api.depends("state")
    def _compute_state_rank(self):
        ranks = self._ranks()
        for match in self:
            match.state_rank = ranks[match.state]

    @api.model
    def _ranks(self):
        """Return {state: its place in the list}; what is posted comes first."""
        states = [state for state, _label in self._fields["state"].selection]
        states.sort(key=lambda state: state != "posted")
        return {state: rank for rank, state in enumerate(states)}

    @api.depends("evidence", "held_by", "failure", "state")
    @api.depends_context("lang")
    def _compute_texts(self):
        for match in self:
            words = [match._in_words(*piece) for piece in match.evidence or ()]
            match.evidence_text = "\n".join(words)
            held = match._held_words()
            if match.failure:
                held.append(match.failure)
            match.held_text = "\n".join(held if match.state == "proposed" else ())

    def _held_words(self):
        """Return in words what holds it."""
        return [self.env._(HELD[name]) for name in self.held_by or ()]

    def _summary(self):
        """Return in one line why it is proposed, and what holds it beyond that."""
        told_by_evidence = ("amount", "partner", "others")
        held = [name for name in self.held_by or () if name not in told_by_evidence]
        proposed = self.state == "proposed"
        words = [self.env._(HELD[name]) for name in held if proposed]
        words += (self.failure or "").splitlines()
        words += (self.evidence_text or "").splitlines()
        return "; ".join(each.rstrip(".") for each in words)

    def _in_words(self, kind, figures):
        """Return a piece of evidence as a sentence; amounts in the line's currency."""
        line = self.statement_line_id
        currency = line.foreign_currency_id or line.currency_id
        shown = dict(figures)
        for name in ("amount", "difference"):
            if name in shown:
                shown[name] = currency.format(line._from_units(currency, shown[name]))
        if "date" in shown:
            shown["date"] = fields.Date.to_date(shown["date"]).strftime(
                self.env["res.lang"]._get_data(code=self.env.user.lang).date_format
                or "%Y-%m-%d"
            )
        sentence = self.env._(EVIDENCE[kind])
        return sentence % shown

    @api.depends("payout_id", "move_line_id", "item_ids")
    def _compute_candidate(self):
        for match in self:
            payout, items = match.payout_id, match._members()
            partners, first = items.partner_id, items[:1]
            match.partner_id = partners if len(partners) == 1 else False
            match.candidate_name = match._candidate_label()
            match.currency_id = (payout or first).currency_id
            match.amount_open = payout.amount or sum(
                items.mapped("amount_residual_currency")
            )
            match.date = payout.arrival_date or first.date_maturity or first.date

    def _candidate_label(self):
        if self.payout_id:
            provider = self.payout_id.provider_id.sudo().name
            return f"{provider} {self.payout_id.gateway_ref}"
        names = self._members().move_id.mapped("display_name")
        shown = " + ".join(names[:MAX_NAMES])
        if len(names) > MAX_NAMES:
            shown = self.env._(
                "%(names)s and %(count)s more",
                names=shown,
                count=len(names) - MAX_NAMES,
            )
        return ", ".join(part for part in (shown, self.partner_id.name) if part)

    @api.depends("candidate_name")
    def _compute_display_name(self):
        for match in self:
            match.display_name = match.candidate_name

    # === STORING === #

    @api.model
    def _store(self, lines, decisions):
        """Keep the decisions on ``lines``; drop proposals that no longer hold.

        What a person undid or rejected keeps its state and gets fresh evidence.

        :param lines: account.bank.statement.line that were looked at
        :param decisions: ``matching.assign.Decision``
        :return: account.match of the decisions that may be posted by themselves
        """
        known = self.sudo().search([("statement_line_id", "in", lines.ids)])
        by_pair = {match._pair(): match for match in known}
        ready, fresh, seen = self.sudo().browse(), [], self.sudo().browse()
        for decision in decisions:
            pair, values = self._pair_of(decision), self._prepare(decision)
            match = by_pair.get(pair)
            if not match:
                fresh.append((decision, {**values, **self._computed(pair)}))
                continue
            seen |= match
            if match.state in DONE_BY_HAND:
                values["held_by"] = [*values["held_by"], match.state]
            elif decision.posts:
                ready |= match
            match.write(values)
        (known - seen)._replaceable().unlink()
        created = self.sudo().create([values for _decision, values in fresh])
        for (decision, _values), match in zip(fresh, created, strict=True):
            if decision.posts:
                ready |= match
        return ready

    def _replaceable(self):
        """Return the open proposals that a new look replaces; transfers stay."""
        return self.filtered(
            lambda each: each.state == "proposed" and not each.transfer_journal_id
        )

    @api.model
    def _computed(self, pair):
        """Return what would be computed for a new proposal: one INSERT, no UPDATE."""
        line, signature = pair
        return {
            "signature": signature,
            "state_rank": self._ranks()["proposed"],
            "company_id": self.env["account.bank.statement.line"]
            .browse(line)
            .company_id.id,
        }

    def _pair(self):
        self.ensure_one()
        return self.statement_line_id.id, self.signature

    @api.model
    def _pair_of(self, decision):
        candidate = decision.candidate
        ids = [item.id for item in candidate.items]
        return candidate.line.id, _signature(candidate.item.kind, ids)

    @api.model
    def _prepare(self, decision):
        """Return the field values of a decision."""
        candidate = decision.candidate
        ids = [item.id for item in candidate.items]
        link = {"move_line_id": ids[0]}
        if candidate.item.kind == "payout":
            link = {"payout_id": ids[0]}
        elif len(ids) > 1:
            link = {"item_ids": [Command.set(ids)]}
        return {
            "statement_line_id": candidate.line.id,
            **link,
            "how": candidate.how,
            "score": candidate.score,
            "confidence": min(round(decision.chance, 3), MOST_LIKELY),
            "evidence": [[each.kind, each.figures] for each in candidate.evidence],
            "held_by": list(decision.held_by),
            "failure": False,
        }

    # === ACTIONS === #

    def action_accept(self):
        """Post these matches on a person's word."""
        self.check_access("write")
        for match in self:
            match._check_acceptable()
            match.sudo()._learn()
            match.sudo()._post("person")
        return True

    def _learn(self):
        """Remember who paid, where the bank line alone did not tell."""
        partner = self._members().partner_id
        if len(partner) == 1:
            self.env["account.match.alias"]._learn(self.statement_line_id, partner)

    def _unlearn(self):
        """Forget what named the wrong payer."""
        for match in self:
            for partner in match._members().partner_id:
                self.env["account.match.alias"]._unlearn(
                    match.statement_line_id, partner
                )

    def _check_acceptable(self):
        """Refuse what a person cannot mean.

        :raise UserError: with what to do instead
        """
        self.statement_line_id._check_is_open()
        if self.how == "chosen":
            raise UserError(self.env._("It was chosen by hand: choose it again."))
        waits = {"not_posted", "transit_taken", "transit_differs"}
        for name in self.held_by or ():
            if name in waits or (name == "amount" and self.payout_id):
                raise UserError(self.env._(HELD[name]))

    def action_reject(self):
        """Take these proposals off the list, for good."""
        self.check_access("write")
        proposed = self.filtered(lambda each: each.state == "proposed")
        proposed.sudo()._decide("rejected", "person")
        return True

    def action_undo(self):
        """Take the matches back: the bank lines are open again."""
        self.check_access("write")
        posted = self.filtered(lambda each: each.state == "posted")
        lines = posted.statement_line_id
        posted.sudo()._unlearn()
        lines.action_undo_reconciliation()
        posted.sudo()._mark_undone()
        lines._match("button", post=False)
        return True

    def action_open_candidate(self):
        """Open the payout or the document."""
        self.ensure_one()
        record = self.payout_id or self._members().move_id
        return record._get_records_action(name=self.candidate_name)

    def _decide(self, state, origin):
        """Record who decided what."""
        self.write(
            {
                "state": state,
                "origin": origin,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def _mark_undone(self):
        """Note that the reconciliation is gone, and free the payouts."""
        posted = self.filtered(lambda each: each.state == "posted")
        for match in posted.filtered("payout_id"):
            if match.payout_id.bank_statement_line_id == match.statement_line_id:
                match.payout_id.bank_statement_line_id = False
        posted._decide("undone", "person")
        posted.counterpart_line_id = False


def _signature(kind, ids):
    """Return what tells a candidate from the others of its line: ``"invoice:3,7"``."""
    return f"{kind}:{','.join(map(str, sorted(ids)))}"
