"""An invoice that is charged to a saved method: by consent on its due date, or now."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .payment_auto_charge import OPEN

UNDER_WAY = ("pending", "authorized")
CHECKOUT_MINUTES = 30  # a customer may be paying this very moment
SETTLED_DISPUTES = ("won", "warning_closed", "prevented")


class AccountMove(models.Model):
    _inherit = "account.move"

    auto_charge_on = fields.Date(
        "Charged Automatically on", readonly=True, copy=False, index="btree_not_null"
    )
    auto_charge_wait = fields.Char("Waits", readonly=True, copy=False)
    auto_charge_ids = fields.One2many("payment.auto.charge", "move_id", readonly=True)
    auto_charge_state = fields.Selection(
        [
            ("off", "No Automatic Charge"),
            ("scheduled", "Will Be Charged"),
            ("retry", "Will Be Tried Again"),
            ("running", "Being Charged"),
            ("unknown", "No Answer"),
            ("stopped", "Stopped"),
            ("done", "Charged"),
        ],
        compute="_compute_auto_charge",
        compute_sudo=True,
    )
    auto_charge_text = fields.Char(compute="_compute_auto_charge", compute_sudo=True)
    can_charge_token = fields.Boolean(
        compute="_compute_can_charge_token", compute_sudo=True
    )

    @api.depends(
        "auto_charge_on",
        "auto_charge_wait",
        "auto_charge_ids.state",
        "auto_charge_ids.reason",
    )
    def _compute_auto_charge(self):
        for move in self:
            last = move.auto_charge_ids.sorted("id")[-1:]
            move.auto_charge_state = move._charge_state(last)
            move.auto_charge_text = move._charge_text(last)

    def _charge_state(self, last):
        if last.state in OPEN:
            return last.state
        if self.auto_charge_on:
            return "retry" if last.state == "declined" else "scheduled"
        if last.state == "declined" and self.amount_residual:
            return "stopped"
        return "done" if last.state == "done" else "off"

    def _charge_text(self, last):
        """Return in words what happens next and why."""
        words = {
            "method": (self._charge_consent().token_id or last.token_id).display_name,
            "day": fields.Date.to_string(self.auto_charge_on),
            "reason": last.reason or "",
            "tries": last.number,
        }
        state = self._charge_state(last)
        text = ""
        if state == "scheduled":
            text = self.env._("Will be charged to %(method)s on %(day)s.", **words)
        elif state == "retry":
            text = self.env._(
                "Declined %(tries)s times (%(reason)s); %(method)s is tried again on"
                " %(day)s.",
                **words,
            )
        elif state == "running":
            text = self.env._("%(method)s is being charged.", **words)
        elif state in ("stopped", "unknown"):
            text = self.env._("Not charged to %(method)s: %(reason)s", **words)
        return " ".join(filter(None, (text, self.auto_charge_wait)))

    @api.depends("state", "payment_state", "commercial_partner_id")
    def _compute_can_charge_token(self):
        for move in self:
            move.can_charge_token = move._is_chargeable() and bool(
                move._chargeable_tokens()
            )

    # === WHAT CAN BE CHARGED === #

    def _is_chargeable(self):
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and self.payment_state in ("not_paid", "partial")
        )

    def _chargeable_tokens(self):
        """Return the customer's saved methods by which this invoice can be paid."""
        tokens = (
            self.env["payment.token"]
            .sudo()
            .search(
                [
                    ("partner_id.commercial_partner_id", "=", self._charged_entity()),
                    ("company_id", "=", self.company_id.id),
                    ("provider_id.state", "in", ("enabled", "test")),
                    ("provider_id.capture_manually", "=", False),
                    ("payment_method_id.active", "=", True),
                ]
            )
        )
        return tokens.filtered(lambda token: not self._token_obstacle(token))

    def _charged_entity(self):
        return self.commercial_partner_id.id

    def _token_obstacle(self, token):
        """Return why this saved method cannot pay this invoice, None if it can."""
        provider = token.sudo().provider_id
        if not token.active or provider.state not in ("enabled", "test"):
            return self.env._("The saved method is not available any more.")
        if token.sudo().partner_id.commercial_partner_id != self.commercial_partner_id:
            return self.env._("The saved method belongs to another customer.")
        if provider.company_id != self.company_id:
            return self.env._("The saved method belongs to another company.")
        if provider.state == "test" and not provider.post_test_payments:
            return self.env._("The provider is in test mode: it takes no real money.")
        currencies = provider.available_currency_ids
        if currencies and self.currency_id not in currencies:
            return self.env._(
                "%(provider)s takes no %(currency)s.",
                provider=provider.name,
                currency=self.currency_id.name,
            )
        return None

    def _charge_amount(self):
        """Return what is due by the day of the charge: the instalments till then."""
        self.ensure_one()
        day = max(
            self.auto_charge_on or fields.Date.context_today(self),
            fields.Date.context_today(self),
        )
        lines = self.sudo().line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        due = lines.filtered(lambda line: line.date_maturity <= day)
        return sum(due.mapped("amount_residual_currency"))

    def _charge_obstacle(self, token, amount=None):
        """Return why this invoice must not be charged now, None if it may be."""
        if not self._is_chargeable():
            return self.env._("Nothing is open on this invoice.")
        attempts = self.sudo().auto_charge_ids
        if attempts.filtered(lambda each: each.state in OPEN):
            return self.env._("This invoice is being charged already.")
        payments = self.sudo().transaction_ids
        if payments.filtered(lambda each: each.state in UNDER_WAY):
            return self.env._("A payment of this invoice is under way.")
        if payments.filtered(lambda each: each._needs_payment()):
            return self.env._("A payment of this invoice is not booked yet.")
        just_now = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=CHECKOUT_MINUTES
        )
        if payments.filtered(
            lambda each: each.state == "draft" and each.create_date > just_now
        ):
            return self.env._("The customer is paying this invoice at this moment.")
        if payments.dispute_ids.filtered(
            lambda each: each.state not in SETTLED_DISPUTES
        ):
            return self.env._("The customer disputes a payment of this invoice.")
        amount = self._charge_amount() if amount is None else amount
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            return self.env._("Nothing is due today.")
        if self.currency_id.compare_amounts(amount, self.amount_residual) > 0:
            return self.env._(
                "Only %s are open.", self.currency_id.format(self.amount_residual)
            )
        return self._token_obstacle(token)

    def _charge_now(self, token, amount, consent):
        """Charge a saved method for this invoice, for a person who presses a button.

        :raise UserError: if it must not be charged
        :return: the attempt, with what came of it
        """
        self.ensure_one()
        self.check_access("read")
        move = self.sudo()
        if not move.try_lock_for_update():
            raise UserError(self.env._("Somebody works on this invoice: try again."))
        if obstacle := move._charge_obstacle(token.sudo(), amount):
            raise UserError(obstacle)
        Charge = self.env["payment.auto.charge"].sudo()
        attempt = Charge._start(
            move, token.sudo(), "person", amount=amount, consent=consent
        )
        attempt._charge()
        return attempt

    # === BY CONSENT === #

    def _charge_consent(self):
        """Return the consent that covers this invoice: its own, else the customer's."""
        self.ensure_one()
        Consent = self.env["payment.charge.consent"].sudo()
        own = Consent.search([("move_id", "=", self.id)], limit=1)
        if own or not self.invoice_date_due:
            return own
        general = Consent.search(
            [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("move_id", "=", False),
            ],
            limit=1,
        )
        covers = general and self.invoice_date_due >= general.given_at.date()
        return general if covers else Consent

    def _schedule_charge(self, after=None):
        """Set the day of the next automatic charge, or none.

        :param after: the attempt that has just ended; if refused it names the next day
        """
        today = fields.Date.context_today(self)
        for move in self.sudo():
            day = False
            if move._is_chargeable() and move._charge_consent():
                if after and after.state == "declined":
                    keep = move.auto_charge_on if after.origin == "person" else False
                    day = after.next_on or keep
                else:
                    due = move._next_maturity()
                    day = due and max(due, today)
            move.write({"auto_charge_on": day, "auto_charge_wait": False})

    def _next_maturity(self):
        days = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        ).mapped("date_maturity")
        return min(days, default=False)

    def _post(self, soft=True):
        """Invoices of customers who agreed are charged on their due date."""
        posted = super()._post(soft)
        invoices = posted.filtered(lambda move: move.move_type == "out_invoice")
        entities = invoices.commercial_partner_id
        if entities:
            agreed = (
                self.env["payment.charge.consent"]
                .sudo()
                .search([("partner_id", "in", entities.ids), ("move_id", "=", False)])
            )
            if agreed:
                invoices.filtered(
                    lambda move: move.commercial_partner_id in agreed.partner_id
                )._schedule_charge()
        return posted

    def _failed_tries(self, token):
        """Return how often this method was refused in a row for this invoice."""
        tries = 0
        for attempt in self.sudo().auto_charge_ids.sorted("id", reverse=True):
            if attempt.state != "declined" or attempt.token_id != token:
                break
            tries += attempt.origin == "schedule"
        return tries

    # === JOBS === #

    @api.model
    def _due_charge_domain(self):
        return [
            ("auto_charge_on", "<=", fields.Date.context_today(self)),
            ("state", "=", "posted"),
        ]

    def _charge_when_due(self):
        """Charge this invoice by consent, if nothing speaks against it now."""
        move = self.try_lock_for_update()
        consent = move and move._charge_consent()
        if not consent or not move._is_chargeable():
            move.write({"auto_charge_on": False, "auto_charge_wait": False})
            return
        due = move._next_maturity()
        if not move.auto_charge_ids and due and due > fields.Date.context_today(self):
            move.auto_charge_on = due  # the due date was moved
            return
        obstacle = move._charge_obstacle(consent.token_id)
        if obstacle:
            if move.auto_charge_wait != obstacle:
                move.auto_charge_wait = obstacle
            return
        move.auto_charge_wait = False
        how = dict(consent._fields["how"]._description_selection(self.env))
        attempt = self.env["payment.auto.charge"]._start(
            move, consent.token_id, "schedule", consent=how[consent.how]
        )
        attempt._charge()

    @api.model
    def _announce_charges(self):
        """Tell customers some days before, where the company does that."""
        today = fields.Date.context_today(self)
        companies = self.env["res.company"].search(
            [("payment_send_upcoming", "=", True)]
        )
        for company in companies:
            until = fields.Date.add(today, days=company.payment_upcoming_days)
            moves = self.search(
                [
                    ("company_id", "=", company.id),
                    ("auto_charge_on", ">", today),
                    ("auto_charge_on", "<=", until),
                    ("auto_charge_ids", "=", False),
                ],
                order="id",
            )
            for move in moves:
                self.env["payment.message"]._tell_safely("upcoming", move)
            self.env["ir.cron"]._commit_progress()

    def _message_address(self):
        return self.partner_id.email

    def _why_customer_is_not_told(self, _kind):
        """Return why the charge is not announced, None if it is."""
        token = self._charge_consent().token_id
        return self._token_obstacle(token)

    def action_charge_token(self):
        """Open the dialogue that charges a saved method, now or on the due date."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charge Saved Method"),
            "res_model": "payment.charge.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def action_stop_auto_charge(self):
        """Withdraw the consent by which this invoice is charged."""
        self.ensure_one()
        self.check_access("read")
        consent = self._charge_consent()
        return consent.with_user(self.env.user).action_withdraw()
