"""Many faxes at once on the deployed stack, through a bad network: every one ends, and paper equals records.

A tenth each goes to a busy line, to one that nobody answers, to one that breaks, and by a carrier that is down. Of a
tenth each, the record of the stream is lost, or comes twice; a worker is killed; an answer of AWS's is lost, and one of
the carrier's. A tenth each of the messages are lost, or come twice. CROWD is how many faxes, some multiple of ten.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from benchmarks import load
from tests.support import crowd, pipeline
from tests.support.bad_network import BadNetwork, bad_network
from tests.support.crowd import Crowd
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.local.stack_file import LocalStack
from tools.local.sweeping import swept_each_second

MANY = int(os.environ.get("CROWD", "50"))
SPEED = 100
AT_ONCE = 8
WORKERS = ("QueueFaxFunction", "RenderFaxFunction", "SendFaxFunction")
# A fax that is due is told of again after a quarter of an hour: when nothing ends for longer, nothing will.
PATIENCE, BETWEEN = 1_200.0, 5.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells which process a connection is of")


@pytest.fixture(autouse=True)
def _at_work(stack: LocalStack, curl: Curl) -> Iterator[None]:
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    # A worker that draws holds its fax for as long as it may live: one that was killed is waited for no longer.
    living = pipeline.living(stack, "RenderFaxFunction", seconds=60)
    with pipeline.on_the_simulator(stack, speed=SPEED), living, pipeline.at_work(stack, newest, sending=True):
        yield


@pytest.mark.full
def test_every_fax_of_a_crowd_ends_and_paper_equals_records(stack: LocalStack) -> None:
    crowd.add_extensions(stack)
    sender, started = load.Sender(stack), time.monotonic()
    with (
        bad_network(stack, WORKERS) as network,
        crowd.bad_stream(stack),
        swept_each_second(stack),
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        answers = list(pool.map(lambda n: _sent(sender, n), range(MANY)))
        assert Counter(answer.status for answer in answers) == {200: MANY}
        accepted = time.monotonic() - started
        fax_ids = [answer.body["id"] for answer in answers]
        left = _ended(stack, fax_ids)
    seconds = time.monotonic() - started
    found = Crowd(stack, SPEED)
    found.read(fax_ids)
    _tell(found, network, accepted, seconds)
    assert left == []
    assert {fax_id: said for fax_id in fax_ids if (said := found.wrong(fax_id))} == {}
    assert found.held == []
    _assert_bad(network, found, fax_ids)


def _sent(sender: load.Sender, n: int) -> load.Answer:
    return sender.send(crowd.text_of_fax(n), crowd.recipient_of_fax(n), None, **crowd.look_of_fax(n))


def _ended(stack: LocalStack, fax_ids: Sequence[str]) -> list[str]:
    """Wait until they have ended: those that do not."""
    left, since = list(fax_ids), time.monotonic()
    while left and time.monotonic() < since + PATIENCE:
        time.sleep(BETWEEN)
        if len(open_ := crowd.open_of(stack, left)) < len(left):
            since = time.monotonic()
        left = open_
        for fax_id in left if len(left) <= MANY // 10 else []:
            crowd.let_a_day_pass(stack, fax_id, datetime.now(UTC))
    return left


def _assert_bad(network: BadNetwork, found: Crowd, fax_ids: Sequence[str]) -> None:
    """There was a tenth of each fault."""
    tenth, done = MANY // 10, network.done
    assert done["killed before a call"] + done["killed after a call"] == done["answer lost"] == tenth
    for fault in ("message lost", "message twice", "carrier's answer lost"):
        assert done[fault] >= tenth
    assert [n % 10 for n, fax_id in enumerate(fax_ids) if network.told[fax_id] == 0] == [5] * tenth
    assert all(network.told[fax_id] >= 2 for n, fax_id in enumerate(fax_ids) if n % 10 == 6)
    reasons = found.reasons()
    for reason, each in {"busy": 1, "no_answer": 4, "line_quality": 1, "carrier_unavailable": 3}.items():
        # Less those whose end nobody knows.
        assert reasons[reason] >= each * tenth - reasons["outcome_unknown"]


def _tell(found: Crowd, network: BadNetwork, accepted: float, seconds: float) -> None:
    """The figures of docs/architecture.md."""
    attempts = sum(map(len, found.attempts.values()))
    told = [
        f"{MANY} faxes: {dict(found.statuses())}, {attempts} attempts, {dict(found.reasons())}",
        f"{dict(network.done)}, {found.sheets()} sheets of paper",
        f"{accepted:.0f} s to accept, {seconds:.0f} s to the end",
    ]
    print("\n".join(told), file=sys.stderr)  # noqa: T201  (see above)
