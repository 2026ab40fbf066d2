import { Component } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { Many2XAutocomplete } from "@web/views/fields/relational_utils";

/** A partner, as in Odoo's forms: found, searched for, or made where the person may. */
export class PartnerField extends Component {
    static template = "payment_reconciliation.WorkbenchPartnerField";
    static components = { Many2XAutocomplete };
    static props = {
        name: String, // of the partner that is chosen
        incoming: Boolean,
        mayCreate: Boolean,
        placeholder: String,
        update: Function,
    };

    setup() {
        this.orm = useService("orm");
    }

    get activeActions() {
        const { mayCreate } = this.props;
        return { create: mayCreate, createEdit: mayCreate, write: mayCreate };
    }

    /** Who pays is a customer, who is paid a vendor: so Odoo lists and makes them. */
    get context() {
        const mode = this.props.incoming ? "customer" : "supplier";
        return { res_partner_search_mode: mode };
    }

    get quickCreate() {
        return this.props.mayCreate ? (name) => this.create(name) : null;
    }

    async create(name) {
        const context = this.context;
        const [id, shown] = await this.orm.call("res.partner", "name_create", [name], { context });
        this.props.update(id, shown);
    }

    async choose(records) {
        const record = records && records[0];
        if (!record) {
            this.props.update(false, "");
            return;
        }
        let name = record.display_name || record.name;
        if (!name) {
            [{ display_name: name }] = await this.orm.read(
                "res.partner",
                [record.id],
                ["display_name"]
            );
        }
        this.props.update(record.id, name);
    }
}
