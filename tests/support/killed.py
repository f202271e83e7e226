"""Runs create_fax's handler in a process of its own, which is killed at its nth AWS call.

`python -m tests.support.killed <n>`: the event on standard input; the answer, if there is one, on standard output. The
environment is the function's. killed_sending.py has send_fax's. The process kills itself before the nth call leaves;
with n one more than there are calls, when the last answer is there. 0 kills nothing.
"""

import importlib.util
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

from tests.support import template
from tests.support.lambda_context import CONTEXT
from tools.local.emulator import ACCESS_KEY, SECRET_KEY
from tools.local.stack_file import LocalStack

ROOT = template.ROOT


def environment(stack: LocalStack) -> dict[str, str]:
    """create_fax's, as it is deployed to the local stack, with the rights of the emulator's root."""
    names = {"FileBucket": stack.bucket, "FaxTable": stack.faxTable, "DirectoryTable": stack.directoryTable}
    # The same fax is sent again and again.
    return deployed(stack, "CreateFaxFunction", names) | {"DEDUPLICATION_MINUTES": "0"}


def deployed(stack: LocalStack, function: str, names: Mapping[str, str]) -> dict[str, str]:
    """A process's environment in which a function (by logical id) finds the local stack's resources."""
    return template.environment(template.load(), function, names) | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{template.ROOT}:{template.ROOT / 'layers/core'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ENDPOINT_URL": stack.endpointUrl,
        "AWS_CA_BUNDLE": stack.caBundle,
    }


def function(name: str) -> Any:
    """A function's module, imported anew: a cold start."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"functions/{name}/app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Killer:
    """Counts the calls of all clients, whichever thread makes them."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.calls = 0
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        client.meta.events.register_first("before-send", self.before)

    def before(self, **_: object) -> None:
        """A call that is about to leave."""
        with self._lock:
            self.calls += 1
            if self.calls == self._at:
                os.kill(os.getpid(), signal.SIGKILL)

    def at_the_end(self) -> None:
        if self._at > self.calls:
            os.kill(os.getpid(), signal.SIGKILL)


def main(at: int) -> None:
    module = function("create_fax")
    killer = Killer(at)
    killer.watch(module.submission.faxes._client)
    killer.watch(module.submission.files._client)
    answer = module.handler(json.load(sys.stdin), CONTEXT)
    killer.at_the_end()
    # Behind what is logged on the same stream.
    print(f"\n{json.dumps(answer)}")  # noqa: T201  (for the process that started this one)


if __name__ == "__main__":
    main(int(sys.argv[1]))
