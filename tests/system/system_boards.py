"""An open board in the browser: its tiles, as the spreadsheet computed them."""

from system_stage import until

READ = """() => {
    const root = odoo.__WOWL_DEBUG__.root;
    const board = root.env.services.spreadsheet_dashboard_loader.getActiveDashboard();
    if (!board?.model) {
        return null;
    }
    const { getters } = board.model;
    const [, sheetId] = getters.getSheetIds();
    const tiles = {};
    for (let row = 1; ; row++) {
        const cell = (col) => getters.getEvaluatedCell({ sheetId, col, row });
        if (typeof cell(0).value !== "string" || !cell(0).value) {
            return { isSample: Boolean(board.isSample), tiles };
        }
        tiles[cell(0).value] = { value: cell(1).value, shown: cell(4).formattedValue };
    }
}"""
FILTER = """([label, value]) => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const { model } = services.spreadsheet_dashboard_loader.getActiveDashboard();
    const filters = model.getters.getGlobalFilters();
    const { id } = filters.find((each) => each.label === label);
    model.dispatch("SET_GLOBAL_FILTER_VALUE", { id, value });
}"""
QUARTER = {"type": "relative", "period": "last_90_days"}


def open_board(person, name, odoo, period=None):
    """Open a board and wait until all its tiles are there.

    :param str name: of the record ``payment_analytics.dashboard_<name>``
    :param dict period: value of the filter Period, by default its own
    """
    board = odoo.ref(f"payment_analytics.dashboard_{name}")
    person.open(f"/odoo/dashboards?dashboard_id={board}", ".o-figure")
    until(f"the board {name} is read", lambda: _read(person))
    if period:
        person.page.evaluate(FILTER, ["Period", period])
    return tiles(person)


def tiles(person):
    """Return {title: {"value": figure, "shown": as the tile writes it}}."""
    return until("all tiles are computed", lambda: _read(person), 60)["tiles"]


def _read(person):
    """Return what the open board shows, None while something is loading."""
    board = person.page.evaluate(READ)
    if not board or not board["tiles"]:
        return None
    assert not board["isSample"]
    shown = [each["shown"] for each in board["tiles"].values()]
    return None if any("Loading" in each for each in shown) else board
