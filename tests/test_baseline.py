"""Trouble that is known: by the baseline, or by a history. It is told, and fails nothing."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from commandline import Crawl, Handler, answered_by
from commits import branched, commit, run, write
from fakes import look, occurrence, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st
from test_reports import RUN

from crawler import reports
from crawler.assemble import Tally, noted
from crawler.baseline import Baseline, Entry, Standing, parsed, written
from crawler.errors import SettingsError
from crawler.excuses import BY_HISTORY, by_baseline, by_history
from crawler.levels import KNOWN, Level, level, standing
from crawler.model import Outcome, Place, Report, Row
from crawler.reasons import BY_CODE, REASONS, Reason
from crawler.settings import BASELINE, PolicySettings
from crawler.urls import Target

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
A = "https://a.example/"
B = "https://b.example/"


def entry(reason: str = "not-found", href: str = A, until: date = TODAY, note: str = "") -> Entry:
    return Entry("a.md", href, reason, date(2026, 1, 2), until, note)


def row(reason: str = "not-found", href: str = A, document: str = "a.md", line: int = 1) -> Row:
    place = Place(occurrence(href, line, document), Target(url(href)))
    return Row(place, verdict_of(reason), look(reason, address=href))


def baseline(*entries: Entry, top: str = "") -> Baseline:
    return Baseline(entries, BASELINE, TODAY, top)


def excused(*rows: Row, by: Baseline, whole: frozenset[str] = frozenset()) -> Report:
    return by_baseline(Report(RUN, rows), by, whole)


# The file

TEXTS = st.text(max_size=40) | st.sampled_from([
    'a"b\\c', "\n[[link]]\n", "'''", '"""', "\x00\x1b[31m", "\u202e\u2066", "\ud800", "\U000e0001",
])  # fmt: skip
DAYS = st.dates()


@given(
    st.lists(
        st.builds(Entry, TEXTS, TEXTS, st.sampled_from(sorted(BY_CODE)), DAYS, DAYS, TEXTS),
        max_size=5,
    )
)
def test_what_is_written_reads_back_whatever_strangers_have_called_it(entries: list[Entry]) -> None:
    named = [
        replace(each, document=_text(each.document), url=_text(each.url), note=_text(each.note))
        for each in entries
    ]
    text = "".join(written(named))
    assert list(parsed(text, "b.toml")) == named
    assert all(sign.isprintable() or sign == "\n" for sign in text)


def _text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


LINK = '\n[[link]]\ndocument = "a.md"\nurl = "b"\nreason = "gone"\nsince = 2026-01-01\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[link", "b.toml: is not valid TOML: "),
        ("x = 1\n", "b.toml: is no baseline: there is 'x'; it has [[link]] alone."),
        ('link = "x"\n', "b.toml: is no baseline: write [[link]]."),
        ("link = [1]\n", "b.toml, entry 1: must be a table."),
        (f"{LINK}until = 2026-01-01\n{LINK}", "b.toml, line 9: 'until' must be a day such as"),
        (f"{LINK}until = '2026'\n", "b.toml, line 2: 'until' must be a day such as 2027-01-31."),
        (f"{LINK}until = 2026-01-01T00:00:00\n", "b.toml, line 2: 'until' must be a day"),
        (f"{LINK}until = 2026-99-01\n", "b.toml: is not valid TOML: "),
        (f"{LINK}until = 2026-01-01\nwhy = 1\n", "b.toml, line 2: there is no 'why'; there are"),
        ("[[link]]\ndocument = 1\n", "b.toml, line 1: 'document' must be a text."),
        (LINK.replace("gone", "lost") + "until = 2026-01-01\n", "there is no reason 'lost'"),
        (f"{LINK}until = 2026-01-01\nnote = '''\n[[link]]\n'''\n[[link]]\n", "b.toml, entry 2: "),
        (f"x = {'[' * 5000}", "b.toml: "),
        (f"x = {'9' * 5000}", "b.toml: "),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        parsed(text, "b.toml")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


# What is excused


@pytest.mark.parametrize(
    ("was", "now", "is_known"),
    [
        ("not-found", "not-found", True),
        ("not-found", "dns-not-found", True),  # dead in another way
        ("not-found", "timeout", True),  # no worse
        ("not-found", "forbidden", True),
        ("timeout", "not-found", False),  # worse
        ("timeout", "server-error", True),
        ("fragment-missing", "fragment-missing", True),
        ("fragment-missing", "not-found", False),  # the page too is gone
        ("fragment-missing", "timeout", False),  # of the page nothing was known to be wrong
        ("timeout", "bot-wall", False),
        ("not-found", "fragment-missing", False),  # the page is back, and not the place
        ("malformed", "not-found", False),
        ("not-found", "ok", False),
        ("not-found", "out-of-time", False),
    ],
)
def test_trouble_is_excused_that_is_no_worse(was: str, now: str, is_known: bool) -> None:
    report = excused(row(now), by=baseline(entry(was)))
    assert bool(report.rows[0].known) is is_known


