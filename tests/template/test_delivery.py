"""delivery.yaml: the queue and the workers, against what they are built on."""

import ast
import inspect
import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from faxes.bootstrap import queue_fax, render_fax, send_fax, sweep, telnyx
from faxes.bootstrap.clients import (
    COPY_BUDGET,
    DYNAMODB_BUDGET,
    PATIENT_DYNAMODB_BUDGET,
    PATIENT_S3_BUDGET,
    S3_BUDGET,
    SQS_BUDGET,
)
from faxes.bootstrap.environment import MOST_UPLOAD_BYTES
from faxes.carriers.https import Host
from faxes.delivery.policy import CLAIM, SUBMIT
from faxes.ids import document_key, file_key, paper_key, pdf_key, picture_key, tiff_key
from faxes.model import Kind
from faxes.rendering.jobs import MOST_TRIES
from faxes.rendering.render import MEMORY, SECONDS, SECONDS_PER_PAGE
from tests.support import template

TEMPLATE = template.load()
DELIVERY = template.part("delivery.yaml")
NAMES = {
    "FileBucket": "files",
    "FaxTable": "faxes",
    "DirectoryTable": "directory",
    "RenderQueue": "https://queue",
    "SendQueue": "https://send",
}
TELNYX = {
    "TELNYX_URL": "https://api.telnyx.com/v2",
    "TELNYX_KEY_SECRET": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telnyx-a1b2c3",
    "TELNYX_CONNECTION_ID": "1293384261075731499",
    "TELNYX_NUMBER": "+12025550100",
}
NAMES |= {"UploadQueue": "https://upload"}
FUNCTIONS = template.resources(DELIVERY, "AWS::Lambda::Function")


