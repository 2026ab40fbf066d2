"""Everyone sees what they may see, and no more."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.payment_analytics.tests.common import AnalyticsCommon


@tagged("post_install", "-at_install")
class TestReportRights(AnalyticsCommon):
    def member(self, login, *groups):
        return new_test_user(
            self.env,
            login,
            groups=",".join(["base.group_user", *groups]),
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def as_user(self, user):
        return self.env["payment.report"].with_user(user)

    def test_salesperson_sees_own_customers(self):
        """By the customer, the customer's company, the order, and their refunds."""
        seller = self.member("seller", "sales_team.group_sale_salesman")
        other = self.member("other", "sales_team.group_sale_salesman")
        mine, theirs, firm = self.env["res.partner"].create(
            [
                {"name": "Mine", "user_id": seller.id},
                {"name": "Theirs", "user_id": other.id},
                {"name": "Firm", "user_id": seller.id, "is_company": True},
            ]
        )
        clerk = self.env["res.partner"].create({"name": "Clerk", "parent_id": firm.id})
        order = (
            self.env["sale.order"]
            .sudo()
            .create({"partner_id": theirs.id, "user_id": seller.id})
        )
        by_customer = self.pay(partner_id=mine.id)
        by_firm = self.pay(partner_id=clerk.id)
        by_order = self.pay(partner_id=theirs.id, sale_order_ids=order.ids)
        refund = self.refund(by_order, 10)
        self.pay(partner_id=theirs.id)
        self.pay()
        report = self.as_user(seller)
        self.assertEqual(
            set(self.rows(report=report).ids),
            set((by_customer | by_firm | by_order | refund).ids),
        )
        self.assertEqual(self.total("gross", "refunded", report=report), [300, 10])
        self.assertEqual(self.figures(seller, "gross", "refunded"), (300, 10))
        self.assertEqual(self.figures(other, "gross", "refunded"), (200, 10))

    def figures(self, user, *names, **context):
        """Return the rollup's totals of the tests' day, as a user sees them."""
        self.computed()
        rollup = self.env["payment.rollup"].with_user(user).with_context(**context)
        days = [("day", ">=", "2026-03-09"), ("day", "<=", "2026-03-10")]
        [totals] = rollup._read_group(days, [], [f"{name}:sum" for name in names])
        return totals

    def test_bookkeepers_and_heads_of_sales_see_all(self):
        self.pay()
        for group in (
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_readonly",
            "account.group_account_invoice",
            "account.group_account_user",
            "integrated_payments.group_payment_user",
        ):
            with self.subTest(group):
                report = self.as_user(self.member(group, group))
                self.assertEqual(self.total("gross", report=report), 100)

    def test_a_seller_who_keeps_the_books_sees_all(self):
        self.pay()
        user = self.member(
            "both", "sales_team.group_sale_salesman", "account.group_account_invoice"
        )
        self.assertEqual(self.total("gross", report=self.as_user(user)), 100)
        self.assertEqual(self.figures(user, "gross"), (100,))

    def test_others_see_nothing(self):
        self.pay()
        with self.assertRaises(AccessError):
            self.as_user(self.member("clerk")).search([])
        with self.assertRaises(AccessError):
            self.figures(self.member("clerk2"), "gross")

    def test_every_dimension_can_be_grouped_without_rights_on_providers(self):
        """Providers are readable by administrators only; their names may be shown."""
        self.pay()
        user = self.member("reader", "account.group_account_readonly")
        report = self.as_user(user)
        for name in (
            "provider_id",
            "payment_method_id",
            "brand_id",
            "channel",
            "country_id",
            "partner_id",
            "user_id",
            "payment_currency_id",
            "company_id",
            "state",
            "kind",
            "weekday",
            "hour",
            "day:month",
        ):
            with self.subTest(name):
                [group] = report.formatted_read_group(
                    [("id", "not in", self.before)], [name], ["gross:sum"]
                )
                self.assertEqual(group["gross:sum"], 100)
        rows = report.web_search_read(
            [("id", "not in", self.before)],
            {"provider_id": {"fields": {"display_name": {}}}, "gross": {}},
        )
        self.assertEqual(
            rows["records"][0]["provider_id"]["display_name"], self.provider.name
        )

    def test_companies_are_apart_and_their_sum_is_in_one_currency(self):
        """The second company keeps its books in euro, at half a dollar's worth."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        second = self.env["res.company"].create(
            {"name": "Second", "currency_id": euro.id}
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 0.5,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        self.pay(100)
        theirs = self.provider.copy({"company_id": second.id})
        theirs.post_test_payments = True
        self.pay(30, provider_id=theirs.id, currency_id=euro.id)
        reader = self.member("reader", "account.group_account_readonly")
        reader.company_ids += second

        def gross(*companies):
            ids = [company.id for company in companies]
            report = self.as_user(reader).with_context(allowed_company_ids=ids)
            total = self.total("gross", report=report)
            self.assertEqual(
                self.figures(reader, "gross", allowed_company_ids=ids), (total,)
            )
            return total

        self.assertEqual(gross(self.company), 100)
        self.assertEqual(gross(second), 30)
        self.assertEqual(gross(self.company, second), 160)
        reader.company_ids -= second
        self.assertEqual(self.total("gross", report=self.as_user(reader)), 100)
