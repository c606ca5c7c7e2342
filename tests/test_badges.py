"""Badges: never better than what is known, readable by everybody, and nothing but a picture."""

import json
import re
from dataclasses import replace
from typing import Any, Final

import pytest
from fakes import occurrence, state_of_looks, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from test_reports import RUN, drifted, everything, flaky, row, state, written

from crawler import reports
from crawler.headline import Headline, Tone, headline
from crawler.languages import language
from crawler.model import Health, Network, Outcome, Place, Report, Row, Unread
from crawler.outline import Aspect
from crawler.reports import badge
from crawler.urls import Rejection, Target
from crawler.words import ENGLISH

SVG: Final = "{http://www.w3.org/2000/svg}"
WELL: Final = row("https://well.example/")
WALL: Final = row("https://wall.example/", "bot-wall")
GONE: Final = row("https://gone.example/", "not-found")
SLOW: Final = row("https://slow.example/", "timeout")
NO_LINK: Final = written("http://[", Rejection.MALFORMED)
LEFT: Final = Row(
    Place(occurrence("https://x.example/"), Target(url("https://x.example/"))),
    verdict_of("excluded"),
)


def said(*rows: Row, **fields: Any) -> tuple[str, Tone]:  # noqa: ANN401 - any field
    told = headline(replace(Report(RUN, rows), **fields))
    return told.words, told.tone


@pytest.mark.parametrize(
    ("rows", "words", "tone"),
    [
        ((), "none", Tone.UNKNOWN),
        ((LEFT,), "none", Tone.UNKNOWN),
        ((WELL,), "1 well", Tone.GOOD),
        ((WELL, row("https://b.example/", "temporary"), LEFT), "all 2 well", Tone.GOOD),
        ((WELL, WALL), "none of 2 broken", Tone.GOOD),
        ((WELL, flaky()), "none of 2 broken", Tone.GOOD),
        ((WALL, WALL), "unknown", Tone.UNKNOWN),
        ((WELL, SLOW, WALL), "1 in doubt of 3", Tone.DOUBT),
        ((WELL, drifted()), "1 in doubt of 2", Tone.DOUBT),
        ((WELL, SLOW, GONE), "1 broken of 3", Tone.BAD),
        ((WELL, NO_LINK), "1 invalid of 2", Tone.BAD),
        ((NO_LINK, WELL, GONE, SLOW, NO_LINK), "1 broken, 1 invalid of 4", Tone.BAD),
        ((row("https://s.example/", "timeout", state=state(Health.BROKEN, 3)),), "1 broken of 1",
         Tone.BAD),
    ],
)  # fmt: skip
def test_a_report_in_a_few_words(rows: tuple[Row, ...], words: str, tone: Tone) -> None:
    assert said(*rows) == (words, tone)


def test_a_badge_of_some_links_does_not_pass_for_one_of_all() -> None:
    only = ("Only host a.example: 1 of 9 places.",)
    assert said(WELL, chosen=only) == ("1 well (a selection)", Tone.GOOD)
    assert said(chosen=only) == ("none (a selection)", Tone.UNKNOWN)
    cut = replace(RUN, complete=False)
    words, _ = said(WELL, GONE, run=cut, chosen=only)
    assert words == "1 broken of 2 (the run was cut short) (a selection)"
    assert language("es")(words) == "1 roto de 2 (la pasada se interrumpió) (una selección)"
    words, _ = said(WELL, GONE, NO_LINK, SLOW, chosen=only)
    assert language("es")(words) == "1 roto, 1 no válido de 4 (una selección)"
    assert language("es")("1 well (a selection)") == "1 bien (una selección)"


def test_a_link_counts_once_by_its_worst_place() -> None:
    lacking = replace(row("https://well.example/", line=2), verdict=verdict_of("fragment-missing"))
    for rows in ((WELL, lacking, GONE, GONE), (GONE, lacking, WELL, GONE)):
        assert said(*rows)[1] is Tone.BAD
        assert said(*rows)[0].startswith("2 broken of ")
    advised = everything().rows[10]
    assert said(advised, advised) == ("1 well", Tone.GOOD)


def test_what_one_look_of_a_history_calls_broken_is_in_doubt() -> None:
    once = row("https://a.example/", "soft-404", state=state_of_looks("soft-404"))
    assert said(once) == ("1 broken of 1", Tone.BAD)
    assert said(once, remembers=True) == ("1 in doubt of 1", Tone.DOUBT)


@pytest.mark.parametrize("network", [each for each in Network if each is not Network.UP])
@pytest.mark.parametrize("rows", [(), (WELL,), (GONE,)])
def test_without_a_network_nothing_is_known(network: Network, rows: tuple[Row, ...]) -> None:
    words, tone = said(*rows, run=replace(RUN, network=network))
    assert re.fullmatch(r"unknown \([a-z ]+\)", words)
    assert tone is Tone.UNKNOWN


