"""Cold starts and first faxes: create_fax as it is deployed, against the SDK alone and what people would use instead.

Each start is a process of its own, all in turns, with S3 and DynamoDB behind TLS on this machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import authorize, samples
from benchmarks.builds import Build, Builds
from benchmarks.endpoint import endpoint
from benchmarks.function import environment
from benchmarks.measure import Row, medians, rounds
from benchmarks.measure import row as row_of
from benchmarks.samples import LARGEST, Sample, fax

TEXT, DOCUMENT, SCAN = "10 KB: txt", "300 KB: pdf of 3 pages", "4.4 MB: tif"
# By the folder's name.
NAMES = {
    "powertools": "Powertools' File() route, with validation",
    "fastapi": "FastAPI behind Mangum, with python-multipart",
    "multipart": "a bare handler with multipart",
}
_STARTS = "Cold start, as built and zipped"
_FIRST = "The first fax, against those behind it"
_LATER = "A later fax of 10 KB to an extension, against Powertools' File() route, which makes two calls"
_AUTHORIZE = "Authorize, as built and zipped, with its connection"
_PACKAGES = "Package, zipped, in MiB"
_LEVERS = "What it is worth"
_PYTHON = (sys.executable, "-S", "-I", "-B", str(Path(__file__).with_name("start.py")))
_INVOCATIONS = 11
_ROUNDS = 11


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds to import and set up, of the first invocation, of the later ones (median), and of those the processor's;
    bytes that each logs; the most memory in bytes."""

    imported: float
    first: float
    later: float
    processor: float
    logged: float
    memory: int

    @property
    def until_answered(self) -> float:
        return self.imported + self.first


@dataclass(frozen=True, slots=True)
class Compared:
    """A way to accept faxes: its package in bytes, seconds to start, to answer the first fax, and a later one of each
    size; the most memory in bytes, with the largest."""

    name: str
    packed: int
    imported: float
    until_answered: float
    small: float
    large: float
    memory: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The rows, the comparison, and for a fax of each kind the processor's seconds and the bytes logged."""

    rows: list[Row]
    compared: list[Compared]
    processor: dict[str, float]
    logged: dict[str, float]


def measure(builds: Builds) -> Measured:
    faxes = [
        fax(TEXT, ("a.txt", samples.text(9_500))),
        fax(DOCUMENT, ("a.pdf", samples.pdf(300_000))),
        fax(SCAN, ("a.tif", samples.tif(LARGEST - 600))),
    ]
    small, _, large = faxes
    with endpoint() as services, tempfile.TemporaryDirectory() as folder:
        run = _Runner(environment() | services, Path(folder))
        own: dict[str, list[Start]] = {sample.name: [] for sample in faxes}
        sdk: list[Start] = []
        without: dict[str, list[Start]] = {"connections": [], "collector": []}
        others: dict[str, list[tuple[Start, Start]]] = {name: [] for name in builds.others}
        known: list[Start] = []
        authorizer: list[tuple[float, float]] = []
        for _ in range(rounds(_ROUNDS)):
            # Before and behind, since the machine's own ups and downs last about as long as a start.
            before = run(builds.sdk, small, 1)
            without["connections"].append(run(builds.own, small, 1, without="connections"))
            sdk.append(_between(before, run(builds.sdk, small, 1)))
            without["collector"].append(run(builds.own, small, 1, without="collector"))
            for sample in faxes:
                own[sample.name].append(run(builds.own, sample))
            authorizer.append(
                (run.imported(builds.authorize, small, authorize.environment()), run.imported(builds.sdk_table, small))
            )
            known.append(run(builds.own, small, env={"DIRECTORY_CACHE_SECONDS": "60"}))
            for name, build in builds.others.items():
                others[name].append((run(build, small), run(build, large)))
    compared = {"this project": list(zip(own[TEXT], own[SCAN], strict=True))} | others
    packed = {"this project": builds.own.packed} | {name: build.packed for name, build in builds.others.items()}
    return Measured(
        [
            *_starts(own[TEXT], sdk, without, _quickest(others, _imported), _quickest(others, _until_answered)),
            *_firsts(own),
            *_later(own[TEXT], known, [start for start, _ in others["powertools"]]),
            row_of(_AUTHORIZE, "import and set up, against the SDK's client", medians(authorizer), 1.1),
            *_packages(builds),
            *_levers(own[TEXT], without),
        ],
        [_compared(NAMES.get(name, name), packed[name], runs) for name, runs in compared.items()],
        {name: statistics.median(start.processor for start in starts) for name, starts in own.items()},
        {name: statistics.median(start.logged for start in starts) for name, starts in own.items()},
    )


def _between(one: Start, other: Start) -> Start:
    """A start as long as two are on average."""
    return replace(one, imported=(one.imported + other.imported) / 2, first=(one.first + other.first) / 2)


