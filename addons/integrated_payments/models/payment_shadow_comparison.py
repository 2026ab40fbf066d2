"""What would be posted, beside what the present books hold."""

from collections import defaultdict

from odoo import api, fields, models

from ..domain.postings import ROLES


class PaymentShadowComparison(models.Model):
    """A pilot's question: do the rules give what we book today?"""

    _name = "payment.shadow.comparison"
    _description = "Comparison of a gateway's shadow books with the present ones"
    _order = "id desc"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["payment.backfill"]._default_provider(),
    )
    provider_name = fields.Char("Gateway", related="provider_id.name")
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.subtract(fields.Date.context_today(self), months=3), "month"
        ),
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: fields.Date.context_today(self)
    )
    granularity = fields.Selection(
        [("day", "Day"), ("month", "Month")], "By", default="month", required=True
    )
    journal_ids = fields.Many2many(
        "account.journal",
        string="Only Journals",
        check_company=True,
        help="Where the present books use an account for more than the gateway.",
    )
    only_differences = fields.Boolean()
    mapping_ids = fields.One2many(
        "payment.shadow.mapping", "comparison_id", "Accounts of the Present Books"
    )
    line_ids = fields.One2many(
        "payment.shadow.comparison.line", "comparison_id", readonly=True
    )
    compared_at = fields.Datetime("Compared", readonly=True)
    compared_count = fields.Integer(readonly=True)
    difference_count = fields.Integer("Differences", readonly=True)

    @api.depends("provider_id", "date_from", "date_to")
    def _compute_display_name(self):
        for comparison in self:
            comparison.display_name = self.env._(
                "%(provider)s: shadow and present books",
                provider=comparison.sudo().provider_id.name or "",
            )

    @api.onchange("provider_id")
    def _onchange_provider(self):
        """Propose the accounts of the provider's own roles."""
        self.mapping_ids = [fields.Command.clear()] + [
            fields.Command.create({"role": role, "account_ids": accounts.ids})
            for role, accounts in self._proposed_accounts().items()
        ]

    @api.model_create_multi
    def create(self, vals_list):
        comparisons = super().create(vals_list)
        for comparison in comparisons.filtered(lambda each: not each.mapping_ids):
            comparison._onchange_provider()
        return comparisons

    def _proposed_accounts(self):
        """Return {role: accounts} as the provider's own books have them."""
        provider = self.sudo().provider_id
        if not provider:
            return {}
        journals = provider._books_journals()
        proposed = dict(provider._accounts_by_role())
        proposed["gateway"] = journals.default_account_id
        return {role: proposed[role] for role in ROLES if proposed.get(role)}

    # === COMPARING === #

    def action_compare(self):
        """Compute the comparison anew."""
        for comparison in self:
            comparison._compare()
        return True

    def _compare(self):
        self.ensure_one()
        groups = self._groups()
        group_of_role = {role: group for group in groups for role in group.roles}
        cells = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        for period, role, debit, credit in self._computed_rows():
            cell = cells[period, group_of_role[role]]
            cell[0] += debit
            cell[1] += credit
        for period, account, debit, credit in self._booked_rows(groups):
            group = next(each for each in groups if account in each.accounts)
            cell = cells[period, group]
            cell[2] += debit
            cell[3] += credit
        self._write_lines(cells)

    def _groups(self):
        """Return the groups of roles to compare: those that share an account are one.

        A role without an account in the present books is compared with nothing.
        """
        groups = []
        mapped = {line.role: line.account_ids for line in self.mapping_ids}
        for role in ROLES:
            accounts = mapped.get(role, self.env["account.account"])
            sharing = [each for each in groups if each.accounts & accounts]
            merged = _Group([role], accounts)
            for each in sharing:
                groups.remove(each)
                merged = _Group(each.roles + merged.roles, each.accounts | accounts)
                accounts = merged.accounts
            groups.append(merged)
        return groups

    def _range(self):
        return [("date", ">=", self.date_from), ("date", "<=", self.date_to)]

    def _computed_rows(self):
        """Return (period, role, debit, credit) of the shadow entries."""
        return self.env["payment.shadow.line"]._read_group(
            [("provider_id", "=", self.provider_id.id), *self._range()],
            [f"date:{self.granularity}", "role"],
            ["debit:sum", "credit:sum"],
        )

    def _booked_rows(self, groups):
        """Return (period, account, debit, credit) of the posted journal items."""
        accounts = [account for group in groups for account in group.accounts.ids]
        return self.env["account.move.line"]._read_group(
            [*self._ledger_domain(accounts), *self._range()],
            [f"date:{self.granularity}", "account_id"],
            ["debit:sum", "credit:sum"],
        )

    def _ledger_domain(self, account_ids):
        domain = [
            ("account_id", "in", account_ids),
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
        ]
        if self.journal_ids:
            domain.append(("journal_id", "in", self.journal_ids.ids))
        return domain

    def _write_lines(self, cells):
        currency, values, differences = self.currency_id, [], 0
        order = list(ROLES)
        for (period, group), cell in sorted(
            cells.items(),
            key=lambda item: (item[0][0], order.index(item[0][1].roles[0])),
        ):
            difference = currency.round(cell[0] - cell[1] - cell[2] + cell[3])
            differences += bool(difference)
            if difference or not self.only_differences:
                values.append(
                    {
                        "period": period,
                        "roles": group.roles,
                        "label": ", ".join(ROLES[role] for role in group.roles),
                        "account_ids": group.accounts.ids,
                        "computed_debit": cell[0],
                        "computed_credit": cell[1],
                        "booked_debit": cell[2],
                        "booked_credit": cell[3],
                        "difference": difference,
                    }
                )
        self.write(
            {
                "line_ids": [
                    fields.Command.clear(),
                    *(fields.Command.create(each) for each in values),
                ],
                "compared_at": fields.Datetime.now(),
                "compared_count": len(cells),
                "difference_count": differences,
            }
        )


