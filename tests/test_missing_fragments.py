"""A fragment that its page has not, from the look to every report: one URL, two places, one bad."""

import json
from dataclasses import replace

import pytest
from fakes import NOON, converse, look, occurrence, state_of_looks, to, url

from crawler import reports
from crawler.assemble import Tally, assemble, noted, without_network
from crawler.look import observe
from crawler.model import (
    Answer,
    Fetch,
    Finding,
    Link,
    Observation,
    Outcome,
    Place,
    Report,
    Response,
    Run,
    Severity,
)
from crawler.outline import Aspect, outline
from crawler.packing import pack_look, unpack_look
from crawler.probe import probe
from crawler.records import counts, look_record, row_record
from crawler.rows import look_of, look_row
from crawler.settings import HealthSettings
from crawler.story import Story, story_record
from crawler.storytelling import story_text
from crawler.urls import Rejected, Rejection, Target

A, B = url("https://a.example/"), url("https://b.example/")
HTML = {"content-type": "text/html"}
PAGE = Response(200, HTML, b"<title>x</title><h2 id=here>Some words</h2>")
ASKED = frozenset({"here", "gone", "here:~:text=some%20words", ":~:text=other", "off:~:text=words"})
MISSING = (":~:text=other", "gone", "off")


def seen(
    outcome: Answer = PAGE, fragments: frozenset[str] = ASKED, fragment: str | None = None
) -> Observation:
    fetch = Fetch(A, A, outcome, fragment=fragment)
    return observe(Link(A, fragments), fetch, None, None, NOON)


def report(*fragments: str | None, of: Observation | None = None) -> Report:
    places = [
        Place(occurrence(f"{A}#{each or ''}", line), Target(A, each))
        for line, each in enumerate(fragments, 1)
    ]
    run = Run("r", NOON, NOON, complete=True)
    return assemble(run, places, {A: of or seen()}, {A: state_of_looks("ok")}, {})


def test_a_look_keeps_what_its_page_has_not_and_is_good_itself() -> None:
    assert seen().missing_fragments == MISSING
    assert seen().verdict.outcome is Outcome.OK


@pytest.mark.parametrize(
    "look_at",
    [
        seen(fragments=frozenset({"here"})),
        seen(fragments=frozenset()),
        seen(fragment="elsewhere"),
        seen(Response(404, HTML, PAGE.body)),
        seen(Response(200, {"content-type": "application/pdf"}, PAGE.body)),
        seen(Response(200, HTML, PAGE.body, truncated=True)),
        seen(Response(200, HTML | {"cf-mitigated": "challenge"}, PAGE.body)),
    ],
)
def test_a_look_may_have_nothing_to_say_of_fragments(look_at: Observation) -> None:
    assert look_at.missing_fragments == ()


def test_each_place_has_the_verdict_on_its_own_fragment() -> None:
    rows = report(None, "here", "gone", "off:~:text=words", ":~:text=other").rows
    assert [row.verdict.reason for row in rows] == [
        "ok", "ok", "fragment-missing", "fragment-missing", "ok",
    ]  # fmt: skip
    assert rows[2].verdict.outcome is Outcome.BROKEN
    assert rows[2].verdict.detail.endswith("(#gone)")
    assert [[finding.name for finding in row.findings] for row in rows] == [
        [], [], [], [], ["text-missing"],
    ]  # fmt: skip
    assert counts(rows)[Outcome.BROKEN] == 2


def test_a_page_that_is_not_there_has_one_verdict_for_all() -> None:
    gone = replace(look("not-found"), missing_fragments=("gone",))
    assert report("gone", of=gone).rows[0].verdict.reason == "not-found"


def test_a_missing_fragment_fails_a_check_and_is_not_confirmed_by_the_health_of_its_page() -> None:
    tally = Tally()
    list(noted(report("gone"), tally).rows)
    assert tally.outcomes == {Outcome.BROKEN}
    assert not tally.confirmed


def test_a_place_that_its_own_document_has_not_needs_no_second_look() -> None:
    run, tally = Run("r", NOON, NOON, complete=True), Tally()
    place = Place(occurrence("#x"), Rejected("#x", Rejection.FRAGMENT_MISSING))
    list(noted(assemble(run, [place], {}, {}, {}), tally).rows)
    assert tally.confirmed


