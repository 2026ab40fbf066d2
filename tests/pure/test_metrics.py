"""The definitions of the figures, and what is written from them."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from payment_analytics.dashboard import payments, write
from payment_analytics.dashboard.board import PERIOD
from payment_analytics.dashboard.boards import BOARDS
from payment_analytics.dashboard.build import build
from payment_analytics.metrics import (
    declines,
    definitions,
    page,
    receivables,
    settlement,
)
from payment_analytics.metrics.definitions import FACTS, METRICS

ADDON = Path(definitions.__file__).resolve().parents[1]


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_a_formula_of_known_facts(metric):
    """Every term is a fact, and the words of the formula name each of them."""
    terms = [*metric.numerator, *metric.denominator]
    assert terms
    for term in terms:
        assert FACTS[term.removeprefix("-")].label in metric.formula


@pytest.mark.parametrize(
    "figure", [*FACTS.values(), *METRICS.values()], ids=[*FACTS, *METRICS]
)
def test_a_figure_says_what_it_is(figure):
    """Label, words, unit, source; none is empty, and units are known."""
    assert figure.label and figure.text and figure.source
    assert figure.unit in (definitions.AMOUNT, definitions.COUNT, definitions.SHARE)


def test_units_fit_the_formula():
    """A share divides like by like; an amount starts from an amount."""
    for metric in METRICS.values():
        top = {FACTS[term.removeprefix("-")].unit for term in metric.numerator}
        bottom = {FACTS[term.removeprefix("-")].unit for term in metric.denominator}
        assert len(top) == 1
        if metric.unit == definitions.SHARE:
            assert top == bottom
        else:
            assert top == {metric.unit}


def test_formula_in_words():
    """What a reader sees."""
    assert METRICS["net"].formula == "Gross - Refunded - Disputed - Fees"
    assert METRICS["success_rate"].formula == (
        "Successful Payments / (Successful Payments + Failed Payments)"
    )
    assert METRICS["method_share"].formula == "Gross / Gross of all"


def test_value_by_hand():
    """100 + 900 paid, 3 + 9 in fees: 1.2 percent, net 988."""
    facts = dict.fromkeys(FACTS, 0) | {"gross": 1000, "fees": 12}
    assert definitions.value(METRICS["effective_fee_rate"], facts) == 0.012
    assert definitions.value(METRICS["net"], facts) == 988
    assert definitions.value(METRICS["average_ticket"], facts) is None


def test_only_amounts_have_a_currency():
    """Each metric states the time zone and currency it rests on."""
    for metric in METRICS.values():
        assert metric.time_zone == definitions.COMPANY_DAY
        money = metric.unit == definitions.AMOUNT
        assert (metric.currency_basis == definitions.NO_CURRENCY) is not money


def test_the_page_is_up_to_date():
    """Else: python addons/payment_analytics/metrics/page.py."""
    assert page.PAGE.read_text(encoding="utf-8") == page.render()


def test_the_page_can_be_written_without_odoo(tmp_path):
    """As a command, in a Python that knows neither Odoo nor our packages."""
    command = (
        "import runpy, sys; page = runpy.run_path(sys.argv[1], run_name='page');"
        " sys.stdout.buffer.write(page['render']().encode())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", command, str(ADDON / "metrics" / "page.py")],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == page.render()


@pytest.mark.parametrize("name", list(write.files()))
def test_the_dashboards_are_up_to_date(name):
    """Else: python addons/payment_analytics/dashboard/write.py."""
    path = ADDON / "data" / "files" / name
    assert path.read_text(encoding="utf-8") == write.files()[name]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_day_without_payments_is_no_rate_of_nothing(board):
    """Lines of rates and delays leave such days out; those of sums go down to 0."""
    goes_to_zero = {
        chart.title: chart.measure == "gross"
        for chart in board.charts
        if chart.kind == "line" and len(chart.groups) == 1
    }
    found = {
        figure["data"]["title"]["text"]: figure["data"]["searchParams"]["context"].get(
            "fill_temporal", True
        )
        for figure in build(board)["sheets"][0]["figures"]
        if figure["data"]["title"].get("text") in goes_to_zero
    }
    assert found == goes_to_zero


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_every_tile_is_explained_on_the_dashboard(board):
    """Each tile's label and definition can be read at the foot of the sheet."""
    cells = build(board)["sheets"][0]["cells"].values()
    for tile in board.tiles:
        assert tile.text
        assert f'=_t("{tile.title}")' in cells
        assert f'=_t("{tile.text}")' in cells


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_the_sample_has_the_same_figures_and_needs_no_data(board):
    """Same tiles and charts, no pivot, no model."""
    real, sample = (build(board, empty=empty) for empty in (False, True))

    def titles(dashboard):
        return [
            figure["data"]["title"]["text"]
            for figure in dashboard["sheets"][0]["figures"]
        ]

    assert titles(real) == titles(sample)
    assert not sample["pivots"]
    assert "odoo_" not in json.dumps(sample["sheets"])
    assert "PIVOT" not in json.dumps(sample["sheets"])


