"""Whether an app's secret, brought along from elsewhere, is strong enough: at least 190 bits.

VoipNow's own are 32 characters of ``A-Za-z0-9-._~``, which is 193 bits. A secret does not show how it was made, so this
judges by what can be seen, and leans to a refusal:

- Its bits are its length times those of the smallest alphabet in use that has all its characters: digits 10, hex 16,
  letters 26 or 52, and so on up to all 66. Of 2,000 secrets of VoipNow's, one shows letters alone, and is refused.
- What no random secret looks like is refused: few different characters, a part that comes twice, runs such as abcd.

It cannot tell a secret of words, or one that is known to others, from a random one: for those, have one drawn.
"""

import math
import string
from itertools import pairwise

MIN_BITS = 190

_PUNCTUATION = "-._~"
_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_ONE_CASE = (
    string.digits,
    "0123456789abcdef",
    "0123456789ABCDEF",
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.ascii_lowercase + string.digits,
    string.ascii_uppercase + string.digits,
)
# From the smallest to the one that has them all. Those of one case may have separators, as a UUID has.
ALPHABETS = sorted(
    (
        frozenset(characters)
        for characters in (
            *_ONE_CASE,
            *(characters + _PUNCTUATION for characters in _ONE_CASE),
            string.ascii_letters,
            _LETTERS_AND_DIGITS,
            _LETTERS_AND_DIGITS + "-_",
            _LETTERS_AND_DIGITS + _PUNCTUATION,
        )
    ),
    key=len,
)

# Of 32 random characters, 8 come twice once in 10^12; of 58 digits, once in 80,000.
_REPEATED_PART = 8
# Of a random secret's steps from character to character, one in 20 at most is the same as the one before.
_RUN_SHARE = 4


def weakness(secret: str) -> str | None:
    """Why a secret of ``A-Za-z0-9-._~`` is too weak, or None. The words do not hold the secret or a part of it."""
    size = len(next(alphabet for alphabet in ALPHABETS if alphabet >= set(secret)))
    length = len(secret)
    bits = length * math.log2(size)
    if bits < MIN_BITS:
        return f"{length} of an alphabet of {size} characters hold at most {int(bits)} bits; the least is {MIN_BITS}"
    different, usual = len(set(secret)), size * (1 - (1 - 1 / size) ** length)
    if different < usual / 2:
        return (
            f"it holds {different} different character{'s' if different > 1 else ''}, where {length} random ones of an "
            f"alphabet of {size} hold about {usual:.0f}"
        )
    parts = [secret[start : start + _REPEATED_PART] for start in range(length - _REPEATED_PART + 1)]
    if len(set(parts)) < len(parts):
        return f"a part of {_REPEATED_PART} characters is in it twice"
    steps = [ord(after) - ord(before) for before, after in pairwise(secret)]
    if sum(step == next_step for step, next_step in pairwise(steps)) > len(steps) / _RUN_SHARE:
        return "much of it is a run, such as abcd or 4321"
    return None
