"""What a person does with a bank line: its amount in parts, each for something."""

from dataclasses import dataclass, field

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .bank_counterpart import Counterpart

MAX_PARTS = 100


@dataclass
class Part:
    """A part of a bank line.

    :param dict wish: what the screen sent
    :param float amount: in the transaction's currency, signed as on the statement
    :param float full: what would settle the item in full; 0 where there is none
    :param rows: values of the journal items that it makes, what it is for first
    :param target: the open journal item that the first of them is reconciled with
    """

    wish: dict
    amount: float
    title: str
    rows: list = field(default_factory=list)
    full: float = 0.0
    target: models.BaseModel | None = None


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _allocate(self, wishes):
        """Return the parts that a person wants; what is no amount takes what is left.

        :param list wishes: dicts with ``kind`` (item, account, partner or transfer),
            what the kind asks for, and ``amount``
        :return: (list of :class:`Part`, what they leave of the line)
        :raise UserError: if one cannot be
        """
        self.ensure_one()
        kinds = {
            "item": self._part_of_item,
            "account": self._part_of_account,
            "partner": self._part_of_partner,
            "transfer": self._part_of_transfer,
        }
        if len(wishes) > MAX_PARTS:
            raise UserError(self.env._("A line has at most %s parts.", MAX_PARTS))
        currency, parts = self._match_currency(), []
        items = self._open_items_by_id(wishes)
        left = self._transaction_amount()
        for wish in wishes:
            given = wish.get("amount")
            wish = {**wish, "amount": given and currency.round(float(given))}
            if wish["kind"] == "item":
                wish["item"] = items.get(int(wish["id"]))
            part = kinds[wish["kind"]](wish, left)
            parts.append(part)
            left = currency.round(left - part.amount)
        return parts, left

    def _open_items_by_id(self, wishes):
        """Return {id: journal item} of those asked for that are open, in one query.

        :raise UserError: if one is asked for twice: it can be settled once only
        """
        ids = [int(wish["id"]) for wish in wishes if wish["kind"] == "item"]
        if not ids:
            return {}
        if len(set(ids)) < len(ids):
            raise UserError(self.env._("An open item is chosen twice."))
        domain = Domain(self._get_default_amls_matching_domain())
        found = self.env["account.move.line"].search(domain & Domain("id", "in", ids))
        return {item.id: item for item in found}

    # === OPEN ITEMS === #

    def _part_of_item(self, wish, left):
        """Settle an open journal item, in full or in part."""
        item = wish.pop("item")
        if not item:
            missing = self.env["account.move.line"].sudo().browse(int(wish["id"]))
            own = missing.exists().filtered(lambda x: x.company_id == self.company_id)
            name = own.move_id.name or self.env._("An item")
            raise UserError(self.env._("%s is not open any more.", name))
        full, _balance = self._share_of(
            item, item.amount_residual_currency, item.amount_residual
        )
        amount = wish["amount"] or _up_to(full, left)
        wish["settles"] = bool(wish.get("settles")) and (
            item.currency_id != self._match_currency()
        )
        self._check_share(item, amount, full, wish["settles"])
        return Part(
            wish={**wish, "amount": amount},
            amount=amount,
            full=full,
            title=item.move_id.display_name,
            rows=[self._item_row(item, amount, full, wish["settles"])],
            target=item,
        )

    def _check_share(self, item, amount, full, settles):
        """Refuse more than is open, and the wrong direction.

        :raise UserError: with what is open
        """
        currency = self._match_currency()
        is_more = currency.compare_amounts(abs(amount), abs(full)) > 0
        if amount * full <= 0 or (is_more and not settles):
            raise UserError(
                self.env._(
                    "%(name)s has %(open)s open. What is paid beyond that is for "
                    "another part, such as the partner's open balance.",
                    name=item.move_id.display_name,
                    open=currency.format(full),
                )
            )

    def _share_of(self, item, amount_currency, balance):
        """Return what of the line an amount of ``item`` is, and in the company's money.

        At the bank's rate where the line tells one, else at the rate of its day.

        :param float amount_currency: in the item's currency
        :param float balance: the same in the company's currency
        """
        currency, company = item.currency_id, self.company_id
        if currency not in (self._match_currency(), self.currency_id):
            if currency != company.currency_id:
                balance = currency._convert(
                    amount_currency, company.currency_id, company, self.date
                )
            currency = company.currency_id
            amount_currency = balance
        figures = self._prepare_counterpart_amounts_using_st_line_rate(
            currency, balance, amount_currency
        )
        return figures["amount_currency"], figures["balance"]

    def _item_row(self, item, amount, full, settles):
        """Return the values of the item that is reconciled with ``item``."""
        currency, whole = item.currency_id, item.amount_residual_currency
        if settles or not self._match_currency().compare_amounts(amount, full):
            share = whole
        elif currency == self._match_currency():
            share = amount
        else:
            share = currency.round(whole * amount / full)
        if settles:
            _amount, balance = self._in_transaction(amount)
        else:
            part = share / whole if whole else 1.0
            residual = item.company_currency_id.round(item.amount_residual * part)
            _amount, balance = self._share_of(item, share, residual)
        return {
            "name": self.payment_ref or item.move_id.name,
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": currency.id,
            "amount_currency": -share,
            "balance": -balance,
        }

    def _in_transaction(self, amount):
        """Return ``amount`` of the transaction's currency, and in the company's."""
        figures = self._prepare_counterpart_amounts_using_st_line_rate(
            self._match_currency(), None, amount
        )
        return figures["amount_currency"], figures["balance"]

    # === ACCOUNTS, PARTNERS, OWN BANKS === #

    def _part_of_account(self, wish, left):
        """Book a part on an account, with taxes if they are named: a write-off."""
        account = self._chosen("account.account", wish.get("id"))
        if not account:
            raise UserError(self.env._("Choose an account."))
        own = self.journal_id.default_account_id | self.journal_id.suspense_account_id
        if account in own:
            raise UserError(
                self.env._("%s is the bank's own account.", account.display_name)
            )
        taxes = self.env["account.tax"].union(
            *(self._chosen("account.tax", tax) for tax in wish.get("taxes") or ())
        )
        partner = self._chosen("res.partner", wish.get("partner")) or self.partner_id
        return self._simple_part(
            wish,
            left,
            Counterpart(
                account=account,
                partner=partner,
                taxes=taxes,
                label=wish.get("label") or self.payment_ref,
                analytic=self._chosen_distribution(wish, account, partner),
            ),
            account.display_name,
        )

    def _part_of_partner(self, wish, left):
        """Leave a part open on a partner: an advance, or what nobody knows yet."""
        partner = self._chosen("res.partner", wish.get("id"))
        if not partner:
            raise UserError(self.env._("Choose a partner."))
        side = wish.get("side") or ("receivable" if left > 0 else "payable")
        partner = partner.with_company(self.company_id)
        account = (
            partner.property_account_payable_id
            if side == "payable"
            else partner.property_account_receivable_id
        )
        nothing = self.env["account.tax"]
        return self._simple_part(
            {**wish, "side": side},
            left,
            Counterpart(
                account, partner, nothing, wish.get("label") or self.payment_ref
            ),
            self.env._("Open balance of %s", partner.display_name),
        )

    def _part_of_transfer(self, wish, left):
        """Book a part as moved to or from another bank of the company."""
        journal = self._chosen("account.journal", wish.get("id"))
        if not journal or journal == self.journal_id:
            raise UserError(self.env._("Choose another bank of the company."))
        part = self._simple_part(
            wish,
            left,
            Counterpart(
                self._transfer_account(),
                self.env["res.partner"],
                self.env["account.tax"],
                wish.get("label") or self.payment_ref,
            ),
            self.env._("Transfer with %s", journal.display_name),
        )
        other_side = self._transfer_partner_items(journal, part.amount)
        part.target = other_side if len(other_side) == 1 else None
        return part

    def _simple_part(self, wish, left, counterpart, title):
        """Return a part that is booked and not reconciled with anything."""
        amount = wish["amount"] or left
        currency = self._match_currency()
        if not amount:
            raise UserError(self.env._("Nothing is left for %s.", title))
        rows = self._counterpart_rows(counterpart, currency, amount)
        return Part({**wish, "amount": amount}, amount, title, rows)

    def _chosen(self, model, number):
        """Return the record of ``model`` that a person chose, if the person may."""
        record = self.env[model].browse(int(number or 0) or [])
        record.check_access("read")
        company = record._fields.get("company_id") and record.company_id
        if company and company not in self.company_id.parent_ids | self.company_id:
            raise UserError(
                self.env._("%s is of another company.", record.display_name)
            )
        return record

    # === BALANCE === #

    def _balanced_rows(self, parts):
        """Return the rows of all parts; rounding is left to one in a currency.

        :raise UserError: if they do not balance with the bank's item
        """
        liquidity, _suspense, _others = self._seek_for_lines()
        own = self.company_id.currency_id
        rows = [row for part in parts for row in part.rows]
        rest = own.round(
            -sum(liquidity.mapped("balance")) - sum(row["balance"] for row in rows)
        )
        foreign = [row for row in rows if row["currency_id"] != own.id]
        if rest and not foreign:
            raise UserError(
                self.env._("The parts do not balance: %s too little.", own.format(rest))
            )
        if rest:
            foreign[-1]["balance"] += rest
        return rows


def _up_to(full, left):
    """Return what an item takes of what is left: no more than is open."""
    return left if full and 0 < left / full < 1 else full
