"""Bodies that are made to cost as much to look at as they can: a module for each kind, each with `cases(rng)`.

    pdf.py  jpg.py  tif.py  txt.py   documents
    form.py                          whole bodies, each with its Content-Type

A module of this folder is found by its name alone. Its generators attack each regular expression and each walk of the
code on purpose; what they draw, they draw from ``rng``, so that a seed stands for the same bodies everywhere. Most are
small enough that some hundred of them cost a test a second; what grows faster than its bytes shows there as well.
"""

import pkgutil
import random
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

from faxes.errors import FaxError
from faxes.intake import multipart, request
from faxes.intake.documents import inspect
from faxes.model import Upload
from tools.limits import default_limits

SEED = 4_613_734
# A request's body: none is larger.
LARGEST = 4_613_734
# Of a document, in bytes: most of them, and one of each attack, nearly as large as a body may be.
_SMALL, _MOST, _LARGE = 5_000, 100_000, 4_000_000

# Draws a document of about so many bytes.
type Maker = Callable[[random.Random, int], bytes]


class Case(NamedTuple):
    """``name`` says what is attacked; ``content_type`` is a form's."""

    name: str
    content: bytes
    content_type: str = ""


KINDS = tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def cases(kind: str, seed: int = SEED) -> Iterator[Case]:
    """The bodies of one kind, always the same for a seed."""
    make: Callable[[random.Random], Iterator[tuple[str, bytes]]] = import_module(f"{__name__}.{kind}").cases
    return (Case(*case) for case in make(random.Random(f"{kind} {seed}")))  # noqa: S311  # no secret


def attacks(rng: random.Random, makers: Sequence[Maker], times: int) -> Iterator[tuple[str, bytes]]:
    """Each attack ``times`` at several sizes, and once nearly as large as a body may be."""
    for make in makers:
        name = make.__name__.strip("_").replace("_", " ")
        for _ in range(times):
            yield name, make(rng, rng.randint(_SMALL, _MOST))
        yield name, make(rng, _LARGE)


def look(kind: str, case: Case) -> str:
    """What the product makes of it: a refusal's reason, or "taken"."""
    try:
        if kind == "form":
            request.asked(multipart.parse(case.content, case.content_type).request)
        else:
            inspect(Upload("file", case.content), 1, 1, default_limits())
    except FaxError as refused:
        return refused.reason
    return "taken"
