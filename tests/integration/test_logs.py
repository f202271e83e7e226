"""Nothing that a caller sends or gets, and nothing that opens anything, is in what the functions write.

Canaries, text that is nowhere else, stand where tokens, secrets, keys, numbers, names and contents do. They go through
every path: what is accepted, every refusal, a fault of every AWS call, and exceptions that nobody expects, at several
depths. Everything is read that is written meanwhile: standard output and error, the loggers of all libraries at DEBUG,
warnings, metrics, and what Lambda's runtime writes of an exception that leaves a function.
"""

import ast
import json
import logging
import secrets
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import boto3
import botocore.endpoint
import pytest

from faxes.observability import logger, metrics
from faxes.tokens import Denial, digest_of
from tests.data.requests import make
from tests.support import requests, template
from tests.support.canaries.cases import DYNAMODB_FATES, Case, raw
from tests.support.canaries.deployed import Deployed, Drawn, fill
from tests.support.canaries.faxes import accepted_and_refused_faxes, faults_of_faxes
from tests.support.canaries.logins import callers, logins, unexpected
from tests.support.canaries.reports import ACCOUNT, of_reports
from tests.support.canaries.status import of_faxes, of_pages
from tests.support.canaries.texts import BASIC, EXTENSION, ISSUED, KEYS, PHONE, SECRET, UID, USER, leaks
from tests.support.canaries.uploads import of_uploads
from tests.support.canaries.written import Invoke, Written, as_the_runtime_writes, everything_shows
from tests.support.cloud import cloud
from tests.support.faults import Faults


@pytest.fixture(name="invoke")
def _invoke(context: Any, capfd: pytest.CaptureFixture[str]) -> Invoke:
    """Calls a function's handler and returns everything that is written meanwhile."""

    def invoke(function: ModuleType, event: dict[str, Any]) -> Written:
        capfd.readouterr()
        answer, said = None, ""
        with everything_shows(), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                answer = function.handler(event, context)
            except Exception as error:
                said = as_the_runtime_writes(error)
        captured = capfd.readouterr()
        return Written("\n".join([captured.out, captured.err, said, *(str(each.message) for each in warned)]), answer)

    return invoke


@pytest.fixture(name="deployed", scope="module")
def _deployed() -> Iterator[Deployed]:
    drawn = Drawn()
    with (
        cloud() as running,
        mock.patch.object(secrets, "randbits", drawn.randbits),
        mock.patch.object(secrets, "token_urlsafe", drawn.token_urlsafe),
    ):
        assert boto3.DEFAULT_SESSION is not None
        faults = Faults(boto3.DEFAULT_SESSION)
        fill(running)
        names = ("create_fax", "read_faxes", "change_faxes", "check_upload", "authorize", "issue_token", "refuse")
        functions = {name: running.function(name) for name in names}
        functions["carrier_report"] = running.function(
            "carrier_report", CARRIER="telnyx", TELNYX_PUBLIC_KEY=ACCOUNT.public_key
        )
        functions["fax_page"] = running.function("fax_page", PUBLIC_PAGE="true", PUBLIC_PAGE_DAYS="30")
        yield Deployed(running, faults, functions)


CASES = (
    accepted_and_refused_faxes()
    + faults_of_faxes()
    + of_faxes()
    + callers()
    + logins()
    + unexpected()
    + of_reports()
    + of_uploads()
    + of_pages()
)


# --- the tests -------------------------------------------------------------------------------------------------------


@pytest.fixture(name="run")
def _run(deployed: Deployed, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], Written]:
    """Invokes a case's function as the case has it."""
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))

    def run(case: Case) -> Written:
        function = deployed.functions[case.function]
        with ExitStack() as meanwhile:
            for operation, fate in case.faults.items():
                meanwhile.enter_context(deployed.faults.of(operation, fate))
            for place, stand_in in case.patched.items():
                meanwhile.enter_context(mock.patch(place, stand_in))
            return invoke(function, case.event)

    return run


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.function}-{case.name}")
def test_nothing_of_it_is_written(case: Case, run: Callable[[Case], Written]) -> None:
    written = run(case)

    assert leaks(written.text) == []
    # It went the way that it was meant to.
    [line] = written.lines()
    assert (line.get("reason") or line["outcome"]) == case.says
    assert line.get("app") == app_of(case, line)
    if case.function == "authorize":
        assert (written.answer is None) == (case.says == "failed")
    elif case.says not in UNCOUNTED:
        assert '"CloudWatchMetrics"' in written.text


