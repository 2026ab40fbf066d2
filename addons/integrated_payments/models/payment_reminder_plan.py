"""What is to be sent on a day, and what is held for which reason."""

from collections import defaultdict, namedtuple

from odoo import api, fields, models
from odoo.fields import Domain

from ..domain.reminders import level_due

OPEN_DISPUTES = (
    "warning_needs_response",
    "warning_under_review",
    "needs_response",
    "under_review",
)
Planned = namedtuple("Planned", "move level reason")


class ResPartner(models.Model):
    _inherit = "res.partner"

    payment_promised_on = fields.Date(
        "Promised to Pay by", help="No reminders are sent until this day has passed."
    )
    payment_reminder_level_ids = fields.Many2many(
        "payment.reminder.level",
        string="Own Reminder Levels",
        help="Instead of the company's levels; empty: the company's.",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    payment_promised_on = fields.Date(
        "Promised to Pay by",
        copy=False,
        help="No reminders are sent until this day has passed.",
    )
    reminder_line_ids = fields.One2many(
        "payment.reminder.line", "move_id", "Reminders", readonly=True
    )

    def action_remind(self):
        """Send now what is due for the selected invoices; say what is held and why."""
        self.check_access("write")
        return self.env["payment.reminder"]._remind(self)

    def _reminder_hold(self, day):
        """Return why no reminder may be sent on ``day``, False if one may."""
        self.ensure_one()
        entity = self.commercial_partner_id
        promised = max(
            filter(None, (self.payment_promised_on, entity.payment_promised_on)),
            default=None,
        )
        states = set(self.sudo().transaction_ids.mapped("state"))
        disputes = self.sudo().transaction_ids.dispute_ids.mapped("state")
        if entity.payment_no_reminders:
            return self.env._("The customer gets no reminders")
        if states & {"pending", "authorized"}:
            return self.env._("A payment is under way")
        if set(disputes) & set(OPEN_DISPUTES):
            return self.env._("A payment is disputed")
        if promised and promised >= day:
            return self.env._("Promised to pay by %s", promised)
        if not self._reminder_address().email_normalized:
            return self.env._("The customer has no valid e-mail address")
        return False

    def _reminder_address(self):
        """Return the contact that is reminded: the customer's invoice address."""
        entity = self.commercial_partner_id
        return entity.browse(entity.address_get(["invoice"])["invoice"])


class PaymentReminder(models.Model):
    _inherit = "payment.reminder"

    @api.model
    def _plan(self, companies, day, moves=None):
        """Return what is due on ``day`` as :class:`Planned`, what is held included.

        :param moves: only these invoices; all that are open if None
        """
        domain = Domain(
            [
                ("company_id", "in", companies.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("amount_residual", ">", 0),
                ("invoice_date_due", "!=", False),
            ]
        )
        if moves is not None:
            domain &= Domain("id", "in", moves.ids)
        found = self.env["account.move"].search(domain, order="invoice_date_due, id")
        levels = self._levels_by_company(companies)
        planned = []
        for move in found:
            own = move.commercial_partner_id.payment_reminder_level_ids.filtered(
                lambda level, move=move: (
                    level.company_id in (self.env["res.company"], move.company_id)
                )
            )
            level = level_due(
                day,
                move.invoice_date_due,
                [(each.days, each) for each in own or levels[move.company_id]],
                [
                    (line.level_id.days, line.reminder_id.day)
                    for line in move.reminder_line_ids
                ],
            )
            if level:
                planned.append(Planned(move, level, move._reminder_hold(day)))
        return planned

    @api.model
    def _levels_by_company(self, companies):
        """Return {company: its levels, else the common ones}."""
        every = self.env["payment.reminder.level"].search(
            [("company_id", "in", [False, *companies.ids])]
        )
        found = defaultdict(lambda: every.browse())
        for company in companies:
            own = every.filtered(
                lambda each, company=company: each.company_id == company
            )
            found[company] = own or every.filtered(lambda each: not each.company_id)
        return found
