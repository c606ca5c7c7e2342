"""`crawl fix` as its users call it: over real sockets on loopback, and at a real terminal."""

import json
import os
import pty
import re
import select
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commandline import Crawl, Done, Handler, answered_by

PAGES = {
    "/new": (200, {}, "<title>New</title><p>Here it is.<h2 id=part>Part</h2>"),
    "/old": (301, {"location": "/new"}, ""),
    "/for-now": (302, {"location": "/new"}, ""),
    "/gone": (410, {}, ""),
    **{f"/lost-{number}": (301, {"location": "/new"}, "") for number in range(3)},
}
HERE = ("--resolve", "*:*:127.0.0.1", "--delay", "0", "--retries", "0", "--no-progress")


class Pages(Handler):
    """Serves `PAGES`, and everything else as 404."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        status, headers, body = PAGES.get(self.path, (404, {}, ""))
        self.answer(status, body.encode(), **headers)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with answered_by(Pages) as port:
        yield f"http://a.example:{port}"


def document(site: str, *paths: str, name: str = "a.md") -> bytes:
    lines = [f"[label {path}]({site}{path})\n" for path in paths]
    data = ("# Links\n\n" + "\n".join(lines)).encode()
    Path(name).write_bytes(data)
    return data


def name_of(done: Done) -> str:
    """Return what a call is named that has written something."""
    found = re.search(r"(?:written|taken back) as (\S+);", done.err)
    assert found, done.err
    return found[1]


def test_the_diff_is_shown_and_nothing_is_written(crawl: Crawl, site: str) -> None:
    data = document(site, "/old", "/new", "/gone", "/for-now")
    done = crawl("fix", "a.md", *HERE)
    assert done.code == 1
    assert f"-[label /old]({site}/old)\n+[label /old]({site}/new)\n" in done.out
    assert "1 link to fix in 1 document: 1 moved. `crawl fix --write` writes it.\n" in done.out
    assert "Left as they are" in done.out
    assert Path("a.md").read_bytes() == data
    assert not Path("crawl.db").exists()


def test_written_recorded_told_and_taken_back(crawl: Crawl, site: str) -> None:
    data = document(site, "/old", "/old#part", "/gone")
    done = crawl("fix", "a.md", "--write", *HERE)
    assert done.code == 0
    assert "crawl.db is a new history: what is fixed is written down there." in done.err
    assert "2 links fixed in 1 document: 2 moved.\n" in done.out
    now = Path("a.md").read_bytes()
    assert now == data.replace(b"/old)", b"/new)").replace(b"/old#part)", b"/new#part)")
    again = crawl("fix", "a.md", "--write", *HERE)
    assert again.code == 0
    assert again.out.startswith("Nothing to fix.\n")
    assert Path("a.md").read_bytes() == now
    crawl("run", "a.md", *HERE)
    told = crawl("report", "--view", "changes")
    assert "Repaired (2)" in told.out
    assert f"as {name_of(done)}." in told.out
    undone = crawl("fix", "--undo", "last")
    assert undone.code == 0
    assert f"+[label /old]({site}/old)\n" in undone.out
    assert "2 links put back in 1 document: 2 moved.\n" in undone.out
    assert Path("a.md").read_bytes() == data
    assert crawl("fix", "--undo", name_of(done)).code == 2, "it was taken back already"
    assert crawl("fix", "--undo", name_of(undone)).code == 0
    assert Path("a.md").read_bytes() == now
    assert "is sound" in crawl("db", "verify", "--deep").out


@pytest.mark.parametrize("second", ["a.md", "./a.md", "sub/../a.md", "*.md", "."])
def test_a_document_that_is_named_twice_is_fixed_once(crawl: Crawl, site: str, second: str) -> None:
    Path("sub").mkdir()
    data = document(site, "/old")
    for named in (("a.md", second), (str(Path("a.md").absolute()), second)):
        Path("a.md").write_bytes(data)
        done = crawl("fix", *named, "--write", "--no-record", *HERE)
        assert (done.code, done.err) == (0, "")
        assert "1 link fixed in 1 document: 1 moved.\n" in done.out
        assert Path("a.md").read_bytes() == data.replace(b"/old)", b"/new)")


def test_where_several_pages_of_a_host_end_at_one_somebody_has_to_look(
    crawl: Crawl, site: str
) -> None:
    document(site, "/lost-0", "/lost-1")
    assert "2 links to fix" in crawl("fix", "a.md", *HERE).out
    document(site, "/lost-0", "/lost-1", "/lost-2")
    done = crawl("fix", "a.md", *HERE, "-v")
    assert (done.code, done.out.startswith("Nothing to fix.\n")) == (0, True)
    assert "2 others of its host do too." in " ".join(done.out.split())


def test_a_history_is_enough_and_nothing_is_asked(crawl: Crawl, site: str) -> None:
    document(site, "/old")
    for _ in range(2):  # two looks agree
        crawl("run", "a.md", "--all", *HERE)
    document(site, "/new", "/old", "/never")  # it has changed since: places are read anew
    no_proxy = ("--proxy", "http://127.0.0.1:1")
    done = crawl("fix", "a.md", "--from", "crawl.db", *no_proxy)
    assert done.code == 1
    assert f"+[label /old]({site}/new)\n" in done.out
    assert "The history has never seen 2 links: nothing is said of them." in done.out
    other = crawl("fix", "a.md", "--from", "crawl.db", "--db", "other.db", "--write")
    assert other.code == 0
    assert not Path("other.db").exists(), "it is written down where it is known from"
    assert crawl("fix", "--undo", "last").code == 0


def test_one_look_is_not_enough_beside_a_history(crawl: Crawl, site: str) -> None:
    document(site, "/old")
    crawl("run", "a.md", *HERE)
    done = crawl("fix", "a.md", "--from", "crawl.db")
    assert done.code == 0
    assert "a second look will confirm" in done.out


@pytest.mark.parametrize("form", ["diff", "json", "markdown", "patch", "suggestions"])
def test_every_format_goes_to_a_file(crawl: Crawl, site: str, form: str) -> None:
    document(site, "/old")
    done = crawl("fix", "a.md", "--format", form, "--output", "out", *HERE)
    assert (done.code, done.out) == (1, "")
    assert f"{site}/new" in Path("out").read_text()
    assert crawl("fix", "a.md", "--format", form, *HERE).out == Path("out").read_text()


def test_a_patch_is_taken_by_git(crawl: Crawl, site: str) -> None:
    data = document(site, "/old", name="año b.md").replace(b"\n", b"\r\n")
    Path("año b.md").write_bytes(data + b"\xff latin")
    done = crawl("fix", "año b.md", "--format", "patch", "--output", "x.patch", *HERE)
    assert done.code == 1
    subprocess.run(["git", "apply", "x.patch"], check=True)  # noqa: S607
    told = Path("año b.md").read_bytes()
    assert told == data.replace(b"/old)", b"/new)") + b"\xff latin"


@pytest.mark.parametrize("switch", ["--no-moved", "--no-record"])
def test_switches(crawl: Crawl, site: str, switch: str) -> None:
    data = document(site, "/old")
    done = crawl("fix", "a.md", "--write", switch, *HERE)
    assert done.code == 0
    assert not Path("crawl.db").exists()
    assert (Path("a.md").read_bytes() == data) is (switch == "--no-moved")


def test_a_read_only_file_is_left_with_a_sentence_and_the_others_are_written(
    crawl: Crawl, site: str
) -> None:
    data = document(site, "/old")
    document(site, "/old", name="b.md")
    Path("a.md").chmod(0o444)
    done = crawl("fix", "a.md", "b.md", "--write", *HERE)
    assert done.code == 3
    assert "a.md: is read-only; it is left as it is." in done.err
    assert Path("a.md").read_bytes() == data
    assert f"{site}/new" in Path("b.md").read_text()


def test_a_symbolic_link_is_read_and_not_written(crawl: Crawl, site: str) -> None:
    data = document(site, "/old")
    Path("link.md").symlink_to("a.md")
    assert crawl("fix", "link.md", *HERE).code == 1
    done = crawl("fix", "link.md", "--write", *HERE)
    assert done.code == 3
    assert "link.md: is a symbolic link" in done.err
    assert Path("a.md").read_bytes() == data


def test_standard_input_and_pages_of_the_web_are_refused(crawl: Crawl, site: str) -> None:
    done = crawl("fix", "-", *HERE, stdin=f"<{site}/old>".encode())
    assert done.code == 0
    assert "standard input" in done.out
    done = crawl("fix", f"{site}/new", *HERE)
    assert done.code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.md", "--interactive"), "--interactive: needs a terminal to ask at"),
        (("a.md", "--interactive", "--write"), "--interactive: shows and writes by itself"),
        (("--undo", "last", "--write"), "--undo: writes what the history knows; omit --write."),
        (("--undo", "last"), "there is no history at crawl.db yet"),
        (("a.md", "--from", "none.db"), "there is no history at none.db yet"),
        (("none.md",), "there is no such file"),
        (("a.md", "--output", "a.md"), "is one of the documents"),
        (("a.md", "--output", "crawl.db"), "--output crawl.db: is the history"),
        (("a.md", "--write", "--db", "mine.db", "--output", "./mine.db"), "is the history"),
        (("--undo", "last", "--output", "crawl.db"), "is the history"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    crawl: Crawl, site: str, arguments: tuple[str, ...], said: str
) -> None:
    data = document(site, "/old")
    done = crawl("fix", *arguments)
    assert done.code in (2, 3)
    assert said in done.err
    assert Path("a.md").read_bytes() == data


def test_what_nobody_has_written_cannot_be_taken_back(crawl: Crawl, site: str) -> None:
    document(site, "/new")
    crawl("run", "a.md", *HERE)
    assert "holds no repair that could be taken back" in crawl("fix", "--undo", "last").err
    assert "knows no call of that name" in crawl("fix", "--undo", "other").err


def test_neither_history_nor_documents_are_overwritten_by_what_is_told(
    crawl: Crawl, site: str
) -> None:
    document(site, "/old")
    crawl("fix", "a.md", "--write", *HERE)
    kept = Path("a.md").read_bytes(), Path("crawl.db").read_bytes()
    for arguments in (
        ("fix", "--undo", "last", "--output", "a.md"),
        ("run", "a.md", "--output", "crawl.db", *HERE),
        ("run", "a.md", "--also", "json=crawl.db", *HERE),
        ("report", "--output", "crawl.db"),
        ("links", "a.md", "--output", "crawl.db"),
    ):
        done = crawl(*arguments)
        assert done.code == 2, arguments
        assert "name another file." in done.err
        assert (Path("a.md").read_bytes(), Path("crawl.db").read_bytes()) == kept


def test_a_strangers_history_reaches_no_file_elsewhere(
    crawl: Crawl, site: str, tmp_path: Path
) -> None:
    """A checkout with a history that says what to put back into somebody's own files."""
    data = document(site, "/old")
    crawl("fix", "a.md", "--write", *HERE)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_bytes(Path("a.md").read_bytes())
    Path("crawl.db").rename(elsewhere / "crawl.db")
    gits = elsewhere / ".git" / "a.md"
    gits.parent.mkdir()
    gits.write_bytes(Path("a.md").read_bytes())
    for name in (str(tmp_path / "a.md"), "../a.md", ".git/a.md"):
        with sqlite3.connect(elsewhere / "crawl.db") as db:
            db.execute("update repairs set document = ?", [name])
        before = Path("a.md").read_bytes()
        os.chdir(elsewhere)
        done = crawl("fix", "--undo", "last")
        os.chdir(tmp_path)
        assert done.code == 3
        assert "nothing was taken back" in done.err
        assert Path("a.md").read_bytes() == gits.read_bytes() == before != data


