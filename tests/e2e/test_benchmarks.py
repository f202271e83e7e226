"""The benchmarks still measure what docs/performance.md shows. How quick things are is no test's business."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import benchmarks
from benchmarks import attempt, authorize, cost, page, performance, samples, starts, status, worst
from benchmarks.endpoint import endpoint
from benchmarks.function import environment
from benchmarks.measure import Row
from benchmarks.starts import Compared
from tests.support.template import ROOT

PAGE = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
ONCE = environment() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers/core'}", "FAX_BENCHMARK_ONCE": "1"}


def measured(*command: str, env: dict[str, str] | None = None) -> Any:
    """What a benchmark prints, run once."""
    done = subprocess.run(
        [sys.executable, *command], env=ONCE | (env or {}), cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def services() -> Iterator[dict[str, str]]:
    """One for all: it keeps nothing, and what a benchmark prints is no measurement here."""
    with endpoint() as running:
        yield running


def assert_shown(rows: list[dict[str, Any]]) -> None:
    """That the page has these rows under these headings, in this order, and each with a number."""
    assert all(row["ratio"] > 0 for row in rows)
    lines = [line.split(" | ")[0] for line in PAGE.splitlines()]
    named = [lines.index(f"| {row['name']}", lines.index(f"| **{row['group']}**")) for row in rows]
    assert named == sorted(named)


def test_accepting_and_refusing() -> None:
    rows = measured("-m", "benchmarks.accept")
    assert len(rows) > 30
    assert_shown(rows)


@pytest.mark.parametrize("what", ["cpu", "wave"])
def test_with_the_sdk(what: str, services: dict[str, str]) -> None:
    rows = measured("-m", "benchmarks.sdk", what, env=services)
    assert len(rows) == 2
    assert_shown(rows)


def test_announcing_large_files(services: dict[str, str]) -> None:
    measured_of = measured("-m", "benchmarks.uploads", "announcing", env=services)
    assert len(measured_of) == 3
    assert "| look into it, against one SHA-256 |" in PAGE


def test_sending_a_fax(services: dict[str, str]) -> None:
    rows = measured("-m", "benchmarks.attempt", env=attempt.environment() | services)
    assert len(rows) == 2
    assert_shown(rows)


def test_viewing_a_page(services: dict[str, str]) -> None:
    rows = measured("-m", "benchmarks.page", env=page.environment() | services)
    assert len(rows) == 3
    assert_shown(rows)
    assert all(line.split(" | ")[0] in PAGE for line in page.dollars(0.01))


def test_deciding_who_is_calling(services: dict[str, str]) -> None:
    rows = measured("-m", "benchmarks.authorize", env=authorize.environment() | services)
    assert len(rows) == 2
    assert_shown(rows)


def test_asking_for_a_fax(services: dict[str, str]) -> None:
    rows = measured("-m", "benchmarks.status", env=status.environment() | services)
    assert len(rows) == 3
    assert_shown(rows)


@pytest.mark.parametrize("without", ["", "connections", "collector"])
def test_a_start(tmp_path: Path, without: str, services: dict[str, str]) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps(samples.fax("", ("a.txt", b"text")).event))
    folders = ["functions/create_fax", "layers/core", str(Path(benchmarks.__file__).parent)]
    packages = [path for path in sys.path if path.endswith("site-packages")]
    script = str(ROOT / "benchmarks/start.py")
    env = services | {"FAX_BENCHMARK_WITHOUT": without}
    found = measured(
        "-S", "-I", "-B", script, str(event), "3", *(str(ROOT / each) for each in folders), *packages, env=env
    )
    assert found.keys() == {"imported", "times", "processor", "logged", "memory"}
    assert len(found["times"]) == len(found["processor"]) == 3
    # A log line and the metrics of each.
    assert 500 < found["logged"] < 5_000
    assert found["memory"] > 30_000_000


def test_hostile_bodies_are_as_large_as_may_be() -> None:
    assert {0.99 < len(sample.body) / samples.LARGEST <= 1 for sample in samples.hostile()} == {True}


def test_the_table_of_the_worst_bodies() -> None:
    costs = [
        worst.Cost("cheap", 1_000, 0.002, 0.0, False, "a_b"),
        worst.Cost("large", 4_000_000, 1.25, 0.1, True, "taken"),
        worst.Cost("dear", 2_000, 0.022, 0.0009, False, "c_d"),
    ]
    assert costs[0].ratio == pytest.approx(1)
    assert costs[2].ratio == pytest.approx(2)
    *heading, row = worst.table({"pdf": costs})
    assert row == "| pdf | 3 | dear, 0.002 MB (`c_d`) | 2.00 | large, 4 MB (`taken`) | 1.25 s |"
    assert all(line in PAGE for line in heading)


def test_a_million_faxes_cost_what_their_components_do() -> None:
    fax = cost.Fax("a", size=1_000_000, waiting=0.05)
    # 0.05 s of the processor are 0.0864 s of create_fax's share of one.
    assert cost.seconds(0.05, 0.05) == pytest.approx(0.05 * 1769 / 1024 + 0.05)
    assert cost.per_million(fax, 0.05, 1_650) == pytest.approx(
        {
            "API Gateway, a request": 3.5,
            "Lambda, create_fax": 0.2 + (0.05 * 1769 / 1024 + 0.05) * 13.3334,
            "Lambda and DynamoDB, authorize for each": 0.2 + 0.03 * 0.5 * 13.3334 + 0.25,
            "S3, a file put": 5,
            "S3, kept for 30 days": 23,
            "DynamoDB, record and reads": 8 * 0.625 + 0.125,
            "DynamoDB, kept for 30 days": 1.1 * 0.45 + 1.3 * 0.25,
            "CloudWatch Logs": 1,
            "X-Ray, one in 20": 0.25,
        }
    )


def test_the_tables_in_markdown() -> None:
    rows = [
        Row("Group", "met", 1.0, 2.0, 0.5, 0.6),
        Row("Other", "told", 3.0, 2.0, 1.5),
        Row("Group", "missed", 0, 0, 1.2, 1.1, ""),
    ]
    assert performance.ratios(rows) == [
        "| what | own | yardstick | ratio | target | |",
        "| --- | --- | --- | --- | --- | --- |",
        "| **Group** | | | | | |",
        "| met | 1 ms | 2 ms | 0.50 | <= 0.6 | met |",
        "| missed |  |  | 1.20 | <= 1.1 | **missed** |",
        "| **Other** | | | | | |",
        "| told | 3 ms | 2 ms | 1.50 |  |  |",
    ]
    compared = [Compared("this", 2**21, 0.5, 0.6, 0.01, 0.123, 2**26)]
    assert performance.comparison(compared)[2] == "| this | 2.0 MiB | 500 ms | 600 ms | 10 ms | 123 ms | 64 MiB |"


def test_what_is_measured_takes_the_place_of_what_was(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- written by make bench -->\nold\n<!-- up to here -->\nbehind\n")
    performance.write(page, "new\n")
    assert page.read_text() == "before\n<!-- written by make bench -->\n\nnew\n\n<!-- up to here -->\nbehind\n"


def test_the_page_has_all_that_is_compared() -> None:
    for name in ("this project", *starts.NAMES.values()):
        assert f"\n| {name} |" in PAGE
    for component in cost.per_million(cost.Fax("a", 1, 0), 0, 0):
        assert f"\n| {component} |" in PAGE
    assert os.sep + "root" not in PAGE
