"""JPEGs that attack the walk over markers, the search for the end of image data, and what is reckoned of its tables."""

import random
from collections.abc import Iterator

from tests.support.images import PROGRESSIVE, TABLES, frame, huffman, jpeg, quantization, scan, segment
from tests.support.worst import Maker, attacks

_START = TABLES + frame(width=1_000, height=1_000)
_SCAN = bytes(4_000)


def cases(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    return attacks(rng, _MAKERS, times=15)


def _fill_bytes(rng: random.Random, size: int) -> bytes:
    return jpeg(b"\xff" * size, _START, scan(1, data=_SCAN))


def _fill_bytes_without_a_marker(rng: random.Random, size: int) -> bytes:
    return b"\xff\xd8" + b"\xff" * size


def _escapes_between_segments(rng: random.Random, size: int) -> bytes:
    return jpeg(TABLES, b"\xff\0" * (size // 2), frame())


def _bytes_between_many_segments(rng: random.Random, size: int) -> bytes:
    return jpeg((b"x" * rng.randint(1, 80) + segment(0xFE)) * (size // 40))


def _restart_markers_between_segments(rng: random.Random, size: int) -> bytes:
    return jpeg(TABLES, bytes([0xFF, rng.randint(0xD0, 0xD7)]) * (size // 2), frame())


def _segments(rng: random.Random, size: int) -> bytes:
    return jpeg(segment(rng.choice([0xFE, 0xE1, 0xDD, 0xCC]), b"\0\1") * (size // 6))


def _tables(rng: random.Random, size: int) -> bytes:
    codes = rng.choice([bytes(16), b"\0\1\1\1".ljust(15, b"\1") + b"\xf0"])
    tables = huffman(*[0x10] * 200, counts=codes, symbols=bytes(sum(codes)))
    return jpeg(tables * (size // len(tables) + 1), quantization() * 100, frame())


def _scans_with_tables_of_their_own(rng: random.Random, size: int) -> bytes:
    each = huffman(0x00, 0x10, counts=b"\0" * 15 + b"\x40", symbols=bytes(range(1, 16)) * 4 + b"\1\2\3\4")
    return jpeg(_START, (each + scan(1, data=bytes(4_100) + b"\x55" * (size // 200))) * 100)


def _scans(rng: random.Random, size: int) -> bytes:
    start = TABLES + frame(marker=PROGRESSIVE)
    each = scan(1, end=0, data=b"\x55" * rng.randint(1, 50))
    return jpeg(start, each * (size // len(each)))


def _escapes(rng: random.Random, size: int) -> bytes:
    return jpeg(_START, scan(1, data=rng.choice([b"\xff\0", b"\xff\xff", b"\xff\xd0", b"\xff\0\0"]) * (size // 2)))


def _restarts(rng: random.Random, size: int) -> bytes:
    each = b"\x55" * rng.randint(1, 5) + b"\xff\xd0"
    return jpeg(segment(0xDD, b"\0\1"), _START, scan(1, data=each * (size // len(each))))


def _nearly_holes(rng: random.Random, size: int) -> bytes:
    start = quantization() + huffman(0x00) + huffman(0x10, symbols=b"\1") + frame()
    return jpeg(start, scan(1, data=(bytes(511) + rng.choice([b"\1", b"\xff\0"])) * (size // 512 + 1)))


_MAKERS: tuple[Maker, ...] = (
    _fill_bytes,
    _fill_bytes_without_a_marker,
    _escapes_between_segments,
    _bytes_between_many_segments,
    _restart_markers_between_segments,
    _segments,
    _tables,
    _scans_with_tables_of_their_own,
    _scans,
    _escapes,
    _restarts,
    _nearly_holes,
)
