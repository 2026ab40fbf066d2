from odoo import api, fields, models

READERS = "integrated_payments.group_payment_user"


class PaymentCreditMixin(models.AbstractModel):
    """How the customer of a document pays, told where one decides on it.

    A proposal: nothing is held or changed by it.
    """

    _name = "payment.credit.mixin"
    _description = "Credit Notice"

    payment_snapshot_id = fields.Many2one(
        "payment.customer.snapshot", compute="_compute_payment_credit", groups=READERS
    )
    payment_grade = fields.Char(compute="_compute_payment_credit", groups=READERS)
    payment_credit_text = fields.Char(compute="_compute_payment_credit", groups=READERS)
    payment_reasons = fields.Text(compute="_compute_payment_credit", groups=READERS)
    payment_credit_warning = fields.Char(
        compute="_compute_payment_credit", groups=READERS
    )

    def _credit_amount(self):
        """Return what this document would add to what is owed, company currency."""
        raise NotImplementedError

    def _is_credit_decision(self):
        """Whether one still decides on this document."""
        raise NotImplementedError

    def _credit_snapshots(self):
        """Return {(company, customer): snapshot} that the reader may see."""
        found = self.env["payment.customer.snapshot"].search(
            [
                ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        return {(each.company_id, each.partner_id): each for each in found}

    @api.depends_context("uid")
    @api.depends("partner_id", "company_id", "amount_total", "state")
    def _compute_payment_credit(self):
        snapshots = self._credit_snapshots()
        none = self.env["payment.customer.snapshot"]
        for document in self:
            customer = document.partner_id.commercial_partner_id
            known = snapshots.get((document.company_id, customer), none)
            known = known if document._shows_credit() else none
            document.payment_snapshot_id = known
            document.payment_grade = known.grade
            document.payment_reasons = known.reasons_text if known else False
            document.payment_credit_text = known.grade and known._credit_text()
            decides = known.grade and document._is_credit_decision()
            document.payment_credit_warning = decides and known._credit_warning(
                document._credit_amount()
            )

    def _shows_credit(self):
        """Whether this is a document of a customer at all."""
        return True

    def action_view_payment_snapshot(self):
        """Open what is known of how the customer pays."""
        self.ensure_one()
        return self.payment_snapshot_id._get_records_action()
