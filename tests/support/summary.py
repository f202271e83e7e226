"""Before pytest's own last line: the seconds of each step of `make check`, and how much was skipped."""

import os
from collections.abc import Generator
from pathlib import Path
from time import monotonic, time

import pytest

# The file in which tools/step.sh notes each step. The tests' own commands are no steps.
_NOTED = os.environ.pop("STEPS", "")
_STARTED = monotonic()


# The last: around what pytest says of each test.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    yield
    if _NOTED:
        noted = Path(_NOTED).read_text(encoding="utf-8")
        tests = len(terminalreporter.stats.get("skipped", []))
        terminalreporter.section("steps", sep="-")
        for line in told(noted, round(monotonic() - _STARTED), round(time()), tests):
            terminalreporter.write_line(line)


def told(noted: str, of_tests: int, now: int, skipped_tests: int) -> list[str]:
    """What is said of the steps, and of the tests' seconds and skips.

    ``noted`` has lines of a number of seconds, or ``BEGUN``, or ``SKIP``, and behind a tab the step's name, the time at
    which it all began (in seconds, as ``now``), or the reason.
    """
    lines = [line.split("\t", 1) for line in noted.splitlines()]
    steps = [*((seconds, name) for seconds, name in lines if seconds not in ("BEGUN", "SKIP")), (of_tests, "tests")]
    in_all = [(now - int(began), "in all") for what, began in lines if what == "BEGUN"]
    skipped = sum(what == "SKIP" for what, _ in lines)
    said = [f"{seconds:>5} s  {name}" for seconds, name in (*steps, *in_all)]
    return [*said, f"skipped: {skipped} steps, {skipped_tests} tests"]
