"""One entry of a report as HTML: what is wrong, since when, what to write instead, and the proof.

What a maintainer needs is there to be seen; what whoever doubts it needs opens on a click.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from crawler.charts import MOST_LOOKS, looks
from crawler.drafts import Entry
from crawler.explanations import explained
from crawler.model import Glance, Observation, Occurrence, Outcome, PageFacts, Row, Via
from crawler.reasons import BY_CODE
from crawler.roll import LABELS, Line, Roll, counted
from crawler.tags import NOTHING, Markup, dated, joined, link, slug, tag, theirs
from crawler.text import clean, readable, shown_name
from crawler.urls import Target, Url
from crawler.words import Words

_SHOWN_PLACES: Final = 6
_TO_DO: Final = frozenset({Outcome.BROKEN, Outcome.INVALID, Outcome.UNSAFE})
_FACTS: Final = (
    ("Title", "title"),
    ("Description", "description"),
    ("Site", "site"),
    ("Author", "author"),
    ("Published", "published"),
    ("Modified", "modified"),
    ("Archived", "archived"),
    ("Licence", "licence"),
    ("Type", "type"),
    ("Content type", "content_type"),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What entries are told from."""

    roll: Roll
    words: Words
    glances: Mapping[Url, Sequence[Glance]] = field(default_factory=dict)


def told(entry: Entry, anchor: str | None, heading: str, sources: Sources) -> Markup:
    """Tell an entry; `anchor` names it on the page, `heading` is what its own is: `h3`."""
    words, row = sources.words, sources.roll.rows.get(entry.url)
    lines = [sources.roll.line_of(row)] if row else []
    # Several links of a host that have a reason in common.
    if not lines and not entry.followable:
        lines = sources.roll.of_host(entry.url, entry.code)
    began = lines[0].since if row else None
    return tag(
        "li",
        tag(heading, link(entry.url) if entry.followable else tag("span", entry.url, class_="url")),
        tag("p", readable(words(entry.sentence)), " ", tag("code", entry.code), class_="why"),
        _looks_of(entry, row, sources),
        *_cures(entry, words),
        _places(entry, words),
        NOTHING if row or not lines else _links(lines, words),
        _evidence(entry, row, sources),
        class_="entry",
        id=anchor,
        data_kind=slug(lines[0].kind) if lines else None,
        data_host=lines[0].host if lines else None,
        data_since=f"{began:%Y-%m-%d}" if began else None,
        data_in=" ".join(map(str, sorted({each for line in lines for each in line.documents}))),
    )


def _looks_of(entry: Entry, row: Row | None, sources: Sources) -> Markup:
    """Return the latest looks at a link as a chart, beside what they come to."""
    glances = _glances(row, sources) if entry.followable else ()
    chart = looks(glances, _named(glances, sources.words)) if len(glances) > 1 else NOTHING
    history = tag("span", dated(sources.words(entry.history))) if entry.history else NOTHING
    return tag("p", chart, history, class_="history") if chart or history else NOTHING


def _glances(row: Row | None, sources: Sources) -> Sequence[Glance]:
    target = row.place.target if row else None
    return sources.glances.get(target.url, ()) if isinstance(target, Target) else ()


def _named(glances: Sequence[Glance], words: Words) -> str:
    shown = glances[-MOST_LOOKS:]
    found = Counter(each.outcome for each in shown)
    told = ", ".join(counted(found[each], each, words) for each in Outcome if found[each])
    days = f"{shown[0].at:%Y-%m-%d} \N{EN DASH} {shown[-1].at:%Y-%m-%d}"
    return f"{words(f'The last {len(shown)} looks')}, {days}: {told}"


def _cures(entry: Entry, words: Words) -> Iterator[Markup]:
    """Yield what can be done, ready to be copied where it is an address."""
    if entry.replacement:
        yield _fix(words("Write instead"), entry.replacement, words)
    if entry.copy and entry.copy.replacement:
        yield _fix(words(entry.copy.message), entry.copy.replacement, words)
    reason = BY_CODE.get(entry.code)
    if reason and reason.outcome in _TO_DO and not entry.replacement and not entry.copy:
        yield tag("p", words(reason.cure), class_="cure")


def _fix(label: str, url: str, words: Words) -> Markup:
    button = tag(
        "button", words("Copy address"), tag("span", f" {url}", class_="unseen"), type="button",
        class_="copy", data_copy=url, data_done=words("Copied"), aria_live="polite", hidden=True,
    )  # fmt: skip
    return tag("p", tag("span", label, class_="label"), " ", link(url), button, class_="fix")


def _places(entry: Entry, words: Words) -> Markup:
    if not entry.places:
        return NOTHING
    shown = [tag("li", place(each)) for each in entry.places]
    first, rest = shown[:_SHOWN_PLACES], shown[_SHOWN_PLACES:]
    left = entry.written - len(entry.places)
    left_out = "and 1 more place" if left == 1 else f"and {left} more places"
    more = tag("li", words(left_out), class_="left") if left else NOTHING
    if not rest:
        return tag("ul", *first, more, class_="places")
    folded = entry.written - len(first)
    title = words("1 more place" if folded == 1 else f"{folded} more places")
    box = tag("details", tag("summary", title), tag("ul", *rest, more, class_="places"))
    return joined(tag("ul", *first, class_="places"), box)


