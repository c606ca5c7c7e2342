"""Where a link is written, for people: one below the other, or together, and what is left out."""

from dataclasses import replace

from fakes import occurrence

from crawler.ink import PLAIN, inked
from crawler.model import Occurrence
from crawler.whereabouts import Room, whereabouts
from crawler.words import ENGLISH


def place(document: str, line: int, label: str = "") -> Occurrence:
    return replace(occurrence(text=label, document=document, line=line))


def told(*places: Occurrence, written: int = 0, width: int = 80, lines: int = 10) -> list[str]:
    room = Room("  ", width, lines)
    found = whereabouts(places, written or len(places), lambda each: each.text, room, ENGLISH)
    return "".join(inked(found, PLAIN)).splitlines()


def test_a_few_places_have_a_line_each_and_their_labels_one_column() -> None:
    assert told(place("a.md", 1, "one"), place("a.md", 100, "two"), place("docs/書.md", 7)) == [
        "  a.md:1:1        one",
        "  a.md:100:1      two",
        "  docs/書.md:7:1",
    ]
    assert told(place("a.md", 1, "one"), place(f"{'long/' * 9}b.md", 2, "two")) == [
        "  a.md:1:1                                  one",
        "  long/long/long/long/long/long/long/long/long/b.md:2:1  two",
    ]


def test_a_label_that_does_not_fit_has_lines_of_its_own() -> None:
    assert told(place("docs/a.md", 1, "a label of many words"), width=24) == [
        "  docs/a.md:1:1",
        "    a label of many",
        "    words",
    ]


def test_many_places_of_a_document_stand_together_with_their_labels() -> None:
    many = [place("a.md", line, f"label {line % 2}") for line in range(1, 9)]
    assert told(*many, place("b.md", 1), width=30) == [
        "  a.md:1:1, 2:1, 3:1, 4:1,",
        "    5:1, 6:1, 7:1, 8:1",
        "    label 1; label 0",
        "  b.md:1:1",
    ]
    assert told(*many, width=16)[-1] == "    label 1; la…"


def test_what_there_is_no_room_for_is_counted() -> None:
    alone = [place(f"{name}.md", 1) for name in "abcdef"]
    assert told(*alone, lines=2) == ["  a.md:1:1", "  b.md:1:1", "  and 4 more places"]
    assert told(*alone[:3], lines=2)[-1] == "  and one more place"
    assert told(*alone[:2], lines=2, written=9)[-1] == "  and 7 more places"
    pairs = [place("a.md", 1), place("a.md", 2), place("b.md", 1), place("b.md", 2)]
    assert told(*pairs, lines=3) == [
        "  a.md:1:1",
        "  a.md:2:1",
        "  b.md:1:1",
        "  and one more place",
    ]
    assert told() == []
