"""Stripe's lists: newest first, cursors, ``has_more``, filters on ``created``.

Source: https://docs.stripe.com/api/pagination
"""

from .errors import invalid, missing

RANGES = {
    "gt": lambda value, limit: value > limit,
    "gte": lambda value, limit: value >= limit,
    "lt": lambda value, limit: value < limit,
    "lte": lambda value, limit: value <= limit,
}


def within(value, wanted):
    """Return whether a timestamp meets a filter: an exact one or a range of bounds."""
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return value == wanted
    return all(RANGES[name](value, limit) for name, limit in wanted.items())


def page(world, kind, params, url, where=None, equal=()):
    """Return one page of the objects of a type.

    :param tuple equal: names of parameters that filter on the field of the same name
    :param callable where: any other filter
    :raise ApiError: a limit outside 1-100 or an unknown cursor
    """
    chosen = [
        value
        for value in reversed(world.all(kind))
        if not value.get("deleted")
        and within(value.get("created", 0), params.get("created"))
        and all(params.get(n) in (None, value.get(n)) for n in equal)
        and (where is None or where(value))
    ]
    return cut(chosen, params, url)


def cut(chosen, params, url):
    """Return the page of an ordered selection that cursor and limit ask for."""
    limit = params.get("limit") or 10
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100.", param="limit")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("Only one of starting_after and ending_before may be given.")
    if before:
        chosen = chosen[: _place(chosen, before, "ending_before")]
        taken, more = chosen[-limit:], len(chosen) > limit
    else:
        start = _place(chosen, after, "starting_after") + 1 if after else 0
        taken, more = chosen[start : start + limit], len(chosen) > start + limit
    return {"object": "list", "data": taken, "has_more": more, "url": url}


def _place(chosen, ref, param):
    for place, value in enumerate(chosen):
        if value["id"] == ref:
            return place
    raise missing("object", ref, param)
