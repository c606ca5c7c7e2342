"""The document that the project began with: every link of it, counted by hand."""

from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from fakes import reading_of

from crawler.collect import collect
from crawler.model import Document, Kind, Occurrence
from crawler.settings import ExtractSettings

SEED = Path(__file__).parents[1] / "seeds" / "aprender-aprendizaje-automatico.md"


def occurrences(*, schemeless: bool = False) -> tuple[Occurrence, ...]:
    document = Document(SEED.name, "markdown", SEED.read_bytes().decode())
    return reading_of(document, ExtractSettings(schemeless=schemeless)).occurrences


def is_http(found: Occurrence) -> bool:
    return found.href.startswith(("http://", "https://"))


def test_it_links_to_forty_two_places_forty_of_them_distinct() -> None:
    found = [each.href for each in occurrences() if is_http(each)]

    assert len(found) == 42
    assert len(set(found)) == 40
    assert {href for href, times in Counter(found).items() if times == 2} == {
        "https://i.ibb.co/q1xYTvG/photo-1480843669328-3f7e37d196ae-ixlib-rb-1-2.jpg",
        "https://ouo.io/QSlgGQ",
    }


def test_collecting_it_gives_forty_links() -> None:
    document = Document(SEED.name, "markdown", SEED.read_bytes().decode())

    assert len(collect([document], ExtractSettings()).links) == 40


def test_each_kind_is_found_as_often_as_it_is_written() -> None:
    assert Counter(each.kind for each in occurrences()) == {
        Kind.FRONTMATTER: 3,
        Kind.INLINE: 36,
        Kind.BARE: 4,
    }


def test_its_own_address_is_the_only_relative_link() -> None:
    (relative,) = (each for each in occurrences() if not is_http(each))

    assert (relative.raw, relative.kind) == ("/aprendizaje-automatico/", Kind.FRONTMATTER)
    assert (relative.span.line, relative.span.column) == (10, 16)


def test_names_without_a_scheme_are_read_for_those_who_ask() -> None:
    plain = {each.raw for each in occurrences()}
    asked = {each.raw for each in occurrences(schemeless=True)}

    assert "tch.rs" not in plain
    assert "tch.rs" in asked
    assert plain < asked


@pytest.mark.parametrize(
    ("raw", "line", "column", "text"),
    [
        ("https://www.fast.ai/", 32, 73, "fast.ai"),
        ("https://mml-book.github.io/", 86, 40, ""),
        ("https://github.com/lettergram/sentence-classification", 112, 29, ""),
        ("https://news.ycombinator.com/item?id=21924298", 118, 35, "Hilo en Hacker News"),
        ("https://spinningup.openai.com/en/latest/", 85, 31, "*"),
    ],
)
def test_links_stand_where_an_editor_shows_them(
    raw: str, line: int, column: int, text: str
) -> None:
    (found,) = (each for each in occurrences() if each.raw == raw)
    written = SEED.read_bytes().decode().split("\n")[line - 1]

    assert written.index(raw) + 1 == column
    assert (found.span.line, found.span.column, found.text) == (line, column, text)


def test_no_attribute_list_became_part_of_a_link() -> None:
    assert not [each.raw for each in occurrences() if "{" in each.raw or "target" in each.raw]


def test_what_the_package_carries_is_the_same_document() -> None:
    carried = files("crawler").joinpath("data", "practice", SEED.name)

    assert carried.read_bytes() == SEED.read_bytes()


def test_a_comment_leaves_out_the_links_of_its_line_and_no_other() -> None:
    text = SEED.read_bytes().decode()
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.rstrip().endswith(")")]
    for number in ends:
        lines[number] = f"{lines[number]} <!-- crawl: ignore until=2027-01-31 -->"
        document = Document(SEED.name, "markdown", "\n".join(lines))
        collection = collect([document], ExtractSettings(), today=date(2026, 11, 23))
        lines = text.split("\n")

        assert len(collection.places) == len(occurrences())
        ignored = {p.occurrence.span.line for p in collection.places if p.ignored is not None}
        assert ignored <= {number + 1}
        (told,) = collection.ignores
        assert (told.line, told.state) == (number + 1, "active" if ignored else "unused")
    assert len(ends) > 10
