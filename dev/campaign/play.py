"""Customers, banks and clerks live through a campaign, day by day."""

import random
import time
import uuid
from datetime import datetime, timezone
from decimal import Decimal

from dev.demo import camt
from dev.stripe_sandbox.money import exponent

from .plan import KINDS
from .stage import BANKS

ROUND = 25  # payments a day
PATIENCE = 900  # seconds until a day's events must have been worked off
DECIDED_AFTER = 6  # days from a dispute to the bank's decision
SPOILT = (
    {"deliveries": "duplicate"},
    {"deliveries": "reorder", "window": 4},
    {"deliveries": "delay", "seconds": 1.0},
    {"deliveries": "drop"},
)
CARDS = ("visa", "mastercard", "amex", "visa_debit", "visa_de", "discover")


class CampaignError(Exception):
    """The campaign did not go as planned."""


class Campaign:
    """Plays lives; afterwards :attr:`payments` and :attr:`invoices` know their ids.

    :param stage: ``stage.Stage``
    :param say: function that tells the reader how far it is
    """

    def __init__(self, stage, lives, seed, say):
        self.stage, self.lives, self.say = stage, lives, say
        self.odoo, self.sandbox = stage.odoo, stage.sandbox
        self.dice = random.Random(seed)
        self.partners, self.invoices = {}, {}  # {number of the life: id}
        self.payments, self.intents = {}, {}
        self.returns = []  # debits that will come back
        self.unable = []  # payment methods that cannot be captured by hand
        self.disputes = []  # (day of the decision, gateway id, outcome), oldest first
        self.failed_payouts = set()
        self.days = 0
        self.opening = dict.fromkeys(BANKS, Decimal(0))
        self.at_bank = set()

    def play(self):
        """Play all lives, then let time pass until each has come to its end.

        First the authorised ones: Odoo allows no bank debits beside manual capture.
        """
        manual = [life for life in self.lives if KINDS[life.kind].manual]
        others = [life for life in self.lives if not KINDS[life.kind].manual]
        if manual:
            self._capture_manually(True)
            self._days(manual)
            self._capture_manually(False)
        self._days(others)
        self.say("the last debits, disputes and payouts come to their end")
        self._come_to_an_end()

    def _days(self, lives):
        for start in range(0, len(lives), ROUND):
            self._day(lives[start : start + ROUND])
            self.say(f"day {self.days}, {len(self.partners)} of {len(self.lives)}")

    # === A DAY === #

    def _day(self, lives):
        self._spoil()
        self._prepare(lives)
        self._pay(lives)
        self._idle()
        self._follow_up(lives)
        self._payouts_of_the_day()
        self._next_day()

    def _next_day(self, days=1):
        """Let a day pass at the gateway: debits, payouts, expiry happen by its jobs."""
        self.days += days
        self.sandbox.advance(days=days)
        self._idle()
        self._return_debits()
        self._decide_disputes()
        self._bank_statements()

    def _spoil(self):
        """Let some deliveries of the day come twice, late, never or in disorder."""
        for kind in self.dice.choices(SPOILT, (6, 4, 4, 2), k=8):
            self.sandbox.fault(**kind)

    def _idle(self):
        """Wait until every event is delivered and worked off."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.sandbox.release()
            self.sandbox.retry()
            idle = self.sandbox.drain(timeout=30)["idle"]
            pending = [("state", "=", "pending")]
            if idle and not self.odoo.call("payment.event", "search_count", pending):
                return
            if time.monotonic() > deadline:
                waiting = self.odoo.find(
                    "payment.event", pending, ["event_type", "reason"], limit=5
                )
                raise CampaignError(f"After {PATIENCE} s still to do: {waiting}")
            time.sleep(0.3)

    # === WHAT IS SOLD === #

    def _prepare(self, lives):
        """Make the customers and invoices of a day, each in one request."""
        made = self.odoo.call(
            "res.partner",
            "create",
            [{"name": life.name, "email": _mail(life)} for life in lives],
        )
        for life, partner in zip(lives, made, strict=True):
            self.partners[life.number] = partner
        billed = [life for life in lives if life.kind not in ("order", "outside")]
        invoices = self.odoo.call(
            "account.move", "create", [self._invoice(life) for life in billed]
        )
        if invoices:
            self.odoo.press("account.move", "action_post", invoices)
        for life, invoice in zip(billed, invoices, strict=True):
            self.invoices[life.number] = invoice

    def _invoice(self, life):
        line = {"name": life.kind, "price_unit": life.major, "tax_ids": [(5,)]}
        return {
            "move_type": "out_invoice",
            "partner_id": self.partners[life.number],
            "currency_id": self.stage.currencies[life.currency.upper()],
            "invoice_date": str(self._today()),
            "access_token": str(uuid.UUID(int=self.dice.getrandbits(128), version=4)),
            "invoice_line_ids": [(0, 0, line)],
        }

    def _today(self):
        now = self.sandbox.clock()["now"]
        return datetime.fromtimestamp(now, timezone.utc).date()

    # === WHAT CUSTOMERS DO === #

    def _pay(self, lives):
        for life in lives:
            if life.kind == "outside":
                self._pay_outside(life)
            else:
                self._check_out(life)
                self._enter(life)

    def _check_out(self, life):
        """Press Pay on the page of the invoice or the quotation."""
        if life.kind == "order":
            self.stage.company.customers[life.name] = self.partners[life.number]
            order = self.stage.story._order(life.name, [("Desk lamp", 1)])
            payment, intent = self.stage.story._check_out(order)
        else:
            invoice = self.invoices[life.number]
            found = self.odoo.one(
                "account.move", [("id", "=", invoice)], ["access_token"]
            )
            payment, intent = self.stage.story._start(
                f"/invoice/transaction/{invoice}",
                "sepa_direct_debit" if life.kind.startswith("debit") else "card",
                life.major,
                found["access_token"],
                f"/my/invoices/{invoice}",
            )
        self.payments[life.number], self.intents[life.number] = payment, intent

    def _enter(self, life):
        """Enter a card or an account."""
        intent = self.intents[life.number]
        special = {
            "debit": "sepa",
            "debit_returned": "sepa",
            "debit_refused": "sepa_fails",
            "declined": "insufficient_funds",
            "refund_fails": "refund_fails",
        }
        if life.kind == "declined_then_paid":
            self.sandbox.pay(intent, card="declined")
        card = special.get(life.kind) or self.dice.choice(CARDS)
        self.sandbox.pay(intent, card=card)

    def _pay_outside(self, life):
        self.sandbox.outside_payment(
            amount=life.amount,
            currency=life.currency,
            email=_mail(life),
            name=life.name,
            card=self.dice.choice(CARDS),
        )

    def _capture_manually(self, manual):
        """Let the provider authorise only, without the methods that cannot."""
        provider = [("id", "=", self.stage.company.provider)]
        fields = ["payment_method_ids"]
        methods = self.odoo.one("payment.provider", provider, fields)
        if manual:
            unable = self.odoo.find(
                "payment.method",
                [
                    ("id", "in", methods["payment_method_ids"]),
                    ("support_manual_capture", "not in", ("partial", "full_only")),
                ],
            )
            self.unable = [each["id"] for each in unable]
            self.odoo.write("payment.method", self.unable, {"active": False})
        values = {"capture_manually": manual}
        self.odoo.write("payment.provider", provider[0][2], values)
        if not manual:
            self.odoo.write("payment.method", self.unable, {"active": True})

    # === WHAT FOLLOWS === #

    def _follow_up(self, lives):
        """Clerks and banks act on the payments of the day."""
        actions = {
            "capture": self._capture,
            "capture_part": self._capture,
            "void": self._void,
            "refund": self._refund,
            "refund_part": self._refund,
            "refund_fails": self._refund,
            "dispute_won": self._dispute,
            "dispute_lost": self._dispute,
            "debit_returned": self.returns.append,
        }
        for life in lives:
            if life.kind in actions:
                actions[life.kind](life)
        self._idle()

    def _capture(self, life):
        """Capture in Odoo, or in the gateway's dashboard."""
        if self.dice.random() < 0.4:
            values = {"amount_to_capture": life.part}
            self._dashboard(
                f"payment_intents/{self.intents[life.number]}/capture", values
            )
            return
        payment = self.payments[life.number]
        action = self.odoo.press("payment.transaction", "action_capture", payment)
        wizard = self.odoo.call(
            "payment.capture.wizard",
            "create",
            [{"amount_to_capture": _major(life.part, life.currency)}],
            context=action["context"],
        )
        self.odoo.press("payment.capture.wizard", "action_capture", wizard)

    def _void(self, life):
        payment = self.payments[life.number]
        self.odoo.press("payment.transaction", "action_void", payment)

    def _refund(self, life):
        """Refund in Odoo, or in the gateway's dashboard."""
        if self.dice.random() < 0.5:
            values = {"payment_intent": self.intents[life.number], "amount": life.part}
            self._dashboard("refunds", values)
            return
        payment = self._read(life, "payment_id")
        if not payment:
            raise CampaignError(f"{life} is not booked, so it cannot be refunded")
        wizard = self.odoo.create(
            "payment.refund.wizard",
            {
                "payment_id": payment[0],
                "amount_to_refund": _major(life.part, life.currency),
            },
        )
        self.odoo.press("payment.refund.wizard", "action_refund", wizard)

    def _dispute(self, life):
        made = self.sandbox.dispute(charge=self.intents[life.number])
        outcome = life.kind.removeprefix("dispute_")
        self.disputes.append((self.days + DECIDED_AFTER, made["id"], outcome))

    def _decide_disputes(self):
        """Let the bank decide before the time for evidence is over."""
        while self.disputes and self.disputes[0][0] <= self.days:
            _day, dispute, outcome = self.disputes.pop(0)
            self.sandbox.close_dispute(dispute=dispute, outcome=outcome)

    def _return_debits(self):
        """Let the bank take back debits that it had paid."""
        for life in list(self.returns):
            if self._read(life, "state") == "done":
                self.sandbox.fail_payment(charge=self.intents[life.number])
                self.returns.remove(life)

    def _dashboard(self, path, values):
        answer = self.sandbox.api("POST", f"/v1/{path}", data=values)
        if answer.status_code != 200:
            raise CampaignError(f"{path} {values}: {answer.text}")

    def _read(self, life, name):
        payment = self.payments[life.number]
        found = self.odoo.one("payment.transaction", [("id", "=", payment)], [name])
        return found[name]

    # === PAYOUTS AND THE BANK === #

    def _payouts_of_the_day(self):
        """Besides the gateway's own payouts: some by hand, some that come back."""
        if self.days % 4 == 2:
            available = self.sandbox.state()["totals"]["eur"]["available"]
            if available > 2000:
                self._dashboard(
                    "payouts", {"amount": available // 200 * 100, "currency": "eur"}
                )
        if self.days % 5 == 4:
            self._fail_a_payout()

    def _fail_a_payout(self):
        """The bank sends one back that nobody has seen on a statement yet."""
        open_ = [
            each["id"]
            for each in self.sandbox.objects(type="payout")["data"]
            if each["status"] in ("pending", "in_transit")
        ]
        if open_:
            payout = self.dice.choice(open_)
            self.sandbox.payout_fails(payout=payout)
            self.failed_payouts.add(payout)

    def _bank_statements(self):
        """Import the statement of each account that money has arrived on."""
        arrived = {}
        for payout in self.sandbox.objects(type="payout")["data"]:
            if payout["status"] == "paid" and payout["id"] not in self.at_bank:
                arrived.setdefault(payout["currency"].upper(), []).append(payout)
        for currency, payouts in arrived.items():
            self._import(currency, payouts)

    def _import(self, currency, payouts):
        today = self._today()
        entries = [
            camt.Entry(
                Decimal(payout["amount"]).scaleb(-exponent(payout["currency"])),
                today,
                "Stripe Technology Europe Ltd",
                f"{payout['statement_descriptor']} {payout['trace_id']['value']}",
                payout["id"],
            )
            for payout in payouts
        ]
        opening = self.opening[currency]
        content = camt.render(BANKS[currency], currency, opening, entries, today)
        self.stage.story._import(content, f"{currency}-{today}.xml")
        self.opening[currency] += sum(entry.amount for entry in entries)
        self.at_bank |= {payout["id"] for payout in payouts}

    # === THE END === #

    def _come_to_an_end(self):
        for _day in range(4):
            self._payouts_of_the_day()
            self._next_day()
        for _day in range(5):
            self._next_day(2)
        self.sandbox.account(
            payout_schedule={"interval": "manual", "delay_days": 2, "anchor": None}
        )
        self._next_day(4)
        if self.returns:
            raise CampaignError(f"Debits that were never paid: {self.returns}")
        self._await_bank()

    def _await_bank(self):
        """Give the job that matches bank lines the time to end; what is left is told.

        Whether all are matched is the check's question, not this one's.
        """
        waiting = [("state", "=", "paid"), ("bank_statement_line_id", "=", False)]
        deadline = time.monotonic() + PATIENCE / 3
        while self.odoo.find("payment.payout", waiting):
            if time.monotonic() > deadline:
                self.say("some payouts are still not matched with the bank")
                return
            time.sleep(2)


def _mail(life):
    return f"customer{life.number}@example.com"


def _major(minor, currency):
    return round(minor / 10 ** exponent(currency), 3)
