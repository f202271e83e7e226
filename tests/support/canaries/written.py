"""All that an invocation writes, whatever its level."""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from faxes.observability import logger


class Everything(logging.Formatter):
    """A record whole: its text, its arguments, what was added to it, and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return f"{record.name} {record.getMessage()} {record.__dict__} {trace}"


@dataclass(frozen=True, slots=True)
class Written:
    """What one invocation wrote, and its answer: None where an exception left the function."""

    text: str
    answer: Any

    def lines(self) -> list[dict[str, Any]]:
        """The function's own log lines."""
        found = []
        for line in self.text.splitlines():
            if line.startswith("{") and ('"outcome"' in line or '"message":"failed"' in line):
                found.append(json.loads(line))
        return found


def as_the_runtime_writes(error: BaseException) -> str:
    """An exception that leaves a function: type, text and stack, as Lambda's runtime logs them, and the whole chain."""
    own = [f"[ERROR] {type(error).__name__}: {error} {error.args}", *traceback.format_tb(error.__traceback__)]
    return "".join([*own, *traceback.format_exception(error)])


type Invoke = Callable[[ModuleType, dict[str, Any]], Written]


@contextmanager
def everything_shows() -> Iterator[None]:
    """All loggers write, from DEBUG on: the functions' own to standard output, and the root's to standard error."""
    root, to_stderr = logging.getLogger(), logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(Everything())
    own_handler: Any = logger.registered_handler
    level, own_level, own_stream = root.level, logger.log_level, own_handler.setStream(sys.stdout)
    root.addHandler(to_stderr)
    root.setLevel(logging.DEBUG)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(own_level)
        root.setLevel(level)
        root.removeHandler(to_stderr)
        own_handler.setStream(own_stream)
