"""Opens one PDF with a native parser, says what it found, and ends: what pdf.py runs in a process of its own.

The parser reads strangers' bytes. Whatever it does, by mistake or because a document's author wants it to, this process
can by then compute and reserve only a little more, and can reach nothing else (``faxes.confinement``).

It says one answer of ANSWER_BYTES: the outcome in one byte, in four the number of pages (OPENED; REBUILT, where the
cross-reference was of no use) or that of the page that is wrong (PAGE_MISSING, PAGE_SIZE, PAGE_LONG), and in eight the
pixels of all pages as a fax has them (PAGE_LONG: the hundredths of its size that the page would have on the fax).

The parser is PDFium, the library that pypdfium2 ships. Its Python declares 500 functions, which takes longer than all
that is done here; the six that are needed are declared here, and a test holds them to pypdfium2's.
"""

import time

from faxes import paper
from faxes.confinement import inside

# Type checkers know the name; importing it would cost a fifth of this process's start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes

ANSWER_BYTES = 13
OPENED, ENCRYPTED, LOCKED, DAMAGED, PAGE_MISSING, PAGE_SIZE, REBUILT, PAGE_LONG = range(8)

# A side in points. ISO 32000 names 14,400, which is 200 inches, as one reader's limit; web pages and rolls of receipts
# are printed on longer ones, which every reader draws. On less than a point there is nothing to see.
SHORTEST_SIDE = 1
LONGEST_SIDE = 144_000
# Pixels an inch, across and down, as a fax of fine resolution has them.
_ACROSS, _DOWN = 204, 196
_MM_PER_POINT = paper.MILLIMETRES_PER_INCH / 72

# What the parser may reserve beside the document, and what it may compute, where that is not long: the latter in the
# processor time that starting this process took, so that it means the same on a slow processor; at most, what is left
# for the whole fax. Ordinary documents of 200 pages need at most 5 MiB and 1.3 starts; the most that real ones were
# found to need, tables of 60,000 to 140,000 tagged cells, is 20 MiB and 3 starts.
PARSER_BYTES = 24 * 1024 * 1024
PARSER_STARTS = 3.5

# FPDF_GetLastError's numbers.
_WRONG_PASSWORD = 4
_UNKNOWN_SECURITY = 5


# Both grow with a document that has more than so many bytes, memory up to a bound.
BYTES, MOST_PARSER_BYTES = 4_613_734, 128 * 1024 * 1024


def main(
    library: str, length: int, max_pages: int, microseconds: int, offset: int = -1, at: int = 0, size: int = -1
) -> None:
    """Check the PDF of ``length`` bytes that comes in. ``library`` is the path of PDFium's shared library;
    ``microseconds`` of processor time are left for it.

    Where ``offset`` is given, it stands in a file from there on, but for ``size`` bytes at ``at``, which come in.
    """
    import ctypes

    pdfium = ctypes.CDLL(library)
    declare(pdfium)
    pdfium.FPDF_InitLibrary()
    content = inside.room(length, offset)
    comes = memoryview(content).cast("B")
    if offset >= 0:
        comes = comes[at : at + size]
    times = max(length / BYTES, 1)
    seconds = min(PARSER_STARTS * time.process_time() * times, microseconds / 1_000_000)
    inside.receive(comes, min(int(PARSER_BYTES * times), MOST_PARSER_BYTES), seconds)
    outcome, number, pixels = check(pdfium, content, max_pages)
    inside.say(bytes([outcome]) + number.to_bytes(4) + pixels.to_bytes(8))
    inside.end()


def declare(pdfium: "ctypes.CDLL") -> None:
    """Tell ctypes the shapes of the functions that are called; int is what it takes a result for by itself."""
    from ctypes import POINTER, c_char, c_char_p, c_float, c_int, c_size_t, c_ulong, c_void_p

    pdfium.FPDF_InitLibrary.argtypes = []
    pdfium.FPDF_InitLibrary.restype = None
    pdfium.FPDF_LoadMemDocument64.argtypes = [POINTER(c_char), c_size_t, c_char_p]
    pdfium.FPDF_LoadMemDocument64.restype = c_void_p
    pdfium.FPDF_GetLastError.argtypes = []
    pdfium.FPDF_GetLastError.restype = c_ulong
    pdfium.FPDF_DocumentHasValidCrossReferenceTable.argtypes = [c_void_p]
    pdfium.FPDF_GetPageCount.argtypes = [c_void_p]
    pdfium.FPDF_GetPageSizeByIndexF.argtypes = [c_void_p, c_int, POINTER(c_float)]


def check(pdfium: "ctypes.CDLL", content: "ctypes.Array[ctypes.c_char]", max_pages: int) -> tuple[int, int, int]:
    """The outcome, its number, and the pages' pixels. No page is loaded, which would interpret what is on it."""
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        return {_WRONG_PASSWORD: ENCRYPTED, _UNKNOWN_SECURITY: LOCKED}.get(pdfium.FPDF_GetLastError(), DAMAGED), 0, 0
    outcome, number, pixels = _check_pages(pdfium, document, max_pages)
    # Where it cannot use the cross-reference, PDFium makes do with the objects that it finds; others may be missing.
    if not pdfium.FPDF_DocumentHasValidCrossReferenceTable(document):
        return (REBUILT, number, pixels) if outcome == OPENED else (DAMAGED, 0, 0)
    return outcome, number, pixels


def _check_pages(pdfium: "ctypes.CDLL", document: "ctypes.c_void_p", max_pages: int) -> tuple[int, int, int]:
    from ctypes import c_float

    pages = pdfium.FPDF_GetPageCount(document)
    if pages > max_pages:
        # It is refused for that: none of them needs to be looked at.
        return OPENED, pages, 0
    pixels = 0
    size = (c_float * 2)()
    for index in range(pages):
        if not pdfium.FPDF_GetPageSizeByIndexF(document, index, size):
            return PAGE_MISSING, index + 1, 0
        if not all(SHORTEST_SIDE <= side <= LONGEST_SIDE for side in size):
            return PAGE_SIZE, index + 1, 0
        share = paper.page_size(size[0] * _MM_PER_POINT, size[1] * _MM_PER_POINT)
        if share < paper.SMALLEST_SCALE:
            return PAGE_LONG, index + 1, int(share * 100)
        pixels += int(size[0] / 72 * _ACROSS) * int(size[1] / 72 * _DOWN)
    return OPENED, pages, pixels
