"""What deciding who is calling costs beside the two reads that it takes, with a real client against a TLS endpoint.

`python -m benchmarks.authorize`, in the authorizer's environment and with that endpoint; prints rows as JSON.
"""

import json
import os
import sys
import time
from typing import Any

from benchmarks.measure import Row, against, printed, row
from tests.support import template
from tests.support.lambda_context import CONTEXT

_GROUP = "Authorize: a token that its app logged in for"
_EVENT = template.ROOT / "tests/data/authorizer/mcp-server.json"


def environment() -> dict[str, str]:
    """What the template sets for authorize; the rest is as create_fax has it."""
    return template.environment(template.load(), "AuthorizeFunction", {"CredentialTable": "CredentialTable"})


def deciding(app: Any) -> list[Row]:
    event = json.loads(_EVENT.read_text())
    client = app.authentication.credentials._client
    calls: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.*.GetItem", lambda params, **_: calls.append(dict(params)))
    decided = app.handler(event, CONTEXT)
    assert decided["policyDocument"]["Statement"][0]["Effect"] == "Allow", decided
    token, of_app = calls

    def bare() -> None:
        assert client.get_item(**token)["Item"]
        assert client.get_item(**of_app)["Item"]

    wall = against(lambda: app.handler(event, CONTEXT), bare, 200)
    processor = against(lambda: app.handler(event, CONTEXT), bare, 200, time.process_time)
    return [
        row(_GROUP, "a decision, against its two bare reads", wall, 1.5),
        row(_GROUP, "a decision, processor time against theirs", processor, 1.5),
    ]


def main() -> None:
    # Powertools binds its output when it is imported.
    output, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115  (until the process ends)
    from functions.authorize import app

    print(printed(deciding(app)), file=output, flush=True)


if __name__ == "__main__":
    main()
