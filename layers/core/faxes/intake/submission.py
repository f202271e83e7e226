"""The use case: a form and its caller -> an accepted fax, or why not.

Every check stands here in the contract's order: user, extension, recipients, no files, number of files, each file in
turn; the first failure answers. Then the files are stored, and the record last: the record is the acceptance, so it
never points at bytes that are not there.

A request may come again, because its answer was lost. One with an Idempotency-Key claims that key in the same write
that makes the record, so of any number of such requests one is the fax, and the others are answered as it was.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from faxes import numbers
from faxes.errors import (
    ExtensionInvalid,
    KeyReused,
    OutcomeUnknown,
    RecipientsInvalid,
    StorageFailed,
    TooManyFiles,
    UserInvalid,
    shown,
)
from faxes.intake import documents
from faxes.intake.idempotency import claim_of_content, claim_of_key, content_of
from faxes.model import (
    Acceptance,
    Claim,
    Context,
    Document,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Form,
    Limits,
    Principal,
    Receipt,
    Status,
    StoredFile,
    Upload,
    User,
)

# 999 recipients of 33 characters fit three times; parsing JSON takes up to 25 times its length in memory.
MAX_REQUEST_BYTES = 128 * 1024

ID_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_ID_RANDOM_BITS = 12
# Writes of one record: an id may be taken, and others may be writing the same claim.
_WRITES = 5
# Seconds, doubled with each conflict: a transaction takes some hundredths.
_CONFLICT_WAIT = 0.05

_OWN_USER = frozenset({"@me", "@viewer"})
_OWNER = "@owner"


class Directory(Protocol):
    """Who belongs where, and who owns what."""

    def user(self, user_id: str) -> User | None:
        """The user with this id, or None. Raises StorageFailed where that cannot be learned."""
        ...

    def extension(self, number: ExtensionNumber) -> Extension | None:
        """The extension with this number, or None. Raises StorageFailed where that cannot be learned."""
        ...


class FileStore(Protocol):
    """Where the bytes of a fax lie."""

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        """Store each document under its key. Raises StorageFailed where one could not be; others may have been."""
        ...

    def discard(self, keys: Sequence[str]) -> None:
        """Remove what was put, as far as that is possible now. Raises nothing: what stays, the retention removes."""
        ...


class FaxStore(Protocol):
    """Where the record of a fax lies."""

    def acceptance(self, claim: str, now: datetime) -> Acceptance | None:
        """What was accepted under this claim, as last written, or None where nothing was, or its time is over.

        Raises OutcomeUnknown where that cannot be learned.
        """
        ...

    def add(self, fax: Fax, claim: Claim | None = None) -> None:
        """Write the record of a new fax, and its claim, or neither: unless its id, or the claim, is taken.

        Raises IdTaken or ClaimTaken; WriteConflict where others are just writing the same, StorageFailed where it was
        surely not written for another reason, OutcomeUnknown where that cannot be told. Being called twice with the
        same fax is the same as once.
        """
        ...


class IdTaken(Exception):
    """Another fax has this id."""


class ClaimTaken(Exception):
    """Another fax was accepted under this claim."""

    def __init__(self, by: Acceptance) -> None:
        super().__init__()
        self.by = by


class WriteConflict(Exception):
    """Another request was writing the same claim: nothing was written here, and it is not told what was there."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take and last. ``put_all`` and ``write`` in seconds: the longest that a wave of puts, and one
    write, can take; ``retention`` of a fax; ``claim`` of an Idempotency-Key; ``repetition`` of a request without one
    (zero: such a request is always another fax)."""

    put_all: float
    write: float
    retention: timedelta
    claim: timedelta
    repetition: timedelta


@dataclass(frozen=True, slots=True)
class Submission:
    """Accepts faxes.

    ``now`` gives UTC; ``random_bits(n)`` an integer of n unguessable bits; ``wait`` sleeps for so many seconds;
    ``pool`` runs a read beside another.
    """

    directory: Directory
    files: FileStore
    faxes: FaxStore
    limits: Limits
    timing: Timing
    now: Callable[[], datetime]
    random_bits: Callable[[int], int]
    wait: Callable[[float], None]
    pool: Executor

    def submit(
        self,
        form: Form,
        principal: Principal,
        user: str,
        extension: str,
        key: str | None,
        remaining: Callable[[], float],
    ) -> Receipt | None:
        """Accept a fax: its files and its record are stored when this returns. None where there is nothing to send.

        ``user`` and ``extension`` are the path's values, decoded; ``key`` is the Idempotency-Key; ``remaining`` gives
        the seconds that are left for all of it. Raises a leaf of RequestRefused for the first check that fails,
        StorageFailed or OutcomeUnknown where storing does.
        """
        with self._earlier(principal, key) as earlier:
            named = self._named_user(user, principal)
            sender = self._sender(extension, user, named, principal)
        recipients = self._recipients(form.request)
        if earlier and (accepted := earlier.result()):
            # It is not looked into again: whatever would be said of it now, it was accepted.
            return _replay(_content(sender, recipients, form), accepted)
        self._check_number_of(recipients)
        if not form.uploads:
            return None
        try:
            documents = self._documents(form.uploads, remaining)
            content = content_of(sender, recipients, ((document.name, document.sha256) for document in documents))
            return self._store(sender, recipients, documents, self._claim(principal, key, content), remaining)
        except StorageFailed as failed:
            if key and (accepted := self._accepted_since(claim_of_key(principal, key), failed, remaining)):
                return _replay(_content(sender, recipients, form), accepted)
            raise

    def _accepted_since(self, claim: str, failed: StorageFailed, remaining: Callable[[], float]) -> Acceptance | None:
        """What another request with the same key came to, since the key was looked up and this one failed.

        Raises OutcomeUnknown where that cannot be learned, or not in time.
        """
        # A read takes as long as a write.
        if remaining() < self.timing.write:
            raise OutcomeUnknown(reason=failed.reason, cause=failed.cause) from failed
        return self.faxes.acceptance(claim, self.now())

    @contextmanager
    def _earlier(self, principal: Principal, key: str | None) -> Iterator[Future[Acceptance | None] | None]:
        """Look the key up beside what is done meanwhile; it is read when this ends.

        Raises OutcomeUnknown where what is done meanwhile raises StorageFailed, unless nothing was accepted before:
        the caller would be told that nothing was, and send the fax again under another key.
        """
        if key is None:
            yield None
            return
        reading = self.pool.submit(self.faxes.acceptance, claim_of_key(principal, key), self.now())
        try:
            yield reading
        except StorageFailed as failed:
            if reading.result():
                raise OutcomeUnknown(reason=failed.reason, cause=failed.cause) from failed
            raise
        finally:
            # A read that went on behind the answer would be frozen with the function.
            wait([reading])

    def _claim(self, principal: Principal, key: str | None, content: str) -> Claim | None:
        """What makes the same request, sent again, this fax: its key; without one, its content, if that is set up."""
        if key is not None:
            return Claim(claim_of_key(principal, key), content, self._whole_seconds(self.timing.claim))
        if self.timing.repetition:
            return Claim(claim_of_content(principal, content), content, self._whole_seconds(self.timing.repetition))
        return None

    def _whole_seconds(self, lifetime: timedelta) -> datetime:
        """The end of a lifetime that starts now, as the table's time to live has it."""
        return (self.now() + lifetime).replace(microsecond=0)

    def _named_user(self, user: str, principal: Principal) -> User | None:
        """The user that the path names, who is in the token's reach; None for @owner, whoever that is.

        One message for all that is out of reach: whether such a user exists is not for the caller to learn.
        """
        if user == _OWNER:
            return None
        if user in _OWN_USER or user == principal.user_id:
            return User(principal.user_id, principal.organization_id)
        if not numbers.is_user_id(user):
            raise UserInvalid(
                f"User {shown(user) or 'empty'} is not valid; it must be @me, @viewer, @owner, or an id of 1 to 64 "
                "letters, digits, dots, dashes and underscores.",
                reason="user_malformed",
            )
        found = None if principal.context is Context.USER else self.directory.user(user)
        if found is None or not _reaches(principal, found):
            raise UserInvalid(
                f"User {shown(user)} does not exist, or is out of reach of this token.", reason="user_out_of_reach"
            )
        return found

    def _sender(self, text: str, user: str, named: User | None, principal: Principal) -> Extension:
        """The extension that sends: the named user's, or, for @owner, any in the token's reach."""
        parsed = numbers.parse_extension(text)
        if parsed is None:
            raise ExtensionInvalid(
                f"Extension {shown(text) or 'empty'} is not valid; it must be a number, such as 210, or one with its "
                f"organization, such as 0003*210, of at most {numbers.MAX_EXTENSION_CHARACTERS} characters.",
                reason="extension_malformed",
            )
        organization_id, digits = parsed
        number = ExtensionNumber(organization_id or (named or principal).organization_id, digits)
        extension = self.directory.extension(number)
        # One message for each: whether another user's extension exists is not for the caller to learn.
        if named and (extension is None or extension.owner_id != named.id):
            raise ExtensionInvalid(
                f"Extension {shown(text)} does not exist, or does not belong to user {shown(user)}.",
                reason="extension_unknown",
            )
        if extension is None or not _reaches(principal, User(extension.owner_id, number.organization_id)):
            raise ExtensionInvalid(
                f"Extension {shown(text)} does not exist, or is out of reach of this token.",
                reason="extension_out_of_reach",
            )
        if extension.type is not ExtensionType.PHONE_TERMINAL:
            raise ExtensionInvalid(
                f"Extension {shown(text)} is not a phone terminal; only a phone terminal can send faxes.",
                reason="extension_not_phone_terminal",
            )
        if not extension.fax_enabled:
            raise ExtensionInvalid(f"Extension {shown(text)} is not enabled for fax.", reason="extension_fax_disabled")
        return extension

    def _recipients(self, request: bytes | None) -> tuple[str, ...]:
        sent = _requested_recipients(request)
        recipients: dict[str, None] = {}
        for position, value in enumerate(sent, start=1):
            where = f"Recipient {position} of {len(sent)}"
            if not isinstance(value, str):
                raise RecipientsInvalid(
                    f"{where} is {_json_type(value)}; it must be a string.", reason="recipient_not_string"
                )
            number = numbers.parse_recipient(value)
            if number is None:
                raise RecipientsInvalid(
                    f"{where}, {shown(value) or 'empty'}, is neither an extension, such as 210 or 0003*210, nor a "
                    f"phone number of 1 to {numbers.MAX_PHONE_DIGITS} digits.",
                    reason="recipient_malformed",
                )
            recipients[number] = None
        return tuple(recipients)

    def _check_number_of(self, recipients: Sequence[str]) -> None:
        if len(recipients) > self.limits.recipients_per_fax:
            raise RecipientsInvalid(
                f"The fax has {len(recipients)} recipients; the limit is {self.limits.recipients_per_fax}.",
                reason="too_many_recipients",
            )

    def _documents(self, uploads: Sequence[Upload], remaining: Callable[[], float]) -> list[Document]:
        if len(uploads) > self.limits.files_per_fax:
            raise TooManyFiles(
                f"The fax has {len(uploads)} files; the limit is {self.limits.files_per_fax}.", reason="too_many_files"
            )
        accepted: list[Document] = []
        for n, upload in enumerate(uploads, start=1):
            # Each may take seconds, where it was made to.
            self._check_time_to_store(remaining)
            pages_before = sum(document.pages for document in accepted)
            accepted.append(documents.inspect(upload, n, len(uploads), self.limits, pages_before))
        return accepted

    def _store(
        self,
        sender: Extension,
        recipients: tuple[str, ...],
        accepted: Sequence[Document],
        claim: Claim | None,
        remaining: Callable[[], float],
    ) -> Receipt:
        # The uid opens the public fax page and names the objects: drawn for this attempt, so that nothing is there yet.
        uid = f"{self.random_bits(128):032x}"
        keyed = [(f"faxes/{uid}/{n}.{document.kind}", document) for n, document in enumerate(accepted, start=1)]
        created_at = self.now()
        fax = Fax(
            id="",
            uid=uid,
            user_id=sender.owner_id,
            organization_id=sender.number.organization_id,
            extension=str(sender.number),
            recipients=recipients,
            files=tuple(
                StoredFile(n, document.name, document.kind, document.size, document.sha256.hex(), key, document.pages)
                for n, (key, document) in enumerate(keyed, start=1)
            ),
            pages=sum(document.pages for document in accepted),
            status=Status.ACCEPTED,
            created_at=created_at,
            # In whole seconds, as the table's time to live is.
            expires_at=(created_at + self.timing.retention).replace(microsecond=0),
        )
        self._check_time_to_store(remaining)
        try:
            self.files.put_all(keyed)
            receipt = self._write(fax, claim, remaining)
        except (StorageFailed, KeyReused):
            self._discard(keyed, remaining)
            raise
        except WriteConflict as conflict:
            # Nothing of this request was written; those that are writing the same claim may well be accepted.
            self._discard(keyed, remaining)
            raise OutcomeUnknown(reason="writes_in_vain", cause=str(conflict)) from conflict
        if receipt.fax is None:
            self._discard(keyed, remaining)
        return receipt

    def _check_time_to_store(self, remaining: Callable[[], float]) -> None:
        _check_time(remaining, self.timing.put_all + self.timing.write)

    def _discard(self, keyed: Sequence[tuple[str, Document]], remaining: Callable[[], float]) -> None:
        # Where there is no time left, the answer is worth more: the lifecycle rule removes what stays.
        if remaining() > self.timing.put_all:
            self.files.discard([key for key, _ in keyed])

    def _write(self, fax: Fax, claim: Claim | None, remaining: Callable[[], float]) -> Receipt:
        """Write the record under an id that is free; or learn that the same request was accepted meanwhile.

        Raises WriteConflict where others were writing the same claim to the last.
        """
        redrawn = conflicts = 0
        for attempt in range(_WRITES):
            _check_time(remaining, self.timing.write)
            numbered = replace(fax, id=new_id(fax.created_at, self.random_bits(_ID_RANDOM_BITS)))
            try:
                self.faxes.add(numbered, claim)
            except IdTaken:
                redrawn += 1
            except ClaimTaken as taken:
                return _replay(claim.content if claim else "", taken.by)
            except WriteConflict:
                conflicts += 1
                if attempt < _WRITES - 1:
                    self.wait(_CONFLICT_WAIT * 2**attempt)
            else:
                return Receipt(numbered.id, numbered.uid, numbered, redrawn)
        cause = f"{_WRITES} writes, {redrawn} ids were taken"
        raise WriteConflict(cause) if claim and conflicts else StorageFailed(reason="writes_in_vain", cause=cause)


