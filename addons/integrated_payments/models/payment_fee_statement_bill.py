"""From a month's fees to the vendor bill, and its settlement by what was kept."""

from collections import defaultdict
from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


class PaymentFeeStatement(models.Model):
    _inherit = "payment.fee.statement"

    def action_create_bill(self):
        """Make the vendor bill of each month, posted where the company says so.

        :raise UserError: what must be done first
        """
        for statement in self:
            if why := statement._why_no_bill():
                raise UserError(why)
            statement._create_bill()
        return self.action_open_bill()

    def action_open_bill(self):
        """Open the vendor bills of these months."""
        return self.bill_id._get_records_action(name=self.env._("Vendor Bill"))

    def action_open_settlement(self):
        """Open the entry that pays the bill by what the gateway kept."""
        return self.settlement_id._get_records_action(name=self.env._("Settlement"))

    def _bill_by_policy(self, provider):
        """Make the bills that the company wants; say on the statement what hinders."""
        if provider.company_id.payment_fee_bill_policy == "none":
            return
        for statement in self.search(
            [("provider_id", "=", provider.id), ("bill_id", "=", False)]
        ):
            why = statement._why_no_bill()
            if not why:
                why = statement._try_to_bill()
            statement.reason = why

    def _try_to_bill(self):
        """Return why no bill could be made, False if it is there."""
        try:
            with self.env.cr.savepoint():
                self._create_bill()
        except (UserError, ValidationError) as error:
            return str(error)
        return self.reason

    def _why_no_bill(self):
        """Return what must be done before the bill can be made, False if nothing."""
        self.ensure_one()
        provider = self.provider_id.sudo()
        if self.bill_id:
            return self.env._("The bill of %s exists already.", self.display_name)
        if provider.books_mode != "post":
            return self.env._("The books of %s are not posted.", provider.name)
        if not provider.fee_vendor_id:
            return self.env._(
                "Choose who invoices the fees: Fees Invoiced by, on the page Gateway"
                " Books of the payment provider %s.",
                provider.name,
            )
        if self.unbooked_minor:
            return self.env._(
                "Fees of %(amount)s are not booked yet: post or review the movements of"
                " the month, then press Update.",
                amount=self.currency_id.format(self.unbooked),
            )
        if not self.invoiced_minor:
            return self.env._("No fee of %s is to be invoiced.", self.display_name)
        return False

    # === THE BILL === #

    def _create_bill(self):
        """Create the bill; post it if the company says so and its total is right."""
        provider = self.provider_id.sudo()
        company = provider.company_id
        Move = self.env["account.move"].with_company(company)
        bill = Move.create(self._prepare_bill(provider))
        self.sudo().write({"bill_id": bill.id, "reason": False})
        self._take_over_tax(bill)
        self.sudo().reason = self._why_not_posted(bill)
        if company.payment_fee_bill_policy == "posted" and not self.reason:
            bill.action_post()

    def _prepare_bill(self, provider):
        """Return the create values of the bill; a credit note if fees came back."""
        vendor, sign = provider.fee_vendor_id, 1 if self.invoiced_minor > 0 else -1
        return {
            "move_type": "in_invoice" if sign > 0 else "in_refund",
            "partner_id": vendor.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.invoice_date or self._last_day(),
            "date": self._last_day(),
            "ref": self.invoice_number or self.env._("Fees %s", self.display_name),
            "invoice_line_ids": [
                Command.create(values)
                for values in self._prepare_bill_lines(provider, sign)
            ],
        }

    def _prepare_bill_lines(self, provider, sign):
        """Return a bill line per type of fee, on the account that bears it already."""
        accounts = provider._accounts_by_role()
        return [
            {
                "name": f"{line.name} {self.month:%Y-%m}"
                + (f": {line.description}" if line.description else ""),
                "account_id": accounts[line.role].id,
                "quantity": 1,
                "price_unit": sign * line.amount,
                "tax_ids": [Command.set(self._taxes(accounts[line.role]).ids)],
            }
            for line in self.line_ids
            if line.on_invoice and line.amount_minor
        ]

    def _taxes(self, account):
        """Return the purchase taxes of a fee by the vendor's fiscal position.

        The taxes of the account of fees; else the company's usual purchase tax, where
        a fiscal position or a tax that the gateway took shows that fees are taxed.
        """
        company = self.company_id
        position = (
            self.env["account.fiscal.position"]
            .with_company(company)
            ._get_fiscal_position(self.provider_id.sudo().fee_vendor_id)
        )
        taxes = account.tax_ids.filtered(lambda tax: tax.type_tax_use == "purchase")
        if not taxes and (position or self.tax):
            taxes = company.account_purchase_tax_id
        return position.map_tax(taxes._filter_taxes_by_company(company))

    def _take_over_tax(self, bill):
        """Let the bill show the tax that the gateway rounded movement by movement.

        Only within what rounding can make: half a unit for each movement.
        """
        wanted = sum(line.tax_minor for line in self.line_ids if line.on_invoice) * (
            1 if bill.move_type == "in_invoice" else -1
        )
        [*tax_lines] = bill.line_ids.filtered("tax_line_id")
        if len(tax_lines) != 1 or not wanted:
            return
        found = self.currency_id._to_minor(bill.amount_tax)
        bound = sum(line.count for line in self.line_ids if line.tax_minor) // 2 + 1
        if found != wanted and abs(found - wanted) <= bound:
            [line] = tax_lines
            direction = 1 if line.amount_currency > 0 else -1
            line.amount_currency = direction * self.currency_id._from_minor(wanted)

    def _why_not_posted(self, bill):
        """Return why a person must look at the draft bill, False if it is right."""
        kept = abs(self.invoiced)
        if self.currency_id.compare_amounts(bill.amount_total, kept):
            return self.env._(
                "The bill is over %(bill)s, the gateway kept %(kept)s. Check the taxes"
                " and the fiscal position of %(vendor)s.",
                bill=self.currency_id.format(bill.amount_total),
                kept=self.currency_id.format(kept),
                vendor=bill.partner_id.display_name,
            )
        if self.difference:
            return self.env._(
                "The gateway's invoice differs by %s from what it kept. Correct the"
                " bill by the invoice, then post it.",
                self.currency_id.format(self.difference),
            )
        return False

    # === ITS SETTLEMENT === #

    def _settle(self):
        """Pay the posted bills by what the gateway kept: entry and match."""
        for statement in self.filtered(lambda each: not each.settlement_id):
            bill = statement.bill_id
            values = statement._prepare_settlement(bill)
            Move = self.env["account.move"].with_company(statement.company_id)
            settlement = Move.create(values)
            settlement.action_post()
            statement.write({"settlement_id": settlement.id, "reason": False})
            payable = self._payable(bill)
            owed = settlement.line_ids.filtered_domain(
                [("account_id", "=", payable.account_id[:1].id)]
            )
            (payable + owed).reconcile()

    @staticmethod
    def _payable(bill):
        """Return the items of a bill on the vendor's account."""
        return bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )

    def _prepare_settlement(self, bill):
        """Return the create values of the entry that takes the booked fees back."""
        shares = self._booked_shares()
        vendor = bill.partner_id.commercial_partner_id
        payable = self._payable(bill).account_id[:1]
        name = self.env._("Fees kept by the gateway, %s", self.display_name)
        items = [
            {
                "account_id": account,
                "amount_currency": -amount,
                "balance": -balance,
            }
            for account, (amount, balance) in shares.items()
        ]
        items.append(
            {
                "account_id": payable.id,
                "partner_id": vendor.id,
                "amount_currency": sum(amount for amount, _b in shares.values()),
                "balance": sum(balance for _a, balance in shares.values()),
            }
        )
        currency = {"currency_id": self.currency_id.id, "name": name}
        return {
            "move_type": "entry",
            "journal_id": self._settlement_journal().id,
            "date": bill.date,
            "ref": name,
            "line_ids": [Command.create({**item, **currency}) for item in items],
        }

    def _booked_shares(self):
        """Return {account id: (amount, balance)} of what the gateway invoices.

        The balance is what the entries of the month hold, so that nothing is left over
        by exchange rates; what others get of it (platform, tax office) stays.
        """
        provider = self.provider_id
        accounts = provider._accounts_by_role()
        wanted = defaultdict(int)
        for line in self.line_ids.filtered("on_invoice"):
            wanted[accounts[line.role].id] += line.amount_minor + line.tax_minor
        after = self._last_day() + timedelta(days=1)
        booked = provider._booked_fees(self.month, after).get(
            (self.month, self.currency_id.id), {}
        )
        shares = {}
        for account, minor in wanted.items():
            amount = self.currency_id._from_minor(minor)
            whole, balance = booked.get(account, (0.0, 0.0))
            if whole and self.currency_id.compare_amounts(whole, amount):
                balance = self.company_id.currency_id.round(balance * amount / whole)
            shares[account] = (amount, balance)
        return shares

    def _settlement_journal(self):
        """Return the journal of miscellaneous operations.

        :raise UserError: if the company has none
        """
        journal = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "general"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._("Create a journal of the type Miscellaneous first.")
            )
        return journal

    def _unsettle(self):
        """Reverse the settlement of a bill that is no longer posted."""
        for settlement in self.settlement_id:
            settlement.line_ids.remove_move_reconcile()
            settlement._reverse_moves(
                [{"date": settlement.date, "ref": self.env._("Bill set to draft")}],
                cancel=True,
            )
        self.settlement_id = False