def test_without_network_nothing_is_said_of_fragments_either() -> None:
    (row,) = without_network(report(":~:text=other")).rows
    assert (row.verdict.reason, row.findings) == ("no-network", ())


def test_a_report_names_the_link_with_the_fragment_that_is_missing() -> None:
    seen = report(None, "here", "gone", "gone", ":~:text=other")
    said = outline(replace(seen, remembers=True))
    broken, words = said.sections
    (entry,) = broken.entries
    assert (entry.url, entry.code, entry.written) == (f"{A}#gone", "fragment-missing", 2)
    assert entry.history == "As the latest look saw it; reports add up looks for whole pages only."
    broken, _ = outline(seen).sections
    assert broken.entries[0].history == "", "of a check, which is one look"
    assert (words.title, words.entries[0].url) == ("Text not found", f"{A}#:~:text=other")
    assert said.summary == "2 links in 5 places: 1 ok, 1 broken."


NAMING = [each for each in reports.FORMATS if Aspect.BROKEN in each.aspects]


@pytest.mark.parametrize("each", NAMING, ids=lambda each: each.name)
def test_every_format_names_it(each: reports.Format) -> None:
    text = reports.render(report("here", "gone"), each.name, Aspect.ALL)
    assert "fragment-missing" in text
    assert "gone" in text


def test_places_in_documents_are_named_with_their_document() -> None:
    run = Run("r", NOON, NOON, complete=True)
    places = [
        Place(occurrence("#x", 1, "a.md"), Rejected("#x", Rejection.FRAGMENT_MISSING)),
        Place(occurrence("#x", 1, "b.md"), Rejected("#x", Rejection.ANCHOR)),
        Place(occurrence("#", 2, "b.md"), Rejected("#", Rejection.ANCHOR)),
    ]
    said = outline(assemble(run, places, {}, {}, {}))
    (entry,) = said.sections[0].entries
    assert (entry.url, entry.followable, entry.history) == ("a.md#x", False, "")
    assert said.summary == "3 links in 3 places: 2 ok, 1 broken."
    assert [row_record(row)["fragment"] for row in assemble(run, places, {}, {}, {}).rows] == [
        "x", "x", None,
    ]  # fmt: skip


def test_the_json_of_a_place_is_its_own() -> None:
    moved = Finding("moved", Severity.ADVICE, "Moved.", str(B))
    rows = report("here", "gone", ":~:text=other", of=replace(seen(), findings=(moved,))).rows
    here, gone, text = map(row_record, rows)
    assert (here["outcome"], gone["outcome"], text["outcome"]) == ("ok", "broken", "ok")
    assert gone["confidence"] == "likely"
    assert [f["replacement"] for f in here["findings"]] == [f"{B}#here"]
    assert [f["replacement"] for f in gone["findings"]] == [None], "as wrong there as here"
    assert [f["name"] for f in text["findings"]] == ["moved", "text-missing"]


def test_the_story_of_a_link_tells_what_its_page_has_not() -> None:
    story = Story(A, (seen(),), (occurrence(),), state_of_looks("ok"))
    assert "  Not on page  #:~:text=other, #gone, #off\n" in story_text(story)
    assert story_record(story, HealthSettings())["looks"][0]["missing_fragments"] == list(MISSING)
    assert look_record(look("ok"))["missing_fragments"] == []


def test_what_is_missing_is_kept_and_read_back() -> None:
    was = seen()
    assert unpack_look(pack_look(was), A).missing_fragments == MISSING
    row = look_row(was) | {"url": str(A)}
    assert json.loads(row["missing_fragments"]) == list(MISSING)
    assert look_of(row).missing_fragments == MISSING
    assert look_of(row | {"missing_fragments": None}).missing_fragments == ()


@pytest.mark.parametrize(
    ("locations", "fragment"),
    [
        (("/b",), None),
        (("/b#there",), "there"),
        (("/b#there", "/c"), "there"),
        (("/b#there", "/c#elsewhere"), "elsewhere"),
    ],
)
def test_a_redirect_may_say_where_on_its_page_it_leads(
    locations: tuple[str, ...], fragment: str | None
) -> None:
    fetch, asked = converse(probe(A), *map(to, locations), PAGE)
    assert fetch.fragment == fragment
    assert not [request for request in asked if "#" in str(request.url)]
