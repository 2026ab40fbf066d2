"""What a bank line's text says that the banks kept of a payment."""

import re

from .keys import fold

MAX_PERCENT = 10  # of the line: more is no charge but something else

_WORD = (
    r"/?\b(?:CHGS|CHARGES?|BANK FEES?|ENTGELTE?|SPESEN|GEBUE?HR(?:EN)?|FRAIS"
    r"|COMMISSIONI?|COMISION(?:ES)?|GASTOS|KOSTEN)\b[\s:/=]*"
)
_STATED = re.compile(
    _WORD + r"(?P<before>[A-Z]{3})?\s*(?P<whole>[0-9]{1,6})[.,](?P<part>[0-9]{2,3})"
    r"(?![0-9.,])\s*(?P<after>[A-Z]{3}\b)?"
)


def stated(texts, currency, decimals, amount):
    """Return the charges that the texts state, in minor units; 0 if none or unclear.

    :param currency: code of the line's currency; charges in another do not count
    :param decimals: decimal places of the currency
    :param amount: of the line in minor units
    """
    found = {
        int(hit["whole"] + hit["part"])
        for text in texts
        for hit in _STATED.finditer(fold(text))
        if len(hit["part"]) == decimals and _is_in(hit, currency)
    }
    charges = found.pop() if len(found) == 1 else 0
    return charges if charges * 100 <= abs(amount) * MAX_PERCENT else 0


def _is_in(hit, currency):
    return (hit["before"] or currency) == currency
