"""When lines were written: what git tells, and that no repository makes it do anything else."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commits import NEW, OLD, run

from crawler import git
from crawler.model import Line, Undated
from crawler.text import clean

NOW = datetime(2026, 11, 22, tzinfo=UTC)
A, B = "https://a.example/", "https://b.example/é"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A document whose first link was written in 2019, and another, above it, in 2024."""
    run(tmp_path, "init", "-q", "-b", "main")
    document = tmp_path / "a.md"
    document.write_text(f"# Links\n\n[a]({A})\n", "utf-8")
    run(tmp_path, "add", "a.md")
    run(tmp_path, "commit", "-qm", "one")
    document.write_text(f"# Links\n\n[b]({B})\n[a]({A})\n", "utf-8")
    run(tmp_path, "commit", "-qam", "two", at=NEW)
    return tmp_path


async def test_lines_are_as_old_as_their_commits(repository: Path) -> None:
    found = await git.written(repository / "a.md", [(3, B), (4, A)], NOW)
    assert found == {(3, B): NEW, (4, A): OLD}


async def test_a_line_that_has_moved_since_is_found_where_it_was(repository: Path) -> None:
    (repository / "a.md").write_text(f"new\nlines\nabove\n\n\n[a]({A})\n[c](https://c.example/)\n")
    spots = [(6, A), (7, "https://c.example/")]
    assert await git.written(repository / "a.md", spots, NOW) == {(6, A): OLD}


async def test_of_lines_with_the_same_text_the_nearest_counts(repository: Path) -> None:
    document = repository / "a.md"
    document.write_text(document.read_text("utf-8") + "\n" * 9 + f"[again]({A})\n", "utf-8")
    run(repository, "commit", "-qam", "three", at=NEW + timedelta(days=9))
    found = await git.written(document, [(4, A), (14, A)], NOW)
    assert found == {(4, A): OLD, (14, A): NEW + timedelta(days=9)}


async def test_a_document_may_lie_anywhere_and_be_called_anything(repository: Path) -> None:
    names = ("-n", "a b.md", ":(top)x", "HEAD", "sub/é*.md", "--output=x")
    (repository / "sub").mkdir()
    for name in names:
        (repository / name).write_text(f"{A}\n", "utf-8")
    run(repository, "add", "-A")
    run(repository, "commit", "-qm", "names", at=NEW)
    for name in names:
        assert await git.written(repository / name, [(1, A)], NOW) == {(1, A): NEW}
    assert not (repository / "x").exists()


async def test_what_git_cannot_tell_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "a.md"
    document.write_text(f"{A}\n", "utf-8")
    assert await git.written(document, [(1, A)], NOW) == {}, "no repository"
    run(tmp_path, "init", "-q")
    assert await git.written(document, [(1, A)], NOW) == {}, "no commit"
    run(tmp_path, "commit", "-qm", "empty", "--allow-empty")
    assert await git.written(document, [(1, A)], NOW) == {}, "not tracked"
    assert await git.written(tmp_path / "none" / "a.md", [(1, A)], NOW) == {}, "no directory"
    assert await git.written(Path("https://a.example/docs/"), [(1, A)], NOW) == {}, "a page"
    assert await git.written(Path("a\0b"), [(1, A)], NOW) == {}, "no name"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await git.written(document, [(1, A)], NOW) == {}, "no git"


