from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..models.payment_payout_return import LATE, RETURNED
from .common import PAID_AT, IntegratedPaymentsCommon

MANUAL = {"automatic": False, "reconciliation": "not_applicable"}


@tagged("-at_install", "post_install")
class TestPayouts(IntegratedPaymentsCommon):
    """Payouts: proven, allocated by hand, failed, late."""

    def setUp(self):
        super().setUp()
        self.paid = {}

    # === Scenes === #

    def customer_pays(self, number, amount=100.0, hours=0):
        """A customer pays; available ``hours`` after PAID_AT. Returns the movement."""
        transaction = self._create_transaction(
            "direct",
            amount=amount,
            reference=f"T-{number}",
            provider_reference=f"pi_{number}",
        )
        self.say_paid(transaction, number)
        moment = PAID_AT + timedelta(hours=hours)
        self.say_movement(
            f"txn_{number}",
            "charge",
            round(amount * 100),
            fee=320,
            tax=20,
            source=f"ch_{number}",
            created=moment,
            available_on=moment,
        )
        self.hear_and_work("charge.updated", f"ch_{number}")
        return self.movement(f"txn_{number}")

    def movement(self, ref):
        return self.env["payment.balance.transaction"].search(
            [("provider_id", "=", self.provider.id), ("gateway_ref", "=", ref)]
        )

    def pay_out(self, ref, movements, status="paid", days=1, **values):
        """The gateway says and Odoo hears that ``movements`` (ids) are paid out."""
        moment = PAID_AT + timedelta(days=days)
        self.say_payout(ref, movements, status, created=moment, **values)
        return self.hear_payout(ref, status)

    def hear_payout(self, ref, status):
        self.hear_and_work(f"payout.{status}", ref, number=f"{ref}_{status}")
        return self.env["payment.payout"].search([("gateway_ref", "=", ref)])

    def pay_out_by_hand(self, ref, amount, days=1, fee=0, **values):
        """A manual payout of any amount: the gateway lists no movements of it."""
        moment = PAID_AT + timedelta(days=days)
        self.say_payout(ref, [], "paid")
        own = self.say_movement(
            f"txn_{ref}", "payout", -amount, fee=fee, source=ref, created=moment
        )
        self.gateway.payouts[ref] = []
        fact = self.gateway.facts["payout", ref]
        fact = type(fact)(
            **{
                **vals(fact),
                "amount": amount,
                "created": moment,
                "balance_transaction_ref": own.ref,
                **MANUAL,
                **values,
            }
        )
        self.gateway.put("payout", fact)
        return self.hear_payout(ref, "paid")

    def fail(self, ref, code="account_closed", days=2):
        """The bank sends the payout back."""
        payout = self.gateway.facts["payout", ref]
        own = self.gateway.facts["balance_transaction", payout.balance_transaction_ref]
        back = self.say_movement(
            f"txn_back_{ref}",
            "payout_reversal",
            -own.amount,
            source=ref,
            type="payout_failure",
            created=PAID_AT + timedelta(days=days),
            available_on=PAID_AT + timedelta(days=days),
        )
        self.gateway.put(
            "payout",
            type(payout)(
                **{
                    **vals(payout),
                    "status": "failed",
                    "failure_code": code,
                    "failure_message": "The bank account has been closed.",
                    "failure_balance_transaction_ref": back.ref,
                }
            ),
        )
        return self.hear_payout(ref, "failed")

    def assistant(self, payout):
        action = payout.action_allocate()
        return self.env[action["res_model"]].browse(action["res_id"])

    def tick(self, wizard):
        return wizard._ticked().mapped("gateway_ref")

    # === Automatic === #

    def test_a_payout_that_holds_a_failed_one_and_a_reserve_is_proven(self):
        self.customer_pays(1)
        first = self.pay_out("po_1", ["txn_1"])
        self.assertEqual(first.proof, "proven")
        self.fail("po_1")
        self.say_movement("txn_hold", "risk_reserved_funds", -1000)
        self.customer_pays(2)
        later = self.pay_out("po_2", ["txn_back_po_1", "txn_hold", "txn_2"], days=3)
        self.assertEqual((later.amount, later.paid_out), (183.6, 183.6))
        self.assertEqual((later.proof, later.proof_difference), ("proven", 0))
        self.hear_and_work("payout.failed", "po_1", number="again")
        self.assertEqual((first.proof, later.proof), ("proven", "proven"))
        self.assertEqual(self.movement("txn_back_po_1").payout_id, later)
        self.assertEqual(later.search([("proof", "=", "proven")]), later | first)

    def test_a_payout_that_does_not_add_up(self):
        self.customer_pays(1)
        self.say_payout("po_1", ["txn_1"])
        self.gateway.payouts["po_1"] = ["txn_po_1"]
        payout = self.hear_payout("po_1", "paid")
        self.assertEqual((payout.proof, payout.proof_difference), ("differs", 96.8))

    def test_an_instant_payout_beside_automatic_ones(self):
        """The next automatic payout lists it, and so proves both."""
        self.customer_pays(1)
        instant = self.pay_out_by_hand("po_i", 5000, method="instant", fee=50)
        self.assertEqual((instant.proof, instant.fee), ("open", 0.5))
        later = self.pay_out("po_2", ["txn_1", "txn_po_i"], days=2)
        self.assertEqual((later.amount, later.proof), (46.3, "proven"))
        self.hear_and_work("payout.paid", "po_i", number="again")
        self.assertEqual((later.proof, instant.proof), ("proven", "within"))
        with self.assertRaisesRegex(UserError, "within the payout po_2"):
            instant.action_allocate()

    # === Manual === #

    def test_the_oldest_movements_are_proposed_and_confirmed(self):
        for number in range(1, 4):
            self.customer_pays(number, hours=number)
        payout = self.pay_out_by_hand("po_1", 19360)
        self.assertEqual(payout.proof, "open")
        wizard = self.assistant(payout)
        self.assertEqual(self.tick(wizard), ["txn_1", "txn_2"])
        self.assertEqual((wizard.carried, wizard.missing), (0, 0))
        self.assertEqual(len(wizard.line_ids), 3)
        wizard.action_confirm()
        self.assertEqual((payout.proof, payout.proof_difference), ("allocated", 0))
        self.assertEqual(payout.allocated_by_id, self.env.user)
        self.assertIn("2 movements", payout.message_ids[0].body)
        payment = self.movement("txn_1").transaction_id
        self.assertEqual(payment._payouts(), payout)
        with self.assertRaisesRegex(UserError, "allocated already"):
            payout.action_allocate()

    def test_what_is_left_is_carried_forward(self):
        for number in range(1, 4):
            self.customer_pays(number, hours=number)
        first = self.pay_out_by_hand("po_1", 15000)
        second = self.pay_out_by_hand("po_2", 14040, days=2)
        with self.assertRaisesRegex(UserError, "earlier payout po_1"):
            second.action_allocate()
        wizard = self.assistant(first)
        self.assertIn("43.60", wizard.split_text)
        wizard.action_confirm()
        self.assertEqual((first.brought, first.carried), (0, 43.6))
        wizard = self.assistant(second)
        self.assertEqual((wizard.brought, self.tick(wizard)), (43.6, ["txn_3"]))
        wizard.action_confirm()
        self.assertEqual((second.carried, second.proof), (0, "allocated"))
        with self.assertRaisesRegex(UserError, "later payout po_2"):
            first.action_undo_allocation()
        (first | second).sorted("id", reverse=True).action_undo_allocation()
        self.assertEqual((first.proof, second.proof), ("open", "open"))
        self.assertFalse(self.movement("txn_1").payout_id)

    def test_other_ticks(self):
        for number in range(1, 3):
            self.customer_pays(number, hours=number)
        payout = self.pay_out_by_hand("po_1", 9680)
        wizard = self.assistant(payout)
        with Form(wizard) as form:
            with form.line_ids.edit(0) as line:
                line.taken = False
            self.assertEqual(form.missing, 96.8)
            with form.line_ids.edit(1) as line:
                line.taken = True
            self.assertEqual(form.missing, 0)
        wizard.action_confirm()
        self.assertEqual(payout._paid_out().mapped("gateway_ref"), ["txn_2"])

    def test_money_from_before_the_first_movement_in_odoo(self):
        self.customer_pays(1)
        payout = self.pay_out_by_hand("po_1", 10000)
        wizard = self.assistant(payout)
        self.assertEqual(wizard.missing, 3.2)
        with self.assertRaisesRegex(UserError, "3.20 is missing"):
            wizard.action_confirm()
        wizard.brought = 3.2
        wizard.action_propose()
        self.assertEqual((wizard.missing, wizard.carried), (0, 0))
        wizard.action_confirm()
        self.assertEqual((payout.proof, payout.brought), ("allocated", 3.2))

    def test_what_was_not_available_yet_is_not_proposed(self):
        self.customer_pays(1, hours=100)
        payout = self.pay_out_by_hand("po_1", 9680)
        self.assertFalse(self.assistant(payout).line_ids)

    def test_an_instant_payout_takes_what_is_pending_and_its_fee(self):
        self.customer_pays(1)
        self.movement("txn_1").available_on = "2026-03-20 00:00:00"
        payout = self.pay_out_by_hand("po_1", 9584, fee=96, method="instant")
        wizard = self.assistant(payout)
        self.assertEqual((wizard.fee, wizard.needed, wizard.taken), (0.96, 96.8, 96.8))
        wizard.action_confirm()
        self.assertEqual(payout.proof, "allocated")
        self.assertEqual(self.balances()["fee"], 3.0 + 0.96)

    def test_a_movement_that_somebody_else_took_meanwhile(self):
        self.customer_pays(1)
        payout = self.pay_out_by_hand("po_1", 9680)
        wizard = self.assistant(payout)
        other = self.pay_out_by_hand("po_0", 100, days=0)
        self.movement("txn_1").payout_id = other
        other.allocated_at = "2026-03-10 00:00:00"
        with self.assertRaisesRegex(UserError, "in the payout po_0 by now"):
            payout._allocate(wizard._ticked(), 0)

    def test_a_failed_manual_payout_needs_no_movements(self):
        self.customer_pays(1)
        failed = self.pay_out_by_hand("po_1", 9680)
        self.fail("po_1")
        self.assertEqual(failed.proof, "returned")
        with self.assertRaisesRegex(UserError, "came back"):
            failed.action_allocate()
        again = self.pay_out_by_hand("po_2", 9680, days=3)
        self.assertEqual(self.tick(self.assistant(again)), ["txn_1"])

    def test_what_came_back_of_an_allocated_payout_goes_into_the_next(self):
        movement = self.customer_pays(1)
        failed = self.pay_out_by_hand("po_1", 9680)
        self.assistant(failed).action_confirm()
        self.fail("po_1")
        self.assertEqual(failed.proof, "allocated")
        effect = movement.transaction_id.effect_ids.filtered(
            lambda each: each.kind == "bank"
        )
        self.assertEqual(effect.state, "held")
        again = self.pay_out_by_hand("po_2", 9680, days=3)
        wizard = self.assistant(again)
        self.assertEqual(self.tick(wizard), ["txn_back_po_1"])
        wizard.action_confirm()
        self.assertEqual(failed._carrier(), again)
        self.assertEqual((effect.state, effect.document), ("waiting", again))
        self.assertEqual(movement.transaction_id._payouts(), failed | again)

    def test_only_accountants_allocate(self):
        self.customer_pays(1)
        payout = self.pay_out_by_hand("po_1", 9680)
        user = new_test_user(
            self.env,
            "payout-reader",
            groups="integrated_payments.group_payment_user",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            payout.with_user(user).action_allocate()
        clerk = new_test_user(
            self.env,
            "payout-clerk",
            groups="account.group_account_user",
            company_id=self.company.id,
        )
        action = payout.with_user(clerk).action_allocate()
        self.env[action["res_model"]].with_user(clerk).browse(
            action["res_id"]
        ).action_confirm()
        self.assertEqual(payout.allocated_by_id, clerk)

    def test_the_gateways_own_list_beats_an_allocation(self):
        """After a change to automatic payouts: the next one lists all that is left."""
        self.customer_pays(1)
        manual = self.pay_out_by_hand("po_1", 5000)
        self.assistant(manual).action_confirm()
        automatic = self.pay_out("po_2", ["txn_1", "txn_po_1"], days=2)
        self.assertEqual((automatic.amount, automatic.proof), (46.8, "proven"))
        self.assertEqual((manual.proof, manual.carried), ("within", 0))
        self.assertIn("allocation by hand was dropped", manual.message_ids[0].body)

    # === Failed === #

    def test_a_failed_payout_is_reversed_matched_and_told(self):
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"])
        self.assertEqual(self.balances()["transit"], 96.8)
        self.fail("po_1")
        self.assertEqual(self.balances()["gateway"], 96.8)
        self.assertNotIn("transit", self.balances())
        self.assertTrue(payout._transit_item().reconciled)
        activity = payout.activity_search([RETURNED])
        self.assertEqual(activity.user_id, self.company._payment_responsible())
        self.assertIn("account has been closed", activity.note)
        self.assertIn("another bank account", activity.note)
        self.assertIn("account has been closed", payout.return_text)
        self.hear_and_work("payout.failed", "po_1", number="again")
        self.assertEqual(payout.activity_search([RETURNED]), activity)
        later = self.pay_out("po_2", ["txn_back_po_1"], days=4)
        self.assertEqual(later.state, "paid")
        self.assertFalse(payout.activity_search([RETURNED]))
        self.assertTrue(
            any("po_2" in body for body in payout.message_ids.mapped("body"))
        )

    def test_an_unknown_failure_in_the_gateways_words(self):
        self.customer_pays(1)
        self.pay_out("po_1", ["txn_1"])
        payout = self.fail("po_1", code="new_code")
        self.assertIn("The bank account has been closed.", payout.return_text)

    def test_a_cancelled_payout(self):
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"], status="pending")
        self.fail("po_1")
        fact = self.gateway.facts["payout", "po_1"]
        self.gateway.put("payout", type(fact)(**{**vals(fact), "status": "canceled"}))
        self.hear_payout("po_1", "canceled")
        self.assertEqual(payout.state, "canceled")
        self.assertIn("cancelled", payout.return_text)
        self.assertNotIn("transit", self.balances())

    def test_the_return_is_heard_of_before_the_payout_is_posted(self):
        """Both in one batch: whichever is booked first, both are matched."""
        self.customer_pays(1)
        self.say_payout("po_1", ["txn_1"])
        self.hear("payout.paid", "po_1")
        payout = self.fail("po_1")
        self.assertTrue(payout._transit_item().reconciled)
        self.assertNotIn("transit", self.balances())

    def bank_line(self, payout, amount):
        """A bank line that somebody matched with the payout on Odoo's own screens."""
        bank = self.env["account.journal"].create(
            {"name": "House Bank", "code": "HBK", "type": "bank"}
        )
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": bank.id, "payment_ref": "STRIPE", "amount": amount}
        )
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.account_id = self.accounts["transit"]
        (suspense | payout._transit_item()).reconcile()
        return line

    def test_failed_after_the_bank_line_was_matched(self):
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"])
        line = self.bank_line(payout, 96.8)
        payout._link_bank_line()
        self.assertEqual(payout.bank_statement_line_id, line)
        self.fail("po_1")
        self.assertTrue(line.is_reconciled)
        self.assertTrue(payout.has_bank_conflict)
        self.assertIn("STRIPE", payout.activity_search([RETURNED]).note)
        self.assertEqual(self.balances()["transit"], -96.8)
        line.action_undo_reconciliation()
        payout.bank_statement_line_id = False
        self.assertFalse(payout.has_bank_conflict)
        self.assertTrue(payout._transit_item().reconciled)
        self.assertNotIn("transit", self.balances())

    def test_the_next_payout_of_the_same_second_closes_it_too(self):
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"])
        self.fail("po_1")
        self.assertTrue(payout.activity_search([RETURNED]))
        later = self.pay_out("po_2", ["txn_back_po_1"])
        self.assertEqual(later.created_at, payout.created_at)
        self.assertFalse(payout.activity_search([RETURNED]))

    # === Late === #

    def run_late(self, day):
        cron = type(self.env["ir.cron"])
        with (
            freeze_time(day),
            patch.object(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0),
        ):
            self.env["payment.payout"]._cron_late()

    def test_a_payout_that_does_not_arrive(self):
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"], arrival_date=date(2026, 3, 12))
        self.run_late("2026-03-17")  # Thursday + 3 business days: not yet
        self.assertFalse(payout.activity_search([LATE]))
        for _run in range(2):
            self.run_late("2026-03-18")
        self.assertEqual(len(payout.activity_search([LATE])), 1)
        with freeze_time("2026-03-18"):
            self.assertTrue(payout.is_late)
            self.assertIn(payout, payout.search([("is_late", "=", True)]))
        payout.bank_statement_line_id = self.bank_line(payout, 96.8)
        self.assertFalse(payout.activity_search([LATE]))

    def test_a_bank_line_matched_elsewhere_is_found(self):
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"])
        line = self.bank_line(payout, 96.8)
        self.run_late("2026-04-01")
        self.assertEqual(payout.bank_statement_line_id, line)
        self.assertFalse(payout.activity_search([LATE]))
        self.assertEqual(line.move_id._payouts(), payout)

    def test_nobody_is_asked_if_the_company_says_so(self):
        self.company.payout_late_days = 0
        self.customer_pays(1)
        payout = self.pay_out("po_1", ["txn_1"])
        self.run_late("2026-06-01")
        self.assertFalse(payout.activity_search([LATE]))


def vals(fact):
    """Return a fact's values by name."""
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}
