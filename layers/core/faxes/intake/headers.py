"""The header block of a form's part -> the headers that are read, or why it is refused.

Parsing a header costs more than its length, and a block may be anything: it is looked at here before a parser sees it.
Three headers say something. The parser gets the one with parameters, on one line; the others are their values as sent.
"""

import re
from typing import NamedTuple, NoReturn

from faxes.errors import FormInvalid
from faxes.intake.disposition import NAME

# 4 KB holds the longest file name that any system allows, escaped.
MAX_HEADER_BYTES = 4096
MAX_HEADERS = 8

_HEADER_NAME = re.compile(NAME.encode() + b":")
# A line that starts with white space goes on with the header above it.
_FOLDS = re.compile(rb"\r\n[ \t]++(?:\r\n[ \t]++)*+")
DISPOSITION, TYPE, ENCODING = b"content-disposition", b"content-type", b"content-transfer-encoding"


class Block(NamedTuple):
    """A part's headers: how many bytes they have, the line of its Content-Disposition, and the values of the other two
    as they were sent, empty where they were not."""

    length: int
    disposition: bytes
    content_type: str
    encoding: str


def read(body: bytes, line_end: int, delimiter: bytes, part: int) -> Block:
    """A part's header block.

    ``line_end`` is the end of the delimiter's line, before its CRLF. Raises FormInvalid, with the part's number, for a
    block that is not closed, too long, or not made of header lines, one of them a Content-Disposition.
    """
    block = _block(body[line_end : line_end + 2 + MAX_HEADER_BYTES + 4], delimiter, part)
    if not block.count(b"\n") == block.count(b"\r") == block.count(b"\r\n"):
        _refuse("line_ends_wrong", f"A header line of part {part} does not end with CRLF.")
    # A block may have hundreds of folds: to split is a quarter quicker than to replace.
    unfolded = b" ".join(_FOLDS.split(block)) if b"\r\n " in block or b"\r\n\t" in block else block
    lines = unfolded.split(b"\r\n") if block else []
    if len(lines) > MAX_HEADERS:
        _refuse("too_many_part_headers", f"Part {part} has {len(lines)} headers; the limit is {MAX_HEADERS}.")
    if not all(map(_HEADER_NAME.match, lines)):
        _refuse("part_header_invalid", f"A header line of part {part} is not of the form Name: value.")
    names = [line.partition(b":")[0].lower() for line in lines]
    if (dispositions := names.count(DISPOSITION)) != 1:
        _refuse("disposition_missing", f"Part {part} has {dispositions} Content-Disposition headers; it must have one.")
    # A Content-Type says nothing of a file, so that two of them say no more.
    if len(names) > 1 and len(set(names)) < len(names) - max(0, names.count(TYPE) - 1):
        _refuse("part_header_repeated", f"Part {part} has a header twice; either could be meant.")
    # Of two types, the last one counts.
    found = dict(zip(names, lines, strict=True))
    return Block(len(block), found[DISPOSITION], _value(found, TYPE), _value(found, ENCODING))


def _value(lines: dict[bytes, bytes], name: bytes) -> str:
    # Latin-1 keeps every byte.
    return lines[name].partition(b":")[2].decode("latin-1") if name in lines else ""


def _refuse(reason: str, message: str) -> NoReturn:
    raise FormInvalid(message, reason=reason)


def _block(window: bytes, delimiter: bytes, part: int) -> bytes:
    """The block alone. ``window`` begins with the CRLF before it and holds as much as a block may have."""
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
    return window[2:end]
