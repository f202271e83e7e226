"""The pages of this project: their fenced code, the commands in it, and their links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.template import ROOT
from tools.api_page import FENCE

_FOLDERS = ("docs", "events", "tests")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in _FOLDERS for page in (ROOT / folder).rglob("*.md"))])
# A command, or all commands of a block where it stands on a line of its own, is not for this machine.
REAL_ACCOUNT = "needs a real account"


@dataclass(frozen=True, slots=True)
class Block:
    """Fenced code: its page, the line that it begins on, its language, and its text."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced code of a page, or of the text that openapi.yaml begins with."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".yaml":
        text = yaml.safe_load(text)["info"]["description"]
    for fence in FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, fence.start()) + 2, fence[1], fence[2])


def commands(block: Block) -> list[str]:
    """A shell block's commands, each as it would be typed but for its comment; without those for a real account."""
    found = []
    lines = block.text.replace("\\\n", " ").splitlines()
    if any(line.lstrip().startswith("#") and REAL_ACCOUNT in line for line in lines):
        return []
    for line in lines:
        command, _, comment = line.partition(" # ")
        if command.strip() and not command.startswith("#") and REAL_ACCOUNT not in comment:
            found.append(" ".join(command.split()))
    return found


def headings(page: Path) -> set[str]:
    """What a link's fragment may be: the page's headings as GitHub makes names of them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(page: Path) -> list[str]:
    """Where a page's links lead, as they are written."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text))
