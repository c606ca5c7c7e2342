"""The timeline of a link for people: a line for looks that say the same, and below it what changed.

`timeline.py` says which those are; here they get words and columns.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from crawler.archiving import ARCHIVE, ArchivedCopy, Came, sentence
from crawler.breadth import breadth
from crawler.ink import LINK, Line
from crawler.model import Change, Health, Observation, PageFacts, Transition, Verdict, Via
from crawler.story import Story
from crawler.text import clean, wrapped
from crawler.timeline import Moment, Stretch, sign, singles, stretches, way
from crawler.words import Words

HEALTH_STYLES: Final = {
    Health.HEALTHY: "green", Health.SUSPECT: "yellow", Health.FLAKY: "yellow",
    Health.BROKEN: "bold red", Health.DRIFTED: "bold red", Health.UNKNOWN: "",
}  # fmt: skip
_CHANGE_STYLES: Final = {
    Change.BROKEN: "red", Change.DRIFTED: "red", Change.FLAKY: "yellow", Change.RECOVERED: "green",
}  # fmt: skip
_INDENT: Final = " " * 6
_BEGIN: Final = 10
_END: Final = 40
_PAGES: Final = 3
_MINUTE: Final = "%Y-%m-%d %H:%M"


def timeline_lines(
    told: Iterable[Moment], story: Story, width: int, words: Words, *, all_looks: bool
) -> Iterator[Line]:
    """Tell what happened, the oldest first; `all_looks`: each look by itself, and what it cost."""
    told = list(told)
    found = singles(told) if all_looks else stretches(told)
    if not found:
        yield ((f"  {words('none yet')}", ""),)
    left_out = range(0) if all_looks else range(_BEGIN, len(found) - _END)
    shown = [each for index, each in enumerate(found) if index not in left_out]
    cells = partial(_costs if all_looks else _cells, words=words)
    widths = [max(map(breadth, each)) for each in zip(*map(cells, shown), strict=True)]
    copies = sorted(story.copies, key=lambda copy: copy.asked_at, reverse=True)
    before: Observation | None = None
    for index, stretch in enumerate(found):
        while copies and copies[-1].asked_at < stretch.first.at:
            yield from _copy(copies.pop(), widths, width, words)
        if index in left_out:
            if index == left_out.start:
                yield _left_out([found[each] for each in left_out], words)
        else:
            believed = _believed(stretch.first.health, words)
            yield from _head(believed, cells(stretch), widths, width)
            yield from _details(stretch, before, width, words)
        before = stretch.looks[-1] if stretch.looks else before
    for copy in reversed(copies):
        yield from _copy(copy, widths, width, words)
    yield from _doubt(told, story, width, words)


def called(verdict: Verdict) -> str:
    """Name a verdict; "ok, ok" would be one word too many."""
    if verdict.reason == verdict.outcome:
        return verdict.outcome
    return f"{verdict.outcome}, {verdict.reason}"


def _believed(health: Health | None, words: Words) -> tuple[str, str]:
    """Say what is believed from here on, with its style."""
    return (words(f"→ {health}"), HEALTH_STYLES[health]) if health else ("", "")


def _head(
    health: tuple[str, str], cells: Sequence[str], widths: Sequence[int], width: int
) -> Iterator[Line]:
    """Yield a stretch's line: when, what was seen, how often, and what is believed since then."""
    believed, style = health
    padded = (cell + " " * (room - breadth(cell)) for cell, room in zip(cells, widths, strict=True))
    line = f"  {'  '.join(filter(None, padded))}  "
    if breadth(line) + len(believed) <= width:
        yield (line if believed else line.rstrip(), ""), (believed, style)
    else:
        said = "  ".join(filter(None, (*(cell.strip() for cell in cells), believed)))
        yield ((wrapped(said, "  ", "    ", width), style),)


def _cells(stretch: Stretch, words: Words) -> tuple[str, str, str]:
    number = len(stretch.looks)
    often = " " * (3 - len(str(number))) + words(f"{number} looks") if number > 1 else ""
    return _when(stretch), _what(stretch, words), often


def _costs(stretch: Stretch, words: Words) -> tuple[str, str, str]:
    look = stretch.first.look
    if look is None:
        return _when(stretch), _what(stretch, words), ""
    tries = "1 attempt" if look.attempts == 1 else f"{look.attempts} attempts"
    cost = words(f"{tries}, {look.elapsed_ms} ms" if look.attempts else "not asked")
    return _when(stretch), _what(stretch, words), f"({cost})"


def _when(stretch: Stretch) -> str:
    first, last = stretch.first.at, stretch.moments[-1].at
    if first == last:
        return f"{first:{_MINUTE}}"
    if first.date() == last.date():
        return f"{first:{_MINUTE}}–{last:%H:%M}"  # noqa: RUF001 - from, to
    return f"{first:%Y-%m-%d} … {last:%Y-%m-%d}"


