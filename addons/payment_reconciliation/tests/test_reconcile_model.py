"""Reconciliation models explain bank lines that no document does."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ReconciliationCommon


class ModelsCommon(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.reconcile.model"].search([]).active = False
        cls.fees = cls.make_account("600900", "Bank Fees")
        cls.rent = cls.make_account("600901", "Rent")

    @classmethod
    def make_account(cls, code, name, kind="expense"):
        return cls.env["account.account"].create(
            {"code": code, "name": name, "account_type": kind}
        )

    def model(self, name="Bank fees", auto=True, items=None, **values):
        """Make a model; ``items`` are the values of its items."""
        items = items or [{"account_id": self.fees.id}]
        return self.env["account.reconcile.model"].create(
            {
                "name": name,
                "trigger": "auto_reconcile" if auto else "manual",
                "match_label": "contains",
                "match_label_param": "bank fee",
                "line_ids": [Command.create(item) for item in items],
                **values,
            }
        )

    def booked(self, line):
        """Return {account: balance} of what took the suspense item's place."""
        _liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(suspense, line.match_ids.mapped("failure"))
        self.assertTrue(line.is_reconciled)
        self.assertFalse(
            line.company_id.currency_id.round(sum(line.line_ids.mapped("balance")))
        )
        return {item.account_id: item.balance for item in others}


