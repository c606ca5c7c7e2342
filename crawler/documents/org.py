"""Org: links with and without descriptions, URLs, files, images and includes; never its code."""

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from crawler import bare, hypertext
from crawler.closings import Closings
from crawler.directives import outside
from crawler.found import PLACE, Found, Headings, occurrences
from crawler.layout import Layout
from crawler.model import Document, Kind, Reading
from crawler.section_ids import anchors_of_org
from crawler.settings import ExtractSettings

_HEADING: Final = re.compile(r"(\*+)[ \t]+")
_KEYWORD: Final = re.compile(r"\A(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)\s+)?(?:\[#[A-Z0-9]\]\s*)?")
_TAGS: Final = re.compile(r"[ \t]+:[\w@#%:]+:[ \t]*\Z")
_BEGIN: Final = re.compile(r"#\+begin_(\S+)(.*)", re.IGNORECASE)
_LINK: Final = re.compile(r"\[\[[^\[\]]*+\](?:\[([^\[\]]*+)\])?\]")
_EMPHASIS: Final = str.maketrans("", "", "=~*")
_SETTING: Final = re.compile(r"#\+([\w-]+)(?:\[[^\]]*\])?:[ \t]*", re.IGNORECASE)
_DRAWER: Final = re.compile(r":(?:PROPERTIES|LOGBOOK):[ \t]*\Z", re.IGNORECASE)
_CUSTOM_ID: Final = re.compile(r":CUSTOM_ID:[ \t]+(\S+)", re.IGNORECASE)
_SHOWN_AS_WRITTEN: Final = frozenset({"src", "example", "comment", "export"})
# Links in brackets; code and verbatim text; snippets for one exporter; links in angle brackets.
_TOKEN: Final = re.compile(
    r"\[\[(?P<link>(?:[^\[\]\\\r\n]|\\[^\r\n])++)\](?P<open>\[)?"
    r"|(?<![^\s\-({'\"\[])(?P<code>[=~])(?=\S)"
    r"|@@html:(?P<html>[^@\r\n]*+)@@"
    r"|<(?P<angle>(?:https?|ftp|mailto|file):[^<>\r\n]++)>"
    r"|(?<!\w)file:(?P<file>[^\s\[\]()<>]+)"
    r"|(?<!\w)mailto:(?P<mail>[^\s\[\]()<>:]+@[\w.-]*\w)"
    r"|src_[a-z-]{1,40}(?:\[[^\]\r\n]*\])?\{[^{}\r\n]*\}",
)
_CODE_END: Final = {
    sign: re.compile(rf"(?<=\S){sign}(?![^\s\-.,:;!?'\")}}\]\[\\|])") for sign in "=~"
}
# What is in every line that holds a link; with hosts that no scheme goes before, a full stop, too.
_SIGN: Final = re.compile(r":|\[\[")
_BRACKETS: Final = re.compile(r"\]\]")
_ESCAPE: Final = re.compile(r"\\([\[\]\\])")
_IMAGE: Final = re.compile(
    r"(?:file:)?((?:https?://|\.{0,2}/|[\w-])\S*\.(?:avif|gif|jpe?g|png|svg|webp)(?:\?\S*)?|https?://\S+)",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+_-]*):(.*)", re.DOTALL)
