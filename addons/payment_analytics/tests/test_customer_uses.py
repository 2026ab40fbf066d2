"""What segments and scores are used for: contacts, leads, terms, pricelists."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.payment_analytics.tests.customers import CustomersCommon


@tagged("post_install", "-at_install")
class TestCustomerUses(CustomersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller, cls.head, cls.clerk = (
            new_test_user(
                cls.env,
                login,
                groups=f"base.group_user,base.group_partner_manager,{groups}",
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for login, groups in (
                ("seller", "sales_team.group_sale_salesman"),
                ("head", "sales_team.group_sale_manager"),
                ("clerk", "base.group_user"),
            )
        )
        cls.firm.user_id = cls.seller
        cls.third = cls.env["res.partner"].create({"name": "Never Paid"})
        # Written as the nightly job writes them; what it writes is tested elsewhere.
        cls.known = cls.Snapshot.sudo().create(
            [
                {
                    "company_id": cls.company.id,
                    "partner_id": partner.id,
                    "segment": segment,
                    "score": score,
                    "grade": grade,
                    "credit_days": days,
                    "credit_limit": limit,
                    "open_amount": 300,
                    "payments": 3,
                    "payment_term_id": cls.pay_terms_a.id,
                }
                for partner, segment, score, grade, days, limit in (
                    (cls.firm, "champion", 92, "A", 30, 1000),
                    (cls.other, "lost", 30, "D", 0, 0),
                )
            ]
        )
        cls.all = cls.firm | cls.contact | cls.other | cls.third

    def contacts(self, domain, user=None):
        Partner = self.env["res.partner"].with_user(user or self.head)
        return Partner.search([("id", "in", self.all.ids), *domain]).sudo()

    def test_contacts_are_found_by_segment_grade_and_score(self):
        firm = self.firm | self.contact
        for domain, expected in (
            ([("payment_segment", "=", "champion")], firm),
            ([("payment_segment", "!=", "champion")], self.other | self.third),
            ([("payment_segment", "in", ("champion", "lost"))], firm | self.other),
            ([("payment_segment", "not in", ("lost",))], firm | self.third),
            ([("payment_segment", "=", False)], self.third),
            ([("payment_segment", "!=", False)], firm | self.other),
            ([("payment_grade", "=", "D")], self.other),
            ([("payment_score", ">=", 90)], firm),
        ):
            with self.subTest(domain):
                self.assertEqual(self.contacts(domain), expected)
        contact = self.contact.with_user(self.head)
        self.assertEqual(
            (contact.payment_segment, contact.payment_score), ("champion", 92)
        )

    def test_contacts_are_grouped_and_sorted_by_it(self):
        groups = (
            self.env["res.partner"]
            .with_user(self.head)
            ._read_group([("id", "in", self.all.ids)], ["payment_segment"], ["__count"])
        )
        self.assertEqual(dict(groups), {"champion": 2, "lost": 1, False: 1})
        partners = self.env["res.partner"].with_user(self.head)
        described = partners.fields_get(["payment_segment"])["payment_segment"]
        self.assertTrue(described["groupable"] and described["searchable"])
        found = partners.search(
            [("id", "in", (self.firm | self.other).ids)], order="payment_score"
        )
        self.assertEqual(found.ids, (self.other | self.firm).ids)

    def test_a_seller_learns_nothing_of_others_customers(self):
        self.assertEqual(
            self.contacts([("payment_segment", "!=", False)], self.seller),
            self.firm | self.contact,
        )
        self.assertFalse(self.other.with_user(self.seller).payment_segment)
        with self.assertRaises(AccessError):
            self.contacts([("payment_segment", "=", "lost")], self.clerk)
        with self.assertRaises(AccessError):
            self.firm.with_user(self.clerk).read(["payment_score"])

    def test_another_company_knows_its_own(self):
        second = self.env["res.company"].create({"name": "Second"})
        self.head.company_ids += second
        firm = self.firm.with_user(self.head)
        elsewhere = firm.with_context(allowed_company_ids=second.ids)
        self.assertFalse(elsewhere.payment_segment)
        self.assertEqual(firm.payment_segment, "champion")

    def test_leads_carry_the_segment(self):
        leads = self.env["crm.lead"].with_user(self.head)
        lead = leads.create({"name": "More planks", "partner_id": self.contact.id})
        self.assertEqual(lead.payment_segment, "champion")
        self.assertIn(lead, leads.search([("payment_segment", "=", "champion")]))
        [(segment, count)] = leads._read_group(
            [("id", "=", lead.id)], ["payment_segment"], ["__count"]
        )
        self.assertEqual((segment, count), ("champion", 1))

    def test_orders_and_invoices_say_how_the_customer_pays(self):
        """300 open: an order of 700 is within the limit of 1,000, one of 800 not."""
        orders = self.env["sale.order"].with_user(self.head)
        product = self.env["product.product"].create(
            {"name": "Planks", "taxes_id": False}
        )
        order = orders.create(
            {
                "partner_id": self.contact.id,
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 700})],
            }
        )
        self.assertEqual(order.payment_grade, "A")
        self.assertIn("score 92 of 100, proposed 30 days", order.payment_credit_text)
        self.assertFalse(order.payment_credit_warning)
        order.order_line.price_unit = 800
        self.assertIn("above the proposed credit limit", order.payment_credit_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")  # a proposal holds nothing back
        self.assertFalse(order.payment_credit_warning)
        invoice = self.bill(50, 1, partner=self.other)
        self.assertEqual(invoice.payment_grade, "D")
        draft = invoice.copy()
        self.assertIn("payment in advance", draft.payment_credit_warning)
        bill = self.bill(50, 1, partner=self.other, move_type="in_invoice", ref="B1")
        self.assertFalse(bill.payment_grade)
        with Form(orders) as form:
            form.partner_id = self.other
            self.assertIn("payment in advance", form.payment_credit_warning)

    def test_proposed_terms_are_applied_by_accounting_and_logged(self):
        with self.assertRaises(AccessError):
            self.firm.with_user(self.seller).action_apply_proposed_terms()
        keeper = new_test_user(
            self.env,
            "keeper",
            groups="base.group_user,base.group_partner_manager,"
            "integrated_payments.group_payment_manager",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        firm = self.contact.with_user(keeper)
        firm.action_apply_proposed_terms()
        entity = self.firm.with_company(self.company)
        self.assertEqual(entity.property_payment_term_id, self.pay_terms_a)
        self.assertEqual(entity.credit_limit, 1000)
        note = entity.message_ids[:1].body
        self.assertIn("Payment score 92, grade A", note)
        self.assertIn("1,000.00", note)
        # In advance: no limit of zero, which would be none at all.
        self.other.credit_limit = 77
        self.known[1].with_user(keeper).action_apply_proposed_terms()
        self.assertEqual(self.other.credit_limit, 77)
        with self.assertRaises(UserError):
            self.third.with_user(keeper).action_apply_proposed_terms()

    def test_a_pricelist_for_a_segment(self):
        pricelist, now = (
            self.env["product.pricelist"]
            .sudo()
            .create(
                [
                    {"name": name, "company_id": self.company.id}
                    for name in ("Champions", "Usual")
                ]
            )
        )
        self.firm.with_company(self.company).property_product_pricelist = now
        wizard = (
            self.env["payment.customer.pricelist"]
            .with_user(self.head)
            .with_context(
                active_model="payment.customer.snapshot", active_ids=self.known.ids
            )
            .create({})
        )
        self.assertEqual(wizard.company_id, self.company)
        with self.assertRaises(UserError):
            wizard.action_apply()
        wizard.pricelist_id = pricelist
        self.assertEqual(wizard.change_count, 2)
        preview = {each.partner_id: each.pricelist_id for each in wizard.snapshot_ids}
        self.assertEqual(preview[self.firm], now)
        wizard.action_apply()
        for partner in self.firm | self.other:
            partner = partner.with_company(self.company)
            self.assertEqual(partner.property_product_pricelist, pricelist)
        self.assertIn("Champions instead of Usual", self.firm.message_ids[:1].body)
        self.assertFalse(wizard._changing())
