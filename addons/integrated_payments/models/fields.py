"""A field for integer minor units: Odoo's Integer is too small for large sums."""

from odoo import fields


class MinorUnits(fields.Integer):
    """An amount in the gateway's integer minor units, stored as 64 bits."""

    _column_type = ("int8", "int8")
