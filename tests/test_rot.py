"""How much has rotted: figures that add up, whose they are, and nothing that strangers can do."""

import csv
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyromark
import pytest
from fakes import NOON, look, occurrence, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st
from strict import OTHERS, Strict
from test_reports import HOSTILE, RUN, everything

from crawler import reports
from crawler.figures import Figures, Said, Table
from crawler.ink import PLAIN, Paper
from crawler.model import (
    Health,
    Line,
    LinkState,
    Origins,
    Outcome,
    Place,
    Report,
    Row,
    Undated,
)
from crawler.outline import Aspect, outline
from crawler.reports.text import render_styled
from crawler.rot import FIRST, FIRST_HOSTS, figures
from crawler.text import is_clean
from crawler.urls import Rejected, Rejection, Target, Url
from crawler.weighing import Standing, standing_of
from crawler.words import ENGLISH

SNAPSHOTS = Path(__file__).parent / "snapshots"
FORMATS = ("text", "markdown", "json", "jsonl", "csv")
VIEWS = (Aspect.HOSTS, Aspect.WEIGHT)
YEAR = timedelta(days=365.25)


def row(
    address: str,
    reason: str = "ok",
    document: str = "a.md",
    line: int = 1,
    *,
    state: LinkState | None = None,
    ms: int = 100,
) -> Row:
    seen = replace(look(reason, address=address), elapsed_ms=ms)
    place = Place(occurrence(address, line, document), Target(url(address)))
    return Row(place, seen.verdict, seen, state)


def left_out(address: str, document: str = "a.md", line: int = 1) -> Row:
    place = Place(occurrence(address, line, document), Target(url(address)), "moves")
    return Row(place, verdict_of("ignored"))


def believed(
    address: str, health: Health, lost: timedelta | None = None, well: timedelta | None = None
) -> LinkState:
    """What is believed of a link that was lost, and was last well, so long before noon."""
    return LinkState(
        url(address),
        health,
        NOON,
        NOON,
        last_ok_at=None if well is None else NOON - well,
        failing_since=None if lost is None else NOON - lost,
    )


def table(told: Figures, name: str) -> Table:
    (found,) = (each for each in told.tables if each.name == name)
    return found


def rows_of(told: Figures, name: str) -> list[Mapping[str, Any]]:
    found = table(told, name)
    names = [column.name for column in found.columns]
    return [dict(zip(names, each, strict=True)) for each in found.rows]


def weighed(*rows: Row, origins: Origins | None = None, aspect: Aspect = Aspect.WEIGHT) -> Figures:
    return figures(Report(RUN, rows, remembers=True, origins=origins), aspect)


# What stands in them


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("view", VIEWS)
def test_snapshot(name: str, view: Aspect) -> None:
    path = SNAPSHOTS / f"{view}{reports.BY_NAME[name].suffix}"
    rows = everything().rows
    lines = {
        (each.document, each.span.line, each.raw): (
            Line(NOON - YEAR * each.span.line, "Ann | Ó" if each.span.line % 2 else "Ben")
            if each.span.line < 12
            else Line(undated=Undated.UNCOMMITTED)
        )
        for each in (row.place.occurrence for row in rows)
    }
    targets = (row.place.target for row in rows)
    seen = {each.url: NOON - YEAR / 4 for each in targets if isinstance(each, Target)}
    text = reports.render(replace(everything(), origins=Origins(seen, lines)), name, view)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_each_host_has_its_figures_and_the_worst_comes_first() -> None:
    gone = believed("https://b.example/", Health.BROKEN, YEAR)
    drifted = believed("https://d.example/", Health.DRIFTED, well=YEAR)
    told = weighed(
        row("https://a.example/", ms=50),
        row("https://a.example/", line=2),
        row("https://b.example/", "gone", state=gone),
        row("https://b.example/2", "timeout", ms=10),
        row("https://b.example/3", "bot-wall"),
        row("https://c.example/", "not-found", state=replace(gone, health=Health.SUSPECT)),
        row("https://d.example/", state=drifted, ms=20),
        row("https://d.example/2", ms=30),
        row("https://d.example/3", ms=70),
        left_out("https://e.example/"),
        aspect=Aspect.HOSTS,
    )
    shown = [
        (each["host"], each["links"], each["places"], each["share_broken"], each["median_ms"])
        for each in rows_of(told, "host")
    ]
    assert shown == [
        ("b.example", 3, 3, 1 / 3, None),
        ("c.example", 1, 1, 0, None),
        ("d.example", 3, 3, 0, 30),
        ("e.example", 1, 1, None, None),
        ("a.example", 1, 2, 0, 100),
    ]
    by_host = {each["host"]: each for each in rows_of(told, "host")}
    assert (by_host["b.example"]["failing"], by_host["b.example"]["blocked"]) == (1, 1)
    assert by_host["c.example"]["perhaps_broken"] == 1
    assert (by_host["d.example"]["drifted"], by_host["d.example"]["well"]) == (1, 3)
    assert by_host["e.example"]["not_asked"] == 1
    assert told.summary == "9 links in 10 places: 1 of 8 that were asked are broken, 12.5 %."


