"""What all documents of a fax may take together, and that nothing that looks into one can take more."""

import itertools
import re
import signal
import threading
import time
from collections.abc import Callable

import pytest

from faxes.errors import FileInvalid
from faxes.formats import Unfaxable, pdf, txt
from faxes.formats.budget import Budget
from faxes.intake import documents
from faxes.model import Upload
from tests.support import pdfs
from tests.support.images import Page, jpeg, tiff
from tools.limits import default_limits

TOO_SLOW = "takes too long to look into: all files of a fax may take {} s of processor time"


def spin() -> None:
    while True:
        pass


def spin_in_a_regular_expression() -> None:
    re.match(r"(a|aa)+$", "a" * 200 + "b")


def spin_where_errors_are_ignored() -> None:
    class Late:
        def __del__(self) -> None:
            spin()

    del Late().__dict__
    spin()


def fails(budget: Budget, look: Callable[[], object]) -> str:
    with pytest.raises(Unfaxable) as caught:
        budget.run(look)
    assert caught.value.reason == "documents_too_slow"
    return caught.value.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("look", [spin, spin_in_a_regular_expression, spin_where_errors_are_ignored])
def test_what_computes_without_end_is_ended(look: Callable[[], object]) -> None:
    started = time.thread_time()
    assert fails(Budget(1, 0.1), look) == TOO_SLOW.format("0.1")
    assert 0.1 <= time.thread_time() - started < 1.0


class Processor:
    """A thread's clock, which goes on by what is computed here."""

    def __init__(self) -> None:
        self.used = 5.0

    def __call__(self) -> float:
        return self.used

    def compute(self, seconds: float) -> float:
        self.used += seconds
        # When the signal comes next.
        return signal.getitimer(signal.ITIMER_PROF)[0]


def test_what_is_left_is_left_for_the_next() -> None:
    processor = Processor()
    budget = Budget(1, 40, processor)
    assert 39 < budget.run(lambda: processor.compute(15)) <= 40.1
    assert budget.left == 25
    assert 24 < budget.run(lambda: processor.compute(15)) <= 25.1
    assert budget.left == 10
    assert fails(budget, lambda: processor.compute(10)) == TOO_SLOW.format("40")
    assert budget.left == 0


def test_outside_of_the_main_thread_it_is_told_at_the_end() -> None:
    told: list[str] = []
    ticks = itertools.count(step=3)
    thread = threading.Thread(target=lambda: told.append(fails(Budget(1, 2, lambda: float(next(ticks))), lambda: 1)))
    thread.start()
    thread.join()
    assert told == [TOO_SLOW.format("2")]


def test_what_other_threads_compute_does_not_count() -> None:
    computed = threading.Event()

    def busy() -> None:
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
        computed.set()

    thread = threading.Thread(target=busy)
    thread.start()
    Budget(1, 0.1).run(computed.wait)
    thread.join()


