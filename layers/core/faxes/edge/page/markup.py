"""A page as a designer writes it, and values -> HTML. The only place where a value becomes markup.

The page is well-formed and opens as it is, with examples in it. What is filled in, its attributes say:

    data-text="name"             the value instead of the example
    data-set="href:name lang:x"  attributes that have values; one whose value is None is left out
    data-if="name"               there is such an element only where the value is none of None, False and empty
    data-each="name"             one such element for each of the values, which are values by name themselves

Values are texts, numbers or lists; a name that has none is an error. What is written is escaped by the standard
library's serializer, whatever the value is: there is no way to put markup in.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

type Values = Mapping[str, Any]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};,>]) ?|(?<=:) ")


class Template:
    """A page with its style in it, made once. ``style`` is what a browser gets, to be named in a policy."""

    def __init__(self, html: str, css: str) -> None:
        # The page is this package's own file, and no document of anybody's.
        self._root = ElementTree.fromstring(html)  # noqa: S314
        self.style = _AROUND.sub(lambda found: found[1] or "", _SPACE.sub(" ", _COMMENT.sub("", css))).strip()
        for parent in self._root.iter():
            for child in parent:
                if child.get("rel") == "stylesheet":
                    child.tag, child.attrib, child.text = "style", {}, self.style
        for element in self._root.iter():
            element.text, element.tail = _kept(element.text), _kept(element.tail)

    def fill(self, values: Values) -> str:
        """The page with these values."""
        [root] = _filled(self._root, values)
        return "<!DOCTYPE html>" + ElementTree.tostring(root, encoding="unicode", method="html")


def _kept(text: str | None) -> str | None:
    """A text, or None where it is no more than the space between two lines."""
    return text if text and text.strip() else None


def _filled(element: Element, values: Values) -> Iterator[Element]:
    attributes = dict(element.attrib)
    each, wanted = attributes.pop("data-each", None), attributes.pop("data-if", None)
    text, several = attributes.pop("data-text", None), attributes.pop("data-set", "")
    if wanted and not values[wanted]:
        return
    for entry in values[each] if each else [{}]:
        known = {**values, **entry}
        for pair in several.split():
            name, _, value = pair.partition(":")
            attributes.pop(name, None)
            if known[value] is not None:
                attributes[name] = str(known[value])
        made = Element(element.tag, dict(attributes))
        made.text, made.tail = element.text, element.tail
        if text:
            made.text = str(known[text])
        else:
            made.extend(filled for child in element for filled in _filled(child, known))
        yield made
