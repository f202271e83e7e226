"""What CI runs: the workflow, and .ci/run with a make and a Docker that only note what they are asked for."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.template import ROOT

on_linux = pytest.mark.skipif(sys.platform != "linux", reason=".ci/run is for Linux alone")


# --- the workflow ----------------------------------------------------------------------------------------------------


def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_the_workflow_runs_the_commands_that_contributing_names() -> None:
    jobs = workflow()["jobs"]
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands == {"check": [".ci/run"], "arm64": ["make test ARGS=tests/build"]}
    page = " ".join((ROOT / "CONTRIBUTING.md").read_text().split())
    assert [command for run in commands.values() for command in run if f"`NO_SKIP=1 {command}`" not in page] == []
    assert [job["env"] for job in jobs.values()] == [{"NO_SKIP": 1}] * len(jobs)


def test_the_workflow_may_read_and_no_more() -> None:
    loaded = workflow()
    # YAML's word for true.
    assert loaded[True] == {"push": None, "pull_request": None}
    assert loaded["permissions"] == {"contents": "read"}
    assert [name for name, job in loaded["jobs"].items() if "permissions" in job or "timeout-minutes" not in job] == []
    assert "secrets" not in (ROOT / ".github/workflows/ci.yml").read_text()
    assert set(loaded) == {"name", True, "permissions", "concurrency", "jobs"}


def test_the_workflows_actions_are_pinned_and_python_is_the_functions() -> None:
    steps = [step for job in workflow()["jobs"].values() for step in job["steps"] if "uses" in step]
    used = {step["uses"].partition("@")[0]: step for step in steps}
    assert set(used) == {"actions/checkout", "actions/setup-python"}
    assert [step["uses"] for step in steps if not re.fullmatch(r"[a-z/-]+@[0-9a-f]{40}", step["uses"])] == []
    assert used["actions/checkout"]["with"] == {"persist-credentials": False}
    assert used["actions/setup-python"]["with"] == {"python-version": "3.13"}


def test_ci_can_be_run_as_it_is() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)


# --- .ci/run ---------------------------------------------------------------------------------------------------------

# The daemon answers while a file says so: its own, or one that another's is.
DOCKER = """
case "$1 $2" in
  "info ") test -e "$WORK/answers" ;;
  *) echo "docker $*" >>"$WORK/asked" ;;
