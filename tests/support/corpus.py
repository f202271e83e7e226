"""The corpus: kept documents of every kind, valid and broken, and what must come of each.

`tests/data/documents/corpus.yaml` states it; the files lie beside it, by kind and outcome.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "data" / "documents"
KINDS = ("pdf", "jpg", "tif", "txt")
OUTCOMES = ("accepted", "refused")

_STATED: dict[str, Any] = yaml.safe_load((FOLDER / "corpus.yaml").read_text())


@dataclass(frozen=True, slots=True)
class Sample:
    """A kept document.

    ``kind`` is the folder that it lies in: its kind, or the one that a refused one passes itself off as. ``name`` is
    what it is sent under; ``producer`` is whose coder wrote it. ``pages`` is 0 where it must be refused, and then
    ``reason`` is the log's word for why, and ``says`` the answer's. ``behind`` is how many bytes stand behind its end;
    ``encoding`` is a text's, where that is not UTF-8.
    """

    kind: str
    outcome: str
    file: str
    name: str
    program: str
    producer: str
    what: str
    pages: int = 0
    behind: int = 0
    encoding: str | None = None
    reason: str = ""
    says: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.outcome}/{self.file}"

    @property
    def path(self) -> Path:
        return FOLDER / str(self)

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()


def _sample(kind: str, outcome: str, file: str, stated: dict[str, Any]) -> Sample:
    rest = dict(stated)
    program = rest.pop("by")
    producer = _STATED["programs"][program].get("coders", {}).get(kind, program)
    # A key of the file that is none of Sample's is a mistake in it, and fails here.
    return Sample(kind, outcome, file, rest.pop("name", file), program, producer, **rest)


SAMPLES = tuple(
    _sample(kind, outcome, file, stated)
    for kind, outcomes in _STATED["documents"].items()
    for outcome, files in outcomes.items()
    for file, stated in files.items()
)
PROGRAMS = frozenset(_STATED["programs"])
ACCEPTED = tuple(sample for sample in SAMPLES if sample.outcome == "accepted")
REFUSED = tuple(sample for sample in SAMPLES if sample.outcome == "refused")


def accepted(kind: str) -> tuple[Sample, ...]:
    """The valid documents of one kind."""
    return tuple(sample for sample in ACCEPTED if sample.kind == kind)
