from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate, format_date

from ..gateway.errors import GatewayError
from .payment_dispute import OPEN_STATES

_lt = LazyTranslate(__name__)

GROUP = "integrated_payments.group_payment_manager"
REFUSED_DAYS = 7
PAYOUTS_SHOWN = 8


@dataclass(frozen=True)
class Task:
    """One line of the things to do: the records that wait, and where they are listed.

    :param bool urgent: money or a deadline is at stake
    """

    label: object  # translated late
    model: str
    action: str
    domain: tuple
    urgent: bool = False


TASKS = (
    Task(
        _lt("Open disputes to answer"),
        "payment.dispute",
        "action_payment_dispute",
        (("state", "in", OPEN_STATES),),
        urgent=True,
    ),
    Task(
        _lt("Movements held for review"),
        "payment.balance.transaction",
        "action_payment_review",
        (("state", "=", "parked"),),
        urgent=True,
    ),
    Task(
        _lt("Movements not posted yet"),
        "payment.balance.transaction",
        "action_payment_balance_transaction",
        (("state", "=", "pending"),),
    ),
    Task(
        _lt("Nightly checks that found what the webhook missed"),
        "payment.backfill",
        "action_payment_backfill",
        (("missed_count", ">", 0), ("activity_ids", "!=", False)),
        urgent=True,
    ),
    Task(
        _lt("Imports that stopped"),
        "payment.backfill",
        "action_payment_backfill",
        (("state", "=", "failed"), ("activity_ids", "!=", False)),
        urgent=True,
    ),
    Task(
        _lt("Effects held: order, invoice, stock, receipt"),
        "payment.effect",
        "action_payment_effect",
        (("state", "=", "held"),),
    ),
    Task(
        _lt("Events that need attention"),
        "payment.event",
        "action_payment_event",
        (("state", "=", "parked"),),
        urgent=True,
    ),
    Task(
        _lt("Payouts that do not add up"),
        "payment.payout",
        "action_payment_payout",
        (("proof", "in", ("differs",)),),
        urgent=True,
    ),
    Task(
        _lt("Payouts not proven yet"),
        "payment.payout",
        "action_payment_payout",
        (("proof", "in", ("open",)), ("state", "in", ("in_transit", "paid"))),
    ),
)


class PaymentOverview(models.AbstractModel):
    """What the accountant looks at first: balances, proof, payouts, things to do.

    Providers themselves are the administrator's (they hold the keys); this reads from
    them only what an accountant may know, of the companies that are chosen.
    """

    _name = "payment.overview"
    _description = "Overview of the payment gateways"

    @api.model
    def get_overview(self):
        """Return all that the screen shows, amounts written out.

        :raise AccessError: for who may not manage payments
        """
        self._check_manager()
        providers = self._providers()
        return {
            "may_set_up": self.env.user.has_group("base.group_system"),
            "providers": self._gateways(providers),
            "payouts": self._next_payouts(),
            "tasks": [task for task in self._tasks() if task["count"]],
        }

    @api.model
    def prove(self, provider_id):
        """Prove the balance of one provider now.

        :raise UserError: if the gateway cannot be asked
        """
        self._check_manager()
        provider = self._providers().filtered(lambda each: each.id == provider_id)
        try:
            for each in provider:
                each._prove_balance()
        except GatewayError as error:
            raise UserError(str(error)) from error
        return True

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group(GROUP):
            raise AccessError(
                self.env._("The overview of the gateways is for accountants.")
            )

    @api.model
    def _providers(self):
        """Return the providers with books of the chosen companies, as superuser."""
        return (
            self.env["payment.provider"]
            .sudo()
            .search(
                [
                    ("books_mode", "!=", "off"),
                    ("company_id", "in", self.env.companies.ids),
                ]
            )
        )

    @api.model
    def _gateways(self, providers):
        """Return one card per provider, with a line per currency of its last proof."""
        modes = dict(providers._fields["books_mode"]._description_selection(self.env))
        proofs = (
            self.env["payment.balance.proof"]
            .sudo()
            ._latest(providers)
            .grouped("provider_id")
        )
        return [
            {
                "id": provider.id,
                "name": provider.name,
                "company": provider.company_id.name
                if len(self.env.companies) > 1
                else False,
                "mode": False
                if provider.books_mode == "post"
                else modes[provider.books_mode],
                "test": provider.state == "test",
                "proof": provider.proof_state,
                "proof_at": fields.Datetime.to_string(provider.proof_at),
                "lines": [
                    self._balance_line(proof)
                    for proof in proofs.get(provider, ()) or ()
                ],
            }
            for provider in providers
        ]

    @api.model
    def _balance_line(self, proof):
        amounts = ("available", "pending", "reserved", "gateway", "books", "difference")
        return {
            "proof_id": proof.id,
            "currency": proof.currency_id.name,
            "state": proof.state,
            **{name: proof.currency_id.format(proof[name]) for name in amounts},
        }

    @api.model
    def _next_payouts(self):
        """Return the payouts that are on their way to the bank, the next one first."""
        payouts = self.env["payment.payout"].search(
            [
                ("state", "in", ("pending", "in_transit")),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="arrival_date, id",
            limit=PAYOUTS_SHOWN,
        )
        states = dict(payouts._fields["state"]._description_selection(self.env))
        return [
            {
                "id": payout.id,
                "name": payout.descriptor or payout.gateway_ref,
                "date": fields.Date.to_string(payout.arrival_date),
                "amount": payout.currency_id.format(payout.amount),
                "state": states[payout.state],
            }
            for payout in payouts
        ]

    @api.model
    def _tasks(self):
        """Return the things to do with their numbers and the lists behind them."""
        tasks = [self._task(task) for task in TASKS]
        tasks[0]["note"] = self._nearest_deadline()
        return [*tasks, self._refusals()]

    @api.model
    def _task(self, task):
        domain = Domain(list(task.domain)) & Domain(
            "company_id", "in", self.env.companies.ids
        )
        return {
            "label": self.env._(task.label),
            "count": self.env[task.model].search_count(domain),
            "urgent": task.urgent,
            "note": False,
            "action": self._listed(task.action, domain),
        }

    @api.model
    def _listed(self, xmlid, domain):
        """Return the window action ``xmlid``, narrowed to ``domain``."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"integrated_payments.{xmlid}"
        )
        return {**action, "domain": list(domain), "context": {}}

    @api.model
    def _nearest_deadline(self):
        """Return when the first open dispute must be answered, for a person."""
        dispute = self.env["payment.dispute"].search(
            [
                ("state", "in", OPEN_STATES),
                ("due_by", "!=", False),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="due_by",
            limit=1,
        )
        if not dispute:
            return False
        due = fields.Datetime.context_timestamp(self, dispute.due_by).date()
        return self.env._("first deadline %s", format_date(self.env, due))

    @api.model
    def _refusals(self):
        """Return how many notifications the door refused in the last days."""
        since = fields.Date.subtract(fields.Date.today(), days=REFUSED_DAYS)
        domain = Domain("day", ">=", since) & Domain(
            "company_id", "in", self.env.companies.ids
        )
        [(count,)] = self.env["payment.event.refusal"]._read_group(
            domain, aggregates=["count:sum"]
        )
        return {
            "label": self.env._("Notifications refused in the last seven days"),
            "count": count or 0,
            "urgent": False,
            "note": False,
            "action": self._listed("action_payment_event_refusal", domain),
        }
