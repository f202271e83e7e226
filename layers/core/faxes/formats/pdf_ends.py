"""Where a PDF begins and ends, and where its cross-reference starts: told from a look at its ends, in plain Python.

What others put around a PDF is left aside here, so that what is checked further on is the PDF alone. What is looked at
is bounded, wherever it lies: no regular expression here can be led through the same bytes twice.
"""

import re
from dataclasses import dataclass

from faxes.formats import Unfaxable
from faxes.formats.content import Content

# So far in, the header may begin.
_IN_FRONT = 1024
# So far behind the end, the beginning of an update is looked for.
_BEHIND = 4096
# So many bytes away from the place that is told, a cross-reference may be.
_NEAR = 1024
# So many bytes a cross-reference stream's dictionary may have.
_DICTIONARY = 1024
SPACE = rb"[\0\t\n\f\r ]"
OBJECT = rb"\d{1,10}%b{1,16}+\d{1,10}%b{1,16}+obj\b" % (SPACE, SPACE)
_POINTER = re.compile(rb"startxref%b++(\d{1,18})%b*+%%%%EOF(?:%b{0,16}+%%%%EOF){0,16}" % (SPACE, SPACE, SPACE))
_CROSS_REFERENCE = re.compile(rb"%b{0,16}+(?:xref\b|%b)" % (SPACE, OBJECT))
_TABLE = re.compile(rb"(?<!start)xref\b")
# What was left there to fill, and by old editors.
_FILLED = re.compile(rb"[\x1a\0\t\n\f\r ]*+")
# The first bytes of an update that is cut off in them: the line that ExifTool begins one with, or an object. A number
# alone is no update, though one could begin so: web scripts leave the number of bytes that they sent.
_UPDATE = re.compile(
    rb"%%(?:B(?:e(?:g(?:i(?:n[^\r\n]{0,80})?)?)?)?)?\Z|%%Begin\w{0,40}Update\b"
    rb"|(?:%%[^\r\n]*+%b++)*+(?:\d{1,10}%b{1,16}+\d{1,5}(?:%b{1,16}+(?:o(?:bj?)?)?)?\Z|xref\b)" % (SPACE, SPACE, SPACE)
)
_OBJECT_START = re.compile(rb"(?<!\d)%b" % OBJECT)
_PART = re.compile(rb"%b|\btrailer%b{0,16}+<<" % (OBJECT, SPACE))


@dataclass(frozen=True, slots=True)
class Ends:
    """Offsets into the file: ``base`` is where those in the PDF count from, ``header`` where its first line stands;
    ``cross_reference`` is where that starts, ``pointer`` what says so, ``end`` what is behind. ``is_off`` where the PDF
    itself says another place."""

    header: int
    base: int
    cross_reference: int
    pointer: int
    end: int
    is_off: bool = False


def find_ends(content: Content) -> Ends:
    """Raises Unfaxable where one of them is missing."""
    header = content.find(b"%PDF-", 0, _IN_FRONT + len(b"%PDF-"))
    if header < 0:
        raise damaged("its first line is missing")
    at = content.rfind(b"startxref")
    pointer = _POINTER.match(content, at) if at >= 0 else None
    if pointer is None or _is_cut_off(content, pointer.end()):
        raise _cut_off()
    told = int(pointer[1])
    if told == 0 and content.find(b"/Linearized", header, header + _IN_FRONT) >= 0:
        # A PDF that is made for the web has two ends; this is the first one's.
        raise _cut_off()
    # They count from the header, as if nothing stood in front of it; or else from the file's first byte.
    for base in dict.fromkeys((header, 0)):
        if base + told < at and _CROSS_REFERENCE.match(content, base + told):
            return Ends(header, base, base + told, at, pointer.end())
    # The newest one is the last before the end: it may be some bytes off, or be left open.
    cross_reference = max(_last_table(content, header, at), _last_stream(content, header, at))
    if cross_reference < 0 or not (told == 0 or _is_near(cross_reference, {header + told, told}, at)):
        raise bytes_changed()
    return Ends(header, header, cross_reference, at, pointer.end(), is_off=True)


def _is_near(cross_reference: int, told: set[int], end: int) -> bool:
    return any(each < end and abs(each - cross_reference) <= _NEAR for each in told)


def _last_table(content: Content, start: int, end: int) -> int:
    at = content.rfind(b"xref", start, end)
    return at if at >= 0 and _TABLE.match(content, at) else -1


def _last_stream(content: Content, start: int, end: int) -> int:
    named = content.rfind(b"/XRef", start, end)
    objects = list(_OBJECT_START.finditer(content, max(start, named - _DICTIONARY), named)) if named >= 0 else []
    return objects[-1].start() if objects else -1


def _is_cut_off(content: Content, end: int) -> bool:
    """Whether what stands behind an end is the beginning of an update, and not what others left there."""
    filled = _FILLED.match(content, end)
    start = filled.end() if filled else end
    return bool(_UPDATE.match(content, start) or _PART.search(content, start, start + _BEHIND))


def damaged(how: str) -> Unfaxable:
    return Unfaxable("pdf_damaged", f"is damaged: {how}")


def bytes_changed() -> Unfaxable:
    return damaged("bytes of it were lost, added or changed")


def _cut_off() -> Unfaxable:
    return Unfaxable("pdf_cut_off", "is cut off: its end is missing")
