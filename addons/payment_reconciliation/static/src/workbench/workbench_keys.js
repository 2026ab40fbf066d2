import { useExternalListener } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useService } from "@web/core/utils/hooks";

const PRESSABLE = "button, a, [role=button], select, .o-autocomplete, .modal";
const TOOLS = { p: "partner", w: "account", o: "open", t: "transfer", n: "note" };

/** Every key of the workbench; Odoo's hotkey service keeps them out of inputs. */
export function useWorkbenchKeys(workbench, { batch, keys }) {
    const ui = useService("ui");
    const root = document.documentElement;
    const isHere = () => ui.activeElement === document;
    const on = (hotkey, callback, options = {}) => useHotkey(hotkey, callback, options);
    const openTool = (tool) => {
        if (workbench.canAct || (tool === "note" && workbench.mayAct && workbench.detail)) {
            workbench.tool = tool;
        }
    };
    for (const [down, step] of [
        ["arrowdown", 1],
        ["j", 1],
        ["arrowup", -1],
        ["k", -1],
    ]) {
        on(down, () => workbench.move(step), { allowRepeat: true });
    }
    on("enter", () => workbench.confirm(), {
        isAvailable: (target) => !target.closest?.(PRESSABLE),
    });
    on("control+enter", () => workbench.confirm(), { bypassEditableProtection: true });
    for (let digit = 1; digit <= 9; digit++) {
        on(String(digit), () => workbench.chooseMatch(digit - 1));
    }
    for (const [key, tool] of Object.entries(TOOLS)) {
        on(key, () => openTool(tool));
    }
    on("s", () => openTool("items"));
    on("a", () => root.querySelector(".o_bank_workbench .o_file_input_trigger")?.click());
    on("e", () => {
        const match = workbench.chosenMatch;
        if (workbench.canAct && match?.items.length) {
            workbench.edit(match);
        }
    });
    on("u", () => workbench.undoLast());
    on("control+z", () => workbench.undoLast());
    on("b", () => workbench.mayAct && batch());
    on("escape", () => {
        workbench.tool = null;
        workbench.onList = true;
        focusList();
    });
    useExternalListener(window, "keydown", (ev) => {
        const isTyping = ev.target.closest?.("input, textarea, [contenteditable=true]");
        if (isTyping || !isHere() || ev.ctrlKey || ev.metaKey || ev.altKey) {
            return;
        }
        if (ev.key === "/") {
            ev.preventDefault();
            openTool("items");
        } else if (ev.key === "?") {
            ev.preventDefault();
            keys();
        }
    });
}

/** Give the keys back to the list, after something was typed elsewhere. */
export function focusList() {
    document.querySelector(".o_bank_workbench_list")?.focus({ preventScroll: true });
}
