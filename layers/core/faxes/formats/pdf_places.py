"""Where a PDF's cross-reference says that its objects are; and the lines of a table, which say it in plain text."""

from collections.abc import Mapping
from itertools import batched
from typing import NamedTuple

# Lines of a table that are looked at. More would take longer than reading them is worth.
MOST_LINES = 10_000
_DIGITS = 10


class Place(NamedTuple):
    """Where an object is: at an offset, with a generation; or in an object stream, which is the object ``stream``."""

    offset: int
    generation: int
    stream: int = 0


type Places = dict[int, Place | None]


def read_lines(table: bytes) -> Places | None:
    """What a table's lines say, whatever their length; None where they are none, or too many."""
    words = table.split(maxsplit=3 * MOST_LINES)
    places: Places = {}
    at = 0
    while at < len(words):
        # A section: its first object's number and how many there are; for each where it is, its generation, its use.
        first, count = (whole(word) for word in (*words[at : at + 2], b"")[:2])
        section = words[at + 2 : at + 2 + 3 * count]
        if first < 0 or count < 0 or len(section) < 3 * count:
            return None
        if first == 1 and section[1:3] == [b"65535", b"f"] and whole(section[0]) == 0:
            # Some scanners say that they begin with object 1, and begin with 0.
            first = 0
        for number, (place, generation, use) in enumerate(batched(section, 3, strict=True), start=first):
            offset, generation_ = whole(place), whole(generation)
            if use not in (b"n", b"f") or offset < 0 or generation_ < 0:
                return None
            places[number] = Place(offset, generation_) if use == b"n" else None
        at += 2 + 3 * count
    return places


def is_complete(places: Places, trailer: Mapping[bytes, object]) -> bool:
    """Whether a cross-reference has all objects that the document says it has."""
    size = trailer.get(b"/Size")
    return isinstance(size, int) and 0 < size <= len(places) and all(number in places for number in range(size))


def whole(word: bytes) -> int:
    """A number of a table, -1 where it is none."""
    return int(word) if word.isdigit() and len(word) <= _DIGITS else -1
