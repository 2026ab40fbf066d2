import { Component, useState } from "@odoo/owl";
import { parseMonetary } from "@web/views/fields/parsers";
import { EntryTable } from "./entry_table";
import { focusList } from "./workbench_keys";

/** What a person puts together for a line: its parts, what is left, the entry. */
export class Allocation extends Component {
    static template = "payment_reconciliation.WorkbenchAllocation";
    static components = { EntryTable };
    static props = {};

    setup() {
        this.workbench = useState(this.env.workbench);
    }

    async changeAmount(index, ev) {
        let amount = null;
        try {
            amount = ev.target.value.trim() ? parseMonetary(ev.target.value) : null;
        } catch {
            ev.target.classList.add("is-invalid");
            return;
        }
        ev.target.classList.remove("is-invalid");
        await this.workbench.changePart(index, { amount });
    }

    onAmountKey(ev) {
        if (ev.key === "Enter") {
            ev.target.blur();
            focusList();
        }
    }

    text(amount) {
        const { digits } = this.workbench.detail.currency;
        return typeof amount === "number" ? amount.toFixed(digits) : "";
    }
}
