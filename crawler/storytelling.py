"""The story of one link for people: where it stands, what its page is, where it is, its timeline.

Strangers' text is cleaned here, each piece once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from crawler.archiving import Errand
from crawler.beliefs import drift_words, history_of
from crawler.ink import LINK, PLAIN, Line, Paper, escape, inked
from crawler.model import Finding, Observation, Occurrence, PageFacts
from crawler.reasons import BY_CODE
from crawler.settings import HealthSettings
from crawler.story import Story, moments_of, told_at
from crawler.story_timeline import HEALTH_STYLES, called, copy_words, timeline_lines
from crawler.text import clean, wrapped
from crawler.timeline import sign
from crawler.whereabouts import Room, whereabouts
from crawler.words import ENGLISH

_NAMES: Final = 12
_INDENT: Final = " " * (_NAMES + 3)
_SHOWN_PLACES: Final = 40  # lines
_SHOWN_LOOKS: Final = 40
_MARKS: Final = {"+": ("✓", "green"), "-": ("✗", "red"), ".": ("·", "dim")}
_ERRANDS: Final = {Errand.FIND: "Copy", Errand.SAVE: "Saved"}


def story_text(story: Story, settings: HealthSettings | None = None) -> str:
    """Tell a story as a pipe takes it."""
    return "".join(inked(story_lines(story, settings or HealthSettings()), PLAIN))


def story_lines(
    story: Story, settings: HealthSettings, paper: Paper = PLAIN, *, all_looks: bool = False
) -> Iterator[Line]:
    """Tell a story; `all_looks`: each by itself, and not in stretches that say the same."""
    yield ((clean(str(story.url), 2048), f"bold {LINK}"),)
    yield from _stands(story, paper)
    yield from _page(story, paper)
    yield ()
    yield (("Places", "bold"),)
    yield from _places(story, paper)
    yield ()
    number = len(story.looks)
    yield ((f"Timeline of {number} looks" if number > 1 else "Timeline", "bold"),)
    told = moments_of(story, settings)
    yield from timeline_lines(told, story, paper.width, all_looks=all_looks)


def _stands(story: Story, paper: Paper) -> Iterator[Line]:
    """Say where it stands: what is believed of it and why, and what to do."""
    latest, state = story.latest, story.state
    if state:
        style = HEALTH_STYLES[state.health]
        yield from _fact("Health", f"{state.health} since {_day(state.since)}", paper, style)
        yield from _fact("", history_of(state), paper)
        yield from _fact("", drift_words(state, latest) if latest else "", paper)
    if latest:
        verdict = latest.verdict
        looked = f"{called(verdict)} ({verdict.confidence}), {latest.at:%Y-%m-%d %H:%M} UTC"
        yield from _fact("Verdict", looked, paper)
        yield from _fact("", verdict.detail, paper)
        if not _is_good(latest):
            yield from _fact("It says", latest.facts.title, paper)
        if latest.hops and latest.final_url:
            yield _address("Leads to", str(latest.final_url))
        yield from _fact("What to do", BY_CODE[verdict.reason].cure, paper)
        for finding in _findings(story, latest):
            yield from _fact("Advice", finding.message, paper)
            if finding.replacement:
                yield _address("Write", finding.replacement, "green")
        missing = ", ".join(f"#{part}" for part in latest.missing_fragments)
        yield from _fact("Not on page", missing, paper)
    if story.looks:
        yield from _spark(story.looks, paper)
    for copy in story.copies:
        yield from _fact(_ERRANDS[copy.errand], copy_words(copy), paper)
        if copy.copy_url:
            yield _address("", str(copy.copy_url))


def _page(story: Story, paper: Paper) -> Iterator[Line]:
    """Say what the page was like when it was last there, which helps to find where it is now."""
    latest = story.latest
    good = next((look for look in reversed(story.looks) if _is_good(look)), None)
    if latest and _is_good(latest):
        heading, look = "The page", latest
    elif good:
        heading, look = f"The page as of {_day(good.at)}", good
    elif latest:
        heading, look = "What answered", latest
    else:
        return
    if facts := list(_facts(look.facts, paper)):
        yield ()
        yield ((heading, "bold"),)
        yield from facts


def _is_good(look: Observation) -> bool:
    return sign(look) == "+"


def _facts(page: PageFacts, paper: Paper) -> Iterator[Line]:
    yield from _fact("Title", page.title, paper)
    yield from _fact("Language", _language(page), paper)
    yield from _fact("Description", page.description, paper)
    for name in ("site", "author", "published", "modified", "archived"):
        yield from _fact(name.capitalize(), getattr(page, name), paper)
    yield from _fact("Licence", page.licence, paper)
    for name, url in (("Canonical", page.canonical_url), ("Image", page.image)):
        if url:
            yield _address(name, url)
    for feed in page.feeds:
        yield _address("Feed", feed)
    yield from _fact("Type", " · ".join(filter(None, (page.type, page.content_type))), paper)


def _fact(name: str, value: str | None, paper: Paper, style: str = "") -> Iterator[Line]:
    if not (value and (shown := clean(value, 2048))):
        return
    first = f"  {name:<{_NAMES}} "
    text = wrapped(shown, first, _INDENT, paper.width)
    yield (first, "dim"), (text.removeprefix(first), style)


def _address(name: str, url: str, style: str = "") -> Line:
    """Return the line of a URL, which stays whole: it is to be copied, or followed."""
    return (f"  {name:<{_NAMES}} ", "dim"), (clean(url, 2048), f"{style} {LINK}")


def _spark(looks: Sequence[Observation], paper: Paper) -> Iterator[Line]:
    """Show how the last looks went, one sign for each, and say the same in words."""
    signs = "".join(map(sign, looks))[-min(_SHOWN_LOOKS, paper.width - len(_INDENT)) :]
    numbers = Counter(signs)
    named = (("good", "+"), ("bad", "-"), ("unclear", "."))
    words = ", ".join(f"{numbers[each]} {name}" for name, each in named if numbers[each])
    which = f"the last {len(signs)}" if len(looks) > len(signs) else f"all {len(signs)}"
    groups = [(_MARKS[each], len(list(group))) for each, group in groupby(signs)]
    drawn = ((mark * number, style) for (mark, style), number in groups)
    told = f"{which}: {words}"
    room = paper.width - len(_INDENT) - len(signs) - 2
    between = "  " if len(told) <= room else f"\n{_INDENT}"
    yield ((f"  {'Looks':<{_NAMES}} ", "dim"), *drawn, (f"{between}{told}", ""))


def _places(story: Story, paper: Paper) -> Iterator[Line]:
    if not story.places:
        yield (("  none: no document has it any more", ""),)
    room = Room("  ", paper.width, _SHOWN_PLACES)
    yield from whereabouts(story.places, len(story.places), _label, room, ENGLISH)


def _label(place: Occurrence) -> str:
    label, section = escape(place.text), escape(place.section)
    return "  ".join(filter(None, (label, section and f"(in {section})")))


def _findings(story: Story, latest: Observation) -> Iterator[Finding]:
    """Yield the advice of the latest look, then that on places; what many share is told once."""
    at_places = (finding for place in story.places for finding in told_at(place, story))
    yield from dict.fromkeys((*latest.findings, *at_places))


def _language(page: PageFacts) -> str | None:
    declared, detected = page.language_declared, page.language_detected
    if declared and detected and declared != detected:
        return f"{page.language} (declared {declared}, the text is in {detected})"
    return page.language


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
