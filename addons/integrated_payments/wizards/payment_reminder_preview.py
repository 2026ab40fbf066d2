"""The list "what will be sent tomorrow and to whom"."""

from datetime import timedelta

from odoo import api, fields, models


class PaymentReminderPreview(models.TransientModel):
    _name = "payment.reminder.preview"
    _description = "Reminder to Be Sent"

    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    email = fields.Char("Sent to", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    level_id = fields.Many2one("payment.reminder.level", readonly=True)
    due_date = fields.Date(related="move_id.invoice_date_due")
    amount = fields.Monetary("Open", related="move_id.amount_residual")
    currency_id = fields.Many2one(related="move_id.currency_id")
    reason = fields.Char("Held Because", readonly=True)

    @api.model
    def action_tomorrow(self):
        """Compute tomorrow's reminders anew and open them, grouped by customer."""
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        companies = self.env.companies
        on = companies.filtered("payment_reminders")
        rows = self.create(
            [
                {
                    "move_id": each.move.id,
                    "partner_id": each.move.commercial_partner_id.id,
                    "email": each.move._reminder_address().email,
                    "company_id": each.move.company_id.id,
                    "level_id": each.level.id,
                    "reason": each.reason
                    or (
                        each.move.company_id not in on
                        and self.env._("Reminders are off in Settings")
                    ),
                }
                for each in self.env["payment.reminder"]._plan(companies, tomorrow)
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("To Be Sent Tomorrow"),
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", rows.ids)],
            "context": {"group_by": "partner_id", "create": False},
            "help": self.env._("No reminder is due tomorrow."),
        }

    def action_send_now(self):
        """Send the selected ones today, as far as they are due today."""
        return self.move_id.action_remind()
