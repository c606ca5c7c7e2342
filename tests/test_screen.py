"""What people see: a terminal is not attacked by what it shows, and shows what was meant.

Any text of strangers goes through all that is written for people. What comes out is read by rules
as a terminal reads it, and by a terminal itself (`pyte`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pyte
import pytest
from fakes import NOON, look, occurrence, url
from hypothesis import given
from hypothesis import strategies as st
from test_reports import answering, everything, hostile, hostile_news, news, row

from crawler import listing
from crawler.archiving import ArchivedCopy, Basis, Came, Errand
from crawler.breadth import breadth
from crawler.columns import Column, table
from crawler.health import fold
from crawler.ink import PLAIN, Paper, inked
from crawler.model import Document, Finding, Hop, PageFacts, Place, Report, Severity
from crawler.outline import Aspect
from crawler.reports.text import render_styled
from crawler.settings import HealthSettings
from crawler.story import Story
from crawler.storytelling import story_lines
from crawler.text import is_clean
from crawler.urls import Rejected, Rejection, Target
from crawler.words import ENGLISH

A = url("https://a.example/")
PAPERS = [PLAIN, Paper(110), Paper(40, color=True), Paper(80, color=True, links=True)]
ATTACKS = (
    "\x1b[2J\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;https://evil.example/\x1b\\a\x1b]8;;\x1b\\",
    "\x9b31m", "\x9d8;;x\x9c", "\x90q\x9c", "\x1bc", "\x1b_x\x1b\\", "\x1b]52;c;aGk=\x07",
    "\x08" * 9, "\r::error::x", "##[error]x", "::error::x", "a\u202eb\u2066c\u200f", "\ud800",
    "\x85\u2028\u2029", "\x00\x7f", "書" * 200, "x" * 400, "e" + "\u0301" * 90, "👩\u200d💻",
    "[link=https://evil.example/]a[/link]",
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(ATTACKS) | st.text(max_size=9), max_size=6).map("".join),
)
# All that may be in what a terminal is sent beside text: colours, and links to what they show.
_OURS = re.compile("\x1b\\[(?:0|[1-4]|3[1-6])(?:;3[1-6])?m")
_LINK = re.compile("\x1b\\]8;;(https?://[!-~]+)\x1b\\\\([^\x1b]*)\x1b\\]8;;\x1b\\\\")
_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def assert_harmless(written: str, paper: Paper) -> None:
    if paper.links:
        for target, shown in _LINK.findall(written):
            assert target == shown
        written = _LINK.sub(r"\2", written)
    text = _OURS.sub("", written) if paper.color else written
    assert written.endswith("\n")
    assert all(is_clean(line) for line in text.split("\n"))
    assert paper.color or not _COMMAND.search(text)


def told_of(text: str) -> Story:
    """Make a story that says a text wherever it can."""
    facts = PageFacts(
        text, text, text, text, text, text, text, text, text, text, text, text, feeds=(text,)
    )
    finding = Finding("moved", Severity.ADVICE, text, text)
    good = replace(look("permanent"), facts=facts, findings=(finding,), hops=(Hop(A, 301),),
                   final_url=A, missing_fragments=(text,))  # fmt: skip
    bad = look("not-found", NOON + timedelta(days=1))
    bad = replace(bad, verdict=replace(bad.verdict, detail=text), facts=facts)
    looks = (
        good,
        bad,
        replace(good, at=NOON + timedelta(days=2), facts=PageFacts(title=text + "x")),
    )
    place = replace(occurrence(text=text, document=text or "x"), section=text)
    copy = ArchivedCopy(A, Errand.FIND, NOON, Basis.SEEN, NOON, Came.COPY, A, NOON)
    return Story(A, looks, (place,) * 5, fold(looks, (), HealthSettings()), (copy,), (NOON,))


@given(HOSTILE, st.sampled_from(PAPERS))
def test_no_report_attacks_a_terminal(text: str, paper: Paper) -> None:
    for report in (hostile(text), hostile_news(text), answering(text)):
        for aspect in (Aspect.ALL, Aspect.CHANGES, Aspect.CATALOGUE):
            written = "".join(render_styled(report, aspect, ENGLISH, paper))
            if written:
                assert_harmless(written, paper)


@given(HOSTILE, st.sampled_from(PAPERS), st.booleans())
def test_no_story_attacks_a_terminal(text: str, paper: Paper, all_looks: bool) -> None:
    lines = story_lines(told_of(text), HealthSettings(), paper, all_looks=all_looks)
    assert_harmless("".join(inked(lines, paper)), paper)


@given(HOSTILE)
def test_no_list_attacks_a_terminal(text: str) -> None:
    where = replace(occurrence(text=text, document=text or "x"), raw=text)
    targets = (
        Target(A, text),
        Rejected(text, Rejection.MALFORMED),
        Rejected(text, Rejection.RELATIVE, text),
    )
    assert_harmless("".join(listing.list_text([Place(where, each) for each in targets])), PLAIN)
    document = Document(text or "x", "markdown", "")
    assert_harmless("".join(listing.list_documents([document], "text")), PLAIN)


@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=5))
def test_no_table_attacks_a_terminal(rows: list[tuple[str, str]]) -> None:
    written = "".join(f"{line}\n" for line in table((Column(), Column()), rows))
    assert_harmless(written, PLAIN)


def screen_of(written: str, columns: int = 80) -> pyte.Screen:
    screen = pyte.Screen(columns, 400)
    screen.set_mode(pyte.modes.LNM)
    pyte.Stream(screen).feed(written)
    return screen


def seen(screen: pyte.Screen) -> list[str]:
    # A character of two cells leaves its second one empty; `display` shows it once.
    return [line.rstrip() for line in screen.display]


def folded(line: str, columns: int = 80) -> Iterator[str]:
    yield line[:columns].rstrip()
    if len(line) > columns:
        yield from folded(line[columns:], columns)


@pytest.mark.parametrize(
    "paper", [Paper(80), Paper(80, color=True), Paper(80, color=True, links=True)]
)
@pytest.mark.parametrize(
    ("report", "aspect"),
    [(everything(), Aspect.ALL), (news(), Aspect.CHANGES), (everything(), Aspect.CATALOGUE)],
)
def test_a_terminal_shows_what_a_pipe_gets(report: Report, aspect: Aspect, paper: Paper) -> None:
    plain = "".join(render_styled(report, aspect, ENGLISH, PLAIN)).splitlines()
    shown = seen(screen_of("".join(render_styled(report, aspect, ENGLISH, paper))))
    wanted = [part for line in plain for part in folded(line)]
    assert shown[: len(wanted)] == wanted
    assert not any(shown[len(wanted) :])
    for line in plain:
        assert breadth(line) <= 80 or "://" in line, "only a URL is longer than a line"


def test_a_catalogue_names_a_document_once_and_each_of_its_sections() -> None:
    rows = [row(f"https://{name}.example/", "ok", line) for line, name in enumerate("ab", 1)]
    for index, section in enumerate(("One", "書 Two")):
        where = replace(rows[index].place.occurrence, section=section)
        rows[index] = replace(rows[index], place=replace(rows[index].place, occurrence=where))
    report = replace(everything(), rows=rows)
    assert "".join(render_styled(report, Aspect.CATALOGUE, ENGLISH, PLAIN)) == (
        "a.md\n----\n\nOne\n  label\n    https://a.example/\n"
        "\n書 Two\n  label\n    https://b.example/\n"
    )


def test_colours_are_where_they_are_meant() -> None:
    screen = screen_of("".join(render_styled(everything(), Aspect.ALL, ENGLISH, Paper(color=True))))
    lines = seen(screen)

    def style(text: str) -> tuple[str, bool]:
        row = next(number for number, line in enumerate(lines) if text in line)
        char = screen.buffer[row][lines[row].index(text)]
        return char.fg, char.bold

    assert style("Broken (2)") == ("red", True)
    assert style("Not for us (1)") == ("cyan", True)
    assert style("https://gone.example/a") == ("default", True)
    assert style("→ https://b.example/") == ("green", False)
    assert style("The server says") == ("default", False)
    assert style("a.md: the front matter") == ("brown", False), "which is what pyte calls yellow"
    assert screen.cursor.attrs.fg == "default", "nothing is left switched on"


def test_a_story_on_a_screen() -> None:
    days = [NOON + timedelta(days=number) for number in range(4)]
    looks = [
        look("ok", days[0]),
        look("ok", days[1]),
        look("gone", days[2]),
        look("bot-wall", days[3]),
    ]
    looks[0] = replace(looks[0], facts=PageFacts(title="書くこと 👩\u200d💻 " * 9))
    story = Story(A, tuple(looks), (occurrence(),), fold(looks, (), HealthSettings()))
    paper = Paper(color=True, links=True)
    screen = screen_of("".join(inked(story_lines(story, HealthSettings(), paper), paper)))
    lines = seen(screen)
    assert lines[0] == "https://a.example/"
    assert "  Looks        ✓✓✗·  all 4: 2 good, 1 bad, 1 unclear" in lines
    row = next(number for number, line in enumerate(lines) if "✓✓✗·" in line)
    marks = [screen.buffer[row][15 + number].fg for number in range(4)]
    assert marks == ["green", "green", "red", "default"]
    begin = lines.index("Timeline of 4 looks")
    assert lines[begin + 1 : begin + 5] == [
        "  2026-11-22 … 2026-11-23  ok 200               2 looks  → healthy",
        "  2026-11-24 12:00         broken, gone                  → broken",
        "      broken: The server says that the page was removed for good.",
        "  2026-11-25 12:00         blocked, bot-wall",
    ]


@given(st.lists(st.tuples(st.text(max_size=50), st.integers(0, 10**6)), min_size=1, max_size=8))
def test_a_table_has_as_many_lines_on_a_screen_as_rows(rows: list[tuple[str, int]]) -> None:
    cells = [(text, f"{number:,}") for text, number in rows]
    lines = list(table((Column(), Column(number=True)), cells, 40))
    screen = screen_of("".join(f"{line}|\n" for line in lines), 41)
    ends = [line for line in seen(screen) if line]
    assert len(ends) == len(rows), "no line was folded"
    assert all(line.endswith("|") for line in ends)
