"""Reports: what they say, in which order, and that no stranger's text can do anything in them."""

import csv
import json
import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyromark
import pytest
from fakes import NOON, look, occurrence, state_of_looks, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from crawler import reports
from crawler.assemble import Tally, noted
from crawler.beliefs import drift_words, is_broken
from crawler.dress import dress, manners
from crawler.errors import UsageError
from crawler.ink import Paper
from crawler.languages import language
from crawler.marked import code, escape
from crawler.model import (
    Change,
    Finding,
    Health,
    Hop,
    Ignore,
    IgnoreState,
    LinkState,
    Network,
    Observation,
    Outcome,
    PageFacts,
    Place,
    Report,
    Row,
    Run,
    Severity,
    Sketch,
    Transition,
    Unread,
)
from crawler.outline import Aspect, outline
from crawler.records import indented
from crawler.reports.text import render_styled
from crawler.text import is_clean
from crawler.urls import Rejected, Rejection, Target
from crawler.words import ENGLISH

SNAPSHOTS = Path(__file__).parent / "snapshots"
EXCLUDED = verdict_of("excluded")
RUN = Run("run-1", NOON, NOON + timedelta(minutes=1), complete=True)


def able(aspect: Aspect) -> list[reports.Format]:
    """Return the formats that can show an aspect."""
    return [each for each in reports.FORMATS if aspect in each.aspects]


SHOWN = [
    pytest.param(each, aspect, id=f"{each.name}-{aspect}")
    for aspect in (Aspect.TROUBLE, Aspect.ALL)
    for each in able(aspect)
]


def row(  # noqa: PLR0913 - a row has as many parts
    address: str,
    reason: str = "ok",
    line: int = 1,
    *,
    text: str = "label",
    state: LinkState | None = None,
    observation: Observation | None = None,
    findings: tuple[Finding, ...] = (),
) -> Row:
    seen = observation or replace(look(reason, address=address), findings=findings)
    place = Place(occurrence(address, line, text=text), Target(url(address)))
    return Row(place, seen.verdict, seen, state)


def written(raw: str, rejection: Rejection, line: int = 1) -> Row:
    place = Place(occurrence(raw, line), Rejected(raw, rejection))
    return Row(place, verdict_of(rejection))


def state(health: Health, bad_looks: int, *, good: bool = False) -> LinkState:
    return LinkState(
        url("https://a.example/"),
        health,
        NOON,
        NOON,
        NOON - timedelta(days=9) if good else None,
        NOON - timedelta(days=4),
        bad_looks,
    )


def drifted(reason: str = "ok") -> Row:
    """A link whose page is another's now."""
    address = "https://sold.example/"
    known = Sketch(NOON, address, None, "Oak Library", "en", "Oak Library")
    believed = replace(
        state(Health.DRIFTED, 0, good=True),
        failing_since=None,
        known=known,
        drift_since=NOON,
        drift_looks=2,
    )
    slots = PageFacts("text/html", "Situs *Slot* Gacor", "html", "id")
    seen = replace(look(reason, address=address), final_url=url(address), facts=slots)
    return row(address, line=14, observation=seen, state=believed)


def flaky() -> Row:
    """A link that is there today."""
    believed = replace(state(Health.FLAKY, 0, good=True), failing_since=None, trail="+-+-+++")
    return row("https://moody.example/", line=15, state=believed)


