"""The catalogue: which links are resources, under which heading, and what they are called."""

from dataclasses import replace

import pytest
from fakes import NOON, look, occurrence, url, verdict_of

from crawler.catalogue import Chapter, chapters
from crawler.model import Health, Kind, LinkState, PageFacts, Place, Report, Row, Run
from crawler.urls import Rejected, Rejection, Target

A, B = "https://a.example/", "https://b.example/"
RUN = Run("run-1", NOON, NOON, complete=True)
MALFORMED = Rejected("http://[", Rejection.MALFORMED)
PAGE = PageFacts("text/html", "Title")


def linked(  # noqa: PLR0913 - a row has as many parts
    address: str = A,
    reason: str = "ok",
    *,
    section: str = "Books",
    document: str = "a.md",
    label: str = "label",
    facts: PageFacts = PAGE,
    kind: Kind = Kind.INLINE,
    fragment: str | None = None,
    health: Health | None = None,
) -> Row:  # fmt: skip
    where = replace(occurrence(address, text=label, document=document), section=section, kind=kind)
    seen = replace(look(reason, address=address), facts=facts)
    believed = LinkState(url(address), health, NOON, NOON) if health else None
    return Row(Place(where, Target(url(address), fragment)), seen.verdict, seen, believed)


def catalogue(*rows: Row) -> list[Chapter]:
    return list(chapters(Report(RUN, rows)))


def names(*rows: Row) -> list[str]:
    return [each.name for chapter in catalogue(*rows) for each in chapter.resources]


def test_resources_stand_under_their_headings_in_the_order_of_the_document() -> None:
    found = catalogue(
        linked(A, section=""), linked(A), linked(B), linked(B, section="C√≥mo"),
        linked(B, document="b.md"),
    )  # fmt: skip
    assert [(each.document, each.section, len(each.resources)) for each in found] == [
        ("a.md", "", 1), ("a.md", "Books", 2), ("a.md", "Cómo", 1), ("b.md", "Books", 1),
    ]  # fmt: skip


def test_one_resource_stands_once_in_a_section_and_each_of_its_parts_too() -> None:
    [chapter] = catalogue(linked(A), linked(A, label="again"), linked(A, fragment="part"))
    assert [each.url for each in chapter.resources] == [A, f"{A}#part"]


@pytest.mark.parametrize(
    "row",
    [
        linked(kind=Kind.IMAGE),
        linked(facts=PageFacts("image/png", "photo.png")),
        linked(reason="private-address"),
        Row(Place(occurrence(), MALFORMED), verdict_of("malformed")),
        Row(Place(occurrence(), Target(url(A))), verdict_of("not-yet")),
        Row(Place(occurrence(), Target(url(A))), verdict_of("ok")),
    ],
    ids=["image", "image file", "unsafe", "no link", "not asked", "never looked at"],
)  # fmt: skip
def test_what_is_no_resource_is_left_out_and_so_is_an_empty_section(row: Row) -> None:
    assert catalogue(row) == []


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (linked(), "Title"),
        (linked(facts=PageFacts()), "label"),
        (linked(facts=PageFacts(), label="*"), A),
        (linked(facts=PageFacts(), label="12"), A),
        (linked(facts=PageFacts(), label="C√≥mo"), "Cómo"),
        (linked(reason="not-found"), "label"),
        (linked(reason="bot-wall"), "label"),
        (linked(reason="permanent"), "Title"),
    ],
)
def test_a_resource_is_called_by_its_title_only_if_it_answered_as_itself(
    row: Row, name: str
) -> None:
    assert names(row) == [name]


def test_what_is_told_of_a_resource_is_what_a_reader_wants_to_know() -> None:
    facts = PageFacts(
        "text/html", "T", site="S", author="N", language="es", published="2020-03-02T10:00:00Z"
    )
    rows = (
        linked(facts=facts, health=Health.HEALTHY),
        linked(B, facts=replace(facts, published=None, modified="2021-01-01")),
        linked("https://c.example/", "timeout", health=Health.SUSPECT),
        linked("https://d.example/", "not-found", health=Health.BROKEN),
    )
    [chapter] = catalogue(*rows)
    assert [(*each.remarks, each.trouble) for each in chapter.resources] == [
        ("S", "N", "es", "2020-03-02", ""),
        ("S", "N", "es", "2021-01-01", ""),
        ("not there at the last look",),
        ("broken",),
    ]
    assert [each.health for each in chapter.resources] == [
        "healthy",
        "unknown",
        "suspect",
        "broken",
    ]
