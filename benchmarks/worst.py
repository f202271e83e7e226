"""`make bench-worst`: what the worst bodies cost that are generated (tests/support/worst), kind by kind.

Processor time, the PDF reader's process included. Where no process is needed, a body may take 2 ms and ten times what
the standard library takes to decode its base64; and none, 2 seconds. Writes the table into docs/performance.md.
"""

import base64
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from benchmarks.performance import PAGE
from faxes.formats import process
from tests.support import worst

FIXED, TIMES, MOST = 0.002, 10, 2.0
LARGE = 3_000_000
_RUNS = 3
_START, _END = "<!-- written by make bench-worst -->\n", "<!-- up to here, by make bench-worst -->\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one body: bytes, seconds, those of decoding its base64, whether a process was asked, and what became of it."""

    name: str
    size: int
    taken: float
    decoding: float
    asked: bool
    outcome: str

    @property
    def ratio(self) -> float:
        """Against what it may take where no process is asked."""
        return self.taken / (FIXED + TIMES * self.decoding)


def main() -> int:
    costs = {kind: [_cost(kind, case) for case in worst.cases(kind)] for kind in worst.KINDS}
    lines = table(costs)
    print("\n".join(lines))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    PAGE.write_text(f"{before}{_START}\n{'\n'.join(lines)}\n\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")
    over = [each for of in costs.values() for each in of if each.taken > MOST or (not each.asked and each.ratio > 1)]
    return 1 if over else 0


def table(costs: dict[str, list[Cost]]) -> list[str]:
    """In Markdown: of each kind, the worst that needs no process, and the worst of all that are large."""
    lines = [
        "| kind | bodies | the worst without a process | of 2 ms + 10 base64 | the worst large one | processor time |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for kind, of in costs.items():
        plain = max((each for each in of if not each.asked), key=lambda each: each.ratio)
        large = max((each for each in of if each.size > LARGE), key=lambda each: each.taken, default=plain)
        lines.append(
            f"| {kind} | {len(of)} | {_titled(plain)} | {plain.ratio:.2f} | {_titled(large)} | {large.taken:.2f} s |"
        )
    return lines


def _titled(cost: Cost) -> str:
    return f"{cost.name}, {cost.size / 1_000_000:.2g} MB (`{cost.outcome}`)"


def _cost(kind: str, case: worst.Case) -> Cost:
    encoded = base64.b64encode(case.content)
    decoding = min(_seconds(lambda: base64.b64decode(encoded)) for _ in range(_RUNS))
    outcomes: list[str] = []

    def look() -> None:
        outcomes.append(worst.look(kind, case))

    with _counted() as asked:
        taken = _seconds(look)
        if not asked:
            # Milliseconds: the quickest of some.
            taken = min(taken, *(_seconds(look) for _ in range(_RUNS - 1)))
    return Cost(case.name, len(case.content), taken, decoding, bool(asked), outcomes[0])


@contextmanager
def _counted() -> Iterator[list[object]]:
    """The times that a process is asked."""
    asked: list[object] = []

    def ask(*arguments: object, **how: object) -> object:
        asked.append(None)
        return really(*arguments, **how)  # type: ignore[arg-type]

    really = process.ask
    with mock.patch.object(process, "ask", ask):
        yield asked


def _seconds(call: Callable[[], object]) -> float:
    before = _processor_time()
    call()
    return _processor_time() - before


def _processor_time() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.thread_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    sys.exit(main())
