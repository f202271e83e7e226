"""The authorizer's policy, against the one that Powertools makes."""

from typing import Any
from unittest import mock

import pytest
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerResponse,
    parse_api_gateway_arn,
)

from faxes.edge import authorizer
from faxes.edge.authorizer import SENTENCES, SharedKeys
from faxes.model import Context, Principal
from faxes.tokens import Caller, Denial

SHARED = SharedKeys("shared-users", "shared-apps")
CALLER = Caller(Principal("alice", "0003", Context.USER, "example-app", sandbox=True), "a1b2c3d4e5-key")
OF_CALLER = {
    "userId": "alice",
    "organizationId": "0003",
    "context": "user",
    "appKey": "example-app",
    "sandbox": "true",
}


def of_powertools(arn: str, caller: Caller | Denial) -> dict[str, Any]:
    parsed = parse_api_gateway_arn(arn)
    denied = isinstance(caller, Denial)
    policy = APIGatewayAuthorizerResponse(
        principal_id="unknown" if denied else "alice",
        region=parsed.region,
        aws_account_id=parsed.aws_account_id,
        api_id=parsed.api_id,
        stage=parsed.stage,
        context={"denial": SENTENCES[caller]} if isinstance(caller, Denial) else OF_CALLER,
        partition=parsed.partition,
        usage_identifier_key=None if denied else "a1b2c3d4e5-key",
    )
    if denied:
        policy.deny_all_routes()
    else:
        policy.allow_all_routes()
    return policy.asdict()


@pytest.mark.parametrize("caller", [CALLER, Denial.UNKNOWN, Denial.MISSING])
@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1/POST/uapi/faxes/@me/0003*210",
        "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1/GET/",
        "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/v1/GET/uapi/faxes/a:b/210",
        "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1b2c3d4e5/test-invoke-stage/DELETE/uapi/x",
    ],
)
def test_a_policy_is_the_one_that_powertools_makes(arn: str, caller: Caller | Denial) -> None:
    with mock.patch.object(authorizer, "_caller", return_value=caller):
        assert authorizer.authorize({"methodArn": arn}, mock.Mock(), SHARED) == of_powertools(arn, caller)


@pytest.mark.parametrize("arn", ["", "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5", "a:b:c:d:e:f/g"])
def test_an_arn_that_is_none_ends_in_an_exception(arn: str) -> None:
    with (
        mock.patch.object(authorizer, "_caller", return_value=CALLER),
        pytest.raises(authorizer.AuthorizerFailed),
    ):
        authorizer.authorize({"methodArn": arn}, mock.Mock(), SHARED)
