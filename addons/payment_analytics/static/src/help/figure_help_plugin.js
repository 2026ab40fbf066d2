import { registries } from "@odoo/o-spreadsheet";
import { OdooCorePlugin } from "@spreadsheet/plugins";

/**
 * What each figure of a dashboard means, as the dashboard's own data say it: source
 * terms, by the id of the chart. A dashboard without them has no help.
 */
export class FigureHelpPlugin extends OdooCorePlugin {
    static getters = /** @type {const} */ (["getFigureHelp"]);

    constructor(config) {
        super(config);
        this.figureHelp = {};
    }

    /**
     * @param {string} chartId
     * @returns {Object | undefined} name, meaning, formula, unit and source
     */
    getFigureHelp(chartId) {
        return this.figureHelp[chartId];
    }

    import(data) {
        this.figureHelp = data.paymentFigureHelp || {};
    }

    export(data) {
        if (Object.keys(this.figureHelp).length) {
            data.paymentFigureHelp = this.figureHelp;
        }
    }
}

registries.corePluginRegistry.add("payment_figure_help", FigureHelpPlugin);
