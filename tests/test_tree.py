"""Links to files over a real disk: what a project is, what is in it, and what is left alone."""

import io
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from fakes import NOON

from crawler import tree
from crawler.assemble import Tally, assemble, noted
from crawler.collect import Collection
from crawler.disk import read_bytes
from crawler.errors import SettingsError
from crawler.model import Outcome, Place, Report, Run
from crawler.naming import written
from crawler.records import counts, row_record
from crawler.settings import ExtractSettings, LocalSettings, Settings
from crawler.sources import gather
from crawler.urls import Rejected


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "project"
    top.mkdir()
    monkeypatch.chdir(top)
    return top


def write(files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(
    *names: str, settings: Settings | None = None, stdin: str = "", stdin_name: str = "a.md"
) -> Collection:
    return gather(names, io.BytesIO(stdin.encode()), stdin_name, settings or Settings())


def told(collection: Collection) -> list[str]:
    """Return what each place came to, `reason path`."""
    return list(map(_told, collection.places))


def _told(place: Place) -> str:
    target = place.target
    if not isinstance(target, Rejected):
        return str(target.url)
    return " ".join(filter(None, (target.reason, target.path)))


def links(*hrefs: str) -> str:
    return " ".join(f"[x](<{href}>)" for href in hrefs)


def test_files_and_directories_are_there_and_others_missing() -> None:
    write(
        {"docs/a.md": links("b.md", "c.md", "../docs", "img/"), "docs/b.md": "", "docs/img/x": ""}
    )
    assert told(read("docs/a.md")) == [
        "local docs/b.md", "file-missing docs/c.md", "local docs", "local docs/img",
    ]  # fmt: skip


def test_case_is_told_as_it_is_on_the_disk() -> None:
    write({"a.md": links("readme.md", "Docs/x.md"), "README.md": "", "docs/x.md": ""})
    assert told(read("a.md")) == ["file-case readme.md", "file-case Docs/x.md"]


def test_pipes_are_no_files_and_are_never_opened() -> None:
    write({"a.md": links("pipe", "pipe#L1", "pipe.md#x")})
    for name in ("pipe", "pipe.md"):
        os.mkfifo(name)
    assert told(read("a.md")) == ["file-missing pipe", "file-missing pipe", "file-missing pipe.md"]


def test_names_that_no_system_has_are_values() -> None:
    write(
        {
            "a.md": links("%00", "x" * 5000, "%FF.md", "a/" * 2000),
            b"\xff.md".decode("utf-8", "surrogateescape"): "",
        }
    )
    found = told(read("a.md"))
    assert [each.partition(" ")[0] for each in found] == [
        "file-missing", "file-missing", "local", "file-missing",
    ]  # fmt: skip


# Fragments


PAGE = "# One\n\n## Two words\n\n<a name='three'></a>\n"


def test_headings_of_other_documents_are_looked_up() -> None:
    hrefs = (
        "b.md#two-words",
        "b.md#gone",
        "b.md#three",
        "b.md#top",
        "b.md",
        "b.md#/route",
        "b.html#gone",
    )
    write({"a.md": links(*hrefs), "b.md": PAGE})
    missing, there = "fragment-missing b.md", "local b.md"
    collection = read("a.md")
    assert told(collection) == [there, missing, there, there, there, there, missing]
    assert [each.fragment for each in collection.places] == [
        "two-words", "gone", "three", "top", None, "/route", "gone",
    ]  # fmt: skip


def test_lines_of_a_file_must_be_as_many() -> None:
    hrefs = (
        "x.py#L3",
        "x.py#L4",
        "x.py#L1-L3",
        "x.py#L1-L9",
        "x.py#L2C1-L3C2",
        "x.py#lines-9",
        "x.py#f",
        "b.md#L7",
        "b.md#L5",
        "x.py#L" + "9" * 5000,
    )
    write({"a.md": links(*hrefs), "x.py": "1\n2\n3", "b.md": PAGE})
    assert [each.partition(" ")[0] for each in told(read("a.md"))] == [
        "local", "fragment-missing", "local", "fragment-missing", "local", "fragment-missing",
        "local", "fragment-missing", "local", "fragment-missing",
    ]  # fmt: skip


def test_a_heading_may_be_called_as_a_line_is() -> None:
    write({"a.md": links("b.md#L99", "#L99"), "b.md": "# L99\n"})
    assert told(read("a.md")) == ["local b.md", "relative"]


def test_what_vanishes_meanwhile_is_nothing(here: Path) -> None:
    disk = tree.DiskTree(here)
    assert disk.listing(("gone",)) is None
    assert disk.lines(("gone.md",)) is None
    assert disk.text(("gone.md",)) is None


def test_what_nobody_can_read_has_any_place(monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        {
            "a.md": links("b.md#x", "c.md#x", "c.md#L99", "d.md#x", "e.pdf#x"),
            "b.md": b"\0\0",
            "c.md": PAGE,
            "d.md": "{% include x %}",
            "e.pdf": "",
        }
    )
    monkeypatch.setattr(tree, "MAX_SIZE", 15)
    assert {each.partition(" ")[0] for each in told(read("a.md"))} == {"local"}


def test_a_link_to_its_own_document_is_one_to_a_place_in_it() -> None:
    text = f"# One\n\n{links('a.md#one', 'a.md#gone', './a.md?raw=1#one', 'a.md', '?x#gone')}"
    write({"a.md": text})
    expected = [
        "anchor a.md",
        "fragment-missing a.md",
        "anchor a.md",
        "local a.md",
        "fragment-missing a.md",
    ]
    assert told(read("a.md")) == expected


def test_a_document_is_read_once_however_many_places_in_it_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Path] = []

    def noted_bytes(path: Path) -> bytes:
        seen.append(path)
        return read_bytes(path)

    monkeypatch.setattr(tree, "read_bytes", noted_bytes)
    write({f"{n}.md": links("b.md#two-words", "b.md#gone", "c.md") for n in range(9)})
    write({"b.md": PAGE, "c.md": PAGE})
    read(".")
    assert [path.name for path in seen] == ["b.md"]


