"""The one logger and the one metrics object.

A log line holds ids, counts, codes and reasons: no phone number, token, file name or content. Neither Powertools nor
the SDK redacts anything, so what must not be in a log is never handed to the logger, and the SDK's own loggers, which
print headers and bodies at DEBUG, stay at WARNING whatever the level here.
"""

import logging
import traceback

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()
# In each set of dimensions, or two stacks' counts by code and reason would be one.
metrics.set_default_dimensions(service=logger.service)

for _chatty in ("boto3", "botocore", "urllib3"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


def name_app(key: str) -> None:
    """Name in each further line of this invocation the app whose request it is. Its key is no secret; hand over no key
    that somebody sent before an app is known to have it, since a secret may stand in its place."""
    logger.append_keys(app=key)


def where(error: BaseException) -> list[str]:
    """The places an exception came through, innermost last, without its message, which may repeat what was sent."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
