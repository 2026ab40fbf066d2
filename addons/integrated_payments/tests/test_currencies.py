from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway.types import Refund
from .common import PAID_AT, IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestCurrencies(IntegratedPaymentsCommon):
    """The customer's currency, the gateway's and the company's: exact in all three."""

    def pay(self, amount, currency, number=1):
        """A customer owes ``amount`` and has paid it; returns the transaction."""
        bill = self.init_invoice(
            "out_invoice",
            partner=self.partner,
            amounts=[amount],
            currency=currency,
            invoice_date="2026-03-09",
            post=True,
        )
        return self._create_transaction(
            "direct",
            amount=amount,
            currency_id=currency.id,
            reference=f"INV-{number}",
            provider_reference=f"pi_{number}",
            invoice_ids=[bill.id],
        )

    def rate(self, code, rate, day="2026-01-01"):
        """Odoo's rate: ``rate`` units of ``code`` for one of the company's."""
        currency = self._enable_currency(code)
        values = {"name": day, "currency_id": currency.id, "rate": rate}
        self.env["res.currency.rate"].create(values)
        return currency

    def gateway_lines(self, currency):
        """Return the items on the gateway's account in ``currency``."""
        account = self.stripe._journal_of(currency).default_account_id
        return self.env["account.move.line"].search([("account_id", "=", account.id)])

    def settle(self, tx, number, minor, fee, currency):
        """The gateway settles the payment in ``currency``."""
        self.say_paid(tx, number=number, settled=False)
        charge = self.gateway.facts["charge", f"ch_{number}"]
        self.say_movement(
            f"txn_{number}",
            "charge",
            minor,
            fee=fee,
            source=f"ch_{number}",
            currency=currency.name,
        )
        self.gateway.put(
            "charge",
            type(charge)(
                **{
                    **vals(charge),
                    "balance_transaction_ref": f"txn_{number}",
                }
            ),
        )
        self.hear_and_work("charge.updated", f"ch_{number}")
        return tx.balance_transaction_ids

    def test_second_settlement_currency_gets_a_journal_of_its_own(self):
        euro = self.rate("EUR", 2.0)
        tx = self.pay(200.0, euro)
        movement = self.settle(tx, 1, 20000, 600, euro)
        self.assertEqual((movement.state, movement.reason), ("posted", False))
        journal = movement.statement_line_id.journal_id
        self.assertEqual(journal.currency_id, euro)
        self.assertEqual(journal, self.stripe._journal_of(euro))
        self.assertNotEqual(journal, self.stripe.journal_id)
        self.assertEqual(journal.gateway_provider_ids, self.stripe)
        line = self.gateway_lines(euro)
        self.assertEqual((line.amount_currency, line.balance), (194.0, 97.0))
        self.assertEqual(self.trail(tx)["books"], "done")
        self.assertTrue(tx.payment_id.is_matched)
        self.assertEqual(tx.invoice_ids.payment_state, "paid")
        second = self.settle(self.pay(50.0, euro, 2), 2, 5000, 100, euro)
        self.assertEqual(second.statement_line_id.journal_id, journal)
        proof = {each["currency"]: each["ledger"] for each in self.prove()}
        self.assertEqual(proof["EUR"], 19400 + 4900)
        self.assertEqual(self.stripe.proof_state, "green")

    def prove(self):
        return self.stripe._prove_balance()

    def test_rates_moved_between_payment_and_settlement(self):
        """Rates of two days: the difference is an exchange gain or loss, no rest."""
        euro = self.rate("EUR", 2.0)
        self.rate("EUR", 4.0, "2026-03-10")
        tx = self.pay(200.0, euro)
        self.settle(tx, 1, 20000, 0, euro)
        self.assertEqual(self.gateway_lines(euro).balance, 100.0)
        outstanding = self.accounts["outstanding"]
        rest = self.env["account.move.line"].search(
            [("account_id", "=", outstanding.id), ("reconciled", "=", False)]
        )
        self.assertFalse(rest)

    def test_paid_in_the_books_currency_and_settled_in_another(self):
        """100.00 paid; the gateway's 90.00 EUR are 112.50 in Odoo: a gain of 12.50."""
        euro = self.rate("EUR", 0.8)
        tx = self.pay(100.0, self.currency)
        movement = self.settle(tx, 1, 9000, 300, euro)
        self.assertEqual((movement.state, movement.reason), ("posted", False))
        line = self.gateway_lines(euro)
        self.assertEqual((line.amount_currency, line.balance), (87.0, 108.75))
        self.assertTrue(tx.payment_id.is_matched)
        self.assertEqual(self.balances(), {"fee": 3.75})
        gain = self.company.income_currency_exchange_account_id
        items = movement.statement_line_id.line_ids
        self.assertEqual(
            items.filtered(lambda each: each.account_id == gain).balance, -12.5
        )

    def test_refund_of_what_was_settled_in_another_currency(self):
        """40.00 go back; the gateway takes 36.00 EUR, 45.00 here: a loss of 5.00."""
        euro = self.rate("EUR", 0.8)
        tx = self.pay(100.0, self.currency)
        self.settle(tx, 1, 9000, 0, euro)
        self.say_movement("txn_re1", "refund", -3600, source="re_1", currency=euro.name)
        self.gateway.put(
            "refund",
            Refund(
                ref="re_1",
                status="succeeded",
                amount=4000,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                intent_ref="pi_1",
                balance_transaction_ref="txn_re1",
            ),
        )
        self.hear_and_work("refund.created", "re_1")
        self.assertTrue(tx.refund_ids.payment_id.is_matched)
        self.assertEqual(self.trail(tx.refund_ids)["books"], "done")
        self.assertEqual(self.balances(), {})
        self.assertEqual(sum(self.gateway_lines(euro).mapped("balance")), 67.5)

    @mute_logger("odoo.addons.integrated_payments.models.payment_books")
    def test_no_account_for_the_difference_says_so(self):
        euro = self.rate("EUR", 0.8)
        self.company.income_currency_exchange_account_id = False
        movement = self.settle(self.pay(100.0, self.currency), 1, 9000, 0, euro)
        self.assertEqual(movement.state, "parked")
        self.assertIn("no account for exchange gains", movement.reason)
        self.assertFalse(movement.statement_line_id)

    def test_shadow_shows_the_difference_too(self):
        self.stripe.books_mode = "shadow"
        euro = self.rate("EUR", 0.8)
        movement = self.settle(self.pay(100.0, self.currency), 1, 9000, 0, euro)
        roles = {line.role: line.balance for line in movement.shadow_line_ids}
        self.assertEqual(
            roles, {"gateway": 112.5, "outstanding": -100.0, "exchange": -12.5}
        )

    @mute_logger("odoo.addons.integrated_payments.models.payment_books")
    def test_currency_without_a_rate_is_parked_until_it_has_one(self):
        euro = self._enable_currency("EUR")
        euro.rate_ids.unlink()
        tx = self.pay(100.0, self.currency)
        movement = self.settle(tx, 1, 9000, 300, euro)
        self.assertEqual(movement.state, "parked")
        self.assertIn("EUR, which has no exchange rate", movement.reason)
        self.assertEqual(self.trail(tx)["books"], "held")
        self.assertEqual(tx.invoice_ids.payment_state, "paid")
        self.assertFalse(self.stripe.gateway_journal_ids)
        self.rate("EUR", 0.9)
        movement.action_post()
        self.assertEqual(movement.state, "posted")
        self.assertTrue(tx.payment_id.is_matched)

    def test_zero_and_three_decimals_and_whole_units_sent_as_hundredths(self):
        cases = (
            ("JPY", 150.0, 10000, 360, 10000.0, 9640.0),
            ("KWD", 0.5, 12340, 10, 12.34, 12.33),
            ("ISK", 140.0, 500000, 14000, 5000.0, 4860.0),
            ("UGX", 3700.0, 9000000, 300000, 90000.0, 87000.0),
            ("HUF", 360.0, 123450, 3333, 1234.5, 1201.17),
        )
        for number, (code, rate, minor, fee, amount, net) in enumerate(cases, 1):
            with self.subTest(code):
                currency = self.rate(code, rate)
                tx = self.pay(amount, currency, number)
                self.settle_exactly(tx, number, minor, fee, currency)
                self.assertEqual(tx.state, "done")
                line = self.gateway_lines(currency)
                self.assertAlmostEqual(line.amount_currency, net, 6)
                self.assertTrue(tx.payment_id.is_matched)
        self.prove()
        self.assertEqual(self.stripe.proof_state, "green", self.stripe.proof_text)

    def settle_exactly(self, tx, number, minor, fee, currency):
        """As :meth:`settle`, for currencies whose minor unit is no hundredth."""
        ref = f"txn_{number}"
        self.say_movement(
            ref, "charge", minor, fee=fee, source=f"ch_{number}", currency=currency.name
        )
        self.say_paid(tx, number=number, settled=False)
        charge = vals(self.gateway.facts["charge", f"ch_{number}"])
        intent = vals(self.gateway.facts["intent", f"pi_{number}"])
        exact = {"amount": minor, "currency": currency.name}
        charge.update(exact, captured=minor, balance_transaction_ref=ref)
        intent.update(exact, amount_received=minor)
        for kind, values in (("charge", charge), ("intent", intent)):
            fact = self.gateway.facts[kind, values["ref"]]
            self.gateway.put(kind, type(fact)(**values))
        self.hear_and_work("charge.updated", f"ch_{number}")

    @mute_logger("odoo.addons.integrated_payments.models.payment_books")
    def test_finer_than_odoo_rounds_is_parked_not_rounded(self):
        krona = self.rate("ISK", 140.0)
        movement = self.settle(self.pay(100.0, self.currency), 1, 500050, 0, krona)
        self.assertEqual(movement.state, "parked")
        self.assertIn("Rounding Factor to 0.01", movement.reason)
        self.assertFalse(movement.statement_line_id)

    def test_date_of_the_rate_is_the_day_of_the_charge(self):
        euro = self.rate("EUR", 2.0, "2026-03-09")
        self.rate("EUR", 5.0, "2026-03-12")
        movement = self.settle(self.pay(10.0, euro), 1, 1000, 0, euro)
        self.assertEqual(movement.statement_line_id.date, PAID_AT.date())
        self.assertEqual(self.gateway_lines(euro).balance, 5.0)


def vals(fact):
    """Return a fact's fields as a dict."""
    return {name: getattr(fact, name) for name in fact.__dataclass_fields__}
