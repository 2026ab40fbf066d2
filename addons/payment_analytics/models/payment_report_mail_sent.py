from odoo import api, fields, models


class PaymentReportMailSent(models.Model):
    """One mail of one period to one recipient: sent, or why not."""

    _name = "payment.report.mail.sent"
    _description = "Sent Mail of Payment Figures"
    _order = "date_to desc, id desc"
    _rec_name = "user_id"

    schedule_id = fields.Many2one(
        "payment.report.mail",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", "Recipient", required=True, readonly=True, ondelete="cascade"
    )
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    state = fields.Selection(
        [("failed", "Failed"), ("sent", "Sent")],
        default="failed",
        required=True,
        readonly=True,
    )
    sent_on = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True)
    error = fields.Text(readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    told = fields.Json(
        readonly=True,
        help="The figures as of its moment, for the next mail to compare.",
    )
    problem = fields.Text(compute="_compute_problem")

    _once = models.UniqueIndex(
        "(schedule_id, user_id, date_from, date_to)",
        "This mail was sent already.",
    )

    @api.depends("error", "mail_id")
    def _compute_problem(self):
        for record in self:
            record.problem = record._error_now()

    def _error_now(self):
        """Return why the mail did not go: here, or at the mail server."""
        mail = self.sudo().mail_id
        refused = mail.state == "exception" and mail.failure_reason
        return self.error or refused or False

    def _fail(self, reason):
        self.write({"state": "failed", "error": reason, "tries": self.tries + 1})
