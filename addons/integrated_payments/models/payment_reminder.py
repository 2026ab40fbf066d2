"""Reminders: one mail per customer, company, currency and day, with one link."""

import logging
from collections import defaultdict

import psycopg2

from odoo import Command, api, fields, models

_logger = logging.getLogger(__name__)

SENT_ALREADY = "payment_reminder_line_move_level_unique"
ACTIVITY = "integrated_payments.activity_reminder_failed"


class PaymentReminder(models.Model):
    _name = "payment.reminder"
    _description = "Payment Reminder"
    _inherit = ["portal.mixin"]
    _order = "day desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, readonly=True
    )
    address_id = fields.Many2one("res.partner", "Sent to", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    level_id = fields.Many2one("payment.reminder.level", readonly=True)
    line_ids = fields.One2many("payment.reminder.line", "reminder_id", readonly=True)
    amount = fields.Monetary("Open when Sent", readonly=True)
    open_amount = fields.Monetary("Open Now", compute="_compute_open_amount")
    mail_id = fields.Many2one("mail.mail", readonly=True, copy=False)
    mail_state = fields.Selection(
        related="mail_id.state", string="E-mail", related_sudo=True
    )
    error = fields.Text(related="mail_id.failure_reason", related_sudo=True)
    sms_message_id = fields.Many2one("mail.message", readonly=True, copy=False)
    sms_state = fields.Char("SMS", compute="_compute_sms_state")
    fee_error = fields.Text("Late Fee Not Made", readonly=True)
    payment_url = fields.Char(compute="_compute_payment_url")

    @api.depends("line_ids.move_id.amount_residual")
    def _compute_open_amount(self):
        for reminder in self:
            open_moves = reminder.sudo()._open_moves()
            reminder.open_amount = sum(open_moves.mapped("amount_residual"))

    @api.depends("sms_message_id.notification_ids.notification_status")
    def _compute_sms_state(self):
        """Say what became of the SMS, in the words of Odoo's notifications."""
        notifications = self.sudo().sms_message_id.notification_ids
        labels = dict(
            notifications._fields["notification_status"]._description_selection(
                self.env
            )
        )
        for reminder in self:
            sent = reminder.sudo().sms_message_id.notification_ids[:1]
            reminder.sms_state = labels.get(sent.notification_status, False)

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for reminder in self:
            reminder.access_url = f"/my/reminders/{reminder.id}"
        return result

    def _compute_payment_url(self):
        for reminder in self:
            reminder.payment_url = reminder.get_base_url() + reminder.get_portal_url()

    def _open_moves(self):
        """Return the invoices that can be paid now, of all that were reminded of."""
        return self.line_ids.move_id.filtered(lambda move: move._has_to_be_paid())

    # === Sending === #

    @api.model
    def _cron_remind(self):
        """Remind customers of companies that switched it on; commit after each."""
        self._tell_failures()
        companies = self.env["res.company"].search([("payment_reminders", "=", True)])
        for company in companies:
            reminders = self.with_company(company)
            plan = reminders._plan(company, fields.Date.context_today(self))
            reminders._tell_missing_addresses(company, plan)
            for key, planned in reminders._grouped(plan).items():
                reminders._send_safely(key, planned)
                self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _remind(self, moves):
        """Send what is due for ``moves`` now and return a note for the screen."""
        plan = self._plan(moves.company_id, fields.Date.context_today(self), moves)
        sent = 0
        for key, planned in self._grouped(plan).items():
            sent += bool(self.sudo()._send_safely(key, planned))
        held = [f"{each.move.name}: {each.reason}" for each in plan if each.reason]
        nothing_due = len(moves) - len(plan)
        lines = [self.env._("E-mails to customers: %s", sent), *held]
        if nothing_due:
            lines.append(self.env._("Invoices with nothing due: %s", nothing_due))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Reminders"),
                "message": "; ".join(lines),
                "type": "warning" if held else "info",
                "sticky": bool(held),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _grouped(self, plan):
        """Return {(customer, company, currency): what may be sent}."""
        groups = defaultdict(list)
        for each in plan:
            if not each.reason:
                move = each.move
                key = (move.commercial_partner_id, move.company_id, move.currency_id)
                groups[key].append(each)
        return groups

    @api.model
    def _send_safely(self, key, planned):
        """Send one customer's mail; a failure is told and stops nobody else's."""
        try:
            with self.env.cr.savepoint():
                reminder = self._record(key, planned)
                reminder._send()
        except psycopg2.OperationalError:
            raise  # the database is gone or busy: the job itself tries again
        except Exception as error:
            if SENT_ALREADY in str(error):
                return self.browse()  # another run did
            _logger.warning("A reminder was not sent", exc_info=True)
            self._tell(key[0], key[1], str(error))
            return self.browse()
        reminder._charge_fees()
        return reminder

    @api.model
    def _record(self, key, planned):
        """Log what is sent first: its constraints keep a second run from sending it."""
        partner, company, currency = key
        return self.create(
            {
                "partner_id": partner.id,
                "address_id": planned[0].move._reminder_address().id,
                "company_id": company.id,
                "currency_id": currency.id,
                "day": fields.Date.context_today(self),
                "level_id": max(
                    (each.level for each in planned), key=lambda x: x.days
                ).id,
                "amount": sum(each.move.amount_residual for each in planned),
                "line_ids": [
                    Command.create(
                        {
                            "move_id": each.move.id,
                            "level_id": each.level.id,
                            "amount": each.move.amount_residual,
                        }
                    )
                    for each in planned
                ],
            }
        )

    def _send(self):
        """Put the mail in Odoo's outbox, in one transaction with the log."""
        for reminder in self:
            mail = reminder.level_id.template_id.send_mail(
                reminder.id, email_values={"auto_delete": False}
            )
            reminder.mail_id = mail
            reminder._send_sms()

    def _send_sms(self):
        """Queue the level's SMS, if it has one and the customer a valid number."""
        self.ensure_one()
        template, address = self.level_id.sms_template_id, self.address_id
        if not template or not address.phone_sanitized:
            return
        body = template._render_field("body", self.ids, compute_lang=True)[self.id]
        self.sms_message_id = address._message_sms(
            body, partner_ids=address.ids, put_in_queue=True
        )

    def _charge_fees(self):
        """Make late fees; where that fails the reminder stays and says so."""
        for reminder in self:
            try:
                with self.env.cr.savepoint():
                    reminder.line_ids._make_fees()
            except psycopg2.OperationalError:
                raise
            except Exception as error:
                _logger.warning("A late fee was not made", exc_info=True)
                reminder.fee_error = str(error)
                reminder._tell(reminder.partner_id, reminder.company_id, str(error))

    def action_send_again(self):
        """Send once more a mail that failed; what was sent is not sent again."""
        self.check_access("write")
        for reminder in self.filtered(lambda each: each.mail_state == "exception"):
            reminder.sudo().mail_id.mark_outgoing()

    @api.model
    def _tell_failures(self):
        """Ask about mails that the server refused, one activity per customer."""
        failed = self.search([("mail_id.state", "=", "exception")])
        for reminder in failed:
            self._tell(reminder.partner_id, reminder.company_id, reminder.error or "")

    @api.model
    def _tell_missing_addresses(self, company, plan):
        """Ask for the address of customers who cannot be reminded, once for each."""
        moves = [each.move for each in plan if each.reason]
        for move in moves:
            if not move._reminder_address().email_normalized:
                note = self.env._(
                    "%s cannot be reminded: there is no valid e-mail address.",
                    move.commercial_partner_id.display_name,
                )
                self._tell(move.commercial_partner_id, company, note)

    @api.model
    def _tell(self, partner, company, note):
        if not partner.activity_search([ACTIVITY]):
            partner.activity_schedule(
                ACTIVITY, note=note, user_id=company._payment_responsible().id
            )
