r"""Bibliographies of BibTeX: `url`, `doi`, `eprint`, and the URLs of notes and all other fields."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from crawler import bare, tex
from crawler.found import Found, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.texcode import decoded, doi, plain
from crawler.text import clean

_ENTRY: Final = re.compile(r"@[ \t]*+([A-Za-z]++)\s*+[{(]")
# Where the next entry begins, a value that was not closed ends.
_NEXT: Final = re.compile(r"^[ \t]*+@[A-Za-z]++[ \t]*+[{(]", re.MULTILINE)
_KEY: Final = re.compile(r"\s*+([^\s,={}\"]*+)\s*+(?:,|(?=[)}]))")
_NAME: Final = re.compile(r"[\s,]*+([^\s=,{}\"#()]++)\s*+=")
_PART: Final = re.compile(r"\s*+(?:(?P<open>[{\"])|(?P<word>[^\s,#{}\"()=]++))")
_JOIN: Final = re.compile(r"\s*+#")
_QUOTES: Final = re.compile(r"[{}\"]")
_BRACES: Final = re.compile(r"[{}]")
_TOKEN: Final = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]{1,30}+:[^\s<>]*[^\s<>,;])")
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/\S*[^\s,;.]")
_ADDRESSES: Final = frozenset({
    "biburl", "doi", "ee", "homepage", "link", "pdf", "url", "weblink", "website",
})  # fmt: skip
# `opt…` and `alt…` is how Emacs puts a field aside; files are of the author's own disk.
_ASIDE: Final = re.compile(r"(?:opt|alt)(?:url|doi|note|howpublished|eprint)|file|local-url")
_MAX_JOINED: Final = 4096
_ARCHIVES: Final[Mapping[str, str]] = {
    "arxiv": "https://arxiv.org/abs/",
    "hdl": "https://hdl.handle.net/",
    "jstor": "https://www.jstor.org/stable/",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/",
}


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read the fields of every entry; its title is the label, and its key the section."""
    scan = _Scan(document.text, settings)
    scan.read()
    return Reading(occurrences(document, sorted(scan.found, key=lambda each: each.start)))


@dataclass(frozen=True, slots=True)
class _Value:
    """What a field says, and where; `joined` if it was put together of several parts."""

    text: str
    start: int
    end: int
    joined: bool = False


