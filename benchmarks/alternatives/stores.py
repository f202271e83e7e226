"""What each of the others does with what it decoded: the files into S3, then one item into DynamoDB; id and uid out."""

import json
import os
import secrets
import time
from collections.abc import Sequence

import boto3

s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")


def store(extension: str, request: str, files: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    recipients = json.loads(request)["recipients"]
    fax_id, uid = str(time.time_ns()), secrets.token_hex(16)
    for n, (_, content) in enumerate(files, start=1):
        s3.put_object(Bucket=os.environ["FILE_BUCKET"], Key=f"faxes/{uid}/{n}", Body=content)
    dynamodb.put_item(
        TableName=os.environ["FAX_TABLE"],
        Item={
            "pk": {"S": f"FAX#{fax_id}"},
            "sk": {"S": "FAX"},
            "uid": {"S": uid},
            "extension": {"S": extension},
            "recipients": {"L": [{"S": recipient} for recipient in recipients]},
            "files": {"L": [{"S": name} for name, _ in files]},
        },
        ConditionExpression="attribute_not_exists(pk)",
    )
    return {"id": fax_id, "uid": uid}
