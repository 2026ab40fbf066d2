"""Files: uploaded, described, never kept.

Source: https://docs.stripe.com/file-upload and https://docs.stripe.com/api/files
"""

import email.policy
from email.parser import BytesParser
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode

from . import paging
from .errors import invalid
from .routing import route

MARKS = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n", "png"))
EVIDENCE_BYTES = 5 * 1024 * 1024


class Upload(NamedTuple):
    """A part of a multipart body that is a file."""

    name: str
    content: bytes


def parse(content_type, body):
    """Return the parts of a multipart body.

    :return: (fields as form-encoded text, in which a file is its digest so that an
        idempotency key knows it again; {field: :class:`Upload`})
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    fields, uploads = {}, {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            fields[name] = content.decode()
        else:
            uploads[name] = Upload(part.get_filename(), content)
            fields[name] = sha256(content).hexdigest()
    return urlencode(fields), uploads


@route("POST /v1/files")
def create(world, params):
    """Take a file for evidence; only what it is called and how large it is stays.

    :raise ApiError: not a file, empty, too large, or of a type that banks do not read
    """
    upload = params.get("file")
    if not isinstance(upload, Upload):
        raise invalid(
            "Invalid file: must be sent as multipart/form-data.", None, "file"
        )
    if params["purpose"] != "dispute_evidence":
        raise invalid(f"The sandbox takes no files for {params['purpose']}.")
    kind = next((k for mark, k in MARKS if upload.content.startswith(mark)), None)
    if kind is None:
        raise invalid("Invalid file type: must be one of pdf, jpg, png.", None, "file")
    if len(upload.content) > EVIDENCE_BYTES:
        raise invalid("The file is larger than 5 MB.", "file_too_large", "file")
    ref = world.new_id("file")
    return world.add(
        {
            "id": ref,
            "object": "file",
            "created": world.clock.now(),
            "expires_at": None,
            "filename": upload.name,
            "links": {
                "object": "list",
                "data": [],
                "has_more": False,
                "url": f"/v1/file_links?file={ref}",
            },
            "purpose": params["purpose"],
            "size": len(upload.content),
            "title": None,
            "type": kind,
            "url": f"https://files.stripe.com/v1/files/{ref}/contents",
            "_digest": sha256(upload.content).hexdigest(),
        }
    )


def check_evidence(world, ref, param):
    """Hold the id in a field of evidence to what was uploaded.

    :raise ApiError: there is no such file, or it was not uploaded as evidence
    """
    if world.get("file", ref, param)["purpose"] != "dispute_evidence":
        raise invalid(f"The file {ref} is no dispute evidence.", None, param)


@route("GET /v1/files")
def list_all(world, params):
    """List, newest first."""
    return paging.page(world, "file", params, "/v1/files", None, ("purpose",))


@route("GET /v1/files/{file}")
def retrieve(world, params, ref):
    """Describe one file."""
    return world.get("file", ref)