def _what(stretch: Stretch, words: Words) -> str:
    looks = stretch.looks
    if not looks:
        return words("accepted as it is")
    names = dict.fromkeys(called(look.verdict) for look in looks)
    if len(names) > 1:
        return words("now there, now not")
    statuses = dict.fromkeys(look.status for look in looks if look.status)
    return f"{words(next(iter(names)))} {'/'.join(map(str, statuses))}".rstrip()


def _details(
    stretch: Stretch, before: Observation | None, width: int, words: Words
) -> Iterator[Line]:
    for change in stretch.first.changes:
        yield from _change(change, width, words)
    looks = stretch.looks
    if not looks:
        return
    if stretch.first.state is None:
        ahead = "The clock was ahead: this look counts once its time has come."
        yield from _say(words(ahead), width)
    if len({called(look.verdict) for look in looks}) > 1:
        numbers = Counter(called(look.verdict) for look in looks)
        how = "; ".join(f"{number} {words(name)}" for name, number in numbers.most_common())
        yield from _say(f"{how}: {''.join(map(sign, looks))}", width)
    elif looks[0].hops and (before is None or way(before) != way(looks[0])):
        yield from _hops(looks[0])
    lacking = looks[0].missing_fragments
    if lacking and (before is None or before.missing_fragments != lacking):
        names = ", ".join(f"#{part}" for part in lacking)
        yield from _say(words(f"not on the page: {names}"), width)
    pages = [(each.at, each.page) for each in stretch.moments if each.page]
    yield from _pages(pages, width, words)


def _change(change: Transition, width: int, words: Words) -> Iterator[Line]:
    style = _CHANGE_STYLES.get(change.kind, "cyan")
    yield from _say(f"{words(change.kind)}: {words(change.sentence)}", width, style)
    if change.replacement:
        yield ((f"{_INDENT}→ {clean(change.replacement, 2048)}", f"green {LINK}"),)


def _hops(look: Observation) -> Iterator[Line]:
    for hop in look.hops:
        how = hop.via if hop.via is not Via.HTTP else ""
        said = " ".join(filter(None, (str(hop.status or ""), how)))
        yield (f"{_INDENT}{said} ", "dim"), (clean(str(hop.url), 2048), LINK)
    if look.final_url:
        yield (f"{_INDENT}  → ", "dim"), (clean(str(look.final_url), 2048), LINK)


def _pages(found: Sequence[tuple[datetime, PageFacts]], width: int, words: Words) -> Iterator[Line]:
    """Say what the page called itself, where that changed."""
    for at, page in found[:_PAGES]:
        yield from _say(words(f"the page from {at:%Y-%m-%d}: {_page(page)}"), width)
    if len(found) > _PAGES:
        more = f"{len(found) - _PAGES} more times, at last: {_page(found[-1][1])}"
        yield from _say(words(f"the title or language changed {more}"), width)


def _page(page: PageFacts) -> str:
    language = f" ({page.language})" if page.language else ""
    return f"“{clean(page.title or '', 200)}”{language}"


def _copy(copy: ArchivedCopy, widths: Sequence[int], width: int, words: Words) -> Iterator[Line]:
    cells = (f"{copy.asked_at:{_MINUTE}}", words(f"{ARCHIVE} was asked"))
    yield from _head(("", ""), cells, widths[:2] or (0, 0), width)
    yield from _say(words(copy_words(copy)), width)


def copy_words(copy: ArchivedCopy) -> str:
    """Say what an archive said."""
    if copy.came is Came.COPY:
        return sentence(copy)
    day = f"{copy.asked_at:%Y-%m-%d}"
    if copy.came is Came.NONE:
        return f"none at {ARCHIVE}, asked on {day}"
    return f"not known yet: {ARCHIVE} did not tell on {day}"


def _left_out(found: Sequence[Stretch], words: Words) -> Line:
    looks = sum(len(each.looks) for each in found)
    told = f"{looks} looks in {len(found)} lines are left out; --all-looks shows all"
    return ((f"  … {words(told)}", "dim"),)


def _doubt(told: Sequence[Moment], story: Story, width: int, words: Words) -> Iterator[Line]:
    """Say if the settings of now make of the looks something else than is believed."""
    last = next((each.state for each in reversed(told) if each.state), None)
    if last and story.state and last.health is not story.state.health:
        doubt = (
            f"By the settings of now the link is {last.health}; the next look at it will say so."
        )
        yield ((wrapped(words(doubt), "  ", width=width), "yellow"),)


def _say(text: str, width: int, style: str = "dim") -> Iterator[Line]:
    yield ((wrapped(clean(text, 2048), _INDENT, f"{_INDENT}  ", width), style),)
