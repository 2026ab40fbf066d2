from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..gateway import types
from .common import PAID_AT, IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestOverview(IntegratedPaymentsCommon):
    """What the accountant sees first, and who does not see it."""

    def setUp(self):
        super().setUp()
        self.accountant = self.user_of("account.group_account_user")
        self.tx = self._create_transaction(
            "direct", amount=100.0, reference="O-1", provider_reference="pi_1"
        )
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")

    def user_of(self, group, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            f"{group}-{company.id}",
            group,
            company_id=company.id,
            company_ids=company.ids,
        )

    def overview(self, user=None):
        Overview = self.env["payment.overview"].with_user(user or self.accountant)
        return Overview.with_context(allowed_company_ids=None).get_overview()

    def task(self, label):
        """Return the task whose label begins with ``label``, and its records."""
        [task] = [
            task for task in self.overview()["tasks"] if task["label"].startswith(label)
        ]
        action = task["action"]
        Model = self.env[action["res_model"]].with_user(self.accountant)
        return task, Model.search(action["domain"])

    def test_accountant_sees_balances_and_proves(self):
        [gateway] = self.overview()["providers"]
        self.assertEqual((gateway["proof"], gateway["lines"]), ("none", []))
        Overview = self.env["payment.overview"].with_user(self.accountant)
        Overview.prove(self.stripe.id)
        [gateway] = self.overview()["providers"]
        self.assertEqual(gateway["proof"], "green")
        [line] = gateway["lines"]
        self.assertIn("96.80", line["gateway"])
        self.assertIn("96.80", line["books"])
        self.assertIn("0.00", line["difference"])
        with self.assertRaises(AccessError):
            self.stripe.with_user(self.accountant).read(["stripe_secret_key"])

    def test_nothing_to_do(self):
        self.assertEqual(self.overview()["tasks"], [])

    def test_movement_held_for_review(self):
        self.say_movement("txn_moon", "lunar", 500)
        facts = [self.gateway.facts["balance_transaction", "txn_moon"]]
        Movement = self.env["payment.balance.transaction"].sudo()
        record = Movement._store(self.stripe, facts)["txn_moon"]
        task, found = self.task("Movements not posted")
        self.assertEqual((task["count"], found), (1, record))
        record._post()
        task, found = self.task("Movements held")
        self.assertEqual((task["count"], task["urgent"], found), (1, True, record))

    def test_parked_event(self):
        event = self.hear_and_work("charge.updated", "ch_gone")
        task, found = self.task("Events")
        self.assertEqual((task["count"], found), (1, event))

    def test_held_effect(self):
        effect = self.tx.effect_ids.sudo()[:1]
        effect.write({"state": "held", "reason": "no stock"})
        task, found = self.task("Effects")
        self.assertEqual((task["count"], found), (1, effect))

    def test_open_dispute_with_its_deadline(self):
        self.say_movement("txn_dp", "dispute", -10000, fee=1500, source="dp_1")
        self.gateway.put(
            "dispute",
            types.Dispute(
                ref="dp_1",
                status="needs_response",
                amount=10000,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                due_by=PAID_AT.replace(month=4),
                balance_transaction_refs=("txn_dp",),
            ),
        )
        self.hear_and_work("charge.dispute.created", "dp_1")
        task, found = self.task("Open disputes")
        self.assertEqual((task["count"], found), (1, self.tx.dispute_ids))
        self.assertIn("04/09/2026", task["note"])

    def test_refused_notifications(self):
        Refusal = self.env["payment.event.refusal"].sudo()
        Refusal._count(self.stripe, "signature")
        Refusal._count(self.stripe, "signature")
        task, found = self.task("Notifications refused")
        self.assertEqual((task["count"], found.count), (2, 2))

    def test_payouts_on_their_way_and_not_proven(self):
        self.say_payout(
            "po_1", ["txn_1"], status="in_transit", reconciliation="in_progress"
        )
        self.hear_and_work("payout.updated", "po_1")
        [payout] = self.overview()["payouts"]
        self.assertEqual(payout["date"], "2026-03-09")
        self.assertIn("96.80", payout["amount"])
        task, found = self.task("Payouts not proven")
        self.assertEqual((task["count"], found.id), (1, payout["id"]))

    def test_who_does_not_see_it(self):
        for group in (
            "sales_team.group_sale_salesman",
            "account.group_account_invoice",
        ):
            Overview = self.env["payment.overview"].with_user(self.user_of(group))
            with self.assertRaises(AccessError):
                Overview.get_overview()
            with self.assertRaises(AccessError):
                Overview.prove(self.stripe.id)

    def test_each_company_sees_its_own(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.user_of("account.group_account_user", other)
        found = self.overview(user)
        self.assertEqual((found["providers"], found["tasks"]), ([], []))
        Overview = self.env["payment.overview"].with_user(user)
        Overview.prove(self.stripe.id)
        self.assertFalse(self.stripe.proof_ids)

    def test_without_a_gateway_it_says_what_to_do(self):
        self.stripe.books_mode = "off"
        found = self.overview()
        self.assertEqual((found["providers"], found["may_set_up"]), ([], False))
        admin = self.user_of("base.group_system")
        admin.group_ids += self.env.ref("integrated_payments.group_payment_manager")
        self.assertTrue(self.overview(admin)["may_set_up"])
