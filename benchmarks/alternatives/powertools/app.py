"""Powertools' own route for uploads, with validation."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.params import File, Form, UploadFile
from stores import store

app = APIGatewayRestResolver(enable_validation=True)


@app.post("/uapi/faxes/<user_id>/<extension>")
def create_fax(
    user_id: str, extension: str, files: Annotated[UploadFile, File()], request: Annotated[str, Form()]
) -> dict[str, str]:
    return store(extension, request, [(files.filename or "", files.content)])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
