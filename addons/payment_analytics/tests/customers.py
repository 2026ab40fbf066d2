"""Customers with a history: gateway payments, transfers and invoices."""

from datetime import datetime, time, timedelta, timezone

from odoo import fields
from odoo.tools import SQL

from .common import AnalyticsCommon


class CustomersCommon(AnalyticsCommon):
    """Days are counted back from today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.company)
        cls.Snapshot = cls.env["payment.customer.snapshot"]
        cls.firm, cls.other = cls.env["res.partner"].create(
            [{"name": "Larch", "is_company": True}, {"name": "Birch"}]
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ada", "parent_id": cls.firm.id}
        )
        cls.bank = cls.company_data["default_journal_bank"]

    def setUp(self):
        super().setUp()
        # What the fixtures of other modules made is not counted with ours.
        active = self.Snapshot._active_entities(self.company)
        self.foreign = [entity for entity, _done in active]

    def ago(self, days):
        return self.today - timedelta(days=days)

    def moment(self, days_ago):
        return datetime.combine(self.ago(days_ago), time(12), timezone.utc)

    def card(self, amount, days_ago, partner=None, **values):
        """A payment through the gateway, ``days_ago``."""
        partner = partner or self.firm
        return self.pay(amount, self.moment(days_ago), partner_id=partner.id, **values)

    def bill(self, amount, days_ago, partner=None, due_in=0, **values):
        """Return a posted invoice (or bill), due so many days after its day."""
        day = self.ago(days_ago)
        move = self.init_invoice(
            values.pop("move_type", "out_invoice"),
            partner=partner or self.firm,
            invoice_date=day,
            amounts=[amount],
        )
        move.invoice_payment_term_id = False
        move.write(
            {"invoice_date_due": day + timedelta(days=due_in), "date": day, **values}
        )
        move.action_post()
        return move

    def transfer(self, invoice, days_ago, amount=None):
        """The customer pays an invoice by bank transfer; returns the payment."""
        values = {"payment_date": self.ago(days_ago), "journal_id": self.bank.id}
        if amount:
            values["amount"] = amount
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(values)
            ._create_payments()
        )

    def bank_line(self, amount, days_ago, partner=None):
        """A line of the bank statement, booked on the customer's receivable."""
        partner = partner or self.firm
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": self.ago(days_ago),
                "payment_ref": "Transfer",
                "partner_id": partner.id,
                "amount": amount,
            }
        )
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.account_id = partner.property_account_receivable_id
        return line

    def compute(self):
        """Compute all customers of the company."""
        self.Snapshot._compute_company(self.company)

    def snapshot(self, partner=None):
        return self.Snapshot.search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "=", (partner or self.firm).id),
            ]
        )

    def snapshots(self):
        """Return the snapshots of this test's customers."""
        return self.Snapshot.search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "not in", self.foreign),
            ]
        )

    def many(self, rows):
        """Store gateway payments by SQL; ``rows``: (partner id, days ago, amount)."""
        self.env.flush_all()
        partners, days, amounts = zip(*rows, strict=True)
        type(self).count += 1
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_transaction
                    (provider_id, company_id, payment_method_id, currency_id, reference,
                     operation, state, is_live, channel, partner_id, amount, paid_at,
                     last_state_change, create_date)
                SELECT %(provider)s, %(company)s, %(method)s, %(currency)s,
                       %(prefix)s || row_number() OVER (), 'online_direct', 'done',
                       FALSE, 'online', partner, amount, paid, paid, NOW()
                FROM (
                    SELECT partner, amount,
                           %(today)s::date - days + INTERVAL '12 hours' AS paid
                    FROM UNNEST(%(partners)s::int[], %(days)s::int[],
                                %(amounts)s::numeric[]) row(partner, days, amount)
                ) payment
                """,
                provider=self.provider.id,
                company=self.company.id,
                method=self.pm_card.id,
                currency=self.currency.id,
                prefix=f"MANY-{self.count}-",
                today=self.today,
                partners=list(partners),
                days=list(days),
                amounts=list(amounts),
            )
        )
        self.env["payment.transaction"].invalidate_model()
