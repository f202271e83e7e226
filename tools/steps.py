"""Steps of a long command: each says what it does and how long it took; a failure says which step, and why."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from tools import set_up

_LAST_LINES = 25


class StepFailed(Exception):
    """A step did not do what it should; the message is for the person at the terminal."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and say how long it took."""
    print(f"==> {title} ...", flush=True)
    started = time.monotonic()
    try:
        yield
    except (StepFailed, BotoCoreError, ClientError, OSError) as error:
        full = set_up.says_full(str(error))
        raise StepFailed(f"FAILED: {title}\n{set_up.full_disk(*_written()) if full else error}") from error
    print(f"    {time.monotonic() - started:.1f} s", flush=True)


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
    """Run a command with its output in ``log``. Raises StepFailed with its last lines where it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            status = subprocess.run(
                command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            ).returncode
        except OSError as error:
            raise StepFailed(f"{command[0]} could not be started: {error.strerror}") from error
    if status != 0:
        if set_up.says_full(log.read_text(errors="replace")):
            raise StepFailed(set_up.full_disk(*_written()))
        raise StepFailed(f"{Path(command[0]).name} ended with status {status}; its last lines:\n{last_lines(log)}")


def _written() -> tuple[Path, ...]:
    """Where the commands write: SAM builds in the folder for temporary files."""
    return set_up.LOCAL, Path(tempfile.gettempdir())


def last_lines(log: Path) -> str:
    """The end of a log, indented."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])


def fail(message: object) -> int:
    """Print why a command failed. Returns its exit status."""
    print(message, file=sys.stderr, flush=True)
    return 1
