"""Deliveries of events to webhook endpoints: signed, concurrent, tried again.

Signature: ``t=<unix time>,v1=<HMAC-SHA256 of "t.body">``, one ``v1`` per valid secret.
The time in it is real time (receivers compare it with theirs), whatever the sandbox's.
Source: https://docs.stripe.com/webhooks#verify-manually
"""

import hashlib
import hmac
import itertools
import queue
import threading
import time

import requests

from .events import payloads

BACK_OFF = (0.5, 1, 2, 4, 8, 16, 32, 64)  # real seconds; Stripe's are minutes to days
TIMEOUT = (3, 20)


def signature(secrets, body, moment=None):
    """Return the ``Stripe-Signature`` header of a body."""
    moment = int(time.time()) if moment is None else moment
    text = f"{moment}.{body}".encode()
    signed = [hmac.new(s.encode(), text, hashlib.sha256).hexdigest() for s in secrets]
    return ",".join([f"t={moment}", *(f"v1={value}" for value in signed)])


class Deliverer:
    """Delivers events in background threads.

    :param world: its lock guards the delivery records
    :param faults: what goes astray
    :param int threads: how many deliveries run at once
    """

    def __init__(self, world, faults, threads=4):
        self._world, self._faults = world, faults
        self._queue, self._number = queue.PriorityQueue(), itertools.count()
        self._held, self._open = [], 0
        self._idle = threading.Condition()
        self._sessions = threading.local()
        for _number in range(threads):
            threading.Thread(target=self._work, daemon=True).start()

    def accept(self, event):
        """Queue an event for each of its endpoints; the world's lock is held."""
        for endpoint in event["_deliveries"]:
            fault = self._faults.on_delivery(event["type"])
            self._route(event, endpoint, fault or {"deliveries": None})

    def _route(self, event, endpoint, fault):
        kind = fault["deliveries"]
        if kind == "drop":
            event["_deliveries"][endpoint]["state"] = "dropped"
        elif kind == "reorder":
            self._hold(event["id"], endpoint, fault["times"] <= 0)
        else:
            wait = fault.get("seconds", 1) if kind == "delay" else 0
            spoiled = kind == "corrupt_signature"
            for _copy in range(2 if kind == "duplicate" else 1):
                self._push(event["id"], endpoint, wait, spoiled=spoiled)

    def _hold(self, event_id, endpoint, last):
        """Hold an event back; the last of a window lets all go, newest first."""
        self._held.append((event_id, endpoint))
        if last:
            self.release_held()

    def release_held(self):
        """Deliver what a reordering still holds back, newest first."""
        held, self._held = self._held[::-1], []
        for place, (ref, where) in enumerate(held):
            self._push(ref, where, place * 0.15)

    def _push(self, event_id, endpoint, wait, attempt=0, spoiled=False):
        with self._idle:
            self._open += 1
        due = time.monotonic() + wait
        job = (event_id, endpoint, attempt, spoiled)
        self._queue.put((due, next(self._number), job))

    def resend(self, event, endpoint=None):
        """Deliver an event again, as a person would from Stripe's dashboard."""
        for ref in event["_deliveries"]:
            if endpoint in (None, ref):
                self._push(event["id"], ref, 0)

    def retry_all(self):
        """Deliver now whatever was dropped or given up.

        :return: how many deliveries were queued
        """
        with self._world.lock:
            events = self._world.all("event")
            lost = [
                (event["id"], ref)
                for event in events
                for ref, delivery in event["_deliveries"].items()
                if delivery["state"] in ("dropped", "failed")
            ]
        for event_id, ref in lost:
            self._push(event_id, ref, 0)
        return len(lost)

    def resume(self):
        """Queue what a loaded state says is still pending."""
        for event in self._world.all("event"):
            for ref, delivery in event["_deliveries"].items():
                if delivery["state"] == "pending":
                    self._push(event["id"], ref, 0)

    def drain(self, timeout):
        """Wait until nothing is queued or being tried again.

        :return: whether that came to be within ``timeout`` seconds
        """
        with self._idle:
            return self._idle.wait_for(lambda: self._open == 0, timeout)

    def _work(self):
        while True:
            due, number, job = self._queue.get()
            wait = due - time.monotonic()
            if wait > 0:  # not due: others may be, so do not sleep on it for long
                self._queue.put((due, number, job))
                time.sleep(min(wait, 0.02))
                continue
            try:
                self._deliver(*job)
            finally:
                with self._idle:
                    self._open -= 1
                    self._idle.notify_all()

    def _deliver(self, event_id, endpoint_id, attempt, spoiled):
        with self._world.lock:
            event = self._world.objects.get("event", {}).get(event_id)
            endpoint = self._world.objects.get("webhook_endpoint", {}).get(endpoint_id)
            if event is None or endpoint is None or endpoint.get("deleted"):
                return
            delivery = event["_deliveries"][endpoint_id]
            body = payloads(self._world, event)[delivery["version"]]
            secrets = ["whsec_wrong"] if spoiled else list(endpoint["_secrets"])
        status = self._post(endpoint["url"], body, secrets)
        with self._world.lock:
            self._note(event, delivery, status)
        retry = not (200 <= status < 300) and delivery["state"] != "delivered"
        if retry and attempt < len(BACK_OFF):
            self._push(event_id, endpoint_id, BACK_OFF[attempt], attempt + 1)
        elif retry:
            with self._world.lock:
                delivery["state"] = "failed"

    def _post(self, url, body, secrets):
        """Return the HTTP status of one attempt; 0 when there was no answer."""
        session = getattr(self._sessions, "session", None)
        if session is None:
            session = self._sessions.session = requests.Session()
            session.trust_env = False
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(secrets, body),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            answer = session.post(
                url,
                data=body.encode(),
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException:
            return 0
        return answer.status_code

    @staticmethod
    def _note(event, delivery, status):
        delivery["attempts"] += 1
        delivery["status"] = status
        if 200 <= status < 300 and delivery["state"] != "delivered":
            delivery["state"] = "delivered"
            event["pending_webhooks"] -= 1
