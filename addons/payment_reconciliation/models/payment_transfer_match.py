"""Bank lines that are the transfer a customer announced at checkout."""

from collections import defaultdict

from odoo import models

from ..matching import extract, keys


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _match_company(self, origin, post):
        """Take announced transfers first: their money sets off order to cash."""
        received = self._receive_transfers(origin) if post else self.browse()
        return super(AccountBankStatementLine, self - received)._match_company(
            origin, post
        )

    def _receive_transfers(self, origin):
        """Confirm pending bank transfers that these lines pay, and match the lines.

        Only what is certain: the text quotes what the customer was asked to quote, the
        amount is equal to the cent, and no other line or transfer fits as well.

        :return: the lines that are matched
        """
        received = self.browse()
        for line, transfer in self._announced_transfers():
            with self.env.cr.savepoint():
                transfer._receive_transfer(
                    self.env._("Bank line %s brought the money.", line.payment_ref)
                )
                match = line._match_with_transfer(transfer)
                if match:
                    match._post(origin)
                    received |= line
        received.write({"match_checked_at": self.env.cr.now(), "match_failure": False})
        return received

    def _announced_transfers(self):
        """Return [(line, payment.transaction)] that name each other and no third."""
        transfers = self.env["payment.transaction"].sudo()._announced(self.env.company)
        by_key = defaultdict(set)
        for transfer in transfers:
            for value in transfer._transfer_keys():
                by_key[value].add(transfer)
        pairs = []
        for line in self if by_key else ():
            found = extract.references(line._match_texts())
            named = set().union(*(by_key.get(value, ()) for value in found))
            fits = [each for each in named if line._is_transfer(each)]
            if len(fits) == 1 and len(named) == 1:
                pairs.append((line, fits[0]))
        often = [transfer for _line, transfer in pairs]
        return [pair for pair in pairs if often.count(pair[1]) == 1]

    def _is_transfer(self, transfer):
        """Whether amount, currency and partner agree with an announced transfer."""
        units = self._to_units(transfer.currency_id, transfer.amount)
        partner = self.partner_id.commercial_partner_id
        return (
            self._match_currency() == transfer.currency_id
            and self._match_amount() == units
            and (not partner or partner == transfer.partner_id.commercial_partner_id)
        )

    def _match_with_transfer(self, transfer):
        """Return the account.match with what the transfer left open, if it is one item.

        That is the payment's outstanding item; without one, the invoice's.
        """
        payment = transfer.payment_id
        items = payment.move_id.line_ids.filtered(
            lambda item: item.account_id == payment.outstanding_account_id
        ) or transfer.invoice_ids.line_ids.filtered(
            lambda item: item.display_type == "payment_term"
        )
        items = items.filtered(lambda item: not item.reconciled and item.balance)
        units = self._to_units(transfer.currency_id, transfer.amount)
        if len(items) != 1:
            return self.env["account.match"]
        Match = self.env["account.match"].sudo()
        known = Match.search(
            [("statement_line_id", "=", self.id), ("move_line_id", "=", items.id)]
        )
        if known.state in ("undone", "rejected"):
            return self.env["account.match"]
        evidence = [
            ["transfer", {"reference": transfer.reference}],
            ["amount_unique", {"amount": units, "count": 1}],
        ]
        values = {
            "evidence": evidence,
            "held_by": [],
            "score": 32.0,
            "confidence": 0.999,
        }
        if known:
            known.write(values)
            return known
        return Match.create(
            {"statement_line_id": self.id, "move_line_id": items.id, **values}
        )


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _announced(self, company):
        """Return the bank transfers of a company that are still to come.

        Of several for the same documents (the customer began anew) the last one.
        """
        pending = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "pending"),
                ("channel", "=", "transfer"),
            ],
            order="id",
        )
        last = {}
        for transfer in pending.filtered(lambda each: each._is_still_owed()):
            documents = (*transfer.sale_order_ids, *transfer.invoice_ids)
            last[documents or transfer] = transfer
        return self.union(*last.values())

    def _is_still_owed(self):
        """Whether its orders or invoices have not been paid otherwise meanwhile."""
        orders, invoices = self.sale_order_ids, self.invoice_ids
        if not orders and not invoices:
            return True
        owed = sum(invoices.mapped("amount_residual"))
        if orders:
            owed = sum(each.amount_total - each.amount_paid for each in orders)
        return self.currency_id.compare_amounts(owed, self.amount) >= 0

    def _transfer_keys(self):
        """Return what the customer may quote, as ``matching.keys`` compares it.

        Only references that name one document by themselves.
        """
        self.ensure_one()
        texts = [
            self.reference,
            *self.sale_order_ids.mapped("name"),
            *self.sale_order_ids.mapped("reference"),
            *self.invoice_ids.mapped("name"),
            *self.invoice_ids.mapped("payment_reference"),
        ]
        values = {keys.normalise(text) for text in texts if text}
        return {value for value in values if keys.is_strong(value)}
