"""Set-up on machines that lack something: a Python without pip, a disk with room, a package as pinned."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What set-up needs of this project, in a folder of its own."""
    for name in ("tools/set_up.py", "requirements/uv.txt", "requirements/emulator.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".local").mkdir()
    return tmp_path


def done(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300)


def test_uv_comes_to_a_python_without_pip(project: Path) -> None:
    made = done(project, sys.executable, "-m", "venv", "--without-pip", "bare")
    assert made.returncode == 0, made.stderr
    set_up = done(project, "bare/bin/python", "tools/set_up.py", "uv", "requirements/uv.txt")
    assert set_up.returncode == 0, set_up.stderr
    assert re.fullmatch(
        r"==> setting up uv, which installs all else\n    uv: there, [0-9]+ MB on disk, [0-9.]+ s\n", set_up.stderr
    )
    pinned = re.search(r"^uv==(\S+)", (project / "requirements/uv.txt").read_text(), re.MULTILINE)
    assert pinned
    assert done(project, ".local/uv/bin/uv", "--version").stdout.startswith(f"uv {pinned[1]} ")


def test_another_uv_than_the_pinned_is_refused(project: Path) -> None:
    lock = project / "requirements/uv.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", lock.read_text()))
    set_up = done(project, sys.executable, "tools/set_up.py", "uv", "requirements/uv.txt")
    assert set_up.returncode == 1
    assert "FAILED: uv. The last lines:\n" in set_up.stderr
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in set_up.stderr
    assert not (project / ".local/uv/bin/uv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone mounts a small disk for one process")
def test_a_full_disk_is_named(project: Path) -> None:
    script = """
      mount -t tmpfs -o size=70m small .local &&
      "$1" tools/set_up.py uv requirements/uv.txt &&
      UV_CACHE_DIR=.local/cache "$1" tools/set_up.py environment emulator requirements/emulator.txt
    """
    set_up = done(project, "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", sys.executable)
    if "unshare failed" in set_up.stderr:
        pytest.skip("this user may not mount anything")
    assert set_up.returncode == 1
    said = r"FAILED: the AWS emulator\. The disk is full: of 73 MB, [0-9]+ MB are free in .*\. Make room there, .*"
    assert re.fullmatch(said, set_up.stderr.splitlines()[-1])


def test_two_commands_at_once_install_a_thing_once(project: Path) -> None:
    command = [sys.executable, "tools/set_up.py", "uv", "requirements/uv.txt"]
    both = [subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(len(text.splitlines()) for text in printed) == [0, 2], printed
