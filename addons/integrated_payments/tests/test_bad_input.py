"""Bad input: a clear message where the user looks, and the books unchanged."""

from datetime import date
from unittest.mock import patch

from odoo.exceptions import RedirectWarning, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..gateway.errors import Refused
from .common import PAID_AT, IntegratedPaymentsCommon

LOGS = (
    "odoo.addons.integrated_payments.models.payment_event",
    "odoo.addons.integrated_payments.models.payment_books",
    "odoo.addons.integrated_payments.models.payment_transaction_effects",
    "odoo.addons.account_payment.models.payment_transaction",
)


@tagged("-at_install", "post_install")
class TestBadInput(IntegratedPaymentsCommon):
    def setUp(self):
        super().setUp()
        self.tx = self._create_transaction(
            "direct", amount=100.0, reference="T-1", provider_reference="pi_1"
        )

    # === What must be true === #

    def ledger(self):
        """Return what the books hold: balances, entries, lines, payments."""
        return (
            self.balances(),
            self.env["account.move"].sudo().search_count([("state", "=", "posted")]),
            self.env["account.bank.statement.line"].sudo().search_count([]),
            self.env["account.payment"].sudo().search_count([]),
        )

    def assertParked(self, event, *words):
        self.assertEqual(event.state, "parked", event.reason)
        for word in words:
            self.assertIn(word, event.reason)

    def movement(self, ref="txn_1"):
        return self.env["payment.balance.transaction"].search(
            [("provider_id", "=", self.provider.id), ("gateway_ref", "=", ref)]
        )

    def books_effect(self, transaction=None):
        effects = (transaction or self.tx).effect_ids
        return effects.filtered(lambda effect: effect.kind == "books")

    # === Events === #

    def test_malformed_and_oversized_bodies_are_refused(self):
        before = self.ledger()
        Event = self.env["payment.event"].sudo()
        huge = b'{"id": "' + b"x" * 1024 * 1024 + b'"}'
        for body, reason in (
            (b"\xff\xfe", "malformed"),
            (b"", "malformed"),
            (b"null", "malformed"),
            (b'{"id": "evt_1", "type": "x", "data": []}', "malformed"),
            (b'{"id": 7, "type": "x", "data": {"object": {}}}', "malformed"),
            (
                b'{"id": "e", "type": "x", "created": "x", "data": {"object": {}}}',
                "malformed",
            ),
            (
                b'{"id": "e", "type": "x", "created": 1e300, "data": {"object": {}}}',
                "malformed",
            ),
            (
                b'{"id": "e", "type": "x", "created": 99999999999999,'
                b' "data": {"object": {}}}',
                "malformed",
            ),
            (
                b'{"id": "e\\u0000", "type": "x", "data": {"object": {"id": "pi_1"}}}',
                "malformed",
            ),
            (
                b'{"id": "e", "type": "x", "data": {"object": {"id": {"a": 1}}}}',
                "malformed",
            ),
            (b"[" * 100_000, "malformed"),
            (huge, "too_large"),
        ):
            with self.subTest(body[:60]), self.assertRaises(Refused) as caught:
                Event._receive(self.provider, body)
            self.assertEqual(caught.exception.reason, reason)
        self.assertFalse(Event.search([("provider_id", "=", self.provider.id)]))
        self.assertEqual(self.ledger(), before)

    def test_a_zero_byte_in_the_payload_is_no_reason_to_lose_the_event(self):
        self.env["payment.event"]._receive(
            self.provider,
            b'{"id": "evt_z", "type": "customer.created", "livemode": false,'
            b' "data": {"object": {"id": "cus_1", "name": "A\\u0000B"}}}',
        )
        event = self.env["payment.event"].search([("gateway_ref", "=", "evt_z")])
        self.work()
        self.assertEqual(event.state, "ignored")

    def test_an_event_without_object_id(self):
        before = self.ledger()
        self.env["payment.event"]._receive(
            self.provider,
            b'{"id": "evt_n", "type": "charge.updated", "livemode": false,'
            b' "data": {"object": {}}}',
        )
        self.work()
        event = self.env["payment.event"].search([("gateway_ref", "=", "evt_n")])
        self.assertParked(event, "names no object")
        self.assertEqual(self.ledger(), before)

    def test_a_foreign_object_is_parked(self):
        """Of another account, or deleted: the API answers 404, resource_missing."""
        before = self.ledger()
        for number, (kind, ref) in enumerate(
            (
                ("payment_intent.succeeded", "pi_other"),
                ("charge.updated", "ch_other"),
                ("refund.updated", "re_other"),
                ("charge.dispute.created", "dp_other"),
                ("payout.paid", "po_other"),
            )
        ):
            with self.subTest(kind):
                event = self.hear_and_work(kind, ref, number=number)
                self.assertParked(event, ref)
        self.assertEqual(self.ledger(), before)
        self.assertEqual(self.tx.state, "draft")

    def test_an_object_that_the_gateway_no_longer_has(self):
        """What was stored and posted before stays as it is."""
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        before = self.ledger()
        del self.gateway.facts["charge", "ch_1"]
        event = self.hear_and_work("charge.captured", "ch_1")
        self.assertParked(event, "ch_1")
        self.assertEqual(self.ledger(), before)
        self.assertEqual(self.tx.state, "done")

    def test_a_replayed_event_changes_nothing(self):
        self.say_paid(self.tx)
        event = self.hear_and_work("charge.updated", "ch_1", number=1)
        before = self.ledger()
        again = self.hear_and_work("charge.updated", "ch_1", number=1)
        self.assertEqual(again, event)
        event.action_replay()
        self.assertEqual(self.ledger(), before)

    def test_a_test_event_at_a_live_provider(self):
        self.say_paid(self.tx)
        self.provider.state = "enabled"
        before = self.ledger()
        event = self.hear_and_work("charge.updated", "ch_1", livemode=False)
        self.assertParked(event, "test mode event", "Nothing was changed")
        self.assertEqual((self.ledger(), self.tx.state), (before, "draft"))

    def test_amounts_and_currencies_that_differ(self):
        before = self.ledger()
        self.say_intent(self.tx, amount=10001)
        event = self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertParked(event, "100.01 USD", "T-1", "Nothing was changed")
        self.say_intent(self.tx, currency="JPY")
        event.action_replay()
        self.assertParked(event, "10,000 JPY")
        self.assertEqual((self.ledger(), self.tx.state), (before, "draft"))

    # === Configuration === #

    @mute_logger(*LOGS)
    def test_a_role_without_account(self):
        """Removed while posting: the payment stands, its movement waits, saying why."""
        self.say_paid(self.tx)
        self.provider.gateway_account_ids.filtered(
            lambda line: line.role == "fee"
        ).unlink()
        self.hear_and_work("charge.updated", "ch_1")
        movement = self.movement()
        self.assertEqual(movement.state, "parked")
        self.assertIn("Gateway fees", movement.reason)
        self.assertIn("Set up Gateway Books", movement.reason)
        self.assertFalse(movement.statement_line_id)
        self.assertEqual(self.tx.state, "done")
        self.provider.action_set_up_gateway_books()
        movement.action_post()
        self.assertEqual(movement.state, "posted", movement.reason)

    @mute_logger(*LOGS)
    def test_an_archived_account(self):
        self.say_paid(self.tx)
        self.accounts["fee"].active = False
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.movement().state, "parked")
        self.assertIn(self.accounts["fee"].code, self.movement().reason)
        self.assertIn("archived", self.movement().reason)
        self.accounts["fee"].active = True
        self.movement().action_post()
        self.assertEqual(self.movement().state, "posted", self.movement().reason)

    @mute_logger(*LOGS)
    def test_a_journal_without_suspense_or_gateway_account(self):
        for field, words in (
            ("suspense_account_id", "Suspense"),
            ("default_account_id", "Gateway balance"),
        ):
            with self.subTest(field), self.env.cr.savepoint() as savepoint:
                self.say_paid(self.tx)
                self.provider.journal_id[field] = False
                self.hear_and_work("charge.updated", "ch_1", number=field)
                self.assertEqual(self.movement().state, "parked")
                self.assertIn(words, self.movement().reason)
                self.assertFalse(self.movement().statement_line_id)
                savepoint.rollback()

    def test_an_archived_journal(self):
        self.say_paid(self.tx)
        self.provider.journal_id.active = False
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.movement().state, "parked")
        self.assertIn(self.provider.journal_id.name, self.movement().reason)
        self.assertIn("archived", self.movement().reason)

    def test_accounts_are_checked_when_a_provider_is_enabled(self):
        for break_it, words in (
            (lambda: self.provider.gateway_account_ids[0].unlink(), "lacks"),
            (lambda: self.accounts["fee"].write({"active": False}), "archived"),
            (
                lambda: self.provider.journal_id.write({"default_account_id": False}),
                "Gateway balance",
            ),
            (
                lambda: self.accounts["transit"].write({"reconcile": False}),
                "reconcil",
            ),
        ):
            with self.subTest(words), self.env.cr.savepoint() as savepoint:
                break_it()
                with self.assertRaisesRegex(ValidationError, words):
                    self.provider.state = "enabled"
                    self.env.flush_all()
                savepoint.rollback()
        self.provider.state = "enabled"

    def test_test_payments_never_reach_live_books(self):
        self.provider.state = "enabled"
        self.provider.post_test_payments = False
        with self.assertRaisesRegex(ValidationError, "test mode"):
            self.provider.state = "test"

    # === Closed periods and restricted journals === #

    def lock(self, field):
        drafts = [("state", "=", "draft"), ("company_id", "=", self.company.id)]
        self.env["account.move"].search(drafts).unlink()
        self.company.sudo()[field] = date(2026, 3, 31)

    def test_a_closed_period(self):
        for field in ("fiscalyear_lock_date", "hard_lock_date"):
            with self.subTest(field), self.env.cr.savepoint() as savepoint:
                self.say_paid(self.tx)
                self.lock(field)
                self.hear_and_work("charge.updated", "ch_1", number=field)
                movement = self.movement()
                self.assertEqual(movement.state, "posted", movement.reason)
                line = movement.statement_line_id
                self.assertEqual(line.date, date(2026, 4, 1))
                self.assertIn("2026", movement.late_text)
                self.assertIn("locked", movement.late_text)
                self.assertIn("2026-03-09", line.payment_ref)
                payment = self.tx.payment_id
                self.assertEqual(payment.date, date(2026, 4, 1))
                notes = " ".join(payment.message_ids.mapped("body"))
                self.assertIn("period is locked", notes)
                self.assertTrue(line.is_reconciled and payment.is_matched)
                locked = [("date", "<=", date(2026, 3, 31))]
                Move = self.env["account.move"]
                mine = [("journal_id", "=", self.provider.journal_id.id)]
                self.assertFalse(Move.search_count([*locked, *mine]))
                savepoint.rollback()

    def test_an_open_period_says_nothing(self):
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertFalse(self.movement().late_text)
        self.assertNotIn("2026-03-09", self.movement().statement_line_id.payment_ref)

    def test_a_period_with_something_on_suspense_cannot_be_closed(self):
        """So what is claimed later never lies in a locked period: Odoo's own rule."""
        stranger = self.tx.copy({"reference": "other"})
        self.say_paid(stranger, number=9)
        stranger.unlink()
        self.hear_and_work("charge.updated", "ch_9")
        self.assertEqual(self.movement("txn_9").state, "parked")
        with self.assertRaisesRegex(RedirectWarning, "unreconciled"):
            self.lock("fiscalyear_lock_date")

    def test_a_restricted_journal(self):
        """Entries of a hashed journal cannot be changed, only added to."""
        self.provider.journal_id.restrict_mode_hash_table = True
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        movement = self.movement()
        self.assertEqual(movement.state, "posted", movement.reason)
        self.assertTrue(movement.statement_line_id.is_reconciled)
        before = self.ledger()
        self.hear("charge.updated", "ch_1", number="again").action_replay()
        self.assertEqual(self.ledger(), before)

    # === Documents that changed meanwhile === #

    def paid_invoice(self):
        invoice = self.init_invoice("out_invoice", partner=self.partner, amounts=[100])
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        self.tx.invoice_ids = [Command.set(invoice.ids)]
        self.say_paid(self.tx)
        return invoice

    def assertMoneyKept(self):
        """The payment is booked and stays open on the customer."""
        self.assertEqual(self.tx.state, "done")
        self.assertEqual(self.tx.payment_id.amount, 100.0)
        self.assertEqual(self.balances()["gateway"], 96.8)
        receivable = self.tx.payment_id.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(receivable.amount_residual, -100.0)

    @mute_logger(*LOGS)
    def test_an_invoice_deleted_between_checkout_and_payment(self):
        invoice = self.paid_invoice()
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.hear_and_work("charge.updated", "ch_1")
        self.assertMoneyKept()
        effect = self.tx.effect_ids.filtered(lambda each: each.kind == "invoice")
        self.assertIn("No invoice or order is linked", effect.reason)

    @mute_logger(*LOGS)
    def test_an_invoice_cancelled_between_checkout_and_payment(self):
        invoice = self.paid_invoice()
        invoice.button_draft()
        invoice.button_cancel()
        self.hear_and_work("charge.updated", "ch_1")
        self.assertMoneyKept()
        self.assertEqual(invoice.state, "cancel")
        effect = self.tx.effect_ids.filtered(lambda each: each.kind == "invoice")
        self.assertEqual(effect.state, "held")
        self.assertIn(invoice.name, effect.reason)
        self.assertIn("cancelled", effect.reason.lower())

    @mute_logger(*LOGS)
    def test_an_invoice_reset_to_draft_is_posted_and_paid(self):
        """As core does: what the customer paid is the invoice."""
        invoice = self.paid_invoice()
        invoice.button_draft()
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual((invoice.state, invoice.amount_residual), ("posted", 0.0))

    # === Companies === #

    def second_company(self):
        """Return (company, provider with books) beside the first one."""
        data = self.setup_other_company()
        company = data["company"]
        return company, self.provider_of(company)

    def provider_of(self, company):
        """Return a provider of ``company`` in test mode, with books."""
        provider = self.provider.copy({"company_id": company.id, "state": "disabled"})
        keys = {"stripe_publishable_key": "pk_test_x", "stripe_secret_key": "sk_test_x"}
        provider.write({**keys, "state": "test", "post_test_payments": True})
        provider.with_company(company).action_set_up_gateway_books()
        return provider

    def accountant_of(self, company, login):
        return new_test_user(
            self.env,
            login,
            groups="account.group_account_user,account.group_account_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def test_each_company_sees_only_its_own_facts(self):
        self.say_paid(self.tx)
        self.say_payout("po_1", ["txn_1"])
        self.hear_and_work("charge.updated", "ch_1")
        self.hear_and_work("payout.reconciliation_completed", "po_1")
        company, _provider = self.second_company()
        mine = self.accountant_of(self.company, "accountant-1")
        theirs = self.accountant_of(company, "accountant-2")
        found = []
        for model in self.env.values():
            facts = "company_id" in model._fields and model._name.startswith("payment.")
            if not facts or model._abstract or model._transient:
                continue
            records = model.sudo().search([("company_id", "=", self.company.id)])
            readable = model.with_user(theirs).has_access("read")
            if not records or not readable:
                continue
            found.append(model._name)
            visible = model.with_user(mine).search([("id", "in", records.ids)])
            self.assertEqual(visible, records.with_env(visible.env), model._name)
            hidden = model.with_user(theirs).search([("id", "in", records.ids)])
            self.assertFalse(hidden, model._name)
        for name in ("event", "charge", "balance.transaction", "payout", "transaction"):
            self.assertIn(f"payment.{name}", found)

    def test_an_event_for_another_companys_payment_stays_foreign(self):
        """The other provider's event finds no payment of the first company."""
        _company, provider = self.second_company()
        self.say_paid(self.tx)
        event = self.hear("charge.updated", "ch_1", provider=provider)
        self.work()
        self.assertEqual(self.tx.state, "draft")
        self.assertFalse(event.transaction_id)
        self.assertFalse(self.tx.charge_ids)
        self.assertFalse(self.balances())

    def test_a_branch_with_its_parents_accounts(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.cr.precommit.run()  # chart of accounts of the branch
        provider = self.provider_of(branch)
        self.assertEqual(provider.books_mode, "post")
        tx = self.env["payment.transaction"].create(
            {
                "amount": 100.0,
                "currency_id": self.currency.id,
                "partner_id": self.partner.id,
                "payment_method_id": self.payment_method_id,
                "provider_id": provider.id,
                "provider_reference": "pi_1",
                "reference": "B-1",
                "operation": "online_direct",
            }
        )
        self.say_paid(tx)
        self.hear("charge.updated", "ch_1", provider=provider)
        self.work()
        movement = tx.balance_transaction_ids
        self.assertEqual(movement.state, "posted", movement.reason)
        self.assertEqual(movement.company_id, branch)
        line = movement.statement_line_id
        self.assertEqual(line.company_id, branch)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.books_effect(tx).state, "done")
        clerk = self.accountant_of(branch, "accountant-b")
        visible = self.env["payment.balance.transaction"].with_user(clerk).search([])
        self.assertEqual(visible.sudo().company_id, branch)

    def test_the_moment_of_a_payment_in_the_companys_day(self):
        with patch.object(
            type(self.company), "_get_user_fiscal_lock_date", lambda *args: date.min
        ):
            day = self.company._payment_date(
                PAID_AT.replace(tzinfo=None), self.provider.journal_id
            )
        self.assertEqual(day, date(2026, 3, 9))
