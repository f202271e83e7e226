"""Documents of each kind become pages, through the process that draws them."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from faxes.model import Kind
from faxes.pages import HEADER_ROWS, WIDTH, FaxPage, Resolution, tiff
from faxes.rendering import Mode, RenderFailed, preview
from faxes.rendering.render import Rendered, Source, render
from tests.support import corpus
from tools.local.render import FONTS

FINE, STANDARD = Resolution.FINE, Resolution.STANDARD


def source(kind: str, content: bytes, pages: int = 1) -> Source:
    return Source(Kind(kind), content, pages)


def kept(name: str) -> Source:
    sample = next(each for each in corpus.ACCEPTED if str(each) == name)
    return source(sample.kind, sample.content, sample.pages)


def rendered(*sources: Source, mode: Mode = Mode.AUTO, wanted: Resolution | None = None) -> Rendered:
    return render(sources, mode=mode, wanted=wanted, fonts=FONTS)


def shown(pages: Sequence[FaxPage]) -> list[Image.Image]:
    """The pages as libtiff decodes them, beneath their headers, which are white."""
    images = []
    with Image.open(io.BytesIO(tiff.write(pages)), formats=["TIFF"]) as image:
        for number in range(len(pages)):
            image.seek(number)
            page = image.convert("1")
            assert page.crop((0, 0, WIDTH, HEADER_ROWS)).getextrema() == (255, 255)
            images.append(page.crop((0, HEADER_ROWS, WIDTH, page.height)))
    return images


def fax_page(rows: int, step: int = 7) -> Image.Image:
    """Black and white, and another in each row and column."""
    page = Image.new("1", (WIDTH, rows), 255)
    pen = ImageDraw.Draw(page)
    for row in range(0, rows, step):
        pen.line((row % 1700, row, (row * 37) % 1700, row), fill=0)
    return page


def as_tiff(*pages: Image.Image, rows_per_inch: int, **options: object) -> bytes:
    with io.BytesIO() as file:
        pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], dpi=(204, rows_per_inch), **options)
        return file.getvalue()


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.logical_xor(one, other).getbbox() is None


@pytest.mark.parametrize("compression", ["group3", "group4", "packbits"])
def test_fax_pages_stay_pixel_for_pixel(compression: str) -> None:
    pages = [fax_page(2_287), fax_page(2_744, 5)]
    made = rendered(source("tif", as_tiff(*pages, rows_per_inch=196, compression=compression), 2))
    assert [(page.rows, page.resolution) for page in made.pages] == [(2_323, FINE), (2_780, FINE)]
    assert all(same(*pair) for pair in zip(shown(made.pages), pages, strict=True))


def test_standard_pages_stay_standard_where_all_are() -> None:
    page = fax_page(1_143)
    content = as_tiff(page, rows_per_inch=98, compression="group4")
    made = rendered(source("tif", content))
    assert [(each.rows, each.resolution) for each in made.pages] == [(1_143 + HEADER_ROWS, STANDARD)]
    assert same(shown(made.pages)[0], page)


def test_standard_pages_are_doubled_beside_others() -> None:
    page = fax_page(1_143)
    content = as_tiff(page, rows_per_inch=98, compression="group4")
    made = rendered(source("tif", content), source("txt", b"text"))
    assert {each.resolution for each in made.pages} == {FINE}
    doubled = shown(made.pages)[0]
    assert doubled.size == (WIDTH, 2_286)
    assert same(doubled, page.resize((WIDTH, 2_286), Image.Resampling.NEAREST))


def test_fine_pages_are_halved_where_standard_is_wanted() -> None:
    page = fax_page(2_287)
    made = rendered(source("tif", as_tiff(page, rows_per_inch=196, compression="group4")), wanted=STANDARD)
    halved = shown(made.pages)[0]
    assert halved.size == (WIDTH, 1_144)
    # A row is black where either of two is.
    for row in (0, 3, 571):
        pair = [page.crop((0, 2 * row + at, WIDTH, 2 * row + at + 1)) for at in (0, 1)]
        assert same(halved.crop((0, row, WIDTH, row + 1)), ImageChops.logical_and(*pair))


def test_long_fax_page_shrinks() -> None:
    made = rendered(source("tif", as_tiff(fax_page(4_000), rows_per_inch=196, compression="group4")))
    assert made.pages[0].rows == 2_744


def letter(draw: Callable[[Canvas], None], size: tuple[float, float] = (595, 842)) -> bytes:
    with io.BytesIO() as file:
        canvas = Canvas(file, pagesize=size, invariant=1)
        draw(canvas)
        canvas.showPage()
        canvas.save()
        return file.getvalue()


def test_pdf_to_its_edges() -> None:
    """Nothing is cut off: a frame along the page's edges is there on all four sides."""

    def frame(canvas: Canvas) -> None:
        canvas.setLineWidth(4)
        canvas.rect(2, 2, 591, 838)

    (page,) = shown(rendered(source("pdf", letter(frame))).pages)
    assert page.size == (WIDTH, 2_251)
    box = ImageChops.invert(page).getbbox()
    assert box == pytest.approx((34, 0, 1_694, 2_251), abs=1)