@pytest.mark.parametrize("other", [row(href=B), row(document="b.md")])
def test_nothing_else_is_excused(other: Row) -> None:
    assert not excused(other, by=baseline(entry())).rows[0].known


def test_documents_are_known_by_their_path_from_where_crawl_was_started() -> None:
    known = baseline(entry(), top="/home/ann/docs")
    for name in ("a.md", "./a.md", "x/../a.md", "/home/ann/docs/a.md"):
        assert excused(row(document=name), by=known).rows[0].known, name
    assert not excused(row(document="/home/ann/a.md"), by=known).rows[0].known


def test_an_entry_says_since_when_until_when_and_why() -> None:
    (one,) = excused(row(), by=baseline(entry(note="see #12"))).rows
    assert one.known == "In crawl-baseline.toml since 2026-01-02, until 2026-11-23: see #12"
    assert standing(one, remembers=False) == KNOWN
    assert level(one, remembers=False) is Level.NOTE


def test_an_expired_entry_excuses_nothing_and_that_is_told() -> None:
    report = excused(row(), by=baseline(entry(until=TODAY - DAY)))
    assert not report.rows[0].known
    assert report.rows[0].verdict.detail.endswith(
        " (crawl-baseline.toml excused it until 2026-11-22)"
    )
    (remark,) = report.remarks
    assert remark == (
        "crawl-baseline.toml: 1 entry has expired (a.md: https://a.example/); mend the links, or "
        "renew it with --write-baseline."
    )
    for form in reports.OF_RUNS:
        if not form.startswith("badge"):
            assert "excused it until 2026-11-22" in " ".join(reports.render(report, form).split())


def test_of_two_entries_the_one_that_lasts_counts() -> None:
    both = baseline(entry(until=TODAY - DAY), entry("gone"))
    assert excused(row(), by=both).rows[0].known


@pytest.mark.parametrize(
    ("rows", "whole", "stands"),
    [
        ([row()], {"a.md"}, Standing.HOLDS),
        ([row("ok"), row(line=2)], {"a.md"}, Standing.HOLDS),
        ([row("ok")], set(), Standing.MENDED),
        ([row("ok"), row("out-of-time", line=2)], {"a.md"}, Standing.OPEN),
        ([row("excluded")], {"a.md"}, Standing.OPEN),
        ([row("fragment-missing")], {"a.md"}, Standing.WORSE),
        ([row(href=B)], {"./a.md"}, Standing.MENDED),  # it is written there no more
        ([row(href=B)], {"b.md"}, Standing.OPEN),  # nobody has looked
        ([], set(), Standing.OPEN),
    ],
)
def test_what_becomes_of_an_entry(rows: list[Row], whole: set[str], stands: Standing) -> None:
    known = entry()
    assert baseline(known).standings(rows, frozenset(whole)) == {known: stands}


def test_what_is_mended_is_told() -> None:
    known = baseline(entry(), entry(href=B))
    report = excused(row("ok"), by=known, whole=frozenset({"a.md"}))
    (remark,) = report.remarks
    assert remark == (
        "crawl-baseline.toml: 2 entries are mended (a.md: https://a.example/); remove that with "
        "--write-baseline."
    )


# What is written


def renewed(known: Baseline, *rows: Row, whole: str = "a.md", there: str = "") -> list[Entry]:
    policy = PolicySettings(baseline_days=10)
    found = known.renewed(rows, frozenset(whole.split()), policy, there.split().__contains__)
    return list(found.entries)


def test_entries_that_hold_stay_as_they_are_and_others_come_and_go() -> None:
    old = entry("gone", note="mine"), entry(href=B), replace(entry(), document="z.md")
    rows = row("not-found"), row("ok", B), row("malformed", B, line=3), row("timeout", A, "b.md")
    new = Entry("a.md", B, "malformed", TODAY, TODAY + 10 * DAY)
    assert renewed(baseline(*old), *rows) == [old[0], new], "the document is gone"
    assert renewed(baseline(*old), *rows, there="z.md") == [old[0], new, old[2]]


def test_what_has_expired_is_renewed_with_its_note() -> None:
    (one,) = renewed(baseline(entry(until=TODAY - DAY, note="mine")), row())
    assert one == entry(until=TODAY + 10 * DAY, note="mine")


def test_what_is_written_does_not_depend_on_what_came_first() -> None:
    rows = [row(), row("gone", B), row(document="b.md"), row(line=7)]
    one, other = (renewed(baseline(), *each) for each in (rows, rows[::-1]))
    assert one == other
    assert [(each.document, each.url) for each in one] == [("a.md", A), ("a.md", B), ("b.md", A)]


