"""Further files of one report: named, refused and written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from commandline import Crawl, Handler, answered_by
from test_reports import everything

from crawler import reports
from crawler.deliveries import deliveries, write_all
from crawler.errors import ImpossibleError
from crawler.outline import Aspect


class Site(Handler):
    """Answers 404, and counts how often it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self.asked.append(self.path)
        self.answer(404, b"<title>Not found</title>")


@pytest.fixture
def port() -> Iterator[int]:
    Site.asked.clear()
    with answered_by(Site) as number:
        yield number


@pytest.fixture
def crawl(crawl: Crawl) -> Crawl:
    """Call `crawl` where there is a document with a broken link."""
    Path("a.md").write_text("[gone](x.md)\n")
    return crawl


@pytest.mark.parametrize("command", ["check", "run"])
def test_one_look_is_told_in_every_format(crawl: Crawl, port: int, command: str) -> None:
    Path("b.md").write_text(f"<http://one.example:{port}/x>\n")
    also = [f"--also={name}=r{reports.BY_NAME[name].suffix}" for name in reports.OF_RUNS]
    here = ("--resolve=*:*:127.0.0.1", "--delay=0", "--format=jsonl")
    done = crawl(command, "b.md", *also, *here)
    assert (done.code, done.err) == (1 if command == "check" else 0, "")
    assert Site.asked == ["/x"]
    assert json.loads(done.out)["reason"] == "not-found"
    for name in reports.OF_RUNS:
        assert Path(f"r{reports.BY_NAME[name].suffix}").read_text("utf-8"), name
    (link,) = json.loads(Path("r.json").read_text())["links"]
    assert link == json.loads(done.out)


@pytest.mark.parametrize("name", reports.OF_RUNS)
def test_a_further_file_says_what_output_would(crawl: Crawl, name: str) -> None:
    def undated(path: str) -> list[str]:
        lines = Path(path).read_text("utf-8").splitlines()
        return [line for line in lines if "2" not in line]

    also = f"--also={name}=second"
    crawl("check", "--offline", "a.md", "-v", "--format", name, "--output", "first", also)
    assert undated("first") == undated("second")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (["sarif"], "--also sarif: must be FORMAT=FILE; formats are text, markdown, html, json"),
        (["=x"], "--also =x: must be FORMAT=FILE"),
        (["sarif="], "--also sarif=: must be FORMAT=FILE"),
        (["links.sarif=x"], "--also links.sarif=x: must be FORMAT=FILE"),
        (["atom=x"], "atom tells of a history and of no single run"),
        (["json=no/such/x"], "--also json=no/such/x: must be a file in a directory that exists"),
        (["json=x", "sarif=./x"], "--also sarif=./x: has another report; name another file."),
        (["json=out"], "--also json=out: has another report"),
        (["json=a.md"], "--also json=a.md: is one of the documents; name another file."),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_link_is_looked_at(
    crawl: Crawl, told: list[str], words: str
) -> None:
    done = crawl("check", "--offline", "a.md", "--output=out", *(f"--also={each}" for each in told))
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert sorted(path.name for path in Path().iterdir()) == ["a.md"]


def test_an_equals_sign_belongs_to_the_files_name(crawl: Crawl) -> None:
    crawl("check", "--offline", "a.md", "--also", "json=a=b")
    assert json.loads(Path("a=b").read_text())["schema"] == 1


def test_files_are_the_operators_alone(crawl: Crawl) -> None:
    Path("crawl.toml").write_text('also = ["json=x"]\n')
    done = crawl("check", "--offline", "a.md")
    assert done.code == 2
    assert "there is no setting 'also'" in done.err


def test_a_quiet_run_writes_the_whole_report_to_further_files(crawl: Crawl) -> None:
    done = crawl("run", "--offline", "--quiet", "a.md", "--also", "json=x")
    assert (done.code, done.out) == (0, "")
    assert [each["raw"] for each in json.loads(Path("x").read_text())["links"]] == ["x.md"]


def test_a_device_takes_more_than_one(crawl: Crawl) -> None:
    done = crawl("check", "--offline", "a.md", "--also=json=/dev/null", "--also=csv=/dev/null")
    assert done.code == 1


def test_one_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one").mkdir()
    files = deliveries(["json=one/x", "csv=y"], Aspect.ALL, None)
    Path("one").rmdir()
    with pytest.raises(ImpossibleError, match=r"--also json=one/x: cannot be written \(No such"):
        write_all(everything(), files)
    assert Path("y").read_text("utf-8") == reports.render(everything(), "csv")


def test_a_further_file_is_written_where_the_first_cannot_be(crawl: Crawl) -> None:
    Path("full").symlink_to("/dev/full")
    done = crawl("check", "--offline", "a.md", "--output", "full", "--also", "json=x")
    assert done.code == 3
    assert "cannot be written (No space left on device)" in done.err
    assert json.loads(Path("x").read_text())["schema"] == 1