def test_no_fragments_are_looked_up_for_those_who_do_not_want_it() -> None:
    write({"a.md": links("b.md#gone", "a.md#gone", "b.md#L99", "c.md#x"), "b.md": PAGE})
    settings = Settings(extract=ExtractSettings(fragments=False))
    assert told(read("a.md", settings=settings)) == [
        "local b.md", "local a.md", "local b.md", "file-missing c.md",
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["{% extends 'x' %}", "{{ title }}", "<% x %>", "<?php x ?>"])
def test_a_template_becomes_part_of_pages_that_may_be_anywhere(sign: str) -> None:
    page = "<a href='gone.css'>x</a> <a href='b.css'>x</a> <a href='../x'>x</a>"
    write({"a.html": f"{sign} {page}", "b.css": "", "c.html": page})
    assert told(read("a.html")) == ["relative", "local b.css", "outside"]
    assert told(read("c.html")) == ["file-missing gone.css", "local b.css", "outside"]


# Boundaries


@pytest.mark.parametrize("exists", [True, False])
def test_what_is_outside_is_said_in_the_same_words_whether_it_is_there(
    exists: bool, here: Path
) -> None:
    if exists:
        write({"../secret.md": "# One", "../other/x": ""})
    Path("link.md").symlink_to("../secret.md")
    Path("absolute").symlink_to(here.parent / "other")
    hrefs = ("../secret.md", "../secret.md#gone", "../other/", "link.md", "link.md#x", "absolute/x")
    write({"a.md": links(*hrefs)})
    assert told(read("a.md")) == ["outside"] * 6


def test_symbolic_links_inside_are_gone_along(here: Path) -> None:
    write({"docs/b.md": PAGE, "docs/in/x.md": ""})
    Path("b.md").symlink_to("docs/b.md")
    Path("in").symlink_to(here / "docs" / "in")
    Path("top").symlink_to(here)
    Path("loop").symlink_to("loop")
    write({"a.md": links("b.md#gone", "in/x.md", "top/docs/b.md#one", "loop")})
    assert told(read("a.md")) == [
        "fragment-missing b.md", "local in/x.md", "local top/docs/b.md", "file-missing loop",
    ]  # fmt: skip


def test_a_project_is_what_git_has(here: Path) -> None:
    write({"../docs/a.md": links("../project/x", "../../x"), "../.git/HEAD": "", "x": ""})
    assert told(read("../docs/a.md")) == ["local project/x", "outside"]
    assert told(read(str(here.parent / "docs" / "a.md"))) == ["local project/x", "outside"]


def test_a_repository_within_another_is_a_project_of_its_own() -> None:
    write({".git/HEAD": "", "sub/.git": "gitdir: x", "sub/a.md": links("../b.md"), "b.md": ""})
    assert told(read("sub")) == ["outside"]


