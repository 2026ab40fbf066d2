from odoo import fields, models
from odoo.tools import SQL

READERS = "integrated_payments.group_payment_user"


class CrmLead(models.Model):
    """Read under the reader's own rights, as on the contact itself."""

    _inherit = "crm.lead"

    payment_segment = fields.Selection(
        related="partner_id.payment_segment",
        string="Payment Segment",
        related_sudo=False,
        groups=READERS,
    )
    payment_grade = fields.Selection(
        related="partner_id.payment_grade", related_sudo=False, groups=READERS
    )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let leads be grouped by what is known of their customer."""
        names = ("payment_segment", "payment_grade")
        if field_expr not in names or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        joined = query.make_alias(alias, "payment_partner")
        query.add_join(
            "LEFT JOIN",
            joined,
            "res_partner",
            SQL(
                "%s = %s",
                SQL.identifier(alias, "partner_id"),
                SQL.identifier(joined, "id"),
            ),
        )
        return self.env["res.partner"]._field_to_sql(joined, field_expr, query)
