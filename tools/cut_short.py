"""What a command prints may go to a program that has seen enough before its end, as `head` has."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def may_be_cut_short() -> Iterator[None]:
    """Where nobody reads what is printed any more, end as if all had been read."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python writes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
