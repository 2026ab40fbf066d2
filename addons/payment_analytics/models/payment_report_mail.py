import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.misc import format_date

from ..metrics import definitions, mailing

_logger = logging.getLogger(__name__)

TRIES = 3
LINKS = {
    "payments": "payment_analytics.dashboard_payments",
    "fees": "payment_analytics.action_payment_fee_report",
    "risk": "payment_analytics.action_payment_alert",
    "cash": "payment_analytics.dashboard_cash",
    "customers": "payment_analytics.dashboard_customers",
    "operations": "payment_analytics.dashboard_operations",
    "sales": "payment_analytics.dashboard_sales",
}


class PaymentReportMail(models.Model):
    """The figures of a dashboard, sent by schedule to people of the company.

    Each recipient gets what they may see, in their language. Of a period each gets one
    mail; the database sees to it.
    """

    _name = "payment.report.mail"
    _description = "Mail of Payment Figures"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    content = fields.Selection(
        [("payments", "Payments"), ("fees", "Fees"), ("risk", "Risk")],
        "Figures",
        required=True,
        default="payments",
    )
    frequency = fields.Selection(
        [
            ("daily", "Every Day"),
            ("weekly", "Every Monday"),
            ("monthly", "Every Month"),
        ],
        required=True,
        default="weekly",
        help="Of the day, the week or the month before.",
    )
    hour = fields.Integer(
        default=7, required=True, help="By the company's clock: 7 is seven o'clock."
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Recipients",
        required=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    channel = fields.Selection(selection="_selection_channel")
    provider_id = fields.Many2one("payment.provider", ondelete="cascade")
    with_targets = fields.Boolean(default=True)
    with_alerts = fields.Boolean("With Open Alerts", default=True)
    sent_ids = fields.One2many("payment.report.mail.sent", "schedule_id")
    sent_on = fields.Datetime("Last Sent", compute="_compute_sent", store=True)
    problem = fields.Text(compute="_compute_problem")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _hour = models.Constraint(
        "CHECK (hour BETWEEN 0 AND 23)", "The hour is between 0 and 23."
    )

    @api.model
    def _selection_channel(self):
        return self.env["payment.report"]._selection_channel()

    @api.depends("sent_ids.sent_on")
    def _compute_sent(self):
        for schedule in self:
            moments = schedule.sent_ids.filtered("sent_on").mapped("sent_on")
            schedule.sent_on = max(moments, default=False)

    @api.depends("sent_ids.error", "user_ids")
    def _compute_problem(self):
        """Show what kept the newest mail of a recipient from going."""
        for schedule in self:
            last = {each.user_id: each for each in schedule.sent_ids.sorted("id")}
            errors = [
                f"{user.name}: {each._error_now()}"
                for user, each in last.items()
                if user in schedule.user_ids and each._error_now()
            ]
            schedule.problem = "\n".join(errors) or False

    @api.depends_context("uid", "lang")
    def _compute_preview(self):
        """Show the mail of the last period as the reader would get it."""
        for schedule in self:
            schedule.preview = schedule._body(self.env.user, *schedule._last_period())

    @api.constrains("user_ids")
    def _check_recipients(self):
        for schedule in self:
            if not schedule.user_ids:
                raise ValidationError(self.env._("A mail needs a recipient."))

    @api.constrains("provider_id", "company_id")
    def _check_provider(self):
        for schedule in self:
            provider = schedule.provider_id.sudo()
            if provider and provider.company_id != schedule.company_id:
                raise ValidationError(
                    self.env._("The provider belongs to another company.")
                )

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Send what is due; one mail after the other, each committed."""
        todo = [
            (schedule, user, period)
            for schedule in self.search([])
            if (period := schedule._due())
            for user in schedule._waiting(*period)
        ]
        for number, (schedule, user, period) in enumerate(todo, 1):
            schedule._send(user, *period)
            left = len(todo) - number
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break

    def _due(self):
        now = self.env["payment.figures"]._now(self.company_id)
        return mailing.due(self.frequency, self.hour, now)

    def _last_period(self):
        today = self.env["payment.figures"]._today(self.company_id)
        return mailing.period(self.frequency, today)

    def _waiting(self, first, last):
        """Return the recipients who have no mail of a period, failed ones included."""
        done = self.env["payment.report.mail.sent"].search(
            [
                ("schedule_id", "=", self.id),
                ("date_from", "=", first),
                ("date_to", "=", last),
                "|",
                ("state", "=", "sent"),
                ("tries", ">=", TRIES),
            ]
        )
        return self.user_ids.filtered("active") - done.user_id

    def _send(self, user, first, last):
        """Hand one mail over to Odoo's queue; what fails is kept on the record.

        :return: whether it was handed over
        """
        values = {
            "schedule_id": self.id,
            "user_id": user.id,
            "date_from": first,
            "date_to": last,
        }
        Sent = self.env["payment.report.mail.sent"].sudo()
        found = Sent.search([(name, "=", value) for name, value in values.items()])
        record = found or Sent.create(values)
        try:
            with self.env.cr.savepoint():
                self._check_reader(user)
                rows = self._rows(user, first, last)
                mail = self._mail(user, first, last, rows)
        except psycopg2.OperationalError:
            raise  # a conflict: Odoo starts the job over
        except Exception as error:  # noqa: BLE001 - shown on the record
            _logger.info("The mail %s for %s failed", self.id, user.id, exc_info=True)
            record._fail(str(error))
            return False
        record.write(
            {
                "state": "sent",
                "sent_on": fields.Datetime.now(),
                "error": False,
                "mail_id": mail.id,
                "told": self._told(rows),
            }
        )
        return True

    def _mail(self, user, first, last, rows):
        """Create the outgoing mail of one recipient."""
        sender = self.company_id.partner_id.email_formatted
        reader = self.with_context(lang=user.lang)
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": reader._subject(first, last),
                    "body_html": self._body(user, first, last, rows),
                    "email_from": sender or self.env.user.email_formatted,
                    "email_to": user.email_formatted,
                    "auto_delete": True,
                    "headers": {"X-Auto-Response-Suppress": "OOF"},
                    "state": "outgoing",
                }
            )
        )

    def _check_reader(self, user):
        """Refuse to send figures to one who may not open them.

        :raise UserError: if the recipient has no address
        :raise AccessError: if the recipient may not see payments of this company, or
            not open the board
        """
        if not user.email:
            raise UserError(self.env._("%s has no e-mail address.", user.name))
        if self.company_id not in user.company_ids:
            raise AccessError(
                self.env._(
                    "%(user)s may not see %(company)s.",
                    user=user.name,
                    company=self.company_id.name,
                )
            )
        self.env["payment.report"].with_user(user).check_access("read")
        board = self.env.ref(LINKS[self.content]).sudo()
        if board._name == "spreadsheet.dashboard":
            if not board.with_user(user).sudo(False).has_access("read"):
                raise AccessError(
                    self.env._(
                        "%(user)s may not open the board %(board)s.",
                        user=user.name,
                        board=board.name,
                    )
                )

    # === CONTENT === #

    def _subject(self, first, last):
        return f"{self.company_id.name}: {self.name}, {self._days(first, last)}"

    def _days(self, first, last):
        """Return a period as a reader says it."""
        if first == last:
            return format_date(self.env, first, date_format="EEEE, d MMMM y")
        if self.frequency == "monthly":
            return format_date(self.env, first, date_format="MMMM y")
        return f"{format_date(self.env, first)} – {format_date(self.env, last)}"

    def _reader(self, user):
        """Return this mail under the rights of ``user``, in this company alone."""
        return (
            self.with_user(user)
            .sudo(False)
            .with_context(
                lang=user.lang, tz=user.tz, allowed_company_ids=self.company_id.ids
            )
        )

    def _rows(self, user, first, last):
        """Return the figures that ``user`` may see."""
        schedule = self.sudo().with_context(lang=user.lang)
        return schedule._figures(self._reader(user).env, first, last)

    def _told(self, _rows):
        """Return what the next mail needs to know of this one's figures."""
        return False

    def _body(self, user, first, last, rows=None):
        """Return the mail as HTML, under the rights and in the words of ``user``."""
        reader = self._reader(user)
        schedule = self.sudo().with_context(lang=user.lang)
        return (
            self.env["ir.qweb"]
            .with_context(lang=user.lang)
            ._render(
                "payment_analytics.payment_report_mail",
                {
                    "schedule": schedule,
                    "company": schedule.company_id,
                    "days": schedule._days(first, last),
                    "rows": rows or self._rows(user, first, last),
                    "targets": schedule._targets(reader.env),
                    "alerts": schedule._alerts(reader.env),
                    "link": schedule._link(),
                    "scope": schedule._scope(),
                },
            )
        )

    def _domain(self):
        domain = []
        if self.channel:
            domain.append(("channel", "=", self.channel))
        if self.provider_id:
            domain.append(("provider_id", "=", self.provider_id.id))
        return domain

    def _scope(self):
        """Return the filters of the figures in words."""
        channels = dict(self._selection_channel())
        parts = (self.provider_id.name, channels.get(self.channel))
        return ", ".join(filter(None, parts))

    def _figures(self, env, first, last):
        """Return a row for each metric: what it was, and how it changed.

        :param env: of the reader
        """
        figures = env["payment.figures"]
        periods = ((first, last), mailing.before(self.frequency, first))
        now, before = (
            figures._facts(self.company_id, [*mailing.since(*days), *self._domain()])[
                0
            ][1]
            for days in periods
        )
        labels = dict(
            self.env["payment.target"]._fields["metric"]._description_selection(env)
        )
        rows = []
        for name in mailing.FIGURES[self.content]:
            metric = definitions.METRICS[name]
            value = definitions.value(metric, now)
            previous = definitions.value(metric, before)
            change, better = mailing.change(metric, value, previous)
            rows.append(
                {
                    "label": labels.get(name, metric.label),
                    "value": figures._format(metric, value, self.company_id),
                    "previous": figures._format(metric, previous, self.company_id),
                    "change": self._change_in_words(metric, change),
                    "better": better,
                    "help": metric.help,
                }
            )
        return rows

    def _change_in_words(self, metric, change):
        if change is None:
            return ""
        arrow = "▲" if change > 0 else "▼" if change < 0 else "="
        if metric.unit == definitions.SHARE:
            return f"{arrow} {abs(change) * 100:.2f} " + self.env._("points")
        return f"{arrow} {abs(change):.1%}"

    def _targets(self, env):
        """Return the running targets that the reader may see."""
        Target = env["payment.target"]
        if not self.with_targets or not Target.has_access("read"):
            return []
        today = env["payment.figures"]._today(self.company_id)
        running = Target.search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
                ("light", "!=", False),
            ],
            limit=8,
        )
        return [
            {
                "name": target.display_name,
                "light": target.light,
                "text": f"{target.actual_text} / {target.target_text}",
            }
            for target in running
        ]

    def _alerts(self, env):
        """Return the open alerts that the reader may see, the newest first."""
        Alert = env["payment.alert"]
        if not self.with_alerts or not Alert.has_access("read"):
            return []
        return [
            {"name": alert.display_name, "reason": alert.reason}
            for alert in Alert.search(
                [("state", "=", "open"), ("company_id", "=", self.company_id.id)],
                limit=5,
            )
        ]

    def _link(self):
        record = self.env.ref(LINKS[self.content])
        base = self.get_base_url()
        if record._name == "spreadsheet.dashboard":
            return f"{base}/odoo/dashboards?dashboard_id={record.id}"
        return f"{base}/odoo/{record.path}"

    # === ACTIONS === #

    def action_preview(self):
        """Show the mail as one would get it oneself."""
        self.ensure_one()
        view = self.env.ref("payment_analytics.payment_report_mail_preview")
        return {
            "type": "ir.actions.act_window",
            "name": self._subject(*self._last_period()),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_send_now(self):
        """Send the last period to all who have not got it yet."""
        self.ensure_one()
        self.check_access("write")
        period = self._last_period()
        waiting = self._waiting(*period)
        sent = sum(self._send(user, *period) for user in waiting)
        if not waiting:
            message = self.env._("All have got the mail of this period already.")
        else:
            message = self.env._(
                "%(sent)s of %(all)s mails are on their way.",
                sent=sent,
                all=len(waiting),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success" if sent == len(waiting) else "warning",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
