"""The use case: a recipient is due, or its carrier rang -> what the policy says is written, then asked.

It may be called twice at once, late, or for what is gone. Whatever it is told it reads first, and what it writes counts
only if nobody wrote before. It may end at any place: what it left is due, and the policy goes on from there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from faxes.delivery import ends, inside, policy, resume
from faxes.delivery.allowance import NO_PRICE, PAGES, Use, left_over
from faxes.delivery.carrier import Accepted, Call, CallState, Carrier, CarrierSilent, Refused, Report
from faxes.delivery.lines import Lines
from faxes.delivery.ports import Bells, Documents, IdTaken, Moved, NotOffered, NumberTaken, Recipients, Write
from faxes.delivery.receiving import Receiving
from faxes.delivery.steps import (
    Absent,
    Ask,
    CancelAsked,
    Delivery,
    Due,
    EarlierDelivered,
    Event,
    NameTaken,
    NumberInUse,
    Silent,
    Step,
    Withdrawn,
)
from faxes.dialing import Dialing
from faxes.errors import StorageFault
from faxes.lifecycle import RecipientEvent
from faxes.model import Attempt, AttemptStatus, Fax, Reason, Recipient, RecipientStatus

# From a message to its end, a recipient takes five steps at most; the others are for those who come in between.
_MOST_STEPS = 20
# After these, nobody needs to be told when the recipient is due.
_UNRUNG = {RecipientEvent.CLAIMED, RecipientEvent.SUBMITTED}
# What may end an attempt.
_ENDINGS = {"retried", "sent", "partially_sent", "failed", "canceled"}


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What became of it: the words of what happened to the recipient, and how often others came in between.

    ``reason`` says why, where it failed, waits or was sent in part. ``unserved``: it waits, since nobody has a line for
    it. ``pages`` and ``seconds`` on the line are those of the attempt that ended, ``pages`` None where none did.
    ``doubt`` is for how long an attempt has been in doubt that still is.
    """

    events: tuple[str, ...] = ()
    conflicts: int = 0
    reason: str | None = None
    unserved: bool = False
    pages: int | None = None
    seconds: int = 0
    doubt: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Moves recipients. ``now`` gives UTC; ``lines`` says who has one for a fax; ``receiving`` has extensions take
    faxes."""

    recipients: Recipients
    documents: Documents
    bells: Bells
    lines: Lines
    receiving: Receiving
    now: Callable[[], datetime]

    def due(self, fax_id: str, position: int) -> Dispatched:
        """Do what is to be done with a recipient now. Raises StorageFault where something could not be read or written:
        it stays due."""
        return self._run(self.recipients.load(fax_id, position, self.now()), Due())

    def rang(self, reference: str, carrier_id: str | None = None) -> Dispatched:
        """Ask about the attempt that a carrier's report is about, and believe what is said then. ``carrier_id`` is what
        the report calls it. Raises StorageFault, and CarrierSilent where the carrier does not say."""
        fax_id, position, number = policy.named(reference)
        found = self.recipients.load(fax_id, position, self.now())
        if found is None or found.attempt is None or number > found.attempt.number:
            return Dispatched()
        if number == found.attempt.number:
            return self._run(found, Due(rang=True), carrier_id)
        return self._earlier(found, number)

    def over(self, reference: str) -> Dispatched:
        """Leave nothing of an attempt that has ended at the carrier: neither where its document was offered, nor what
        the carrier keeps. Raises StorageFault, and CarrierSilent where it may still be there."""
        attempt = self.recipients.attempt(*policy.named(reference))
        carrier = self.lines.named(attempt.carrier) if attempt else None
        if attempt is None or carrier is None or not _over(attempt):
            return Dispatched()
        self.documents.withdraw(reference)
        # What nobody knows the end of, a person may want to look up there.
        if attempt.carrier_id and attempt.erased is None and attempt.reason != Reason.OUTCOME_UNKNOWN:
            self.recipients.erased(attempt, carrier.erase(attempt.carrier_id))
        return Dispatched(("cleared",))

    def _earlier(self, found: Delivery, number: int) -> Dispatched:
        """An attempt that was given up may have sent the fax after all; anything else of it changes nothing."""
        recipient = found.recipient
        attempt = self.recipients.attempt(recipient.fax_id, recipient.position, number)
        carrier = self.lines.of(found.fax)
        if attempt is None or carrier is None:
            return Dispatched()
        carrier_id = attempt.carrier_id or carrier.find(attempt.reference, recipient.destination, attempt.started_at)
        pages = resume.pages_of(recipient, attempt)
        report = carrier.fetch(carrier_id, pages) if carrier_id else None
        if report is None or report.state is not CallState.DELIVERED or report.pages_sent < pages:
            return Dispatched()
        latest = found.attempt
        done = self._run(found, EarlierDelivered(attempt, report))
        if "sent" in done.events and latest and latest.carrier_id and latest.status == AttemptStatus.SUBMITTED:
            carrier.cancel(latest.carrier_id)
        return done

    def _run(self, found: Delivery | None, event: Event, named: str | None = None) -> Dispatched:
        events: list[str] = []
        conflicts = 0
        for _ in range(_MOST_STEPS):
            if found is None:
                break
            now = self.now()
            step = self._step(found, event, now)
            if step.change is not None:
                try:
                    after = self._write(found, step, now)
                except NumberTaken as taken:
                    event = NumberInUse(taken.until)
                    continue
                except IdTaken:
                    event = NameTaken()
                    continue
                except Moved:
                    conflicts += 1
                    before, told = found.recipient, found
                    found = self.recipients.load(before.fax_id, before.position, self.now())
                    if found is None:
                        self._tidy(told)
                    # What was said is about the attempt that it was asked about.
                    if found is not None and found.recipient.attempt != before.attempt:
                        event = Due()
                    continue
                events += [str(step.change.event)] if step.change.event else []
                found = after
                if after.recipient.status == RecipientStatus.FAILED:
                    self._tidy(after)
            if step.ask is None:
                break
            answer = self._ask(step.ask, found, named)
            if answer is None:
                break
            self._mind_gate(found, answer)
            event = answer
        return self._told(found, tuple(events), conflicts)

    def _mind_gate(self, found: Delivery, answer: Event) -> None:
        """Close the carrier's gate where it refuses the account, and open it where it does not any more."""
        attempt = found.attempt
        if attempt is None or not isinstance(answer, Refused | Report):
            return
        try:
            if answer.of_account:
                self.lines.gates.close(attempt.carrier, answer.code or "unknown", self.now())
            elif isinstance(answer, Report) and answer.state is not CallState.QUEUED:
                self.lines.gates.open(attempt.carrier, attempt.started_at)
        except StorageFault:
            # What is refused next closes it; what the carrier said counts in any case.
            return

    def _told(self, found: Delivery | None, events: tuple[str, ...], conflicts: int) -> Dispatched:
        told = Dispatched(events, conflicts)
        if found is None:
            return told
        recipient, attempt = found.recipient, found.attempt
        if recipient.status == RecipientStatus.WAITING and recipient.reason == Reason.NO_CARRIER:
            # Also where it has been so for long, and nothing happened to it: the alarm is to stay on.
            told = replace(told, unserved=True)
        if recipient.status == RecipientStatus.IN_DOUBT and attempt:
            told = replace(told, doubt=self.now() - attempt.started_at)
        if not events:
            return told
        told = replace(told, reason=str(recipient.reason) if recipient.reason else None)
        if attempt and attempt.ended_at and {*events} & _ENDINGS:
            told = replace(told, pages=attempt.pages_sent, seconds=attempt.seconds or 0)
        return told

    def _step(self, found: Delivery, event: Event, now: datetime) -> Step:
        if found.recipient.inside:
            return inside.step(found, event, now, self.receiving.names())
        terms = self.lines.terms(found.fax)
        waits = found.recipient.status == RecipientStatus.WAITING and isinstance(event, Due)
        if waits and terms.carrier and _is_due(found, now):
            terms = replace(terms, price=self.lines.price(found.fax, found.recipient.destination))
            if self.lines.gates.shut(str(terms.carrier), now):
                terms = replace(terms, carrier=None)
        return policy.step(found, event, now, terms)

    def _write(self, found: Delivery, step: Step, now: datetime) -> Delivery:
        change = step.change
        if change is None:
            return found
        ended = change.attempt if change.attempt and _over(change.attempt) else None
        carrier = self.lines.named(ended.carrier) if ended else None
        if ended and carrier and carrier.keeps:
            # Before it is written, so that it is not forgotten where a worker ends between the two.
            self.bells.over(ended.reference, found.fax.organization_id)
        fax, fax_event = ends.fax_after(found.fax, change, now)
        woken = self.recipients.write(Write(found, change, fax, fax_event, now))
        # What is claimed is submitted at once, and of what is submitted the carrier says itself when it has ended.
        # Where that is lost, the sweep finds it.
        if change.recipient.due_at is not None and change.event not in _UNRUNG:
            self._ring(change.recipient.fax_id, change.recipient.position, fax.organization_id, change.recipient.due_at)
        if woken:
            self._ring(*woken, fax.organization_id, now)
        if ended and not change.recipient.inside:
            self.documents.forget(ended.reference)
            self._settle(found, ended)
        return Delivery(fax, change.recipient, change.attempt or found.attempt)

    def _ring(self, fax_id: str, position: int, organization_id: str, at: datetime) -> None:
        self.bells.ring(fax_id, position, organization_id, max(at - self.now(), timedelta()))

    def _ask(self, ask: Ask, found: Delivery, named: str | None) -> Event | None:
        """What the carrier says; None where it is not asked any more."""
        if ask is Ask.RECEIVE:
            return self._receive(found)
        carrier, attempt = self.lines.of(found.fax), found.attempt
        if carrier is None or attempt is None or attempt.carrier != carrier.name:
            # Whoever has the lines now knows nothing of it.
            return Silent() if ask is not Ask.SUBMIT else None
        if ask is Ask.SUBMIT:
            return self._submit(carrier, found, attempt)
        try:
            return self._question(ask, carrier, found.recipient, attempt, named)
        except (CarrierSilent, StorageFault):
            return Silent()

    def _submit(self, carrier: Carrier, found: Delivery, attempt: Attempt) -> Event | None:
        # When a claim is over, others take the attempt for one in doubt, and may withdraw its document.
        latest = attempt.started_at + policy.SUBMIT
        if self.now() > latest:
            return None
        try:
            # Money is spent from here on.
            rules = self.lines.rules(found.fax)
            if rules and not rules.may_dial(found.recipient.destination):
                return Refused(Reason.NUMBER_INVALID, "not_allowed")
            document = self.documents.offer(found, stamped=not carrier.stamps_header)
            caller = self.lines.caller_of(found.fax)
            pages = resume.pages_of(found.recipient, attempt)
            reached = self._take(rules, attempt, pages) if rules else None
            if rules and reached:
                # What a call costs is nothing that callers are told.
                said = f"{pages} pages; {rules.plan.pages_per_day} a day" if reached == PAGES else None
                return Refused(Reason.DAILY_LIMIT, reached, said)
        except NotOffered as error:
            return Refused(error.reason, "document_not_offered")
        except StorageFault:
            return Refused(Reason.CARRIER_UNAVAILABLE, "directory_not_read")
        if self.now() > latest:
            return None
        answer = carrier.submit(Call(attempt.reference, found.recipient.destination, document, pages, caller))
        if rules and isinstance(answer, Refused):
            self._give_back(found.fax, Use(pages, attempt.estimate or 0), attempt.started_at)
        return answer

    def _take(self, rules: Dialing, attempt: Attempt, pages: int) -> str | None:
        """Take of its organization's day what an attempt uses: which limit is reached, None where it is taken. Raises
        StorageFault."""
        if rules.plan.money_per_day is not None and attempt.estimate is None:
            return NO_PRICE
        use = Use(pages, attempt.estimate or 0)
        return self.lines.allowances.take(rules.organization_id, rules.plan, use, attempt.started_at)

    def _settle(self, found: Delivery, ended: Attempt) -> None:
        """What an attempt took of its organization's day and did not use, it gives back."""
        if self.lines.rules(found.fax) and self.lines.live and ended.carrier == self.lines.live.name:
            use = left_over(ended, resume.pages_of(found.recipient, ended))
            if use:
                self._give_back(found.fax, use, ended.started_at)

    def _give_back(self, fax: Fax, use: Use, at: datetime) -> None:
        try:
            self.lines.allowances.give_back(fax.organization_id, use, at)
        except StorageFault:
            # It counts until the day is over.
            return

    def _receive(self, found: Delivery) -> Event | None:
        if found.attempt is None:
            return None
        received = None
        try:
            received = self.receiving.receive(found, found.attempt)
        finally:
            if received is None:
                self._tidy(found)
        return received

    def _tidy(self, found: Delivery) -> None:
        """Where a fax is gone, or failed to an extension, what was copied for that goes as well."""
        attempt = found.attempt
        if attempt is None or attempt.received_uid is None:
            return
        now = self.recipients.load(attempt.fax_id, attempt.position, self.now())
        if now is None or now.recipient.status == RecipientStatus.FAILED:
            self.receiving.discard(attempt, found.fax.pages)

    def _question(self, ask: Ask, carrier: Carrier, recipient: Recipient, attempt: Attempt, named: str | None) -> Event:
        reference, carrier_id = attempt.reference, attempt.carrier_id or ""
        match ask:
            case Ask.FIND:
                listed = carrier.find(reference, recipient.destination, attempt.started_at, named)
                return Accepted(listed) if listed is not None else Absent()
            case Ask.WITHDRAW:
                self.documents.withdraw(reference)
                return Withdrawn(carrier.withdraw(reference))
            case Ask.CANCEL:
                carrier.cancel(carrier_id)
                return CancelAsked()
            case _:
                return carrier.fetch(carrier_id, resume.pages_of(recipient, attempt))


def _over(attempt: Attempt) -> bool:
    return attempt.status in (AttemptStatus.ENDED, AttemptStatus.ABANDONED)


def _is_due(found: Delivery, now: datetime) -> bool:
    """Whether it is to be called now, if there is somebody who calls."""
    recipient = found.recipient
    return found.fax.cancel_requested_at is None and (recipient.due_at or now) <= now < recipient.deadline_at
