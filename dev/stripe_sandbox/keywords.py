"""``jsonschema`` with short cuts for values that are plainly right.

The library judges everything; but a string where the schema says string needs no
sub-validator made for it. Whatever is not plainly right takes the library's own way, so
that what is refused and why stays the library's word.
"""

from jsonschema import Draft202012Validator, validators

PLAIN = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
JSON_TYPES = {dict: "object", list: "array"}
_original = Draft202012Validator.VALIDATORS


def plainly_fits(value, schema):
    """Return True when a scalar fits without doubt; False means: ask the library."""
    if not schema:
        return True
    if len(schema) > 1:
        return False
    kind = schema.get("type")
    if kind is not None:
        return type(value) in PLAIN.get(kind, ())
    if "enum" in schema:
        return type(value) is str and value in schema["enum"]
    return any(plainly_fits(value, option) for option in schema.get("anyOf", ()))


def properties(validator, known, instance, schema):
    """Judge the properties that are there."""
    if not validator.is_type(instance, "object"):
        return
    for name, value in instance.items():
        inner = known.get(name)
        if inner is not None and not plainly_fits(value, inner):
            yield from validator.descend(value, inner, path=name, schema_path=name)


def additional(validator, allowed, instance, schema):
    """Judge the properties that the schema does not name."""
    if (
        type(instance) is dict
        and instance.keys() <= schema.get("properties", {}).keys()
    ):
        return
    yield from _original["additionalProperties"](validator, allowed, instance, schema)


def any_of(validator, options, instance, schema):
    """Judge by the one option of the value's kind, where there is just one."""
    fitting = _of_kind(options, instance)
    if len(fitting) == 1:
        yield from validator.descend(instance, fitting[0], schema_path=0)
    else:
        yield from _original["anyOf"](validator, options, instance, schema)


def _of_kind(options, instance):
    """Return the options of the value's kind; of objects, those of its ``object``."""
    kind = JSON_TYPES.get(type(instance))
    if kind is None:
        return ()
    fitting = [option for option in options if option.get("type") == kind]
    if len(fitting) > 1 and kind == "object" and "object" in instance:
        name = instance["object"]
        names = [o.get("properties", {}).get("object", {}).get("enum") for o in fitting]
        fitting = [o for o, n in zip(fitting, names, strict=True) if n and name in n]
    return fitting


Validator = validators.extend(
    Draft202012Validator,
    {
        "properties": properties,
        "additionalProperties": additional,
        "anyOf": any_of,
    },
)