def test_hosts_of_one_owner_are_a_site() -> None:
    told = weighed(
        row("https://a.example.co.uk/", "gone"),
        row("https://b.example.co.uk/"),
        row("https://c.example/"),
        row("http://127.0.0.1/"),
        row("http://127.0.0.2/"),
        aspect=Aspect.HOSTS,
    )
    sites = [(each["site"], each["hosts"], each["links"]) for each in rows_of(told, "site")]
    assert sites == [
        ("example.co.uk", 2, 2), ("127.0.0.1", 1, 1), ("127.0.0.2", 1, 1), ("c.example", 1, 1),
    ]  # fmt: skip
    assert table(told, "site").head == 1
    assert table(told, "site").rest == ("And 3 more sites of one host.",)
    alone = weighed(row("https://c.example/"), aspect=Aspect.HOSTS)
    assert table(alone, "site").title == "", "people read the same of its host"


def test_what_has_no_host_is_counted_under_words_of_ours() -> None:
    missing = Row(
        Place(occurrence("x.md"), Rejected("x.md", Rejection.FILE_MISSING, "x.md")),
        verdict_of("file-missing"),
    )
    (only,) = rows_of(weighed(missing, aspect=Aspect.HOSTS), "host")
    assert isinstance(only["host"], Said)
    assert only["broken"] == 1
    record = json.loads(
        reports.render(Report(RUN, (missing,)), "jsonl", Aspect.HOSTS).split("\n")[-2]
    )
    assert record["name"] is None
    assert record["group"] == "no host: files, mail …"


