import { components } from "@odoo/o-spreadsheet";
import { useEffect } from "@odoo/owl";
import { Tooltip } from "@web/core/tooltip/tooltip";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

const TEMPLATE = "payment_analytics.FigureHelp";

/**
 * Return what a figure means in the reader's language, undefined where nothing is said.
 *
 * @param {Object} getters of the spreadsheet
 * @param {string} chartId
 */
function figureHelp(getters, chartId) {
    const help = getters.getFigureHelp(chartId);
    if (!help) {
        return undefined;
    }
    const inOwnWords = ([key, term]) => [key, term && getters.dynamicTranslate(term)];
    return Object.fromEntries(Object.entries(help).map(inOwnWords));
}

/** Both the tile and its menu, where a "?" stands for fingers, bear the help. */
const bearer = () => ({
    get figureHelp() {
        return figureHelp(this.env.model.getters, this.props.chartId);
    },
    get figureHelpTemplate() {
        return this.figureHelp && TEMPLATE;
    },
    get figureHelpInfo() {
        return this.figureHelp && JSON.stringify({ help: this.figureHelp });
    },
    /** The help for those who are read to. */
    get figureHelpLabel() {
        return this.figureHelp && Object.values(this.figureHelp).filter(Boolean).join(". ");
    },
});

patch(components.ChartDashboardMenu.prototype, bearer());
patch(components.ScorecardChart.prototype, bearer());

patch(components.ScorecardChart.prototype, {
    setup() {
        super.setup();
        this.popover = useService("popover");
        // The tooltip service knows mouse and touch; who comes by keyboard is ours.
        useEffect(
            (figure) => {
                if (!figure || !this.figureHelp) {
                    return;
                }
                const open = (ev) => this.openFigureHelp(figure, ev.target);
                const close = () => this.closeFigureHelp?.();
                figure.addEventListener("focusin", open);
                figure.addEventListener("focusout", close);
                return () => {
                    figure.removeEventListener("focusin", open);
                    figure.removeEventListener("focusout", close);
                    close();
                };
            },
            () => [this.canvas.el?.closest(".o-figure")]
        );
    },

    openFigureHelp(figure, focused) {
        this.closeFigureHelp?.();
        if (focused.matches(":focus-visible")) {
            const props = { template: TEMPLATE, info: { help: this.figureHelp } };
            this.closeFigureHelp = this.popover.add(figure, Tooltip, props);
        }
    },
});