@pytest.mark.parametrize("board", BOARDS, ids=lambda each: each.name)
def test_every_tile_has_help_in_terms_that_are_translated(board):
    """Odoo exports the terms of cells: each of the help's stands in one."""
    for empty in (False, True):
        content = build(board, empty=empty)
        cells = set(content["sheets"][1]["cells"].values())
        tiles = [
            figure
            for figure in content["sheets"][0]["figures"]
            if figure["data"]["type"] == "scorecard"
        ]
        about = content["paymentFigureHelp"]
        assert set(about) == {tile["id"] for tile in tiles}
        for tile in tiles:
            told = about[tile["id"]]
            assert told["name"] == tile["data"]["title"]["text"]
            assert told["meaning"] and told["unit"] and told["source"]
            terms = {f'=_t("{term}")' for term in told.values() if term}
            assert terms <= cells


def test_periods_before_ask_for_the_same():
    """Now, the period before, and the same days a year before."""
    tiles = {
        pivot["name"]: pivot
        for pivot in build(payments.BOARD)["pivots"].values()
        if pivot["model"] == payments.MODEL
    }
    now, before, year = (tiles[f"Tiles, {when}"] for when in ("now", "before", "year"))
    assert now["measures"] == before["measures"] == year["measures"]
    key = PERIOD.key
    assert now["fieldMatching"][key] == {"chain": "day", "type": "date", "offset": 0}
    assert before["fieldMatching"][key]["offset"] == -1
    assert year["fieldMatching"][key]["chain"] == "year_later"


# === Worked examples ===


def test_dso_by_example():
    """18,000 receivable, 20,000 sold on credit in April's 30 days: 27 days.

    Source: https://www.fool.com/terms/d/days-sales-outstanding, which takes the average
    of the month's receivables; and a year of 365 days, 50,000 of 200,000: 91.25 days,
    https://bit1024.com/tool/DSO-Calculator, which takes them at its end, as we do.
    """
    assert round(receivables.dso(18_000, 20_000, 30), 6) == 27
    assert receivables.dso(50_000, 200_000, 365) == 91.25
    assert receivables.dso(100, 0, 30) is None


def test_ageing_by_example():
    """Evers Industries on 31 July: five accounts that its schedule had left out.

    Source: Warren, Reeve, Duchac, Corporate Financial Accounting, 14th edition, chapter
    8, exercise "Aging of receivables schedule"; the schedule's other subtotals stand
    for accounts in the midst of each range.
    """
    today = date(2026, 7, 31)
    subtotals = {-15: 600_000, 15: 220_000, 45: 115_000, 75: 85_000, 120: 30_000}
    items = [(today - timedelta(days), amount) for days, amount in subtotals.items()]
    items += [
        (date(2026, 4, 7), 36_000),  # Boyd Industries, 115 days past due
        (date(2026, 5, 29), 11_500),  # Hodges Company, 63
        (date(2026, 6, 8), 6_600),  # Kent Creek, 53
        (date(2026, 8, 10), 7_400),  # Lockwood Company, not past due
        (date(2026, 7, 2), 13_000),  # Van Epps Company, 29
    ]
    assert receivables.ageing(items, today) == {
        "current": 607_400,
        "d1_30": 233_000,
        "d31_60": 121_600,
        "d61_90": 96_500,
        "older": 66_000,
    }


def test_ages_at_their_edges():
    """Due today is not late; 1, 30, 31, 60, 61, 90 and 91 days past due."""
    today = date(2026, 3, 31)
    late = {0: 1, 1: 2, 30: 4, 31: 8, 60: 16, 61: 32, 90: 64, 91: 128, -5: 256}
    items = [(today - timedelta(days=days), amount) for days, amount in late.items()]
    assert receivables.ageing(items, today) == {
        "current": 257,
        "d1_30": 6,
        "d31_60": 24,
        "d61_90": 96,
        "older": 128,
    }


def test_vamp_by_example():
    """0.75% fraud reports and 0.75% disputes of 10,000 payments: 1.5%.

    Source: https://chargebackhelp.com/vamp-big-changes-to-visas-monitoring-programs
    """
    facts = dict.fromkeys(FACTS, 0) | {
        "fraud_reports": 75,
        "card_disputes": 75,
        "card_not_present": 10_000,
    }
    assert definitions.value(METRICS["vamp_ratio"], facts) == 0.015


def test_authorisation_rate_leaves_out_what_no_bank_decided():
    """90 approved, 10 refused by banks, 5 blocked by rules: 90 of 100."""
    facts = dict.fromkeys(FACTS, 0) | {
        "succeeded_attempts": 90,
        "failed_attempts": 15,
        "blocked_attempts": 5,
    }
    assert definitions.value(METRICS["authorisation_rate"], facts) == 0.9
    assert definitions.value(METRICS["attempt_success_rate"], facts) == 90 / 105


def test_percentiles_of_days():
    """Nine after two days, one after seven: as PostgreSQL's percentile_disc."""
    counts = {2: 9, 7: 1}
    assert settlement.percentile(counts, 0.5) == 2
    assert settlement.percentile(counts, 0.9) == 2
    assert settlement.percentile(counts, 0.91) == 7
    assert settlement.percentile({}, 0.5) is None


def test_every_code_has_one_reason():
    codes = [code for _label, codes in declines.REASONS.values() for code in codes]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("each", definitions.DEFINITIONS.values())
def test_figures_worked_out_elsewhere_are_defined(each):
    """With formula, unit, basis, source, and who works them out."""
    assert each.label and each.formula and each.computed_by and each.source
    money = each.unit == definitions.AMOUNT
    assert (each.currency_basis == definitions.COMPANY_CURRENCY) is money
    assert each.time_zone == definitions.COMPANY_DAY
