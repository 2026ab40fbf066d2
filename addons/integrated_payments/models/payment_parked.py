"""What is parked asks for a person, and is tried again by itself."""

from collections import defaultdict

from markupsafe import Markup

from odoo import api, models

ACTIVITY = "integrated_payments.activity_parked"
PARKED = [("state", "=", "parked")]


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    @api.model
    def _ask_about_parked(self):
        """Keep one activity per gateway journal while something of it is parked.

        On the journal, as the one about the balance, so that it shows on its card. It
        is closed by itself. A journal that another worker holds is left to the next
        run, so that two of them never ask twice.
        """
        parked = self._parked_by_journal()
        asked = self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
                ("res_model", "=", "account.journal"),
            ]
        )
        journals = self.env["account.journal"].browse(
            {*(journal.id for journal in parked), *asked.mapped("res_id")}
        )
        for journal in journals.exists().try_lock_for_update():
            if journal in parked:
                journal._ask_about_parked(*parked[journal])
            else:
                journal.activity_feedback(
                    [ACTIVITY], feedback=self.env._("Nothing is parked any more.")
                )

    def _retry_parked(self, limit):
        """Make movements that could not be booked due again: the cause may be gone.

        What lies on suspense stays there, for a person to decide.

        :param int limit: movements; those whose last try is longest ago come first
        """
        self.ensure_one()
        parked = self.env["payment.balance.transaction"].search(
            [
                *PARKED,
                ("provider_id", "=", self.id),
                ("statement_line_id", "=", False),
            ],
            order="write_date, id",
            limit=limit,
        )
        parked.write({"state": "pending", "reason": False})
        self._post_balance_transactions(limit)

    @api.model
    def _parked_by_journal(self):
        """Return {journal: [parked events, parked movements]}."""
        found = defaultdict(lambda: [0, 0])
        for place, model in enumerate(("payment.event", "payment.balance.transaction")):
            rows = self.env[model]._read_group(PARKED, ["provider_id"], ["__count"])
            for provider, count in rows:
                if provider.journal_id:
                    found[provider.journal_id][place] += count
        return dict(found)


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _ask_about_parked(self, events, movements):
        """Give the responsible person one activity, brought up to date."""
        summary = self.env._(
            "Waiting for a decision at %(gateway)s: events %(events)s,"
            " movements %(movements)s",
            gateway=self.name,
            events=events,
            movements=movements,
        )
        if asked := self.activity_search([ACTIVITY]):
            asked.filtered(lambda each: each.summary != summary).summary = summary
            return
        note = Markup('<a href="/odoo/action-%s">%s</a>') % (
            "integrated_payments.action_payment_overview",
            self.env._("The overview lists them; each says what to do."),
        )
        responsible = self.company_id._payment_responsible()
        self.activity_schedule(
            ACTIVITY, user_id=responsible.id, summary=summary, note=note
        )
