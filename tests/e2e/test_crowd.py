"""Many faxes at once on the deployed stack: every one ends, and paper equals records.

A tenth each goes to a busy line, to one that nobody answers, to one that breaks, and by a carrier that is down; a tenth
as many messages are lost. CROWD is how many faxes; the processors are what bounds it.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import load
from tests.support import crowd, pipeline
from tests.support.crowd import Crowd
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second

MANY = int(os.environ.get("CROWD", "50"))
SPEED = 100
AT_ONCE = 8


@pytest.fixture(autouse=True)
def _at_work(stack: LocalStack, curl: Curl) -> Iterator[None]:
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    with pipeline.on_the_simulator(stack, speed=SPEED), pipeline.at_work(stack, newest, sending=True):
        yield


@pytest.mark.full
def test_every_fax_of_a_crowd_ends_and_paper_equals_records(stack: LocalStack) -> None:
    crowd.add_extensions(stack)
    sender, started = load.Sender(stack), time.monotonic()
    # Without a sweep, so that what is lost stays lost until then.
    with (
        crowd.troubled(stack, MANY // 10) as trouble,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        answers = list(
            pool.map(lambda n: sender.send(crowd.text_of_fax(n), crowd.recipient_of_fax(n), None), range(MANY))
        )
        assert Counter(answer.status for answer in answers) == {200: MANY}
        fax_ids = [answer.body["id"] for answer in answers]
        _until(lambda: trouble.lost >= MANY // 10 or crowd.ended(stack, fax_ids) == MANY, 60)
    accepted = time.monotonic() - started
    with swept_each_second(stack):
        _until(lambda: crowd.ended(stack, fax_ids) == MANY, 400 + 4 * MANY)
    all_ended = time.monotonic() - started
    found = Crowd(stack, SPEED)
    found.read(fax_ids)
    wrong = {fax_id: said for fax_id in fax_ids if (said := found.wrong(fax_id))}
    attempts = sum(map(len, found.attempts.values()))
    reasons = Counter(str(each.reason) for of in found.attempts.values() for each in of if each.reason)
    print(  # noqa: T201  (the figures of docs/architecture.md)
        f"{MANY} faxes: {dict(found.statuses())}, {attempts} attempts, {dict(reasons)}, {trouble.lost} messages lost, "
        f"{accepted:.0f} s to accept, {all_ended:.0f} s to the end",
        file=sys.stderr,
    )
    assert wrong == {}
    assert found.held == []
    assert trouble.lost > 0


def _until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(2)
