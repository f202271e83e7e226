"""What a directory's extension is remembered for, and what is read anew."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from faxes.adapters.remembered_directory import MAX_REMEMBERED, RememberedDirectory
from faxes.errors import Effect, StorageFault
from faxes.model import Extension, ExtensionNumber, ExtensionType, User

START = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
LIFETIME = timedelta(seconds=60)
NUMBER = ExtensionNumber("0003", "210")
ALICES = Extension(NUMBER, "alice", ExtensionType.PHONE_TERMINAL, True)
FAILS = StorageFault("GetItem", Effect.NONE, "it cannot be read")


class Directory:
    """One that counts its reads, and fails where that is said."""

    def __init__(self, *extensions: Extension) -> None:
        self.extensions = {extension.number: extension for extension in extensions}
        self.fails = False
        self.reads: list[str] = []

    def user(self, user_id: str) -> User | None:
        self.reads.append(user_id)
        return User(user_id, "0003")

    def extension(self, number: ExtensionNumber) -> Extension | None:
        self.reads.append(str(number))
        if self.fails:
            raise FAILS
        return self.extensions.get(number)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


def test_an_extension_is_read_once_for_its_lifetime_and_then_anew(clock: Clock) -> None:
    directory = Directory(ALICES)
    remembered = RememberedDirectory(directory, LIFETIME, clock)
    assert remembered.extension(NUMBER) == ALICES
    directory.extensions[NUMBER] = replace(ALICES, owner_id="bob")
    clock.now = START + LIFETIME - timedelta(milliseconds=1)
    assert remembered.extension(NUMBER) == ALICES
    assert directory.reads == ["0003*210"]
    clock.now = START + LIFETIME
    assert remembered.extension(NUMBER) == replace(ALICES, owner_id="bob")
    # For as long again from then on, and not from the last time that it was asked for.
    clock.now = START + LIFETIME + LIFETIME - timedelta(milliseconds=1)
    assert remembered.extension(NUMBER) == replace(ALICES, owner_id="bob")
    assert directory.reads == ["0003*210"] * 2


def test_an_extension_that_was_not_found_is_read_again(clock: Clock) -> None:
    directory = Directory()
    remembered = RememberedDirectory(directory, LIFETIME, clock)
    assert remembered.extension(NUMBER) is None
    directory.extensions[NUMBER] = ALICES
    assert remembered.extension(NUMBER) == ALICES


def test_a_user_is_read_each_time(clock: Clock) -> None:
    directory = Directory()
    remembered = RememberedDirectory(directory, LIFETIME, clock)
    assert [remembered.user("bob"), remembered.user("bob")] == [User("bob", "0003")] * 2
    assert directory.reads == ["bob", "bob"]


@pytest.mark.parametrize("later", [LIFETIME, timedelta(hours=-1)])
def test_what_is_over_is_not_used_where_it_cannot_be_read(clock: Clock, later: timedelta) -> None:
    """Nor where the clock was set back behind the read."""
    directory = Directory(ALICES)
    remembered = RememberedDirectory(directory, LIFETIME, clock)
    remembered.extension(NUMBER)
    directory.fails = True
    clock.now = START + later
    for _ in range(2):
        with pytest.raises(StorageFault):
            remembered.extension(NUMBER)


def test_no_more_than_so_many_are_remembered(clock: Clock) -> None:
    numbers = [ExtensionNumber("0003", str(n)) for n in range(MAX_REMEMBERED + 1)]
    directory = Directory(*(replace(ALICES, number=number) for number in numbers))
    remembered = RememberedDirectory(directory, LIFETIME, clock)

    for number in [*numbers, *numbers[1:]]:
        remembered.extension(number)
    assert directory.reads == [str(number) for number in numbers]
    remembered.extension(numbers[0])
    assert directory.reads[len(numbers) :] == [str(numbers[0])]
