from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .test_backfill import BackfillCommon


class ShadowCommon(BackfillCommon):
    """A provider in shadow mode."""

    def setUp(self):
        super().setUp()
        self.provider.books_mode = "shadow"

    def hear_payment(self, day, amount=100.0, known=True):
        number, tx = self.say_payment(day, amount, known)
        self.hear_and_work("charge.updated", f"ch_{number}")
        return self.movements(gateway_ref=f"txn_{number}"), tx


@tagged("-at_install", "post_install")
class TestShadow(ShadowCommon):
    """A pilot: entries are computed and shown, and nothing is posted."""

    def items_of_shadow(self, movement):
        return sorted(
            (line.account_id.id, line.debit, line.credit, line.partner_id.id, line.date)
            for line in movement.shadow_line_ids
        )

    def items_of_entry(self, movement):
        move = movement.statement_line_id.move_id
        return sorted(
            (item.account_id.id, item.debit, item.credit, item.partner_id.id, item.date)
            for item in move.line_ids
        )

    def test_shadow_computes_what_posting_posts(self):
        """Payment, refund of nobody's payment, fee: the same items in both modes."""
        movements = self.hear_payment("2026-03-02")[0]
        movements |= self.hear_payment("2026-03-03", known=False)[0]
        self.say_movement("txn_x", "moon_landing", -500, created=self.day("2026-03-04"))
        self.say_fee("2026-03-05", 700, "txn_f")
        self.import_history(with_opening=False)
        movements = self.movements()
        self.assertEqual(set(movements.mapped("state")), {"shadow"})
        self.assertFalse(movements.statement_line_id)
        computed = {each: self.items_of_shadow(each) for each in movements}
        self.assertTrue(all(computed.values()))
        self.provider.books_mode = "post"
        movements.action_post()
        for movement in movements:
            self.assertEqual(computed[movement], self.items_of_entry(movement))
        self.assertFalse(movements.shadow_line_ids)

    def test_every_shadow_entry_balances(self):
        self._enable_currency("EUR")
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": self.currency_euro.id, "rate": 2.0}
        )
        self.say_movement("txn_eur", "fee", -333, currency="EUR", fee=0)
        self.import_history(with_opening=False)
        lines = self.movements().shadow_line_ids
        self.assertEqual(round(sum(lines.mapped("balance")), 2), 0.0)
        self.assertEqual(sorted(lines.mapped("amount_currency")), [-3.33, 3.33])

    def test_entry_follows_its_payment(self):
        """Found by its payment later, the entry is computed again."""
        movement, _tx = self.hear_payment("2026-03-02", known=False)
        self.assertIn("suspense", movement.shadow_line_ids.mapped("role"))
        self.assertTrue(movement.reason)
        other = self._create_transaction("direct", amount=100.0, reference="P-late")
        movement.transaction_id = other
        self.assertEqual(movement.state, "pending")
        self.provider._post_balance_transactions()
        self.assertEqual(movement.state, "shadow")
        self.assertIn("outstanding", movement.shadow_line_ids.mapped("role"))
        self.assertFalse(movement.reason)

    def test_role_without_account_is_shown(self):
        self.say_movement("txn_loan", "advance", 5000, created=self.day("2026-03-04"))
        self.import_history(with_opening=False)
        line = self.movements().shadow_line_ids.filtered(lambda each: each.credit)
        self.assertEqual(line.role, "suspense")
        self.assertIn("Gateway financing", self.movements().reason)

    # === Opening line, start of posting === #

    def test_import_in_shadow_says_what_is_to_be_reviewed(self):
        self.say_payment("2026-03-02")
        self.say_payment("2026-03-03", known=False)
        run = self.import_history(date(2026, 3, 1))
        self.assertEqual((run.found_count, run.parked_count), (2, 1))
        domain = run.action_view_parked()["domain"]
        found = self.env["payment.balance.transaction"].search(domain)
        self.assertEqual(found.gateway_ref, "txn_2")

    def test_opening_is_computed_and_not_posted(self):
        self.say_payment("2026-02-02", 200.0)
        self.say_payment("2026-03-02")
        run = self.import_history(date(2026, 3, 1))
        self.assertEqual(
            (run.opening_ids.amount, run.opening_ids.state), (197.0, "shadow")
        )
        # Odoo's own payment is core's, as before the pilot.
        self.assertEqual(self.balances(), {"outstanding": 100.0})

    def start_posting(self, day, earlier):
        wizard = self.env["payment.post.start"].create(
            {"provider_id": self.provider.id, "date_start": day, "earlier": earlier}
        )
        counts = (wizard.earlier_count, wizard.posted_count)
        wizard.action_start()
        self.run_job()
        return counts

    def test_posting_starts_with_an_opening_line(self):
        self.hear_payment("2026-02-02", 200.0)
        self.hear_payment("2026-03-02")
        self.say_payment("2026-03-04", 50.0)  # its event was lost
        counts = self.start_posting(date(2026, 3, 1), "opening")
        self.assertEqual(counts, (1, 1))
        self.assertEqual(self.provider.books_mode, "post")
        # The earlier payment's clearing is the present books', as is the opening's.
        self.assertEqual(
            self.balances(),
            {"gateway": 341.0, "fee": 6.0, "suspense": -197.0, "outstanding": 200.0},
        )
        self.assertEqual(self.movements(gateway_ref="txn_1").state, "opening")
        self.assertFalse(self.env["payment.shadow.line"].search_count([]))
        self.prove()

    def test_posting_starts_with_all_that_is_in_shadow(self):
        self.hear_payment("2026-02-02", 200.0)
        self.hear_payment("2026-03-02")
        self.start_posting(date(2026, 3, 1), "post")
        self.assertEqual(self.balances(), {"gateway": 294.0, "fee": 6.0})
        self.prove()

    def test_posting_after_an_import_of_history_posts_its_opening(self):
        self.say_payment("2026-02-02", 200.0)
        self.say_payment("2026-03-02")
        self.import_history(date(2026, 3, 1))
        self.start_posting(date(2026, 4, 1), "post")
        self.assertEqual(
            self.balances(), {"gateway": 294.0, "fee": 3.0, "suspense": -197.0}
        )
        self.prove()

    def test_test_mode_never_reaches_live_books(self):
        self.hear_payment("2026-03-02")
        self.provider.post_test_payments = False
        with self.assertRaises(ValidationError):
            self.start_posting(date(2026, 3, 1), "post")

    def test_start_twice_is_refused(self):
        self.provider.books_mode = "post"
        with self.assertRaises(UserError):
            self.start_posting(date(2026, 3, 1), "post")