def test_landscape_is_turned() -> None:
    """What is at the top is at the right then."""

    def mark(canvas: Canvas) -> None:
        canvas.rect(100, 560, 600, 20, fill=1)

    (page,) = shown(rendered(source("pdf", letter(mark, (842, 595)))).pages)
    left, top, right, bottom = ImageChops.invert(page).getbbox() or (0, 0, 0, 0)
    assert (left > WIDTH * 0.8, bottom - top > right - left) == (True, True)


def test_form_values_and_annotations_are_drawn() -> None:
    (page,) = shown(rendered(kept("pdf/accepted/reportlab-form.pdf")).pages)
    # The heading ends above; the field's value is beneath it.
    assert ImageChops.invert(page.crop((0, 330, WIDTH, page.height))).getbbox() is not None


def test_fonts_that_a_pdf_does_not_hold() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))

    def words(canvas: Canvas) -> None:
        canvas.setFont("HeiseiMin-W3", 24)
        canvas.drawString(60, 700, "日本語")

    made = rendered(source("pdf", letter(words)))
    assert made.notes[0].fonts_substituted == ("HeiseiMin-W3",)
    assert ImageChops.invert(shown(made.pages)[0]).getbbox() is not None


def test_text_in_rows_and_columns() -> None:
    made = rendered(source("txt", "x\n\n  y\n😀".encode()))
    (page,) = shown(made.pages)
    cells = {
        (row, column)
        for row in range(60)
        for column in range(80)
        if ImageChops.invert(page.crop((64 + 20 * column, 45 + 36 * row, 84 + 20 * column, 81 + 36 * row))).getbbox()
    }
    assert cells == {(0, 0), (2, 2), (3, 0), (3, 1)}
    assert made.notes[0].characters_missing == ("U+1F600",)


def test_jpeg_as_its_orientation_says() -> None:
    """The camera's picture lies on its side: the black end is up on paper."""
    picture = Image.linear_gradient("L").resize((300, 400))
    upright, lying = io.BytesIO(), io.BytesIO()
    picture.save(upright, "JPEG")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.transpose(Image.Transpose.ROTATE_90).save(lying, "JPEG", exif=exif)
    pages = [shown(rendered(source("jpg", each.getvalue())).pages)[0] for each in (upright, lying)]
    assert pages[0].size == pages[1].size == (WIDTH, 2_207)
    for page in pages:
        top, bottom = (page.crop((0, at, WIDTH, at + 200)).convert("L").reduce(100).tobytes() for at in (0, 2_007))
        assert max(top) < 64
        assert min(bottom) > 191


