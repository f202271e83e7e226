"""Documents that cost far more than their bytes: each ends with its pages or a reason, in time and within memory."""

import os
import subprocess
import sys
import time

import pytest

from faxes.rendering import REASONS
from faxes.rendering.render import MEMORY
from tests.support.bombs import Bomb, bombs
from tests.support.template import ROOT

SECONDS = 60
# What a process has before it takes the document, in kilobytes, as the system counts.
START = 120 * 1024
# Of 21 families.
EACH = 10
QUICK = ("content_of_spaces", "forms_in_forms", "pictures_of_noise", "states")
ALL = list(bombs(EACH))
FEW = [bomb for bomb in ALL if bomb.number == 0 and bomb.family in QUICK]
# What is looked into when a fax is accepted may be refused for these.
OF_ACCEPTANCE = {"jpg_escapes", "jpg_scans", "jpg_segments", "pdf_crashed_reader", "pdf_too_slow", "file_too_large"}


@pytest.mark.parametrize(
    "bomb", [*FEW, *(pytest.param(each, marks=pytest.mark.full) for each in ALL if each not in FEW)], ids=str
)
def test_each_ends_in_a_named_state(bomb: Bomb) -> None:
    command = [sys.executable, "-m", "tests.support.bombing", bomb.kind]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    started = time.monotonic()
    done = subprocess.run(command, input=bomb.content(), env=environment, cwd=ROOT, capture_output=True)
    assert time.monotonic() - started < SECONDS
    assert done.returncode == 0, done.stderr.decode()
    became, most, afterwards = done.stdout.decode().split()
    assert became in {"pages", *REASONS, *OF_ACCEPTANCE}
    assert int(most) < MEMORY // 1024 + START
    # Nothing is left of it.
    assert afterwards == "pages"


def test_there_are_as_many_as_are_said() -> None:
    assert len(ALL) >= 200
