"""What a text file says, and how many pages it takes.

UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252 where it reads as a Western text, else what
``txt_detection`` tells without a doubt. A page is 60 rows of 80 columns, each
character one column: `pages` lays the text out, here for counting and later for rendering.

Everything goes in blocks, and the layout ends with the last page that is asked for, so that neither an endless line nor
millions of empty ones cost more than an ordinary text does.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NoReturn

from faxes.formats import Unfaxable
from faxes.formats.content import Content

ROWS, COLUMNS, TAB = 60, 80, 8

_UTF_8, _FALLBACK = "utf-8", "cp1252"
_MARKS = {codecs.BOM_UTF8: _UTF_8, codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# What is decoded at once.
_BLOCK = 8_192
# As many bytes as a form has at most. A longer text is read as far as its pages can go.
_READ_WHOLE = 4_613_734
# The most that a page can take: characters and line ends of four bytes, and a form feed.
_PAGE_BYTES = ROWS * (COLUMNS + 1) * 4 + 4
# From a cut back to a place between two words.
_NEAR_CUT = 1_024
# A search by a first byte is slow where one byte in so many is it.
_DENSE = 16
_UNKNOWN = "is text in an unknown encoding; it must be UTF-8, UTF-16 with a byte order mark, or Windows-1252"
# What Python says of UTF-8 whose last character is incomplete.
_UNFINISHED = "unexpected end of data"
# So many bytes show that a text is UTF-16.
_UTF_16_SHOWN = 64
_WHITE = " \t\r\n\f\x85"
_PAGE_BREAK = "\f"

# Tab, line feed, form feed, carriage return and the next line of mainframes are layout; no other control character is
# text.
_NEXT_LINE = "\x85"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_NO_CONTROL = bytes(sorted(set(range(256)) - {*range(32), 127} | set(_WHITE.encode())))
# Those beyond ASCII, as UTF-8 has them.
_HIGH_CONTROL_BYTES, _HIGH_CONTROL_LEAD = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]"), b"\xc2"
_NEXT_LINE_BYTES = b"\xc2\x85"
# Of UTF-16's characters of four bytes.
_FIRST_HALVES = range(0xD8, 0xDC)
# What the bytes of a character beyond ASCII are, behind the first one and first, as UTF-8 has them.
_CONTINUED, _LEADS = bytes(range(0x80, 0xC0)), bytes(range(0xC0, 0x100))
# What leaves a trace on paper: neither white space nor one of the characters that have no shape of their own.
_INK = re.compile(
    r"[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


def count_pages(content: Content, max_pages: int = 999) -> int:
    """How many pages the text takes, or ``max_pages`` + 1 where it takes more. Raises Unfaxable as ``examine`` does."""
    return examine(content, max_pages)[0]


def examine(content: Content, max_pages: int = 999) -> tuple[int, str]:
    """How many pages the text takes, or ``max_pages`` + 1 where it takes more, and Python's name of its encoding.

    Raises Unfaxable where it is no text in a known encoding, holds control characters, or is blank. A long text is
    looked at as far as ``max_pages`` can go, and at its end, where white space makes no pages.
    """
    if len(content) <= _READ_WHOLE:
        return _examine(bytes(content), max_pages)
    encoding, start = next(
        ((marked, len(mark)) for mark, marked in _MARKS.items() if content.startswith(mark)), (_UTF_8, 0)
    )
    end, most = _end(content, encoding, start), start + max_pages * _PAGE_BYTES
    if end <= most:
        return _examine(content[:end], max_pages)
    try:
        _, encoding = _examine(_whole_characters(content[:most], encoding), 0)
    except Unfaxable as unfaxable:
        # What is not blank stands further on.
        if unfaxable.reason != "txt_blank":
            raise
    return max_pages + 1, encoding


def _whole_characters(text: bytes, encoding: str) -> bytes:
    """Without the last character's bytes, where a cut may have left some of them out."""
    if encoding.startswith("utf-16"):
        text = text[: len(text) // 2 * 2]
        first = text[-1] if encoding == "utf-16-le" else text[-2]
        return text[:-2] if first in _FIRST_HALVES else text
    end = max(text.rfind(white, max(len(text) - _NEAR_CUT, 0)) for white in (b"\n", b" "))
    if end >= 0:
        return text[:end]
    return text.rstrip(_CONTINUED).rstrip(_LEADS) if text[-1] > 127 else text


def _examine(content: bytes, max_pages: int) -> tuple[int, str]:
    encoding, start = _encoding(content)
    if _has_control(content, encoding, start):
        raise Unfaxable(
            "txt_binary",
            f"holds {_first_control(content, encoding, start)}; text may hold tabs, line ends and form feeds alone",
        )
    # The first test is the quicker one.
    if not any(
        not block.isspace() and _INK.search(block) for block in _decoded(content, encoding, start, len(content))
    ):
        raise Unfaxable("txt_blank", "is blank")
    return sum(1 for _ in islice(_pages(content, encoding, start), max_pages + 1)), encoding


def pages(content: Content, encoding: str | None = None) -> Iterator[list[str]]:
    """The rows of each page, tabs made spaces: at most 60 of at most 80 characters, fewer where the text has fewer.

    Long lines go on in the next row, a tab to the next multiple of 8 columns; a form feed ends the page. White space
    at the text's end makes neither rows nor pages. ``content`` is one that has been accepted, and ``encoding`` what
    ``examine`` said of it; without, it is found out again.
    """
    if encoding is None:
        return _pages(content, *_encoding(bytes(content)))
    start = next((len(mark) for mark, marked in _MARKS.items() if marked == encoding and content.startswith(mark)), 0)
    return _pages(content, encoding, start)


def _cut_off() -> NoReturn:
    raise Unfaxable("txt_cut_off", "is cut off in the middle of its last character")


def _encoding(content: bytes) -> tuple[str, int]:
    """The encoding, and behind how many bytes the text begins. Raises Unfaxable where it is none that is known."""
    encoding, start = _UTF_8, 0
    for mark, marked in _MARKS.items():
        if content.startswith(mark):
            encoding, start = marked, len(mark)
        elif content and mark.startswith(content):
            _cut_off()
    if content.isascii():
        return encoding, start
    try:
        _decode(content, encoding, start)
    except UnicodeDecodeError as error:
        unfinished = len(error.object) - error.start
        if encoding == _UTF_8 and error.reason == _UNFINISHED and not _is_ascii(content, len(content) - unfinished):
            # As Windows-1252, each character beyond ASCII before the last would become two others.
            _cut_off()
        if start:
            raise Unfaxable(
                "txt_encoding", f"is not the {encoding[:6].upper()} that its first bytes announce"
            ) from None
    else:
        return encoding, start
    if _is_fallback(content):
        return _FALLBACK, 0
    # A control character says more of what is wrong than the encoding does.
    if not _has_control(content, _FALLBACK, 0):
        # The detector is in another file, and imported for the few texts that need it.
        from faxes.formats.txt_detection import detected

        told = detected(content)
        if told:
            return told, 0
    raise Unfaxable("txt_encoding", _UNKNOWN)


def _is_fallback(content: bytes) -> bool:
    """Whether it is a Western text in Windows-1252."""
    # Where control characters are in it, they say more of what is wrong.
    if not _has_control(content, _FALLBACK, 0):
        from faxes.formats.txt_western import is_western

        if not is_western(content):
            return False
    try:
        _decode(content, _FALLBACK, 0)
    except UnicodeDecodeError:
        return False
    return True


def _is_ascii(content: bytes, end: int) -> bool:
    return all(content[at : min(at + _BLOCK, end)].isascii() for at in range(0, end, _BLOCK))


def _decode(content: bytes, encoding: str, start: int) -> None:
    """Raises UnicodeDecodeError where that cannot be done."""
    for _ in _decoded(content, encoding, start, len(content)):
        pass


def _decoded(content: Content, encoding: str, start: int, end: int) -> Iterator[str]:
    """The text between two places, in blocks."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for at in range(start, end, _BLOCK):
        stop = min(at + _BLOCK, end)
        yield decoder.decode(content[at:stop], final=stop == end)


def _has_control(content: bytes, encoding: str, start: int) -> bool:
    """Whether there is a control character that is no layout. Windows-1252 has those beyond ASCII no more."""
    if encoding not in (_UTF_8, _FALLBACK):
        return any(_CONTROL.search(block) for block in _decoded(content, encoding, start, len(content)))
    # Taking out the others is four times as quick as searching.
    if any(content[at : at + _BLOCK].translate(None, _NO_CONTROL) for at in range(start, len(content), _BLOCK)):
        return True
    if encoding == _FALLBACK or content.isascii():
        return False
    if content.count(_HIGH_CONTROL_LEAD) < len(content) // _DENSE:
        return _HIGH_CONTROL_BYTES.search(content) is not None
    return any(_CONTROL.search(block) for block in _decoded(content, encoding, start, len(content)))


def _first_control(content: bytes, encoding: str, start: int) -> str:
    """The first control character, by its number and its line, for people; there is one."""
    lines = returns = 0
    character = "\0"
    for block in _decoded(content, encoding, start, len(content)):
        found = _CONTROL.search(block)
        before = block[: found.start()] if found else block
        lines += before.count("\n")
        returns += before.count("\r")
        if found:
            character = found[0]
            break
    # Where lines end with a carriage return alone, those are the lines.
    said = f"the control character U+{ord(character):04X} in line {(lines or returns) + 1}"
    # Letters of Latin in UTF-16: nearly every second byte is zero, and the others are not.
    shown = content[:_UTF_16_SHOWN]
    fewer, more = sorted((shown[::2].count(0), shown[1::2].count(0)))
    is_utf_16 = character == "\0" and fewer == 0 and more * 8 >= len(shown) * 3
    return f"{said}, as UTF-16 without a byte order mark does" if is_utf_16 else said


def _pages(content: Content, encoding: str, start: int) -> Iterator[list[str]]:
    page: list[str] = []
    end = _end(content, encoding, start)
    for rows in _rows(_decoded(content, encoding, start, end)):
        if rows is None:
            yield page
            page = []
            continue
        page += rows
        # A full one ends where another row follows. Taken from the front, each would move all that are left.
        full = max(len(page) - 1, 0) // ROWS * ROWS
        for at in range(0, full, ROWS):
            yield page[at : at + ROWS]
        page = page[full:]
    if page:
        yield page


def _end(content: Content, encoding: str, start: int) -> int:
    """Where the white space at the text's end begins."""
    end = len(content)
    while end > start:
        block = content[max(start, end - _BLOCK) : end]
        white = _white_behind(block, encoding)
        end -= white
        if white < len(block):
            break
    return end


def _white_behind(block: bytes, encoding: str) -> int:
    """How many bytes of white space a block ends with."""
    if not encoding.startswith("utf-16"):
        # Eight times as quick as on text. It takes the vertical tab as well, which is refused as a control character.
        white = len(block) - len(block.rstrip())
        if encoding != _UTF_8 or not block.endswith(_NEXT_LINE_BYTES, 0, len(block) - white):
            return white
        text = block.decode(encoding, "replace")
        return len(text[len(text.rstrip(_WHITE)) :].encode())
    # A block may begin or end within a character. That is no white space, whatever it is decoded to.
    text = block.decode(encoding, "replace")
    return 2 * (len(text) - len(text.rstrip(_WHITE)))


def _rows(blocks: Iterable[str]) -> Iterator[list[str] | None]:
    """The rows of the text, some at a time, and None where a page ends before it is full."""
    rest = ""
    for block in blocks:
        text = rest + block
        # A carriage return at the block's end may be the first half of a line end.
        end = len(text) - text.endswith("\r")
        lines = text[:end].replace("\r\n", "\n").replace("\r", "\n").replace(_NEXT_LINE, "\n")
        *ended, going_on = lines.split(_PAGE_BREAK)
        for sheet in ended:
            # A page break ends a line that has begun, and makes none where none has.
            if sheet:
                yield _wrapped(sheet.removesuffix("\n"))
            yield None
        *rows, last = _wrapped(going_on)
        yield rows
        rest = last + text[end:]
    if rest:
        yield _wrapped(rest.removesuffix("\r"))


def _wrapped(text: str) -> list[str]:
    """The rows of a text without page breaks: at least one, and no empty one behind another of the same line."""
    lines = text.expandtabs(TAB).split("\n")
    if max(map(len, lines)) <= COLUMNS:
        return lines
    return [line[at : at + COLUMNS] for line in lines for at in range(0, len(line) or 1, COLUMNS)]