def test_without_network_nothing_is_fixed(crawl: Crawl) -> None:
    Path("a.md").write_text("<http://one.invalid/> <http://two.invalid/>")
    done = crawl("fix", "a.md", "--retries", "0")
    assert done.code == 3
    assert "Nothing was fixed." in done.err


# At a terminal


class Terminal:
    """`crawl` at a terminal of its own, spoken to as a person does."""

    def __init__(self, *arguments: str) -> None:
        program = (sys.executable, "-m", "crawler", *arguments)
        self._pid, self._file = pty.fork()
        if not self._pid:
            environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
            environment.pop("CI", None)
            os.execve(program[0], program, environment)  # noqa: S606
        self.seen = ""

    def until(self, words: str) -> None:
        """Read until something stands there."""
        begin, ended = len(self.seen), time.monotonic() + 60
        while words not in self.seen[begin:]:
            ready, _, _ = select.select([self._file], [], [], ended - time.monotonic())
            assert ready, self.seen
            try:
                self.seen += os.read(self._file, 65_536).decode("utf-8", "replace")
            except OSError:  # Linux: the other end is closed
                assert words in self.seen[begin:], self.seen
                return

    def type(self, keys: str) -> None:
        os.write(self._file, keys.encode())

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        try:
            while piece := os.read(self._file, 65_536):
                self.seen += piece.decode("utf-8", "replace")
        except OSError:
            pass
        os.close(self._file)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


