import { readonlyAllowedCommands } from "@odoo/o-spreadsheet";
import { useEffect, useExternalListener, useState } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { useService } from "@web/core/utils/hooks";
import { SpreadsheetDashboardAction } from "@spreadsheet_dashboard/bundle/dashboard_action/dashboard_action";
import {
    DashboardLoader,
    Status,
} from "@spreadsheet_dashboard/bundle/dashboard_action/dashboard_loader_service";
import { LiveReader } from "./live_reader";

const CHANGED = "payment_analytics.changed";

// A dashboard is for reading only; to read again changes nothing in it.
readonlyAllowedCommands.add("REFRESH_ALL_DATA_SOURCES");
readonlyAllowedCommands.add("REFRESH_PIVOT");

patch(DashboardLoader.prototype, {
    _getFetchGroupsSpecification() {
        const specification = super._getFetchGroupsSpecification();
        specification.published_dashboard_ids.fields.is_payment_board = {};
        return specification;
    },
});

patch(SpreadsheetDashboardAction.prototype, {
    setup() {
        super.setup();
        this.live = useState({ at: "" });
        const bus = useService("bus_service");
        const reader = new LiveReader(() => this.readPaymentsAgain());
        const onChanged = ({ pause }) => reader.onChanged(pause);
        useEffect(
            () => {
                bus.subscribe(CHANGED, onChanged);
                bus.start();
                return () => {
                    bus.unsubscribe(CHANGED, onChanged);
                    reader.stop();
                };
            },
            () => []
        );
        useExternalListener(document, "visibilitychange", () =>
            reader.onVisibilityChange()
        );
        useEffect(
            (model) => model && this.noteReading(),
            () => [this.paymentBoard?.model]
        );
    },

    /** The open board, if it shows payments and is there. */
    get paymentBoard() {
        const dashboard = this.loader.getActiveDashboard();
        const isOurs =
            dashboard?.status === Status.Loaded && dashboard.data.is_payment_board;
        return isOurs ? dashboard : undefined;
    },

    /** Read the open board's figures again, under the reader's own rights. */
    readPaymentsAgain() {
        const dashboard = this.paymentBoard;
        if (!dashboard) {
            return;
        }
        if (dashboard.isSample) {
            // There may be figures now: load the board itself.
            dashboard.status = Status.NotLoaded;
            this.loader.getDashboard(dashboard.data.id);
            return;
        }
        dashboard.model.dispatch("REFRESH_ALL_DATA_SOURCES");
        this.noteReading();
    },

    noteReading() {
        this.live.at = luxon.DateTime.now().toFormat("HH:mm:ss");
    },
});