def everything() -> Report:
    """One of each kind, with an old URL that stands in two places."""
    moved = Finding(
        "moved", Severity.ADVICE, "Moved for good: to another site.", "https://b.example/"
    )
    hidden = Finding("shortener", Severity.ADVICE, "Shortened by bit.ly.", "https://c.example/")
    home = Finding("sent-home", Severity.WARNING, "A deep link that leads to the front page.")
    kept = Finding(
        "archived-copy",
        Severity.ADVICE,
        "Archived on 2026-10-01, before the page was lost.",
        "https://web.archive.org/web/20261001000000/https://gone.example/a",
    )
    long_story = replace(
        look("permanent", address="http://old.example/x"),
        hops=(Hop(url("http://old.example/x"), 301),),
        final_url=url("https://b.example/"),
        facts=PageFacts("text/html", "A *title*", "html", "es", "html", "Words"),
        findings=(moved,),
    )
    rows = (
        replace(
            row("https://gone.example/a", "not-found", 1, state=state(Health.BROKEN, 3, good=True)),
            advice=(kept,),
        ),
        row("https://gone.example/a", "not-found", 9, text="C√≥mo"),
        row("https://slow.example/", "timeout", 2, state=state(Health.SUSPECT, 1)),
        row("https://soft.example/", "soft-404", 16, state=state(Health.SUSPECT, 1, good=True)),
        row("https://late.example/", "timeout", 3, state=state(Health.BROKEN, 3)),
        row("https://wall.example/", "bot-wall", 4),
        drifted(),
        flaky(),
        row("https://priv.example/", "private-address", 5),
        written("http://[", Rejection.MALFORMED, 6),
        row("http://old.example/x", line=7, observation=long_story),
        row("https://bit.ly/x", "temporary", 8, findings=(hidden,)),
        row("https://deep.example/x", "permanent", 8, findings=(home,)),
        row("https://ok.example/", "ok", 10),
        written("notes/x.md", Rejection.RELATIVE, 11),
        written("mailto:a@b.example", Rejection.MAIL, 12),
        Row(
            Place(occurrence("https://x.example/", 13), Target(url("https://x.example/"))), EXCLUDED
        ),
    )
    unread = (Unread("docs/b.md", "is a binary file, not a document"),)
    return Report(RUN, rows, ("a.md: the front matter is malformed.",), unread, remembers=True)


def without_dress(text: str) -> str:
    """Return a report without what a page is dressed in, for that says nothing; and in lines."""
    if not text.startswith("<!doctype html>"):
        return text
    return text.replace(dress(), "").replace(manners(), "").replace("><", ">\n<")


@pytest.mark.parametrize(("each", "aspect"), SHOWN)
def test_snapshot(each: reports.Format, aspect: Aspect) -> None:
    path = SNAPSHOTS / f"{aspect}{each.suffix}"
    text = without_dress(reports.render(everything(), each.name, aspect))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("each", able(Aspect.CATALOGUE), ids=lambda each: each.name)
def test_snapshot_of_the_catalogue(each: reports.Format) -> None:
    path = SNAPSHOTS / f"catalogue{each.suffix}"
    text = without_dress(reports.render(everything(), each.name, Aspect.CATALOGUE))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def news() -> Report:
    """One change of each kind, as a run would tell them."""
    until = date(2026, 11, 21)
    expired = Ignore("a.md", 4, None, IgnoreState.EXPIRED, until, "moves")
    listed = replace(expired, document="crawl.toml", line=None, entry=2, reason="")

    def change(kind: Change, address: str, sentence: str, **fields: Any) -> Transition:  # noqa: ANN401 - any field
        places = (occurrence(address, 3), occurrence(address, 9, text="C√≥mo"))
        known: dict[str, Any] = {"before": "healthy", "after": str(kind), "since": NOON}
        known |= {"history": "Since then.", "places": places, "written": 22, "code": "not-found"}
        return Transition(kind, url(address), sentence, **{**known, **fields})

    ended = Transition(
        Change.IGNORE_EXPIRED, None, "It ended with 2026-11-21.", "active", "expired",
        "ignore-expired", ignore=expired,
    )  # fmt: skip
    changes = (
        change(Change.BROKEN, "https://gone.example/a", "There is no such page. (HTTP 404)"),
        change(Change.BROKEN, "https://new.example/", "There is no such page.", before=None),
        change(Change.DRIFTED, "https://sold.example/", "The page is another."),
        change(Change.FLAKY, "https://now.example/", "Some looks are good, some are not."),
        change(
            Change.MOVED, "http://old.example/x", "Moved for good: to another site.",
            before="http://old.example/x", after="https://b.example/",
            replacement="https://b.example/",
        ),
        ended,
        replace(ended, before="unused", ignore=listed),
        change(Change.RECOVERED, "https://back.example/", "It is there again.", written=2),
    )  # fmt: skip
    return replace(everything(), changes=changes)


@pytest.mark.parametrize("each", able(Aspect.CHANGES), ids=lambda each: each.name)
def test_snapshot_of_what_has_changed(each: reports.Format) -> None:
    path = SNAPSHOTS / f"changes{each.suffix}"
    text = without_dress(reports.render(news(), each.name, Aspect.CHANGES))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("each", able(Aspect.CHANGES), ids=lambda each: each.name)
