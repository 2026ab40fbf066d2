"""Products and prices, as far as payments refer to them."""

from .routing import route


def make(world, name, amount, currency, metadata=None, lookup_key=None):
    """Keep a product with one price; return the price."""
    now = world.clock.now()
    product = world.add(
        {
            "id": world.new_id("prod"),
            "object": "product",
            "active": True,
            "created": now,
            "description": None,
            "images": [],
            "livemode": False,
            "marketing_features": [],
            "metadata": metadata or {},
            "name": name,
            "type": "service",
            "updated": now,
        }
    )
    return world.add(
        {
            "id": world.new_id("price"),
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": now,
            "currency": currency,
            "livemode": False,
            "lookup_key": lookup_key,
            "metadata": {},
            "nickname": None,
            "product": product["id"],
            "recurring": None,
            "type": "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        }
    )


@route("GET /v1/prices/{price}")
def retrieve_price(world, params, ref):
    """Serve one price."""
    return world.get("price", ref)


@route("GET /v1/products/{id}")
def retrieve_product(world, params, ref):
    """Serve one product."""
    return world.get("product", ref)
