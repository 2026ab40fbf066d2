from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..metrics import thresholds

KEY = ("kind", "network", "level", "region", "company_id", "provider_id", "method_id")


class PaymentThreshold(models.Model):
    """A limit that others set: a card network's programme, or the gateway's contract.

    Limits change; each is a row with the days between which it holds, and a source.
    """

    _name = "payment.threshold"
    _description = "Limit for Payments"
    _order = "kind, network, region, level, valid_from desc, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("disputes", "Disputes of a Card Network"),
            ("fees", "Fees by Contract"),
        ],
        required=True,
        default="fees",
        help="Disputes: fraud reports and disputes per settled payment of a network.\n"
        "Fees: the share of the value that the gateway may take.",
    )
    network = fields.Selection([("visa", "Visa"), ("mastercard", "Mastercard")])
    level = fields.Selection(
        [
            ("merchant", "Merchant, Excessive"),
            ("merchant_high", "Merchant, High Excessive"),
            ("acquirer_standard", "Acquirer, Above Standard"),
            ("acquirer", "Acquirer, Excessive"),
        ],
        help="Merchants are warned by their own level. The acquirer's limits are for"
        " all its merchants together; they explain why a gateway acts earlier.",
    )
    region = fields.Selection(
        [("world", "All Others"), ("mena", "Middle East and North Africa")],
        help="Of the company's country. Empty: everywhere.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: holds for all companies."
    )
    provider_id = fields.Many2one("payment.provider", ondelete="cascade")
    method_id = fields.Many2one("payment.method", "Payment Method", ondelete="cascade")
    limit = fields.Float(
        required=True,
        digits=(16, 6),
        aggregator="max",
        help="A share: 1.5% of the payments, say.",
    )
    min_cases = fields.Integer(
        "Only from",
        aggregator="max",
        help="The programme looks at nobody with fewer cases in a month.",
    )
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(help="The last day on which it holds. Empty: until changed.")
    source = fields.Char(help="Where it is stated: a page or the contract.")
    checked_on = fields.Date("Looked Up on")
    note = fields.Char()
    rule_key = fields.Char(compute="_compute_rule_key", store=True)
    in_force = fields.Boolean(compute="_compute_in_force", search="_search_in_force")

    _dates = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_to >= valid_from)",
        "A limit cannot end before it begins.",
    )
    _share = models.Constraint(
        'CHECK ("limit" > 0 AND "limit" <= 1)',
        "A limit is a share above 0 and up to 100%.",
    )
    # A range of one number stands for the key: no extension of PostgreSQL is needed.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist ("
        "int8range(hashtext(rule_key)::bigint, hashtext(rule_key)::bigint, '[]')"
        " WITH &&, daterange(valid_from, valid_to, '[]') WITH &&)"
        " WHERE (rule_key IS NOT NULL)",
        "There is such a limit for some of these days already. Let it end first.",
    )

    @api.depends(*KEY)
    def _compute_rule_key(self):
        """Name what a limit is about: of one thing only one limit may hold."""
        for limit in self:
            limit.rule_key = ":".join(
                str(value.id if isinstance(value, models.BaseModel) else value or "")
                for value in (limit[name] for name in KEY)
            )

    @api.depends("valid_from", "valid_to")
    def _compute_in_force(self):
        today = fields.Date.context_today(self)
        for limit in self:
            limit.in_force = bool(
                limit.valid_from
                and limit.valid_from <= today
                and (not limit.valid_to or today <= limit.valid_to)
            )

    @api.model
    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        return [
            ("valid_from", "<=", today),
            "|",
            ("valid_to", "=", False),
            ("valid_to", ">=", today),
        ]

    @api.constrains("kind", "network", "level")
    def _check_network(self):
        for limit in self:
            if limit.kind == "disputes" and not (limit.network and limit.level):
                raise ValidationError(
                    self.env._("A limit of disputes needs its network and its level.")
                )

    # === SELECTION === #

    @api.model
    def _rows(self, company, kind):
        """Return the limits of one kind that may hold for a company, as pure rows.

        :return: {id: payment.threshold}, [thresholds.Row]
        """
        found = self.search(
            [("kind", "=", kind), ("company_id", "in", [False, company.id])]
        )
        rows = [
            thresholds.Row(
                limit.id, limit.valid_from, limit.valid_to or None, limit._scope()
            )
            for limit in found
        ]
        return {limit.id: limit for limit in found}, rows

    def _scope(self):
        return {
            "network": self.network or None,
            "level": self.level or None,
            "region": self.region or None,
            "company": self.company_id.id or None,
            "provider": self.provider_id.id or None,
            "method": self.method_id.id or None,
        }

    @api.model
    def _in_force(self, company, kind, day, **asked):
        """Return the limit that holds for a company on a day, empty if there is none.

        :param asked: network, level, provider and method (ids) where they are known
        """
        limits, rows = self._rows(company, kind)
        row = thresholds.in_force(
            rows,
            day,
            company=company.id,
            region=thresholds.region_of(company.country_id.code),
            **asked,
        )
        return limits[row.id] if row else self.browse()
