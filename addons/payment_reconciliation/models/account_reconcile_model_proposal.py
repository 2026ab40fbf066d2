"""Models that are proposed because a person has booked the same thing several times."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..matching import rules

LOOK_BACK = "1 year"
MANAGER = "integrated_payments.group_payment_manager"


class AccountReconcileModel(models.Model):
    _name = "account.reconcile.model"
    _inherit = ["account.reconcile.model", "mail.activity.mixin"]

    proposal_state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("dismissed", "Dismissed"),
        ],
        "Proposal",
        readonly=True,
        copy=False,
    )
    proposal_key = fields.Char(readonly=True, copy=False)
    proposal_reason = fields.Char(readonly=True, copy=False)

    _proposal_key_uniq = models.UniqueIndex(
        "(company_id, proposal_key) WHERE proposal_key IS NOT NULL",
        "This was proposed already.",
    )

    @api.model
    def _cron_propose(self):
        """Propose models for what persons have booked again and again."""
        companies = self.env["res.company"].search([])
        for done, company in enumerate(companies, 1):
            self.with_company(company)._propose_from_ledger(company)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - done)

    @api.model
    def _propose_from_ledger(self, company):
        """Make an archived model of each habit that none takes and nobody dismissed.

        :return: the models that are proposed
        """
        rows = self._booked_by_hand(company)
        by_key = rules.habits(
            (row["payment_ref"], row["amount"] > 0, row["account_id"], row)
            for row in rows
        )
        known = (
            self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "=", company.id), ("proposal_key", "!=", False)])
        )
        known_keys = set(known.mapped("proposal_key"))
        proposed = self.sudo().browse()
        for (account, is_in, words), booked in by_key.items():
            key = f"{account}:{'in' if is_in else 'out'}:{' '.join(words)}"
            if key in known_keys or self._is_covered(company, booked):
                continue
            model = self.sudo().create(
                self._prepare_proposal(company, key, words, booked)
            )
            model._ask(booked[0]["person"])
            proposed |= model
        return proposed

    @api.model
    def _booked_by_hand(self, company):
        """Return bank lines whose one counterpart a person chose, newest first.

        Read from the ledger: no match, no model, no payment and no document made them.
        """
        for model in ("account.move.line", "account.bank.statement.line"):
            self.env[model].flush_model()
        self.env["account.match"].flush_model(["state", "statement_line_id"])
        gateways = self.env["payment.provider"].sudo()._gateway_journals()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.payment_ref, line.amount,
                       MIN(item.account_id) AS account_id,
                       MAX(move.write_uid) AS person
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_journal journal ON journal.id = move.journal_id
                  JOIN account_move_line item
                    ON item.move_id = move.id
                   AND item.account_id != journal.default_account_id
                   AND item.tax_line_id IS NULL
                  JOIN account_account account ON account.id = item.account_id
                 WHERE line.is_reconciled
                   AND move.state = 'posted'
                   AND move.company_id = %(company)s
                   AND move.date > CURRENT_DATE - %(look_back)s::interval
                   AND NOT (journal.id = ANY(%(gateways)s))
                   AND NOT EXISTS (
                       SELECT 1 FROM account_match match
                        WHERE match.statement_line_id = line.id
                          AND match.state = 'posted')
              GROUP BY line.id
                HAVING COUNT(DISTINCT item.account_id) = 1
                   AND bool_and(
                       account.account_type NOT IN (
                           'asset_receivable', 'liability_payable', 'off_balance')
                       AND item.account_id != journal.suspense_account_id
                       AND item.reconcile_model_id IS NULL
                       AND NOT item.reconciled)
              ORDER BY line.id DESC
                """,
                company=company.id,
                look_back=LOOK_BACK,
                gateways=gateways.ids,
            )
        )

    @api.model
    def _is_covered(self, company, booked):
        """Whether a model that is in use takes these lines already."""
        lines = self.env["account.bank.statement.line"].browse(
            [row["id"] for row in booked]
        )
        models_ = self._for_matching(company)
        return len(lines._first_models(models_)) == len(lines)

    @api.model
    def _prepare_proposal(self, company, key, words, booked):
        """Return the values of a model for a habit; archived until it is accepted."""
        labels = [row["payment_ref"] or "" for row in booked]
        condition, text = rules.condition_for(words, labels)
        account = self.env["account.account"].browse(booked[0]["account_id"])
        name = " ".join(words).capitalize()
        taxes = self._taxes_of(booked)
        return {
            "name": name,
            "company_id": company.id,
            "active": False,
            "trigger": "manual",
            "match_label": condition,
            "match_label_param": text,
            "proposal_state": "proposed",
            "proposal_key": key,
            "proposal_reason": self.env._(
                '"%(words)s" was booked %(count)s times on %(account)s by hand. Accept '
                "to have it proposed from now on, or dismiss it for good.",
                words=name,
                count=len(booked),
                account=account.with_company(company).display_name,
            ),
            "line_ids": [
                Command.create(
                    {"account_id": account.id, "tax_ids": [Command.set(taxes.ids)]}
                )
            ],
        }

    @api.model
    def _taxes_of(self, booked):
        """Return the taxes that all of the bookings have."""
        lines = self.env["account.bank.statement.line"].browse(
            [row["id"] for row in booked]
        )
        found = {line.move_id.line_ids.tax_ids for line in lines}
        return found.pop() if len(found) == 1 else self.env["account.tax"]

    def _ask(self, person):
        """Ask who booked last, or else a manager of payments."""
        self.ensure_one()
        users = self.env["res.users"].sudo()
        asked = users.browse(person or []).filtered(
            lambda user: user.active and not user.share and user.has_group(MANAGER)
        )
        asked = asked or users.search(
            [
                ("all_group_ids", "in", self.env.ref(MANAGER).ids),
                ("company_ids", "in", self.company_id.ids),
                ("share", "=", False),
            ],
            limit=1,
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Book this by a model from now on?"),
            note=self.proposal_reason,
            user_id=asked.id or self.env.uid,
        )

    # === ACTIONS === #

    def action_accept_proposal(self):
        """Put the proposed models to use; they propose and do not post."""
        proposed = self.filtered(lambda each: each.proposal_state == "proposed")
        proposed.write({"active": True, "proposal_state": "accepted"})
        proposed.activity_feedback(["mail.mail_activity_data_todo"])
        return True

    def action_dismiss_proposal(self):
        """Take the proposals off the list, for good."""
        proposed = self.filtered(lambda each: each.proposal_state == "proposed")
        proposed.write({"proposal_state": "dismissed"})
        proposed.activity_unlink(["mail.mail_activity_data_todo"])
        return True


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _synchronize_from_moves(self, changed_fields):
        """Look for habits soon after a person has booked a bank line."""
        result = super()._synchronize_from_moves(changed_fields)
        is_job = self.env.uid == SUPERUSER_ID or "match_log" in self.env.context
        if "line_ids" in changed_fields and not is_job:
            if any(line.is_reconciled for line in self):
                self._wake_habit_job()
        return result

    @api.model
    def _wake_habit_job(self):
        """Have habits looked for in some minutes; once per database transaction."""
        said = self.env.cr.precommit.data
        cron = self.env.ref("payment_reconciliation.cron_propose_models", False)
        if cron and not said.get("payment_reconciliation.habits"):
            said["payment_reconciliation.habits"] = True
            at = fields.Datetime.add(fields.Datetime.now(), minutes=10)
            cron.sudo()._trigger(at)
