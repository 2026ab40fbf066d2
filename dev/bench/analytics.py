"""Figures of a million payments: by day (the rollup), and straight from the payments.

Payments of three years are made by SQL. Measured are the first computation of all days,
the cost of 1,000 late changes, what marking costs a payment, and the time in which each
dashboard's data is read as the browser reads it: all its pivots and charts, one after
the other. The same figures are then read from the payments themselves (payment.report,
a plain SQL view) in the same run.
"""

import json
import statistics
import sys
import time

from dateutil.relativedelta import relativedelta

from ._odoo import environment, timed, worked
from ._payments import Shop

DATABASE = "bench_analytics"
COUNT = 1_000_000
CHANGES = 1_000
PERIODS = {"30 days": relativedelta(days=30), "year": relativedelta(years=1)}
BOARDS = ("payments", "risk", "sales")
ROLLUP, REPORT = "payment.rollup", "payment.report"
RUNS, RUNS_OF_THE_VIEW = 15, 1
COMPARED = ("payments", "30 days")  # with the SQL view, which takes minutes


def measure(count=COUNT, runs=RUNS, runs_of_the_view=RUNS_OF_THE_VIEW):
    """Return the figures of one run."""
    with environment(DATABASE) as env:
        shop = Shop(env)
        start = time.perf_counter()
        shop.fill(count)
        figures = {"payments": count, "generation s": time.perf_counter() - start}
        figures |= _first_build(env)
        print(figures, file=sys.stderr, flush=True)  # what follows takes minutes
        figures |= _late_changes(env, "recent", 35)
        figures |= _late_changes(env, "spread", 3 * 365)
        figures |= _cost_of_marks(env)
        print(figures, file=sys.stderr, flush=True)
        for name in BOARDS:
            for label, period in PERIODS.items():
                board, title = _Board(env, name, period), f"{name}, {label}"
                figures |= board.measured(title, runs)
                if (name, label) == COMPARED:
                    figures |= board.compared(title, runs, runs_of_the_view)
                print(figures, file=sys.stderr, flush=True)
    return figures


def _run_job(env):
    """Compute what is marked, in committed batches, as the job does."""
    before = _built(env)
    cost = timed(env, env["payment.rollup.day"]._cron_rebuild)
    env.cr.execute("SELECT COUNT(*) FROM payment_rollup_dirty")
    assert env.cr.fetchone() == (0,)
    after = _built(env)
    return cost.seconds, sum(after[day] != before.get(day) for day in after)


def _built(env):
    """Return {day: when it was computed, by the row's version}."""
    env.cr.execute("SELECT id, xmin::text FROM payment_rollup_day")
    return dict(env.cr.fetchall())


def _first_build(env):
    env["payment.rollup.dirty"]._mark_all()
    env.cr.commit()
    seconds, days = _run_job(env)
    env.cr.execute("ANALYZE")
    env.cr.execute("SELECT COUNT(*) FROM payment_rollup")
    [rows] = env.cr.fetchone()
    env.cr.commit()
    return {
        "first build s": seconds,
        "first build days": days,
        "first build ms per day": 1000 * seconds / days,
        "rollup rows": rows,
    }


def _late_changes(env, name, days):
    """Correct the amounts of payments that lie up to ``days`` days back."""
    env.cr.execute(
        "SELECT id FROM payment_transaction"
        " WHERE state = 'done' AND operation <> 'refund'"
        " AND paid_at > (SELECT MAX(paid_at) FROM payment_transaction"
        "                WHERE operation <> 'refund') - interval '1 day' * %s"
        " ORDER BY md5(id::text) LIMIT %s",
        [days, CHANGES],
    )
    payments = env["payment.transaction"].browse(
        [each for (each,) in env.cr.fetchall()]
    )
    for payment in payments:
        payment.amount += 1
    env.cr.commit()
    seconds, buckets = _run_job(env)
    return {
        f"{name} changes: rebuild s": seconds,
        f"{name} changes: days": buckets,
        f"{name} changes: ms per day": 1000 * seconds / buckets,
    }


def _cost_of_marks(env):
    """Return what marks cost a payment that succeeds, in queries and time."""
    env.cr.execute(
        "SELECT id FROM payment_transaction WHERE state = 'pending' LIMIT 400"
    )
    payments = env["payment.transaction"].browse(
        [each for (each,) in env.cr.fetchall()]
    )
    dirty = type(env["payment.rollup.dirty"])
    with_marks, without, original = [], [], dirty._mark
    try:
        for number, payment in enumerate(payments):
            dirty._mark = original if number % 2 else lambda *_args: None
            cost = timed(env, lambda paid=payment: paid.write({"state": "done"}))
            (with_marks if number % 2 else without).append(cost)
    finally:
        dirty._mark = original
    payments._mark_rollup()
    env.cr.commit()
    _run_job(env)
    middle = statistics.median
    more = middle(c.seconds for c in with_marks) - middle(c.seconds for c in without)
    queries = middle(c.queries for c in with_marks) - middle(c.queries for c in without)
    return {"marks: ms per payment": 1000 * more, "marks: queries per payment": queries}


