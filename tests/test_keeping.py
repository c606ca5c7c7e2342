"""Reports that a directory keeps: what is written, and what is never touched."""

import errno
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bench import past
from commandline import Crawl, Done
from fakes import NOON, url
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reports import HOSTILE, RUN, everything, hostile, news

from crawler import reports
from crawler.errors import ImpossibleError, UsageError
from crawler.history import History
from crawler.keeping import Last, keep, renew, since, usable
from crawler.model import Change, Health, LinkState, Report, Run, Transition
from crawler.outline import Aspect
from crawler.urls import Url
from crawler.words import ENGLISH, Words

KEPT = [f"latest{each.suffix}" for each in reports.FORMATS if each.kept]
LATER = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
REST = timedelta(milliseconds=999)


def at(moment: datetime, report: Report | None = None) -> Report:
    """Return a report of a run that ended at a moment."""
    return replace(report or everything(), run=replace(RUN, finished_at=moment))


def files(directory: Path) -> dict[str, str]:
    return {each.name: each.read_text(encoding="utf-8") for each in directory.iterdir()}


def marks(directory: Path) -> dict[str, tuple[int, int]]:
    """Return what shows that a file was written again."""
    return {
        each.name: (each.stat().st_ino, each.stat().st_mtime_ns) for each in directory.iterdir()
    }


# What is written


def test_every_format_is_kept_and_a_report_of_the_day(tmp_path: Path) -> None:
    directory = tmp_path / "reports"
    done = keep(everything(), news().changes, directory)
    assert set(done.written) == {*KEPT, "2026-11-22.md", "README.md"}
    assert done.unchanged == ()
    assert done.written[-1] == "latest.json", "the others are known as ours by it"
    found = files(directory)
    assert found.keys() == set(done.written)
    for each in reports.FORMATS:
        if each.kept and Aspect.ALL in each.aspects:
            assert found[f"latest{each.suffix}"] == reports.render(everything(), each.name)
    assert found["2026-11-22.md"] == found["latest.md"]


def test_what_is_kept_is_what_files_are_read_for() -> None:
    kept = {each.name for each in reports.FORMATS if each.kept}
    assert kept >= {"markdown", "html", "json", "csv", "sarif", "junit", "atom", "badge"}
    # Another says the same, or they are for one moment of a CI.
    assert kept.isdisjoint(
        {"text", "jsonl", "github", "github-comment", "github-summary", "gitlab", "rdjson"}
    )


def test_a_feed_tells_more_than_the_last_report(tmp_path: Path) -> None:
    report = replace(everything(), changes=())
    keep(report, news().changes, tmp_path)
    found = files(tmp_path)
    assert found["latest.atom"] == reports.render(news(), "atom", Aspect.CHANGES)
    assert json.loads(found["latest.json"])["changes"] == []


def test_the_same_report_touches_nothing(tmp_path: Path) -> None:
    keep(everything(), (), tmp_path)
    before = marks(tmp_path)
    done = keep(everything(), (), tmp_path)
    assert done.written == ()
    assert str(done) == "nothing has changed, and nothing was written."
    assert marks(tmp_path) == before


def test_what_has_changed_is_written_and_nothing_else(tmp_path: Path) -> None:
    keep(everything(), (), tmp_path)
    done = keep(at(NOON + LATER), (), tmp_path)
    # The others do not tell when the run was.
    assert {"latest.md", "latest.json", "2026-11-22.md"} <= set(done.written)
    assert {"latest.csv", "latest.svg", "latest.badge.json", "README.md"} <= set(done.unchanged)
    assert str(done).endswith(f" written; {len(done.unchanged)} more had not changed.")


def test_a_day_has_one_report_and_the_next_another(tmp_path: Path) -> None:
    for moment in (NOON, NOON + LATER, NOON + DAY, NOON + 40 * DAY):
        keep(at(moment), (), tmp_path)
    days = sorted(each for each in files(tmp_path) if each.startswith("20"))
    assert days == ["2026-11-22.md", "2026-11-23.md", "2027-01-01.md"]
    assert "13:00 UTC" in (tmp_path / days[0]).read_text(encoding="utf-8")
    index = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert index.endswith(
        "## Day by day\n\n"
        "- 2027-01: [01](2027-01-01.md)\n"
        "- 2026-11: [23](2026-11-23.md) · [22](2026-11-22.md)\n"
    )
    for name in KEPT:
        assert f"[{name}]({name})" in index


