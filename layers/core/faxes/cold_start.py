"""A function's start: what it does before its first request, so that this one takes no longer than those behind it.

Imported first of all: importing makes hundreds of thousands of objects that stay, and the garbage collector, which
would look through them again and again, would take a tenth of the time. ``started`` lets it go on.
"""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

# Two connections take a tenth of it. Where a service does not answer, the first request will say so.
_SECONDS = 1.0

gc.disable()


def connect(*calls: Callable[[], object]) -> None:
    """Make calls that change nothing, all at once: they open the connections, and have the SDK read all it needs. What
    an adapter rehearses is done while the others wait for the network.

    It does not matter whether they succeed, and after a second nobody waits for them any more.
    """
    pool = ThreadPoolExecutor(len(calls), thread_name_prefix="connect")
    wait([pool.submit(call) for call in calls], timeout=_SECONDS)
    pool.shutdown(wait=False)


def started() -> None:
    """The function is set up: what there is by now stays, and is no garbage."""
    gc.freeze()
    gc.enable()
