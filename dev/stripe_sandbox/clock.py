"""The sandbox's own time: real time plus what was advanced, or frozen."""

import time
from datetime import datetime, timedelta, timezone

DAY = 86400


class Clock:
    """Seconds since the epoch, as Stripe's ``created`` fields count them."""

    def __init__(self):
        self.offset = 0.0
        self.frozen = None

    def now(self):
        """Return the sandbox's time as an int."""
        return int(self.precise())

    def precise(self):
        """Return the sandbox's time as a float."""
        return time.time() + self.offset if self.frozen is None else self.frozen

    def move_to(self, moment):
        """Go forward to ``moment``; going back is not possible, as at Stripe."""
        if moment <= self.precise():
            return
        if self.frozen is None:
            self.offset = moment - time.time()
        else:
            self.frozen = moment

    def freeze(self, moment=None):
        """Stand still at ``moment`` (default now) until advanced or thawed."""
        self.frozen = self.precise() if moment is None else moment

    def thaw(self):
        """Run again from the current moment."""
        moment, self.frozen = self.precise(), None
        self.offset = moment - time.time()


def midnight(moment, days=0):
    """Return 00:00 UTC of the day of ``moment``, ``days`` later."""
    return int(moment) // DAY * DAY + days * DAY


def date_of(moment):
    """Return the UTC date of a moment."""
    return (
        datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=moment)
    ).date()
