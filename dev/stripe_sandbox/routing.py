"""Which function serves which of Stripe's operations, and which timed job."""

ROUTES = {}
JOBS = {}
ACTIONS = {}


def route(operation):
    """Register the server of an ``operation``, e.g. ``GET /v1/refunds/{refund}``.

    It is called with the world, the typed parameters and the ids of the path.
    """

    def register(function):
        ROUTES[operation] = function
        return function

    return register


def job(name):
    """Register the function as a timed job: called with the world and its arguments."""

    def register(function):
        JOBS[name] = function
        return function

    return register


def action(function):
    """Make a function reachable as ``/_control/<its name>``."""
    ACTIONS[function.__name__] = function
    return function


class Router:
    """Finds the operation of a method and a path; literal segments win over ids."""

    def __init__(self, operations):
        self._by_length = {}
        for operation in sorted(operations, key=lambda key: key.count("{")):
            method, path = operation.split(" ")
            parts = path.strip("/").split("/")
            self._by_length.setdefault((method, len(parts)), []).append(
                (parts, operation)
            )

    def find(self, method, path):
        """Return (operation, ids), or ``None`` when nothing is served there."""
        given = path.strip("/").split("/")
        for parts, operation in self._by_length.get((method, len(given)), ()):
            pairs = list(zip(parts, given, strict=True))
            if all(want.startswith("{") or want == have for want, have in pairs):
                return operation, [h for w, h in pairs if w.startswith("{")]
        return None
