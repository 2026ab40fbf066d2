"""The entry that a lost dispute ends with, and its reversal."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain.categories import ROLES


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    def _outcome_entry(self):
        """Return the entry that books the loss and that is not reversed."""
        entries = self.outcome_move_ids.filtered(lambda move: move.state != "cancel")
        return entries.filtered(
            lambda move: not move.reversed_entry_id and not move.reversal_move_ids
        )[-1:]

    def _post_outcome(self):
        """Post the loss, or let the customer owe the money again.

        :raise UserError: if an account or the customer is missing
        """
        if not self.loss_policy:
            self.loss_policy = self.company_id.payment_dispute_loss_policy
        move = self.env["account.move"].create(self._prepare_outcome())
        move._post(soft=False)
        if self.loss_policy == "receivable":
            self._open_invoices(move)
        self._tell_outcome(move)

    def _tell_outcome(self, move):
        self.message_post(
            body=self.env._(
                "%(amount)s booked by %(entry)s.",
                amount=move.company_currency_id.format(move.amount_total_signed),
                entry=move._get_html_link(),
            )
            if not move.reversed_entry_id
            else self.env._(
                "%(entry)s was reversed by %(reversal)s.",
                entry=move.reversed_entry_id._get_html_link(),
                reversal=move._get_html_link(),
            )
        )

    def _outcome_journal(self):
        """Return the journal for outcomes: the company's first for general entries."""
        company = self.company_id
        special = (
            company.currency_exchange_journal_id | company.tax_cash_basis_journal_id
        )
        return self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
                ("id", "not in", special.ids),
            ],
            limit=1,
        )

    def _prepare_outcome(self):
        """Return the create values: the open items mirrored, and who bears them.

        Mirrored in their own currency and at their own rate, so that the disputes
        account ends at zero in both currencies.
        """
        journal = self._outcome_journal()
        if not journal:
            raise UserError(
                self.env._(
                    "There is no journal for general entries: create one, then press"
                    " Book the Outcome."
                )
            )
        label = self._outcome_label()
        lines = [
            {
                "account_id": items.account_id.id,
                "currency_id": currency.id,
                "amount_currency": -sum(items.mapped("amount_currency")),
                "balance": -sum(items.mapped("balance")),
            }
            for currency, items in self._open_currencies().items()
        ]
        balance = -sum(line["balance"] for line in lines)
        lines += self._prepare_bearer(balance, lines)
        partner = self.partner_id.commercial_partner_id
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "date": self.company_id._payment_date(fields.Datetime.now(), journal),
            "ref": label,
            "payment_dispute_id": self.id,
            "payment_dispute_step": self._next_step(),
            "line_ids": [
                Command.create({**line, "partner_id": partner.id, "name": label})
                for line in lines
            ],
        }

    def _next_step(self):
        return max(self.outcome_move_ids.mapped("payment_dispute_step"), default=0) + 1

    def _outcome_label(self):
        return self.env._(
            "Lost dispute %(ref)s, %(payment)s",
            ref=self.gateway_ref,
            payment=self.transaction_id.reference or self.charge_id.gateway_ref,
        )

    def _prepare_bearer(self, balance, mirrored):
        """Return the debit, in a list: the loss, or the customer's debt.

        :param float balance: of the whole, in the company's currency
        :param mirrored: the lines on the disputes account
        """
        if self.loss_policy == "receivable":
            return self._prepare_debt(balance)
        role = "dispute_loss"
        account = self.provider_id.sudo()._accounts_by_role().get(role)
        if not account:
            raise UserError(
                self.env._(
                    "%(provider)s has no account for: %(role)s. Press Set up Gateway"
                    " Books on it, then Book the Outcome here.",
                    provider=self.provider_id.sudo().name,
                    role=ROLES[role],
                )
            )
        line = {"account_id": account.id, "balance": balance}
        if len(mirrored) == 1:
            line["currency_id"] = mirrored[0]["currency_id"]
            line["amount_currency"] = -mirrored[0]["amount_currency"]
        return [line]

    def _prepare_debt(self, balance):
        """Return the line on the customer's receivable, in the currency paid in.

        Paid in the company's own currency the debt is what was paid, whatever the
        gateway's money was worth when it was taken: the rest is an exchange difference.
        """
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "The payment is not known in Odoo: nobody can owe it again. Choose"
                    " Book it as a Loss, or find its customer first."
                )
            )
        own = self.company_id.currency_id
        taken = self._dispute_items().filtered(lambda item: item.balance > 0)
        share = balance / (sum(taken.mapped("balance")) or balance)
        debt = self.currency_id.round(self.amount * share)
        line = {"account_id": self._receivable_account().id, "balance": balance}
        if self.currency_id != own:
            return [
                {**line, "currency_id": self.currency_id.id, "amount_currency": debt}
            ]
        if taken.currency_id == own:
            return [line]
        line["balance"] = debt
        difference = own.round(balance - debt)
        if own.is_zero(difference):
            return [line]
        return [line, self.company_id._exchange_item(difference, False)]

    def _receivable_account(self):
        partner = self.partner_id.commercial_partner_id.with_company(self.company_id)
        return (
            self.transaction_id.payment_id.destination_account_id
            or partner.property_account_receivable_id
        )

    def _open_invoices(self, move):
        """Let the entry undo the payment, so that its invoices are due again."""
        payment = self.transaction_id.payment_id
        account = self._receivable_account()
        paid = payment.move_id.line_ids.filtered(
            lambda each: each.account_id == account
        )
        if not paid or not account.reconcile:
            return
        invoices = payment.reconciled_invoice_ids
        debt = move.line_ids.filtered(lambda each: each.account_id == account)
        paid.remove_move_reconcile()
        (paid | debt).reconcile()
        self.env["payment.balance.transaction"]._settle_rest(paid, invoices)

    def _reverse_outcome(self):
        """Undo the entry by its reversal; what the payment had paid is paid again."""
        entry = self._outcome_entry()
        journal = entry.journal_id
        reversal = entry._reverse_moves(
            [
                {
                    "date": self.company_id._payment_date(
                        fields.Datetime.now(), journal
                    ),
                    "ref": self.env._("Reversal of %s", entry.ref),
                    "payment_dispute_id": self.id,
                    "payment_dispute_step": self._next_step(),
                }
            ],
            cancel=True,
        )
        payment = self.transaction_id.payment_id
        paid = payment.move_id.line_ids.filtered(
            lambda each: each.account_id == payment.destination_account_id
        )
        if paid:
            self.env["payment.balance.transaction"]._settle_rest(
                paid, self._gateway_invoices()
            )
        self._tell_outcome(reversal)


class AccountMove(models.Model):
    _inherit = "account.move"

    payment_dispute_id = fields.Many2one(
        "payment.dispute",
        "Outcome of Dispute",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    payment_dispute_step = fields.Integer(
        readonly=True, copy=False, help="First, second, ... entry of the dispute."
    )

    _payment_dispute_uniq = models.UniqueIndex(
        "(payment_dispute_id, payment_dispute_step)"
        " WHERE payment_dispute_id IS NOT NULL",
        "This outcome of the dispute is already booked.",
    )
