"""A rendered fax leaves by telephone, and a fax server that none of us wrote receives it: not a pixel differs.

Its log says who sent it, and how many pages. The calls are made at once, in real time, and once for all tests.
"""

import ctypes
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from faxes.rendering.render import render
from tests.support.line.exchange import Cut, Exchange
from tests.support.line.port import LineDown, Outcome, Progress, Result
from tests.support.line.received import pages_received, pages_sent
from tests.support.line.rig import Received, Rig
from tests.support.troublesome import PAGES
from tools.local.render import FONTS

US = "+1 212 555 9999"
GOOD, BROKEN, NOBODY, NOWHERE = "+12125550000", "+12125550001", "+12125550002", "+12125550003"
# It reaches the same machine as the first one.
BUSY = "+12125550004"
MACHINES = {GOOD: 0, BROKEN: 1, NOBODY: 2, NOWHERE: 3, BUSY: 0}


@dataclass(frozen=True, slots=True)
class Made:
    """What the calls said, and what the machines received."""

    document: bytes
    results: dict[str, list[Result]]
    told: dict[str, list[Progress]]
    received: list[Received]


@pytest.fixture(scope="module")
def made(machines: Rig, spandsp: ctypes.CDLL) -> Made:
    """Each number is called at once, and again where the line broke; a second page takes 21 s of line."""
    document = render([PAGES["small-letters"].source, PAGES["coloured-panels"].source], fonts=FONTS).tiff()
    exchange = Exchange(spandsp, machines, MACHINES, ring_seconds=15, cuts={BROKEN: Cut(pages=1, seconds=8)})
    told: dict[str, list[Progress]] = {number: [] for number in MACHINES}
    is_engaged = threading.Event()

    def heard(number: str, what: Progress) -> None:
        told[number].append(what)
        if number == GOOD:
            is_engaged.set()

    def call(number: str) -> Result:
        return exchange(number, document, caller=US, progress=lambda what: heard(number, what))

    def call_twice(number: str) -> Result:
        call(number)
        machines.wait_until_idle(MACHINES[number])
        return call(number)

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(call, GOOD), pool.submit(call_twice, BROKEN), pool.submit(call, NOBODY)]
        assert is_engaged.wait(30)
        calls.append(pool.submit(call, BUSY))
        for each in calls:
            each.result()
    for machine in (0, 1):
        machines.wait_until_idle(machine)
    return Made(document, exchange.results, told, machines.received())


def test_what_is_received_is_what_was_sent_pixel_by_pixel(made: Made) -> None:
    [result] = made.results[GOOD]
    assert result == Result(Outcome.SENT, 2, result.seconds, "+1 212 555 0000", 0, "OK")
    assert 30 < result.seconds < 90
    assert made.told[GOOD] == [Progress.RINGING, Progress.ANSWERED, Progress.PAGE, Progress.PAGE]
    [received] = [each for each in made.received if each.machine == 0]
    assert received == Received(received.path, 0, US, 2, "")
    assert pages_received(received.path) == pages_sent(made.document)


def test_a_line_in_use_is_busy(made: Made) -> None:
    assert made.results[BUSY] == [Result(Outcome.BUSY)]
    assert made.told[BUSY] == []


def test_a_line_that_nobody_answers_is_given_up(made: Made) -> None:
    assert made.results[NOBODY] == [Result(Outcome.NO_ANSWER)]
    assert made.told[NOBODY] == [Progress.RINGING]


def test_a_call_that_is_cut_in_page_2_has_one_page_confirmed_and_the_next_call_has_all(made: Made) -> None:
    cut, whole = made.results[BROKEN]
    assert cut == Result(Outcome.CUT, 1, cut.seconds, "+1 212 555 0001", None, None)
    assert whole == Result(Outcome.SENT, 2, whole.seconds, "+1 212 555 0001", 0, "OK")
    broken, complete = [each for each in made.received if each.machine == 1]
    assert (broken.sender, broken.reason != "") == (US, True)
    # The page that was confirmed is there; of the next one, the machine keeps what it has.
    sent = pages_sent(made.document)
    assert pages_received(broken.path)[0] == sent[0]
    assert all(rows < sent[1][0] for rows, _ in pages_received(broken.path)[1:])
    assert complete == Received(complete.path, 1, US, 2, "")
    assert pages_received(complete.path) == sent


def test_where_there_is_no_line_nothing_is_said_of_the_machine(machines: Rig, spandsp: ctypes.CDLL) -> None:
    exchange = Exchange(spandsp, machines, MACHINES, ring_seconds=15)
    began = time.monotonic()
    with pytest.raises(LineDown):
        exchange(NOWHERE, b"", caller=US)
    assert time.monotonic() < began + 10
