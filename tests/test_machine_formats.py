"""SARIF, JUnit, code quality, rdjson and the step summary: valid, true, and within their limits.

Each is read back by somebody else's rules: a schema, a parser, or the words of a specification.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import jsonschema
import pyromark
import pytest
from fakes import look, occurrence, url, verdict_of
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from strict import OTHERS, Strict
from test_notices import moved
from test_reports import HOSTILE, RUN, everything, hostile, news, row, written

from crawler import reports
from crawler.checkout_paths import STANDARD_INPUT, path_of
from crawler.choosing import Choice, choose
from crawler.levels import Level
from crawler.model import (
    Finding,
    Health,
    Network,
    Place,
    Report,
    Row,
    Severity,
    Span,
    Unread,
)
from crawler.notices import notices
from crawler.outline import Aspect
from crawler.reasons import BY_CODE
from crawler.reports import github, github_comment, github_summary, junit, sarif
from crawler.text import clean
from crawler.urls import Rejection, Target
from crawler.words import ENGLISH

DATA: Final = Path(__file__).parent / "data"
OF_MACHINES: Final = (
    "sarif", "junit", "github", "github-comment", "github-summary", "gitlab", "rdjson",
)  # fmt: skip
ASPECTS: Final = (Aspect.TROUBLE, Aspect.BROKEN, Aspect.ALL)
LACKING: Final = Unread("docs/b c.md", "is not a regular file")
FEW: Final = settings(max_examples=40)  # a schema takes its time


@cache
def schema(name: str) -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads((DATA / name).read_text("utf-8")))


@cache
def junit_schema() -> Any:  # noqa: ANN401 - lxml has no types of its own
    return etree.XMLSchema(etree.parse(DATA / "junit-10.xsd"))


def document_of(document: str, one: Row) -> Row:
    """Return the same row in another document."""
    place = replace(one.place.occurrence, document=document)
    return replace(one, place=replace(one.place, occurrence=place))


def cut_short(report: Report) -> Report:
    return replace(report, run=replace(RUN, complete=False), unread=(LACKING,))


# SARIF


def run_of(report: Report, aspect: Aspect = Aspect.ALL) -> dict[str, Any]:
    log = json.loads(reports.render(report, "sarif", aspect))
    schema("sarif-schema-2.1.0.json").validate(log)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    return dict(run)


def plain(message: str) -> str:
    """Return what a viewer shows of a message: SARIF 2.1.0 §3.11.5 and §3.11.6.

    Fails where the message has a placeholder or a link.
    """
    assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)", message), "a placeholder"
    assert not re.search(r"(?<!\\)(?:\\\\)*\]\(", message), "a link"
    return re.sub(r"\\([\\\[\]])", r"\1", message.replace("{{", "{").replace("}}", "}"))


@pytest.mark.parametrize("aspect", ASPECTS)
def test_sarif_is_valid_and_has_what_code_scanning_asks_for(aspect: Aspect) -> None:
    run = run_of(everything(), aspect)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        for name in ("shortDescription", "fullDescription", "help"):
            assert 0 < len(rule[name]["text"]) <= 1024
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        where = location["physicalLocation"]
        assert where["region"].keys() == {"startLine", "startColumn", "endLine", "endColumn"}
        assert where["artifactLocation"] == {"uri": "a.md", "uriBaseId": "%SRCROOT%"}
        # Who uploads makes this one of the line's text, and warns where it is there already.
        assert "primaryLocationLineHash" not in result["partialFingerprints"]
    assert run["columnKind"] == "unicodeCodePoints"


def test_a_result_tells_its_place_its_facts_and_its_repair() -> None:
    results = run_of(everything())["results"]
    gone, *_ = results
    assert gone["properties"] == {
        "url": "https://gone.example/a",
        "outcome": "broken",
        "confidence": "certain",
        "checkedAt": "2026-11-22T12:00:00Z",
        "health": "broken",
        "failingSince": "2026-11-18T12:00:00Z",
        "lastOkAt": "2026-11-13T12:00:00Z",
        "archivedCopy": "https://web.archive.org/web/20261001000000/https://gone.example/a",
    }
    repaired = [each for each in results if "fixes" in each]
    assert [each["ruleId"] for each in repaired] == ["advice-moved", "advice-shortener"]
    old, _ = repaired
    (change,) = old["fixes"][0]["artifactChanges"]
    where = old["locations"][0]["physicalLocation"]
    assert change["artifactLocation"] == where["artifactLocation"]
    assert change["replacements"] == [
        {"deletedRegion": where["region"], "insertedContent": {"text": "https://b.example/"}}
    ]


def test_the_worst_results_come_first() -> None:
    levels = [each["level"] for each in run_of(everything())["results"]]
    assert levels == sorted(levels, key=list(Level).index)


def test_a_rule_says_the_same_wherever_its_first_place_is() -> None:
    whole = {rule["id"]: rule for rule in run_of(everything())["tool"]["driver"]["rules"]}
    for one in everything().rows:
        for rule in run_of(replace(everything(), rows=(one,)))["tool"]["driver"]["rules"]:
            assert rule == whole[rule["id"]]
    assert whole["timeout"]["help"]["text"] == BY_CODE["timeout"].cure


def test_a_reason_and_a_finding_of_one_name_are_two_rules() -> None:
    page = Finding("empty", Severity.WARNING, "The server answers with an empty page.")
    rows = (written("", Rejection.EMPTY), row("https://a.example/", findings=(page,)))
    rules = run_of(Report(RUN, rows))["tool"]["driver"]["rules"]
    assert {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules} == {
        "empty": "error",
        "advice-empty": "note",
    }
    assert not any(code.startswith("advice-") for code in BY_CODE)
    assert not BY_CODE.keys() & set(Health)


def test_a_reason_of_another_version_is_a_rule_too() -> None:
    unknown = replace(verdict_of("not-found"), reason="eaten")
    run = run_of(Report(RUN, (replace(row("https://a.example/"), verdict=unknown),)))
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("eaten", "Broken")


@given(HOSTILE | st.text("\\[](){}01a"))
@FEW
def test_messages_of_sarif_have_no_links_and_no_placeholders_of_strangers(text: str) -> None:
    report = replace(hostile(text), unread=(Unread(text, text),))
    run = run_of(report)
    told = notices(report, Aspect.ALL) if path_of(text or "x") else ()
    meant = [clean(each.message(ENGLISH), 4096) for each in told]
    assert sorted(plain(each["message"]["text"]) for each in run["results"]) == sorted(meant)
    for each in run["invocations"][0]["toolExecutionNotifications"]:
        assert plain(each["message"]["text"]) is not None


def test_brackets_that_make_no_link_stay_as_they_are() -> None:
    assert sarif.escape("[PDF] a (b)") == "[PDF] a (b)"
    assert sarif.escape(r"[a] [b](c) \d") == r"\[a\] \[b\](c) \\d"
    assert sarif.escape(r"\[a]") == r"\\\[a\]"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@FEW
def test_the_uri_of_a_document_is_relative_and_leads_to_it_or_there_is_none(name: str) -> None:
    one = document_of(name, row("https://a.example/", "gone"))
    results = run_of(Report(RUN, (one,)))["results"]
    path = path_of(name)
    if path is None:
        assert results == []
        return
    ((location,),) = (each["locations"] for each in results)
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert (uri.isascii(), unquote(uri)) == (True, path)
    assert not urlsplit(uri).scheme
    assert not uri.startswith("/")
    assert ".." not in uri.split("/")


@pytest.mark.parametrize(
    "name", [STANDARD_INPUT, "https://docs.example/a", "/etc/hosts", "../a.md"]
)
def test_of_what_is_no_file_of_the_checkout_results_are_counted(name: str) -> None:
    rows = (moved(), document_of(name, moved()))
    run = run_of(Report(RUN, rows, (), (Unread(name, "is a pipe"),)))
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a.md"
    assert run["properties"]["elsewhere"] == 1
    unread, counted = run["invocations"][0]["toolExecutionNotifications"]
    assert "locations" not in unread
    assert counted["message"]["text"] == (
        "1 result is left out here: documents that are no files of the project."
    )


def test_sarif_says_what_it_lacks() -> None:
    (invocation,) = run_of(everything())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["endTimeUtc"] == "2026-11-22T12:01:00Z"
    cut = replace(cut_short(everything()), run=replace(RUN, finished_at=None, complete=False))
    (invocation,) = run_of(cut)["invocations"]
    assert "endTimeUtc" not in invocation
    partial, unread, remark = invocation["toolExecutionNotifications"]
    assert (partial["level"], unread["level"], remark["level"]) == ("error", "error", "note")
    assert partial["message"]["text"].startswith("This report is partial")
    assert unread["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "docs/b%20c.md"
    (invocation,) = run_of(Report(RUN, ()))["invocations"]
    assert invocation["executionSuccessful"] is True


def test_results_beyond_what_github_takes_are_the_quietest_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = run_of(everything())["results"]
    monkeypatch.setattr(sarif, "MAX_RESULTS", 6)
    run = run_of(everything())
    assert run["results"] == whole[:6]
    assert run["properties"] == {
        "found": {"error": 4, "warning": 4, "note": 5},
        "leftOut": {"error": 0, "warning": 2, "note": 5},
        "elsewhere": 0,
    }
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert "7 results are left out here: there is no room for more." in [
        each["message"]["text"] for each in told
    ]


def test_results_stop_where_the_compressed_file_would_be_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import random  # noqa: PLC0415 - of this test alone
    import zlib  # noqa: PLC0415

    noise = random.Random(1)  # noqa: S311 - it is only to be incompressible
    rows = [
        row(f"https://a.example/{noise.getrandbits(4000):x}", "gone", each + 1)
        for each in range(400)
    ]
    assert len(run_of(Report(RUN, tuple(rows)))["results"]) == 400
    monkeypatch.setattr(sarif, "MAX_BYTES", 200_000)
    text = reports.render(Report(RUN, tuple(rows)), "sarif")
    (run,) = json.loads(text)["runs"]
    assert 0 < len(run["results"]) < 400
    assert run["properties"]["leftOut"]["error"] == 400 - len(run["results"])
    assert 100_000 < len(zlib.compress(text.encode(), 6)) < 300_000


# JUnit


def suites(report: Report, aspect: Aspect = Aspect.ALL) -> list[ET.Element]:
    text = reports.render(report, "junit", aspect)
    junit_schema().assertValid(etree.fromstring(text.encode()))
    root = ET.fromstring(text)  # noqa: S314 - we wrote it
    assert root.tag == "testsuites"
    for suite in root:
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{element}"))
        total = sum(round(float(case.attrib["time"]) * 1000) for case in cases)
        assert round(float(suite.attrib["time"]) * 1000) == total
    return list(root)


def ends(suite: ET.Element) -> list[str]:
    return [case[0].tag if len(case) else "" for case in suite]


@pytest.mark.parametrize("aspect", ASPECTS)
def test_junit_is_valid_adds_up_and_has_a_case_for_each_place(aspect: Aspect) -> None:
    lacking, document = suites(everything(), aspect)
    assert ends(lacking) == ["error"]
    assert lacking[0].attrib["classname"] == "docs/b.md"
    places = [each.place.occurrence for each in everything().rows]
    names = [case.attrib["name"] for case in document]
    assert [each.partition(" ")[0] for each in names] == [
        f"{place.span.line}:{place.span.column}" for place in places
    ]
    assert {case.attrib["classname"] for case in document} == {"a.md"}
    assert ends(document).count("failure") == 4
    assert ends(document).count("skipped") == 6


def test_a_suite_is_a_document() -> None:
    rows = [document_of(name, row("https://a.example/")) for name in ("a.md", "b.md", "c.md")]
    names = [suite.attrib["name"] for suite in suites(Report(RUN, tuple(rows)))]
    assert names == ["a.md", "b.md", "c.md"]


@pytest.mark.parametrize(
    ("one", "element", "kind"),
    [
        (row("https://a.example/"), "", None),
        (row("https://a.example/", "permanent"), "", None),
        (row("https://a.example/", "not-found"), "failure", "not-found"),
        (written("http://[", Rejection.MALFORMED), "failure", "malformed"),
        (row("https://a.example/", "timeout"), "skipped", "timeout"),
        (row("https://a.example/", "bot-wall"), "skipped", "bot-wall"),
        (row("https://a.example/", "private-address"), "skipped", "private-address"),
        (row("https://a.example/", "excluded"), "skipped", "excluded"),
        (moved(), "system-out", None),
        (replace(row("https://a.example/", "gone"), known="It was there."), "skipped", "gone"),
    ],
)
def test_a_case_ends_as_its_link_does(one: Row, element: str, kind: str | None) -> None:
    ((case,),) = suites(Report(RUN, (one,)))
    assert [each.tag for each in case] == [element] * bool(element)
    for each in case:
        assert each.attrib.get("type") == kind
        assert each.text


def test_what_has_drifted_passes_and_says_so() -> None:
    (document,) = suites(replace(everything(), unread=()), Aspect.TROUBLE)
    (case,) = (each for each in document if "sold" in each.attrib["name"])
    assert (case[0].tag, "“Oak Library”" in (case[0].text or "")) == ("system-out", True)


def test_junit_says_what_the_report_lacks() -> None:
    lacking, _ = suites(cut_short(everything()))
    assert [case.attrib["classname"] for case in lacking] == ["crawl", "docs/b c.md"]
    assert [case[0].attrib["type"] for case in lacking] == ["incomplete", "unread"]
    (down,) = suites(Report(replace(RUN, network=Network.DOWN), ()))
    assert "No host at all" in (down[0][0].text or "")


def test_junit_says_what_of_a_history_was_chosen_even_if_that_is_nothing() -> None:
    one = Report(RUN, (row("https://a.example/"),))
    some, _ = suites(choose(one, Choice(hosts=("a.example",))))
    none, *rest = suites(choose(everything(), Choice(hosts=("a<b",))))
    assert (some[0].tag, rest) == ("properties", [])
    (told,) = some[0]
    assert told.attrib == {"name": "selection", "value": "Only host a.example: 1 of 1 places."}
    assert [each.attrib["value"] for each in none[0]] == [
        f"Only host a<b: 0 of {len(everything().rows)} places.",
        "No link leads to a<b.",
    ]


@pytest.mark.parametrize("form", sorted({*reports.BY_NAME} - reports.SILENT))
def test_every_format_that_can_says_what_was_chosen(form: str) -> None:
    report = choose(replace(news(), chronicle=None), Choice(hosts=("gone.example",)))
    for aspect in reports.BY_NAME[form].aspects - {Aspect.CATALOGUE}:
        told = reports.render(report, form, aspect)
        badge = form.startswith("badge")
        assert ("(a selection)" if badge else "Only host gone.example: ") in told, aspect


def test_a_link_takes_its_time_once() -> None:
    slow = row("https://a.example/")
    assert slow.observation is not None
    slow = replace(slow, observation=replace(slow.observation, elapsed_ms=1234))
    report = Report(RUN, (slow, document_of("b.md", slow), written("x.md", Rejection.RELATIVE)))
    times = [case.attrib["time"] for suite in suites(report) for case in suite]
    assert times == ["1.234", "0.000", "0.000"]


def fit(text: str) -> str:
    """Return what of a text XML 1.0 can say."""
    allowed = (range(0x20, 0xD800), range(0xE000, 0xFFFE), range(0x10000, 0x110000))
    return "".join(
        each if any(ord(each) in some for some in allowed) else " " for each in clean(text, 4096)
    )


@given(HOSTILE | st.text())
@FEW
def test_any_text_comes_back_from_junit(text: str) -> None:
    report = replace(hostile(text), unread=(Unread(text, text),))
    lacking, *documents = suites(report)
    assert lacking[0].attrib["classname"] == fit(text)
    (document,) = documents
    assert document.attrib["name"] == fit(text or "x")
    failure = document[0][0]
    assert failure.attrib["message"] == fit(text)
    told = [each for each in notices(report, Aspect.ALL) if each.row is report.rows[0]]
    assert failure.text == fit(" ".join(each.message(ENGLISH) for each in told))


@given(st.text(st.characters(), max_size=20))
def test_whatever_is_escaped_for_xml_is_parsed_as_it_was(text: str) -> None:
    written = junit.escape(text)
    assert ET.fromstring(f'<a b="{written}">{written}</a>').attrib["b"] == fit(text)  # noqa: S314


# Code quality and rdjson


def issues(report: Report, aspect: Aspect = Aspect.ALL) -> list[dict[str, Any]]:
    return list(json.loads(reports.render(report, "gitlab", aspect)))


@pytest.mark.parametrize("aspect", ASPECTS)
def test_code_quality_has_the_fields_that_gitlab_reads(aspect: Aspect) -> None:
    found = issues(everything(), aspect)
    for each in found:
        assert each.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert each["location"]["lines"]["begin"] >= 1
        assert each["location"]["path"]
    assert len({each["fingerprint"] for each in found}) == len(found)
    unread, *others = found
    assert (unread["check_name"], unread["location"]["path"]) == ("unread", "docs/b.md")
    assert len(others) == len(list(notices(everything(), aspect)))


def test_an_empty_list_of_issues_is_one() -> None:
    assert issues(Report(RUN, ())) == []


def diagnostics(report: Report, aspect: Aspect = Aspect.ALL) -> list[dict[str, Any]]:
    whole = json.loads(reports.render(report, "rdjson", aspect))
    schema("rdjson-schema.json").validate(whole)
    assert whole["source"] == {"name": "crawl"}
    return list(whole["diagnostics"])


@pytest.mark.parametrize("aspect", ASPECTS)
def test_rdjson_is_valid_and_has_a_diagnostic_for_each_notice(aspect: Aspect) -> None:
    unread, *others = diagnostics(everything(), aspect)
    assert unread["location"] == {"path": "docs/b.md"}
    assert [each["severity"] for each in others] == [
        {"error": "ERROR", "warning": "WARNING", "note": "INFO"}[each.level]
        for each in notices(everything(), aspect)
    ]


def test_what_concerns_no_document_has_no_place_in_those_two() -> None:
    assert [each["check_name"] for each in issues(cut_short(Report(RUN, ())))] == ["unread"]
    assert [each["code"] for each in diagnostics(cut_short(Report(RUN, ())))] == [
        {"value": "unread"}
    ]


def placed(one: Row, span: Span, raw: str) -> Row:
    where = replace(one.place.occurrence, span=span, raw=raw, href=raw)
    return replace(one, place=replace(one.place, occurrence=where))


@pytest.mark.parametrize(
    ("span", "raw", "start", "end"),
    [
        (Span(3, 1, 3, 9), "http://é", {"line": 3, "column": 1}, {"line": 3, "column": 10}),
        (Span(3, 1, 3, 9), "http://e", {"line": 3, "column": 1}, {"line": 3, "column": 9}),
        (Span(3, 2, 3, 10), "http://e", {"line": 3}, {"line": 3}),
        (Span(3, 1, 4, 2), "http:\n//e", {"line": 3}, {"line": 4}),
    ],
)  # fmt: skip
def test_columns_of_rdjson_are_bytes_where_they_can_be_known(
    span: Span, raw: str, start: Mapping[str, int], end: Mapping[str, int]
) -> None:
    (one,) = diagnostics(Report(RUN, (placed(row("https://a.example/", "gone"), span, raw),)))
    assert one["location"]["range"] == {"start": start, "end": end}


@pytest.mark.parametrize(("column", "suggested"), [(1, True), (2, False)])
def test_a_repair_is_suggested_where_its_columns_are_known(column: int, *, suggested: bool) -> None:
    span = Span(1, column, 1, column + len("https://a.example/"))
    (one,) = diagnostics(Report(RUN, (placed(moved(), span, "https://a.example/"),)))
    suggestion = {"range": one["location"]["range"], "text": "https://b.example/x"}
    assert one.get("suggestions", []) == [suggestion] * suggested


@given(HOSTILE | st.text())
@FEW
def test_any_text_is_a_clean_line_in_json(text: str) -> None:
    report = replace(hostile(text), unread=(Unread(text, text),))
    meant = [clean(each.message(ENGLISH), 4096) for each in notices(report, Aspect.ALL)]
    assert [each["description"] for each in issues(report)][1:] == meant
    assert [each["message"] for each in diagnostics(report)][1:] == meant
    for name in ("gitlab", "rdjson", "sarif"):
        assert reports.render(report, name).isascii()


@pytest.mark.parametrize("name", [STANDARD_INPUT, "https://docs.example/a", "../a.md"])
def test_what_is_no_file_goes_by_its_name(name: str) -> None:
    report = Report(RUN, (document_of(name, row("https://a.example/", "gone")),))
    assert [each["location"]["path"] for each in issues(report)] == [name]
    assert [each["location"]["path"] for each in diagnostics(report)] == [name]


# The step summary


def cells(text: str) -> Iterator[list[str]]:
    """Yield the texts of each row of all tables, as GitHub would cut them."""
    cut: list[str] = []
    for event in pyromark.events(text, options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": "TableRow"} | {"Start": "TableHead"}:
                cut = []
            case {"Start": "TableCell"}:
                cut.append("")
            case {"Text": told} | {"Code": told} if cut:
                cut[-1] += str(told)
            case {"End": "TableRow"} | {"End": "TableHead"}:
                yield cut
                cut = []


def summary(report: Report, aspect: Aspect = Aspect.ALL) -> str:
    return reports.render(report, "github-summary", aspect)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_summary_has_a_row_for_each_entry(aspect: Aspect) -> None:
    text = summary(everything(), aspect)
    found = [each for each in cells(text) if each[0] != "Link"]
    assert {len(each) for each in found} == {3}
    from crawler.outline import outline  # noqa: PLC0415 - of this test alone

    assert len(found) == sum(len(each.entries) for each in outline(everything(), aspect).sections)


def test_a_summary_begins_with_what_has_changed_or_has_that_alone() -> None:
    assert summary(news()).index("## Changed") < summary(news()).index("## Broken")
    assert summary(news(), Aspect.CHANGES).startswith("# What has changed")


@given(HOSTILE | st.text("|\\`\n<a://"))
def test_no_strangers_text_gets_out_of_its_cell(text: str) -> None:
    target = url("https://a.example/?x=|\\")
    known = hostile(text).rows[0]
    where = replace(known.place.occurrence, href="https://a.example/?x=|\\")
    one = replace(known, place=replace(known.place, occurrence=where, target=Target(target)))
    marked = summary(replace(hostile(text), rows=(one, *hostile(text).rows)))
    assert {len(each) for each in cells(marked)} == {3}
    links = set()
    for event in pyromark.events(marked, options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": {"Link": {"link_type": kind, "dest_url": to}}}:
                assert kind == "Autolink"
                links.add(to)
            case {"InlineHtml": markup}:
                assert markup == "<br>"
            case {"Start": {"Image": _}} | {"Html": _}:
                raise AssertionError(event)
    assert links == {"https://a.example/", "https://a.example/?x=%7C\\"}


def test_a_summary_is_never_larger_than_github_takes_and_counts_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = tuple(row(f"https://{each}.example/", "gone", each + 1) for each in range(50))
    whole = summary(Report(RUN, rows))
    assert "left out" not in whole
    monkeypatch.setattr(github_summary, "MAX_BYTES", 2_000)
    cut = summary(Report(RUN, rows, ("é" * 200,)))
    assert len(cut.encode()) < 2_100
    shown = sum(1 for each in cells(cut) if each[0] != "Link")
    assert 0 < shown < 50
    assert f"**Left out here, for there is no more room: {50 - shown}.**" in cut


def test_a_link_in_many_places_names_the_first_ones() -> None:
    rows = tuple(row("https://a.example/", "gone", each) for each in range(1, 9))
    assert "a.md:5:1 “label”<br>and 3 more places |" in summary(Report(RUN, rows))
    assert "and 1 more place |" in summary(Report(RUN, rows[:6]))


# Comments


def comment(report: Report, aspect: Aspect = Aspect.TROUBLE) -> str:
    return reports.render(report, "github-comment", aspect)


def test_a_comment_says_in_its_first_line_whether_there_is_anything_to_tell() -> None:
    well = Report(RUN, (row("https://a.example/"),))
    assert comment(well).splitlines()[0] == "<!-- crawl: nothing to tell -->"
    for each in (everything(), cut_short(well), replace(well, unread=(Unread("a.md", "is none"),))):
        assert comment(each).splitlines()[0] == "<!-- crawl: something to tell -->"


def test_a_comment_of_the_same_trouble_is_the_same_text() -> None:
    later = replace(RUN, id="run-2", started_at=RUN.started_at.replace(year=2030), finished_at=None)
    assert comment(everything()) == comment(
        replace(everything(), run=replace(later, complete=True))
    )


def test_a_comment_says_what_to_do_or_what_to_write() -> None:
    told = comment(everything(), Aspect.ALL)
    assert "(not-found) Replace or remove the link; an archived copy may exist." in told
    assert "  → `https://b.example/`\n" in told


@given(HOSTILE | st.text("|\\`\n<a://@#1"))
def test_no_strangers_text_is_more_than_text_in_a_comment(text: str) -> None:
    report = replace(hostile(text), unread=(Unread(text, text),))
    first, _, rest = comment(report, Aspect.ALL).partition("\n")
    assert first == "<!-- crawl: something to tell -->"
    prose: list[str] = []
    for event in pyromark.events(rest, options=pyromark.Options.ENABLE_TABLES):
        match event:
            case {"Start": {"Link": _} | {"Image": _}} | {"Html": _} | {"InlineHtml": _}:
                raise AssertionError(event)
            case {"Text": told}:
                prose.append(str(told))
            case {"Start": _}:
                prose.append("\n")
    assert not re.search(r"[@#]\w|\w://", "".join(prose)), "what a forge would make a link of"


def test_a_comment_is_never_larger_than_github_takes_and_counts_what_is_left_out() -> None:
    rows = tuple(row(f"https://{each}.example/{'é' * 99}", "gone", each + 1) for each in range(500))
    cut = comment(Report(RUN, rows))
    assert 50_000 < len(cut.encode()) < 65_000
    shown = cut.count("(gone)")
    assert cut.endswith(f"**Left out here, for there is no more room: {500 - shown}.**\n")


def test_a_comment_names_the_first_places() -> None:
    rows = tuple(row("https://a.example/", "gone", each) for each in range(1, 9))
    assert "  - `a.md:5:1` “label”\n  - and 3 more places\n" in comment(Report(RUN, rows))
    assert "  - and 1 more place\n" in comment(Report(RUN, rows[:6]))


# All of them


@pytest.mark.parametrize("name", OF_MACHINES)
def test_passwords_are_in_none_of_them(name: str) -> None:
    secret = written("https://ann:s3cret@[bad", Rejection.MALFORMED)
    place = Place(occurrence("https://ann:s3cret@a.example/"), Target(url("https://a.example/")))
    gone = Row(place, verdict_of("gone"), look("gone"))
    assert "s3cret" not in reports.render(Report(RUN, (secret, gone)), name)
    assert "a.example" in reports.render(Report(RUN, (secret, gone)), name)


# No part of crawl says these.
MADE_UP: Final = {
    "a.md: the front matter is malformed.",
    "A deep link that leads to the front page.",
}


@pytest.mark.parametrize("name", OF_MACHINES)
@pytest.mark.parametrize("tag", OTHERS)
def test_what_they_say_to_people_is_translated(
    name: str, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    monkeypatch.setattr(github_summary, "MAX_BYTES", 3_000)
    monkeypatch.setattr(github_comment, "MAX_BYTES", 3_000)
    monkeypatch.setattr(github, "MOST", 2)
    elsewhere = [document_of("/a.md", row("https://a.example/", "gone")) for _ in range(2)]
    report = replace(everything(), rows=(*everything().rows, *elsewhere))
    words = Strict(tag)
    for each in (report, replace(cut_short(report), remarks=()), Report(RUN, ())):
        text = "".join(reports.BY_NAME[name].render(each, Aspect.ALL, words))
        assert text
    assert set(words.unknown_words) <= MADE_UP