def test_what_has_changed_holds_no_password(each: reports.Format) -> None:
    where = replace(occurrence(), raw="https://ann:s3cret@a.example/")
    (first, *_) = news().changes or ()
    report = replace(news(), changes=(replace(first, places=(where,)),))
    assert "s3cret" not in reports.render(report, each.name, Aspect.CHANGES)


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_a_whole_report_begins_with_what_has_changed(name: str) -> None:
    plain, text = (reports.render(each, name) for each in (everything(), news()))
    first, _, rest = text.partition("Changed (7)")
    before, _, after = plain.partition("Broken (2)")
    assert first.removesuffix("## ") == before.removesuffix("## ")
    changed, _, others = rest.partition("Broken (2)")
    assert others == after
    assert "https://back.example/" in changed
    assert "https://new.example/" not in changed, "it was never well, and is told as broken"
    assert "label" not in changed, "places stand where the link is dealt with"


def test_a_report_of_very_many_changes_is_a_report_all_the_same() -> None:
    changes = news().changes or ()
    many = replace(news(), changes=changes[:1] * 30)
    text = reports.render(many, "text")
    assert (
        "Changed (20)\n------------\nSince the looks before this run; 10 more are left out here."
        in text
    )
    assert reports.render(many, "text", Aspect.CHANGES).count("gone.example") == 30 * 1
    one_more = reports.render(replace(news(), changes=changes[:1] * 21), "text")
    assert "; 1 more is left out here." in one_more


def test_a_report_says_since_when_it_tells_what_has_changed() -> None:
    told = replace(news(), since=NOON - timedelta(days=1))
    assert "Since 2026-11-21 12:00 UTC." in reports.render(told, "text")


def test_a_report_that_is_none_of_a_run_does_not_say_that_nothing_has_changed() -> None:
    assert json.loads(reports.render(everything(), "json"))["changes"] is None
    quiet = replace(everything(), changes=())
    assert json.loads(reports.render(quiet, "json"))["changes"] == []
    assert reports.render(quiet, "text") == reports.render(everything(), "text")
    kinds = [each["kind"] for each in json.loads(reports.render(news(), "json"))["changes"]]
    assert kinds == [each.kind for each in news().changes or ()]


@pytest.mark.parametrize(("each", "aspect"), SHOWN)
def test_every_format_goes_through_every_row(each: reports.Format, aspect: Aspect) -> None:
    found = Tally()
    reports.render(noted(everything(), found), each.name, aspect)
    rows = everything().rows
    assert found.outcomes == {row.verdict.outcome for row in rows}
    assert found.reasons == {row.verdict.reason for row in rows}


def test_the_worst_comes_first_and_one_url_is_one_entry() -> None:
    said = outline(everything())
    assert [(section.title, len(section.entries)) for section in said.sections] == [
        ("Broken", 2),
        ("Drifted", 1),
        ("Not a link", 1),
        ("Perhaps broken", 1),
        ("No answer this time", 1),
        ("Flaky", 1),
        ("Not asked for safety", 1),
        ("Not for us", 1),
        ("Moved for good", 1),
        ("Sent to the front page", 1),
        ("Behind a shortener", 1),
    ]
    assert [place.span.line for place in said.sections[0].entries[0].places] == [1, 9]


@pytest.mark.parametrize("each", ["text", "markdown"])
def test_the_copy_of_a_page_is_told_where_it_is_lost_and_nowhere_else(each: str) -> None:
    copy = Finding("archived-copy", Severity.ADVICE, "There is a copy.", "https://c.example/")
    hidden = Finding("shortener", Severity.ADVICE, "It is short.", "https://b.example/")
    lost = replace(row("https://a.example/", "not-found", findings=(hidden,)), advice=(copy,))
    assert reports.render(Report(RUN, (lost,)), each).count("https://c.example/") == 1
    another = replace(drifted(), advice=(copy,))
    assert reports.render(Report(RUN, (another,)), each).count("https://c.example/") == 1


