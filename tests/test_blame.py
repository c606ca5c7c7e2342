"""Who has written the lines of a report: all its documents, whether git knows them or not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commits import NEW, OLD, run
from fakes import occurrence, url, verdict_of

from crawler.blame import blamed
from crawler.collect import collect
from crawler.model import Line, Occurrence, Place, Row, Undated
from crawler.practice import DOCUMENT, document
from crawler.settings import Settings
from crawler.urls import Target

NOW = datetime(2026, 11, 22, tzinfo=UTC)
A, B = "https://a.example/", "https://b.example/"


def row(address: str, line: int, document: str) -> Row:
    place = Place(occurrence(address, line, document), Target(url(address)))
    return Row(place, verdict_of("ok"))


def test_each_line_of_each_document_has_its_author_or_a_reason_why_it_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "docs").mkdir()
    documents = ("a.md", "docs/b.md")
    for name in documents:
        (tmp_path / name).write_text(f"{A}\n", "utf-8")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-qm", "one", at=OLD)
    for name in documents:
        (tmp_path / name).write_text(f"{B}\n{A}\n", "utf-8")
    run(tmp_path, "commit", "-qam", "two", at=NEW, who="Ben")
    (tmp_path / "a.md").write_text(f"{B} {A}\nhttps://new.example/\n", "utf-8")
    (tmp_path / "docs" / "new.md").write_text(A, "utf-8")
    rows = [
        row(B, 1, "a.md"),
        row(A, 1, "a.md"),
        row("https://new.example/", 2, "a.md"),
        row(B, 1, "docs/b.md"),
        row(A, 2, "docs/b.md"),
        row(A, 1, "docs/new.md"),
        row(A, 1, "docs/never.md"),
        row(A, 7, "https://a.example/docs/"),
    ]

    found = blamed(rows, NOW)

    assert found == {
        ("a.md", 1, B): Line(NEW, "Ben"),
        ("a.md", 1, A): Line(OLD, "Ann"),
        ("a.md", 2, "https://new.example/"): Line(undated=Undated.UNCOMMITTED),
        ("docs/b.md", 1, B): Line(NEW, "Ben"),
        ("docs/b.md", 2, A): Line(OLD, "Ann"),
        ("docs/new.md", 1, A): Line(undated=Undated.UNTRACKED),
        ("docs/never.md", 1, A): Line(undated=Undated.ABSENT),
        ("https://a.example/docs/", 7, A): Line(undated=Undated.ABSENT),
    }


def test_what_was_deleted_here_and_is_in_git_is_told_by_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.md").write_text(f"{A}\n", "utf-8")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-qm", "one", at=OLD)
    (tmp_path / "a.md").unlink()
    assert blamed([row(A, 1, "a.md")], NOW) == {("a.md", 1, A): Line(OLD, "Ann")}
    assert blamed([], NOW) == {}


def test_the_lines_of_the_practice_document_have_the_authors_who_wrote_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It grows from its top in four commits, and then somebody puts a line above all."""
    monkeypatch.chdir(tmp_path)
    run(tmp_path, "init", "-q", "-b", "main")
    post = document()
    lines = post.text.splitlines(keepends=True)
    people = ("Ann", "Ben", "Eve", "Óscar")
    ends = [len(lines) * number // len(people) for number in range(1, len(people) + 1)]
    for years, (who, end) in enumerate(zip(people, ends, strict=True)):
        Path(DOCUMENT).write_text("".join(lines[:end]), "utf-8")
        run(tmp_path, "add", DOCUMENT)
        run(tmp_path, "commit", "-qm", who, at=OLD + timedelta(days=365 * years), who=who)
    Path(DOCUMENT).write_text(f"above all\n{post.text}", "utf-8")
    places = collect([post], Settings().extract).places
    found = blamed([Row(place, verdict_of("ok")) for place in places], NOW)
    spans = {(each.document, each.span.line, each.raw) for each in map(_occurrence, places)}
    assert found.keys() == spans
    for (_, line, _), told in found.items():
        years = next(number for number, end in enumerate(ends) if line <= end)
        assert told == Line(OLD + timedelta(days=365 * years), people[years])
    assert {told.author for told in found.values()} == set(people)


def _occurrence(place: Place) -> Occurrence:
    return place.occurrence
