"""Body bytes + content type -> Form. The only user of requests-toolbelt.

MultipartDecoder parses well, but it also takes bodies that were cut off, parts behind the closing delimiter and any
number of parts and headers, and it copies each content three times. So every delimiter and every header block is looked
at here first; of a body that is whole and within its limits the decoder gets the headers, and the contents are cut out.
Rules: RFC 2046 section 5.1.1, RFC 7578, and what real clients send (docs/api/form.md).
"""

import re
from binascii import a2b_qp
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple, NoReturn

from requests_toolbelt.multipart.decoder import MultipartDecoder

from faxes.errors import FormInvalid, shown
from faxes.intake import disposition, headers
from faxes.intake.unattached import meant_as_a_file
from faxes.model import Form, Upload

FORM_DATA = "multipart/form-data"

# Enough for every real form (6 to 127 files still hear about the files' limit), and a bound for 41,000 tiny parts.
MAX_PARTS = 128
# Of all parts together: 512 for each of 128, where clients send some 150.
MAX_ALL_HEADER_BYTES = 64 * 1024

# RFC 2046's characters, and more that clients use, in quotes or not: "*****", a GUID in braces.
_BOUNDARY_SIGNS = "'()+_,-./:=?*{}<>[]!#$%&@|~"
_BOUNDARY = re.compile(rf"[0-9A-Za-z{re.escape(_BOUNDARY_SIGNS)} ]{{0,69}}[0-9A-Za-z{re.escape(_BOUNDARY_SIGNS)}]")

_TYPE_END = re.compile("[;,]")
_PADDING = re.compile(rb"[ \t]*+")
_PLAIN_ENCODINGS = frozenset({"", "binary", "8bit", "7bit"})
# What RFC 2045 has in quoted-printable. Other bytes, and other escapes, were labelled so, but never encoded.
_QUOTED_PRINTABLE = bytes((*b"\t\r\n", *range(ord(" "), ord("~") + 1)))
_NOT_ESCAPED = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r\n)")


class _Place(NamedTuple):
    """A part's headers, as far as they are read, and where in the body its content begins and ends."""

    headers: headers.Block
    content: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """One part: its field's name, its file name (None: it has none), its bytes, and whether it has no file name though
    it was meant as a file."""

    field: str
    filename: str | None
    content: bytes
    unattached: bool


def parse(body: bytes, content_type: str) -> Form:
    """Decode a fax's form.

    Raises FormInvalid, naming what is wrong and where, for everything that is not one complete, well-formed
    multipart/form-data body, and nothing else.
    """
    return _form(_parts(body, content_type))


def fields(body: bytes, content_type: str) -> list[tuple[str, bytes]]:
    """The fields of any form in their order, name and content; files are left out. Raises what ``parse`` does."""
    return [(part.field, part.content) for part in _parts(body, content_type) if part.filename is None]


def media_type(content_type: str) -> str:
    """The type alone, in lower case: ``multipart/form-data`` of ``multipart/form-data; boundary=x``.

    A comma ends it, too, as in RFC 1867's own example, which is still copied.
    """
    return _TYPE_END.split(content_type, maxsplit=1)[0].strip().lower()


def has_comma(content_type: str) -> bool:
    """Whether a comma ends the type, which the gateway may not take for multipart/form-data."""
    end = _TYPE_END.search(content_type)
    return end is not None and end[0] == ","


def _parts(body: bytes, content_type: str) -> list[_Part]:
    boundary = _boundary(content_type)
    if not body:
        _refuse("body_empty", "The body is empty; it must be a multipart/form-data form.")
    delimiter = b"--" + boundary.encode("ascii")
    # Looked for once at most: it takes longer than all the rest.
    has_bare_line = cache(partial(_has_bare_line, body, delimiter))
    try:
        places = _outline(body, delimiter, has_bare_line)
    except FormInvalid:
        # Where lines end with LF alone, that is what is wrong, whatever came of it.
        _check_line_ends(has_bare_line)
        raise
    # An empty form is one closing delimiter, which the decoder would take for a part.
    return list(_decode(body, places)) if places else []


