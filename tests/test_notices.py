"""What programs are told: notices, alarms, where documents are, and which of many are kept."""

from dataclasses import replace

import pytest
from fakes import look, occurrence, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st
from test_reports import HOSTILE, RUN, drifted, everything, hostile, row, written

from crawler.assemble import BEFORE
from crawler.checkout_paths import STANDARD_INPUT, path_of, shown_path, uri_of
from crawler.levels import Level, level
from crawler.model import (
    Finding,
    Network,
    Place,
    Report,
    Row,
    Severity,
    Unread,
)
from crawler.notices import Notice, alarms, asides, by_row, is_whole, notices
from crawler.outline import Aspect, outline
from crawler.reasons import BY_CODE
from crawler.shortlist import LOUD, Shortlist
from crawler.urls import Rejected, Rejection, Target
from crawler.words import ENGLISH

ASPECTS = (Aspect.TROUBLE, Aspect.BROKEN, Aspect.ALL)


def told(*rows: Row, aspect: Aspect = Aspect.ALL, remembers: bool = False) -> list[Notice]:
    return list(notices(Report(RUN, rows, remembers=remembers), aspect))


def moved(
    name: str = "moved",
    new: str = "https://b.example/x",
    *,
    raw: str = "https://a.example/",
    href: str = "https://a.example/",
) -> Row:
    """Make a link that is there, and that a finding has another address for."""
    finding = Finding(name, Severity.ADVICE, "Moved for good.", new)
    seen = replace(look("permanent", address="https://a.example/"), findings=(finding,))
    where = replace(occurrence(href), raw=raw)
    return Row(Place(where, Target(url("https://a.example/"))), seen.verdict, seen)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_there_are_notices_of_what_has_an_entry_for_people(aspect: Aspect) -> None:
    sections = outline(everything(), aspect).sections
    expected = {(each.title, entry.url) for each in sections for entry in each.entries}
    found = {
        (each.title(ENGLISH).partition(" (")[0], each.about)
        for each in notices(everything(), aspect)
    }
    assert found == expected


def test_a_row_is_as_loud_as_the_loudest_of_its_notices() -> None:
    for one, of_it in by_row(everything(), Aspect.ALL):
        loudest = min((each.level for each in of_it), key=list(Level).index, default=Level.NONE)
        assert level(one, remembers=True) is loudest


def test_a_notice_says_what_is_wrong_since_when_and_what_to_do() -> None:
    first, *_ = notices(everything(), Aspect.TROUBLE)
    assert first.message(ENGLISH) == (
        "https://gone.example/a: The server says that there is no such page. "
        "Broken on 3 looks since 2026-11-18; last good 2026-11-13. "
        "Replace or remove the link; an archived copy may exist. "
        "Archived on 2026-10-01, before the page was lost. "
        "https://web.archive.org/web/20261001000000/https://gone.example/a"
    )
    assert first.title(ENGLISH) == "Broken (not-found)"


def test_what_all_looks_call_broken_is_not_to_be_waited_for() -> None:
    (late,) = (each for each in notices(everything(), Aspect.BROKEN) if "late" in each.about)
    assert late.code == "timeout"
    assert BY_CODE["timeout"].cure not in late.message(ENGLISH)
    assert late.message(ENGLISH).endswith(BY_CODE["gone"].cure)


def test_a_reason_that_this_version_does_not_know_has_no_cure() -> None:
    unknown = replace(verdict_of("not-found"), reason="eaten", detail="Somebody ate it.")
    (notice,) = told(replace(row("https://a.example/"), verdict=unknown))
    assert notice.code == "eaten"
    assert notice.message(ENGLISH) == "https://a.example/: Somebody ate it."


@pytest.mark.parametrize("reason", ["gone", "malformed"])
def test_trouble_that_was_there_before_is_a_note_and_says_so(reason: str) -> None:
    one = replace(row("https://a.example/", reason), known=BEFORE)
    (notice,) = told(one, aspect=Aspect.TROUBLE)
    assert (notice.level, level(one, remembers=False)) == (Level.NOTE, Level.NOTE)
    assert notice.title(ENGLISH) == f"Known before ({reason})"
    assert notice.sentences[1] == BEFORE
    assert told(one, aspect=Aspect.BROKEN) == []


def test_advice_says_what_to_do_where_nothing_can_be_proposed() -> None:
    (home,) = (each for each in notices(everything(), Aspect.ALL) if "deep" in each.about)
    assert (home.topic, home.code) == ("sent-home", "advice-sent-home")
    assert home.message(ENGLISH).endswith("Open it; if the page is gone, replace the link.")


