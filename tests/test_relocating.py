"""Links to files that lead nowhere: what git and the disk know, and that no repository hurts."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from commits import NEW, commit, run, write

from crawler import relocating
from crawler.collect import collect
from crawler.corrections import Correction, Plan, Refusal, Repair
from crawler.documents import format_of
from crawler.mending import Memory
from crawler.model import Document, Place, Row
from crawler.planning import planned
from crawler.relocating import with_files
from crawler.settings import LocalSettings, Settings
from crawler.tree import Grounds
from crawler.unasked import judge_rejected
from crawler.urls import Rejected

TEXT = "".join(f"Line {each} of a text.\n" for each in range(30))
KINDS = frozenset(Repair)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, in which we stand."""
    run(tmp_path, "init", "-q", "-b", "main")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(*names: str, settings: Settings | None = None) -> Sequence[Row]:
    settings = settings or Settings()
    documents = []
    for name in names:
        known = format_of(name)
        text = Path(name).read_text("utf-8")
        documents.append(Document(name, known.name if known else "plaintext", text, source=name))
    places = collect(documents, settings.extract, Grounds(settings.local).of).places
    return [_row(place) for place in places if isinstance(place.target, Rejected)]


def _row(place: Place) -> Row:
    assert isinstance(place.target, Rejected)
    return Row(place, judge_rejected(place.target))


def plan_of(*names: str, settings: Settings | None = None) -> Plan:
    rows = rows_of(*names, settings=settings)
    return planned(rows, KINDS, with_files(Memory(), rows, settings or Settings()))


def one(*names: str, settings: Settings | None = None) -> Correction | Refusal:
    plan = plan_of(*names, settings=settings)
    decisions: list[Correction | Refusal] = [*plan.corrections, *plan.refusals]
    (decision,) = decisions
    return decision


def moved(old: str, new: str) -> None:
    Path(new).parent.mkdir(parents=True, exist_ok=True)
    run(Path(), "mv", old, new)


def test_a_file_is_found_under_the_name_that_git_knows() -> None:
    write("docs/old name.md", f"# Intro\n{TEXT}")
    write("docs/index.md", "[a](old%20name.md#intro)\n")
    commit()
    moved("docs/old name.md", "docs/newer.md")
    run(Path(), "commit", "-qm", "one", at=NEW)
    moved("docs/newer.md", "guide/new name.md")
    write("guide/new name.md", f"# Intro\n{TEXT}More.\n")
    commit()
    decision = one("docs/index.md")
    assert isinstance(decision, Correction)
    assert decision.after == "../guide/new%20name.md#intro"
    assert decision.why == "The file is guide/new name.md now."
    assert decision.evidence == (
        "git: docs/old name.md became docs/newer.md on 2024-01-02.",
        "git: docs/newer.md became guide/new name.md on 2019-03-04.",
    )
    assert decision.automatic


def test_what_is_staged_counts_and_a_picture_too() -> None:
    write("a.png", bytes(range(256)) * 9)
    write("README.md", "![a](./a.png)\n")
    commit()
    moved("a.png", "images/b.png")
    decision = one("README.md")
    assert isinstance(decision, Correction)
    assert decision.after == "./images/b.png"
    assert decision.evidence == ("git: a.png became images/b.png, which is not committed yet.",)


def test_a_directory_is_where_all_its_files_are() -> None:
    write("docs/a.md", TEXT)
    write("docs/x/b.md", TEXT * 2)
    write("README.md", "[a](docs/) [b](docs/x/b.md)\n")
    commit()
    moved("docs", "guide")
    commit()
    assert [each.after for each in plan_of("README.md").corrections] == ["guide/", "guide/x/b.md"]


def test_a_branch_that_never_had_the_file_hides_nothing() -> None:
    write("README.md", "[a](a.md)\n")
    commit()
    run(Path(), "branch", "side")
    write("a.md", TEXT)
    commit()
    moved("a.md", "b.md")
    commit()
    run(Path(), "checkout", "-q", "side")
    write("c.md", "c")
    commit()
    run(Path(), "merge", "-q", "--no-edit", "main")
    decision = one("README.md")
    assert isinstance(decision, Correction)
    assert decision.after == "b.md"


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ((), "git does not tell"),
        (("rm", "-q", "a.md"), "a.md was deleted, and nothing like it"),
        (("mv", "a.md", "b.md"), "no place that is called #intro"),
    ],
)
def test_where_git_tells_nothing_sure_nothing_is_proposed(after: tuple[str, ...], why: str) -> None:
    write("a.md", f"# Begin\n{TEXT}")
    write("README.md", "[a](a.md#intro)\n")
    commit()
    if after:
        run(Path(), *after)
        commit()
    else:
        Path("a.md").unlink()
    decision = one("README.md")
    assert isinstance(decision, Refusal)
    assert why in decision.why