class _Board:
    """What a dashboard asks the server for."""

    def __init__(self, env, name, period):
        self.env = env
        record = env.ref(f"payment_analytics.dashboard_{name}")
        self.content = json.loads(record.spreadsheet_data)
        env.cr.execute(
            "SELECT MAX(day) FROM payment_rollup WHERE successful_payments > 0"
        )
        [last] = env.cr.fetchone()
        self.periods = {
            0: (last - period, last),
            -1: (last - 2 * period, last - period),
        }
        self.dates = {
            each["id"]
            for each in self.content["globalFilters"]
            if each["type"] == "date"
        }
        self.calls = [*self._pivots(), *self._charts()]

    def _domain(self, source, domain):
        """Return a source's domain with the period that its filter asks for."""
        found = list(domain)
        for key in self.dates & set(source["fieldMatching"]):
            match = source["fieldMatching"][key]
            if "chain" in match:
                first, last = self.periods[match.get("offset", 0)]
                found += [(match["chain"], ">", first), (match["chain"], "<=", last)]
        return found

    def _pivots(self):
        for pivot in self.content["pivots"].values():
            names = [each["id"] for each in pivot["measures"]]
            names = [*(name for name in names if name != "__count"), "__count"]
            rows, columns = (
                [
                    ":".join(filter(None, (each["fieldName"], each.get("granularity"))))
                    for each in pivot[side]
                ]
                for side in ("rows", "columns")
            )
            sets = [
                rows[:depth] + columns[:wide]
                for depth in range(len(rows) + 1)
                for wide in range(len(columns) + 1)
            ]
            domain = self._domain(pivot, pivot["domain"])
            yield pivot["model"], domain, sets, names, pivot["context"]

    def _charts(self):
        for sheet in self.content["sheets"]:
            for figure in sheet["figures"]:
                chart = figure["data"]
                if "metaData" in chart:
                    data = chart["metaData"]
                    domain = self._domain(chart, chart["searchParams"]["domain"])
                    measures = self._chart_measures(data["resModel"], data["measure"])
                    yield data["resModel"], domain, [data["groupBy"]], measures, {}

    def _chart_measures(self, model, name):
        """Return what the browser asks for, for a chart's measure."""
        field = self.env[model]._fields[name]
        more = ["currency_id:array_agg_distinct", f"{name}:sum_currency"]
        extra = more if field.type == "monetary" else []
        return ["__count", *extra, f"{name}:{field.aggregator}"]

    def read(self, calls):
        """Make the calls; return what they took, in seconds."""
        self.env.invalidate_all()
        start = time.perf_counter()
        for model, domain, sets, measures, context in calls:
            reader = self.env[model].with_context(**context)
            reader.formatted_read_grouping_sets(domain, sets, measures)
        return time.perf_counter() - start

    def measured(self, name, runs):
        """Return how long the data of the whole board takes."""
        before = worked(self.env)
        asked = [self.read(self.calls) for _run in range(runs)]
        cpu = (worked(self.env) - before) / runs
        cuts = statistics.quantiles(asked, n=100, method="inclusive")
        return {
            f"{name}: median ms": 1000 * statistics.median(asked),
            f"{name}: p95 ms": 1000 * cuts[94],
            f"{name}: CPU ms": 1000 * cpu,
            f"{name}: calls": len(self.calls),
        }

    def compared(self, name, runs, runs_of_the_view):
        """Return the same calls, by the rollup and by the SQL view over the payments.

        Those are left out that the view cannot answer. Both say the same.
        """
        both = [call for call in self.calls if call[0] == ROLLUP and self._known(call)]
        plain = [(REPORT, *call[1:]) for call in both]
        ours = statistics.median(self.read(both) for _run in range(runs))
        start = time.perf_counter()
        expected = [self._rows(call) for call in plain]
        took = [time.perf_counter() - start]
        took += [self.read(plain) for _run in range(runs_of_the_view - 1)]
        theirs = statistics.median(took)
        for call, rows in zip(both, expected, strict=True):
            _assert_same(self._rows(call), rows, call)
        return {
            f"{name}: shared calls": len(both),
            f"{name}: shared calls ms": 1000 * ours,
            f"{name}: shared calls, SQL view ms": 1000 * theirs,
            f"{name}: SQL view / ours": theirs / ours,
        }

    def _rows(self, call):
        """Return the figures of a call, in an order of their own."""
        model, domain, sets, measures, _context = call
        names = [each for each in measures if each.endswith((":sum", ":avg"))]
        groups = self.env[model].formatted_read_grouping_sets(domain, sets, measures)
        return sorted(
            [row[name] or 0 for name in names] for each in groups for row in each
        )

    def _known(self, call):
        """Whether the SQL view over the payments can answer a call, too."""
        _model, domain, sets, measures, _context = call
        names = {each.partition(":")[0] for group in sets for each in group}
        names |= {each.partition(":")[0] for each in measures if each != "__count"}
        names |= {leaf[0] for leaf in domain if len(leaf) == 3}
        known = set(self.env[REPORT]._fields)
        return {each.partition(".")[0] for each in names} <= known


def _assert_same(rows, others, call):
    """Compare figures to half a cent, and a millionth of large ones."""
    for row, other in zip(rows, others, strict=True):
        for one, two in zip(row, other, strict=True):
            assert abs(one - two) <= 0.005 + abs(two) / 1e6, call
