"""What set-up says of uv's output, and of what fails."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import set_up, steps
from tools.steps import StepFailed

# As uv 0.13 prints it.
PRINTED = """\
Using Python 3.13.0 environment at: .local/venvs/dev
Resolved 89 packages in 2.20s
Downloading playwright (51.0MiB)
Downloading pygments (512.0KiB)
Downloading pymupdf (1.5GiB)
 Downloaded pygments
 Downloaded playwright
 Downloaded pymupdf
Prepared 89 packages in 25.07s
Installed 89 packages in 946ms
 + annotated-types==0.8.0
"""


def seconds(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (0.9, []),
        (2, ["52 of 1588 MB downloaded"]),
        (3, ["0 of 1588 MB downloaded", "52 of 1588 MB downloaded", "1588 of 1588 MB downloaded"]),
    ],
)
def test_progress_is_told_now_and_then(step: float, said: list[str]) -> None:
    clock = seconds(step)
    lines = list(set_up.told("all", PRINTED.splitlines(), lambda: next(clock)))
    assert lines == ["all: 89 packages", *(f"all: {line}" for line in said)]


@pytest.mark.parametrize(
    "text",
    [
        str(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))),
        "error: failed to write to file `/x/y`: No space left on device (os error 28)",
        "ERROR: Could not install packages due to an OSError: [Errno 122] Disk quota exceeded",
    ],
)
def test_a_full_disk_is_told_by_its_words(text: str) -> None:
    assert set_up.says_full(text)


@pytest.mark.parametrize("text", ["", "[Errno 2] No such file or directory", "[Errno 280] unknown", "os error 281"])
def test_no_full_disk(text: str) -> None:
    assert not set_up.says_full(text)


def test_a_full_disk_is_named_with_a_folder_that_is_there(tmp_path: Path) -> None:
    said = set_up.full_disk(tmp_path / "not" / "there")
    assert said.startswith("The disk is full: of ")
    assert f" MB are free in {tmp_path}. Make room there" in said


def test_a_step_says_that_the_disk_is_full() -> None:
    with pytest.raises(StepFailed, match=r"^FAILED: writing\nThe disk is full: of "), steps.step("writing"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a device that is always full")
def test_a_command_says_that_the_disk_is_full(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"^The disk is full: of "):
        steps.run(["sh", "-c", "cat /etc/passwd >/dev/full"], env=os.environ, cwd=tmp_path, log=tmp_path / "log")


@pytest.mark.parametrize(
    ("system", "machine", "own"),
    [
        ("linux", "x86_64", ()),
        ("linux", "aarch64", ()),
        ("darwin", "arm64", ("aarch64-apple-darwin",)),
        ("darwin", "x86_64", ("x86_64-apple-darwin",)),
    ],
)
def test_what_cannot_load_lambdas_packages(system: str, machine: str, own: tuple[str, ...]) -> None:
    assert set_up.own_platform(system, machine) == own
