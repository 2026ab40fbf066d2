from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIVE = ("running", "paused")
# What no rule decides, posted to suspense or not; in shadow it only says why.
TO_REVIEW = [
    "|",
    ("state", "=", "parked"),
    "&",
    ("state", "=", "shadow"),
    ("reason", "!=", False),
]


class PaymentBackfill(models.Model):
    """An import from the gateway's lists: its history, or what webhooks missed.

    How it works through the lists is in ``payment_backfill_work``.
    """

    _name = "payment.backfill"
    _description = "Import from a payment gateway"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_provider(),
    )
    provider_name = fields.Char("Gateway", related="provider_id.name")
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        [("history", "History"), ("poll", "Nightly Check")],
        default="history",
        required=True,
        readonly=True,
    )
    date_start = fields.Date(
        "From",
        required=True,
        tracking=True,
        help="The first day whose movements are imported one by one.",
    )
    with_opening = fields.Boolean(
        "Opening Line",
        default=True,
        help="Sum what moved before that day into one line, so that the books hold the"
        " gateway's whole balance.",
    )
    opening_account_id = fields.Many2one(
        "account.account",
        "Against",
        check_company=True,
        default=lambda self: self._default_opening_account(),
        help="Where the balance of earlier times is in the present books. Empty: on the"
        " suspense account, where you match it.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    since = fields.Datetime("Looked At From", readonly=True, copy=False)
    until = fields.Datetime("Looked At To", readonly=True, copy=False)
    snapshot = fields.Json(readonly=True, copy=False)
    snapshot_at = fields.Datetime(readonly=True, copy=False)
    window_start = fields.Datetime("Arrived At", readonly=True, copy=False)
    window_days = fields.Integer(default=1, readonly=True, copy=False)
    window_pages = fields.Integer(readonly=True, copy=False)
    cursor_kind = fields.Char(readonly=True, copy=False)
    cursor_after = fields.Char(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", store=True)
    message = fields.Char(readonly=True, copy=False)
    problems = fields.Text(readonly=True, copy=False)
    problem_count = fields.Integer(readonly=True, copy=False)
    page_count = fields.Integer("Pages", readonly=True, copy=False)
    looked_at = fields.Integer("Objects Looked At", readonly=True, copy=False)
    attempts = fields.Integer(readonly=True, copy=False)
    next_attempt_at = fields.Datetime(readonly=True, copy=False)
    started_at = fields.Datetime("Started", readonly=True, copy=False)
    finished_at = fields.Datetime("Finished", readonly=True, copy=False)
    movement_ids = fields.One2many(
        "payment.balance.transaction", "backfill_id", readonly=True
    )
    found_count = fields.Integer("Filled", compute="_compute_counts")
    parked_count = fields.Integer("To Review", compute="_compute_counts")
    missed_count = fields.Integer(
        "Missed by the Webhook",
        readonly=True,
        copy=False,
        help="Movements that the gateway should have announced and that were not here.",
    )
    opening_ids = fields.One2many("payment.opening", "backfill_id", readonly=True)

    _active_uniq = models.UniqueIndex(
        "(provider_id, kind) WHERE state IN ('running', 'paused')",
        "An import of this gateway is under way already.",
    )

    @api.model
    def _default_provider(self):
        """Return the company's gateway, if it has just one: few may read providers."""
        found = (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("books_mode", "!=", "off"),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=2,
            )
        )
        return found if len(found) == 1 else found.browse()

    @api.model
    def _default_opening_account(self):
        provider_id = self.env.context.get("default_provider_id")
        provider = self.env["payment.provider"].sudo().browse(provider_id)
        found = (provider or self._default_provider()).gateway_account_ids
        return found.filtered(lambda line: line.role == "opening").account_id

    @api.depends("since", "until", "window_start", "state")
    def _compute_progress(self):
        for run in self:
            if run.state == "done":
                run.progress = 100.0
            elif run.since and run.until and run.until > run.since:
                done = (run.window_start or run.since) - run.since
                run.progress = min(100.0 * (done / (run.until - run.since)), 99.0)
            else:
                run.progress = 0.0

    def _compute_counts(self):
        group = self.env["payment.balance.transaction"]._read_group
        own = [("backfill_id", "in", self.ids)]
        found = dict(group(own, ["backfill_id"], ["__count"]))
        parked = dict(group(own + TO_REVIEW, ["backfill_id"], ["__count"]))
        for run in self:
            run.found_count = found.get(run, 0)
            run.parked_count = parked.get(run, 0)

    @api.depends("kind", "date_start")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            since = fields.Date.to_string(run.date_start) or ""
            run.display_name = f"{labels[run.kind]} {since}".strip()

    # === ACTIONS === #

    def action_start(self):
        """Begin: the books start on the chosen day, and the job takes over."""
        self.check_access("write")
        for run in self.sudo():
            run._check_startable()
            run._begin()
        return True

    def action_pause(self):
        """Stop after the present page; what was imported stays."""
        self.check_access("write")
        for run in self.sudo().filtered(lambda each: each.state == "running"):
            run.write({"state": "paused", "message": self.env._("Paused.")})
        return True

    def action_resume(self):
        """Go on where it stopped."""
        self.check_access("write")
        runs = self.sudo().filtered(lambda each: each.state in ("paused", "failed"))
        runs.write(
            {
                "state": "running",
                "message": False,
                "attempts": 0,
                "next_attempt_at": fields.Datetime.now(),
            }
        )
        self._wake()
        return True

    def action_view_movements(self):
        """List the movements that this import brought."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "integrated_payments.action_payment_balance_transaction"
            ),
            "domain": [("backfill_id", "=", self.id)],
        }

    def action_view_parked(self):
        """List those of them that wait for a decision."""
        action = self.action_view_movements()
        return {**action, "domain": action["domain"] + TO_REVIEW}

    def _check_startable(self):
        if self.state != "draft":
            raise UserError(self.env._("This import has been started already."))
        if self.provider_id.books_mode == "off":
            raise UserError(
                self.env._(
                    "%s keeps no gateway books yet. Press Set up Gateway Books first.",
                    self.provider_id.name,
                )
            )
        if self.provider_id.backfill_ids.filtered(
            lambda run: run.kind == self.kind and run.state in ACTIVE
        ):
            raise UserError(
                self.env._(
                    "An import of %s is under way already. Wait for its end, or pause"
                    " it and go on with it.",
                    self.provider_id.name,
                )
            )
        if self.date_start > fields.Date.context_today(self):
            raise UserError(self.env._("The first day lies in the future."))
