"""From what the operator names to documents: which files are read, how, and which never."""

import io
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler import disk
from crawler.errors import SettingsError, SourceError
from crawler.model import Document
from crawler.settings import (
    ChooseSettings,
    PlaceSettings,
    Settings,
)
from crawler.sources import gather, load

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

DEFAULTS = Settings()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


@dataclass(frozen=True)
class Read:
    """All documents at once, and what was said on the way."""

    documents: list[Document]
    remarks: list[str]
    unread: list[str]


def read(
    *names: str, stdin: bytes = b"", stdin_name: str = "<stdin>", settings: Settings = DEFAULTS
) -> Read:
    loaded = load(names, io.BytesIO(stdin), stdin_name, settings)
    return Read(list(loaded.documents), loaded.remarks, list(map(str, loaded.unread)))


def choosing(**values: Any) -> Settings:  # noqa: ANN401 - as the settings have them
    return Settings(choose=ChooseSettings(**values))


def names_of(*sources_: str) -> list[str]:
    return [document.name for document in read(*sources_).documents]


def text_of(content: bytes) -> tuple[str, list[str]]:
    write({"a.md": content})
    loaded = read("a.md")
    (document,) = loaded.documents
    return document.text, loaded.remarks


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Give a directory, and the rights of a user to whom permissions mean something."""
    root, before = os.geteuid() == 0, Path.cwd()
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        os.chdir(directory)
        if root:
            os.seteuid(65534)
        try:
            yield Path(directory)
        finally:
            if root:
                os.seteuid(0)
            os.chdir(before)


# What is named


def test_a_file_is_read_with_its_name_format_and_source() -> None:
    write({"docs/a.md": "[x](https://a.example/)"})
    (document,) = read("docs/a.md").documents
    assert (document.name, document.format, document.source) == (
        "docs/a.md",
        "markdown",
        "docs/a.md",
    )
    assert document.text == "[x](https://a.example/)"


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.md", "markdown"),
        ("A.MARKDOWN", "markdown"),
        ("a.html", "html"),
        ("a.txt", "plaintext"),
        ("a.xyz", "plaintext"),
        ("LICENSE", "plaintext"),
    ],
)
def test_a_named_file_of_an_unknown_ending_is_plain_text(name: str, format_: str) -> None:
    write({name: "x"})
    assert [document.format for document in read(name).documents] == [format_]


def test_documents_come_in_order_of_their_names_whatever_the_order_of_sources() -> None:
    write({"b.md": "", "a.md": "", "c/d.md": ""})
    assert names_of("c", "b.md", "a.md") == ["a.md", "b.md", "c/d.md"]


def test_a_document_is_read_when_its_turn_comes() -> None:
    write({"a.md": "a", "b.md": "b"})
    documents = load([".", "b.md"], None, "", Settings()).documents
    assert next(documents).text == "a"
    write({"b.md": "changed"})
    assert [document.text for document in documents] == ["changed"]


def test_what_cannot_be_read_does_not_stop_the_others_be_it_named_itself_or_not() -> None:
    write({"docs/a.md": b"PNG\0", "docs/b.md": "b"})
    for names in (("docs",), ("docs", "docs/a.md"), ("docs/a.md", "docs/b.md")):
        loaded = read(*names)
        assert [document.text for document in loaded.documents] == ["b"]
        assert loaded.unread == ["docs/a.md: is a binary file, not a document."]


@pytest.mark.parametrize(
    "named", [("a.md", "./a.md"), (".", "a.md"), ("*.md", "a.md", "."), ("a.md", "sub/../a.md")]
)
def test_sources_that_name_one_file_give_it_once(named: tuple[str, ...]) -> None:
    write({"a.md": b"caf\xe9", "sub/x.txt": ""})
    loaded = read(*named)
    names = [document.name for document in loaded.documents]
    assert names == ["a.md", "sub/x.txt"] if "." in named else ["a.md"]
    assert len(loaded.remarks) == len(set(loaded.remarks))


def test_a_file_has_the_name_that_it_was_given_first_but_rather_one_of_its_own(here: Path) -> None:
    write({"a.md": "", "b.bin": b"\0", "sub/x.md": ""})
    whole = str(here / "a.md")
    assert names_of(whole, "a.md", "sub/../a.md") == [whole]
    assert names_of("sub/../a.md", ".") == ["sub/../a.md", "sub/x.md"]
    # What a pattern names need be no document; what somebody names must.
    loaded = read("*", str(here / "b.bin"))
    assert [each.name for each in loaded.documents] == ["a.md"]
    assert loaded.unread == [f"{here}/b.bin: is a binary file, not a document."]


def test_links_and_what_they_lead_to_are_documents_of_their_own() -> None:
    write({"a.md": "", "docs/b.md": ""})
    Path("c.md").symlink_to("a.md")
    Path("away").symlink_to("docs")
    assert names_of("a.md", "c.md") == ["a.md", "c.md"]
    assert names_of("docs", "away/b.md") == ["docs/b.md"]  # which is the same file


def test_no_source_at_all_says_what_to_name() -> None:
    with pytest.raises(SourceError, match=r"^no source: name a file, a directory, a page"):
        read()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere.md", "there is no such file or directory."),
        ("no*.md", "no file matches this pattern."),
        ("no/*.md", "no file matches this pattern."),
        ("a*/../b.md", "'..' may stand only before what is a pattern."),
        ("http://[/", "is no URL of a page (malformed)."),
    ],
)
def test_a_source_that_is_not_there_is_said_in_one_sentence(name: str, sentence: str) -> None:
    with pytest.raises(SourceError) as raised:
        read(name)
    assert str(raised.value) == f"{name}: {sentence}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("n" * 300, "cannot be read (File name too long)"),
        ("dangling.md", "cannot be read (No such file or directory)"),
        ("loop.md", "cannot be read (Too many levels of symbolic links)"),
        ("fifo.md", "is not a regular file"),
        ("binary.md", "is a binary file, not a document"),
        ("sparse.md", "is larger than 64 MiB"),
        ("/dev/null", "is not a regular file"),
        ("/dev/zero", "is not a regular file"),
    ],
)
def test_a_source_that_is_there_and_cannot_be_read_is_unread(name: str, reason: str) -> None:
    Path("dangling.md").symlink_to("nothing")
    Path("loop.md").symlink_to("loop.md")
    os.mkfifo("fifo.md")
    write({"binary.md": b"PNG\0\1\2", "a.md": ""})
    with Path("sparse.md").open("wb") as file:
        file.truncate(8 << 30)
    loaded = read(name, "a.md")
    assert [document.name for document in loaded.documents] == ["a.md"]
    assert loaded.unread == [f"{name}: {reason}."]


def test_a_named_symbolic_link_is_followed() -> None:
    write({"real.md": "x"})
    Path("link.md").symlink_to("real.md")
    assert [document.text for document in read("link.md").documents] == ["x"]


def test_a_file_without_permission_to_read_is_said() -> None:
    with as_nobody():
        write({"a.md": "x"})
        Path("a.md").chmod(0)
        assert read("a.md").unread == ["a.md: cannot be read (Permission denied)."]


# Standard input


def test_standard_input_is_markdown_unless_its_name_says_otherwise() -> None:
    for name, format_ in (("<stdin>", "markdown"), ("a.html", "html"), ("x.txt", "plaintext")):
        (document,) = read("-", stdin=b"text", stdin_name=name).documents
        assert (document.name, document.format, document.source) == (name, format_, "-")
        assert document.text == "text"


def test_standard_input_is_read_beside_files() -> None:
    write({"a.md": ""})
    loaded = read("a.md", "-", stdin_name="z.md")
    assert [document.name for document in loaded.documents] == ["a.md", "z.md"]


def test_standard_input_is_read_by_the_rules_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read("-", stdin=b"caf\xe9").remarks == [
        "-: is not UTF-8 (line 1), and nothing tells what it is; it was read as windows-1252."
    ]
    binary = read("-", stdin=b"\0", stdin_name="x.md")
    assert binary.unread == ["x.md: is a binary file, not a document."]
    monkeypatch.setattr(disk, "MAX_SIZE", 1_048_576)
    large = read("-", stdin=b"x" * 1_048_577, stdin_name="x.md")
    assert large.unread == ["x.md: is larger than 1 MiB."]


# Text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("día".encode(), "día"),
        ("día".encode("utf-8-sig"), "día"),
        (b"\xff\xfe" + "día".encode("utf-16-le"), "día"),
        (b"\xfe\xff" + "día".encode("utf-16-be"), "día"),
        (b"\xff\xfea", "\ufffd"),
        (b"a\r\nb\rc", "a\r\nb\rc"),
    ],
)
def test_text_is_utf_8_unless_a_mark_says_otherwise(content: bytes, text: str) -> None:
    assert text_of(content) == (text, [])


def test_what_is_no_utf_8_is_read_as_windows_1252_and_remarked_on() -> None:
    assert text_of(b"one\ntwo\nd\xeda \x93x\x94 \x81") == (
        "one\ntwo\ndía “x” \ufffd",
        ["a.md: is not UTF-8 (line 3), and nothing tells what it is; it was read as windows-1252."],
    )


def test_a_file_up_to_the_limit_is_read_and_a_larger_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk, "MAX_SIZE", 1_048_576)
    write({"fits.md": b"x" * 1_048_576, "large.md": b"x" * 1_048_577})
    assert len(read("fits.md").documents[0].text) == 1_048_576
    assert read("large.md").unread == ["large.md: is larger than 1 MiB."]


# Directories


def test_a_directory_gives_documents_of_known_endings_in_a_stable_order() -> None:
    write(
        {"d/b/z.md": "", "d/b.txt": "", "d/a.html": "", "d/a.py": "", "d/x.json": "", "d/.n.md": ""}
    )
    assert names_of("d") == ["d/a.html", "d/b.txt", "d/b/z.md"]
    assert {document.source for document in read("d").documents} == {"d"}


@pytest.mark.parametrize("files", [{}, {"d/a.py": ""}, {"d/.hidden/a.md": ""}])
def test_a_directory_without_documents_says_what_would_be_one(files: dict[str, str]) -> None:
    Path("d").mkdir()
    write(files)
    with pytest.raises(SourceError, match=r"^d: holds no document of a format that is read"):
        read("d")


def test_what_is_hidden_is_passed_over_unless_it_is_named_or_asked_for() -> None:
    write({"d/a.md": "", "d/.git/b.md": "", "d/.venv/c/d.md": "", "d/.n.md": ""})
    assert names_of("d") == names_of("d/**/*.md") == ["d/a.md"]
    assert names_of("d/.venv") == ["d/.venv/c/d.md"]
    assert names_of("d/.n.md", "*/.venv/**") == ["d/.n.md", "d/.venv/c/d.md"]
    hidden = choosing(hidden=True)
    for source in ("d", "d/**/*.md"):
        found = [each.name for each in read(source, settings=hidden).documents]
        assert found == ["d/.n.md", "d/.venv/c/d.md", "d/a.md"]


def test_links_inside_a_directory_are_not_followed() -> None:
    write({"d/a.md": "", "secret/s.md": "", "secret.md": ""})
    Path("d/link.md").symlink_to("../secret.md")
    Path("d/dangling.md").symlink_to("nowhere")
    Path("d/down").symlink_to("../secret")
    Path("d/loop").symlink_to(".")
    Path("d/dir.md").symlink_to("../secret")
    loaded = read("d")
    assert [document.name for document in loaded.documents] == ["d/a.md"]
    assert loaded.remarks == []


def test_what_is_no_document_inside_a_directory_is_unread() -> None:
    write({"d/a.md": "x", "d/binary.md": b"\0"})
    os.mkfifo("d/fifo.md")
    Path("d/directory.md").mkdir()
    loaded = read("d")
    assert [document.name for document in loaded.documents] == ["d/a.md"]
    assert loaded.unread == [
        "d/binary.md: is a binary file, not a document.",
        "d/fifo.md: is not a regular file.",
    ]


def test_what_must_not_be_read_inside_a_directory_is_unread() -> None:
    with as_nobody():
        write({"d/a.md": "x", "d/b.md": "x", "d/closed/c.md": "x"})
        Path("d/b.md").chmod(0)
        Path("d/closed").chmod(0)
        loaded = read("d")
        Path("d/closed").chmod(0o700)
    assert [document.name for document in loaded.documents] == ["d/a.md"]
    assert sorted(loaded.unread) == [
        "d/b.md: cannot be read (Permission denied).",
        "d/closed: cannot be read (Permission denied).",
    ]


@pytest.mark.parametrize(("mode", "name"), [(0, "closed"), (0, "closed/c.md"), (0o311, "closed")])
def test_a_directory_that_must_not_be_read_is_unread(mode: int, name: str) -> None:
    with as_nobody():
        write({"closed/c.md": "x"})
        Path("closed").chmod(mode)
        try:
            assert read(name).unread == [f"{name}: cannot be read (Permission denied)."]
        finally:
            Path("closed").chmod(0o700)


def test_names_that_are_no_unicode_are_kept_apart_and_can_be_written_anywhere() -> None:
    for raw in (b"d/\xff.md", b"d/\xfe.md"):
        Path("d").mkdir(exist_ok=True)
        Path(os.fsdecode(raw)).write_text("x")
    named = os.fsdecode(b"d/\xff.md")
    for loaded, count in ((read("d"), 2), (read(named), 1)):
        assert len(loaded.documents) == count
        for document in loaded.documents:
            assert document.name.encode()
            assert document.source.encode()
    assert read("-", stdin_name=named).documents[0].name.encode()


# .gitignore

REPOSITORY: dict[str, dict[str, str]] = {
    "a file, a directory, a pattern": {
        ".gitignore": "drop.md\nbuild/\n*.tmp.md\n/top.md\n",
        "drop.md": "", "keep.md": "", "x/drop.md": "", "build/a.md": "", "x/build/b.md": "",
        "a.tmp.md": "", "top.md": "", "x/top.md": "",
    },
    "a nested file": {
        "x/.gitignore": "drop.md\n/only.md\n",
        "drop.md": "", "only.md": "", "x/drop.md": "", "x/y/drop.md": "", "x/only.md": "",
        "x/y/only.md": "",
    },
    "negation in one file": {
        ".gitignore": "*.md\n!keep.md\n",
        "drop.md": "", "keep.md": "", "x/keep.md": "", "x/drop.md": "",
    },
    "negation in a nested file": {
        ".gitignore": "*.md\n", "x/.gitignore": "!keep.md\n",
        "keep.md": "", "x/keep.md": "", "x/drop.md": "", "x/y/keep.md": "",
    },
    "negation below an ignored directory": {
        ".gitignore": "x/\n", "x/.gitignore": "!keep.md\n", "a.md": "", "x/keep.md": "",
    },
    "a nested file says nothing of its neighbours": {
        "x/.gitignore": "*.md\n!keep.md\n", "x/drop.md": "", "x/keep.md": "", "y/drop.md": "",
        "z.md": "",
    },
    "a nested file ignores again": {
        ".gitignore": "*.md\n!keep.md\n", "x/.gitignore": "keep.md\n",
        "keep.md": "", "x/keep.md": "",
    },
    "comments, spaces and lines that are no pattern": {
        ".gitignore": "# keep.md\n\n!\ndrop.md\n\\\n",
        "keep.md": "", "drop.md": "",
    },
    "stars": {
        ".gitignore": "**/gen/**\nx/**/z.md\n",
        "gen/a.md": "", "x/gen/b.md": "", "x/z.md": "", "x/y/z.md": "", "x/y/a.md": "",
    },
}  # fmt: skip


@pytest.mark.parametrize("files", REPOSITORY.values(), ids=REPOSITORY)
def test_a_directory_gives_what_git_would_not_ignore(files: dict[str, str]) -> None:
    write(files)
    subprocess.run(["git", "init", "--quiet"], check=True)  # noqa: S607 - git is wherever it is
    command = [
        "git",
        "-c",
        "core.excludesFile=",
        "ls-files",
        "--others",
        "--exclude-standard",
        "--",
        "*.md",
    ]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    expected = sorted(listed.splitlines())
    assert expected
    assert names_of(".") == expected


def test_files_above_a_directory_count_up_to_the_repositorys_top() -> None:
    write({
        ".gitignore": "outside.md\n", "r/.git/HEAD": "", "r/.gitignore": "*.md\n!d/keep.md\n",
        "r/d/keep.md": "", "r/d/drop.md": "", "r/d/e/f/.gitignore": "!deep.md\n",
        "r/d/e/f/deep.md": "", "r/d/outside.txt": "", "r/d/e/.gitignore": "!outside.md\n",
        "r/d/e/outside.md": "",
    })  # fmt: skip
    expected = ["r/d/e/f/deep.md", "r/d/e/outside.md", "r/d/keep.md", "r/d/outside.txt"]
    assert names_of("r/d") == expected
    assert names_of("r") == expected


def test_files_above_a_directory_that_is_in_no_repository_do_not_count() -> None:
    write({".gitignore": "*.md\n", "d/a.md": ""})
    assert names_of("d") == ["d/a.md"]


def test_a_directory_that_git_ignores_is_read_when_it_is_named() -> None:
    write({".git/HEAD": "", ".gitignore": "build/\n", "build/html/a.html": "", "b.md": ""})
    assert names_of(".") == ["b.md"]
    assert names_of("build") == ["build/html/a.html"]
    assert names_of("build/html") == ["build/html/a.html"]


def test_a_gitignore_that_is_no_regular_file_is_not_read() -> None:
    write({"d/a.md": "", "e/a.md": "", "f/a.md": "", "rules": "*.md"})
    os.mkfifo("d/.gitignore")
    Path("e/.gitignore").symlink_to("../rules")
    Path("f/.gitignore").mkdir()
    assert names_of("d", "e", "f") == ["d/a.md", "e/a.md", "f/a.md"]


def test_a_file_that_git_ignores_is_read_when_it_is_named() -> None:
    write({".git/HEAD": "", ".gitignore": "*.md\n", "a.md": ""})
    assert names_of("a.md") == ["a.md"]
    with pytest.raises(SourceError, match="no file matches this pattern"):
        read("*.md")


def test_rules_of_a_repository_alone_count_and_need_not_be_respected() -> None:
    write({
        ".git/info/exclude": "drop.md\n", ".gitignore": "x.md\n", "drop.md": "", "keep.md": "",
        "d/drop.md": "", "d/x.md": "", "d/a.md": "",
    })  # fmt: skip
    assert names_of(".") == ["d/a.md", "keep.md"]
    assert names_of("d") == names_of("d/*") == ["d/a.md"]
    every = choosing(gitignore=False)
    found = [each.name for each in read("d", settings=every).documents]
    assert found == ["d/a.md", "d/drop.md", "d/x.md"]


@pytest.mark.parametrize("where", ["worktree", "submodule"])
def test_rules_of_a_worktree_and_of_a_submodule_are_found_where_git_keeps_them(where: str) -> None:
    write({
        "main/.git/info/exclude": "drop.md\n", "main/.git/worktrees/w/commondir": "../..\n",
        "w/.git": f"gitdir: {Path.cwd()}/main/.git/worktrees/w\n"
        if where == "worktree" else "gitdir: ../main/.git\n",
        "w/drop.md": "", "w/a.md": "", "w/d/drop.md": "", "w/d/b.md": "",
    })  # fmt: skip
    assert names_of("w") == ["w/a.md", "w/d/b.md"]
    assert names_of("w/d") == ["w/d/b.md"]


def test_a_repository_inside_another_has_its_own_rules_only() -> None:
    write({
        ".git/HEAD": "", ".gitignore": "*.txt\n", "in/.git/info/exclude": "drop.md\n",
        "in/a.txt": "", "in/drop.md": "", "in/d/b.txt": "", "in/d/.gitignore": "c.md",
        "in/d/c.md": "", "a.txt": "", "a.md": "",
    })  # fmt: skip
    assert names_of(".") == ["a.md", "in/a.txt", "in/d/b.txt"]


def test_a_gitignore_that_was_written_to_take_for_ever_does_not() -> None:
    write({".git/HEAD": "", ".gitignore": "*a" * 100 + "b\n" + "**/x/" * 30 + "b\n"})
    write({f"{'a' * 240}.md": "", "x/" * 60 + "a.md": ""})
    begun = time.process_time()
    assert len(names_of(".")) == 2
    assert time.process_time() - begun < 5


# What is chosen


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"exclude_path": ("drafts/",)}, ["a.md", "b.html", "d/a.md"]),
        ({"exclude_path": ("a.md",)}, ["b.html", "drafts/c.md"]),
        ({"exclude_path": ("/a.md", "d")}, ["b.html", "drafts/c.md"]),
        ({"exclude_path": ("*", "!*/", "!a.md")}, ["a.md", "d/a.md"]),
        ({"include_path": ("*.md",)}, ["a.md", "d/a.md", "drafts/c.md"]),
        ({"include_path": ("d/", "drafts/*"), "exclude_path": ("c.md",)}, ["d/a.md"]),
        ({"document_formats": ("html",)}, ["b.html"]),
        ({"document_formats": ("markdown, html",)}, ["a.md", "b.html", "d/a.md", "drafts/c.md"]),
        ({"document_formats": ("default", "html")}, ["a.md", "b.html", "d/a.md", "drafts/c.md"]),
    ],
)
def test_the_settings_choose_what_is_read(values: dict[str, Any], names: list[str]) -> None:
    write({"a.md": "", "b.html": "", "d/a.md": "", "drafts/c.md": ""})
    loaded = read(".", settings=choosing(**values))
    assert [document.name for document in loaded.documents] == names
    assert bool(loaded.remarks) == ("document_formats" not in values)


def test_what_the_settings_leave_out_is_counted_and_no_mistake() -> None:
    write({"a.md": "", "d/a.md": "", "d/b.md": "", "e/c.md": ""})
    for source in (".", "*", "a.md", "d"):
        assert read(source, settings=choosing(exclude_path=("*",))).documents == []
    loaded = read(".", "e/c.md", settings=choosing(exclude_path=("d", "c.md")))
    assert [document.name for document in loaded.documents] == ["a.md"]
    assert loaded.remarks == [
        "`include_path` and `exclude_path` leave out 1 directory and 2 files."
    ]


def test_paths_are_those_from_here_or_else_from_the_source(here: Path) -> None:
    write({"in/d/a.md": "", "out/d/a.md": "", "out/b.md": ""})
    os.chdir(here / "in")
    assert read("d", settings=choosing(exclude_path=("/d/a.md",))).documents == []
    loaded = read("../out", settings=choosing(exclude_path=("/d/a.md",)))
    assert [document.name for document in loaded.documents] == ["../out/b.md"]


def test_an_unknown_format_is_told_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError, match=r"knows no format 'markdwn' \(did you mean 'markdown'"):
        read(".", settings=choosing(document_formats=("default,markdwn",)))


# Lists


def listed(text: bytes, *names: str, stdin: bytes = b"") -> Read:
    Path("list").write_bytes(text)
    return read(*names, stdin=stdin, settings=Settings(places=PlaceSettings(files_from="list")))


def names_listed(text: bytes, *names: str) -> list[str]:
    return [document.name for document in listed(text, *names).documents]


def test_a_list_names_sources_a_line_each() -> None:
    write({"a.md": "", "d/b.md": "", "e/c.md": "", " x.md": "", "#y.md": "", "n\nl.md": ""})
    names = names_listed(b"# all\r\na.md\r\n\nd\ne/*.md\n x.md\n./#y.md\n")
    assert names == [
        " x.md",
        "#y.md",
        "a.md",
        "d/b.md",
        "e/c.md",
    ]
    assert names_listed(b"n\nl.md\0#y.md\0") == ["#y.md", "n\nl.md"]
    assert names_listed(b"a.md", "e") == ["a.md", "e/c.md"]
    assert listed(b"").documents == []


def test_a_list_may_come_by_standard_input() -> None:
    write({"a.md": ""})
    settings = Settings(places=PlaceSettings(files_from="-", sources=("nowhere",)))
    assert [each.name for each in read(stdin=b"a.md\n", settings=settings).documents] == ["a.md"]
    with pytest.raises(SourceError, match="has been read as a list"):
        read("-", stdin=b"a.md\n", settings=settings)


def test_a_list_that_cannot_be_read_is_wrong_usage() -> None:
    settings = Settings(places=PlaceSettings(files_from="none"))
    with pytest.raises(SourceError, match=r"^--files-from none: cannot be read \(No such file"):
        read("a.md", settings=settings)
    with pytest.raises(SourceError, match=r"gone\.md: there is no such file"):
        listed(b"gone.md")


def test_a_listed_file_that_is_no_text_is_passed_over_if_nothing_says_that_it_should_be() -> None:
    write({"a.png": b"PNG\0", "b": b"\0", "c.md": b"\0", "LICENSE": "x"})
    loaded = listed(b"a.png\nb\nc.md\nLICENSE\n")
    assert [each.name for each in loaded.documents] == ["LICENSE"]
    assert loaded.unread == ["c.md: is a binary file, not a document."]
    assert loaded.remarks == ["2 files of no known ending: no text, and passed over."]
    assert read("a.png", "*").unread == [
        "a.png: is a binary file, not a document.", "c.md: is a binary file, not a document.",
    ]  # fmt: skip


# Links that lead out of the tree


@pytest.mark.parametrize("target", ["../out/s.md", "../out"])
def test_only_the_operators_own_word_leads_out_of_the_tree(here: Path, target: str) -> None:
    write({"out/s.md": "secret", "in/a.md": "", "in/real/b.md": ""})
    os.chdir(here / "in")
    Path("l.md").symlink_to("../out/s.md")
    Path("inside.md").symlink_to("real/b.md")
    Path("down").symlink_to(target)
    assert [each.text for each in read("l.md").documents] == ["secret"]
    by_pattern = read("*.md")
    assert [each.name for each in by_pattern.documents] == ["a.md", "inside.md"]
    assert by_pattern.unread == ["l.md: is a link that leads out of the tree."]
    assert listed(b"l.md\ninside.md").unread == by_pattern.unread
    told = Settings(places=PlaceSettings(sources=("down", "l.md", "a.md")))
    assert [each.name for each in read(settings=told).documents] == ["a.md"]
    assert len(read(settings=told).unread) == 2
    with pytest.raises(SourceError, match="no file matches"):
        read("*/s.md")


# Trees of all shapes


def test_a_tree_of_a_thousand_levels_is_read(here: Path) -> None:
    Path("top").mkdir()
    os.chdir("top")
    for _ in range(1000):
        Path("d").mkdir()
        os.chdir("d")
    Path("a.md").write_text("x")
    os.chdir(here)
    try:
        for source in ("top", "top/**/*.md"):
            assert [each.text for each in read(source).documents] == ["x"]
    finally:
        subprocess.run(["rm", "-r", "top"], check=True)  # noqa: S607 - pytest's own would recurse


def test_what_vanishes_after_it_was_found_is_unread() -> None:
    write({"a.md": "", "b.md": ""})
    loaded = load(["."], None, "", Settings())
    Path("b.md").unlink()
    assert [each.name for each in loaded.documents] == ["a.md"]
    assert list(map(str, loaded.unread)) == ["b.md: cannot be read (No such file or directory)."]


def test_what_turns_into_a_link_after_it_was_found_is_not_followed() -> None:
    write({"d/a.md": "", "secret": "secret"})
    loaded = load(["d"], None, "", Settings())
    Path("d/a.md").unlink()
    Path("d/a.md").symlink_to("../secret")
    assert list(loaded.documents) == []
    assert len(loaded.unread) == 1


@pytest.mark.parametrize("name", ["a\nb.md", "a\x1b[31mb.md", "::error::x.md", "-x.md", "%0A.md"])
def test_odd_names_are_names(name: str) -> None:
    write({f"d/{name}": "x", name: "x"})
    assert names_of("d") == [f"d/{name}"]
    assert names_of(f"./{name}") == [name]


# Patterns


def test_a_pattern_gives_every_file_that_it_matches() -> None:
    write({"a.md": "", "b.rst": "", "d/c.md": "", "d/e/f.md": ""})
    Path("d.md").mkdir()
    assert names_of("*.md") == ["a.md"]
    assert names_of("**/*.md") == ["a.md", "d/c.md", "d/e/f.md"]
    assert names_of("?.*") == ["a.md", "b.rst"]
    assert {document.source for document in read("*.md").documents} == {"*.md"}


def test_an_absolute_pattern_matches_too(here: Path) -> None:
    write({"a.md": ""})
    assert names_of(f"{here}/*.md") == [f"{here}/a.md"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file() -> None:
    write({"[a].md": "brackets", "a.md": "letter"})
    assert [document.text for document in read("[a].md").documents] == ["brackets"]


# All together


def test_documents_are_read_and_their_links_collected_with_all_remarks() -> None:
    write({"a.md": b"<https://a.example/> caf\xe9", "b.md": "---\n{\n---\n<https://a.example/>"})
    collection = gather(["a.md", "b.md"], io.BytesIO(), "", Settings())
    assert [str(link.url) for link in collection.links] == ["https://a.example/"]
    assert [document.name for document in collection.documents] == ["a.md", "b.md"]
    assert collection.remarks[0].startswith("a.md: is not UTF-8 (line 1), and nothing tells")
    assert all(remark.startswith("b.md: ") for remark in collection.remarks[1:])