QUESTION = "Write this [y,n,a,d,q,?]? "


def known(crawl: Crawl, site: str, *names: str) -> None:
    """Have a history that has seen all links twice."""
    for name in names:
        document(site, "/old?1", "/old?2", "/old?3", name=name)
    for _ in range(2):
        crawl("run", *names, "--all", *HERE)


@pytest.fixture(autouse=True, scope="module")
def _more_pages() -> Iterator[None]:
    for number in (1, 2, 3):
        PAGES[f"/old?{number}"] = (301, {"location": f"/new?{number}"}, "")
        PAGES[f"/new?{number}"] = (200, {}, f"<title>New {number}</title><p>Here {number}.")
    yield
    for number in (1, 2, 3):
        del PAGES[f"/old?{number}"], PAGES[f"/new?{number}"]


def numbers(name: str) -> str:
    """Return which links of a document were fixed."""
    return "".join(re.findall(r"/new\?(\d)\)", Path(name).read_text()))


@pytest.mark.parametrize(
    ("keys", "fixed", "code"),
    [
        ("ynyynn", ("13", "1"), 0),
        ("and", ("123", ""), 0),
        ("da", ("", "123"), 0),
        ("yq", ("1", ""), 0),
        ("q", ("", ""), 1),
        ("nnnd", ("", ""), 1),
    ],
)
def test_each_link_is_asked_with_the_evidence(
    crawl: Crawl, site: str, keys: str, fixed: tuple[str, str], code: int
) -> None:
    known(crawl, site, "a.md", "b.md")
    terminal = Terminal("fix", "a.md", "b.md", "--from", "crawl.db", "--interactive")
    for key in keys:
        terminal.until(QUESTION)
        terminal.type(f"{key}\n")
        if key == "q" or terminal.seen.count(QUESTION) == len(keys):
            break
    assert terminal.end() == code
    assert (numbers("a.md"), numbers("b.md")) == fixed
    assert "(1/6)" in terminal.seen
    assert f"{site}/new?1" in terminal.seen
    assert "It ended there on" in terminal.seen


