"""What a PDF may be like to be faxed: what is accepted."""

import itertools

import pytest

from faxes.formats import pdf
from tests.support import pdfs
from tests.support.pdf_reading import (
    NEEDS_REPAIR,
    ONE_PAGE,
    SAMPLES,
    SHORT_LINES,
    nothing_is_left_behind,  # noqa: F401  (pytest finds it here)
    refusal,
    updated,
)


@pytest.mark.parametrize("count", [1, 2, 200])
def test_pages_are_counted(count: int) -> None:
    assert pdf.count_pages(pdfs.pdf(pdfs.pages(count)), 200) == count


def test_a_cross_reference_stream_and_an_object_stream_are_read() -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    tree = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    objects = [pdfs.CATALOG, tree, pdfs.compressed(b"4 0 " + page, b"/Type /ObjStm /N 1 /First 4")]
    assert pdf.count_pages(pdfs.pdf_with_stream(objects, packed=[(2, 3, 0)]), 200) == 1


@pytest.mark.parametrize("name", ["qpdf-owner-password.pdf", "ghostscript-owner-password.pdf"])
def test_what_opens_without_a_password_is_not_encrypted(name: str) -> None:
    content = (SAMPLES / "accepted" / name).read_bytes()
    assert b"/Encrypt" in content
    assert pdf.count_pages(content, 200) in (1, 2)


def test_a_document_for_the_web_has_two_ends() -> None:
    content = (SAMPLES / "accepted" / "qpdf-linearized.pdf").read_bytes()
    assert content.count(b"%%EOF") == 2
    assert pdf.count_pages(content, 200) == 2


@pytest.mark.parametrize(
    "behind",
    [
        b"",
        b"\r\n",
        b"\0" * 100_000,
        b" " * 5_000,
        b"\n" * 5_000,
        b"\n<!-- 0.04 s -->\n",
        b"\n<html>" + b"<p>A trailer of 3 obj</p>" * 500 + b"</html>\n",
        b"\x1a",
        b"\r\n--boundary--",
        b"\n\r\n0\r\n\r\n",
        # What readfile() returns in PHP; a line of a log; of a copying program; a comment, with and without its end.
        b"\n589",
        b"1",
        b"\n2026-01-05 10:22:11 OK\n",
        b"\n3 objects exported\r\n",
        b"\n%archived by DMS 12\n",
        b"% page 1 of 1",
        b"\n%%EOF\n%%EO",
        b'"',
        b"PK\x03\x04\xe2\xe3",
    ],
)
def test_bytes_that_others_left_behind_the_end_do_not_matter(behind: bytes) -> None:
    assert pdf.count_pages(ONE_PAGE.rstrip() + behind, 200) == 1


@pytest.mark.parametrize(
    "end",
    [
        b"startxref\n%d\n%%%%EOF\n%%%%EOF\n",
        b"startxref\n%d\n%%%%EOF\n\n%%%%EOF\n",
        b"startxref\n%d%%%%EOF",
        b"startxref %d %%%%EOF\n",
        b"startxref\n%015d\n%%%%EOF\n",
        # The end of an upload in chunks.
        b"startxref\n%d\n%%%%EOF\r\n0\r\n\r\n",
    ],
)
def test_ends_that_programs_write(end: bytes) -> None:
    at = ONE_PAGE.rindex(b"startxref")
    assert pdf.count_pages(ONE_PAGE[:at] + end % ONE_PAGE.rindex(b"xref\n0 "), 200) == 1


_PADDED = ONE_PAGE.replace(b"0000000009 00000", b"         9 00000")


