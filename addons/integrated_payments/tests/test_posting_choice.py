from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestPostingChoice(IntegratedPaymentsCommon):
    """Movements that no rule decides: posted with an account, remembered, undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "accountant",
            groups="account.group_account_user",
            company_id=cls.company.id,
        )
        cls.income = cls.company_data["default_account_revenue"]
        cls.expense = cls.company_data["default_account_expense"]

    def test_post_with_an_account(self):
        """Two adjustments of the gateway, decided together by an accountant."""
        movements = self.park(self.adjust("txn_a", -500), self.adjust("txn_b", -200))
        self.assertEqual(self.balances(), {"gateway": -7.0, "suspense": 7.0})
        wizard = self.assistant(movements)
        self.assertEqual(wizard.movement_count, 2)
        self.assertIn("Other adjustment", wizard.reasons)
        wizard.account_id = self.expense
        wizard.label = "Terminal rent"
        wizard.partner_id = self.partner
        self.assertIn("7.00", wizard.preview)
        self.assertIn(self.expense.code, wizard.preview)
        wizard.save().action_post()
        self.assertEqual(set(movements.mapped("state")), {"posted"})
        self.assertEqual(self.balances(), {"gateway": -7.0})
        self.assertEqual(self.sum_of(self.expense), 7.0)
        self.assertEqual(movements.chosen_by_id, self.accountant)
        line = movements[0].statement_line_id
        self.assertTrue(line.is_reconciled)
        self.assertEqual(
            (line.payment_ref, line.partner_id), ("Terminal rent", self.partner)
        )
        self.assertEqual(self.stripe._prove_balance()[0]["ledger"], -700)

    def test_the_fee_stays_a_fee(self):
        """A payment taken outside Odoo: gross to the account, the fee where it was."""
        movement = self.park(self.foreign(10000, fee=320, tax=20))
        self.assertIn("outside Odoo", movement.reason)
        self.choose(movement, self.income)
        self.assertEqual(self.balances(), {"gateway": 96.8, "fee": 3.0, "fee_tax": 0.2})
        self.assertEqual(self.sum_of(self.income), -100.0)

    def test_back_to_review(self):
        movement = self.park(self.foreign(10000, fee=320))
        self.choose(movement, self.income)
        movement.with_user(self.accountant).action_undo_choice()
        self.assertEqual(movement.state, "parked")
        self.assertIn("outside Odoo", movement.reason)
        self.assertEqual(self.sum_of(self.income), 0.0)
        self.assertEqual(self.balances(), {"gateway": 96.8, "suspense": -96.8})
        self.assertFalse(movement.chosen_account_id or movement.chosen_by_id)
        with self.assertRaisesRegex(UserError, "nobody chose"):
            movement.action_undo_choice()

    def test_back_to_review_frees_the_invoice(self):
        """On the receivable and matched: what was paid is open again."""
        bill = self.init_invoice(
            "out_invoice", partner=self.partner, amounts=[100.0], post=True
        )
        receivable = self.partner.property_account_receivable_id
        movement = self.park(self.foreign(10000, fee=320))
        self.choose(movement, receivable, partner_id=self.partner)
        items = (bill.line_ids | movement.statement_line_id.line_ids).filtered(
            lambda item: item.account_id == receivable
        )
        items.reconcile()
        self.assertIn(bill.payment_state, ("paid", "in_payment"))
        movement.action_undo_choice()
        self.assertEqual(bill.payment_state, "not_paid")

    def test_a_locked_period_stays_as_it_is(self):
        movement = self.park(self.foreign(10000))
        self.choose(movement, self.income)
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "prior to"):
            movement.action_undo_choice()
        later = self.park(self.foreign(5000, number=2))
        self.choose(later, self.income)
        self.assertEqual(str(later.statement_line_id.date), "2026-04-01")
        self.assertEqual(self.sum_of(self.income), -150.0)

    def test_a_period_cannot_be_locked_over_what_is_to_review(self):
        """Odoo's own check: a movement on suspense is a bank line to reconcile."""
        self.park(self.foreign(10000))
        with self.assertRaisesRegex(RedirectWarning, "unreconciled"):
            self.company.fiscalyear_lock_date = "2026-03-31"

    @mute_logger("odoo.addons.integrated_payments.models.payment_books")
    def test_all_or_nothing(self):
        """One of two cannot be posted: neither is, and the reason is said."""
        good, bad = self.park(self.foreign(100), self.foreign(200, number=2, net=1))
        wizard = self.assistant(good | bad)
        wizard.account_id = self.income
        with self.assertRaises(UserError) as refused:
            wizard.save().action_post()
        self.assertRegex(str(refused.exception), "txn_f2.*less fee")
        self.assertEqual((good.state, good.chosen_account_id.id), ("parked", False))

    def test_remembered_choice_posts_what_comes_later(self):
        movement = self.park(self.adjust("txn_a", -500))
        wizard = self.assistant(movement)
        wizard.account_id = self.expense
        wizard.remember = True
        self.assertEqual(
            (wizard.rule_category, wizard.rule_type), ("other_adjustment", "adjustment")
        )
        action = wizard.save().action_post()
        rule = self.env["payment.posting.rule"].browse(action["res_id"])
        self.assertEqual(rule.account_id, self.expense)
        self.assertEqual(rule.create_uid, self.accountant)
        later = self.hear_movement(self.adjust("txn_later", -300))
        self.assertEqual((later.state, later.reason), ("posted", False))
        self.assertEqual(later.posting_rule_id, rule)
        self.assertEqual(rule.movement_count, 1)
        self.assertEqual(self.sum_of(self.expense), 8.0)
        rule.active = False
        archived = self.hear_movement(self.adjust("txn_archived", -100))
        self.assertEqual(archived.state, "parked")

    def test_the_rule_that_names_more_wins(self):
        self.remember(category="other_adjustment", account_id=self.expense.id)
        narrow = self.remember(
            category="other_adjustment",
            description_contains="radar",
            account_id=self.income.id,
        )
        movement = self.hear_movement(
            self.adjust("txn_a", -500, description="Radar for Teams")
        )
        self.assertEqual(movement.posting_rule_id, narrow)

    def test_a_rule_leaves_the_built_in_table_alone(self):
        """A category that is booked by itself, unless the rule says so."""
        rule = self.remember(
            category="fee", description_contains="radar", account_id=self.expense.id
        )
        self.hear_movement(
            self.say_movement("txn_1", "fee", -100, description="Radar fee")
        )
        self.assertEqual(self.balances(), {"gateway": -1.0, "fee": 1.0})
        rule.overrides_builtin = True
        self.hear_movement(
            self.say_movement("txn_2", "fee", -200, description="Radar fee")
        )
        self.hear_movement(
            self.say_movement("txn_3", "fee", -400, description="Billing fee")
        )
        self.assertEqual(self.balances(), {"gateway": -7.0, "fee": 5.0})
        self.assertEqual(self.sum_of(self.expense), 2.0)

    def test_apply_a_rule_to_what_waits(self):
        movement = self.park(self.adjust("txn_a", -500))
        rule = self.remember(category="other_adjustment", account_id=self.expense.id)
        rule.with_user(self.accountant).action_apply()
        self.assertEqual(movement.posting_rule_id, rule)
        self.assertEqual(movement.state, "posted")
        with self.assertRaisesRegex(UserError, "Nothing"):
            rule.action_apply()

    def test_what_a_rule_must_say(self):
        with self.assertRaisesRegex(ValidationError, "which movements"):
            self.remember(account_id=self.expense.id)
        with self.assertRaisesRegex(ValidationError, "booked by itself"):
            self.remember(
                category="other_adjustment",
                overrides_builtin=True,
                account_id=self.expense.id,
            )
        with self.assertRaisesRegex(ValidationError, "own balance"):
            self.remember(category="fee", account_id=self.accounts["gateway"].id)

    def test_what_the_assistant_refuses(self):
        movement = self.park(self.adjust("txn_a", -500))
        wizard = self.assistant(movement).save()
        with self.assertRaisesRegex(UserError, "Choose an account"):
            wizard.action_post()
        wizard.account_id = self.accounts["suspense"]
        with self.assertRaisesRegex(ValidationError, "suspense"):
            wizard.action_post()
        wizard.account_id = self.expense
        wizard.action_post()
        with self.assertRaisesRegex(UserError, "Somebody else"):
            wizard.action_post()
        with self.assertRaisesRegex(UserError, "to review"):
            movement.action_post_with_account()

    def test_who_only_reads_may_not_post(self):
        reader = new_test_user(
            self.env,
            "reader",
            groups="integrated_payments.group_payment_user",
            company_id=self.company.id,
        )
        movement = self.park(self.adjust("txn_a", -500))
        with self.assertRaises(AccessError):
            movement.with_user(reader).action_post_with_account()
        with self.assertRaises(AccessError):
            movement.with_user(reader).action_undo_choice()

    def test_post_leaves_on_suspense_what_is_still_unknown(self):
        movement = self.park(self.adjust("txn_a", -500))
        movement.with_user(self.accountant).action_post()
        self.assertEqual(movement.state, "parked")
        self.assertIn("Other adjustment", movement.reason)

    def test_a_role_without_account_says_which(self):
        """Stripe Capital, with no account for loans: suspense until it is chosen."""
        movement = self.park(self.say_movement("txn_l", "financing_payout", 900000))
        self.assertIn("Gateway financing", movement.reason)
        loan = self.env["account.account"].create(
            {"name": "Loan", "code": "251099", "account_type": "liability_current"}
        )
        self.stripe.gateway_account_ids = [
            Command.create({"role": "loan", "account_id": loan.id})
        ]
        movement.action_post()
        self.assertEqual(movement.state, "posted")
        self.assertEqual(self.sum_of(loan), -9000.0)

    def test_the_mirror_of_a_reserve_makes_no_entry(self):
        self.hear_movement(self.say_movement("txn_h", "risk_reserved_funds", -5000))
        mirror = self.hear_movement(
            self.say_movement(
                "txn_m", "risk_reserved_funds", 5000, balance_type="risk_reserved"
            )
        )
        self.assertEqual(mirror.state, "posted")
        self.assertFalse(mirror.statement_line_id)
        self.assertEqual(self.balances(), {"gateway": -50.0, "reserve": 50.0})

    def test_raw_facts_can_be_read(self):
        movement = self.park(
            self.foreign(
                10000,
                fee=320,
                tax=20,
                fee_details=(
                    ("stripe_fee", 300, "Stripe processing fees"),
                    ("tax", 20, None),
                ),
            )
        )
        self.assertIn("3.00 Stripe processing fees", movement.fee_lines)
        self.assertIn("0.20 tax", movement.fee_lines)
        self.assertEqual(
            movement.action_open_at_gateway()["url"],
            "https://dashboard.stripe.com/test/payments/ch_f1",
        )

    # === Helpers === #

    def adjust(self, ref, minor, **values):
        """State an adjustment that the gateway does not explain."""
        return self.say_movement(
            ref, "other_adjustment", minor, **{"type": "adjustment", **values}
        )

    def foreign(self, minor, number=1, **values):
        """State a charge that no payment of Odoo asked for."""
        return self.say_movement(
            f"txn_f{number}", "charge", minor, source=f"ch_f{number}", **values
        )

    def hear_movement(self, fact):
        """Store one movement as the poll does, and book it."""
        Movement = self.env["payment.balance.transaction"].sudo()
        movement = Movement._store(self.stripe, [fact])[fact.ref]
        self.stripe._post_balance_transactions()
        return movement

    def park(self, *facts):
        movements = self.env["payment.balance.transaction"].sudo()
        for fact in facts:
            movements |= self.hear_movement(fact)
        self.assertEqual(set(movements.mapped("state")), {"parked"})
        return movements

    def assistant(self, movements):
        """Open the assistant as the accountant does from the review list."""
        as_accountant = movements.with_user(self.accountant)
        action = as_accountant.action_post_with_account()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        return Form(wizard.with_user(self.accountant))

    def choose(self, movements, account, **values):
        wizard = self.assistant(movements)
        wizard.account_id = account
        for name, value in values.items():
            wizard[name] = value
        wizard.save().action_post()

    def remember(self, **values):
        return self.env["payment.posting.rule"].create(
            {"company_id": self.company.id, **values}
        )

    def sum_of(self, account):
        rows = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")],
            [],
            ["balance:sum"],
        )
        return round(rows[0][0], 2)