async def test_where_a_history_was_cut_off_its_last_lines_are_of_no_date(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shallow = tmp_path_factory.mktemp("clones") / "shallow"
    run(repository, "clone", "-q", "--depth", "1", f"file://{repository}", str(shallow))
    assert await git.written(shallow / "a.md", [(3, B), (4, A)], NOW) == {}
    document = shallow / "a.md"
    document.write_text(f"[a]({A})\n[c](https://c.example/)\n", "utf-8")
    run(shallow, "commit", "-qam", "three", at=NEW)
    spots = [(1, A), (2, "https://c.example/")]
    assert await git.written(document, spots, NOW) == {(2, "https://c.example/"): NEW}


@pytest.mark.parametrize("at", [datetime(1971, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)])
async def test_a_date_that_cannot_be_is_none(repository: Path, at: datetime) -> None:
    (repository / "a.md").write_text("https://c.example/\n", "utf-8")
    run(repository, "commit", "-qam", "three", at=at)
    assert await git.written(repository / "a.md", [(1, "https://c.example/")], NOW) == {}


async def test_no_repository_makes_a_program_run(repository: Path) -> None:
    """Each of these settings would, where git is asked carelessly."""
    trap = f"touch '{repository}/caught'; cat"
    hook = repository / ".git" / "hooks" / "post-index-change"
    hook.write_text(f"#!/bin/sh\n{trap}\n", "utf-8")
    hook.chmod(0o755)
    for name in (
        "core.fsmonitor", "core.pager", "pager.blame", "core.editor", "core.sshCommand",
        "core.askPass", "diff.trap.textconv", "diff.trap.command", "diff.external",
        "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "credential.helper",
        "core.alternateRefsCommand", "gpg.program",
    ):  # fmt: skip
        run(repository, "config", name, trap)
    run(repository, "config", "alias.blame", f"!{trap}")
    (repository / ".git" / "info" / "attributes").write_text("* filter=trap diff=trap\n", "utf-8")
    (repository / "a.md").write_text(f"\n[a]({A})\n", "utf-8")
    found = await git.written(repository / "a.md", [(2, A)], NOW)
    assert found == {(2, A): OLD}
    assert not (repository / "caught").exists()


async def test_a_document_cannot_be_a_repository_itself(repository: Path) -> None:
    """A directory that looks like one is taken for one, settings and all."""
    inner = repository / "inner"
    run(repository, "clone", "-q", "--bare", str(repository), str(inner))
    (inner / "a.md").write_text(f"{A}\n", "utf-8")
    assert await git.written(inner / "a.md", [(1, A)], NOW) == {}


async def test_nothing_is_fetched_for_it(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A clone without its files fetches them when they are looked at: by whatever it names."""
    clone = tmp_path_factory.mktemp("clones") / "partial"
    run(repository, "config", "uploadpack.allowFilter", "true")
    run(repository, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository}",
        str(clone))  # fmt: skip
    run(clone, "config", "remote.origin.uploadpack", f"touch {clone}/caught; git-upload-pack")
    assert await git.written(clone / "a.md", [(4, A)], NOW) == {}
    assert not (clone / "caught").exists()


async def test_the_environment_leads_git_nowhere_else(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_DIR", str(elsewhere))
    monkeypatch.setenv("GIT_TRACE", str(elsewhere / "trace"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", f"touch {elsewhere}/caught")
    assert await git.written(repository / "a.md", [(4, A)], NOW) == {(4, A): OLD}
    assert list(elsewhere.iterdir()) == []


async def test_a_git_that_hangs_or_floods_is_ended(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    fake = programs / "git"
    fake.write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    fake.chmod(0o755)
    monkeypatch.setattr(git, "SECONDS", 0.2)
    assert await git.written(repository / "a.md", [(4, A)], NOW) == {}
    fake.write_text("#!/bin/sh\nexec yes\n", "utf-8")
    monkeypatch.setattr(git, "SECONDS", 30.0)
    monkeypatch.setattr(git, "_MAX_OUTPUT", 100_000)
    assert await git.written(repository / "a.md", [(4, A)], NOW) == {}
    # It has printed too much and ended well before anybody could stop it.
    fake.write_text("#!/bin/sh\nhead -c 60000 /dev/zero\n", "utf-8")
    monkeypatch.setattr(git, "_MAX_OUTPUT", 1_000)
    for _ in range(9):
        assert await git.output(repository, "version") is None
    monkeypatch.setattr(git, "_MAX_OUTPUT", 100_000)
    # Another process holds what it prints to open, and prints on after its end.
    fake.write_text("#!/bin/sh\nyes &\nsleep 60 &\nexit 0\n", "utf-8")
    assert await git.written(repository / "a.md", [(4, A)], NOW) == {}
    monkeypatch.setattr(git, "SECONDS", 0.2)
    fake.write_text("#!/bin/sh\nsleep 5 &\nexit 0\n", "utf-8")
    assert await git.written(repository / "a.md", [(4, A)], NOW) == {}


async def blamed(document: Path, *spots: git.Spot) -> list[Line]:
    found = await git.Blame(NOW).lines(document, spots)
    assert set(found) == set(spots)
    return [found[spot] for spot in spots]


async def test_lines_have_authors_and_what_has_none_says_why(repository: Path) -> None:
    document = repository / "a.md"
    document.write_text(f"{document.read_text('utf-8')}[c](https://c.example/)\n", "utf-8")
    run(repository, "commit", "-qam", "three", at=NEW, who="Ben")
    spots = [(4, A), (5, "https://c.example/"), (6, "https://d.example/")]
    ann, ben, nobody = await blamed(document, *spots)
    assert (ann, ben) == (Line(OLD, "Ann"), Line(NEW, "Ben"))
    assert nobody == Line(undated=Undated.UNCOMMITTED)
    assert await blamed(repository / "b.md", (1, A)) == [Line(undated=Undated.UNTRACKED)]
    run(repository, "commit", "-qam", "four", "--allow-empty", at=datetime(2038, 1, 1, tzinfo=UTC))
    document.write_text("https://e.example/\n", "utf-8")
    run(repository, "commit", "-qam", "five", at=datetime(2038, 1, 1, tzinfo=UTC), who="Eve")
    (late,) = await blamed(document, (1, "https://e.example/"))
    assert late == Line(None, "Eve", Undated.UNBELIEVABLE)


async def test_people_are_called_as_the_repository_calls_them(repository: Path) -> None:
    (repository / ".mailmap").write_text("Anna Ó <anna@a.example> <ann@a.example>\n", "utf-8")
    assert await blamed(repository / "a.md", (4, A)) == [Line(OLD, "Anna Ó")]


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\u202eb", "=1+1", "x" * 500])
async def test_a_name_of_a_stranger_is_clean_text(repository: Path, name: str) -> None:
    run(repository, "commit", "-q", "--amend", "-m", "two", f"--author={name} <e@a.example>")
    (line,) = await blamed(repository / "a.md", (3, B))
    assert line.author == clean(name, 80)


async def test_no_setting_of_a_repository_names_a_file_that_is_read(repository: Path) -> None:
    """Of an endless one git would take all memory."""
    os.mkfifo(repository / "pipe")
    run(repository, "config", "mailmap.file", str(repository / "pipe"))
    assert await blamed(repository / "a.md", (4, A)) == [Line(OLD, "Ann")]
    run(repository, "config", "blame.ignoreRevsFile", "pipe")
    assert await blamed(repository / "a.md", (4, A)) == [Line(undated=Undated.UNTOLD)]


async def test_commits_that_a_project_wants_passed_over_are(repository: Path) -> None:
    (repository / "a.md").write_text(f"[a link in other words]({A})\n", "utf-8")
    run(repository, "commit", "-qam", "three", at=NEW, who="Ben")
    (repository / "passed over").write_text(run(repository, "rev-parse", "HEAD"), "utf-8")
    run(repository, "config", "blame.ignoreRevsFile", "passed over")
    assert await blamed(repository / "a.md", (1, A)) == [Line(OLD, "Ann")]


async def test_to_indent_a_line_or_to_move_it_is_not_to_write_it(repository: Path) -> None:
    document = repository / "a.md"
    first, second = (f"https://{name}.example/a/path/that/is/long" for name in "xy")
    document.write_text(f"{first}\n{second}\n", "utf-8")
    run(repository, "commit", "-qam", "three", at=OLD)
    document.write_text(f"{second}\n    {first}\n", "utf-8")
    run(repository, "commit", "-qam", "sorted", at=NEW, who="Ben")
    run(repository, "mv", "a.md", "b.md")
    run(repository, "commit", "-qam", "renamed", at=NEW, who="Ben")
    found = await blamed(repository / "b.md", (1, second), (2, first))
    assert found == [Line(OLD, "Ann"), Line(OLD, "Ann")]


async def test_a_link_over_several_lines_stands_where_it_begins(repository: Path) -> None:
    (repository / "a.md").write_text("https://c.example/\n    path\n", "utf-8")
    run(repository, "commit", "-qam", "three", at=NEW)
    found = await blamed(repository / "a.md", (1, "https://c.example/\n    path"), (1, " \n"))
    assert found == [Line(NEW, "Ann"), Line(undated=Undated.UNCOMMITTED)]


async def test_very_many_links_are_blamed_at_once(repository: Path) -> None:
    urls = [f"https://a.example/{number:04}" for number in range(500)]
    (repository / "a.md").write_text("\n".join(urls), "utf-8")
    run(repository, "commit", "-qam", "three", at=NEW)
    spots = [(number, url) for number, url in enumerate(urls, 1)]
    assert set(await blamed(repository / "a.md", *spots)) == {Line(NEW, "Ann")}


async def test_a_submodule_tells_of_its_own_lines(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    run(whole, "init", "-q", "-b", "main")
    run(whole, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "sub")
    run(whole, "commit", "-qm", "one", at=NEW, who="Ben")
    assert await blamed(whole / "sub" / "a.md", (4, A)) == [Line(OLD, "Ann")]


async def test_where_a_clone_was_cut_off_is_asked_once(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = tmp_path_factory.mktemp("clones") / "shallow"
    run(repository, "clone", "-q", "--depth", "1", f"file://{repository}", str(shallow))
    asked = []
    output = git.output

    async def counted(directory: Path, *arguments: str) -> bytes | None:
        asked.append(arguments[0])
        return await output(directory, *arguments)

    monkeypatch.setattr(git, "output", counted)
    blame = git.Blame(NOW)
    for _ in range(3):
        found = await blame.lines(shallow / "a.md", [(4, A)])
        assert found == {(4, A): Line(undated=Undated.CUT_OFF)}
    assert asked.count("rev-parse") == 1


async def test_a_blame_that_fails_is_told_as_such(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = git.output

    async def without_blame(directory: Path, *arguments: str) -> bytes | None:
        return None if arguments[0] == "blame" else await output(directory, *arguments)

    monkeypatch.setattr(git, "output", without_blame)
    assert await blamed(repository / "a.md", (4, A)) == [Line(undated=Undated.UNTOLD)]


async def test_a_file_whose_name_is_no_text_is_blamed(repository: Path) -> None:
    name = os.fsdecode(b"\xff.md")
    (repository / name).write_text(f"{A}\n", "utf-8")
    run(repository, "add", "-A")
    run(repository, "commit", "-qm", "name", at=NEW)
    assert await blamed(repository / name, (1, A)) == [Line(NEW, "Ann")]
