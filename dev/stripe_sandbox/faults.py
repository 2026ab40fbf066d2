"""Faults on demand: answers that fail or come late, deliveries that go astray."""

import fnmatch
import threading
import time

from .errors import ApiError, invalid

WORDS = {
    429: ("rate_limit_error", "Too many requests. Please retry later.", "rate_limit"),
    409: ("invalid_request_error", "Another request is changing this.", "lock_timeout"),
    500: ("api_error", "An unknown error occurred.", None),
    502: ("api_error", "Bad gateway.", None),
    503: ("api_error", "Service unavailable.", None),
}
API_KEYS = {"path", "method", "times", "status", "delay", "when", "skip"}
DELIVERY_KEYS = {"deliveries", "types", "times", "seconds", "window", "skip"}
KINDS = ("duplicate", "drop", "delay", "reorder", "corrupt_signature")


class Faults:
    """The list of faults still to happen. Each is used ``times`` times, then gone."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def add(self, fault):
        """Order a fault.

        API: ``{"path": glob, "method": "POST", "times": 1, "status": 429|409|500|...,
        "delay": seconds, "when": "before"|"after", "skip": 0}``. ``after`` lets the
        call take effect and loses its answer.
        Deliveries: ``{"deliveries": kind, "types": glob, "times": 1, "seconds": s,
        "window": n}``; kinds are in ``KINDS``; ``reorder`` holds ``window`` events back
        and delivers them last to first.

        :raise ApiError: 400 for an unknown key or kind
        """
        allowed = DELIVERY_KEYS if "deliveries" in fault else API_KEYS
        kind, status = fault.get("deliveries"), fault.get("status")
        unknown = sorted(set(fault) - allowed)
        if unknown or (kind and kind not in KINDS) or (status and status not in WORDS):
            raise invalid(f"Unknown fault: {unknown or kind or status}.")
        kept = {"times": 1, "skip": 0, "when": "before", **fault}
        if kind == "reorder":
            kept["times"] = kept.setdefault("window", 2)
        with self._lock:
            self._faults.append(kept)

    def listed(self):
        """Return the faults still to happen."""
        with self._lock:
            return [dict(fault) for fault in self._faults]

    def clear(self):
        """Forget all of them."""
        with self._lock:
            self._faults.clear()

    def _use(self, fits):
        with self._lock:
            for fault in list(self._faults):
                if not fits(fault):
                    continue
                if fault["skip"] > 0:
                    fault["skip"] -= 1
                    continue
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self._faults.remove(fault)
                return dict(fault)
        return None

    def on_call(self, method, path, when):
        """Suffer the next fault ordered for an API call.

        :raise ApiError: as ordered; a 500 is saved under an idempotency key, as Stripe
            does, the others are not since nothing has begun
        """

        def fits(fault):
            return (
                "deliveries" not in fault
                and fault["when"] == when
                and fault.get("method", method) == method
                and fnmatch.fnmatch(path, fault.get("path", "*"))
            )

        fault = self._use(fits)
        if fault is None:
            return
        if fault.get("delay"):
            time.sleep(fault["delay"])
        if fault.get("status"):
            raise error(fault["status"])

    def on_delivery(self, kind):
        """Return the next fault for a delivery of an event type, or ``None``."""
        return self._use(
            lambda fault: (
                "deliveries" in fault and fnmatch.fnmatch(kind, fault.get("types", "*"))
            )
        )


def error(status):
    """Return an injected error in Stripe's words."""
    kind, message, code = WORDS[status]
    more = {"code": code} if code else {}
    return ApiError(status, kind, message, saved=status == 500, **more)
