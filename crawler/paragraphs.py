"""Links of documents that consist of paragraphs: a line is a paragraph, a column a link of it."""

from dataclasses import dataclass, field

from crawler import bare
from crawler.found import Headings
from crawler.model import Kind, Occurrence, Span
from crawler.settings import ExtractSettings
from crawler.text import clean


@dataclass(slots=True)
class _Link:
    href: str
    kind: Kind
    label: list[str]


@dataclass(slots=True)
class Paragraphs:
    """Takes paragraphs as they come, and keeps their links as places of a document."""

    document: str
    settings: ExtractSettings
    found: list[Occurrence] = field(default_factory=list)
    headings: Headings = field(default_factory=Headings)
    number: int = 0
    level: int = 0
    _text: list[str] = field(default_factory=list)
    _run: list[str] = field(default_factory=list)
    _links: list[_Link] = field(default_factory=list)
    _open: _Link | None = None

    def begin(self, level: int = 0) -> None:
        """Begin a paragraph, or a heading of a level: the one before has ended."""
        self.end()
        self.number += 1
        self.level = level

    def words(self, text: str) -> None:
        """Take text, of the link that is open if one is."""
        self._text.append(text)
        (self._open.label if self._open else self._run).append(text)

    def open(self, href: str) -> None:
        """Begin a link."""
        self.close()
        self._scan()
        self._open = _Link(href, Kind.INLINE, [])
        self._links.append(self._open)

    def close(self) -> None:
        """End the link that is open."""
        self._open = None

    def end(self) -> None:
        """End the paragraph; a link ends with it."""
        self.close()
        self._scan()
        links, self._links = self._links, []
        for column, link in enumerate(links, 1):
            span = Span(self.number, column, self.number, column)
            label, section = clean("".join(link.label)), self.headings.path
            href = link.href
            self.found.append(
                Occurrence(self.document, span, href, href, link.kind, label, section)
            )
        if self.level:
            self.headings.enter(self.level, "".join(self._text))
        self._text, self.level = [], 0

    def _scan(self) -> None:
        run, self._run = "".join(self._run), []
        for _, _, href in bare.find_hrefs(run, schemeless=self.settings.schemeless):
            self._links.append(_Link(href, Kind.BARE, []))
