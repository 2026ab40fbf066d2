"""Verification of signed notifications.

Scheme: ``Stripe-Signature: t=<unix time>,v1=<hex HMAC-SHA256>[,v1=...]`` over
``"{t}.{raw body}"``. Several ``v1`` occur while a secret is rotated; ``v0`` is ignored.
Source: https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac
import time

from .errors import Refused

TOLERANCE = 300  # seconds, the vendor's own default
MAX_DIGITS = 12  # of a time; anybody can send a header


def parse_header(header):
    """Split a signature header.

    :param str header: value of ``Stripe-Signature``
    :return: (timestamp or None, list of ``v1`` signatures)
    """
    timestamp, signatures = None, []
    for part in (header or "").split(","):
        key, _, value = part.strip().partition("=")
        if key == "t" and value.isdecimal() and len(value) <= MAX_DIGITS:
            timestamp = int(value)
        elif key == "v1" and value and value.isascii():
            signatures.append(value)
    return timestamp, signatures


def sign(body, secret, timestamp):
    """Return the hex signature of raw ``body`` (bytes) at ``timestamp`` (unix s)."""
    signed = b"%d." % timestamp + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verify(body, header, secrets, now=None):
    """Check that ``body`` was signed with one of ``secrets`` within the tolerance.

    :param bytes body: raw request body
    :param str header: value of the signature header
    :param secrets: iterable of signing secrets, empty ones are ignored
    :param float now: unix time, for tests
    :return: the secret that matched
    :raise Refused: no_secret, no_signature, bad_signature or old_signature
    """
    known = [secret for secret in secrets if secret]
    if not known:
        raise Refused("no_secret")
    timestamp, signatures = parse_header(header)
    if timestamp is None or not signatures:
        raise Refused("no_signature")
    match = next(
        (
            secret
            for secret in known
            for signature in signatures
            if hmac.compare_digest(sign(body, secret, timestamp), signature)
        ),
        None,
    )
    if match is None:
        raise Refused("bad_signature")
    if abs((now or time.time()) - timestamp) > TOLERANCE:
        raise Refused("old_signature")
    return match
