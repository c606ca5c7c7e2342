"""Pages that are another's now, and pages that only changed: cases from the web, and the laws."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import pytest
from fakes import NOON, look, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.drift import content_of, has_drifted, is_short, signs, sketch_of, tells_as_much
from crawler.model import Hop, PageFacts, Sketch
from crawler.tables import takeover_words

CASES: Final = Path(__file__).parent / "cases" / "drift.jsonl"
PRECISION, RECALL = 1.0, 0.9
"""Floors: they may only rise."""


@dataclass(frozen=True)
class Case:
    """A page before and after, and whether it is another now. `missed`: it is, and nobody sees."""

    truth: str
    why: str
    missed: bool
    before: Sketch | None
    after: Sketch | None

    @property
    def said(self) -> bool:
        told = self.before is not None and self.after is not None
        return told and has_drifted(self.before, self.after)  # type: ignore[arg-type] # told


def cases() -> Iterator[Case]:
    for line in CASES.read_text("utf-8").splitlines():
        case = json.loads(line)
        link = case.get("link")
        pages = (seen(case[name], link) for name in ("before", "after"))
        yield Case(case["truth"], case["why"], "missed" in case, *pages)


def seen(page: dict[str, Any], link: str | None) -> Sketch | None:
    """Make a sketch of a case's page, by the way that a look's goes.

    Each letter of `content` stands for a word of the text.
    """
    content = "".join(f"{crc32(each.encode()):08x}" for each in page.get("content", ""))
    facts = PageFacts(
        title=page.get("title"),
        language=page.get("language"),
        site=page.get("site"),
        canonical_url=page.get("canonical"),
        content=content or None,
    )
    passed = [link, *([page["target"]] if "target" in page else [])] if link else []
    hops = tuple(Hop(url(each), 301) for each in passed)
    return sketch_of(
        replace(
            look(address=link or page["url"]), final_url=url(page["url"]), hops=hops, facts=facts
        )
    )


ALL: Final = tuple(cases())


def test_the_table_is_large_and_holds_both() -> None:
    drifted = sum(case.truth == "drifted" for case in ALL)
    assert len(ALL) >= 60
    assert drifted >= 25
    assert len(ALL) - drifted >= 40
    assert {case.truth for case in ALL} == {"drifted", "same"}


def test_precision_and_recall_are_not_below_their_floors() -> None:
    right = [case for case in ALL if case.said and case.truth == "drifted"]
    false = [case.why for case in ALL if case.said and case.truth == "same"]
    missed = [case.why for case in ALL if not case.said and case.truth == "drifted"]
    assert len(right) / (len(right) + len(false)) >= PRECISION, false
    assert len(right) / (len(right) + len(missed)) >= RECALL, missed


@pytest.mark.parametrize("case", ALL, ids=[case.why for case in ALL])
def test_what_is_known_to_be_said_rightly_stays_so(case: Case) -> None:
    assert case.said == (case.truth == "drifted" and not case.missed)


# What a sketch holds


PAGE = PageFacts(title="A title", language="en", site="A site", content="0a1b2c3d")
LOOK = replace(look(), final_url=url("https://a.example/b"), facts=PAGE)


def test_a_sketch_is_what_a_page_says_of_itself() -> None:
    canonical = replace(PAGE, canonical_url="https://a.example/c")
    assert sketch_of(replace(LOOK, facts=canonical)) == Sketch(
        NOON, "https://a.example/b", None, "A title", "en", "A site", "https://a.example/c",
        "0a1b2c3d",
    )  # fmt: skip


@pytest.mark.parametrize(
    "final",
    [None, "https://a.example/login", "https://consent.a.example/x", "https://a.example/404.html"],
)
def test_what_stands_before_a_page_is_no_sketch_of_it(final: str | None) -> None:
    assert sketch_of(replace(LOOK, final_url=url(final) if final else None)) is None


@pytest.mark.parametrize(
    ("link", "hops", "final", "target"),
    [
        ("https://bit.ly/a", ["https://bit.ly/a"], "https://a.example/", "https://a.example/"),
        (
            "https://bit.ly/a",
            ["https://bit.ly/a", "https://t.co/b", "https://a.example/x"],
            "https://a.example/y",
            "https://a.example/x",
        ),
        ("https://bit.ly/a", ["https://bit.ly/a"], "https://bit.ly/b", "https://bit.ly/b"),
        ("https://doi.org/10.1/x", ["https://doi.org/10.1/x"], "https://a.example/", None),
        ("https://a.example/", ["https://a.example/"], "https://b.example/", None),
    ],
)
def test_the_target_of_a_short_link_is_the_first_page_behind_it(
    link: str, hops: list[str], final: str, target: str | None
) -> None:
    passed = tuple(Hop(url(each), 301) for each in hops)
    sketch = sketch_of(replace(LOOK, url=url(link), hops=passed, final_url=url(final)))
    assert sketch is not None
    assert sketch.target == target
    assert is_short(url(link)) == (target is not None)


TEXT = " ".join(f"word{letter}{other}" for letter in "abcde" for other in "fghij")


def test_the_words_of_a_text_are_told_by_some_of_them() -> None:
    told = content_of(TEXT, "en")
    assert told is not None
    assert len(told) == 64
    assert content_of(TEXT.upper(), None) == told
    assert content_of(" ".join(reversed(TEXT.split())), "de") == told
    assert content_of(TEXT + " und die der das", "de") == told  # short ones are in any text


def test_of_few_words_and_of_what_is_not_spaced_nothing_is_told() -> None:
    assert content_of(" ".join(TEXT.split()[:19]), "en") is None
    assert content_of(" ".join(TEXT.split()[:20]), "en") is not None
    assert content_of(TEXT, "ja") is None
    assert content_of("", None) is None
    assert content_of("\ud800 " * 6 + TEXT, None) is not None  # it is strangers' text


def test_a_title_is_not_given_up_for_none() -> None:
    titled = sketch_of(LOOK)
    untitled = sketch_of(replace(LOOK, facts=replace(PAGE, title=None)))
    assert titled is not None
    assert untitled is not None
    told = [
        tells_as_much(now, known)
        for now, known in (
            (titled, untitled), (untitled, titled), (untitled, None), (untitled, untitled),
        )
    ]  # fmt: skip
    assert told == [True, False, True, True]


# Laws

TITLES = st.none() | st.sampled_from(
    ["Tea", "Tea and cake", "Slot gacor", "Über Tee", "카지노", "3"]
)
URLS = st.sampled_from([
    "https://a.example/", "https://www.tea.com/x", "https://tea.de/", "http://[::1]/", "no URL",
])  # fmt: skip
SKETCHES = st.builds(
    Sketch,
    st.just(NOON),
    URLS,
    st.none() | URLS,
    TITLES,
    st.none() | st.sampled_from(["en", "de"]),
    st.none() | st.sampled_from(["Tea", "Bet"]),
    st.none() | URLS,
    st.none() | st.sampled_from(["0a1b2c3d", "0a1b2c3e"]),
)


@given(SKETCHES, SKETCHES)
def test_a_page_alike_in_title_language_and_address_has_never_drifted(
    known: Sketch, now: Sketch
) -> None:
    alike = replace(now, title=known.title, language=known.language, final_url=known.final_url)
    assert not has_drifted(known, alike)
    assert has_drifted(known, now) <= bool(signs(known, now))


@given(SKETCHES, st.sampled_from(["title", "language", "site", "canonical_url", "content"]))
def test_what_is_not_known_says_nothing(known: Sketch, name: str) -> None:
    unknown = Sketch(NOON, "https://other.example.net/")
    assert not has_drifted(known, unknown)
    assert not has_drifted(unknown, known)
    hidden: dict[str, Any] = {"title": "X", name: None}
    assert name.removesuffix("_url") not in signs(known, replace(known, **hidden))


def test_the_words_of_takeovers_are_sorted_and_each_is_found() -> None:
    words = takeover_words()
    assert list(words) == sorted(set(words))
    known = Sketch(NOON, "https://oak.example/", title="Oak", language="en")
    for word in words:
        sold = replace(known, title=f"Zum {word.upper()}!", language="fr")
        assert has_drifted(known, sold), word
