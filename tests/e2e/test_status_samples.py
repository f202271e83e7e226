"""The samples of docs/api/status.md, run as they stand: what they print, and when they end."""

import json
import re
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import trustme

from tests.support import docs
from tests.support.samples import BUSY, REFUSED, STATUS, THROTTLED, TRUSTING, WAITING, Between, Instead, Sample, named
from tests.support.template import ROOT
from tools.local.stack_file import LocalStack


def shown(name: str, tag: str) -> Instead:
    """What a kept event is answered."""
    body = json.loads((ROOT / "events" / "answers" / f"{name}.json").read_text())["body"]
    return Instead(200, json.dumps(body), tag=f'"{tag}"')


ACCEPTED, ENDED = shown("read-fax-accepted", "one"), shown("read-fax", "two")
SAME = Instead(304, tag='"one"')
NOT_FOUND = Instead(404, '{"error": {"code": "fax_not_found", "message": "Fax 1 does not exist."}}')


@pytest.fixture
def asking(
    stack: LocalStack, sample: Sample, tmp_path: Path
) -> Callable[[docs.Block, list[Instead]], tuple[subprocess.CompletedProcess[str], Between]]:
    """Run a sample that waits, without waits of its own: it sends to the stack, and is told as the script has it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "between.pem")

    def call(block: docs.Block, script: list[Instead]) -> tuple[subprocess.CompletedProcess[str], Between]:
        at_once = re.sub(r"\bwait( ?)=( ?)1\b", r"wait\1=\g<2>0", block.text)
        assert at_once != block.text
        with Between(stack, authority, []) as between:
            between.asked = script
            threading.Thread(target=between.serve_forever, daemon=True).start()
            trusted = dict.fromkeys(TRUSTING, str(tmp_path / "between.pem"))
            done = sample(replace(block, text=at_once), HOST=between.host, **trusted)
            between.shutdown()
        return done, between

    return call


@pytest.mark.parametrize("block", WAITING, ids=named)
def test_a_sample_waits_for_the_end_and_tells_the_reason(
    asking: Callable[[docs.Block, list[Instead]], tuple[subprocess.CompletedProcess[str], Between]],
    faxes: Callable[[], int],
    block: docs.Block,
) -> None:
    before = faxes()
    done, between = asking(block, [ACCEPTED, SAME, BUSY, REFUSED, THROTTLED, SAME, ENDED])
    # One fax, which not everybody got.
    assert (done.returncode, faxes() - before) == (1, 1), done.stderr
    assert between.tags == [None, *['"one"'] * 6]
    assert "partially_sent" in done.stdout
    assert "number_invalid" in done.stdout


@pytest.mark.parametrize("block", WAITING, ids=named)
def test_a_sample_gives_up_where_there_is_no_such_fax(
    asking: Callable[[docs.Block, list[Instead]], tuple[subprocess.CompletedProcess[str], Between]],
    block: docs.Block,
) -> None:
    done, between = asking(block, [NOT_FOUND])
    assert (done.returncode, len(between.tags)) == (1, 1)
    assert "fax_not_found" in done.stdout + done.stderr


@pytest.mark.parametrize("block", [block for block in STATUS if block not in WAITING], ids=named)
def test_a_sample_of_a_faxs_status_is_answered(
    stack: LocalStack, sample: Sample, told: dict[str, str], block: docs.Block
) -> None:
    answer = requests.post(
        f"{stack.apiUrl}/uapi/faxes/@me/0003*210",
        headers={"Authorization": f"Bearer {told['TOKEN']}"},
        files=[("request", (None, '{"recipients": ["7778888"]}')), ("files", ("a.txt", b"A fax."))],
        verify=stack.caBundle,
        timeout=60,
    )
    fax_id = answer.json()["id"]
    done = sample(block, ID=fax_id)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    links = said["links"]
    assert links["self"] == f"{stack.apiUrl}/uapi/faxes/alice/0003*210/{fax_id}" + (
        "/events" if "entry" in said else ""
    )
    assert ("cancelRequestedAt" in said) == ("Cancel" in block.text)
