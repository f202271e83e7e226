"""What happens between any two calls of a check: another check of the same fax, new addresses, a sweep, another upload,
an erasure, or the end of the process. The fax is accepted once, with the files that were looked into, or it is refused;
nothing else lies anywhere."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest

from faxes.adapters.dynamodb.items import wire
from tests.data.requests import make
from tests.support import requests
from tests.support.fault_matrix import KEY, Fault
from tests.support.faulty import Armed
from tests.support.faulty_uploads import LETTER, NOTE, Uploading, started
from tests.support.lambda_context import CONTEXT

# Of the check by which a fax of two files is accepted.
CALLS = 7
# As long as the letter, and nothing that can be faxed: where it lies with a fax's files, nobody has looked into it.
UNFAXABLE = b"\x89PNG" + LETTER[4:]


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Uploading]:
    with started() as uploading:
        yield uploading


@pytest.fixture
def deployed(shared: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    shared.begin(monkeypatch)
    return shared


def uploaded(uploading: Uploading) -> tuple[str, str]:
    """The id and the uid of a fax whose two files are there, and whose first was looked into."""
    made = uploading.announce(NOTE, LETTER, key=KEY)
    for position, content in ((1, NOTE), (2, LETTER)):
        uploading.upload(made["id"], position, content)
    uploading.check(made["id"], 1)
    uploading.made.clear()
    return made["id"], made["uid"]


def swept(uploading: Uploading) -> None:
    """A sweep that finds the fax due."""
    uploading.clock += timedelta(minutes=10)
    uploading.invoke(uploading.sweep, {})


def dies(*_: object) -> Any:
    raise Killed


OTHERS: dict[str, Callable[[Uploading, str], object]] = {
    "the same message": lambda uploading, fax_id: uploading.check(fax_id, 2),
    "the other file's message": lambda uploading, fax_id: uploading.check(fax_id, 1),
    "the sweep's message": lambda uploading, fax_id: uploading.check(fax_id),
    "a sweep": lambda uploading, _: swept(uploading),
    "new addresses": lambda uploading, fax_id: uploading.renew(fax_id),
    "the same bytes again": lambda uploading, fax_id: uploading.upload(fax_id, 1, NOTE),
    "the end of the process": dies,
}
# What is likely to break: whoever comes second finds the files taken.
_LIKELY = ("the same message", "new addresses", "the end of the process")


@pytest.mark.parametrize("n", range(1, CALLS + 1))
@pytest.mark.parametrize("what", [pytest.param(w, marks=[] if w in _LIKELY else [pytest.mark.full]) for w in OTHERS])
def test_between_two_calls(deployed: Uploading, what: str, n: int) -> None:
    fax_id, _ = uploaded(deployed)
    deployed.meanwhile[n] = lambda: OTHERS[what](deployed, fax_id)
    try:
        assert deployed.check(fax_id, 2)
    except Killed:
        assert what == "the end of the process"
    assert deployed.meanwhile == {}
    deployed.run(fax_id)
    # Whoever is told of it again, removes what was left.
    deployed.check(fax_id, 2)
    deployed.assert_accepted(fax_id, NOTE, LETTER)
    assert deployed.uploaded() == []


_PAIRS = [
    (first, at, second, then)
    for at, then in combinations(range(1, CALLS + 4), 2)
    for first in ("new addresses", "a sweep", "the same message")
    for second in ("the sweep's message", "the end of the process")
]


@pytest.mark.parametrize(
    ("first", "at", "second", "then"),
    [
        # The write that accepts it is refused, and another accepts it before the files would be removed.
        pytest.param(*pair, marks=[] if pair[:3] == ("new addresses", 6, "the sweep's message") else [pytest.mark.full])
        for pair in _PAIRS
    ],
)
def test_two_things_between_calls(deployed: Uploading, first: str, at: int, second: str, then: int) -> None:
    fax_id, _ = uploaded(deployed)
    deployed.meanwhile |= {
        at: lambda: OTHERS[first](deployed, fax_id),
        then: lambda: OTHERS[second](deployed, fax_id),
    }
    try:
        deployed.check(fax_id, 2)
    except Killed:
        assert second == "the end of the process"
    deployed.meanwhile.clear()
    deployed.run(fax_id)
    deployed.check(fax_id, 2)
    deployed.assert_accepted(fax_id, NOTE, LETTER)
    assert deployed.uploaded() == []


@pytest.mark.parametrize("position", [1, 2])
@pytest.mark.parametrize("n", range(1, CALLS + 2))
def test_other_bytes_are_put_there(deployed: Uploading, n: int, position: int) -> None:
    """As nobody can who has no more than an address: S3 holds that to ``If-None-Match``."""
    fax_id, _ = uploaded(deployed)
    deployed.meanwhile[n] = lambda: deployed.upload(fax_id, position, UNFAXABLE)
    deployed.check(fax_id, 2)
    if n > CALLS:
        deployed.meanwhile[n]()
    # So does the event of the other upload.
    deployed.check(fax_id, position)
    deployed.run(fax_id)
    # Until the copy of this very file is made.
    if n <= 3 + position:
        deployed.assert_ended(fax_id, "refused")
    else:
        deployed.assert_accepted(fax_id, NOTE, LETTER)
    assert deployed.uploaded() == []


def test_why_such_a_fax_is_refused(deployed: Uploading) -> None:
    fax_id, _ = uploaded(deployed)
    deployed.upload(fax_id, 1, UNFAXABLE)
    deployed.check(fax_id, 2)
    pending = deployed.pending(fax_id)
    assert pending is not None
    assert pending["refusal"] == {
        "code": "fx_file_invalid",
        "reason": "file_changed",
        "message": "File 1 of 2, 1.txt, was uploaded again with other bytes, after it had been looked into.",
    }


@pytest.mark.parametrize("n", [pytest.param(n, marks=[] if n in (4, 6) else [pytest.mark.full]) for n in range(1, 8)])
def test_it_is_accepted_and_erased_meanwhile(deployed: Uploading, n: int) -> None:
    """And what was uploaded was not removed before that, as where the process that accepted it was killed."""
    fax_id, uid = uploaded(deployed)

    def accepted_and_erased() -> None:
        deployed.check(fax_id)
        for item in deployed.items():
            if item["pk"].startswith(("FAX#", "IDEMPOTENCY#")):
                named = wire({"pk": item["pk"], "sk": item["sk"]})
                deployed.cloud.dynamodb.delete_item(TableName=deployed.table, Key=named)
        for key in deployed.faxed():
            assert uid in key
            deployed.cloud.s3.delete_object(Bucket=deployed.bucket, Key=key)
        for position, content in ((1, NOTE), (2, LETTER)):
            deployed.upload(fax_id, position, content)

    deployed.meanwhile[n] = accepted_and_erased
    assert deployed.check(fax_id, 2)
    deployed.check(fax_id, 2)
    assert deployed.items() == []
    assert deployed.cloud.objects() == {}


def test_a_file_that_nothing_outlives(deployed: Uploading) -> None:
    """Whoever looks into it dies, and each that comes after. What was announced ends all the same, and its key and its
    place are free."""
    fax_id = deployed.announce(NOTE, key=KEY)["id"]
    deployed.upload(fax_id, 1, NOTE)
    begun = deployed.clock
    for _ in range(20):
        deployed.armed = Armed("file read", 1, Fault(dies))
        try:
            deployed.run(fax_id)
            break
        except Killed:
            assert deployed.waiting() == [fax_id]
            # Not each of the sweeps between.
            deployed.clock += timedelta(hours=2)
    deployed.assert_ended(fax_id, "expired")
    assert timedelta(days=1) <= deployed.clock - begun < timedelta(days=1, hours=3)
    assert deployed.uploaded() == []


def test_nothing_is_read_of_what_is_larger_than_announced(
    deployed: Uploading, log: Callable[[], list[dict[str, Any]]]
) -> None:
    """Nobody who has an address alone can put that there; and the disk has room for two of the largest."""
    fax_id = deployed.announce(NOTE, key=KEY)["id"]
    deployed.upload(fax_id, 1, NOTE * 2)
    deployed.check(fax_id, 1)
    line = log()[-1]
    assert (line["outcome"], line["reason"], line["bytes"]) == ("refused", "file_size_differs", 0)
    deployed.assert_ended(fax_id, "refused")


def test_new_addresses_and_the_end_of_the_time_for_files(deployed: Uploading) -> None:
    """Of those who look whether the time is over, none ends what was given more meanwhile."""
    fax_id = deployed.announce(NOTE)["id"]
    deployed.clock += timedelta(hours=2)
    for n in (1, 2, 3):
        deployed.made.clear()
        deployed.meanwhile[n] = lambda: deployed.renew(fax_id)
        deployed.check(fax_id)
        assert deployed.waiting() == [fax_id]
        deployed.clock += timedelta(hours=2)


def test_new_addresses_and_a_sweep(deployed: Uploading) -> None:
    """Neither takes back what the other wrote."""
    fax_id = deployed.announce(NOTE)["id"]
    for n in (1, 2, 3, 4):
        deployed.clock += timedelta(hours=1)
        deployed.made.clear()
        deployed.meanwhile[n] = lambda: deployed.renew(fax_id)
        deployed.invoke(deployed.sweep, {})
        pending = deployed.pending(fax_id)
        assert pending is not None
        # The sweep's own calls are a query, a read, a message and a write.
        times = [pending["closesAt"], pending["dueAt"]]
        later = [deployed.clock + timedelta(minutes=minutes) for minutes in (90, 10)]
        assert times == [moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") for moment in later]


# --- create_fax ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1, 29, 31, 89, 95])
def test_a_request_that_comes_again_late_gets_addresses_with_all_their_time(deployed: Uploading, minutes: int) -> None:
    """And what begins to be uploaded with them is waited for."""
    fax_id = deployed.announce(NOTE, LETTER, key=KEY)["id"]
    deployed.upload(fax_id, 1, NOTE)
    deployed.check(fax_id, 1)
    before = deployed.pending(fax_id)
    deployed.clock += timedelta(minutes=minutes)
    again = deployed.announce(NOTE, LETTER, key=KEY)
    assert (again["id"], again["replayed"], "redirectUri" in again["files"][0]) == (fax_id, True, False)
    assert "X-Amz-Expires=1800&" in again["files"][1]["redirectUri"]
    after = deployed.pending(fax_id)
    assert before is not None
    assert after is not None
    assert deployed.clock + timedelta(hours=1) <= datetime.fromisoformat(after["closesAt"])
    # Nothing else of it is another.
    other = {name for name in before if before[name] != after[name]}
    assert (other, before.keys()) == ({"closesAt", "revision"} if minutes > 30 else set(), after.keys())
    deployed.clock += timedelta(minutes=59)
    deployed.check(fax_id)
    deployed.upload(fax_id, 2, LETTER)
    deployed.run(fax_id)
    deployed.assert_accepted(fax_id, NOTE, LETTER)


@pytest.mark.parametrize("what", ["the same message", "new addresses", "a sweep"])
def test_a_request_that_comes_again_late_and_another(deployed: Uploading, what: str) -> None:
    """Neither takes back what the other wrote."""
    made = deployed.announce(NOTE, LETTER, key=KEY)
    fax_id = made["id"]
    for position, content in ((1, NOTE), (2, LETTER)):
        deployed.upload(fax_id, position, content)
    deployed.clock += timedelta(hours=1)

    def another(_: object) -> None:
        with deployed.unwatched():
            OTHERS[what](deployed, fax_id)

    deployed.armed = Armed("kept open", 1, Fault(another))
    again = deployed.announce(NOTE, LETTER, key=KEY)
    assert deployed.armed.met
    assert (again["answered"], again["id"], again["status"]) == (200, fax_id, "uploading")
    deployed.run(fax_id)
    deployed.assert_accepted(fax_id, NOTE, LETTER)


ANNOUNCED = ("directory read", "key read", "open read", "announced")


@pytest.mark.parametrize("call", ANNOUNCED)
def test_two_requests_with_one_key(deployed: Uploading, call: str) -> None:
    answers = []

    def another(_: object) -> None:
        with deployed.unwatched():
            answers.append(deployed.announce(NOTE, LETTER, key=KEY))

    deployed.armed = Armed(call, 1, Fault(another))
    answers.append(deployed.announce(NOTE, LETTER, key=KEY))
    [first, second] = answers
    assert (first["answered"], second["answered"]) == (200, 200)
    assert (first["id"], first["uid"]) == (second["id"], second["uid"])
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert deployed.waiting() == [first["id"]]


@pytest.mark.parametrize(
    ("key", "call"), [(key, call) for key in (KEY, None) for call in ANNOUNCED if key or call != "key read"]
)
def test_killed_and_asked_again(deployed: Uploading, key: str | None, call: str) -> None:
    deployed.armed = Armed(call, 1, Fault(dies))
    # What counts, warns of having nothing to count.
    with pytest.warns(UserWarning, match="No application metrics"), pytest.raises(Killed):
        deployed.announce(NOTE, LETTER, key=key)
    deployed.armed = Armed()
    assert deployed.waiting() == []
    made = deployed.announce(NOTE, LETTER, key=key)
    assert (made["answered"], made["replayed"], deployed.waiting()) == (200, False, [made["id"]])


def test_a_fax_of_the_same_moment_has_another_id(deployed: Uploading) -> None:
    """Whatever is drawn: a form's fax does not stand where the announced one's record is to go."""
    function = deployed.create_fax
    announced = function.uploading
    try:
        uids = iter((1, 2))
        same = replace(announced.whole, random_bits=lambda bits: 7 if bits < 64 else next(uids))
        function.uploading, function.submission = replace(announced, whole=same), same
        made = deployed.announce(NOTE)
        form = requests.parse(make.curl(make.request_part(), make.file_part("note.txt", NOTE)))
        answer = function.handler(requests.proxy_event(form, "same"), CONTEXT)
    finally:
        function.uploading, function.submission = announced, announced.whole
    assert answer["statusCode"] == 200
    deployed.upload(made["id"], 1, NOTE)
    deployed.check(made["id"], 1)
    of_a_form = json.loads(answer["body"])
    assert sorted((record["id"], record["uid"]) for record in deployed.records()) == sorted(
        (each["id"], each["uid"]) for each in (made, of_a_form)
    )
