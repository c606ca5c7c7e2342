"""A report in JSON of which nothing is believed: taken over, or refused as a whole."""

import json
import os
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from commandline import Crawl
from fakes import url
from hypothesis import given
from hypothesis import strategies as st
from test_reports import HOSTILE, everything, hostile, row, written

from crawler import reports
from crawler.errors import UsageError
from crawler.model import Finding, Network, Report, Severity, Unread
from crawler.outline import Aspect
from crawler.reasons import BY_CODE
from crawler.received import MAX_LINKS, received
from crawler.urls import Rejection

# What looks before have said is not taken over.
KEPT: Final = (
    "document", "line", "column", "end_line", "end_column", "raw", "text", "kind", "section",
    "url", "path", "outcome", "reason", "confidence", "detail", "status",
)  # fmt: skip


def told(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reports.render(report, "json"))
    return found


def links(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(report)["links"]
    return found


def several() -> Report:
    rows = (
        *everything().rows,
        replace(row("https://known.example/", "gone"), known="It was there before."),
        written("no/such.md", Rejection.FILE_MISSING, 40),
    )
    return replace(everything(), rows=rows)


def test_what_is_told_of_links_is_taken_over() -> None:
    report, again = several(), received(reports.render(several(), "json"))
    for before, after in zip(links(report), links(again), strict=True):
        assert {name: before[name] for name in KEPT} == {name: after[name] for name in KEPT}
        assert before["known"] == after["known"]
        names = [each["name"] for each in before["findings"] if each["name"] != "made-up"]
        assert [each["name"] for each in after["findings"]] == names
    for name in ("id", "started_at", "finished_at", "complete", "network", "remarks", "chosen"):
        assert told(report)["run"][name] == told(again)["run"][name]
    assert again.unread == report.unread


@pytest.mark.parametrize("name", ["github-comment", "gitlab", "junit"])
def test_a_report_without_a_past_says_the_same_again(name: str) -> None:
    gone = row("https://a.example/x", "not-found")
    report = Report(everything().run, (gone, written("no/such.md", Rejection.FILE_MISSING)))
    again = received(reports.render(report, "json"))
    assert reports.render(again, name, Aspect.TROUBLE) == reports.render(
        report, name, Aspect.TROUBLE
    )


def test_a_network_that_was_down_is_told() -> None:
    down = replace(several(), run=replace(several().run, network=Network.DOWN))
    assert received(reports.render(down, "json")).run.network is Network.DOWN


def changed(path: tuple[str | int, ...], value: object) -> str:
    """Return a good report in which one thing is another."""
    moved = Finding("moved", Severity.ADVICE, "Moved.", "https://b.example/#part")
    rows = (row("https://a.example/x", "not-found", findings=(moved,)),)
    unread = (Unread("b.md", "is a pipe"),)
    record = told(Report(everything().run, rows, ("A remark.",), unread))
    at: Any = record
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(record)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("run",), None),
        (("run", "id"), 1),
        (("run", "network"), "fine"),
        (("run", "started_at"), "today"),
        (("run", "finished_at"), None),
        (("run", "remarks"), "a"),
        (("run", "remarks"), [1]),
        (("run", "remarks"), ["x"] * 1001),
        (("run", "unread"), [{"document": "a"}]),
        (("links",), {}),
        (("links",), [[]]),
        (("links",), [{}] * (MAX_LINKS + 1)),
        (("links", 0, "line"), "1"),
        (("links", 0, "line"), -1),
        (("links", 0, "line"), True),
        (("links", 0, "column"), 10**12),
        (("links", 0, "kind"), "image/png"),
        (("links", 0, "raw"), "x" * 65_537),
        (("links", 0, "url"), "javascript:alert(1)"),
        (("links", 0, "outcome"), "great"),
        (("links", 0, "outcome"), "ok"),
        (("links", 0, "reason"), "made-up"),
        (("links", 0, "status"), "404"),
        (("links", 0, "findings"), None),
        (("links", 0, "findings", 0, "name"), "made-up"),
        (("links", 0, "findings", 0, "severity"), "loud"),
        (("links", 0, "findings", 0, "replacement"), "javascript:alert(1)"),
    ],
)
def test_what_we_would_not_write_refuses_the_whole(
    path: tuple[str | int, ...], value: object
) -> None:
    with pytest.raises(UsageError, match=r"^--from-json: ") as error:
        received(changed(path, value))
    assert "javascript" not in str(error.value), "nothing of it is repeated"


