"""AsciiDoc: URLs, links, cross references, images and includes, with the document's attributes."""

import re
from collections.abc import Iterator
from typing import Final

from crawler import bare, hypertext
from crawler.asciidoc_inline import MAX_VALUE, Entry, Inline, read_image
from crawler.directives import outside
from crawler.found import PLACE, Found, Headings, occurrences
from crawler.layout import Layout
from crawler.model import Document, Kind, Reading
from crawler.section_ids import anchors_of_asciidoc
from crawler.settings import ExtractSettings

_DELIMITER: Final = re.compile(
    r"(?:-{4,}|\.{4,}|\+{4,}|/{4,}|={4,}|\*{4,}|_{4,}|--|[|,:!]={3,})[ \t]*\Z|`{3}[^`]*\Z"
)
_VERBATIM: Final = ("----", "....", "```", "////", "++++")
_CODE_STYLES: Final = frozenset({
    "asciimath", "comment", "ditaa", "graphviz", "latexmath", "listing", "literal", "mermaid",
    "pass", "plantuml", "source", "stem",
})  # fmt: skip
_ATTRIBUTES: Final = re.compile(r"\[(?!\[)([^\r\n]*)\][ \t]*\Z")
_ANCHOR: Final = re.compile(r"\[\[[^\[\]\r\n]*\]\][ \t]*\Z")
_MACROS_TOO: Final = re.compile(r"""subs=["']?[^"'\]]*(?:\+?(?<!-)macros|normal)""")
_ENTRY: Final = re.compile(r":(!?\w[\w-]*+!?):(?:[ \t]+|\Z)")
_HEADING: Final = re.compile(r"(={1,6}|#{1,6})[ \t]+(?=\S)")
_IN_TITLE: Final = re.compile(r"[\[*_`#{]")  # most titles show what is written
_MARKUP: Final = re.compile(r"(?:link:|https?://)[^\s\[\]]*+\[([^\]]*+)\]|[*_`#]")
_UNDERLINE: Final = re.compile(r"([=~^+-])\1+[ \t]*\Z")
_LEVELS: Final = {"=": 1, "-": 2, "~": 3, "^": 4, "+": 5}
_BLOCK: Final = re.compile(
    r"(include|image|video|audio)::([^\s\[\]](?:[^\[\r\n]*[^\s\[])?)\[([^\r\n]*)\]"
)
_CONDITION: Final = re.compile(r"(?:ifdef|ifndef|ifeval|endif)::[^\[\r\n]*\[")
_ITEM: Final = re.compile(
    r"(?:[*.-]{1,6}|\d{1,9}\.|[a-zA-Z]\.|<[\d.]+>)[ \t]|.*?(?::{2,4}|;;)(?:[ \t]|\Z)"
)
_TERM: Final = re.compile(r"(?:::|;;)\Z")
_HOSTED: Final = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every URL, macro and path that the document writes."""
    walk = _Walk(document.text, settings)

    def found() -> Iterator[Found]:
        walk.run()
        yield from sorted(walk.found, key=PLACE)

    def code() -> list[tuple[int, int]]:
        apart = _Walk(document.text, settings)
        apart.run()
        return outside(apart.comments, len(document.text))

    return Reading(
        occurrences(document, found()),
        anchors=lambda: anchors_of_asciidoc(
            document.text,
            walk.titles,
            {name: entry.value for name, entry in walk.inline.attributes.items()},
        ),
        code=code,
    )


class _Walk:
    """Reads a document from its first line to its last."""

    def __init__(self, text: str, settings: ExtractSettings) -> None:
        self.text = text
        self.settings = settings
        self.layout = Layout(text)
        self.inline = Inline(text, settings, budget=2 * len(text))
        self.headings = Headings()
        self.titles: list[str] = []
        self.found: list[Found] = []
        self.comments: list[tuple[int, int]] = []
        self.entries: list[Entry] = []
        self.style = ""
        self.has_macros = False
        self.stop = ""
        self.is_head = False  # between the document's title and the first empty line
        self.is_term = False  # the last line is a term: what is indented behind it describes it
        self.is_literal = True  # whether an indented line would begin a literal paragraph

    def run(self) -> None:
        line = 0
        while line < len(self.layout):
            line = self._block(line)
        for entry in self.entries:
            if entry.use:
                self._settle(entry, Kind.REFERENCE, *entry.use)
            elif not entry.is_part:
                self._settle(entry, Kind.DEFINITION, "", "")

    def _settle(self, entry: Entry, kind: Kind, label: str, section: str) -> None:
        for found in entry.found:
            found.kind, found.label, found.section = kind, [label], section
            self.found.append(found)

    def _block(self, line: int) -> int:
        """Read the block that begins on a line; return the line behind it."""
        if not self.layout.says(line):
            self.is_literal, self.is_head = True, False
            return line + 1
        words = self.layout.words(line)
        if self.layout.columns[line] == 0:
            after = self._mark(line, words)
            if after is not None:
                return after
        elif self.is_literal and not self.is_term and not _ITEM.match(words):
            return self._passed_over(line)
        self.is_term = False
        if self.style in _CODE_STYLES and not self.has_macros:
            self.style = ""
            return self._passed_over(line)
        self.style, self.is_literal = "", False
        return self._paragraph(line)

    def _mark(self, line: int, words: str) -> int | None:
        """Read a line that is more than text; None if it is not."""
        start = self.layout.starts[line]
        if words.startswith("//") and not words.startswith("///"):
            self._comment(start, self.layout.ends[line])
            return line + 1
        if (after := self._title(line, words)) is not None:
            return after
        if _DELIMITER.match(words):
            return self._delimited(line, words)
        if words == "+":
            self.is_literal = True
            return line + 1
        return self._line(line, words)

    def _line(self, line: int, words: str) -> int | None:
        """Read a line that stands for itself: attributes, a macro, a condition."""
        start = self.layout.starts[line]
        if attributes := _ATTRIBUTES.match(words):
            return self._attributes(line, attributes[1])
        if _ANCHOR.match(words):
            return line + 1
        if entry := _ENTRY.match(words):
            return self._entry(line, entry[1], start + entry.end())
        if macro := _BLOCK.match(words):
            self._macro(macro, start)
            return line + 1
        if condition := _CONDITION.match(words):
            self._read(start + condition.end(), self.layout.ends[line])
            return line + 1
        return None

    def _read(self, start: int, end: int) -> None:
        if self.inline.has_signs(start, end):
            self.found += self.inline.read(start, end, self.headings.path, self.stop)

    def _comment(self, start: int, end: int) -> None:
        self.comments.append((start, end))
        if self.settings.comments:
            for first, last, href in bare.find_hrefs(self.text[start:end], schemeless=False):
                place = (start + first, start + last)
                self.found.append(Found(*place, href, Kind.BARE, self.headings.path))

    def _passed_over(self, line: int) -> int:
        """Pass over a paragraph that is shown as it is written; files are included there, too."""
        while self.layout.says(line):
            words = self.layout.words(line)
            if (macro := _BLOCK.match(words)) and macro[1] == "include":
                self._macro(macro, self.layout.starts[line])
            line += 1
        return line

    def _paragraph(self, line: int) -> int:
        start = end = self.layout.starts[line]
        while self.layout.says(line) and not (self.is_head and end > start):
            words = self.layout.words(line)
            if end > start and self.layout.columns[line] == 0 and _interrupts(words):
                break
            end = self.layout.ends[line]
            line += 1
        self._read(start, end)
        self.is_term = _TERM.search(self.text, max(start, end - len("::::")), end) is not None
        return line

    def _title(self, line: int, words: str) -> int | None:
        start = self.layout.starts[line]
        if opened := _HEADING.match(words):
            self._enter(len(opened[1]), start + opened.end(), self.layout.ends[line])
            return line + 1
        if not self.is_literal or not self.layout.says(line + 1) or self.style:
            return None  # within a paragraph, or a line of dashes begins a block
        under = self.layout.words(line + 1)
        rule = _UNDERLINE.match(under) if under[:1] in _LEVELS else None
        is_one = rule and abs(len(under) - len(words)) <= 1 and any(map(str.isalnum, words))
        if not is_one or rule is None or words.startswith((".", "[")):
            return None
        self._enter(_LEVELS[rule[1]], start, self.layout.ends[line])
        return line + 2

    def _enter(self, level: int, start: int, end: int) -> None:
        self.is_head = level == 1 and not self.titles
        title = self.text[start:end].strip().rstrip("=#").rstrip()
        if _IN_TITLE.search(title):
            title = self.inline.expand(_MARKUP.sub(r"\1", title))
        title = title[:MAX_VALUE]
        self.headings.enter(level, title)
        self.titles.append(title)
        self._read(start, end)

    def _delimited(self, line: int, words: str) -> int:
        """Pass over a block of code, a comment or raw output; other delimiters are mere lines."""
        fence = words[:3] if words.startswith("```") else words
        is_code = words.startswith(_VERBATIM) or self.style in _CODE_STYLES
        style, self.style, self.is_literal = self.style, "", True
        if words.startswith("|==="):
            self.stop = "" if self.stop else "|"
        if not is_code:
            return line + 1
        last = line + 1
        while last < len(self.layout) and self.layout.words(last) != fence:
            words = self.layout.words(last)
            macro = None if fence.startswith("////") else _BLOCK.match(words)
            if macro and macro[1] == "include":
                self._macro(macro, self.layout.starts[last])
            last += 1
        start = self.layout.ends[line]
        end = self.layout.margin(last) if last < len(self.layout) else len(self.text)
        if self.has_macros:
            self.has_macros = False
            self._read(start, end)
        elif fence.startswith("////"):
            self._comment(start, end)
        elif fence.startswith("++++") and style not in _CODE_STYLES - {"pass"}:
            self._html(start, end)
        return last + 1

    def _html(self, start: int, end: int) -> None:
        for link in hypertext.read(self.text[start:end], self.settings)[0]:
            link.start, link.end = link.start + start, link.end + start
            link.section = self.headings.path
            self.found.append(link)

    def _attributes(self, line: int, words: str) -> int:
        """Take note of what the block behind a line of attributes is."""
        style = re.split(r"[,#.%]", words, maxsplit=1)[0].strip().lower()
        if words.startswith(","):  # `[,ruby]` is short for `[source,ruby]`
            style = "source"
        self.style = style or self.style or "-"
        self.has_macros = _MACROS_TOO.search(words) is not None
        if style in ("quote", "verse"):
            self._read(self.layout.starts[line] + 1, self.layout.ends[line] - 1)
        return line + 1

    def _entry(self, line: int, name: str, at: int) -> int:
        """Take note of an attribute; its value may go over several lines."""
        while self.text[at : self.layout.ends[line]].rstrip().endswith(" \\"):
            if not self.layout.says(line + 1):
                break
            line += 1
        end = self.layout.ends[line]
        plain = name.strip("!")
        if plain != name:
            self.inline.attributes.pop(plain, None)
            return line + 1
        value = " ".join(self.text[at:end].replace("\\\n", " ").split())
        found = list(self.inline.read(at, end, "")) if self.inline.has_signs(at, end) else []
        entry = Entry(self.inline.expand(value), found)
        self.inline.attributes[plain] = entry
        self.entries.append(entry)
        return line + 1

    def _macro(self, macro: re.Match[str], at: int) -> None:
        """Read a macro that is a whole line."""
        start, end = at + macro.start(2), at + macro.end(2)
        name, attributes, section = macro[1], macro[3], self.headings.path
        if name == "image":
            place = (at + macro.start(3), at + macro.end(3))
            self.found += read_image(self.inline, (start, end), place, section)
            return
        href = self.inline.expand(macro[2])
        hosted = attributes.partition(",")[0].strip() if name == "video" else ""
        if hosted in _HOSTED:
            href = _HOSTED[hosted] + href
        elif name == "include" and re.search(r"opts?=[\"']?[^\"']*optional|%optional", attributes):
            return  # it need not be there
        elif name == "include" and re.search(r"[$@]|(?<!/):(?!//)", href.partition("{")[0]):
            return  # coordinates of Antora
        elif name != "include":
            href = self.inline.path(href)
        self.found.append(Found(start, end, href, Kind.DIRECTIVE, section))


def _interrupts(words: str) -> bool:
    """Tell whether a line ends the paragraph before it."""
    if words.startswith("//") or words == "+":
        return True
    return bool(_DELIMITER.match(words) or _ATTRIBUTES.match(words) or _BLOCK.match(words)
                or _CONDITION.match(words))  # fmt: skip