# By a history


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_a_history_excuses_trouble_of_its_places_alone(reason: Reason) -> None:
    code = reason.code
    troubled = frozenset({("a.md", A)})
    rows = row(code), row(code, B), row(code, document="b.md")
    known = [each.known for each in by_history(Report(RUN, rows), troubled).rows]
    well = BY_CODE[code].outcome in (Outcome.OK, Outcome.REDIRECTED, Outcome.SKIPPED)
    assert known == ["" if well else BY_HISTORY, "", ""]


# What never fails


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_only_broken_and_invalid_fail_by_default_and_nothing_that_is_known(reason: Reason) -> None:
    code, outcome = reason.code, reason.outcome
    failing = PolicySettings().failing
    for known in ("", "It was there before."):
        found = Tally()
        list(noted(Report(RUN, (replace(row(code), known=known),)), found).rows)
        fails = not found.outcomes.isdisjoint(failing)
        assert fails is (outcome in (Outcome.BROKEN, Outcome.INVALID) and not known)


# The command


class Pages(Handler):
    """Answers with the number in the path; how many have asked, it counts."""

    answers: ClassVar[dict[str, int]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self.asked.append(self.path)
        status = self.answers.get(self.path, int(self.path.strip("/") or 200))
        self.answer(status, b"<title>T</title><p>A page." if status == 200 else b"")


@pytest.fixture
def port() -> Iterator[int]:
    Pages.answers.clear()
    Pages.asked.clear()
    with answered_by(Pages) as number:
        yield number


HERE = ("--resolve", "*:*:127.0.0.1", "--delay", "0", "--retries", "0")


def document(port: int, *paths: str, name: str = "a.md") -> None:
    write(name, "".join(f"<http://a.example:{port}{path}>\n\n" for path in paths))


def test_a_baseline_is_written_excuses_and_is_mended(crawl: Crawl, port: int) -> None:
    document(port, "/404", "/503", "/403", "/200")
    assert crawl("check", "a.md", *HERE).code == 1
    done = crawl("check", "a.md", *HERE, "--write-baseline", "--baseline-days", "7")
    assert done.code == 0
    assert (
        done.err
        == "crawl: crawl-baseline.toml: 1 link known: 1 new, 0 kept, 0 renewed; 0 removed.\n"
    )
    before = Path(BASELINE).read_bytes()
    assert b'/404"\nreason = "not-found"\n' in before
    for command in ("check", "run"):
        done = crawl(command, "a.md", *HERE, "--format", "json", "--no-config")
        assert done.code == 0
        links = json.loads(done.out)["links"]
        assert [bool(link["known"]) for link in links] == [True, False, False, False]
        assert links[0]["outcome"] == "broken"
    assert crawl("run", "a.md", *HERE, "--fail").code == 0
    done = crawl("check", "a.md", *HERE, "--write-baseline")
    assert done.err.endswith("1 kept, 0 renewed; 0 removed; it says so already.\n")
    assert Path(BASELINE).read_bytes() == before
    Pages.answers["/404"] = 200
    assert "1 entry is mended (a.md: http" in crawl("check", "a.md", *HERE).out.replace("\n", " ")
    assert crawl("check", "a.md", *HERE, "--write-baseline").code == 0
    assert b"[[link]]" not in Path(BASELINE).read_bytes()


def test_a_new_link_beside_a_baseline_fails(crawl: Crawl, port: int) -> None:
    document(port, "/404")
    crawl("check", "a.md", *HERE, "--write-baseline")
    document(port, "/404", "/410")
    done = crawl("check", "a.md", *HERE)
    assert done.code == 1
    assert "1 broken, 1 known before" in done.out


def test_with_base_nothing_is_said_of_what_was_not_looked_at(crawl: Crawl, port: int) -> None:
    branched(Path(), {"b.md": "x\n"})
    document(port, "/404")
    crawl("check", "a.md", *HERE, "--write-baseline")
    commit()
    document(port, "/404", "/200")
    done = crawl("check", "a.md", *HERE, "--base", "HEAD")
    assert (done.code, "mended" in done.out) == (0, False)
    for option in (("--base", "HEAD"), ("--staged",), ("--working-tree",)):
        done = crawl("check", "a.md", *HERE, *option, "--write-baseline")
        assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_partial_report_writes_no_baseline(crawl: Crawl, port: int) -> None:
    document(port, "/404")
    done = crawl("check", "a.md", *HERE, "--write-baseline", "--max-time", "0")
    assert done.code == 3
    assert not Path(BASELINE).exists()


def _foreign(path: Path) -> None:
    path.write_text("[project]\nname = 'x'\n")


def _link(path: Path) -> None:
    Path("precious").write_text("")
    path.symlink_to("precious")


@pytest.mark.parametrize("make", [_foreign, _link, Path.mkdir, os.mkfifo])
def test_what_is_no_baseline_of_ours_is_never_replaced(
    crawl: Crawl, make: Callable[[Path], None]
) -> None:
    make(Path(BASELINE))
    write("a.md", "[x](missing.md)\n")
    for options in ((), ("--write-baseline",)):
        done = crawl("check", "a.md", *options)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert BASELINE in done.err
    assert not Path("precious").exists() or Path("precious").read_text() == ""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff", "is not UTF-8; a baseline is."),
        (b"#" * (4 * 1024 * 1024 + 1), "is larger than 4 MiB; a baseline is not."),
    ],
    ids=["not UTF-8", "too large"],
)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    crawl: Crawl, data: bytes, told: str
) -> None:
    Path(BASELINE).write_bytes(data)
    write("a.md", "x\n")
    done = crawl("check", "a.md")
    assert (done.code, done.err) == (2, f"crawl: {BASELINE}: {told}\n")


