"""Typed failures of a gateway or of an event: what happens next is in the type."""


class GatewayError(Exception):
    """Base of all failures; the message is written for the person who reads it."""


class RetryLater(GatewayError):
    """A failure that may pass by itself: network, rate limit, not yet committed."""


class NeedsPerson(GatewayError):
    """A failure that only a person can solve: the event is parked with the message."""


class Refused(GatewayError):
    """A request that must not be stored: bad signature, malformed, too large.

    :param str reason: key of :data:`REFUSAL_REASONS`, counted for the administrator.
    """

    def __init__(self, reason, message=""):
        super().__init__(message or REFUSAL_REASONS[reason])
        self.reason = reason

    @property
    def status(self):
        """HTTP status: 400 for what cannot be read, 403 for what cannot be trusted."""
        return 400 if self.reason in ("malformed", "too_large") else 403


REFUSAL_REASONS = {
    "no_secret": "No signing secret is set: create the webhook from the provider.",
    "no_signature": "The notification bears no signature.",
    "bad_signature": "The signature does not match any known signing secret.",
    "old_signature": "The signature is older than the tolerance of 300 seconds.",
    "malformed": "The notification is not an event that can be read.",
    "too_large": "The notification is larger than 1 MiB.",
}
