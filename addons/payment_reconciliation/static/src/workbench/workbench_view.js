import { Component, onWillStart, onWillUpdateProps, reactive, useState, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSearchBarToggler } from "@web/search/search_bar/search_bar_toggler";
import { standardViewProps } from "@web/views/standard_view_props";
import { BatchDialog } from "./batch_dialog";
import { KeysDialog } from "./keys_dialog";
import { LineDetail } from "./line_detail";
import { LineList } from "./line_list";
import { Progress } from "./progress";
import { Workbench } from "./workbench";
import { useWorkbenchKeys } from "./workbench_keys";

/** Bank lines to the left, what to do with the chosen one to the right. */
export class WorkbenchController extends Component {
    static template = "payment_reconciliation.Workbench";
    static components = { Layout, SearchBar, LineList, LineDetail, Progress };
    static props = { ...standardViewProps, "*": true };

    setup() {
        this.dialog = useService("dialog");
        const orm = useService("orm");
        const notification = useService("notification");
        const kept = this.props.state?.workbench;
        const workbench =
            kept || reactive(new Workbench(orm, (text) => notification.add(text, { type: "info" })));
        // What was under way when the person left is never answered here.
        Object.assign(workbench, { orm, tool: null, busy: false, loadingMore: false });
        this.workbench = useState(workbench);
        useSubEnv({ workbench });
        this.searchBarToggler = useSearchBarToggler();
        useSetupAction({ getLocalState: () => ({ workbench }) });
        useWorkbenchKeys(workbench, {
            batch: () => this.openBatch(),
            keys: () => this.openKeys(),
        });
        onWillStart(() => this.load(this.props, kept?.currentId));
        onWillUpdateProps((next) => {
            if (searched(next) !== searched(this.props)) {
                return this.load(next, this.workbench.currentId);
            }
        });
    }

    load(props, lineId) {
        return this.workbench.load(props.domain, props.groupBy[0], lineId);
    }

    get display() {
        return { ...this.props.display, controlPanel: { layoutActions: true } };
    }

    openBatch() {
        this.dialog.add(BatchDialog, { workbench: this.workbench });
    }

    openKeys() {
        this.dialog.add(KeysDialog);
    }
}

function searched({ domain, groupBy }) {
    return JSON.stringify([domain, groupBy]);
}

export const workbenchView = {
    type: "kanban",
    Controller: WorkbenchController,
    props: (genericProps) => genericProps,
};

registry.category("views").add("bank_workbench", workbenchView);
