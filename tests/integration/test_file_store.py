"""The file store's contract, on the store in memory and on S3; and what S3 is really asked, one try at a time."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from faxes.adapters.s3 import S3FileStore
from faxes.bootstrap.clients import S3_BUDGET
from faxes.errors import Effect, StorageFault
from faxes.model import Document, Kind
from tests.support.cloud import Cloud
from tests.support.faults import Fate, raises, s3_answers
from tests.support.memory import MemoryFileStore

UID = "5d8e2193e92f2d5e31cff1017724cfe9"
EVERY_BYTE = bytes(range(256)) * 64


def document(content: bytes, kind: Kind = Kind.TXT) -> Document:
    return Document("a name that is nowhere", content, kind, len(content), hashlib.sha256(content).digest(), 1)


def keyed(*contents: bytes) -> list[tuple[str, Document]]:
    return [(f"faxes/{UID}/{n}.txt", document(content)) for n, content in enumerate(contents, start=1)]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The SDK's waits between its tries, which pass at once."""
    waited: list[float] = []
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=waited.append))
    return waited


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it leaves: its headers' names in lower case."""

    url: str
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Deployed:
    """The store on S3, set up as it is deployed, and what becomes of each try to put the object with a key."""

    cloud: Cloud
    store: S3FileStore
    fates: dict[str, list[Fate]]
    sent: list[Sent]
    waits: list[float]

    def takes_effect(self, request: AWSPreparedRequest) -> None:
        """Have a put take effect, whatever its sender hears of it."""
        key = _key(request)
        self.cloud.s3.put_object(Bucket=self.cloud.names["FileBucket"], Key=key, Body=_content(request))


@pytest.fixture
def deployed(cloud: Cloud, waits: list[float]) -> Iterator[Deployed]:
    retries: Any = {"total_max_attempts": S3_BUDGET.tries, "mode": "standard"}
    client = boto3.client("s3", config=Config(retries=retries, s3={"payload_signing_enabled": False}))
    fates: dict[str, list[Fate]] = {}
    sent: list[Sent] = []

    # The SDK's stubs know no handler that answers.
    def meet(request: AWSPreparedRequest, **_: object) -> Any:
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        sent.append(Sent(str(request.url), headers, _content(request)))
        left = fates.get(_key(request), [])
        return left.pop(0)(request) if left else None

    client.meta.events.register_first("before-send.s3.PutObject", meet)
    with ThreadPoolExecutor(10) as pool:
        yield Deployed(cloud, S3FileStore(client, cloud.names["FileBucket"], pool, S3_BUDGET.tries), fates, sent, waits)


@dataclass(frozen=True, slots=True)
class Subject:
    """A store, and what lies in it."""

    store: MemoryFileStore | S3FileStore
    objects: Callable[[], dict[str, bytes]]


