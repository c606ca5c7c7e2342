"""A pull request from its branch to its annotations: real repositories, and each format of a CI.

What counts as new is held to its rules in `test_comparing.py`; here all formats must name the same
places, and those that a reviewer expects.
"""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from commandline import Crawl
from commits import branched, commit, run, write
from test_annotations import commands

Places: TypeAlias = set[tuple[str, int]]
LONG: Final = "".join(f"Line {number} has [a link](gone-{number}.md).\n" for number in range(9))
BAD: Final = "[bad](nowhere.md)\n"


@pytest.fixture
def crawl(crawl: Crawl, top: Path) -> Crawl:
    """Call `crawl` in a repository with trouble of old, whose branch `topic` is where `main` is."""
    near = "# Near\n\n[beside](long.md)\n"
    branched(top, {"README.md": f"# A\n\n[near](docs/near.md)\n{BAD}", "docs/near.md": near,
                   "docs/long.md": LONG})  # fmt: skip
    return crawl


def of_github(text: str) -> Places:
    found = [each for each in commands(text) if each and each.name == "error"]
    return {(each.properties["file"], int(each.properties["line"])) for each in found}


def of_gitlab(text: str) -> Places:
    issues = [each for each in json.loads(text) if each["severity"] == "major"]
    places = [each["location"] for each in issues]
    return {(each["path"], each["lines"]["begin"]) for each in places}


def of_rdjson(text: str) -> Places:
    found = [each for each in json.loads(text)["diagnostics"] if each["severity"] == "ERROR"]
    return {
        (each["location"]["path"], each["location"]["range"]["start"]["line"]) for each in found
    }


def of_sarif(text: str) -> Places:
    places = set()
    for each in json.loads(text)["runs"][0]["results"]:
        (place,) = each["locations"]
        where = place["physicalLocation"]
        if each["level"] == "error":
            uri = unquote(where["artifactLocation"]["uri"])
            places.add((uri, where["region"]["startLine"]))
    return places


def of_junit(text: str) -> Places:
    cases = ET.fromstring(text).iter("testcase")  # noqa: S314 - we wrote it
    found = [each for each in cases if each.find("failure") is not None]
    return {(each.attrib["classname"], int(each.attrib["name"].split(":")[0])) for each in found}


def of_json(text: str) -> Places:
    rows = [each for each in json.loads(text)["links"] if each["outcome"] == "broken"]
    return {(each["document"], each["line"]) for each in rows if each["known"] is None}


def of_text(text: str) -> Places:
    told, _, _ = text.partition("Known before")
    found = re.findall(r"^    (\S[^:\n]*):(\d+):\d+", told, re.MULTILINE)
    return {(name, int(line)) for name, line in found}


FORMATS: Final[dict[str, Callable[[str], Places]]] = {
    "github": of_github, "gitlab": of_gitlab, "rdjson": of_rdjson, "sarif": of_sarif,
    "junit": of_junit, "json": of_json, "text": of_text,
}  # fmt: skip


def nothing_but_words() -> None:
    write("README.md", f"# Another title\n\nWords.\n\n{Path('README.md').read_text()[5:]}")
    commit()


def a_link() -> None:
    write("docs/long.md", LONG.replace("Line 4 ", f"{BAD}Line 4 "))
    commit()


def lines_that_move() -> None:
    lines = LONG.splitlines(keepends=True)
    write("docs/long.md", "".join([*lines[5:], BAD, *lines[:5]]))
    commit()


def a_document_that_moves() -> None:
    run(Path(), "mv", "docs/near.md", "near.md")
    write("near.md", f"{Path('near.md').read_text()}{BAD}")
    commit()


def a_document_that_goes() -> None:
    run(Path(), "rm", "-q", "docs/near.md")
    commit()


def what_main_has_got_since() -> None:
    write("mine.md", BAD)
    commit()
    run(Path(), "checkout", "-q", "main")
    write("theirs.md", "[bad](lost.md)\n")
    commit()
    run(Path(), "checkout", "-q", "topic")
    run(Path(), "merge", "-q", "--no-edit", "main")


