"""Fees by card and country, and what one's own payments would have cost."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import convert_file

from ..metrics import price_list
from .common import AnalyticsCommon, at


@tagged("post_install", "-at_install")
class TestFees(AnalyticsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.de")
        cls.prices = cls.env["payment.price.list"].create(
            {
                "name": "Offer",
                "currency_id": cls.currency.id,
                "line_ids": [
                    (0, 0, cls.price("domestic", 1.5, 0.25)),
                    (0, 0, cls.price("eea", 1.9, 0.25)),
                    (0, 0, cls.price("international", 3.25, 0.25)),
                ],
            }
        )

    @classmethod
    def price(cls, region, percent, fixed=0):
        return {
            "method_id": cls.pm_card.id,
            "region": region,
            "percent": percent,
            "fixed": fixed,
        }

    def card(self, amount, country, fee, funding="credit", **values):
        payment = self.pay(amount, fee=fee, attempts=[], **values)
        self.tried(payment, ["succeeded"], at(9), country=country, funding=funding)
        return payment

    def simulate(self, **values):
        simulation = self.env["payment.price.simulation"].create(
            {
                "list_id": self.prices.id,
                "company_id": self.company.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                **values,
            }
        )
        simulation.action_simulate()
        return simulation

    def fees_of(self, *domain):
        report = self.env["payment.fee.report"].with_company(self.company)
        return report.search([("id", "not in", self.before), *domain])

    def test_where_a_card_comes_from(self):
        for country in ("DE", "FR", "US"):
            self.card(100, country, 200)
        self.pay(10)  # the gateway told no country
        rows = self.fees_of()
        self.assertEqual(
            sorted(rows.mapped(lambda row: row.region or "")),
            ["", "domestic", "eea", "international"],
        )
        french = rows.filtered(lambda row: row.card_country_id.code == "FR")
        self.assertEqual((french.funding, french.fees), ("credit", 2))
        self.assertAlmostEqual(french.effective_fee_rate, 0.02)
        self.assertTrue(french.settled)

    def test_seen_from_outside_the_economic_area_or_from_nowhere(self):
        self.card(100, "FR", 200)
        for home, region in (("us", "international"), (None, False)):
            self.company.country_id = home and self.env.ref(f"base.{home}")
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(self.fees_of().region, region)

    def test_a_refund_bears_the_card_of_its_payment(self):
        payment = self.card(100, "FR", 200)
        refund = self.refund(payment, 10)
        row = self.fees_of(("id", "=", refund.id))
        self.assertEqual((row.region, row.refunded), ("eea", 10))

    def test_what_if(self):
        """By hand: 1.75 + 2.15 + 3.50 = 7.40, against 3 x 2.90 = 8.70."""
        for country in ("DE", "FR", "US"):
            self.card(100, country, 290)
        found = self.simulate()
        self.assertEqual(found.payments, 3)
        self.assertAlmostEqual(found.actual, 8.7)
        self.assertAlmostEqual(found.simulated, 7.4)
        self.assertAlmostEqual(found.difference, -1.3)
        self.assertAlmostEqual(found.simulated_rate, 7.4 / 300)
        self.assertEqual(
            {line.region: line.simulated for line in found.covered_line_ids},
            {"domestic": 1.75, "eea": 2.15, "international": 3.5},
        )

    def test_each_payment_is_rounded(self):
        """Ten of 0.10: half a cent each becomes a cent."""
        self.prices.line_ids.unlink()
        self.prices.line_ids = [(0, 0, {"percent": 5})]
        for _number in range(10):
            self.card(0.1, "DE", 1)
        self.assertAlmostEqual(self.simulate().simulated, 0.1)

    def test_nothing_is_guessed(self):
        """No country, no price; no fee yet, not compared."""
        self.card(100, "DE", 290)
        self.pay(50, fee=100)
        self.pay(70, fee=None)
        found = self.simulate()
        self.assertEqual((found.payments, found.open_payments), (1, 1))
        self.assertEqual(found.open_gross, 50)
        self.assertEqual(found.unsettled, 1)
        self.assertAlmostEqual(found.simulated, 1.75)

    def test_disputes_are_not_held_against_the_list(self):
        payment = self.card(100, "DE", 290)
        self.disputed(payment)
        self.assertAlmostEqual(self.simulate().actual, 2.9)

    def test_another_currency(self):
        """An amount of the list is in one currency; a percentage is in any."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 0.5,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        self.card(100, "DE", 290, currency_id=euro.id)
        self.assertEqual(self.simulate().open_payments, 1)
        self.prices.line_ids = [(0, 0, {"percent": 2})]
        found = self.simulate()
        self.assertEqual(found.open_payments, 0)
        self.assertAlmostEqual(found.gross, 200)
        self.assertAlmostEqual(found.simulated, 4)
        with self.assertRaises(ValidationError):
            self.prices.line_ids = [
                (0, 0, {"payment_currency_id": euro.id, "fixed": 1})
            ]

    def test_period_and_provider(self):
        self.card(100, "DE", 290, moment=at(9))
        self.assertFalse(self.simulate(date_to="2026-03-08").payments)
        other = self.provider.copy({"company_id": self.company.id})
        self.assertFalse(self.simulate(provider_id=other.id).payments)
        self.assertEqual(self.simulate(provider_id=self.provider.id).payments, 1)

    def test_an_empty_list(self):
        self.prices.line_ids.unlink()
        with self.assertRaises(UserError):
            self.simulate()

    def test_as_an_accountant(self):
        self.card(100, "DE", 290)
        company = {
            "company_id": self.company.id,
            "company_ids": [(6, 0, self.company.ids)],
        }
        keeper = new_test_user(
            self.env, "keeper", groups="account.group_account_user", **company
        )
        action = self.prices.with_user(keeper).action_simulate()
        wizard = Form(
            self.env["payment.price.simulation"]
            .with_user(keeper)
            .with_context(**action["context"])
        )
        wizard.date_from, wizard.date_to = "2026-03-01", "2026-03-31"
        simulation = wizard.save()
        result = simulation.action_simulate()
        self.assertEqual(
            (result["res_id"], result["target"]), (simulation.id, "current")
        )
        self.assertEqual(simulation.payments, 1)
        self.assertIn("1.5%", simulation.covered_line_ids.price_line_id.display_name)
        other = new_test_user(
            self.env, "other", groups="account.group_account_user", **company
        )
        lines = self.env["payment.price.simulation.line"].with_user(other)
        self.assertFalse(lines.search([("simulation_id", "=", simulation.id)]))
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman", **company
        )
        with self.assertRaises(AccessError):
            self.env["payment.price.simulation"].with_user(seller).create(
                {"list_id": self.prices.id}
            )
        self.assertFalse(
            self.env["payment.fee.report"]
            .with_user(seller)
            .search_count([("id", "not in", self.before)])
        )

    def test_the_example_of_the_demo(self):
        """100.00 with a French card, seen from Germany: 1.75, as Stripe states it."""
        convert_file(
            self.env,
            "payment_analytics",
            "demo/payment_price_list.xml",
            {},
            mode="init",
        )
        example = self.env.ref("payment_analytics.price_list_stripe_euro")
        euro = self.env.ref("base.EUR").id
        payment = price_list.Payment(
            10_000, self.pm_card.id, region="eea", currency=euro
        )
        self.assertEqual(price_list.price(example._pure(), payment)[1], 175)
