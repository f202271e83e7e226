"""From nothing to one's own page: a clone, `make run`, a document that is dropped, and the sheet that comes out.

How long that takes is printed, and not judged: the machine may be busy. First with an empty cache of packages, then
with the one that this has left.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import browsing
from tests.support.samples import DOCUMENTS
from tests.support.template import ROOT

ADDRESS = re.compile(r"^ {2}(http://127\.0\.0\.1:[0-9]+/)$", re.MULTILINE)
# Until it is given up: to the address, in seconds; to the sheet, in milliseconds.
MOST_TO_THE_ADDRESS, MOST_TO_THE_SHEET = 600.0, 120_000


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("packages", ["from the index", "from the cache"])
def test_a_document_of_ones_own_comes_out(
    packages: str, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = os.environ | {"UV_CACHE_DIR": str(cache)}
    clone, said = tmp_path / "clone", tmp_path / "said.txt"
    began = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    with said.open("wb") as out:
        running = subprocess.Popen(
            ["make", "--no-print-directory", "run"],
            cwd=clone, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        while not (found := ADDRESS.search(said.read_text())):
            assert running.poll() is None, said.read_text()[-2000:]
            assert time.monotonic() - began < MOST_TO_THE_ADDRESS, said.read_text()[-2000:]
            time.sleep(0.2)
        served = time.monotonic()
        with browsing.chromium("how soon a document comes out of the machine") as browser:
            page = browser.new_page()
            page.goto(found[1])
            page.set_input_files("#files", [DOCUMENTS / "scan.tif"])
            page.get_by_role("button", name="Send", exact=True).click()
            fax = page.locator(".fax").filter(has_text="scan.tif")
            expect(fax.locator(".sheets img").first).to_be_visible(timeout=MOST_TO_THE_SHEET)
        done = time.monotonic()
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(60)
    with capsys.disabled():
        sys.stdout.write(
            f"\nFrom git clone to one's own sheet, packages {packages}: {done - began:.0f} s, "
            f"{served - began:.0f} of them until the address was there.\n"
        )