UNREAD: Final = (Unread("b.md", "is a directory"),)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"run": replace(RUN, complete=False)}, "the run was cut short"),
        ({"unread": UNREAD}, "a document was not read"),
        ({"unread": UNREAD * 2}, "2 documents were not read"),
        ({"unread": UNREAD, "run": replace(RUN, complete=False)}, "the run was cut short"),
    ],
)
def test_a_report_that_is_not_whole_never_looks_good(fields: dict[str, Any], why: str) -> None:
    assert said(WELL, **fields) == (f"unknown ({why})", Tone.UNKNOWN)
    assert said(WELL, SLOW, **fields) == (f"unknown ({why})", Tone.UNKNOWN)
    assert said(WELL, GONE, **fields) == (f"1 broken of 2 ({why})", Tone.BAD)


@given(st.lists(st.sampled_from(everything().rows)))
def test_good_is_only_what_holds_nothing_bad(rows: list[Row]) -> None:
    words, tone = said(*rows)
    bad = {Outcome.BROKEN, Outcome.INVALID, Outcome.FAILING, Outcome.UNSAFE}
    if tone is Tone.GOOD:
        assert not {each.verdict.outcome for each in rows} & bad
    assert ("well" in words) <= (tone is Tone.GOOD)


# The picture


def tree_of(report: Report) -> Any:  # noqa: ANN401 - lxml has no types of its own
    return etree.fromstring(reports.render(report, "badge").encode())


def test_a_badge_says_to_everybody_what_it_shows() -> None:
    tree = tree_of(Report(RUN, (WELL, GONE)))
    assert tree.get("role") == "img"
    assert tree.get("aria-label") == tree.findtext(f"{SVG}title") == "links: 1 broken of 2"
    assert [each.text for each in tree.iter(f"{SVG}text")] == ["links", "1 broken of 2"]
    # Else it would be read out twice.
    assert tree.find(f"{SVG}g").get("aria-hidden") == "true"


def test_a_badge_is_nothing_but_a_picture() -> None:
    tree = tree_of(everything())
    names = {etree.QName(each).localname for each in tree.iter()}
    assert names == {"svg", "title", "path", "g", "text"}
    text = reports.render(everything(), "badge")
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    # Many may stand on one page: no name in one can mean another's.
    assert not re.search(r"href|url\(|style|\sid=|on[a-z]+=", text)


def test_a_text_has_its_room() -> None:
    tree = tree_of(Report(RUN, (WELL,) * 3))
    wide, texts = int(tree.get("width")), list(tree.iter(f"{SVG}text"))
    ends = [int(each.get("x")) + int(each.get("textLength")) for each in texts]
    assert ends[0] < int(texts[1].get("x"))
    assert ends[1] == wide - 6
    assert tree.get("viewBox") == f"0 0 {wide} 20"


@pytest.mark.parametrize(
    ("text", "pixels"),
    [("", 0), ("links", 25), ("all 43 well", 56), ("enlaces", 42), ("リンク", 33), ("e\u0301", 7)],
)
def test_how_wide_a_text_is(text: str, pixels: int) -> None:
    assert badge.width(text) == pixels


@pytest.mark.parametrize("color", [*badge.COLORS.values(), badge.BACKGROUND])
def test_white_can_be_read_on_every_colour(color: str) -> None:
    assert contrast(color, "#ffffff") >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(color[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_tone_has_a_colour_of_its_own() -> None:
    assert set(badge.COLORS) == set(Tone)
    assert len({*badge.COLORS.values(), badge.BACKGROUND}) == len(Tone) + 1


class Foreign:
    """A language whose sentences hold whatever a translator wrote."""

    language = "xx"

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, _sentence: str, /) -> str:
        return self._text


@given(st.text())
def test_whatever_the_words_are_the_picture_is_well_formed(text: str) -> None:
    whole = "".join(badge.render(everything(), Aspect.ALL, Foreign(text)))
    tree = etree.fromstring(whole.encode())
    shown = [each.text or "" for each in tree.iter(f"{SVG}text")]
    assert shown[0] == shown[1]
    assert tree.get("aria-label") == f"{shown[0]}: {shown[1]}"


# The data


@pytest.mark.parametrize(
    "report",
    [
        Report(RUN, (WELL,)),
        Report(RUN, (WELL, GONE)),
        Report(replace(RUN, complete=False), (WELL,)),
    ],
)
def test_the_data_for_an_endpoint_are_what_shields_asks_for(report: Report) -> None:
    record = json.loads(reports.render(report, "badge-json"))
    told: Headline = headline(report)
    assert record == {
        "schemaVersion": 1,
        "label": "links",
        "message": told.words,
        "color": badge.COLORS[told.tone][1:],
        "labelColor": badge.BACKGROUND[1:],
        "isError": told.tone is Tone.UNKNOWN,
    }
    assert record["message"]  # an empty one is refused


def test_the_data_stay_english() -> None:
    words = Foreign("otra cosa")
    told = {"".join(badge.render_endpoint(everything(), Aspect.ALL, each)) for each in
            (ENGLISH, words)}  # fmt: skip
    assert len(told) == 1