def _refuse(reason: str, message: str) -> NoReturn:
    raise FormInvalid(message, reason=reason)


def _boundary(content_type: str) -> str:
    kind = media_type(content_type)
    if kind != FORM_DATA:
        sent = f"is {shown(kind)}" if kind else "is missing"
        _refuse("content_type_wrong", f"The Content-Type {sent}; it must be {FORM_DATA} with a boundary.")
    parameters = disposition.parameters(_TYPE_END.sub(";", content_type.strip(), count=1))
    if parameters is None:
        _refuse("content_type_unreadable", f"The Content-Type header, {shown(content_type)}, cannot be read.")
    boundary = parameters.get("boundary")
    if boundary is None:
        _refuse("boundary_missing", f"The Content-Type {FORM_DATA} has no boundary parameter.")
    if not _BOUNDARY.fullmatch(boundary):
        _refuse(
            "boundary_illegal",
            f"The boundary, {shown(boundary) or 'empty'}, is not legal; it must be 1 to 70 letters, digits and "
            f"{_BOUNDARY_SIGNS}.",
        )
    return boundary


def _outline(body: bytes, delimiter: bytes, has_bare_line: Callable[[], bool]) -> list[_Place]:
    """Where the parts lie, between a preamble and an epilogue. Looks at every delimiter and every header block."""
    delimiters = _delimiters(body, delimiter, has_bare_line)
    start = position = next(delimiters, None)
    if start is None:
        _refuse(
            "delimiter_missing",
            f"The body holds no line {shown(delimiter.decode('ascii'))}, which its Content-Type names as the delimiter "
            "of its parts.",
        )
    if body.find(delimiter, 0, start) >= 0:
        # A byte order mark before it, for instance. The part behind it would go unseen.
        _refuse("delimiter_line_invalid", "The first delimiter of the body does not stand at the start of a line.")
    places: list[_Place] = []
    header_bytes = 0
    while position is not None:
        line_end = _delimiter_line_end(body, position + len(delimiter))
        position = next(delimiters, None)
        if line_end is None:
            if position is not None:
                _refuse("parts_after_end", "The body goes on with another part after its closing delimiter.")
            return places
        number = len(places) + 1
        if number > MAX_PARTS:
            _refuse("too_many_parts", f"The form has more than {MAX_PARTS} parts, the limit.")
        block = headers.read(body, line_end, delimiter, number)
        header_bytes += block.length
        if header_bytes > MAX_ALL_HEADER_BYTES:
            _refuse(
                "headers_too_long",
                f"The headers of the first {number} parts have {header_bytes} bytes in all; the limit is "
                f"{MAX_ALL_HEADER_BYTES}.",
            )
        content = line_end + len(b"\r\n") + block.length + len(b"\r\n\r\n")
        end = (position or len(body)) - len(b"\r\n")
        places.append(_Place(block, content, end))
    _refuse("closing_delimiter_missing", "The body ends without its closing delimiter; the upload was cut off.")


def _delimiters(body: bytes, delimiter: bytes, has_bare_line: Callable[[], bool]) -> Iterator[int]:
    """Where each line begins that starts with ``delimiter``, behind CRLF or at the body's start.

    Refuses a delimiter line behind a bare LF: all of them, as soon as one line is only like it.
    """
    if body.startswith(delimiter):
        yield 0
    line_end = 0
    while (line_end := body.find(b"\n" + delimiter, line_end)) >= 0:
        if body[line_end - 1 : line_end] != b"\r":
            _check_line_ends(has_bare_line)
            line_end = body.find(b"\r\n" + delimiter, line_end) + 1
            if line_end == 0:
                return
        line_end += 1
        yield line_end


def _delimiter_line_end(body: bytes, after: int) -> int | None:
    """Where a delimiter's line ends, before its CRLF, or None where it is the closing delimiter.

    ``after`` is the place behind the delimiter, where only white space and CRLF may follow.
    """
    closing = body.startswith(b"--", after)
    if closing:
        after += 2
    if padding := _PADDING.match(body, after):
        after = padding.end()
    if body.startswith(b"\r\n", after):
        return None if closing else after
    if after < len(body):
        _refuse(
            "delimiter_line_invalid",
            "A delimiter line of the body holds more than the delimiter, or does not end with CRLF.",
        )
    if not closing:
        _refuse("closing_delimiter_missing", "The body ends within a delimiter; the upload was cut off.")
    return None


