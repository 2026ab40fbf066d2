"""Everything the sandbox knows, behind one lock: objects, time, jobs, the account.

Objects are kept as Stripe renders them (expandable fields hold ids); keys that begin
with an underscore are the sandbox's own and never leave it.
"""

import copy
import heapq
import itertools
import random
import threading

from . import account as accounts
from .clock import Clock, midnight
from .errors import missing
from .routing import JOBS

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class World:
    """One merchant account at one Stripe.

    :param int seed: makes ids repeatable; ``None`` for random ones
    """

    def __init__(self, seed=None):
        self.lock = threading.RLock()
        self.reset(seed)

    def reset(self, seed=None):
        """Forget everything, advanced time too."""
        self.clock = Clock()
        self.random = random.Random(seed)
        self.objects = {}
        self.account = copy.deepcopy(accounts.DEFAULTS)
        self.ledgers = {}  # currency -> {available, pending, reserved}: kept by posting
        self.idempotency = {}
        self.request = None  # {"id", "idempotency_key"} of the API call being served
        self.bugs = []
        self.jobs, self._sequence = [], itertools.count()
        self.after_emit = []
        self.at(midnight(self.clock.now(), 1), "day_begins")

    # === OBJECTS === #

    def new_id(self, prefix):
        """Return a new id in Stripe's form, e.g. ``ch_3A...``."""
        return f"{prefix}_" + "".join(self.random.choices(ALPHABET, k=24))

    def add(self, value):
        """Keep a new object and return it."""
        self.objects.setdefault(value["object"], {})[value["id"]] = value
        return value

    def all(self, kind):
        """Return the objects of a type, oldest first."""
        return list(self.objects.get(kind, {}).values())

    def get(self, kind, ref, param="id"):
        """Return an object by id.

        :raise ApiError: ``resource_missing`` in Stripe's words
        """
        found = self.objects.get(kind, {}).get(ref)
        if found is None or found.get("deleted"):
            raise missing(kind.split(".")[-1], ref, param)
        return found

    def find(self, ref):
        """Return the object with an id, of whatever type, or ``None``."""
        return next((of[ref] for of in self.objects.values() if ref in of), None)

    # === TIME === #

    def at(self, moment, name, **arguments):
        """Run the job ``name`` when the sandbox's time reaches ``moment``."""
        heapq.heappush(self.jobs, (moment, next(self._sequence), name, arguments))

    def after(self, seconds, name, **arguments):
        """Run the job ``name`` in ``seconds`` of the sandbox's time."""
        self.at(self.clock.precise() + seconds, name, **arguments)

    def begin_days(self):
        """Let the next day begin at the next midnight of the present time."""
        self.jobs = [job for job in self.jobs if job[2] != "day_begins"]
        heapq.heapify(self.jobs)
        self.at(midnight(self.clock.now(), 1), "day_begins")

    def tick(self):
        """Run the jobs that are due by now."""
        self.advance_to(self.clock.precise())

    def advance_to(self, moment):
        """Go forward, running every due job at its own moment, in order."""
        while self.jobs and self.jobs[0][0] <= moment:
            due, _number, name, arguments = heapq.heappop(self.jobs)
            self.clock.move_to(due)
            JOBS[name](self, **arguments)
        self.clock.move_to(moment)

    # === STATE FILE === #

    def dump(self):
        """Return all of the state as JSON values."""
        return {
            "objects": self.objects,
            "account": self.account,
            "ledgers": self.ledgers,
            "idempotency": self.idempotency,
            "jobs": [
                [due, name, kwargs] for due, _n, name, kwargs in sorted(self.jobs)
            ],
            "offset": self.clock.offset,
            "frozen": self.clock.frozen,
        }

    def load(self, state):
        """Take over a dumped state."""
        for name in ("objects", "account", "ledgers", "idempotency"):
            setattr(self, name, state[name])
        self.clock.offset, self.clock.frozen = state["offset"], state["frozen"]
        self.jobs = []
        for due, name, arguments in state["jobs"]:
            self.at(due, name, **arguments)
