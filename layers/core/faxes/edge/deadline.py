"""The time that an invocation has left."""

from collections.abc import Callable

from aws_lambda_powertools.utilities.typing import LambdaContext


def remaining(context: LambdaContext) -> Callable[[], float]:
    """Tells the seconds that this invocation has left."""
    return lambda: context.get_remaining_time_in_millis() / 1000
