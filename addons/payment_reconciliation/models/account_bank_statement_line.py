from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, html2plaintext

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..matching import charges
from ..matching.values import BankLine

CLEAR_LEAD = 2.0  # bits that the best proposal is ahead, to be accepted in a list
MATCH_AT_ONCE = 500  # lines that the button takes at once; the job does the rest


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    match_ids = fields.One2many("account.match", "statement_line_id", "Proposals")
    match_checked_at = fields.Datetime("Last Looked At", readonly=True, copy=False)
    match_failure = fields.Char("Matching Failed", readonly=True, copy=False)
    settled_names = fields.Char(
        readonly=True,
        copy=False,
        help="Documents that the text names and that nobody owes any more.",
    )
    match_details = fields.Text("Details", compute="_compute_match_details")
    best_match_id = fields.Many2one(
        "account.match", "Best Proposal", compute="_compute_best_match"
    )
    best_match_evidence = fields.Char("Evidence", compute="_compute_best_match")
    match_state = fields.Selection(
        [
            ("open", "To Review"),
            ("proposed", "Proposal"),
            ("matched", "Matched"),
        ],
        "Matching",
        compute="_compute_best_match",
    )

    _match_checked_idx = models.Index(
        "(match_checked_at NULLS FIRST, id) WHERE is_reconciled IS NOT TRUE"
    )

    @api.depends("is_reconciled", "match_ids.state", "match_ids.score")
    @api.depends_context("lang")
    def _compute_best_match(self):
        """Show what a line was matched with, or the one proposal that stands out.

        Of proposals that fit equally none is the best: a person must look at them.
        """
        for line in self:
            state = "posted" if line.is_reconciled else "proposed"
            matches = line.match_ids.filtered(lambda each, s=state: each.state == s)
            best, rivals = matches[:1], matches[1:2]
            line.match_state = "matched" if line.is_reconciled else "proposed"
            if not matches and not line.is_reconciled:
                line.match_state = "open"
            if rivals and best.score - rivals.score < CLEAR_LEAD:
                line.best_match_id = False
                line.best_match_evidence = self.env._(
                    "%s proposals fit about equally: open the line and choose.",
                    len(matches),
                )
            else:
                line.best_match_id = best
                line.best_match_evidence = best._summary() if best else False

    @api.depends("transaction_details")
    def _compute_match_details(self):
        for line in self:
            line.match_details = "\n".join(_leaves(line.transaction_details))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not all(line.is_reconciled for line in lines):
            self._wake_match_job()
        return lines

    def action_undo_reconciliation(self):
        """Forget the partner too, where a match had inferred it: it may be wrong."""
        inferred = self.sudo().match_ids.filtered(
            lambda match: match.state == "posted" and match.partner_inferred
        )
        result = super().action_undo_reconciliation()
        for line in self & self.browse(inferred.statement_line_id.ids):
            line.partner_id = False
        return result

    # === AS VALUES === #

    @api.model
    def _to_match_domain(self):
        """Return the domain of lines that are for the engine to match."""
        return [
            ("is_reconciled", "=", False),
            ("amount", "!=", 0),
            ("move_id.state", "=", "posted"),
            *self._bank_domain(),
        ]

    @api.model
    def _bank_domain(self):
        """Return the domain of lines of real banks: gateways keep their own."""
        gateways = self.env["payment.provider"]._gateway_journals()
        return [
            ("journal_id.type", "in", ("bank", "credit")),
            ("journal_id", "not in", gateways.ids),
        ]

    def _is_unmatched(self):
        """Return whether nobody has begun to allocate this line."""
        self.ensure_one()
        _liquidity, suspense, others = self._seek_for_lines()
        return len(suspense) == 1 and not others and self.state == "posted"

    def _unmatched(self):
        """Return those of these lines that nobody has begun to allocate, in one query.

        As :meth:`_is_unmatched`; a line without an item on its journal's own account
        (the account was changed since) is looked at by itself.
        """
        self.env["account.move"].flush_model(["state"])
        self.env["account.move.line"].flush_model(["account_id", "move_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, bool_or(item.account_id = journal.default_account_id)
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_journal journal ON journal.id = move.journal_id
                  JOIN account_move_line item ON item.move_id = move.id
                 WHERE line.id = ANY(%s) AND move.state = 'posted'
              GROUP BY line.id
                HAVING COUNT(*) FILTER (
                           WHERE item.account_id = journal.suspense_account_id
                       ) = 1
                   AND (COUNT(*) = COUNT(*) FILTER (
                           WHERE item.account_id IN (
                               journal.default_account_id, journal.suspense_account_id
                           )
                       ) OR NOT bool_or(item.account_id = journal.default_account_id))
                """,
                self.ids,
            )
        )
        unmatched = self.browse([line for line, is_usual in rows if is_usual])
        unusual = self.browse([line for line, is_usual in rows if not is_usual])
        unmatched |= unusual.filtered(lambda line: line._is_unmatched())
        return self & unmatched

    def _match_currency(self):
        """Return the currency of the transaction, which may not be the journal's."""
        return self.foreign_currency_id or self.currency_id

    def _match_amount(self):
        """Return the amount in minor units of the transaction's currency."""
        return self._to_units(self._match_currency(), self._transaction_amount())

    def _transaction_amount(self):
        """Return the amount in the currency of the transaction."""
        return self.amount_currency if self.foreign_currency_id else self.amount

    def _partner_with(self, items):
        """Return the partner of the line, else the one whom all ``items`` are of."""
        partners = items.partner_id
        return self.partner_id or (partners if len(partners) == 1 else partners[:0])

    def _wait_reason(self):
        """Return in words why nobody may match this line yet; "" if one may."""
        self.ensure_one()
        return ""

    def _check_is_open(self):
        """Refuse to change a line that is allocated, or not to be matched yet.

        :raise UserError: in words for a person
        """
        if reason := self._wait_reason():
            raise UserError(reason)
        if not self._is_unmatched():
            raise UserError(
                self.env._("%s is matched already. Undo that first.", self.display_name)
            )

    @api.model
    def _to_units(self, currency, amount):
        """Return a major amount as an integer of the currency's decimal places."""
        return round(float(amount) * 10**currency.decimal_places)

    @api.model
    def _from_units(self, currency, units):
        """Return the major amount of integer ``units``."""
        return currency.round(units / 10**currency.decimal_places)

    def _bank_lines(self):
        """Return these lines, of one company, as the values that the engine reads."""
        payers = self._payers()
        learned = self.env["account.match.alias"]._payers(self.company_id)
        return [line._bank_line(payers, learned) for line in self]

    def _payers(self):
        """Return {account number: id of the commercial partner} of the other sides.

        An account of several partners tells nothing; neither does one of our own.
        """
        numbers = {sanitize_account_number(line.account_number) for line in self}
        company = self.company_id
        accounts = self.env["res.partner.bank"].search(
            [
                ("sanitized_acc_number", "in", list(numbers - {False, None, ""})),
                ("company_id", "in", (False, *company.ids)),
            ]
        )
        found = defaultdict(set)
        for account in accounts:
            partner = account.partner_id.commercial_partner_id
            found[account.sanitized_acc_number].add(partner.id)
        own = company.partner_id.commercial_partner_id.id
        return {
            number: partner
            for number, (partner, *others) in found.items()
            if not others and partner != own
        }

    def _bank_line(self, payers, learned):
        """Return this line as the value that the engine reads.

        :param dict payers: what :meth:`_payers` returned
        :param dict learned: what persons' choices made known of payers
        """
        self.ensure_one()
        payer, known_by = self._payer(payers, learned)
        return BankLine(
            id=self.id,
            company=self.company_id.id,
            amount=self._match_amount(),
            currency=self._match_currency().name,
            date=self.date,
            texts=self._match_texts(),
            partner=self.partner_id.commercial_partner_id.id or None,
            payer=payer,
            payer_known_by=known_by,
            charges=self._stated_charges(),
            policy=self.company_id._match_policy(self._match_currency()),
        )

    def _payer(self, payers, learned):
        """Return (id of the partner who paid, by what learned name it is known)."""
        payer = payers.get(sanitize_account_number(self.account_number))
        if payer or not learned:
            return payer, None
        for kind, value, shown in self.env["account.match.alias"]._of(self):
            if payer := learned.get((kind, value)):
                return payer, shown
        return None, None

    def _stated_charges(self):
        """Return the charges that the bank says it kept, in minor units; 0 if none."""
        if not self.company_id.match_charges_account_id:
            return 0
        currency = self._match_currency()
        return charges.stated(
            self._match_texts(),
            currency.name,
            currency.decimal_places,
            self._match_amount(),
        )

    def _match_texts(self):
        """Return all that the bank said about this line."""
        texts = [
            self.payment_ref,
            self.ref,
            html2plaintext(self.narration) if self.narration else None,
            self.partner_name,
            *_leaves(self.transaction_details),
        ]
        return tuple(text for text in dict.fromkeys(texts) if text)

    # === ACTIONS === #

    def action_match(self):
        """Match the selected lines now; many of them are left to the job."""
        self.env["account.match"].check_access("write")
        gateways = self.env["payment.provider"]._gateway_journals()
        lines = self.filtered(
            lambda line: not line.is_reconciled and line.journal_id not in gateways
        )
        log = self.env["account.match.log"]._begin("button")
        lines[:MATCH_AT_ONCE].with_context(match_log=log.id)._match("button")
        log._end()
        if len(lines) > MATCH_AT_ONCE:
            lines.match_checked_at = False
            self._wake_match_job()
        return self._notify_of_match(lines)

    def _notify_of_match(self, lines):
        matched = lines.filtered("is_reconciled")
        proposed = (lines - matched).filtered(
            lambda line: line.match_state == "proposed"
        )
        return _notification(
            self.env._(
                "%(matched)s matched, %(proposed)s with a proposal, %(rest)s without.",
                matched=len(matched),
                proposed=len(proposed),
                rest=len(lines - matched - proposed),
            ),
            "success" if matched else "info",
        )

    def action_accept_proposal(self):
        """Post the best proposal of each selected line; say what could not be."""
        accepted, errors = 0, []
        for line in self.filtered(lambda each: not each.is_reconciled):
            if not line.best_match_id:
                continue
            try:
                with self.env.cr.savepoint():
                    line.best_match_id.action_accept()
                    accepted += 1
            except UserError as error:
                errors.append(f"{line.payment_ref or line.name}: {error}")
        message = self.env._("%s accepted.", accepted)
        if not accepted and not errors:
            message = self.env._("No selected line has one proposal that stands out.")
        return _notification(
            "\n".join([message, *errors[:5]]), "warning" if errors else "success"
        )

    def action_undo_match(self):
        """Take back what the selected lines were matched with."""
        self.env["account.match"].check_access("write")
        matched = self.filtered("is_reconciled")
        matched.match_ids.action_undo()
        rest = matched.filtered("is_reconciled")
        rest.action_undo_reconciliation()
        rest._match("button", post=False)
        return True

    def action_open_match_entry(self):
        """Open the journal entry of this line."""
        self.ensure_one()
        return self.move_id._get_records_action(name=self.env._("Journal Entry"))


def _leaves(details):
    """Yield the texts of a bank's transaction details, however nested."""
    if isinstance(details, str):
        yield details
    elif isinstance(details, dict):
        for value in details.values():
            yield from _leaves(value)
    elif isinstance(details, list):
        for value in details:
            yield from _leaves(value)


def _notification(message, kind):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "message": message,
            "type": kind,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
