from odoo import fields, models
from odoo.tools import SQL

from ..metrics.figures import HELP


class PaymentOperationsReport(models.Model):
    """One row per line of a bank's statement: who matched it, and how soon.

    Its ids are those of account.bank.statement.line. Gateways' own journals are none of
    it: their lines are made matched.
    """

    _name = "payment.operations.report"
    _inherit = "payment.board.table"
    _description = "Bank Matching Analysis"
    _auto = False
    _rec_name = "payment_ref"
    _order = "day desc, id desc"

    payment_ref = fields.Char("Label", readonly=True)
    day = fields.Date("Bank Date", readonly=True)
    year_later = fields.Date(
        "Bank Date a Year Later",
        readonly=True,
        help="To compare a period with the same one a year before.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    journal_id = fields.Many2one("account.journal", "Bank", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    how = fields.Selection(
        [
            ("engine", "By Itself"),
            ("accepted", "Proposal Accepted"),
            ("hand", "By Hand"),
            ("open", "Open"),
        ],
        "Matched",
        readonly=True,
    )
    decided_by_id = fields.Many2one("res.users", "By", readonly=True)
    arrived_at = fields.Datetime("Arrived in Odoo", readonly=True)
    matched_at = fields.Datetime(
        "Matched On",
        readonly=True,
        help="Unknown of lines that were booked without a match or an open item.",
    )
    bank_lines = fields.Integer(readonly=True, help=HELP["bank_lines"])
    matched_lines = fields.Integer("Reconciled Lines", readonly=True)
    engine_lines = fields.Integer("Matched by Itself", readonly=True)
    by_person = fields.Integer(
        "Matched by a Person", readonly=True, help=HELP["by_person"]
    )
    open_lines = fields.Integer("Still Open", readonly=True, help=HELP["open_lines"])
    engine_rate = fields.Float(
        "Rate Matched by Itself",
        readonly=True,
        aggregator="avg",
        help=HELP["engine_rate"],
    )
    matched_rate = fields.Float(
        "Rate Reconciled", readonly=True, aggregator="avg", help=HELP["matched_rate"]
    )
    hours_to_match = fields.Float("Hours to Match", readonly=True, aggregator="avg")
    hours_to_match_p50 = fields.Float(
        "Hours to Match, Median",
        readonly=True,
        aggregator="avg",
        help=HELP["hours_to_match_p50"],
    )
    hours_to_match_p90 = fields.Float(
        "Hours to Match, 90%",
        readonly=True,
        aggregator="avg",
        help=HELP["hours_to_match_p90"],
    )
    hand_hours = fields.Float("Hours by Hand", readonly=True, help=HELP["hand_hours"])
    saved_hours = fields.Float("Hours Saved", readonly=True, help=HELP["saved_hours"])

    _ratios = {
        "engine_rate": ("engine_lines", "bank_lines", 1),
        "matched_rate": ("matched_lines", "bank_lines", 1),
    }
    _percentiles = {
        "hours_to_match_p50": ("hours_to_match", 0.5),
        "hours_to_match_p90": ("hours_to_match", 0.9),
    }
    _depends = {
        "account.bank.statement.line": [
            "amount",
            "company_id",
            "is_reconciled",
            "journal_id",
            "move_id",
            "partner_id",
            "payment_ref",
        ],
        "account.journal": ["type"],
        "account.move": ["date", "state"],
        "account.move.line": ["move_id"],
        "account.partial.reconcile": ["credit_move_id", "debit_move_id"],
        "account.match": [
            "decided_at",
            "decided_by_id",
            "origin",
            "state",
            "statement_line_id",
        ],
        "res.company": ["payment_minutes_by_hand"],
    }

    @property
    def _table_query(self):
        gateways = self.env["payment.provider"]._gateway_journals().ids
        return SQL(
            """
            SELECT line.id, line.payment_ref, line.company_id, line.journal_id,
                   line.partner_id, match.decided_by_id,
                   move.date AS day,
                   (move.date + interval '1 year')::date AS year_later,
                   line.create_date AS arrived_at, matched.at AS matched_at,
                   how.name AS how,
                   1 AS bank_lines,
                   (how.name <> 'open')::int AS matched_lines,
                   (how.name = 'engine')::int AS engine_lines,
                   (how.name IN ('accepted', 'hand'))::int AS by_person,
                   (how.name = 'open')::int AS open_lines,
                   (how.name = 'engine')::int::float AS engine_rate,
                   (how.name <> 'open')::int::float AS matched_rate,
                   hours.taken AS hours_to_match, hours.taken AS hours_to_match_p50,
                   hours.taken AS hours_to_match_p90,
                   CASE WHEN how.name IN ('accepted', 'hand')
                        THEN company.payment_minutes_by_hand / 60.0 ELSE 0 END
                       AS hand_hours,
                   CASE WHEN how.name = 'engine'
                        THEN company.payment_minutes_by_hand / 60.0 ELSE 0 END
                       AS saved_hours
              FROM account_bank_statement_line line
              JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
              JOIN account_journal journal ON journal.id = line.journal_id
                   AND journal.type IN ('bank', 'credit')
              JOIN res_company company ON company.id = line.company_id
              LEFT JOIN LATERAL (
                   SELECT m.origin, m.decided_at, m.decided_by_id FROM account_match m
                   WHERE m.statement_line_id = line.id AND m.state = 'posted'
                   ORDER BY m.decided_at DESC NULLS LAST, m.id DESC LIMIT 1
              ) match ON line.is_reconciled
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN line.is_reconciled IS NOT TRUE THEN 'open'
                               WHEN match.origin = 'person' THEN 'accepted'
                               WHEN match.origin IS NOT NULL THEN 'engine'
                               ELSE 'hand' END AS name
              ) how
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN how.name = 'open' THEN NULL
                          ELSE COALESCE(match.decided_at, (
                              SELECT MAX(partial.create_date)
                              FROM account_move_line item
                              JOIN account_partial_reconcile partial
                                ON item.id IN (
                                    partial.debit_move_id, partial.credit_move_id)
                              WHERE item.move_id = move.id
                          )) END AS at
              ) matched
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN matched.at < line.create_date THEN 0
                          ELSE EXTRACT(EPOCH FROM matched.at - line.create_date)
                               / 3600.0 END::float AS taken
              ) hours
             WHERE line.amount <> 0 AND line.journal_id <> ALL(%s)
            """,
            gateways,
        )

    def action_open_line(self):
        """Open the bank line behind a row."""
        self.ensure_one()
        return (
            self.env["account.bank.statement.line"]
            .browse(self.id)
            ._get_records_action(name=self.payment_ref)
        )
