"""How things are measured: a call against its yardstick, in turns, in one process. Ratios mean the same elsewhere."""

import json
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

type Call = Callable[[], object]
type Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what was measured against what, both (in ``unit``), their ratio, and how high that may be.

    ``of`` is 0 and ``ratio`` the measured value itself where there is nothing to compare with.
    """

    group: str
    name: str
    own: float
    of: float
    ratio: float
    most: float | None = None
    unit: str = "ms"

    @property
    def met(self) -> bool:
        return self.most is None or self.ratio <= self.most


def against(own: Call, yardstick: Call, times: int, clock: Clock = time.perf_counter) -> tuple[float, float, float]:
    """The medians, in seconds, of ``own`` and of ``yardstick``, run in turns, and of their ratios."""
    own(), yardstick()
    return medians([(_time(own, clock), _time(yardstick, clock)) for _ in range(rounds(times))])


def medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The medians of pairs, and of their ratios."""
    own, of = zip(*pairs, strict=True)
    return statistics.median(own), statistics.median(of), statistics.median(a / b for a, b in pairs)


def in_turns(calls: Mapping[str, Call], times: int) -> dict[str, float]:
    """The median seconds of each call."""
    for call in calls.values():
        call()
    taken = [{name: _time(call, time.perf_counter) for name, call in calls.items()} for _ in range(rounds(times))]
    return {name: statistics.median(each[name] for each in taken) for name in calls}


def rounds(times: int) -> int:
    """How often something is measured: once, where it is only to be seen that it can be."""
    return 1 if os.environ.get("FAX_BENCHMARK_ONCE") else times


def row(group: str, name: str, measured: tuple[float, float, float], most: float | None = None) -> Row:
    """A row of what ``against`` measured, in milliseconds."""
    own, of, ratio = measured
    return Row(group, name, own * 1000, of * 1000, ratio, most)


def printed(rows: Sequence[Row]) -> str:
    """As one line, for the process that wants to know."""
    return json.dumps([asdict(each) for each in rows])


def _time(call: Call, clock: Clock) -> float:
    started = clock()
    call()
    return clock() - started
