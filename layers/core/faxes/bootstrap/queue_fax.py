"""queue_fax: its settings, and the queue that it sends to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.sqs import SQSQueue
from faxes.bootstrap import clients
from faxes.bootstrap.environment import VARIABLES, text


@dataclass(frozen=True, slots=True)
class Settings:
    """What queue_fax needs to know."""

    render_queue: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(render_queue=text(environ, "RENDER_QUEUE"))


def queue() -> SQSQueue:
    """What queue_fax sends to. Raises ValueError where the environment is incomplete."""
    return SQSQueue(clients.sqs(), Settings.from_env().render_queue)
