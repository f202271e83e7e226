"""How many whole pages a TIFF file has that common renderers read: a walk over its image file directories.

Rules: TIFF 6.0 with the compressions that libtiff brings, and what libtiff and Pillow make of it. Each directory leads
to the next and names the strips or tiles of one image. Strips that lie wholly inside the file are whole, where they are
not shorter than their rows can be (``tif_strips``).

A directory that calls itself a reduced image is no page where it is one: at most half as wide and half as high as the
image before it, or the first one. Some writers call all pages but the first so. A mask is no page, either. Where there
is no other image, each is a page. Directories below another (SubIFDs, Exif) hold none, and are not looked into.
"""

import re
from collections.abc import Callable

from faxes.formats import Unfaxable
from faxes.formats import tif_strips as strips
from faxes.formats.content import Content
from faxes.formats.tif_directory import (
    BITS,
    COLOUR_MAP,
    COMPRESSION,
    ENTRY_BYTES,
    EXTRA,
    FILL_ORDER,
    HEIGHT,
    OLD_SUBFILE_TYPE,
    PHOTOMETRIC,
    PLANES,
    PREDICTOR,
    SAMPLE_FORMAT,
    SAMPLES,
    SUBFILE_TYPE,
    WIDTH,
    Directory,
    File,
    first_entries,
    first_numbers,
    number,
    numbers,
    only_number,
    read_directory,
    read_head,
    require,
    shared_number,
)

# As many pages as a fax may ever have, each with a thumbnail.
MAX_DIRECTORIES = 2_000
# A directory has about 20 entries. Some have hundreds, but not each page's.
MAX_ENTRIES_PER_PAGE = 32
MAX_ENTRIES_BESIDE = 1_000
# Where the entries stand that say what an image is and its size. They are sorted, and these are the lowest.
_FIRST_ENTRIES = 8
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2

_HEADER_BYTES = 8
_BIGTIFF = re.compile(rb"II\+\0|MM\0\+")

