"""Feeds: a change keeps its name, and whatever strangers write is Atom as RFC 4287 has it."""

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import feedparser
import pytest
from fakes import NOON, occurrence, url
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from test_reports import HOSTILE, RUN, everything, hostile_news, news

from crawler import reports
from crawler.model import Change, Ignore, IgnoreState, Report, Transition
from crawler.outline import Aspect
from crawler.reports import atom
from crawler.words import ENGLISH
from crawler.xmltext import escape

ATOM: Final = "{http://www.w3.org/2005/Atom}"
SCHEMA: Final = etree.RelaxNG(etree.parse(Path(__file__).parent / "data" / "atom.rng"))


def text_of(report: Report) -> str:
    return reports.render(report, "atom", Aspect.CHANGES)


def parsed(report: Report) -> Any:  # noqa: ANN401 - lxml has no types of its own
    """Return the feed of a report as a tree, if it is valid."""
    tree = etree.fromstring(text_of(report).encode())
    SCHEMA.assertValid(tree)
    for entry in tree.iter(f"{ATOM}entry"):  # what the RFC says in prose alone: §4.1.2
        alternates = [each for each in entry.iter(f"{ATOM}link") if each.get("rel") == "alternate"]
        assert len(alternates) <= 1
        assert alternates or entry.find(f"{ATOM}content") is not None
    return tree


def ids(report: Report) -> list[str]:
    return [each.findtext(f"{ATOM}id") for each in parsed(report).iter(f"{ATOM}entry")]


def titles(report: Report) -> list[str]:
    return [each.findtext(f"{ATOM}title") for each in parsed(report).iter(f"{ATOM}entry")]


def change(
    address: str = "https://a.example/",
    kind: Change = Change.BROKEN,
    at: datetime | None = NOON,
    **fields: Any,  # noqa: ANN401 - any field
) -> Transition:
    return Transition(kind, url(address), "It is gone.", at=at, **fields)


def feed(*changes: Transition, origin: str = "first") -> Report:
    return Report(RUN, (), changes=changes, origin=origin)


def test_the_grammar_bites() -> None:
    text = text_of(news())
    for wrong in (
        text.replace("<id>", "<id/><id>", 1),
        text.replace("<updated>2026-", "<updated>", 1),
        text.replace(' type="text"', ' type="xhtml"', 1),
        text.replace('rel="alternate"', 'rel="nofollow"', 1),
        re.sub("<title>.*</title>", "", text, count=1),
    ):
        assert wrong != text
        assert not SCHEMA.validate(etree.fromstring(wrong.encode()))


def test_a_reader_of_feeds_reads_every_change() -> None:
    told = feedparser.parse(text_of(news()))
    assert not told.bozo
    assert told.version == "atom10"
    assert told.feed.title == "Links: what has changed"
    assert told.feed.generator_detail.name == "crawl"
    moved = next(each for each in told.entries if each.tags[0].term == "moved")
    assert moved.title == "Moved for good: http://old.example/x"
    assert moved.link == "http://old.example/x"
    assert moved.links[1].href == "https://b.example/"
    assert moved.summary == "Moved for good: to another site."
    assert moved.content[0].value.splitlines() == [
        "Moved for good: to another site.",
        "Since then.",
        "→ https://b.example/",
        "a.md:3:1 “label”",
        "a.md:9:1 “Cómo”",
        "and 20 more places",
    ]
    assert {each.tags[0].term for each in told.entries} == set(Change)
    assert len(told.entries) == len(news().changes or ())


def test_a_feed_without_changes_is_a_feed() -> None:
    for quiet in (feed(), everything()):
        tree = parsed(quiet)
        assert tree.findtext(f"{ATOM}updated") == "2026-11-22T12:01:00Z"
        assert tree.find(f"{ATOM}entry") is None


def test_the_newest_comes_first_and_of_one_moment_the_worst() -> None:
    later = NOON + timedelta(seconds=1)
    told = feed(
        change("https://b.example/", Change.RECOVERED),
        change("https://c.example/"),
        change("https://b.example/"),
        change("https://z.example/", Change.RECOVERED, later),
    )
    assert titles(told) == [
        "Recovered: https://z.example/",
        "Broken: https://b.example/",
        "Broken: https://c.example/",
        "Recovered: https://b.example/",
    ]
    assert parsed(told).findtext(f"{ATOM}updated") == "2026-11-22T12:00:01Z"


@given(st.permutations(news().changes or ()))
def test_the_order_in_which_changes_are_told_changes_nothing(
    changes: Sequence[Transition],
) -> None:
    told = [each for each in changes if each.ignore is None or each.ignore.line]
    plain = [each for each in news().changes or () if each in told]
    assert text_of(feed(*told)) == text_of(feed(*plain))


def test_a_change_keeps_its_name_in_the_next_report() -> None:
    first = change(places=(occurrence(),), written=1, history="Broken on 2 looks.")
    (name,) = ids(feed(first))
    again = replace(first, places=(), written=0, history="", sentence="In other words.")
    later = replace(RUN, finished_at=NOON + timedelta(days=3))
    other = change("https://b.example/", at=NOON + timedelta(days=2))
    assert ids(replace(feed(other, again), run=later))[1] == name


