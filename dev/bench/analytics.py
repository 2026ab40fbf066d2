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

from ._odoo import environment, timed
from ._payments import Shop

DATABASE = "bench_analytics"
COUNT = 1_000_000
CHANGES = 1_000
PERIODS = {"30 days": relativedelta(days=30), "year": relativedelta(years=1)}
BOARDS = ("payments",)
ROLLUP, REPORT = "payment.rollup", "payment.report"
RUNS, RUNS_OF_THE_REPORT = 15, 3


def measure(count=COUNT, runs=RUNS, runs_of_the_report=RUNS_OF_THE_REPORT):
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
        figures |= _cost_of_marks(env, shop)
        print(figures, file=sys.stderr, flush=True)
        for name in BOARDS:
            for label, period in PERIODS.items():
                board = _Board(env, name, period)
                figures |= board.measured(f"{name}, {label}", runs, runs_of_the_report)
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
    env.cr.execute("ANALYZE payment_rollup")
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


def _cost_of_marks(env, shop):
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
            names = [
                each["id"] for each in pivot["measures"] if "computedBy" not in each
            ]
            names = [
                "__count" if name.startswith("__count") else name for name in names
            ]
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
            yield pivot["model"], self._domain(pivot, pivot["domain"]), sets, names

    def _charts(self):
        for sheet in self.content["sheets"]:
            for figure in sheet["figures"]:
                chart = figure["data"]
                if "metaData" in chart:
                    data = chart["metaData"]
                    field = self.env[data["resModel"]]._fields[data["measure"]]
                    domain = self._domain(chart, chart["searchParams"]["domain"])
                    measure = f"{data['measure']}:{field.aggregator}"
                    yield data["resModel"], domain, [data["groupBy"]], [measure]

    def read(self, calls):
        """Make the calls; return what they took, in seconds."""
        self.env.invalidate_all()
        start = time.perf_counter()
        for model, domain, sets, measures in calls:
            self.env[model].formatted_read_grouping_sets(domain, sets, measures)
        return time.perf_counter() - start

    def measured(self, name, runs, runs_of_the_report):
        """Return the figures of this board, by the rollup and from the payments."""
        asked = [self.read(self.calls) for _run in range(runs)]
        both = [call for call in self.calls if call[0] == ROLLUP and self._known(call)]
        plain = [(REPORT, *call[1:]) for call in both]
        ours = [self.read(both) for _run in range(runs)]
        theirs = [self.read(plain) for _run in range(runs_of_the_report)]
        self._assert_same(both, plain)
        return {
            f"{name}: median ms": 1000 * statistics.median(asked),
            f"{name}: p95 ms": 1000 * _p95(asked),
            f"{name}: calls": len(self.calls),
            f"{name}: shared ms": 1000 * statistics.median(ours),
            f"{name}: shared, SQL view ms": 1000 * statistics.median(theirs),
            f"{name}: SQL view / ours": statistics.median(theirs)
            / statistics.median(ours),
        }

    def _known(self, call):
        """Whether the SQL view over the payments can answer a call, too."""
        _model, domain, sets, measures = call
        names = {each.partition(":")[0] for group in sets for each in group}
        names |= {each.partition(":")[0] for each in measures if each != "__count"}
        names |= {leaf[0] for leaf in domain if len(leaf) == 3}
        return {each.partition(".")[0] for each in names} <= set(
            self.env[REPORT]._fields
        ) and "__count" not in measures

    def _assert_same(self, both, plain):
        """Both ways tell the same figures."""
        for call, same in zip(both, plain, strict=True):
            found, expected = (
                [
                    [row[name] or 0 for name in each[3]]
                    for group in self.env[each[0]].formatted_read_grouping_sets(
                        *each[1:]
                    )
                    for row in group
                ]
                for each in (call, same)
            )
            for row, other in zip(sorted(found), sorted(expected), strict=True):
                for one, two in zip(row, other, strict=True):
                    assert abs(one - two) < 0.005 * max(1, abs(two)) / 100, call


def _p95(seconds):
    return statistics.quantiles(seconds, n=100, method="inclusive")[94]
