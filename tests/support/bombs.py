"""Documents that cost far more to draw than their bytes are worth: some families of each kind, each with a size drawn.

A seed stands for the same bytes everywhere. Most are accepted, since what is on a page is not looked at before it is
drawn.
"""

import io
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PIL import Image

from tests.support import pdfs

type Draw = random.Random
type Make = Callable[[Draw], bytes]


@dataclass(frozen=True, slots=True)
class Bomb:
    """A document of a family: its kind, its family's name and its number in that."""

    kind: str
    family: str
    number: int
    make: Make

    def __str__(self) -> str:
        return f"{self.kind}-{self.family}-{self.number}"

    def content(self) -> bytes:
        return self.make(random.Random(f"{self}"))  # noqa: S311  # the same every time


_FAMILIES: dict[tuple[str, str], Make] = {}


def _bomb(kind: str) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        _FAMILIES[kind, make.__name__.strip("_")] = make
        return make

    return register


def bombs(each: int) -> Iterator[Bomb]:
    """So many of each family."""
    for (kind, family), make in _FAMILIES.items():
        for number in range(each):
            yield Bomb(kind, family, number, make)


# --- PDF -------------------------------------------------------------------------------------------------------------


def _page(content: bytes, resources: bytes = b"", *others: bytes, entries: bytes = b"", filters: bytes = b"") -> bytes:
    """A document of one page of this content. Its first other object is number 5."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %b >> %b >>"
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdfs.pdf([pdfs.CATALOG, tree, page % (resources, entries), pdfs.stream(content, filters), *others])


def _packed(content: bytes, again: int = 1) -> tuple[bytes, bytes]:
    """Deflated so many times, and the entry that says so."""
    for _ in range(again):
        content = zlib.compress(content, 9)
    return content, b"/Filter [%b]" % (b"/FlateDecode " * again)


def _form(content: bytes, resources: bytes = b"", more: bytes = b"") -> bytes:
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << %b >> %b"
    return pdfs.stream(content, entries % (resources, more))


@_bomb("pdf")
def _forms_in_forms(draw: Draw) -> bytes:
    depth, times = draw.randint(4, 12), draw.randint(5, 12)
    forms = [_form(b"/F Do " * times, b"/XObject << /F %d 0 R >>" % (6 + level)) for level in range(depth)]
    return _page(b"/F Do", b"/XObject << /F 5 0 R >>", *forms, _form(b"0 0 300 300 re f"))


@_bomb("pdf")
def _content_of_spaces(draw: Draw) -> bytes:
    content, filters = _packed(draw.choice([b" ", b"\n", b"q Q "]) * draw.randint(10**6, 3 * 10**7), 2)
    return _page(content, filters=filters)


@_bomb("pdf")
def _lines(draw: Draw) -> bytes:
    content, filters = _packed(b"0 0 m 595 842 l S 595 0 m 0 842 l S\n" * draw.randint(10**4, 10**6))
    return _page(content, filters=filters)


@_bomb("pdf")
def _dashes(draw: Draw) -> bytes:
    return _page(
        b"[0.00%d 0.001] 0 d %d w 0 0 m 595 842 l S\n"
        % (draw.randint(1, 9), draw.randint(0, 50))
        * draw.randint(1, 2_000)
    )


@_bomb("pdf")
def _states(draw: Draw) -> bytes:
    content, filters = _packed(b"q 1 0 0 1 0 0 cm " * draw.randint(10**4, 10**6))
    return _page(content, filters=filters)


@_bomb("pdf")
def _clips(draw: Draw) -> bytes:
    shape = b"".join(b"%d %d l " % (draw.randint(0, 595), draw.randint(0, 842)) for _ in range(draw.randint(10, 3_000)))
    return _page((b"0 0 m " + shape + b"W n ") * draw.randint(1, 200) + b"0 0 595 842 re f")


@_bomb("pdf")
def _large_pictures(draw: Draw) -> bytes:
    width, height = draw.randint(2_000, 40_000), draw.randint(2_000, 40_000)
    bits = draw.choice([1, 8])
    data, filters = _packed(bytes(min(width * height * bits // 8, 10**8)), 2)
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent %d /ColorSpace /DeviceGray %b"
    return _page(
        b"q 595 0 0 842 0 0 cm /I Do Q " * draw.randint(1, 20),
        b"/XObject << /I 5 0 R >>",
        pdfs.stream(data, entries % (width, height, bits, filters)),
    )


@_bomb("pdf")
def _pictures_of_noise(draw: Draw) -> bytes:
    """What each decoder makes of bytes that are none of its own."""
    kind = draw.choice(
        [b"/JPXDecode", b"/DCTDecode", b"/JBIG2Decode", b"/CCITTFaxDecode", b"/LZWDecode", b"/RunLengthDecode"]
    )
    side = draw.randint(100, 30_000)
    entries = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray "
        b"/Filter %b /DecodeParms << /K -1 /Columns %d /Rows %d >>"
    )
    data = draw.randbytes(draw.randint(100, 100_000))
    return _page(
        b"595 0 0 842 0 0 cm /I Do",
        b"/XObject << /I 5 0 R >>",
        pdfs.stream(data, entries % (side, side, kind, side, side)),
    )


@_bomb("pdf")
def _tiles(draw: Draw) -> bytes:
    step = draw.choice([b"0.01", b"0.1", b"1", b"3"])
    entries = (
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 500 500] "
        b"/XStep %b /YStep %b /Resources << >>"
    )
    pattern = pdfs.stream(b"0 0 m 500 500 l S " * draw.randint(1, 500), entries % (step, step))
    return _page(b"/Pattern cs /P scn 0 0 595 842 re f", b"/Pattern << /P 5 0 R >>", pattern)


@_bomb("pdf")
def _shadings(draw: Draw) -> bytes:
    program = b"{ " + b"dup mul exch dup mul exch " * draw.randint(1, 2_000) + b"add }"
    function = pdfs.stream(program, b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]")
    shading = (
        b"<< /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1 0 1] /Matrix [595 0 0 842 0 0] /Function 6 0 R >>"
    )
    return _page(b"/S sh " * draw.randint(1, 20), b"/Shading << /S 5 0 R >>", shading, function)


@_bomb("pdf")
def _groups(draw: Draw) -> bytes:
    """Transparent ones, each within the one before, with a mask of its own."""
    depth = draw.randint(2, 40)
    more = b"/Group << /S /Transparency /I true >>"
    resources = b"/XObject << /F %d 0 R >> /ExtGState << /G << /ca 0.5 /SMask << /S /Luminosity /G %d 0 R >> >> >>"
    inner = 5 + depth
    forms = [
        _form(b"/G gs /F Do /F Do", resources % (6 + level, inner), more)
        for level in range(min(depth, draw.randint(2, 12)))
    ]
    forms += [_form(b"0.5 g 0 0 595 842 re f", b"", more)] * (depth - len(forms) + 1)
    return _page(b"/F Do", b"/XObject << /F 5 0 R >>", *forms)


@_bomb("pdf")
def _drawn_letters(draw: Draw) -> bytes:
    """A font whose letters are drawings, of which one draws text again."""
    glyph = pdfs.stream(b"500 0 0 0 500 500 d1 " + b"0 0 m 500 500 l S " * draw.randint(1, 1_000))
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 500] /FontMatrix [0.001 0 0 0.001 0 0] "
        b"/FirstChar 97 /LastChar 97 /Widths [500] /Encoding << /Differences [97 /a] >> "
        b"/CharProcs << /a 6 0 R >> /Resources << /Font << /T 5 0 R >> >> >>"
    )
    text, filters = _packed(
        b"BT /T 12 Tf 1 0 0 1 20 400 Tm (%b) Tj ET " % (b"a" * draw.randint(10, 20_000)) * draw.randint(1, 20)
    )
    return _page(text, b"/Font << /T 5 0 R >>", font, glyph, filters=filters)


@_bomb("pdf")
def _far_away(draw: Draw) -> bytes:
    number = draw.choice([b"1e30", b"-99999999999", b"0.0000000001", b"2147483647"])
    return _page((b"%b 0 0 %b 0 0 cm 0 0 m %b %b %b 1 1 %b c S " % ((number,) * 6)) * draw.randint(1, 5_000))


@_bomb("pdf")
def _annotations(draw: Draw) -> bytes:
    count = draw.randint(100, 20_000)
    annotation = b"<< /Type /Annot /Subtype /Stamp /Rect [0 0 595 842] /F 4 /AP << /N 5 0 R >> >>"
    form = _form(b"0 0 m 595 842 l S " * draw.randint(1, 200))
    return _page(b"", b"", form, entries=b"/Annots [%b]" % (annotation * count))


# --- pictures and text -----------------------------------------------------------------------------------------------


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    with io.BytesIO() as file:
        image.save(file, form, **options)
        return file.getvalue()


def _side(draw: Draw, most: int) -> tuple[int, int]:
    width = draw.randint(1_000, most)
    return width, min(most, width * 3 // 2)


@_bomb("tif")
def _white(draw: Draw) -> bytes:
    mode, compression = draw.choice(
        [("1", "group4"), ("L", "tiff_lzw"), ("RGB", "tiff_adobe_deflate"), ("CMYK", "tiff_adobe_deflate")]
    )
    return _saved(Image.new(mode, _side(draw, 8_000)), "TIFF", compression=compression)


@_bomb("tif")
def _many_pages(draw: Draw) -> bytes:
    page = Image.new("1", (1_728, draw.randint(1_000, 2_286)), draw.randint(0, 1))
    others = [page] * draw.randint(1, 30)
    return _saved(page, "TIFF", compression="group4", save_all=True, append_images=others)


@_bomb("tif")
def _rows_as_strips(draw: Draw) -> bytes:
    image = Image.effect_noise((draw.randint(100, 800), draw.randint(500, 2_000)), 50)
    return _saved(image, "TIFF", compression="tiff_lzw", tiffinfo={278: 1})


@_bomb("jpg")
def _grey(draw: Draw) -> bytes:
    image = Image.new(draw.choice(["L", "RGB", "CMYK"]), _side(draw, 9_000), draw.randint(0, 200))
    return _saved(image, "JPEG", progressive=draw.random() < 0.5)


@_bomb("jpg")
def _scans(draw: Draw) -> bytes:
    """The last scan of a progressive picture, again and again."""
    content = _saved(Image.effect_noise((600, 800), 60), "JPEG", progressive=True, quality=draw.randint(5, 40))
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * draw.randint(1, 60) + b"\xff\xd9"


@_bomb("txt")
def _combined(draw: Draw) -> bytes:
    """Letters under hills of marks, and words from right to left among others."""
    words = [
        "e" + "\u0301" * draw.randint(1, 400),
        "\u05d0\u05d1",
        "\u0627\u0644",
        "\u202e1",
        "\u6f22",
        "\ud55c",
        "a\u200d",
    ]
    return "".join(draw.choice(words) + draw.choice(" \n\t") for _ in range(draw.randint(1_000, 20_000))).encode()


@_bomb("txt")
def _form_feeds(draw: Draw) -> bytes:
    return ("x" + "\f" * draw.randint(1, 199) + "\u2588" * 80 * draw.randint(1, 60)).encode()
