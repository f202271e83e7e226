"""NO_SKIP: what would be skipped has failed, with the reason; without it, nothing is other than usual."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import no_skip
from tests.support.template import ROOT
from tools import places

TESTS = """
import pytest

@pytest.fixture
def docker():
    pytest.skip("no Docker")

def test_skips_in_its_fixture(docker): ...

@pytest.mark.skip(reason="by its mark")
def test_skips_by_its_mark(): ...

@pytest.mark.xfail(reason="it is known")
def test_is_known_to_fail():
    assert False

def test_passes(): ...
"""
MODULE = 'import pytest\n\npytest.skip("as a whole", allow_module_level=True)\n'


def outcomes(folder: Path, value: str, *options: str) -> tuple[int, list[str]]:
    """pytest's exit status, and its summary."""
    (folder / "test_some.py").write_text(TESTS)
    (folder / "test_whole.py").write_text(MODULE)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.no_skip", "-p", "no:cacheprovider", "-rfEsx"]
    command += ["--disable-plugin-autoload", "-p", "xdist.plugin"]
    command += ["--continue-on-collection-errors", *options, "test_some.py", "test_whole.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_SKIP": value, "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, re.findall(r"^(?:SKIPPED|XFAIL|FAILED|ERROR) .*", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("options", [(), ("--numprocesses=1",)], ids=["alone", "distributed"])
def test_what_is_skipped_has_failed_where_nothing_may_be_skipped(options: tuple[str, ...], tmp_path: Path) -> None:
    status, said = outcomes(tmp_path, "1", *options)
    assert status == 1
    because = " (NO_SKIP is set, so that is an error)"
    assert sorted(said) == [
        f"ERROR test_some.py::test_skips_by_its_mark - Skipped: by its mark{because}",
        f"ERROR test_some.py::test_skips_in_its_fixture - Skipped: no Docker{because}",
        f"ERROR test_whole.py - Skipped: as a whole{because}",
        "XFAIL test_some.py::test_is_known_to_fail - it is known",
    ]


def test_it_is_skipped_otherwise(tmp_path: Path) -> None:
    status, said = outcomes(tmp_path, "")
    assert status == 0
    assert sorted(said) == [
        "SKIPPED [1] test_some.py:10: by its mark",
        "SKIPPED [1] test_some.py:8: no Docker",
        "SKIPPED [1] test_whole.py:3: as a whole",
        "XFAIL test_some.py::test_is_known_to_fail - it is known",
    ]


@pytest.mark.parametrize(("own", "other"), [("x86_64", "arm64"), ("arm64", "x86_64")])
def test_what_this_kind_of_machine_cannot_run_is_said(own: str, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "architecture", lambda: own)
    said = f"not for this machine: starting what is built for {other} (tests/build)"
    assert no_skip.pytest_report_header() == said
