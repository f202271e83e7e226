"""TIFFs as people send them, taken by every reader or lost in silence.

A directory is written anew at the end of the file where an entry is added to it, as libtiff's own tools do.
"""

import random
import struct
from collections.abc import Callable, Iterator

from tests.data.documents.kinds import Kinds

KINDS = Kinds()

_SUBFILE, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 254, 258, 259, 262, 266
_STRIPS, _SAMPLES, _STRIP_BYTES, _TILES = 273, 277, 279, 324
_SHORT, _LONG = 3, 4
_SIZES = {_SHORT: 2, _LONG: 4}
_GROUP_3, _GROUP_4, _LZW, _JPEG, _PACK_BITS = 3, 4, 5, 7, 32773
_DEFLATE = (8, 32946)
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

# Tag, type, number of values, and the four bytes behind these.
type _Entry = tuple[int, int, int, bytes]


class _Tiff:
    """A TIFF of which directories are read and written anew; of each, where the offset stands that leads to it."""

    def __init__(self, content: bytes) -> None:
        self.content = bytearray(content)
        self.order = "<" if content[:2] == b"II" else ">"
        self.links = list(self._links())

    def _links(self) -> Iterator[int]:
        link = 4
        while link + 4 <= len(self.content) and (start := self._number(link, _LONG)):
            yield link
            link = start + 2 + 12 * self._number(start, _SHORT)

    def _number(self, at: int, kind: int) -> int:
        return int(struct.unpack_from(self.order + {_SHORT: "H", _LONG: "I"}[kind], self.content, at)[0])

    def entries(self, page: int) -> dict[int, _Entry]:
        start = self._number(self.links[page], _LONG)
        read = (
            struct.unpack_from(f"{self.order}HHI4s", self.content, start + 2 + 12 * n)
            for n in range(self._number(start, _SHORT))
        )
        return {entry[0]: entry for entry in read}

    def numbers(self, page: int, tag: int) -> list[int]:
        """Those of an entry; none where it is missing."""
        entries = self.entries(page)
        if tag not in entries:
            return []
        _, kind, count, behind = entries[tag]
        size = _SIZES[kind]
        at = int.from_bytes(behind, "little" if self.order == "<" else "big")
        stored = behind if size * count <= 4 else self.content[at : at + size * count]
        return [int(each[0]) for each in struct.iter_unpack(self.order + " HI"[kind - 2], stored[: size * count])]

    def entry(self, tag: int, kind: int, *values: int) -> _Entry:
        """With its values, which are put at the end of the file where they need more than four bytes."""
        stored = struct.pack(f"{self.order}{len(values)}{' HI'[kind - 2]}", *values)
        if len(stored) > 4:
            self._even()
            self.content += stored
            stored = struct.pack(self.order + "I", len(self.content) - len(stored))
        return tag, kind, len(values), stored.ljust(4, b"\0")

    def put(self, page: int, *changed: _Entry) -> None:
        """Write a directory anew with these entries."""
        entries = self.entries(page) | {entry[0]: entry for entry in changed}
        behind = self._number(self.links[page + 1], _LONG) if page + 1 < len(self.links) else 0
        self._even()
        struct.pack_into(self.order + "I", self.content, self.links[page], len(self.content))
        self.content += struct.pack(self.order + "H", len(entries))
        self.content += b"".join(struct.pack(f"{self.order}HHI4s", *entries[tag]) for tag in sorted(entries))
        self.content += struct.pack(self.order + "I", behind)
        self.links = list(self._links())

    def _even(self) -> None:
        self.content += bytes(len(self.content) % 2)


def _changed(content: bytes, change: Callable[[_Tiff], bool]) -> bytes | None:
    """With what is changed; ``change`` says whether it could be."""
    tiff = _Tiff(content)
    return bytes(tiff.content) if change(tiff) else None


# --- taken -----------------------------------------------------------------------------------------------------------


@KINDS.accepts
def _pages_that_call_themselves_reduced(rng: random.Random, content: bytes) -> bytes | None:
    """All but the first, and each of its full size."""

    def call(tiff: _Tiff) -> bool:
        for page in range(1, len(tiff.links)):
            tiff.put(page, tiff.entry(_SUBFILE, _LONG, rng.choice([1, 3])))
        return len(tiff.links) > 1

    return _changed(content, call)


@KINDS.accepts
def _bits_in_reverse(rng: random.Random, content: bytes) -> bytes | None:
    """Gray or colours, and with them the order that says so. In a JPEG, the order says nothing."""

    def reverse(tiff: _Tiff) -> bool:
        bits, samples = tiff.numbers(0, _BITS)[:1], (tiff.numbers(0, _SAMPLES) or [1])[0]
        compression, kind = tiff.numbers(0, _COMPRESSION)[0], tiff.numbers(0, _PHOTOMETRIC)[0]
        if len(tiff.links) > 1 or bits != [8] or samples not in (1, 3) or tiff.numbers(0, _FILL_ORDER) or kind > 2:
            return False
        if compression != _JPEG:
            for start, size in zip(tiff.numbers(0, _STRIPS), tiff.numbers(0, _STRIP_BYTES), strict=True):
                tiff.content[start : start + size] = tiff.content[start : start + size].translate(_REVERSED)
        tiff.put(0, tiff.entry(_FILL_ORDER, _SHORT, 2))
        return bool(tiff.numbers(0, _STRIPS))

    return _changed(content, reverse)