def test_where_there_is_nothing_to_do_nothing_is_said_of_it() -> None:
    (well,) = told(replace(drifted(), verdict=verdict_of("legal")), aspect=Aspect.BROKEN)
    assert "Nothing to do." not in well.message(ENGLISH)


def test_what_has_drifted_and_has_no_past_is_told_by_its_verdict() -> None:
    assert drifted().state is not None
    (notice,) = told(replace(drifted(), observation=None))
    assert notice.topic == "drifted"
    assert notice.title(ENGLISH) == "Drifted"
    assert notice.sentences[0] == BY_CODE["ok"].sentence


def test_a_proposed_address_keeps_the_fragment_of_its_place() -> None:
    finding = Finding("moved", Severity.ADVICE, "Moved for good.", "https://b.example/")
    seen = replace(look("permanent"), findings=(finding,))
    target = Target(url("https://a.example/"), "part")
    place = Place(occurrence("https://a.example/#part"), target)
    (notice,) = told(Row(place, seen.verdict, seen))
    assert notice.proposed == notice.fix == "https://b.example/#part"
    assert notice.message(ENGLISH).endswith(" Write https://b.example/#part instead.")
    lacking = Row(place, verdict_of("fragment-missing"), seen)
    assert [each.proposed for each in told(lacking)] == [None, None]


@pytest.mark.parametrize(
    ("one", "is_safe"),
    [
        (moved(), True),
        (moved("tracking"), True),
        (moved("affiliate"), False),
        (moved("archived"), False),
        (moved(new="https://b.example/x?a=1"), False),
        (moved(new="https://b.example/?a=1", raw="https://a.example/?="), False),
        (moved(new="https://b.example/(x)"), False),
        (moved(new="https://b.example/x."), False),
        (moved(raw="https:&#x2f;/a.example/"), False),
        (moved(raw="https://c.example/", href="https://c.example/"), False),
        (moved(raw="page", href="page"), False),
        (replace(moved(), verdict=verdict_of("not-found")), False),
    ],
)  # fmt: skip
def test_only_what_needs_no_thought_is_to_be_put_there_by_a_program(
    one: Row, *, is_safe: bool
) -> None:
    (notice,) = (each for each in told(one) if each.proposed)
    assert notice.fix == (notice.proposed if is_safe else None)


def test_a_character_that_stands_there_already_is_no_danger() -> None:
    seen = replace(
        look("permanent", address="https://a.example/?a=1"),
        findings=(Finding("moved", Severity.ADVICE, "Moved.", "https://b.example/?b=2"),),
    )
    where = occurrence("https://a.example/?a=1")
    one = Row(Place(where, Target(url("https://a.example/?a=1"))), seen.verdict, seen)
    assert [each.fix for each in told(one)] == ["https://b.example/?b=2"]


def test_an_ampersand_is_never_put_anywhere_for_it_may_begin_a_character() -> None:
    old, new = "https://a.example/?a=1&b=2", "https://b.example/?b=2&copy=3"
    seen = replace(
        look("permanent", address=old),
        findings=(Finding("moved", Severity.ADVICE, "Moved.", new),),
    )
    one = Row(Place(occurrence(old), Target(url(old))), seen.verdict, seen)
    assert [(each.proposed, each.fix) for each in told(one)] == [(new, None)]


def test_a_place_whose_target_is_no_url_is_left_as_it_is() -> None:
    finding = Finding("language-mismatch", Severity.ADVICE, "It is in Spanish.")
    place = Place(occurrence("x.md"), Rejected("x.md", Rejection.RELATIVE))
    (notice,) = told(Row(place, verdict_of("relative"), None, None, (finding,)))
    assert (notice.fix, notice.about) == (None, "x.md#")


def lines(numbers: list[int], document: str = "a.md") -> list[Row]:
    found = [row("https://a.example/", "gone", number) for number in numbers]
    return [
        replace(each, place=replace(each.place, occurrence=replace(place, document=document)))
        for each in found
        for place in (each.place.occurrence,)
    ]


@given(st.lists(st.integers(1, 99), min_size=1, unique=True), st.integers(1, 50))
def test_fingerprints_stay_when_lines_move_and_are_of_one_place_each(
    numbers: list[int], by: int
) -> None:
    before = [each.fingerprint for each in told(*lines(sorted(numbers)))]
    after = [each.fingerprint for each in told(*lines([each + by for each in sorted(numbers)]))]
    assert before == after
    assert len({*before}) == len(numbers)
    elsewhere = [each.fingerprint for each in told(*lines(numbers, "b.md"))]
    assert {*before}.isdisjoint(elsewhere)