def test_a_drifted_link_is_told_with_what_it_was_and_what_it_is() -> None:
    (record,) = (each for each in records(drifted()) if each["health"] == "drifted")
    assert record["drift"] == {
        "since": "2026-11-22T12:00:00Z",
        "looks": 2,
        "before": {
            "seen_at": "2026-11-22T12:00:00Z", "title": "Oak Library", "language": "en",
            "site": "Oak Library", "final_url": "https://sold.example/",
        },
        "now": {
            "seen_at": "2026-11-22T12:00:00Z", "title": "Situs *Slot* Gacor", "language": "id",
            "site": None, "final_url": "https://sold.example/",
        },
    }  # fmt: skip
    assert record["outcome"] == "ok"  # which is what a check fails by


def test_of_a_drifted_page_that_is_not_there_just_now_only_what_it_was_is_told() -> None:
    (record,) = records(drifted("timeout"))
    assert set(record["drift"]["now"].values()) == {"2026-11-22T12:00:00Z", None}
    (section,) = (
        each for each in outline(Report(RUN, (drifted("timeout"),))).sections
        if each.title == "Drifted"
    )  # fmt: skip
    assert section.entries[0].sentence.endswith("; it is not there just now.")


def test_a_page_without_a_title_is_told_by_its_address() -> None:
    row = drifted()
    assert row.state is not None
    assert row.state.known is not None
    unnamed = replace(row.state, known=replace(row.state.known, title=None, language=None))
    assert drift_words(unnamed, look()).startswith(
        "It was a page without a title at https://sold.example/; it is"
    )
    assert drift_words(replace(unnamed, health=Health.HEALTHY), look()) == ""


def test_a_flaky_link_is_told_where_all_is() -> None:
    report = Report(RUN, (flaky(),))
    assert [each.title for each in outline(report, Aspect.TROUBLE).sections] == []
    (section,) = outline(report).sections
    assert section.entries[0].history == (
        "Bad on 2 of the last 7 looks, in 4 turns, flaky since 2026-11-22; last good 2026-11-13."
    )


def records(*rows: Row) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(reports.render(Report(RUN, rows), "json", Aspect.ALL))[
        "links"
    ]
    return found


def test_a_format_is_asked_for_nothing_that_it_cannot_show(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reports.shown("text", None, Aspect.TROUBLE) is Aspect.TROUBLE
    assert reports.shown("text", Aspect.BROKEN, Aspect.TROUBLE) is Aspect.BROKEN
    news_only = replace(reports.BY_NAME["text"], aspects=frozenset({Aspect.CHANGES}))
    monkeypatch.setattr(reports, "BY_NAME", {"news": news_only})
    assert reports.shown("news", None, Aspect.TROUBLE) is Aspect.CHANGES
    with pytest.raises(UsageError, match="--view all: news cannot show that, but changes"):
        reports.shown("news", Aspect.ALL)
    monkeypatch.undo()
    with pytest.raises(UsageError, match=r"badge cannot show that, but all\.$"):
        reports.shown("badge", Aspect.HOSTS)


@pytest.mark.parametrize("format_", ["text", "markdown", "github-summary"])
def test_what_is_left_out_is_shown_without_what_has_changed(format_: str) -> None:
    change = Transition(Change.BROKEN, url("https://gone.example/a"), "It is gone.", at=NOON)
    report = replace(everything(), changes=(change,), since=NOON)
    assert "Changed (1)" in reports.render(report, format_)
    assert "Changed" not in reports.render(report, format_, Aspect.IGNORED)


@pytest.mark.parametrize("aspect", [Aspect.BROKEN, Aspect.IGNORED, Aspect.ALL])
def test_data_of_a_view_are_of_what_it_shows(aspect: Aspect) -> None:
    """And so the same as people are told."""
    whole = everything()
    left = row("https://gone.example/a", "ignored", 30)
    left = replace(left, place=replace(left.place, ignored="said so"))
    report = replace(whole, rows=(*whole.rows, left))
    told = {
        f"{place.document}:{place.span.line}"
        for section in outline(report, aspect).sections
        for entry in section.entries
        for place in entry.places
    }
    links = [json.loads(line) for line in reports.render(report, "jsonl", aspect).splitlines()]
    assert json.loads(reports.render(report, "json", aspect))["links"] == links
    table = csv.reader(reports.render(report, "csv", aspect).splitlines())
    assert len(list(table)) == len(links) + 1
    found = {f"{each['document']}:{each['line']}" for each in links}
    assert found >= told
    assert links
    if aspect is Aspect.ALL:
        assert len(links) == len(report.rows)
    else:
        assert found == told
        assert len(links) < len(report.rows)


def test_what_machines_get_of_a_quiet_week_says_so() -> None:
    quiet = replace(news(), changes=(), since=NOON, chosen=("Only host a.example: 1 of 9 places.",))
    told = json.loads(reports.render(quiet, "json", Aspect.CHANGES))
    assert told["text"] == "crawl: nothing has changed."
    assert (told["since"], told["run"]["chosen"]) == ("2026-11-22T12:00:00Z", list(quiet.chosen))
    last = reports.render(quiet, "github", Aspect.ALL).splitlines()[-1]
    assert last.endswith(" notices. Only host a.example: 1 of 9 places.")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("o.JSON", "json"), ("badge.json", "json"), ("o.Badge.JSON", "badge-json"),
        ("o.junit.xml", "junit"), ("o.xml", "text"), ("o", "text"), (None, "text"),
    ],
)  # fmt: skip
def test_a_format_is_chosen_by_the_ending_however_it_is_written(
    file: str | None, name: str
) -> None:
    assert reports.chosen(None, Path(file) if file else None) == name
    assert reports.chosen("csv", Path(file) if file else None) == "csv"


