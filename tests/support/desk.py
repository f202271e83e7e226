"""The page of `make run`, served for the deployed stack of the tests, whose workers are at work meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.support import pipeline
from tests.support.curl import NOTE, REQUEST, SEND, Curl
from tools.client.login import Deployment
from tools.local import pages, received
from tools.local.stack_file import LocalStack
from tools.local.web.calls import Calls
from tools.local.web.desk import Desk, Sent
from tools.local.web.large import Uploads
from tools.local.web.paper import Paper
from tools.local.web.server import served

_SPEED = 100


@contextmanager
def at_work(stack: LocalStack, curl: Curl) -> Iterator[str]:
    """The page's address, without the slash at its end."""
    calls = Calls(Deployment(stack.apiUrl, stack.caBundle), stack.appKey, stack.appSecret, "@me", stack.extension)
    network, documents = received.network_of(stack), received.documents_of(stack)
    paper = Paper(network, documents, pages.reader(stack), lambda: datetime.now(UTC), _SPEED)
    newest = curl(SEND, *REQUEST, *NOTE).body["id"]
    with (
        pipeline.all_at_work(stack, newest, speed=_SPEED),
        served(Desk(calls, paper, Sent(), Uploads(calls))) as url,
    ):
        yield url.rstrip("/")
