"""What is for `make check-full` alone, which sets FULL=1.

A test that searches for long, is large, is timed or needs the network has the mark `full`, as has every test of a
folder in `FOLDERS`; `make test` and `make check` leave these out. A test that searches is no such test where a short
search finds what is likely to be broken: it asks `size` how far it goes.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import settings

FULL = os.environ.get("FULL") == "1"
FOLDERS = ("environments", "line", "planted")

_TESTS = Path(__file__).resolve().parents[1]

# The same examples every time, so that a build fails for a change and not by chance. No deadline: a busy machine is no
# defect, and no example here is slow by nature. HYPOTHESIS_PROFILE names another.
settings.register_profile("fixed", max_examples=150, derandomize=True, deadline=None, database=None)
settings.register_profile("search", max_examples=3_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "search" if FULL else "fixed"))


def size(check: int, full: int) -> int:
    """How far a search goes: in `make check`, or in `make check-full`."""
    return full if FULL else check


# Before pytest chooses by marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_TESTS) and item.path.relative_to(_TESTS).parts[0] in FOLDERS:
            item.add_marker(pytest.mark.full)
