from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from . import alert_words

ACTIVITY = "payment_analytics.activity_payment_alert"
MUTE_DAYS = 7
# Hours for which what is not seen any more stays open: a single incident waits for a
# person, a state is over at once, and what hovers must not come and go.
STAYS = {"amount": 7 * 24, "webhook": 0, "payout": 0}
HOVERS = 3


class PaymentAlert(models.Model):
    """Something is not as it uses to be, or comes near a limit; one record for each.

    The hourly check opens it, keeps its figures, closes it when it is quiet again and
    opens it again if it comes back. A person is asked once each time.
    """

    _name = "payment.alert"
    _description = "Payment Alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, found_on desc, id desc"

    kind = fields.Selection(alert_words.KINDS, required=True, readonly=True, index=True)
    subject = fields.Char("Key", required=True, readonly=True)
    about = fields.Char(readonly=True, help="Which provider, method, customer or card.")
    state = fields.Selection(
        [("open", "Open"), ("muted", "Muted"), ("solved", "Quiet Again")],
        default="open",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    muted_until = fields.Date(
        readonly=True, help="Up to this day nobody is asked, even if it comes back."
    )
    user_id = fields.Many2one("res.users", "Owner", tracking=True, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True, ondelete="cascade")
    provider_name = fields.Char(
        related="provider_id.name", string="Provider's Name", related_sudo=True
    )
    method_id = fields.Many2one(
        "payment.method", "Payment Method", readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, ondelete="cascade"
    )
    discrepancy_id = fields.Many2one(
        "bank.discrepancy", readonly=True, ondelete="cascade"
    )
    figures = fields.Json(readonly=True)
    chance = fields.Float(
        readonly=True,
        aggregator=None,
        help="How likely it is to see this in quiet times. Empty: a limit decides.",
    )
    chance_text = fields.Char("By Chance", compute="_compute_chance_text")
    mark = fields.Char(readonly=True)
    reason = fields.Text(compute="_compute_reason")
    since = fields.Datetime("Seen from", readonly=True)
    found_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    seen_on = fields.Datetime("Last Seen", readonly=True)
    solved_on = fields.Datetime("Quiet Since", readonly=True)
    times = fields.Integer("Times Raised", readonly=True, default=1)

    _subject_uniq = models.UniqueIndex(
        "(company_id, kind, subject)", "There is such an alert already."
    )

    @api.depends("kind", "about")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for alert in self:
            alert.display_name = ": ".join(
                filter(None, (kinds.get(alert.kind), alert.about))
            )

    @api.depends("chance")
    def _compute_chance_text(self):
        """Say how rare it is as a person would: once in so many."""
        for alert in self:
            times = 1 / alert.chance if alert.chance else 0
            alert.chance_text = (
                self.env._("once in more than a billion such hours")
                if times > 1e9
                else self.env._("once in %s such hours", f"{times:,.0f}")
            )

    @api.depends("kind", "figures", "currency_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for alert in self:
            words = alert.figures and self.env._(alert_words.WORDS[alert.kind])
            alert.reason = words and words % alert._figures_in_words()

    def _figures_in_words(self):
        """Return the figures as a reader sees them."""
        figures = defaultdict(str, self.figures)
        if self.discrepancy_id:
            figures["text"] = self.discrepancy_id.explanation
        currency = self.currency_id or self.company_id.currency_id
        for name in alert_words.AMOUNTS:
            if name in figures:
                figures[name] = currency.format(figures[name])
        for name in alert_words.SHARES:
            if name in figures:
                figures[name] = f"{figures[name]:.2%}"
        if "usual" in figures:
            figures["usual"] = self._usual_in_words(figures["usual"], currency)
        return figures

    def _usual_in_words(self, usual, currency):
        if self.kind == "success_rate":
            return f"{usual:.1%}"
        if self.kind == "amount":
            return currency.format(usual)
        return f"{usual:.0f}" if usual >= 10 else f"{usual:.1f}".removesuffix(".0")

    # === KEPT BY THE CHECK === #

    @api.model
    def _keep(self, company, seen):
        """Bring the alerts of a company to what is seen now.

        :param list seen: (alerts.Finding, {field: value}) of all checks
        """
        known = {
            (alert.kind, alert.subject): alert
            for alert in self.search([("company_id", "=", company.id)])
        }
        asked, values = self.browse(), []
        for finding, links in seen:
            alert = known.pop((finding.kind, finding.subject), None)
            if alert:
                asked |= alert._see(finding, links)
            elif finding.alarm:
                values.append(self._values(company, finding, links))
        fresh = self.with_context(
            mail_create_nolog=True, mail_auto_subscribe_no_notify=True
        ).create(values)
        self.union(*known.values())._close_if_quiet()
        (asked | fresh)._ask()

    @api.model
    def _values(self, company, finding, links):
        return {
            "company_id": company.id,
            "kind": finding.kind,
            "subject": finding.subject,
            "user_id": company._alert_owner().id,
            **self._seen(finding, links),
        }

    @api.model
    def _seen(self, finding, links):
        now = fields.Datetime.now()
        hours = finding.figures.get("hours") or 24 * 30
        return {
            "figures": finding.figures | links.get("figures", {}),
            "chance": finding.chance or 0,
            "mark": finding.mark,
            "seen_on": now,
            "since": now - timedelta(hours=hours),
            **{name: value for name, value in links.items() if name != "figures"},
        }

    def _see(self, finding, links):
        """Take what a check saw now.

        :return: self if a person is to be asked, else empty
        """
        quiet = self.browse()
        muted = self.muted_until and self.muted_until >= fields.Date.today()
        if self.state == "solved":
            known = finding.mark and finding.mark == self.mark
            if not finding.alarm or known:
                return quiet
            found = {"found_on": fields.Datetime.now(), "solved_on": False}
            self.write({**found, "times": self.times + 1})
        elif not finding.holds:
            self._close_if_quiet()
            return quiet
        self.write(self._seen(finding, links))
        state = "muted" if muted else "open"
        if self.state == state:
            return quiet
        self.state = state
        return quiet if muted else self

    def _close_if_quiet(self):
        """Close what is not seen any more; a single incident waits some days."""
        now = fields.Datetime.now()
        self.filtered(
            lambda each: (
                each.state != "solved"
                and (each.seen_on or each.found_on)
                <= now - timedelta(hours=STAYS.get(each.kind, HOVERS))
            )
        )._solve()

    def _solve(self):
        """Close, and take the question back."""
        self.write({"state": "solved", "solved_on": fields.Datetime.now()})
        self.activity_ids.unlink()

    def _ask(self):
        """Ask the owners, once: where a discrepancy asks already, that is enough."""
        for owner, batch in self.grouped("user_id").items():
            batch._message_log_batch(bodies={each.id: each.reason for each in batch})
            batch.filtered(lambda each: not each.discrepancy_id).with_context(
                mail_activity_quick_update=True
            ).activity_schedule(ACTIVITY, user_id=(owner or self.env.user).id)

    # === ACTIONS === #

    def action_solve(self):
        """A person has dealt with it; what is still so next hour comes back."""
        self._solve()
        return True

    def action_mute(self):
        """Ask nobody for some days; it closes by itself all the same."""
        until = fields.Date.today() + timedelta(
            days=self.env.context.get("mute_days", MUTE_DAYS)
        )
        self.write({"muted_until": until})
        self.filtered(lambda each: each.state == "open").write({"state": "muted"})
        self.activity_ids.unlink()
        return True

    def action_unmute(self):
        """Ask again from now on."""
        muted = self.filtered(lambda each: each.state == "muted")
        self.write({"muted_until": False})
        muted.write({"state": "open"})
        muted._ask()
        return True

    def action_open_records(self):
        """Open the payments, disputes or events behind the alert."""
        self.ensure_one()
        if self.discrepancy_id:
            return self.discrepancy_id._get_records_action(name=self.display_name)
        model, domain = self._records()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")]
            if model in ("payment.dispute", "payment.event")
            else [(False, "list")],
            "domain": domain,
        }

    def _records(self):
        """Return (model, domain) of the records behind the alert."""
        since = fields.Datetime.to_string(self.since)
        company = ("company_id", "=", self.company_id.id)
        subject = self.subject.partition(":")[2]
        of_card = {
            "velocity_card": ("fingerprint", "=", subject),
            "velocity_country": ("country_code", "=", subject),
            "velocity_customer": ("transaction_id.partner_id", "child_of", subject),
        }
        if self.kind in of_card:
            leaf = of_card[self.kind]
            if self.kind == "velocity_customer":
                leaf = (leaf[0], leaf[1], [self.partner_id.id])
            return "payment.charge", [company, ("created_at", ">=", since), leaf]
        if self.kind == "disputes":
            return "payment.dispute", [
                company,
                ("created_at", ">=", since),
                ("charge_id.brand", "=", self.subject),
            ]
        if self.kind == "webhook":
            return "payment.event", [("provider_id", "=", self.provider_id.id)]
        return "payment.report", [company, *self._report_domain(since)]

    def _report_domain(self, since):
        if self.transaction_id:
            return [("id", "=", self.transaction_id.id)]
        domain = [("date", ">=", since)]
        domain += [("provider_id", "=", self.provider_id.id)] * bool(self.provider_id)
        domain += [("payment_method_id", "=", self.method_id.id)] * bool(self.method_id)
        if self.kind in ("success_rate", "failures"):
            domain.append(("failed_attempts", ">", 0))
        if self.kind == "refunds":
            domain.append(("kind", "=", "refund"))
        return domain
