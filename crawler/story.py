"""The story of one link: where it stands, every look at it, and why it was judged so."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from crawler.archiving import ARCHIVE, ArchivedCopy, Came, Copies, Errand, sentence
from crawler.at_places import advise_place
from crawler.beliefs import drift_words, history_of
from crawler.model import Finding, LinkState, Observation, Occurrence, PageFacts, Verdict, Via
from crawler.reasons import BY_CODE
from crawler.text import clean, readable, shown_name, wrapped
from crawler.urls import Url

if TYPE_CHECKING:
    from crawler.records import Record

_WIDTH: Final = 12


@dataclass(frozen=True, slots=True)
class Story:
    """All that a history holds of one URL. Looks are in order, oldest first."""

    url: Url
    looks: tuple[Observation, ...]
    places: tuple[Occurrence, ...]
    state: LinkState | None
    copies: Copies = ()

    @property
    def latest(self) -> Observation | None:
        """The look that the state is of: not one of a night when the clock was ahead."""
        if self.state is None:
            return self.looks[-1] if self.looks else None
        past = (look for look in reversed(self.looks) if look.at <= self.state.checked_at)
        return next(past, None)


def story_record(story: Story) -> "Record":
    """Return a story as plain data."""
    from crawler.records import drift, look_record, stamp  # noqa: PLC0415 - the text needs none

    state = story.state
    return {
        "url": str(story.url),
        "health": state.health if state else None,
        "failing_since": stamp(state.failing_since) if state else None,
        "last_ok_at": stamp(state.last_ok_at) if state else None,
        "drift": drift(state, story.latest),
        "archived_copies": [_copy_record(copy) for copy in story.copies],
        "places": [_place_record(place, story) for place in story.places],
        "looks": [look_record(look) for look in story.looks],
    }


def _place_record(place: Occurrence, story: Story) -> "Record":
    from crawler.records import occurrence_record  # noqa: PLC0415

    findings = [asdict(finding) for finding in _told_at(place, story)]
    return {**occurrence_record(place), "findings": findings}


def _copy_record(copy: ArchivedCopy) -> "Record":
    from crawler.records import stamp  # noqa: PLC0415

    return {
        **{name: getattr(copy, name) for name in ("errand", "basis", "came")},
        **{name: stamp(getattr(copy, name)) for name in ("wanted_at", "asked_at", "copy_at")},
        "copy_url": str(copy.copy_url) if copy.copy_url else None,
    }


def story_text(story: Story) -> str:
    """Tell a story to people."""
    facts = [
        wrapped(value, f"  {name:<{_WIDTH}} ", " " * (_WIDTH + 3))
        for name, value in _facts(story)
        if value
    ]
    places = [f"  {_place(place)}" for place in story.places]
    looks = [line for look in story.looks for line in _look(look)]
    lines = [
        str(story.url),
        *facts,
        "",
        "Places",
        *(places or ["  none: no document has it any more"]),
        "",
        "Looks",
        *(looks or ["  none yet"]),
    ]
    return "\n".join(lines) + "\n"


def _facts(story: Story) -> Iterator[tuple[str, str | None]]:
    latest = story.latest
    if latest:
        page = latest.facts
        yield "Title", page.title
        yield "Language", _language(page)
        yield "Description", page.description
        yield "Site", page.site
        yield "Author", page.author
        yield "Published", page.published
        yield "Modified", page.modified
        yield "Archived", page.archived
        yield "Licence", page.licence
        yield "Canonical", page.canonical_url
        yield "Image", page.image
        yield from (("Feed", feed) for feed in page.feeds)
        yield "Type", " · ".join(filter(None, (page.type, page.content_type)))
    if story.state:
        yield "Health", f"{story.state.health} since {_day(story.state.since)}"
        yield "", history_of(story.state)
        if latest:
            yield "", drift_words(story.state, latest)
    for copy in story.copies:
        yield _ERRANDS[copy.errand], _copy(copy)
        yield "", str(copy.copy_url) if copy.copy_url else None
    if latest:
        verdict = latest.verdict
        yield "Verdict", f"{_called(verdict)} ({verdict.confidence})"
        yield "", verdict.detail
        yield "What to do", BY_CODE[verdict.reason].cure
        for finding in _findings(story, latest):
            yield "Advice", finding.message
            yield "", f"→ {finding.replacement}" if finding.replacement else None
        missing = (f"#{part}" for part in latest.missing_fragments)
        yield "Not on page", clean(", ".join(missing))


_ERRANDS: Final = {Errand.FIND: "Copy", Errand.SAVE: "Saved"}


def _copy(copy: ArchivedCopy) -> str:
    if copy.came is Came.COPY:
        return sentence(copy)
    day = _day(copy.asked_at)
    if copy.came is Came.NONE:
        return f"none at {ARCHIVE}, asked on {day}"
    return f"not known yet: {ARCHIVE} did not tell on {day}"


def _findings(story: Story, latest: Observation) -> Iterator[Finding]:
    """Yield the advice of the latest look, then that on places; what many share is told once."""
    at_places = (finding for place in story.places for finding in _told_at(place, story))
    yield from dict.fromkeys((*latest.findings, *at_places))


def _told_at(place: Occurrence, story: Story) -> tuple[Finding, ...]:
    return advise_place(place, story.latest) if story.latest else ()


def _language(page: PageFacts) -> str | None:
    declared, detected = page.language_declared, page.language_detected
    if declared and detected and declared != detected:
        return f"{page.language} (declared {declared}, the text is in {detected})"
    return page.language


def _place(place: Occurrence) -> str:
    label, section = clean(readable(place.text)), clean(readable(place.section))
    where = f"{shown_name(place.document)}:{place.span.line}:{place.span.column}"
    return where + (f"  {label}" if label else "") + (f"  (in {section})" if section else "")


def _look(look: Observation) -> Iterator[str]:
    status = f" {look.status}" if look.status else ""
    cost = "not asked"
    if look.attempts:
        tries = "1 attempt" if look.attempts == 1 else f"{look.attempts} attempts"
        cost = f"{tries}, {look.elapsed_ms} ms"
    yield f"  {look.at:%Y-%m-%d %H:%M}  {_called(look.verdict)}{status}  ({cost})"
    for hop in look.hops:
        how = hop.via if hop.via is not Via.HTTP else ""
        yield f"    {' '.join(filter(None, (str(hop.status or ''), how)))} {hop.url}"
    if look.hops and look.final_url:
        yield f"      → {look.final_url}"


def _called(verdict: Verdict) -> str:
    """Name a verdict; "ok, ok" would be one word too many."""
    if verdict.reason == verdict.outcome:
        return verdict.outcome
    return f"{verdict.outcome}, {verdict.reason}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
