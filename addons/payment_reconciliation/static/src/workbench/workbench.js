import { RPCError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";

const LINE = "account.bank.statement.line";
const REFUSALS = ["UserError", "ValidationError", "AccessError", "MissingError", "LockError"];
const CHUNK = 80;
export const BATCH = 25;

/** What the person looks at and has done; the components only show it. */
export class Workbench {
    constructor(orm, notify) {
        this.orm = orm;
        this.notify = notify;
        this.loads = 0; // only the last one asked for counts
        this.domain = [];
        this.groupBy = null;
        this.lines = [];
        this.groups = {};
        this.folded = new Set();
        this.more = false;
        this.progress = { left: 0, cleared: 0, left_text: [] };
        this.waiting = []; // what is left out for now, in words
        this.mayAct = false;
        this.mayCreatePartner = false;
        this.hasAnalytics = false;
        this.loading = true;
        this.currentId = false;
        this.detail = null;
        this.matchId = false;
        this.tool = null;
        this.drafts = {};
        this.preview = null;
        this.error = "";
        this.busy = false;
        this.undoable = [];
        this.onList = true; // on a phone: the list, or the line
    }

    call(method, ...args) {
        return this.orm.call(LINE, method, args);
    }

    // --- The list ---

    /** Load the first chunk and open a line: the one named, or the first that is open. */
    async load(domain, groupBy, lineId = false) {
        Object.assign(this, { domain, groupBy: groupBy || null, loading: true });
        const number = ++this.loads;
        const found = await this.call("workbench_lines", domain, this.groupBy, 0, CHUNK);
        if (number !== this.loads) {
            return;
        }
        this.lines = found.lines;
        this.more = found.more;
        this.groups = Object.fromEntries(found.groups.map((group) => [group.key, group]));
        this.folded = new Set();
        this.progress = found.progress;
        this.waiting = found.waiting;
        this.mayAct = found.may_act;
        this.mayCreatePartner = found.may_create_partner;
        this.hasAnalytics = found.has_analytics;
        this.loading = false;
        const wanted = this.lines.find((line) => line.id === lineId);
        const first = this.lines.find((line) => line.state !== "matched");
        await this.select((wanted || first || this.lines[0])?.id || false);
    }

    async loadMore() {
        if (!this.more || this.loadingMore) {
            return;
        }
        this.loadingMore = true;
        try {
            const found = await this.call(
                "workbench_lines",
                this.domain,
                this.groupBy,
                this.lines.length,
                CHUNK
            );
            const known = new Set(this.lines.map((line) => line.id));
            this.lines.push(...found.lines.filter((line) => !known.has(line.id)));
            this.more = found.more;
        } finally {
            this.loadingMore = false;
        }
    }

    get shownLines() {
        return this.lines.filter((line) => !this.folded.has(line.group));
    }

    fold(key) {
        this.folded.has(key) ? this.folded.delete(key) : this.folded.add(key);
    }

    /** The next open line below, else the next one above; false if none is left. */
    nextOpenId() {
        const lines = this.shownLines;
        const at = lines.findIndex((line) => line.id === this.currentId);
        const isOpen = (line) => line.state !== "matched" && line.id !== this.currentId;
        return (
            (lines.slice(at + 1).find(isOpen) || lines.slice(0, Math.max(at, 0)).find(isOpen))
                ?.id || false
        );
    }

    async move(step) {
        const lines = this.shownLines;
        const at = lines.findIndex((line) => line.id === this.currentId);
        const line = lines[at + step];
        if (at + step >= lines.length - 10) {
            this.loadMore();
        }
        if (line) {
            await this.select(line.id);
        }
    }

    // --- The line ---

    async select(id) {
        this.currentId = id;
        this.error = "";
        this.tool = null;
        if (!id) {
            this.show(null);
            return;
        }
        const detail = await this.guard(() => this.call("workbench_open", [id]));
        if (detail && detail.id === this.currentId) {
            this.show(detail);
        }
    }

    show(detail) {
        this.detail = detail || null;
        this.currentId = detail ? detail.id : false;
        // What was undone or rejected before is only accepted if it is chosen on purpose.
        this.matchId = this.proposals.find((match) => match.state === "proposed")?.id || false;
        this.preview = null;
        if (detail && this.parts.length) {
            this.refreshPreview();
        }
    }

    get proposals() {
        return (this.detail?.matches || []).filter((match) => match.state !== "posted");
    }

    get isOpen() {
        return Boolean(this.detail && this.detail.unmatched);
    }

    get canAct() {
        // The line asked for may not be here yet: what is shown is another one then.
        return this.mayAct && this.isOpen && this.detail.id === this.currentId;
    }

    // --- Acting: errors where the person looks, one thing at a time ---

    async guard(call) {
        try {
            return await call();
        } catch (error) {
            const name = (error.exceptionName || "").split(".").pop();
            if (!(error instanceof RPCError) || !REFUSALS.includes(name)) {
                throw error;
            }
            this.error = error.data?.message || error.message;
            return null;
        }
    }

    async act(call) {
        if (this.busy) {
            return null;
        }
        this.busy = true;
        this.error = "";
        try {
            return await this.guard(call);
        } finally {
            this.busy = false;
        }
    }

    /** Put fresh rows into the list; show the line that the server says comes next. */
    apply(result, { stay = false } = {}) {
        const fresh = Object.fromEntries(result.rows.map((row) => [row.id, row]));
        this.lines = this.lines.map((line) =>
            fresh[line.id] ? { ...fresh[line.id], group: line.group } : line
        );
        this.progress = result.progress;
        if (!stay) {
            this.tool = null;
            this.show(result.next);
        }
    }

    async accept(match = this.chosenMatch) {
        if (!this.canAct || !match) {
            return;
        }
        const { id } = this.detail;
        const next = await this.findNext();
        const result = await this.act(() =>
            this.call("workbench_accept", [id], match.id, this.domain, next)
        );
        if (result) {
            this.remember(_t("the match"), () =>
                this.call("workbench_undo", [id], this.domain, true)
            );
            this.apply(result);
        }
    }

    get chosenMatch() {
        return this.proposals.find((match) => match.id === this.matchId);
    }

    chooseMatch(position) {
        const match = this.proposals[position];
        if (match) {
            this.matchId = match.id;
        }
    }

    async findNext() {
        let next = this.nextOpenId();
        if (!next && this.more) {
            await this.loadMore();
            next = this.nextOpenId();
        }
        return next;
    }

    async reject(match) {
        const { id } = this.detail;
        const result = await this.act(() =>
            this.call("workbench_reject", [id], match.id, this.domain)
        );
        if (result) {
            this.remember(_t("the rejection"), () =>
                this.call("workbench_restore", [id], match.id, this.domain)
            );
            this.apply(result);
        }
    }

    /** Enter: post what was put together, else accept the chosen proposal. */
    async confirm() {
        if (this.parts.length) {
            await this.post();
        } else {
            await this.accept();
        }
    }

    async setPartner(partnerId) {
        const { id, partner_id: before } = this.detail;
        const result = await this.act(() =>
            this.call("workbench_set_partner", [id], partnerId, this.domain)
        );
        if (result) {
            this.remember(_t("the partner"), () =>
                this.call("workbench_set_partner", [id], before, this.domain)
            );
            this.apply(result);
        }
    }

    async lookAgain() {
        const { id } = this.detail;
        const result = await this.act(() =>
            this.call("workbench_look_again", [id], this.domain)
        );
        if (result) {
            this.apply(result);
        }
    }

    async undoLine() {
        const { id } = this.detail;
        const result = await this.act(() => this.call("workbench_undo", [id], this.domain));
        if (result) {
            this.apply(result);
        }
    }

    // --- What is put together by hand ---

    get parts() {
        return this.drafts[this.currentId] || [];
    }

    setParts(parts) {
        const { currentId: id } = this;
        const before = this.parts;
        this.undoable.push({ draft: id, before });
        this.drafts[id] = parts;
        return this.refreshPreview();
    }

    removePart(index) {
        return this.setParts(this.parts.filter((_part, at) => at !== index));
    }

    changePart(index, values) {
        return this.setParts(
            this.parts.map((part, at) => (at === index ? { ...part, ...values } : part))
        );
    }

    hasItem(id) {
        return this.parts.some((part) => part.kind === "item" && part.id === id);
    }

    toggleItem(id) {
        const rest = this.parts.filter((part) => part.kind !== "item" || part.id !== id);
        return this.setParts(
            rest.length < this.parts.length ? rest : [...this.parts, { kind: "item", id }]
        );
    }

    clearParts() {
        return this.setParts([]);
    }

    /** Start from a proposal's items, to change amounts or add a write-off. */
    edit(match) {
        return this.setParts(match.items.map((id) => ({ kind: "item", id })));
    }

    async refreshPreview() {
        const { currentId: id, parts } = this;
        this.error = "";
        if (!parts.length) {
            this.preview = null;
            return;
        }
        const preview = await this.guard(() => this.call("workbench_preview", [id], parts));
        if (preview && id === this.currentId && parts === this.parts) {
            this.preview = preview;
            if (!preview.problem) {
                this.drafts[id] = preview.parts;
            }
        }
    }

    get left() {
        if (this.preview && this.preview.left !== null) {
            return this.preview.left;
        }
        return this.detail?.transaction || 0;
    }

    /** What items leave open that are paid in part: what a write-off may be for. */
    get stays() {
        const parts = this.preview && !this.preview.problem ? this.preview.parts : [];
        return parts
            .filter((part) => part.stays_text)
            .reduce((sum, part) => sum + part.full - part.amount, 0);
    }

    /** Settle all items in full; what the line does not bring is for further parts. */
    settleItems() {
        return this.parts.map((part) =>
            part.kind === "item" && part.full ? { ...part, amount: part.full } : part
        );
    }

    get isComplete() {
        return Boolean(this.preview && !this.preview.problem && this.preview.left === 0);
    }

    async post() {
        const { id } = this.detail;
        if (!this.canAct || this.busy) {
            return;
        }
        const parts = this.parts;
        const next = await this.findNext();
        const result = await this.act(() =>
            this.call("workbench_post", [id], parts, this.domain, next)
        );
        if (result) {
            delete this.drafts[id];
            this.undoable = this.undoable.filter((step) => step.draft !== id);
            this.remember(
                _t("the booking"),
                () => this.call("workbench_undo", [id], this.domain, true),
                () => {
                    this.drafts[id] = parts;
                }
            );
            this.apply(result);
        }
    }

    // --- Notes and files ---

    async addNote(text) {
        const { id } = this.detail;
        const talk = await this.act(() => this.call("workbench_note", [id], text));
        if (talk) {
            this.showTalk(id, talk);
            this.tool = null;
            this.rememberTalk(id, _t("the note"), () =>
                this.call("workbench_forget_note", [id], talk.id)
            );
        }
    }

    async addFiles(files) {
        const { id } = this.detail;
        const failed = files.find((file) => file.error);
        if (failed) {
            this.error = failed.error;
            return;
        }
        this.showTalk(id, await this.call("workbench_talk", [id]));
        const ids = files.map((file) => file.id);
        this.rememberTalk(id, _t("the attachment"), () =>
            this.call("workbench_forget_files", [id], ids)
        );
    }

    showTalk(id, talk) {
        if (this.detail?.id === id) {
            Object.assign(this.detail, { notes: talk.notes, files: talk.files });
        }
    }

    rememberTalk(id, what, undo) {
        this.undoable.push({ what, talk: id, undo });
    }

    // --- Undo ---

    remember(what, undo, after) {
        this.undoable.push({ what, undo, after });
    }

    get canUndo() {
        return this.undoable.length > 0;
    }

    /** Take back the last step of this session: a draft's, a match, a note. */
    async undoLast() {
        if (this.busy) {
            return;
        }
        const step = this.undoable.pop();
        if (!step) {
            return;
        }
        if (step.draft) {
            this.drafts[step.draft] = step.before;
            if (step.draft !== this.currentId) {
                return this.undoLast();
            }
            return this.refreshPreview();
        }
        const result = await this.act(step.undo);
        if (!result) {
            this.undoable.push(step); // refused: it can be tried again
            return;
        }
        step.after?.();
        if (step.talk) {
            this.showTalk(step.talk, result);
        } else {
            this.apply(result);
        }
        this.notify(_t("Undone: %s.", step.what));
    }
}
