"""The boards Cash and Sales and Stock: figures as computed by hand."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.payment_analytics.metrics import receivables
from odoo.addons.payment_analytics.metrics.figures import DSO_DAYS
from odoo.addons.payment_reconciliation.tests.common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestCashFigures(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.items = cls.env["payment.receivable.report"]
        cls.company.partner_id.tz = "UTC"
        cls.today = fields.Date.today()
        cls.debtor = cls.env["res.partner"].create({"name": "Debtor"})
        cls.pace = cls.env["payment.pace.report"]
        cls.lamp, cls.hours = cls.env["product.product"].create(
            [
                {"name": "Lamp", "is_storable": True, "list_price": 10},
                {"name": "Hours", "type": "service", "list_price": 10},
            ]
        )
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.shelf = warehouse.lot_stock_id

    def due(self, amount, days, invoiced=None, **values):
        """Invoice what was due ``days`` ago (negative: is to come)."""
        due = self.today - timedelta(days=days)
        day = self.today - timedelta(days=days if invoiced is None else invoiced)
        return self.owe(
            amount,
            partner=values.pop("partner", self.debtor),
            invoice_date=min(day, self.today),
            invoice_date_due=due,
            **values,
        )

    def totals(self, *specs, groups=(), domain=()):
        self.env.flush_all()
        return self.items._read_group(
            [("partner_id", "child_of", self.debtor.id), *domain], groups, specs
        )

    def test_ages_at_their_bounds(self):
        """0, 1, 30, 31, 60, 61, 90 and 91 days late, and money paid ahead."""
        days = (-5, 0, 1, 30, 31, 60, 61, 90, 91)
        for each in days:
            self.due(100 + each, each)
        self.due(40, 0, move_type="out_refund")
        ages = dict(sorted(self.totals("receivable:sum", groups=["age"])))
        self.assertEqual(
            ages,
            {
                "0_ahead": -40,
                "1_current": 95 + 100,
                "2_30": 101 + 130,
                "3_60": 131 + 160,
                "4_90": 161 + 190,
                "5_over": 191,
            },
        )
        registry = receivables.ageing(
            [(self.today - timedelta(days=each), 100 + each) for each in days],
            self.today,
        )
        self.assertEqual([*ages.values()][1:], [*registry.values()])
        late = 101 + 130 + 131 + 160 + 161 + 190 + 191
        [found] = self.totals(
            "receivable:sum", "overdue:sum", "overdue_share:avg", "days_overdue:max"
        )
        self.assertEqual(found[:2], (late + 195 - 40, late))
        self.assertAlmostEqual(found[2], late / (late + 195))
        self.assertEqual(found[3], 91)

    def test_days_sales_outstanding(self):
        """Worked example: 30,000 open, 90,000 sold in 90 days: 30 days.

        Formula: https://www.investopedia.com/terms/d/dso.asp
        """
        self.due(30_000, -10, invoiced=20)
        paid = self.due(60_000, 10, invoiced=40)
        before = self.due(5_000, 60, invoiced=95)  # not of the 90 days
        for invoice in (paid, before):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({})._create_payments()
        [(receivable, sold, dso)] = self.totals(
            "receivable:sum", "credit_sales:sum", "dso:avg"
        )
        self.assertEqual((receivable, sold, dso), (30_000, 90_000, 30))
        self.assertEqual(dso, receivables.dso(receivable, sold, DSO_DAYS))

    def test_salespeople_see_their_customers(self):
        seller = new_test_user(
            self.env,
            "board_seller",
            groups="base.group_user,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        mine = self.env["res.partner"].create({"name": "Mine", "user_id": seller.id})
        invoice = self.due(70, 3, partner=mine)
        self.due(80, 3, invoice_user_id=self.env.uid)
        self.env.flush_all()
        rows = self.items.with_user(seller).search([])
        self.assertEqual(rows.move_id, invoice)
        for model in ("payment.balance.report", "payment.payout.report"):
            self.assertRaises(AccessError, self.env[model].with_user(seller).search, [])

    def test_payouts_in_transit(self):
        """From the gateway to the bank statement, and no longer."""
        payout = self.say_paid_out(amount=9680)
        report = self.env["payment.payout.report"].browse(payout.id)
        self.env.flush_all()
        self.assertEqual((report.in_transit, report.amount), (96.8, 96.8))
        self.assertTrue(report.is_late)
        self.say_and_match("STRIPE", 96.8)
        self.assertTrue(payout.bank_statement_line_id)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((report.in_transit, report.is_late), (0, False))

    def test_gateway_balance_is_the_last_one_proven(self):
        proofs = self.env["payment.balance.proof"].sudo()
        values = {
            "provider_id": self.provider.id,
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
            "proved_at": fields.Datetime.now(),
            "state": "green",
        }
        proofs.create({**values, "available_minor": 100, "gateway_minor": 100})
        last = proofs.create(
            {
                **values,
                "available_minor": 4000,
                "pending_minor": 8000,
                "gateway_minor": 12000,
            }
        )
        self.env.flush_all()
        [row] = self.env["payment.balance.report"].search(
            [("provider_id", "=", self.provider.id)]
        )
        self.assertEqual(row.id, last.id)
        self.assertEqual(
            (row.gateway_balance, row.available, row.pending), (120, 40, 80)
        )

    def test_amounts_of_other_companies_are_converted(self):
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
        proof = {
            "provider_id": self.provider.id,
            "company_id": self.company.id,
            "currency_id": euro.id,
            "proved_at": fields.Datetime.now(),
            "state": "green",
            "gateway_minor": 1000,
        }
        self.env["payment.balance.proof"].sudo().create(proof)
        self.env.flush_all()
        row = self.env["payment.balance.report"].search(
            [("balance_currency_id", "=", euro.id)]
        )
        self.assertEqual(row.gateway_balance, 20)

    def test_as_many_decimals_as_the_currency_has(self):
        """A dinar has 1,000 fils, a yen has no parts."""
        payout = self.say_paid_out(amount=9680)
        self.env["payment.balance.proof"].sudo().create(
            {
                "provider_id": self.provider.id,
                "company_id": self.company.id,
                "currency_id": self.currency.id,
                "proved_at": fields.Datetime.now(),
                "state": "green",
                "gateway_minor": 9680,
            }
        )
        for code, rate, amount in (("KWD", 0.30001, 29.041), ("JPY", 150.003, 14520)):
            foreign = self.env.ref(f"base.{code}")
            foreign.active = True
            abroad = self.env["res.company"].create(
                {"name": code, "currency_id": foreign.id}
            )
            self.env["res.currency.rate"].create(
                {
                    "name": "2026-01-01",
                    "inverse_company_rate": 1 / rate,
                    "currency_id": foreign.id,
                    "company_id": self.company.id,
                }
            )
            self.env["res.currency.rate"].create(
                {
                    "name": "2026-01-01",
                    "company_rate": 1 / rate,
                    "currency_id": self.currency.id,
                    "company_id": abroad.id,
                }
            )
            self.env.flush_all()
            seen = {"allowed_company_ids": (abroad | self.company).ids}
            report = self.env["payment.payout.report"].with_context(**seen)
            row = report.browse(payout.id)
            self.assertEqual((row.in_transit, row.amount), (amount, amount))
            report = self.env["payment.balance.report"].with_context(**seen)
            [row] = report.search([("provider_id", "=", self.provider.id)])
            self.assertEqual(row.gateway_balance, amount)

    def test_late_by_the_companys_day(self):
        """Somewhere it is always another day than in Greenwich."""
        payout = self.say_paid_out(amount=9680)
        report = self.env["payment.payout.report"].browse(payout.id)
        for zone in ("Etc/GMT-14", "Etc/GMT+12"):
            self.company.partner_id.tz = zone
            today = self.env["payment.figures"]._today(self.company)
            for days, late in ((0, False), (-1, True)):
                payout.arrival_date = today + timedelta(days=days)
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(report.is_late, late, (zone, days))

    def test_what_changes_the_boards_is_told(self):
        """A payment's new state, a movement, and a payout on the bank statement."""
        told = []
        live = type(self.env["payment.live"])
        self.patch(live, "_changed", lambda _live, companies: told.append(companies))
        self.pay(1, "pending").state = "done"
        self.assertEqual(told, [self.company])
        self.say_paid_out()
        self.assertIn(self.company, told[1:])
        told.clear()
        self.say_and_match("STRIPE", 96.8)
        self.assertIn(self.company, told)

    # === Stock and pace === #

    def order(self, *lines):
        """Order (product, quantity, unit)."""
        return (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": self.partner.id,
                    "company_id": self.company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                **({"product_uom_id": unit.id} if unit else {}),
                            }
                        )
                        for product, quantity, unit in lines
                    ],
                }
            )
        )

    def pay(self, days, state="done", **values):
        """A payment ``days`` ago."""
        moment = fields.Datetime.now() - timedelta(days=days)
        self.number = getattr(self, "number", 0) + 1
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.payment_method.id,
                    "reference": f"PACE-{self.number}",
                    "amount": 10,
                    "currency_id": self.currency.id,
                    "partner_id": self.partner.id,
                    "operation": "online_direct",
                    "state": state,
                    "last_state_change": moment,
                    "paid_at": moment if state == "done" else False,
                    **values,
                }
            )
        )

    def stock(self, quantity, reserved=0):
        quant = self.env["stock.quant"].sudo()
        quant._update_available_quantity(self.lamp, self.shelf, quantity)
        if reserved:
            quant._update_reserved_quantity(self.lamp, self.shelf, reserved)

    def lasts(self):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.pace.with_context(allowed_company_ids=self.company.ids)
        return report.search([("product_id", "=", self.lamp.id)])

    def test_pace_by_hand(self):
        """4 pieces and a dozen paid in 28 days, 24 free: 24 / (16 / 28) = 42 days."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self.stock(30, reserved=6)
        twice_paid = self.order((self.lamp, 4, None), (self.hours, 9, None))
        self.pay(20, sale_order_ids=twice_paid.ids)
        self.pay(3, sale_order_ids=twice_paid.ids)
        self.pay(1, sale_order_ids=self.order((self.lamp, 1, dozen)).ids)
        self.pay(40, sale_order_ids=self.order((self.lamp, 100, None)).ids)
        self.pay(1, "error", sale_order_ids=self.order((self.lamp, 50, None)).ids)
        cancelled = self.order((self.lamp, 60, None))
        self.pay(1, sale_order_ids=cancelled.ids)
        cancelled.state = "cancel"
        row = self.lasts()
        self.assertEqual((row.paid_quantity, row.free_quantity), (16, 24))
        self.assertAlmostEqual(row.pace, 16 / 28)
        self.assertAlmostEqual(row.days_left, 42)
        self.assertAlmostEqual(row.sell_through, 16 / 40)
        self.assertFalse(self.pace.search([("product_id", "=", self.hours.id)]))

    def test_paid_by_invoice(self):
        """An order whose invoice is paid by a link counts, and once."""
        order = self.order((self.lamp, 7, None))
        order.action_confirm()
        self.lamp.invoice_policy = "order"
        order.order_line.invalidate_recordset()
        invoice = order._create_invoices()
        self.pay(2, invoice_ids=invoice.ids, sale_order_ids=order.ids)
        self.pay(2, invoice_ids=invoice.ids)
        self.assertEqual(self.lasts().paid_quantity, 7)

    def test_test_payments_never_count(self):
        self.stock(5)
        self.pay(1, sale_order_ids=self.order((self.lamp, 4, None)).ids).is_live = False
        self.provider.sudo().write({"books_mode": "off", "post_test_payments": False})
        row = self.lasts()
        self.assertEqual((row.paid_quantity, row.free_quantity), (0, 5))
        self.assertFalse(row.days_left)
