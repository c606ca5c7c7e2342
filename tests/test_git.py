"""When lines were written: what git tells, and that no repository makes it do anything else."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from repositories import OLD, run

from crawler import git

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NEW = datetime(2024, 1, 2, tzinfo=UTC)
A, B = "https://a.example/", "https://b.example/é"

Git = Callable[..., str]


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