def test_help_is_told_and_the_question_asked_again(crawl: Crawl, site: str) -> None:
    known(crawl, site, "a.md")
    terminal = Terminal("fix", "a.md", "--from", "crawl.db", "--interactive")
    for key in ("?", "x", "", "a"):
        terminal.until(QUESTION)
        terminal.type(f"{key}\n")
    assert terminal.end() == 0
    assert terminal.seen.count("q - write neither this nor any that follows at all") == 3
    assert numbers("a.md") == "123"


def test_ctrl_c_at_the_question_writes_nothing(crawl: Crawl, site: str) -> None:
    known(crawl, site, "a.md")
    terminal = Terminal("fix", "a.md", "--from", "crawl.db", "--interactive")
    terminal.until(QUESTION)
    terminal.type("y\n")
    terminal.until(QUESTION)
    terminal.type("\x03")
    assert terminal.end() == 130
    assert numbers("a.md") == ""


def test_json_of_what_was_written_names_the_call(crawl: Crawl, site: str) -> None:
    document(site, "/old")
    done = crawl("fix", "a.md", "--write", "--format", "json", *HERE)
    told = json.loads(done.out)
    assert (told["written"], told["fix"]) == (True, name_of(done))
    assert [each["state"] for each in told["fixes"]] == ["written"]
