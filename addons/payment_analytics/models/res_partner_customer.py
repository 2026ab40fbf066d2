"""A customer's segment, score and proposed terms on the contact itself."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

from ..metrics import rfm
from .payment_customer_snapshot import GRADES

READERS = "integrated_payments.group_payment_user"
MANAGER = "integrated_payments.group_payment_manager"
# {field of the contact: field of the snapshot}: may be searched and grouped by.
MIRRORED = {
    "payment_segment": "segment",
    "payment_score": "score",
    "payment_grade": "grade",
}


class ResPartner(models.Model):
    """Of a contact, what is known of the company it belongs to, as of the last night.

    In the company at hand, and only what the reader may see: a salesperson's own
    customers.
    """

    _inherit = "res.partner"

    payment_snapshot_ids = fields.One2many(
        "payment.customer.snapshot", "partner_id", readonly=True, groups=READERS
    )
    payment_snapshot_id = fields.Many2one(
        "payment.customer.snapshot",
        "Customer by Payments",
        compute="_compute_payment_snapshot",
        groups=READERS,
    )
    payment_segment = fields.Selection(
        list(rfm.SEGMENTS.items()),
        "Segment",
        compute="_compute_payment_snapshot",
        search="_search_payment_segment",
        groups=READERS,
        help="By recency, frequency and money of the payments, as of the last night.",
    )
    payment_score = fields.Integer(
        compute="_compute_payment_snapshot",
        search="_search_payment_score",
        groups=READERS,
    )
    payment_grade = fields.Selection(
        GRADES,
        compute="_compute_payment_snapshot",
        search="_search_payment_grade",
        groups=READERS,
        help="How well the customer pays: A well, D in advance only.",
    )
    payment_reasons = fields.Text(
        "Why", compute="_compute_payment_snapshot", groups=READERS
    )
    payment_proposed_term_id = fields.Many2one(
        "account.payment.term",
        "Proposed Terms",
        compute="_compute_payment_snapshot",
        groups=READERS,
    )
    payment_proposed_limit = fields.Monetary(
        "Proposed Credit Limit",
        compute="_compute_payment_snapshot",
        currency_field="payment_currency_id",
        groups=READERS,
    )

    @api.depends_context("company", "uid")
    @api.depends("commercial_partner_id")
    def _compute_payment_snapshot(self):
        entities = self.commercial_partner_id._origin
        snapshots = self.env["payment.customer.snapshot"]
        found = snapshots.search(
            [
                ("partner_id", "in", entities.ids),
                ("company_id", "=", self.env.company.id),
            ]
        ).grouped("partner_id")
        for partner in self:
            known = found.get(partner.commercial_partner_id._origin, snapshots)
            partner.payment_snapshot_id = known
            for name, source in MIRRORED.items():
                partner[name] = known[source]
            partner.payment_reasons = known.reasons_text
            partner.payment_proposed_term_id = known.payment_term_id
            partner.payment_proposed_limit = known.credit_limit

    # === SEARCH AND GROUP === #

    def _search_payment_segment(self, operator, value):
        return self._search_snapshot("segment", operator, value)

    def _search_payment_score(self, operator, value):
        return self._search_snapshot("score", operator, value)

    def _search_payment_grade(self, operator, value):
        return self._search_snapshot("grade", operator, value)

    @api.model
    def _search_snapshot(self, name, operator, value):
        """Return the domain of the contacts whose entity's snapshot fits."""
        if operator not in ("in", "<", ">", "<=", ">="):
            return NotImplemented
        unknown = operator == "in" and False in value
        if operator == "in":
            value = [each for each in value if each is not False]
        domain = self._in_snapshots([(name, operator, value)])
        if unknown:
            domain |= ~self._in_snapshots([(name, "!=", False)])
        return domain

    @api.model
    def _in_snapshots(self, domain):
        query = self._visible_snapshots(domain)
        entities = query.subselect(SQL.identifier(query.table, "partner_id"))
        return Domain("commercial_partner_id", "in", entities)

    @api.model
    def _visible_snapshots(self, domain=()):
        """Return the query of the snapshots that the reader may see."""
        company = Domain("company_id", "=", self.env.company.id)
        return self.env["payment.customer.snapshot"]._search(company & Domain(domain))

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let contacts be grouped and sorted by what their entity's snapshot says."""
        if field_expr not in MIRRORED or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        joined = query.make_alias(alias, "payment_snapshot")
        visible = self._visible_snapshots()
        query.add_join(
            "LEFT JOIN",
            joined,
            visible.subselect(SQL("%s.*", SQL.identifier(visible.table))),
            SQL(
                "%s = %s",
                SQL.identifier(joined, "partner_id"),
                SQL.identifier(alias, "commercial_partner_id"),
            ),
        )
        return SQL.identifier(joined, MIRRORED[field_expr])

    # === ACTIONS === #

    def action_view_payment_snapshot(self):
        """Open what is known of how the customer pays."""
        self.ensure_one()
        return self.payment_snapshot_id._get_records_action()

    def action_apply_proposed_terms(self):
        """Give these customers the terms and the limit proposed for them.

        :raise AccessError: for who may not manage payments
        :raise UserError: if nothing is proposed
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only accounting may change credit terms."))
        entities = self.commercial_partner_id
        entities.check_access("write")
        known = entities.filtered("payment_grade")
        if not known:
            raise UserError(
                self.env._(
                    "Nothing is proposed: nothing is known yet of how %s pays.",
                    entities[:1].display_name,
                )
            )
        for partner in known:
            partner._apply_proposed_terms()

    def _apply_proposed_terms(self):
        """Change terms and limit, and say in the chatter from what, to what and why.

        A limit of zero is none in Odoo: of who is to pay in advance it is left as it
        is, since the terms already say so.
        """
        before = self._credit_in_words()
        values = {}
        if self.payment_proposed_term_id:
            values["property_payment_term_id"] = self.payment_proposed_term_id.id
        if self.payment_proposed_limit:
            values["credit_limit"] = self.payment_proposed_limit
        self.write(values)
        self.message_post(
            body=self.env._(
                "Credit terms applied as proposed: %(after)s (before: %(before)s)."
                " Payment score %(score)s, grade %(grade)s. %(why)s",
                after=self._credit_in_words(),
                before=before,
                score=self.payment_score,
                grade=self.payment_grade,
                why="; ".join((self.payment_reasons or "").splitlines()),
            )
        )

    def _credit_in_words(self):
        """Return terms and limit, in the company at hand."""
        currency = self.env.company.currency_id
        limit = self.credit_limit
        return self.env._(
            "%(term)s, %(limit)s",
            term=self.property_payment_term_id.name or self.env._("no terms"),
            limit=format_amount(self.env, limit, currency)
            if limit
            else self.env._("no limit"),
        )
