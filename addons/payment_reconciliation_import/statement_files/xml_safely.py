"""XML from outside: no entities, no network, nothing repaired.

A bank's file needs no document type. One that declares any is refused before it is
parsed, as ``defusedxml`` does: entities that multiply, or that fetch files, cannot be
declared then. A file that ends early is an error, not a shorter file.
"""

from io import BytesIO
from xml.parsers import expat

from lxml import etree

from .values import Problem, StatementFileError

_PIECE = 65_536
_BLANK = b" \t\r\n"


class _RootReached(Exception):
    """The document's first element begins: the prolog is over."""


class _DoctypeDeclared(Exception):
    """The document declares a document type."""


def looks_like_xml(data):
    """Return whether a file is meant to be XML, whatever its encoding."""
    start = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe").lstrip(_BLANK + b"\x00")
    return start.startswith(b"<")


def root_name(data):
    """Return (namespace, name) of the root element.

    :raise StatementFileError: if a document type is declared, or it is no XML
    """
    found = []

    def begin(name, _attributes):
        found.append(name)
        raise _RootReached

    def doctype(*_declared):
        raise _DoctypeDeclared

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        for start in range(0, len(data), _PIECE):
            parser.Parse(data[start : start + _PIECE])
        parser.Parse(b"", True)
    except _RootReached:
        namespace, _mark, name = found[0].rpartition("}")
        return namespace, name
    except _DoctypeDeclared as error:
        raise StatementFileError(Problem("entities")) from error
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        raise StatementFileError(Problem("xml_broken", {"line": line})) from error
    raise StatementFileError(Problem("xml_broken", {"line": 1}))


def elements(data, names):
    """Yield (event, local name, element) for elements of these names, as they pass.

    Memory stays bounded: who reads them clears what is done.

    :raise StatementFileError: if the file is damaged or ends early
    """
    root_name(data)
    events = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        recover=False,
        huge_tree=False,
    )
    try:
        for event, element in events:
            yield event, element.tag.rpartition("}")[2], element
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise StatementFileError(Problem("xml_broken", {"line": line})) from error
