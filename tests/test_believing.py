"""What is believed over several runs, from bytes to the report: drift, and pages sent home.

The runs are so far apart that every link is due in each of them.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
from fakes import NOON, FakeClock, url

from crawler import reports, runs
from crawler.collect import collect
from crawler.conduct import Conduct
from crawler.model import Document, Health, Report
from crawler.outline import Aspect
from crawler.settings import ExtractSettings, FetchSettings, PaceSettings, Settings
from crawler.stop import Stop
from crawler.store import Store
from crawler.upkeep import Upkeep

SETTINGS = Settings(pace=PaceSettings(delay=0), fetch=FetchSettings(retries=0))
A, B = "https://oakville-library.example/", "https://b.example/"
BOOKS = "catalogue volumes lending opening readers children stories borrow return branch reading"
SLOTS = "jackpot spins winning bonus gambling machines deposit instant payouts lucky players"


def page(title: str, language: str, words: str) -> bytes:
    text = " ".join(f"{word}{end}" for word in words.split() for end in ("", "abc", "xyz"))
    links = "<a href=/x>x</a>" * 9
    html = f"<html lang={language}><title>{title}</title><body><p>{text}</p>{links}"
    return html.encode()


LIBRARY = page("Oakville Public Library", "en", BOOKS)
REDESIGNED = page("Read more - Oakville Library", "en", SLOTS)
TAKEN_OVER = page("Situs Judi Slot Gacor", "id", SLOTS)


async def night(
    number: int, store: Store, answers: Mapping[str, bytes | str], written: tuple[str, ...] = (A, B)
) -> Report:
    """Have a run. An answer is a page, or where a redirect leads."""

    def answer(request: httpx.Request) -> httpx.Response:
        given = answers[str(request.url)]
        if isinstance(given, str):
            return httpx.Response(302, headers={"location": given})
        return httpx.Response(200, content=given, headers={"content-type": "text/html"})

    text = "\n".join(f"<{address}>\n" for address in written)
    documents = collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())
    clock = FakeClock(NOON + timedelta(days=40 * number))
    transport = httpx.MockTransport(answer)
    conduct = Conduct(SETTINGS, clock, Stop(), lambda _: None, transport)
    report, error = await runs.run(documents, store, conduct)
    assert error is None
    return report


def healths(report: Report) -> list[Health | None]:
    return [row.state.health if row.state else None for row in report.rows]


async def test_a_domain_that_was_taken_over_is_told_the_second_time_until_it_is_accepted(
    store: Store, path: Path
) -> None:
    for number, oak in enumerate((LIBRARY, REDESIGNED, LIBRARY)):
        report = await night(number, store, {A: oak, B: LIBRARY})
        assert healths(report) == [Health.HEALTHY, Health.HEALTHY]
    assert report.rows[0].observation is not None
    assert len(report.rows[0].observation.facts.content or "") == 64

    sold = {A: TAKEN_OVER, B: LIBRARY}
    assert healths(await night(3, store, sold)) == [Health.HEALTHY, Health.HEALTHY]
    report = await night(4, store, sold)
    assert healths(report) == [Health.DRIFTED, Health.HEALTHY]
    for told in (report, store.report()):
        text = " ".join(reports.render(told, "text", Aspect.TROUBLE).split())
        assert "Drifted (1)" in text
        assert (
            f"It was “Oakville Public Library” (en) at {A}; "
            f"it is “Situs Judi Slot Gacor” (id) at {A}."
        ) in text

    with Upkeep(path, read_only=False) as history:
        history.accept([url(A)], SETTINGS.health, NOON + timedelta(days=161))
    assert healths(store.report()) == [Health.HEALTHY, Health.HEALTHY]
    assert healths(await night(5, store, sold)) == [Health.HEALTHY, Health.HEALTHY]


async def test_a_short_link_that_leads_elsewhere_has_drifted(store: Store) -> None:
    short = "https://bit.ly/3xYz"
    for number, (end, shown) in enumerate(((A, LIBRARY), (B, REDESIGNED), (B, REDESIGNED))):
        report = await night(number, store, {short: end, end: shown}, (short,))
    assert healths(report) == [Health.HEALTHY]  # the library has but moved
    other = page("Summer offers for shoes", "en", SLOTS)
    for number in (3, 4):
        report = await night(
            number, store, {short: "https://c.example/", "https://c.example/": other}, (short,)
        )
    assert healths(report) == [Health.DRIFTED]


async def test_pages_that_are_sent_home_one_after_the_other_are_seen_to_be_gone(
    store: Store,
) -> None:
    pages = tuple(f"{A}{name}" for name in ("a", "b", "c"))
    known: dict[str, bytes | str] = {A: LIBRARY, **dict.fromkeys(pages, LIBRARY)}
    said = []
    for number, gone in enumerate((None, *pages)):
        if gone:
            known[gone] = A
        # What is not due keeps its last look: each run asks for one of them alone.
        report = await night(number, store, known, (gone,) if gone else pages)
        said.append([row.verdict.reason for row in report.rows])
    assert said == [["ok"] * 3, ["temporary"], ["temporary"], ["soft-404"]]
