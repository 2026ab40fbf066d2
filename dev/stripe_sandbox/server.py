"""HTTP on loopback: one thread a connection, connections kept alive."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TICK = 0.05


class Server(ThreadingHTTPServer):
    """Serves an :class:`app.App` on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app, port):
        super().__init__(("127.0.0.1", port), Handler)
        self.app = app
        threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self):
        """Let timed jobs happen while nobody asks anything."""
        while True:
            time.sleep(TICK)
            with self.app.world.lock:
                self.app.world.tick()


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the app."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        status, headers, answer = self.server.app.handle(
            self.command, self.path, dict(self.headers.items()), body
        )
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    do_GET = do_POST = do_DELETE = _serve

    def log_message(self, format, *args):
        """Log nothing: keys travel in headers, people's data in bodies."""
