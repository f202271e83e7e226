"""What the pages name is there: the files and headings of their links, make's commands, and what is drawn."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support import docs, template
from tests.support.template import ROOT


@pytest.mark.parametrize("page", docs.PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    astray = []
    for link in docs.links(page):
        if link.startswith("https://"):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if (
            not target.exists()
            or not target.is_relative_to(ROOT)
            or (fragment and fragment not in docs.headings(target))
        ):
            astray.append(link)
    assert astray == []


def test_both_drawings_of_the_architecture_have_every_function_and_store() -> None:
    loaded = template.load()
    stores = [*template.resources(loaded, "AWS::DynamoDB::Table"), *template.resources(loaded, "AWS::S3::Bucket")]
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    drawn = ElementTree.parse(ROOT / "docs/architecture.svg").getroot()  # noqa: S314  (ours)
    words = {text.strip() for text in drawn.itertext()}
    typed = next(block.text for block in docs.blocks(ROOT / "docs/architecture.md") if block.language == "text")
    for name in [*stores, *functions]:
        assert name in words
        assert re.search(rf"\b{name}\b", typed)


def test_every_make_command_of_the_pages_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    typed = re.compile(r"(?:^|`|\()make (?:-s )?([a-z][a-z-]*)", re.MULTILINE)
    told = {(page.name, target) for page in docs.PAGES for target in typed.findall(page.read_text(encoding="utf-8"))}
    assert {target for _, target in told} >= {"run", "test", "docs", "bench"}
    assert [each for each in sorted(told) if each[1] not in targets] == []


def test_every_term_of_the_glossary_is_one_of_the_pages_or_the_code() -> None:
    glossary = ROOT / "docs" / "glossary.md"
    terms = re.findall(r"^\| ([a-z ]+) \| ", glossary.read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert terms == sorted(terms)
    code = [*(ROOT / "layers" / "core").rglob("*.py"), *ROOT.glob("*.yaml")]
    written = " ".join(path.read_text(encoding="utf-8") for path in [*docs.PAGES, *code] if path != glossary)
    words = " ".join(written.lower().replace("-", " ").split())
    assert [term for term in terms if not re.search(rf"\b{term}", words)] == []


def test_links_and_headings_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`, three\n\n[a](b.md#c) `[no](link)`\n\n```sh\n# no heading\n[no](link)\n```\n[d](#one)\n"
    )
    assert docs.links(page) == ["b.md#c", "#one"]
    assert docs.headings(page) == {"one-two-three"}