def test_trouble_leaves_advice_out() -> None:
    titles = [section.title for section in outline(everything(), Aspect.TROUBLE).sections]
    assert titles[:2] == ["Broken", "Drifted"]
    assert titles[-1] == "Not for us"


def test_what_is_sure_can_be_had_alone() -> None:
    said = outline(everything(), Aspect.BROKEN)
    assert [section.title for section in said.sections] == ["Broken", "Drifted", "Not a link"]
    assert said.summary == outline(everything()).summary


def test_what_is_left_out_can_be_had_alone() -> None:
    left = replace(row("https://left.example/", "ignored"), state=None, observation=None)
    left = replace(left, place=replace(left.place, ignored="by us, until 2027-01-01"))
    (section,) = outline(Report(RUN, (left, *everything().rows)), Aspect.IGNORED).sections
    assert [entry.url for entry in section.entries] == ["https://left.example/"]


def in_document(name: str, told: Row) -> Row:
    place = replace(told.place.occurrence, document=name)
    return replace(told, place=replace(told.place, occurrence=place))


def test_broken_links_stand_under_their_documents_if_there_are_several() -> None:
    gone = [row(f"https://gone.example/{n}", "not-found", n) for n in (1, 2, 3)]
    named = [in_document(*each) for each in zip(("a.md", "a.md", "b_1.md"), gone, strict=True)]
    text = reports.render(Report(RUN, named), "text")
    assert text.index("\na.md\n") < text.index("gone.example/1") < text.index("\nb_1.md\n")
    assert text.count("\na.md\n") == 1
    assert "\n### b\\_1.md\n" in reports.render(Report(RUN, named), "markdown")
    assert "### " not in reports.render(Report(RUN, named[:2]), "markdown")


def test_links_that_a_host_blocks_for_one_reason_are_one_entry() -> None:
    walls = [row(f"https://wall.example/{n}", "bot-wall", n) for n in range(1, 31)]
    other = [row("https://wall.example/login", "auth", 31), row("https://pay.example/", "auth", 32)]
    (section,) = outline(Report(RUN, (other[1], *walls, other[0]))).sections
    assert [(entry.url, entry.code, entry.written) for entry in section.entries] == [
        ("https://pay.example/", "auth", 1),
        ("wall.example", "bot-wall", 30),
        ("https://wall.example/login", "auth", 1),
    ]
    assert section.entries[1].sentence == (
        "30 links. A wall against robots answered, not the page."
    )
    assert len(section.entries[1].places) == 20
    assert not section.entries[1].followable


def test_many_silent_looks_make_a_link_broken_though_the_last_one_only_failed() -> None:
    assert is_broken(row("https://a.example/", "timeout", state=state(Health.BROKEN, 3)))
    assert is_broken(row("https://a.example/", "rate-limited", state=state(Health.BROKEN, 3)))
    assert not is_broken(row("https://a.example/", "timeout", state=state(Health.SUSPECT, 1)))
    assert not is_broken(row("https://a.example/", "ok", state=state(Health.BROKEN, 3)))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            replace(RUN, network=Network.DOWN),
            "No host at all could be reached: is there a network? N",
        ),
        (replace(RUN, network=Network.CAPTIVE), "log in with a browser, and run it again. Nothing"),
        (replace(RUN, complete=False), "partial"),
    ],
)
def test_a_run_that_was_not_whole_says_so(run: Run, words: str) -> None:
    report = replace(everything(), run=run)
    for each in ("text", "markdown"):
        assert words in reports.render(report, each)


