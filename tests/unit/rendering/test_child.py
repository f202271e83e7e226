"""What the parent makes of all that a process in strange hands may say and do."""

import itertools
import subprocess
import sys
from collections.abc import Callable

import pytest

from faxes.errors import DeploymentFault
from faxes.pages import Resolution
from faxes.rendering import RenderFailed, child
from faxes.rendering.child import Notes, Rows, draw
from faxes.rendering.plan import Plan

PAGE = 'out(b"P\\1\\0\\2" + b"\\xaa" * 432)'


@pytest.fixture
def drawn(plan: Callable[..., Plan]) -> Callable[[str], list[Rows | Notes]]:
    """What comes of a document of three bytes that a stand-in draws."""

    def drawn(body: str) -> list[Rows | Notes]:
        program = f"import os, signal, time\nout = lambda said: os.write(1, said)\n{body}"
        return list(draw(plan(size=3), b"abc", start=[sys.executable, "-I", "-S", "-c", program]))

    return drawn


def test_pages_and_notes(drawn: Callable[[str], list[Rows | Notes]]) -> None:
    said = """out(b"R"); assert os.read(0, 9) == b"abc"
out(b"P\\1\\0\\2" + b"\\xaa" * 432); out(b"P\\0\\0\\1" + b"\\x55" * 216)
out(b'N{"characters_missing": ["U+1F600"]}\\n')"""
    assert drawn(said) == [
        Rows(b"\xaa" * 432, Resolution.FINE),
        Rows(b"\x55" * 216, Resolution.STANDARD),
        Notes(characters_missing=("U+1F600",)),
    ]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('{"reason": "page_unreadable", "page": 3, "percent": 0}', "has a page, number 3, that cannot be decoded"),
        (
            '{"reason": "page_too_long", "page": 1, "percent": 19}',
            "has a page, number 1, that would be faxed at 19 % of its size; the limit is 50 %",
        ),
        ('{"reason": "too_much_memory", "page": 0, "percent": 0}', "takes more memory to draw than a fax may"),
    ],
)
def test_reasons(drawn: Callable[[str], list[Rows | Notes]], said: str, text: str) -> None:
    with pytest.raises(RenderFailed) as failed:
        drawn(f"out(b'R'); os.read(0, 9); out(b'F' + {said.encode()!r} + b'\\n')")
    assert failed.value.text == text


@pytest.mark.parametrize(
    "said",
    [
        "os._exit(0)",
        "os.abort()",
        "out(b'X')",
        "out(b'P\\1\\0\\0')",
        "out(b'P\\1\\xff\\xff' + b'\\0' * 9999)",
        "out(b'P\\1\\0\\2' + b'\\0' * 431)",
        "out(b'N')",
        "out(b'Nnothing\\n')",
        "out(b'N[]\\n')",
        "out(b'N' + b'[' * 60000 + b'\\n')",
        "out(b'N{\"characters_missing\": ' + b'[' * 99000)",
        "out(b'F{}\\n')",
        'out(b\'F{"reason": "another", "page": 1, "percent": 1}\\n\')',
        'out(b\'F{"reason": "page_unreadable", "page": "1", "percent": 1}\\n\')',
    ],
)
def test_what_is_no_answer(drawn: Callable[[str], list[Rows | Notes]], said: str) -> None:
    with pytest.raises(RenderFailed) as failed:
        drawn(f"out(b'R'); os.read(0, 9); {said}")
    assert failed.value.reason == "renderer_crashed"


def test_notes_are_bounded_and_of_known_names(drawn: Callable[[str], list[Rows | Notes]]) -> None:
    said = """out(b"R"); os.read(0, 9)
out(b'N{"fonts_substituted": ["' + b"x" * 300 + b'",' + b'1,' * 200 + b'1],')
out(b'"other": ["y"], "characters_missing": 5}\\n')"""
    (notes,) = drawn(said)
    assert notes == Notes(fonts_substituted=("x" * 200, *["1"] * 99))


@pytest.mark.parametrize("body", ["", "out(b'X')", "raise SystemExit(3)"])
def test_that_does_not_start(drawn: Callable[[str], list[Rows | Notes]], body: str) -> None:
    with pytest.raises(DeploymentFault) as fault:
        drawn(body)
    assert fault.value.reason == "renderer_not_started"


def test_program_that_is_not_there(plan: Callable[..., Plan]) -> None:
    with pytest.raises(DeploymentFault) as fault:
        list(draw(plan(size=3), b"abc", start=["/nowhere"]))
    assert (fault.value.reason, fault.value.cause) == ("renderer_not_started", "FileNotFoundError")


@pytest.mark.parametrize("number", ["SIGPROF", "SIGXCPU"])
def test_processor_time_used_up(drawn: Callable[[str], list[Rows | Notes]], number: str) -> None:
    with pytest.raises(RenderFailed) as failed:
        drawn(f"out(b'R'); os.read(0, 9); os.kill(os.getpid(), signal.{number})")
    assert failed.value.reason == "too_slow"


def test_that_hangs(plan: Callable[..., Plan]) -> None:
    # Each look at the clock is 20 s later.
    clock = itertools.count(0, 20).__next__
    program = "import os, time\nos.write(1, b'R'); os.read(0, 9)\nwhile True: time.sleep(9)"
    with pytest.raises(RenderFailed) as failed:
        list(
            draw(plan(size=3), b"abc", start=[sys.executable, "-I", "-S", "-c", program], patience=25, monotonic=clock)
        )
    assert failed.value.reason == "too_slow"


def test_start_without_what_takes_long_to_import() -> None:
    """It comes with each document, and took as long as all the rest of the start."""
    program = """import sys; sys.path += sys.argv[1:]
from faxes.rendering import confined, pdf
print(*sorted(sys.modules))"""
    command = [sys.executable, "-I", "-S", "-c", program, *child._folders()]
    imported = set(subprocess.run(command, capture_output=True, check=True, text=True).stdout.split())
    needless = {"dataclasses", "inspect", "pathlib", "subprocess", "faxes.model", "faxes.pages", "PIL.ImageDraw"}
    assert (imported & needless, "faxes.rendering.raster" in imported) == (set(), True)


def test_that_computes_for_ever(plan: Callable[..., Plan]) -> None:
    """The process's own limit, in its own words."""
    program = """import sys; sys.path += sys.argv[2:]
from faxes.confinement import inside; from faxes.rendering.plan import Plan
plan = Plan.loaded(sys.argv[1]); inside.receive(memoryview(bytearray(3)), plan.memory, plan.seconds)
while True: pass"""
    with pytest.raises(RenderFailed) as failed:
        list(draw(plan(size=3, seconds=1), b"abc", start=[sys.executable, "-I", "-S", "-c", program]))
    assert failed.value.reason == "too_slow"


def test_that_reserves_too_much(plan: Callable[..., Plan]) -> None:
    program = """import sys; sys.path += sys.argv[2:]
from faxes.rendering import confined, txt; from faxes.rendering.plan import Plan
txt.Txt.pages = lambda self, content: bytearray(1 << 28)
confined.main(sys.argv[1])"""
    with pytest.raises(RenderFailed) as failed:
        list(draw(plan(size=3, memory=1 << 26), b"abc", start=[sys.executable, "-I", "-S", "-c", program]))
    assert failed.value.reason == "too_much_memory"
