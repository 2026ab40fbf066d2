"""Parts of a spreadsheet dashboard in Odoo's format, as plain values.

Source: Odoo's own ``spreadsheet_dashboard_*/data/files/*.json`` (version 18.5.10). In
Community dashboards cannot be edited on the screen, so they are written from here.
"""

import uuid

VERSION = "18.5.10"
TITLE_ROW, TEXT_ROW = 40, 36
BLUE, AMBER, RED = "#EFF6FF", "#FFF7ED", "#FEF2F2"
GOOD, BAD = "#00A04A", "#DC6965"
TITLE, HEADER, TEXT, SIDE, NOTE, FIGURE, LABEL, CENTER_HEAD, CENTER, KEY = range(1, 11)
PERCENT, AMOUNT, DAY, DECIMAL, PERCENT_ROUND, HOURS, SECONDS, DAYS = range(1, 9)
PERCENT_FINE = 9
STYLES = {
    TITLE: {"textColor": "#01666b", "bold": True, "fontSize": 16},
    HEADER: {"textColor": "#434343", "bold": True, "fontSize": 11},
    TEXT: {"textColor": "#434343", "verticalAlign": "middle"},
    SIDE: {"textColor": "#434343", "bold": True, "fontSize": 11, "align": "right"},
    NOTE: {"textColor": "#6b7280", "verticalAlign": "middle", "wrapping": "wrap"},
    FIGURE: {"textColor": "#434343", "verticalAlign": "middle", "align": "right"},
    CENTER_HEAD: {
        "textColor": "#434343",
        "bold": True,
        "fontSize": 11,
        "align": "center",
    },
    CENTER: {"textColor": "#434343", "verticalAlign": "middle", "align": "center"},
    KEY: {"fontSize": 24},  # a tile's figure: in full on a phone too
    LABEL: {"textColor": "#434343", "verticalAlign": "middle", "wrapping": "wrap"},
}
FORMATS = {
    PERCENT: "0.0%",
    AMOUNT: "#,##0",
    DAY: "mm/dd/yyyy",
    DECIMAL: "#,##0.00",
    PERCENT_ROUND: "0%",
    PERCENT_FINE: "0.00%",
    HOURS: '#,##0.0" h"',
    SECONDS: '#,##0.0" s"',
    DAYS: '#,##0" days"',
}
# Dimensions that read in their own order, not by their figures.
ORDERED = {"cohort_month": "desc", "month": "desc", "months_since": "asc"}
BORDERS = {1: {"bottom": {"style": "thin", "color": "#CCCCCC"}}}
LOCALE = {
    "name": "English (US)",
    "code": "en_US",
    "thousandsSeparator": ",",
    "decimalSeparator": ".",
    "dateFormat": "mm/dd/yyyy",
    "timeFormat": "hh:mm:ss",
    "formulaArgSeparator": ",",
    "weekStart": 7,
}


def ident(name):
    """Return an id that is the same at each writing."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"payment_analytics/{name}"))


def translated(text):
    """Return a cell that shows ``text`` in the reader's language."""
    return f'=_t("{text}")'


def figure(name, x, y, width, height, content):
    """Return a chart at its place, in pixels of the sheet."""
    key = ident(name)
    return {
        "id": key,
        "width": width,
        "height": height,
        "tag": "chart",
        "data": {**content, "chartId": key},
        "offset": {"x": x, "y": y},
        "col": 0,
        "row": 0,
    }


def scorecard(title, row, background, mode, more_is_better=True):
    """Return a scorecard over one row of the sheet Data: E now, F before.

    :param str mode: ``percentage`` or ``difference``, how it is compared
    """
    up, down = (GOOD, BAD) if more_is_better else (BAD, GOOD)
    return {
        "type": "scorecard",
        "title": {"text": title, "color": "#434343", "bold": True},
        "background": background,
        "baselineColorUp": up,
        "baselineColorDown": down,
        "baselineMode": mode,
        "baseline": f"Data!F{row}",
        "baselineDescr": {"text": "since last period"},
        "keyValue": f"Data!E{row}",
        "humanize": False,
    }


def _chart(kind, title):
    return {
        "type": kind,
        "title": {"text": title, "bold": True, "fontSize": 16, "color": "#01666b"},
        "background": "#FFFFFF",
        "legendPosition": "none",
    }


def odoo_chart(kind, title, model, measure, group_by, matching, domain=None, **options):
    """Return a chart that reads a model.

    :param str kind: ``bar``, ``line`` or ``pie``
    :param dict matching: {id of the filter: field matching}
    :param domain: by default, what the measure is not zero of
    :param options: other keys of the chart's definition
    """
    if domain is None:
        domain = [(measure, "!=", 0)]
    return {
        **_chart(f"odoo_{kind}", title),
        "metaData": {
            "groupBy": group_by,
            "measure": measure,
            "order": None if group_by[0].startswith("day") else "DESC",
            "resModel": model,
            "mode": kind,
        },
        "searchParams": {
            "comparison": None,
            "context": {},
            "domain": list(domain),
            "groupBy": group_by,
            "orderBy": [],
        },
        "dataSets": [{}],
        "fieldMatching": matching,
        **options,
    }