_FAX = frozenset({2, 3, 4})
# LZW and both numbers of Deflate: what can stand behind a predictor.
_PREDICTED = frozenset({5, 8, 32946})
_COMPRESSIONS = _FAX | _PREDICTED | {strips.NONE, strips.JPEG, 32773}
_NAMED_COMPRESSIONS = {
    6: "old-style JPEG",
    9: "JBIG",
    10: "JBIG",
    32766: "NeXT",
    32809: "ThunderScan",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34661: "JBIG",
    34676: "SGI LogLuv",
    34677: "SGI LogLuv",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
}
_READABLE = "only none, CCITT (RLE, Group 3 and 4), LZW, JPEG, Deflate and PackBits can be faxed"

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB = 0, 1, 2, 3, 5, 6, 8
# Bits a sample and samples a pixel that both libtiff and Pillow read, by what they stand for.
_PIXELS = {
    _WHITE_IS_ZERO: {(1, 1), (2, 1), (4, 1), (8, 1)},
    _BLACK_IS_ZERO: {(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (8, 2)},
    _RGB: {(8, 3), (8, 4), (8, 5), (8, 6), (16, 3), (16, 4)},
    _PALETTE: {(1, 1), (2, 1), (4, 1), (8, 1)},
    _CMYK: {(8, 4), (8, 5), (8, 6), (16, 4)},
    _YCBCR: {(8, 3)},
    _LAB: {(8, 3)},
}
_MOST_SAMPLES = 6
_JPEG_PIXELS = frozenset({_BLACK_IS_ZERO, _RGB, _CMYK, _YCBCR})
_COLOURS = {_RGB: 3, _CMYK: 4, _YCBCR: 3, _LAB: 3}
# What those beyond the colours may be: the first one nothing or an opacity, the others nothing.
_NOTHING, _OPACITIES = 0, frozenset({0, 1, 2})
# What Pillow reads with each byte's bits in reverse, by bits a sample and samples a pixel; and what only where libtiff
# has put them right, by what they stand for and bits.
_REVERSED = frozenset({(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (8, 3)})
_REVERSED_IF_COMPRESSED = frozenset({(_WHITE_IS_ZERO, 8), (_PALETTE, 1), (_PALETTE, 2), (_PALETTE, 4)})


def count_pages(
    content: Content, max_pixels: int, max_pages: int = 999, draw: Callable[[int], None] = lambda pixels: None
) -> int:
    """How many pages there are. ``content`` begins with the header of a TIFF or BigTIFF.

    Raises Unfaxable where one is not whole, has more than ``max_pixels``, or is one that common renderers do not read.
    Where there are more than ``max_pages``, they are counted and not looked at. ``draw`` is told the pixels of each.
    """
    if _BIGTIFF.match(content):
        raise Unfaxable("tif_bigtiff", "is a BigTIFF image; save it as a classic TIFF")
    file = File(
        content,
        content.startswith(b"II"),
        entries_left=MAX_ENTRIES_PER_PAGE * max_pages + MAX_ENTRIES_BESIDE,
        strips_left=strips.most_strips(len(content)),
    )
    pages = _page_directories(file)
    if not pages:
        raise Unfaxable("tif_no_pages", "has no page")
    if len(pages) <= max_pages:
        for position in pages:
            _check_page(file, position, max_pixels, draw)
    return len(pages)


def pages(content: Content) -> list[tuple[int, int]]:
    """The pages of an accepted file: each image's number in the chain, from 0, and where its directory lies."""
    file = File(content, content.startswith(b"II"), entries_left=0, strips_left=0)
    images = _images(file)
    numbered = {position: number for number, position in enumerate(images)}
    return [(numbered[position], position) for position in _pages(file, images)]


def _page_directories(file: File) -> list[int]:
    """Where the directories of all pages lie, in order."""
    return _pages(file, _images(file))


def _images(file: File) -> dict[int, int]:
    """Where the directories of all images lie, in order. Follows the whole chain."""
    # Of each directory, what it calls itself: 0 for an image.
    seen: dict[int, int] = {}
    size = len(file.content)
    position = file.long(4)
    while position:
        if position in seen:
            raise Unfaxable("tif_loop", "is damaged: its pages follow one another in a circle")
        if len(seen) == MAX_DIRECTORIES:
            raise Unfaxable("tif_directories", f"has more than {MAX_DIRECTORIES} images, the limit")
        require(position >= _HEADER_BYTES, "a directory in its header")
        head = read_head(file, position)
        require(head[0] > 0, "an empty directory")
        end = position + 2 + head[0] * ENTRY_BYTES
        # Some writers leave out the last four bytes, which would say that no directory follows.
        following = 0 if end <= size < end + 4 and not any(file.content[end:]) else file.long(end)
        seen[position] = _subfile(file, head)
        position = following
    return seen


def _subfile(file: File, head: tuple[int, ...]) -> int:
    """Whether an image calls itself reduced, or a mask, by its first two entries; 0 where neither."""
    called = _called(file, head[1], head[2], head[3], head[4]) if head[1] <= OLD_SUBFILE_TYPE else 0
    if not called and head[5] <= OLD_SUBFILE_TYPE and head[0] > 1:
        called = _called(file, head[5], head[6], head[7], head[8])
    return called


def _called(file: File, tag: int, kind: int, count: int, field: int) -> int:
    """The same by one of them."""
    value = only_number(file, kind, count, field) or 0
    if tag == SUBFILE_TYPE and value & (_REDUCED | _MASK):
        return value & _MASK or _REDUCED
    return _REDUCED if tag == OLD_SUBFILE_TYPE and value == _OLD_REDUCED else 0


def _pages(file: File, images: dict[int, int]) -> list[int]:
    """Those that are pages, by what each calls itself."""
    if not any(images.values()):
        return list(images)
    first = next((position for position, is_other in images.items() if not is_other), None)
    if first is None:
        return list(images)
    pages = []
    # Of the image before, or the first one; read where it is asked for.
    whole, size = first, None
    for position, is_other in images.items():
        if not is_other:
            whole, size = position, None
        elif is_other == _MASK:
            continue
        else:
            size = size or _size(file, whole)
            if _is_smaller(_size(file, position), size):
                continue
        pages.append(position)
    return pages


def _is_smaller(size: tuple[int, int], whole: tuple[int, int]) -> bool:
    """Whether an image is a reduced one of another by its size: half of it or less. What is nearly as large is a page
    of its own, on smaller paper or a line shorter."""
    return 0 in whole or (2 * size[0] <= whole[0] + 1 and 2 * size[1] <= whole[1] + 1)


def _size(file: File, position: int) -> tuple[int, int]:
    """Width and height as the directory states them, 0 where it does not."""
    head = read_head(file, position)
    entries = head[0]
    if entries >= 3 and head[1] < WIDTH and head[5] == WIDTH and head[9] == HEIGHT:
        # As nearly all have them, behind what the image calls itself.
        across, down = only_number(file, head[6], head[7], head[8]), only_number(file, head[10], head[11], head[12])
        if across is not None and down is not None:
            return across, down
    width = height = 0
    for tag, kind, count, field in first_entries(file, position + 2, min(entries, _FIRST_ENTRIES)):
        value = only_number(file, kind, count, field)
        if tag == WIDTH and value is not None:
            width = value
        elif tag == HEIGHT and value is not None:
            height = value
            break
    return width, height


def _check_page(file: File, position: int, max_pixels: int, draw: Callable[[int], None]) -> None:
    entries = file.short(position)
    file.entries_left -= entries
    if file.entries_left < 0:
        raise Unfaxable("tif_entries", f"has pages with far more than {MAX_ENTRIES_PER_PAGE} entries each, the limit")
    directory = read_directory(file, position)
    width, height = number(directory, WIDTH), number(directory, HEIGHT)
    strips.check_size("a page", width, height, max_pixels)
    draw(width * height)
    samples = number(directory, SAMPLES, 1)
    require(samples > 0, "pixels without a sample")
    if samples > _MOST_SAMPLES:
        raise Unfaxable("tif_pixels", f"has pixels of {samples} samples; they cannot have more than {_MOST_SAMPLES}")
    compression = _compression(file, directory, samples)
    bits, photometric = _pixel(file, directory, compression, samples)
    planes = number(directory, PLANES, 1)
    require(planes in (1, 2), "colours that are stored in an unknown way")
    form = strips.Form(width, height, bits, samples, compression, photometric, in_planes=planes == 2)
    strips.check(file, directory, form, max_pixels, position)


def _compression(file: File, directory: Directory, samples: int) -> int:
    """The number of the compression, which may be stated for each sample, as TIFF 5.0 had it."""
    compression = shared_number(file, directory, COMPRESSION, samples, strips.NONE)
    if compression not in _COMPRESSIONS:
        name = (
            _NAMED_COMPRESSIONS.get(compression or 0, f"number {compression}") if compression is not None else "several"
        )
        raise Unfaxable("tif_compression", f"is compressed with a method ({name}) that cannot be read; {_READABLE}")
    return compression


def _pixel(file: File, directory: Directory, compression: int, samples: int) -> tuple[int, int]:
    """Bits a sample and what the samples stand for, which must be ones that can be read."""
    bits = shared_number(file, directory, BITS, samples, 1)
    require(bits != 0, "samples without a bit")
    photometric = number(directory, PHOTOMETRIC, _WHITE_IS_ZERO)
    if (
        bits is None
        or (bits, samples) not in _PIXELS.get(photometric, ())
        or (compression in _FAX and (bits > 1 or photometric == _PALETTE))
        or (compression == strips.JPEG and (bits != 8 or photometric not in _JPEG_PIXELS))
        # Without JPEG, its colours are stored at half the resolution, each writer in its own way.
        or (compression != strips.JPEG and photometric == _YCBCR)
        or shared_number(file, directory, SAMPLE_FORMAT, samples, 1) != 1
        or not _extra_is_known(file, directory, photometric, samples)
        or not _order_is_known(directory, compression, photometric, bits, samples)
    ):
        stated = (
            f"{samples} x {bits} bits, photometric interpretation {photometric}"
            if bits
            else "samples of different sizes"
        )
        raise Unfaxable("tif_pixels", f"has pixels of a form ({stated}) that cannot be read")
    if photometric == _PALETTE:
        numbers(directory, COLOUR_MAP, 3 << bits)
    if compression in _PREDICTED and number(directory, PREDICTOR, 1) not in ((1, 2) if bits >= 8 else (1,)):
        raise Unfaxable("tif_compression", "is compressed with a predictor that cannot be read")
    return bits, photometric


def _extra_is_known(file: File, directory: Directory, photometric: int, samples: int) -> bool:
    """Whether it is stated what the samples beyond the colours are. One beside three colours need not be explained."""
    colours = _COLOURS.get(photometric, 1)
    count = directory[EXTRA][1] if EXTRA in directory else 0
    if count != samples - colours:
        return count == 0 and (photometric, samples) == (_RGB, 4)
    if count == 0:
        return True
    first, *others = first_numbers(file, directory, EXTRA, count)
    return first in (_OPACITIES if photometric != _CMYK else {_NOTHING}) and not any(others)


def _order_is_known(directory: Directory, compression: int, photometric: int, bits: int, samples: int) -> bool:
    """Whether each byte's bits stand in an order that is read."""
    order = number(directory, FILL_ORDER, 1)
    if order == 2:
        is_read = compression != strips.NONE or (photometric, bits) not in _REVERSED_IF_COMPRESSED
        return is_read and (bits, samples) in _REVERSED and photometric not in (_LAB, _YCBCR)
    return order == 1
