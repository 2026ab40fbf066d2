import { Component, useRef, useState, onMounted } from "@odoo/owl";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { parseMonetary } from "@web/views/fields/parsers";
import { DistributionField } from "./distribution_field";
import { PartnerField } from "./partner_field";
import { focusList } from "./workbench_keys";

/** A small form below the toolbar; what it makes is a part of the line. */
class Tool extends Component {
    static components = { DistributionField, MultiRecordSelector, PartnerField, RecordSelector };
    static props = {};

    setup() {
        this.workbench = useState(this.env.workbench);
        this.state = useState(this.start());
        this.root = useRef("root");
        onMounted(() => this.root.el?.querySelector("input, textarea")?.focus());
    }

    start() {
        return { id: false, amount: this.text(this.workbench.left), label: "" };
    }

    get line() {
        return this.workbench.detail;
    }

    text(amount) {
        return (amount || 0).toFixed(this.workbench.detail.currency.digits);
    }

    /** The amount typed; null for what is left. */
    get amount() {
        const typed = (this.state.amount || "").trim();
        return typed && typed !== this.text(this.workbench.left) ? parseMonetary(typed) : null;
    }

    /** Enter adds; the one that chooses a record does not come as far as this. */
    onKey(ev) {
        if (ev.key === "Enter" && !ev.target.closest("button")) {
            ev.preventDefault();
            ev.stopPropagation();
            this.done();
        }
    }

    async add(part, parts = this.workbench.parts) {
        if (this.adding) {
            return;
        }
        this.adding = true;
        try {
            await this.addOnce(part, parts);
        } finally {
            this.adding = false;
        }
    }

    async addOnce(part, parts) {
        let amount = null;
        try {
            amount = this.amount;
        } catch {
            this.state.wrong = true;
            return;
        }
        await this.workbench.setParts([...parts, { ...part, amount }]);
        if (this.workbench.preview?.problem) {
            // Shown beside the form, which stays to be put right.
            this.state.problem = this.workbench.preview.problem;
            await this.workbench.undoLast();
            return;
        }
        this.close();
    }

    close() {
        this.workbench.tool = null;
        focusList();
    }
}

export class AccountTool extends Tool {
    static template = "payment_reconciliation.WorkbenchAccountTool";

    start() {
        const { left, stays } = this.workbench;
        // With nothing left a write-off is for what the items leave open.
        this.forRest = !left && Boolean(stays);
        const amount = this.text(this.forRest ? -stays : left);
        return { ...super.start(), taxes: [], amount };
    }

    get domain() {
        return [["company_ids", "parent_of", this.line.company_id]];
    }

    get taxDomain() {
        return [["company_id", "parent_of", this.line.company_id]];
    }

    /** The record behind Odoo's widget: it holds what was chosen there. */
    keepDistribution(record) {
        this.distribution = record;
    }

    async done() {
        // Leaving the widget saves it, which may not have ended yet.
        await this.distribution?.model.mutex.getUnlockedDef();
        const { id, label, taxes } = this.state;
        const analytic = this.distribution?.data.analytic_distribution;
        const parts = this.forRest ? this.workbench.settleItems() : this.workbench.parts;
        await this.add(
            {
                kind: "account",
                id,
                label,
                taxes: [...taxes],
                ...(analytic && { analytic: { ...analytic } }),
            },
            parts
        );
    }
}

export class OpenTool extends Tool {
    static template = "payment_reconciliation.WorkbenchOpenTool";

    start() {
        const side = this.workbench.left < 0 ? "payable" : "receivable";
        const { likely_partner_id: id, likely_partner: name } = this.line;
        return { ...super.start(), id: id || false, name, side };
    }

    choose(id, name) {
        Object.assign(this.state, { id, name });
    }

    done() {
        const { id, label, side } = this.state;
        return this.add({ kind: "partner", id, label, side });
    }
}

export class TransferTool extends Tool {
    static template = "payment_reconciliation.WorkbenchTransferTool";

    get domain() {
        return [
            ["company_id", "=", this.line.company_id],
            ["type", "in", ["bank", "credit", "cash"]],
            ["id", "!=", this.line.journal_id],
        ];
    }

    done() {
        return this.add({ kind: "transfer", id: this.state.id, label: this.state.label });
    }
}

export class PartnerTool extends Tool {
    static template = "payment_reconciliation.WorkbenchPartnerTool";

    start() {
        const { partner_id: id, partner: name } = this.workbench.detail;
        return { id: id || false, name: id ? name : "" };
    }

    async choose(id, name) {
        Object.assign(this.state, { id, name });
        if (id && id !== this.line.partner_id) {
            await this.workbench.setPartner(id);
            this.close();
        }
    }
}

export class NoteTool extends Tool {
    static template = "payment_reconciliation.WorkbenchNoteTool";

    start() {
        return { text: "" };
    }

    onNoteKey(ev) {
        if (ev.key === "Enter" && !ev.shiftKey) {
            ev.preventDefault();
            ev.stopPropagation();
            this.done();
        }
    }

    async done() {
        await this.workbench.addNote(this.state.text);
        if (!this.workbench.error) {
            this.close();
        }
    }
}