def test_what_one_look_calls_broken_is_perhaps_broken_where_more_looks_will_tell() -> None:
    first = row("https://a.example/", "soft-404", state=state_of_looks("soft-404"))
    alone = outline(Report(RUN, (first,)))
    (section,) = alone.sections
    assert (section.title, section.entries[0].history) == ("Broken", "")
    assert alone.summary == "1 link in 1 place: 1 broken."
    (section,) = outline(Report(RUN, (first,), remembers=True)).sections
    assert (section.title, section.outcome) == ("Perhaps broken", Outcome.FAILING)
    assert "not confirmed yet" in section.entries[0].history
    second = replace(first, state=state_of_looks("ok", "soft-404"))
    (section,) = outline(Report(RUN, (second,))).sections  # a check beside a history
    assert section.title == "Broken"
    assert "last good 2026-11-22." in section.entries[0].history


def test_what_all_looks_or_a_place_call_broken_is_broken() -> None:
    gone = row("https://a.example/", "gone", state=state_of_looks("gone"))
    lacking = replace(
        row("https://b.example/", state=state_of_looks("ok")),
        verdict=verdict_of("fragment-missing"),
    )
    file = written("x.md", Rejection.FILE_MISSING)
    told = outline(Report(RUN, (gone, lacking, file), remembers=True))
    assert [section.title for section in told.sections] == ["Broken"]
    assert told.summary == "3 links in 3 places: 3 broken."


def test_an_empty_report_is_calm() -> None:
    assert "No links." in reports.render(Report(RUN, ()), "text")


def test_many_documents_that_could_not_be_read_are_counted() -> None:
    unread = tuple(Unread(f"{number}.md", "is not a regular file") for number in range(25))
    notes = outline(Report(RUN, (), (), unread)).notes
    assert notes[0] == "Not read: 0.md is not a regular file."
    assert notes[-1] == "Not read: 5 more."
    assert len(notes) == 21
    assert (
        len(json.loads(reports.render(Report(RUN, (), (), unread), "json"))["run"]["unread"]) == 25
    )


@pytest.mark.parametrize("name", ["::error::x", "\n::error::x", "##[error]x", "\x1b[31m", "\udcff"])
def test_names_of_documents_are_no_commands_wherever_they_stand_in_a_report(name: str) -> None:
    report = Report(RUN, (), (f"{name}.md: is odd.",), (Unread(name, "is not a regular file"),))
    for each in ("text", "markdown"):
        text = reports.render(report, each)
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())
        assert is_clean(text.replace("\n", ""))
        assert "##[" not in text


def test_a_relative_link_that_is_asked_goes_by_its_address() -> None:
    place = Place(occurrence("page"), Target(url("https://docs.example/page")))
    (section,) = outline(Report(RUN, (Row(place, verdict_of("not-found")),))).sections

    assert [entry.url for entry in section.entries] == ["https://docs.example/page"]


def test_singular_and_plural() -> None:
    assert outline(Report(RUN, (row("https://a.example/"),))).summary == "1 link in 1 place: 1 ok."


def test_a_link_in_very_many_places_is_cut_and_counted() -> None:
    rows = tuple(row("https://a.example/", "gone", line) for line in range(1, 31))
    assert "and 10 more places" in reports.render(Report(RUN, rows), "text")
    assert "and 10 more places" in reports.render(Report(RUN, rows), "markdown")


def test_ignores_without_effect_are_named_up_to_a_number() -> None:
    active = Ignore("a.md", 1, None, IgnoreState.ACTIVE)
    unused = [Ignore("b\x1b.md", line) for line in range(1, 24)]
    run = replace(RUN, ignores=(active, *unused))
    report = Report(run, (row("https://a.example/"),))

    notes = outline(report).notes

    assert len(notes) == 21
    assert notes[0] == "b .md:1: this ignore leaves no link out."
    assert notes[-1] == "3 more ignores expired or unused."
    assert "a.md:1" not in reports.render(report, "text")
    told = reports.render(report, "markdown")
    assert "**Note:** b .md:1: this ignore leaves no link out." in told


