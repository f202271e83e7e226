"""How `make run` ends."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.local import run


@pytest.fixture
def ignored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shell that starts it in the background has it ignore ctrl-C."""
    monkeypatch.delenv("ONCE", raising=False)
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    for number, handler in before:
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_where_it_was_started_to_ignore_it(
    ignored: None,
    number: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @contextmanager
    def stack(*_: object) -> Iterator[None]:
        signal.raise_signal(number)
        yield

    monkeypatch.setattr(run, "local_stack", stack)
    assert run.main(["--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "\nstopped; nothing was left behind\n"
