from odoo import fields, models
from odoo.tools import SQL

from ..metrics.price_list import EEA

REGIONS = [
    ("domestic", "Domestic"),
    ("eea", "European Economic Area"),
    ("international", "International"),
]
FUNDING = [
    ("credit", "Credit Card"),
    ("debit", "Debit Card"),
    ("prepaid", "Prepaid Card"),
    ("unknown", "Card of Unknown Kind"),
]


class PaymentFeeReport(models.Model):
    """The payment analysis with what decides a fee: the card, and where it comes from.

    A refund bears the card of its payment. What the gateway did not tell stays empty.
    """

    _name = "payment.fee.report"
    _inherit = "payment.report"
    _description = "Fee Analysis"
    _auto = False

    funding = fields.Selection(FUNDING, "Kind of Card", readonly=True)
    card_country_id = fields.Many2one("res.country", readonly=True)
    region = fields.Selection(
        REGIONS,
        readonly=True,
        help="Of the card, else of the customer who pays without one, seen from the"
        " company's country.",
    )
    settled = fields.Boolean(
        "Fee Known", readonly=True, help="The gateway has stated what it cost."
    )
    charge_fees = fields.Monetary(
        "Fees on Payments",
        readonly=True,
        help="Of the fees, those on the payments themselves: without refunds and"
        " disputes.",
    )

    @property
    def _table_query(self):
        """The analysis, with the card that paid and the fee on the charge alone."""
        return SQL(
            """
            SELECT base.*, card.funding, card_country.id AS card_country_id,
                   CASE WHEN code.known IS NULL OR home.code IS NULL THEN NULL
                        WHEN code.known = home.code THEN 'domestic'
                        WHEN code.known = ANY(%(eea)s) AND home.code = ANY(%(eea)s)
                            THEN 'eea'
                        ELSE 'international' END AS region,
                   movement.settled,
                   base.fees * COALESCE(movement.share, 0) AS charge_fees
              FROM (%(base)s) AS base
              JOIN payment_transaction tx ON tx.id = base.id
              LEFT JOIN LATERAL (
                    SELECT charge.funding, charge.country_code
                      FROM payment_charge charge
                     WHERE charge.transaction_id
                           = COALESCE(tx.source_transaction_id, tx.id)
                       AND charge.state = 'succeeded'
                  ORDER BY charge.id DESC LIMIT 1) card ON TRUE
              CROSS JOIN LATERAL (
                    SELECT COUNT(*) > 0 AS settled,
                           SUM(m.fee) FILTER (WHERE m.category NOT LIKE 'dispute%%'
                                              AND m.category NOT LIKE 'refund%%')
                           / NULLIF(SUM(m.fee), 0) AS share
                      FROM payment_balance_transaction m
                     WHERE m.transaction_id = tx.id) movement
              JOIN payment_method method ON method.id = base.payment_method_id
              LEFT JOIN res_country customer ON customer.id = base.country_id
              CROSS JOIN LATERAL (
                    SELECT COALESCE(card.country_code, CASE WHEN method.code <> 'card'
                           THEN customer.code END) AS known) code
              LEFT JOIN res_country card_country
                ON card_country.code = card.country_code
              LEFT JOIN res_company company ON company.id = base.company_id
              LEFT JOIN res_partner address ON address.id = company.partner_id
              LEFT JOIN res_country home ON home.id = address.country_id
            """,
            base=super()._table_query,
            eea=sorted(EEA),
        )
