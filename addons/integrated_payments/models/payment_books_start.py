"""Where the gateway's books begin: what moved before is one opening line, no more."""

from datetime import datetime, time, timezone

import pytz

from odoo import fields, models


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    books_start = fields.Date(
        "Books Start On",
        readonly=True,
        copy=False,
        help="Movements before this day are not posted one by one: the opening line"
        " holds their sum.",
    )

    def _start_of(self, day):
        """Return when ``day`` begins for the company, as naive UTC datetime."""
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        begin = zone.localize(datetime.combine(day, time.min))
        return begin.astimezone(pytz.utc).replace(tzinfo=None)

    def _books_begin(self):
        """Return when the books begin as naive UTC datetime, None without a start."""
        return self._start_of(self.books_start) if self.books_start else None

    def _is_before_books(self, fact):
        """Whether a fact of the gateway belongs to the opening line."""
        begin = self._books_begin()
        created = fact.created.astimezone(timezone.utc).replace(tzinfo=None)
        return bool(begin and created < begin)

    def _set_books_start(self, day):
        """Let the books begin on ``day``; what was not posted changes sides by it.

        Posted movements stay posted: the opening line takes them into account.
        """
        self.ensure_one()
        self.books_start = day
        begin = self._books_begin()
        Movement = self.env["payment.balance.transaction"]
        own = [("provider_id", "=", self.id), ("statement_line_id", "=", False)]
        Movement.search(
            [*own, ("state", "=", "opening"), ("created_at", ">=", begin)]
        ).write({"state": "pending", "reason": False})
        Movement.search(
            [*own, ("state", "!=", "opening"), ("created_at", "<", begin)]
        )._cover_by_opening()


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    state = fields.Selection(
        selection_add=[("opening", "In Opening Line")],
        ondelete={"opening": "set default"},
    )

    def _cover_by_opening(self):
        """Leave what moved before the books begin to the opening line.

        :return: the movements that are to be posted
        """
        covered = self.browse()
        for provider, records in self.grouped("provider_id").items():
            begin = provider.sudo()._books_begin()
            covered |= records.filtered(
                lambda each, begin=begin: (
                    begin and not each.statement_line_id and each.created_at < begin
                )
            )
        covered.filtered(lambda each: each.state != "opening").write(
            {"state": "opening", "reason": False}
        )
        return self - covered
