"""What the queue brings: a fax whose pages are ready, a recipient that is due, an attempt that is reported on."""

from dataclasses import dataclass, replace

from faxes.delivery.dispatch import Dispatch, Dispatched
from faxes.delivery.plan import Plan


@dataclass(frozen=True, slots=True)
class Ready:
    """A fax whose pages are ready, or that is to be looked at as a whole."""

    fax_id: str


@dataclass(frozen=True, slots=True)
class RecipientDue:
    fax_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Reported:
    """An attempt of which the carrier has something to say."""

    reference: str
    # What the report calls the fax.
    carrier_id: str | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """An attempt that has ended, or is about to: nothing of it is to stay at the carrier."""

    reference: str


type Message = Ready | RecipientDue | Reported | Over


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes messages; each may come again, late or for nothing."""

    plan: Plan
    dispatch: Dispatch

    def take(self, message: Message) -> Dispatched:
        """Do what a message asks for. Raises StorageFault or CarrierSilent: what it is about stays due."""
        match message:
            case Ready(fax_id):
                return self._plan(fax_id)
            case RecipientDue(fax_id, position):
                return self.dispatch.due(fax_id, position)
            case Reported(reference, carrier_id):
                return self.dispatch.rang(reference, carrier_id)
            case Over(reference):
                return self.dispatch.over(reference)

    def _plan(self, fax_id: str) -> Dispatched:
        planned, alone = self.plan.plan_but_one(fax_id)
        done = self.dispatch.due(fax_id, alone) if alone is not None else Dispatched()
        return replace(done, events=("planned", *done.events)) if planned else done
