"""Each right of each role is needed: without it, this fails here and not in production.

The emulator enforces the roles' policies for S3 and DynamoDB. A statement is taken out of the deployed role, a fax is
sent or a token asked for, and the statement is put back. That issue_token may write tokens alone is a condition which
the emulator does not know: tests/template holds it, and docs/operations/real-account.md has the command that shows it
in an account.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import template
from tests.support.curl import NOTE, REQUEST, SEND, STORAGE_FAILED, Answer, Curl, refusal
from tests.support.rights import without
from tools.local.stack_file import LocalStack

OUTCOME_UNKNOWN = refusal(
    500,
    "internal_server_error",
    "It is not known whether the fax was accepted, because of a fault on our side. "
    "Sending it again is safe with the same Idempotency-Key; without one, it may be sent twice.",
)
NO_TOKEN = Answer(
    503,
    "application/json",
    {
        "error": "server_error",
        "error_description": "The token could not be issued because of a fault on our side; try again.",
    },
)
CALLER_NOT_TOLD = refusal(
    500,
    "internal_server_error",
    "It could not be told who is calling, because of a fault on our side. The request took no effect; sending it again "
    "is safe.",
)

NOT_CHANGED = (
    "The fax could not be changed because of a fault on our side. Nothing was changed; "
    "sending the request again is safe."
)

FUNCTIONS = tuple(template.functions(template.load()))
# The emulator writes logs itself and has no X-Ray; tests/template holds these to the letter.
NOT_ENFORCED = {"WriteLog", "WriteTrace"}


@pytest.mark.parametrize("sid", ["StoreFiles", "WriteRecord", "ReadDirectory"])
def test_create_fax_needs(curl: Curl, stack: LocalStack, stored: Callable[[], dict[str, bytes]], sid: str) -> None:
    before = stored()
    with without(stack, "CreateFaxFunction", sid):
        assert curl(SEND, *REQUEST, *NOTE, *NOTE) == STORAGE_FAILED
    # Not accepted, so nothing stays: that takes the right to delete.
    assert stored() == before


def test_create_fax_needs_to_read_what_was_accepted_under_a_key(
    curl: Curl, stack: LocalStack, stored: Callable[[], dict[str, bytes]]
) -> None:
    before = stored()
    with without(stack, "CreateFaxFunction", "ReadIdempotencyRecords"):
        # A fax may have been accepted under it.
        assert curl(SEND, *REQUEST, *NOTE, "-H", "Idempotency-Key: k") == OUTCOME_UNKNOWN
    assert stored() == before


def test_create_fax_needs_the_right_to_remove_what_it_stored(
    curl: Curl, stack: LocalStack, stored: Callable[[], dict[str, bytes]]
) -> None:
    before = stored()
    with (
        without(stack, "CreateFaxFunction", "WriteRecord"),
        without(stack, "CreateFaxFunction", "RemoveFilesOfAFaxThatFailed"),
    ):
        assert curl(SEND, *REQUEST, *NOTE) == STORAGE_FAILED
    left = set(stored()) - set(before)
    assert len(left) == 1
    stack.client("s3").delete_object(Bucket=stack.bucket, Key=left.pop())


ANNOUNCED = '{"recipients": ["7778888"], "files": [{"name": "fax.txt", "size": 2}]}'
AS_JSON = ("-H", "Content-Type: application/json", "--data", ANNOUNCED)


def test_create_fax_needs_to_count_what_waits_for_its_files(curl: Curl, stack: LocalStack) -> None:
    with without(stack, "CreateFaxFunction", "CountOpenUploads"):
        assert curl(SEND, *AS_JSON) == STORAGE_FAILED
    assert curl(SEND, *AS_JSON).status == 200


@pytest.mark.parametrize("function", ["CreateFaxFunction", "ChangeFaxesFunction"])
def test_an_address_has_the_rights_of_who_signed_it(
    curl: Curl, stack: LocalStack, tmp_path: Path, function: str
) -> None:
    made = curl(SEND, *AS_JSON).body
    if function == "ChangeFaxesFunction":
        made = curl(f"{SEND}/{made['id']}", "-X", "PUT", "--data", '{"action": "RenewUploads"}').body
    [file] = made["files"]
    sent = tmp_path / "fax.txt"
    sent.write_bytes(b"hi")

    def put() -> str:
        headers = [option for name, value in file["redirectHeaders"].items() for option in ("-H", f"{name}: {value}")]
        command = ["curl", "-s", "--cacert", stack.caBundle, "-o", "/dev/null", "-w", "%{http_code}", "-T", str(sent)]
        return subprocess.run(
            [*command, *headers, file["redirectUri"]], capture_output=True, check=True, text=True
        ).stdout

    with without(stack, function, "SignAddresses"):
        assert put() == "403"
    assert put() == "200"


def test_the_authorizer_needs_to_read_tokens(curl: Curl, stack: LocalStack) -> None:
    # Another header's value: the gateway reuses its answer for this token for a minute.
    header = ("-H", f"Authorization: bEARER {stack.token}")
    with without(stack, "AuthorizeFunction", "ReadTokens"):
        assert curl(SEND, *REQUEST, *NOTE, *header, token=None) == CALLER_NOT_TOLD


@pytest.mark.parametrize(
    ("function", "sid", "message"),
    [
        ("ReadFaxesFunction", "ReadFaxes", "The fax could not be read because of a fault on our side; try again."),
        ("ChangeFaxesFunction", "ReadFaxes", NOT_CHANGED),
        ("ChangeFaxesFunction", "ChangeFaxes", NOT_CHANGED),
    ],
)
def test_a_function_of_a_status_needs(curl: Curl, stack: LocalStack, function: str, sid: str, message: str) -> None:
    path = f"{SEND}/{curl(SEND, *REQUEST, *NOTE).body['id']}"
    change = () if function == "ReadFaxesFunction" else ("-X", "PUT", "-d", '{"action": "Cancel"}')
    with without(stack, function, sid):
        assert curl(path, *change) == refusal(500, "internal_server_error", message)
    assert curl(path, *change).status == 200


@pytest.mark.parametrize("sid", ["ReadApps", "WriteTokens"])
def test_issue_token_needs(curl: Curl, stack: LocalStack, sid: str) -> None:
    login = ("-d", "grant_type=client_credentials", "-u", f"{stack.appKey}:{stack.appSecret}")
    with without(stack, "IssueTokenFunction", sid):
        assert curl("/oauth/token.php", *login, token=None) == NO_TOKEN
    assert curl("/oauth/token.php", *login, token=None).status == 200


def test_the_functions_may_not_do_more(stack: LocalStack) -> None:
    """The roles' policies hold nothing but what these tests take away."""
    iam = stack.client("iam")
    held: dict[str, set[str]] = {}
    for function in stack.client("lambda").list_functions()["Functions"]:
        role = function["Role"].rsplit("/", 1)[1]
        documents: list[Any] = [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        ]
        name = next(n for n in FUNCTIONS if n in function["FunctionName"])
        held[name] = {
            statement["Sid"]
            for document in documents
            for statement in (document if isinstance(document, dict) else json.loads(document))["Statement"]
        }
        assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    assert held == {
        "CreateFaxFunction": {
            "StoreFiles",
            "RemoveFilesOfAFaxThatFailed",
            "WriteRecord",
            "ReadIdempotencyRecords",
            # Used in a deduplication window alone, which this stack has not; tests/integration has one.
            "ReadWhetherAFaxHasFailed",
            "ReadDirectory",
            "SignAddresses",
            "CountOpenUploads",
        }
        | NOT_ENFORCED,
        "ReadFaxesFunction": {"ReadFaxes"} | NOT_ENFORCED,
        "ChangeFaxesFunction": {"ReadFaxes", "ChangeFaxes", "SignAddresses"} | NOT_ENFORCED,
        "FaxPageFunction": {"FindByUid", "ReadWhatIsShown", "ReadTimeZones", "SignAddressesOfPages"} | NOT_ENFORCED,
        "AuthorizeFunction": {"ReadTokens"} | NOT_ENFORCED,
        "IssueTokenFunction": {"ReadApps", "WriteTokens"} | NOT_ENFORCED,
        "RefuseFunction": set(),
        "CarrierReportFunction": {"RememberReports", "Ring"} | NOT_ENFORCED,
        "QueueFaxFunction": {"ReadStream", "SendForWorkers", "HaveThemSent"} | NOT_ENFORCED,
        "RenderFaxFunction": {
            "TakeMessages",
            "ReadDocuments",
            "StorePages",
            "RemovePagesOfAFaxThatEnded",
            "ReadRecords",
            "ChangeRecords",
            "WritePagesAndHistory",
            "HaveThemSent",
        }
        | NOT_ENFORCED,
        "SendFaxFunction": {
            "TakeMessages",
            "HaveThemSent",
            "ReadFaxesAndLines",
            "ChangeFaxesAndLines",
            "FreeLines",
            "ReadDirectory",
            "ReadPages",
            "CopyPages",
            "RemoveCopiesOfAFaxThatIsGone",
            "OfferDocuments",
            "KeepWhatSimulatedMachinesGet",
        }
        | NOT_ENFORCED,
        "SweepFunction": {
            "ReadWhatIsDue",
            "ReadRecords",
            "ChangeRecords",
            "WriteHistory",
            "SendForWorkers",
            "HaveThemSent",
            "HaveUploadsLookedInto",
            # It is not traced: it runs each minute, for nothing mostly.
            "WriteLog",
        },
        "CheckUploadFunction": {
            "TakeMessages",
            "ReadUploads",
            "StoreFiles",
            "RemoveUploadsAndFilesOfAFaxThatEnded",
            "TellWhatHasNotCome",
            "ReadPendingFaxes",
            "ChangePendingFaxes",
            "WriteRecord",
            "EndPendingFaxesAndFreeTheirKeys",
        }
        | NOT_ENFORCED,
    }
