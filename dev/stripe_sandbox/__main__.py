"""``python -m dev.stripe_sandbox --port 12111``: serve until told to stop."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from .app import App
from .server import Server

SAVE_EVERY = 1.0


def arguments():
    """Return the command line, parsed."""
    parser = argparse.ArgumentParser(prog="stripe_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="0 for any free port")
    parser.add_argument("--seed", type=int, help="repeatable ids")
    parser.add_argument("--state-file", type=Path, help="keep the state over restarts")
    parser.add_argument("--cache-dir", type=Path, help="where derived schemas are kept")
    parser.add_argument("--parent", type=int, help="stop when this process is gone")
    parser.add_argument("--webhook-threads", type=int, default=4)
    return parser.parse_args()


def load(app, path):
    """Take over the state that an earlier run left."""
    with app.world.lock:
        app.world.load(json.loads(path.read_text(encoding="utf-8")))
        app.deliverer.resume()


def save(app, path):
    """Write the state in one step, so that a crash leaves the last whole one."""
    with app.world.lock:
        text = json.dumps(app.world.dump())
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _keep_saving(app, path):
    while True:
        time.sleep(SAVE_EVERY)
        save(app, path)


def main():
    """Serve; SIGTERM and Ctrl-C stop, saving the state when asked to."""
    given = arguments()
    app = App(given.seed, given.cache_dir, given.webhook_threads)
    path = given.state_file
    if path and path.exists():
        load(app, path)
    server = Server(app, given.port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if path:
        threading.Thread(target=_keep_saving, args=(app, path), daemon=True).start()
    print(f"Stripe sandbox ready on http://127.0.0.1:{server.server_port}", flush=True)
    while not stop.wait(1):
        if given.parent and os.getppid() != given.parent:
            break
    if path:
        save(app, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
