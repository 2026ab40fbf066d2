"""Levels of reminders: when, with which words, and what paying late costs."""

from odoo import fields, models

from ..domain import minor_units
from ..domain.reminders import interest


class PaymentReminderLevel(models.Model):
    _name = "payment.reminder.level"
    _description = "Reminder Level"
    _order = "days, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    days = fields.Integer(
        "Days after Due Date", help="Negative: before the invoice is due."
    )
    company_id = fields.Many2one(
        "res.company",
        help="Empty: for every company that has no levels of its own.",
    )
    template_id = fields.Many2one(
        "mail.template",
        "E-mail",
        required=True,
        domain=[("model", "=", "payment.reminder")],
        ondelete="restrict",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        "SMS",
        domain=[("model", "=", "payment.reminder")],
        ondelete="restrict",
        help="Sent beside the e-mail to customers with a valid number; SMS cost money.",
    )
    fee_policy = fields.Selection(
        [("none", "None"), ("fixed", "Fixed fee"), ("interest", "Interest")],
        "Late Fee",
        default="none",
        required=True,
        help="Made as a draft invoice, for you to check and post.",
    )
    fee_amount = fields.Float("Fee", digits="Product Price")
    fee_percent = fields.Float("Interest % a Year")

    _fee_positive = models.Constraint(
        "CHECK(fee_amount >= 0 AND fee_percent >= 0)",
        "A late fee cannot be negative.",
    )

    def _late_fee(self, move, day):
        """Return (amount, currency) that an invoice owes at this level, 0 if nothing.

        A fixed fee is in the company's currency, interest in the invoice's.
        """
        self.ensure_one()
        if self.fee_policy == "fixed":
            currency = move.company_id.currency_id
            return currency.round(self.fee_amount), currency
        currency = move.currency_id
        if self.fee_policy == "none":
            return 0.0, currency
        residual = currency.round(move.amount_residual)
        owed = interest(
            minor_units.to_minor(residual, currency.name),
            self.fee_percent,
            (day - move.invoice_date_due).days,
        )
        return currency.round(
            float(minor_units.to_major(owed, currency.name))
        ), currency
