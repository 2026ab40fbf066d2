"""References that are nearly an open item's: a slip of the pen, or cut off by the bank.

Both prove little by themselves. Invoice numbers run on, so that the next number is one
figure away: what names another document is never taken for a slip.
"""

from .keys import is_strong

MIN_LENGTH = 6  # of a reference with a slip
MIN_PART = 8  # of a reference that is cut off
MAX_MISSING = 4
KINDS = ("number", "reference", "vendor_number")


def slip(item, found, known):
    """Return (shown, value): the item's key and what the text has for it, or None.

    :param found: ``extract.references`` of the line
    :param known: values that name any document; they are no slips
    """
    for key in item.keys:
        if key.kind not in KINDS or len(key.value) < MIN_LENGTH:
            continue
        if not is_strong(key.value):
            continue
        for value in found:
            if value not in known and is_one_slip(value, key.value):
                return key.shown, value
    return None


def cut_off(item, found):
    """Return (shown, value) if the text ends or begins within the item's key."""
    for key in item.keys:
        if key.kind not in KINDS:
            continue
        for value, place in found.items():
            missing = len(key.value) - len(value)
            if len(value) < MIN_PART or not 0 < missing <= MAX_MISSING:
                continue
            if place.last and key.value.startswith(value):
                return key.shown, value
            if place.first and key.value.endswith(value):
                return key.shown, value
    return None


def is_one_slip(one, other):
    """Return whether one character is wrong, missing, too many or swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = _common(one, other)
    left, right = one[start:], other[start:]
    if len(one) != len(other):
        longer, shorter = sorted((left, right), key=len, reverse=True)
        return longer[1:] == shorter
    return left[1:] == right[1:] or (
        left[:2] == right[1::-1] and len(left) > 1 and left[2:] == right[2:]
    )


def _common(one, other):
    """Return how many characters both begin with."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
