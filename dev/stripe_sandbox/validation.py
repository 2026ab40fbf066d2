"""Holds every object and every request to the derived schemas, with ``jsonschema``."""

from jsonschema.exceptions import best_match

from . import forms
from .errors import SandboxBug, invalid
from .keywords import Validator

# What API 2019-05-16 accepted and today's annotations no longer list (core's requests).
LEGACY_PARAMETERS = {
    "POST /v1/payment_intents": {"payment_method_types"},
    "POST /v1/setup_intents": {"payment_method_types"},
}
# What Stripe has and the sandbox does not play: refused by name, never ignored.
UNMODELLED = frozenset(
    "application_fee_amount confirmation_token hooks on_behalf_of transfer_data "
    "transfer_group managed_payments test_clock source reverse_transfer single_use "
    "refund_application_fee origin customer_account amount_to_confirm".split()
)
DELETED = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "object": {"type": "string"},
        "deleted": {"const": True},
    },
    "required": ["id", "object", "deleted"],
    "additionalProperties": False,
}


class Schemas:
    """Compiled validators of one derived document (:func:`schemas.load`).

    References are joined in memory, so a validator never resolves a pointer: that is
    what makes a validation take well below a millisecond.
    """

    def __init__(self, document):
        self._definitions = document["$defs"]
        for definition in self._definitions.values():
            self._join(definition)
        self._objects = {
            name: Validator(self._follow(ref))
            for name, ref in document["objects"].items()
        }
        self._requests = {
            key: Validator(self._follow(ref))
            for key, ref in document["requests"].items()
        }
        self._deleted = Validator(DELETED)

    def _follow(self, schema):
        if "$ref" in schema:
            return self._definitions[schema["$ref"].removeprefix("#/$defs/")]
        return schema

    def _join(self, node):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in list(items):
            if isinstance(value, dict) and "$ref" in value:
                node[key] = self._follow(value)
            elif isinstance(value, (dict, list)):
                self._join(value)

    def errors(self, name, value):
        """Return what is wrong with an object, as one line, or ``None``.

        :param str name: Stripe's ``object`` field, e.g. ``charge``
        """
        validator = self._deleted if value.get("deleted") else self._objects.get(name)
        if validator is None:
            return f"no schema for objects of type {name!r}"
        error = best_match(validator.iter_errors(value))
        return error and f"{name}{error.json_path[1:]}: {error.message[:300]}"

    def check(self, value):
        """Return ``value``, a Stripe object or list of objects.

        :raise SandboxBug: it is not what the SDK's annotations promise
        """
        if value.get("object") == "list":
            for item in value["data"]:
                self.check(item)
            return value
        wrong = self.errors(value.get("object"), value)
        if wrong:
            raise SandboxBug(f"violates Stripe's schema: {wrong}")
        return value

    def request(self, operation, text, legacy=False):
        """Return the typed parameters of a form-encoded request.

        :param str operation: e.g. ``POST /v1/refunds``
        :param bool legacy: an API version before 2022-11-15 (see ``LEGACY_PARAMETERS``)
        :raise ApiError: 400 for unknown, missing and mistyped parameters
        """
        validator = self._requests[operation]
        given = forms.parse(text)
        old = _legacy_parameters(operation, given) if legacy else {}
        params = forms.coerce(given, validator.schema, self._follow)
        errors = list(validator.iter_errors(forms.drop_blanks(params)))
        unknown = [e for e in errors if e.validator == "additionalProperties"]
        if errors:
            raise _refusal(best_match(unknown or errors))
        reading = operation.startswith("GET")
        for name in () if reading else UNMODELLED & params.keys():
            raise invalid(f"The sandbox does not model {name}.", None, name, False)
        return forms.blanks_to_none(params) | old


def _legacy_parameters(operation, given):
    """Take out and return what only old versions accept."""
    names = LEGACY_PARAMETERS.get(operation, set()) & given.keys()
    taken = {name: given.pop(name) for name in names}
    return {
        n: list(v.values()) if isinstance(v, dict) else [v] for n, v in taken.items()
    }


def _refusal(error):
    """Return the validator's finding in the words of Stripe's API."""
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        path.append(next(name for name in error.instance if name not in known))
        name = _name(path)
        return invalid(
            f"Received unknown parameter: {name}", "parameter_unknown", name, False
        )
    if error.validator == "required":
        path.append(next(n for n in error.validator_value if n not in error.instance))
        name = _name(path)
        return invalid(
            f"Missing required param: {name}.", "parameter_missing", name, False
        )
    name, given = _name(path), error.instance
    if error.validator_value in ("integer", "number", "boolean"):
        code = f"parameter_invalid_{error.validator_value}"
        return invalid(f"Invalid {error.validator_value}: {given}", code, name, False)
    if error.validator == "enum":
        options = ", ".join(map(str, error.validator_value[:40]))
        return invalid(f"Invalid {name}: must be one of {options}", None, name, False)
    return invalid(f"Invalid {name}: {given!r}"[:200], None, name, False)


def _name(path):
    return path[0] + "".join(f"[{part}]" for part in path[1:])
