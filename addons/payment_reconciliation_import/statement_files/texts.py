"""Bytes of banks as text: encodings, control characters, blanks."""

import codecs
import re

from .values import Problem, StatementFileError

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# No character of a text: PostgreSQL refuses the first, screens show none of them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BLANKS = re.compile(r"[ \t\r\n]+")


def decoded(data, declared=None):
    """Return the text of a file.

    By its byte order mark, else by what the file declares, else UTF-8, else the
    Western encoding that older banks write.

    :param declared: name of an encoding that the file itself states
    :raise StatementFileError: if it is no text
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _decode(data, encoding).lstrip("\ufeff")
    if b"\x00" in data[:4096]:
        raise StatementFileError(Problem("no_text"))
    for encoding in filter(None, (declared, "utf-8")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")


def _decode(data, encoding):
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise StatementFileError(Problem("no_text")) from error


def clean(text):
    """Return a text without control characters, its blanks as one each."""
    return _BLANKS.sub(" ", _CONTROL.sub("", text or "")).strip()