def test_a_name_that_was_never_there_is_not_known() -> None:
    write("README.md", "[a](never.md) [b](../../outside.md) [c](/rooted.md)\n")
    commit()
    plan = plan_of("README.md")
    assert {each.why for each in plan.refusals} == {"git does not tell what became of the file."}


def test_a_name_is_written_as_the_disk_spells_it() -> None:
    write("docs/Guide.md", "# A\n")
    write("README.md", "[a](Docs/guide.md#a)\n")
    decision = one("README.md")
    assert isinstance(decision, Correction)
    assert (decision.after, decision.why) == (
        "docs/Guide.md#a",
        "The file is called docs/Guide.md.",
    )


def test_what_stands_for_the_top_is_kept() -> None:
    write("site/a.md", TEXT)
    write("site/x/index.md", "[a](/a.md)\n")
    commit()
    moved("site/a.md", "site/y/b.md")
    commit()
    settings = replace(Settings(), local=LocalSettings(root="site"))
    decision = one("site/x/index.md", settings=settings)
    assert isinstance(decision, Correction)
    assert decision.after == "/y/b.md"


def test_a_place_that_is_called_something_else_is_proposed() -> None:
    write("b.md", "# Installation\n\n[up](#instalation)\n")
    write("c.html", "<h1 id=installation>x</h1><a href='#instalation'>x</a>")
    write("README.md", "[a](b.md#instalation) [b](b.md#instal-ation) [c](b.md#zzz)\n")
    plan = plan_of("README.md", "b.md", "c.html")
    assert [each.after for each in plan.corrections] == [
        "b.md#installation", "b.md#installation", "#installation", "#installation",
    ]  # fmt: skip
    assert not any(each.automatic for each in plan.corrections)
    assert [each.why for each in plan.refusals] == ["No place is called anything like #zzz."]


def test_where_nobody_can_tell_no_place_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    write("b.md", "# Installation\n")
    write("README.md", "[a](b.md#instalation) <!-- x -->\n")
    (row,) = rows_of("README.md")
    assert with_files(Memory(), [row], Settings()).anchored
    ignored = replace(row, place=replace(row.place, ignored="so"))
    far = replace(row.place.occurrence, document="none/README.md")
    gone = replace(row, place=replace(row.place, occurrence=far))
    other = replace(row.place.occurrence, href="c.md#instalation")
    elsewhere = replace(row, place=replace(row.place, occurrence=other))
    rows = [ignored, gone, elsewhere]
    assert with_files(Memory(), rows, Settings()) == Memory()
    monkeypatch.setattr(relocating, "anchors_in", lambda *_: None)
    assert with_files(Memory(), [row], Settings()) == Memory()
    Path("b.md").unlink()
    assert with_files(Memory(), [row], Settings()) == Memory()


def test_without_a_repository_nothing_is_known(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("bare"))
    write("README.md", "[a](a.md)\n")
    assert isinstance(one("README.md"), Refusal)
    (row,) = rows_of("README.md")
    strange = replace(row.place.occurrence, document="a\0b/README.md")
    row = replace(row, place=replace(row.place, occurrence=strange))
    assert with_files(Memory(), [row], Settings()) == Memory()


def test_only_so_many_files_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.md", TEXT)
    write("b.md", TEXT * 2)
    write("README.md", "[a](a.md) [b](b.md)\n")
    commit()
    moved("a.md", "c.md")
    moved("b.md", "d.md")
    commit()
    monkeypatch.setattr(relocating, "MAX_PATHS", 1)
    assert [each.after for each in plan_of("README.md").corrections] == ["c.md"]


def test_git_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.md", TEXT)
    write("README.md", "[a](a.md)\n")
    commit()
    moved("a.md", "b.md")
    commit()
    assert isinstance(one("README.md"), Correction)
    monkeypatch.setattr(relocating, "MAX_SECONDS", 0)
    assert isinstance(one("README.md"), Refusal)


def test_a_moment_that_is_none_is_not_told() -> None:
    assert [at for _, at in relocating._times(b"99999999999999999 abc\nx abc\n")] == [None, None]


def test_no_program_of_a_repository_is_run(repository: Path) -> None:
    """Whatever its settings name: filters, hooks, textconv, signatures, monitors, pagers."""
    evil = repository / "evil.sh"
    evil.write_text('#!/bin/sh\ntouch "$0.ran"\ncat\n')
    evil.chmod(0o755)
    write("a.md", TEXT)
    write("README.md", "[a](a.md)\n")
    write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
    commit()
    moved("a.md", "b.md")
    commit()
    moved("b.md", "c.md")
    for name in (
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
        "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager", "gpg.program",
        "core.sshCommand", "core.editor", "uploadpack.packObjectsHook", "core.alternateRefsCommand",
    ):  # fmt: skip
        run(repository, "config", name, os.fspath(evil))
    run(repository, "config", "log.showSignature", "true")
    run(repository, "config", "core.hooksPath", os.fspath(repository))
    decision = one("README.md")
    assert isinstance(decision, Correction)
    assert decision.after == "c.md"
    assert not (repository / "evil.sh.ran").exists()
