"""Kinds of documents as people send them, taken by every reader or lost in silence, and members of each.

A kind makes members of any document that a program wrote: pdf_kinds.py, jpg_kinds.py and tif_kinds.py have them. Some
are kept in the corpus; ``members`` draws others, as many as are wanted.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

type Kind = Callable[[random.Random, bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a kind: what it was made of, whether it must be taken, and its bytes."""

    kind: str
    source: str
    is_accepted: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of one sort of documents, by name. One makes None of a document that it cannot be made of."""

    accepted: dict[str, Kind] = field(default_factory=dict)
    refused: dict[str, Kind] = field(default_factory=dict)

    def accepts(self, make: Kind) -> Kind:
        self.accepted[make.__name__.strip("_").replace("_", " ")] = make
        return make

    def refuses(self, make: Kind) -> Kind:
        self.refused[make.__name__.strip("_").replace("_", " ")] = make
        return make

    def members(self, sources: dict[str, bytes], seed: int, of_each: int) -> Iterator[Member]:
        """Of each kind so many, made of these documents, by name. A kind that cannot be made of one is made of
        another."""
        for kinds, is_accepted in ((self.accepted, True), (self.refused, False)):
            for kind, make in kinds.items():
                rng = random.Random(f"{seed} {kind}")  # noqa: S311  # no secret
                made = 0
                for source in rng.sample(sorted(sources), len(sources)):
                    content = make(rng, sources[source])
                    if content is not None and made < of_each:
                        made += 1
                        yield Member(kind, source, is_accepted, content)
