import { Component } from "@odoo/owl";

/** Journal items, as they are or as they will be posted. */
export class EntryTable extends Component {
    static template = "payment_reconciliation.WorkbenchEntry";
    static props = { rows: Array, caption: { type: String, optional: true } };

    get withPartner() {
        return this.props.rows.some((row) => row.partner);
    }

    get withCurrency() {
        return this.props.rows.some((row) => row.currency);
    }
}
