"""What is removed from a payload before it is stored (PCI DSS SAQ A, GDPR).

Brand, last4, expiry and fingerprint may be kept; full numbers, secrets and raw evidence
may not. Source: PCI DSS v4.0 requirement 3.3; Stripe's integration security guide.
"""

import re

SECRET_KEYS = frozenset(
    {
        "client_secret",
        "secret",
        "cvc",
        "cvv",
        "track1",
        "track2",
        "iban",
        "account_number",
        "evidence",
        "authorization",
        "api_key",
        "receipt_url",
        "hosted_instructions_url",
    }
)
REDACTED = "[redacted]"
_SECRET_VALUE = re.compile(
    r"\b(?:sk|rk)_(?:live|test)_\w+|\bwhsec_\w+|_secret_\w+"
    r"|\b[A-Z]{2}\d{2}(?:[A-Z0-9]{4}){3,7}[A-Z0-9]{0,3}\b"  # an IBAN in free text
)
_SPACED_IBAN = re.compile(  # as people write it: in groups of four
    r"\b(?=([A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?\b))"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL's JSON refuses them
_DIGIT_RUN = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])")


def redact(value):
    """Return ``value`` (any JSON value) without secrets, card numbers and IBANs."""
    if isinstance(value, dict):
        return {
            redact(key): REDACTED if key in SECRET_KEYS and item else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redact(item) for item in value]
    if isinstance(value, str):
        text = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        text = _without_spaced_ibans(_SECRET_VALUE.sub(REDACTED, text))
        return _DIGIT_RUN.sub(_redact_card, text)
    return value


def _without_spaced_ibans(text):
    """Return ``text`` without IBANs in groups of four, told by their check digits."""
    for found in reversed([*_SPACED_IBAN.finditer(text)]):
        # What is redacted already ends the groups; words may follow the last one.
        groups = text[found.start() : found.end(1)].partition("[")[0].split()
        for size in range(len(groups), 2, -1):
            iban = " ".join(groups[:size])
            if _is_iban(iban.replace(" ", "")):
                start, end = found.start(), found.start() + len(iban)
                text = text[:start] + REDACTED + text[end:]
                break
    return text


def _is_iban(letters):
    """Whether ``letters`` bear the check digits of an IBAN (ISO 13616, mod 97-10)."""
    digits = "".join(str(int(each, 36)) for each in letters[4:] + letters[:4])
    return 15 <= len(letters) <= 34 and int(digits) % 97 == 1


def _redact_card(match):
    digits = re.sub(r"\D", "", match.group())
    return REDACTED if _luhn(digits) else match.group()


def _luhn(digits):
    """Whether ``digits`` end in a valid Luhn check digit, as card numbers do."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        double = int(char) * (1 + index % 2)
        total += double - 9 if double > 9 else double
    return total % 10 == 0