def test_whatever_makes_a_change_another_gives_it_another_name() -> None:
    changes = (
        change(),
        change("https://b.example/"),
        change(kind=Change.DRIFTED),
        change(at=NOON + timedelta(seconds=1)),
        change(at=None),
    )
    assert len(set(ids(feed(*changes)))) == len(changes)


def test_an_ignore_is_known_by_what_it_says_and_not_by_its_line() -> None:
    def ended(line: int, reason: str = "moves") -> Transition:
        ignore = Ignore("a.md", line, None, IgnoreState.EXPIRED, NOON.date(), reason)
        return Transition(Change.IGNORE_EXPIRED, None, "It ended.", ignore=ignore)

    assert ids(feed(ended(4))) == ids(feed(ended(9)))
    assert ids(feed(ended(4))) != ids(feed(ended(4, "else")))
    two = ids(feed(ended(4), ended(9)))
    assert len(set(two)) == 2
    assert set(ids(feed(ended(5)))) < set(two)
    (entry,) = parsed(feed(ended(4))).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Ignore ended: a.md:4"
    assert entry.find(f"{ATOM}link") is None


def test_a_feed_is_its_historys_and_each_history_has_another() -> None:
    def name(report: Report) -> str | None:
        found: str | None = parsed(report).findtext(f"{ATOM}id")
        return found

    tomorrow = replace(RUN, id="run-2", finished_at=NOON + timedelta(days=1))
    assert name(feed()) == name(replace(feed(change()), run=tomorrow))
    assert name(feed()) != name(feed(origin="another"))
    # What has no history has no tomorrow either.
    assert name(feed(origin="")) != name(replace(feed(origin=""), run=tomorrow))


def test_the_oldest_of_very_many_changes_are_counted() -> None:
    hours = [NOON - timedelta(hours=number) for number in range(atom.MAX_ENTRIES + 3)]
    full = feed(*(change(at=each) for each in hours[: atom.MAX_ENTRIES]))
    assert parsed(full).find(f"{ATOM}subtitle") is None
    tree = parsed(feed(*(change(at=each) for each in hours)))
    assert tree.findtext(f"{ATOM}subtitle") == "The newest 500 changes; 3 more are left out."
    chosen = replace(full, chosen=("Only host a.example: 1 of 9 places.",))
    assert parsed(chosen).findtext(f"{ATOM}subtitle") == "Only host a.example: 1 of 9 places."
    assert len(tree.findall(f"{ATOM}entry")) == atom.MAX_ENTRIES
    assert tree.find(f"{ATOM}entry").findtext(f"{ATOM}updated") == "2026-11-22T12:00:00Z"


def test_only_addresses_of_the_web_are_links() -> None:
    (entry,) = parsed(feed(change(replacement="javascript:alert(1)"))).iter(f"{ATOM}entry")
    assert [each.get("href") for each in entry.iter(f"{ATOM}link")] == ["https://a.example/"]
    assert "→ javascript:alert(1)" in entry.findtext(f"{ATOM}content")


def test_it_speaks_the_language_of_the_report() -> None:
    class Shouting:
        language = "en-GB"

        def __call__(self, sentence: str, /) -> str:
            return sentence.upper()

    text = "".join(atom.render(feed(change("https://a.example/x")), Aspect.CHANGES, Shouting()))
    tree = etree.fromstring(text.encode())
    assert tree.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert tree.findtext(f"{ATOM}title") == "LINKS: WHAT HAS CHANGED"
    entry = tree.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "BROKEN: https://a.example/x"
    assert entry.findtext(f"{ATOM}summary") == "IT IS GONE."


ANY: Final = st.text() | HOSTILE | st.text(st.sampled_from("<>&'\"]]>\x00\x0b\ufffe\uffff\ud800 a"))


@given(ANY)
def test_no_strangers_text_does_anything_in_a_feed(text: str) -> None:
    tree = parsed(hostile_news(text))
    allowed = {
        "feed", "entry", "id", "title", "updated", "author", "name", "generator", "link",
        "category", "summary", "content",
    }  # fmt: skip
    assert {etree.QName(each).localname for each in tree.iter()} <= allowed
    hrefs = [each.get("href") for each in tree.iter(f"{ATOM}link")]
    assert hrefs == ["https://a.example/"]
    assert len(tree.findall(f"{ATOM}entry")) == 2
    assert not tree.xpath("//comment() | //processing-instruction()")


@given(ANY)
def test_what_is_escaped_is_text_and_attribute_and_says_the_same(text: str) -> None:
    written = escape(text)
    tree = etree.fromstring(f"<a b=\"{written}\" c='{written}'>{written}</a>")
    assert (tree.text or "") == tree.get("b") == tree.get("c")
    readable = "".join(each for each in text if each in string.ascii_letters)
    assert readable[:100] in "".join(each for each in tree.text or "" if each in readable)
    assert not tree.getchildren()


def test_whatever_is_asked_for_a_feed_tells_what_has_changed() -> None:
    told = {"".join(atom.render(news(), aspect, ENGLISH)) for aspect in Aspect}
    assert told == {text_of(news())}


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x9b", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_left_out(character: str) -> None:
    assert escape(f"a{character}b") == "a b"
