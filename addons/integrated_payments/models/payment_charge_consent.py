"""That a customer agreed to be charged on due dates: who noted it, when, on what."""

from odoo import api, fields, models
from odoo.exceptions import UserError

HOW = [
    ("signed", "Signed order or contract"),
    ("email", "By e-mail"),
    ("phone", "By telephone"),
    ("portal", "In the portal"),
]


class PaymentChargeConsent(models.Model):
    """For one invoice, or for all invoices of a customer that fall due from now on.

    Withdrawn, never deleted: who was charged may ask years later by what right.
    """

    _name = "payment.charge.consent"
    _description = "Consent to automatic charges"
    _order = "id desc"
    _rec_name = "token_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    token_id = fields.Many2one(
        "payment.token", "Saved Method", required=True, readonly=True, index=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        readonly=True,
        index="btree_not_null",
        help="Empty: all invoices of the customer that fall due from then on.",
    )
    how = fields.Selection(HOW, "Agreed", required=True, readonly=True)
    note = fields.Char(readonly=True)
    given_by = fields.Many2one("res.users", "Recorded by", required=True, readonly=True)
    given_at = fields.Datetime("Recorded on", required=True, readonly=True)
    active = fields.Boolean(default=True, readonly=True)
    withdrawn_by = fields.Many2one("res.users", readonly=True)
    withdrawn_at = fields.Datetime(readonly=True)

    _invoice_uniq = models.UniqueIndex(
        "(move_id) WHERE active AND move_id IS NOT NULL",
        "This invoice has a consent already.",
    )
    _customer_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE active AND move_id IS NULL",
        "This customer has a consent already.",
    )

    @api.model
    def _give(self, partner, token, how, note=None, move=None):
        """Record a consent; it takes the place of the former one.

        :param move: the invoice it is for, None for all that fall due from today on
        :return: the consent
        """
        company = move.company_id if move else token.company_id
        entity = partner.commercial_partner_id
        former = self.search(
            [
                ("partner_id", "=", entity.id),
                ("company_id", "=", company.id),
                ("move_id", "=", move.id if move else False),
            ]
        )
        former._withdraw()
        consent = self.create(
            {
                "partner_id": entity.id,
                "company_id": company.id,
                "token_id": token.id,
                "move_id": move.id if move else False,
                "how": how,
                "note": note or False,
                "given_by": self.env.uid,
                "given_at": fields.Datetime.now(),
            }
        )
        consent._schedule_charges()
        return consent

    @api.model
    def _keep_newest(self, partners):
        """Withdraw the consents of customers who become one, but the newest.

        :param partners: the customers who will be one
        :return: the consents to all their invoices that are left, one per company
        """
        # Ordered by id, so the newest of a company comes first.
        consents = self.search(
            [("partner_id", "in", partners.ids), ("move_id", "=", False)]
        )
        kept = self.browse(
            found[0].id for found in consents.grouped("company_id").values()
        )
        (consents - kept)._withdraw()
        return kept

    def _withdraw(self):
        """End these consents: nothing is charged by them any more."""
        active = self.filtered("active")
        active.write(
            {
                "active": False,
                "withdrawn_by": self.env.uid,
                "withdrawn_at": fields.Datetime.now(),
            }
        )
        active.flush_recordset()
        active._schedule_charges()

    def _schedule_charges(self):
        for consent in self:
            consent._covered_invoices()._schedule_charge()

    def _covered_invoices(self):
        """Return the open invoices that this consent is about."""
        self.ensure_one()
        if self.move_id:
            return self.move_id
        return self.env["account.move"].search(
            [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", ">=", self.given_at.date()),
            ]
        )

    def action_withdraw(self):
        """Withdraw, as the customer wishes.

        :raise UserError: for who may not charge either
        """
        if not self.env.user.has_group("integrated_payments.group_payment_user"):
            raise UserError(
                self.env._("Ask a salesperson or accountant to withdraw this consent.")
            )
        self.check_access("read")
        self.sudo()._withdraw()
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class PaymentToken(models.Model):
    _inherit = "payment.token"

    def _handle_archiving(self):
        """A customer who removes a saved method is not charged by it any more."""
        result = super()._handle_archiving()
        self.env["payment.charge.consent"].sudo().search(
            [("token_id", "in", self.ids)]
        )._withdraw()
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    charge_consent_ids = fields.One2many(
        "payment.charge.consent", "partner_id", "Automatic Charges", readonly=True
    )