def test_nothing_is_left_behind() -> None:
    assert Budget(1).run(lambda: signal.getitimer(signal.ITIMER_PROF)[0]) > 0.9
    fails(Budget(1, 0.05), spin)
    with pytest.raises(ZeroDivisionError):
        Budget(1).run(lambda: 1 // 0)
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    # One that was on its way is for nobody.
    signal.raise_signal(signal.SIGPROF)


def test_while_another_process_computes_no_signal_is_raised() -> None:
    budget = Budget(1, 0.05)

    def look() -> None:
        with budget.held():
            until = time.thread_time() + 0.2
            while time.thread_time() < until:
                pass
            done.append(1)
        spin()

    done: list[int] = []
    fails(budget, look)
    assert done == [1]


def test_what_a_process_used_is_charged() -> None:
    budget = Budget(1, 0.5)
    budget.charge(0.3)
    assert budget.left == pytest.approx(0.2)
    with pytest.raises(Unfaxable, match="documents_too_slow"):
        budget.charge(0.2)
    assert budget.left == 0


# --- with documents --------------------------------------------------------------------------------------------------

ONE_PAGE = pdfs.pdf(pdfs.pages(1))


def test_a_pdfs_process_has_what_is_left_and_is_charged() -> None:
    budget = Budget(10**9)
    assert budget.run(lambda: pdf.count_pages(ONE_PAGE, 200, budget)) == 1
    # Of some milliseconds, however slow the processor is.
    assert 0 < budget.left < 1.0

    command = pdf.child()
    at = command.index("-c") + 1
    script = command[at].replace(
        "pdf_check.main", "pdf_check.check = lambda *_: [0 for _ in iter(int, 1)]; pdf_check.main"
    )
    spins = [*command[:at], script, *command[at + 1 :]]
    little = Budget(10**9, 0.02)
    with pytest.raises(Unfaxable) as caught:
        pdf.count_pages(ONE_PAGE, 200, little, start=spins)
    assert (caught.value.reason, caught.value.text) == ("documents_too_slow", TOO_SLOW.format("0.02"))
    # With all of it, it is the process's own limit, which is shorter.
    with pytest.raises(Unfaxable) as caught:
        pdf.count_pages(ONE_PAGE, 200, Budget(10**9, 60), start=spins)
    assert caught.value.reason == "pdf_too_slow"


def test_a_file_that_takes_what_is_left_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(txt, "examine", lambda content, max_pages: spin())
    with pytest.raises(FileInvalid) as caught:
        documents.inspect(Upload("a.txt", b"text"), 2, 3, default_limits(), 0, Budget(10**9, 0.05))
    assert (caught.value.reason, caught.value.message) == (
        "documents_too_slow",
        f"File 2 of 3, a.txt, {TOO_SLOW.format('0.05')}.",
    )


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        (jpeg(), 64),
        (tiff(*[Page()] * 3), 3 * 64),
        (b"one\ftwo", 2 * 1728 * 2287),
        # A4 at 204 x 196 pixels an inch.
        (pdfs.pdf(pdfs.pages(2)), 2 * 1685 * 2292),
    ],
    ids=["jpg", "tif", "txt", "pdf"],
)
def test_all_pages_of_a_fax_have_a_limit_of_pixels(content: bytes, pixels: int) -> None:
    limits = default_limits(pixels_per_fax=pixels + 5)
    budget = documents.whole(limits)
    budget.draw(5)
    documents.inspect(Upload("a", content), 1, 2, limits, 0, budget)
    with pytest.raises(FileInvalid) as caught:
        documents.inspect(Upload("b", content), 2, 2, limits, 0, budget)
    assert caught.value.reason == "too_many_pixels"
    assert re.fullmatch(
        rf"File 2 of 2, b, makes the fax at least \d+ pixels large; the limit for all its pages is {pixels + 5}\.",
        caught.value.message,
    )


@pytest.mark.parametrize(
    ("box", "pixels_per_fax", "said"),
    [
        # 200 inches square: legible as a fax it is not.
        (
            b"[0 0 14400 14400]",
            7_000_000_000,
            "has a page, number 1, that would be faxed at 4 % of its size; the limit is 50 %",
        ),
        # Twice A4, which is.
        (
            b"[0 0 1190 1684]",
            3_000_000_000,
            "makes the fax at least 3090532800 pixels large; the limit for all its pages is 3000000000",
        ),
    ],
)
def test_a_small_file_that_claims_to_be_large_is_refused(box: bytes, pixels_per_fax: int, said: str) -> None:
    content = pdfs.pdf(pdfs.pages(200, box=box))
    assert len(content) < 40_000
    with pytest.raises(FileInvalid) as caught:
        documents.inspect(Upload("a.pdf", content), 1, 1, default_limits(pixels_per_fax=pixels_per_fax))
    assert caught.value.message == f"File 1 of 1, a.pdf, {said}."
