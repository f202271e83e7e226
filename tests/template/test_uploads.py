"""uploads.yaml: the queue of files that were uploaded and the function that looks into them."""

import ast
import inspect
import re
from typing import Any

import pytest

from faxes.adapters.dynamodb.erasure import CHECKED_FOR
from faxes.bootstrap import check_upload
from faxes.bootstrap.clients import PATIENT_DYNAMODB_BUDGET, PATIENT_S3_BUDGET
from faxes.bootstrap.environment import MOST_UPLOAD_BYTES
from faxes.ids import upload_key
from tests.support import template

TEMPLATE = template.load()
UPLOADS, STORAGE = template.part("uploads.yaml"), template.part("storage.yaml")
NAMES = {"FileBucket": "files", "FaxTable": "faxes"}


def properties(logical_id: str) -> Any:
    return UPLOADS["Resources"][logical_id]["Properties"]


def test_the_function_is_set_up_as_all_are() -> None:
    shared, function = TEMPLATE["Globals"]["Function"], properties("CheckUploadFunction")
    for key in ("Runtime", "Handler", "Architectures"):
        assert function[key] == shared[key]
    assert function["TracingConfig"] == {"Mode": shared["Tracing"]}
    assert [layer["Ref"] for layer in function["Layers"]] == ["BaseLayer", "DocumentsLayer", "CoreLayer"]


def test_the_environment_is_what_the_settings_read() -> None:
    environment = template.environment(TEMPLATE, "CheckUploadFunction", NAMES)
    read = {
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(check_upload)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isupper()
    }
    assert {name for name in environment if not name.startswith("POWERTOOLS_")} == read
    check_upload.Settings.from_env(environment)
    for name in read:
        with pytest.raises(ValueError, match=name):
            check_upload.Settings.from_env(environment | {name: ""})


def test_nobody_is_told_of_a_file_while_it_is_looked_into() -> None:
    queue, worker = properties("UploadQueue"), properties("CheckUploadFunction")
    assert queue["VisibilityTimeout"] == worker["Timeout"] + 30
    assert properties("FilesToCheck")["BatchSize"] == 1
    # Where a call is not answered, the worker says so before it is stopped.
    assert PATIENT_DYNAMODB_BUDGET.longest + PATIENT_S3_BUDGET.longest < worker["Timeout"]
    # A function's own disk has 512 MB.
    assert TEMPLATE["Parameters"]["MaxUploadBytesPerFile"]["MaxValue"] == MOST_UPLOAD_BYTES < 512 * 2**20 // 2 + 1


def test_an_erasure_waits_for_longer_than_a_check_lives() -> None:
    assert CHECKED_FOR.total_seconds() >= properties("CheckUploadFunction")["Timeout"] + 60


def test_what_is_uploaded_tells_the_queue_and_nothing_else_does() -> None:
    rule = properties("UploadedFiles")
    assert rule["EventPattern"]["source"] == ["aws.s3"]
    [prefix] = rule["EventPattern"]["detail"]["object"]["key"]
    assert upload_key("1", 1).startswith(prefix["prefix"])
    [statement] = properties("UploadQueuePolicy")["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["UploadedFiles", "Arn"]}}}


def test_what_was_uploaded_is_removed_after_a_day() -> None:
    bucket = STORAGE["Resources"]["FileBucket"]["Properties"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert (rules["ExpireUploads"]["Prefix"], rules["ExpireUploads"]["ExpirationInDays"]) == ("uploads/", 1)


def test_a_browser_may_upload_from_where_the_operator_says() -> None:
    bucket = STORAGE["Resources"]["FileBucket"]["Properties"]
    assert TEMPLATE["Parameters"]["UploadOrigins"]["Default"] == ""
    assert "CorsConfiguration" not in template.chosen(bucket, ())
    [rule] = template.chosen(bucket, ("HasUploadOrigins",))["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedMethods"], rule["AllowedHeaders"]) == (["PUT"], ["*"])
    assert rule["AllowedOrigins"] == {"Fn::Split": [",", {"Ref": "UploadOrigins"}]}
    # Who answers the pages' calls, and what a browser asks before, knows them as well.
    for name in ("CreateFaxFunction", "ReadFaxesFunction", "ChangeFaxesFunction", "RefuseFunction"):
        variables = TEMPLATE["Resources"][name]["Properties"]["Environment"]["Variables"]
        assert variables["UPLOAD_ORIGINS"] == {"Ref": "UploadOrigins"}


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("", True),
        ("https://fax.example.com", True),
        ("https://fax.example.com,http://127.0.0.1:8000", True),
        ("*", False),
        ("https://*.example.com", False),
        ("https://fax.example.com/", False),
        ("https://fax.example.com, https://example.org", False),
        ("https://fax.example.com,", False),
        ("fax.example.com", False),
    ],
)
def test_an_origin_is_exact(value: str, allowed: bool) -> None:
    assert bool(re.fullmatch(TEMPLATE["Parameters"]["UploadOrigins"]["AllowedPattern"], value)) == allowed
