"""What a PDF must be like to be faxed: what is refused, rule by rule."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.formats import Unfaxable, pdf
from tests.support import pdfs
from tests.support.full import size
from tests.support.pdf_reading import (
    NEEDS_REPAIR,
    ONE_PAGE,
    SAMPLES,
    SHORT_LINES,
    nothing_is_left_behind,  # noqa: F401  (pytest finds it here)
    refusal,
    updated,
)

CUT_OFF = ("pdf_cut_off", "is cut off: its end is missing")
BYTES_CHANGED = ("pdf_damaged", "is damaged: bytes of it were lost, added or changed")


@pytest.mark.parametrize("content", [b"", b"%PDF", b" " * 1025 + ONE_PAGE])
def test_the_header_must_be_within_the_first_bytes(content: bytes) -> None:
    assert refusal(content) == ("pdf_damaged", "is damaged: its first line is missing")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        ONE_PAGE[: len(ONE_PAGE) // 2],
        ONE_PAGE[: ONE_PAGE.rindex(b"startxref")],
        ONE_PAGE[: ONE_PAGE.rindex(b"%%EOF")],
        ONE_PAGE[: ONE_PAGE.rindex(b"%%EOF") + 4],
        ONE_PAGE.replace(b"startxref", b"startxrex"),
        b"%%EOF\n" + ONE_PAGE[: ONE_PAGE.rindex(b"%%EOF")],
    ],
)
def test_the_end_must_be_there(content: bytes) -> None:
    assert refusal(content) == CUT_OFF


@pytest.mark.parametrize("comment", [b"", b"%BeginUpdate\n"])
def test_an_update_must_be_there_to_its_end(comment: bytes) -> None:
    whole = updated(ONE_PAGE, comment)
    # Where the older version ends, nothing says that there is more; nor does a number alone, as web scripts leave it.
    number = range(len(ONE_PAGE) + 1, len(ONE_PAGE) + 3) if not comment else ()
    for at in range(len(ONE_PAGE) + 1, len(whole) - len(b"\n")):
        if at in number:
            assert pdf.count_pages(whole[:at], 200) == 1
        else:
            assert refusal(whole[:at]) == CUT_OFF


def test_the_end_of_a_first_page_is_not_the_end() -> None:
    content = (SAMPLES / "accepted" / "qpdf-linearized.pdf").read_bytes()
    first_end = content.index(b"%%EOF") + len(b"%%EOF\n")
    assert content[:first_end].endswith(b"startxref\n0\n%%EOF\n")
    assert refusal(content[:first_end]) == CUT_OFF


@pytest.mark.parametrize(
    "content",
    [
        ONE_PAGE.replace(b"/Catalog ", b"/Catalog"),
        ONE_PAGE.replace(b"/Catalog ", b"/Catalog    "),
        ONE_PAGE.replace(b"\n", b"\r\n"),
        ONE_PAGE.replace(pdfs.end(ONE_PAGE.rindex(b"xref\n0 ")), pdfs.end(10**9)),
    ],
)
def test_the_end_must_lead_to_the_cross_reference(content: bytes) -> None:
    assert refusal(content) == BYTES_CHANGED


@pytest.mark.parametrize(
    "content",
    [
        # The first object's offset; the catalog, which is not there; an older cross-reference, which is none.
        ONE_PAGE.replace(b"0000000009", b"0000000010"),
        ONE_PAGE.replace(b"/Root 1 0 R", b"/Root 9 0 R"),
        updated(ONE_PAGE).replace(b"/Prev ", b"/Prev 1"),
        # An object where a cross-reference stream should be.
        ONE_PAGE[: ONE_PAGE.rindex(b"startxref")] + pdfs.end(9),
    ],
)
def test_what_would_have_to_be_repaired_is_damaged(content: bytes) -> None:
    assert refusal(content) == NEEDS_REPAIR


@pytest.mark.parametrize(
    ("tree", "page"),
    [
        # One page too few; a number that is no page; the tree itself.
        (b"<< /Type /Pages /Kids [3 0 R] /Count 2 >>", 2),
        (b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>", 2),
        (b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", 1),
    ],
)
def test_every_page_must_be_there(tree: bytes, page: int) -> None:
    objects = [pdfs.CATALOG, tree, *pdfs.pages(1)[2:], b"42"]
    assert refusal(pdfs.pdf(objects)) == ("pdf_damaged", f"is damaged: page {page} is not there")


def test_a_document_without_pages() -> None:
    assert refusal(pdfs.pdf(pdfs.pages(0))) == ("pdf_no_pages", "has no pages")


@pytest.mark.parametrize("name", ["user-password-rc4.pdf", "user-password-aes-256.pdf"])
def test_a_password(name: str) -> None:
    content = (SAMPLES / "refused" / name).read_bytes()
    assert refusal(content) == ("pdf_encrypted", "is encrypted with a password")


def test_other_encryption() -> None:
    content = (SAMPLES / "refused" / "certificate.pdf").read_bytes()
    assert refusal(content) == ("pdf_encrypted", "is encrypted for certain readers")


@pytest.mark.parametrize("box", [b"[0 0 595 0.99]", b"[0 0 0.99 842]", b"[0 0 144001 842]", b"[0 0 595 1000000000]"])
def test_sides_that_a_page_cannot_have(box: bytes) -> None:
    objects = pdfs.pages(3)
    objects[3] = objects[3].replace(pdfs.A4, box)
    assert refusal(pdfs.pdf(objects)) == (
        "pdf_page_size",
        "has a page, number 2, of a size that cannot be faxed; each side must have 1 to 144000 points",
    )


@pytest.mark.parametrize(
    "end", [b"startxref\n%d\n%%%%EOF\nxref", b"startxref\n%018d\n%%%%EOF\n", b"startxref\n%d9\n%%%%EOF\n"]
)
def test_an_end_that_leads_behind_itself(end: bytes) -> None:
    at = SHORT_LINES.rindex(b"startxref")
    behind = at + len(b"startxref\n123\n%%EOF\n")
    for where in (behind, 10**17):
        with pytest.raises(Unfaxable, match="pdf_"):
            pdf.count_pages(SHORT_LINES[:at] + end % where, 200)


@settings(max_examples=size(check=60, full=1_000))
@given(
    st.sampled_from([ONE_PAGE, SHORT_LINES]),
    st.lists(st.tuples(st.integers(0, len(SHORT_LINES) - 1), st.binary(max_size=4)), min_size=1, max_size=4),
)
def test_a_damaged_document_is_counted_or_refused(document: bytes, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(document)
    for at, change in changes:
        content[at : at + len(change)] = change
    with suppress(Unfaxable):
        assert pdf.count_pages(bytes(content), 200) > 0