def _quickest(others: Mapping[str, Sequence[tuple[Start, Start]]], of: Callable[[Start], float]) -> Sequence[Start]:
    """The starts of the one that is quickest by its median."""
    starts = [[start for start, _ in runs] for runs in others.values()]
    return min(starts, key=lambda each: statistics.median(map(of, each)))


def _starts(
    own: Sequence[Start],
    sdk: Sequence[Start],
    without: Mapping[str, Sequence[Start]],
    quickest_start: Sequence[Start],
    quickest_answer: Sequence[Start],
) -> list[Row]:
    return [
        _row(_STARTS, "import and set up, without the connections", without["connections"], sdk, _imported, 1.0),
        _row(_STARTS, "with the connections, against the quickest of the others", own, quickest_start, _imported, 1.0),
        _row(
            _STARTS,
            "until the first fax is answered, against the quickest of the others",
            own,
            quickest_answer,
            _until_answered,
            0.85,
        ),
    ]


def _firsts(own: Mapping[str, Sequence[Start]]) -> list[Row]:
    def row(name: str, starts: Sequence[Start]) -> Row:
        most = 1.3 if name == TEXT else 1.15
        return row_of(_FIRST, name, medians([(start.first, start.later) for start in starts]), most)

    return [row(name, starts) for name, starts in own.items()]


def _later(own: Sequence[Start], known: Sequence[Start], powertools: Sequence[Start]) -> list[Row]:
    def later(start: Start) -> float:
        return start.later

    return [
        _row(_LATER, "a sender whose extension is remembered (DirectoryCacheSeconds)", known, powertools, later, 1.0),
        _row(_LATER, "any other", own, powertools, later, 1.25),
    ]


def _packages(builds: Builds) -> list[Row]:
    """In MiB, as they are."""
    packed = {"create_fax": (builds.own.packed, 8.0), "authorize": (builds.authorize.packed, 6.0)}
    return [Row(_PACKAGES, name, 0, 0, size / 2**20, most, "MiB") for name, (size, most) in packed.items()]


def _levers(own: Sequence[Start], without: Mapping[str, Sequence[Start]]) -> list[Row]:
    plain = without["connections"]
    return [
        _row(_LEVERS, "no garbage collection at the start: import and set up", own, without["collector"], _imported),
        _row(_LEVERS, "connections opened at the start: until the first fax is answered", own, plain, _until_answered),
        _row(_LEVERS, "connections opened at the start: the first fax alone", own, plain, lambda start: start.first),
    ]


def _imported(start: Start) -> float:
    return start.imported


def _until_answered(start: Start) -> float:
    return start.until_answered


def _row(
    group: str,
    name: str,
    own: Sequence[Start],
    yardstick: Sequence[Start],
    of: Callable[[Start], float],
    most: float | None = None,
) -> Row:
    pairs = [(of(a), of(b)) for a, b in zip(own, yardstick, strict=True)]
    return row_of(group, name, medians(pairs), most)


def _compared(name: str, packed: int, runs: Sequence[tuple[Start, Start]]) -> Compared:
    small, large = zip(*runs, strict=True)
    return Compared(
        name,
        packed,
        statistics.median(start.imported for start in small),
        statistics.median(start.until_answered for start in small),
        statistics.median(start.later for start in small),
        statistics.median(start.later for start in large),
        statistics.median(start.memory for start in large),
    )


class _Runner:
    """Starts a function and invokes it, in a process of its own."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env = dict(env)
        self._folder = folder

    def __call__(
        self,
        build: Build,
        sample: Sample,
        invocations: int = _INVOCATIONS,
        without: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Start:
        measured = self._run(build, sample, invocations, {"FAX_BENCHMARK_WITHOUT": without} | dict(env or {}))
        (first, *later), (_, *processor) = measured["times"], measured["processor"]
        return Start(
            measured["imported"],
            first,
            statistics.median(later or [first]),
            statistics.median(processor or [0.0]),
            measured["logged"],
            measured["memory"],
        )

    def imported(self, build: Build, sample: Sample, env: Mapping[str, str] | None = None) -> float:
        """Seconds to import and set up what is not invoked."""
        seconds: float = self._run(build, sample, 0, env or {})["imported"]
        return seconds

    def _run(self, build: Build, sample: Sample, invocations: int, env: Mapping[str, str]) -> Any:
        event = self._folder / f"{len(sample.body)}.json"
        if not event.exists():
            event.write_text(json.dumps(sample.event))
        command = [*_PYTHON, str(event), str(invocations), *map(str, build.folders)]
        environment = self._env | dict(env)
        done = subprocess.run(command, env=environment, cwd=os.sep, stdout=subprocess.PIPE, check=True, text=True)
        return json.loads(done.stdout)
