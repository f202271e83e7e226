"""PDFs as people send them, taken by every reader or lost in silence: `python -m tests.data.documents.pdf_kinds`.

Each kind makes members from any PDF that a program wrote. Some are kept in the corpus (KEPT).
"""

import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.data.documents.kinds import Kind, Kinds

HERE = Path(__file__).resolve().parent

KINDS = Kinds()


# --- what stands behind ----------------------------------------------------------------------------------------------

_WORDS = ("archived", "sent", "copy", "page", "OK", "printed by", "objects", "2026-02-03", "10:22:11", "of", "trailer")


def _line(rng: random.Random) -> bytes:
    return " ".join(rng.choices(_WORDS, k=rng.randint(2, 9))).encode()


@KINDS.accepts
def _a_number_behind(rng: random.Random, content: bytes) -> bytes:
    """What a function returned that had written the file, and that a script then wrote, too."""
    return content + rng.choice([b"1", b"%d" % len(content), b"\n0\n", b"\r\n%d\r\n" % rng.randrange(10**9)])


@KINDS.accepts
def _a_line_of_a_log_behind(rng: random.Random, content: bytes) -> bytes:
    return content + b"2026-0%d-1%d %b\n" % (rng.randint(1, 9), rng.randint(0, 9), _line(rng))


@KINDS.accepts
def _a_number_of_objects_behind(rng: random.Random, content: bytes) -> bytes:
    return content + b"%d %b\r\n" % (rng.randint(1, 99), rng.choice([b"objects exported", b"obj.", b"file(s) copied"]))


@KINDS.accepts
def _a_comment_behind(rng: random.Random, content: bytes) -> bytes:
    return content.rstrip() + b"\n" + b"%" * rng.randint(1, 3) + _line(rng) + rng.choice([b"", b"\n"])


@KINDS.accepts
def _the_end_of_chunks_behind(rng: random.Random, content: bytes) -> bytes:
    return content + rng.choice([b"\r\n0\r\n\r\n", b"\n\r\n0\r\n\r\n", b"0\r\n\r\n"])


@KINDS.accepts
def _filled_behind(rng: random.Random, content: bytes) -> bytes:
    return content + rng.choice([b"\0", b" ", b"\r\n", b"\x1a", b"\xff"]) * rng.randint(1_024, 100_000)


@KINDS.accepts
def _a_web_page_behind(rng: random.Random, content: bytes) -> bytes:
    lines = b"".join(b"<p>%b</p>\n" % _line(rng) for _ in range(rng.randint(30, 60)))
    return content + b"\n<!DOCTYPE html>\n<html><body>" + lines + b"</body></html>\n"


@KINDS.accepts
def _quotation_marks_around(rng: random.Random, content: bytes) -> bytes:
    mark = rng.choice([b'"', b"'", b'b"', b"`"])
    return mark + content + mark[-1:]


# --- what stands in front --------------------------------------------------------------------------------------------


@KINDS.accepts
def _something_glued_to_the_header(rng: random.Random, content: bytes) -> bytes:
    return (
        rng.choice(
            [b"<br />", b"<pre>", b"\xef\xbb\xbf" * 2, b"\x1b%-12345X@PJL SET COPIES=1 ", b"\xff\xfe", b"-", b"0"]
        )
        + content
    )


@KINDS.accepts
def _text_in_front(rng: random.Random, content: bytes) -> bytes:
    text = b"".join(_line(rng) + b"\n" for _ in range(40))[: rng.randint(1, 1024)]
    return text + content


@KINDS.accepts
def _a_page_of_warnings_in_front(rng: random.Random, content: bytes) -> bytes:
    return b"<html><body><b>Warning</b>: %b in <b>/a.php</b><br />" % _line(rng) + content