esac
"""
DOCKERD = """
echo "$*" >"$WORK/dockerd"
if test -e "$WORK/cannot-start"; then echo "no permission"; exit 1; fi
trap 'echo stopped >>"$WORK/dockerd"; rm "$WORK/answers"; exit' TERM
touch "$WORK/answers"
while sleep 0.05; do :; done
"""
MAKE = """
echo "make $* DOCKER_HOST=${DOCKER_HOST:-}" >>"$WORK/asked"
if test -e "$WORK/waits"; then touch "$WORK/begun"; exec sleep 60; fi
exit 2
"""
# What .ci/run itself is made of.
NEEDED = ["bash", "dirname", "env", "mktemp", "rm", "setsid", "sleep", "tail", "test", "timeout", "touch"]


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with those commands and no others. ``folder``: what they note, and what is as it is; empty ``tmp``."""

    folder: Path
    environment: dict[str, str]

    def has(self, *names: str) -> None:
        for name in names:
            (self.folder / name).touch()

    def command(self, name: str, script: str = "") -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/bash\n{script}")
        path.chmod(0o755)

    def start(self, no_skip: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            # A shell's background jobs are started with SIGINT ignored.
            ["env", "--default-signal=INT", str(ROOT / ".ci/run")],
            env=self.environment | {"NO_SKIP": no_skip},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, no_skip: str = "") -> tuple[int, str]:
        """Its exit status, and what it printed."""
        process = self.start(no_skip)
        printed, _ = process.communicate(timeout=30)
        return process.returncode, printed

    def asked(self) -> list[str]:
        """What docker and make were asked to do."""
        note = self.folder / "asked"
        return note.read_text().splitlines() if note.exists() else []

    def left(self) -> list[Path]:
        return list((self.folder / "tmp").iterdir())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of root's that has everything but a Docker that answers."""
    for name in ("bin", "tmp"):
        (tmp_path / name).mkdir()
    made = Machine(tmp_path, {"PATH": str(tmp_path / "bin"), "WORK": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")})
    for name in NEEDED:
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    for name in ["curl", "ps", "openssl", "node", "npm", "chromium"]:
        made.command(name)
    for name, script in {"docker": DOCKER, "dockerd": DOCKERD, "make": MAKE, "id": "echo 0"}.items():
        made.command(name, script)
    return made


@on_linux
def test_a_docker_that_answers_is_used_and_left_as_it_was(machine: Machine) -> None:
    machine.has("answers")
    assert machine.run("1") == (2, "")
    assert machine.asked() == ["make check DOCKER_HOST="]
    assert not (machine.folder / "dockerd").exists()


@on_linux
def test_a_docker_of_its_own_is_gone_when_the_checks_have_failed(machine: Machine) -> None:
    status, _ = machine.run("1")
    assert status == 2
    [checked] = machine.asked()
    socket = re.fullmatch(r"make check DOCKER_HOST=unix://(/.*)/socket", checked)
    assert socket
    folder = socket[1]
    assert (machine.folder / "dockerd").read_text() == (
        f"--host unix://{folder}/socket --data-root {folder}/data --exec-root {folder}/exec --pidfile {folder}/pid\n"
        "stopped\n"
    )
    assert machine.left() == []


@on_linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_docker_of_its_own_is_gone_when_it_is_interrupted(machine: Machine, number: signal.Signals) -> None:
    machine.has("waits")
    process = machine.start()
    while process.poll() is None and not (machine.folder / "begun").exists():
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert (machine.folder / "dockerd").read_text().splitlines()[1:] == ["stopped"]
    assert machine.left() == []


def no_dockerd_starts(machine: Machine) -> str:
    machine.has("cannot-start")
    return "what runs in containers: dockerd does not start: no permission"


def not_root(machine: Machine) -> str:
    machine.has("answers")
    machine.command("id", "echo 1000")
    (machine.folder / "bin/node").unlink()
    return "nodejs: not installed, and this is not root on Debian; what needs them is not run"


@on_linux
@pytest.mark.parametrize("lacking", [no_dockerd_starts, not_root])
def test_what_is_lacking_is_said_or_an_error(machine: Machine, lacking: Callable[[Machine], str]) -> None:
    said = f"SKIP: {lacking(machine)}\n"
    status, printed = machine.run()
    assert (status, printed) == (2, said)
    assert machine.asked()[-1].startswith("make check ")
    (machine.folder / "asked").unlink()
    assert machine.run("1") == (1, f"{said}NO_SKIP is set, so that is an error.\n")
    assert machine.asked() == []
    assert machine.left() == []


@on_linux
def test_what_debian_has_is_installed(machine: Machine) -> None:
    machine.has("answers")
    for name in ("node", "chromium"):
        (machine.folder / "bin" / name).unlink()
    machine.command("google-chrome")
    machine.command("apt-get", 'echo "apt-get $*" >>"$WORK/asked"')
    status, printed = machine.run("1")
    assert (status, printed.splitlines()[0]) == (2, "==> installing nodejs")
    assert machine.asked()[:2] == ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends nodejs"]


# --- the Makefile ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("no_skip", "status"), [("", 0), ("1", 2)])
def test_an_api_page_that_cannot_be_made_is_said_or_an_error(no_skip: str, status: int, tmp_path: Path) -> None:
    """In a folder with the Makefile alone, and a Python that fetches nothing."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin/python").chmod(0o755)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/api-page.txt").touch()
    command = ["make", "--silent", "--old-file=.local/venvs/dev/.installed", ".local/npm/.fetched"]
    command.append(f"BIN={tmp_path / 'bin'}")
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"NO_SKIP": no_skip}, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert done.stdout.splitlines()[-1] == "SKIP: the API's page will not be made, nor tested"
