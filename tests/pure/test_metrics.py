"""The definitions of the figures, and what is written from them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from payment_analytics.dashboard import payments, write
from payment_analytics.dashboard.payments_sheets import build
from payment_analytics.metrics import definitions, page
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
    command = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='page')"
    subprocess.run(
        [sys.executable, "-I", "-c", command, str(ADDON / "metrics" / "page.py")],
        cwd=tmp_path,
        check=True,
    )


@pytest.mark.parametrize("name", ["payments", "payments_sample"])
def test_the_dashboards_are_up_to_date(name):
    """Else: python addons/payment_analytics/dashboard/write.py."""
    path = ADDON / "data" / "files" / f"{name}_dashboard.json"
    assert path.read_text(encoding="utf-8") == write.files()[path.name]


def test_every_tile_is_explained_on_the_dashboard():
    """Each tile's label and definition can be read at the foot of the sheet."""
    cells = build()["sheets"][0]["cells"].values()
    for name, *_look in payments.TILES:
        figure = (FACTS | METRICS)[name]
        assert f'=_t("{figure.label}")' in cells
        assert f'=_t("{figure.help}")' in cells


def test_charts_do_not_overlap():
    """Tiles and charts lie side by side, and the lists below all of them."""
    boxes = []
    for figure in build()["sheets"][0]["figures"]:
        x, y = figure["offset"]["x"], figure["offset"]["y"]
        right, bottom = x + figure["width"], y + figure["height"]
        for other in boxes:
            assert (
                right <= other[0]
                or x >= other[2]
                or bottom <= other[1]
                or (y >= other[3])
            )
        boxes.append((x, y, right, bottom))
    default_row = 23
    assert max(box[3] for box in boxes) <= (payments.LISTS_AT - 1) * default_row
    assert max(box[2] for box in boxes) <= sum(payments.COLUMNS)


def test_the_sample_has_the_same_figures_and_needs_no_data():
    """Same tiles and charts, no pivot, no model."""
    real, sample = (build(empty=empty) for empty in (False, True))

    def titles(dashboard):
        return [
            figure["data"]["title"]["text"]
            for figure in dashboard["sheets"][0]["figures"]
        ]

    assert titles(real) == titles(sample)
    assert not sample["pivots"]
    assert "odoo_" not in json.dumps(sample["sheets"])
    assert "PIVOT" not in json.dumps(sample["sheets"])


def test_the_period_before_is_one_step_back():
    """The second pivot asks for the same figures, one period earlier."""
    now, before = payments.pivots()[:2]
    assert now["measures"] == before["measures"]
    period = next(each for each in payments.filters() if each["type"] == "date")["id"]
    assert now["fieldMatching"][period]["offset"] == 0
    assert before["fieldMatching"][period]["offset"] == -1
