"""No fax at all: the SDK's own two clients, and the same calls with bytes that are ready. The yardstick."""

import os
from typing import Any

import boto3

s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    key = {"pk": {"S": "EXT#0003*210"}, "sk": {"S": "EXT"}}
    dynamodb.get_item(TableName=os.environ["DIRECTORY_TABLE"], Key=key, ConsistentRead=True)
    s3.put_object(Bucket=os.environ["FILE_BUCKET"], Key="faxes/1/1.tif", Body=event["body"].encode())
    item = {"pk": {"S": "FAX#1"}, "sk": {"S": "FAX"}, "files": {"L": []}}
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": os.environ["FAX_TABLE"], "Item": item}}])
    return {"statusCode": 200}
