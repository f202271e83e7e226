"""That a PDF counts the pages that it has, and that what is on them is there: what other readers than PDFium mind."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.formats import Unfaxable, pdf
from faxes.formats.pdf_ends import find_ends
from faxes.formats.pdf_objects import WORDS_PER_PAGE, Objects, Unread
from faxes.formats.pdf_pages import check_pages
from tests.support import pdfs
from tests.support.corpus import ACCEPTED, Sample

DRAWN = pdfs.stream(b"0 0 m 9 9 l S")
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %b >>"


def of(tree: bytes, *objects: bytes) -> bytes:
    """A document of this page tree, which is its second object; the others follow."""
    return pdfs.pdf([pdfs.CATALOG, tree, *objects])


def packed(tree: bytes, *objects: bytes) -> bytes:
    """The same, all of it in an object stream but for streams, as PDF 1.5 has it."""
    inside = [(2, tree), *((3 + n, each) for n, each in enumerate(objects) if b"stream" not in each)]
    outside = [(3 + n, each) for n, each in enumerate(objects) if b"stream" in each]
    starts, body = [], b""
    for number, each in inside:
        starts.append(b"%d %d " % (number, len(body)))
        body += each + b" "
    head = b"".join(starts)
    stream = pdfs.compressed(head + body, b"/Type /ObjStm /N %d /First %d" % (len(inside), len(head)))
    # In the file: the catalog, what is a stream, and the object stream; their numbers follow what is packed.
    content, places = b"%PDF-1.7\n", {}
    last = 3 + len(objects)
    for number, each in [(1, pdfs.CATALOG), *outside, (last, stream)]:
        places[number] = (1, len(content), 0)
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    places |= {number: (2, last, index) for index, (number, _) in enumerate(inside)}
    places |= {0: (0, 0, 65535), last + 1: (1, len(content), 0)}
    data = b"".join(
        kind.to_bytes(1) + where.to_bytes(4) + more.to_bytes(2) for _, (kind, where, more) in sorted(places.items())
    )
    dictionary = b"/Type /XRef /Root 1 0 R /W [1 4 2] /Size %d" % len(places)
    return content + b"%d 0 obj\n%b\nendobj\n" % (last + 1, pdfs.compressed(data, dictionary)) + pdfs.end(len(content))


def checked(content: bytes) -> None:
    check_pages(Objects(content, find_ends(content)))


def refusal(content: bytes) -> tuple[str, str]:
    with pytest.raises(Unfaxable) as caught:
        checked(content)
    # The whole check says the same, whatever PDFium makes of it.
    with pytest.raises(Unfaxable) as of_all:
        pdf.count_pages(content, 200)
    assert (of_all.value.reason, of_all.value.text) == (caught.value.reason, caught.value.text)
    return caught.value.reason, caught.value.text


WRITTEN = pytest.mark.parametrize("write", [of, packed])


@WRITTEN
@pytest.mark.parametrize("contents", [b"4 0 R", b"[4 0 R]", b"[4 0 R 4 0 R]", b"[ ]", b"null"])
def test_pages_that_are_counted_and_have_what_is_on_them(write: Callable[..., bytes], contents: bytes) -> None:
    content = write(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE % contents, DRAWN)
    checked(content)
    assert pdf.count_pages(content, 200) == 1


def test_a_page_with_nothing_on_it() -> None:
    checked(pdfs.pdf(pdfs.pages(3)))


@WRITTEN
@pytest.mark.parametrize(
    ("count", "says"),
    [
        (b"/Count 1", "says that it has 1 page"),
        (b"/Count 2", "says that it has 2 pages"),
        (b"/Count -1", "says that it has -1 pages"),
        (b"/Count -3", "says that it has -3 pages"),
        (b"/Count 0", "says that it has 0 pages"),
        (b"", "does not say how many pages it has"),
        (b"/Count null", "does not say how many pages it has"),
        (b"/Count /Three", "does not say how many pages it has"),
        (b"/Count 9 0 R", "does not say how many pages it has"),
    ],
)
def test_a_count_that_is_not_that_of_the_pages(write: Callable[..., bytes], count: bytes, says: str) -> None:
    content = write(b"<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] %b >>" % count, *[PAGE % b"6 0 R"] * 3, DRAWN)
    if count == b"/Count 0":
        with pytest.raises(Unfaxable, match="pdf_"):
            checked(content)
        return
    assert refusal(content) == ("pdf_page_count", f"{says}, and holds 3 pages; save it as a new PDF")


def test_a_count_that_is_an_object_of_its_own() -> None:
    checked(of(b"<< /Type /Pages /Kids [3 0 R] /Count 5 0 R >>", PAGE % b"4 0 R", DRAWN, b"1"))


@pytest.mark.parametrize(("inner", "there"), [(2, True), (1, False), (3, False)])
def test_each_node_of_the_tree_counts_its_own(inner: int, there: bool) -> None:
    content = of(
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 3 >>",
        PAGE % b"7 0 R",
        b"<< /Type /Pages /Parent 2 0 R /Kids [5 0 R 6 0 R] /Count %d >>" % inner,
        *[PAGE % b"7 0 R"] * 2,
        DRAWN,
    )
    if there:
        checked(content)
    else:
        assert refusal(content)[0] == "pdf_page_count"


@WRITTEN
@pytest.mark.parametrize(
    "contents",
    [b"9 0 R", b"[9 0 R]", b"[4 0 R 9 0 R]", b"0 0 R", b"5 0 R", b"[5 0 R]", b"3 0 R", b"(drawn)"],
)
def test_what_is_on_a_page_must_be_there(write: Callable[..., bytes], contents: bytes) -> None:
    content = write(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE % contents, DRAWN, b"42")
    assert refusal(content) == ("pdf_damaged", "is damaged: what is on page 1 is not there")


def test_what_is_on_a_page_must_be_where_the_table_says() -> None:
    content = of(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE % b"4 0 R", DRAWN)
    at = content.index(b"4 0 obj")
    moved = content.replace(b"%010d 00000 n" % at, b"%010d 00000 n" % (at + 8))
    assert refusal(moved) == ("pdf_damaged", "is damaged: what is on page 1 is not there")


@pytest.mark.parametrize("zeros", [1, 13, 5_000])
def test_what_is_on_a_page_is_not_zeros(zeros: int) -> None:
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    content = of(tree, PAGE % b"4 0 R", pdfs.stream(bytes(zeros)))
    assert refusal(content) == ("pdf_damaged", "is damaged: what is on page 1 is zeros alone")
    checked(of(tree, PAGE % b"4 0 R", pdfs.stream(bytes(zeros) + b"0 0 m")))
    checked(of(tree, PAGE % b"4 0 R", pdfs.stream(b"")))


@pytest.mark.parametrize(
    ("tree", "page"),
    [
        # A tree that contains itself; one whose page is not there; one that is encrypted; one that is too large.
        (b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", PAGE % b"4 0 R"),
        (b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>", PAGE % b"4 0 R"),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /X [%b] >>" % (b"1 " * 210 * WORDS_PER_PAGE)),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /X %b1%b >>" % (b"[" * 60, b"]" * 60)),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /X (%b) >>" % (b"x" * 20_000)),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /X ] >>"),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /X >>"),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< 1 2 >>"),
        (b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /X 1"),
    ],
)
def test_what_is_not_read_is_not_judged(tree: bytes, page: bytes) -> None:
    with pytest.raises(Unread):
        checked(of(tree, page, DRAWN))


def test_an_update_hides_what_was_there_before() -> None:
    before = of(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE % b"4 0 R", DRAWN)
    table = before.rindex(b"xref\n0 ")
    tree = b"2 0 obj\n<< /Type /Pages /Kids [3 0 R 3 0 R] /Count %d >>\nendobj\n"
    for count, is_right in ((2, True), (1, False)):
        new = before + tree % count
        after = new + b"xref\n2 1\n%010d 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R /Prev %d >>\n%b" % (
            len(before),
            table,
            pdfs.end(len(new)),
        )
        if is_right:
            checked(after)
        else:
            assert refusal(after)[0] == "pdf_page_count"


@pytest.mark.parametrize("sample", [sample for sample in ACCEPTED if sample.kind == "pdf"], ids=str)
def test_what_programs_write_is_read(sample: Sample) -> None:
    """Unless it is encrypted in part, something is said of it, and it is that all is there."""
    content = sample.content
    if b"/Encrypt" in content and b"/ObjStm" in content:
        with pytest.raises(Unread):
            checked(content)
    else:
        checked(content)


@settings(max_examples=300)
@given(
    st.sampled_from([sample.content for sample in ACCEPTED if sample.kind == "pdf"]),
    st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=4)), min_size=1, max_size=4),
)
def test_a_damaged_document_is_told_or_not(document: bytes, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(document)
    for at, change in changes:
        at %= len(content)
        content[at : at + len(change)] = change
    try:
        checked(bytes(content))
    except (Unfaxable, Unread):
        return