@pytest.mark.parametrize("content", [SHORT_LINES, SHORT_LINES.replace(b" n\n", b" n\r"), _PADDED, b"\n" + _PADDED])
def test_how_long_a_tables_lines_are_does_not_matter(content: bytes) -> None:
    assert pdf.count_pages(content, 200) == 1
    assert refusal(content.replace(pdfs.A4, b"[0 0 595 0.1]")) == NEEDS_REPAIR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Another object; no object; a generation that it has not; a use that there is none of.
        (b"0000000009 00000 n", b"0000000058 00000 n"),
        (b"0000000009 00000 n", b"0000000010 00000 n"),
        (b"0000000009 00000 n", b"9999999999 00000 n"),
        (b"0000000009 00000 n", b"0000000009 00001 n"),
        (b"0000000009 00000 n", b"0000000009 00000 m"),
        # One line more than there are, and one less; a section that is none; an older table; no trailer.
        (b"xref\n0 4\n", b"xref\n0 5\n"),
        (b"xref\n0 4\n", b"xref\n0 3\n"),
        (b"xref\n0 4\n", b"xref\n0 -4\n"),
        (b"/Size 4 /Root 1 0 R", b"/Size 5 /Root 1 0 R /Prev 9"),
        (b"/Root 1 0 R", b"/Root 1 0 R /XRefStm 9"),
        (b"trailer", b"trailor"),
    ],
)
def test_a_table_of_short_lines_must_lead_to_each_object(old: bytes, new: bytes) -> None:
    assert SHORT_LINES.count(old) == 1
    assert refusal(SHORT_LINES.replace(old, new)) == NEEDS_REPAIR


def test_a_table_of_short_lines_is_read_up_to_a_limit() -> None:
    def document(objects: int) -> bytes:
        return pdfs.pdf([*pdfs.pages(1), *[b"0"] * (objects - 3)]).replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")

    assert pdf.count_pages(document(9_997), 200) == 1
    assert refusal(document(9_999)) == NEEDS_REPAIR


def test_a_table_of_tens_of_thousands_of_tagged_cells_is_read() -> None:
    """As programs write it whose every cell is an object, all of them in one stream."""
    count = 60_000
    cells = [b"<< /S /TD /P %d 0 R /K [%d] /Pg 3 0 R >>" % (4 + n // 9, n) for n in range(count)]
    places = itertools.accumulate((len(cell) + 1 for cell in cells), initial=0)
    index = b" ".join(b"%d %d" % (5 + n, place) for n, place in enumerate(itertools.islice(places, count)))
    packed = pdfs.compressed(
        index + b"\n" + b"\n".join(cells), b"/Type /ObjStm /N %d /First %d" % (count, len(index) + 1)
    )
    content = pdfs.pdf_with_stream([*pdfs.pages(1), packed], packed=[(2, 4, n) for n in range(count)])
    assert pdf.count_pages(content, 200) == 1


@pytest.mark.parametrize("ahead", [b"\r\n\r\n", b"\xef\xbb\xbf", b" " * 1019])
def test_offsets_count_from_the_header(ahead: bytes) -> None:
    assert pdf.count_pages(ahead + ONE_PAGE, 200) == 1


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n", b" \n", b"\n\n"])
def test_the_last_lines_may_end_as_they_like(line_end: bytes) -> None:
    at = ONE_PAGE.rindex(b"startxref")
    assert pdf.count_pages(ONE_PAGE[:at] + ONE_PAGE[at:].replace(b"\n", line_end), 200) == 1


def test_an_updated_document_is_read() -> None:
    assert pdf.count_pages(updated(ONE_PAGE), 200) == 1


@pytest.mark.parametrize(
    "box",
    [
        b"[0 0 1 1]",
        b"[0 0 1190 1684]",
        b"[0 0 226 1980]",
        b"[0 0 1080 1920]",
        b"[-990 0 990 612]",
        b"[595 842 0 0]",
    ],
)
def test_sides_that_a_page_can_have(box: bytes) -> None:
    assert pdf.count_pages(pdfs.pdf(pdfs.pages(1, box=box)), 200) == 1


@pytest.mark.parametrize(
    ("box", "percent"),
    [(b"[0 0 612 20000]", 4), (b"[0 0 14400 14400]", 4), (b"[0 0 1684 2384]", 36), (b"[0 0 612 1995]", 49)],
)
def test_a_page_that_would_be_less_than_half_as_large_is_refused(box: bytes, percent: int) -> None:
    objects = pdfs.pages(2, box=box)
    assert refusal(pdfs.pdf(objects)) == (
        "page_too_long",
        f"has a page, number 1, that would be faxed at {percent} % of its size; the limit is 50 %",
    )


def test_beyond_the_limit_pages_are_not_looked_at() -> None:
    # None of them is there.
    objects = [pdfs.CATALOG, b"<< /Type /Pages /Kids [9 0 R] /Count 201 >>"]
    assert pdf.count_pages(pdfs.pdf(objects), 200) == 201
    assert refusal(pdfs.pdf([pdfs.CATALOG, objects[1].replace(b"201", b"200")])) == (
        "pdf_damaged",
        "is damaged: page 1 is not there",
    )
