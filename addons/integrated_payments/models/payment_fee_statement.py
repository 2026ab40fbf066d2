from odoo import api, fields, models
from odoo.tools import date_utils

from .fields import MinorUnits

MONTHS_BACK = 13  # how far back months are stated or stated again


class PaymentFeeStatement(models.Model):
    """What a gateway kept for itself in one month and currency, by type of fee.

    **Nothing is counted twice.** The gateway takes each fee at once, so each fee is an
    expense at once, by the statement line of its movement::

        Dr Gateway fees         300.00
        Dr Tax on gateway fees   20.00   waits for the invoice that proves it
            Cr Gateway balance     320.00

    The monthly invoice of the gateway is then a vendor bill like any other, with the
    taxes of the vendor's fiscal position (reverse charge, or its own country's tax)::

        Dr Gateway fees         300.00
        Dr Input tax             20.00
            Cr Vendor payable      320.00

    and is paid by what was kept already. That settlement is posted with the bill and
    matched with it; it takes back what the statement lines had booked::

        Dr Vendor payable       320.00
            Cr Gateway fees        300.00
            Cr Tax on gateway fees  20.00

    What remains: the fee once, the tax where the tax report finds it, the vendor paid.
    A bill over another amount leaves just its difference open. When the bill is set to
    draft its settlement is reversed.
    """

    _name = "payment.fee.statement"
    _description = "Monthly fees of a payment gateway"
    _inherit = ["mail.thread"]
    _order = "month desc, provider_id, currency_id"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True, ondelete="cascade"
    )
    provider_name = fields.Char("Gateway", related="provider_id.name")
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    vendor_id = fields.Many2one(related="provider_id.fee_vendor_id", string="Vendor")
    month = fields.Date(required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_ids = fields.One2many(
        "payment.fee.statement.line", "statement_id", "Fees", readonly=True
    )
    amount = fields.Monetary("Fees Before Tax", compute="_compute_totals", store=True)
    tax = fields.Monetary("Tax on Fees", compute="_compute_totals", store=True)
    total = fields.Monetary(compute="_compute_totals", store=True)
    invoiced_minor = MinorUnits(compute="_compute_totals", store=True)
    invoiced = fields.Monetary(
        "To be Invoiced",
        compute="_compute_totals",
        store=True,
        help="What the gateway's own invoice should show: without what it took for"
        " others, as a platform or a tax office.",
    )
    unbooked_minor = MinorUnits(readonly=True)
    unbooked = fields.Monetary(
        "Not Booked as Fee",
        compute="_compute_notes",
        help="Fees of movements that wait to be posted or reviewed.",
    )
    late_minor = MinorUnits(readonly=True)
    late = fields.Monetary(
        "Came to Light Later",
        compute="_compute_notes",
        help="Fees of this month that became known after its bill was made.",
    )
    invoice_number = fields.Char("Gateway's Invoice", tracking=True, copy=False)
    invoice_date = fields.Date(copy=False)
    invoice_total = fields.Monetary(
        tracking=True, copy=False, help="As the gateway states it."
    )
    difference = fields.Monetary(
        compute="_compute_difference", help="Gateway's invoice less what it took."
    )
    state = fields.Selection(
        [
            ("open", "Invoice Expected"),
            ("agrees", "Agrees"),
            ("differs", "Differs"),
            ("drafted", "Draft Bill"),
            ("billed", "Billed"),
        ],
        "Status",
        compute="_compute_difference",
    )
    bill_id = fields.Many2one(
        "account.move", "Vendor Bill", readonly=True, copy=False, index="btree_not_null"
    )
    settlement_id = fields.Many2one(
        "account.move", readonly=True, copy=False, index="btree_not_null"
    )
    reason = fields.Char("To Do", readonly=True, help="Why the bill is not made.")

    _month_uniq = models.UniqueIndex(
        "(provider_id, month, currency_id)", "This month is already stated."
    )

    @api.depends("line_ids.amount_minor", "line_ids.tax_minor", "line_ids.on_invoice")
    def _compute_totals(self):
        for statement in self:
            lines, currency = statement.line_ids, statement.currency_id
            amount = sum(lines.mapped("amount_minor"))
            tax = sum(lines.mapped("tax_minor"))
            statement.amount = currency._from_minor(amount)
            statement.tax = currency._from_minor(tax)
            statement.total = currency._from_minor(amount + tax)
            invoiced = sum(
                line.amount_minor + line.tax_minor for line in lines if line.on_invoice
            )
            statement.invoiced_minor = invoiced
            statement.invoiced = currency._from_minor(invoiced)

    @api.depends("unbooked_minor", "late_minor")
    def _compute_notes(self):
        for statement in self:
            currency = statement.currency_id
            statement.unbooked = currency._from_minor(statement.unbooked_minor)
            statement.late = currency._from_minor(statement.late_minor)

    @api.depends("invoice_total", "invoiced", "bill_id.state")
    def _compute_difference(self):
        for statement in self:
            stated = statement.invoice_total
            difference = statement.currency_id.round(stated - statement.invoiced)
            statement.difference = difference if stated else 0.0
            if statement.bill_id:
                posted = statement.sudo().bill_id.state == "posted"
                statement.state = "billed" if posted else "drafted"
            elif not stated:
                statement.state = "open"
            else:
                statement.state = "differs" if difference else "agrees"

    @api.depends("month", "provider_id", "currency_id")
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = (
                f"{statement.provider_name} {statement.month:%Y-%m}"
                f" {statement.currency_id.name}"
            )

    def _last_day(self):
        return date_utils.end_of(self.month, "month")

    # === STATE THE MONTHS === #

    @api.model
    def _cron_state_months(self):
        """State the closed months of each gateway; make bills by the policy."""
        providers = self.env["payment.provider"].search([("books_mode", "!=", "off")])
        for provider in providers:
            self._state_months(provider)
            self._bill_by_policy(provider)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _state_months(self, provider):
        """State the closed months of ``provider`` that are not billed yet.

        :return: the payment.fee.statement records of these months
        """
        this_month = provider._proof_day(fields.Datetime.now()).replace(day=1)
        since = date_utils.subtract(this_month, months=MONTHS_BACK)
        stated = provider._fee_sums(since, this_month)
        booked = provider._booked_fees(since, this_month)
        known = self.search(
            [("provider_id", "=", provider.id), ("month", ">=", since)]
        ).grouped(lambda each: (each.month, each.currency_id.id))
        for key in sorted(stated, key=str):
            month, currency = key
            statement = known.get(key) or self.create(
                {
                    "provider_id": provider.id,
                    "month": month,
                    "currency_id": currency,
                }
            )
            statement._restate(stated[key], booked.get(key, {}))
        return self.search([("provider_id", "=", provider.id), ("month", ">=", since)])

    def _restate(self, rows, booked):
        """Replace the lines; those of a billed month stay, what came later is told.

        :param rows: create values of the lines
        :param booked: {account id: (amount, balance)} of the month's entries
        """
        total = sum(row["amount_minor"] + row["tax_minor"] for row in rows)
        if self.bill_id:
            before = sum(line.amount_minor + line.tax_minor for line in self.line_ids)
            self.late_minor = total - before
            return
        posted = sum(amount for amount, _balance in booked.values())
        to_minor = self.currency_id._to_minor
        self.write(
            {
                "line_ids": [
                    fields.Command.clear(),
                    *(fields.Command.create(row) for row in rows),
                ],
                "unbooked_minor": total - to_minor(posted),
                "late_minor": 0,
            }
        )

    def action_update(self):
        """State the month again from what is known now."""
        for provider in self.sudo().provider_id:
            self.sudo()._state_months(provider)

    def action_state_now(self):
        """State all closed months of the chosen companies' gateways now."""
        self.check_access("write")
        providers = self.env["payment.overview"]._providers()
        for provider in providers:
            self.sudo()._state_months(provider)
