import { Component, useState } from "@odoo/owl";
import { FileInput } from "@web/core/file_input/file_input";
import { useService } from "@web/core/utils/hooks";
import { Allocation } from "./allocation";
import { EntryTable } from "./entry_table";
import { ItemSearch } from "./item_search";
import { Proposal } from "./proposal";
import { AccountTool, NoteTool, OpenTool, PartnerTool, TransferTool } from "./tools";

/** The chosen line: what the bank said, what it may be, what to do with it. */
export class LineDetail extends Component {
    static template = "payment_reconciliation.WorkbenchDetail";
    static components = {
        AccountTool,
        Allocation,
        EntryTable,
        FileInput,
        ItemSearch,
        NoteTool,
        OpenTool,
        PartnerTool,
        Proposal,
        TransferTool,
    };
    static props = {};

    setup() {
        this.action = useService("action");
        this.workbench = useState(this.env.workbench);
    }

    get line() {
        return this.workbench.detail;
    }

    /** The match that stands, of a matched line. */
    get stands() {
        return this.line.matches.find((match) => match.state === "posted");
    }

    toggle(tool) {
        this.workbench.tool = this.workbench.tool === tool ? null : tool;
    }

    openEntry() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: this.line.move_id,
            views: [[false, "form"]],
        });
    }

    fileUrl(file) {
        return `/web/content/${file.id}?download=true`;
    }
}
