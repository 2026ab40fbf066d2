from odoo import models

from ..metrics import definitions
from . import rollup_facts


class PaymentRollupBrief(models.Model):
    """The rollup by day, method and channel alone; payment.rollup reads it.

    A year of it is some thousand rows, where the whole rollup has as many as there are
    combinations of hours, countries, categories and salespeople.
    """

    _name = "payment.rollup.brief"
    _inherit = "payment.rollup"
    _description = "Payment Figures in Brief"
    _auto = False
    _order = "day desc, id"
    _stored = (*rollup_facts.BRIEF, *definitions.FACTS)
