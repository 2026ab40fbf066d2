"""What is proposed to a customer, in words."""

from odoo import fields, models
from odoo.tools import format_amount


class PaymentCustomerSnapshot(models.Model):
    _inherit = "payment.customer.snapshot"

    pricelist_id = fields.Many2one(
        "product.pricelist", compute="_compute_terms_now", string="Pricelist Now"
    )
    term_now_id = fields.Many2one(
        "account.payment.term", compute="_compute_terms_now", string="Terms Now"
    )

    def _compute_terms_now(self):
        for snapshot in self:
            partner = snapshot.partner_id.with_company(snapshot.company_id)
            snapshot.pricelist_id = partner.property_product_pricelist
            snapshot.term_now_id = partner.property_payment_term_id

    def action_apply_proposed_terms(self):
        """Give these customers the terms and the limit proposed for them."""
        for company, snapshots in self.grouped("company_id").items():
            snapshots.partner_id.with_company(company).action_apply_proposed_terms()

    def _credit_text(self):
        """Return grade, proposal and what is owed, in one line."""

        def money(amount):
            return format_amount(self.env, amount, self.currency_id)

        if not self.credit_days:
            proposal = self.env._("payment in advance proposed")
        elif self.credit_limit:
            proposal = self.env._(
                "proposed %(days)s days, limit %(limit)s",
                days=self.credit_days,
                limit=money(self.credit_limit),
            )
        else:
            proposal = self.env._("proposed %(days)s days", days=self.credit_days)
        parts = [self.env._("score %s of 100", self.score), proposal]
        if self.open_amount > 0:
            parts.append(self.env._("owes %s", money(self.open_amount)))
        if self.overdue_amount > 0:
            parts.append(self.env._("%s overdue", money(self.overdue_amount)))
        return ", ".join(parts)

    def _credit_warning(self, amount):
        """Return why a document over ``amount`` goes beyond what is proposed, or False.

        :param float amount: in the company's currency
        """
        owed = self.open_amount + amount
        if not self.credit_days:
            return self.env._(
                "%s pays so badly that payment in advance is proposed.",
                self.partner_id.display_name,
            )
        if not self.credit_limit:
            return False
        if self.currency_id.compare_amounts(owed, self.credit_limit) <= 0:
            return False
        return self.env._(
            "With this, %(customer)s would owe %(owed)s, above the proposed credit"
            " limit of %(limit)s.",
            customer=self.partner_id.display_name,
            owed=format_amount(self.env, owed, self.currency_id),
            limit=format_amount(self.env, self.credit_limit, self.currency_id),
        )