# A message that came late, twice, or before its file.
UNCOUNTED = {"gone", "not_wanted", "waiting"}


# The cases of the authorizer and of the token endpoint in which an app is known.
APPS = {
    "authorize": {
        "apps-token": "enabled",
        "app-deleted": "deleted",
        "app-disabled": "disabled",
        "secret-rotated": "rotated",
        **{f"APP#-{name}": "enabled" for name in DYNAMODB_FATES},
    },
    "issue_token": {
        **dict.fromkeys(["form", "multipart", "as-json", "basic", "wrong", "not-ascii"], "enabled"),
        "disabled": "disabled",
        **{f"token-{name}": "enabled" for name in DYNAMODB_FATES},
    },
}


def app_of(case: Case, line: Mapping[str, Any]) -> str | None:
    """The key that a case's line has to name: the app's whose request it is known to be, whatever came of it."""
    if case.function in ("create_fax", "read_faxes", "change_faxes"):
        return None if case.says == "authorizer_missing" else KEYS["enabled"]
    if case.function in ("carrier_report", "check_upload", "fax_page"):
        return None
    if case.patched:
        # It depends on how far it came; it is the right one or none.
        return KEYS["enabled"] if "app" in line else None
    known = APPS[case.function].get(case.name)
    return KEYS[known] if known else None


# Whose `reason` is not why a request was refused.
_RECORDS = ("Attempt", "Fax", "HistoryEvent", "PublicFax", "PublicRecipient", "Recipient")


def test_every_reason_has_a_case() -> None:
    """Every reason that the code can name: a new one needs a case here."""
    named = {str(denial) for denial in Denial}
    room = template.ROOT / "layers/core/faxes"
    for path in sorted(set(room.rglob("*.py")) - set((room / "rendering").rglob("*.py"))):  # no function draws pages
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in _RECORDS:
                continue
            values = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
            if isinstance(call.func, ast.Name) and call.func.id in ("_refuse", "Unfaxable"):
                values.append(call.args[0])
            named |= {
                constant.value
                for value in values
                for constant in ast.walk(value)
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
            }
    assert named - {case.says for case in CASES} == set()
    # As many as there are: the search above finds them.
    assert {"file_empty", "body_empty", "app_unknown", "secret_wrong", "writes_in_vain", "token_missing"} <= named
    assert {"jpg_cut_off", "tif_loop", "txt_blank", "pdf_encrypted", "file_name_contradicts"} <= named


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"/uapi/faxes/{USER}/{EXTENSION}"), ("PUT", make.TOKEN), ("POST", f"/{USER}"), ("GET", "/")],
)
def test_what_refuses_writes_nothing_at_all(method: str, path: str, deployed: Deployed, invoke: Invoke) -> None:
    headers = [f"Authorization: Basic {BASIC}", f"Content-Type: {make.URLENCODED}"]
    sent = requests.proxy_event(raw(path, headers, f"client_secret={SECRET}".encode(), method), "canary")

    written = invoke(deployed.functions["refuse"], sent)

    assert written.text.strip() == ""
    assert leaks(json.dumps(written.answer)) == []


def test_refusal_that_fails_writes_nothing_of_it(deployed: Deployed, invoke: Invoke) -> None:
    """An event that is none of the gateway's."""
    written = invoke(deployed.functions["refuse"], {"path": f"/{USER}", "body": SECRET})

    assert written.answer is None
    assert "KeyError" in written.text
    assert leaks(written.text) == []