@KINDS.accepts
def _offsets_that_count_what_is_in_front(rng: random.Random, content: bytes) -> bytes | None:
    """By a program that counts all that it has written to its output."""
    shift = rng.randint(1, 900)
    if content.count(b"startxref") != 1 or not (table := _table(content)):
        return None
    lines = re.sub(rb"(\d{10})( \d{5} n)", lambda line: b"%010d%b" % (int(line[1]) + shift, line[2]), content[table:])
    return b"x" * shift + told(content[:table] + lines, shift)


# --- where the cross-reference is ------------------------------------------------------------------------------------


def told(content: bytes, by: int) -> bytes:
    """With the last pointer so many bytes off."""
    at = content.rindex(b"startxref")
    end = content.index(b"%%EOF", at)
    return content[:at] + b"startxref\n%d\n" % (int(content[at:end].split()[1]) + by) + content[end:]


def _table(content: bytes) -> int:
    """Where the only table is; 0 where there is none."""
    found = [match.start() for match in re.finditer(rb"(?<!start)xref\s+0 \d", content)]
    return found[0] if len(found) == 1 else 0


@KINDS.accepts
def _a_pointer_some_bytes_off(rng: random.Random, content: bytes) -> bytes | None:
    if content.count(b"startxref") != 1 or b"/Encrypt" in content:
        return None
    return told(content, rng.choice([-1, 1]) * rng.randint(1, 60))


@KINDS.accepts
def _an_older_table_that_is_nowhere(rng: random.Random, content: bytes) -> bytes | None:
    if content.count(b"startxref") != 1 or not _table(content):
        return None
    at = content.index(b"/Root", content.rindex(b"trailer"))
    return content[:at] + b"/Prev %d " % rng.randint(len(content), 10**9) + content[at:]


# --- what is lost in silence -----------------------------------------------------------------------------------------


def _changed(content: bytes, pattern: bytes, new: Callable[[re.Match[bytes]], bytes | None]) -> bytes | None:
    """With the first place of a pattern overwritten by as many bytes, so that all offsets hold."""
    found = re.search(pattern, content)
    put = new(found) if found else None
    if not found or put is None or len(put) > len(found[0]):
        return None
    return content[: found.start()] + put.ljust(len(found[0])) + content[found.end() :]


_COUNT = rb"/Type\s*/Pages\b[^>]*?/Count \d+|/Count \d+(?=[^>]*/Type\s*/Pages\b)"


@KINDS.refuses
def _a_count_that_is_missing(rng: random.Random, content: bytes) -> bytes | None:
    return _changed(content, _COUNT, lambda found: re.sub(rb"/Count \d+", b"", found[0]))


@KINDS.refuses
def _a_count_that_is_negative(rng: random.Random, content: bytes) -> bytes | None:
    pattern = rb"/Count (\d+)(?: (?=[/>])|\n(?=[/>])|(?<=\d\d))"
    return _changed(content, pattern, lambda found: b"/Count -%b" % found[1][: len(found[0]) - len(b"/Count -")])


@KINDS.refuses
def _a_count_that_is_too_small(rng: random.Random, content: bytes) -> bytes | None:
    def less(found: re.Match[bytes]) -> bytes | None:
        count = int(found[0].rpartition(b"/Count ")[2].split()[0])
        return re.sub(rb"/Count \d+", b"/Count %d" % rng.randint(1, count - 1), found[0]) if count > 1 else None

    return _changed(content, _COUNT, less)


@KINDS.refuses
def _a_content_that_leads_nowhere(rng: random.Random, content: bytes) -> bytes | None:
    def elsewhere(found: re.Match[bytes]) -> bytes:
        return b"%b%0*d 0 R" % (found[1], len(found[2]), 10 ** len(found[2]) - 1)

    return _changed(content, rb"(/Contents\s*\[?\s*)(\d+) 0 R", elsewhere)


@KINDS.refuses
def _a_content_of_zeros(rng: random.Random, content: bytes) -> bytes | None:
    page = re.search(rb"/Contents\s*\[?\s*(\d+) 0 R", content)
    found = page and re.search(rb"(?s)\b%b 0 obj\b.{0,200}?\bstream\r?\n(.*?)\r?\n?endstream" % page[1], content)
    if not found or b"/Encrypt" in content:
        return None
    return content[: found.start(1)] + bytes(len(found[1])) + content[found.end(1) :]


