"""What a page says first: how things stand, in a sentence, a bar, figures and a timeline."""

from collections.abc import Iterator
from typing import Final

from crawler.charts import MOST_RUNS, TROUBLES, key, proportions, tally, timeline, troubled
from crawler.levels import PERHAPS
from crawler.model import Headcount, Health, Network, Outcome, Report
from crawler.outline import Outline
from crawler.roll import LABELS, Roll, counted, pairs
from crawler.tags import NOTHING, Markup, joined, slug, tag
from crawler.text import readable
from crawler.words import Words

_TWO: Final = 2  # runs that make a history
_FEW: Final = 5  # notes that are shown; further ones are folded


def masthead(report: Report, said: Outline, roll: Roll, words: Words) -> Iterator[Markup]:
    """Yield the head of a page of links."""
    kinds = roll.kinds()
    links, places = _number(kinds.total(), "link"), _number(roll.places, "place")
    lead = words(f"{links} in {places}")
    notes = tuple(_notes(report, said, words))
    whole = report.run.complete and report.run.network is Network.UP
    yield tag(
        "header",
        tag("p", words(said.heading), class_="kicker"),
        tag("h1", headline(report, roll, words)),
        tag("p", lead, class_="lead"),
        tag("div", *notes, class_="alarm") if notes and not whole else NOTHING,
        class_="masthead",
    )
    if kinds:
        yield _glance(roll, words)
    if whole:  # what is calm can wait
        yield from notes


def headline(report: Report, roll: Roll, words: Words) -> str:
    """Say in a few words how things stand; of what nobody could judge, that."""
    kinds = roll.kinds()
    broken, perhaps = kinds[Outcome.BROKEN], kinds[PERHAPS]
    if report.run.network is not Network.UP:
        return words("Nothing is known: the network was not there, or not to be trusted")
    if broken:
        return words("1 link is broken" if broken == 1 else f"{broken} links are broken")
    if perhaps:
        return words("1 link may be broken" if perhaps == 1 else f"{perhaps} links may be broken")
    if not kinds:
        return words("No links")
    return words("No broken links" if report.run.complete else "No broken links so far")


def _bold(number: int, kind: str, words: Words) -> Markup:
    """Say how many links are of a kind, the number so that it is seen first."""
    before, _, after = counted(number, kind, words).partition(str(number))
    return joined(before, tag("b", figure(number)), after)


def figure(number: int) -> str:
    r"""Show a number so that thousands are seen in every language: apart, as ISO 80000-1 has it.

    >>> figure(20000)
    '20\u202f000'
    """
    return f"{number:,}".replace(",", "\u202f")


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _notes(report: Report, said: Outline, words: Words) -> Iterator[Markup]:
    notes = [tag("li", readable(words(note))) for note in (*report.chosen, *said.notes)]
    first, rest = notes[:_FEW], notes[_FEW:]
    if first:
        yield tag("ul", *first, class_="notes")
    if rest:
        title = tag(
            "summary", words("1 more note" if len(rest) == 1 else f"{len(rest)} more notes")
        )
        yield tag("details", title, tag("ul", *rest, class_="notes"))


def _glance(roll: Roll, words: Words) -> Markup:
    parts = list(pairs(roll.kinds()))
    told = ", ".join(counted(number, kind, words) for kind, number in parts)
    figures = [
        tag("li", tag(
            "a", key(kind, _bold(number, kind, words)),
            href=f"#kind={slug(kind)}", data_choose=slug(kind),
        ))
        for kind, number in parts
    ]  # fmt: skip
    return tag(
        "section",
        tag("h2", words("How things stand"), class_="unseen"),
        proportions(parts, f"{words('Links')}: {told}"),
        tag("ul", *figures, class_="figures"),
        class_="glance",
    )


def course(report: Report, roll: Roll, words: Words) -> Markup:
    """Tell how it came to this: a chart of the troubles, and all numbers as a table."""
    runs = report.chronicle.runs if report.chronicle else ()
    if len(runs) < _TWO:
        return NOTHING
    beside = [tag("p", words(each), class_="words") for each in _beside(report, roll)]
    last = runs[-1]
    caption = words(f"Links that were not well, after each of {len(runs)} runs")
    if len(runs) > MOST_RUNS:
        caption = f"{caption} ({words(f'{MOST_RUNS} of them are drawn')})"
    name = f"{caption}, {runs[0].at:%Y-%m-%d} \N{EN DASH} {last.at:%Y-%m-%d}. "
    now = f"{words('Now')}: {tally(last.healths, words)}"
    highest = max(runs, key=troubled)
    if not troubled(highest):
        return tag("section", tag("h2", words("How it came to this")),
                   tag("p", words(f"Nothing was wrong after any of {len(runs)} runs."),
                       class_="words"), *beside, class_="course")  # fmt: skip
    legend = [
        tag("li", key(each, _bold(last.healths.get(each, 0), each, words)))
        for each in TROUBLES
        if any(run.healths.get(each) for run in runs)
    ]
    return tag(
        "section",
        tag("h2", words("How it came to this")),
        tag("p", caption, class_="words"),
        timeline(runs, name + now, words),
        tag("ul", *legend, class_="legend"),
        *beside,
        _table(runs, words),
        class_="course",
    )


def _beside(report: Report, roll: Roll) -> Iterator[str]:
    """Say why figures of a history may not be those of the page's head, where they may not."""
    if number := roll.at_once:
        links = f"{_number(number, 'broken link')} {'is' if number == 1 else 'are'}"
        yield f"{links} not counted here: missing places and files have no history."
    if report.chosen:
        yield "Counted here are all links of the history, and not only those that were chosen."


def _table(runs: tuple[Headcount, ...], words: Words) -> Markup:
    seen = [each for each in Health if any(run.healths.get(each) for run in runs)]
    names = [words("Run"), words("asked"), *(words(LABELS[each]) for each in seen)]
    head = tag("tr", *(tag("th", name, scope="col") for name in names))
    rows = [
        tag("tr", tag("th", f"{run.at:%Y-%m-%d %H:%M}", scope="row"), *(
            tag("td", str(number))
            for number in (run.asked, *(run.healths.get(each, 0) for each in seen))
        ))
        for run in reversed(runs)
    ]  # fmt: skip
    name = words("The numbers")
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    # Whoever has no mouse scrolls it by the keyboard: it takes the focus.
    box = tag("div", table, class_="numbers", role="region", aria_label=name, tabindex=0)
    return tag("details", tag("summary", name), box)
