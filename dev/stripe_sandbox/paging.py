"""Stripe's lists: newest first, cursors, ``has_more``, filters on ``created``.

Source: https://docs.stripe.com/api/pagination
"""

from itertools import islice

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
    chosen = (
        value
        for value in reversed(world.all(kind))
        if not value.get("deleted")
        and within(value.get("created", 0), params.get("created"))
        and all(params.get(n) in (None, value.get(n)) for n in equal)
        and (where is None or where(value))
    )
    return cut(chosen, params, url)


def cut(chosen, params, url):
    """Return the page of an ordered selection that cursor and limit ask for."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100.", param="limit")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("Only one of starting_after and ending_before may be given.")
    if before:
        newer = list(_until(chosen, before, "ending_before"))
        taken, more = newer[-limit:], len(newer) > limit
    else:
        for _passed in _until(chosen, after, "starting_after") if after else ():
            pass
        found = list(islice(chosen, limit + 1))
        taken, more = found[:limit], len(found) > limit
    return {"object": "list", "data": taken, "has_more": more, "url": url}


def _until(chosen, ref, param):
    """Yield what comes before the cursor, and take the cursor itself off."""
    for value in chosen:
        if value["id"] == ref:
            return
        yield value
    raise missing("object", ref, param)
