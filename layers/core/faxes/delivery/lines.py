"""Who has the lines for a fax: the deployment's carrier, or, for the fax of a sandbox app, the simulated network."""

from collections.abc import Callable
from dataclasses import dataclass, field

from faxes.delivery.allowance import Allowances, NoLimits
from faxes.delivery.carrier import Carrier
from faxes.delivery.gate import Gates, NoGates
from faxes.delivery.steps import Terms
from faxes.dialing import Dialing
from faxes.model import Fax
from faxes.prices import Price, Prices, price_to


@dataclass(frozen=True, slots=True)
class Lines:
    """``live`` is the deployment's carrier, None where there is none; ``simulated`` is the simulated network, which may
    be the same; ``speed`` divides its waits, and those of nobody else. ``dialing`` gives what
    the carrier dials for an organization; ``caller`` the number that it is to say a fax comes from. None where it is
    given numbers as they are. ``gates`` says whether the carrier takes anything now,
    ``allowances`` what an organization may still use of the day, ``prices`` what the operator says that calls cost."""

    live: Carrier | None
    simulated: Carrier | None = None
    speed: float = 1
    dialing: Callable[[str], Dialing] | None = None
    caller: Callable[[Fax], str | None] | None = None
    gates: Gates = field(default_factory=NoGates)
    allowances: Allowances = field(default_factory=NoLimits)
    prices: Callable[[], Prices] = dict

    def of(self, fax: Fax) -> Carrier | None:
        """Who sends this fax, None where nobody can."""
        return self.simulated if fax.sandbox else self.live

    def numbers(self, fax: Fax) -> Callable[[str], str]:
        """What makes of a recipient of this fax, an extension or a telephone number, what is dialed; it may raise
        StorageFault."""
        if self.dialing is None or fax.sandbox:
            return str
        dialed = self.dialing(fax.organization_id).dialed
        return lambda destination: destination if "*" in destination else dialed(destination)

    def rules(self, fax: Fax) -> Dialing | None:
        """Which numbers this fax's organization may have called now, whatever it might when the fax was accepted; None
        where calls cost nothing."""
        return self.dialing(fax.organization_id) if self.dialing and not fax.sandbox else None

    def price(self, fax: Fax, destination: str) -> Price | None:
        """What the operator says that a call to this number costs, None where they do not. Raises StorageFault."""
        return None if fax.sandbox else price_to(self.prices(), destination)

    def caller_of(self, fax: Fax) -> str | None:
        """The telephone number that the carrier is to say this fax comes from, None for its own choice. Raises
        StorageFault."""
        return self.caller(fax) if self.caller and not fax.sandbox else None

    def named(self, name: str) -> Carrier | None:
        """The one of these that is called so, None where it is neither."""
        return next((each for each in (self.live, self.simulated) if each is not None and each.name == name), None)

    def terms(self, fax: Fax) -> Terms:
        """What a recipient of this fax is dealt with by."""
        carrier = self.of(fax)
        simulated = carrier is not None and carrier is self.simulated
        speed = self.speed if simulated else 1
        return Terms(carrier.name, speed, carrier.counts_pages) if carrier else Terms(None, speed)
