"""A function's handler, called again and again in one process, as an environment of Lambda's calls it.

``python -m tests.support.one_environment <function>``, in the function's environment: a line of JSON on standard input
is a call, ``{"event": ...}``. With ``"kill"`` a process that was forked for it makes the call, and kills itself: before
its nth AWS call leaves, at the end where that is one more than there are, never where it is 0, or, where it is
``"midway"``, when half of a file was read. Of each call, a line on standard output that begins with ``= ``: the signal
that ended the process, the answer, and what the process holds then.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.support import killed, template
from tests.support.lambda_context import CONTEXT
from tools.local.emulator import Emulator

_ANSWER = "= "


class Environment:
    """The process, from outside."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, event: Mapping[str, Any], kill: int | str | None = None) -> dict[str, Any]:
        """Have it called; what is said of the call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = json.dumps({"event": event} | ({"kill": kill} if kill is not None else {}))
        self._process.stdin.write(f"{asked}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith(_ANSWER):
                said: dict[str, Any] = json.loads(line.removeprefix(_ANSWER))
                return said
        raise AssertionError("the environment is gone")


@contextmanager
def environment(running: Emulator, function: str, names: Mapping[str, str], folder: Path) -> Iterator[Environment]:
    """One of a function (its name and its logical id, with a colon between), whose temporary files lie in a folder."""
    name, _, logical_id = function.partition(":")
    variables = template.environment(template.load(), logical_id, names) | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{template.ROOT}:{template.ROOT / 'layers/core'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    variables |= {key: value for key, value in running.environment().items() if key.startswith("AWS_")}
    # The same fax is sent again and again.
    variables |= {"TMPDIR": str(folder)} | (
        {"DEDUPLICATION_MINUTES": "0"} if "DEDUPLICATION_MINUTES" in variables else {}
    )
    command = [sys.executable, "-m", "tests.support.one_environment", name]
    with subprocess.Popen(
        command, env=variables, cwd=template.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Environment(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


# --- in the process --------------------------------------------------------------------------------------------------


def _clients(module: Any) -> list[Any]:
    if hasattr(module, "checking"):
        return [module.checking.pending._client, module.checking.files._client]
    return [module.submission.faxes._client, module.submission.files._client]


def _call(module: Any, event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer = module.handler(event, CONTEXT)
    except Exception as error:
        answer = {"failed": type(error).__name__}
    return {"answer": answer, **_held()}


def _held() -> dict[str, Any]:
    """What this process holds: KiB of memory without what it mapped, the names in its temporary folder, and the files
    there without a name that are open or mapped."""
    folder = tempfile.gettempdir()
    status = Path("/proc/self/status").read_text()
    memory = re.search(r"^RssAnon:\s+(\d+) kB$", status, re.MULTILINE)
    assert memory is not None
    open_files = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            open_files.append(str(descriptor.readlink()))
        except FileNotFoundError:
            # The one by which they are listed.
            continue
    maps = Path("/proc/self/maps").read_text().splitlines()
    return {
        "memory": int(memory[1]),
        "files": os.listdir(folder),
        "open": [name for name in open_files if name.startswith(f"{folder}/")],
        "mapped": [line for line in maps if f" {folder}/" in line],
    }


class _Half:
    """An object's bytes, of which no more than the half are read."""

    def __init__(self, body: IO[bytes], size: int) -> None:
        self._body, self._size = body, size

    def iter_chunks(self, most: int) -> Iterator[bytes]:
        left = self._size // 2
        while left:
            chunk = self._body.read(min(most, left))
            left -= len(chunk)
            yield chunk
        os.kill(os.getpid(), signal.SIGKILL)


def _halve(parsed: dict[str, Any], **_: object) -> None:
    parsed["Body"] = _Half(parsed["Body"], parsed["ContentLength"])


def _forked(module: Any, event: Mapping[str, Any], kill: int | str) -> dict[str, Any]:
    clients = _clients(module)
    killer = killed.Killer(kill if isinstance(kill, int) else 0)
    for client in clients:
        # Its connections are the other process's.
        client._endpoint.http_session.close()
        killer.watch(client)
    if kill == "midway":
        clients[-1].meta.events.register("after-call.s3.GetObject", _halve)
    said = _call(module, event)
    killer.at_the_end()
    return said


def main(name: str) -> None:
    module = killed.function(name)
    for line in sys.stdin:
        asked = json.loads(line)
        if "kill" not in asked:
            said = {"signal": None, **_call(module, asked["event"])}
        else:
            sys.stdout.flush()
            child = os.fork()
            if not child:
                _tell({"signal": None, **_forked(module, asked["event"], asked["kill"])})
                os._exit(os.EX_OK)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                continue
            said = {"signal": os.WTERMSIG(status), "answer": None, **_held()}
        _tell(said)


def _tell(said: Mapping[str, Any]) -> None:
    # Behind what is logged on the same stream.
    print(f"\n{_ANSWER}{json.dumps(said)}", flush=True)  # noqa: T201  (for the process that started this one)


if __name__ == "__main__":
    main(sys.argv[1])
