"""Where a PDF begins and ends, whatever stands around it, and where its cross-reference is, wherever it says it is."""

import pytest

from faxes.formats import Unfaxable, pdf
from faxes.formats.pdf_ends import find_ends
from tests.support import pdfs

DRAWN = pdfs.stream(b"0 0 m 9 9 l S")
# The last object is what is on the page.
TABLE = pdfs.pdf([*pdfs.pages(1, more=b"/Contents 4 0 R "), DRAWN])
STREAM = pdfs.pdf_with_stream([*pdfs.pages(1, more=b"/Contents 4 0 R "), DRAWN])
AT = TABLE.rindex(b"xref\n0 ")
BYTES_CHANGED = "is damaged: bytes of it were lost, added or changed"


def told(content: bytes, by: int) -> bytes:
    """The same, with a pointer that is so many bytes off."""
    at = content.rindex(b"startxref")
    return content[:at] + pdfs.end(int(content[at:].split()[1]) + by)


def refusal(content: bytes) -> str:
    with pytest.raises(Unfaxable) as caught:
        pdf.count_pages(content, 200)
    return caught.value.text


@pytest.mark.parametrize("content", [TABLE, STREAM], ids=["table", "stream"])
@pytest.mark.parametrize("by", [-100, -8, -3, 1, 4, 7])
def test_where_the_pointer_alone_is_off_all_is_there(content: bytes, by: int) -> None:
    assert find_ends(told(content, by)).cross_reference == content.rindex(
        b"xref\n0 " if content is TABLE else b"5 0 obj"
    )
    assert pdf.count_pages(told(content, by), 200) == 1


@pytest.mark.parametrize("content", [TABLE, STREAM], ids=["table", "stream"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Bytes were added or lost in front of an object, or in the last one, which says how long it is.
        (b"/Catalog ", b"/Catalog"),
        (b"/Catalog ", b"/Catalog   "),
        (b"endobj\n3 0", b"endobj3 0"),
        (b"9 9 l", b"9 l"),
        (b"9 9 l", b"9 9 9 l"),
        (b" S\nendstream", b" S\nen"),
    ],
)
def test_where_more_than_the_pointer_is_off_bytes_were_lost(content: bytes, old: bytes, new: bytes) -> None:
    assert content.count(old) == 1
    assert refusal(content.replace(old, new)) == BYTES_CHANGED


@pytest.mark.parametrize("by", [10_000, 10**9])
def test_a_pointer_that_is_far_off(by: int) -> None:
    assert refusal(told(TABLE, by)) == BYTES_CHANGED


def test_a_pointer_that_was_left_open() -> None:
    assert pdf.count_pages(TABLE[: TABLE.rindex(b"startxref")] + pdfs.end(0), 200) == 1


@pytest.mark.parametrize("content", [TABLE, STREAM], ids=["table", "stream"])
@pytest.mark.parametrize("ahead", [b'"', b"\xef\xbb\xbf" * 2, b"Warning: %PDF\r\n", b"x" * 1024])
def test_offsets_count_from_the_header_or_from_the_first_byte(content: bytes, ahead: bytes) -> None:
    assert pdf.count_pages(ahead + content, 200) == 1
    # The same, as a program writes it that counts all that it has written.
    shift = len(ahead)
    if content is TABLE:
        lines = [int(line.split()[0]) for line in TABLE[AT:].split(b"\n") if line.endswith(b" n ")]
        counted = TABLE
        for offset in lines:
            counted = counted.replace(b"%010d 00000 n" % offset, b"%010d 00000 n" % (offset + shift))
        assert pdf.count_pages(ahead + told(counted, shift), 200) == 1


@pytest.mark.parametrize("older", [b"/Prev 999999", b"/Prev 9"])
def test_an_older_table_that_is_not_there_is_not_needed_where_the_newest_has_all(older: bytes) -> None:
    whole = TABLE.replace(b"/Root 1 0 R", b"/Root 1 0 R %b" % older)
    assert pdf.count_pages(whole, 200) == 1
    less = whole.replace(b"xref\n0 5\n0000000000 65535 f \n", b"xref\n1 4\n").replace(b"/Size 5", b"/Size 6")
    assert refusal(less) == "is damaged: it cannot be opened without being repaired; save it as a new PDF"


def test_a_table_that_counts_from_one_and_begins_with_nothing() -> None:
    assert pdf.count_pages(TABLE.replace(b"xref\n0 5\n", b"xref\n1 5\n"), 200) == 1


@pytest.mark.parametrize("count", [b"4", b"6"])
def test_a_table_that_counts_other_lines_than_it_has(count: bytes) -> None:
    assert refusal(TABLE.replace(b"xref\n0 5\n", b"xref\n0 %b\n" % count)).startswith("is damaged")


@pytest.mark.parametrize(
    "tail",
    [
        b"3 0",
        b"3 0 ",
        b"3 0 o",
        b"12 0 obj",
        b"3 0 obj\n<< /Type",
        b"\0" * 10_000 + b"3 0 obj\n<< /Type",
        b"% a comment\n3 0 obj\n<< /Type",
        b"left behind\n3 0 obj\n<< /Type",
        b"xref\n0 1\n",
        b"trailer\n<< /Size",
        b"startxref\n",
        b"startxref\n12\n%%EO",
        b"%",
        b"%Begin",
        b"%BeginExifToolUpdate\n",
        b"%BeginExifToolUpdate\n3 0 obj",
    ],
)
def test_an_update_behind_the_end_is_cut_off(tail: bytes) -> None:
    for content in (TABLE, TABLE.rstrip() + b"\r\n"):
        assert refusal(content + tail) == "is cut off: its end is missing"
