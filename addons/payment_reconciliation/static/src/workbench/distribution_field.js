import { AnalyticDistribution } from "@analytic/components/analytic_distribution/analytic_distribution";
import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { KeepLast } from "@web/core/utils/concurrency";
import { Record } from "@web/model/record";

const FIELDS = {
    analytic_distribution: { name: "analytic_distribution", type: "json" },
    analytic_precision: { name: "analytic_precision", type: "integer" },
    account_id: { name: "account_id", type: "many2one", relation: "account.account" },
    company_id: { name: "company_id", type: "many2one", relation: "res.company" },
};

/** Odoo's own widget of the analytic distribution, for the account that is chosen. */
export class DistributionField extends Component {
    static template = "payment_reconciliation.WorkbenchDistributionField";
    static components = { AnalyticDistribution, Record };
    static props = { workbench: Object, accountId: [Number, { value: false }], keep: Function };

    setup() {
        this.fields = FIELDS;
        this.fieldNames = Object.keys(FIELDS);
        this.hooks = {
            onRootLoaded: (record) => this.props.keep(record),
        };
        this.state = useState({ values: null });
        this.keepLast = new KeepLast();
        this.propose(this.props.accountId);
        onWillUpdateProps((next) => {
            if (next.accountId !== this.props.accountId) {
                this.propose(next.accountId);
            }
        });
    }

    /** Begin with what Odoo proposes for the account and the line's partner. */
    async propose(accountId) {
        const { workbench } = this.props;
        this.state.values = null;
        this.props.keep(null);
        const found = await this.keepLast.add(
            workbench.call("workbench_distribution", [workbench.detail.id], accountId)
        );
        this.state.values = {
            analytic_distribution: found.distribution,
            analytic_precision: found.precision,
            account_id: accountId ? found.account : false,
            company_id: found.company,
        };
    }
}
