"""Who matches bank lines rightly: ours, OCA's engine, naive, emulated documented rules.

A seeded story per run, told once to a database; each contestant gets a copy of it. What
it booked is read from the ledger and held against the truth, which the database never
saw. Two inputs: every line quotes its invoice's number and no more (OCA's best case),
and the realistic mix of :mod:`dev.bench._matching.cases`.

Ours alone is also run on longer stories of the mix, enough for a narrow interval, and
on one of what reconciliation models explain.

Environment: ``SEEDS`` (default 5), ``LINES`` a seed of the stories that all are run on
(250; OCA's engine needs seconds a line), ``OUR_LINES`` a seed (750) and ``MODEL_LINES``
(300) of those that only ours is run on. 0 leaves them out.
"""

import os
import sys
import time
from contextlib import contextmanager

from dev import provision

from ._matching import cases, peers, verdicts, world

SEEDS = int(os.environ.get("SEEDS", 5))
LINES = int(os.environ.get("LINES", 250))
OUR_LINES = int(os.environ.get("OUR_LINES", 750))
MODEL_LINES = int(os.environ.get("MODEL_LINES", 300))
CONTESTANTS = {
    "ours": peers.ours,
    "naive amount and date": peers.naive,
    "emulated documented rules": peers.documented_rules,
    "OCA's engine": peers.oca,
}
OURS = {"ours": peers.ours}


def measure(seeds=SEEDS, lines=LINES, our_lines=OUR_LINES):
    """Return the figures; the tables by case go to the error output."""
    figures, found, tops = {}, {}, {}
    for seed in range(1, seeds + 1) if lines else ():
        _run(cases.exact(seed, lines), CONTESTANTS, "exact memo", found, tops)
        _run(cases.realistic(seed, lines), CONTESTANTS, "realistic", found, tops)
    for seed in range(11, 11 + seeds) if our_lines else ():
        _run(cases.realistic(seed, our_lines), OURS, "realistic, long", found, tops)
    if MODEL_LINES:
        _run(cases.with_models(97, MODEL_LINES), OURS, "models", found, tops)
    for (mix, name), each in found.items():
        for figure, value in verdicts.summary(each).items():
            figures[f"{mix}: {name}: {figure}"] = value
        print(f"\n{mix}: {name}", file=sys.stderr)
        for case, row in verdicts.by_case(each).items():
            print(f"  {case:<24} {row}", file=sys.stderr)
    for mix, shares in tops.items():
        hits, number = (sum(each) for each in zip(*shares, strict=True))
        figures[f"{mix}: ours: first proposal right %"] = 100 * hits / number
    return figures


def _run(story, contestants, mix, found, tops):
    """Tell a story and let every contestant match it."""
    told = f"bench_matching_{story.seed}"
    provision.clone_database(provision.ensure_template(), told)
    try:
        with _environment(told) as env:
            moves, ids = world.tell(env, story)
            numbers = {key: move.id for key, move in moves.items()}
        _close(told)
        for name, match in contestants.items():
            start = time.perf_counter()
            paid, top = _contest(told, match, ids, numbers)
            seconds = round(time.perf_counter() - start)
            print(f"{mix}, {story.seed}, {name}: {seconds} s", file=sys.stderr)
            judged = verdicts.verdicts(story, ids, paid)
            found.setdefault((mix, name), []).extend(judged)
            if name == "ours":
                _tell_surprises(story, ids, judged, paid)
                tops.setdefault(mix, []).append(verdicts.top_share(story, ids, top))
    finally:
        provision.drop_database(told)


def _contest(told, match, ids, moves):
    """Return what the ledger says after ``match``, and ours' best proposals."""
    copy = f"{told}_copy"
    provision.clone_database(told, copy)
    try:
        if match is peers.oca:
            peers.install_oca(copy)
        with _environment(copy) as env:
            match(env, ids)
            env.invalidate_all()
            best = match is peers.ours and verdicts.best_proposals(env, ids, moves)
            return verdicts.ledger(env, ids, moves), best
    finally:
        _close(copy)
        provision.drop_database(copy)


def _tell_surprises(story, ids, judged, paid):
    """Print what ours did wrongly, for whoever improves it."""
    for line, number, verdict in zip(story.lines, ids, judged, strict=True):
        if verdict.kind == "wrong":
            print(f"WRONG {line} {paid.get(number)}", file=sys.stderr)


@contextmanager
def _environment(database):
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    options = ["-c", "odoo.conf", "-d", database, "--log-level=critical"]
    config.parse_config([*options, "--max-cron-threads=0"], setup_logging=True)
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        cr.commit()


def _close(database):
    """Let go of a database, so that it can be copied or dropped."""
    from odoo import sql_db
    from odoo.modules.registry import Registry

    Registry.delete(database)
    sql_db.close_db(database)
