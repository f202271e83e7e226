"""What happens at a worker's next calls: it ends before or after one, or the call or its answer is lost, or another
worker is at the same meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from faxes.delivery.carrier import CarrierSilent, NoAnswer
from faxes.delivery.ports import NotOffered
from faxes.errors import Effect, StorageFault
from faxes.model import Reason

# The calls of what is no carrier's.
STORE, COPIES = ("fax", "load", "attempt", "open", "add", "wait", "write"), ("copy", "delete")
KEPT_HERE = (*STORE, *COPIES, "extension", "organization_name")


class Killed(BaseException):
    """A worker ends here, and runs nothing any more."""


class Network(Protocol):
    """The simulated network, for what only it can do."""

    def references(self) -> set[str]:
        """Of the faxes that it took."""
        ...

    def put_off(self, reference: str, by: timedelta) -> None:
        """Have it take a fax so much later."""
        ...


class Trouble:
    """``at`` counts down to the call that it happens at, of those named ``to``, or of all."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.at = -1
        self.to: str | None = None
        self.what = "nothing"
        self.meanwhile: Callable[[], object] = lambda: None
        self.late = timedelta()

    def over(self) -> None:
        self.to, self.at, self.what = None, -1, "nothing"

    def between(self, name: str, call: Callable[[], Any]) -> Any:
        if self.to in (None, name):
            self.at -= 1
        if self.at != 0 or self.to not in (None, name):
            return call()
        match self.what:
            case "killed before":
                raise Killed
            case "killed after":
                call()
                raise Killed
            case "meanwhile":
                self.meanwhile()
                return call()
            case "lost" | "answer lost" | "late":
                return self._lost(name, call)
        return call()

    def _lost(self, name: str, call: Callable[[], Any]) -> Any:
        """The call, or its answer, is lost; or the carrier takes it up much later."""
        if name in ("offer", "forget"):
            if self.what != "lost":
                call()
            if name == "offer":
                raise NotOffered(Reason.CARRIER_UNAVAILABLE)
            # Nobody is told, and what stays is removed after some days.
            return None
        if name in KEPT_HERE:
            if self.what != "lost":
                call()
            raise StorageFault(name, Effect.UNKNOWN, "lost")
        before = self.network.references()
        if self.what != "lost":
            call()
        if name != "submit":
            raise CarrierSilent("lost")
        if self.what == "late":
            for reference in self.network.references() - before:
                self.network.put_off(reference, self.late)
        return NoAnswer()