@KINDS.accepts
def _a_private_value_that_is_outside(rng: random.Random, content: bytes) -> bytes | None:
    def add(tiff: _Tiff) -> bool:
        where = struct.pack(tiff.order + "I", rng.randint(len(content), 2**32 - 1))
        # Pillow goes on to no directory behind one where that is so.
        tiff.put(
            len(tiff.links) - 1, (rng.randint(40_000, 65_000), rng.choice([1, 2, 7]), rng.randint(5, 9_999), where)
        )
        return True

    return _changed(content, add)


@KINDS.accepts
def _the_last_bytes_missing(rng: random.Random, content: bytes) -> bytes | None:
    """Those that would say that no directory follows."""
    tiff = _Tiff(content)
    tiff.put(len(tiff.links) - 1)
    return bytes(tiff.content[: -rng.randint(1, 4)])


@KINDS.accepts
def _a_compression_for_each_sample(rng: random.Random, content: bytes) -> bytes | None:
    def repeat(tiff: _Tiff) -> bool:
        samples = (tiff.numbers(0, _SAMPLES) or [1])[0]
        if len(tiff.links) > 1 or len(tiff.numbers(0, _COMPRESSION)) != 1:
            return False
        tiff.put(0, tiff.entry(_COMPRESSION, _SHORT, *tiff.numbers(0, _COMPRESSION) * samples))
        return samples > 1

    return _changed(content, repeat)


@KINDS.accepts
def _a_size_that_was_not_known(rng: random.Random, content: bytes) -> bytes | None:
    """The only strip's: it reaches up to its directory."""

    def forget(tiff: _Tiff) -> bool:
        if len(tiff.links) > 1 or len(tiff.numbers(0, _STRIP_BYTES)) != 1:
            return False
        [start], [size] = tiff.numbers(0, _STRIPS), tiff.numbers(0, _STRIP_BYTES)
        # Its data must be the last that stands before the directory.
        tiff.content += tiff.content[start : start + size]
        moved = tiff.entry(_STRIPS, _LONG, len(tiff.content) - size)
        tiff.put(0, moved, tiff.entry(_STRIP_BYTES, _LONG, 0))
        return True

    return _changed(content, forget)


# --- refused ---------------------------------------------------------------------------------------------------------


def _too_short(*compressions: int) -> Callable[[random.Random, bytes], bytes | None]:
    """A strip of so few bytes that none of its rows can be whole."""

    def make(rng: random.Random, content: bytes) -> bytes | None:
        def shorten(tiff: _Tiff) -> bool:
            sizes = tiff.numbers(0, _STRIP_BYTES)
            if tiff.numbers(0, _COMPRESSION)[0] not in compressions or not sizes or max(sizes) < 100:
                return False
            sizes[sizes.index(max(sizes))] = 2
            tiff.put(0, tiff.entry(_STRIP_BYTES, _LONG, *sizes))
            return True

        return _changed(content, shorten)

    return make


for _name, _compressions in {
    "group 3": (_GROUP_3,),
    "group 4": (_GROUP_4,),
    "lzw": (_LZW,),
    "deflate": _DEFLATE,
    "jpeg": (_JPEG,),
    "packbits": (_PACK_BITS,),
}.items():
    KINDS.refused[f"a strip of {_name} that is too short"] = _too_short(*_compressions)


@KINDS.refuses
def _a_jpeg_of_other_colours(rng: random.Random, content: bytes) -> bytes | None:
    """The page says red, green and blue, and its stream has a brightness that is finer than its colours; or the page
    says one sample a pixel of a stream of three."""

    def contradict(tiff: _Tiff) -> bool:
        if tiff.numbers(0, _COMPRESSION)[0] != _JPEG or tiff.numbers(0, _SAMPLES) != [3]:
            return False
        if tiff.numbers(0, _PHOTOMETRIC) == [6]:
            tiff.put(0, tiff.entry(_PHOTOMETRIC, _SHORT, 2))
        else:
            tiff.put(0, *(tiff.entry(tag, _SHORT, 1) for tag in (_PHOTOMETRIC, _SAMPLES)), tiff.entry(_BITS, _SHORT, 8))
        return True

    return _changed(content, contradict)


@KINDS.refuses
def _cut_off(rng: random.Random, content: bytes) -> bytes | None:
    """Somewhere in its second half, but for bytes that nothing names."""
    tiff = _Tiff(content)
    if tiff.numbers(0, _TILES):
        return None
    last = max(
        start + size
        for page in range(len(tiff.links))
        for start, size in zip(tiff.numbers(page, _STRIPS), tiff.numbers(page, _STRIP_BYTES), strict=True)
    )
    return content[: rng.randint(last // 2, last - 1)]
