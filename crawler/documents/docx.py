"""Word (`.docx`): hyperlinks and URLs in text. A line is a paragraph, a column a link of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crawler.archives import Archive
from crawler.charset import decode
from crawler.elements import End, Start, Text, decoded, local, tokens
from crawler.model import Document, Reading
from crawler.paragraphs import Paragraphs
from crawler.settings import ExtractSettings

# A field says what it is in words: ECMA-376 part 1, §17.16.5.25.
_FIELD: Final = re.compile(r'\s*+HYPERLINK\s++"([^"]++)"', re.IGNORECASE)
_HEADING: Final = re.compile(r"heading ?([1-9])", re.IGNORECASE)
_REMARK: Final = "is broken, encrypted or too large in parts; what could be read was read."


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read the text of the document, with what its relationships and fields lead to."""
    archive = Archive(document.data)
    targets = _targets(decode(archive.read("word/_rels/document.xml.rels")))
    text = decode(archive.read("word/document.xml"))
    walk = _Walk(text, targets, Paragraphs(document.name, settings))
    for token in tokens(text):
        walk.take(token)
    walk.paragraphs.end()
    return Reading(walk.paragraphs.found, remarks=() if archive.is_whole else (_REMARK,))


def _targets(text: str) -> Mapping[str, str]:
    """Return where the document's external relationships lead, by their ids."""
    found = {}
    for token in tokens(text):
        if isinstance(token, Start) and local(token.name) == "Relationship":
            values = {key: value.text for key, value in token.attributes.items()}
            if values.get("Type", "").endswith("/hyperlink") and values.get("Target"):
                found[values.get("Id", "")] = values["Target"]
    return found


@dataclass(slots=True)
class _Walk:
    text: str
    targets: Mapping[str, str]
    paragraphs: Paragraphs
    inside: str = ""
    instruction: list[str] = field(default_factory=list)

    def take(self, token: object) -> None:
        match token:
            case Start():
                self.inside = "" if token.is_empty else token.name
                self._begin(token)
                if token.is_empty:
                    self._end(token.name)
            case End():
                self._end(token.name)
            case Text() if self.inside == "w:t":
                self.paragraphs.words(self._words(token))
            case Text() if self.inside == "w:instrText":
                self.instruction.append(self._words(token))

    def _end(self, name: str) -> None:
        self.inside = ""
        if name in ("w:hyperlink", "w:fldSimple"):
            self.paragraphs.close()
        elif name == "w:p":
            self.paragraphs.end()

    def _words(self, text: Text) -> str:
        words = self.text[text.start : text.end]
        return words if text.verbatim else decoded(words)

    def _begin(self, start: Start) -> None:
        values = start.attributes
        match start.name:
            case "w:p":
                self.paragraphs.begin()
            case "w:pStyle" if "w:val" in values:
                heading = _HEADING.fullmatch(values["w:val"].text)
                self.paragraphs.level = int(heading[1]) if heading else 0
            case "w:hyperlink" if "r:id" in values and values["r:id"].text in self.targets:
                self.paragraphs.open(self.targets[values["r:id"].text])
            case "w:fldSimple" if "w:instr" in values:
                self._field(values["w:instr"].text)
            case "w:fldChar" if "w:fldCharType" in values:
                self._character(values["w:fldCharType"].text)
            case "w:tab" | "w:br":
                self.paragraphs.words(" ")

    def _character(self, kind: str) -> None:
        if kind == "separate":
            self._field("".join(self.instruction))
        elif kind == "end":
            self.paragraphs.close()
        self.instruction = []

    def _field(self, instruction: str) -> None:
        if match := _FIELD.match(instruction):
            self.paragraphs.open(match[1])
