"""What Lambda hands a handler beside the event, as far as it is read."""

from types import SimpleNamespace

CONTEXT = SimpleNamespace(
    function_name="create-fax",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:create-fax",
    aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    get_remaining_time_in_millis=lambda: 28_000,
)
