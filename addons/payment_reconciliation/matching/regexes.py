"""Regular expressions that people write, searched within a bound of time.

An expression may need ages on an innocent text, and Python cannot stop a search that
runs. So a child process searches; what takes too long is stopped and found nowhere.
"""

import json
import subprocess
import sys

MAX_TEXT = 2000  # characters of a text that are searched
SECONDS = 2.0  # for one expression over a batch of texts

_CHILD = """
import json, re, sys
pattern, texts = json.load(sys.stdin)
pattern = re.compile(pattern, re.IGNORECASE)
def find(text):
    hit = pattern.search(text)
    return hit and next((group for group in hit.groups() if group), hit.group())
json.dump([find(text) for text in texts], sys.stdout)
"""


def search(pattern, texts, seconds=SECONDS):
    """Return what a regular expression finds first in each of ``texts``.

    :param str pattern: searched without regard to case
    :param texts: iterable of str
    :param float seconds: given to the whole search
    :return: {text: its first group that holds something, or all that was found}; None
        if it took too long or the expression is invalid
    """
    texts = list(dict.fromkeys(texts))
    if not texts:
        return {}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _CHILD],
            input=json.dumps([pattern, [text[:MAX_TEXT] for text in texts]]),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    found = zip(texts, json.loads(done.stdout), strict=True)
    return {text: hit for text, hit in found if hit is not None}
