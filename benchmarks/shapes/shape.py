"""A document of one size, and the list of them all."""

import random
from collections.abc import Callable
from dataclasses import dataclass

type Pack = Callable[[bytes, bytes], bytes]

# A request's body, and a fax's pages.
SIZE = 4_613_734
PAGES = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """A document: its kind, what it is, and what makes it. The first honest one of a kind is the kind's yardstick."""

    kind: str
    name: str
    honest: bool
    make: Callable[[], bytes]


SHAPES: list[Shape] = []


def shape(kind: str, name: str, *, honest: bool = False) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        SHAPES.append(Shape(kind, name, honest, make))
        return make

    return register


def noise(length: int, seed: int = 1) -> bytes:
    """What compressed data looks like."""
    return random.Random(seed).randbytes(length)
