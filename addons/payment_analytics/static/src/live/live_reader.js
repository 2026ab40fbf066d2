import { browser } from "@web/core/browser/browser";

const AT_MOST_EVERY = 2000; // ms between two readings
const LATER = 1000; // ms after a ping's pause, for commits that took their time

/**
 * Reads again when it is told of changes: at once, and once more when the pause is over
 * in which the server tells nothing. Hidden pages read when they are looked at again.
 */
export class LiveReader {
    /**
     * @param {Function} read reads again
     * @param {Document} page whose visibility counts
     */
    constructor(read, page = document) {
        this.read = read;
        this.page = page;
        this.lastRead = 0;
        this.isStale = false;
        this.timers = {};
    }

    /**
     * The server says that something changed.
     *
     * @param {number} pause seconds in which further changes are not told
     */
    onChanged(pause) {
        this.plan("now", this.lastRead + AT_MOST_EVERY - Date.now());
        this.plan("later", pause * 1000 + LATER);
    }

    onVisibilityChange() {
        if (this.isStale && !this.page.hidden) {
            this.run();
        }
    }

    plan(name, delay) {
        if (name in this.timers) {
            browser.clearTimeout(this.timers[name]);
        }
        this.timers[name] = browser.setTimeout(() => {
            delete this.timers[name];
            this.run();
        }, Math.max(0, delay));
    }

    run() {
        this.isStale = this.page.hidden;
        if (!this.isStale) {
            this.lastRead = Date.now();
            this.read();
        }
    }

    stop() {
        Object.values(this.timers).forEach((timer) => browser.clearTimeout(timer));
        this.timers = {};
    }
}