def test_nothing_is_left_out_without_being_counted() -> None:
    gone = [row(f"https://gone{number}.example/", "gone") for number in range(FIRST_HOSTS + 2)]
    silent = [row(f"https://silent{number}.example/", "timeout") for number in range(3)]
    well = [row(f"https://well{number}.example/") for number in range(214)]
    told = weighed(*gone, *silent, *well, aspect=Aspect.HOSTS)
    assert len(table(told, "host").rows) == FIRST_HOSTS + 2 + 3 + 214
    assert table(told, "host").head == FIRST_HOSTS
    assert table(told, "host").rest == (
        "And 2 more hosts with 2 broken links.",
        "And 3 more hosts without a broken link.",
        "And 214 more hosts with one well link each.",
    )
    one = weighed(*gone[:FIRST_HOSTS], *well[:1], aspect=Aspect.HOSTS)
    assert table(one, "host").rest == ("And 1 more host with one well link.",)
    few = weighed(*well[: FIRST_HOSTS // 2], aspect=Aspect.HOSTS)
    assert table(few, "host").rest == ()


def test_a_document_tells_since_when_the_first_of_its_links_is_broken() -> None:
    old = believed("https://a.example/", Health.BROKEN, YEAR)
    new = believed("https://b.example/", Health.BROKEN, YEAR / 2)
    lacking = replace(
        row("https://c.example/", document="c.md", state=old),
        verdict=verdict_of("fragment-missing"),
    )
    told = weighed(
        row("https://a.example/", "gone", state=old),
        row("https://b.example/", "gone", state=new),
        row("https://b.example/", "gone", "b.md", state=new),
        lacking,
    )
    found = {each["document"]: each for each in rows_of(told, "document")}
    assert found["a.md"]["broken_since"] == NOON - YEAR
    assert found["b.md"]["broken_since"] == NOON - YEAR / 2
    assert found["c.md"]["broken_since"] is None, "of a place that is missing nobody knows"
    assert [each["broken"] for each in found.values()] == [2, 1, 1]


def test_a_link_that_is_left_out_in_one_place_counts_for_what_it_is_in_another() -> None:
    told = weighed(left_out("https://a.example/"), row("https://a.example/", "gone", "b.md"))
    (host,) = rows_of(told, "host")
    assert (host["links"], host["places"], host["broken"], host["not_asked"]) == (1, 2, 1, 0)
    found = {each["document"]: each for each in rows_of(told, "document")}
    assert (found["a.md"]["not_asked"], found["b.md"]["broken"]) == (1, 1)


# By age and author


def test_without_lines_links_are_as_old_as_the_history_and_that_is_said() -> None:
    a, b = "https://a.example/", "https://b.example/"
    told = weighed(
        row(a, "gone"), row(b), row("https://c.example/"),
        origins=Origins({url(a): NOON - YEAR * 3, url(b): NOON - YEAR / 2}),
    )  # fmt: skip
    assert [(each["age"], each["links"], each["broken"]) for each in rows_of(told, "age")] == [
        ("under 1 year", 1, 0), ("2 to 4 years", 1, 1), ("of unknown age", 1, 0),
    ]  # fmt: skip
    assert "first look of this history" in table(told, "age").words[0]
    assert all(each.name != "author" for each in told.tables)
    assert {each["age"] for each in rows_of(weighed(row(a)), "age")} == {"of unknown age"}


def test_with_lines_the_oldest_counts_and_each_author_has_his_own() -> None:
    a, b, c = (f"https://{name}.example/" for name in "abc")
    lines = {
        ("a.md", 1, a): Line(NOON - YEAR * 9, "Ann"),
        ("a.md", 2, a): Line(NOON - YEAR * 3, "Ben"),
        ("a.md", 3, b): Line(undated=Undated.UNCOMMITTED),
        ("a.md", 4, c): Line(None, "Eve", Undated.UNBELIEVABLE),
    }
    told = weighed(
        row(a, "gone"), row(a, "gone", line=2), row(b, line=3), row(c, line=4), row(c, line=5),
        origins=Origins({url(a): NOON - YEAR, url(b): NOON - YEAR * 5}, lines),
    )  # fmt: skip
    assert [(each["age"], each["links"]) for each in rows_of(told, "age")] == [
        ("4 to 8 years", 1), ("8 years and more", 1), ("of unknown age", 1),
    ]  # fmt: skip
    assert "as git tells" in table(told, "age").words[0]
    authors = [(each["author"], each["broken"]) for each in rows_of(told, "author")]
    assert authors == [
        ("Ann", 1), ("Ben", 1), ("Eve", 0), ("not committed yet", 0), ("not told", 0),
    ]  # fmt: skip
    assert told.notes[:3] == (
        "Of unknown date: 1 place in lines of which git tells nothing.",
        "Of unknown date: 1 place in lines that are not committed as they are.",
        "Of unknown date: 1 place in lines with a date that cannot be.",
    )


def test_somebody_who_is_called_like_our_words_is_somebody_all_the_same() -> None:
    lines = {("a.md", 1, "https://a.example/"): Line(NOON, "not committed yet")}
    report = Report(RUN, (row("https://a.example/"),), origins=Origins({}, lines))
    told = [
        json.loads(each) for each in reports.render(report, "jsonl", Aspect.WEIGHT).splitlines()
    ]
    (author,) = (each for each in told if each["by"] == "author")
    assert (author["name"], author["group"]) == ("not committed yet", None)


# Laws

REASONS = ("ok", "permanent", "not-found", "soft-404", "timeout", "bot-wall", "private-address")
HEALTHS = (None, *Health)
SPOTS = st.lists(
    st.tuples(
        st.integers(0, 11), st.sampled_from(("a.md", "b.md", "c/d.md")), st.integers(1, 9),
        st.booleans(), st.booleans(),
    ),
    max_size=40,
)  # fmt: skip


def history_of(spots: list[tuple[int, str, int, bool, bool]], random: Random) -> Report:
    """A report in which each URL has one look and one state, wherever it stands."""
    rows, seen, lines = [], dict[Url, datetime](), dict[tuple[str, int, str], Line]()
    for number, document, line, ignored, lacking in spots:
        address = f"https://h{number % 4}.s{number % 2}.example/{number}"
        chance = Random(number)  # noqa: S311 - the same for the same URL
        health, reason = chance.choice(HEALTHS), chance.choice(REASONS)
        state = believed(address, health, YEAR, YEAR * 2) if health else None
        found = left_out(address, document, line)
        if not ignored:
            found = row(address, reason, document, line, state=state)
        if lacking and found.verdict.outcome is Outcome.OK:
            target = Target(url(address), "x")
            place = replace(found.place, target=target)
            found = replace(found, place=place, verdict=verdict_of("fragment-missing"))
        rows.append(found)
        if chance.random() < 0.7:
            seen[url(address)] = NOON - YEAR * chance.random() * 10
        if random.random() < 0.7:
            at = NOON - YEAR * random.random() * 10
            lines[document, line, address] = Line(at, random.choice(("Ann", "Ben")))
    return Report(RUN, tuple(rows), remembers=True, origins=Origins(seen, lines))


@given(SPOTS, st.randoms(use_true_random=False))
def test_figures_add_up_whatever_the_order_of_rows(
    spots: list[tuple[int, str, int, bool, bool]], random: Random
) -> None:
    report = history_of(spots, random)
    told = figures(report, Aspect.WEIGHT)
    hosts, ages = rows_of(told, "host"), rows_of(told, "age")
    for name in ("links", "places", "broken", "well", "perhaps_broken", "not_asked", "drifted"):
        assert sum(each[name] for each in hosts) == sum(each[name] for each in ages)
    for name in ("document", "author"):
        assert sum(each["places"] for each in rows_of(told, name)) == len(spots)
    sites = rows_of(figures(report, Aspect.HOSTS), "site")
    assert sum(each["links"] for each in sites) == sum(each["links"] for each in hosts)
    for each in (*hosts, *ages, *sites):
        assert each["links"] == sum(each[standing] for standing in Standing)
    mixed = replace(report, rows=tuple(random.sample(report.rows, len(report.rows))))
    for aspect in VIEWS:
        assert figures(mixed, aspect) == figures(report, aspect)


@given(SPOTS, st.booleans(), st.randoms(use_true_random=False))
def test_figures_are_those_of_the_summary_of_the_same_report(
    spots: list[tuple[int, str, int, bool, bool]], remembers: bool, random: Random
) -> None:
    report = replace(history_of(spots, random), remembers=remembers)
    summary = outline(report).summary
    counts = {name.strip(): int(number) for number, name in re.findall(r"(\d+) ([a-z ]+)", summary)}
    hosts = rows_of(figures(report, Aspect.HOSTS), "host")
    total = {name: sum(each[name] for each in hosts) for name in ("links", "places", *Standing)}
    assert total["links"] == sum(counts.get(name, 0) for name in ("link in", "links in"))
    assert total["places"] == sum(counts.get(name, 0) for name in ("place", "places"))
    assert total["broken"] == counts.get("broken", 0)
    assert total["perhaps_broken"] == counts.get("perhaps broken", 0)
    for name in ("failing", "blocked", "invalid"):
        assert total[name] == counts.get(name, 0)
    assert total["well"] == counts.get("ok", 0) + counts.get("redirected", 0)
    assert total["not_asked"] == counts.get("unsafe", 0) + counts.get("skipped", 0)


def test_what_a_place_counts_as_is_what_the_report_calls_it() -> None:
    asked = {standing_of(each, remembers=True) for each in everything().rows}
    assert asked == set(Standing)


# In every format


class Marked:
    """A language in which all that is ours stands in guillemets."""

    language = "x"

    def __call__(self, sentence: str, /) -> str:
        return f"«{sentence}»"


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_all_words_of_ours_are_translated_and_no_others(name: str) -> None:
    address = "https://host.example/"
    lines = {("a.md", 1, address): Line(NOON, "Somebody")}
    report = Report(RUN, (row(address),), origins=Origins({}, lines))
    told = reports.render(report, name, Aspect.WEIGHT, Marked())
    for ours in ("Hosts", "Host", "Links", "under 1 year", "Authors", "Share"):
        assert f"«{ours}»" in told
    for theirs in ("host.example", "Somebody", "a.md"):
        assert theirs in told
        assert f"«{theirs}" not in told
    rest = re.sub(r"«[^»]*»", "", told.replace("\n", " "))
    for theirs in ("host.example", "Somebody", "a.md", "example"):
        rest = rest.replace(theirs, "")
    assert not re.search(r"[A-Za-z]{3}", rest), rest


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("paper", [PLAIN, Paper(width=200)])
def test_every_language_has_all_our_words(tag: str, paper: Paper) -> None:
    many = FIRST_HOSTS + 5
    gone = [row(f"https://www.gone{each}.org/", "gone", f"{each}.md") for each in range(many)]
    twice = [row(f"https://{each}.example.org/") for each in "ab"]
    rows = (*everything().rows, *gone, *twice, *(row(f"https://w{each}.org/") for each in range(9)))
    spots = [(each.place.occurrence, each.place.target) for each in rows]
    lines = {
        (each.document, each.span.line, each.raw): (
            Line(NOON - YEAR * (number % 12), f"Ann{number}")
            if number % 3
            else Line(undated=list(Undated)[number % len(Undated)])
        )
        for number, (each, _) in enumerate(spots)
    }
    seen = {target.url: NOON - YEAR for _, target in spots if isinstance(target, Target)}
    for origins in (None, Origins(seen), Origins(seen, lines)):
        whole = Report(RUN, rows, remembers=True, origins=origins)
        for report in (whole, replace(whole, rows=(rows[0],)), replace(whole, rows=())):
            for view in VIEWS:
                words = Strict(tag)
                list(render_styled(report, view, words, paper))
                list(reports.BY_NAME["markdown"].render(report, view, words))
                assert words.unknown_words == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_links_says_so(name: str) -> None:
    for view in VIEWS:
        text = reports.render(Report(RUN, ()), name, view)
        assert name not in ("text", "markdown") or "No links." in text


def test_text_fits_into_80_columns_whatever_there_is() -> None:
    kinds = [(reason, health) for reason in REASONS for health in HEALTHS]
    long = "a-host-with-a-very-long-name.somewhere-else.example"
    rows = [
        row(
            f"https://{long}/{number}",
            reason,
            state=health and believed(f"https://{long}/{number}", health),
        )
        for number, (reason, health) in enumerate(kinds * 30)
    ]
    told = reports.render(Report(RUN, tuple(rows), remembers=True), "text", Aspect.HOSTS)
    for word in ("Links", "Places", "Broken", "In doubt", "Drifted", "Share"):
        assert word in told
    assert max(map(len, told.splitlines())) <= 80
    plain = reports.render(Report(RUN, (row("https://a.example/"),)), "text", Aspect.HOSTS)
    assert "Drifted" not in plain
    assert "Broken" in plain


@given(HOSTILE.filter(str.strip))
def test_no_name_of_a_document_or_an_author_does_anything(text: str) -> None:
    lines = {(text, 1, "https://a.example/"): Line(NOON, text)}
    found = row("https://a.example/", document=text)
    report = Report(RUN, (found,), origins=Origins({}, lines))
    whole = {name: reports.render(report, name, Aspect.WEIGHT) for name in FORMATS}
    cells = []
    for event in pyromark.events(whole["markdown"], options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": {"Link": _}} | {"Start": {"Image": _}} | {"Html": _} | {"InlineHtml": _}:
                raise AssertionError(event)
            case {"End": "TableRow"} | {"End": "TableHead"}:
                cells.append(0)
            case {"End": "TableCell"}:
                cells.append(1)
    assert cells.count(1) > 30
    text_lines = whole["text"].split("\n")
    assert all(map(is_clean, text_lines))
    assert not any(line.lstrip().startswith("::") for line in text_lines)
    rows = list(csv.reader(whole["csv"].splitlines()))
    assert len({len(each) for each in rows}) == 1
    for cell in (cell for each in rows for cell in each):
        assert is_clean(cell)
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert whole["json"].isascii()
    for told in whole.values():
        assert "##[" not in told


@pytest.mark.parametrize("view", VIEWS)
def test_machines_get_all_figures_and_spreadsheets_every_column(view: Aspect) -> None:
    report = Report(RUN, tuple(row(f"https://h{number}.example/") for number in range(100)))
    told = json.loads(reports.render(report, "json", view))
    assert told["schema"] == 1
    assert told["run"]["counts"]["ok"] == 100
    assert sum(each["by"] == "host" for each in told["figures"]) == 100
    lines = [json.loads(each) for each in reports.render(report, "jsonl", view).splitlines()]
    assert lines == told["figures"]
    rows = list(csv.DictReader(reports.render(report, "csv", view).splitlines()))
    assert len(rows) == len(lines)
    for line, found in zip(lines, rows, strict=True):
        assert {name: "" if each is None else str(each) for name, each in line.items()}.items() <= (
            found.items()
        )


def test_a_share_is_of_what_was_asked() -> None:
    report = Report(RUN, (row("https://a.example/", "gone"), left_out("https://a.example/2")))
    assert "100.0 %" in reports.render(report, "text", Aspect.HOSTS)
    only = Report(RUN, (left_out("https://a.example/2"),))
    told = reports.render(only, "text", Aspect.HOSTS, ENGLISH)
    assert "1 link in 1 place: none was asked." in told
    assert "–" in told  # noqa: RUF001 - no share of nothing


def test_only_so_many_documents_and_authors_are_shown() -> None:
    rows = [row("https://a.example/", "gone", f"{number}.md") for number in range(FIRST + 5)]
    told = weighed(*rows)
    assert table(told, "document").head == FIRST
    assert table(told, "document").rest == ("And 5 more documents with 5 broken links.",)
