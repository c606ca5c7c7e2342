"""Only what a change has touched is checked: with real repositories, over the command line."""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from commandline import Crawl
from commits import branched, commit, run, write

Linked = Callable[..., list[str]]
LONG = "".join(f"Line {number} with [a link](https://x{number}.example/).\n" for number in range(9))


@pytest.fixture
def crawl(crawl: Crawl, top: Path) -> Crawl:
    """Call `crawl` in a repository whose branch `topic` has left `main` with one document."""
    readme = "# A\n\n[one](https://one.example/)\n[two](https://two.example/)\n"
    branched(top, {"README.md": readme, "docs/long.md": LONG})
    return crawl


@pytest.fixture
def new(crawl: Crawl) -> Linked:
    """Return what links count as new, by document and as they are written."""

    def found(*options: str, sources: tuple[str, ...] = (".",)) -> list[str]:
        done = crawl("check", *sources, "--offline", "--format", "jsonl", *options)
        assert done.code == 0, done.err
        rows = map(json.loads, done.out.splitlines())
        return [f"{row['document']} {row['raw']}" for row in rows]

    return found


def test_only_links_on_new_lines_are_checked(new: Linked) -> None:
    write("README.md", "# A\n\n[two](https://two.example/)\n<https://three.example/>\n")
    commit()
    assert new("--base", "main") == ["README.md https://three.example/"]


def test_nothing_new_is_nothing_to_check(new: Linked, crawl: Crawl) -> None:
    write("README.md", Path("README.md").read_text() + "no link\n")
    commit()
    assert new("--base", "main") == []
    done = crawl("check", ".", "--base", "main")
    assert (done.code, done.out.splitlines()[-1]) == (0, "No links.")


def test_what_is_not_committed_yet_counts_too(new: Linked) -> None:
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    write("docs/fresh.md", "<https://fresh.example/>\n")
    for options in (("--base", "main"), ("--working-tree",)):
        assert new(*options) == [
            "docs/fresh.md https://fresh.example/", "docs/long.md https://new.example/",
        ]  # fmt: skip
    assert new("--staged") == []


def test_what_is_staged_is_read_from_the_index(new: Linked) -> None:
    write("docs/long.md", f"{LONG}<https://staged.example/>\n")
    run(Path(), "add", "-A")
    write("docs/long.md", f"{LONG}<https://later.example/>\n")
    assert new("--staged") == ["docs/long.md https://staged.example/"]
    assert new("--working-tree") == ["docs/long.md https://later.example/"]


def test_a_document_under_another_name_has_nothing_new(new: Linked) -> None:
    run(Path(), "mv", "docs/long.md", "guide.md")
    commit()
    assert new("--base", "main") == []
    write("guide.md", f"<https://new.example/>\n{LONG}")
    assert new("--base", "main") == ["guide.md https://new.example/"]


