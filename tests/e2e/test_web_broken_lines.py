"""The page of `make run` in a real browser, over lines that break: what no form holds is sent again."""

from pathlib import Path

from playwright.sync_api import expect

from tests.support import browsing
from tests.support.served_page import served
from tests.support.upload_service import ACCEPTED, Service
from tools.client import upload

FAX = "/uapi/faxes/@me/0003*210"
PUT = ("PUT", "/uploads/1159/1")
REFUSAL = {"code": "fx_file_invalid", "message": "File 1 of 1, long.txt, is cut off."}
MOST = 30_000


def test_an_upload_is_sent_again_and_the_last_word_is_told(tmp_path: Path) -> None:
    """The first breaks halfway. The second finds it there already: 412."""
    long = tmp_path / "long.txt"
    long.write_bytes(b"x" * (upload.FORM_BYTES + 1))
    files = [{"name": "long.txt"}]
    ends = ACCEPTED | {"status": "refused", "files": files, "createdAt": "2026-11-30T10:00:00.000Z", "refusal": REFUSAL}
    service = Service(puts=[None, 412], ends=ends)
    with served(service) as at, browsing.chromium("the page of make run is not opened") as browser:
        page = browser.new_page()
        heard = browsing.listen(page)
        page.goto(f"http://{at.host}/")
        page.set_input_files("#files", [long])
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text(REFUSAL["message"], timeout=MOST)
        fax = page.locator(".fax")
        expect(fax.locator("h3 .pill")).to_have_text("refused")
        expect(fax.locator(".failure")).to_have_text(REFUSAL["message"])
        expect(page.get_by_role("progressbar")).to_be_hidden()
        # It can be left out, and the others sent.
        expect(page.get_by_role("button", name="Leave out long.txt")).to_be_visible()
        assert heard.complaints == []
    calls = [call for call in service.calls if call[0] != "GET"]
    assert calls == [("POST", FAX), PUT, PUT]
    assert service.received == [long.read_bytes()]
