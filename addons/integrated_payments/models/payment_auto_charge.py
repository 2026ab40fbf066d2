"""Charges of saved methods for due invoices: every attempt, and what came of it."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import retries
from ..gateway.registry import GATEWAYS
from .payment_refusal import Refusal

_logger = logging.getLogger(__name__)
OPEN = ("running", "unknown")
BATCH = 100  # invoices looked at in one go
LOST_MINUTES = 10  # after which a charge that nobody finished counts as unanswered
# Stripe keeps the answer to an idempotency key for 24 hours at least.
ASK_AGAIN_HOURS = 20


class PaymentAutoCharge(models.Model):
    """One attempt to charge a saved method for an invoice.

    Written and committed before the gateway is asked, so that a crash cannot hide a
    charge; while one is open, the database refuses a second for the same invoice.
    """

    _name = "payment.auto.charge"
    _description = "Charge of a saved payment method"
    _order = "id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Customer", store=True
    )
    token_id = fields.Many2one(
        "payment.token", "Saved Method", required=True, readonly=True
    )
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction", "Payment", readonly=True, index="btree_not_null"
    )
    origin = fields.Selection(
        [("person", "By a Person"), ("schedule", "On the Due Date")],
        string="Charged",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Charged by", readonly=True)
    consent = fields.Char(readonly=True, help="How the customer agreed.")
    number = fields.Integer("Attempt", readonly=True, default=1)
    state = fields.Selection(
        [
            ("running", "Being Charged"),
            ("unknown", "No Answer"),
            ("done", "Charged"),
            ("declined", "Declined"),
        ],
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    decline_code = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    next_on = fields.Date("Next Attempt", readonly=True)
    tried_at = fields.Datetime("Tried on", readonly=True)

    _one_open_uniq = models.UniqueIndex(
        "(move_id) WHERE state IN ('running', 'unknown')",
        "This invoice is being charged already.",
    )

    # === CHARGING === #

    @api.model
    def _start(self, move, token, origin, **values):
        """Write down that ``move`` is about to be charged, with its payment.

        :param float amount: by default what is due now
        :return: the attempt
        """
        amount = values.pop("amount", None) or move._charge_amount()
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": token.provider_id.id,
                    "payment_method_id": token.payment_method_id.id,
                    "token_id": token.id,
                    "reference": self.env["payment.transaction"]
                    .sudo()
                    ._compute_reference(token.provider_code, prefix=move.name),
                    "amount": amount,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "operation": "offline",
                    "invoice_ids": [fields.Command.set(move.ids)],
                }
            )
        )
        return self.create(
            {
                "move_id": move.id,
                "token_id": token.id,
                "amount": amount,
                "currency_id": move.currency_id.id,
                "transaction_id": transaction.id,
                "origin": origin,
                "user_id": self.env.uid,
                "number": move._failed_tries(token) + 1,
                "tried_at": fields.Datetime.now(),
                **values,
            }
        )

    def _charge(self):
        """Ask the gateway for the money, after what is about to happen is committed.

        A crash between the two leaves an open attempt that is looked after later; a
        second request for the same money it never leaves.
        """
        self.ensure_one()
        commit = self.env["ir.cron"]._commit_progress
        commit()
        refusal = Refusal()
        transaction = self.transaction_id.with_context(payment_refusal=refusal)
        try:
            with self.env.cr.savepoint():
                transaction._charge_with_token()
        except UserError as error:  # a provider that was switched off meanwhile
            transaction._set_error(str(error))
        except psycopg2.OperationalError:
            raise
        except Exception:  # an answer that nobody can read: money may have been taken
            _logger.exception("Charge of %s", transaction.reference)
            refusal.unanswered = True
        self._follow(refusal)
        commit()
        if self.transaction_id.state == "done":
            self.env["payment.event"]._settle_one(
                self.transaction_id.with_context(payment_refusal=None)
            )

    def _follow(self, refusal=None):
        """Bring attempts up to date with their payments.

        :param refusal: what the gateway answered just now, None if it was not asked
        """
        for attempt in self:
            payment = attempt.transaction_id.state
            if payment == "done":
                if attempt.state != "done":
                    attempt._succeed()
            elif attempt.state in OPEN and payment in ("error", "cancel", "draft"):
                attempt._fail(refusal)
            elif attempt.state == "done" and payment in ("error", "cancel"):
                # A debit that the bank took back after days.
                attempt._decline(
                    attempt._failure_code(), attempt.transaction_id.state_message
                )

    def _succeed(self):
        """Done; the rest, if there is one, is planned once the money is booked."""
        self.write({"state": "done", "reason": False, "next_on": False})
        self.move_id.auto_charge_on = False

    def _fail(self, refusal=None):
        """Decide what a charge without success means; unknown is never a refusal."""
        transaction = self.transaction_id
        if refusal is None and self.state == "unknown" and not self._failure_code():
            return  # only an answer ends that
        if refusal is None and transaction.state == "draft":
            return
        if refusal and refusal.unanswered:
            reason = self.env._("The provider did not answer. Nothing is tried again.")
            self.write({"state": "unknown", "reason": reason})
            return
        code = refusal.code if refusal else None
        if transaction.state == "draft":  # the customer would have to confirm it
            code = code or "authentication_required"
        self._decline(code or self._failure_code(), transaction.state_message)

    def _failure_code(self):
        """Return the reason that the gateway's own record of the charge gives."""
        charges = self.transaction_id.sudo().charge_ids
        return charges.filtered("failure_code")[:1].failure_code

    def _decline(self, code, reason=None):
        """Keep the refusal, and when the next attempt is or that a person is asked."""
        next_on = None
        today = fields.Date.context_today(self)
        if self.origin == "schedule" and self.move_id._charge_consent():
            next_on = retries.next_attempt(code, self.number, today)
        self.write(
            {
                "state": "declined",
                "decline_code": code or False,
                "reason": reason or code or self.env._("Declined, without a reason."),
                "next_on": next_on,
            }
        )
        self.move_id._schedule_charge(after=self)
        if self.origin == "schedule" and not next_on:
            self.transaction_id._ask_safely(self.move_id)

    # === JOBS === #

    @api.model
    def _cron_charge(self):
        """Charge what is due by consent, invoice by invoice, each committed."""
        self._look_after_open()
        self.env["account.move"]._announce_charges()
        commit = self.env["ir.cron"]._commit_progress
        last, moves = 0, self.env["account.move"]
        commit(remaining=moves.search_count(moves._due_charge_domain()))
        while True:
            moves = moves.search(
                [*moves._due_charge_domain(), ("id", ">", last)],
                order="id",
                limit=BATCH,
            )
            for move in moves:
                move._charge_when_due()
                if not commit(1):
                    return
            if len(moves) < BATCH:
                return
            last = moves[-1].id

    @api.model
    def _look_after_open(self):
        """Finish attempts whose answer came later, was lost, or never came."""
        now = fields.Datetime.now()
        lost_before = fields.Datetime.subtract(now, minutes=LOST_MINUTES)
        open_ones = self.search([("state", "in", OPEN)], limit=10 * BATCH)
        open_ones._follow()
        for attempt in open_ones.filtered(lambda each: each.state in OPEN):
            lost = (
                attempt.transaction_id.state == "draft"
                and attempt.tried_at < lost_before
            )
            if attempt.state == "unknown" or lost:
                attempt._ask_again()
                self.env["ir.cron"]._commit_progress()

    def _ask_again(self):
        """Repeat the very same request where the gateway knows it by its key.

        Stripe then answers as it did before and takes no money a second time. Of other
        providers, and after a day, a person must look there.
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=ASK_AGAIN_HOURS)
        provider = self.token_id.sudo().provider_id
        if provider.code in GATEWAYS and self.tried_at > since:
            self.transaction_id.state = "draft"  # as it was before the first request
            self._charge()
            return
        self.state = "unknown"
        self.reason = self.env._(
            "The provider did not answer. Look there for %s, then press Was Not"
            " Charged; if it was charged, record the payment on the invoice.",
            self.transaction_id.reference,
        )
        self.transaction_id._ask_safely(self.move_id)

    def action_not_charged(self):
        """A person has looked: no money was taken, the invoice may be charged again."""
        self.check_access("write")
        for attempt in self.filtered(lambda each: each.state == "unknown"):
            attempt._decline(
                None,
                self.env._(
                    "%s found at the provider that nothing was charged.",
                    self.env.user.name,
                ),
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    auto_charge_ids = fields.One2many("payment.auto.charge", "transaction_id")

    def _post_process(self):
        """Also finish the attempts behind these payments."""
        result = super()._post_process()
        charges = self.sudo().auto_charge_ids
        charges._follow()
        charges.filtered(lambda each: each.state == "done").move_id._schedule_charge()
        return result

    def _cron_follow_up(self):
        """Also look after charges without an answer, while the gateway knows them."""
        result = super()._cron_follow_up()
        self.env["payment.auto.charge"]._look_after_open()
        return result

    def _ask_safely(self, document):
        """Ask the salesperson about a charge that stopped; never stop the job."""
        if document._is_to_be_paid():
            try:
                with self.env.cr.savepoint():
                    self._ask_about(document)
            except UserError as error:
                _logger.warning("Nobody could be asked about %s: %s", document, error)