@KINDS.refuses
def _a_pointer_that_is_off_since_bytes_were_lost(rng: random.Random, content: bytes) -> bytes | None:
    at = re.search(rb"\d+ 0 obj", content)
    if not at or content.count(b"startxref") != 1:
        return None
    lost = rng.randint(1, 20)
    return content[: at.end()] + content[at.end() + lost :]


@KINDS.refuses
def _an_update_that_is_cut_off(rng: random.Random, content: bytes) -> bytes:
    return content + b"%d 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n"[: rng.randint(12, 40)] % rng.randint(1, 99)


@KINDS.refuses
def _cut_off(rng: random.Random, content: bytes) -> bytes | None:
    end = content.rindex(b"startxref") if content.count(b"startxref") == 1 else 0
    return content[: rng.randint(end // 2, end)] if end else None


# --- what is kept ----------------------------------------------------------------------------------------------------


def _kept(kinds: dict[str, Kind], kind: str, source: str) -> bytes:
    rng = random.Random(kind)  # noqa: S311  # no secret
    content = kinds[kind](rng, (HERE / "pdf" / "accepted" / source).read_bytes())
    assert content is not None, (kind, source)
    return content


KEPT: dict[str, Callable[[], bytes]] = {
    f"pdf/{outcome}/{name}.pdf": partial(_kept, kinds, kind, source)
    for outcome, kinds, name, kind, source in [
        ("accepted", KINDS.accepted, "ghostscript-number-behind", "a number behind", "ghostscript-1.4.pdf"),
        ("accepted", KINDS.accepted, "groff-log-line-behind", "a line of a log behind", "groff.pdf"),
        ("accepted", KINDS.accepted, "cairo-objects-behind", "a number of objects behind", "cairo.pdf"),
        ("accepted", KINDS.accepted, "mupdf-chunks-behind", "the end of chunks behind", "mupdf.pdf"),
        ("accepted", KINDS.accepted, "libreoffice-web-page-behind", "a web page behind", "libreoffice-writer.pdf"),
        ("accepted", KINDS.accepted, "graphicsmagick-quotation-marks", "quotation marks around", "graphicsmagick.pdf"),
        ("accepted", KINDS.accepted, "libreoffice-text-in-front", "text in front", "libreoffice-draw.pdf"),
        ("accepted", KINDS.accepted, "pillow-glued", "something glued to the header", "pillow.pdf"),
        (
            "accepted",
            KINDS.accepted,
            "ghostscript-counted-in-front",
            "offsets that count what is in front",
            "ghostscript-1.3.pdf",
        ),
        ("accepted", KINDS.accepted, "tiff2pdf-pointer-off", "a pointer some bytes off", "tiff2pdf-scan.pdf"),
        ("accepted", KINDS.accepted, "qpdf-stream-pointer-off", "a pointer some bytes off", "qpdf-object-streams.pdf"),
        ("accepted", KINDS.accepted, "qpdf-older-table-nowhere", "an older table that is nowhere", "qpdf-plain.pdf"),
        ("refused", KINDS.refused, "count-missing", "a count that is missing", "ghostscript-1.4.pdf"),
        ("refused", KINDS.refused, "count-negative", "a count that is negative", "cairo.pdf"),
        ("refused", KINDS.refused, "count-too-small", "a count that is too small", "reportlab-40-pages.pdf"),
        ("refused", KINDS.refused, "content-nowhere", "a content that leads nowhere", "ghostscript-1.7.pdf"),
        ("refused", KINDS.refused, "content-of-zeros", "a content of zeros", "libreoffice-writer.pdf"),
    ]
}


def main() -> None:
    for name, make in KEPT.items():
        (HERE / name).write_bytes(make())


if __name__ == "__main__":
    main()