def test_without_git_it_is_the_working_directory_or_what_was_named(here: Path) -> None:
    write({"docs/a.md": links("../b.md"), "b.md": ""})
    write({"../more/docs/a.md": links("../b.md", "../../x"), "../more/b.md": ""})
    assert told(read("docs/a.md")) == ["local b.md"]
    assert told(read("../more")) == ["local b.md", "outside"]
    assert told(read("../more/docs/a.md")) == ["outside", "outside"]
    assert told(read(str(here.parent / "more"))) == ["local b.md", "outside"]


def root(name: str) -> Settings:
    return Settings(local=LocalSettings(root=name))


def test_the_root_is_where_paths_with_a_slash_start_and_the_project_ends() -> None:
    write(
        {"site/a/x.md": links("/b.md#gone", "/c.md", "../../y.md"), "site/b.md": PAGE, "y.md": ""}
    )
    write({"y.md": links("/b.md", "site/b.md", "/../y.md")})
    assert told(read(".", settings=root("site"))) == [
        "fragment-missing b.md", "file-missing c.md", "outside",
        "local b.md", "local site/b.md", "outside",
    ]  # fmt: skip
    assert told(read("site")) == ["relative", "relative", "local y.md"]


@pytest.mark.parametrize("name", ["nowhere", "a.md"])
def test_a_root_that_is_no_directory_is_told_to_the_operator(name: str) -> None:
    write({"a.md": ""})
    with pytest.raises(SettingsError, match=f"'root': {name} is no directory"):
        read("a.md", settings=root(name))


# Standard input


def test_standard_input_stands_where_its_name_says() -> None:
    write({"docs/b.md": PAGE})
    text = f"# Mine\n\n{links('b.md#one', 'b.md#gone', '#mine', 'c.md#mine', '../x')}"
    assert told(read("-", stdin=text, stdin_name="docs/c.md")) == [
        "local docs/b.md", "fragment-missing docs/b.md", "anchor", "file-missing docs/c.md",
        "file-missing x",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["nowhere/a.md", "a\0/b.md", "x" * 5000 + "/a.md"])
def test_standard_input_that_stands_nowhere_has_no_files_beside_it(name: str) -> None:
    write({"b.md": ""})
    assert told(read("-", stdin=links("b.md", "../b.md"), stdin_name=name)) == ["relative"] * 2


# Reports


def report_of(collection: Collection) -> Report:
    return assemble(Run("r", NOON, NOON, complete=True), collection.places, {}, {}, {})


def test_reports_count_what_is_there_as_ok_and_what_is_missing_as_broken() -> None:
    write({"a.md": links("b.md", "c.md", "b.md#gone", "../x"), "b.md": PAGE})
    tally = Tally()
    report = noted(report_of(read("a.md")), tally)
    found = counts(report.rows)
    assert {outcome: n for outcome, n in found.items() if n} == {
        Outcome.OK: 1, Outcome.BROKEN: 2, Outcome.UNSAFE: 1,
    }  # fmt: skip
    assert tally.confirmed
    record = row_record(report.rows[2])
    assert (record["url"], record["path"], record["fragment"]) == (None, "b.md", "gone")
    assert (record["line"], record["column"]) == (1, 30)


def test_an_unreadable_directory_proves_nothing() -> None:
    write({"a.md": links("locked/x.md", "locked"), "locked/x.md": ""})
    Path("locked").chmod(0)
    try:
        expected = "relative" if not os.access("locked", os.R_OK) else "local locked/x.md"
        assert told(read("a.md")) == [expected, "local locked"]
    finally:
        Path("locked").chmod(0o755)


def test_a_submodule_that_was_not_fetched_proves_nothing() -> None:
    write({"a.md": links("vendor/lib/README.md", "vendor/gone.md"), "vendor/x": ""})
    Path("vendor/lib").mkdir()
    assert told(read("a.md")) == ["relative", "file-missing vendor/gone.md"]


def test_git_worktrees_are_projects_too() -> None:
    try:
        subprocess.run(["git", "init", "-q", "."], check=True)  # noqa: S607 - whichever there is
    except OSError:
        pytest.skip("git is not installed")
    write({"docs/a.md": links("../b.md", "../../x"), "b.md": ""})
    assert told(read("docs/a.md")) == ["local b.md", "outside"]


# Addresses


BASE = "https://docs.example/v1/"


def web(**given: str | tuple[str, ...]) -> Settings:
    return Settings(local=LocalSettings(**given))  # type: ignore[arg-type] # as it is written


