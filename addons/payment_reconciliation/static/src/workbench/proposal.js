import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { EntryTable } from "./entry_table";

/** What a line may be: why, what speaks against it, what will be posted. */
export class Proposal extends Component {
    static template = "payment_reconciliation.WorkbenchProposal";
    static components = { EntryTable };
    static props = { match: Object, position: Number };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.workbench = useState(this.env.workbench);
    }

    /** Whether Enter accepts it: not while something else is put together. */
    get isChosen() {
        const { matchId, parts } = this.workbench;
        return matchId === this.props.match.id && !parts.length;
    }

    get percent() {
        return `${(this.props.match.confidence * 100).toFixed(1)} %`;
    }

    async open() {
        const { id } = this.props.match;
        const action = await this.orm.call("account.match", "action_open_candidate", [[id]]);
        return this.action.doAction(action);
    }
}
