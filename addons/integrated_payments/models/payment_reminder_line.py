"""An invoice in a reminder: each level once, and its late fee once."""

from odoo import Command, fields, models


class PaymentReminderLine(models.Model):
    _name = "payment.reminder.line"
    _description = "Invoice in a Reminder"
    _order = "id"

    reminder_id = fields.Many2one(
        "payment.reminder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="reminder_id.company_id", store=True)
    currency_id = fields.Many2one(related="reminder_id.currency_id")
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="restrict"
    )
    level_id = fields.Many2one(
        "payment.reminder.level", required=True, ondelete="restrict"
    )
    due_date = fields.Date(related="move_id.invoice_date_due")
    amount = fields.Monetary("Open when Sent", readonly=True)
    fee_move_id = fields.Many2one(
        "account.move", "Late Fee", readonly=True, copy=False, index="btree_not_null"
    )

    _move_level_unique = models.Constraint(
        "UNIQUE(move_id, level_id)",
        "This invoice was reminded of at this level already.",
    )

    def _make_fees(self):
        """Make the draft invoices of late fees, by level; none on a late fee."""
        fees = self.search([("fee_move_id", "in", self.move_id.ids)]).fee_move_id
        for line in self.filtered(
            lambda each: not each.fee_move_id and each.move_id not in fees
        ):
            amount, currency = line.level_id._late_fee(
                line.move_id, line.reminder_id.day
            )
            if amount:
                line.fee_move_id = line._fee_invoice(amount, currency)

    def _fee_invoice(self, amount, currency):
        """Draft without tax: whether a late fee bears one is for the accountant."""
        move = self.move_id
        label = self.env._("Late payment of %(invoice)s", invoice=move.name)
        return (
            self.env["account.move"]
            .with_company(move.company_id)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": move.partner_id.id,
                    "currency_id": currency.id,
                    "invoice_origin": move.name,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": label,
                                "quantity": 1,
                                "price_unit": amount,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
        )
