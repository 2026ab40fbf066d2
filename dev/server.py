"""An Odoo server as its own processes, as in production: workers and crons."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager

import requests

from dev import provision
from dev.mailbox import Mailbox

START_SECONDS = 90


def check_free(port):
    """Make sure that nobody else would answer in the place of a server to be started.

    :raise RuntimeError: if something listens on the loopback port already
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise RuntimeError(
                f"Something answers on port {port} already, perhaps another demo: stop"
                " it first, or choose another --port."
            )


class OdooServer:
    """A running server.

    :param str database: the only database it serves
    :param int port: HTTP port on loopback
    :param dict env: further environment, e.g. ``STRIPE_API_BASE``
    """

    def __init__(self, database, port, env=None, workers=2, options=()):
        self.database = database
        self.url = f"http://127.0.0.1:{port}"
        self.run = provision.ensure()
        self.log = self.run.root / ".run" / "log" / f"odoo-{database}.log"
        self.mailbox = Mailbox()
        self._process = None
        self._env = {**self.run.env, **(env or {})}
        self._command = self.run.odoo_command(
            "-c",
            "odoo.conf",
            f"--database={database}",
            f"--db-filter=^{database}$",
            f"--http-port={port}",
            f"--gevent-port={port + 1}",
            "--http-interface=127.0.0.1",
            f"--workers={workers}",
            f"--logfile={self.log}",
            "--smtp=127.0.0.1",
            f"--smtp-port={self.mailbox.port}",
            *options,
        )

    def start(self):
        """Start and wait until it answers.

        :raise RuntimeError: if it does not, with the end of its log
        """
        self._process = subprocess.Popen(
            self._command,
            env=self._env,
            cwd=self.run.root,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Odoo did not start:\n{self.tail()}")
            time.sleep(0.3)
        return self

    def stop(self):
        """Stop all processes of this server, gently first."""
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.mailbox.close()

    def kill(self):
        """Kill all processes at once, as a power failure would."""
        self._signal(signal.SIGKILL)
        self._process.wait(15)

    def tail(self, lines=40):
        """Return the end of the log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def wait(self):
        """Block until the server ends."""
        self._process.wait()

    def _signal(self, number):
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def _answers(self):
        try:
            health = requests.get(f"{self.url}/web/health", timeout=2)
        except requests.RequestException:
            return False
        return health.ok


@contextmanager
def running(database, port, **options):
    """Serve ``database`` for the time of a ``with`` block."""
    server = OdooServer(database, port, **options).start()
    try:
        yield server
    finally:
        server.stop()
