import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

/** All keys of the workbench. */
export class KeysDialog extends Component {
    static template = "payment_reconciliation.WorkbenchKeys";
    static components = { Dialog };
    static props = { close: Function };

    get keys() {
        return [
            ["↓ ↑ / J K", _t("Next line, line before")],
            ["Enter", _t("Accept the chosen proposal, or post what you have put together")],
            ["1 ... 9", _t("Choose a proposal")],
            ["E", _t("Change the chosen proposal: amounts, further parts")],
            ["S or /", _t("Find open items; ↓ ↑ choose, Enter ticks; several make a split")],
            ["W", _t("Write off: book a part on an account, with tax")],
            ["O", _t("Leave a part open on a partner")],
            ["T", _t("Transfer with another bank of the company")],
            ["P", _t("Enter the partner")],
            ["N", _t("Note")],
            ["A", _t("Attach files")],
            ["B", _t("Accept all sure proposals, with a preview")],
            [_t("U or Ctrl+Z"), _t("Undo the last step, again for the one before")],
            ["Esc", _t("Close, back to the list")],
            ["?", _t("These keys")],
        ];
    }
}
