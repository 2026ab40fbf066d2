from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from . import bank_discrepancy_queries as queries

_lt = LazyTranslate(__name__)

REASONS = [
    ("duplicate_line", "Bank line twice"),
    ("duplicate_payment", "Paid twice"),
    ("short_payment", "Paid too little"),
    ("over_payment", "Paid too much"),
    ("missing_payout", "Payout not arrived"),
    ("payout_differs", "Payout of another amount"),
    ("unknown_money", "Unknown money"),
    ("old_line", "Not matched for long"),
]
WORDS = {
    "duplicate_line": _lt(
        "%(amount)s of %(date)s is on the bank's list already, as %(other)s. If the "
        "bank sent it twice delete this line; if it was paid twice pay it back."
    ),
    "duplicate_payment": _lt(
        "%(amount)s was paid for %(reference)s, which nobody owes any more. Match it "
        "with something else that the customer owes, or pay it back."
    ),
    "short_payment": _lt(
        "The bank brought %(amount)s for %(document)s, less than is open. Accept it as "
        "a part payment, write the rest off, or ask for it."
    ),
    "over_payment": _lt(
        "The bank brought %(amount)s for %(document)s, more than is open. Accept it "
        "and the rest stays with the customer, or pay it back."
    ),
    "missing_payout": _lt(
        "Payout %(reference)s of %(amount)s was expected on %(date)s, and the bank has "
        "shown later lines since. Ask the gateway where it is."
    ),
    "payout_differs": _lt(
        "The bank's line for payout %(reference)s differs by %(amount)s. Compare the "
        "payout at the gateway with the bank's advice."
    ),
    "unknown_money": _lt(
        "Nothing that is open explains %(amount)s of %(date)s. Find out who paid, or "
        "make a reconciliation model for it."
    ),
    "old_line": _lt(
        "%(amount)s of %(date)s has not been matched for %(days)s days. Match it, or "
        "book what it was for."
    ),
}


class BankDiscrepancy(models.Model):
    """Something at the bank that a person has to clear up; closed when it is solved."""

    _name = "bank.discrepancy"
    _description = "Bank Discrepancy"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, found_on desc, id desc"
    _rec_name = "reason"

    reason = fields.Selection(REASONS, required=True, readonly=True, index=True)
    subject = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved"), ("accepted", "Accepted")],
        default="open",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
        help="Solved: it is gone. Accepted: a person leaves it as it is.",
    )
    user_id = fields.Many2one("res.users", "Owner", tracking=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    journal_id = fields.Many2one("account.journal", "Bank", readonly=True)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Bank Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    payout_id = fields.Many2one(
        "payment.payout", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    figures = fields.Json(readonly=True)
    explanation = fields.Text(compute="_compute_explanation")
    found_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    solved_on = fields.Datetime(readonly=True)

    _subject_uniq = models.UniqueIndex(
        "(reason, subject)", "This discrepancy is listed already."
    )

    @api.depends("reason", "figures", "amount")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for each in self:
            figures = dict(each.figures or {})
            if figures.get("date"):
                day = fields.Date.to_date(figures["date"])
                figures["date"] = day.strftime(
                    self.env["res.lang"]._get_data(code=self.env.user.lang).date_format
                    or "%Y-%m-%d"
                )
            amount = abs(each.amount)
            figures["amount"] = each.currency_id.format(amount) if amount else "0"
            words = self.env._(WORDS[each.reason])
            each.explanation = words % figures

    # === FOUND AND CLOSED BY THEMSELVES === #

    @api.model
    def _cron_find(self):
        """Find what is new, close what is gone; a constant number of queries."""
        self.env.flush_all()
        gateways = self.env["payment.provider"]._gateway_journals().ids
        for reason, _label in REASONS:
            rows = self.env.execute_query(queries.query(reason, gateways))
            found = {
                row[0]: dict(zip(queries.COLUMNS, row, strict=True)) for row in rows
            }
            self._keep(reason, found)

    @api.model
    def _keep(self, reason, found):
        """Store the discrepancies of one reason as they are now.

        :param dict found: {subject: values}
        """
        known = self.search([("reason", "=", reason), ("state", "!=", "accepted")])
        accepted = self.search([("reason", "=", reason), ("state", "=", "accepted")])
        listed = {each.subject: each for each in known | accepted}
        gone = known.filtered(
            lambda each: each.state == "open" and each.subject not in found
        )
        gone._solve()
        back = known.filtered(
            lambda each: each.state == "solved" and each.subject in found
        )
        back.write({"state": "open", "solved_on": False})
        fresh = self.create(
            [
                {"reason": reason, **values}
                for subject, values in found.items()
                if subject not in listed
            ]
        )
        (fresh | back)._ask()

    def _solve(self):
        """Close what is not there any more, and the question about it."""
        self.write({"state": "solved", "solved_on": fields.Datetime.now()})
        self.activity_ids.unlink()

    def _ask(self):
        """Give each to the company's responsible: one activity for each, no mail."""
        for company, batch in self.grouped("company_id").items():
            responsible = company._payment_responsible()
            batch.filtered(lambda each: not each.user_id).user_id = responsible
            for owner, asked in batch.grouped("user_id").items():
                asked.with_context(mail_activity_quick_update=True).activity_schedule(
                    "mail.mail_activity_data_todo", user_id=owner.id
                )

    # === ACTIONS === #

    def action_accept(self):
        """Leave it as it is; it is not asked about again."""
        self.write({"state": "accepted", "solved_on": fields.Datetime.now()})
        self.activity_ids.unlink()
        return True

    def action_reopen(self):
        """Ask about it again."""
        self.write({"state": "open", "solved_on": False})
        return True

    def action_open_subject(self):
        """Open the bank line or the payout."""
        self.ensure_one()
        record = self.statement_line_id or self.payout_id
        return record._get_records_action(name=self.explanation)
