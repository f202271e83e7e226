"""How the tests themselves are run: what is for check-full alone, and which process runs what."""

import gc
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import full, workers

TESTS = Path(__file__).parents[1]


def test_a_folder_for_check_full_has_its_mark() -> None:
    marked: list[tuple[Path, str]] = []
    paths = [
        TESTS / "environments" / "test_pip.py",
        TESTS / "unit" / "test_environments.py",
        Path("/elsewhere/test.py"),
    ]
    items: Any = [
        SimpleNamespace(path=path, add_marker=lambda mark, path=path: marked.append((path, mark.name)))
        for path in paths
    ]
    full.pytest_collection_modifyitems(items)
    assert marked == [(paths[0], "full")]


@pytest.mark.parametrize(("is_full", "size"), [(False, 3), (True, 3_000)])
def test_a_search_goes_further_in_full(is_full: bool, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full, "FULL", is_full)
    assert full.size(check=3, full=3_000) == size


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/e2e/test_raw_requests.py::test_a[x/y::z]", "tests/e2e"),
        ("tests/e2e/test_docs.py::test_a[x/y::z]", "tests/e2e, second stack"),
        ("tests/e2e/test_erase.py::test_a", "tests/e2e"),
        ("tests/e2e/test_containers.py::test_a", "tests/e2e/test_containers.py"),
        ("tests/unit/tools/test_send.py::test_a", "tests/unit/tools/test_send.py"),
    ],
)
def test_the_stacks_files_are_one_processs_and_any_other_file_is_one(test: str, scope: str) -> None:
    assert workers.scope(test) == scope


def test_what_goes_without_the_stack_is_there() -> None:
    assert [
        name for name in workers.WITHOUT_THE_STACK | workers.ON_A_SECOND_STACK if not (TESTS / "e2e" / name).exists()
    ] == []


def test_there_is_a_process_more_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "process_cpu_count", lambda: 2)
    assert workers.pytest_xdist_auto_num_workers() == 3


def test_what_was_collected_is_not_gone_through_again() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 50_000
