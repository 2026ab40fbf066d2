"""Figures that stand on the dashboard until there is a payment."""

from . import parts

# Field: now, before.
TILES = {
    "gross": (48250, 41900),
    "net": (45980, 40010),
    "successful_payments": (612, 548),
    "average_ticket": (78.84, 76.46),
    "success_rate": (0.941, 0.928),
    "fees": (1110, 985),
    "effective_fee_rate": (0.023, 0.0235),
    "refunded": (1160, 905),
}

METHODS = (
    ("Payment Method", "Gross", "Share", "Effective Fee", "Success Rate"),
    ("Card", 31000, 0.642, 0.024, 0.93),
    ("SEPA Direct Debit", 9100, 0.189, 0.009, 0.98),
    ("PayPal", 5150, 0.107, 0.035, 0.95),
    ("Bank Transfer", 3000, 0.062, 0, 1),
)
CUSTOMERS = (
    ("Customer", "Gross", "Share"),
    ("Azure Interior", 8300, 0.172),
    ("Deco Addict", 6100, 0.126),
    ("Gemini Furniture", 4900, 0.102),
    ("Ready Mat", 3200, 0.066),
)

# Columns of the sheet Data from row 20 on: a head, then label and figures.
COLUMNS = {
    "days": (
        "ABC",
        ("Day", "Online", "Saved Method"),
        [
            (f"=TODAY()-{6 - day}", online, saved)
            for day, (online, saved) in enumerate(
                (
                    (5200, 700),
                    (6100, 900),
                    (4800, 650),
                    (7300, 1200),
                    (6900, 800),
                    (8100, 1400),
                    (3700, 500),
                )
            )
        ],
    ),
    "methods": ("EF", METHODS[0][:2], [row[:2] for row in METHODS[1:]]),
    "channels": (
        "GH",
        ("Channel", "Gross"),
        [("Online", 36000), ("Saved Method", 9250), ("Bank Transfer", 3000)],
    ),
    "providers": (
        "IJ",
        ("Provider", "Gross"),
        [("Stripe", 45250), ("Wire Transfer", 3000)],
    ),
}
TOP = 20
RANGES = {
    chart: [f"Data!{letter}{TOP}:{letter}{TOP + len(rows)}" for letter in letters]
    for chart, (letters, _head, rows) in COLUMNS.items()
}


def cells():
    """Return the cells that the sample charts are drawn from."""
    found = {}
    for letters, head, rows in COLUMNS.values():
        for row, values in enumerate([head, *rows], TOP):
            for letter, value in zip(letters, values, strict=True):
                words = isinstance(value, str) and not value.startswith("=")
                found[f"{letter}{row}"] = (
                    parts.translated(value) if words else str(value)
                )
    return found
