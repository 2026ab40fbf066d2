"""One request from the wire to Stripe's answer: who asks, what, once, and validated."""

import base64
import json
import re
import traceback
from collections import Counter
from urllib.parse import unquote, urlsplit

from . import catalogue, control, files, idempotency
from .deliveries import Deliverer
from .errors import ApiError, SandboxBug
from .events import API_VERSION
from .faults import Faults
from .rendering import expanded, is_legacy, rendered, with_legacy_lists
from .routing import ROUTES, Router
from .validation import Schemas
from .world import World

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.\w+)?")
MAY = {
    "all": lambda method, path: True,
    "read": lambda method, path: method == "GET",
    "refunds": lambda method, path: method == "GET" or path.startswith("/v1/refunds"),
}


class Request:
    """What came over the wire, decoded as far as every step needs it."""

    def __init__(self, method, target, headers, body):
        parts = urlsplit(target)
        self.method, self.path = method, unquote(parts.path)
        self.headers = {name.lower(): value for name, value in headers.items()}
        # Core sends the parameters of a GET as a body; Stripe reads both.
        self.body, self.uploads = body, {}
        content_type = self.headers.get("content-type", "")
        if content_type.startswith("multipart/form-data"):
            text, self.uploads = files.parse(content_type, body)
        else:
            text = body.decode()
        self.text = "&".join(t for t in (parts.query, text) if t)
        self.version = self.headers.get("stripe-version") or API_VERSION
        self.idempotency_key = (
            self.headers.get("idempotency-key") if method == "POST" else None
        )


class App:
    """The sandbox: a world, its faults and deliveries, served through :meth:`handle`.

    :param int seed: repeatable ids
    :param str cache_dir: where derived schemas are kept
    """

    def __init__(self, seed=None, cache_dir=None, threads=4):
        self.world, self.faults = World(seed), Faults()
        self.calls = Counter()
        self.schemas = Schemas(catalogue.document(cache_dir))
        self.router = Router(ROUTES)
        self.deliverer = Deliverer(self.world, self.faults, threads)
        self.listen()

    def listen(self):
        """Have every new event validated, then delivered."""
        self.world.after_emit = [self._check_event, self.deliverer.accept]

    def _check_event(self, event):
        value = rendered(event)
        self.schemas.check(value)
        self.schemas.check(value["data"]["object"])

    def handle(self, method, target, headers, body):
        """Answer one request.

        :return: (status, headers, body bytes)
        """
        request = Request(method, target, headers, body)
        if request.path.startswith("/_control"):
            status, answer = control.handle(self, request)
            return status, {}, json.dumps(answer).encode()
        with self.world.lock:
            self.world.tick()
            request_id = self.world.new_id("req")[:18]
            collection = "/".join(request.path.split("/")[:3])  # without ids
            self.calls[f"{method} {collection}"] += 1
        status, answer, more = self._answer(request, request_id)
        more |= {"Request-Id": request_id, "Stripe-Version": request.version}
        if request.idempotency_key:
            more["Idempotency-Key"] = request.idempotency_key
        return status, more, json.dumps(answer, indent=2).encode()

    def _answer(self, request, request_id):
        """Return (status, answer, headers): Stripe's, errors included."""
        try:
            self._admit(request)
            return self._once(request, request_id)
        except ApiError as error:
            return error.status, error.body, dict(error.headers)

    def _admit(self, request):
        """Check key and version.

        :raise ApiError: 401 without a valid key, 403 for what a restricted key may not
        """
        key = _key(request.headers.get("authorization", ""))
        keys = self.world.account["keys"]
        if key not in keys:
            shown = f": {key[:8]}***{key[-4:]}" if key else ""
            message = (
                f"Invalid API Key provided{shown}" if key else "You did not provide an"
            )
            message += "" if key else " API key."
            raise ApiError(401, "invalid_request_error", message, saved=False)
        if not MAY[keys[key]](request.method, request.path):
            raise ApiError(
                403,
                "invalid_request_error",
                f"The provided key '{key[:8]}***' lacks the permissions for this "
                "endpoint.",
                saved=False,
                code="more_permissions_required_for_application",
            )
        if not VERSION.fullmatch(request.version):
            message = f"Invalid Stripe API version: {request.version}"
            raise ApiError(400, "invalid_request_error", message, saved=False)

    def _once(self, request, request_id):
        """Serve a request, or replay what its idempotency key was answered before."""
        key = request.idempotency_key
        if not key:
            return self._served(request, request_id)[0]
        with self.world.lock:
            known = idempotency.begin(
                self.world, key, request.method, request.path, request.text
            )
        if known:
            status, answer = known
            return status, answer, {"Idempotent-Replayed": "true"}
        sent, kept = self._served(request, request_id)
        with self.world.lock:
            idempotency.finish(self.world, key, kept)
        return sent

    def _served(self, request, request_id):
        """Return what is sent, (status, answer, headers), and what a key replays.

        A fault after the effect loses the answer: the same key then finds the true one,
        or the 500 that Stripe itself would have kept.
        """
        kept = None
        try:
            self.faults.on_call(request.method, request.path, "before")
            answer = self._operate(request, request_id)
            kept = [200, answer]
            self.faults.on_call(request.method, request.path, "after")
            return (200, answer, {}), kept
        except ApiError as error:
            kept = [error.status, error.body] if error.saved else kept
            return (error.status, error.body, dict(error.headers)), kept
        except Exception as bug:  # whatever it is, the caller and the log must see it
            where = f"{request.method} {request.path}"
            return (500, self.bug(where, bug), {}), None

    def bug(self, where, bug):
        """Keep a bug of the sandbox for ``/_control/state`` and return its answer."""
        if not isinstance(bug, SandboxBug):
            bug = traceback.format_exc(limit=-3)
        self.world.bugs.append(f"{where}: {bug}")
        message = f"Bug of the sandbox: {bug}"
        return {"error": {"type": "api_error", "message": message}}

    def _operate(self, request, request_id):
        found = self.router.find(request.method, request.path)
        if found is None:
            message = f"Unrecognized request URL ({request.method}: {request.path})."
            raise ApiError(404, "invalid_request_error", message, saved=False)
        operation, ids = found
        legacy = is_legacy(request.version)
        params = self.schemas.request(operation, request.text, legacy)
        params |= request.uploads
        with self.world.lock:
            self.world.request = {
                "id": request_id,
                "idempotency_key": request.idempotency_key,
            }
            try:
                answer = rendered(ROUTES[operation](self.world, params, *ids))
                expanded(self.world, answer, params.get("expand"))
            except ApiError as error:
                self._finish_error(error, legacy)
                raise
            finally:
                self.world.request = None
            self.schemas.check(answer)
            return with_legacy_lists(self.world, answer) if legacy else answer

    def _finish_error(self, error, legacy):
        """Hold the objects inside an error to the schemas, too."""
        for name in ("payment_intent", "setup_intent"):
            value = error.body["error"].get(name)
            if isinstance(value, dict):
                self.schemas.check(value)
                if legacy:
                    with_legacy_lists(self.world, value)


def _key(authorization):
    """Return the API key of a Bearer or Basic header."""
    scheme, _space, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given).decode().partition(":")[0]
        except ValueError:
            return ""
    return given.strip()