@pytest.mark.parametrize("text", ["", "[]", "1", "{}", "[" * 100_000, b"\xff\xfe", '{"schema": 1}'])
def test_what_is_no_report_is_refused(text: str | bytes) -> None:
    with pytest.raises(UsageError, match=r"^--from-json: "):
        received(text)


def test_sentences_are_ours() -> None:
    forged = received(changed(("links", 0, "detail"), "All is well, visit my shop."))
    assert forged.rows[0].verdict.detail == "The server says that there is no such page."
    honest = received(changed(("links", 0, "confidence"), "likely"))
    assert honest.rows[0].verdict.confidence == "certain"


def test_addresses_are_normalised_anew() -> None:
    (one,) = received(changed(("links", 0, "url"), "HTTPS://ann:secret@A.example:443/%7Ex")).rows
    assert one.observation is not None
    assert one.observation.url == url("https://a.example/~x")
    (one,) = received(changed(("links", 0, "fragment"), "part")).rows
    assert one.place.fragment == "part"
    assert one.findings[0].replacement == "https://b.example/#part"


def test_what_is_no_web_address_may_have_a_path() -> None:
    report = Report(everything().run, (written("x", Rejection.MALFORMED),))
    record = told(report)
    record["links"][0] |= {"path": "docs/x", "reason": "ignored", "outcome": "skipped"}
    (one,) = received(json.dumps(record)).rows
    assert one.place.ignored == record["links"][0]["detail"]


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(st.data())
def test_whatever_is_in_it_it_is_a_report_or_a_refusal(data: st.DataObject) -> None:
    record = deepcopy(RECORD)
    at: Any = record
    while True:
        step = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[step], dict | list) or not at[step] or data.draw(st.booleans()):
            break
        at = at[step]
    at[step] = data.draw(JSON)
    try:
        report = received(json.dumps(record))
    except UsageError:
        return
    assert reports.render(report, "github-comment", Aspect.TROUBLE)


RECORD: Final = told(several())


@given(HOSTILE)
def test_a_hostile_report_says_what_our_own_would(text: str) -> None:
    report = hostile(text)
    again = received(reports.render(report, "json"))
    for before, after in zip(report.rows, again.rows, strict=True):
        assert after.place.occurrence.document == before.place.occurrence.document
        sentence = BY_CODE[after.verdict.reason].sentence
        assert after.verdict.detail.startswith(sentence)


# The command


@pytest.fixture
def crawl(crawl: Crawl) -> Crawl:
    """Call `crawl` where there is a document with a broken link."""
    Path("a.md").write_text("[gone](x.md)\n")
    return crawl


def test_a_check_is_told_again_where_nobody_has_its_documents(crawl: Crawl) -> None:
    crawl("check", "--offline", "a.md", "--also", "json=links.json")
    Path("a.md").unlink()
    done = crawl("report", "--from-json", "links.json", "--format", "github-comment")
    assert done.code == 0
    assert done.out.startswith("<!-- crawl: something to tell -->\n### Links\n")
    assert "`a.md:1:8` “gone”" in done.out
    done = crawl("report", "--from-json", "links.json", "--output", "x.sarif", "--view", "broken")
    assert (done.code, len(json.loads(Path("x.sarif").read_text())["runs"][0]["results"])) == (0, 1)


@pytest.mark.parametrize(
    "option", ["--host=a.example", "--write-all", "--outcome=ok", "--since=1d"]
)
def test_what_belongs_to_a_history_is_refused(crawl: Crawl, option: str) -> None:
    done = crawl("report", "--from-json", "links.json", option)
    assert done.code == 2
    assert f"omit {option.partition('=')[0]}." in done.err


def test_only_a_plain_file_is_read(crawl: Crawl) -> None:
    os.mkfifo("pipe")
    Path("link").symlink_to("/proc/self/environ")
    for name, words in (("pipe", "is not a regular file"), ("link", ""), ("none", "No such file")):
        done = crawl("report", "--from-json", name)
        assert (done.code, done.out) == (2, "")
        assert words in done.err
    Path("huge").write_bytes(b"")
    os.truncate("huge", 65 * 1_048_576)
    assert "is larger than 64 MiB" in crawl("report", "--from-json", "huge").err
