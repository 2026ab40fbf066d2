"""The gateway's books: balance transactions to statement lines."""

import logging

import psycopg2

from odoo import api, models
from odoo.fields import Command

from ..domain import minor_units
from ..domain.postings import posting_of

_logger = logging.getLogger(__name__)

COST_ROLES = ("fee", "dispute_fee")
POST_LIMIT = 500  # balance transactions per call, each call in one database transaction


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def _post(self):
        """Book the pending records as statement lines and match them with payments.

        In a batch; if the batch fails, one by one, so that one bad record parks itself
        and holds up nobody.
        """
        for provider, records in self.grouped("provider_id").items():
            if provider.books_mode == "off":
                continue
            records = records._cover_by_opening()
            if provider.books_mode == "shadow":
                records._shadow(provider)
                continue
            pending = records.filtered(lambda record: record.state == "pending")
            locked = pending.try_lock_for_update()
            books = locked.with_company(provider.company_id)
            books._park_unbookable(provider)
            books = books.filtered(lambda record: record.state == "pending")
            books._book_or_park(provider)
            books.transaction_id._match_outstanding()
            books.source_payout_id._match_returned()

    def _park_unbookable(self, provider):
        """Park what no journal can hold, with what to do about it."""
        for currency, records in self.grouped("currency_id").items():
            if reason := provider._why_not_in(currency):
                records._park(reason)
                continue
            for record in records.filtered(lambda each: each._is_finer()):
                record._park(
                    self.env._(
                        "The gateway counts %(currency)s in smaller units than Odoo:"
                        " set its Rounding Factor to %(unit)s, then press Post.",
                        currency=currency.name,
                        unit=minor_units.to_major(1, currency.name),
                    )
                )

    def _is_finer(self):
        """Whether an amount of this movement would lose by Odoo's rounding."""
        currency = self.currency_id
        return any(
            minor_units.to_minor(
                currency.round(currency._from_minor(minor)), currency.name
            )
            != minor
            for minor in (self.net_minor, self.fee_minor, self.tax_minor)
        )

    def _book_or_park(self, provider):
        try:
            with self.env.cr.savepoint():
                self._book(provider)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the record
            if len(self) > 1:
                for record in self:
                    record._book_or_park(provider)
                return
            _logger.exception("Balance transaction %s", self.gateway_ref)
            self._park(str(error))

    def _reopen_if_claimed(self):
        """Post again what lay on suspense until its payment became known."""
        claimed = self.filtered(
            lambda record: (
                record.state == "parked"
                and record.statement_line_id
                and record._posting().known
            )
        )
        claimed.write({"state": "pending", "reason": False})

    def _book(self, provider):
        """Create the statement lines of all records at once, journal by journal."""
        for currency, records in self.grouped("currency_id").items():
            journal = provider._ensure_journal_of(currency)
            accounts = provider._accounts_by_role(journal)
            known = records.filtered("statement_line_id")
            known._rebook(journal, accounts)
            (records - known)._book_new(journal, accounts)

    def _rebook(self, journal, accounts):
        """Replace the suspense item of lines whose payment is known by now.

        As when a person matches a bank line: the line stays, its counterpart changes.
        """
        for record in self:
            line = record.statement_line_id
            posting = record._posting()
            values = record._prepare_statement_line(posting, journal, accounts)
            # First the label: Odoo then remakes the default items itself.
            line.write({name: values[name] for name in ("payment_ref", "partner_id")})
            line.with_context(force_delete=True, skip_readonly_check=True).write(
                {"line_ids": [Command.clear(), *values["line_ids"]]}
            )
            record._write_outcome(posting)

    def _book_new(self, journal, accounts):
        if not self:
            return
        postings = [record._posting() for record in self]
        lines = self._create_statement_lines(
            [
                record._prepare_statement_line(posting, journal, accounts)
                for record, posting in zip(self, postings, strict=True)
            ]
        )
        for record, posting, line in zip(self, postings, lines, strict=True):
            record.statement_line_id = line
            record._write_outcome(posting)

    def _write_outcome(self, posting):
        """Say whether the entry is settled, or lies on suspense and why."""
        self.write(
            {
                "state": "posted" if posting.known else "parked",
                "reason": False if posting.known else self._unknown_reason(),
            }
        )

    def _create_statement_lines(self, values):
        """Create statement lines; that they balance is checked once for all.

        There is nothing in them that Odoo would have to keep in step: no taxes, no
        terms. Its check per line is five times as dear as the one at the end.
        """
        lines = self.env["account.bank.statement.line"]
        quiet = lines.with_context(
            **self.company_id._quiet_booking(),
            skip_invoice_sync=True,
            check_move_validity=False,
        )
        created = lines.browse(quiet.create(values).ids)
        with created.move_id._check_balanced({"records": created.move_id}):
            return created

    def _posting(self):
        """Return the entry of this movement; what nobody claims goes to suspense."""
        fact = self._fact()
        if self._is_foreign():
            return posting_of(fact).to_suspense()
        return posting_of(fact)

    def _is_foreign(self):
        """Whether a customer's money moved without a payment in Odoo."""
        claims = ("charge", "partial_capture_reversal", "charge_failure")
        claims += ("refund", "refund_failure")
        return self.category in claims and not self.transaction_id

    def _unknown_reason(self):
        if self._is_foreign():
            return self.env._(
                "Taken outside Odoo: no payment is known for %s. It is on the suspense"
                " account. Choose its customer under Payments > Outside Odoo.",
                self.source_ref,
            )
        return self.env._(
            "The category %s is unknown. It is on the suspense account.", self.category
        )

    def _prepare_statement_line(self, posting, journal, accounts):
        """Return the create values of the statement line, its journal items included.

        :param posting: ``domain.postings.Posting``, in minor units
        :param accounts: {role: account.account}
        """
        self.ensure_one()
        date = self.company_id._payment_date(self.created_at, journal)
        partner = self.transaction_id.partner_id.commercial_partner_id
        return {
            "journal_id": journal.id,
            "date": date,
            "payment_ref": self._label_on(date),
            "ref": self.gateway_ref,
            "partner_id": partner.id,
            "amount": self.net,
            "line_ids": [
                Command.create(values)
                for values in self._prepare_items(posting, accounts, partner, date)
            ],
        }

    def _prepare_items(self, posting, accounts, partner, date):
        """Return the journal items of a posting, balanced in the company's currency."""
        company, currency = self.company_id, self.currency_id
        items, total = [], 0.0
        for line in posting.lines:
            amount = currency._from_minor(line.minor)
            balance = currency._convert(amount, company.currency_id, company, date)
            total += balance
            items.append(
                {
                    "account_id": accounts[line.role].id,
                    "partner_id": partner.id,
                    "name": self._label_on(date),
                    "currency_id": currency.id,
                    "amount_currency": amount,
                    "balance": balance,
                    **self._analytic(line.role),
                }
            )
        items[-1]["balance"] -= company.currency_id.round(total)
        if posting.counterpart in ("outstanding", "refund_liability"):
            items[-1].update(self._presentment(items[-1]))
        return items + self._exchange_items(items[-1])

    def _exchange_items(self, item):
        """Let the counterpart be what was paid, where that is the company's currency.

        Settled in another one, it would bear the gateway's rate; and matched in the
        company's currency, nothing would post the difference later.

        :return: the create values of the difference, none if there is none
        """
        own = self.company_id.currency_id
        if item["currency_id"] != own.id or self.currency_id == own:
            return []
        difference = own.round(item["balance"] - item["amount_currency"])
        item["balance"] = item["amount_currency"]
        if own.is_zero(difference):
            return []
        return [self.company_id._exchange_item(difference, item["name"])]

    @staticmethod
    def _analytic(role):
        """Let Odoo look for an analytic account only where there is a cost."""
        return {} if role in COST_ROLES else {"analytic_distribution": False}

    def _presentment(self, item):
        """Return the counterpart in the currency that the customer paid in.

        The gateway's rate stays on the gateway's side; matched with the payment in its
        own currency, Odoo posts the difference to exchange gain or loss.
        """
        paid_in = self.transaction_id.currency_id
        if not paid_in or paid_in == self.currency_id:
            return {}
        amount = abs(self.transaction_id.amount)
        if self.category == "charge" and self.charge_id.captured_minor:
            amount = paid_in._from_minor(self.charge_id.captured_minor)
        sign = 1 if item["amount_currency"] > 0 else -1
        return {"currency_id": paid_in.id, "amount_currency": sign * amount}

    def _label(self):
        """Return what an accountant reads on the statement line."""
        parts = (
            self.category.replace("_", " ").capitalize()
            if self.category
            else self.type,
            self.transaction_id.reference
            or self.source_payout_id.descriptor
            or self.description,
            self.source_ref,
        )
        return " - ".join(part for part in parts if part)

    def _park(self, reason):
        self.write({"state": "parked", "reason": reason})


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _post_balance_transactions(self, limit=POST_LIMIT):
        """Post what is pending, payments first, so that both sides can be matched.

        :param int limit: balance transactions per provider
        """
        for provider in self.filtered(lambda each: each.books_mode != "off"):
            pending = self.env["payment.balance.transaction"].search(
                [("provider_id", "=", provider.id), ("state", "=", "pending")],
                order="created_at, id",
                limit=limit,
            )
            if provider.books_mode == "post":
                pending.transaction_id._book_money_safely()
            pending._post()
            (
                pending.transaction_id | pending.payout_id._paid_transactions()
            )._refresh_effects(("books", "bank"))

    @api.model
    def _cron_post_and_prove(self):
        """Post what was left behind, then prove the balance of each gateway."""
        for provider in self.search([("books_mode", "!=", "off")]):
            provider._post_balance_transactions()
            self.env["ir.cron"]._commit_progress(1)
            if provider.books_mode == "post":
                provider._retry_parked(POST_LIMIT)
                self.env["ir.cron"]._commit_progress(1)
                provider._prove_or_warn()
                self.env["ir.cron"]._commit_progress(1)
        self._ask_about_parked()
