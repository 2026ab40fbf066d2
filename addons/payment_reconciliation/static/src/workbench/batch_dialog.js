import { Component, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";
import { BATCH } from "./workbench";

/** Many proposals at once: which lines, what they book in sum, then posted in batches. */
export class BatchDialog extends Component {
    static template = "payment_reconciliation.WorkbenchBatch";
    static components = { Dialog };
    static props = { workbench: Object, close: Function };

    setup() {
        this.workbench = this.props.workbench;
        this.state = useState({
            lines: [],
            more: false,
            loading: true,
            running: false,
            stopped: false,
            done: 0,
            posted: [],
            errors: [],
            finished: false,
        });
        // Closed by whatever way: what runs is finished, the rest is left.
        onWillDestroy(() => {
            this.isClosed = true;
            this.state.stopped = true;
        });
        onWillStart(async () => {
            const found = await this.workbench.call("workbench_batch", this.workbench.domain);
            this.state.lines = found.lines.map((line) => ({ ...line, ticked: line.is_sure }));
            this.state.more = found.more;
            this.state.loading = false;
        });
    }

    get ticked() {
        return this.state.lines.filter((line) => line.ticked);
    }

    get isAll() {
        return this.state.lines.length > 0 && this.possible.every((line) => line.ticked);
    }

    get possible() {
        return this.state.lines.filter((line) => !line.problem);
    }

    tickAll() {
        const ticked = !this.isAll;
        this.possible.forEach((line) => {
            line.ticked = ticked;
        });
    }

    /** Debit and credit of each account, over all ticked lines. */
    get totals() {
        const totals = new Map();
        for (const line of this.ticked) {
            for (const [account, balance] of line.accounts) {
                const key = `${account} ${line.company_currency}`;
                const known = totals.get(key) || {
                    key,
                    account,
                    currency: line.company_currency,
                    debit: 0,
                    credit: 0,
                };
                known[balance > 0 ? "debit" : "credit"] += Math.abs(balance);
                totals.set(key, known);
            }
        }
        return [...totals.values()].sort((a, b) => a.account.localeCompare(b.account));
    }

    money(amount, currency) {
        return amount ? formatCurrency(amount, currency) : "";
    }

    get percent() {
        return this.toDo ? Math.floor((100 * this.state.done) / this.toDo) : 0;
    }

    why(line) {
        if (line.problem) {
            return line.problem;
        }
        if (line.is_taken) {
            return _t("A line above pays the same item.");
        }
        return [...line.evidence, ...line.held].map((why) => why.replace(/\.$/, "")).join("; ");
    }

    /** How many were ticked and not tried any more. */
    get left() {
        return this.toDo - this.state.done;
    }

    async post() {
        const ticked = this.ticked;
        this.toDo = ticked.length;
        Object.assign(this.state, { running: true, stopped: false });
        try {
            for (let at = 0; at < ticked.length && !this.state.stopped; at += BATCH) {
                const batch = ticked.slice(at, at + BATCH);
                const result = await this.workbench.call(
                    "workbench_accept_many",
                    batch.map((line) => line.match_id)
                );
                this.state.posted.push(...result.posted);
                this.state.errors.push(...result.errors);
                this.state.done += batch.length;
            }
        } finally {
            Object.assign(this.state, { running: false, finished: true });
            if (this.isClosed) {
                this.workbench.notify(this.summary);
            }
            await this.refresh();
        }
    }

    /** What is said where the dialog is not there to say it. */
    get summary() {
        const { posted, errors } = this.state;
        const said = [_t("%s lines are matched; U takes all of them back.", posted.length)];
        if (this.left) {
            said.push(_t("Stopped: %s lines are left as they were.", this.left));
        }
        if (errors.length) {
            said.push(_t("%s could not be posted.", errors.length));
        }
        return said.join(" ");
    }

    /** Show in the list what was posted; one undo takes all of it back. */
    async refresh() {
        const { workbench } = this;
        const posted = [...this.state.posted];
        if (posted.length) {
            workbench.remember(_t("%s matches", posted.length), () =>
                undoMany(workbench, posted)
            );
        }
        await workbench.load(workbench.domain, workbench.groupBy, workbench.currentId);
    }
}

async function undoMany(workbench, ids) {
    let result = null;
    for (let at = 0; at < ids.length; at += BATCH) {
        result = await workbench.call(
            "workbench_undo",
            ids.slice(at, at + BATCH),
            workbench.domain,
            true
        );
    }
    await workbench.load(workbench.domain, workbench.groupBy, ids[0]);
    return result;
}