def _check_time(remaining: Callable[[], float], needed: float) -> None:
    """Answer in time rather than be stopped half-way. Raises StorageFailed: until now nothing is accepted."""
    left = remaining()
    if left < needed:
        raise StorageFailed(reason="out_of_time", cause=f"{left:.1f} s are left, {needed:.1f} s may be needed")


def _content(sender: Extension, recipients: Sequence[str], form: Form) -> str:
    """The content of a fax whose files have not been looked into."""
    files = ((upload.name, hashlib.sha256(upload.content).digest()) for upload in form.uploads)
    return content_of(sender, recipients, files)


def _replay(content: str, accepted: Acceptance) -> Receipt:
    """The first answer to the same request once more. Raises KeyReused where it is another request."""
    if content != accepted.content:
        raise KeyReused(
            "This Idempotency-Key was sent before with another fax: another user, extension, recipients or files. "
            "Use a new key for a new fax.",
            reason="idempotency_key_reused",
        )
    return Receipt(accepted.fax_id, accepted.uid, None)


def new_id(moment: datetime, random: int) -> str:
    """41 bits of milliseconds since 2026 and 12 random bits: grows with time, needs no counter, stays below 2^53
    (until 2095), which every JSON client holds exactly."""
    milliseconds = (moment - ID_EPOCH) // timedelta(milliseconds=1)
    return str(milliseconds << _ID_RANDOM_BITS | random)


