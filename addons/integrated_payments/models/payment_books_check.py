"""What must be in order before the gateway's books can take an entry, in words."""

from odoo import api, fields, models
from odoo.tools import format_date

from ..domain.categories import ROLES
from .payment_gateway_account import REQUIRED, SETUP

MATCHED_ROLES = {role for role, *_rest, reconcile in SETUP if reconcile}


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    books_problems_text = fields.Text(compute="_compute_books_problems_text")

    def _compute_books_problems_text(self):
        for provider in self:
            problems = provider.gateway_supported and provider._books_problems()
            provider.books_problems_text = "\n".join(problems or ()) or False

    def _books_problems(self):
        """Return all that keeps these books from taking entries, with what to do."""
        self.ensure_one()
        if not self.journal_id:
            return [self._say_missing(["gateway", *self._unset_roles()])]
        problems = {}
        for journal in self._books_journals():
            problems.update(self._journal_problems(journal))
        if unset := self._unset_roles():
            problems["unset"] = self._say_missing(unset)
        return list(
            dict.fromkeys([*problems.values(), *self._role_problems().values()])
        )

    def _unset_roles(self):
        present = set(self.gateway_account_ids.mapped("role"))
        return [role for role in REQUIRED if role not in present]

    def _say_missing(self, roles):
        return self.env._(
            "%(provider)s lacks the accounts for: %(roles)s. Press Set up Gateway Books"
            " on the provider, or choose them.",
            provider=self.name,
            roles=", ".join(ROLES[role] for role in roles),
        )

    def _journal_problems(self, journal):
        """Return {key: what is wrong} of a journal of these books."""
        problems = {}
        if not journal.active:
            problems[journal, "active"] = self.env._(
                "The journal %s is archived: restore it.", journal.name
            )
        for role, account in (
            ("gateway", journal.default_account_id),
            ("suspense", self._accounts_by_role(journal)["suspense"]),
        ):
            if not account:
                problems[journal, role] = self.env._(
                    "The journal %(journal)s has no account for: %(role)s. Choose it on"
                    " the journal.",
                    journal=journal.name,
                    role=ROLES[role],
                )
            elif not account.active:
                problems[journal, role] = self._say_archived(role, account)
        return problems

    def _role_problems(self):
        """Return {role: what is wrong} of the accounts that are set."""
        problems = {}
        for line in self.gateway_account_ids:
            account = line.account_id
            if not account.active:
                problems[line.role] = self._say_archived(line.role, account)
            elif line.role in MATCHED_ROLES and not account.reconcile:
                problems[line.role] = self.env._(
                    "The account %(account)s (%(role)s) does not allow reconciliation:"
                    " tick it on the account.",
                    account=account.display_name,
                    role=ROLES[line.role],
                )
        return problems

    def _say_archived(self, role, account):
        return self.env._(
            "The account %(account)s (%(role)s) is archived: restore it, or choose"
            " another one.",
            account=account.display_name,
            role=ROLES[role],
        )


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    late_text = fields.Char("Posted Later", compute="_compute_late_text")

    @api.depends("created_at", "statement_line_id.date")
    def _compute_late_text(self):
        for movement in self:
            date = movement.statement_line_id.date
            day = movement._own_day()
            movement.late_text = (
                self.env._(
                    "It is of %(day)s, but that period is locked: posted on %(date)s,"
                    " the first open day then.",
                    day=format_date(self.env, day),
                    date=format_date(self.env, date),
                )
                if date and day and date > day
                else False
            )

    def _own_day(self):
        """Return the day on which the money moved, in the company's time zone."""
        return self.created_at and self.company_id._payment_day(self.created_at)

    def _label_on(self, date):
        """Return the label of an entry on ``date``; a late one says of which day."""
        day = self._own_day()
        if not day or date <= day:
            return self._label()
        return self.env._(
            "%(label)s (of %(day)s, period locked)",
            label=self._label(),
            day=fields.Date.to_string(day),
        )

    def _park_unbookable(self, provider):
        """Park also what a missing or archived account or journal holds up."""
        for currency, records in self.grouped("currency_id").items():
            journal = provider._journal_of(currency)
            problems = provider._journal_problems(journal) if journal else {}
            if problems:
                records._park(" ".join(problems.values()))
        open_ones = self.filtered(lambda record: record.state == "pending")
        open_ones._park_without_account(provider)
        rest = open_ones.filtered(lambda record: record.state == "pending")
        return super(PaymentBalanceTransaction, rest)._park_unbookable(provider)

    def _park_without_account(self, provider):
        """Park the records whose entry needs an account that cannot be posted to."""
        unset = provider._unset_roles()
        problems = dict.fromkeys(unset, provider._say_missing(unset)) if unset else {}
        problems.update(provider._role_problems())
        if not problems:
            return
        for record in self:
            roles = record._needed_roles()
            found = [text for role, text in problems.items() if role in roles]
            if found:
                record._park(" ".join(dict.fromkeys(found)))

    def _needed_roles(self):
        """Return the roles of this movement's entry; none if it contradicts itself."""
        try:
            return {line.role for line in self._posting().lines}
        except ValueError:
            return set()  # said by the posting itself, which is tried next


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _say_if_late(self, payment):
        """Note on a payment that its own day was locked."""
        day = self.paid_at and self.company_id._payment_day(self.paid_at)
        if day and payment.date > day:
            payment.message_post(
                body=self.env._(
                    "Paid on %(day)s, but that period is locked: dated %(date)s, the"
                    " first open day.",
                    day=format_date(self.env, day),
                    date=format_date(self.env, payment.date),
                )
            )
