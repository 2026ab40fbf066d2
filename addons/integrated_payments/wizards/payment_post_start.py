from odoo import api, fields, models
from odoo.exceptions import UserError


class PaymentPostStart(models.TransientModel):
    """The end of a pilot: from a day on the gateway's movements are posted."""

    _name = "payment.post.start"
    _description = "Start posting a gateway's movements"

    provider_id = fields.Many2one("payment.provider", required=True, readonly=True)
    company_id = fields.Many2one(related="provider_id.company_id")
    date_start = fields.Date(
        "Post From",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.context_today(self), "month"
        ),
    )
    earlier = fields.Selection(
        [
            ("opening", "Sum them into an opening line"),
            ("post", "Post them too, one by one"),
        ],
        "Earlier Movements",
        default="opening",
        required=True,
    )
    opening_account_id = fields.Many2one(
        "account.account",
        "Opening Line Against",
        check_company=True,
        help="Where the gateway's balance is in the present books. Empty: on the"
        " suspense account, where you match it.",
    )
    earlier_count = fields.Integer("Movements Before", compute="_compute_counts")
    posted_count = fields.Integer("Movements Since", compute="_compute_counts")

    @api.depends("provider_id", "date_start")
    def _compute_counts(self):
        for wizard in self:
            begin = wizard.provider_id._start_of(wizard.date_start)
            domain = wizard._shadow_domain()
            count = self.env["payment.balance.transaction"].search_count
            wizard.earlier_count = count([*domain, ("created_at", "<", begin)])
            wizard.posted_count = count([*domain, ("created_at", ">=", begin)])

    def _shadow_domain(self):
        return [
            ("provider_id", "=", self.provider_id.id),
            ("statement_line_id", "=", False),
            ("state", "in", ("shadow", "pending", "parked")),
        ]

    def action_start(self):
        """Switch to posting, then import what is missing since and post it.

        :return: the import's form, where the progress is shown
        """
        self.ensure_one()
        provider = self.provider_id
        if provider.books_mode != "shadow":
            raise UserError(
                self.env._("%s is not in shadow mode.", provider.display_name)
            )
        if provider.backfill_ids.filtered(lambda each: each.state in ("running",)):
            raise UserError(
                self.env._("An import is running. Pause it or wait for its end.")
            )
        self.env["payment.balance.transaction"].search(
            [("provider_id", "=", provider.id), ("state", "=", "shadow")]
        ).write({"state": "pending", "reason": False})
        provider.books_mode = "post"
        run = self.env["payment.backfill"].create(
            {
                "provider_id": provider.id,
                "date_start": self._first_day(),
                "opening_account_id": self.opening_account_id.id,
            }
        )
        run.action_start()
        return run._get_records_action(name=self.env._("Posting Starts"))

    def _first_day(self):
        """Return the first day whose movements are posted one by one."""
        if self.earlier == "opening":
            return self.date_start
        first = self.env["payment.balance.transaction"].search(
            self._pending_domain(), order="created_at", limit=1
        )
        known = self.provider_id.books_start or first.created_at.date()
        return min(filter(None, (known, self.date_start)))

    def _pending_domain(self):
        return [("provider_id", "=", self.provider_id.id), ("state", "=", "pending")]