def test_fingerprints_begin_anew_in_each_document() -> None:
    both = told(*lines([1, 2], "a.md"), *lines([1], "b.md"))
    assert [each.nth for each in both] == [0, 1, 0]
    assert both[2].fingerprint == told(*lines([7], "b.md"))[0].fingerprint


def test_a_place_that_is_left_out_says_nothing() -> None:
    one = moved()
    assert told(replace(one, place=replace(one.place, ignored="for now"))) == []


def test_a_report_that_lacks_something_sounds_alarms() -> None:
    cut = replace(everything(), run=replace(RUN, complete=False), chosen=("Only of a.md.",))
    assert [(each.sentence, each.document) for each in alarms(cut)] == [
        ("This report is partial: the run ended before all links were seen.", None),
        ("Not read: docs/b.md is a binary file, not a document.", "docs/b.md"),
    ]
    assert list(asides(cut)) == ["Only of a.md.", "a.md: the front matter is malformed."]


@pytest.mark.parametrize(
    ("report", "whole"),
    [
        (Report(RUN, ()), True),
        (Report(replace(RUN, complete=False), ()), False),
        (Report(replace(RUN, network=Network.DOWN), ()), False),
        (Report(RUN, (), (), (Unread("a.md", "is a pipe"),)), False),
    ],
)
def test_a_report_is_whole_if_there_is_nothing_to_sound_an_alarm_for(
    report: Report, *, whole: bool
) -> None:
    assert is_whole(report) is whole
    assert bool(list(alarms(report))) is not whole


@given(HOSTILE)
def test_every_row_is_gone_through_and_nothing_raises(text: str) -> None:
    report = hostile(text)
    assert [one for one, _ in by_row(report, Aspect.ALL)] == list(report.rows)
    assert all(each.message(ENGLISH) for each in notices(report, Aspect.ALL))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("a.md", "a.md"),
        ("./a.md", "a.md"),
        ("docs/../a b.md", "a b.md"),
        ("..a.md", "..a.md"),
        ("c:x.md", "c:x.md"),
        ("::error::.md", "::error::.md"),
        ("", None),
        (".", None),
        ("/etc/passwd", None),
        ("//a", None),
        ("../a.md", None),
        ("..", None),
        ("a/../../b.md", None),
        ("C:\\a.md", None),
        ("https://a.example/", None),
        ("HTTP://a.example/", None),
        (STANDARD_INPUT, None),
        ("a\x1b.md", "a\x1b.md"),
        ("a\udcff.md", "a\udcff.md"),
    ],
)
def test_a_document_is_where_a_path_from_the_root_leads(document: str, path: str | None) -> None:
    assert path_of(document) == path
    printable = path is not None and path.isprintable()
    assert shown_path(document) == (path if printable else None)


def test_a_name_that_is_no_text_has_a_uri_all_the_same() -> None:
    assert uri_of("a\udcff.md") == "a%ED%B3%BF.md"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_uri_of_a_path_is_relative_plain_and_says_the_same(path: str) -> None:
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - of this test alone

    uri = uri_of(path)
    assert uri.isascii()
    assert uri.isprintable()
    assert unquote(uri) == path
    found = path_of(path)
    if found is not None:
        told = urlsplit(uri_of(found))
        assert (told.scheme, told.netloc, told.query, told.fragment) == ("", "", "", "")
        assert ".." not in told.path.split("/")
        assert not told.path.startswith("/")


@given(st.lists(st.sampled_from(LOUD)), st.integers(0, 12))
def test_the_loudest_are_kept_and_of_one_level_the_first(found: list[Level], most: int) -> None:
    kept = Shortlist[int](most)
    for number, each in enumerate(found):
        kept.take(each, number)
    ordered = sorted(enumerate(found), key=lambda pair: LOUD.index(pair[1]))
    assert list(kept) == [(each, number) for number, each in ordered[:most]]
    assert [kept.seen(each) for each in LOUD] == [found.count(each) for each in LOUD]


def test_written_rows_are_told_without_their_passwords() -> None:
    (notice,) = told(written("https://ann:s3cret@[bad", Rejection.MALFORMED))
    assert "s3cret" not in notice.message(ENGLISH)
