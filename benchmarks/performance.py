"""`make bench`: how quick the service is, against what it cannot do without and what people would use instead.

Prints the tables, and writes them into docs/performance.md with the machine, the versions and the date.
"""

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import attempt, authorize, builds, cost, page, starts, status
from benchmarks.endpoint import endpoint
from benchmarks.function import environment
from benchmarks.measure import Row
from benchmarks.starts import Compared
from tools import places
from tools.steps import StepFailed, fail, step

PAGE = places.ROOT / "docs/performance.md"
_START, _END = "<!-- written by make bench -->\n", "<!-- up to here -->\n"
_LIBRARIES = (
    *("boto3", "aws-lambda-powertools", "requests-toolbelt", "pybase64", "pypdfium2"),
    *("pydantic", "fastapi", "mangum", "python-multipart", "multipart"),
)
_RUNTIME_LOCK = places.ROOT / "layers/requirements.txt"
_FAXES = [
    cost.Fax(starts.TEXT, 10_000, 0.045),
    cost.Fax(starts.DOCUMENT, 300_000, 0.050),
    cost.Fax(starts.SCAN, 4_600_000, 0.100),
]


def main() -> int:
    began = time.monotonic()
    try:
        with step("building create_fax, and what people would use instead"):
            built = builds.build(places.LOCAL / "bench")
        with step("measuring what the function itself costs"):
            rows = _rows("accept")
        with step("measuring what it costs beside the SDK's calls"), endpoint() as services:
            rows += _rows("sdk", "cpu", env=services)
        with step("measuring what deciding who is calling costs beside its reads"), endpoint() as services:
            rows += _rows("authorize", env=authorize.environment() | services)
        with step("measuring what asking for a fax costs beside its query"), endpoint() as services:
            rows += _rows("status", env=status.environment() | services)
        with step("measuring what sending a fax costs beside its calls"), endpoint() as services:
            rows += _rows("attempt", env=attempt.environment() | services)
        with step("measuring what a view of a public page costs beside its reads"), endpoint() as services:
            rows += _rows("page", env=page.environment() | services)
        with step("measuring three files at once"), endpoint(delay=0.03) as services:
            rows += _rows("sdk", "wave", env=services)
        with step("measuring starts, first faxes, and the others"):
            measured = starts.measure(built)
    except (StepFailed, subprocess.CalledProcessError) as error:
        return fail(error)
    tables = "\n".join(
        [
            *_heading(time.monotonic() - began),
            "",
            *ratios([*rows, *measured.rows]),
            "",
            *comparison(measured.compared),
            "",
            "### What it costs",
            "",
            f"Dollars per million faxes of one file each ({cost.PRICES}):",
            "",
            *cost.table(_FAXES, measured.processor, measured.logged),
            "",
            *page.dollars(next(row.own for row in rows if row.name == page.PROCESSOR) / 1000),
            "",
        ]
    )
    print(tables)
    write(PAGE, tables)
    return 0


def write(page: Path, tables: str) -> None:
    """Put the tables into the page, in place of those that are there."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_START)
    page.write_text(f"{before}{_START}\n{tables}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8")


def _rows(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> list[Row]:
    """What a module measures in a process of its own, set up as the function's is."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, env=_environment(env), stdout=subprocess.PIPE, check=True, text=True)
    return [Row(**row) for row in json.loads(done.stdout)]


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    return environment() | {"PYTHONPATH": os.environ["PYTHONPATH"]} | dict(more or {})


def _heading(seconds: float) -> list[str]:
    pins = "".join(path.read_text() for path in [*places.ROOT.glob("requirements/bench-*.txt"), _RUNTIME_LOCK])
    versions = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", pins, re.MULTILINE))
    python = platform.python_version()
    libraries = ", ".join(f"{name} {versions[name]}" for name in _LIBRARIES)
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {_processor()} ({platform.machine()}, "
        f"{platform.system()}), Python {python}, {libraries}. It took {seconds / 60:.0f} minutes.",
    ]


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else "an unnamed processor"


def ratios(rows: Sequence[Row]) -> list[str]:
    """What was measured against its yardsticks, in Markdown."""
    lines = ["| what | own | yardstick | ratio | target | |", "| --- | --- | --- | --- | --- | --- |"]
    for group in dict.fromkeys(row.group for row in rows):
        lines.append(f"| **{group}** | | | | | |")
        for row in (row for row in rows if row.group == group):
            values = [f"{value:.3g} {row.unit}" if row.of else "" for value in (row.own, row.of)]
            target = "" if row.most is None else f"<= {row.most}"
            verdict = "" if row.most is None else "met" if row.met else "**missed**"
            lines.append(f"| {row.name} | {' | '.join(values)} | {row.ratio:.2f} | {target} | {verdict} |")
    return lines


def comparison(compared: Sequence[Compared]) -> list[str]:
    """What people would use instead, and this, in Markdown."""
    lines = [
        "| | package | start | until the first fax is answered | 10 KB | 4.4 MB | memory with 4.4 MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in compared:
        times = [f"{value * 1000:.3g} ms" for value in (each.imported, each.until_answered, each.small, each.large)]
        lines.append(
            f"| {each.name} | {each.packed / 2**20:.1f} MiB | {' | '.join(times)} | {each.memory / 2**20:.0f} MiB |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
