"""Body bytes + content type -> Form. The only user of requests-toolbelt.

MultipartDecoder parses well, but it also takes bodies that were cut off, parts behind the closing delimiter and any
number of parts and headers, and it copies each content three times. So every delimiter and every header block is looked
at here first; of a body that is whole and within its limits the decoder gets the headers, and the contents are cut out.
Rules: RFC 2046 section 5.1.1, RFC 7578, and what real clients send (docs/api.md, "The form").
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple, NoReturn
from urllib.parse import unquote_to_bytes

from requests_toolbelt.multipart.decoder import MultipartDecoder

from faxes.errors import FormInvalid, shown
from faxes.model import Form, Upload

FORM_DATA = "multipart/form-data"

# Enough for every real form (6 to 127 files still hear about the files' limit), and a bound for 41,000 tiny parts.
MAX_PARTS = 128
# Parsing a header costs more than its length; 4 KB holds the longest file name that any system allows, escaped.
MAX_HEADER_BYTES = 4096
# Of all parts together: 512 for each of 128, where clients send some 150.
MAX_ALL_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 8
# name, filename, filename*, boundary, charset: no client sends more.
MAX_PARAMETERS = 8

# RFC 2046's characters, and "*", which much copied client code uses ("*****").
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=?* -]{0,69}[0-9A-Za-z'()+_,./:=?*-]")

# RFC 9110's token.
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
# A value in quotes ends at the first quote that is not escaped; where that leaves junk (a name that ends in a
# backslash, sent unescaped), at the next quote. Every quantifier is possessive: no header can make it backtrack.
_PARAMETER = re.compile(
    rf""";[ \t]*+({_NAME})[ \t]*+=[ \t]*+(?:
        "((?:[^"\\]|\\.)*+)"(?=[ \t]*+(?:;|\Z))
      | "([^"]*+)"(?=[ \t]*+(?:;|\Z))
      | ([^";]*+)(?=;|\Z)
    )[ \t]*+""",
    re.VERBOSE | re.DOTALL,
)
_EMPTY_PARAMETERS = re.compile(r"(?:;[ \t]*+(?=;|\Z))++")
_PADDING = re.compile(rb"[ \t]*+")
_HEADER_NAME = re.compile(_NAME.encode() + b":")
# Browsers escape just these three (WHATWG HTML, multipart/form-data encoding); a lone "%" stays as it is.
_BROWSER_ESCAPES = {"%22": '"', "%0d": "\r", "%0a": "\n"}
_BROWSER_ESCAPE = re.compile("%22|%0[da]", re.IGNORECASE)
_FILES_FIELD = re.compile(r"files(\[[0-9]*\])?")
# RFC 5987 names just these two; Python knows charsets that decode into what no database stores.
_EXTENDED_VALUE = re.compile(r"(utf-8|iso-8859-1)'[^']*'(.*)", re.IGNORECASE | re.DOTALL)
_PLAIN_ENCODINGS = frozenset({"", "binary", "8bit", "7bit"})


class _Place(NamedTuple):
    """Where a part lies in the body: its headers, its content (behind an empty line), and its content's end."""

    headers: int
    content: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """One part: its field's name, its file name (None: it has none) and its bytes."""

    field: str
    filename: str | None
    content: bytes


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
    """The type alone, in lower case: ``multipart/form-data`` of ``multipart/form-data; boundary=x``."""
    return content_type.partition(";")[0].strip().lower()


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
    return list(_decode(body, delimiter, places)) if places else []


def _refuse(reason: str, message: str) -> NoReturn:
    raise FormInvalid(message, reason=reason)


def _boundary(content_type: str) -> str:
    kind = media_type(content_type)
    if kind != FORM_DATA:
        sent = f"is {shown(kind)}" if kind else "is missing"
        _refuse("content_type_wrong", f"The Content-Type {sent}; it must be {FORM_DATA} with a boundary.")
    parameters = _parameters(content_type.strip())
    if parameters is None:
        _refuse("content_type_unreadable", f"The Content-Type header, {shown(content_type)}, cannot be read.")
    boundary = parameters.get("boundary")
    if boundary is None:
        _refuse("boundary_missing", f"The Content-Type {FORM_DATA} has no boundary parameter.")
    if not _BOUNDARY.fullmatch(boundary):
        _refuse(
            "boundary_illegal",
            f"The boundary, {shown(boundary) or 'empty'}, is not legal; it must be 1 to 70 letters, digits and "
            "'()+_,-./:=?*.",
        )
    return boundary


def _parameters(header: str) -> dict[str, str] | None:
    """The parameters of a header's value, names in lower case, or None where it is not well-formed.

    A trailing or doubled ``;`` is fine; the same name twice is not, since either could be meant. At most 8 of them.
    """
    position = header.find(";")
    found: dict[str, str] = {}
    while 0 <= position < len(header):
        if match := _EMPTY_PARAMETERS.match(header, position):
            position = match.end()
            continue
        match = _PARAMETER.match(header, position)
        if match is None or match[1].lower() in found or len(found) == MAX_PARAMETERS:
            return None
        escaped, raw, bare = match[2], match[3], match[4]
        if escaped is not None:
            # Only these two are escapes: the backslash in "C:\fax.txt" is a separator.
            value = re.sub(r'\\(["\\])', r"\1", escaped)
        else:
            value = raw if raw is not None else bare.rstrip(" \t")
        found[match[1].lower()] = value
        position = match.end()
    return found


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
        length = _check_headers(body, line_end, delimiter, number)
        header_bytes += length
        if header_bytes > MAX_ALL_HEADER_BYTES:
            _refuse(
                "headers_too_long",
                f"The headers of the first {number} parts have {header_bytes} bytes in all; the limit is "
                f"{MAX_ALL_HEADER_BYTES}.",
            )
        headers = line_end + len(b"\r\n")
        end = (position or len(body)) - len(b"\r\n")
        places.append(_Place(headers, headers + length + len(b"\r\n\r\n"), end))
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


def _check_headers(body: bytes, line_end: int, delimiter: bytes, part: int) -> int:
    """Refuse a header block that is not closed, too long, or not made of header lines. Returns its length.

    ``line_end`` is the end of the delimiter's line, before its CRLF.
    """
    window = body[line_end : line_end + 2 + MAX_HEADER_BYTES + 4]
    end = window.find(b"\r\n\r\n")
    next_delimiter = window.find(b"\r\n" + delimiter)
    if next_delimiter >= 0 and (end < 0 or next_delimiter < end + 4):
        _refuse("part_headers_unended", f"Part {part} has no empty line (CRLF) behind its headers.")
    if end < 0 and len(window) < 2 + MAX_HEADER_BYTES + 4:
        _refuse("part_headers_cut", f"The body ends within the headers of part {part}; the upload was cut off.")
    if end < 0:
        _refuse(
            "part_headers_too_long",
            f"The headers of part {part} are longer than {MAX_HEADER_BYTES} bytes, the limit, or have no empty line "
            "(CRLF) behind them.",
        )
    block = window[2:end]
    if not block.count(b"\n") == block.count(b"\r") == block.count(b"\r\n"):
        _refuse("line_ends_wrong", f"A header line of part {part} does not end with CRLF.")
    lines = block.split(b"\r\n") if block else []
    # A line that starts with white space goes on with the header above it.
    headers = [line for index, line in enumerate(lines) if index == 0 or line[:1] not in (b" ", b"\t")]
    if len(headers) > MAX_HEADERS:
        _refuse("too_many_part_headers", f"Part {part} has {len(headers)} headers; the limit is {MAX_HEADERS}.")
    if not all(_HEADER_NAME.match(line) for line in headers):
        _refuse("part_header_invalid", f"A header line of part {part} is not of the form Name: value.")
    dispositions = sum(line.lower().startswith(b"content-disposition:") for line in headers)
    if dispositions != 1:
        _refuse("disposition_missing", f"Part {part} has {dispositions} Content-Disposition headers; it must have one.")
    if len({line.partition(b":")[0].lower() for line in headers}) < len(headers):
        _refuse("part_header_repeated", f"Part {part} has a header twice; either could be meant.")
    return len(block)


def _decode(body: bytes, delimiter: bytes, places: list[_Place]) -> Iterator[_Part]:
    blocks = [b"%b\r\n%b\r\n" % (delimiter, body[place.headers : place.content]) for place in places]
    boundary = delimiter.removeprefix(b"--").decode("ascii")
    # Latin-1 keeps every byte of a header; the names are decoded below.
    form = MultipartDecoder(b"%b%b--" % (b"".join(blocks), delimiter), f'{FORM_DATA}; boundary="{boundary}"', "latin-1")
    # No body is known for which they differ; if there is one, none of its files may go unseen.
    if len(form.parts) != len(places):
        _refuse("form_unreadable", f"The form has {len(places)} parts, of which only {len(form.parts)} can be read.")
    for number, (part, place) in enumerate(zip(form.parts, places, strict=True), start=1):
        headers = {name.lower(): value.decode("latin-1") for name, value in part.headers.items()}
        yield _part(number, headers, body[place.content : place.end])


def _part(number: int, headers: dict[bytes, str], content: bytes) -> _Part:
    disposition = re.sub(r"\r\n[ \t]+", " ", headers.get(b"content-disposition", ""))
    encoding = headers.get(b"content-transfer-encoding", "").strip().lower()
    if encoding not in _PLAIN_ENCODINGS:
        _refuse(
            "transfer_encoding_unknown",
            f"Part {number} is sent with Content-Transfer-Encoding {shown(encoding)}; send its bytes as they are.",
        )
    parameters = _parameters(disposition)
    if disposition.partition(";")[0].strip().lower() != "form-data" or parameters is None:
        _refuse(
            "disposition_invalid",
            f"The Content-Disposition of part {number} cannot be read; it must be form-data; name=...; filename=...",
        )
    if any(name.startswith("filename*") and name != "filename*" for name in parameters):
        _refuse("disposition_invalid", f"Part {number} splits its file name over several parameters; send it as one.")
    return _Part(_text(parameters.get("name", "")), _filename(number, parameters), content)


def _filename(number: int, parameters: dict[str, str]) -> str | None:
    """The file name as sent, its escapes undone; ``filename*`` (RFC 5987) wins over ``filename``."""
    extended = parameters.get("filename*")
    if extended is not None:
        match = _EXTENDED_VALUE.fullmatch(extended)
        try:
            if match:
                return unquote_to_bytes(match[2]).decode(match[1])
        except UnicodeDecodeError:
            pass
        _refuse("disposition_invalid", f"The filename* of part {number} cannot be read; it must be UTF-8''name.")
    plain = parameters.get("filename")
    return None if plain is None else _text(plain)


def _text(latin: str) -> str:
    """A header's value, read as Latin-1, as the text that was meant: UTF-8, else Latin-1, browsers' escapes undone."""
    raw = latin.encode("latin-1")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = latin
    return _BROWSER_ESCAPE.sub(lambda escape: _BROWSER_ESCAPES[escape[0].lower()], text)


def _last_segment(filename: str) -> str:
    """``fax.txt`` of ``/path/to/fax.txt`` and of ``C:\\fax.txt``."""
    return re.split(r"[/\\]", filename)[-1]


def _form(parts: list[_Part]) -> Form:
    """Tell the request from the files.

    The request is the part named ``request`` that has no file name; where there is none, the single one that has
    (browsers give a JSON blob a name). Every other part with a file name is a file, whatever its field's name, and so
    is one named like a file that has none. An empty part with an empty file name is a browser's empty file input.
    """
    kept = [part for part in parts if not (part.filename == "" and not part.content)]
    requests = [part for part in kept if part.field == "request" and part.filename is None]
    if not requests:
        requests = [part for part in kept if part.field == "request"]
    if len(requests) > 1:
        _refuse("two_request_parts", f"The form has {len(requests)} parts named request; it must have one.")
    uploads = tuple(
        Upload(None if part.filename is None else _last_segment(part.filename), part.content)
        for part in kept
        if part not in requests and (part.filename is not None or _FILES_FIELD.fullmatch(part.field))
    )
    return Form(requests[0].content if requests else None, uploads)
