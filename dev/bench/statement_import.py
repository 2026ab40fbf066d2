"""A large statement file: read, kept in parts, and made into bank lines by the job.

The size may be given in BENCH_LINES; the default is what a large company's bank sends
for a year. Making all of them takes long: BENCH_PARTS stops after so many parts of 500,
BENCH_SECONDS after so many seconds.
"""

import base64
import os
import resource
import sys
import time

from ._odoo import environment, timed

DATABASE = "bench_statement_import"
LINES = int(os.environ.get("BENCH_LINES", 100_000))
PARTS = int(os.environ.get("BENCH_PARTS", 0))  # 0: all
SECONDS = int(os.environ.get("BENCH_SECONDS", 0))  # 0: however long it takes
IBAN = "NL77ABNA0574908765"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


def measure(lines=LINES):
    """Return seconds, memory and queries for one file of so many lines."""
    with environment(DATABASE) as env:
        bank = _bank(env)
        content = base64.b64encode(_camt(lines, bank.company_id.currency_id.name))
        wizard = env["account.statement.import"].with_context(journal_id=bank.id)
        record = []

        def read():
            record.append(
                wizard.create(
                    {"statement_file": content, "statement_filename": "large.xml"}
                )._take_file()
            )

        cost = timed(env, read)
        figures = {
            "lines": lines,
            "file MB": len(content) * 3 / 4 / 1e6,
            "read and kept s": cost.seconds,
            "read and kept peak MiB": _peak(),
        }
        print(figures, file=sys.stderr, flush=True)
        figures |= _made(env, record[0])
        if not PARTS and not SECONDS:
            assert record[0].state == "done", record[0].failure
            assert record[0].statement_ids.is_complete
        return figures


def _made(env, record):
    """Run the job part by part, as its cron does."""
    seconds, worked = [], time.process_time()
    while record.state in ("queued", "running") and not _is_enough(seconds):
        seconds.append(_one_part(env).seconds)
        if len(seconds) % 20 == 0:  # a hundred thousand lines take long
            done = f"{record.lines_done} lines in {sum(seconds):.0f} s"
            print(done, f"last part {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    parts = seconds[1:-1] or seconds
    return {
        "made s": sum(seconds),
        "lines made": record.lines_done,
        "lines made per second": record.lines_done / sum(seconds),
        "own CPU ms per line": 1000
        * (time.process_time() - worked)
        / (record.lines_done or 1),
        "first part s": parts[0],
        "last part s": parts[-1],
        "peak MiB": _peak(),
    }


def _is_enough(seconds):
    """Return whether to stop before the file is whole."""
    too_long = SECONDS and sum(seconds) > SECONDS
    return too_long or len(seconds) == (PARTS or None)


def _one_part(env):
    def work():
        cron = env["ir.cron"]
        # Outside a cron the progress is not asked for: one part, then stop.
        type(cron)._commit_progress = lambda *_args, **_named: 0.0
        env["bank.statement.file"]._cron_import()

    return timed(env, work)


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _bank(env):
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company)
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    bank.bank_account_id = env["res.partner.bank"].create(
        {"acc_number": IBAN, "partner_id": company.partner_id.id}
    )
    env.cr.commit()
    return bank


def _camt(lines, currency):
    """Return a camt.053 file of so many lines, 400 a day."""
    start = time.mktime((2025, 1, 2, 12, 0, 0, 0, 0, 0))
    entries, total = [], 0
    for number in range(lines):
        cents = 1_000 + number * 7919 % 99_991
        total += cents
        day = time.strftime("%Y-%m-%d", time.gmtime(start + number // 400 * 86_400))
        entries.append(
            f'<Ntry><Amt Ccy="{currency}">{cents / 100:.2f}</Amt>'
            f"<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt>"
            f"</BookgDt>"
            f"<AcctSvcrRef>REF{number:09}</AcctSvcrRef><NtryDtls><TxDtls><Refs>"
            f"<EndToEndId>E2E-{number}</EndToEndId></Refs><RltdPties><Dbtr>"
            f"<Nm>Customer {number % 5000}</Nm></Dbtr><DbtrAcct><Id>"
            f"<IBAN>DE{number % 5000:020}</IBAN></Id></DbtrAcct></RltdPties>"
            f"<RmtInf><Ustrd>Invoice {number} thank you"
            f"</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>Y</Id><Acct><Id>"
        f"<IBAN>{IBAN}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{_balance('OPBD', 0, currency)}{_balance('CLBD', total, currency)}"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code, cents, currency):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{cents / 100:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"</Bal>"
    )
