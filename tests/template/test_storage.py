"""storage.yaml: what outlives the stack, against the store that writes it."""

from typing import Any

import pytest

from faxes.adapters.dynamodb import faxes
from faxes.ids import document_key, paper_key
from tests.support import template

TEMPLATE = template.load()
STORAGE = template.part("storage.yaml")
TABLES = ["FaxTable", "DirectoryTable", "CredentialTable"]
KEY = {"Fn::GetAtt": ["DataKey", "Arn"]}


def properties(logical_id: str, *true: str) -> Any:
    """A resource's properties where these conditions hold and no others."""
    return template.chosen(STORAGE["Resources"][logical_id]["Properties"], true)


def test_everything_outlives_the_stack() -> None:
    kept = {
        name: (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        for name, resource in STORAGE["Resources"].items()
        # It goes with its bucket.
        if name != "FileBucketPolicy"
    }
    # What a first deployment that fails made, and is empty, goes with it. A protected table would end that in vain.
    assert kept == {
        "FileBucket": ("RetainExceptOnCreate", "Retain"),
        "AuditLogGroup": ("RetainExceptOnCreate", "Retain"),
        # Without it, they could not be read.
        "DataKey": ("RetainExceptOnCreate", "Retain"),
    } | dict.fromkeys(TABLES, ("Retain", "Retain"))


def test_the_templates_outputs_name_what_is_stored() -> None:
    named = {
        name: output["Value"]["Fn::GetAtt"][1]
        for name, output in TEMPLATE["Outputs"].items()
        if output["Value"].get("Fn::GetAtt", [""])[0] == "Storage"
    }
    # By these names the tools know them.
    assert named == {
        name: f"Outputs.{name}"
        for name in (
            "FileBucketName",
            "FaxTableName",
            "FaxTableStreamArn",
            "DirectoryTableName",
            "CredentialTableName",
            "AuditLogGroupName",
        )
    }
    values = {name: output["Value"] for name, output in STORAGE["Outputs"].items()}
    names = {f"{name}Name": {"Ref": name} for name in (*TABLES, "FileBucket", "AuditLogGroup")}
    arns = {f"{name}Arn": {"Fn::GetAtt": [name, "Arn"]} for name in (*TABLES, "FileBucket", "DataKey")}
    assert values == names | arns | {"FaxTableStreamArn": {"Fn::GetAtt": ["FaxTable", "StreamArn"]}}


# --- files -----------------------------------------------------------------------------------------------------------


def test_the_bucket_is_private_encrypted_and_forgets() -> None:
    bucket = STORAGE["Resources"]["FileBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert "VersioningConfiguration" not in bucket
    assert "BucketName" not in bucket
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    expiry, media, uploads, unfinished = bucket["LifecycleConfiguration"]["Rules"]
    assert (expiry["Prefix"], expiry["ExpirationInDays"]) == ("faxes/", {"Ref": "RetentionDays"})
    # Longer than any attempt lasts, and no longer than that somebody may look why one stayed.
    assert (media["Prefix"], media["ExpirationInDays"]) == ("media/", 3)
    assert document_key("1-001-01").startswith(media["Prefix"])
    assert paper_key("1-001-01").startswith(media["Prefix"])
    assert (uploads["Prefix"], uploads["ExpirationInDays"]) == ("uploads/", 1)
    assert unfinished["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_another_stack_can_listen_to_the_bucket() -> None:
    told = properties("FileBucket")["NotificationConfiguration"]
    assert told == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}


def test_the_bucket_refuses_plain_http() -> None:
    (statement,) = properties("FileBucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": ["FileBucket", "Arn"]}, {"Fn::Sub": "${FileBucket.Arn}/*"}]


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_on_demand_recoverable_and_forget(name: str) -> None:
    table = properties(name)
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    assert "TableName" not in table
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


LISTED = ["status", "direction", "recipients", "pages", "completedAt", "expiresAt", "revision", "sandbox", "sandboxApp"]


@pytest.mark.parametrize(
    ("name", "keys", "projection"),
    [
        (faxes.BY_UID, ["uid"], {"ProjectionType": "KEYS_ONLY"}),
        (
            faxes.BY_EXTENSION,
            ["extension", "createdAt"],
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["id", "uid", "userId", *LISTED]},
        ),
        (
            "by-user",
            ["userId", "createdAt"],
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["id", "uid", "extension", *LISTED]},
        ),
        (
            "by-due",
            ["due", "dueAt"],
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["organizationId", "toldAt"]},
        ),
    ],
)
def test_an_index_of_the_faxes(name: str, keys: list[str], projection: dict[str, Any]) -> None:
    indexes = properties("FaxTable")["GlobalSecondaryIndexes"]
    assert len(indexes) == 4
    (index,) = [index for index in indexes if index["IndexName"] == name]
    kinds = ("HASH", "RANGE")
    assert index["KeySchema"] == [
        {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)
    ]
    assert index["Projection"] == projection


def test_faxes_have_a_stream_of_what_was_and_is() -> None:
    assert properties("FaxTable")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


# --- audit -----------------------------------------------------------------------------------------------------------


def test_the_audit_log_is_kept_for_years() -> None:
    parameter = TEMPLATE["Parameters"]["AuditRetentionDays"]
    assert parameter["Default"] == 3653
    assert parameter["AllowedValues"] == TEMPLATE["Parameters"]["LogRetentionDays"]["AllowedValues"]
    assert properties("AuditLogGroup")["RetentionInDays"] == {"Ref": "AuditRetentionDays"}


# --- a key of the account's own --------------------------------------------------------------------------------------


def test_a_key_encrypts_files_tables_and_the_audit_log() -> None:
    (files,) = properties("FileBucket", "HasKey")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert files == {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
    }
    assert [properties(name, "HasKey")["SSESpecification"] for name in TABLES] == [
        {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
    ] * len(TABLES)
    assert properties("AuditLogGroup", "HasKey")["KmsKeyId"] == KEY


def test_without_a_key_of_its_own_awss_encrypt() -> None:
    (files,) = properties("FileBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert files == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert [name for name in TABLES if "SSESpecification" in properties(name)] == []
    assert "KmsKeyId" not in properties("AuditLogGroup")


def test_a_key_is_turned_and_not_lost() -> None:
    key = properties("DataKey")
    assert (key["EnableKeyRotation"], key["PendingWindowInDays"]) == (True, 30)


def test_a_key_is_used_by_the_account_and_by_this_services_logs() -> None:
    account, logs = properties("DataKey")["KeyPolicy"]["Statement"]
    assert account == {
        "Sid": "AccountDecides",
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
        "Action": "kms:*",
        "Resource": "*",
    }
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${ServiceName}-*"
    assert logs == {
        "Sid": "LogsOfThisService",
        "Effect": "Allow",
        "Principal": {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {"Fn::Sub": groups}}},
    }
