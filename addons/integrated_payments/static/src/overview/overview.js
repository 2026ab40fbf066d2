import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** The accountant's first look: balances and their proof, payouts, things to do. */
export class PaymentOverview extends Component {
    static template = "integrated_payments.Overview";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.display = { controlPanel: {} };
        this.state = useState({ providers: [], payouts: [], tasks: [], busy: false });
        this.env.config.setDisplayName(_t("Payments Overview"));
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, await this.orm.call("payment.overview", "get_overview"));
    }

    /** Ask the gateway now, then show what it said. */
    async prove(provider) {
        this.state.busy = true;
        try {
            await this.orm.call("payment.overview", "prove", [provider.id]);
        } finally {
            this.state.busy = false;
        }
        await this.load();
        const { proof } = this.state.providers.find((each) => each.id === provider.id);
        this.notification.add(
            proof === "green"
                ? _t("The ledger equals the gateway's balance.")
                : _t("The ledger differs from the gateway's balance."),
            { type: proof === "green" ? "success" : "danger" }
        );
    }

    openRecord(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    open(action) {
        return this.action.doAction(action, { clearBreadcrumbs: false });
    }

    day(value) {
        return value ? deserializeDate(value).toLocaleString({ dateStyle: "medium" }) : "";
    }

    moment(value) {
        return deserializeDateTime(value).toRelative();
    }
}

registry.category("actions").add("integrated_payments.overview", PaymentOverview);
