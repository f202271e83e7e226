"""The use case: a request that announces its files -> addresses to upload them to, or why not.

The checks are a form's, in the same order; what names and sizes tell of a file is told here, and what its bytes tell
when they are there (checking.py). The pending fax and its idempotency record are written together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from faxes import access, ids
from faxes.errors import OutcomeUnknown, StorageFailed, StorageFault, TooManyUploads, storage_faults_as
from faxes.intake import announced, recipients
from faxes.intake.claims import Claims, check_time, replayed
from faxes.intake.idempotency import fingerprint_announced, name_by_key
from faxes.intake.inviting import LOOKED_AT, Invited, Inviting, closing
from faxes.intake.pending import Changed, PendingInserts, caller_of
from faxes.intake.ports import WriteConflict
from faxes.intake.request import Members
from faxes.intake.submission import Submission
from faxes.model import ExpectedFile, Fax, IdempotencyRecord, PendingFax, Principal, Receipt, Status, UploadLimits

# What became of it can be asked for so long; what was uploaded lies there for a day.
_KNOWN_FOR = timedelta(days=2)
# A request that comes again within this, as most do, writes nothing: new addresses have all their time, and what begins
# with them as long again.
_AGAIN_SOON = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Uploading:
    """Takes faxes whose files come later. What is shared with faxes that come whole is ``whole``'s."""

    whole: Submission
    limits: UploadLimits
    pending: PendingInserts
    inviting: Inviting

    def begin(
        self,
        members: Members,
        principal: Principal,
        user: str,
        extension: str,
        key: str | None,
        remaining: Callable[[], float],
    ) -> Invited | None:
        """Take a request: its pending fax is stored when this returns. None where there is nothing to send.

        The arguments and what is raised are as for ``Submission.submit``, and TooManyUploads.
        """
        whole, claims = self.whole, self.whole.claims
        with claims.earlier(principal, key) as earlier, storage_faults_as(StorageFailed, reason="record_not_read"):
            sender = access.sender(whole.directory, principal, user, extension)
        said = announced.announced(members)

        def fingerprint(files: tuple[ExpectedFile, ...]) -> str:
            return fingerprint_announced(sender, said.asked, files, key)

        def expected() -> tuple[ExpectedFile, ...]:
            return announced.expected(said.files, whole.limits, self.limits)

        if earlier and (accepted := earlier.result()):
            return self._again(replayed(fingerprint(expected()), accepted))
        recipients.check_number_of(said.asked.recipients, whole.limits)
        try:
            limits = whole.check_lines(said.asked, sender, principal, remaining)
            whole.check_extensions(said.asked, sender, remaining)
            if not said.files:
                return None
            files = expected()
            now = whole.now()
            fax = Fax(
                id="",
                uid=ids.new_uid(whole.random_bits(ids.UID_RANDOM_BITS)),
                user_id=sender.owner_id,
                organization_id=sender.number.organization_id,
                extension=str(sender.number),
                recipients=said.asked.recipients,
                files=(),
                pages=0,
                status=Status.UPLOADING,
                created_at=now,
                # In whole seconds, as the table's time to live is.
                expires_at=(now + whole.timing.retention).replace(microsecond=0),
                app_key=principal.app_key,
                sandbox=principal.sandbox,
                sandbox_app=principal.sandbox,
                due_at=now + LOOKED_AT,
                rendering=said.asked.rendering,
                resolution=said.asked.resolution,
            )
            self._check_open(fax, remaining)
            record = claims.record(principal, key, fingerprint(files))
            return self._write(fax, files, limits.pages_per_day, record, claims, remaining)
        except StorageFailed as failed:
            if key and (accepted := claims.accepted_since(name_by_key(principal, key), failed, remaining)):
                return self._again(replayed(fingerprint(expected()), accepted))
            raise

    def _check_open(self, fax: Fax, remaining: Callable[[], float]) -> None:
        """That the caller may have one more. Several requests at a time may each find the last place free."""
        most = self.limits.open
        # This read, and the write behind it.
        check_time(remaining, 2 * self.whole.timing.write)
        with storage_faults_as(StorageFailed, reason="record_not_read"):
            count = self.pending.open_uploads(caller_of(fax), self.whole.now())
        if count >= most:
            raise TooManyUploads(
                f"{count} faxes wait for their files; the limit is {most}. Upload those first, or wait until they have "
                "expired.",
                reason="too_many_uploads",
            )

    def _write(
        self,
        fax: Fax,
        files: tuple[ExpectedFile, ...],
        pages_per_day: int | None,
        idempotency: IdempotencyRecord | None,
        claims: Claims,
        remaining: Callable[[], float],
    ) -> Invited:
        def made(numbered: Fax, record: IdempotencyRecord | None) -> PendingFax:
            return PendingFax(
                numbered,
                files,
                closing(numbered.created_at, numbered.created_at),
                (numbered.created_at + _KNOWN_FOR).replace(microsecond=0),
                claim=record.name if record else None,
                pages_per_day=pages_per_day,
            )

        def insert(numbered: Fax, record: IdempotencyRecord | None) -> None:
            self.pending.insert_pending(made(numbered, record), record)

        try:
            receipt = claims.write(fax, idempotency, insert, remaining)
        except WriteConflict as conflict:
            # Nothing of this request was written; those that are writing under the same key may be accepted.
            raise OutcomeUnknown(reason="writes_in_vain", cause=str(conflict)) from conflict
        if receipt.fax is None:
            return self._again(receipt)
        return self.inviting.invited(made(receipt.fax, idempotency))

    def _again(self, receipt: Receipt) -> Invited:
        """The first answer to the same request once more: with new addresses while it waits, else how far it is."""
        try:
            found = self._kept_open(receipt.id)
            status = None if found else self.pending.status_of(receipt.id)
        except StorageFault as fault:
            raise OutcomeUnknown(reason="record_not_read", cause=str(fault)) from fault
        if found:
            return self.inviting.invited(found, replayed=True)
        return Invited(receipt.id, receipt.uid, status, None, {}, None, replayed=True)

    def _kept_open(self, fax_id: str) -> PendingFax | None:
        """What waits for its files: where that ends soon, with as much more time as for any new address."""
        now = self.whole.now()
        found = self.pending.pending(fax_id, now)
        if found is None or found.fax.status != Status.UPLOADING:
            return found
        closes_at = closing(now, found.fax.created_at)
        if closes_at - found.closes_at < _AGAIN_SOON:
            return found
        try:
            return self.pending.keep_open(found, closes_at)
        except Changed:
            # A file was looked into in this moment, or it has ended; or it was this, and the answer was lost.
            return self.pending.pending(fax_id, now)
