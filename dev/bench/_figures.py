"""Small statistics that every benchmark states in the same way."""

import statistics


def spread(name, seconds):
    """Return median, p95 and maximum of durations, in milliseconds.

    :param str name: prefix of the figures' names
    :param seconds: at least two durations
    """
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {
        f"{name} median ms": 1000 * statistics.median(seconds),
        f"{name} p95 ms": 1000 * cuts[94],
        f"{name} max ms": 1000 * max(seconds),
    }
