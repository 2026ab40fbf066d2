from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..gateway.errors import NeedsPerson
from ..models import payment_event_changes as changes
from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestEventReplay(IntegratedPaymentsCommon):
    """Replay of events: what it would change is shown first, and then kept."""

    def setUp(self):
        super().setUp()
        self.tx = self._create_transaction(
            "direct", amount=100.0, reference="T-1", provider_reference="pi_1"
        )

    def replay(self, events):
        """Open the preview as the button does; returns the wizard."""
        action = events.action_open_replay()
        return self.env[action["res_model"]].browse(action["res_id"])

    def lines(self, wizard):
        """Return {(record, field): (before, after)}."""
        return {
            (line.name, line.field): (line.before or "", line.after or "")
            for line in wizard.line_ids
        }

    def ledger(self):
        return (
            self.balances(),
            self.env["account.move"].search_count([]),
            self.env["payment.balance.transaction"].search_count([]),
            self.env["mail.mail"].sudo().search_count([]),
        )

    def test_compared_fields_exist(self):
        for model, names in changes.COMPARED.items():
            self.assertLessEqual(set(names), set(self.env[model]._fields), model)
        self.assertEqual(set(changes.WORDS), set(changes.COMPARED))

    def test_no_change_is_the_normal_answer(self):
        self.say_paid(self.tx)
        event = self.hear_and_work("charge.updated", "ch_1")
        before = self.ledger()
        wizard = self.replay(event)
        self.assertEqual((wizard.change_count, wizard.event_count), (0, 1))
        wizard.action_replay()
        self.assertEqual((wizard.state, wizard.change_count), ("done", 0))
        self.assertEqual(event.replay_text, "Nothing.")
        self.assertEqual(event.replayed_by_id, self.env.user)
        self.assertEqual(self.ledger(), before)

    def test_a_preview_shows_all_and_keeps_nothing(self):
        self.gateway.failure = NeedsPerson("Check the key")
        event = self.hear_and_work("charge.updated", "ch_1")
        self.gateway.failure = None
        self.say_paid(self.tx)
        before = self.ledger()
        wizard = self.replay(event)
        found = self.lines(wizard)
        self.assertEqual(found["T-1", "Status"], ("Draft", "Confirmed"))
        self.assertEqual(
            found["evt_charge.updated_ch_1", "State"][0], "Needs Attention"
        )
        self.assertIn("96.80", found["txn_1", "Net"][1])
        self.assertIn("new", wizard.line_ids.mapped("change"))
        self.assertEqual((self.tx.state, event.state), ("draft", "parked"))
        self.assertFalse(self.tx.charge_ids)
        self.assertEqual(self.ledger(), before)
        wizard.action_replay()
        self.assertEqual((self.tx.state, event.state), ("done", "done"))
        self.assertEqual(self.balances()["gateway"], 96.8)
        self.assertIn("Draft", event.replay_text)
        self.assertEqual(wizard.state, "done")
        self.assertGreater(wizard.change_count, 3)

    def test_a_preview_of_a_missed_payout(self):
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.say_payout("po_1", ["txn_1"], status="in_transit")
        event = self.hear_and_work("payout.updated", "po_1")
        payout = event.subject_record
        self.assertEqual(payout._name, "payment.payout")
        fact = self.gateway.facts["payout", "po_1"]
        values = {name: getattr(fact, name) for name in fact.__dataclass_fields__}
        self.gateway.put("payout", type(fact)(**{**values, "status": "paid"}))
        wizard = self.replay(event)
        self.assertEqual(
            self.lines(wizard), {("po_1", "State"): ("In Transit", "Paid")}
        )
        self.assertEqual(payout.state, "in_transit")

    def test_a_preview_that_would_park_says_why(self):
        self.say_paid(self.tx)
        event = self.hear_and_work("charge.updated", "ch_1")
        del self.gateway.facts["charge", "ch_1"]
        found = self.lines(self.replay(event))
        self.assertEqual(
            found[event.gateway_ref, "State"], ("Processed", "Needs Attention")
        )
        self.assertEqual(event.state, "done")

    def test_a_preview_sends_nothing(self):
        self.say_paid(self.tx)
        event = self.hear("charge.updated", "ch_1")
        sent = []
        self.env.cr.postcommit.clear()
        process = type(event)._process

        def noisy(events):
            events.env.cr.postcommit.add(lambda: sent.append("mail"))
            return process(events)

        with patch.object(type(event), "_process", noisy):
            event._preview_replay()
        self.env.cr.postcommit.run()
        self.assertFalse(sent)
        self.assertEqual(self.trail(self.tx), {})

    def test_other_events_of_the_object(self):
        self.say_paid(self.tx)
        first = self.hear_and_work("charge.succeeded", "ch_1")
        second = self.hear_and_work("charge.updated", "ch_1")
        other = self.hear_and_work("customer.created", "cus_1")
        self.assertEqual(first.sibling_ids, second)
        self.assertFalse(other.sibling_ids)
        self.assertEqual(first.subject_record, self.tx.charge_ids)
        self.assertFalse(other.subject_record)
        unknown = self.hear_and_work("teleport.completed", "tel_1")
        self.assertFalse(unknown.subject_record)

    def test_not_too_many_and_not_by_everybody(self):
        event = self.hear_and_work("customer.created", "cus_1")
        events = event | self.hear_and_work("customer.created", "cus_2")
        target = "odoo.addons.integrated_payments.wizards.payment_event_replay"
        with (
            patch(f"{target}.PREVIEW_LIMIT", 1),
            self.assertRaisesRegex(UserError, "at most 1"),
        ):
            events.action_open_replay()
        reader = new_test_user(
            self.env,
            "event-reader",
            groups="integrated_payments.group_payment_user",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            event.with_user(reader).action_open_replay()

    def test_filters_of_the_screen(self):
        old = self.hear_and_work("teleport.completed", "tel_1")
        late = self.hear("charge.updated", "ch_1")
        late.received_at = "2026-01-01 00:00:00"
        fresh = self.hear("payout.paid", "po_1")
        Event = self.env["payment.event"]
        view = self.env.ref("integrated_payments.payment_event_search")
        domains = {
            node.get("name"): node.get("domain")
            for node in etree.fromstring(view.arch).iter("filter")
            if node.get("domain")
        }

        def found(name):
            mine = [("id", "in", (old | late | fresh).ids)]
            return Event.search([*safe_eval(domains[name]), *mine])

        self.assertEqual(found("parked"), old)
        self.assertEqual(found("pending"), late | fresh)
        self.assertEqual(found("pending_late"), late)
        self.assertEqual(found("payouts"), fresh)
        self.assertEqual(found("payments"), late)
        self.assertEqual(found("today"), old | fresh)
