import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const NEAR_END = 600; // pixels

/** The bank lines: found, grouped, with their running balance. */
export class LineList extends Component {
    static template = "payment_reconciliation.WorkbenchLineList";
    static props = {};

    setup() {
        this.workbench = useState(this.env.workbench);
        this.list = useRef("list");
        useEffect(
            () => {
                const row = this.list.el?.querySelector("[aria-selected=true]");
                row?.scrollIntoView({ block: "nearest" });
            },
            () => [this.workbench.currentId]
        );
        useEffect(
            (hasKeys) => {
                if (hasKeys) {
                    this.list.el?.focus({ preventScroll: true });
                }
            },
            () => [this.workbench.tool === null && !this.env.isSmall]
        );
    }

    /** Lines with a heading before the first of each group. */
    get entries() {
        const { workbench } = this;
        if (!workbench.groupBy) {
            return workbench.lines.map((line) => ({ key: line.id, line }));
        }
        const entries = [];
        let last = null;
        for (const line of workbench.lines) {
            if (line.group !== last) {
                last = line.group;
                entries.push({
                    key: `group ${last}`,
                    group: workbench.groups[last] || { key: last, name: last },
                });
            }
            if (!workbench.folded.has(line.group)) {
                entries.push({ key: line.id, line });
            }
        }
        return entries;
    }

    choose(line) {
        this.workbench.onList = false;
        this.workbench.select(line.id);
    }

    onScroll(ev) {
        const { scrollTop, clientHeight, scrollHeight } = ev.target;
        if (scrollTop + clientHeight > scrollHeight - NEAR_END) {
            this.workbench.loadMore();
        }
    }

    stateOf(line) {
        if (line.state === "matched") {
            return { icon: "fa-check-circle text-success", name: _t("Matched") };
        }
        if (line.failure) {
            return { icon: "fa-exclamation-triangle text-danger", name: line.failure };
        }
        if (line.is_sure) {
            return { icon: "fa-circle text-success", name: _t("Sure proposal") };
        }
        if (line.proposals) {
            return { icon: "fa-circle text-warning", name: _t("Proposal to look at") };
        }
        return { icon: "fa-circle-o text-muted", name: _t("No proposal") };
    }
}
