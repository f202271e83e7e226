"""The TIFF-F file and the PDF of a fax, read by others: Pillow (libtiff) and MuPDF."""

import io
from contextlib import suppress

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from faxes.formats import pdf as pdf_format
from faxes.formats import tif as tif_format
from faxes.pages import WIDTH, FaxPage, PagesInvalid, Resolution, pdf, t6, tiff

ROW_BYTES = WIDTH // 8


@st.composite
def drawn(draw: st.DrawFn) -> tuple[FaxPage, bytes]:
    """A page, and its rows as packed bits."""
    rows = draw(st.integers(8, 12))
    bits = (draw(st.binary(min_size=8, max_size=8)) * (ROW_BYTES // 8)).ljust(rows * ROW_BYTES, b"\0")
    return FaxPage(rows, draw(st.sampled_from(Resolution)), t6.encode(bits)), bits


documents = st.lists(drawn(), min_size=1, max_size=4)


@given(documents)
@settings(max_examples=40)
def test_tiff_as_libtiff_reads_it(pages: list[tuple[FaxPage, bytes]]) -> None:
    content = tiff.write([page for page, _ in pages])
    with Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
        assert getattr(image, "n_frames", 1) == len(pages)
        for number, (page, bits) in enumerate(pages):
            image.seek(number)
            assert image.mode == "1"
            assert image.size == (WIDTH, page.rows)
            assert image.info["dpi"] == (204, page.resolution.rows_per_inch)
            # Of its "1", Pillow's bits are 1 for white.
            assert image.tobytes() == bytes(byte ^ 0xFF for byte in bits)
    assert tif_format.count_pages(content, 100_000_000) == len(pages)
    assert tiff.read(content) == [page for page, _ in pages]


@given(documents)
@settings(max_examples=20, deadline=None)
def test_pdf_as_mupdf_reads_it(pages: list[tuple[FaxPage, bytes]]) -> None:
    content = pdf.write([page for page, _ in pages])
    with pymupdf.open(stream=content, filetype="pdf") as document:
        assert document.page_count == len(pages)
        for number, (page, bits) in enumerate(pages):
            assert document.xref_stream_raw(5 + 3 * number) == page.t6
            assert document[number].rect.width == pytest.approx(609.88)
            assert document[number].rect.height == pytest.approx(
                page.rows * 72 / page.resolution.rows_per_inch, abs=0.01
            )
            pixels = pymupdf.Pixmap(document, 5 + 3 * number)
            shown = "".join("1" if grey == 0 else "0" for grey in pixels.samples)
            assert int(shown, 2).to_bytes(len(bits)) == bits


def test_pdf_is_accepted_as_whole() -> None:
    page = FaxPage(9, Resolution.FINE, t6.encode(bytes(9 * ROW_BYTES)))
    assert pdf_format.count_pages(pdf.write([page] * 3), 200) == 3


def test_every_tag() -> None:
    """What a sender's reader demands of the file, tag by tag."""
    bits = bytes(2 * ROW_BYTES)
    content = tiff.write([FaxPage(2, Resolution.STANDARD, t6.encode(bits))] * 2)
    with Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
        image.seek(1)
        tags = dict(image.tag_v2.items())  # type: ignore[attr-defined]
    second = 8 + 214 + 4
    assert tags == {
        254: 2,
        256: WIDTH,
        257: 2,
        258: (1,),
        259: 4,
        262: 0,
        266: 1,
        273: (second + 214,),
        277: 1,
        278: 2,
        279: (4,),
        282: 204.0,
        283: 98.0,
        293: 0,
        296: 2,
        297: (1, 2),
    }


@given(documents, st.data())
@settings(max_examples=40)
def test_tiff_with_another_byte(pages: list[tuple[FaxPage, bytes]], data: st.DataObject) -> None:
    """It is another document or none, and never an error of another kind."""
    written = [page for page, _ in pages]
    content = bytearray(tiff.write(written))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with suppress(PagesInvalid):
        assert tiff.read(bytes(content)) != written


@given(documents, st.data())
@settings(max_examples=40)
def test_tiff_that_is_cut_off(pages: list[tuple[FaxPage, bytes]], data: st.DataObject) -> None:
    content = tiff.write([page for page, _ in pages])
    with pytest.raises(PagesInvalid):
        tiff.read(content[: data.draw(st.integers(0, len(content) - 1))])


def test_seconds_on_the_line() -> None:
    assert FaxPage(1, Resolution.FINE, bytes(18_000)).seconds == 10.0
