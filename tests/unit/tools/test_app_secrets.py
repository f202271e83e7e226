"""Whether an app's own secret may be brought along: what is plainly weak is refused, what is random never is."""

import random
import re
import string

import pytest

from tools.operations.app_secrets import ALPHABETS, weakness

PUNCTUATION = "-._~"
VOIPNOW = string.ascii_letters + string.digits + PUNCTUATION


def drawn(characters: str, length: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(characters, k=length))  # noqa: S311  (the same ones every time)


def weak_alphabet(length: int, size: int, bits: int) -> str:
    return f"{length} of an alphabet of {size} characters hold at most {bits} bits; the least is 190"


def test_what_voipnow_draws_is_strong_unless_it_shows_letters_alone() -> None:
    refused = 0
    for seed in range(10_000):
        secret = drawn(VOIPNOW, 32, seed)
        letters_alone = secret.isalpha()
        assert weakness(secret) == (weak_alphabet(32, 52, 182) if letters_alone else None)
        refused += letters_alone
    assert 0 < refused <= 10


@pytest.mark.parametrize(
    ("characters", "length"),
    [
        (string.digits, 58),
        ("0123456789abcdef", 48),
        ("0123456789ABCDEF", 48),
        (string.ascii_lowercase, 41),
        (string.ascii_uppercase, 41),
        (string.ascii_lowercase + string.digits, 37),
        (string.ascii_uppercase + string.digits, 37),
        (string.ascii_letters, 34),
        (string.ascii_letters + string.digits, 32),
        (string.ascii_letters + string.digits + "-_", 32),
        (VOIPNOW, 32),
    ],
)
def test_what_is_random_is_strong_from_190_bits_on(characters: str, length: int) -> None:
    for seed in range(200):
        # Every character that tells the alphabet is there.
        secret = drawn(characters, length - 3, seed) + characters[0] + characters[-1] + characters[-3]
        assert weakness(secret) is None
        assert re.fullmatch(
            rf"{length - 1} of an alphabet of {len(characters)} characters hold at most 1[78]\d bits; "
            "the least is 190",
            weakness(secret[1:]) or "",
        )


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("x", weak_alphabet(1, 26, 4)),
        ("7" * 57, weak_alphabet(57, 10, 189)),
        ("550e8400-e29b-41d4-a716-446655440000", weak_alphabet(36, 20, 155)),
        (drawn("0123456789abcdef", 32), weak_alphabet(32, 16, 128)),
        (drawn("0123456789ABCDEF", 32), weak_alphabet(32, 16, 128)),
        (drawn(VOIPNOW, 30) + "~", weak_alphabet(31, 66, 187)),
        ("a" * 64, "it holds 1 different character, where 64 random ones of an alphabet of 16 hold about 16"),
        ("ab" * 32, "it holds 2 different characters, where 64 random ones of an alphabet of 16 hold about 16"),
        ("Aa1-" * 12, "it holds 4 different characters, where 48 random ones of an alphabet of 64 hold about 34"),
        ("kT3_vQ9.xL0~bWm2" * 2, "a part of 8 characters is in it twice"),
        ("S3cret-of-Faxes." + drawn(VOIPNOW, 20) + "S3cret-of-Faxes.", "a part of 8 characters is in it twice"),
        (string.ascii_letters, "much of it is a run, such as abcd or 4321"),
        (string.ascii_lowercase[::-1] + string.ascii_uppercase + "0", "much of it is a run, such as abcd or 4321"),
        ("0123456789aAbBcCdDeEfF" + "ABCDEFGHIJKLMN.~", "much of it is a run, such as abcd or 4321"),
    ],
)
def test_what_is_plainly_not_random_is_weak(secret: str, why: str) -> None:
    assert weakness(secret) == why


def test_the_alphabets_begin_with_the_smallest_and_end_with_all() -> None:
    sizes = [len(alphabet) for alphabet in ALPHABETS]
    assert sizes == sorted(sizes)
    assert sizes[0] == 10
    assert ALPHABETS[-1] == frozenset(VOIPNOW)