def test_marks_that_are_too_faint_for_one_threshold() -> None:
    """A pale line alone on a page is drawn, not lost."""

    def line(canvas: Canvas) -> None:
        canvas.setStrokeGray(0.8)
        canvas.setLineWidth(1)
        canvas.line(100, 400, 500, 400)

    (page,) = shown(rendered(source("pdf", letter(line)), mode=Mode.TEXT).pages)
    assert ImageChops.invert(page).getbbox() is not None


def test_marks_that_are_too_faint_to_be_faxed() -> None:
    def line(canvas: Canvas) -> None:
        canvas.setFillGray(1 - 36 / 255)
        canvas.rect(100, 400, 300, 6, stroke=0, fill=1)

    with pytest.raises(RenderFailed) as failed:
        rendered(source("pdf", letter(line)), mode=Mode.TEXT)
    assert (failed.value.reason, failed.value.page) == ("page_too_faint", 1)


@pytest.mark.parametrize("noise", [0, 8])
def test_paper_alone_is_white(noise: int) -> None:
    """The back of a sheet, as a scanner sees it: grey, and nothing on it."""
    grain = Image.effect_noise((864, 1_120), noise) if noise else Image.new("L", (864, 1_120), 128)
    with io.BytesIO() as file:
        ImageChops.add(Image.new("L", grain.size, 222), grain, 1, -128).save(file, "TIFF")
        (page,) = shown(rendered(source("tif", file.getvalue())).pages)
    assert ImageChops.invert(page).convert("L").histogram()[255] < 200


def test_white_page_is_white() -> None:
    (page,) = shown(rendered(source("pdf", letter(lambda canvas: None))).pages)
    assert page.getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (source("pdf", b"%PDF-1.4 and no more"), "document_unreadable"),
        (source("jpg", corpus.accepted("jpg")[0].content[:300]), "page_unreadable"),
        (source("pdf", letter(lambda canvas: None, (300, 14_400))), "page_too_long"),
        (source("txt", b"one page", 2), "pages_differ"),
        (source("txt", b"two\fpages", 1), "pages_differ"),
    ],
    ids=["no PDF", "cut off", "roll", "fewer pages", "more pages"],
)
def test_what_cannot_be_drawn(made: Source, reason: str) -> None:
    with pytest.raises(RenderFailed) as failed:
        rendered(source("txt", b"first"), made)
    assert (failed.value.reason, failed.value.document) == (reason, 2)


def test_same_documents_same_bytes() -> None:
    sources = [kept("pdf/accepted/cairo.pdf"), kept("jpg/accepted/ffmpeg.jpg")]
    one, other = (rendered(*sources) for _ in range(2))
    assert one == other
    assert (one.tiff(), one.pdf()) == (other.tiff(), other.pdf())
    assert list(preview.previews(one.tiff())) == list(preview.previews(other.tiff()))


def test_progress_page_by_page() -> None:
    told: list[FaxPage] = []
    made = render([source("txt", b"one\ftwo", 2), source("txt", b"three")], fonts=FONTS, progress=told.append)
    assert tuple(told) == made.pages


def test_preview_is_of_the_tiff() -> None:
    """A bit of the strip that is turned round turns the picture."""
    made = rendered(source("txt", b"words on a page"))
    content = bytearray(made.tiff())
    (before,) = preview.previews(bytes(content))
    content[8 + 214 + 40] ^= 0x10
    (after,) = preview.previews(bytes(content))
    assert before != after
    with Image.open(io.BytesIO(before)) as picture:
        assert (picture.size, picture.mode) == ((864, 1_144), "P")


def test_memory_of_the_font_folder(tmp_path: Path) -> None:
    """Fonts that are not where they should be are a fault of the set-up, and not of the document."""
    from faxes.errors import DeploymentFault

    with pytest.raises(DeploymentFault) as fault:
        render([source("txt", b"text")], fonts=tmp_path)
    assert fault.value.reason == "renderer_not_started"
