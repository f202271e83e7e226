"""The use case: a form and its caller -> an accepted fax, or why not.

Every check stands here in the contract's order: user, extension, recipients, no files, number of files, each file in
turn; the first failure answers. Then the files are stored, and the record last: the record is the acceptance, so it
never points at bytes that are not there.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from faxes import documents, numbers
from faxes.errors import ExtensionInvalid, RecipientsInvalid, StorageFailed, TooManyFiles, UserInvalid, shown
from faxes.model import (
    Document,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Form,
    Limits,
    Principal,
    Status,
    StoredFile,
    Upload,
)

# 999 recipients of 33 characters fit three times; parsing JSON takes up to 25 times its length in memory.
MAX_REQUEST_BYTES = 128 * 1024

ID_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_ID_RANDOM_BITS = 12
_ID_DRAWS = 5

_OWN_USER = frozenset({"@me", "@viewer"})
_OWNER = "@owner"


class Directory(Protocol):
    """Who owns what."""

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

    def add(self, fax: Fax) -> None:
        """Write the record of a new fax, unless its id is taken.

        Raises IdTaken where another fax has the id, StorageFailed where it was surely not written, OutcomeUnknown
        where that cannot be told. Being called twice with the same fax is the same as once.
        """
        ...


class IdTaken(Exception):
    """Another fax has this id."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Accepts faxes.

    ``now`` gives UTC; ``random_bits(n)`` an integer of n unguessable bits. ``retention`` is how long a fax is kept.
    """

    directory: Directory
    files: FileStore
    faxes: FaxStore
    limits: Limits
    retention: timedelta
    now: Callable[[], datetime]
    random_bits: Callable[[int], int]

    def submit(self, form: Form, principal: Principal, user: str, extension: str) -> Fax | None:
        """Accept a fax: its files and its record are stored when this returns. None where there is nothing to send.

        ``user`` and ``extension`` are the path's values, decoded. Raises a leaf of RequestRefused for the first check
        that fails, StorageFailed or OutcomeUnknown where storing does.
        """
        user_id = _resolve_user(user, principal)
        number = self._resolve_extension(extension, user, user_id, principal)
        recipients = self._recipients(form.request)
        if not form.uploads:
            return None
        return self._store(principal, user_id, number, recipients, self._documents(form.uploads))

    def _resolve_extension(self, text: str, user: str, user_id: str, principal: Principal) -> ExtensionNumber:
        parsed = numbers.parse_extension(text)
        if parsed is None:
            raise ExtensionInvalid(
                f"Extension {shown(text) or 'empty'} is not valid; it must be a number, such as 210, or one with its "
                f"organization, such as 0003*210, of at most {numbers.MAX_EXTENSION_CHARACTERS} characters.",
                reason="extension_malformed",
            )
        organization_id, digits = parsed
        number = ExtensionNumber(organization_id or principal.organization_id, digits)
        extension = self.directory.extension(number)
        if extension is None or extension.owner_id != user_id:
            # One message for both: whether another user's extension exists is not for the caller to learn.
            raise ExtensionInvalid(
                f"Extension {shown(text)} does not exist, or does not belong to user {shown(user)}.",
                reason="extension_unknown",
            )
        if extension.type is not ExtensionType.PHONE_TERMINAL:
            raise ExtensionInvalid(
                f"Extension {shown(text)} is not a phone terminal; only a phone terminal can send faxes.",
                reason="extension_not_phone_terminal",
            )
        if not extension.fax_enabled:
            raise ExtensionInvalid(f"Extension {shown(text)} is not enabled for fax.", reason="extension_fax_disabled")
        return number

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
        if len(recipients) > self.limits.recipients_per_fax:
            raise RecipientsInvalid(
                f"The fax has {len(recipients)} recipients; the limit is {self.limits.recipients_per_fax}.",
                reason="too_many_recipients",
            )
        return tuple(recipients)

    def _documents(self, uploads: Sequence[Upload]) -> list[Document]:
        if len(uploads) > self.limits.files_per_fax:
            raise TooManyFiles(
                f"The fax has {len(uploads)} files; the limit is {self.limits.files_per_fax}.", reason="too_many_files"
            )
        accepted: list[Document] = []
        for n, upload in enumerate(uploads, start=1):
            pages_before = sum(document.pages for document in accepted)
            accepted.append(documents.inspect(upload, n, len(uploads), self.limits, pages_before))
        return accepted

    def _store(
        self,
        principal: Principal,
        user_id: str,
        number: ExtensionNumber,
        recipients: tuple[str, ...],
        accepted: Sequence[Document],
    ) -> Fax:
        # The uid opens the public fax page and names the objects: drawn for this attempt, so that nothing is there yet.
        uid = f"{self.random_bits(128):032x}"
        keyed = [(f"faxes/{uid}/{n}.{document.kind}", document) for n, document in enumerate(accepted, start=1)]
        created_at = self.now()
        fax = Fax(
            id="",
            uid=uid,
            user_id=user_id,
            organization_id=principal.organization_id,
            extension=str(number),
            recipients=recipients,
            files=tuple(
                StoredFile(n, document.name, document.kind, document.size, document.sha256.hex(), key, document.pages)
                for n, (key, document) in enumerate(keyed, start=1)
            ),
            pages=sum(document.pages for document in accepted),
            status=Status.ACCEPTED,
            created_at=created_at,
            # In whole seconds, as the table's time to live is.
            expires_at=(created_at + self.retention).replace(microsecond=0),
        )
        try:
            self.files.put_all(keyed)
            return self._add(fax)
        except StorageFailed:
            self.files.discard([key for key, _ in keyed])
            raise

    def _add(self, fax: Fax) -> Fax:
        for _ in range(_ID_DRAWS):
            numbered = replace(fax, id=new_id(fax.created_at, self.random_bits(_ID_RANDOM_BITS)))
            try:
                self.faxes.add(numbered)
            except IdTaken:
                continue
            return numbered
        raise StorageFailed(reason="ids_taken", cause=f"{_ID_DRAWS} ids in a row were taken")


def new_id(moment: datetime, random: int) -> str:
    """41 bits of milliseconds since 2026 and 12 random bits: grows with time, needs no counter, stays below 2^53
    (until 2095), which every JSON client holds exactly."""
    milliseconds = (moment - ID_EPOCH) // timedelta(milliseconds=1)
    return str(milliseconds << _ID_RANDOM_BITS | random)


def _resolve_user(user: str, principal: Principal) -> str:
    """The id of the user that the path names. A token in user context acts for its own user alone; with @owner, the
    extension's owner must be that user."""
    if user in _OWN_USER or user == _OWNER or user == principal.user_id:
        return principal.user_id
    if not numbers.is_user_id(user):
        raise UserInvalid(
            f"User {shown(user) or 'empty'} is not valid; it must be @me, @viewer, @owner, or an id of 1 to 64 "
            "letters, digits, dots, dashes and underscores.",
            reason="user_malformed",
        )
    raise UserInvalid(
        f"User {shown(user)} does not exist, or is out of reach of this token.", reason="user_out_of_reach"
    )


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
