"""Which Python everything is made with: tools/find_python.sh, on machines that have these and no others."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import ROOT

OWN = str(Path(sys.executable).resolve())


def found(
    folder: Path, script: Path = ROOT / "tools/find_python.sh", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(script)],
        env={"PATH": str(folder)} | environment,
        capture_output=True,
        text=True,
    )


def interpreter(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A PATH of one folder with a space in its name: a CPython 3.13, and what the script needs."""
    made = tmp_path / "the commands"
    made.mkdir()
    (made / "cat").symlink_to(str(shutil.which("cat")))
    interpreter(made, "python3.13", f'exec {OWN} "$@"')
    return made


def test_a_python_on_the_path_without_a_home(folder: Path) -> None:
    done = found(folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{OWN}\n", "")


def test_a_named_python_that_fits(folder: Path) -> None:
    (folder / "python3.13").rename(folder / "mine")
    done = found(folder, PYTHON="mine")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{OWN}\n", "")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo CPython 3.11.7; exit 1", "it is CPython 3.11.7"),
        (
            'case "$2" in *ensurepip*) exit 1 ;; esac; echo CPython 3.13.1',
            "it is CPython 3.13.1 without ensurepip or venv",
        ),
        ("exit 0", "it does not start as a Python"),
    ],
    ids=["older", "in part", "not Python"],
)
def test_a_named_python_that_does_not_fit(folder: Path, script: str, why: str) -> None:
    interpreter(folder, "other", script)
    done = found(folder, PYTHON="other")
    assert (done.returncode, done.stdout) == (0, f"{OWN}\n")
    assert done.stderr == f"PYTHON=other does not fit: {why}; using {OWN}\n"


def test_a_named_python_that_is_not_there(folder: Path) -> None:
    done = found(folder, PYTHON="/no/where")
    assert (done.returncode, done.stdout) == (0, f"{OWN}\n")
    assert done.stderr == f"PYTHON=/no/where does not fit: there is no such command; using {OWN}\n"


def test_no_python_fits(folder: Path, tmp_path: Path) -> None:
    # This machine may have one where it is always looked for.
    script = tmp_path / "find_python.sh"
    text = (ROOT / "tools/find_python.sh").read_text()
    script.write_text(text.replace("/opt/homebrew/bin /usr/local/bin", "/no/where"))
    assert script.read_text() != text
    interpreter(folder, "python3.13", "echo CPython 3.12.1; exit 1")
    done = found(folder, script, PYTHON="python3.13")
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert lines[0] == "PYTHON=python3.13 does not fit: it is CPython 3.12.1."
    assert lines[1].startswith("CPython 3.13 was not found;")
    assert lines[-1] == "If it is in an unusual place: make PYTHON=/path/to/python3.13 ..."


@pytest.mark.parametrize(("before", "left"), [("/no/where", []), (None, ["dev"])], ids=["gone", "new"])
def test_what_was_made_with_a_python_that_is_gone_goes_with_it(
    before: str | None, left: list[str], tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "tools/find_python.sh", tmp_path / "tools")
    (tmp_path / ".local/venvs/dev").mkdir(parents=True)
    link = tmp_path / ".local/python3.13"
    if before:
        link.symlink_to(before)
    done = subprocess.run(["make", ".local/python3.13", f"PYTHON={OWN}"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert str(link.readlink()) == OWN
    assert [path.name for path in (tmp_path / ".local").glob("venvs/*")] == left
