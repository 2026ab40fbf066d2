"""The sandbox as a process of its own: started, waited for, stopped."""

import os
import subprocess
import sys
from pathlib import Path

from .client import Sandbox

ROOT = Path(__file__).resolve().parents[2]


class SandboxProcess:
    """Starts ``python -m dev.stripe_sandbox``; a context manager.

    :param int port: 0 for any free one
    :param arguments: further command line arguments, e.g. ``"--seed", "7"``
    """

    def __init__(self, *arguments, port=0):
        self._arguments = [
            *("--port", str(port), "--parent", str(os.getpid())),
            *map(str, arguments),
        ]
        self._process = None
        self.url = self.sandbox = None

    def start(self):
        """Start it and wait until it answers.

        :return: the :class:`client.Sandbox` to play with
        :raise RuntimeError: it ended instead of getting ready
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dev.stripe_sandbox", *self._arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        line = self._process.stdout.readline()
        if "ready on" not in line:
            raise RuntimeError(f"the sandbox did not start: {self._process.wait()}")
        self.url = line.split()[-1]
        self.sandbox = Sandbox(self.url)
        return self.sandbox

    def stop(self):
        """Stop it; kill it when it does not listen."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()
