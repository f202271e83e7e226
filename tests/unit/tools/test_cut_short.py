"""A command whose output is piped into one that stops reading ends without a word."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
from tools.cut_short import may_be_cut_short
with may_be_cut_short():
    for n in range({lines}):
        print("line", n, flush={flush})
    raise SystemExit(3)
"""


@pytest.mark.parametrize("flush", [True, False])
def test_the_reader_stops(flush: bool) -> None:
    script = SCRIPT.format(lines=100_000, flush=flush)
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "line 0\n"
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == ("", 0)


def test_all_is_read() -> None:
    script = SCRIPT.format(lines=1, flush=False)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("line 0\n", "", 3)