@pytest.fixture(params=["memory", "S3"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "memory":
        memory = MemoryFileStore()
        return Subject(memory, lambda: memory.objects)
    deployed: Deployed = request.getfixturevalue("deployed")
    return Subject(deployed.store, deployed.cloud.objects)


# --- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contents", [[b"x"], [b"\0", EVERY_BYTE], [b"%d" % n for n in range(10)]])
def test_every_file_lies_under_its_key_whole(subject: Subject, contents: list[bytes]) -> None:
    files = keyed(*contents)
    subject.store.put_all(files)
    assert subject.objects() == {key: each.content for key, each in files}


def test_the_largest_file_lies_there_whole(subject: Subject) -> None:
    content = (EVERY_BYTE * 300)[:4_613_734]
    subject.store.put_all(keyed(content))
    assert subject.objects() == {f"faxes/{UID}/1.txt": content}


@pytest.mark.parametrize("count", [1, 3])
def test_what_lies_under_a_key_is_never_overwritten(subject: Subject, count: int) -> None:
    before = keyed(b"before")
    subject.store.put_all(before)
    with pytest.raises(StorageFault) as caught:
        subject.store.put_all(keyed(b"after", b"two", b"three")[:count])
    assert caught.value.effect is Effect.UNKNOWN
    assert subject.objects()[before[0][0]] == b"before"


def test_a_failure_is_raised_when_all_other_files_lie_there(subject: Subject) -> None:
    subject.store.put_all(keyed(b"before"))
    files = keyed(b"one", b"two", b"three")
    with pytest.raises(StorageFault):
        subject.store.put_all(files)
    assert subject.objects() == {files[0][0]: b"before", files[1][0]: b"two", files[2][0]: b"three"}


def test_what_is_discarded_is_gone_and_the_rest_stays(subject: Subject) -> None:
    files = keyed(b"one", b"two", b"three")
    subject.store.put_all(files)
    subject.store.delete([files[0][0], files[2][0], "faxes/never/put.txt"])
    assert subject.objects() == {files[1][0]: b"two"}
    subject.store.delete([files[1][0]])
    subject.store.delete([files[1][0]])
    subject.store.delete([])
    assert subject.objects() == {}


# --- S3 --------------------------------------------------------------------------------------------------------------


def _key(request: AWSPreparedRequest) -> str:
    return str(request.url).split(".com/", 1)[1]


def _content(request: AWSPreparedRequest) -> bytes:
    body: Any = request.body
    if isinstance(body, bytes):
        return body
    start = body.tell()
    content: bytes = body.read()
    body.seek(start)
    return content


READ_TIMEOUT = raises(ReadTimeoutError(endpoint_url="https://s3.eu-west-1.amazonaws.com/"))
CONNECT_TIMEOUT = raises(ConnectTimeoutError(endpoint_url="https://s3.eu-west-1.amazonaws.com/"))
DENIED = s3_answers(403, "AccessDenied")
CONFLICT = s3_answers(409, "ConditionalRequestConflict")
PRESENT = s3_answers(412, "PreconditionFailed")
BROKEN = s3_answers(500, "InternalError")
SLOW_DOWN = s3_answers(503, "SlowDown")

FILES = keyed(b"one", b"two", b"three")
KEY = FILES[0][0]


def test_a_put_is_proved_by_its_checksum_and_never_overwrites(deployed: Deployed) -> None:
    deployed.store.put_all([(KEY, document(EVERY_BYTE, Kind.PDF))])
    [request] = deployed.sent
    assert (request.url, request.content) == (f"https://file-bucket.s3.eu-west-1.amazonaws.com/{KEY}", EVERY_BYTE)
    # Who sends, when and on which try differs; all else, metadata with what the client sent included, is not there.
    varying = {"user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "authorization", "x-amz-date", "expect"}
    assert {name: value for name, value in request.headers.items() if name not in varying} == {
        "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(EVERY_BYTE).digest()).decode(),
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        "if-none-match": "*",
        "content-length": str(len(EVERY_BYTE)),
    }


def test_ten_files_are_put_in_one_wave(deployed: Deployed) -> None:
    """Each put waits for the other nine to have started: were one put behind another, none would go on."""
    files = keyed(*(b"%d" % n for n in range(10)))
    together = Barrier(10, timeout=30)

    def meet(request: AWSPreparedRequest) -> None:
        together.wait()

    for key, _ in files:
        deployed.fates[key] = [meet]
    deployed.store.put_all(files)
    assert deployed.cloud.objects() == {key: each.content for key, each in files}


@pytest.mark.parametrize("lost", [READ_TIMEOUT, BROKEN, SLOW_DOWN])
@pytest.mark.parametrize("count", [1, 3])
def test_a_file_that_a_first_try_stored_is_stored(deployed: Deployed, lost: Fate, count: int) -> None:
    """The second try is answered with 412; the key is this fax's own, so what stands there is its file."""

    def effective(request: AWSPreparedRequest) -> AWSResponse | None:
        deployed.takes_effect(request)
        return lost(request)

    deployed.fates[KEY] = [effective]
    deployed.store.put_all(FILES[:count])
    assert deployed.cloud.objects() == {key: each.content for key, each in FILES[:count]}
    assert (len(deployed.sent), len(deployed.waits)) == (count + 1, 1)


@pytest.mark.parametrize("fates", [[READ_TIMEOUT, CONFLICT, PRESENT], [CONFLICT, PRESENT], [BROKEN, CONFLICT, PRESENT]])
def test_a_conflict_with_an_own_put_that_ends_well_is_success(deployed: Deployed, fates: list[Fate]) -> None:
    deployed.fates[KEY] = list(fates)
    deployed.store.put_all(FILES[:1])
    assert deployed.fates == {KEY: []}


@pytest.mark.parametrize(
    "first", [[CONFLICT], [CONFLICT, CONFLICT], [READ_TIMEOUT, CONFLICT], [SLOW_DOWN], [BROKEN] * 2]
)
def test_a_file_whose_first_tries_had_no_effect_is_stored_by_the_next(deployed: Deployed, first: list[Fate]) -> None:
    deployed.fates[KEY] = list(first)
    deployed.store.put_all(FILES[:1])
    assert deployed.cloud.objects() == {KEY: b"one"}
    assert len(deployed.waits) == len(first)


@pytest.mark.parametrize(
    ("fates", "cause"),
    [
        ([PRESENT], "PutObject: PreconditionFailed (412)"),
        ([DENIED], "PutObject: AccessDenied (403)"),
        ([s3_answers(404, "NoSuchBucket")], "PutObject: NoSuchBucket (404)"),
        ([s3_answers(400, "BadDigest")], "PutObject: BadDigest (400)"),
        ([s3_answers(409, "OperationAborted")], "PutObject: OperationAborted (409)"),
        ([CONFLICT] * 3, "PutObject: ConditionalRequestConflict (409)"),
        ([SLOW_DOWN] * 3, "PutObject: SlowDown (503)"),
        ([BROKEN] * 3, "PutObject: InternalError (500)"),
        ([READ_TIMEOUT] * 3, "PutObject: ReadTimeoutError"),
        ([CONNECT_TIMEOUT] * 3, "PutObject: ConnectTimeoutError"),
        ([READ_TIMEOUT, CONFLICT, DENIED], "PutObject: AccessDenied (403)"),
    ],
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_file_that_cannot_be_stored_fails_the_fax_when_its_other_files_are_done(
    deployed: Deployed, fates: list[Fate], cause: str, count: int
) -> None:
    deployed.fates[KEY] = list(fates)
    with pytest.raises(StorageFault) as caught:
        deployed.store.put_all(FILES[:count])
    assert (caught.value.effect, str(caught.value)) == (Effect.UNKNOWN, cause)
    assert deployed.fates == {KEY: []}
    assert deployed.cloud.objects() == {key: each.content for key, each in FILES[1:count]}


@pytest.mark.parametrize("fate", [DENIED, BROKEN, READ_TIMEOUT, CONNECT_TIMEOUT])
def test_a_discard_that_fails_raises_nothing(deployed: Deployed, fate: Fate) -> None:
    deployed.store.put_all(FILES)

    def meet(request: AWSPreparedRequest, **_: object) -> Any:
        return fate(request)

    client = boto3.client("s3")
    client.meta.events.register_first("before-send.s3.DeleteObjects", meet)
    with ThreadPoolExecutor(1) as pool:
        S3FileStore(client, deployed.cloud.names["FileBucket"], pool, tries=1).delete([KEY])
    assert deployed.cloud.objects() == {key: each.content for key, each in FILES}


def test_a_discard_in_a_bucket_that_is_gone_raises_nothing(deployed: Deployed) -> None:
    with ThreadPoolExecutor(1) as pool:
        S3FileStore(deployed.cloud.s3, "no-such-bucket", pool, tries=1).delete([KEY])
    assert deployed.cloud.objects() == {}
