"""Atom (RFC 4287): what has changed, an entry a change, for readers of feeds.

Laws: a change has the same `id` in every feed that tells of it, and no two entries of a feed have
the same; the feed's own is that of its history. The newest comes first, and the same changes make
the same text, whatever the hour.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from crawler.model import Change, Occurrence, Report, Transition
from crawler.notes import named_ignore
from crawler.outline import Aspect
from crawler.text import readable
from crawler.version import __version__
from crawler.words import Words
from crawler.xmltext import escape

MAX_ENTRIES: Final = 500
"""Entries of a feed; older changes are counted in its subtitle."""

# A namespace of ours (RFC 9562 §5.5): made up once, and never to be another.
_OURS: Final = UUID("2d0c7a0e-5f0b-4f43-9a54-6d2b4c1f7e11")
_RANKS: Final = {kind: rank for rank, kind in enumerate(Change)}
_TITLES: Final = {
    Change.BROKEN: "Broken",
    Change.DRIFTED: "Another page than before",
    Change.FLAKY: "Now there, now not",
    Change.MOVED: "Moved for good",
    Change.IGNORE_EXPIRED: "Ignore ended",
    Change.RECOVERED: "Recovered",
}
# Longer than a title is cut: sentences hold two of them, and addresses are to be whole.
_MAX_TEXT: Final = 2_000
_MAX_URL: Final = 65_536


@dataclass(frozen=True, slots=True)
class _Item:
    """A change on its way into the feed."""

    id: str
    at: datetime
    change: Transition


def render(report: Report, _aspect: Aspect, words: Words) -> Iterator[str]:
    """Render the changes of a report, whatever of it is asked for: a feed is of nothing else."""
    items = _items(report)
    updated = items[0].at if items else _told_at(report)
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(words.language)}">\n'
        f" <id>{_feed_id(report)}</id>\n"
        f" <title>{escape(words('Links: what has changed'))}</title>\n"
    )
    told = list(map(words, report.chosen))
    if (more := len(items) - MAX_ENTRIES) > 0:
        are = "is" if more == 1 else "are"
        told.append(words(f"The newest {MAX_ENTRIES} changes; {more} more {are} left out."))
    if told:
        yield f" <subtitle>{escape(' '.join(told), _MAX_TEXT)}</subtitle>\n"
    yield (
        f" <updated>{_moment(updated)}</updated>\n"
        " <author><name>crawl</name></author>\n"
        f' <generator version="{escape(__version__)}">crawl</generator>\n'
    )
    for item in items[:MAX_ENTRIES]:
        yield _entry(item, words)
    yield "</feed>\n"


def _items(report: Report) -> list[_Item]:
    """Return the changes with their ids, the newest first."""
    named = Counter[str]()
    items = []
    for change in report.changes or ():
        name = _name(change)
        # Two comments of a document may say the same: what is left to tell them is their order.
        number = f"\n{named[name]}" if named[name] else ""
        named[name] += 1
        at = change.at or _told_at(report)
        items.append(_Item(_urn(f"{name}{number}"), at, change))
    return sorted(items, key=_order)


def _order(item: _Item) -> tuple[float, int, str, str]:
    return -item.at.timestamp(), _RANKS[item.change.kind], str(item.change.url or ""), item.id


def _name(change: Transition) -> str:
    """Return what makes a change this one: of a link its moment, of an ignore its last day."""
    if change.ignore:
        said = change.ignore
        return f"{change.kind}\n{said.document}\n{said.until}\n{said.reason}"
    return f"{change.kind}\n{change.url}\n{change.at and _moment(change.at)}"


def _feed_id(report: Report) -> str:
    """Return the feed's own id; without a history there is nothing that lasts but the run."""
    return _urn(f"feed\n{report.origin or report.run.id}")


def _urn(name: str) -> str:
    # Names of files may hold octets that are no text: lone surrogates stand for them.
    return uuid5(_OURS, name.encode("utf-8", "backslashreplace").decode()).urn


def _told_at(report: Report) -> datetime:
    return report.run.finished_at or report.run.started_at


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(item: _Item, words: Words) -> str:
    change = item.change
    name = named_ignore(change.ignore) if change.ignore else str(change.url)
    title = f"{words(f'{_TITLES[change.kind]}:')} {name}"  # of one link, as languages bend it
    links = (("alternate", change.url), ("related", change.replacement))
    lines = "\n".join(escape(each, _MAX_TEXT) for each in _lines(change, words))
    return "".join((
        " <entry>\n",
        f"  <id>{item.id}</id>\n",
        f'  <title type="text">{escape(title, _MAX_URL)}</title>\n',
        f"  <updated>{_moment(item.at)}</updated>\n",
        *(_link(rel, str(url)) for rel, url in links if url),
        f'  <category term="{escape(change.kind)}"/>\n',
        f'  <summary type="text">{escape(words(change.sentence), _MAX_TEXT)}</summary>\n',
        # An entry that has no page of its own must have content (RFC 4287 §4.1.2).
        f'  <content type="text">{lines}</content>\n',
        " </entry>\n",
    ))  # fmt: skip


def _link(rel: str, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        return ""
    return f'  <link rel="{rel}" href="{escape(url, _MAX_URL)}"/>\n'


def _lines(change: Transition, words: Words) -> Iterator[str]:
    yield words(change.sentence)
    if change.history:
        yield words(change.history)
    if change.replacement:
        yield f"→ {change.replacement}"
    yield from map(_place, change.places)
    if (more := change.written - len(change.places)) > 0:
        yield words(f"and {more} more places")


def _place(place: Occurrence) -> str:
    where = f"{place.document}:{place.span.line}:{place.span.column}"
    return f"{where} “{readable(place.text)}”" if place.text else where