def test_a_place_that_is_left_out_does_not_speak_for_its_link() -> None:
    left_out = Place(occurrence("https://a.example/", 1), Target(url("https://a.example/")), "")
    ignored = Row(left_out, verdict_of("ignored"))
    broken = row("https://a.example/", "gone", 2)

    for rows in ((ignored, broken), (broken, ignored), (ignored, broken, ignored)):
        said = outline(Report(RUN, rows))
        assert said.summary == f"1 link in {len(rows)} places: 1 broken."
        assert said.sections[0].entries[0].written == 1


def test_colour_changes_nothing_but_colour() -> None:
    styled = "".join(render_styled(everything(), Aspect.ALL, ENGLISH, Paper(color=True)))
    assert "\x1b[" in styled
    import re  # noqa: PLC0415

    plain = re.sub(r"\x1b\[[0-9;]*m", "", styled)
    assert plain == reports.render(everything(), "text")


def test_user_information_is_shown_nowhere() -> None:
    rejected = written("https://ann:secret@[bad", Rejection.MALFORMED)
    for each in ("text", "markdown"):
        assert "secret" not in reports.render(Report(RUN, (rejected,)), each)


@pytest.mark.parametrize(
    ("fragments", "proposed", "own"),
    [
        ((None, None), "https://b.example/", False),
        (("part", "part"), "https://b.example/#part", False),
        (("part", None), "https://b.example/", True),
        ((None, "part", None), "https://b.example/", True),
        (("one", "two", "one"), "https://b.example/", True),
    ],
)
def test_what_is_proposed_leads_to_the_same_part_of_the_page(
    fragments: tuple[str | None, ...], proposed: str, own: bool
) -> None:
    moved = Finding("moved", Severity.ADVICE, "Moved for good.", "https://b.example/")
    seen = replace(look("permanent", address="https://a.example/"), findings=(moved,))
    rows = tuple(
        Row(Place(occurrence(), Target(url("https://a.example/"), each)), seen.verdict, seen)
        for each in fragments
    )
    ((entry,),) = (each.entries for each in outline(Report(RUN, rows)).sections)
    assert entry.replacement == proposed
    hint = " Keep at each place what stands behind its #."
    assert entry.sentence == f"Moved for good.{hint if own else ''}"
    assert entry.written == len(fragments)
    told = language("es")(f"Moved for good: to another site.{hint}")
    assert told.startswith("Cambio definitivo: a otro sitio. Conviene")


HOSTILE = st.text(
    st.sampled_from("[]()<>*_`~#@!|\\&;:/\n\r\x1b\x9b\u202e\u200bhttps://evil.example GH-1\"'$"),
    max_size=60,
) | st.text(max_size=40)


def hostile(text: str) -> Report:
    finding = Finding("moved", Severity.ADVICE, text)
    seen = replace(
        look("not-found"),
        verdict=replace(verdict_of("not-found"), detail=text),
        facts=PageFacts(title=text),
        findings=(finding,),
    )
    where = replace(occurrence(text=text, document=text or "x"), section=text, raw=text)
    known = Row(Place(where, Target(url("https://a.example/"))), seen.verdict, seen)
    invalid = Row(Place(where, Rejected(text, Rejection.MALFORMED)), verdict_of("malformed"))
    return Report(RUN, (known, invalid), (text,))


def answering(text: str) -> Report:
    """Make a page that is there, and says a text wherever it can."""
    facts = PageFacts(title=text, site=text, author=text, language=text, published=text)
    seen = replace(look("ok"), facts=facts)
    where = replace(occurrence(text=text, document=text or "x"), section=text, raw=text)
    return Report(RUN, (Row(Place(where, Target(url("https://a.example/"))), seen.verdict, seen),))


def hostile_news(text: str) -> Report:
    where = replace(occurrence(text=text, document=text or "x"), section=text, raw=text)
    ignore = Ignore(text or "x", 1, None, IgnoreState.EXPIRED, date(2026, 11, 21), text)
    changes = (
        Transition(
            Change.BROKEN, url("https://a.example/"), text, "healthy", "broken", "gone",
            history=text, places=(where,), written=1,
        ),
        Transition(Change.IGNORE_EXPIRED, None, text, "active", "expired", "x", ignore=ignore),
    )  # fmt: skip
    return Report(RUN, (), changes=changes)


