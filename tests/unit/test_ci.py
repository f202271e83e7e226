"""What CI runs: the workflow, and .ci/run with a make and a Docker that only note what they are asked for."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
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


def test_the_workflow_runs_the_commands_that_its_page_names() -> None:
    jobs = workflow()["jobs"]
    commands = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert commands == {"check": [".ci/run"], "full": [".ci/run full"], "arm64": ["make test ARGS=tests/build"]}
    page = " ".join((ROOT / "docs" / "contributing" / "checks.md").read_text().split())
    assert [command for run in commands.values() for command in run if f"`NO_SKIP=1 {command}`" not in page] == []
    assert [job["env"] for job in jobs.values()] == [{"NO_SKIP": 1}] * len(jobs)


def test_the_workflow_may_read_and_no_more() -> None:
    loaded = workflow()
    # YAML's word for true.
    assert loaded[True] == {"push": None, "pull_request": None, "schedule": [{"cron": "17 3 * * *"}]}
    assert loaded["permissions"] == {"contents": "read"}
    assert [name for name, job in loaded["jobs"].items() if "permissions" in job or "timeout-minutes" not in job] == []
    assert "secrets" not in (ROOT / ".github/workflows/ci.yml").read_text()
    assert set(loaded) == {"name", True, "permissions", "concurrency", "jobs"}


def test_the_night_runs_in_full_and_nothing_else_does() -> None:
    """And it is not cancelled by a push, nor a push's by the night's."""
    conditions = {name: job.get("if") for name, job in workflow()["jobs"].items()}
    by_night = "github.event_name == 'schedule'"
    assert conditions == {"check": by_night.replace("==", "!="), "full": by_night, "arm64": None}
    assert "${{ github.event_name }}" in workflow()["concurrency"]["group"]


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
cp "$STEPS" "$WORK/steps"
if test -e "$WORK/waits"; then touch "$WORK/begun"; exec sleep 60; fi
exit 2
"""
# What .ci/run itself is made of.
NEEDED = ["bash", "cp", "date", "dirname", "env", "mktemp", "rm", "setsid", "sleep", "tail", "test", "timeout", "touch"]


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

    def start(self, no_skip: str = "", *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            # A shell's background jobs are started with SIGINT ignored.
            ["env", "--default-signal=INT", str(ROOT / ".ci/run"), *arguments],
            env=self.environment | {"NO_SKIP": no_skip},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, no_skip: str = "", *arguments: str) -> tuple[int, str]:
        """Its exit status, and what it printed."""
        process = self.start(no_skip, *arguments)
        printed, _ = process.communicate(timeout=30)
        return process.returncode, printed

    def asked(self) -> list[str]:
        """What docker and make were asked to do."""
        note = self.folder / "asked"
        return note.read_text().splitlines() if note.exists() else []

    def noted(self) -> list[str]:
        """The steps as make found them noted, without what differs each time."""
        lines = (self.folder / "steps").read_text().splitlines()
        return [re.sub("^(BEGUN\t)?[0-9]+", r"\1N", line) for line in lines]

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
    for name in ["curl", "ps", "openssl", "node", "npm", "chromium", "pdftoppm", "php"]:
        made.command(name)
    for name, script in {"docker": DOCKER, "dockerd": DOCKERD, "make": MAKE, "id": "echo 0"}.items():
        made.command(name, script)
    return made


@on_linux
def test_a_docker_that_answers_is_used_and_left_as_it_was(machine: Machine) -> None:
    machine.has("answers")
    assert machine.run("1") == (2, "")
    assert machine.asked() == ["make check DOCKER_HOST="]
    assert machine.noted() == ["BEGUN\tN"]
    assert not (machine.folder / "dockerd").exists()


@on_linux
def test_full_makes_check_full(machine: Machine) -> None:
    machine.has("answers")
    assert machine.run("1", "full") == (2, "")
    assert machine.asked() == ["make check-full DOCKER_HOST="]
    assert machine.run("1", "ful") == (2, "usage: .ci/run [full]\n")
    assert machine.left() == []


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
    assert machine.noted() == ["BEGUN\tN", said.rstrip("\n").replace(": ", "\t", 1)]
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
    assert (status, re.sub("[0-9]+", "N", printed)) == (2, "==> installing nodejs\n    apt-get install: N s\n")
    assert machine.noted() == ["BEGUN\tN", "N\tapt-get install"]
    assert machine.asked()[:2] == ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends nodejs"]