def _reaches(principal: Principal, user: User) -> bool:
    """Whether a token acts for this user. An extension is of its owner's organization, so its number tells."""
    match principal.context:
        case Context.USER:
            return user.id == principal.user_id
        case Context.ORGANIZATION:
            return user.organization_id == principal.organization_id
        case Context.GLOBAL:
            return True


def _requested_recipients(request: bytes | None) -> list[object]:
    """The ``recipients`` member of the request part, a non-empty array."""
    if request is None:
        raise RecipientsInvalid(
            'The form has no part named request; it must hold {"recipients": [...]}.', reason="request_missing"
        )
    if len(request) > MAX_REQUEST_BYTES:
        raise RecipientsInvalid(
            f"The request part has {len(request)} bytes; the limit is {MAX_REQUEST_BYTES}.", reason="request_too_long"
        )
    try:
        value = json.loads(request)
    except (ValueError, RecursionError):
        raise RecipientsInvalid(
            'The request part is not JSON; it must hold {"recipients": [...]}.', reason="request_not_json"
        ) from None
    if not isinstance(value, dict):
        raise RecipientsInvalid(
            f'The request part is {_json_type(value)}; it must be an object such as {{"recipients": ["0003*211"]}}.',
            reason="request_not_object",
        )
    if "recipients" not in value:
        raise RecipientsInvalid(
            'The request part has no member recipients; it must hold {"recipients": [...]}.',
            reason="recipients_missing",
        )
    recipients = value["recipients"]
    if not isinstance(recipients, list):
        raise RecipientsInvalid(
            f"recipients is {_json_type(recipients)}; it must be an array of strings.", reason="recipients_not_array"
        )
    if not recipients:
        raise RecipientsInvalid("recipients is empty; it must name at least one recipient.", reason="recipients_empty")
    return recipients


def _json_type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
