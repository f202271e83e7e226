"""A submission on memory stores, for the tests of all that it goes through."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.errors import Effect, FaxError, StorageFault
from faxes.intake.claims import Timing
from faxes.intake.submission import Submission
from faxes.model import (
    Context,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Form,
    Limits,
    Principal,
    Receipt,
    Upload,
    User,
)
from tests.support.images import Page, tiff
from tests.support.memory import MemoryDirectory, MemoryFaxStore, MemoryFileStore
from tools.limits import default_limits

NOW = datetime(2026, 11, 23, 12, 30, 15, 123_000, tzinfo=UTC)
ALICE = Principal("alice", "0003")
OFFICE = Principal("alice", "0003", Context.ORGANIZATION, "office-app")
PROVIDER = Principal("alice", "0003", Context.GLOBAL, "provider-app")
UID = "0123456789abcdef0123456789abcdef"
OTHER_UID = "1123456789abcdef0123456789abcdef"
THIRD_UID = "2123456789abcdef0123456789abcdef"
POOL = ThreadPoolExecutor(1)
NOTE = Upload("note.txt", b"This is my fax")
SCAN = Upload("scan.tif", tiff(Page(), Page(), Page()))


def extension(number: str, owner: str = "alice", **other: Any) -> Extension:
    organization, digits = number.split("*")
    values: dict[str, Any] = {"type": ExtensionType.PHONE_TERMINAL, "fax_enabled": True} | other
    return Extension(ExtensionNumber(organization, digits), owner, **values)


class Lines:
    """Implements ``intake.ports.Lines``: one number is refused."""

    def why_refused(self, number: str) -> str | None:
        return "is refused" if number == "+15005550099" else None

    def pages_per_day(self, numbers: Sequence[str]) -> int | None:
        return None


class Service:
    """A submission on memory stores. ``bits`` are drawn in turn for the ids; the uid is always the same."""

    def __init__(
        self,
        limits: Limits | None = None,
        now: datetime = NOW,
        bits: tuple[int, ...] = (7,),
        deduplication: timedelta = timedelta(0),
    ) -> None:
        self.now = now
        self.waits: list[float] = []
        self.remaining: Callable[[], float] = lambda: 28
        uids = [UID, OTHER_UID, THIRD_UID]
        self.directory = MemoryDirectory(
            [
                extension("0003*210"),
                extension("0003*211", "bob"),
                extension("0003*220", fax_enabled=False),
                *(
                    extension(f"0003*3{n:02}", type=kind, fax_enabled=False)
                    for n, kind in enumerate(ExtensionType)
                    if kind is not ExtensionType.PHONE_TERMINAL
                ),
                extension("0004*210", "carol"),
                extension("0004*500", "carol"),
            ],
            [User("alice", "0003"), User("bob", "0003"), User("carol", "0004")],
        )
        self.files = MemoryFileStore()
        self.faxes = MemoryFaxStore()
        draws = iter(bits)
        self.submission = Submission(
            directory=self.directory,
            files=self.files,
            faxes=self.faxes,
            limits=limits or default_limits(),
            timing=Timing(
                put_all=12,
                write=5,
                retention=timedelta(days=30),
                idempotency=timedelta(hours=24),
                deduplication=deduplication,
            ),
            now=lambda: self.now,
            random_bits=lambda n: int(uids.pop(0), 16) if n == 128 else next(draws),
            wait=self.waits.append,
            pool=POOL,
            lines=lambda organization, sandbox: Lines(),
        )

    def submit(
        self,
        request: object = None,
        *uploads: Upload,
        user: str = "@me",
        number: str = "0003*210",
        principal: Principal = ALICE,
    ) -> Fax | None:
        """Submit a form with ``request``: bytes as they are, None for no request part, else the value's JSON."""
        receipt = self.receipt(request, *uploads, user=user, number=number, principal=principal)
        if receipt is None:
            return None
        assert receipt.fax is not None
        assert (receipt.id, receipt.uid) == (receipt.fax.id, receipt.fax.uid)
        return receipt.fax

    def receipt(
        self,
        request: object = None,
        *uploads: Upload,
        user: str = "@me",
        number: str = "0003*210",
        principal: Principal = ALICE,
        key: str | None = None,
    ) -> Receipt | None:
        content = request if isinstance(request, bytes | None) else json.dumps(request).encode()
        return self.submission.submit(Form(content, uploads), principal, user, number, key, self.remaining)

    def refusal(self, *arguments: Any, **named: Any) -> tuple[type[FaxError], str, str]:
        """Why a form is refused: the error, its reason and its whole message. Nothing is stored."""
        with pytest.raises(FaxError) as caught:
            self.submit(*arguments, **named)
        assert (self.files.objects, self.faxes.faxes) == ({}, {})
        return type(caught.value), caught.value.reason, caught.value.message


TO_ONE = {"recipients": ["0003*211"]}


NOT_READ = StorageFault("read a key", Effect.NONE, "memory")


def again(service: Service, **other: Any) -> Receipt | None:
    """The same request a second time, or one that differs as said."""
    sent: dict[str, Any] = {"request": TO_ONE, "uploads": (NOTE,), "key": "a-key", "principal": ALICE} | other
    return service.receipt(sent.pop("request"), *sent.pop("uploads"), **sent)