def place(where: Occurrence) -> Markup:
    """Show where a link stands, and its label."""
    position = f"{shown_name(where.document)}:{where.span.line}:{where.span.column}"
    label = joined(Markup(" <q>"), theirs(where.text), Markup("</q>")) if where.text else NOTHING
    return joined(tag("code", position), label)


def _evidence(entry: Entry, row: Row | None, sources: Sources) -> Markup:
    words = sources.words
    facts = [*_why(entry, row, words)]
    if row and row.observation and entry.followable:
        facts += [*_look(row.observation, words), *_page(row.observation.facts, words)]
    facts += _row_facts(row, entry, sources)
    if not facts:
        return NOTHING
    title = tag("summary", words("Evidence"))
    return tag("details", title, tag("dl", *facts), class_="evidence")


def _fact(name: str, *shown: str) -> Markup:
    return joined(tag("dt", name), tag("dd", *shown))


def _why(entry: Entry, row: Row | None, words: Words) -> Iterator[Markup]:
    """Yield why it was judged so, at length: nobody is to look up what a word of ours means."""
    advice = row is not None and any(each.name == entry.code for each in row.findings)
    # `empty` is the code of a reason, too.
    said = explained(entry.code, words, "advice" if advice else None)
    if said is None:
        return
    certainty = f" ({words(row.verdict.confidence)})" if row and entry.code in BY_CODE else ""
    yield _fact(words("Judged"), tag("code", entry.code), certainty)
    yield _fact(words("That means"), said.text)
    yield _fact(words("What to do"), said.cure)


def _look(look: Observation, words: Words) -> Iterator[Markup]:
    answer = str(look.status) if look.status else words("no answer")
    yield _fact(words("Last look"), _moment(look.at), f": {answer}{_cost(look, words)}")
    if look.hops:
        steps = [
            tag("li", _hop_words(hop.status, hop.via), link(str(hop.url))) for hop in look.hops
        ]
        last = tag("li", "→ ", link(str(look.final_url))) if look.final_url else NOTHING
        yield _fact(words("The way"), tag("ol", *steps, last, class_="hops"))
    elif look.final_url and look.final_url != look.url:
        yield _fact(words("Leads to"), link(str(look.final_url)))
    if look.missing_fragments:
        yield _fact(words("Not on page"), clean(", ".join(look.missing_fragments)))


def _cost(look: Observation, words: Words) -> str:
    if not look.attempts:
        return f"; {words('not asked')}"
    tries = "1 attempt" if look.attempts == 1 else f"{look.attempts} attempts"
    stack = f", {look.http_stack}" if look.http_stack else ""
    return f"; {words(tries)}, {look.elapsed_ms} ms{stack}"


def _hop_words(status: int | None, via: Via) -> str:
    how = "" if via is Via.HTTP else str(via)
    return " ".join(filter(None, (str(status or ""), how))) + " "


def _page(facts: PageFacts, words: Words) -> Iterator[Markup]:
    for label, name in _FACTS:
        if value := getattr(facts, name):
            yield _fact(words(label), theirs(value, facts.language))
    if facts.language:
        declared, detected = facts.language_declared, facts.language_detected
        two = declared and detected and declared != detected
        more = words(f"declared {declared}, the text is in {detected}") if two else ""
        yield _fact(words("Language"), theirs(facts.language), f" ({more})" if more else "")
    if facts.canonical_url:
        yield _fact(words("Canonical"), link(facts.canonical_url))
    for feed in facts.feeds:
        yield _fact(words("Feed"), link(feed))


def _row_facts(row: Row | None, entry: Entry, sources: Sources) -> Iterator[Markup]:
    words, state = sources.words, row.state if row else None
    if state and entry.followable:
        yield _fact(words("Health"), words(f"{state.health} since {state.since:%Y-%m-%d}"))
        if state.last_ok_at:
            yield _fact(words("Last good"), _moment(state.last_ok_at))
    if entry.followable and (glances := _glances(row, sources)):
        title = "The one look" if len(glances) == 1 else f"All {len(glances)} looks"
        yield _fact(words(title), _streaks(glances, words))
    said = {entry.code, entry.copy.name if entry.copy else ""}
    advice = (each for each in row.findings if each.name not in said) if row else ()
    for finding in advice:
        more = link(finding.replacement) if finding.replacement else ""
        yield _fact(words("Advice"), words(finding.message), " ", more)


def _streaks(glances: Sequence[Glance], words: Words) -> Markup:
    """Tell looks that came to the same, one after the other, as one."""
    lines = []
    for outcome, several in groupby(glances, lambda each: each.outcome):
        alike = list(several)
        first, last = (f"{each.at:%Y-%m-%d}" for each in (alike[0], alike[-1]))
        days = first if first == last else f"{first} \N{EN DASH} {last}"
        number = "one look" if len(alike) == 1 else f"{len(alike)} looks"
        dot = tag("i", class_=f"dot k-{slug(outcome)}", aria_hidden="true")
        lines.append(tag("li", dot, f"{days}: {words(LABELS[outcome])}, {words(number)}"))
    return tag("ol", *lines, class_="streaks")


def _moment(at: datetime) -> Markup:
    return tag("time", f"{at:%Y-%m-%d %H:%M}", datetime=f"{at:%Y-%m-%dT%H:%M:%SZ}")


def _links(lines: Sequence[Line], words: Words) -> Markup:
    items = [tag("li", link(line.name)) for line in lines]
    title = tag("summary", words(f"The {len(items)} links"))
    return tag("details", title, tag("ul", *items, class_="links"))