def the_merge_that_ci_systems_make() -> None:
    """HEAD is no branch, and its first parent is the base."""
    what_main_has_got_since()
    run(Path(), "checkout", "-q", "--detach", "main")
    write("theirs.md", "# More\n\n[bad](gone.md)\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    run(Path(), "merge", "-q", "--no-ff", "--no-edit", "topic")


def a_submodule() -> None:
    other = Path("../other")
    other.mkdir()
    branched(other, {"theirs.md": "[bad](lost.md)\n"})
    allowed = ("-c", "protocol.file.allow=always")
    run(Path(), *allowed, "submodule", "--quiet", "add", str(other.resolve()), "sub")
    write("mine.md", f"[theirs](sub/theirs.md)\n{BAD}")
    commit()


def other_line_ends() -> None:
    write("docs/long.md", f"{LONG}{BAD}".replace("\n", "\r\n"))
    write("docs/near.md", b"\xef\xbb\xbf" + Path("docs/near.md").read_bytes())
    commit()


def names_in_other_scripts() -> None:
    write("año/中 文.md", BAD)
    write("a#b?c%41.md", "[bad](lost.md)\n")
    write("it's, [here].md", "[bad](gone.md)\n")
    commit()


CHANGES: Final[dict[Callable[[], None], Places]] = {
    nothing_but_words: set(),
    a_link: {("docs/long.md", 5)},
    lines_that_move: {("docs/long.md", 5)},
    a_document_that_moves: {("README.md", 3), ("near.md", 3), ("near.md", 4)},
    a_document_that_goes: {("README.md", 3)},
    what_main_has_got_since: {("mine.md", 1)},
    the_merge_that_ci_systems_make: {("mine.md", 1)},
    a_submodule: {("mine.md", 2)},
    other_line_ends: {("docs/long.md", 10)},
    names_in_other_scripts: {("año/中 文.md", 1), ("a#b?c%41.md", 1), ("it's, [here].md", 1)},
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_all_formats_name_the_places_that_a_change_breaks(
    crawl: Crawl, change: Callable[[], None]
) -> None:
    change()
    for format_, read in FORMATS.items():
        done = crawl("check", ".", "--offline", "--base", "main", "--format", format_)
        assert (format_, read(done.out)) == (format_, CHANGES[change])
        assert done.code == bool(CHANGES[change])


def test_a_clone_that_is_deep_enough_will_do(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        write("docs/long.md", f"{LONG}{number}\n")
        commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("mine.md", BAD)
    commit()
    url = f"file://{Path.cwd()}"
    run(tmp_path, "clone", "-q", "--depth", "2", "--branch", "topic", url, "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    assert run(Path(), "rev-parse", "--is-shallow-repository") == "true\n"
    run(Path(), "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    for format_, read in FORMATS.items():
        done = crawl("check", ".", "--offline", "--base", "origin/main", "--format", format_)
        assert (done.code, read(done.out)) == (1, {("mine.md", 1)})


def test_a_name_that_is_no_text_is_told_by_its_bytes(crawl: Crawl) -> None:
    try:
        write(os.fsdecode(b"caf\xe9.md"), LONG)
    except OSError:
        pytest.skip("this file system has no such names")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write(os.fsdecode(b"caf\xe9.md"), f"{BAD}{LONG}")
    commit()
    for format_, read in FORMATS.items():
        done = crawl("check", ".", "--offline", "--base", "main", "--format", format_)
        assert (done.code, read(done.out)) == (1, {(r"caf\udce9.md", 1)})


def test_what_was_bad_before_is_noted_and_fails_nothing(crawl: Crawl) -> None:
    write("README.md", Path("README.md").read_text().replace("[bad]", "[worse]"))
    commit()
    done = crawl("check", ".", "--offline", "--base", "main", "--format", "github")
    notice, last = commands(done.out)
    assert notice is not None
    assert (done.code, notice.name, last) == (0, "notice", None)
    assert (notice.properties["file"], notice.properties["line"]) == ("README.md", "4")
