"""What the path of a request says, and where the API is that it came to."""

import re
from urllib.parse import unquote_to_bytes

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

_NOT_AN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
# What each path of a fax begins with, as API Gateway's event has it.
_FAXES = re.compile(r"/(?:uapi|unifiedapi)/faxes/")


def path_value(raw: str) -> str:
    """A path segment, percent-decoded once; API Gateway hands it over as it was sent.

    What is not valid percent-encoded UTF-8 stays as it is: with its ``%`` it is no user's id and no extension.
    """
    if _NOT_AN_ESCAPE.search(raw):
        return raw
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        return raw


def api_url(event: APIGatewayProxyEvent, public_url: str) -> str:
    """Where the caller reached the API, without a slash at its end: host and stage, or a domain's own path.

    ``public_url`` is said in its place where it is not empty. A function cannot know it beforehand: the API's address
    is made of the functions that it leads to.
    """
    if public_url:
        return public_url.rstrip("/")
    context = event.request_context
    before = _FAXES.split(context.path, maxsplit=1)[0]
    return f"https://{context.domain_name}{before}"
