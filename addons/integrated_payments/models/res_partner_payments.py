"""What a salesperson or a support person sees of how a customer pays."""

from odoo import fields, models
from odoo.tools import SQL

READERS = "integrated_payments.group_payment_user"
MONTHS = 12


class ResPartner(models.Model):
    """Figures of the customer's company, in the companies that the reader chose.

    Of a contact, those of the company it belongs to. They are computed with more
    rights than the reader has: sums only, no entries.
    """

    _inherit = "res.partner"

    payment_currency_id = fields.Many2one(
        "res.currency", compute="_compute_payment_figures", compute_sudo=True
    )
    payment_open = fields.Monetary(
        "Owes",
        compute="_compute_payment_figures",
        compute_sudo=True,
        groups=READERS,
        currency_field="payment_currency_id",
        help="Open invoices less credits; negative is the customer's credit.",
    )
    payment_received = fields.Monetary(
        "Paid in 12 Months",
        compute="_compute_payment_figures",
        compute_sudo=True,
        groups=READERS,
        currency_field="payment_currency_id",
        help="Less what was paid back.",
    )
    payment_last_on = fields.Date(
        "Last Payment",
        compute="_compute_payment_figures",
        compute_sudo=True,
        groups=READERS,
    )
    payment_delay = fields.Float(
        "Average Delay",
        digits=(16, 1),
        compute="_compute_payment_figures",
        compute_sudo=True,
        groups=READERS,
        help="Days from the due date to the payment, of the invoices that were paid in"
        " the last 12 months; negative is early.",
    )
    payment_delay_count = fields.Integer(
        compute="_compute_payment_figures", compute_sudo=True, groups=READERS
    )
    payment_failed_count = fields.Integer(
        "Failed Payments",
        compute="_compute_payment_figures",
        compute_sudo=True,
        groups=READERS,
    )
    preferred_payment_method_id = fields.Many2one(
        "payment.method",
        "Pays Mostly by",
        compute="_compute_payment_figures",
        compute_sudo=True,
        groups=READERS,
    )

    def _compute_payment_figures(self):
        entities = self.commercial_partner_id
        members = self.with_context(active_test=False).search(
            [("commercial_partner_id", "in", entities.ids)]
        )
        received, last_on = members._payments_received()
        failed, methods = members._payments_tried()
        owed, delays = members._receivables(), entities._payment_delays()
        for partner in self:
            entity = partner.commercial_partner_id._origin
            delay, count = delays.get(entity.id, (0.0, 0))
            partner.update(
                {
                    "payment_currency_id": self.env.company.currency_id,
                    "payment_open": owed.get(entity, 0.0),
                    "payment_received": received.get(entity, 0.0),
                    "payment_last_on": last_on.get(entity),
                    "payment_delay": delay,
                    "payment_delay_count": count,
                    "payment_failed_count": failed.get(entity, 0),
                    "preferred_payment_method_id": methods.get(entity),
                }
            )

    def _payments_received(self):
        """Return ({entity: amount of the last months}, {entity: day of the last}).

        Amounts in the currency of the reader's company, by the rate of the payment.
        """
        rows = self.env["account.payment"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("partner_type", "=", "customer"),
                ("state", "in", ("in_process", "paid")),
                ("company_id", "in", self._payment_companies().ids),
            ],
            ["partner_id", "payment_type"],
            ["date:max"],
        )
        last_on = {}
        for partner, kind, day in rows:
            entity = partner.commercial_partner_id
            if kind == "inbound":
                last_on[entity] = max(last_on.get(entity, day), day)
        since = fields.Date.subtract(fields.Date.context_today(self), months=MONTHS)
        rows = self.env["account.payment"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("partner_type", "=", "customer"),
                ("state", "in", ("in_process", "paid")),
                ("company_id", "in", self._payment_companies().ids),
                ("date", ">=", since),
            ],
            ["partner_id"],
            ["amount_company_currency_signed:sum"],
        )
        received = {}
        for partner, amount in rows:
            entity = partner.commercial_partner_id
            received[entity] = received.get(entity, 0.0) + amount
        return received, last_on

    def _payments_tried(self):
        """Return ({entity: failed payments}, {entity: the method used most})."""
        rows = self.env["payment.transaction"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("operation", "not in", ("refund", "validation")),
                ("state", "in", ("done", "error", "cancel")),
                ("company_id", "in", self._payment_companies().ids),
            ],
            ["partner_id", "payment_method_id", "state"],
            ["__count"],
        )
        failed, used = {}, {}
        for partner, method, state, count in rows:
            entity = partner.commercial_partner_id
            if state == "done":
                methods = used.setdefault(entity, {})
                methods[method] = methods.get(method, 0) + count
            else:
                failed[entity] = failed.get(entity, 0) + count
        return failed, {
            entity: max(methods, key=lambda each: (methods[each], -each.id))
            for entity, methods in used.items()
        }

    def _receivables(self):
        """Return {entity: what it owes}, in the currency of the reader's company."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("partner_id", "in", self.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "in", self._payment_companies().ids),
            ],
            ["partner_id"],
            ["amount_residual:sum"],
        )
        owed = {}
        for partner, amount in rows:
            entity = partner.commercial_partner_id
            owed[entity] = owed.get(entity, 0.0) + amount
        return owed

    def _payment_delays(self):
        """Return {id of an entity: (average days, invoices)} of paid invoices."""
        if not self.ids:
            return {}
        self.env["account.move.line"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        since = fields.Date.subtract(fields.Date.context_today(self), months=MONTHS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.commercial_partner_id,
                       AVG(paid.day - line.date_maturity)::float,
                       COUNT(DISTINCT move.id)
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN LATERAL (
                       SELECT MAX(max_date) AS day
                         FROM account_partial_reconcile
                        WHERE debit_move_id = line.id
                       ) paid ON TRUE
                 WHERE move.move_type = 'out_invoice'
                   AND move.state = 'posted'
                   AND line.display_type = 'payment_term'
                   AND line.reconciled
                   AND paid.day >= %(since)s
                   AND move.company_id = ANY(%(companies)s)
                   AND move.commercial_partner_id = ANY(%(entities)s)
                 GROUP BY move.commercial_partner_id
                """,
                since=since,
                companies=self._payment_companies().ids,
                entities=self.ids,
            )
        )
        return {entity: (days, count) for entity, days, count in rows}

    def _payment_companies(self):
        """Return the companies whose amounts can be added up: one currency."""
        currency = self.env.company.currency_id
        return self.env.companies.filtered(lambda each: each.currency_id == currency)
