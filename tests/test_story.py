"""The story of one link."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOON, look, occurrence, state_of_looks, url

from crawler.archiving import ArchivedCopy, Basis, Came, Errand, question
from crawler.languages import language
from crawler.model import (
    Finding,
    Health,
    Hop,
    LinkState,
    Outcome,
    PageFacts,
    Severity,
    Sketch,
    Verdict,
    Via,
)
from crawler.settings import HealthSettings
from crawler.story import Story, story_record
from crawler.storytelling import story_text

A = url("https://a.example/")
USUAL = HealthSettings()


def test_a_whole_story() -> None:
    seen = replace(
        look("permanent", at=NOON + timedelta(days=1)),
        status=200,
        hops=(Hop(A, 301),),
        final_url=url("https://b.example/"),
        facts=PageFacts("text/html", "Title", "og", "es", "html", "Words", site="Site"),
        findings=(Finding("moved", Severity.ADVICE, "Moved.", "https://b.example/"),),
        attempts=2,
        elapsed_ms=12,
    )
    story = Story(A, (look("timeout"), seen), (occurrence(),), state_of_looks("timeout", "ok"))
    assert story_text(story) == (
        "https://a.example/\n"
        "  Health       healthy since 2026-11-23\n"
        "  Verdict      redirected, permanent (certain), 2026-11-23 12:00 UTC\n"
        "               Moved for good: every redirect on the way is a permanent one.\n"
        "  Leads to     https://b.example/\n"
        "  What to do   Write the new address; `crawl report` proposes it.\n"
        "  Advice       Moved.\n"
        "  Write        https://b.example/\n"
        "  Looks        ✗✓  all 2: 1 good, 1 bad\n"
        "\n"
        "The page\n"
        "  Title        Title\n"
        "  Language     es\n"
        "  Description  Words\n"
        "  Site         Site\n"
        "  Type         text/html\n"
        "\n"
        "Places\n"
        "  a.md:1:1  label  (in Section)\n"
        "\n"
        "Timeline of 2 looks\n"
        "  2026-11-22 12:00  failing, timeout           → suspect\n"
        "  2026-11-23 12:00  redirected, permanent 200  → healthy\n"
        "      moved: Moved.\n"
        "      → https://b.example/\n"
        "      301 https://a.example/\n"
        "        → https://b.example/\n"
    )
    assert [each["status"] for each in story_record(story, USUAL)["looks"]] == [None, 200]


def test_a_look_of_a_night_that_was_ahead_speaks_for_nobody() -> None:
    now = replace(look("ok"), facts=PageFacts(title="Now", language="en"))
    ahead = replace(look("not-found", NOON + timedelta(days=400)), facts=PageFacts(title="Error"))
    story = Story(A, (now, ahead), (occurrence(),), state_of_looks("ok"))
    told = story_text(story)
    assert "Title        Now\n" in told
    assert "Verdict      ok (certain), 2026-11-22 12:00 UTC\n" in told
    assert "2027-12-27 12:00  broken, not-found" in told  # it stands among the looks
    assert "The clock was ahead" in told
    assert Story(A, (now, ahead), (), None).latest == ahead
    assert Story(A, (), (), None).latest is None


def test_a_story_says_which_of_its_places_are_left_out_and_why() -> None:
    places = (
        replace(occurrence(text="one"), document="a.md"),
        replace(occurrence(text="two"), document="b.md"),
        replace(occurrence(text="three"), document="c.md"),
    )
    left_out = {places[0]: "moves\x1b[1m; until 2027-01-31", places[2]: ""}
    story = Story(A, (), places, None, left_out=left_out)
    lines = story_text(story).splitlines()
    ends = {
        line.split()[1]: line for line in lines if line.startswith(("  a.md", "  b.md", "  c.md"))
    }
    assert "\x1b" not in ends["one"]
    assert ends["one"].endswith("; until 2027-01-31)")
    assert "left out (moves" in ends["one"]
    assert ends["two"].endswith("two  (in Section)")
    assert ends["three"].endswith("(in Section)  left out")
    record = story_record(story, USUAL)
    assert [each["ignored"] for each in record["places"]] == [left_out[places[0]], None, ""]
    told = "left out (moves; until 2027-01-31)"
    assert language("es")(told) == "excluido (moves; hasta el 2027-01-31)"


def test_the_story_as_data_has_the_advice_on_each_place() -> None:
    english = PageFacts(title="A book about trees", language="en", language_detected="en")
    places = (occurrence(text="Handbuch auf Deutsch"), occurrence(text="A book"))
    story = Story(A, (replace(look("ok"), facts=english),), places, None)
    record = story_record(story, USUAL)
    named = [[each["name"] for each in place["findings"]] for place in record["places"]]
    assert named == [["language-mismatch"], []]
    assert story_record(Story(A, (), places, None), USUAL)["places"][0]["findings"] == []


def test_a_story_tells_what_is_known_of_a_page() -> None:
    facts = PageFacts(
        "text/html", "Title", "og", published="2026-01-02", modified="2026-01-03",
        archived="2026-01-04", licence="https://l.example/", image="https://a.example/i.png",
        type="article", feeds=("https://a.example/rss", "https://a.example/atom"),
    )  # fmt: skip
    text = story_text(Story(A, (replace(look("ok"), facts=facts),), (), None))
    page = text.partition("The page\n")[2].partition("\n\n")[0]
    assert page.splitlines() == [
        "  Title        Title",
        "  Published    2026-01-02",
        "  Modified     2026-01-03",
        "  Archived on  2026-01-04",
        "  Licence      https://l.example/",
        "  Image        https://a.example/i.png",
        "  Feed         https://a.example/rss",
        "  Feed         https://a.example/atom",
        "  Type         article · text/html",
    ]


def test_a_good_link_has_one_word_and_no_line_is_wider_than_a_terminal() -> None:
    facts = PageFacts("text/html", "Title", "og", description="Words and more words. " * 9)
    text = story_text(Story(A, (replace(look("ok"), facts=facts),), (), None))
    assert "  Verdict      ok (certain), 2026-11-22 12:00 UTC\n" in text
    assert "  Description  Words and more words. Words" in text
    assert "\n               Words" in text
    assert max(map(len, text.splitlines())) <= 80


def test_each_hop_says_how_it_led_on() -> None:
    hops = (
        Hop(url("https://href.li/?https://a.example/"), None, Via.WRAPPER),
        Hop(A, 302),
        Hop(url("https://b.example/"), 200, Via.META_REFRESH),
    )
    seen = replace(look("temporary"), hops=hops, final_url=url("https://c.example/"))
    assert story_text(Story(A, (seen,), (), None)).endswith(
        "      wrapper https://href.li/?https://a.example/\n"
        "      302 https://a.example/\n"
        "      200 meta-refresh https://b.example/\n"
        "        → https://c.example/\n"
    )


def test_a_link_that_no_document_has_any_more_and_nobody_has_looked_at() -> None:
    story = Story(A, (), (), None)
    assert "no document has it any more" in story_text(story)
    assert "none yet" in story_text(story)
    assert story_record(story, USUAL)["health"] is None


def test_a_bare_link_outside_any_section_and_a_look_that_asked_nothing() -> None:
    place = replace(occurrence(text=""), section="")
    unasked = replace(
        look("interstitial", attempts=0), verdict=Verdict(Outcome.BLOCKED, "interstitial", "x")
    )
    told = story_text(Story(A, (unasked,), (place,), state_of_looks("timeout")))
    assert "  a.md:1:1\n" in told
    assert "not confirmed yet" in told
    assert "1 unclear" in told


def test_a_story_tells_of_copies_and_of_asking_in_vain() -> None:
    found = ArchivedCopy(
        A, Errand.FIND, NOON, Basis.SEEN, NOON, Came.COPY, question(A, NOON), NOON
    )  # fmt: skip
    none = replace(found, came=Came.NONE, copy_url=None, copy_at=None)
    story = Story(A, (), (), None, (found, replace(none, errand=Errand.SAVE, came=Came.LATER)))
    assert story_text(story).startswith(
        "https://a.example/\n"
        "  Copy         Archived on 2026-11-22, before the page was lost.\n"
        "               https://web.archive.org/web/20261122120000/https://a.example/\n"
        "  Saved        not known yet: web.archive.org did not tell on 2026-11-22\n"
        "\n"
    )
    assert "none at web.archive.org, asked on 2026-11-22" in story_text(
        replace(story, copies=(none,))
    )
    assert story_record(story, USUAL)["archived_copies"] == [
        {
            "errand": "find", "basis": "seen", "came": "copy",
            "wanted_at": "2026-11-22T12:00:00Z", "asked_at": "2026-11-22T12:00:00Z",
            "copy_at": "2026-11-22T12:00:00Z",
            "copy_url": "https://web.archive.org/web/20261122120000/https://a.example/",
        },
        {
            "errand": "save", "basis": "seen", "came": "later",
            "wanted_at": "2026-11-22T12:00:00Z", "asked_at": "2026-11-22T12:00:00Z",
            "copy_at": None, "copy_url": None,
        },
    ]  # fmt: skip


def test_of_a_lost_page_it_is_told_what_it_was() -> None:
    page = PageFacts(title="How trees grow", language="en")
    good = replace(look("ok"), facts=page)
    error = replace(
        look("not-found", NOON + timedelta(days=1)), facts=PageFacts(title="Oops", author="Ann")
    )
    told = story_text(Story(A, (good, error), (), state_of_looks("ok", "not-found")))
    assert "  It says      Oops\n" in told
    assert "The page as of 2026-11-22\n  Title        How trees" in told
    error = replace(error, at=NOON)
    never = story_text(Story(A, (error,), (), state_of_looks("not-found")))
    assert "What answered\n  Title        Oops\n  Author       Ann\n" in never


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        (("connect",), "Wait: only several failed looks over days make a link broken."),
        (("connect",) * 4, "Replace or remove the link; an archived copy may exist."),
        (
            ("ok", "connect") * 4,
            "Leave the link if the page is worth it; ignore it if it disturbs.",
        ),
    ],
)
def test_what_to_do_is_about_all_looks_where_they_agree(looks: tuple[str, ...], said: str) -> None:
    latest = look(looks[-1], NOON + timedelta(days=len(looks) - 1))
    told = story_text(Story(A, (latest,), (), state_of_looks(*looks)))
    assert f"What to do   {said}\n" in told


def test_a_drifted_link_is_told_with_what_its_page_was() -> None:
    page = replace(look(address=str(A)), final_url=A, facts=PageFacts(title="Slots", language="id"))
    known = Sketch(NOON, str(A), None, "Oak Library", "en")
    drifted = LinkState(
        A, Health.DRIFTED, NOON, NOON, NOON, trail="+++", known=known, drift_since=NOON,
        drift_looks=2,
    )  # fmt: skip
    told = Story(A, (page,), (), drifted)
    text = " ".join(story_text(told).split())
    assert "Health drifted since 2026-11-22" in text
    assert "What to do Open it; if it is not what you meant, replace the link." in text
    assert "Another page on 2 looks since 2026-11-22." in text
    assert f"It was “Oak Library” (en) at {A}; it is “Slots” (id) at {A}." in text
    assert story_record(told, USUAL)["drift"]["before"]["title"] == "Oak Library"
    assert story_record(Story(A, (), (), drifted), USUAL)["drift"]["now"]["final_url"] is None
    assert "Another page on" in " ".join(story_text(Story(A, (), (), drifted)).split())
    assert story_record(Story(A, (page,), (), None), USUAL)["drift"] is None
