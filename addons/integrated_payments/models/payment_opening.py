from datetime import timedelta

from odoo import api, fields, models

from ..domain.categories import MIRRORED
from .fields import MinorUnits


class PaymentOpening(models.Model):
    """The gateway's balance when its books begin: one statement line per currency."""

    _name = "payment.opening"
    _description = "Opening line of a gateway's books"
    _order = "date desc, id desc"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, help="The day before the start.")
    amount_minor = MinorUnits(readonly=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    account_id = fields.Many2one(
        "account.account",
        "Against",
        readonly=True,
        help="Empty: the suspense account, where a person matches it.",
    )
    state = fields.Selection(
        [
            ("shadow", "Computed"),
            ("posted", "Posted"),
            ("parked", "To Review"),
            ("reversed", "Reversed"),
        ],
        default="shadow",
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null"
    )
    reversal_line_id = fields.Many2one("account.bank.statement.line", readonly=True)
    backfill_id = fields.Many2one("payment.backfill", "Computed By", readonly=True)

    _current_uniq = models.UniqueIndex(
        "(provider_id, currency_id) WHERE state != 'reversed'",
        "The books of a gateway have one opening line per currency.",
    )

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for opening in self:
            opening.amount = opening.currency_id._from_minor(opening.amount_minor)

    @api.model
    def _state_anew(self, run):
        """Bring the opening lines of a provider in line with a finished import.

        The opening is the gateway's balance less every movement that is on the books
        by itself. A line that is different by now is reversed and made anew.

        :param run: payment.backfill with ``snapshot`` ({currency: minor units}) as it
            was at ``snapshot_at``
        """
        provider = run.provider_id
        current = self.search(
            [("provider_id", "=", provider.id), ("state", "!=", "reversed")]
        ).grouped("currency_id")
        for currency, minor in self._amounts(run).items():
            values = {
                "date": provider.books_start - timedelta(days=1),
                "amount_minor": minor,
                "account_id": run.opening_account_id.id,
            }
            opening = current.get(currency, self.browse())
            if opening and not opening._differs(values):
                continue
            opening._reverse()
            if minor:
                self.create(
                    {
                        "provider_id": provider.id,
                        "currency_id": currency.id,
                        "backfill_id": run.id,
                        **values,
                    }
                )
        self._post_computed(provider)

    @api.model
    def _amounts(self, run):
        """Return {currency: opening balance in minor units} of an import."""
        rows = self.env["payment.balance.transaction"]._read_group(
            [
                ("provider_id", "=", run.provider_id.id),
                ("state", "!=", "opening"),
                ("balance_type", "not in", list(MIRRORED)),
                ("created_at", "<", run.snapshot_at),
            ],
            ["currency_id"],
            ["net_minor:sum"],
        )
        amounts = {
            self.env["res.currency"]._of_code(code): minor
            for code, minor in (run.snapshot or {}).items()
        }
        for currency, net in rows:
            amounts[currency] = amounts.get(currency, 0) - net
        return amounts

    def _differs(self, values):
        return any(
            self._fields[name].convert_to_write(self[name], self) != value
            for name, value in values.items()
        )

    @api.model
    def _post_computed(self, provider):
        """Post the opening lines of a provider that posts; in shadow they are shown."""
        if provider.books_mode == "post":
            self.search(
                [
                    ("provider_id", "=", provider.id),
                    ("state", "in", ("shadow", "parked")),
                ]
            )._post()

    def _post(self):
        """Make the statement lines; what no journal can hold is parked, saying why."""
        for opening in self.filtered(lambda each: each.state in ("shadow", "parked")):
            provider = opening.provider_id
            if reason := provider._why_not_in(opening.currency_id):
                opening.write({"state": "parked", "reason": reason})
                continue
            line = opening._create_line(
                opening.amount,
                self.env._("Balance of %s brought forward", provider.name),
            )
            opening.write(
                {"statement_line_id": line.id, "state": "posted", "reason": False}
            )

    def _reverse(self):
        """Take the lines back by a second one each: a correction is a reversal."""
        for opening in self:
            if opening.statement_line_id:
                opening.reversal_line_id = opening._create_line(
                    -opening.amount,
                    self.env._(
                        "Reversal of: %s", opening.statement_line_id.payment_ref
                    ),
                )
                opening._match_reversal()
            opening.write({"state": "reversed", "reason": False})
            # Another one of this currency takes its place in the index.
            opening.flush_recordset(["state"])

    def _match_reversal(self):
        """Match line and reversal, where their account is one that is matched."""
        lines = (self.statement_line_id | self.reversal_line_id).line_ids.filtered(
            lambda item: item.account_id.reconcile and not item.reconciled
        )
        for items in lines.grouped("account_id").values():
            if len(items.move_id) > 1:
                items.reconcile()

    def _create_line(self, amount, label):
        provider = self.provider_id.with_company(self.company_id)
        journal = provider._ensure_journal_of(self.currency_id)
        end_of_day = provider._start_of(self.date + timedelta(days=1)) - timedelta(
            seconds=1
        )
        values = {
            "journal_id": journal.id,
            "date": self.company_id._payment_date(end_of_day, journal),
            "payment_ref": label,
            "ref": f"opening-{self.id}",
            "amount": amount,
        }
        if self.account_id:
            values["counterpart_account_id"] = self.account_id.id
        return self.env["account.bank.statement.line"].create(values)

    # === ACTIONS === #

    def action_post(self):
        """Post what could not be posted, after the cause has been removed."""
        self.check_access("write")
        self.sudo()._post()
        return True

    def action_open_entry(self):
        """Open the journal entry, and its reversal if there is one."""
        self.ensure_one()
        lines = self.statement_line_id | self.reversal_line_id
        return lines.move_id._get_records_action(name=self.env._("Opening Line"))
