"""A worker ends before or after any of its calls to AWS: the next one finishes what it began, once."""

import threading
from collections import Counter
from typing import Any

import pytest

from faxes.adapters.dynamodb.items import plain, wire
from tests.support.accepted import accept, record, render, worker
from tests.support.cloud import Cloud

# The record, taking it up, the document, three objects of a page, the end.
CALLS = 7
LONG_AGO = "2026-11-23T12:00:00.000Z"


class Killed(BaseException):
    """The process is gone: nothing in it catches that."""


class Killer:
    """Ends a worker at its nth call: ``before-send``, before it leaves, or ``after-call``, when it took effect."""

    def __init__(self, module: Any, at: int, event: str) -> None:
        self._at, self._calls, self._lock = at, 0, threading.Lock()
        for client in (module.worker.jobs._client, module.worker.files._client):
            client.meta.events.register_first(event, self._seen)

    def _seen(self, **_: object) -> None:
        with self._lock:
            self._calls += 1
            if self._calls >= self._at:
                raise Killed


def let_time_pass(cloud: Cloud) -> None:
    """Until no worker can be at it any more."""
    item = record(cloud)
    times = {name: LONG_AGO for name in ("heldUntil", "dueAt") if name in item}
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item | times))


# After one is before the next.
@pytest.mark.parametrize(("at", "event"), [*((at, "before-send") for at in range(1, CALLS + 1)), (CALLS, "after-call")])
def test_what_a_killed_worker_began_the_next_one_ends_once(cloud: Cloud, at: int, event: str) -> None:
    accepted = accept(cloud)
    module = worker(cloud)
    Killer(module, at, event)
    with pytest.raises(Killed):
        module.worker.work(accepted.id, lambda: 600.0)
    # It is held, or was not begun, or has ended; in any case it is due.
    left = record(cloud)
    assert "due" in left
    is_over = (at, event) == (CALLS, "after-call")
    if left["status"] == "rendering":
        # While the killed one could live, nobody disturbs it.
        render(cloud, accepted.id)
        assert record(cloud) == left

    let_time_pass(cloud)
    render(cloud, accepted.id)

    found = record(cloud)
    tries = 1 if is_over or left["status"] == "accepted" else 2
    assert (found["status"], found["tries"], found["revision"]) == ("queued", tries, tries + 2)
    items = [plain(item) for item in cloud.items("FaxTable")]
    assert Counter(item.get("event") for item in items) == {None: 2, "rendering_started": tries, "pages_ready": 1}
    assert sorted(key.rpartition("/")[2] for key in cloud.objects()) == [
        "1.txt",
        "page-1.png",
        "pages.pdf",
        "pages.tif",
    ]


def test_no_worker_makes_another_call(cloud: Cloud) -> None:
    """So that each is gone through above."""
    accepted = accept(cloud)
    module = worker(cloud)
    killer = Killer(module, 1_000, "before-send")
    module.worker.work(accepted.id, lambda: 600.0)
    assert killer._calls == CALLS
