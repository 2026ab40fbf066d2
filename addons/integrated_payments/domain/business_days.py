"""Days on which banks move money: Monday to Friday.

Public holidays differ by country and bank; they are left out, so a deadline counted
here may be a day early, never late.
"""

from datetime import timedelta

WEEKEND = (5, 6)


def shift(day, count):
    """Return the date ``count`` business days after ``day`` (before, if negative)."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        if day.weekday() not in WEEKEND:
            left -= 1
    return day