@given(HOSTILE)
def test_no_strangers_text_does_anything_in_what_has_changed(text: str) -> None:
    report = hostile_news(text)
    whole = {
        each.name: reports.render(report, each.name, Aspect.CHANGES)
        for each in able(Aspect.CHANGES)
    }
    for marked in (whole["markdown"], reports.render(report, "markdown")):
        for event in pyromark.events(marked, options=pyromark.Options.ENABLE_TABLES):
            match event:
                case {"Start": {"Link": {"dest_url": target}}}:
                    assert target == "https://a.example/"
                case {"Start": {"Image": _}} | {"Html": _} | {"InlineHtml": _}:
                    raise AssertionError(event)
    assert all(map(is_clean, whole["text"].split("\n")))
    for cell in (cell for row in csv.reader(whole["csv"].splitlines()) for cell in row):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert whole["json"].isascii()
    assert json.loads(whole["json"])["text"] == "crawl: 1 broken, 1 ignored no longer."
    assert json.loads(whole["jsonl"].splitlines()[0])["sentence"] == text


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_json_holds_no_command_of_a_ci_and_says_the_same(name: str) -> None:
    text = "###[error]x"
    report = answering(text)
    for whole in (
        reports.render(report, name),
        reports.render(report, name, Aspect.CATALOGUE),
    ):
        assert "##[" not in whole
        assert '##\\u0023[error]x"' in whole
        assert text in str(json.loads(whole))


@given(HOSTILE)
def test_markdown_holds_no_link_image_or_markup_but_our_own(text: str) -> None:
    rendered = reports.render(hostile(text), "markdown")
    for event in pyromark.events(rendered, options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": {"Link": {"link_type": kind, "dest_url": target}}}:
                assert (kind, target) == ("Autolink", "https://a.example/")
            case {"Start": {"Image": _}} | {"Html": _} | {"InlineHtml": _}:
                raise AssertionError(event)


@given(HOSTILE)
def test_a_catalogue_in_markdown_links_to_its_resources_alone(text: str) -> None:
    rendered = reports.render(answering(text), "markdown", Aspect.CATALOGUE)
    links = []
    for event in pyromark.events(rendered, options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": {"Link": {"dest_url": target}}}:
                links.append(target)
            case {"Start": {"Image": _}} | {"Html": _} | {"InlineHtml": _}:
                raise AssertionError(event)
    assert links == ["https://a.example/"]


@given(HOSTILE)
def test_a_spreadsheet_gets_no_formula_and_no_line_end_in_a_cell(text: str) -> None:
    each = reports.BY_NAME["csv"]
    for whole in (
        reports.render(answering(text), each.name, Aspect.CATALOGUE),
        reports.render(hostile(text), each.name),
    ):
        rows = list(csv.reader("".join(whole).splitlines()))
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            assert is_clean(cell)
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))  # noqa: RUF001


@given(HOSTILE)
def test_a_terminal_gets_no_control_character(text: str) -> None:
    lines = reports.render(hostile(text), "text").split("\n")
    assert all(is_clean(line) for line in lines)


@given(HOSTILE)
def test_json_is_ascii_and_reads_back(text: str) -> None:
    whole = reports.render(hostile(text), "json")
    assert whole.isascii()
    assert json.loads(whole)["links"][0]["raw"] == text
    lines = reports.render(hostile(text), "jsonl").splitlines()
    assert [json.loads(line)["line"] for line in lines] == [1, 1]


@pytest.mark.parametrize("text", ["@name", "#12", "GH-7", "fixes #1", "owner/repo#1"])
def test_a_forge_sees_no_mention_and_no_reference(text: str) -> None:
    assert "\u200b" in escape(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a|b", "`a|b`")],
)
def test_anything_can_be_shown_as_code(text: str, shown: str) -> None:
    assert code(text) == shown


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_json_is_indented_as_the_library_does(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=1)


@pytest.mark.parametrize("value", [float("nan"), [float("inf")]])
def test_what_json_cannot_say_is_not_said(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        indented(value)