@pytest.mark.parametrize("base", [BASE, BASE.rstrip("/")])
def test_relative_links_are_asked_where_their_document_is_published(base: str) -> None:
    write({"my docs/a.md": links("b.md#x", "../c.md?y", "/d", "?z", "#gone", f"{BASE}e")})
    collection = read("my docs", settings=web(base_url=base))
    assert told(collection) == [
        f"{BASE}my%20docs/b.md", f"{BASE}c.md?y", "https://docs.example/d",
        f"{BASE}my%20docs/a.md?z", "fragment-missing", f"{BASE}e",
    ]  # fmt: skip
    assert [each.fragment for each in collection.places][:2] == ["x", None]


def test_what_is_published_from_the_root_is_looked_up_there() -> None:
    hrefs = (
        f"{BASE}b.md#one",
        f"{BASE}b.md#gone",
        f"{BASE}c.md",
        "b.md",
        "/v1/b.md",
        "/b.md",
        "https://docs.example/other",
        BASE,
    )
    write({"site/a.md": links(*hrefs), "site/b.md": PAGE, "x.md": links(f"{BASE}b.md", "../y")})
    assert told(read(".", settings=web(base_url=BASE, root="site"))) == [
        "local b.md", "fragment-missing b.md", "file-missing c.md", "local b.md", "local b.md",
        "https://docs.example/b.md", "https://docs.example/other", "local .",
        "local b.md", "outside",
    ]  # fmt: skip


def test_what_the_disk_cannot_tell_is_asked_of_the_site() -> None:
    write(
        {
            "a.md": f"---\nurl: {BASE}gone\n---\n"
            + links(f"{BASE}tags/", f"{BASE}gone.md", "gone.md")
        }
    )
    write({"mkdocs.yml": ""})
    assert told(read("a.md", settings=web(base_url=BASE, root="."))) == [
        f"{BASE}gone", f"{BASE}tags/", "file-missing gone.md", "file-missing gone.md",
    ]  # fmt: skip


def test_a_document_that_is_not_published_has_files_beside_it() -> None:
    write({"../other/a.md": links("b.md"), "../other/b.md": ""})
    assert told(read("../other", settings=web(base_url=BASE))) == ["local b.md"]


def test_addresses_may_stand_for_files_and_for_others() -> None:
    rules = (
        "^https://docs[.]example/ ./docs/",
        r"^https://(\w+)[.]old/ https://new.example/$1/",
        "^https://bad/ https://[/",
    )
    hrefs = (
        "https://docs.example/b.md#gone",
        "https://docs.example/b.md#one",
        "https://docs.example/../../etc/passwd",
        "https://docs.example/%2e%2e%2fa.md",
        "https://x.old/y#z",
        "https://bad/x",
        "https://same.example/",
    )
    write({"a.md": links(*hrefs), "docs/b.md": PAGE})
    collection = read("a.md", settings=web(remap=rules))
    assert told(collection) == [
        "fragment-missing b.md", "local b.md", "file-missing etc/passwd", "outside",
        "https://new.example/x/y", "https://bad/x", "https://same.example/",
    ]  # fmt: skip
    assert collection.places[4].fragment == "z"
    report = report_of(collection)
    assert [written(row) for row in report.rows][:2] == [
        "https://docs.example/b.md#gone",
        "https://docs.example/b.md",
    ]
    assert written(report.rows[4]) == "https://x.old/y"


def test_rules_hold_for_links_that_are_relative_to_a_published_document() -> None:
    write({"a.md": links("api/x.md", "b.md"), "generated/x.md": ""})
    rules = (f"^{BASE}api/ ./generated/",)
    assert told(read("a.md", settings=web(base_url=BASE, remap=rules))) == [
        "local x.md",
        f"{BASE}b.md",
    ]


def test_a_rule_may_name_a_directory_outside_for_the_operator_said_so(here: Path) -> None:
    write(
        {"../elsewhere/b.md": "", "a.md": links("https://a.example/b.md", "https://a.example/c.md")}
    )
    rules = (f"https://a.example {here.parent}/elsewhere",)
    assert told(read("a.md", settings=web(remap=rules))) == ["local b.md", "file-missing c.md"]


def test_a_rule_for_a_directory_that_is_not_there_is_told_to_the_operator() -> None:
    write({"a.md": ""})
    with pytest.raises(SettingsError, match=r"'remap': \./gone/ is no directory"):
        read("a.md", settings=web(remap=("x ./gone/",)))
