"""The practice web and the demo: whole, labelled, and the same on any machine."""

import tomllib
from importlib.resources import files
from pathlib import Path
from urllib.parse import urljoin

import pytest
from fakes import url

from crawler import demo, reports
from crawler.collect import collect
from crawler.detection import detect
from crawler.fetch import Fetcher
from crawler.language import reconcile
from crawler.model import Failure, FailureKind, Response
from crawler.practice import PracticeClock, PracticeWeb, copies, document, pages
from crawler.settings import ExtractSettings, FetchSettings, PaceSettings

WEB = tomllib.loads(files("crawler").joinpath("data/practice/web.toml").read_text("utf-8"))["page"]


def test_every_link_of_the_seed_and_every_redirect_has_an_answer() -> None:
    known = pages(0)
    links = {str(link.url) for link in collect([document()], ExtractSettings()).links}
    assert links <= known.keys()
    for page in WEB:
        if "location" in page:
            assert urljoin(page["url"], page["location"]) in known


def test_every_page_is_in_the_language_that_it_declares_and_most_texts_tell_it() -> None:
    languages = {
        (page["url"], page.get("day", 0)): reconcile(
            (page["lang"], "html"), detect(text := f"{page['title']} {page['text']}"), len(text)
        )
        for page in WEB
        if "lang" in page
    }
    assert [key for key, told in languages.items() if told.language != told.declared] == []
    detected = sum(told.detected is not None for told in languages.values())
    assert detected / len(languages) > 0.9


def test_pages_are_sorted_by_url_and_day() -> None:
    keys = [(page["url"], page.get("day", 0)) for page in WEB]
    assert keys == sorted(set(keys))


def test_copies_are_sorted_and_of_pages_that_there_are() -> None:
    assert list(copies()) == sorted(copies())
    assert copies().keys() <= pages(0).keys()


@pytest.mark.parametrize(
    ("moment", "page", "expected"),
    [
        ("20190101000000", "http://course18.fast.ai/ml.html", "/web/20190211081530/"),
        ("20261122030000", "http://course18.fast.ai/ml.html", "/web/20220604172005/"),
        ("20261122030000", "https://github.com/tlv/ml_ng", None),
    ],
)
async def test_the_archive_names_the_nearest_copy(
    moment: str, page: str, expected: str | None
) -> None:
    clock = PracticeClock(0, speed=1000)
    asked = url(f"https://web.archive.org/web/{moment}/{page}")
    async with Fetcher(FetchSettings(), PaceSettings(), clock, PracticeWeb(0, clock)) as fetcher:
        answer = await fetcher.ask_aside(asked)
    assert isinstance(answer, Response)
    where = f"{expected}{page}" if expected else None
    assert (answer.status, answer.headers.get("location")) == (302 if expected else 404, where)


def test_the_latest_entry_of_a_page_is_in_force() -> None:
    changing = next(page["url"] for page in WEB if page.get("day"))
    assert pages(0)[changing] != pages(99)[changing]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://course18.fast.ai/ml.html", FailureKind.DNS_NOT_FOUND),
        ("http://cs231n.stanford.edu/", FailureKind.CONNECT),
        ("https://nowhere.example/", FailureKind.DNS_NOT_FOUND),
        ("https://www.fast.ai/", 200),
        ("https://github.com/tlv/ml_ng", 404),
    ],
)
async def test_sites_answer_as_the_table_says(address: str, expected: FailureKind | int) -> None:
    clock = PracticeClock(0, speed=1000)
    settings, pace = FetchSettings(retries=0), PaceSettings(delay=0)
    async with Fetcher(settings, pace, clock, PracticeWeb(0, clock)) as fetcher:
        outcome = (await fetcher.fetch(url(address))).outcome
    seen = outcome.kind if isinstance(outcome, Failure) else outcome.status
    assert seen == expected


async def test_a_host_that_limits_us_recovers() -> None:
    limited = next(page["url"] for page in WEB if page.get("status") == 429)
    clock = PracticeClock(0, speed=1000)
    async with Fetcher(FetchSettings(), PaceSettings(), clock, PracticeWeb(0, clock)) as fetcher:
        fetch = await fetcher.fetch(url(limited))
    assert isinstance(fetch.outcome, Response)
    assert (fetch.outcome.status, fetch.attempts) == (200, 2)


async def test_a_page_that_hangs_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"https://a.example/": {"failure": "timeout"}}
    monkeypatch.setattr("crawler.practice.pages", lambda _day: table)
    clock = PracticeClock(0, speed=1000)
    settings = FetchSettings(retries=0)
    async with Fetcher(settings, PaceSettings(), clock, PracticeWeb(0, clock)) as fetcher:
        outcome = (await fetcher.fetch(url("https://a.example/"))).outcome
    assert outcome == Failure(FailureKind.TIMEOUT)


def test_the_demo_tells_what_the_example_report_says(tmp_path: Path) -> None:
    said: list[str] = []
    demo.play(tmp_path, said.append)
    assert said[0].startswith("PRACTICE WEB")
    example = Path(__file__).parents[1] / "reports" / "example"
    made = [each for each in (tmp_path / "reports").iterdir() if each.suffix != ".json"]
    for each in (*made, tmp_path / "catalogue.md"):
        if each.suffix in {".md", ".svg"}:  # others tell how long an answer took
            assert each.read_text("utf-8") == (example / each.name).read_text("utf-8"), each.name


def test_the_example_has_every_format_once_and_is_not_large() -> None:
    example = Path(__file__).parents[1] / "reports" / "example"
    names = {each.name: each.stat().st_size for each in example.iterdir()}
    latest = {f"latest{each.suffix}" for each in reports.FORMATS}
    nights = {f"2026-11-{day}.md" for day in (22, 23, 26)}
    assert names.keys() == latest | nights | {"README.md", "catalogue.md"}
    assert sum(names.values()) < 600_000
