"""Stripe's errors, as its API words them.

Source: https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes
"""


class ApiError(Exception):
    """An answer that is not a success.

    :param int status: HTTP status
    :param str kind: Stripe's ``error.type``
    :param str message: for a developer
    :param bool saved: whether an idempotency key replays this answer (Stripe saves what
        an endpoint answered once it began, not what was refused before)
    """

    def __init__(self, status, kind, message, saved=True, headers=None, **more):
        super().__init__(message)
        self.status, self.saved, self.headers = status, saved, headers or {}
        self.body = {"error": {"type": kind, "message": message, **more}}


def invalid(message, code=None, param=None, saved=True):
    """Return a 400 ``invalid_request_error``."""
    more = {k: v for k, v in (("code", code), ("param", param)) if v is not None}
    return ApiError(400, "invalid_request_error", message, saved, **more)


def missing(noun, ref, param="id"):
    """Return the 404 (in a path) or 400 (in a parameter) of an unknown id."""
    return ApiError(
        404 if param in ("id", noun, "intent") else 400,
        "invalid_request_error",
        f"No such {noun}: '{ref}'",
        code="resource_missing",
        param=param,
    )


def card_error(message, code, decline_code=None, **more):
    """Return the 402 of a refused payment."""
    if decline_code:
        more["decline_code"] = decline_code
    return ApiError(402, "card_error", message, code=code, **more)


class SandboxBug(Exception):
    """The sandbox was about to answer something that Stripe would not."""