class _Group:
    """Roles that the present books keep on the same accounts."""

    def __init__(self, roles, accounts):
        self.roles, self.accounts = list(roles), accounts


class PaymentShadowMapping(models.Model):
    """Which accounts of the present books hold what a role stands for."""

    _name = "payment.shadow.mapping"
    _description = "Accounts of the present books by role"
    _order = "comparison_id, id"
    _rec_name = "role"

    comparison_id = fields.Many2one(
        "payment.shadow.comparison", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="comparison_id.company_id", store=True)
    role = fields.Selection(list(ROLES.items()), required=True)
    account_ids = fields.Many2many(
        "account.account", string="Accounts", check_company=True
    )

    _role_uniq = models.UniqueIndex(
        "(comparison_id, role)", "Each role is mapped once: give it several accounts."
    )


class PaymentShadowComparisonLine(models.Model):
    """One period and role: the rules' side, the present books' side, the difference."""

    _name = "payment.shadow.comparison.line"
    _description = "Line of a shadow comparison"
    _order = "period, id"
    _rec_name = "label"

    comparison_id = fields.Many2one(
        "payment.shadow.comparison", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="comparison_id.currency_id")
    granularity = fields.Selection(related="comparison_id.granularity")
    company_id = fields.Many2one(related="comparison_id.company_id", store=True)
    period = fields.Date("First Day", readonly=True)
    period_label = fields.Char("Period", compute="_compute_period_label")
    roles = fields.Json(readonly=True)
    label = fields.Char("Kind", readonly=True)
    account_ids = fields.Many2many(
        "account.account", string="Present Accounts", readonly=True
    )
    computed_debit = fields.Monetary("Shadow: Debit", readonly=True)
    computed_credit = fields.Monetary("Shadow: Credit", readonly=True)
    booked_debit = fields.Monetary("Present: Debit", readonly=True)
    booked_credit = fields.Monetary("Present: Credit", readonly=True)
    difference = fields.Monetary(readonly=True)

    @api.depends("period", "comparison_id.granularity")
    def _compute_period_label(self):
        for line in self:
            day = fields.Date.to_string(line.period) or ""
            by_month = line.comparison_id.granularity == "month"
            line.period_label = day[:7] if by_month else day

    def _period_domain(self):
        comparison = self.comparison_id
        end = fields.Date.end_of(self.period, comparison.granularity)
        return [
            ("date", ">=", max(self.period, comparison.date_from)),
            ("date", "<=", min(end, comparison.date_to)),
        ]

    def action_view_computed(self):
        """List the items that would be posted, each with its movement."""
        self.ensure_one()
        return {
            **self.env["ir.actions.actions"]._for_xml_id(
                "integrated_payments.action_payment_shadow_line"
            ),
            "name": self.env._("Would Be Posted: %s", self.label),
            "domain": [
                ("provider_id", "=", self.comparison_id.sudo().provider_id.id),
                ("role", "in", self.roles),
                *self._period_domain(),
            ],
        }

    def action_view_booked(self):
        """List the journal items of the present books."""
        self.ensure_one()
        comparison = self.comparison_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Present Books: %s", self.label),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                *comparison._ledger_domain(self.account_ids.ids),
                *self._period_domain(),
            ],
        }