@dataclass(slots=True)
class _Scan:
    text: str
    settings: ExtractSettings
    found: list[Found] = field(default_factory=list)
    strings: dict[str, _Value] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def read(self) -> None:
        at = limit = 0
        while match := _ENTRY.search(self.text, at):
            self._comment(at, match.start())
            if match.start() >= limit:  # once a line and not once an entry: it may be a long one
                following = _NEXT.search(self.text, match.end())
                limit = following.start() if following else len(self.text)
            at = self._entry(match, limit)
        self._comment(at, len(self.text))
        for name, value in self.strings.items():
            if name not in self.used:
                self._texts(value, "", [])

    def _entry(self, match: re.Match[str], limit: int) -> int:
        kind, at = match[1].lower(), match.end()
        if kind in ("comment", "preamble"):
            self._comment(at, limit)
            return limit
        key = ""
        if kind != "string" and (opening := _KEY.match(self.text, at, limit)):
            key, at = opening[1], opening.end()
        fields: dict[str, _Value] = {}
        while name := _NAME.match(self.text, at, limit):
            value, at = self._value(name.end(), limit)
            fields.setdefault(name[1].lower(), value)
        if kind == "string":
            self.strings.update(fields)
        else:
            self._fields(fields, key)
        return at

    def _value(self, at: int, limit: int) -> tuple[_Value, int]:
        """Read what stands behind `=`: parts in braces, in quotes, or by name, joined by `#`."""
        parts: list[_Value] = []
        begin = at
        while part := _PART.match(self.text, at, limit):
            begin = begin if parts else part.start(part.lastgroup or 0)
            if part["open"]:
                end = self._closing(part.end(), limit, part["open"])
                parts.append(_Value(self.text[part.end() : end], part.end(), end))
                at = min(end + 1, limit)
            else:
                at = part.end()
                name = part["word"].lower()
                text = self.strings[name].text if name in self.strings else ""
                self.used.add(name)
                parts.append(_Value(text, part.start("word"), at, joined=True))
            join = _JOIN.match(self.text, at, limit)
            if join is None:
                break
            at = join.end()
        if len(parts) == 1:
            return parts[0], at
        return _Value(_short(parts), begin, at, joined=True), at

    def _closing(self, at: int, limit: int, opening: str) -> int:
        """Return where the brace or quote closes: braces balance, and hide quotes."""
        depth = 0
        for mark in (_QUOTES if opening == '"' else _BRACES).finditer(self.text, at, limit):
            if depth == 0 and mark[0] == ("}" if opening == "{" else '"'):
                return mark.start()
            depth += {"{": 1, "}": -1}.get(mark[0], 0)
        return limit

    def _fields(self, fields: Mapping[str, _Value], key: str) -> None:
        title = fields.get("title")
        label = [clean(plain(title.text[:_MAX_JOINED]))] if title else []
        for name, value in fields.items():
            if _ASIDE.fullmatch(name):
                continue
            if name == "eprint" and (archive := _archive(fields)):
                raw = value.text.strip().removeprefix("arXiv:")
                self._whole(value, raw, archive + decoded(raw), key, label)
            elif name in _ADDRESSES or name.startswith("bdsk-url"):
                self._addresses(name, value, key, label)
            else:
                self._texts(value, key, label)

    def _addresses(self, name: str, value: _Value, key: str, label: list[str]) -> None:
        """Read a field that holds an address, and may hold a DOI or TeX in its place."""
        if name == "doi" and "://" not in value.text:
            if match := _DOI.search(value.text):
                self._whole(value, match[0], doi(match[0]) or "", key, label)
        elif "\\url" in value.text or "\\href" in value.text:
            self._texts(value, key, label)
        elif value.joined:
            self._whole(value, value.text, decoded(value.text), key, label)
        else:
            for token in _TOKEN.finditer(value.text):
                start, end = value.start + token.start(1), value.start + token.end(1)
                self._add(start, end, decoded(token[1]), key, label)

    def _whole(self, value: _Value, raw: str, href: str, key: str, label: list[str]) -> None:
        """Add what one value says in all; of a joined one, the expression is what is written."""
        if not href or "\\" in href or (value.joined and "://" not in href):
            return
        start = value.start if value.joined else value.start + value.text.index(raw)
        self._add(start, value.end if value.joined else start + len(raw), href, key, label)

    def _add(self, start: int, end: int, href: str, key: str, label: list[str]) -> None:
        if start < end:
            self.found.append(Found(start, end, href, Kind.AUTOLINK, key, list(label)))

    def _texts(self, value: _Value, key: str, label: list[str]) -> None:
        """Read the TeX of a value; one that was joined is read where its parts stand."""
        if value.joined or not (
            "://" in value.text or "\\" in value.text or self.settings.schemeless
        ):
            return
        for link in tex.read_field(value.text, self.settings):
            link.start += value.start
            link.end += value.start
            link.section = key
            link.label = link.label or list(label)
            self.found.append(link)

    def _comment(self, start: int, end: int) -> None:
        """Read what stands between entries, which BibTeX passes over."""
        if self.settings.comments:
            self.found += _bare(self.text, start, end, self.settings)


def _short(parts: list[_Value]) -> str:
    """Join parts, unless that is too long for an address: strings may double each other."""
    if sum(len(each.text) for each in parts) > _MAX_JOINED:
        return ""
    return "".join(each.text for each in parts)


def _archive(fields: Mapping[str, _Value]) -> str | None:
    named = fields.get("eprinttype") or fields.get("archiveprefix")
    if named:
        return _ARCHIVES.get(named.text.strip().lower())
    value = fields["eprint"].text.strip()
    return _ARCHIVES["arxiv"] if value.startswith("arXiv:") else None


def _bare(text: str, start: int, end: int, settings: ExtractSettings) -> Iterator[Found]:
    urls = bare.find_hrefs(text[start:end], schemeless=settings.schemeless)
    for first, last, href in urls:
        yield Found(start + first, start + last, href, Kind.BARE)
