"""Journal items that take a bank line's suspense item's place, with their taxes."""

from dataclasses import dataclass

from odoo import models
from odoo.fields import Command


@dataclass(frozen=True)
class Counterpart:
    """What a part of a bank line is for.

    :param account: account.account
    :param partner: res.partner, may be empty
    :param taxes: account.tax that the amount contains, may be empty
    """

    account: models.BaseModel
    partner: models.BaseModel
    taxes: models.BaseModel
    label: str
    analytic: dict | None = None


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _counterpart_rows(self, counterpart, currency, amount):
        """Return the values of the items of one counterpart: the base, then its taxes.

        The amount contains the taxes, whether they are price-included or not: what the
        bank took is what was paid.

        :param Counterpart counterpart: what it is for
        :param currency: the journal's or the transaction's
        :param float amount: in ``currency``, above zero for a credit
        """
        self.ensure_one()
        base = {
            "name": counterpart.label,
            "account_id": counterpart.account.id,
            "partner_id": counterpart.partner.id,
            "currency_id": currency.id,
            "analytic_distribution": counterpart.analytic,
        }
        if not counterpart.taxes:
            figures = self._prepare_counterpart_amounts_using_st_line_rate(
                currency, None, -amount
            )
            return [{**base, "amount_currency": -amount, "balance": figures["balance"]}]
        company = self.company_id
        Tax = self.env["account.tax"].with_company(company)
        base_lines = [self._tax_base_line(counterpart, currency, amount)]
        Tax._add_tax_details_in_base_lines(base_lines, company)
        Tax._round_base_lines_tax_details(base_lines, company)
        Tax._add_accounting_data_in_base_lines_tax_details(base_lines, company)
        made = Tax._prepare_tax_lines(base_lines, company)
        [(_base_line, figures)] = made["base_lines_to_update"]
        base |= {**figures, "tax_ids": [Command.set(counterpart.taxes.ids)]}
        return [base, *made["tax_lines_to_add"]]

    def _tax_base_line(self, counterpart, currency, amount):
        """Return ``amount``, taxes included, as core computes taxes on it."""
        use = counterpart.taxes[:1].type_tax_use
        is_credit = amount > 0
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            {},
            id=False,
            tax_ids=counterpart.taxes,
            price_unit=abs(amount),
            quantity=1.0,
            currency_id=currency,
            rate=self._rate_of_bank(currency),
            special_mode="total_included",
            sign=-1 if is_credit else 1,
            is_refund=is_credit if use == "purchase" else not is_credit,
            account_id=counterpart.account,
            partner_id=counterpart.partner,
            analytic_distribution=counterpart.analytic,
        )

    def _rate_of_bank(self, currency):
        """Return how much of ``currency`` the bank gave for one of the company's."""
        liquidity, _suspense, _others = self._seek_for_lines()
        balance = sum(liquidity.mapped("balance"))
        in_journal = currency == self.currency_id
        amount = self.amount if in_journal else self.amount_currency
        return abs(amount / balance) if balance else 1.0
