"""The deployed sweep, invoked each second and not each minute alone: on the simulated network, a minute is a second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from tools.local import signals
from tools.local.stack_file import LocalStack

_BETWEEN = 1.0
# Until one that is under way is left alone: the emulator ends it, or has ended.
_LAST = 5.0


@contextmanager
def swept_each_second(stack: LocalStack) -> Iterator[None]:
    """Meanwhile, invoke the stack's sweep, one after the other has ended. What one could not do, the next does; what it
    says of that is in the function's log."""
    over = threading.Event()
    functions = stack.client("lambda")
    (name,) = [
        function["FunctionName"]
        for function in functions.list_functions()["Functions"]
        if "SweepFunction" in function["FunctionName"]
    ]

    def sweep() -> None:
        signals.leave_them_to_the_main_thread()
        while not over.wait(_BETWEEN):
            try:
                functions.invoke(FunctionName=name)
            except (BotoCoreError, ClientError):
                # Where the emulator has ended, the main thread says so.
                continue

    thread = threading.Thread(target=sweep, name="sweep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_LAST)