def test_a_baseline_that_cannot_be_written_is_told(
    crawl: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("crawler.baseline_file.replaced", full)
    write("a.md", "[x](missing.md)\n")
    done = crawl("check", "a.md", "--write-baseline")
    assert done.code == 3
    assert done.err == f"crawl: {BASELINE}: cannot be written (No space left on device).\n"


def test_a_baseline_that_is_named_must_be_there(crawl: Crawl) -> None:
    write("a.md", "[x](missing.md)\n")
    assert crawl("check", "a.md", "--baseline", "other.toml").code == 2
    assert crawl("check", "a.md", "--baseline", "other.toml", "--write-baseline").code == 0
    assert not Path(BASELINE).exists()
    assert crawl("check", "a.md", "--baseline", "other.toml").code == 0
    assert crawl("check", "a.md").code == 1


def test_settings_that_were_found_name_no_baseline_elsewhere(crawl: Crawl) -> None:
    write("a.md", "x\n")
    write("crawl.toml", 'baseline = "../b.toml"\n')
    done = crawl("check", "a.md")
    assert done.code == 2
    assert "'baseline' may lead out of this directory only" in done.err


def test_new_only_excuses_what_the_history_knew_at_that_place(crawl: Crawl, port: int) -> None:
    write("c.md", "[x](missing.md)\n")
    document(port, "/404", "/200#gone")
    assert crawl("check", ".", *HERE, "--new-only").code == 1, "there is no history"
    assert crawl("run", ".", *HERE).code == 0
    assert crawl("check", ".", *HERE).code == 1
    done = crawl("check", ".", *HERE, "--new-only", "--format", "json")
    known = [link["known"] for link in json.loads(done.out)["links"]]
    assert (done.code, known) == (0, [BY_HISTORY] * 3)
    document(port, "/404", name="b.md")  # the same link in another document
    assert crawl("check", ".", *HERE, "--new-only").code == 1


def test_new_only_with_a_history_that_is_written_fails_once(crawl: Crawl, port: int) -> None:
    document(port, "/404")
    codes = [crawl("check", ".", *HERE, "--new-only", "--record").code for _ in range(2)]
    assert codes == [1, 0]


# In a stranger's checkout


def test_a_stranger_excuses_nothing_and_the_base_of_the_change_does(
    crawl: Crawl, port: int
) -> None:
    document(port, "/404")
    crawl("check", "a.md", *HERE, "--write-baseline")
    branched(Path(), {})
    done = crawl("check", "a.md", *HERE, "--untrusted")
    assert done.code == 1
    assert f"{BASELINE} came with the checkout: it does not count." in done.err
    document(port, "/410")  # in place of the other
    crawl("check", "a.md", *HERE, "--write-baseline")
    done = crawl("check", "a.md", *HERE, "--untrusted", "--base", "main")
    assert done.code == 1, "a stranger has written its own link there"
    assert "The baseline of main counts; this checkout has another." in done.err
    document(port, "/404", "/404", name="b.md")
    assert crawl("check", "a.md", *HERE, "--untrusted", "--baseline", BASELINE).code == 0
    commit()
    done = crawl("check", "a.md", *HERE, "--untrusted", "--base", "HEAD")
    assert (done.code, done.err) == (0, "")


def test_what_the_base_knows_is_known_in_a_strangers_change_too(crawl: Crawl, port: int) -> None:
    branched(Path(), {"b.md": "x\n"})
    document(port, "/404")
    crawl("check", "a.md", *HERE, "--write-baseline")
    run(Path(), "add", BASELINE)
    run(Path(), "commit", "-qm", "baseline alone")
    done = crawl("check", "a.md", *HERE, "--untrusted", "--base", "HEAD")
    assert (done.code, "1 known before" in done.out) == (0, True)