def test_files_keep_who_may_read_them(tmp_path: Path) -> None:
    keep(everything(), (), tmp_path)
    (tmp_path / "latest.md").chmod(0o640)
    keep(at(NOON + LATER), (), tmp_path)
    assert (tmp_path / "latest.md").stat().st_mode & 0o777 == 0o640


def test_an_index_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# My reports\n", encoding="utf-8")
    done = keep(everything(), (), tmp_path)
    assert "README.md" not in (*done.written, *done.unchanged)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "# My reports\n"


@pytest.mark.parametrize("kind", ["directory", "link"])
def test_an_index_that_is_no_plain_file_is_left_alone(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "reports" / "README.md"
    place.parent.mkdir()
    outside = tmp_path / "outside.md"
    outside.write_text("mine", encoding="utf-8")
    if kind == "link":
        place.symlink_to(outside)
    else:
        place.mkdir()
    keep(everything(), (), place.parent)
    assert outside.read_text(encoding="utf-8") == "mine"
    assert place.is_dir() or place.is_symlink()


class _Full:
    """A format that fails on its way, as a disk does that is full, or as a bug."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, _report: Report, _aspect: Aspect, _words: Words, /) -> Iterator[str]:
        yield "half"
        raise self._error


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), ValueError("a bug")])
def test_what_cannot_be_finished_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    keep(everything(), (), tmp_path)
    before = marks(tmp_path)
    last = replace(reports.BY_NAME["csv"], render=_Full(error))
    monkeypatch.setattr(reports, "FORMATS", (*reports.FORMATS[:-1], last))
    with pytest.raises(ImpossibleError if isinstance(error, OSError) else ValueError) as told:
        keep(at(NOON + DAY), (), tmp_path)
    if isinstance(error, OSError):
        assert str(told.value) == (f"--directory {tmp_path}: cannot be written (No space left).")
    assert marks(tmp_path) == before, "nor is anything left behind"


# Whose it is


def test_a_directory_knows_its_last_report(tmp_path: Path) -> None:
    directory = tmp_path / "reports"
    assert usable(directory) is None
    keep(everything(), (), directory)
    assert usable(directory) == Last("run-1", NOON + MINUTE)
    keep(replace(at(NOON + DAY), since=NOON), (), directory)
    assert usable(directory) == Last("run-1", NOON + DAY, NOON)


@given(HOSTILE)
def test_whatever_a_report_says_its_moment_can_be_read(text: str) -> None:
    report = replace(hostile(text), since=NOON, changes=news().changes)
    whole = reports.render(report, "json")
    head = whole[: whole.index('\n "links": [')]
    assert json.loads(f'{head} "links": []}}')["since"] == "2026-11-22T12:00:00Z"


def test_only_the_head_of_a_large_report_is_read(tmp_path: Path) -> None:
    keep(everything(), (), tmp_path)
    path = tmp_path / "latest.json"
    head, links, _ = path.read_text(encoding="utf-8").partition('\n "links": [')
    path.write_text(f"{head}{links} and nobody reads on", encoding="utf-8")
    assert usable(tmp_path) == Last("run-1", NOON + MINUTE)
    told = json.loads(f'{head} "links": []}}')
    path.write_text(json.dumps(told), encoding="utf-8")  # as another program formats it
    assert usable(tmp_path) == Last("run-1", NOON + MINUTE)


FOREIGN = [
    "", "{", "[]", '"crawl"', "null", "{}", '{"tool": "lychee 1", "run": {}}', "[" * 100_000,
    '{"tool": 1}', '{"tool": "crawl 1"}', '{"tool": "crawl 1", "run": null}',
    '{"tool": "crawl 1", "run": {"finished_at": null}}',
    '{"tool": "crawl 1", "run": {"finished_at": "yesterday"}}',
]  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN, ids=lambda text: text[:40])
def test_json_that_is_none_of_ours_is_not_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "latest.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"latest[.]json is there already"):
        usable(tmp_path)


@pytest.mark.parametrize("name", ["latest.md", "latest.svg", "2020-02-03.md"])
def test_a_file_without_our_json_beside_it_is_somebody_elses(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        usable(tmp_path)


@pytest.mark.parametrize("name", ["latest.md", "latest.json", "2020-02-03.md"])
@pytest.mark.parametrize("kind", ["directory", "link", "lost link", "pipe"])
def test_what_is_no_plain_file_is_never_replaced(tmp_path: Path, name: str, kind: str) -> None:
    directory, outside = tmp_path / "reports", tmp_path / "outside"
    keep(everything(), (), directory)
    outside.write_text("mine", encoding="utf-8")
    place = directory / name
    place.unlink(missing_ok=True)
    match kind:
        case "directory":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case _:
            place.symlink_to(outside if kind == "link" else tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"not a plain file|is there already"):
        usable(directory)
    assert outside.read_text(encoding="utf-8") == "mine"


def test_other_files_are_nobodys_business(tmp_path: Path) -> None:
    for name in ("notes.md", "2026-13-01.md", "12026-11-22.md", "latest.bak", "latest"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    assert usable(tmp_path) is None
    keep(everything(), (), tmp_path)
    assert (tmp_path / "2026-13-01.md").read_text(encoding="utf-8") == "mine"
    assert "2026-13" not in (tmp_path / "README.md").read_text(encoding="utf-8")


# Since when


@pytest.mark.parametrize(
    ("last", "moment"),
    [
        (None, None),
        (Last("x", NOON - DAY), NOON - DAY),
        (Last("x", NOON - DAY, NOON - 2 * DAY), NOON - DAY),
        (Last("x", NOON - LATER), NOON - LATER),  # on the first day of all
        (Last("x", NOON - LATER, NOON - DAY), NOON - DAY),
        (Last("run-1", NOON), None),
        (Last("run-1", NOON, NOON - DAY), NOON - DAY),
        (Last("x", NOON + LATER, NOON - DAY), None),  # an older history was put back
        (Last("x", NOON + DAY), None),
    ],
)
def test_since_when_a_report_tells_what_has_changed(
    last: Last | None, moment: datetime | None
) -> None:
    told = since(last, replace(RUN, finished_at=NOON))
    assert told == (moment and moment + REST)


class Nights(History):
    """A history that knows nothing but runs, of which each has changed one thing."""

    def __init__(self, ends: Sequence[datetime]) -> None:
        self._ends = ends
        self.asked: list[tuple[datetime | None, bool]] = []

    def last_run(self, now: datetime = NOON) -> Run | None:
        number = sum(each <= now for each in self._ends)
        return replace(RUN, id=f"run-{number}", finished_at=self._ends[number - 1])

    def states(self, *urls: Url) -> Iterator[LinkState]:
        return (LinkState(each, Health.HEALTHY, NOON, NOON) for each in urls)

    def began(self) -> datetime | None:
        return self._ends[0]

    def report(
        self, now: datetime = NOON, since: datetime | None = None, *, chronicle: bool = False
    ) -> Report:
        run = self.last_run(now)
        assert run is not None
        changes = tuple(
            Transition(
                Change.RECOVERED,
                url(f"https://{number}.example/"),
                "There.",
                "broken",
                "healthy",
                written=1,
                at=each,
            )
            for number, each in enumerate(self._ends)
            if since is not None and since < each <= now
        )
        self.asked.append((since, chronicle))
        return Report(run, (), changes=None if since is None else changes, since=since)


@given(st.lists(st.integers(1, 60 * 60), min_size=1, max_size=8), st.integers(0, 999))
@settings(max_examples=30, deadline=None)  # each writes some dozens of files
def test_the_reports_of_days_leave_nothing_out_and_tell_nothing_twice(
    minutes: list[int], milliseconds: int
) -> None:
    ends = [
        NOON + timedelta(minutes=each, milliseconds=milliseconds) for each in accumulate(minutes)
    ]
    with TemporaryDirectory() as name:
        directory, told = Path(name), dict[str, list[int]]()
        for end in ends:
            for _ in range(2):  # the second says the same
                kept = renew(Nights(ends), end, directory, lambda it: it)
            assert kept.written == ()
            text = (directory / f"{end:%Y-%m-%d}.md").read_text(encoding="utf-8")
            told[f"{end:%Y-%m-%d}"] = sorted(map(int, re.findall(r"<https://(\d+)\.", text)))
    # Of the very first report nobody knows what came before it.
    assert [number for day in told.values() for number in day] == list(range(1, len(ends)))


def test_a_feed_goes_back_a_month_whatever_was_told(tmp_path: Path) -> None:
    ends = [NOON - timedelta(days=each) for each in (31, 29, 1, 0)]
    for end in ends[2:]:
        renew(Nights(ends), end, tmp_path, lambda it: it)
    told = (tmp_path / "latest.atom").read_text(encoding="utf-8")
    assert re.findall(r"href=.https://(\d)", told) == ["3", "2", "1"]
    latest = json.loads((tmp_path / "latest.json").read_text(encoding="utf-8"))
    assert latest["since"] == "2026-11-21T12:00:00Z"
    assert [each["url"] for each in latest["changes"]] == ["https://3.example/"]


def test_charts_are_made_for_the_report_and_not_for_the_feed(tmp_path: Path) -> None:
    history = Nights([NOON - DAY, NOON])
    renew(history, NOON - DAY, tmp_path, lambda it: it)
    history.asked.clear()
    renew(history, NOON, tmp_path, lambda it: it)
    assert history.asked == [(NOON - timedelta(days=30), False), (NOON - DAY + REST, True)]


def test_what_is_told_may_be_less_than_is_known(tmp_path: Path) -> None:
    def without_news(report: Report) -> Report:
        return replace(report, changes=())

    renew(Nights([NOON - LATER, NOON]), NOON, tmp_path, without_news)
    assert "<entry>" not in (tmp_path / "latest.atom").read_text(encoding="utf-8")


# From the command line


@pytest.fixture
def crawl(crawl: Crawl, tmp_path: Path) -> Crawl:
    """Call `crawl` in a directory of its own, which has a history."""
    past.write(tmp_path / "crawl.db", links=20, nights=3)
    return crawl


def test_the_command_keeps_reports_and_says_so(crawl: Crawl) -> None:
    done = crawl("report", "--write-all")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("crawl: reports: README.md, 2026-01-03.md, latest.md, ")
    assert done.err.endswith(", latest.json written.\n")
    assert {*KEPT, "2026-01-03.md", "README.md"} == set(files(Path("reports")))
    before = marks(Path("reports"))
    again = crawl("report", "--write-all")
    assert again.err == "crawl: reports: nothing has changed, and nothing was written.\n"
    assert marks(Path("reports")) == before


def test_a_quiet_one_says_nothing(crawl: Crawl) -> None:
    assert crawl("report", "--write-all", "--quiet") == Done(0, "", "")
    assert KEPT[0] in files(Path("reports"))


def test_the_directory_may_be_another(crawl: Crawl) -> None:
    Path("kept").mkdir()
    assert crawl("report", "--write-all", "--directory", "kept").code == 0
    assert not Path("reports").exists()
    Path("linked").symlink_to("kept")
    assert "nothing has changed" in crawl("report", "--write-all", "--directory", "linked").err


def test_the_name_of_a_directory_is_no_command(crawl: Crawl) -> None:
    done = crawl("report", "--write-all", "--directory", "a\x1b[31m")
    assert done.code == 0
    assert "\x1b" not in done.err


def test_some_links_alone_can_be_kept_too(crawl: Crawl) -> None:
    assert crawl("report", "--write-all", "--host", "www.site-1.example").code == 0
    links = json.loads(Path("reports/latest.json").read_text(encoding="utf-8"))["links"]
    assert {each["url"].split("/")[2] for each in links} == {"www.site-1.example"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--write-all", "--format", "json"), "omit --format"),
        (("--write-all", "--view", "all"), "omit --view"),
        (("--write-all", "--output", "x.md"), "omit --output"),
        (("--directory", "reports"), "--write-all, which is not given"),
        (("--write-all", "--directory", "no/where"), "no/where: must be a directory"),
        (("--write-all", "--directory", "crawl.db"), "crawl.db: must be a directory"),
    ],
)
def test_what_cannot_be_kept_is_said_in_a_sentence(
    crawl: Crawl, arguments: tuple[str, ...], words: str
) -> None:
    done = crawl("report", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not Path("reports").exists()


def test_somebody_elses_file_is_not_replaced(crawl: Crawl) -> None:
    Path("reports").mkdir()
    Path("reports/latest.html").mkdir()
    Path("reports/latest.md").symlink_to("../crawl.db")
    done = crawl("report", "--write-all")
    assert done.code == 2
    assert "latest.md is not a plain file" in done.err
    assert Path("crawl.db").read_bytes()[:6] == b"SQLite"


def test_without_any_run_there_is_nothing_to_keep(crawl: Crawl) -> None:
    Path("crawl.db").unlink()
    assert crawl("report", "--write-all").code != 0
    assert not Path("reports").exists()


def test_a_directory_that_may_not_be_written_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="may not be written"):
        usable(tmp_path)


def test_the_words_of_an_index_are_those_of_the_report(tmp_path: Path) -> None:
    class Shouting:
        language = "en"

        def __call__(self, sentence: str, /) -> str:
            return sentence.upper()

    keep(everything(), (), tmp_path, Shouting())
    assert "# REPORTS ON LINKS" in (tmp_path / "README.md").read_text(encoding="utf-8")
    keep(everything(), (), tmp_path, ENGLISH)
    assert "# Reports on links" in (tmp_path / "README.md").read_text(encoding="utf-8")
