import { Component, onWillStart, useState } from "@odoo/owl";
import { useAutofocus } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { useDebounced } from "@web/core/utils/timing";
import { focusList } from "./workbench_keys";

const PAUSE = 250; // ms after a key before it is searched

/** Open items by anything that is known of them; several may be ticked. */
export class ItemSearch extends Component {
    static template = "payment_reconciliation.WorkbenchItemSearch";
    static props = {};

    setup() {
        this.workbench = useState(this.env.workbench);
        this.state = useState({ text: "", every: false, items: [], more: false, at: 0 });
        this.keepLast = new KeepLast();
        this.later = useDebounced(() => this.search(), PAUSE);
        useAutofocus({ refName: "input" });
        onWillStart(() => this.search());
    }

    async search(offset = 0) {
        const { text, every, items } = this.state;
        const { currentId } = this.workbench;
        const found = await this.keepLast.add(
            this.workbench.call("workbench_items", [currentId], text, offset, every)
        );
        this.searched = text;
        const known = new Set(items.map((item) => item.id));
        this.state.items = offset
            ? [...items, ...found.items.filter((item) => !known.has(item.id))]
            : found.items;
        this.state.more = found.more;
        this.state.at = offset ? this.state.at : 0;
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.later();
    }

    toggleEvery() {
        this.state.every = !this.state.every;
        this.search();
    }

    /** Up and down choose, Enter ticks. */
    onKey(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step) {
            ev.preventDefault();
            const last = this.state.items.length - 1;
            this.state.at = Math.min(Math.max(this.state.at + step, 0), Math.max(last, 0));
        } else if (ev.key === "Enter" && !ev.ctrlKey && !ev.metaKey) {
            ev.preventDefault();
            this.tickChosen();
        }
    }

    /** Tick the chosen item; what was typed last is searched first. */
    async tickChosen() {
        if (this.searched !== this.state.text) {
            this.later.cancel();
            await this.search();
        }
        await this.tick(this.state.items[this.state.at]);
    }

    async tick(item) {
        if (!item || !this.workbench.canAct) {
            return;
        }
        await this.workbench.toggleItem(item.id);
        if (this.workbench.isComplete) {
            this.workbench.tool = null;
            focusList();
        }
    }
}
