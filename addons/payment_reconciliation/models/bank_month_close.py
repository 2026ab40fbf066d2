from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

STEPS = [
    ("statements", _lt("Statements of all banks are there until the month's end")),
    ("unmatched", _lt("All bank lines are matched")),
    ("ledger", _lt("Ledger and statements agree")),
    ("discrepancies", _lt("No discrepancy is open")),
    ("payouts", _lt("All payouts of the month have arrived")),
    ("proofs", _lt("The gateways' balances are proved")),
    ("parked", _lt("No movement of a gateway waits for review")),
]


class BankMonthClose(models.Model):
    """The end of a month at the banks: a checklist, and the lock of the period."""

    _name = "bank.month.close"
    _description = "Month-End at the Banks"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
    )
    date = fields.Date(
        "Month's End",
        required=True,
        default=lambda self: date_utils.end_of(
            date_utils.subtract(fields.Date.context_today(self), months=1), "month"
        ),
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        tracking=True,
    )
    reason = fields.Char(
        "Closed Although",
        tracking=True,
        help="Why the month is closed although something is left to do.",
    )
    step_ids = fields.One2many("bank.month.close.step", "close_id", readonly=True)
    todo_count = fields.Integer("To Do", compute="_compute_todo_count")

    _month_uniq = models.UniqueIndex(
        "(company_id, date)", "There is a checklist of this month already."
    )

    @api.depends("date")
    def _compute_name(self):
        for close in self:
            close.name = close.date and close.date.strftime("%Y-%m")

    @api.depends("step_ids.is_done")
    def _compute_todo_count(self):
        for close in self:
            close.todo_count = len(
                close.step_ids.filtered(lambda step: not step.is_done)
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("date"):
                day = fields.Date.to_date(vals["date"])
                vals["date"] = date_utils.end_of(day, "month")
        closes = super().create(vals_list)
        closes.action_check()
        return closes

    # === CHECKS === #

    def action_check(self):
        """Look again at what is left to do."""
        for close in self.filtered(lambda each: each.state == "open"):
            close.step_ids.sudo().unlink()
            self.env["bank.month.close.step"].sudo().create(
                [close._step(kind) for kind, _words in STEPS]
            )
        return True

    def _step(self, kind):
        """Return the values of a step: how many records are left, and which."""
        records = getattr(self, f"_left_{kind}")()
        return {
            "close_id": self.id,
            "kind": kind,
            "model": records._name,
            "left_ids": records.ids,
            "left_count": len(records),
        }

    def _banks(self):
        """Return the journals of the company's own banks that had lines."""
        gateways = self.env["payment.provider"]._gateway_journals()
        journals = self.env["account.journal"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("type", "in", ("bank", "credit")),
            ]
        )
        used = self.env["account.bank.statement.line"]._read_group(
            [("journal_id", "in", journals.ids), ("date", "<=", self.date)],
            ["journal_id"],
        )
        found = self.env["account.journal"].union(*(journal for (journal,) in used))
        return found - gateways

    def _reports(self):
        Report = self.env["bank.reconciliation.report"]
        return Report.create(
            [{"journal_id": bank.id, "date": self.date} for bank in self._banks()]
        )

    def _left_statements(self):
        """Banks of which nothing is known of the month's end."""
        later = self.env["account.bank.statement.line"]._read_group(
            [("journal_id", "in", self._banks().ids), ("date", ">=", self.date)],
            ["journal_id"],
        )
        ended = self.env["account.bank.statement"]._read_group(
            [("journal_id", "in", self._banks().ids), ("date", ">=", self.date)],
            ["journal_id"],
        )
        known = self.env["account.journal"].union(
            *(journal for (journal,) in (*later, *ended))
        )
        return self._banks() - known

    def _left_unmatched(self):
        return self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "in", self._banks().ids),
                ("date", "<=", self.date),
                ("is_reconciled", "=", False),
                ("move_id.state", "=", "posted"),
            ]
        )

    def _left_ledger(self):
        return self._reports().filtered("difference").journal_id

    def _left_discrepancies(self):
        return self.env["bank.discrepancy"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "open")]
        )

    def _left_payouts(self):
        return self.env["payment.payout"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("arrival_date", "<=", self.date),
                ("state", "=", "paid"),
                ("bank_statement_line_id", "=", False),
                ("amount", ">", 0),
            ]
        )

    def _left_proofs(self):
        """The gateways' last proof by the month's end, where it differs."""
        end = fields.Datetime.to_datetime(date_utils.add(self.date, days=2))
        proofs = self.env["payment.balance.proof"].search(
            [("company_id", "=", self.company_id.id), ("proved_at", "<", end)],
            order="id desc",
        )
        last = {}
        for proof in proofs:
            last.setdefault((proof.provider_id, proof.currency_id), proof)
        return proofs.union(*last.values()).filtered(lambda each: each.state == "red")

    def _left_parked(self):
        return self.env["payment.balance.transaction"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "parked")]
        )

    # === ACTIONS === #

    def action_close(self):
        """Lock the month, if nothing is left to do or a person says why.

        :raise UserError: with what is left to do
        """
        self.ensure_one()
        self.action_check()
        left = self.step_ids.filtered(lambda step: not step.is_done)
        if left and not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Left to do:\n%s\nDo it first, or write down why the month is "
                    "closed although.",
                    "\n".join(f"- {step.name}: {step.left_count}" for step in left),
                )
            )
        company = self.company_id
        if not company.fiscalyear_lock_date or company.fiscalyear_lock_date < self.date:
            company.sudo().fiscalyear_lock_date = self.date
        self.state = "closed"
        return True

    def action_reopen(self):
        """Open the month again; the lock date goes back to the month before."""
        self.ensure_one()
        before = date_utils.subtract(date_utils.start_of(self.date, "month"), days=1)
        if self.company_id.fiscalyear_lock_date == self.date:
            self.company_id.sudo().fiscalyear_lock_date = before
        self.write({"state": "open", "reason": False})
        return True


class BankMonthCloseStep(models.Model):
    """One line of the checklist."""

    _name = "bank.month.close.step"
    _description = "Step of the Month-End"
    _order = "id"

    close_id = fields.Many2one(
        "bank.month.close", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Char(required=True)
    name = fields.Char("Step", compute="_compute_name")
    model = fields.Char(required=True)
    left_ids = fields.Json()
    left_count = fields.Integer("Left")
    is_done = fields.Boolean("Done", compute="_compute_is_done", store=True)

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_name(self):
        words = dict(STEPS)
        for step in self:
            step.name = self.env._(words[step.kind])

    @api.depends("left_count")
    def _compute_is_done(self):
        for step in self:
            step.is_done = not step.left_count

    def action_open(self):
        """List what is left."""
        self.ensure_one()
        if self.kind == "ledger":
            return self.env["ir.actions.actions"]._for_xml_id(
                "payment_reconciliation.action_bank_reconciliation_report"
            )
        return (
            self.env[self.model]
            .browse(self.left_ids)
            ._get_records_action(name=self.name)
        )
