"""The spreadsheet of a board: what is seen, and the figures behind it."""

import json

from ..metrics.definitions import COUNT, SHARE
from . import parts
from .board import FORMATS, IN_FULL, SMALL_SHARE

WIDTH, GAP = 1000, 12
TILES_A_ROW, TILE_HEIGHT = 4, 107
SHARES = (SHARE, SMALL_SHARE)
ROW = 23  # pixels of a row of the sheet, by default
WHEN = ("now", "before", "year")
WIDE_ENOUGH = 110  # pixels of a compared figure
IN_THOUSANDS = 100000  # amounts from here on are written so
IN_THEIR_ORDER = ("age", "hour", "weekday")  # not by their figures
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def build(board, empty=False):
    """Return the spreadsheet; ``empty``: with sample figures, for want of records."""
    build = _SampleBuild(board) if empty else _Build(board)
    return build.workbook()


class _Build:
    """One board being made: pivots get their numbers as they are asked for."""

    is_sample = False

    def __init__(self, board):
        self.board = board
        self.pivots = []
        self._tile_pivots = {}

    def workbook(self):
        """Return the whole spreadsheet."""
        sheets = [self._dashboard(), self._data()]
        return parts.workbook(
            sheets,
            self.pivots,
            self._filters(),
            self._menus(),
            self._help(),
        )

    def _filters(self):
        return [
            {
                "id": each.key,
                "type": each.type,
                "label": each.label,
                **({"defaultValueDisplayNames": []} if each.type == "relation" else {}),
                **each.more,
            }
            for each in self.board.filters
        ]

    def _menus(self):
        figures = [
            (self._name(each), each.source.menu)
            for each in (*self.board.tiles, *self.board.charts)
        ]
        return dict(figures)

    def _help(self):
        """Return what each tile means; its client shows it beside the tile."""
        return {self._name(tile): tile.about for tile in self.board.tiles}

    def _name(self, figure):
        key = getattr(figure, "ident", None) or figure.key
        return f"{self.board.name}/{key}"

    def _pivot(self, *args, **kwargs):
        key = str(len(self.pivots) + 1)
        self.pivots.append(parts.pivot(key, *args, **kwargs))
        return key

    # === Figures behind the tiles === #

    def _value(self, tile, when):
        """Return the formula of a tile's figure; tiles of one source share a pivot."""
        source = tile.source
        place = (source.model, tile.domain, when)
        if place not in self._tile_pivots:
            self._tile_pivots[place] = self._pivot(
                f"Tiles, {when}",
                source.model,
                self._tile_measures(tile),
                source.chains(self.board.filters, when),
                domain=source.domain + tile.domain,
            )
        key = self._tile_pivots[place]
        value = f'PIVOT.VALUE({key},"{tile.measure}")'
        if tile.over:
            value = f'IFERROR({value}/PIVOT.VALUE({key},"{tile.over}"),"")'
        return f"={value}"

    def _tile_measures(self, tile):
        """Return the measures of all tiles that read the same records."""
        found = {}
        for each in self.board.tiles:
            if (each.source.model, each.domain) == (tile.source.model, tile.domain):
                more = {}
                if each.kind in IN_FULL:
                    more["format"] = parts.FORMATS[FORMATS[each.kind]]
                found[each.measure] = parts.measure(
                    each.name, each.aggregator, userDefinedName=each.title, **more
                )
                if each.over:
                    found[each.over] = parts.measure(each.over)
        return list(found.values())

    def _data(self):
        """Return the sheet behind the tiles: B to D the figures, E to G as shown.

        From H on it lists the terms of the tiles' help, so that they are translated.
        """
        heads = (
            "Figure",
            "Now",
            "Before",
            "Year Before",
            "Now",
            "Before",
            "Year Before",
            "Meaning",
            "Formula",
            "Unit",
            "Source",
        )
        cells = {
            f"{letter}1": parts.translated(head)
            for letter, head in zip(LETTERS, heads, strict=False)
        }
        formats = {}
        for row, tile in enumerate(self.board.tiles, 2):
            cells[f"A{row}"] = parts.translated(tile.title)
            for letter, term in zip("HIJK", (*tile.about.values(),)[1:], strict=True):
                if term:
                    cells[f"{letter}{row}"] = parts.translated(term)
            for index, when in enumerate(WHEN):
                if when != "now" and not tile.compares:
                    continue
                if when == "year" and not tile.source.year_later:
                    continue
                cell, shown = f"{'BCD'[index]}{row}", f"{'EFG'[index]}{row}"
                cells[cell] = self._value(tile, when)
                cells[shown] = _shown(cell, tile, when)
            if tile.kind in IN_FULL:
                formats[f"B{row}:G{row}"] = FORMATS[tile.kind]
            elif self.is_sample or tile.kind == COUNT:
                formats[f"B{row}:D{row}"] = FORMATS[tile.kind]
        more, more_formats = self._data_of_charts()
        return parts.sheet(
            "Data",
            cells | more,
            cols={0: 180},
            formats=formats | more_formats,
            styles={f"E2:E{1 + len(self.board.tiles)}": parts.KEY},
            rowNumber=120,
            colNumber=26,
        )

    def _data_of_charts(self):
        return {}, {}

    # === What is seen === #

    def _dashboard(self):
        board = self.board
        figures, bottom = self._figures()
        sheet = _Sheet()
        row = -(-bottom // ROW) + 2  # rows count from 1
        for band in board.bands:
            last = row
            for table in band:
                last = max(last, self._table(sheet, table, row))
            row = last + 2
        if board.compares:
            row = self._comparison(sheet, row) + 2
        last = self._notes(sheet, row)
        return parts.sheet(
            "Dashboard",
            sheet.cells,
            rows=sheet.rows,
            rowNumber=last + 1,
            colNumber=len(board.widths),
            cols=dict(enumerate(board.widths)),
            merges=sheet.merges,
            styles=sheet.styles,
            formats=sheet.formats,
            borders=sheet.borders,
            figures=figures,
            tables=sheet.tables,
            conditionalFormats=sheet.heats,
        )

    def _figures(self):
        """Return tiles and charts at their places, and the pixel where they end."""
        figures, y = [], GAP
        width = (WIDTH - GAP * (TILES_A_ROW - 1)) // TILES_A_ROW
        for index, tile in enumerate(self.board.tiles):
            line, column = divmod(index, TILES_A_ROW)
            x, top = column * (width + GAP), y + line * (TILE_HEIGHT + GAP)
            content = self._tile(tile, index + 2)
            figures.append(
                parts.figure(self._name(tile), x, top, width, TILE_HEIGHT, content)
            )
        y += -(-len(self.board.tiles) // TILES_A_ROW) * (TILE_HEIGHT + GAP)
        x = height = 0
        for chart in self.board.charts:
            width = WIDTH * chart.share // 12
            if x + width > WIDTH:
                x, y = 0, y + height + GAP
            gap = GAP if x + width < WIDTH - GAP else 0
            content = self._chart(chart)
            figures.append(
                parts.figure(
                    self._name(chart), x, y, width - gap, chart.height, content
                )
            )
            x, height = x + width, chart.height
        return figures, y + height

    def _tile(self, tile, row):
        mode = "difference" if tile.kind in SHARES else "percentage"
        content = parts.scorecard(
            tile.title, row, tile.color, mode, tile.more_is_better
        )
        if not tile.compares:
            del content["baseline"], content["baselineDescr"]
        return content

    def _chart(self, chart):
        source = chart.source
        content = parts.odoo_chart(
            chart.kind,
            chart.title,
            source.model,
            chart.measure,
            list(chart.groups),
            source.chains(self.board.filters),
            domain=None if chart.domain is None else source.domain + chart.domain,
            **chart.options,
        )
        if chart.kind == "line" and (len(chart.groups) > 1 or not chart.adds_up):
            # Days without a record would be a series of their own, or a rate of 0.
            content["searchParams"]["context"] = {"fill_temporal": False}
        if chart.kind in ("bar", "line") and _in_time(chart.groups[0]):
            content["metaData"]["order"] = None
        return content

    def _table(self, sheet, table, top):
        """Put a table on the sheet; return its last row."""
        first = LETTERS.index(table.at)
        matching = table.source.chains(self.board.filters)
        across = (table.across,) if table.across else ()
        key = self._pivot(
            table.title,
            table.source.model,
            [column.measure for column in table.columns],
            matching,
            rows=(table.by,),
            columns=across,
            domain=table.source.domain + (() if table.source.top else table.domain),
            order=None if across else table.order,
            context=_first_customers(table) if table.source.top else None,
        )
        width = 1 + (_wide(table) if across else len(table.columns))
        rows = len(table.marks) or table.length
        sheet.title(table.at, top, width, _link(table))
        if table.marks:
            self._grid(sheet, table, key, first, top)
        elif across:
            sheet.cells[f"{table.at}{top + 1}"] = _unless_empty(
                table, key, f"PIVOT({key}, {rows}, FALSE, TRUE, {width - 1}, FALSE)"
            )
        else:
            sheet.cells[f"{table.at}{top + 1}"] = _unless_empty(
                table, key, f"PIVOT({key}, {rows}, FALSE, FALSE)"
            )
        sheet.look(self.board, table, first, width, top, rows)
        return top + 1 + rows

    def _grid(self, sheet, table, key, first, top):
        """Put a grid with a cell for each pair of values, filled or not."""
        measure = table.columns[0].measure["id"]
        for column, (across, label) in enumerate(table.marks_across, first + 1):
            letter = LETTERS[column]
            sheet.cells[f"{letter}{top + 1}"] = parts.translated(label)
            for row, (by, _label) in enumerate(table.marks, top + 2):
                value = (
                    f'PIVOT.VALUE({key},"{measure}","{table.by}","{by}",'
                    f'"{table.across}","{across}")'
                )
                sheet.cells[f"{letter}{row}"] = f"={value}"
        for row, (_by, label) in enumerate(table.marks, top + 2):
            sheet.cells[f"{LETTERS[first]}{row}"] = parts.translated(label)

    def _comparison(self, sheet, top):
        """Put the tiles' figures beside those before; return the last row."""
        tiles = [
            (row, tile) for row, tile in enumerate(self.board.tiles, 2) if tile.compares
        ]
        spans = _spans(self.board.widths)
        end = spans[-1][1]
        sheet.title("A", top, 1 + LETTERS.index(end), parts.translated("Compared"))
        heads = ("Figure", "Period", "Period Before", "Year Before")
        for (letter, _last), head in zip(spans, heads, strict=True):
            sheet.cells[f"{letter}{top + 1}"] = parts.translated(head)
        for row, (source, tile) in enumerate(tiles, top + 2):
            sheet.cells[f"A{row}"] = parts.translated(tile.title)
            for (letter, _last), shown in zip(spans[1:], "EFG", strict=True):
                if shown == "G" and not tile.source.year_later:
                    continue
                sheet.cells[f"{letter}{row}"] = f"=Data!{shown}{source}"
            if tile.kind in IN_FULL:
                sheet.formats[f"B{row}:{end}{row}"] = FORMATS[tile.kind]
        last = top + 1 + len(tiles)
        sheet.merges += [
            f"{letter}{row}:{until}{row}"
            for row in range(top + 1, last + 1)
            for letter, until in spans
            if letter != until
        ]
        sheet.styles[f"A{top + 1}"] = parts.HEADER
        sheet.styles[f"B{top + 1}:{end}{top + 1}"] = parts.SIDE
        sheet.styles[f"A{top + 2}:A{last}"] = parts.TEXT
        sheet.styles[f"B{top + 2}:{end}{last}"] = parts.FIGURE
        sheet.tables.append(parts.table(f"A{top + 1}:{end}{last}"))
        return last

    def _notes(self, sheet, top):
        """Say how each figure is computed; return the last row."""
        board = self.board
        last_letter = LETTERS[len(board.widths) - 1]
        sheet.title("A", top, len(board.widths), parts.translated("How It Is Computed"))
        texts = [("Basis", board.basis)]
        texts += [(tile.title, tile.text) for tile in board.tiles]
        texts += board.notes
        for row, (label, text) in enumerate(texts, top + 1):
            sheet.cells[f"A{row}"] = parts.translated(label)
            sheet.cells[f"B{row}"] = parts.translated(text)
            sheet.merges.append(f"B{row}:{last_letter}{row}")
            sheet.rows[row - 1] = parts.TEXT_ROW
        last = top + len(texts)
        sheet.styles[f"A{top + 1}:A{last}"] = parts.LABEL
        sheet.styles[f"B{top + 1}:{last_letter}{last}"] = parts.NOTE
        return last


class _SampleBuild(_Build):
    """The same board with figures of its own, until there are records."""

    is_sample = True
    CHARTS_AT = 40  # row of the sheet Data

    def workbook(self):
        return parts.workbook([self._dashboard(), self._data()], about=self._help())

    def _value(self, tile, when):
        return str(tile.sample[WHEN.index(when)])

    def _ranges(self):
        """Return {chart: (letters, heads, rows)}: a block of columns for each."""
        found, first = {}, 0
        for chart in self.board.charts:
            heads, *rows = chart.sample
            letters = LETTERS[first : first + len(heads)]
            found[chart.key] = (letters, heads, rows)
            first += len(heads)
        return found

    def _chart(self, chart):
        letters, _heads, rows = self._ranges()[chart.key]
        top = self.CHARTS_AT
        ranges = [f"Data!{each}{top}:{each}{top + len(rows)}" for each in letters]
        # The sample states sums already.
        options = {**chart.options}
        options.pop("cumulative", None)
        return parts.sample_chart(chart.kind, chart.title, *ranges, **options)

    def _data_of_charts(self):
        cells, formats = {}, {}
        for letters, heads, rows in self._ranges().values():
            for row, values in enumerate([heads, *rows], self.CHARTS_AT):
                for letter, value in zip(letters, values, strict=True):
                    cells[f"{letter}{row}"] = _sample(value)
                    if str(value).startswith("="):
                        formats[f"{letter}{row}"] = parts.DAY
        return cells, formats

    def _table(self, sheet, table, top):
        first = LETTERS.index(table.at)
        width = len(table.sample[0])
        sheet.title(table.at, top, width, parts.translated(table.title))
        units = [column.unit for column in table.columns]
        for row, values in enumerate(table.sample, top + 1):
            for offset, value in enumerate(values):
                cell = f"{LETTERS[first + offset]}{row}"
                if value != "":
                    sheet.cells[cell] = _sample(value)
                if offset and not isinstance(value, str):
                    unit = units[0 if table.across else offset - 1]
                    sheet.formats[cell] = FORMATS[unit]
        rows = len(table.marks) or table.length
        sheet.look(self.board, table, first, width, top, rows)
        return top + 1 + rows


class _Sheet:
    """What gathers on a sheet while it is made."""

    def __init__(self):
        self.cells, self.rows, self.styles = {}, {}, {}
        self.formats, self.borders = {}, {}
        self.tables, self.merges, self.heats = [], [], []

    def title(self, letter, row, width, content):
        """Put a heading over ``width`` columns."""
        last = LETTERS[LETTERS.index(letter) + width - 1]
        self.cells[f"{letter}{row}"] = content
        self.rows[row - 1] = parts.TITLE_ROW
        self.styles[f"{letter}{row}:{last}{row}"] = parts.TITLE
        self.borders[f"{letter}{row}:{last}{row}"] = 1

    def look(self, board, table, first, width, top, rows):
        """Style a table whose heading is in row ``top``."""
        left, last = LETTERS[first], LETTERS[first + width - 1]
        second, bottom = LETTERS[first + 1], top + 1 + rows
        self.styles[f"{left}{top + 1}"] = parts.HEADER
        head, figure = (
            (parts.CENTER_HEAD, parts.CENTER)
            if table.across
            else (parts.SIDE, parts.FIGURE)
        )
        self.styles[f"{second}{top + 1}:{last}{top + 1}"] = head
        self.styles[f"{left}{top + 2}:{left}{bottom}"] = parts.TEXT
        self.styles[f"{second}{top + 2}:{last}{bottom}"] = figure
        cells = f"{second}{top + 2}:{last}{bottom}"
        if table.across:
            name = f"{board.name}/{table.title}"
            self.heats.append(parts.heat(name, cells))
            if table.columns[0].unit == SHARE:
                self.formats[cells] = parts.PERCENT_ROUND
        else:
            self.tables.append(parts.table(f"{left}{top + 1}:{last}{bottom}"))


def _spans(widths):
    """Return (first, last letter) of four columns that are wide enough for a figure."""
    spans, first = [("A", "A")], 1
    while len(spans) < 4:
        last = first
        while sum(widths[first : last + 1]) < WIDE_ENOUGH:
            last += 1
        spans.append((LETTERS[first], LETTERS[last]))
        first = last + 1
    return spans


def _first_customers(table):
    """Return the context of a table that asks for the first customers alone.

    The table's domain tells which rows they are ranked by, where it is not all that
    add to its first figure; their figures are those of all their rows.
    """
    among = {"payment_among": list(table.domain)} if table.domain else {}
    return {"payment_top": table.length, **among}


def _unless_empty(table, key, pivot):
    """Return the formula of a table that says so where it has no row."""
    first = table.columns[0]
    if table.source.top:
        # The total is that of all rows: nobody is ranked where it is nothing.
        ranked = {leaf[0] for leaf in table.domain if len(leaf) == 3} or {first.name}
        empty = ",".join(
            f'OR({value}="",{value}=0)'
            for column in table.columns
            if column.name in ranked
            for value in [f'PIVOT.VALUE({key},"{column.measure["id"]}")']
        )
        return f'=IF(AND({empty}),_t("None"),{pivot})'
    measure = first.measure["id"]
    nothing = "0" if measure == "__count" else '""'
    return f'=IF(PIVOT.VALUE({key},"{measure}")={nothing},_t("None"),{pivot})'


def _wide(table):
    return len(table.marks_across) or table.wide


def _in_time(group):
    return ":" in group or group in IN_THEIR_ORDER


def _shown(cell, tile, when):
    """Return the formula of a figure as its tile writes it.

    Nothing before is no figure: a change from zero would be infinite.
    """
    nothing, shown = '"–"', cell
    if tile.kind not in IN_FULL:
        nothing = "0"
        shown = f"IF(ABS({cell})<{IN_THOUSANDS},{cell},FORMAT.LARGE.NUMBER({cell}))"
    if when == "now":
        return f'=IF({cell}="",{nothing},{shown})'
    return f'=IF({cell}="","",IF({cell}=0,"",{shown}))'


def _sample(value):
    text = isinstance(value, str) and not value.startswith("=")
    return parts.translated(value) if text else str(value)


def _link(table):
    """Return a title that opens the records behind a table, grouped as it is."""
    measures = [
        column.name for column in table.columns if not column.name.startswith("__")
    ]
    across = [table.across] if table.across else []
    view = {
        "viewType": table.views[0],
        "action": {
            "domain": list(table.source.domain + table.domain),
            "context": {
                "group_by": [table.by],
                "pivot_measures": measures or ["__count"],
                "pivot_column_groupby": across,
                "pivot_row_groupby": [table.by],
            },
            "modelName": table.source.records or table.source.model,
            "views": [[False, view] for view in table.views],
        },
        "threshold": 0,
        "name": table.title,
        "positional": True,
    }
    return f"[{table.title}](odoo://view/{json.dumps(view, separators=(',', ':'))})"
