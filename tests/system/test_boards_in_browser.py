"""The boards as an accountant sees them: every tile filled, right, and live."""

import datetime

import pytest
import system_figures
from payment_analytics.dashboard.boards import BOARDS
from system_boards import QUARTER, open_board, tiles
from system_browser import PHONE, Person, chromium
from system_stage import until

from dev.provision.paths import RUN
from dev.proxy import proxied

LOGIN = "boards.booker"
PERIODS = dict.fromkeys(("payments", "risk", "operations", "sales"), QUARTER)
SCREENS = RUN / "log" / "screens"


@pytest.fixture(scope="module")
def history(running_stage):
    """Paid orders, invoices that are late, a payout at the bank, a stranger's money."""
    stage = running_stage
    stage.user(LOGIN, ["account.group_account_user", "stock.group_stock_manager"])
    paid = [
        stage.buy(("Desk lamp", 2), customer="Hanne de Vries"),
        stage.buy(("Desk lamp", 1), ("Oak standing desk", 1)),
    ]
    stage.await_trails(paid)
    for days in (10, 45):
        late(stage, days)
    stage.payments["Online order, card"] = paid[1]
    for scene in ("declined_then_paid", "refund", "dispute"):
        getattr(stage, scene)()
    stage.payout()
    stage.bank_statement()
    for job in ("payment_reconciliation.cron_discrepancies", *OURS):
        run(stage, job)
    return stage


OURS = (
    "payment_analytics.cron_rollup",
    "payment_analytics.cron_compute_customers",
    "payment_analytics.cron_compute_forecast",
)


def run(stage, job):
    """Run a scheduled action now, as its form's button does."""
    stage.odoo.call("ir.cron", "method_direct_trigger", [stage.odoo.ref(job)])


def late(stage, days):
    """Post an invoice that was due ``days`` ago."""
    due = str(datetime.date.today() - datetime.timedelta(days=days))
    line = (0, 0, {"name": "Work", "price_unit": 100.0 + days, "tax_ids": [(5,)]})
    move = stage.odoo.create(
        "account.move",
        {
            "move_type": "out_invoice",
            "partner_id": stage.company.customers["Bakkerij Vermeer"],
            "invoice_date": due,
            "invoice_date_due": due,
            "invoice_line_ids": [line],
        },
    )
    stage.odoo.call("account.move", "action_post", [move])


@pytest.fixture(scope="module")
def booker(history):
    """An accountant behind the proxy that a production has."""
    stage = history
    port = int(stage.server.url.rsplit(":", 1)[1])
    with chromium() as browser, proxied(port, port + 1) as url:
        yield Person(browser, url).log_in(LOGIN, f"{LOGIN}-password")


@pytest.mark.parametrize("board", [each.name for each in BOARDS])
def test_tiles_are_the_records(stage, booker, board):
    """Every tile has a figure, and what can be counted otherwise is the same."""
    shown = open_board(booker, board, stage.odoo, PERIODS.get(board))
    booker.page.wait_for_timeout(1000)  # charts come to rest
    booker.page.screenshot(path=SCREENS / f"board-{board}.png")
    assert [title for title, each in shown.items() if not each["shown"]] == []
    has_help(booker, board)
    expected = getattr(system_figures, board)(stage.odoo)
    for title, figure in expected.items():
        value = shown[title]["value"] or 0
        assert value == pytest.approx(figure, abs=0.005), title
    booker.sees_no_error()


def has_help(person, name):
    """Each tile bears what its figure means, by the registry, for mouse and finger."""
    [board] = [each for each in BOARDS if each.name == name]
    expected = [tile.about for tile in board.tiles]
    for selector in ("canvas.o-scorecard", ".o_payment_figure_help_mark"):
        told = person.page.locator(selector).evaluate_all(
            "all => all.map((each) => JSON.parse(each.dataset.tooltipInfo).help)"
        )
        order = [each["name"] for each in expected]
        assert sorted(told, key=lambda each: order.index(each["name"])) == expected
    charts = person.page.locator("canvas:not(.o-scorecard)[data-tooltip-info]")
    assert charts.count() == 0


def sees_help(person, tile):
    """The help of a tile is shown, and reads as in the registry."""
    box = person.page.locator(".o-tooltip .o_payment_figure_help")
    box.wait_for()
    lines = [tile.about[name] for name in ("name", "meaning", "unit", "source")]
    for words in filter(None, (*lines, tile.about["formula"])):
        assert words in box.inner_text()
    return box


def test_help_by_mouse_and_keyboard(stage, booker):
    open_board(booker, "risk", stage.odoo, QUARTER)
    page = booker.page
    [board] = [each for each in BOARDS if each.name == "risk"]
    place = {"x": 60, "y": 60}  # where no button is
    page.locator("canvas.o-scorecard").nth(5).hover(position=place)
    sees_help(booker, board.tiles[5])
    page.screenshot(path=SCREENS / "board-help.png")
    page.mouse.move(5, 5)
    box = page.locator(".o_payment_figure_help")
    box.wait_for(state="detached")
    page.locator(".o-figure").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    sees_help(booker, board.tiles[0])
    page.keyboard.press("Tab")  # to the mark within the tile
    sees_help(booker, board.tiles[0])
    booker.sees_no_error()


def test_an_open_board_is_live(stage, booker):
    """A payment comes in: its tile changes within seconds, without a reload."""
    before = open_board(booker, "sales", stage.odoo, QUARTER)
    noted = booker.page.locator(".o_payment_live").inner_text()
    booker.page.evaluate("window.isTheSamePage = true")
    payment = stage.buy(("Desk lamp", 3), customer="Nora Lindqvist")
    stage.await_state(payment, "done")
    amount = stage.read(payment, "amount")
    gross = before["Gross"]["value"] + amount

    def is_there():
        return abs(tiles(booker)["Gross"]["value"] - gross) < 0.005

    until("the tile shows the payment", is_there, seconds=30)
    assert booker.page.evaluate("window.isTheSamePage")
    assert booker.page.locator(".o_payment_live").inner_text() != noted
    booker.sees_no_error()


def test_on_a_phone(stage, booker):
    """The tiles stand below each other, within the screen; each has its mark."""
    booker.page.set_viewport_size(PHONE)
    open_board(booker, "cash", stage.odoo)
    has_help(booker, "cash")
    marks = booker.page.locator(".o_payment_figure_help_mark")
    assert all(each.is_visible() for each in marks.all())
    booker.page.screenshot(path=SCREENS / "board-cash-phone.png")
    assert booker.width() <= PHONE["width"]
    booker.sees_no_error()
