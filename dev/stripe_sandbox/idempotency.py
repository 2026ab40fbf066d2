"""Idempotency keys: the first answer is the answer, for 24 hours.

Source: https://docs.stripe.com/api/idempotent_requests
"""

import hashlib

from .clock import DAY
from .errors import ApiError


class InUse(ApiError):
    """409: another request with this key is being served at this moment."""

    def __init__(self, key):
        super().__init__(
            409,
            "idempotency_error",
            "There is currently another in-progress request using this Idempotent Key "
            f"({key}).",
            saved=False,
            code="idempotency_key_in_use",
        )


def begin(world, key, method, path, body):
    """Return the saved answer of a key; ``None`` once it is noted as on its way.

    :raise ApiError: 400 for other parameters or a key over 255 characters, 409 in use
    """
    if len(key) > 255:
        raise ApiError(
            400,
            "invalid_request_error",
            "Idempotency-Key may be at most 255 characters.",
            saved=False,
        )
    asked = hashlib.sha256(f"{method} {path} {body}".encode()).hexdigest()
    known = world.idempotency.get(key)
    if known and known["at"] < world.clock.now() - DAY:
        known = None
    if known is None:
        world.idempotency[key] = {
            "asked": asked,
            "answer": None,
            "at": world.clock.now(),
        }
        return None
    if known["asked"] != asked:
        raise ApiError(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters "
            f"they were first used with. Try using a key other than '{key}'.",
            saved=False,
        )
    if known["answer"] is None:
        raise InUse(key)
    return known["answer"]


def finish(world, key, answer):
    """Keep the answer of a key, or forget the key when there is none to keep."""
    if answer and key in world.idempotency:
        world.idempotency[key]["answer"] = answer
    else:
        world.idempotency.pop(key, None)
