"""queue_fax: its settings, and the queue that it sends to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from faxes.adapters.sqs import SQSQueue
from faxes.adapters.sqs_bells import SQSBells
from faxes.bootstrap import clients
from faxes.bootstrap.environment import VARIABLES, text
from faxes.errors import StorageFault


@dataclass(frozen=True, slots=True)
class Settings:
    """What queue_fax needs to know."""

    render_queue: str
    send_queue: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = VARIABLES) -> Self:
        return cls(render_queue=text(environ, "RENDER_QUEUE"), send_queue=text(environ, "SEND_QUEUE"))


@dataclass(frozen=True, slots=True)
class Queues:
    """Where faxes go that are to be drawn, and those that are to be looked at by whoever sends them."""

    draw: SQSQueue
    send: SQSBells


def queues(lost: Callable[[StorageFault], None]) -> Queues:
    """What queue_fax sends to; ``lost`` is told of messages about sending that it cannot send. Raises ValueError where
    the environment is incomplete."""
    settings = Settings.from_env()
    client = clients.sqs()
    return Queues(SQSQueue(client, settings.render_queue), SQSBells(client, settings.send_queue, lost))
