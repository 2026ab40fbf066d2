from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..metrics import definitions, targets

CHOICES = [
    (name, metric.label)
    for name, metric in definitions.METRICS.items()
    if not metric.over
]


class PaymentTarget(models.Model):
    """What a figure is to reach in a month, a quarter or a year, and where it stands.

    The figures are kept, and brought up to date every hour while the period runs and
    for a month after it (refunds and disputes come late).
    """

    _name = "payment.target"
    _description = "Payment Target"
    _inherit = ["mail.thread"]
    _order = "date_from desc, metric, id"

    metric = fields.Selection(
        selection="_selection_metric", required=True, default="success_rate"
    )
    definition = fields.Char(compute="_compute_definition")
    unit = fields.Selection(
        [("amount", "Amount"), ("count", "Number"), ("share", "Share")],
        compute="_compute_definition",
    )
    direction = fields.Selection(
        [("more", "At Least"), ("less", "At Most")], compute="_compute_definition"
    )
    period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        required=True,
        default="month",
    )
    date_from = fields.Date(
        "Begins",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Any day of the period; it is set to the first.",
    )
    date_to = fields.Date("Ends", compute="_compute_date_to", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    provider_id = fields.Many2one("payment.provider", ondelete="cascade")
    provider_name = fields.Char(
        related="provider_id.name", string="Provider's Name", related_sudo=True
    )
    channel = fields.Selection(selection="_selection_channel")
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Only payments of this salesperson's orders, invoices and customers.",
    )
    target_value = fields.Float("Target", digits=(16, 4), tracking=True)
    renew = fields.Boolean(
        default=True,
        help="When the period is over the next one gets the same target.",
    )
    actual = fields.Float(readonly=True, digits=(16, 6), aggregator=None)
    has_actual = fields.Boolean(readonly=True)
    cases = fields.Integer(
        "Payments", readonly=True, help="What the figure rests on.", aggregator=None
    )
    expected = fields.Float(
        "Due by Now",
        readonly=True,
        digits=(16, 4),
        aggregator=None,
        help="The target's share of the days that are over; rates and averages are held"
        " against the whole target.",
    )
    light = fields.Selection(
        [("green", "On Target"), ("amber", "Slightly Behind"), ("red", "Behind")],
        readonly=True,
        tracking=True,
        help="Empty: too little to tell. Slightly behind is by a tenth at most.",
    )
    updated_at = fields.Datetime("Updated", readonly=True)
    target_text = fields.Char("Target Figure", compute="_compute_texts")
    actual_text = fields.Char("So Far", compute="_compute_texts")
    expected_text = fields.Char("Due", compute="_compute_texts")
    progress = fields.Float(compute="_compute_texts")

    _subject_uniq = models.UniqueIndex(
        "(company_id, metric, period, date_from, COALESCE(provider_id, 0),"
        " COALESCE(channel, ''), COALESCE(user_id, 0))",
        "There is such a target for this period already.",
    )

    @api.model
    def _selection_metric(self):
        return CHOICES

    @api.model
    def _selection_channel(self):
        return self.env["payment.report"]._selection_channel()

    @api.depends("metric")
    def _compute_definition(self):
        for target in self:
            metric = definitions.METRICS.get(target.metric)
            target.definition = metric.help if metric else False
            target.unit = metric.unit if metric else False
            less = bool(metric) and targets.less_is_better(metric)
            target.direction = "less" if less else "more"

    @api.depends("date_from", "period")
    def _compute_date_to(self):
        for target in self:
            target.date_to = target.date_from and targets.last_day(
                targets.first_day(target.date_from, target.period), target.period
            )

    @api.depends("target_value", "actual", "expected", "metric", "company_id")
    def _compute_texts(self):
        form = self.env["payment.figures"]._format
        for target in self:
            metric, company = target._metric(), target.company_id
            actual = target.actual if target.has_actual else None
            target.target_text = form(metric, target.target_value, company)
            target.actual_text = form(metric, actual, company)
            target.expected_text = form(metric, target.expected, company)
            goal = target.target_value
            target.progress = 100 * target.actual / goal if goal else 0

    @api.depends("metric", "date_from", "period", "provider_id", "channel", "user_id")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        channels = dict(self._selection_channel())
        for target in self:
            parts = (
                metrics.get(target.metric),
                target._period_name(),
                target.provider_name,
                channels.get(target.channel),
                target.user_id.name,
            )
            target.display_name = ", ".join(filter(None, parts))

    def _period_name(self):
        pattern = {"month": "MMMM y", "quarter": "QQQ y", "year": "y"}[self.period]
        return self.date_from and format_date(
            self.env, self.date_from, date_format=pattern
        )

    def _metric(self):
        self.ensure_one()
        return definitions.METRICS[self.metric]

    @api.constrains("provider_id", "company_id")
    def _check_provider(self):
        for target in self:
            provider = target.provider_id.sudo()
            if provider and provider.company_id != target.company_id:
                raise ValidationError(
                    self.env._("The provider belongs to another company.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._begin_on_the_first()
        records._update()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"date_from", "period"} & vals.keys():
            self._begin_on_the_first()
        if vals.keys() - {"renew", *self._figure_fields()}:
            self._update()
        return result

    def _begin_on_the_first(self):
        for target in self:
            first = targets.first_day(target.date_from, target.period)
            if target.date_from != first:
                target.date_from = first

    @api.model
    def _figure_fields(self):
        return ("actual", "has_actual", "cases", "expected", "light", "updated_at")

    # === FIGURES === #

    def _update(self):
        """Bring the figures up to date: one query per company and period."""
        runs = self.grouped(
            lambda each: (each.company_id, each.date_from, each.date_to)
        )
        for (company, first, last), batch in runs.items():
            batch._update_period(company, first, last)

    def _update_period(self, company, first, last):
        figures = self.env["payment.figures"].sudo()
        by = ["provider_id", "channel"] + (["user_id"] if self.user_id else [])
        rows = figures._facts(company, [("day", ">=", first), ("day", "<=", last)], by)
        share = targets.elapsed(first, last, figures._today(company))
        minimum = company.payment_alert_minimum
        for target in self:
            facts = target._total(rows)
            metric = target._metric()
            actual = definitions.value(metric, facts)
            cases = facts["successful_payments"] + facts["failed_payments"]
            stand = targets.standing(
                metric, target.target_value, actual, share, cases, minimum
            )
            target._keep(
                {
                    "actual": actual or 0,
                    "has_actual": actual is not None,
                    "cases": cases,
                    "expected": stand.expected,
                    "light": stand.light or False,
                }
            )

    def _total(self, rows):
        """Sum the facts of the rows that this target is about."""
        total = defaultdict(float)
        for (provider, channel, *users), facts in rows:
            if (
                (not self.provider_id or provider == self.provider_id)
                and (not self.channel or channel == self.channel)
                and (not self.user_id or users[0] == self.user_id)
            ):
                for name, value in facts.items():
                    total[name] += value
        return total

    def _keep(self, values):
        """Write the figures; only a new light is worth a note in the history."""
        changed = self.light != values["light"]
        self.with_context(tracking_disable=not changed).write(
            {**values, "updated_at": fields.Datetime.now()}
        )

    @api.model
    def _cron_update(self):
        """Renew targets whose period is over, and bring the running ones up to date."""
        for company, lasting in (
            self.search([("renew", "=", True)]).grouped("company_id").items()
        ):
            today = self.env["payment.figures"]._today(company)
            lasting.filtered_domain([("date_to", "<", today)])._renew(today)
        lately = fields.Date.today() - timedelta(days=31)
        self.search([("date_to", ">=", lately)])._update()

    def _renew(self, today):
        """Give the period of today the target of the one that is over, once."""
        self.renew = False
        running = self.search([("date_to", ">=", today)])
        known = {(each._subject(), each.date_from) for each in running}
        values = []
        for target in self:
            first = targets.first_day(today, target.period)
            key = (target._subject(), first)
            if key not in known:  # of several periods that are over the last one
                known.add(key)
                values += target.copy_data({"date_from": first, "renew": True})
        self.create(values)

    def _subject(self):
        """Return what makes two targets of one period the same one."""
        names = ("company_id", "metric", "period", "provider_id", "channel", "user_id")
        return tuple(self[name] for name in names)

    def action_update(self):
        """Bring the figures up to date now."""
        self._update()
        return True

    def action_view_payments(self):
        """Open the payments behind the figure."""
        self.ensure_one()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("day", ">=", self.date_from),
            ("day", "<=", self.date_to),
        ]
        for name in ("provider_id", "user_id"):
            if self[name]:
                domain.append((name, "=", self[name].id))
        if self.channel:
            domain.append(("channel", "=", self.channel))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_analytics.action_payment_report"
        )
        views = [(False, "list"), (False, "pivot"), (False, "graph")]
        return {**action, "domain": domain, "context": {}, "views": views}
