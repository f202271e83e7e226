"""What a worker reads and writes of a fax's record: the contract, on the store in memory and on DynamoDB; and the items
as the table has them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from faxes.adapters.dynamodb.deliveries import event_of
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import plain, text, wire
from faxes.adapters.dynamodb.jobs import DynamoDBJobStore
from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.errors import Effect, StorageFault
from faxes.lifecycle import IllegalTransition
from faxes.model import Status
from faxes.pages import Resolution
from faxes.rendering import Mode
from faxes.rendering.jobs import Changed, Failure, Job
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, fax
from tests.support.jobs import STORED, MemoryJobStore

SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(minutes=12)
ACCEPTED = fax(1, due_at=SOON)
TOO_LONG, TOO_SLOW = Failure("page_too_long", "File 1 ...", 1, 2, 34), Failure("too_slow", "File 1 ...", 1)

type Store = MemoryJobStore | DynamoDBJobStore


def on_dynamodb(cloud: Cloud) -> DynamoDBJobStore:
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(ACCEPTED)
    draws = iter(range(100))
    return DynamoDBJobStore(cloud.dynamodb, cloud.names["FaxTable"], DUE_SHARDS, lambda bits: next(draws))


@pytest.fixture(params=["memory", "DynamoDB"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "DynamoDB":
        return on_dynamodb(request.getfixturevalue("cloud"))
    memory = MemoryJobStore()
    memory.add(
        Job(
            ACCEPTED.id,
            ACCEPTED.uid,
            ACCEPTED.organization_id,
            1,
            Status.ACCEPTED,
            0,
            None,
            SOON,
            ACCEPTED.created_at,
            ACCEPTED.expires_at,
            ACCEPTED.files,
        )
    )
    return memory


def read(store: Store) -> Job:
    found = store.job(ACCEPTED.id, NOW)
    assert found is not None
    return found


def test_an_accepted_fax_is_found_until_its_time_is_over(store: Store) -> None:
    found = read(store)
    assert (found.status, found.tries, found.held_until, found.due_at) == (Status.ACCEPTED, 0, None, SOON)
    assert (found.files, found.mode, found.resolution) == (ACCEPTED.files, Mode.AUTO, None)
    assert store.job("1", NOW) is None
    assert store.job(ACCEPTED.id, ACCEPTED.expires_at) is None


def test_what_is_taken_up_is_what_is_read_then(store: Store) -> None:
    taken = store.take_up(read(store), LATER, SOON)
    assert taken == read(store)
    assert (taken.status, taken.tries, taken.held_until, taken.due_at) == (Status.RENDERING, 1, LATER, LATER)
    again = store.take_up(taken, LATER, SOON)
    assert (again.tries, again.revision) == (2, 3)


def test_what_is_ready_is_queued_and_due(store: Store) -> None:
    store.ready(store.take_up(read(store), LATER, SOON), STORED, SOON)
    queued = read(store)
    assert (queued.status, queued.revision, queued.held_until, queued.due_at) == (Status.QUEUED, 3, None, SOON)


def test_what_failed_is_never_due(store: Store) -> None:
    store.failed(store.take_up(read(store), LATER, SOON), TOO_LONG, SOON)
    failed = read(store)
    assert (failed.status, failed.revision, failed.held_until, failed.due_at) == (Status.FAILED, 3, None, None)
    with pytest.raises(IllegalTransition):
        store.take_up(failed, LATER, SOON)


def test_what_is_postponed_is_due_then_and_nothing_else_changes(store: Store) -> None:
    before = read(store)
    store.postpone(before, LATER)
    assert read(store) == replace(before, due_at=LATER)


def queued(store: Store) -> Job:
    store.ready(store.take_up(read(store), LATER, SOON), STORED, SOON)
    return read(store)


def test_what_waits_for_a_carrier_goes_on_or_is_given_up(store: Store) -> None:
    ready = queued(store)
    store.wait(ready, LATER)
    waiting = read(store)
    assert waiting == replace(ready, due_at=LATER, waits=True)
    store.postpone(waiting, SOON)
    assert read(store) == replace(ready, due_at=SOON)
    store.wait(read(store), LATER)
    store.given_up(read(store), LATER)
    ended = read(store)
    assert (ended.status, ended.revision, ended.due_at, ended.waits) == (Status.FAILED, 4, None, False)


@pytest.mark.parametrize(
    "change",
    [
        lambda store, job: store.take_up(job, LATER, SOON),
        lambda store, job: store.failed(job, TOO_SLOW, SOON),
        lambda store, job: store.postpone(job, LATER),
        lambda store, job: store.wait(job, LATER),
    ],
)
def test_a_record_that_was_changed_since_it_was_read_stays(
    store: Store, change: Callable[[Store, Job], object]
) -> None:
    before = read(store)
    store.take_up(before, LATER, SOON)
    current = read(store)
    with pytest.raises(Changed):
        change(store, before)
    assert read(store) == current


def test_a_fax_that_is_gone_or_another_is_not_written(store: Store) -> None:
    taken = store.take_up(read(store), LATER, SOON)
    with pytest.raises(Changed):
        store.ready(replace(taken, fax_id="1"), STORED, SOON)
    with pytest.raises(Changed):
        store.failed(replace(taken, uid="f" * 32), TOO_SLOW, SOON)
    assert read(store) == taken
    assert store.job("1", NOW) is None


# --- the items -------------------------------------------------------------------------------------------------------


def items(cloud: Cloud) -> dict[str, dict[str, Any]]:
    found = map(plain, cloud.items("FaxTable"))
    return {item["sk"]: item for item in found}


def test_items_of_a_fax_whose_pages_are_ready(cloud: Cloud) -> None:
    store = on_dynamodb(cloud)
    before = items(cloud)["FAX"]
    store.ready(store.take_up(read(store), LATER, SOON), STORED, LATER)
    written = items(cloud)
    expires = int(ACCEPTED.expires_at.timestamp())
    assert written.pop("FAX") == before | {
        "status": "queued",
        "revision": 3,
        "tries": 1,
        "dueAt": text(LATER),
        "rendered": {
            "tiff": {"key": "faxes/u/pages.tif", "size": 2_000, "sha256": "ab" * 32},
            "pdf": {"key": "faxes/u/pages.pdf", "size": 3_000, "sha256": "cd" * 32},
            "renderer": {"version": "1", "pdfium": "8149", "pillow": "13.0.0"},
            "fontsSubstituted": ["Arial"],
        },
    }
    assert written.pop("PAGES") == {
        "pk": "FAX#1001",
        "sk": "PAGES",
        "pages": [
            # 14,408 bits at 14,400 a second.
            {"rows": 2_287, "bytes": 1_801, "resolution": "fine", "tenths": 11},
            {"rows": 1_143, "bytes": 900, "resolution": "standard", "tenths": 5},
        ],
        "expiresAt": expires,
    }
    told = [event_of(written[key]) for key in sorted(written)]
    assert [(event.at, event.event, event.reason, event.pages) for event in told] == [
        (SOON, "rendering_started", None, None),
        (LATER, "pages_ready", None, 2),
    ]
    assert {item["expiresAt"] for item in written.values()} == {expires}


def test_record_of_a_fax_that_nobody_could_send(cloud: Cloud) -> None:
    store = on_dynamodb(cloud)
    store.wait(queued(store), LATER)
    before = items(cloud)["FAX"]
    assert (before["due"], before["reason"]) == ("carrier", "no_carrier")
    store.given_up(read(store), LATER)
    after = items(cloud)
    assert after["FAX"] == {name: value for name, value in before.items() if name not in ("due", "dueAt")} | {
        "status": "failed",
        "revision": 4,
        "completedAt": text(LATER),
    }
    told = event_of(after[max(key for key in after if key.startswith("EVENT#"))])
    assert (told.at, told.event, told.reason) == (LATER, "ended_failed", "no_carrier")


def test_record_of_a_fax_that_has_no_pages(cloud: Cloud) -> None:
    store = on_dynamodb(cloud)
    before = items(cloud)["FAX"]
    store.failed(store.take_up(read(store), LATER, SOON), TOO_LONG, SOON)
    written = items(cloud)
    assert written["FAX"] == {name: value for name, value in before.items() if name not in ("due", "dueAt")} | {
        "status": "failed",
        "revision": 3,
        "tries": 1,
        "reason": "render_failed",
        "failure": {"word": "page_too_long", "text": "File 1 ...", "document": 1, "page": 2, "percent": 34},
        "completedAt": before["dueAt"],
    }
    assert sorted(written)[-1] == "FAX"
    assert len(written) == 3


def test_what_the_request_asked_for_is_read(cloud: Cloud) -> None:
    store = on_dynamodb(cloud)
    cloud.dynamodb.put_item(
        TableName=cloud.names["FaxTable"],
        Item=wire(items(cloud)["FAX"] | {"rendering": "photo", "resolution": "standard"}),
    )
    found = read(store)
    assert (found.mode, found.resolution) == (Mode.PHOTO, Resolution.STANDARD)


@pytest.mark.parametrize(
    ("change", "effect"),
    [
        (lambda store, job: store.take_up(job, LATER, SOON), Effect.UNKNOWN),
        (lambda store, job: store.postpone(job, LATER), Effect.UNKNOWN),
        (lambda store, job: store.job(job.fax_id, SOON), Effect.NONE),
    ],
)
def test_a_call_without_an_answer_is_a_fault(
    cloud: Cloud, change: Callable[[DynamoDBJobStore, Job], object], effect: Effect
) -> None:
    store = on_dynamodb(cloud)
    before = read(store)

    def fail(request: AWSPreparedRequest, **_: object) -> Any:
        raise ReadTimeoutError(endpoint_url=request.url)

    fails: Any = fail
    cloud.dynamodb.meta.events.register_first("before-send.dynamodb", fails)
    with pytest.raises(StorageFault) as raised:
        change(store, before)
    assert (raised.value.effect, raised.value.cause) == (effect, "ReadTimeoutError")


def test_writes_that_meet_are_one_after_the_other(cloud: Cloud) -> None:
    """Two workers that were told at once: one has the fax."""
    store = on_dynamodb(cloud)
    first, second = read(store), read(store)
    store.take_up(first, LATER, SOON)
    with pytest.raises(Changed):
        store.take_up(second, LATER, SOON)
