import { Component } from "@odoo/owl";

/** How much of the day's work is done, and what is left. */
export class Progress extends Component {
    static template = "payment_reconciliation.WorkbenchProgress";
    static props = { progress: Object };

    get percent() {
        const { cleared, left } = this.props.progress;
        return cleared + left ? Math.floor((100 * cleared) / (cleared + left)) : 100;
    }
}
