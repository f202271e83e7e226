"""The JSON body of a request whose files come later -> what it asks for, and its files as they are announced.

``{"recipients": [...], "files": [{"name", "size", "type", "uploadIdentifier", "sha256"}]}``, and ``rendering`` and
``resolution`` as in the request part of a form. Names and sizes tell already whether a file can be faxed at all, before
any byte of it travels.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from faxes.errors import FileInvalid, FormInvalid, TooManyFiles, shown
from faxes.formats import Unfaxable
from faxes.intake import documents, request
from faxes.intake.recipients import json_type
from faxes.intake.request import Members, Request
from faxes.model import ExpectedFile, Limits, UploadLimits

# What the body may have.
MAX_BODY_BYTES = 256 * 1024
_LONGEST_NAME, _LONGEST_IDENTIFIER = 1_024, 255
_UNKNOWN_TYPE = "application/octet-stream"
# It is sent as a header.
_TYPE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_SHA256_BYTES = 32


@dataclass(frozen=True, slots=True)
class Announced:
    """``files`` is the member as it was sent; empty where there is none."""

    asked: Request
    files: Sequence[object]


def announced(members: Members) -> Announced:
    """What the body's members ask for.

    Raises RecipientsInvalid for its recipients, then FormInvalid where another member is wrong.
    """
    asked = request.asked_of(members, "The body")
    sent = [value for name, value in members if name == "files"]
    if len(sent) > 1:
        raise FormInvalid(f"The body has {len(sent)} members files; it may have one.", reason="request_member_twice")
    files = sent[0] if sent else []
    if files is None:
        files = []
    if not isinstance(files, list):
        raise FormInvalid(f"files is {json_type(files)}; it must be an array of objects.", reason="files_not_array")
    return Announced(asked, files)


def members(body: str) -> Members:
    """The members of a body that is one JSON object. Raises FormInvalid."""
    try:
        value = json.loads(body, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        raise FormInvalid(
            'The body is not JSON; it must hold {"recipients": [...], "files": [...]}.', reason="body_not_json"
        ) from None
    if not isinstance(value, tuple):
        raise FormInvalid(
            f'The body is {json_type(value)}; it must be an object such as {{"recipients": ["0003*211"]}}.',
            reason="body_not_object",
        )
    return value


def expected(sent: Sequence[object], limits: Limits, uploads: UploadLimits) -> tuple[ExpectedFile, ...]:
    """The files that are to come. Raises TooManyFiles, and FileInvalid for the first that is wrong."""
    if len(sent) > limits.files_per_fax:
        raise TooManyFiles(
            f"The fax has {len(sent)} files; the limit is {limits.files_per_fax}.", reason="too_many_files"
        )
    files: list[ExpectedFile] = []
    before = 0
    for position, value in enumerate(sent, start=1):
        file = _expected(value, position, len(sent), uploads, before)
        if file.identifier in {each.identifier for each in files}:
            raise _refused(
                position, len(sent), file.name, "has the uploadIdentifier of another file", reason="identifier_repeated"
            )
        before += file.size
        files.append(file)
    return tuple(files)


def _expected(value: object, position: int, count: int, uploads: UploadLimits, before: int) -> ExpectedFile:
    if not isinstance(value, tuple):
        raise FileInvalid(
            f"File {position} of {count} is {json_type(value)}; it must be an object with name, size and type.",
            reason="file_not_object",
        )
    if len({name for name, _ in value}) < len(value):
        raise _refused(position, count, "", "has a member twice; either could be meant", reason="file_member_twice")
    of: dict[str, object] = dict(value)
    name = of.get("name")
    if not isinstance(name, str) or not name.strip():
        said = json_type(name) if name is not None and not isinstance(name, str) else "missing or empty"
        raise FileInvalid(
            f"File {position} of {count} has no name: it is {said}; it must be a string.", reason="file_not_named"
        )
    # As a form's: what stands before the last slash is the sender's folder.
    name = re.split(r"[/\\]", name)[-1]
    if len(name) > _LONGEST_NAME:
        raise _refused(
            position,
            count,
            name,
            f"has a name of {len(name)} characters; the limit is {_LONGEST_NAME}",
            reason="name_too_long",
        )
    try:
        documents.check_name(name)
    except Unfaxable as unfaxable:
        raise documents.refused(name, position, count, unfaxable.reason, unfaxable.text) from None
    return ExpectedFile(
        position,
        name,
        _size(of.get("size"), name, position, count, uploads, before),
        _media_type(of.get("type"), name, position, count),
        _identifier(of.get("uploadIdentifier"), name, position, count),
        _sha256(of.get("sha256"), name, position, count),
    )


def _size(size: object, name: str, position: int, count: int, uploads: UploadLimits, before: int) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        said = "missing" if size is None else str(size) if type(size) in (int, float) else json_type(size)
        raise _refused(
            position,
            count,
            name,
            f"has a size that is {shown(said)}; it must be its number of bytes",
            reason="file_size_invalid",
        )
    if size == 0:
        raise _refused(position, count, name, "is empty", reason="file_empty")
    if size > uploads.file_bytes:
        raise _refused(
            position, count, name, f"has {size} bytes; the limit is {uploads.file_bytes}", reason="file_too_large"
        )
    if before + size > uploads.fax_bytes:
        raise _refused(
            position,
            count,
            name,
            f"makes the fax {before + size} bytes large; the limit is {uploads.fax_bytes}",
            reason="fax_too_large",
        )
    return size


def _media_type(media_type: object, name: str, position: int, count: int) -> str:
    if media_type is None or media_type == "":
        return _UNKNOWN_TYPE
    if not isinstance(media_type, str) or not _TYPE.fullmatch(media_type):
        said = shown(media_type) if isinstance(media_type, str) else json_type(media_type)
        raise _refused(
            position,
            count,
            name,
            f"has a type that is {said}; it must be one such as application/pdf",
            reason="type_invalid",
        )
    return media_type


def _identifier(identifier: object, name: str, position: int, count: int) -> str:
    if identifier is None:
        return str(position)
    if not isinstance(identifier, str) or not 1 <= len(identifier) <= _LONGEST_IDENTIFIER:
        raise _refused(
            position,
            count,
            name,
            f"has an uploadIdentifier that is no string of 1 to {_LONGEST_IDENTIFIER} characters",
            reason="identifier_invalid",
        )
    return identifier


def _sha256(digest: object, name: str, position: int, count: int) -> str | None:
    if digest is None:
        return None
    raw = b""
    if isinstance(digest, str):
        try:
            raw = base64.b64decode(digest, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
    if len(raw) != _SHA256_BYTES:
        raise _refused(
            position,
            count,
            name,
            "has a sha256 that is not one; it must be 32 bytes in base64",
            reason="sha256_invalid",
        )
    return raw.hex()


def _refused(position: int, count: int, name: str, text: str, *, reason: str) -> FileInvalid:
    return documents.refused(name, position, count, reason, text)
