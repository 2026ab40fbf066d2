"""The safety net: each night the gateway's lists are compared with what is here."""

from datetime import timedelta

from odoo import api, fields, models

from ..gateway import registry


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    poll_days = fields.Integer(
        "Days to Check",
        default=7,
        copy=False,
        help="How far back the nightly check looks behind the newest movement.",
    )
    backfill_ids = fields.One2many("payment.backfill", "provider_id", readonly=True)
    opening_ids = fields.One2many("payment.opening", "provider_id", readonly=True)
    last_poll_id = fields.Many2one("payment.backfill", readonly=True, copy=False)
    last_poll_at = fields.Datetime("Last Check", readonly=True, copy=False)
    last_poll_missing = fields.Integer(
        "Missed by the Webhook", readonly=True, copy=False
    )
    backfill_count = fields.Integer(compute="_compute_backfill_count")

    def _compute_backfill_count(self):
        rows = self.env["payment.backfill"]._read_group(
            [("provider_id", "in", self.ids), ("kind", "=", "history")],
            ["provider_id"],
            ["__count"],
        )
        counts = dict(rows)
        for provider in self:
            provider.backfill_count = counts.get(provider._origin, 0)

    @api.model
    def _cron_poll(self):
        """Begin a check at each gateway whose books are kept."""
        for provider in self.search(
            [("books_mode", "!=", "off"), ("state", "!=", "disabled")]
        ):
            if registry.supports(provider.code) and provider.stripe_secret_key:
                poll = provider._begin_poll()
                if poll.state == "paused":  # a pause is not for ever
                    poll.action_resume()

    def _begin_poll(self):
        """Begin a check unless one is under way.

        :return: the payment.backfill that checks
        """
        self.ensure_one()
        Backfill = self.env["payment.backfill"]
        under_way = Backfill.search(
            [
                ("provider_id", "=", self.id),
                ("kind", "=", "poll"),
                ("state", "in", ("running", "paused")),
            ],
            limit=1,
        )
        if under_way:
            return under_way
        since = self._poll_since()
        poll = Backfill.create(
            {
                "provider_id": self.id,
                "kind": "poll",
                "date_start": since.date(),
                "since": since,
                "with_opening": False,
            }
        )
        poll._begin()
        return poll

    def _poll_since(self):
        """Return from when to look: some days before what was last seen.

        What was last seen is the newest movement or the end of the last check, the
        earlier one, so that a server that was down for weeks misses nothing. Movements
        before the books begin are left to the opening line.
        """
        newest = self.env["payment.balance.transaction"].search(
            [("provider_id", "=", self.id)], order="created_at desc", limit=1
        )
        seen = [fields.Datetime.now(), newest.created_at, self.last_poll_id.until]
        since = min(filter(None, seen)) - timedelta(days=max(self.poll_days, 1))
        return max(since, self._books_begin() or since)

    # === ACTIONS === #

    def action_poll(self):
        """Compare the gateway's lists with what is here, now."""
        self.ensure_one()
        self.check_access("write")
        poll = self.sudo()._begin_poll()
        return poll.with_env(self.env)._get_records_action(
            name=self.env._("Check of the Gateway")
        )

    def action_import_history(self):
        """Open the form that starts an import of history."""
        self.ensure_one()
        running = self.env["payment.backfill"].search(
            [
                ("provider_id", "=", self.id),
                ("kind", "=", "history"),
                ("state", "in", ("draft", "running", "paused", "failed")),
            ],
            limit=1,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import History"),
            "res_model": "payment.backfill",
            "view_mode": "form",
            "res_id": running.id,
            "context": {"default_provider_id": self.id, "default_kind": "history"},
        }

    def action_view_backfills(self):
        """List the imports of this gateway."""
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "integrated_payments.action_payment_backfill"
            ),
            "domain": [("provider_id", "in", self.ids)],
            "context": {"default_provider_id": self[:1].id},
        }
