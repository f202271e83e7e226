"""JPEGs as people send them, taken by every reader or lost in silence."""

import random
from collections.abc import Callable

from tests.data.documents.by_damage.jpg import DHT, EOI, SOS, find, segments
from tests.data.documents.kinds import Kinds

KINDS = Kinds()

_FRAMES = frozenset({0xC0, 0xC1, 0xC2})


def _scans(content: bytes) -> int:
    return content.count(b"\xff\xda")


def _between(rng: random.Random, content: bytes, put: bytes) -> bytes:
    """With bytes between two segments."""
    _, start, _ = rng.choice(list(segments(content))[1:])
    return content[:start] + put + content[start:]


# --- taken -----------------------------------------------------------------------------------------------------------


@KINDS.accepts
def _components_of_one_number(rng: random.Random, content: bytes) -> bytes | None:
    """Two of them, or all, in the frame and in the only scan."""
    frame = next(start for marker, start, _ in segments(content) if marker in _FRAMES)
    scan, _ = find(content, SOS)
    count = content[frame + 9]
    if count != 3 or _scans(content) > 1 or content[scan + 4] != count:
        return None
    changed = bytearray(content)
    number = rng.randint(0, 255)
    for n in rng.choice([(0, 1), (1, 2), (0, 2), (0, 1, 2)]):
        changed[frame + 10 + 3 * n] = changed[scan + 5 + 2 * n] = number
    numbers = changed[frame + 10 : frame + 10 + 3 * count : 3]
    return bytes(changed) if len(set(numbers)) < count else None


@KINDS.accepts
def _bytes_between_segments(rng: random.Random, content: bytes) -> bytes:
    """As cameras leave them. None of them is a marker's first."""
    return _between(rng, content, bytes(rng.randrange(255) for _ in range(rng.randint(1, 2_000))))


@KINDS.accepts
def _a_segment_that_lost_its_marker(rng: random.Random, content: bytes) -> bytes:
    """Drones write a zero where it begins."""
    told = b"".join(b"%d " % rng.randrange(10_000) for _ in range(rng.randint(1, 200)))
    return _between(rng, content, bytes((0, rng.randint(0xE1, 0xEF))) + (len(told) + 2).to_bytes(2) + told)


@KINDS.accepts
def _a_restart_marker_between_segments(rng: random.Random, content: bytes) -> bytes:
    return _between(rng, content, bytes((0xFF, 0xD0 + rng.randrange(8))) * rng.randint(1, 3))


@KINDS.accepts
def _filled_between_segments(rng: random.Random, content: bytes) -> bytes:
    return _between(rng, content, b"\xff" * rng.randint(1, 500))


@KINDS.accepts
def _bytes_behind(rng: random.Random, content: bytes) -> bytes:
    """A camera's padding, a film, or another picture, whole or not."""
    other = content[: rng.randint(2, len(content))]
    return content + rng.choice([bytes(rng.randint(1, 5_000)), b"\0\0\0\x18ftypmp42" + rng.randbytes(400), other])


# --- refused ---------------------------------------------------------------------------------------------------------


def _with_data(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """With other data of its only scan, and the end marker behind it."""
    start, end = find(content, SOS)[1], content.rindex(EOI)
    return content[:start] + change(content[start:end]) + content[end:]


def _is_simple(content: bytes) -> bool:
    """Whether it is one image of one scan, large enough to lose something, with nothing behind it."""
    frames = [marker for marker, _, _ in segments(content) if marker in _FRAMES]
    return _scans(content) == 1 and frames == [0xC0] and len(content) > 2_000 and content.endswith(EOI)


@KINDS.refuses
def _a_scan_of_its_beginning(rng: random.Random, content: bytes) -> bytes | None:
    if not _is_simple(content):
        return None
    return _with_data(content, lambda data: data[: len(data) * rng.randint(1, 30) // 1_000 + 1])


@KINDS.refuses
def _a_scan_of_zeros(rng: random.Random, content: bytes) -> bytes | None:
    """From some place on. Where zeros are the code that ends a block, they are an image."""
    tables = [content[start:end] for marker, start, end in segments(content) if marker == DHT]
    if (
        not _is_simple(content)
        or len(content) < 3_000
        or not all(_first_symbol(table) & 15 for table in tables if table[4] & 16)
    ):
        return None
    return _with_data(content, lambda data: data[: (kept := rng.randint(0, len(data) // 4))] + bytes(len(data) - kept))


def _first_symbol(table: bytes) -> int:
    return table[4 + 1 + 16]


@KINDS.refuses
def _cut_off(rng: random.Random, content: bytes) -> bytes | None:
    return content[: rng.randint(4, len(content) - 1)] if content.endswith(EOI) and content.count(EOI) == 1 else None