def properties(logical_id: str) -> Any:
    return DELIVERY["Resources"][logical_id]["Properties"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_worker_is_set_up_as_all_functions_are(name: str) -> None:
    shared = TEMPLATE["Globals"]["Function"]
    function = FUNCTIONS[name]["Properties"]
    assert [function[key] for key in ("Runtime", "Handler", "Architectures")] == [
        shared[key] for key in ("Runtime", "Handler", "Architectures")
    ]
    # The sweep's, one a minute, would all be traced, for more than it costs.
    assert function["TracingConfig"] == {"Mode": shared["Tracing"] if name != "SweepFunction" else "PassThrough"}
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": name.removesuffix("Function") + "LogGroup"}}
    handed = TEMPLATE["Resources"]["Delivery"]["Properties"]["Parameters"]
    variables = function["Environment"]["Variables"]
    for variable, value in shared["Environment"]["Variables"].items():
        inner = variables[variable]
        assert (handed[inner["Ref"]] if isinstance(inner, dict) else inner) == value


def test_the_layers_are_for_the_workers_that_need_them() -> None:
    layers = {name: [layer["Ref"] for layer in it["Properties"]["Layers"]] for name, it in FUNCTIONS.items()}
    assert layers == {
        "QueueFaxFunction": ["BaseLayer", "CoreLayer"],
        "RenderFaxFunction": ["BaseLayer", "DocumentsLayer", "ImagingLayer", "CoreLayer"],
        "SendFaxFunction": ["BaseLayer", "CoreLayer"],
        "SweepFunction": ["BaseLayer", "CoreLayer"],
    }


@pytest.mark.parametrize(
    ("function", "module"),
    [
        ("QueueFaxFunction", queue_fax),
        ("RenderFaxFunction", render_fax),
        ("SendFaxFunction", send_fax),
        ("SweepFunction", sweep),
    ],
)
def test_the_environment_is_what_the_settings_read(function: str, module: Any) -> None:
    environment = template.environment(TEMPLATE, function, NAMES)
    read = {
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper()
    } - {"FAX", "PIL", "RECIPIENT"}
    of_a_carrier = TELNYX if module is send_fax else {}
    assert {name for name in environment if not name.startswith("POWERTOOLS_")} == read | of_a_carrier.keys()
    module.Settings.from_env(environment)
    for name in read:
        with pytest.raises(ValueError, match=name):
            module.Settings.from_env(environment | {name: ""})


def test_what_telnyx_needs_is_read_where_it_has_the_lines() -> None:
    environment = template.environment(TEMPLATE, "SendFaxFunction", NAMES)
    assert environment["TELNYX_URL"] == "https://api.telnyx.com/v2"
    with pytest.raises(ValueError, match="TELNYX_KEY_SECRET"):
        telnyx.Settings.from_env(environment)
    whole = environment | TELNYX
    assert telnyx.Settings.from_env(whole) == telnyx.Settings(*TELNYX.values())
    for name in TELNYX:
        with pytest.raises(ValueError, match=name):
            telnyx.Settings.from_env(whole | {name: ""})


def test_the_carriers_key_is_for_the_one_function_that_asks_the_carrier() -> None:
    assert DELIVERY["Conditions"]["IsTelnyx"] == {"Fn::Equals": [{"Ref": "Carrier"}, "telnyx"]}
    policy = DELIVERY["Resources"]["CarriersKey"]
    assert (policy["Condition"], policy["Properties"]["Roles"]) == ("IsTelnyx", [{"Ref": "SendFaxRole"}])
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement == {
        "Sid": "ReadTheCarriersKey",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": {"Ref": "TelnyxKeySecret"},
    }
    # No function is handed the key itself.
    assert "secretsmanager" not in json.dumps(TEMPLATE["Resources"]) + json.dumps(template.part("rights.yaml"))
    rule = TEMPLATE["Rules"]["TelnyxNeedsItsAccount"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Carrier"}, "telnyx"]}
    needed = ["TelnyxKeySecret", "TelnyxConnectionId", "TelnyxNumber", "TelnyxPublicKey"]
    assert [each["Assert"] for each in rule["Assertions"]] == [
        {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in needed
    ]


def test_nobody_is_told_of_a_fax_while_its_worker_can_live() -> None:
    queue, worker = properties("RenderQueue"), properties("RenderFaxFunction")
    assert queue["VisibilityTimeout"] == worker["Timeout"] + 30
    # The record counts the tries, and has the last word.
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["RenderDeadLetters", "Arn"]},
        "maxReceiveCount": MOST_TRIES + 2,
    }
    assert properties("FaxesToRender")["BatchSize"] == 1
    # Of the most files and pages that a fax may have by default, each may take all its time.
    files, pages = TEMPLATE["Parameters"]["MaxFilesPerFax"]["MaxValue"], TEMPLATE["Parameters"]["MaxPagesPerFax"]
    assert files * SECONDS + pages["Default"] * SECONDS_PER_PAGE < worker["Timeout"] <= 900
    # Where a call is not answered, the worker says so before it is stopped.
    assert 3 * PATIENT_DYNAMODB_BUDGET.longest + 2 * PATIENT_S3_BUDGET.longest < worker["Timeout"]


def test_the_largest_fax_has_room_to_be_drawn() -> None:
    """Its documents lie on the disk, which has 512 MB, all at a time; of what draws one, only its memory counts."""
    assert "EphemeralStorage" not in properties("RenderFaxFunction")
    assert MOST_UPLOAD_BYTES * 2 <= 512 * 2**20
    for name in ("MaxUploadBytesPerFax", "MaxUploadBytesPerFile"):
        assert TEMPLATE["Parameters"][name]["MaxValue"] == MOST_UPLOAD_BYTES
    # With Python, what it imports and the largest pages that a fax is made of, four times, as the worker puts them.
    assert properties("RenderFaxFunction")["MemorySize"] * 2**20 >= MEMORY + 1024 * 2**20


def test_a_batch_of_sends_that_are_not_answered_ends_in_time() -> None:
    mapping = properties("AcceptedFaxes")
    assert mapping["BatchSize"] * SQS_BUDGET.longest < properties("QueueFaxFunction")["Timeout"]
    # Whatever happens, the stream goes on.
    assert (mapping["MaximumRetryAttempts"], mapping["MaximumRecordAgeInSeconds"]) == (3, 3600)
    inserted, to_be_canceled = (json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"])
    record = {"Keys": {"sk": {"S": ["FAX"]}}}
    assert inserted == {"eventName": ["INSERT"], "dynamodb": record}
    asked = {"NewImage": {"cancelRequestedAt": {"S": [{"exists": True}]}}}
    assert to_be_canceled == {"eventName": ["MODIFY"], "dynamodb": record | asked}


def test_the_queues_are_encrypted_and_keep_what_was_given_up_longest() -> None:
    queues = template.resources(DELIVERY, "AWS::SQS::Queue")
    assert {queue["Properties"]["SqsManagedSseEnabled"] for queue in queues.values()} == {True}
    kept = {name: queue["Properties"]["MessageRetentionPeriod"] for name, queue in queues.items()}
    work, given_up = ("RenderQueue", "SendQueue"), ("RenderDeadLetters", "SendDeadLetters")
    assert kept == dict.fromkeys(work, 4 * 86_400) | dict.fromkeys(given_up, 14 * 86_400)


def test_a_recipient_is_nobody_elses_while_its_worker_can_live() -> None:
    queue, worker = properties("SendQueue"), properties("SendFaxFunction")
    assert queue["VisibilityTimeout"] == worker["Timeout"] + 30
    assert properties("FaxesToSend")["BatchSize"] == 1


# Of one call of send_fax, in seconds. A carrier that says that the key is wrong is asked again with a fresh one.
DYNAMODB, SQS, S3, COPIES = (each.longest for each in (DYNAMODB_BUDGET, SQS_BUDGET, S3_BUDGET, COPY_BUDGET))
TELNYX_API = Host("https://api.telnyx.com/v2")
QUESTION = 2 * (SQS + TELNYX_API.connect + TELNYX_API.total)
# The fax; its recipient with the attempts.
LOADED = 2 * DYNAMODB
# The carrier's gate, which is read and changed: before a claim, and when the carrier has said something.
GATE = 2 * DYNAMODB
# An end: that something may stay at the carrier, who stands in line, the write; who is due again, who was woken; and
# the document goes, and pages are given back.
ENDED = SQS + 2 * DYNAMODB + 2 * SQS + S3 + DYNAMODB
# The document is made of the pages and of who sends; it is put. Who sends is read once more for the carrier,
# where its faxes may go, and how many pages; these are taken.
OFFERED = S3 + 2 * DYNAMODB + S3 + 5 * DYNAMODB


def test_a_worker_has_called_when_its_claim_is_over() -> None:
    key_at_first, key_again = SQS, SQS
    telnyx_called = key_at_first + key_again + 2 * (TELNYX_API.connect + TELNYX_API.total)
    # The paper is kept, the call is noted; the reports follow.
    simulator_called = S3 + DYNAMODB
    assert SUBMIT.total_seconds() + max(telnyx_called, simulator_called) <= CLAIM.total_seconds()


def test_the_longest_path_of_what_sends_ends_in_time() -> None:
    claimed = LOADED + DYNAMODB
    to_submit = SUBMIT.total_seconds()
    copied = 2 * DYNAMODB + COPIES
    due = {
        "not called, the document took too long": claimed + GATE + to_submit + OFFERED,
        "refused": LOADED + GATE + to_submit + QUESTION + GATE + ENDED,
        "on the simulated network": LOADED + to_submit + S3 + DYNAMODB + 2 * SQS + DYNAMODB,
        "ended": LOADED + QUESTION + GATE + ENDED,
        "canceled": LOADED + QUESTION + QUESTION + GATE + ENDED,
        "not listed, and withdrawn": LOADED + QUESTION + S3 + DYNAMODB + SQS,
    }
    longest = due | {
        # The fax, its recipients, whose number it is and how it is dialed; its only recipient is written, and seen to.
        "planned": 5 * DYNAMODB + max(due.values()),
        # The attempt is read, looked for (one page of a list) and asked about; the one that is on is canceled.
        "given up, and sent after all": LOADED + DYNAMODB + QUESTION + QUESTION + ENDED + QUESTION,
        "over": DYNAMODB + S3 + QUESTION + DYNAMODB,
        # Of a fax whose pages are copied at once. What was copied for nothing is removed.
        "received": claimed + copied + LOADED + DYNAMODB + COPIES + 2 * DYNAMODB,
    }
    timeout = properties("SendFaxFunction")["Timeout"]
    assert {path: seconds for path, seconds in longest.items() if seconds >= timeout} == {}
    # What remains to be said of it takes no time.
    assert max(longest.values()) + 10 < timeout


def test_what_sends_frees_numbers_and_deletes_nothing_else() -> None:
    statements = properties("SendFaxRole")["Policies"][0]["PolicyDocument"]["Statement"]
    keys = {
        statement["Sid"]: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for statement in statements
        if "Condition" in statement
    }
    of_deliveries = ["FAX#*", "DEST#*", "SIM#*", "CARRIER#*", "ALLOWANCE#*"]
    assert keys == {
        "ReadFaxesAndLines": of_deliveries,
        "ChangeFaxesAndLines": of_deliveries,
        "FreeLines": ["DEST#*"],
        "ReadDirectory": ["ORG#*", "EXT#*", "PRICES"],
    }


def test_what_sends_reads_and_writes_pages_alone_and_what_attempts_send() -> None:
    statements = properties("SendFaxRole")["Policies"][0]["PolicyDocument"]["Statement"]
    patterns = {
        statement["Sid"]: statement["Resource"]["Fn::Sub"].partition("}/")[2]
        for statement in statements
        if "s3:" in str(statement["Action"])
    }
    uid, reference = "0" * 32, "115565468594918-001-01"
    pages = [tiff_key(uid), pdf_key(uid), picture_key(uid, 1)]
    keys = [*pages, document_key(reference), paper_key(reference)]
    keys += [file_key(uid, 1, kind) for kind in Kind]
    reached = {sid: [key for key in keys if fnmatchcase(key, pattern)] for sid, pattern in patterns.items()}
    assert reached == {
        "ReadPages": pages,
        "CopyPages": pages,
        "RemoveCopiesOfAFaxThatIsGone": pages,
        "OfferDocuments": [document_key(reference)],
        "KeepWhatSimulatedMachinesGet": [paper_key(reference)],
    }


def test_a_worker_can_write_pages_and_no_document() -> None:
    statements = properties("RenderFaxRole")["Policies"][0]["PolicyDocument"]["Statement"]
    (resource,) = {
        statement["Resource"]["Fn::Sub"]
        for statement in statements
        if statement["Action"] in ("s3:PutObject", "s3:DeleteObject")
    }
    beginning = resource.partition("}/")[2].partition("*/")[2].rstrip("*")
    uid = "0" * 32
    pages = [tiff_key(uid), pdf_key(uid), picture_key(uid, 1)]
    documents = [file_key(uid, position, kind) for position in range(1, 11) for kind in Kind]
    assert [key.rpartition("/")[2].startswith(beginning) for key in pages] == [True] * 3
    assert [key for key in documents if key.rpartition("/")[2].startswith(beginning)] == []


@pytest.mark.parametrize("role", ["RenderFaxRole", "SweepRole"])
def test_an_item_that_a_worker_reads_or_writes_is_a_faxs(role: str) -> None:
    statements = properties(role)["Policies"][0]["PolicyDocument"]["Statement"]
    conditions = {statement["Sid"]: statement["Condition"] for statement in statements if "Condition" in statement}
    keys = {sid: condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for sid, condition in conditions.items()}
    # A fax that waits for its files is due as well.
    more = {"ReadRecords", "ChangeRecords"} if role == "SweepRole" else set()
    assert len(keys) == 3
    assert keys == {sid: ["FAX#*", "UPLOAD#*"] if sid in more else ["FAX#*"] for sid in keys}


def test_the_sweep_is_called_each_minute_and_by_nobody_else() -> None:
    assert properties("EachMinute")["ScheduleExpression"] == "rate(1 minute)"
    assert properties("EachMinute")["Targets"] == [{"Id": "sweep", "Arn": {"Fn::GetAtt": ["SweepFunction", "Arn"]}}]
    assert properties("EachMinuteMaySweep") == {
        "FunctionName": {"Ref": "SweepFunction"},
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["EachMinute", "Arn"]},
    }
    # The next one does not meet it.
    assert properties("SweepFunction")["Timeout"] < 60
