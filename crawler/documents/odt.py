"""OpenDocument text (`.odt`): links and URLs in text. A line is a paragraph, a column a link."""

from typing import Final

from crawler.archives import Archive
from crawler.charset import decode
from crawler.elements import End, Start, Text, decoded, tokens
from crawler.model import Document, Reading
from crawler.paragraphs import Paragraphs
from crawler.settings import ExtractSettings

_REMARK: Final = "is broken, encrypted or too large in parts; what could be read was read."
_PARAGRAPHS: Final = frozenset({"text:p", "text:h"})
_LINKS: Final = frozenset({"text:a", "draw:a"})
_SPACES: Final = frozenset({"text:line-break", "text:s", "text:tab"})


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read the text of the document; what it names in itself (`#x`) is no link."""
    archive = Archive(document.data)
    text = decode(archive.read("content.xml"))
    paragraphs = Paragraphs(document.name, settings)
    for token in tokens(text):
        match token:
            case Start(name=name) if name in _PARAGRAPHS:
                paragraphs.begin(_level(token))
            case Start(name=name) if name in _SPACES:
                paragraphs.words(" ")
            case Start(name=name) if name in _LINKS:
                target = token.attributes.get("xlink:href")
                if target and not target.raw.startswith("#"):
                    paragraphs.open(target.text)
            case End(name=name) if name in _LINKS:
                paragraphs.close()
            case End(name=name) if name in _PARAGRAPHS:
                paragraphs.end()
            case Text():
                words = text[token.start : token.end]
                paragraphs.words(words if token.verbatim else decoded(words))
    paragraphs.end()
    return Reading(paragraphs.found, remarks=() if archive.is_whole else (_REMARK,))


def _level(start: Start) -> int:
    if start.name != "text:h":
        return 0
    value = start.attributes.get("text:outline-level")
    return int(value.raw) if value and value.raw in set("123456789") else 1
