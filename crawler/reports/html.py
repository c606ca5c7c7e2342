"""HTML: one file that shows what broke, since when, where it stands and what to do about it.

It needs nothing but itself and fetches nothing. Strangers' text is text wherever it stands, for
`tags.py` alone makes markup. Everything can be read without the script, which only chooses.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Final

from crawler.bulletin import bulletin
from crawler.catalogue import Resource, chapters
from crawler.charts import class_of
from crawler.controls import controls
from crawler.dossier import Sources, told
from crawler.drafts import Entry
from crawler.dress import dress, manners
from crawler.masthead import course, figure, masthead
from crawler.model import Change, Chronicle, Health, Outcome, Report
from crawler.outline import Aspect, Outline, Section, outline
from crawler.roll import KINDS, Line, Roll, taken_down
from crawler.rollcall import tables
from crawler.tags import NOTHING, Markup, address, end, escape, link, slug, start, tag, theirs
from crawler.text import readable, shown_name
from crawler.version import __version__
from crawler.words import Words

# What has become of links, and the kinds that they are of now.
_CHANGED: Final[Mapping[str, str]] = {
    Change.DRIFTED: Health.DRIFTED,
    Change.FLAKY: Health.FLAKY,
    Change.MOVED: Outcome.REDIRECTED,
    Change.RECOVERED: Outcome.OK,
}
_MANY: Final = 1000  # links of which the browser is to lay out only those that are near
_FEW: Final = 8  # changes of a kind that are shown; further ones are folded
_WITH_ALL_LINKS: Final = frozenset({Aspect.TROUBLE, Aspect.ALL})


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render a page of one aspect."""
    if aspect is Aspect.CATALOGUE:
        return _catalogue(report, words)
    if aspect is Aspect.CHANGES:
        return _news(bulletin(report), report, words)
    return _whole(report, aspect, words)


