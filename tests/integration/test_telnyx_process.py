"""The server that stands in for Telnyx as a process of its own, as `CARRIER=telnyx make run` starts it."""

import json
import select
import subprocess
import sys
from pathlib import Path

import pytest
import telnyx

from tests.support.telnyx.media_host import MediaHost, document
from tests.support.template import ROOT


def test_it_says_where_it_is_and_keeps_what_came_out(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.support.telnyx", "--received", str(tmp_path), "--speed", "1000"]
    with MediaHost() as host, subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stdout is not None
            said = json.loads(server.stdout.readline())
            with telnyx.Telnyx(api_key=said["apiKey"], base_url=said["url"], max_retries=0) as client:
                application = f"/fax_applications/{said['connectionId']}"
                hook = {"application_name": "fax-api", "webhook_event_url": "https://127.0.0.1:1/reports"}
                assert client.patch(application, body=hook, cast_to=object) is not None
                for wrong in ({"application_name": "fax-api"}, hook | {"webhook_event_url": "nowhere"}):
                    with pytest.raises(telnyx.UnprocessableEntityError):
                        client.patch(application, body=wrong, cast_to=object)
                sent = client.faxes.create(
                    connection_id=said["connectionId"],
                    from_=said["number"],
                    to="+12025550101",
                    media_url=host.offer(document(1)),
                )
                assert sent.data is not None
                assert sent.data.webhook_url == hook["webhook_event_url"]
                for _ in range(1200):
                    if list(tmp_path.glob("*.tif")):
                        break
                    select.select([], [], [], 0.05)
        finally:
            server.terminate()
    assert [path.read_bytes() for path in tmp_path.glob("*.tif")] == [document(1)]
