"""Annotations for GitHub Actions, read back by the rules of the runner that acts on them.

The rules are those of `ActionCommand.cs` of actions/runner, as of 2026-08.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import pytest
from fakes import look, occurrence, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st
from test_reports import HOSTILE, RUN, everything, hostile, row

from crawler import reports
from crawler.checkout_paths import shown_path
from crawler.levels import Level
from crawler.model import Place, Report, Row, Span, Unread
from crawler.notices import notices
from crawler.outline import Aspect
from crawler.reports.github import MOST
from crawler.text import clean, is_clean
from crawler.urls import Target
from crawler.words import ENGLISH

KNOWN: Final = frozenset({
    "error", "warning", "notice", "debug", "add-mask", "add-path", "set-env", "set-output",
    "save-state", "group", "endgroup", "echo", "add-matcher", "remove-matcher", "stop-commands",
    "internal-set-repo-path",
})  # fmt: skip
OURS: Final = ("error", "warning", "notice")
PROPERTY: Final = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
DATA: Final = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
# Whatever may mean something to a runner, in any order.
PIECES: Final = (
    "::", "##[", "]", "error", "set-env", "add-mask", " ", "name=X", ",", ";", "%", "%0A", "%25",
    "\n", "\r", "\u2028", "\u0085", "=", "a", "\t", "]]", "::stop-commands::x", "\x1b", "é",
)  # fmt: skip
COMMANDS: Final = st.lists(st.sampled_from(PIECES)).map("".join)
ANY: Final = COMMANDS | HOSTILE


class Command(NamedTuple):
    """What the runner does."""

    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, mappings: tuple[tuple[str, str], ...]) -> str:
    for written, meant in mappings:
        text = text.replace(written, meant)
    return text


def pairs(text: str, separator: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, text.split(separator)):
        name, _, value = part.lstrip("=").partition("=")
        if value.lstrip("="):
            yield name, value.lstrip("=")


def command_of(line: str) -> Command | None:
    """Return what the runner makes of a line: the newer syntax first, then the older one."""
    begun = line.lstrip()
    if begun.startswith("::") and "::" in begun[2:]:
        told, _, data = begun[2:].partition("::")
        name, _, rest = told.partition(" ")
        if name in KNOWN:
            found = {key: unescaped(value, PROPERTY) for key, value in pairs(rest.strip(), ",")}
            return Command(name, found, unescaped(data, DATA))
    _, bracket, rest = line.partition("##[")
    told, closed, data = rest.partition("]")
    name, _, properties = told.partition(" ")
    if bracket and closed and name in KNOWN:
        return Command(name, dict(pairs(properties, ";")), data)
    return None


def commands(text: str) -> list[Command | None]:
    """Return what the runner makes of each line; it ends lines where .NET does."""
    assert text.endswith("\n")
    return [command_of(line) for line in re.split(r"\r\n|\r|\n", text[:-1])]


def rendered(report: Report, aspect: Aspect = Aspect.ALL) -> list[Command | None]:
    return commands(reports.render(report, "github", aspect))


def at(document: str, text: str = "", *, span: Span | None = None) -> Row:
    """Make a dead link in a document, of which a text is told."""
    where = replace(occurrence(text=text, document=document), raw=text, section=text)
    seen = replace(look("not-found"), verdict=replace(verdict_of("not-found"), detail=text))
    place = Place(replace(where, span=span or where.span), Target(url("https://a.example/")))
    return Row(place, seen.verdict, seen)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("  ::error file=a%2Cb,line=1::x%0Ay", ("error", {"file": "a,b", "line": "1"}, "x\ny")),
        ("::warning::50%25 of ::x::", ("warning", {}, "50% of ::x::")),
        ("x ##[add-mask]secret", ("add-mask", {}, "secret")),
        ("x ##[set-env name=A;b=c]secret", ("set-env", {"name": "A", "b": "c"}, "secret")),
        ("::unheard-of::x ##[group]y", ("group", {}, "y")),
        ("crawl: ::error::x", None),
        ("::error", None),
        ("::notice file==a.md::x", ("notice", {"file": "a.md"}, "x")),
    ],
)  # fmt: skip
def test_the_runner_of_these_tests_reads_as_the_real_one(
    line: str, command: tuple[str, dict[str, str], str] | None
) -> None:
    assert command_of(line) == (command and Command(*command))


@given(ANY, ANY)
def test_what_is_read_back_is_what_was_meant(document: str, text: str) -> None:
    report = Report(RUN, (at(document, text),))
    (notice,) = notices(report, Aspect.ALL)
    command, last = rendered(report)
    assert command is not None
    assert last is None
    path = shown_path(document)
    where = {"line": "1", "endLine": "1", "col": "1", "endColumn": "18"} if path else {}
    if path:
        where["file"] = f"./{path}" if path.startswith("=") else path
    assert command.name == "error"
    assert command.properties == {**where, "title": "Broken (not-found)"}
    message = notice.message(ENGLISH)
    assert command.data == clean(message if path else f"{clean(document)}:1:1: {message}", 4096)


@given(ANY)
def test_strangers_text_makes_no_other_command(text: str) -> None:
    report = replace(hostile(text), unread=(Unread(text, text),), run=replace(RUN, complete=False))
    *told, last = rendered(report)
    assert all(each is not None and each.name in OURS for each in told)
    assert last is None
    whole = reports.render(report, "github", Aspect.ALL)
    assert is_clean(whole.replace("\n", ""))


@given(ANY)
def test_no_other_format_for_machines_holds_any_command(text: str) -> None:
    report = replace(hostile(text), unread=(Unread(text, text),))
    for name in ("github-comment", "github-summary", "gitlab", "rdjson", "sarif", "junit"):
        assert not any(commands(reports.render(report, name))), name


def test_a_link_is_annotated_once_at_its_first_place() -> None:
    two = Report(RUN, (at("a.md"), at("b.md")))
    three = Report(RUN, (*two.rows, at("c.md")))
    for report, words in (
        (two, "There is 1 more place of it."),
        (three, "There are 2 more places"),
    ):
        first, last = rendered(report)
        assert first is not None
        assert first.properties["file"] == "a.md"
        assert words in first.data
        assert last is None


def test_a_file_that_begins_with_an_equals_sign_keeps_it() -> None:
    command, _ = rendered(Report(RUN, (at("=a.md"),)))
    assert command is not None
    assert command.properties["file"] == "./=a.md"


def test_of_several_lines_no_columns_are_told() -> None:
    command, _ = rendered(Report(RUN, (at("a.md", span=Span(3, 5, 4, 2)),)))
    assert command is not None
    assert {"line": "3", "endLine": "4"}.items() <= command.properties.items()
    assert not {"col", "endColumn"} & command.properties.keys()


def test_an_empty_span_ends_where_it_begins() -> None:
    command, _ = rendered(Report(RUN, (at("a.md", span=Span(3, 5, 3, 5)),)))
    assert command is not None
    assert (command.properties["col"], command.properties["endColumn"]) == ("5", "5")


def test_the_worst_come_first() -> None:
    names = [each.name for each in rendered(everything()) if each]
    assert names == sorted(names, key=OURS.index)
    assert names.count("error") == 3


def many(number: int, reason: str) -> list[Row]:
    return [row(f"https://{each}.example/", reason, each + 1) for each in range(number)]


def test_no_more_of_a_level_than_a_step_may_have_and_the_rest_is_counted() -> None:
    rows = (*many(12, "not-found"), *many(11, "timeout"), *many(3, "bot-wall"))
    text = reports.render(Report(RUN, rows), "github")
    names = [each.name for each in commands(text) if each]
    assert [names.count(each) for each in OURS] == [MOST, MOST, 3]
    assert text.splitlines()[-1] == (
        "crawl: 12 errors, 11 warnings, 3 notices. "
        "Left out here, for GitHub shows 10 of each: 2 errors, 1 warning."
    )


@pytest.mark.parametrize(("unread", "of_links"), [(2, 8), (9, 1), (10, 0), (14, 0)])
def test_what_was_not_read_comes_before_all_other_warnings(unread: int, of_links: int) -> None:
    lacking = tuple(Unread(f"{each}.md", "is a pipe") for each in range(unread))
    report = Report(RUN, tuple(many(9, "timeout")), (), lacking)
    *told, last = rendered(report)
    assert last is None
    titles = [each.properties["title"] for each in told if each]
    assert titles[:unread] == ["The report lacks something"] * min(unread, MOST)
    assert titles[unread:] == ["No answer this time (timeout)"] * of_links
    assert f"crawl: 0 errors, {unread + 9} warnings" in reports.render(report, "github")


def test_a_run_that_was_cut_short_says_so_beside_no_file() -> None:
    command, _ = rendered(Report(replace(RUN, complete=False), ()))
    assert command == Command(
        "warning",
        {"title": "The report lacks something"},
        "This report is partial: the run ended before all links were seen.",
    )


def test_a_document_of_the_web_is_named_in_the_message() -> None:
    command, _ = rendered(Report(RUN, (at("https://docs.example/", "It is gone."),)))
    assert command is not None
    assert command.properties.keys() == {"title"}
    assert command.data.startswith("https://docs.example/:1:1: https://a.example/: It is gone.")


def test_nothing_to_tell_is_one_line() -> None:
    assert reports.render(Report(RUN, ()), "github") == "crawl: 0 errors, 0 warnings, 0 notices.\n"
    assert Level.NONE not in {each.level for each in notices(everything(), Aspect.ALL)}
