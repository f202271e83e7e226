"""The API's page, as `make docs` makes it, in a real browser: both operations and their examples, and nothing from
outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import browsing, docs, openapi
from tests.support.template import ROOT
from tools import api_page, npm
from tools.steps import StepFailed

WIDTHS = {"desktop": (1400, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return api_page.build(tmp_path_factory.mktemp("docs") / "page")
    except npm.PackageMissing as error:
        pytest.skip(f"the API's page is not made: {error}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium("the API's page is not opened") as launched:
        yield launched


@pytest.fixture(params=WIDTHS, scope="module")
def page(request: pytest.FixtureRequest, browser: Browser, built: Path) -> Iterator[Page]:
    """The page, opened from its folder once for each width, since that takes seconds. Afterwards: nothing was asked of
    anybody, and nothing was complained of."""
    width, height = WIDTHS[request.param]
    opened = browser.new_page(viewport={"width": width, "height": height})
    heard = browsing.listen(opened)
    opened.goto(built.as_uri())
    expect(opened.get_by_role("heading", name="Fax API")).to_be_visible()
    yield opened
    folder = built.parent.as_uri()
    assert heard.asked_elsewhere(f"{folder}/") == []
    assert heard.complaints == []
    opened.close()


def test_the_folder_has_all_that_the_page_needs(built: Path) -> None:
    assert sorted(path.name for path in built.parent.iterdir()) == ["index.html", "openapi.yaml", "scalar.js"]


@pytest.mark.parametrize(("link", "summary"), [("sends a multipart form", "Send a fax"), ("logs in", "Log an app in")])
def test_the_page_leads_to_its_operations(page: Page, link: str, summary: str) -> None:
    [(path, operation)] = [
        (path, item["post"])
        for path, item in openapi.load()["paths"].items()
        if "post" in item and item["post"]["summary"] == summary
    ]
    page.get_by_role("link", name=link).click()
    # What is far down is made when it is reached.
    section = page.get_by_role("region", name=summary, exact=True)
    expect(section.get_by_role("heading", name=summary, exact=True)).to_be_in_viewport()
    expect(section).to_contain_text(path)
    # Examples of answers: of the first status, and of another that is chosen.
    expect(section).to_contain_text("a601a53ffbde601d5c4364de92f5bd58" if "faxes" in path else "iW1FM63hyMbCGgyvKaAO")
    assert "400" in operation["responses"]
    section.get_by_role("tab", name="Status: 400").click()
    expect(section).to_contain_text("picture.png, is a PNG image" if "faxes" in path else "grant_type is missing")


def test_the_parameters_and_a_recipient_are_seen_at_once(page: Page) -> None:
    """Parameters on the operation's first screen, and without a switch what a recipient looks like."""
    # As it is before anything was chosen in it.
    page.goto(page.url.partition("#")[0])
    page.get_by_role("link", name="sends a multipart form").click()
    section = page.get_by_role("region", name="Send a fax", exact=True)
    heading = section.get_by_role("heading", name="Send a fax", exact=True)
    expect(heading).to_be_in_viewport()
    for example in ("+49 (30) 123-456", "0003*211"):
        expect(section.get_by_text(example, exact=True).first).to_be_visible()
    top, parameters = heading.bounding_box(), section.get_by_text("Path Parameters").bounding_box()
    assert top is not None
    assert parameters is not None
    assert page.viewport_size is not None
    assert parameters["y"] - top["y"] < page.viewport_size["height"]
    # The codes of a status are below its example, in full.
    section.get_by_role("tab", name="Status: 400").click()
    told = section.locator(".response-description")
    expect(told).to_contain_text("each file in turn")
    assert told.evaluate("told => told.scrollHeight <= told.offsetHeight")


def test_the_page_fits_its_window(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_pages_samples_are_those_of_the_docs() -> None:
    """Which tests/e2e/test_docs.py runs."""
    in_the_docs = [
        block.text.rstrip("\n") for page in (ROOT / "docs" / "api").glob("*.md") for block in docs.blocks(page)
    ]
    labels = ["curl", "Python", "JavaScript"]
    with_again = [*labels, *(f"{label}: again" for label in labels)]
    of_a_fax = ["curl", *(f"{label}: until it ends" for label in labels)]
    expected = {("/oauth/token.php", "post"): labels}
    for api in ("/uapi", "/unifiedapi"):
        expected |= {
            (f"{api}/faxes/{{userId}}/{{extension}}", "post"): with_again,
            (f"{api}/faxes/{{userId}}/{{extension}}/{{faxId}}", "get"): of_a_fax,
            (f"{api}/faxes/{{userId}}/{{extension}}/{{faxId}}", "put"): ["curl"],
            (f"{api}/faxes/{{userId}}/{{extension}}/{{faxId}}/events", "get"): ["curl"],
        }
    expected |= {(f"/fax/{{uid}}{rest}", "get"): [] for rest in ("", "/{document}", "/pages/{picture}")}
    found = {
        (path, method): operation["x-codeSamples"]
        for path, item in api_page.document()["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put")
    }
    assert {each: [sample["label"] for sample in samples] for each, samples in found.items()} == expected
    for (path, _), samples in found.items():
        assert all(sample["source"].replace("/unifiedapi/", "/uapi/") in in_the_docs for sample in samples)
        assert all(path.split("{")[0] in sample["source"] for sample in samples)


def test_a_renderer_that_is_not_the_pinned_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, _ = npm.pinned(api_page.PIN)
    monkeypatch.setattr(npm, "_PACKAGES", tmp_path)
    other = tmp_path / f"scalar-api-reference-{package.rsplit('@', 1)[1]}.tgz"
    other.write_bytes(b"another package")
    with pytest.raises(StepFailed, match=rf"^{package} is not what requirements/api-page\.txt says: sha512-"):
        api_page.build(tmp_path / "page")
    assert list(tmp_path.iterdir()) == []
