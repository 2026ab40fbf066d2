"""How a kept object leaves the sandbox: stripped, expanded, as old versions had it."""

from .errors import invalid

# From this version on PaymentIntent has no ``charges`` and Charge no ``refunds`` unless
# expanded. Source: https://docs.stripe.com/changelog (2022-11-15)
WITHOUT_LISTS = "2022-11-15"
EXPANDABLE_LISTS = {("charge", "refunds")}
NOT_EXPANDABLE = {"id", "object", "client_secret", "description", "currency", "status"}


def rendered(value):
    """Return a deep copy without the sandbox's own keys."""
    if isinstance(value, dict):
        return {k: rendered(v) for k, v in value.items() if not k.startswith("_")}
    if isinstance(value, list):
        return [rendered(item) for item in value]
    return value


def expanded(world, value, paths):
    """Expand ``paths`` (``balance_transaction``, ``data.charge``) in a rendered value.

    :raise ApiError: 400 where a path cannot be expanded
    """
    for path in paths or ():
        parts = path.split(".")
        if len(parts) > 4:
            raise invalid("You cannot expand more than 4 levels.", param="expand")
        if (parts[0] == "data") != (value.get("object") == "list"):
            raise _refused(path)
        _expand(world, value, parts, path)
    return value


def _expand(world, value, parts, path):
    name, *rest = parts
    if (value.get("object"), name) in EXPANDABLE_LISTS and not value.get(name):
        value[name] = refunds_of(world, value["id"])
    inner = value.get(name)
    if name not in value or name in NOT_EXPANDABLE:
        raise _refused(path)
    if isinstance(inner, str):
        found = world.find(inner)
        if found is None:
            raise _refused(path)
        inner = value[name] = rendered(found)
    for item in inner if isinstance(inner, list) else [inner]:
        if rest and isinstance(item, dict):
            _expand(world, item, rest, path)
    if isinstance(inner, list) and all(isinstance(item, str) for item in inner):
        value[name] = [rendered(world.find(item)) for item in inner]


def _refused(path):
    return invalid(f"This property cannot be expanded ({path}).", param="expand")


def is_legacy(version):
    """Return whether an API version still had the embedded lists."""
    return (version or WITHOUT_LISTS)[:10] < WITHOUT_LISTS


def with_legacy_lists(world, value):
    """Add what versions before 2022-11-15 embedded, to a rendered value, in place."""
    if isinstance(value, list):
        for item in value:
            with_legacy_lists(world, item)
    if not isinstance(value, dict):
        return value
    for item in list(value.values()):
        with_legacy_lists(world, item)
    if value.get("object") == "payment_intent":
        value["charges"] = _list(
            [
                _with_refunds(world, c)
                for c in _of(world, "charge", "payment_intent", value)
            ],
            f"/v1/charges?payment_intent={value['id']}",
        )
    elif value.get("object") == "charge":
        _with_refunds(world, value)
    return value


def _with_refunds(world, charge):
    charge["refunds"] = refunds_of(world, charge["id"])
    return charge


def refunds_of(world, charge_id):
    """Return the embedded list of a charge's refunds, newest first."""
    found = _of(world, "refund", "charge", {"id": charge_id})
    return _list(found, f"/v1/charges/{charge_id}/refunds")


def _of(world, kind, field, owner):
    mine = [rendered(o) for o in world.all(kind) if o[field] == owner["id"]]
    return mine[::-1]


def _list(values, url):
    return {
        "object": "list",
        "data": values[:10],
        "has_more": len(values) > 10,
        "url": url,
    }
