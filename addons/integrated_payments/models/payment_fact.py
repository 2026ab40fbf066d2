from datetime import timezone

from odoo import api, fields, models


class PaymentFact(models.AbstractModel):
    """What charges, balance transactions, payouts and disputes have in common.

    A fact is what a gateway stated: identified by provider and gateway id (unique in
    the database), amounts in minor units, never edited by people.
    """

    _name = "payment.fact"
    _description = "Fact stated by a payment gateway"
    _rec_name = "gateway_ref"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="provider_id.company_id", store=True, index=True
    )
    gateway_ref = fields.Char("Gateway ID", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    created_at = fields.Datetime("Date", readonly=True, index=True)

    @api.model
    def _upsert(self, provider, facts, values_of):
        """Store facts, once per gateway id, and bring known ones up to date.

        :param provider: the provider (one record) whose gateway stated the facts
        :param facts: values of ``gateway.types`` with a ``ref``
        :param values_of: function from a fact to the field values that may change
        :return: {gateway id: record}
        """
        facts = {fact.ref: fact for fact in facts}
        known = self.search(
            [("provider_id", "=", provider.id), ("gateway_ref", "in", list(facts))]
        )
        for record in known:
            record._write_changes(values_of(facts[record.gateway_ref]))
        seen = set(known.mapped("gateway_ref"))
        created = self.create(
            [
                {
                    "provider_id": provider.id,
                    "gateway_ref": fact.ref,
                    "currency_id": self._currency_of(fact).id,
                    "created_at": self._naive(fact.created),
                    **values_of(fact),
                }
                for fact in facts.values()
                if fact.ref not in seen
            ]
        )
        return {record.gateway_ref: record for record in known | created}

    def _write_changes(self, values):
        """Write only what differs, so that a repeated event touches no row."""
        self.ensure_one()
        changes = {
            name: value
            for name, value in values.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changes:
            self.write(changes)

    @api.model
    def _currency_of(self, fact):
        """Return the currency of a fact, active or not (facts are kept anyway)."""
        return self.env["res.currency"]._of_code(fact.currency)

    @staticmethod
    def _naive(moment):
        """Return an aware datetime as Odoo stores it (naive UTC, whole seconds)."""
        if not moment:
            return False
        return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
