"""Any statement file: what it is, and what it says."""

import zipfile
import zlib
from io import BytesIO

from . import camt, mt940, ofx, xml_safely
from .texts import decoded
from .values import Problem, StatementFileError

MAX_BYTES = 250_000_000  # unpacked; 100,000 lines of camt are 120 MB
MAX_MEMBERS = 500
MAX_NESTING = 1  # a zip of zips is a trap


def read(data, nesting=0):
    """Return the statements of a file; None if its format is not one of ours.

    :param bytes data: the file
    :return: list of ``values.Statement``
    :raise StatementFileError: if it is one of our formats and cannot be read
    """
    if not data.strip(b" \t\r\n\x00"):
        raise StatementFileError(Problem("empty"))
    if len(data) > MAX_BYTES:
        raise StatementFileError(Problem("too_large", {"size": len(data) // 1_000_000}))
    if data.startswith(b"PK"):
        return _read_archive(data, nesting)
    if ofx.is_ofx(data):
        return ofx.read(data)
    if xml_safely.looks_like_xml(data):
        namespace, _name = xml_safely.root_name(data)
        return camt.read(data) if camt.is_camt(namespace) else None
    return _read_text(data)


def _read_text(data):
    try:
        text = decoded(data)
    except StatementFileError:
        return None  # no text: a spreadsheet, for instance, which others read
    return mt940.read(text) if mt940.is_mt940(text[:20_000]) else None


def _read_archive(data, nesting):
    """Return the statements of all files in an archive; None for a spreadsheet."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        members = [each for each in archive.infolist() if not each.is_dir()]
    except zipfile.BadZipFile as error:
        raise StatementFileError(Problem("zip_broken")) from error
    if any(each.filename == "[Content_Types].xml" for each in members):
        return None
    if nesting >= MAX_NESTING or len(members) > MAX_MEMBERS:
        raise StatementFileError(Problem("zip_too_large"))
    if sum(each.file_size for each in members) > MAX_BYTES:
        raise StatementFileError(Problem("zip_too_large"))
    statements = []
    for member in members:
        statements += _read_member(archive, member, nesting)
    return statements


def _read_member(archive, member, nesting):
    """Return the statements of one file of an archive.

    :raise StatementFileError: naming the file
    """
    try:
        with archive.open(member) as file:
            # A header may lie about the size: no more is unpacked than is allowed.
            content = file.read(MAX_BYTES + 1)
        found = read(content, nesting + 1)
    except StatementFileError as error:
        raise StatementFileError(
            *(
                Problem(each.kind, {**each.figures, "file": member.filename})
                for each in error.problems
            )
        ) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
    ) as error:
        problem = Problem("zip_broken", {"file": member.filename})
        raise StatementFileError(problem) from error
    if found is None:
        raise StatementFileError(Problem("zip_unknown", {"file": member.filename}))
    return found
