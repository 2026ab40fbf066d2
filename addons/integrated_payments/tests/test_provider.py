from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestProvider(IntegratedPaymentsCommon):
    """Setting up a gateway's books, and what is refused."""

    def test_set_up_again_changes_nothing(self):
        before = self.stripe._accounts_by_role()
        journal = self.stripe.journal_id
        self.stripe.action_set_up_gateway_books()
        self.assertEqual(self.stripe._accounts_by_role(), before)
        self.assertEqual(self.stripe.journal_id, journal)

    def test_the_gateway_has_a_journal_of_its_own(self):
        self.assertNotEqual(
            self.stripe.journal_id, self.company_data["default_journal_bank"]
        )
        self.assertEqual(self.stripe.journal_id.type, "bank")
        line = self.stripe.journal_id.inbound_payment_method_line_ids.filtered(
            lambda each: each.payment_provider_id == self.stripe
        )
        self.assertEqual(line.payment_account_id, self.accounts["outstanding"])

    def test_test_mode_does_not_post_into_live_books(self):
        with self.assertRaisesRegex(ValidationError, "test mode"):
            self.stripe.post_test_payments = False

    def test_posting_needs_all_accounts(self):
        self.stripe.books_mode = "off"
        self.stripe.gateway_account_ids.filtered(
            lambda each: each.role == "transit"
        ).unlink()
        with self.assertRaisesRegex(ValidationError, "Transfers in transit"):
            self.stripe.books_mode = "post"

    def test_core_requests_go_where_ours_go(self):
        url = self.stripe._build_request_url("payment_intents")
        self.assertTrue(url.endswith("/v1/payment_intents"))
