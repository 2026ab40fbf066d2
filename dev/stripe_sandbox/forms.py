"""Form-encoded bodies: nested, and typed by the request's schema.

``a[b][]=1&a[c]=true`` becomes ``{"a": {"b": ["1"], "c": "true"}}``, then the schema
says which of the strings are numbers, booleans or lists.
"""

import re
from urllib.parse import parse_qsl

from .errors import invalid

BRACKET = re.compile(r"\[([^\]]*)\]")
TRUE, FALSE = ("true", "True", "1"), ("false", "False", "0")


def parse(text):
    """Return the nested dict of strings of a form-encoded text; lists stay keyed."""
    tree = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        head = key.split("[", 1)[0]
        parts = [head, *BRACKET.findall(key[len(head) :])]
        node = tree
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            part = str(len(node)) if part == "" else part
            if following is None:
                node[part] = value
            else:
                node = node.setdefault(part, {})
                if not isinstance(node, dict):
                    raise invalid(f"Invalid parameter: {key}", param=head, saved=False)
    return tree


def coerce(value, schema, follow):
    """Return ``value`` typed as ``schema`` asks; what does not fit stays as it is.

    :param callable follow: returns the schema behind a ``$ref``
    """
    schema = follow(schema)
    if "anyOf" in schema:
        return _first_that_fits(value, schema["anyOf"], follow)
    if isinstance(value, dict):
        return _coerce_tree(value, schema, follow)
    return _coerce_text(value, schema)


def _first_that_fits(value, options, follow):
    """Type a value by the first option whose kind of JSON value it can become."""
    options = sorted(options, key=lambda o: follow(o).get("type") == "string")
    for option in options:
        typed = coerce(value, option, follow)
        if _fits(typed, follow(option)):
            return typed
    return value


def _fits(typed, schema):
    kinds = {
        "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
        "number": lambda v: isinstance(v, float),
        "boolean": lambda v: isinstance(v, bool),
        "array": lambda v: isinstance(v, list),
        "object": lambda v: isinstance(v, dict),
        "string": lambda v: isinstance(v, str),
        "null": lambda v: v is None,
    }
    if "enum" in schema:
        return typed in schema["enum"]
    return kinds[schema["type"]](typed) if "type" in schema else True


def _coerce_tree(value, schema, follow):
    if schema.get("type") == "array":
        return [coerce(item, schema["items"], follow) for item in value.values()]
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    typed = {}
    for name, item in value.items():
        inner = known.get(name, others if isinstance(others, dict) else {})
        typed[name] = coerce(item, inner, follow)
    return typed


def _coerce_text(value, schema):
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean" and value in TRUE + FALSE:
        return value in TRUE
    return value


def drop_blanks(value):
    """Return the parameters without empty strings, which unset at Stripe.

    This is what the schema judges: Stripe accepts an empty value for what is optional.
    """
    if isinstance(value, dict):
        return {k: drop_blanks(v) for k, v in value.items() if v != ""}
    return value


def blanks_to_none(value):
    """Return the parameters with ``None`` for every empty string: handlers unset it."""
    if isinstance(value, dict):
        return {k: blanks_to_none(v) for k, v in value.items()}
    if isinstance(value, list):
        return [blanks_to_none(item) for item in value if item != ""]
    return None if value == "" else value
