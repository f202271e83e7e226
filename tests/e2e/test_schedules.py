"""Schedules of the model of delivery run on the deployed stack: real functions, API, stream, queues and sweep.

SCHEDULES is how many. Whatever a schedule did, everything ends, and paper and records agree.
"""

import os
import queue
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from faxes.adapters.dynamodb.items import Item
from faxes.model import RecipientStatus
from tests.support import beside, crowd, pipeline, schedules
from tests.support.agreement import Agreement
from tests.support.beside import Beside
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tests.support.schedules import Deployed, Player, Schedule
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second

MANY = int(os.environ.get("SCHEDULES", "500"))
STEPS, SPEED, AT_ONCE = 6, 100, 6
# A message in so many schedules is lost.
LOST_IN = 10
# Until one that is in doubt for good is taken to its deadline; each hour of the network's, it is asked about again.
_FOR_GOOD = timedelta(seconds=15)


@pytest.fixture(autouse=True)
def _at_work(stack: LocalStack, curl: Curl) -> Iterator[None]:
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    with pipeline.on_the_simulator(stack, speed=SPEED), pipeline.at_work(stack, newest, sending=True):
        yield


@pytest.mark.full
def test_schedules_of_the_model_end_and_paper_equals_records(stack: LocalStack) -> None:
    drawn = schedules.drawn(MANY, STEPS)
    assert len(drawn) == MANY
    deployed, started = Deployed(stack, SPEED), time.monotonic()
    environ = beside.environment(stack, SPEED)
    workers = [Beside(stack, environ) for _ in range(AT_ONCE)]
    polled = schedules.polled(deployed, AT_ONCE)
    with swept_each_second(stack), polled, crowd.troubled(stack, MANY // LOST_IN) as trouble:
        faxes = _played(deployed, workers, drawn)
        played = time.monotonic() - started
        ended: dict[tuple[str, str], Item] = {}
        found = _until_ended(deployed, workers[0], [fax_id for of in faxes for fax_id in of], ended)
        all_ended = time.monotonic() - started
        # Whatever comes once more changes nothing.
        again = [next(iter(of)) for of in faxes if of]
        for fax_id in again:
            deployed.message({"fax": fax_id})
            deployed.message({"fax": fax_id, "recipient": 1})
            deployed.streamed(fax_id)
            for reference in deployed.attempts(fax_id)[:1]:
                deployed.message({"report": reference})
        _until(lambda: not deployed.messages(), 300 + MANY)
    after = Agreement.read(stack, SPEED, found.faxes)
    wrong = {fax_id: said for fax_id in after.faxes if (said := after.wrong(fax_id))}
    statuses = Counter(str(each.status) for of in after.recipients.values() for each in of.values())
    print(  # noqa: T201  (the figures of docs/architecture.md)
        f"{MANY} schedules, {sum(map(len, drawn))} steps, {len(after.faxes)} faxes, {dict(statuses)}, "
        f"{sum(map(len, after.attempts.values()))} attempts, {trouble.lost} messages lost, "
        f"{played:.0f} s to play, {all_ended:.0f} s to the end",
        file=sys.stderr,
    )
    assert wrong == {}
    assert after.unfinished() == []
    assert {key: after.items[key] for key in ended} == ended
    assert after.held == []


def _played(deployed: Deployed, workers: Sequence[Beside], drawn: Sequence[Schedule]) -> list[dict[str, int]]:
    """Play them, some beside each other: the faxes of each."""
    idle: queue.SimpleQueue[Beside] = queue.SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def play(number: int) -> dict[str, int]:
        worker = idle.get()
        try:
            player = Player(deployed, worker, number)
            player.play(drawn[number])
            if number % 10 == 9:
                print(f"{number + 1} played", file=sys.stderr, flush=True)  # noqa: T201
            return player.faxes
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(play, range(len(drawn))))


def _until_ended(
    deployed: Deployed, worker: Beside, fax_ids: Sequence[str], ended: dict[tuple[str, str], Item]
) -> Agreement:
    """Until every fax has; ``ended`` gets each record and recipient as it was seen first when it was final."""
    found = Agreement.read(deployed.stack, deployed.speed, fax_ids)

    def all_ended() -> bool:
        nonlocal found
        found = Agreement.read(deployed.stack, deployed.speed, fax_ids)
        for key, item in found.ended().items():
            assert ended.setdefault(key, item) == item
        for recipient in found.open():
            due, status = recipient.due_at, recipient.status
            if status == RecipientStatus.IN_DOUBT and due and due > datetime.now(UTC) + _FOR_GOOD:
                # The carrier had the document and lists nothing: it ends at its deadline, which this clock jumps to.
                worker.skew = recipient.deadline_at - datetime.now(UTC) + _FOR_GOOD
                worker.dispatch.due(recipient.fax_id, recipient.position)
        return not found.unfinished()

    # All that there is is read each time.
    _until(all_ended, 600 + 10 * len(fax_ids), every=5 + len(fax_ids) / 30)
    return found


def _until(done: Callable[[], bool], seconds: float, every: float = 2) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(every)