@tagged("-at_install", "post_install")
class TestShadowComparison(ShadowCommon):
    """The pilot's present books beside what the rules would post."""

    def setUp(self):
        super().setUp()
        account = self.env["account.account"]
        kinds = {"bank": "asset_cash", "clearing": "asset_current", "fees": "expense"}
        self.present = {
            name: account.create(
                {"name": name, "code": f"PB{number}", "account_type": kind}
            )
            for number, (name, kind) in enumerate(kinds.items())
        }

    def book(self, day, **debits):
        """An entry of the present books, by name of the account."""
        move = self.env["account.move"].create(
            {
                "date": day,
                "line_ids": [
                    (0, 0, {"account_id": self.present[name].id, "balance": amount})
                    for name, amount in debits.items()
                ],
            }
        )
        move.action_post()
        return move

    def comparison(self, **values):
        comparison = self.env["payment.shadow.comparison"].create(
            {
                "provider_id": self.provider.id,
                "date_from": "2026-03-01",
                "date_to": "2026-04-30",
                **values,
            }
        )
        names = {"gateway": "bank", "outstanding": "clearing", "fee": "fees"}
        for line in comparison.mapping_ids:
            name = names.get(line.role)
            line.account_ids = self.present[name] if name else False
        comparison.action_compare()
        return comparison

    def rows(self, comparison):
        return {
            (line.period_label, line.label): line.difference
            for line in comparison.line_ids
        }

    def test_same_books_have_no_difference(self):
        self.hear_payment("2026-03-02")
        self.hear_payment("2026-04-02", 50.0)
        self.book("2026-03-02", bank=97.0, fees=3.0, clearing=-100.0)
        self.book("2026-04-02", bank=47.0, fees=3.0, clearing=-50.0)
        comparison = self.comparison()
        self.assertEqual(comparison.difference_count, 0)
        self.assertEqual(len(comparison.line_ids), 6)

    def test_difference_is_shown_where_it_is(self):
        """The pilot books net and forgets the fee in April."""
        movement, _tx = self.hear_payment("2026-03-02")
        self.hear_payment("2026-04-02", 50.0)
        self.book("2026-03-02", bank=97.0, fees=3.0, clearing=-100.0)
        present = self.book("2026-04-02", bank=47.0, clearing=-47.0)
        comparison = self.comparison(only_differences=True)
        self.assertEqual(
            self.rows(comparison),
            {
                ("2026-04", "Gateway fees"): 3.0,
                ("2026-04", "Outstanding payments"): -3.0,
            },
        )
        line = comparison.line_ids.filtered(lambda each: each.difference < 0)
        found = self.env["payment.shadow.line"].search(
            line.action_view_computed()["domain"]
        )
        self.assertEqual(found.credit, 50.0)
        self.assertNotEqual(found.balance_transaction_id, movement)
        items = self.env["account.move.line"].search(
            line.action_view_booked()["domain"]
        )
        self.assertEqual(items.move_id, present)

    def test_by_day_and_by_journal(self):
        self.hear_payment("2026-03-02")
        move = self.book("2026-03-03", bank=97.0, fees=3.0, clearing=-100.0)
        comparison = self.comparison(granularity="day")
        self.assertEqual(comparison.difference_count, 6)
        self.assertIn("2026-03-03", comparison.line_ids.mapped("period_label"))
        other = self.env["account.journal"].search(
            [("id", "!=", move.journal_id.id), ("company_id", "=", self.company.id)],
            limit=1,
        )
        comparison.journal_ids = other
        comparison.action_compare()
        self.assertEqual(sum(comparison.line_ids.mapped("booked_debit")), 0.0)

    def test_roles_on_one_account_are_compared_together(self):
        self.hear_payment("2026-03-02")
        comparison = self.comparison()
        for line in comparison.mapping_ids:
            if line.role in ("fee", "dispute_fee", "fee_tax"):
                line.account_ids = self.present["fees"]
        self.book("2026-03-05", bank=97.0, fees=3.0, clearing=-100.0)
        comparison.action_compare()
        self.assertEqual(comparison.difference_count, 0)
        label = "Gateway fees, Tax on gateway fees, Dispute fees"
        self.assertIn(("2026-03", label), self.rows(comparison))

    def test_form_proposes_the_accounts_of_the_provider(self):
        form = Form(self.env["payment.shadow.comparison"])
        form.provider_id = self.provider
        comparison = form.save()
        by_role = {line.role: line.account_ids for line in comparison.mapping_ids}
        self.assertEqual(by_role["fee"], self.accounts["fee"])
        self.assertEqual(by_role["gateway"], self.accounts["gateway"])
        self.assertEqual(comparison.date_to - timedelta(0), date.today())