# --- the steps' seconds and skips ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 3])
def test_a_step_says_its_seconds_and_ends_as_its_command_does(status: int, tmp_path: Path) -> None:
    noted = tmp_path / "steps"
    command = ["sh", str(ROOT / "tools/step.sh"), "two words", f'echo "$0"; exit {status}']
    done = subprocess.run(command, env=os.environ | {"STEPS": str(noted)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (status, "")
    assert re.fullmatch(r"==> two words\nsh\n    two words: [0-9]+ s\n", done.stdout)
    assert re.fullmatch(r"[0-9]+\ttwo words\n", noted.read_text())
    alone = subprocess.run(command, env=os.environ | {"STEPS": ""}, capture_output=True, text=True)
    assert (alone.returncode, alone.stderr) == (status, "")


def test_the_steps_and_what_was_skipped_stand_before_pytests_last_line(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(
        "import pytest\n\ndef test_passes(): ...\n\n@pytest.mark.skip(reason='why')\ndef test_is_skipped(): ...\n"
    )
    noted = tmp_path / "steps"
    noted.write_text(f"BEGUN\t{int(time.time()) - 100}\nSKIP\tno Docker\n12\tmypy\n3\tmake run\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.summary", "-p", "no:cacheprovider", "-rs"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "STEPS": str(noted), "COLUMNS": "80"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    *_, reason, heading, mypy, make_run, tests, in_all, skipped, last = done.stdout.splitlines()
    assert reason == "SKIPPED [1] test_some.py:5: why"
    assert heading.strip("-") == " steps "
    assert (mypy, make_run, skipped) == ("   12 s  mypy", "    3 s  make run", "skipped: 1 steps, 1 tests")
    assert re.fullmatch(r" +[0-9]+ s  tests", tests)
    assert re.fullmatch(r" +1[0-9]{2} s  in all", in_all)
    assert re.fullmatch(r"=+ 1 passed, 1 skipped in .*s =+", last)


# --- the Makefile ----------------------------------------------------------------------------------------------------


def planned(*arguments: str) -> str:
    """What make would run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "FULL"))}
    command = ["make", "-n", "STEPS=/dev/null", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def test_what_is_compiled_is_kept_by_all_that_make_starts() -> None:
    command = ["make", "--silent", "--file=-", "shown"]
    makefile = f"include {ROOT / 'Makefile'}\nshown: ; @env\n"
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, env=environment, input=makefile, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "PYTHONDONTWRITEBYTECODE" not in done.stdout
    assert "SAM_CLI_TELEMETRY=0" in done.stdout


def test_what_is_for_check_full_is_left_out_everywhere_else() -> None:
    left_out = " -m pytest -m 'not full' "
    assert {name: left_out in planned(name) for name in ("test", "check", "check-full")} == {
        "test": True,
        "check": True,
        "check-full": False,
    }
    assert left_out not in planned("test", "FULL=1")
    assert " -m pytest " in planned("check-full")


@pytest.mark.parametrize(("no_skip", "status"), [("", 0), ("1", 2)])
def test_an_api_page_that_cannot_be_made_is_said_or_an_error(no_skip: str, status: int, tmp_path: Path) -> None:
    """In a folder with the Makefile alone, and a Python that fetches nothing."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin/python").chmod(0o755)
    (tmp_path / "requirements").mkdir()
    for pin in ("api-page.txt", "axe.txt"):
        (tmp_path / "requirements" / pin).touch()
    command = ["make", "--silent", "--old-file=.local/venvs/tools/.installed", ".local/npm/.fetched"]
    command.append(f"TOOLS_BIN={tmp_path / 'bin'}")
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"NO_SKIP": no_skip}, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert done.stdout.splitlines()[-1] == "SKIP: the API's page will not be made, nor pages be looked at"
