"""What the sandbox's tests share: the SDK's client and a receiver of webhooks."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe


def client(key, url=None):
    """Return the SDK's client, of the sandbox or, without ``url``, of Stripe."""
    return stripe.StripeClient(
        key,
        max_network_retries=2,
        **({"base_addresses": {"api": url, "files": url}} if url else {}),
    ).v1


class Receiver:
    """An endpoint for webhooks: keeps what comes, answers what ``answers`` says."""

    def __init__(self):
        self.received, self.answers = [], []
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.keep(body, self.headers["Stripe-Signature"])
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format, *args):
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def keep(self, body, signature):
        """Note a delivery and return the status to answer with."""
        with self._changed:
            self.received.append((body, signature))
            self._changed.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def wait(self, count, timeout=15):
        """Wait for ``count`` deliveries and return the events, in order of arrival."""
        with self._changed:
            arrived = self._changed.wait_for(
                lambda: len(self.received) >= count, timeout
            )
            found = [json.loads(body) for body, _signature in self.received]
        assert arrived, f"{len(found)} of {count}: {[e['type'] for e in found]}"
        return found

    def stays_at(self, count, seconds=0.4):
        """Return whether nothing more than ``count`` deliveries arrives for a while."""
        time.sleep(seconds)
        return len(self.received) == count

    def stop(self):
        """Close the door."""
        self._server.shutdown()
        self._server.server_close()
