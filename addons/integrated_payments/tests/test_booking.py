from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PAID_AT, IntegratedPaymentsCommon

PAYMENT_FIELDS = (
    "amount",
    "payment_type",
    "partner_type",
    "currency_id",
    "partner_id",
    "journal_id",
    "payment_method_line_id",
    "outstanding_account_id",
    "destination_account_id",
    "date",
    "state",
    "company_id",
    "is_matched",
    "is_reconciled",
    "reconciled_invoices_count",
)
ITEM_FIELDS = ("account_id", "partner_id", "currency_id", "amount_currency", "balance")


@tagged("-at_install", "post_install")
class TestBooking(IntegratedPaymentsCommon):
    """Many payments booked together are what core would have booked one by one."""

    def paid(self, count, amounts=(100.0,)):
        """Return confirmed transactions over as many invoices, not yet booked."""
        bills = self.env["account.move"].concat(
            *[
                self.init_invoice(
                    "out_invoice",
                    partner=self.partner,
                    amounts=[amounts[number % len(amounts)]],
                    post=True,
                )
                for number in range(count)
            ]
        )
        transactions = self.env["payment.transaction"].concat(
            *[
                self._create_transaction(
                    "direct",
                    amount=bill.amount_total,
                    reference=f"INV-{bill.id}",
                    provider_reference=f"pi_{bill.id}",
                    invoice_ids=[bill.id],
                    state="done",
                )
                for bill in bills
            ]
        )
        transactions.paid_at = PAID_AT.replace(tzinfo=None)
        return transactions

    def test_same_as_core_one_by_one(self):
        """Every field and every item, for a plain and for a part payment."""
        one, together = self.paid(2, (80.0, 120.5)), self.paid(2, (80.0, 120.5))
        for transactions in (one, together):
            transactions[1].amount = 60.25
        for transaction in one:
            transaction._create_payment()
        together._book_money()
        for alone, batched in zip(one, together, strict=True):
            self.assertEqual(self.payment(alone), self.payment(batched))
            self.assertEqual(self.items(alone), self.items(batched))
            self.assertEqual(
                alone.invoice_ids.payment_state, batched.invoice_ids.payment_state
            )
            self.assertEqual(
                alone.invoice_ids.amount_residual, batched.invoice_ids.amount_residual
            )

    def payment(self, transaction):
        return {name: transaction.payment_id[name] for name in PAYMENT_FIELDS}

    def items(self, transaction):
        lines = transaction.payment_id.move_id.line_ids
        return [
            {name: line[name] for name in ITEM_FIELDS}
            for line in lines.sorted("balance")
        ]

    def test_names_are_numbered_without_gaps(self):
        transactions = self.paid(5)
        transactions._book_money()
        moves = transactions.payment_id.move_id.sorted("sequence_number")
        first = moves[0].sequence_number
        self.assertEqual(moves.mapped("sequence_number"), list(range(first, first + 5)))
        self.assertEqual(set(moves.mapped("state")), {"posted"})

    def test_draft_invoice_is_posted_and_paid(self):
        transactions = self.paid(2)
        transactions[0].invoice_ids.button_draft()
        transactions._book_money()
        self.assertEqual(set(transactions.invoice_ids.mapped("state")), {"posted"})
        self.assertEqual(
            set(transactions.invoice_ids.mapped("payment_state")), {"paid"}
        )

    def test_booked_once(self):
        transactions = self.paid(3)
        transactions._book_money()
        payments = transactions.payment_id
        self.assertEqual(len(payments), 3)
        transactions._book_money()
        self.assertEqual(transactions.payment_id, payments)

    def test_early_payment_discount_goes_core_s_way(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        transaction = self.paid(1)
        invoice = self.init_invoice(
            "out_invoice",
            partner=self.partner,
            amounts=[100.0],
            invoice_date=str(self.env.cr.now().date()),
        )
        invoice.invoice_payment_term_id = terms
        invoice.action_post()
        transaction.invoice_ids = invoice
        transaction.amount = 98.0
        self.assertFalse(transaction._is_plain())
        transaction._book_money()
        self.assertEqual(invoice.payment_state, "paid")

    @mute_logger("odoo.addons.integrated_payments.models.payment_transaction_effects")
    def test_one_that_cannot_be_booked_holds_up_nobody(self):
        transactions = self.paid(3)
        broken = transactions[1]
        prepare = type(broken)._prepare_payment_values

        def refuse(transaction):
            if transaction == broken:
                raise UserError(self.env._("The receivable account is archived."))
            return prepare(transaction)

        self.patch(type(broken), "_prepare_payment_values", refuse)
        transactions._book_money_safely()
        self.assertTrue(transactions[0].payment_id and transactions[2].payment_id)
        self.assertFalse(broken.payment_id)
        effect = broken.effect_ids.filtered(lambda each: each.kind == "books")
        self.assertEqual(effect.state, "held")
        self.assertEqual(effect.reason, "The receivable account is archived.")
