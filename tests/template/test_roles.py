"""What the functions' roles allow, and that it is no more."""

from typing import Any

import pytest

from tests.support import template

TEMPLATE, RIGHTS = template.load(), template.part("rights.yaml")


def properties(logical_id: str) -> Any:
    return RIGHTS["Resources"][logical_id]["Properties"]


def test_each_role_holds_exactly_these_actions_on_exactly_these_resources() -> None:
    held = {
        (role, statement["Effect"], action, str(statement["Resource"]))
        for role, resource in template.everywhere(TEMPLATE, "AWS::IAM::Role").items()
        for policy in resource["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }

    def handed(logical_id: str) -> str:
        return str({"Ref": f"{logical_id}Arn"})

    def arn(logical_id: str) -> str:
        return str({"Fn::GetAtt": [logical_id, "Arn"]})

    files = str({"Fn::Sub": "${FileBucketArn}/faxes/*"})
    uploads = str({"Fn::Sub": "${FileBucketArn}/uploads/*"})
    create_fax = {
        ("s3:PutObject", files),
        ("s3:PutObject", uploads),
        ("dynamodb:Query", handed("FaxTable")),
        ("s3:DeleteObject", files),
        ("dynamodb:PutItem", handed("FaxTable")),
        ("dynamodb:GetItem", handed("FaxTable")),
        ("dynamodb:GetItem", handed("DirectoryTable")),
        ("logs:CreateLogStream", handed("CreateFaxLogGroup")),
        ("logs:PutLogEvents", handed("CreateFaxLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    read_faxes = {
        ("dynamodb:Query", handed("FaxTable")),
        ("logs:CreateLogStream", handed("ReadFaxesLogGroup")),
        ("logs:PutLogEvents", handed("ReadFaxesLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    change_faxes = {
        ("s3:PutObject", uploads),
        ("dynamodb:Query", handed("FaxTable")),
        ("dynamodb:UpdateItem", handed("FaxTable")),
        ("dynamodb:PutItem", handed("FaxTable")),
        ("logs:CreateLogStream", handed("ChangeFaxesLogGroup")),
        ("logs:PutLogEvents", handed("ChangeFaxesLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    fax_page = {
        ("logs:CreateLogStream", handed("FaxPageLogGroup")),
        ("logs:PutLogEvents", handed("FaxPageLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    authorize = {
        ("dynamodb:GetItem", handed("CredentialTable")),
        ("logs:CreateLogStream", handed("AuthorizeLogGroup")),
        ("logs:PutLogEvents", handed("AuthorizeLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    issue_token = {
        ("dynamodb:GetItem", handed("CredentialTable")),
        ("dynamodb:PutItem", handed("CredentialTable")),
        ("logs:CreateLogStream", handed("IssueTokenLogGroup")),
        ("logs:PutLogEvents", handed("IssueTokenLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    carrier_report = {
        ("dynamodb:GetItem", handed("FaxTable")),
        ("dynamodb:PutItem", handed("FaxTable")),
        ("sqs:SendMessage", handed("SendQueue")),
        ("logs:CreateLogStream", handed("CarrierReportLogGroup")),
        ("logs:PutLogEvents", handed("CarrierReportLogGroup")),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    }
    # In another stack, which is told names.
    stream, queue = str({"Ref": "FaxTableStreamArn"}), arn("RenderQueue")
    bucket = "arn:${AWS::Partition}:s3:::${FileBucketName}/faxes/*"
    documents, pages = str({"Fn::Sub": bucket}), str({"Fn::Sub": f"{bucket}/page*"})
    table = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${FaxTableName}"
    records, due = str({"Fn::Sub": table}), str({"Fn::Sub": f"{table}/index/by-due"})

    def logged(function: str) -> set[tuple[str, str]]:
        logs = {(f"logs:{action}", arn(f"{function}LogGroup")) for action in ("CreateLogStream", "PutLogEvents")}
        return logs | {(f"xray:{action}", "*") for action in ("PutTelemetryRecords", "PutTraceSegments")}

    queue_fax = logged("QueueFax") | {("sqs:SendMessage", queue), ("sqs:SendMessage", arn("SendQueue"))}
    queue_fax |= {
        (f"dynamodb:{action}", stream) for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    }
    change = {(f"dynamodb:{action}", records) for action in ("GetItem", "UpdateItem", "PutItem")}
    render_fax = logged("RenderFax") | change | {("s3:GetObject", documents)}
    render_fax |= {("sqs:SendMessage", arn("SendQueue")), ("s3:PutObject", pages), ("s3:DeleteObject", pages)}
    render_fax |= {(f"sqs:{action}", queue) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    send_fax = logged("SendFax") | {("sqs:SendMessage", arn("SendQueue"))}
    send_fax |= {
        (f"sqs:{action}", arn("SendQueue")) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    }
    send_fax |= {
        (f"dynamodb:{action}", records)
        for action in ("GetItem", "Query", "ConditionCheckItem", "PutItem", "UpdateItem", "DeleteItem")
    }
    send_fax |= {("dynamodb:GetItem", str({"Fn::Sub": table.replace("FaxTable", "DirectoryTable")}))}
    media = bucket.replace("faxes/", "media/")
    document = str({"Fn::Sub": f"{media}/fax.tif"})
    for reached in (pages, document):
        send_fax |= {(f"s3:{action}", reached) for action in ("GetObject", "PutObject", "DeleteObject")}
    send_fax |= {("s3:PutObject", str({"Fn::Sub": f"{media}/paper.tif"}))}
    sweep = (
        {each for each in logged("Sweep") if not each[0].startswith("xray:")}
        | {("sqs:SendMessage", arn("SendQueue")), ("sqs:SendMessage", str({"Ref": "UploadQueueArn"}))}
        | change
        | {("dynamodb:Query", due), ("sqs:SendMessage", queue)}
    )
    whole = "arn:${AWS::Partition}:s3:::${FileBucketName}"
    uploaded = str({"Fn::Sub": f"{whole}/uploads/*"})
    both = str([{"Fn::Sub": f"{whole}/uploads/*"}, {"Fn::Sub": bucket}])
    check_upload = logged("CheckUpload") | {
        ("s3:GetObject", uploaded),
        ("s3:PutObject", documents),
        ("s3:DeleteObject", both),
        ("s3:ListBucket", str({"Fn::Sub": whole})),
    }
    check_upload |= {
        (f"sqs:{action}", arn("UploadQueue")) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    }
    check_upload |= {(f"dynamodb:{action}", records) for action in ("GetItem", "UpdateItem", "PutItem", "DeleteItem")}
    rights = {
        "CheckUploadRole": check_upload,
        "CreateFaxRole": create_fax,
        "ReadFaxesRole": read_faxes,
        "ChangeFaxesRole": change_faxes,
        "FaxPageRole": fax_page,
        "AuthorizeRole": authorize,
        "IssueTokenRole": issue_token,
        "CarrierReportRole": carrier_report,
        "QueueFaxRole": queue_fax,
        "RenderFaxRole": render_fax,
        "SendFaxRole": send_fax,
        "SweepRole": sweep,
    }
    assert held == {(role, "Allow", *right) for role, its in rights.items() for right in its}
    # Beside the ones of options (test_options), no rights are given elsewhere.
    policies = template.everywhere(TEMPLATE, "AWS::IAM::Policy") | template.everywhere(
        TEMPLATE, "AWS::IAM::ManagedPolicy"
    )
    of_options = [
        "CarriersKey",
        "CheckUploadKey",
        "KeyForFiles",
        "KeyForPages",
        "KeyForTables",
        "ShowPages",
        "WorkersKeyForFiles",
        "WorkersKeyForTables",
    ]
    assert sorted(policies) == of_options
    managed = {
        (role, str(policy))
        for role, resource in template.everywhere(TEMPLATE, "AWS::IAM::Role").items()
        for policy in resource["Properties"].get("ManagedPolicyArns", [])
    }
    gateway = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    assert managed == {("GatewayLoggingRole", str({"Fn::Sub": gateway}))}


def test_what_create_fax_reads_of_faxes_is_the_idempotency_records_and_how_one_ended() -> None:
    statements = properties("CreateFaxRole")["Policies"][0]["PolicyDocument"]["Statement"]
    conditions = {statement["Sid"]: statement["Condition"] for statement in statements if "Condition" in statement}
    assert conditions == {
        "ReadIdempotencyRecords": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["IDEMPOTENCY#*", "UPLOAD#*"]}},
        "CountOpenUploads": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["UPLOADS#*"]}},
        "ReadWhetherAFaxHasFailed": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["FAX#*"]},
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "sk", "status"]},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        },
    }


@pytest.mark.parametrize(
    ("role", "rights"), [("ReadFaxesRole", ["ReadFaxes"]), ("ChangeFaxesRole", ["ReadFaxes", "ChangeFaxes"])]
)
def test_what_is_read_and_changed_of_faxes_is_not_the_idempotency_records(role: str, rights: list[str]) -> None:
    statements = properties(role)["Policies"][0]["PolicyDocument"]["Statement"]
    conditions = {statement["Sid"]: statement["Condition"] for statement in statements if "Condition" in statement}
    of_faxes = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["FAX#*", "UPLOAD#*"]}}
    assert conditions == dict.fromkeys(rights, of_faxes)


def test_check_upload_writes_a_record_and_changes_nothing_but_what_waits_for_files() -> None:
    role = template.part("uploads.yaml")["Resources"]["CheckUploadRole"]["Properties"]
    keys = {
        statement["Sid"]: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]
        if "ForAllValues:StringLike" in statement.get("Condition", {})
    }
    assert keys == {
        "ReadPendingFaxes": ["UPLOAD#*", "FAX#*", "IDEMPOTENCY#*"],
        "ChangePendingFaxes": ["UPLOAD#*"],
        "WriteRecord": ["FAX#*"],
        "EndPendingFaxesAndFreeTheirKeys": ["UPLOAD#*", "UPLOADS#*", "IDEMPOTENCY#*"],
    }


def test_an_item_that_issue_token_writes_is_a_token() -> None:
    statements = properties("IssueTokenRole")["Policies"][0]["PolicyDocument"]["Statement"]
    conditions = {statement["Sid"]: statement["Condition"] for statement in statements if "Condition" in statement}
    # A condition on all keys holds where there is none as well; a put always names one.
    assert conditions == {"WriteTokens": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["TOKEN#*"]}}}


def test_what_carrier_report_reads_and_writes_is_nothing_of_a_fax() -> None:
    statements = properties("CarrierReportRole")["Policies"][0]["PolicyDocument"]["Statement"]
    conditions = {statement["Sid"]: statement["Condition"] for statement in statements if "Condition" in statement}
    assert conditions == {"RememberReports": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["REPORT#*"]}}}


def test_refuse_has_no_rights() -> None:
    assert list(properties("RefuseRole")) == ["AssumeRolePolicyDocument"]


def test_every_function_has_a_role_of_its_own() -> None:
    functions = template.resources(TEMPLATE, "AWS::Serverless::Function")
    roles = {name: function["Properties"]["Role"] for name, function in functions.items()}
    names = ["Authorize", "CarrierReport", "ChangeFaxes", "CreateFax", "FaxPage", "IssueToken", "ReadFaxes", "Refuse"]
    assert roles == {f"{name}Function": {"Fn::GetAtt": ["Rights", f"Outputs.{name}RoleArn"]} for name in names}
    assert RIGHTS["Outputs"] == {f"{name}RoleArn": {"Value": {"Fn::GetAtt": [f"{name}Role", "Arn"]}} for name in names}
