"""openapi.yaml against the deployed stack: no answer to a request that is generated from it is outside it.

A fifth of what tests/integration/test_openapi.py sends: `OPENAPI_REQUESTS=11000` sends 2,200 here.
"""

import pytest
import requests

from tests.support import openapi
from tools.stack_file import LocalStack


def test_no_answer_is_outside_the_document(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is sent again without a token goes over a connection of its own, which goes by this.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", stack.caBundle)
    each = openapi.scale(1 / 5)
    with requests.Session() as session:
        exchanged = openapi.exchange(session, stack.apiUrl, stack.token, each)

    assert exchanged.requests >= 10 * each
    assert exchanged.of(200) == exchanged.of(204) == {""}
    assert exchanged.of(400) >= {"extension_invalid", "fx_file_invalid", "fx_recipients_invalid", "user_invalid"}
    assert exchanged.of(401) == {"access_denied", "invalid_client"}
