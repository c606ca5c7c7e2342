"""The story of one link for people: where it stands, what its page is, where it is, its timeline.

Strangers' text is cleaned here, each piece once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from crawler.archiving import Errand
from crawler.beliefs import drift_words, history_of
from crawler.explanations import cure
from crawler.ink import LINK, PLAIN, Line, Paper, escape, inked
from crawler.model import Finding, Health, Observation, Occurrence, Outcome, PageFacts
from crawler.reasons import BY_CODE
from crawler.settings import HealthSettings
from crawler.story import Story, moments_of, told_at
from crawler.story_timeline import HEALTH_STYLES, called, copy_words, timeline_lines
from crawler.text import clean, wrapped
from crawler.timeline import sign
from crawler.whereabouts import Room, whereabouts
from crawler.words import ENGLISH, Words

_NAMES: Final = 12
_INDENT: Final = " " * (_NAMES + 3)
_SHOWN_PLACES: Final = 40  # lines
_SHOWN_LOOKS: Final = 40
_MARKS: Final = {"+": ("✓", "green"), "-": ("✗", "red"), ".": ("·", "dim")}
_BY_ALL_LOOKS: Final = frozenset({Health.BROKEN, Health.FLAKY, Health.DRIFTED})
_ERRANDS: Final = {Errand.FIND: "Copy", Errand.SAVE: "Saved"}


def story_text(story: Story, settings: HealthSettings | None = None) -> str:
    """Tell a story as a pipe takes it."""
    return "".join(inked(story_lines(story, settings or HealthSettings()), PLAIN))


def story_lines(
    story: Story,
    settings: HealthSettings,
    paper: Paper = PLAIN,
    words: Words = ENGLISH,
    *,
    all_looks: bool = False,
) -> Iterator[Line]:
    """Tell a story; `all_looks`: each by itself, and not in stretches that say the same."""
    yield ((clean(str(story.url), 2048), f"bold {LINK}"),)
    yield from _stands(story, paper, words)
    yield from _page(story, paper, words)
    yield ()
    yield ((words("Places"), "bold"),)
    yield from _places(story, paper, words)
    yield ()
    number = len(story.looks)
    heading = f"Timeline of {number} looks" if number > 1 else "Timeline"
    yield ((words(heading), "bold"),)
    told = moments_of(story, settings)
    yield from timeline_lines(told, story, paper.width, words, all_looks=all_looks)


def _stands(story: Story, paper: Paper, words: Words) -> Iterator[Line]:
    """Say where it stands: what is believed of it and why, and what to do."""
    latest, state = story.latest, story.state
    if state:
        style = HEALTH_STYLES[state.health]
        yield from _told("Health", f"{state.health} since {_day(state.since)}", paper, words, style)
        yield from _told("", history_of(state), paper, words)
        yield from _told("", drift_words(state, latest) if latest else "", paper, words)
    if latest:
        yield from _judged(story, latest, paper, words)
    if story.looks:
        yield from _spark(story.looks, paper, words)
    for copy in story.copies:
        yield from _told(_ERRANDS[copy.errand], copy_words(copy), paper, words)
        if copy.copy_url:
            yield _address("", str(copy.copy_url))


def _judged(story: Story, latest: Observation, paper: Paper, words: Words) -> Iterator[Line]:
    verdict = latest.verdict
    looked = f"{called(verdict)} ({verdict.confidence}), {latest.at:%Y-%m-%d %H:%M} UTC"
    yield from _told("Verdict", looked, paper, words)
    yield from _told("", verdict.detail, paper, words)
    if not _is_good(latest) and any(map(_is_good, story.looks)):  # else its page is told below
        yield from _fact(words("It says"), latest.facts.title, paper)
    if latest.hops and latest.final_url:
        yield _address(words("Leads to"), str(latest.final_url))
    yield from _fact(words("What to do"), _cure(story, latest, words), paper)
    for finding in _findings(story, latest):
        yield from _told("Advice", finding.message, paper, words)
        if finding.replacement:
            yield _address(words("Write"), finding.replacement, "green")
    missing = ", ".join(f"#{part}" for part in latest.missing_fragments)
    yield from _fact(words("Not on page"), missing, paper)


def _cure(story: Story, latest: Observation, words: Words) -> str:
    """Say what to do: about what all looks agree on, where the latest alone says something else."""
    verdict, health = latest.verdict, story.state.health if story.state else Health.UNKNOWN
    if health in _BY_ALL_LOOKS and verdict.outcome is not Outcome.BROKEN:
        return cure(health, words, "beliefs")
    return words(BY_CODE[verdict.reason].cure)


def _page(story: Story, paper: Paper, words: Words) -> Iterator[Line]:
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
    if facts := list(_facts(look.facts, paper, words)):
        yield ()
        yield ((words(heading), "bold"),)
        yield from facts


def _is_good(look: Observation) -> bool:
    return sign(look) == "+"


def _facts(page: PageFacts, paper: Paper, words: Words) -> Iterator[Line]:
    yield from _fact(words("Title"), page.title, paper)
    yield from _fact(words("Language"), _language(page, words), paper)
    yield from _fact(words("Description"), page.description, paper)
    for name in ("site", "author", "published", "modified", "archived"):
        label = "Archived on" if name == "archived" else name.capitalize()
        yield from _fact(words(label), getattr(page, name), paper)
    yield from _fact(words("Licence"), page.licence, paper)
    for name, url in (("Canonical", page.canonical_url), ("Image", page.image)):
        if url:
            yield _address(words(name), url)
    for feed in page.feeds:
        yield _address(words("Feed"), feed)
    kind = " · ".join(filter(None, (page.type, page.content_type)))
    yield from _fact(words("Type"), kind, paper)


def _told(name: str, sentence: str, paper: Paper, words: Words, style: str = "") -> Iterator[Line]:
    """Return the lines of a sentence of ours."""
    return _fact(words(name), words(sentence), paper, style)


def _fact(name: str, value: str | None, paper: Paper, style: str = "") -> Iterator[Line]:
    if not (value and (shown := clean(value, 2048))):
        return
    first = f"  {name:<{_NAMES}} "
    text = wrapped(shown, first, _INDENT, paper.width)
    yield (first, "dim"), (text.removeprefix(first), style)


def _address(name: str, url: str, style: str = "") -> Line:
    """Return the line of a URL, which stays whole: it is to be copied, or followed."""
    return (f"  {name:<{_NAMES}} ", "dim"), (clean(url, 2048), f"{style} {LINK}")


def _spark(looks: Sequence[Observation], paper: Paper, words: Words) -> Iterator[Line]:
    """Show how the last looks went, one sign for each, and say the same in words."""
    signs = "".join(map(sign, looks))[-min(_SHOWN_LOOKS, paper.width - len(_INDENT)) :]
    numbers = Counter(signs)
    named = (("good", "+"), ("bad", "-"), ("unclear", "."))
    counts = ", ".join(f"{numbers[each]} {name}" for name, each in named if numbers[each])
    which = f"the last {len(signs)}" if len(looks) > len(signs) else f"all {len(signs)}"
    groups = [(_MARKS[each], len(list(group))) for each, group in groupby(signs)]
    drawn = ((mark * number, style) for (mark, style), number in groups)
    told = words(f"{which}: {counts}")
    room = paper.width - len(_INDENT) - len(signs) - 2
    between = "  " if len(told) <= room else f"\n{_INDENT}"
    yield ((f"  {words('Looks'):<{_NAMES}} ", "dim"), *drawn, (f"{between}{told}", ""))


def _places(story: Story, paper: Paper, words: Words) -> Iterator[Line]:
    if not story.places:
        yield ((f"  {words('none: no document has it any more')}", ""),)
    room = Room("  ", paper.width, _SHOWN_PLACES)
    label = partial(_label, story=story, words=words)
    yield from whereabouts(story.places, len(story.places), label, room, words)


def _label(place: Occurrence, story: Story, words: Words) -> str:
    label, section, why = escape(place.text), escape(place.section), story.left_out.get(place)
    inside = section and words(f"(in {section})")
    told = f"left out ({escape(why)})" if why else "left out"
    return "  ".join(filter(None, (label, inside, "" if why is None else words(told))))


def _findings(story: Story, latest: Observation) -> Iterator[Finding]:
    """Yield the advice of the latest look, then that on places; what many share is told once."""
    at_places = (finding for place in story.places for finding in told_at(place, story))
    yield from dict.fromkeys((*latest.findings, *at_places))


def _language(page: PageFacts, words: Words) -> str | None:
    declared, detected = page.language_declared, page.language_detected
    if declared and detected and declared != detected:
        return words(f"{page.language} (declared {declared}, the text is in {detected})")
    return page.language


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
