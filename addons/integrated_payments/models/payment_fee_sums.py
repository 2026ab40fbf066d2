"""A month's fees, summed by the database: as stated, and as booked."""

from collections import defaultdict
from datetime import datetime, time, timezone

import pytz

from odoo import fields, models
from odoo.tools import SQL

from ..domain import fees
from ..domain.categories import MIRRORED

FEE_ROLES = ("fee", "fee_tax", "dispute_fee")


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    fee_vendor_id = fields.Many2one(
        "res.partner",
        "Fees Invoiced by",
        help="The gateway's company on its monthly invoice, for example Stripe Payments"
        " Europe. Its fiscal position decides on reverse charge.",
    )
    fee_statement_ids = fields.One2many(
        "payment.fee.statement", "provider_id", readonly=True
    )

    def _month_bounds(self, since, until):
        """Return the moments (naive UTC) at which two days of the company begin."""
        zone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        return tuple(
            zone.localize(datetime.combine(day, time.min))
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for day in (since, until)
        )

    def _fee_movements(self, since, until):
        """Return the movements from ``since`` to before ``until`` with their month.

        The month is that of the gateway's own date, in the company's time zone. What
        is in the opening line was billed before these books began.
        """
        self.env["payment.balance.transaction"].flush_model()
        first, after = self._month_bounds(since, until)
        return SQL(
            """
            SELECT id, currency_id, category, fee_minor, amount_minor, description,
                   CASE jsonb_typeof(fee_details) WHEN 'array' THEN fee_details
                        ELSE '[]'::jsonb END AS details, statement_line_id,
                   date_trunc('month', created_at AT TIME ZONE 'UTC'
                              AT TIME ZONE %(zone)s)::date AS month
              FROM payment_balance_transaction
             WHERE provider_id = %(provider)s
               AND created_at >= %(first)s AND created_at < %(after)s
               AND state <> 'opening'
               AND COALESCE(balance_type, '') NOT IN %(mirrored)s
            """,
            zone=self.company_id.partner_id.tz or "UTC",
            provider=self.id,
            first=first,
            after=after,
            mirrored=tuple(MIRRORED),
        )

    def _fee_sums(self, since, until):
        """Sum all fees that the gateway took, in one query.

        :return: {(month, currency id): create values of payment.fee.statement.line}
        """
        rows = self.env.execute_query(
            SQL(
                """
            WITH movement AS (%(movements)s), part AS (
                SELECT month, currency_id, category, detail->>0 AS kind,
                       detail->>2 AS description, (detail->>1)::bigint AS minor
                  FROM movement, jsonb_array_elements(details) AS detail
             UNION ALL
                SELECT month, currency_id, category, 'other', NULL,
                       fee_minor - COALESCE((SELECT sum((detail->>1)::bigint)
                         FROM jsonb_array_elements(details) AS detail), 0)
                  FROM movement
             UNION ALL
                SELECT month, currency_id, category, category, description,
                       -amount_minor
                  FROM movement WHERE category IN %(own)s)
            SELECT month, currency_id, category, kind,
                   regexp_replace(description, '\\s*\\(.*\\)\\s*$', ''),
                   sum(minor)::bigint, count(*)
              FROM part WHERE minor <> 0
          GROUP BY 1, 2, 3, 4, 5
          ORDER BY 1, 2, 3, 4, 5
                """,
                movements=self._fee_movements(since, until),
                own=tuple(fees.OWN_CATEGORIES),
            )
        )
        return self._lines_by_month(rows)

    def _lines_by_month(self, rows):
        """Merge what differs by category only: fees of the same account and type."""
        months = defaultdict(dict)
        for month, currency, category, kind, description, minor, count in rows:
            role = fees.role_of(category, kind)
            line = months[month, currency].setdefault(
                (role, kind, description or ""),
                {
                    "role": role,
                    "kind": kind,
                    "description": description or False,
                    "count": 0,
                    "amount_minor": 0,
                    "tax_minor": 0,
                },
            )
            line["count"] += count
            line["tax_minor" if fees.is_tax(kind) else "amount_minor"] += minor
        return {key: list(lines.values()) for key, lines in months.items()}

    def _booked_fees(self, since, until):
        """Sum what the movements' entries hold on the accounts of fees.

        :return: {(month, currency id): {account id: (amount, balance)}}, in the
            currency and in the company's
        """
        self.env["account.move.line"].flush_model()
        roles = self._accounts_by_role()
        accounts = tuple({roles[role].id for role in FEE_ROLES if role in roles})
        if not accounts:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
            WITH movement AS (%(movements)s)
            SELECT month, movement.currency_id, line.account_id,
                   sum(line.amount_currency), sum(line.balance)
              FROM movement
              JOIN account_move_line line
                ON line.statement_line_id = movement.statement_line_id
             WHERE line.account_id IN %(accounts)s AND line.parent_state = 'posted'
          GROUP BY 1, 2, 3
                """,
                movements=self._fee_movements(since, until),
                accounts=accounts,
            )
        )
        months = defaultdict(dict)
        for month, currency, account, amount, balance in rows:
            months[month, currency][account] = (float(amount), float(balance))
        return months