def _whole(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    roll = Roll(report.remembers)
    said = outline(taken_down(report, roll), aspect)
    anchors = _anchors(said.sections)
    lines = roll.lines()
    chronicle = report.chronicle or Chronicle()
    sources = Sources(roll, words, chronicle.glances)
    yield from _head(said.heading, words)
    yield from masthead(report, said, roll, words)
    news, past = "".join(_changes(report, anchors, words)), course(report, roll, words)
    both = "front two" if news and past else "front"
    yield tag("div", Markup(news), past, class_=both)
    yield start("div", id="links", class_="many" if len(lines) > _MANY else None)
    if lines:
        yield from controls(lines, roll.documents, words)
    for section in said.sections:
        yield from _section(section, anchors, sources)
    if aspect in _WITH_ALL_LINKS and lines:
        yield from _all_links(lines, {_kind(section) for section in said.sections}, words)
    yield tag("p", words("No link is like that."), id="nothing", hidden=True)
    yield end("div")
    yield from _foot(report, words)


def _news(said: Outline, report: Report, words: Words) -> Iterator[str]:
    sources = Sources(Roll(remembers=False), words)
    yield from _head(said.heading, words)
    title = tag("h1", words(said.summary))
    yield tag("header", tag("p", words(said.heading), class_="kicker"), title, class_="masthead")
    if notes := [tag("li", readable(words(note))) for note in said.notes]:
        yield tag("ul", *notes, class_="notes")
    yield start("div", id="links")
    for section in said.sections:
        yield from _section(section, {}, sources)
    yield end("div")
    yield from _foot(report, words)


def _head(title: str, words: Words) -> Iterator[str]:
    yield "<!doctype html>\n"
    yield f'{start("html", lang=words.language)}\n<head>\n<meta charset="utf-8">\n'
    yield dress()
    yield tag("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield tag("meta", name="color-scheme", content="light dark")
    yield tag("meta", name="referrer", content="no-referrer")
    yield f"\n{tag('title', words(title))}\n</head>\n<body>\n"
    yield tag("a", words("To the links"), href="#links", class_="skip")
    yield start("main")


def _foot(report: Report, words: Words) -> Iterator[str]:
    run = words(f"Run {report.run.id}, crawl {__version__}.")
    yield f"{end('main')}\n{tag('footer', tag('p', run))}\n"
    yield manners()
    yield "</body>\n</html>\n"


def _anchors(sections: Iterable[Section]) -> dict[str, str]:
    """Give each link that has an entry a name on the page: its first entry's."""
    numbers, anchors = count(1), dict[str, str]()
    for entry in (entry for section in sections for entry in section.entries):
        if entry.url not in anchors:
            anchors[entry.url] = f"e-{next(numbers)}"
    return anchors


def _changes(report: Report, anchors: Mapping[str, str], words: Words) -> Iterator[Markup]:
    """Yield what has changed, each in a line; whoever has an entry is told more there."""
    sections = bulletin(report).sections
    if not sections:
        return
    number = sum(len(section.entries) for section in sections)
    yield start("section", class_="changes", id="changes", aria_labelledby="h-changes")
    yield tag("h2", words("What changed"), " ", tag("b", figure(number)), id="h-changes")
    for section in sections:
        kind = _kind(section) or _CHANGED.get(section.entries[0].code)
        yield tag("h3", _dot(kind), words(section.title))
        lines = [_change(entry, anchors.get(entry.url), words) for entry in section.entries]
        yield tag("ul", *lines[:_FEW])
        if rest := lines[_FEW:]:
            yield tag("details", tag("summary", words(f"{len(rest)} more")), tag("ul", *rest))
    yield end("section")


def _change(entry: Entry, anchor: str | None, words: Words) -> Markup:
    name = tag("span", entry.url, class_="url")
    if anchor:
        name = tag("a", address(entry.url), href=f"#{anchor}", class_="url")
    elif entry.followable:
        name = link(entry.url)
    shown = NOTHING
    if entry.replacement and not entry.followable:  # what was written into a document
        shown = tag("p", "→ ", tag("span", entry.replacement, class_="url"))
    return tag("li", name, shown, tag("p", readable(words(entry.sentence))))


def _dot(kind: str | None) -> Markup:
    return tag("i", class_=f"dot {class_of(kind)}", aria_hidden="true") if kind else NOTHING


def _kind(section: Section) -> str | None:
    """Return the kind of links that a section is of, if they are of one."""
    name = section.title.lower()
    return name if name in KINDS else section.outcome


def _section(section: Section, anchors: dict[str, str], sources: Sources) -> Iterator[str]:
    words, kind = sources.words, _kind(section)
    # Figures lead to `#kind=broken`: without the script that is where those links are.
    name = f"kind={slug(kind)}" if kind else f"s-{slug(section.title)}"
    yield start("section", class_="entries", id=name, aria_labelledby=f"h-{slug(section.title)}")
    number = tag("b", figure(len(section.entries)), class_="number")
    title = (_dot(kind), words(section.title), " ", number)
    yield tag("h2", *title, id=f"h-{slug(section.title)}")
    yield tag("p", words(section.words), class_="words")
    for document, entries in section.groups():
        yield tag("h3", shown_name(document)) if document else NOTHING
        heading = "h4" if document else "h3"
        yield start("ol")
        for entry in entries:
            yield told(entry, anchors.pop(entry.url, None), heading, sources)
            yield "\n"
        yield end("ol")
    yield end("section")


def _all_links(lines: Sequence[Line], told: Container[str | None], words: Words) -> Iterator[str]:
    yield start("section", class_="roll", id="all", aria_labelledby="h-all")
    number = tag("b", figure(len(lines)), class_="number")
    yield tag("h2", words("All links"), " ", number, id="h-all")
    yield from tables(lines, told, words)
    yield end("section")


def _catalogue(report: Report, words: Words) -> Iterator[str]:
    when = report.run.finished_at or report.run.started_at
    yield from _head("Catalogue", words)
    kicker = tag("p", f"{when:%Y-%m-%d}", class_="kicker")
    yield tag("header", kicker, tag("h1", words("Catalogue")), class_="masthead")
    yield start("div", id="links")
    document = None
    for chapter in chapters(report):
        if chapter.document != document:
            document = chapter.document
            yield tag("h2", shown_name(document))
        yield tag("h3", theirs(chapter.section)) if chapter.section else NOTHING
        yield tag("ul", *(_resource(each, words) for each in chapter.resources), class_="resources")
    yield end("div")
    yield from _foot(report, words)


def _resource(resource: Resource, words: Words) -> Markup:
    facts = resource.facts
    told = [theirs(each) for each in resource.remarks]
    if resource.trouble:
        told.append(escape(words(resource.trouble)))
    return tag(
        "li",
        tag("p", theirs(resource.name, facts.language)),
        link(resource.url),
        tag("p", Markup(" · ".join(told)), class_="remarks"),
    )