# --- the kept events -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", requests.names())
def test_kept_event_leaves_nothing_of_it(name: str, deployed: Deployed, invoke: Invoke) -> None:
    event = json.loads((template.ROOT / "events" / f"{name}.json").read_bytes())

    written = invoke(deployed.functions[requests.read(name).route.function], event)

    assert [text for text in sent_texts(name) if text.casefold() in written.text.casefold()] == []
    assert leaks(written.text) == []
    assert {line.get("app") for line in written.lines()} <= {None, requests.EXAMPLE.key}
    expected = json.loads((template.ROOT / "events" / "answers" / f"{name}.json").read_bytes())
    assert written.answer["statusCode"] == expected["statusCode"]


def sent_texts(name: str) -> Iterator[str]:
    """What of a kept request must not be written anywhere."""
    example = requests.EXAMPLE
    yield from (example.token, example.secret, example.basic, digest_of(example.secret))
    yield from (
        "7778888",
        "4930123456",
        "0003*21",
        "@self",
        "call me",
        "this is my fax",
        ".pdf",
        ".png",
        ".jpg",
        ".tif",
    )
    stored = requests.FOLDER / "stored" / f"{name}.json"
    if stored.exists():
        yield from (file["name"] for file in json.loads(stored.read_bytes())["files"])


# --- that the test would find it -------------------------------------------------------------------------------------

ONE_FILE = CASES[0]


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        pytest.param(lambda *_: logger.debug("to %s", PHONE), "a phone number", id="own-logger"),
        pytest.param(lambda *_: logging.getLogger("any.library").debug("to %s", PHONE), "a phone number", id="library"),
        pytest.param(lambda *_: logging.debug("of", extra={"to": [PHONE]}), "a phone number", id="extra"),
        pytest.param(lambda *_: print(UID), "a uid", id="stdout"),  # noqa: T201
        pytest.param(lambda *_: sys.stderr.write(digest_of(SECRET)), "a secret's digest", id="stderr"),
        pytest.param(lambda *_: warnings.warn(f"fax of {EXTENSION}", stacklevel=1), "an extension", id="warning"),
    ],
)
def test_what_is_planted_is_found(plant: Callable[..., object], found: str, run: Callable[[Case], Written]) -> None:
    def document(*sent: object) -> Any:
        plant(*sent)
        raise KeyError

    written = run(replace(ONE_FILE, patched={"faxes.intake.submission.documents.inspect": document}))

    assert found in leaks(written.text)


def test_metric_that_holds_what_was_sent_is_found(run: Callable[[Case], Written]) -> None:
    def document(*_: object) -> Any:
        metrics.add_metadata("to", PHONE)
        raise KeyError

    written = run(replace(ONE_FILE, patched={"faxes.intake.submission.documents.inspect": document}))

    assert "a phone number" in leaks(written.text)


def test_draws_are_canaries(run: Callable[[Case], Written]) -> None:
    """What is issued can be told in a text, as what is sent can."""
    accepted = [run(case).answer for case in CASES if (case.function, case.says) == ("create_fax", "accepted")]
    issued = [run(case).answer for case in CASES if case.says == "token_issued"]
    assert [json.loads(answer["body"])["uid"][: len(UID)] for answer in accepted] == [UID] * 3
    assert [json.loads(answer["body"])["access_token"][: len(ISSUED)] for answer in issued] == [ISSUED] * 4


@pytest.mark.parametrize("library", ["boto3", "botocore", "urllib3"])
def test_libraries_that_print_requests_are_held(library: str) -> None:
    assert logging.getLogger(library).level == logging.WARNING


def test_sdk_at_debug_is_found(run: Callable[[Case], Written]) -> None:
    """It prints paths, keys and bodies: it is held at WARNING for a reason, whatever the level here."""
    sdk = logging.getLogger("botocore")
    sdk.setLevel(logging.DEBUG)
    try:
        written = run(ONE_FILE)
    finally:
        sdk.setLevel(logging.WARNING)

    assert {"an extension", "a phone number", "a uid"} <= set(leaks(written.text))
