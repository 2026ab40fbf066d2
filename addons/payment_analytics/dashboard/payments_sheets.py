"""The dashboard "Payments" as sheets: what is seen, and the figures behind it."""

import json

from ..metrics.definitions import COMPANY_CURRENCY, COMPANY_DAY, FACTS, METRICS, SHARE
from . import parts, sample
from .payments import (
    CHARTS,
    COLUMNS,
    CUSTOMERS,
    LABELS,
    LIST_LENGTH,
    LISTS_AT,
    MENU,
    METHODS,
    MODEL,
    TILES,
    UNITS,
    charts,
    filters,
    measure,
    pivots,
    tile_figures,
)


def data_sheet(empty):
    """Return the sheet behind the tiles: B and C the figures, D and E as shown."""
    titles = ("Figure", "Now", "Before", "Now", "Before")
    cells = {
        f"{column}1": parts.translated(title)
        for column, title in zip("ABCDE", titles, strict=True)
    }
    formats = {}
    for row, (name, *_look) in enumerate(TILES, 2):
        cells[f"A{row}"] = parts.translated(LABELS[name])
        for key, source, shown in ((1, "B", "D"), (2, "C", "E")):
            cell = f"{source}{row}"
            cells[cell] = (
                str(sample.TILES[name][key - 1])
                if empty
                else f'=PIVOT.VALUE({key},"{measure(name)["id"]}")'
            )
            cells[f"{shown}{row}"] = (
                f"={cell}" if UNITS[name] == SHARE else f"=FORMAT.LARGE.NUMBER({cell})"
            )
        if UNITS[name] == SHARE:
            formats[f"B{row}:E{row}"] = parts.PERCENT
        elif empty:
            formats[f"B{row}:C{row}"] = parts.AMOUNT
    if empty:
        cells |= sample.cells()
        formats[sample.RANGES["days"][0].removeprefix("Data!")] = parts.DAY
    return parts.sheet("Data", cells, cols={0: 180}, formats=formats)


def _link(title, group_by):
    """Return a title that opens the report, grouped."""
    view = {
        "viewType": "pivot",
        "action": {
            "domain": [],
            "context": {
                "group_by": [group_by],
                "pivot_measures": ["gross", "fees", "effective_fee_rate"],
                "pivot_column_groupby": [],
                "pivot_row_groupby": [group_by],
            },
            "modelName": MODEL,
            "views": [
                [False, "pivot"],
                [False, "graph"],
                [False, "list"],
                [False, "search"],
            ],
        },
        "threshold": 0,
        "name": "Payment Analysis",
        "positional": True,
    }
    return f"[{title}](odoo://view/{json.dumps(view, separators=(',', ':'))})"


def _lists(empty):
    """Return the cells and formats of the lists of methods and customers."""
    top = LISTS_AT
    cells = {
        f"{METHODS}{top}": _link("Methods", "payment_method_id"),
        f"{CUSTOMERS}{top}": _link("Top Customers", "partner_id"),
    }
    if not empty:
        cells[f"{METHODS}{top + 1}"] = f"=PIVOT(3, {LIST_LENGTH}, FALSE, FALSE)"
        cells[f"{CUSTOMERS}{top + 1}"] = f"=PIVOT(4, {LIST_LENGTH}, FALSE, FALSE)"
        return cells, {}
    formats = {}
    for first, rows in ((METHODS, sample.METHODS), (CUSTOMERS, sample.CUSTOMERS)):
        for row, values in enumerate(rows, top + 1):
            for offset, value in enumerate(values):
                cell = f"{chr(ord(first) + offset)}{row}"
                text = isinstance(value, str)
                cells[cell] = parts.translated(value) if text else str(value)
                if not text:
                    formats[cell] = parts.AMOUNT if offset == 1 else parts.PERCENT
    return cells, formats


def _definitions(top):
    """Return the cells that say how each tile is computed."""
    cells = {f"A{top}": parts.translated("How It Is Computed")}
    basis = (
        f"Days: {COMPANY_DAY}. Amounts: {COMPANY_CURRENCY}. Test payments are left out."
    )
    texts = {"Basis": basis}
    for name, *_look in TILES:
        texts[LABELS[name]] = (FACTS | METRICS)[name].help
    for row, (label, text) in enumerate(texts.items(), top + 1):
        cells[f"A{row}"] = parts.translated(label)
        cells[f"B{row}"] = parts.translated(text)
    return cells


def dashboard_sheet(empty):
    """Return the sheet that is seen."""
    top, bottom = LISTS_AT, LISTS_AT + 1 + LIST_LENGTH
    words = bottom + 2
    last = words + 1 + len(TILES)
    cells, formats = _lists(empty)
    return parts.sheet(
        "Dashboard",
        cells | _definitions(words),
        rows={top - 1: parts.TITLE_ROW, words - 1: parts.TITLE_ROW}
        | {row: parts.TEXT_ROW for row in range(words, last)},
        rowNumber=last + 1,
        cols=dict(enumerate(COLUMNS)),
        merges=[f"B{row}:I{row}" for row in range(words + 1, last + 1)],
        styles={
            f"A{top}:I{top}": parts.TITLE,
            f"A{words}": parts.TITLE,
            f"A{top + 1}": parts.HEADER,
            f"G{top + 1}": parts.HEADER,
            f"B{top + 1}:E{top + 1}": parts.SIDE,
            f"H{top + 1}:I{top + 1}": parts.SIDE,
            f"A{top + 2}:I{bottom}": parts.TEXT,
            f"A{words + 1}:A{last}": parts.TEXT,
            f"B{words + 1}:I{last}": parts.NOTE,
        },
        formats=formats,
        borders={f"A{top}:E{top}": 1, f"G{top}:I{top}": 1, f"A{words}:I{words}": 1},
        figures=tile_figures() + charts(empty),
        tables=[
            parts.table(f"A{top + 1}:E{bottom}"),
            parts.table(f"G{top + 1}:I{bottom}"),
        ],
    )


def build(empty=False):
    """Return the dashboard; ``empty``: with sample figures, for want of payments."""
    sheets = [dashboard_sheet(empty), data_sheet(empty)]
    if empty:
        return parts.workbook(sheets)
    names = [name for name, *_look in TILES] + [key for key, *_rest in CHARTS]
    return parts.workbook(sheets, pivots(), filters(), dict.fromkeys(names, MENU))