_PATH: Final = re.compile(r"(?:\.{1,2}/|/|~/)")
_HTML_KEYWORDS: Final = frozenset({"html", "html_head", "html_head_extra"})
_QUOTED: Final = re.compile(r'"([^"\r\n]+)"|(\S+)')


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every link that the document writes."""
    walk = _Walk(document.text, settings)
    return Reading(
        occurrences(document, walk.run()),
        anchors=lambda: anchors_of_org(document.text, walk.titles, walk.ids),
        code=lambda: _code(document.text, settings),
    )


def _code(text: str, settings: ExtractSettings) -> list[tuple[int, int]]:
    walk = _Walk(text, settings)
    deque(walk.run(), maxlen=0)
    return outside(walk.comments, len(text))


class _Walk:
    """Reads a document line by line: no link of Org goes over the end of one, but descriptions."""

    def __init__(self, text: str, settings: ExtractSettings) -> None:
        self.text = text
        self.settings = settings
        self.layout = Layout(text)
        self.headings = Headings()
        self.titles: list[str] = []
        self.ids: set[str] = set()
        self.abbreviations: dict[str, str] = {}
        self.comments: list[tuple[int, int]] = []

    def run(self) -> Iterator[Found]:
        self._take_abbreviations()
        line, skipped = 0, 0
        while line < len(self.layout):
            after = line + 1
            heading = self._heading(line)
            if heading:
                skipped = 0 if skipped >= heading[0] else skipped
                skipped = skipped or self._enter(line, *heading)
                if not skipped:
                    yield from self._line(heading[1], self.layout.ends[line])
            elif not skipped and self.layout.says(line):
                after, found = self._block(line)
                yield from found
            line = after

    def _take_abbreviations(self) -> None:
        """Note what `#+LINK: name address` defines, wherever it stands."""
        for line in range(len(self.layout)):
            if not self.text.startswith("#+", self.layout.starts[line]):
                continue
            words = self.layout.words(line).split(None, 2)
            if len(words) > 2 and words[0].lower() == "#+link:":  # noqa: PLR2004 - as it is written
                self.abbreviations[words[1].strip('"')] = words[2].strip()

    def _heading(self, line: int) -> tuple[int, int] | None:
        """Return the level of a heading, and the offset of its title."""
        start = self.layout.starts[line]
        if self.layout.columns[line] != 0 or self.text[start] != "*":
            return None
        match = _HEADING.match(self.text, start, self.layout.ends[line])
        return (len(match[1]), match.end()) if match else None

    def _enter(self, line: int, level: int, at: int) -> int:
        """Enter a section; return its level if nothing in it is shown, else 0."""
        written = self.text[at : self.layout.ends[line]]
        if ":" in written:
            written = _TAGS.sub("", written)
        title = _KEYWORD.sub("", written, count=1)
        if "[[" in title:
            title = _LINK.sub(r"\1", title)
        title, written = title.strip(), written.strip()
        if title.startswith("COMMENT"):
            return level
        self.headings.enter(level, title.translate(_EMPHASIS))
        self.titles.append(title)
        if written != title:
            self.titles.append(written)
        return 0

    def _block(self, line: int) -> tuple[int, list[Found]]:
        """Read what begins on a line; return the line behind it, and the links."""
        start, end, words = (
            self.layout.starts[line],
            self.layout.ends[line],
            self.layout.words(line),
        )
        if words.startswith("#"):
            if opened := _BEGIN.match(words):
                return self._environment(line, opened[1].lower(), opened[2].split())
            if setting := _SETTING.match(words):
                return line + 1, sorted(
                    self._setting(setting[1].lower(), start + setting.end(), end), key=PLACE
                )
            if words == "#" or words[1].isspace():
                self.comments.append((start, end))
                return line + 1, list(self._bare(start, end)) if self.settings.comments else []
        elif words.startswith(":"):
            if _DRAWER.match(words):
                return self._drawer(line), []
            if words == ":" or words.startswith(": "):
                return line + 1, []
        return line + 1, self._line(start, end)

    def _environment(self, line: int, name: str, arguments: list[str]) -> tuple[int, list[Found]]:
        """Pass over a block that is shown as it is written; what is in others is text."""
        if name not in _SHOWN_AS_WRITTEN:
            return line + 1, []
        last, closing = line + 1, f"#+end_{name}"
        while last < len(self.layout) and self.layout.words(last).lower() != closing:
            last += 1
        if last == len(self.layout):
            return line + 1, []  # what nobody closes is text
        start, end = self.layout.ends[line], self.layout.margin(last)
        if name == "export" and arguments[:1] == ["html"]:
            return last + 1, list(self._html(start, end))
        asked = name == "comment" and self.settings.comments
        return last + 1, list(self._bare(start, end)) if asked else []

    def _drawer(self, line: int) -> int:
        last = line + 1
        while self.layout.says(last) and self._heading(last) is None:
            words = self.layout.words(last)
            if words.upper() == ":END:":
                break
            if custom := _CUSTOM_ID.match(words):
                self.ids.add(custom[1])
            last += 1
        return last + 1 if last < len(self.layout) and self._heading(last) is None else last

    def _setting(self, name: str, start: int, end: int) -> Iterator[Found]:
        """Read a line of settings that names a file or shows something."""
        if name in ("include", "setupfile"):
            if quoted := _QUOTED.match(self.text, start, end):
                group = quoted.lastindex or 1
                path = quoted[group].partition("::")[0]
                first = quoted.start(group)
                yield self._found(first, first + len(path), path, Kind.DIRECTIVE)
        elif name in _HTML_KEYWORDS:
            yield from self._html(start, end)
        elif name in ("caption", "title", "subtitle", "description"):
            yield from self._inline(start, end)
        elif name.startswith("html_link_"):
            yield from self._bare(start, end)
        elif name == "name":
            self.ids.add(self.text[start:end].strip())

    def _line(self, start: int, end: int) -> list[Found]:
        """Return the links of a line in their order; most have none."""
        is_worth_it = _SIGN.search(self.text, start, end) is not None
        if not is_worth_it and self.settings.schemeless:
            is_worth_it = "." in self.text[start:end]
        return sorted(self._inline(start, end), key=PLACE) if is_worth_it else []

    def _inline(self, start: int, end: int) -> Iterator[Found]:
        """Yield the links of a line, those in brackets first."""
        words = self.text[start:end]
        rest = list(words)
        at = 0
        closings = Closings(words, len(words))
        ends = {sign: _ends(pattern, words) for sign, pattern in _CODE_END.items()}
        while token := _TOKEN.search(words, at):
            first, at = token.start(), token.end()
            if token.lastgroup == "code":
                closing = next((each for each in ends[token["code"]] if each > at), None)
                if closing is None:
                    continue
                at = closing + 1
            elif token.lastgroup in ("link", "open"):
                yield from self._bracket(token, start, (at := _closing(closings, words, at)))
            elif token.lastgroup == "html":
                yield from self._html(start + token.start("html"), start + token.end("html"))
            elif token.lastgroup:
                yield from self._plain(token, start)
            rest[first:at] = " " * (at - first)
        yield from self._bare(start, end, "".join(rest))

    def _bracket(self, token: re.Match[str], offset: int, end: int) -> Iterator[Found]:
        """Read `[[address][description]]`; the description may be an image."""
        first, last = token.span("link")
        label, at = "", token.end()
        if token["open"]:
            label = token.string[at : end - 2]
        image = _IMAGE.fullmatch(label)
        if found := self._address(offset + first, offset + last, "" if image else label):
            yield found
        if image:
            place = (offset + at + image.start(1), offset + at + image.end(1))
            yield self._found(*place, image[1], Kind.IMAGE)

    def _plain(self, token: re.Match[str], offset: int) -> Iterator[Found]:
        name = str(token.lastgroup)
        first, last = token.span(name)
        words = token[name].rstrip(".,;:!?")
        last -= len(token[name]) - len(words)
        if name == "angle":
            found = self._address(offset + first, offset + token.end(name), "")
            if found:
                found.kind = Kind.AUTOLINK
                yield found
        elif name == "mail":
            first -= len("mailto:")
            place = (offset + first, offset + last)
            yield self._found(*place, self.text[place[0] : place[1]], Kind.BARE)
        elif found := self._file(offset + first, words, ""):
            yield found

    def _address(self, start: int, end: int, label: str) -> Found | None:
        """Read the address of a link: a URL, a file, an abbreviation or a place here."""
        written = self.text[start:end]
        words = _ESCAPE.sub(r"\1", written)
        if words.startswith(("#", "*")):
            href = words if words.startswith("#") else f"#*{' '.join(words[1:].split())}"
            return self._found(start, end, href, Kind.INLINE, label)
        if _PATH.match(written):
            return self._file(start, written, label)
        scheme = _SCHEME.fullmatch(words)
        if scheme is None:
            return None  # the name of a place, or of a page in somebody's notes
        if scheme[1] in ("file", "file+sys", "file+emacs"):
            lead = len(scheme[1]) + 1
            return self._file(start + lead, written[lead:], label)
        if scheme[1] in self.abbreviations:
            base = self.abbreviations[scheme[1]]
            href = base.replace("%s", scheme[2], 1) if "%s" in base else base + scheme[2]
            return self._found(start, end, href, Kind.INLINE, label)
        href = f"https://doi.org/{scheme[2]}" if scheme[1] == "doi" else words
        return self._found(start, end, href, Kind.INLINE, label)

    def _file(self, start: int, written: str, label: str) -> Found | None:
        """Read a path; behind `::` stands what to look for in the file."""
        path, _, search = written.partition("::")
        end = start + len(path)
        href = _ESCAPE.sub(r"\1", path)
        if search.startswith("#"):
            end, href = start + len(written), f"{href}{search}"
        return self._found(start, end, href, Kind.INLINE, label) if path else None

    def _found(self, start: int, end: int, href: str, kind: Kind, label: str = "") -> Found:
        return Found(start, end, href, kind, self.headings.path, [label])

    def _html(self, start: int, end: int) -> Iterator[Found]:
        for link in hypertext.read(self.text[start:end], self.settings)[0]:
            link.start, link.end = link.start + start, link.end + start
            link.section = self.headings.path
            yield link

    def _bare(self, start: int, end: int, words: str | None = None) -> Iterator[Found]:
        words = self.text[start:end] if words is None else words
        for first, last, href in bare.find_hrefs(words, schemeless=self.settings.schemeless):
            yield self._found(start + first, start + last, href, Kind.BARE)


def _closing(closings: Closings, words: str, at: int) -> int:
    """Return where a link in brackets ends whose description, if any, begins at an offset."""
    closing = closings.find(_BRACKETS, at) if words.startswith("[", at - 1) else None
    return closing.end() if closing else at


def _ends(mark: re.Pattern[str], words: str) -> Iterator[int]:
    """Yield where a mark may close, each once: those that are passed over stay behind."""
    return (match.start() for match in mark.finditer(words))
