"""Who has the lines for a fax: the deployment's carrier, or, for the fax of a sandbox app, the simulated network."""

from dataclasses import dataclass

from faxes.delivery.carrier import Carrier
from faxes.delivery.steps import Terms
from faxes.model import Fax


@dataclass(frozen=True, slots=True)
class Lines:
    """``live`` is the deployment's carrier, None where there is none; ``simulated`` is the simulated network, which may
    be the same; ``speed`` divides its waits, and those of nobody else."""

    live: Carrier | None
    simulated: Carrier | None = None
    speed: float = 1

    def of(self, fax: Fax) -> Carrier | None:
        """Who sends this fax, None where nobody can."""
        return self.simulated if fax.sandbox else self.live

    def named(self, name: str) -> Carrier | None:
        """The one of these that is called so, None where it is neither."""
        return next((each for each in (self.live, self.simulated) if each is not None and each.name == name), None)

    def terms(self, fax: Fax) -> Terms:
        """What a recipient of this fax is dealt with by."""
        carrier = self.of(fax)
        simulated = carrier is not None and carrier is self.simulated
        speed = self.speed if simulated else 1
        return Terms(carrier.name, speed, carrier.counts_pages) if carrier else Terms(None, speed)
