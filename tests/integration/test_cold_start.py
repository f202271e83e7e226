"""A function's start: its connections are open when it ends, and whatever became of them, it is there."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import EndpointConnectionError
from botocore.model import OperationModel

from faxes import cold_start
from tests.support import requests, template
from tests.support.cloud import Cloud
from tests.support.faults import Faults, raises
from tests.support.lambda_context import CONTEXT
from tests.support.template import ROOT

NOT_THERE = '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}<Quiet>true</Quiet></Delete>'.format(
    "<Object><Key>faxes/nothing</Key></Object>"
)


@pytest.fixture(name="sent")
def _sent(cloud: Cloud) -> list[tuple[str, Any]]:
    """What is asked of the services from now on: each call's operation, and its body."""
    sent: list[tuple[str, Any]] = []

    def send(request: AWSPreparedRequest, event_name: str, **_: object) -> None:
        body = request.body.decode() if isinstance(request.body, bytes) else ""
        sent.append((event_name.removeprefix("before-send."), json.loads(body) if body.startswith("{") else body))

    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register_first("before-send", send)
    return sent


def read(table: str, key: str, kind: str) -> tuple[str, Any]:
    """A read of one item, as it is asked for."""
    return (
        "dynamodb.GetItem",
        {"TableName": table, "Key": {"pk": {"S": key}, "sk": {"S": kind}}, "ConsistentRead": True},
    )


def query(table: str, key: str) -> tuple[str, Any]:
    """A read of a fax, as it is asked for."""
    values = {":pk": {"S": key}, ":sk": {"S": "FAX"}}
    condition = "pk = :pk AND sk >= :sk"
    asked = {"KeyConditionExpression": condition, "ExpressionAttributeValues": values, "ConsistentRead": True}
    return "dynamodb.Query", {"TableName": table, **asked}


def upload(table: str) -> tuple[str, Any]:
    """A read of a fax that waits for its files."""
    values = {":pk": {"S": "UPLOAD#"}, ":sk": {"S": "UPLOAD"}}
    asked = {"KeyConditionExpression": "pk = :pk AND sk = :sk", "ExpressionAttributeValues": values}
    return "dynamodb.Query", {"TableName": table, **asked, "ConsistentRead": True}


@pytest.mark.parametrize(
    ("function", "asked"),
    [
        ("create_fax", [read("DirectoryTable", "USER#", "USER"), ("s3.DeleteObjects", NOT_THERE)]),
        ("read_faxes", [upload("FaxTable"), query("FaxTable", "FAX#")]),
        ("change_faxes", [upload("FaxTable"), query("FaxTable", "FAX#")]),
        # Where no fax has a page, nothing.
        ("fax_page", []),
        ("authorize", [read("CredentialTable", "APP#", "APP")]),
        ("issue_token", [read("CredentialTable", "APP#", "APP")]),
    ],
)
def test_a_function_asks_for_what_is_not_there(
    cloud: Cloud, sent: list[tuple[str, Any]], function: str, asked: list[tuple[str, Any]]
) -> None:
    cloud.function(function)
    # They are asked at once.
    assert sorted(sent, key=str) == sorted(asked, key=str)


@pytest.fixture(name="signed")
def _signed(cloud: Cloud) -> dict[str, set[str]]:
    """The calls that are signed by clients made from now on, by their operations: the names of their parameters."""
    assert boto3.DEFAULT_SESSION is not None
    events = boto3.DEFAULT_SESSION.events
    asked: dict[str, set[str]] = {}
    signed: dict[str, set[str]] = {}

    def ask(params: dict[str, Any], model: OperationModel, **_: object) -> None:
        asked[model.name] = set(params)

    def sign(operation_name: str, **_: object) -> None:
        signed[operation_name] = asked[operation_name]

    events.register("before-parameter-build", ask)
    events.register("before-sign", sign)
    return signed


@pytest.mark.parametrize(
    ("function", "event", "writes"),
    [
        ("create_fax", "idempotency-key", {"PutObject", "TransactWriteItems"}),
        ("issue_token", "token-urlencoded", {"PutItem"}),
    ],
)
def test_a_function_rehearses_its_writes_as_it_makes_them(
    cloud: Cloud, signed: dict[str, set[str]], function: str, event: str, writes: set[str]
) -> None:
    cloud.import_example(draw=lambda: requests.EXAMPLE.secret)
    signed.clear()
    started = cloud.function(function)
    rehearsed = {name: parameters for name, parameters in signed.items() if name in writes}
    assert rehearsed.keys() == writes
    signed.clear()
    assert started.handler(json.loads((ROOT / f"events/{event}.json").read_text()), CONTEXT)["statusCode"] == 200
    assert rehearsed == {name: parameters for name, parameters in signed.items() if name in writes}


def test_a_function_that_cannot_connect_answers_when_it_can(cloud: Cloud) -> None:
    cloud.import_example()
    assert boto3.DEFAULT_SESSION is not None
    faults = Faults(boto3.DEFAULT_SESSION)
    fate = raises(EndpointConnectionError(endpoint_url="https://nowhere.invalid/"))
    with faults.of("dynamodb.GetItem", fate), faults.of("s3.DeleteObjects", fate):
        function = cloud.function("create_fax")
    event = json.loads((ROOT / "events/mcp-server.json").read_text())
    assert function.handler(event, CONTEXT)["statusCode"] == 200
    assert len(cloud.objects()) == 1


def test_nobody_waits_long_for_a_service_that_does_not_answer() -> None:
    answered, asked = threading.Event(), threading.Event()

    def call() -> None:
        asked.set()
        assert answered.wait(60)

    with mock.patch.object(cold_start, "_SECONDS", 0.01):
        cold_start.connect(call, lambda: None)
    assert asked.is_set()
    assert not answered.is_set()
    answered.set()


def test_all_are_asked_at_once() -> None:
    together = threading.Barrier(2, timeout=60)
    calls: list[Callable[[], object]] = [together.wait, together.wait]
    with mock.patch.object(cold_start, "_SECONDS", 60):
        cold_start.connect(*calls)
    assert not together.broken
    assert together.n_waiting == 0


def test_what_is_there_at_the_start_is_no_garbage() -> None:
    """In a process of its own, which has done nothing else."""
    script = (
        "import gc\n"
        "before = gc.isenabled()\n"
        "from faxes.cold_start import started\n"
        "importing = gc.isenabled(), gc.get_freeze_count()\n"
        "started()\n"
        "print(before, *importing, gc.isenabled(), gc.get_freeze_count() > 1000)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT / "layers/core")}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("True False 0 True True\n", "")


@pytest.mark.parametrize("function", ["create_fax", "read_faxes", "change_faxes", "authorize", "issue_token"])
def test_every_function_holds_the_collector_back_first_and_lets_it_go_on(cloud: Cloud, function: str) -> None:
    source = (template.ROOT / "functions" / function / "app.py").read_text()
    assert source.split('"""')[2].lstrip().startswith("from faxes.cold_start import started ")
    with mock.patch.object(cold_start, "started") as started:
        cloud.function(function)
    started.assert_called_once_with()
