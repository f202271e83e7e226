"""A bare handler with the library multipart."""

import base64
import io
import json
from typing import Any

from multipart import MultipartParser, parse_options_header
from stores import store


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    body = base64.b64decode(event["body"])
    headers = {name.lower(): value for name, value in event["headers"].items()}
    _, options = parse_options_header(headers["content-type"])
    request, files = "", []
    for part in MultipartParser(io.BytesIO(body), options["boundary"], len(body)):
        if part.filename is None:
            request = part.value
        else:
            files.append((part.filename, part.raw))
    answer = store(event["pathParameters"]["extension"], request, files)
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(answer)}
