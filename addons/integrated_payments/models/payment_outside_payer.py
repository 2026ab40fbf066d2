"""Two workers must not create the same new customer."""

import hashlib

from odoo import api, fields, models


class PaymentOutsidePayer(models.Model):
    """One row per e-mail or phone of which a customer was made, kept for a day.

    Two payments of one newcomer may be worked on at the same time: neither worker sees
    the customer that the other one creates. Both write the same row, so that PostgreSQL
    reports a conflict to the second one, who starts over and finds the customer.
    """

    _name = "payment.outside.payer"
    _description = "Newcomer among the payers outside Odoo"
    _log_access = False

    contact = fields.Char(required=True, readonly=True, help="A digest: nobody's data.")
    claimed_at = fields.Datetime(required=True, readonly=True, index=True)

    _contact_uniq = models.UniqueIndex("(contact)", "This payer is known already.")

    @api.model
    def _claim(self, company, contacts):
        """Take the right to create a customer of these contacts.

        :param contacts: normalised e-mails and phones, empty ones are left out
        :raise psycopg2.OperationalError: another worker created it since this database
            transaction began: to be started over
        """
        now = fields.Datetime.now()
        # Without the ORM: its INSERT would fail for good where this one is repeated.
        for contact in sorted(filter(None, contacts)):
            digest = hashlib.sha256(f"{company.id} {contact}".encode()).hexdigest()
            self.env.cr.execute(
                "INSERT INTO payment_outside_payer (contact, claimed_at)"
                " VALUES (%s, %s) ON CONFLICT (contact)"
                " DO UPDATE SET claimed_at = EXCLUDED.claimed_at",
                [digest, now],
            )

    @api.autovacuum
    def _gc_claims(self):
        """Forget who came long ago: their customer is seen by everybody."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.search([("claimed_at", "<", limit)]).unlink()