@tagged("-at_install", "post_install")
class TestReconcileModel(ModelsCommon):
    def test_a_fee_is_booked_by_itself_and_undone(self):
        model = self.model()
        line = self.say_and_match("BANK FEE March", -12.1)
        self.assertEqual(self.booked(line), {self.fees: 12.1})
        match = line.match_ids
        self.assertEqual((match.state, match.origin), ("posted", "job"))
        self.assertEqual(match.reconcile_model_id, model)
        self.assertIn('The text contains "bank fee"', match.evidence_text)
        self.assertIn("Bank fees: 600900", match.candidate_name)
        self.assertEqual(line.line_ids.reconcile_model_id, model)
        match.action_undo()
        self.assertUntouched(line)
        self.assertEqual(match.state, "undone")
        self.match(line)
        self.assertUntouched(line)
        self.assertEqual(match.action_open_candidate()["res_id"], model.id)

    def test_a_manual_model_only_proposes(self):
        self.model(auto=False)
        line = self.say_and_match("Bank fee", -5.0)
        self.assertUntouched(line)
        match = self.proposals(line)
        self.assertEqual(line.best_match_id, match)
        self.assertIn("only proposes", match.held_text)
        self.match(line)
        match = self.proposals(line)
        self.assertEqual(len(match), 1)
        match.action_accept()
        self.assertEqual(self.booked(line), {self.fees: 5.0})
        self.assertEqual(match.origin, "person")
        with self.assertRaisesRegex(UserError, "matched already"):
            match.action_accept()

    def test_undone_on_any_screen_is_undone(self):
        self.model()
        line = self.say_and_match("Bank fee", -5.0)
        line.action_undo_reconciliation()
        self.assertEqual(line.match_ids.state, "undone")
        self.match(line)
        self.assertUntouched(line)

    def test_a_rejected_model_does_not_come_back(self):
        self.model()
        self.model("All else", match_label_param="fee")
        line = self.say_bank("Bank fee", -5.0)
        line._match("button", post=False)
        self.proposals(line).action_reject()
        self.match(line)
        self.assertUntouched(line)
        self.assertEqual(self.proposals(line).reconcile_model_id.name, "All else")

    def test_conditions(self):
        for values, takes in (
            ({}, True),
            ({"match_label_param": "rent"}, False),
            ({"match_label": "not_contains"}, False),
            ({"match_label": "not_contains", "match_label_param": "x1"}, True),
            ({"match_label": "match_regex", "match_label_param": r"fee of \w+$"}, True),
            ({"match_label": "match_regex", "match_label_param": r"^fee"}, False),
            (
                {"match_label": "match_regex", "match_label_param": r"(\w+ ?)+\d$"},
                False,
            ),
            ({"match_amount": "lower", "match_amount_max": 12.1}, True),
            ({"match_amount": "lower", "match_amount_max": 12.09}, False),
            ({"match_amount": "greater", "match_amount_min": 12.1}, True),
            ({"match_amount": "greater", "match_amount_min": 12.11}, False),
            (
                {
                    "match_amount": "between",
                    "match_amount_min": 10,
                    "match_amount_max": 13,
                },
                True,
            ),
            ({"match_partner_ids": [Command.set(self.partner.ids)]}, True),
            ({"match_partner_ids": [Command.set(self.other_partner.ids)]}, False),
            ({"match_journal_ids": [Command.set(self.bank.ids)]}, True),
            (
                {
                    "match_journal_ids": [
                        Command.set(self.company_data["default_journal_cash"].ids)
                    ]
                },
                False,
            ),
        ):
            with self.subTest(values):
                model = self.model(**values)
                line = self.say_and_match(
                    "Bank fee of " + "a" * 40, -12.1, partner_id=self.partner.id
                )
                self.assertEqual(line.is_reconciled, takes)
                model.active = False

    def test_note_and_details_are_looked_at_too(self):
        self.model()
        for values in (
            {"narration": "<p>Bank fee</p>"},
            {"transaction_details": {"a": {"b": "bank fee"}}},
        ):
            self.assertTrue(self.say_and_match("x", -1.0, **values).is_reconciled)
        self.assertFalse(self.say_and_match("x", -1.0).is_reconciled)

    def test_the_first_in_order_decides(self):
        self.model("Second", sequence=20, items=[{"account_id": self.rent.id}])
        self.model("First", sequence=5)
        line = self.say_and_match("Bank fee", -5.0)
        self.assertEqual(self.booked(line), {self.fees: 5.0})

    def test_a_document_comes_first(self):
        self.model(match_label_param="payment")
        invoice = self.owe(100.0)
        line = self.say_and_match(f"Payment of {invoice.name}", 100.0)
        self.assertMatchedWith(line, invoice)
        other = self.owe(100.0)
        short = self.say_and_match(
            f"Payment {other.name}", 70.0, partner_id=self.other_partner.id
        )
        self.assertFalse(short.is_reconciled and short.line_ids.reconcile_model_id)

    def test_a_likely_document_holds_the_model(self):
        self.model(match_label_param="payment")
        line = self.say_bank("Payment", 100.0)
        self.owe(100.0)
        self.match(line)
        rival = self.proposals(line).filtered(lambda each: not each.reconcile_model_id)
        if rival._is_strong_document():
            self.assertUntouched(line)
            self.assertIn("document", str(self.proposals(line).mapped("held_text")))

    def test_shares(self):
        self.model(
            items=[
                {
                    "account_id": self.rent.id,
                    "amount_type": "percentage_st_line",
                    "amount_string": "33.33",
                },
                {
                    "account_id": self.transit.id,
                    "amount_type": "fixed",
                    "amount_string": "-2",
                },
                {"account_id": self.fees.id},
            ]
        )
        line = self.say_and_match("Bank fee", -10.0)
        self.assertEqual(
            self.booked(line), {self.rent: 3.33, self.transit: 2.0, self.fees: 4.67}
        )

    def test_the_amount_from_the_label(self):
        income = self.make_account("400900", "Sold", "income")
        self.model(
            match_label_param="BRT",
            items=[
                {
                    "account_id": income.id,
                    "amount_type": "regex",
                    "amount_string": r"BRT: ([\d,.]+)",
                },
                {"account_id": self.fees.id},
            ],
        )
        line = self.say_and_match("R:967 AX 94 BRT: 3358,07 C:", 3350.0)
        self.assertEqual(self.booked(line), {income: -3358.07, self.fees: 8.07})

    def test_what_is_not_explained_is_not_posted(self):
        self.model(
            items=[{"account_id": self.fees.id, "amount_string": "60"}],
        )
        line = self.say_and_match("Bank fee", -10.0)
        self.assertUntouched(line)
        self.assertIn("leave", self.proposals(line).held_text)
        with self.assertRaisesRegex(UserError, "Add an item of 100%"):
            self.proposals(line).action_accept()

    def test_without_any_condition_a_person_decides(self):
        self.model(match_label=False, match_label_param=False)
        line = self.say_and_match("Anything", -5.0)
        self.assertUntouched(line)
        self.assertIn("a person decides", self.proposals(line).held_text)

    def test_an_activity_is_planned(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        self.model(next_activity_type_id=todo.id)
        line = self.say_and_match("Bank fee", -5.0)
        self.assertEqual(line.move_id.activity_ids.summary, "Bank fees")

    def test_a_label_tells_the_partner(self):
        self.model(
            "Landlord",
            match_label_param="landlord",
            items=[{"partner_id": self.partner.id}],
        )
        line = self.say_and_match("To the landlord", -500.0)
        self.assertEqual(line.partner_id, self.partner)
        self.assertFalse(self.say_and_match("else", -500.0).partner_id)

    def test_invalid_conditions_are_refused(self):
        for values in (
            {"match_label": "match_regex", "match_label_param": "("},
            {"match_label": "match_regex", "match_label_param": False},
            {"match_label_param": "a" * 501},
            {"match_amount": "between", "match_amount_min": 2, "match_amount_max": 1},
            {
                "items": [
                    {
                        "account_id": self.fees.id,
                        "amount_type": "regex",
                        "amount_string": r"\d+",
                    }
                ]
            },
        ):
            with (
                self.subTest(values),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                self.model(**values)

    def test_only_managers_accept(self):
        self.model(auto=False)
        line = self.say_and_match("Bank fee", -5.0)
        clerk = new_test_user(self.env, "clerk", groups="account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.proposals(line).with_user(clerk).action_accept()
        self.assertUntouched(line)


@tagged("-at_install", "post_install")
class TestReconcileModelMoney(ModelsCommon):
    def tax(self, price_include, use="purchase"):
        tax = self.env["account.tax"].create(
            {
                "name": f"21% {price_include}",
                "amount": 21.0,
                "type_tax_use": use,
                "price_include_override": price_include,
                "company_id": self.company.id,
            }
        )
        tag = self.env["account.account.tag"].create(
            {
                "name": f"T{price_include}",
                "applicability": "taxes",
                "country_id": self.company.account_fiscal_country_id.id,
            }
        )
        vat = (
            self.make_account(
                "251999" if use == "sale" else "251998", "VAT", "asset_current"
            )
            if not hasattr(self, "vat")
            else self.vat
        )
        self.vat = vat
        lines = tax.invoice_repartition_line_ids
        lines.filtered(lambda each: each.repartition_type == "tax").account_id = vat
        lines.tag_ids = tag
        return tax, tag

    def test_taxes_are_within_the_amount(self):
        for mode in ("tax_included", "tax_excluded"):
            with self.subTest(mode):
                tax, tag = self.tax(mode)
                model = self.model(
                    items=[
                        {"account_id": self.fees.id, "tax_ids": [Command.set(tax.ids)]}
                    ]
                )
                line = self.say_and_match("Bank fee", -12.1)
                self.assertEqual(self.booked(line), {self.fees: 10.0, self.vat: 2.1})
                _liquidity, _suspense, others = line._seek_for_lines()
                self.assertEqual(others.tax_tag_ids, tag)
                base = others.filtered("tax_ids")
                self.assertEqual(base.account_id, self.fees)
                self.assertEqual(others.tax_line_id, tax)
                line.match_ids.action_undo()
                self.assertUntouched(line)
                model.active = False

    def test_the_bank_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.9}
        )
        bank = self.bank.copy(
            {"code": "HBE", "name": "Euro Bank", "currency_id": euro.id}
        )
        tax, _tag = self.tax("tax_included")
        self.model(
            items=[
                {
                    "account_id": self.fees.id,
                    "amount_string": "33.33",
                    "tax_ids": [Command.set(tax.ids)],
                },
                {"account_id": self.rent.id},
            ]
        )
        line = self.say_and_match("Bank fee", -12.37, journal_id=bank.id)
        self.assertEqual(set(self.booked(line)), {self.fees, self.vat, self.rent})
        total = sum(line.line_ids.mapped("amount_currency"))
        self.assertAlmostEqual(total, 0.0, 2)
        foreign = self.say_and_match(
            "Bank fee", -10.01, foreign_currency_id=euro.id, amount_currency=-9.03
        )
        self.assertEqual(set(self.booked(foreign)), {self.fees, self.vat, self.rent})

    def test_a_model_of_another_company_never_applies(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        account = self.env["account.account"].create(
            {
                "code": "600900",
                "name": "Fees",
                "account_type": "expense",
                "company_ids": [Command.set(other.ids)],
            }
        )
        self.env["account.reconcile.model"].with_company(other).create(
            {
                "name": "Theirs",
                "trigger": "auto_reconcile",
                "company_id": other.id,
                "match_label": "contains",
                "match_label_param": "fee",
                "line_ids": [Command.create({"account_id": account.id})],
            }
        )
        line = self.say_and_match("Bank fee", -5.0)
        self.assertUntouched(line)
        self.assertFalse(self.proposals(line))

    def test_queries_do_not_grow_with_the_lines(self):
        self.model(auto=False)
        for number in range(4):
            self.model(f"m{number}", auto=False, match_label_param=f"nothing{number}")

        def queries(count):
            lines = self.env["account.bank.statement.line"].browse(
                [self.say_bank("Bank fee", -1.0 - each).id for each in range(count)]
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            lines._match("button", post=False)
            return self.env.cr.sql_log_count - before

        queries(1)
        few, many = queries(2), queries(12)
        self.assertLessEqual(many - few, 6)