def _check_line_ends(has_bare_line: Callable[[], bool]) -> None:
    """Refuse a delimiter line behind a bare LF: taken as content, it would join two files into one."""
    if has_bare_line():
        _refuse("line_ends_wrong", "The lines of the body end with LF; multipart needs CRLF.")


def _has_bare_line(body: bytes, delimiter: bytes) -> bool:
    """Whether a delimiter line stands behind a bare LF."""
    line = re.escape(b"\n" + delimiter)
    # The look-behind stands behind the literal, so that the search can skip to it.
    return bool(re.search(line + rb"(?<!\r" + line + rb")(?:--)?[ \t]*+(?:\r?\n|\Z)", body))


def _decode(body: bytes, places: list[_Place]) -> Iterator[_Part]:
    # As the headers of one part, each with its part's number: the parser takes longer to start than to read a header.
    lines = b"".join([b"%d.%b\r\n" % (number, place.headers.disposition) for number, place in enumerate(places)])
    # Latin-1 keeps every byte of a header; the names are decoded below.
    parts = MultipartDecoder(b"--b\r\n%b\r\n\r\n--b--" % lines, f"{FORM_DATA}; boundary=b", "latin-1").parts
    values = {name.lower(): value.decode("latin-1") for part in parts for name, value in part.headers.items()}
    # No body is known of which one is lost; if there is one, none of its files may go unseen.
    if (found := len(values)) != len(places):
        _refuse("form_unreadable", f"The form has {len(places)} headers, of which only {found} can be read.")
    for number, place in enumerate(places):
        value = values.get(b"%d.%b" % (number, headers.DISPOSITION), "")
        yield _part(number + 1, place.headers, value, body[place.content : place.end])


def _part(number: int, sent: headers.Block, value: str, content: bytes) -> _Part:
    encoding = sent.encoding.strip().lower()
    if encoding == "quoted-printable" and _is_quoted_printable(content):
        content = a2b_qp(content)
    elif encoding not in _PLAIN_ENCODINGS:
        _refuse(
            "transfer_encoding_unknown",
            f"Part {number} is sent with Content-Transfer-Encoding {shown(encoding)}; send its bytes as they are.",
        )
    kind, field, filename = disposition.read(value, number)
    unattached = filename is None and (
        kind == "attachment" or meant_as_a_file(field, media_type(sent.content_type), content)
    )
    return _Part(field, filename, content, unattached)


def _is_quoted_printable(content: bytes) -> bool:
    # What may be there is taken out first, and the signs looked for alone: together they take three times as long.
    return not content.translate(None, _QUOTED_PRINTABLE) and not _NOT_ESCAPED.search(content)


def _last_segment(filename: str) -> str:
    """``fax.txt`` of ``/path/to/fax.txt`` and of ``C:\\fax.txt``."""
    return re.split(r"[/\\]", filename)[-1]


def _form(parts: list[_Part]) -> Form:
    """Tell the request from the files.

    The request is the part named ``request`` that has no file name; where there is none, the single one that has
    (browsers give a JSON blob a name). Every other part with a file name is a file, whatever its field's name, and so
    is one that was meant as a file but has none. An empty part with an empty file name is a browser's empty file input.
    """
    kept = [part for part in parts if not (part.filename == "" and not part.content)]
    requests = [part for part in kept if part.field == "request" and part.filename is None]
    if not requests:
        requests = [part for part in kept if part.field == "request"]
    if len(requests) > 1:
        _refuse("two_request_parts", f"The form has {len(requests)} parts named request; it must have one.")
    request = requests[0] if requests else None
    uploads = tuple(
        Upload(None if part.filename is None else _last_segment(part.filename), part.content)
        for part in kept
        if part is not request and (part.filename is not None or part.unattached)
    )
    return Form(request.content if request else None, uploads)