def test_links_to_files_are_looked_at_again_where_a_document_has_moved(new: Linked) -> None:
    write("docs/near.md", f"{LONG}[near](long.md)\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    run(Path(), "mv", "docs/near.md", "near.md")
    commit()
    done = new("--base", "main", "--fail-on", "invalid")
    assert done == ["near.md long.md"]


def test_lines_that_have_moved_are_not_new(new: Linked) -> None:
    lines = LONG.splitlines(keepends=True)
    write("docs/long.md", "".join([*lines[5:], "<https://new.example/>\n", *lines[:5]]))
    commit()
    assert new("--base", "main") == ["docs/long.md https://new.example/"]


def test_what_the_base_has_got_since_is_nobodys_doing_here(new: Linked) -> None:
    write("README.md", Path("README.md").read_text() + "<https://mine.example/>\n")
    commit()
    run(Path(), "checkout", "-q", "main")
    write("docs/long.md", f"<https://theirs.example/>\n{LONG}")
    commit()
    run(Path(), "checkout", "-q", "topic")
    assert new("--base", "main") == ["README.md https://mine.example/"]
    run(Path(), "merge", "-q", "--no-edit", "main")
    assert new("--base", "main") == ["README.md https://mine.example/"]
    assert new("--base", "HEAD^1") == ["docs/long.md https://theirs.example/"]


def test_line_ends_are_no_change(new: Linked) -> None:
    write("docs/long.md", LONG.replace("\n", "\r\n") + "<https://new.example/>\r\n")
    commit()
    assert new("--base", "main") == ["docs/long.md https://new.example/"]


def test_documents_are_compared_wherever_crawl_is_called(
    new: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    monkeypatch.chdir("docs")
    assert new("--base", "main") == ["long.md https://new.example/"]
    assert new("--base", "main", sources=("../docs/long.md",)) == [
        "../docs/long.md https://new.example/"
    ]


def test_names_need_not_be_text(new: Linked) -> None:
    name = os.fsdecode(b"caf\xe9 \n.md")
    try:
        write(name, "<https://one.example/>\n")
    except OSError:
        pytest.skip("this file system has no such names")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write(name, "<https://one.example/>\n<https://two.example/>\n")
    (found,) = new("--base", "main")
    assert found.endswith("https://two.example/")


def test_in_documents_without_lines_urls_count(new: Linked) -> None:
    def book(*urls: str) -> bytes:
        import io  # noqa: PLC0415
        import zipfile  # noqa: PLC0415

        made = io.BytesIO()
        body = "".join(f'<text:p><text:a xlink:href="{url}">x</text:a></text:p>' for url in urls)
        spaces = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
        with zipfile.ZipFile(made, "w") as file:
            file.writestr("content.xml", f"<doc {spaces}>{body}</doc>")
        return made.getvalue()

    Path("book.odt").write_bytes(book("https://one.example/"))
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    Path("book.odt").write_bytes(book("https://new.example/", "https://one.example/"))
    assert new("--base", "main") == ["book.odt https://new.example/"]


def test_trouble_that_was_there_before_fails_nothing(crawl: Crawl) -> None:
    write("docs/long.md", f"{LONG}[bad](gone.md)\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("docs/long.md", f"{LONG}better words for [bad](gone.md)\n")
    done = crawl("check", ".", "--offline", "--base", "main")
    assert done.code == 0
    assert "Known before (1)" in done.out
    assert "1 link in 1 place: 1 known before." in done.out
    write("docs/more.md", "[bad](gone.md) and [worse](lost.md)\n")
    done = crawl("check", ".", "--offline", "--base", "main", "--format", "json")
    told = {row["raw"]: row["known"] for row in json.loads(done.out)["links"]}
    assert (done.code, told) == (1, {"gone.md": "It was there before.", "lost.md": None})
    write("docs/more.md", "[bad](gone.md)\n")
    assert crawl("check", ".", "--offline", "--base", "main").code == 0


def test_what_is_recorded_of_a_change_forgets_no_place(crawl: Crawl) -> None:
    assert crawl("run", ".", "--offline", "--exclude", "https://").code == 0
    known = len(json.loads(crawl("report", "--format", "json").out)["links"])
    write("docs/long.md", "[bad](gone.md)\n")
    for options in (("run", "--fail"), ("check", "--record")):
        done = crawl(*options, ".", "--offline", "--working-tree")
        assert "1 link in 1 place: 1 broken." in done.out
        assert done.code == 1
        told = json.loads(crawl("report", "--format", "json").out)["links"]
        assert len(told) == known == 11


def test_submodules_and_what_is_outside_are_not_compared(
    new: Linked, crawl: Crawl, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(other, "init", "-q", "-b", "main")
    (other / "theirs.md").write_text("<https://theirs.example/>\n")
    run(other, "add", "-A")
    run(other, "commit", "-qm", "theirs")
    run(
        Path(), "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub"
    )
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    (tmp_path / "beside.md").write_text("<https://beside.example/>\n")
    assert new("--base", "main", sources=(".", "../beside.md")) == []
    done = crawl("check", ".", "../beside.md", "--offline", "--base", "main")
    assert "2 documents outside of the repository, or of a submodule: not compared." in done.err


def test_a_clone_that_lacks_the_past_is_told_what_to_do(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_more()
    source = Path.cwd()
    run(tmp_path, "clone", "-q", "--depth", "1", "--branch", "topic", f"file://{source}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    done = crawl("check", ".", "--base", "origin/main")
    assert done.code == 2
    assert "there is no such commit. The clone is a shallow one: fetch more of its" in done.err
    run(Path(), "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    done = crawl("check", ".", "--base", "origin/main")
    assert (done.code, "nobody can tell what is new. The clone is a shallow one" in done.err) == (
        3,
        True,
    )


def commit_more() -> None:
    write("README.md", "# A\n\n<https://mine.example/>\n")
    commit()
    run(Path(), "checkout", "-q", "main")
    write("docs/long.md", "<https://theirs.example/>\n")
    commit()
    run(Path(), "checkout", "-q", "topic")


def test_wrong_words_are_told_in_one_sentence(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for revision in ("nowhere", "--output=x", "main:README.md"):
        done = crawl("check", ".", f"--base={revision}")
        assert (done.code, done.err) == (2, f"crawl: --base {revision}: there is no such commit.\n")
    done = crawl("check", ".", "--base", "main", "--staged")
    assert (done.code, "exclude each other" in done.err) == (2, True)
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    write("a.md", "<https://a.example/>\n")
    done = crawl("check", ".", "--staged")
    assert (done.code, "--staged: there is no git repository here" in done.err) == (2, True)


def test_a_repositorys_settings_make_git_run_nothing(new: Linked, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    program = f"touch {trap}"
    for name in ("filter.x.clean", "filter.x.smudge", "diff.x.textconv", "diff.x.command",
                 "core.fsmonitor", "diff.external", "merge.x.driver"):  # fmt: skip
        run(Path(), "config", name, program)
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    write(".gitattributes", "*.md filter=x diff=x merge=x\n")
    trap.unlink(missing_ok=True)
    assert new("--base", "main") == ["docs/long.md https://new.example/"]
    assert new("--working-tree") == ["docs/long.md https://new.example/"]
    assert not trap.exists()


def test_pages_of_the_web_are_not_compared(crawl: Crawl) -> None:
    done = crawl("check", ".", "https://one.example/", "--base", "main")
    assert (done.code, "No links." in done.out) == (0, True)
    assert "crawl: 1 page of the web: not compared." in done.err


def test_a_symbolic_link_is_what_it_leads_to(new: Linked) -> None:
    Path("link.md").symlink_to("docs/long.md")
    assert new("--base", "main", sources=("link.md",)) == []
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    assert new("--base", "main", sources=("link.md",)) == ["link.md https://new.example/"]


def test_a_hook_has_an_index_of_its_own(new: Linked, monkeypatch: pytest.MonkeyPatch) -> None:
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    Path("hook-index").write_bytes(Path(".git/index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", "hook-index")
    assert new("--staged") == []
    run(Path(), "add", "docs/long.md")
    assert new("--staged") == []
    Path("hook-index").write_bytes(Path(".git/index").read_bytes())
    run(Path(), "reset", "-q")
    assert new("--staged") == ["docs/long.md https://new.example/"]
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert new("--staged") == []


def test_line_ends_that_git_converts_touch_nothing(new: Linked) -> None:
    write(".gitattributes", "*.md text eol=crlf\n")
    Path("docs/long.md").unlink()
    run(Path(), "checkout", "-q", "docs/long.md")
    assert b"\r\n" in Path("docs/long.md").read_bytes()
    assert new("--base", "main") == []
    write("docs/long.md", (LONG + "<https://new.example/>\n").replace("\n", "\r\n"))
    assert new("--base", "main") == ["docs/long.md https://new.example/"]


def test_more_than_git_may_tell_at_once_is_asked_for_in_parts(
    new: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("docs/wide.md", f"<https://wide.example/{'x' * 3000}>\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    for name in ("README.md", "docs/long.md", "docs/wide.md"):
        write(name, Path(name).read_text() + "<https://new.example/>\n")
    monkeypatch.setattr("crawler.git._MAX_OUTPUT", 1000)
    assert [each for each in new("--base", "main") if "wide" not in each] == [
        "README.md https://new.example/", "docs/long.md https://new.example/",
    ]  # fmt: skip


def test_a_working_tree_beside_the_first_is_one_too(
    new: Linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(Path(), "worktree", "add", "-q", "-b", "other", str(tmp_path / "beside"), "main")
    monkeypatch.chdir(tmp_path / "beside")
    write("docs/long.md", f"{LONG}<https://new.example/>\n[home](../README.md)\n")
    assert new("--base", "main") == [
        "docs/long.md https://new.example/", "docs/long.md ../README.md",
    ]  # fmt: skip
    run(Path(), "add", "-A")
    assert len(new("--staged")) == 2


def test_objects_may_have_longer_ids(
    new: Linked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "sha256"
    top.mkdir()
    monkeypatch.chdir(top)
    run(top, "init", "-q", "-b", "main", "--object-format=sha256")
    write("README.md", LONG)
    commit()
    assert new("--working-tree") == []
    write("README.md", f"{LONG}<https://new.example/>\n")
    assert new("--working-tree") == ["README.md https://new.example/"]
    run(top, "add", "-A")
    assert new("--staged") == ["README.md https://new.example/"]


def test_a_repository_without_files_has_nothing_to_compare(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(Path(), "clone", "-q", "--bare", ".", str(tmp_path / "bare"))
    monkeypatch.chdir(tmp_path / "bare")
    write("a.md", "<https://a.example/>\n")
    done = crawl("check", "a.md", "--staged")
    assert (done.code, "there is no git repository here" in done.err) == (2, True)


@pytest.mark.parametrize("option", ["--base=main", "--working-tree"])
def test_without_git_all_links_are_looked_at_and_that_is_said(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    write("a.md", "[a](gone.md)\n")
    done = crawl("check", "a.md", "--offline", option)
    assert done.code == 1
    assert "gone.md" in done.out
    assert done.err == (
        "crawl: There is no git repository here, or no git to ask: all links are looked at.\n"
    )


def test_a_file_may_become_a_directory(new: Linked) -> None:
    write("odd.md", "[r](README.md)\n<https://old.example/>\n")
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    Path("odd.md").unlink()
    write("odd.md/inside.md", "<https://old.example/>\n<https://new.example/>\n")
    assert "odd.md/inside.md https://new.example/" in new("--base", "main")
    run(Path(), "add", "-A")
    assert "odd.md/inside.md https://new.example/" in new("--staged")


def test_a_list_of_files_may_say_what_is_compared(new: Linked) -> None:
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    write("README.md", "<https://new.example/>\n")
    write("list", "docs/long.md\n")
    found = new("--base", "main", "--files-from", "list", sources=())
    assert found == ["docs/long.md https://new.example/"]


def test_a_clone_that_lacks_files_says_so(
    crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("docs/long.md", f"{LONG}<https://new.example/>\n")
    commit()
    source = Path.cwd()
    run(source, "config", "uploadpack.allowFilter", "true")
    run(
        tmp_path,
        "clone",
        "-q",
        "--filter=blob:none",
        "--branch",
        "topic",
        f"file://{source}",
        "few",
    )
    monkeypatch.chdir(tmp_path / "few")
    done = crawl("check", ".", "--base", "origin/main")
    assert (done.code, "the clone lacks files" in done.err) == (3, True)


def test_what_lies_in_git_lfs_is_compared_with_what_its_pointer_names(
    new: Linked, crawl: Crawl
) -> None:
    number = sha256(LONG.encode()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{number}\nsize 9\n"
    write("large.md", pointer)
    commit()
    run(Path(), "branch", "-q", "-f", "main")
    write("large.md", LONG)
    assert new("--base", "main") == []
    write("large.md", f"{LONG}<https://new.example/>\n")
    assert "large.md https://new.example/" in new("--base", "main")
    write("large.md", pointer.replace("size 9", "size 10"))
    done = crawl("check", "large.md", "--offline", "--base", "main")
    assert (done.code, "large.md is in Git LFS" in done.err) == (3, True)
