"""PDFs, made by hand: every byte of them is known, and each says at its end where what is."""

import zlib
from collections.abc import Callable, Iterable, Sequence

A4 = b"[0 0 595 842]"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def pdf(objects: Iterable[bytes], *, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a cross-reference table."""
    content, offsets = _body(objects)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    return b"%bxref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d %b >>\n%b" % (
        content,
        size,
        entries,
        size,
        trailer,
        end(len(content)),
    )


def pdf_with_stream(
    objects: Iterable[bytes],
    *,
    packed: Sequence[tuple[int, int, int]] = (),
    pack: Callable[[bytes, bytes], bytes] | None = None,
) -> bytes:
    """The same with a cross-reference stream, as PDF 1.5 has it.

    ``packed`` are the entries of the objects that follow in number: (2, object stream, place in it). ``pack`` makes the
    stream of its bytes and dictionary.
    """
    content, offsets = _body(objects)
    entries = [(0, 0, 65535), *((1, offset, 0) for offset in offsets), *packed, (1, len(content), 0)]
    data = b"".join(kind.to_bytes(1) + where.to_bytes(4) + more.to_bytes(2) for kind, where, more in entries)
    dictionary = b"/Type /XRef /Root 1 0 R /W [1 4 2] /Size %d" % len(entries)
    cross_reference = b"%d 0 obj\n%b\nendobj\n" % (len(entries) - 1, (pack or compressed)(data, dictionary))
    return content + cross_reference + end(len(content))


def end(start: int) -> bytes:
    """The last lines of a PDF whose cross-reference starts at this offset."""
    return b"startxref\n%d\n%%%%EOF\n" % start


def pages(count: int, *, box: bytes = A4, more: bytes = b"", says: int | None = None) -> list[bytes]:
    """The objects of a document of empty pages. ``says`` is how many it says it has, where that is not the truth."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + count))
    tree = b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count if says is None else says)
    return [CATALOG, tree, *(b"<< /Type /Page /Parent 2 0 R /MediaBox %b %b>>" % (box, more) for _ in range(count))]


def stream(data: bytes, dictionary: bytes = b"") -> bytes:
    """A stream, as it stands."""
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (dictionary, len(data), data)


def compressed(data: bytes, dictionary: bytes = b"") -> bytes:
    """A stream that has to be decompressed."""
    return stream(zlib.compress(data, 9), dictionary + b" /Filter /FlateDecode")


def _body(objects: Iterable[bytes]) -> tuple[bytes, list[int]]:
    parts = [b"%PDF-1.7\n"]
    position = len(parts[0])
    offsets = []
    for number, each in enumerate(objects, start=1):
        offsets.append(position)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, each))
        position += len(parts[-1])
    return b"".join(parts), offsets