def sample_chart(kind, title, labels, *data, **options):
    """Return the same chart over cells, for a dashboard without data."""
    return {
        **_chart(kind, title),
        "dataSetsHaveTitle": True,
        "dataSets": [{"dataRange": each} for each in data],
        "labelRange": labels,
        "aggregated": False,
        **options,
    }


def measure(name, aggregator="sum", **options):
    """Return a pivot's measure; its id in formulas is ``name:aggregator``.

    The number of records, ``__count``, has no aggregator.
    """
    if name == "__count":
        return {"id": name, "fieldName": name, **options}
    return {
        "id": f"{name}:{aggregator}",
        "fieldName": name,
        "aggregator": aggregator,
        **options,
    }


def pivot(
    key,
    name,
    model,
    measures,
    matching,
    rows=(),
    domain=(),
    columns=(),
    order="desc",
    context=None,
):
    """Return a pivot over a model.

    :param str order: of the rows by the first measure, None: in their own order
    """
    return {
        "type": "ODOO",
        "id": key,
        "formulaId": key,
        "name": name,
        "model": model,
        "measures": list(measures),
        "columns": [_dimension(column) for column in columns],
        "rows": [_dimension(row) for row in rows],
        "domain": list(domain),
        "context": context or {},
        "sortedColumn": {"measure": measures[0]["id"], "order": order, "domain": []}
        if rows and order
        else None,
        "fieldMatching": matching,
    }


def _dimension(name):
    """Return a pivot's dimension; ``"day:month"`` is by month."""
    field, _, granularity = name.partition(":")
    dimension = {"fieldName": field, "order": ORDERED.get(field, "asc")}
    if granularity:
        dimension["granularity"] = granularity
    return dimension if granularity or field in ORDERED else {"fieldName": field}


def heat(name, cells, color=0x01A09D):
    """Return a colour scale over ``cells``, from white to ``color``."""
    return {
        "id": ident(f"heat/{name}"),
        "ranges": [cells],
        "rule": {
            "type": "ColorScaleRule",
            "minimum": {"type": "value", "color": 0xFFFFFF},
            "maximum": {"type": "value", "color": color},
        },
    }


def table(cells):
    """Return the look of a list of figures."""
    return {
        "range": cells,
        "type": "static",
        "config": {
            "hasFilters": False,
            "totalRow": False,
            "firstColumn": False,
            "lastColumn": False,
            "numberOfHeaders": 1,
            "bandedRows": True,
            "bandedColumns": False,
            "automaticAutofill": True,
            "styleId": "None",
        },
    }


def sheet(name, cells, rows=None, cols=None, **parts):
    """Return a sheet.

    :param dict cells: {"A1": content}
    :param dict rows: {index: height}
    :param dict cols: {index: width}
    """
    return {
        "id": ident(f"sheet/{name}"),
        "name": name,
        "colNumber": 9 if name == "Dashboard" else 12,
        "rowNumber": 80,
        "rows": {str(key): {"size": size} for key, size in (rows or {}).items()},
        "cols": {str(key): {"size": size} for key, size in (cols or {}).items()},
        "merges": [],
        "cells": cells,
        "styles": {},
        "formats": {},
        "borders": {},
        "conditionalFormats": [],
        "dataValidationRules": [],
        "figures": [],
        "tables": [],
        "areGridLinesVisible": name != "Dashboard",
        "isVisible": True,
        "headerGroups": {"ROW": [], "COL": []},
        "comments": {},
        **parts,
    }


def workbook(sheets, pivots=(), filters=(), menus=None, about=None):
    """Return the whole dashboard.

    :param dict menus: {name of a figure: XML id of the menu it opens}
    :param dict about: {name of a figure: what it means, as its help shows it}
    """
    return {
        "version": VERSION,
        "sheets": sheets,
        "styles": {str(key): value for key, value in STYLES.items()},
        "formats": {str(key): value for key, value in FORMATS.items()},
        "borders": {str(key): value for key, value in BORDERS.items()},
        "revisionId": "START_REVISION",
        "uniqueFigureIds": True,
        "settings": {"locale": LOCALE},
        "pivots": {each["id"]: each for each in pivots},
        "pivotNextId": len(pivots) + 1,
        "customTableStyles": {},
        "globalFilters": list(filters),
        "lists": {},
        "listNextId": 1,
        "chartOdooMenusReferences": {
            ident(name): menu for name, menu in (menus or {}).items()
        },
        "paymentFigureHelp": {
            ident(name): each for name, each in (about or {}).items()
        },
    }
