"""The environment -> the values in it. The only reader of os.environ; a missing or wrong value fails the cold start.

The names, which each function's settings say, are the ones that template.yaml sets; a test holds the two together.
"""

import os
from collections.abc import Collection, Mapping

# Of a fax and of a file, as a parameter may say: half of what a copy within S3, and a function's own disk, may have.
MOST_UPLOAD_BYTES = 262_144_000
# The word for it where there is none.
NO_CARRIER = "none"
VARIABLES: Mapping[str, str] = os.environ


def text(environ: Mapping[str, str], name: str) -> str:
    """A variable's value. Raises ValueError where it is missing or empty."""
    value = environ.get(name, "")
    if not value:
        raise ValueError(f"the environment variable {name} is not set")
    return value


def one_of(environ: Mapping[str, str], name: str, words: Collection[str]) -> str:
    """A variable's word. Raises ValueError where it is none of these."""
    value = text(environ, name)
    if value not in words:
        raise ValueError(f"the environment variable {name} is {value!r}; it must be one of {', '.join(words)}")
    return value


def whole(environ: Mapping[str, str], name: str, low: int, high: int) -> int:
    """A variable's number, from ``low`` to ``high``. Raises ValueError where it is none of these."""
    value = text(environ, name)
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise ValueError(f"the environment variable {name} is {value!r}; it must be a number from {low} to {high}")
    return int(value)
