"""openapi.yaml against the deployed stack: no answer to a request that is generated from it is outside it.

A fifth of what tests/integration/test_openapi.py sends: `OPENAPI_REQUESTS=11000` sends 2,200 here.
"""

import pytest
import requests

from tests.support import openapi
from tests.support import requests as requests_of_ours
from tools.local.stack_file import LocalStack


def test_no_answer_is_outside_the_document(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is sent again without a token goes over a connection of its own, which goes by this.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", stack.caBundle)
    each = openapi.scale(1 / 5)
    shown = requests_of_ours.Credentials(stack.token, stack.appKey, stack.appSecret)
    with requests.Session() as session:
        seen = openapi.exchange(session, stack.apiUrl, shown, each)

    assert seen.total() >= 10 * each
    of_a_fax = {(200, ""), (204, ""), (400, "extension_invalid"), (400, "user_invalid")}
    of_a_fax |= {(400, "fx_recipients_invalid"), (401, "access_denied")}
    assert set(seen) >= {(where, *answer) for where in openapi.FAX for answer in of_a_fax}
    assert set(seen) >= {("issueToken", 200, ""), ("issueToken", 400, "invalid_request")}
    assert set(seen) >= {("issueToken", 401, "invalid_client")}
