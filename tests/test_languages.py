"""How a sentence of ours is found among templates, and what each language must hold to."""

import string
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strict import OTHERS

from crawler.languages import KINDS, Translation, entries, language, languages, parted, sections
from crawler.text import is_clean
from crawler.words import ENGLISH, wanted


class Entry(NamedTuple):
    tag: str
    english: str
    other: str


ENTRIES = [Entry(tag, *pair) for tag in OTHERS for pair in entries(tag).items()]
TEMPLATES = [each for each in ENTRIES if parted(each.english)[1]]
TRANSLATED = ("words", "perhaps", "list")
# What a value of each kind may be, without what stands between the holes of any template.
VALUES: Mapping[str, st.SearchStrategy[str]] = {
    "text": st.text(string.ascii_letters + "ñß你🙂", min_size=1, max_size=20),
    "name": st.text(string.ascii_letters, min_size=1).map(lambda name: f"https://{name}.example/"),
    "number": st.integers(2, 10**9).map(str),
    "day": st.dates().map(str),
    "words": st.sampled_from(["one look", "Broken"]),
    "perhaps": st.sampled_from(["one look", "a stranger's"]),
    "list": st.sampled_from(["3 broken, 2 skipped (1 offline, 1 scheme)", "Broken"]),
}
SAID = {
    each: each
    for each in ("one look", "Broken", "{n:number} broken", "{n:number} skipped ({codes})")
}
EXAMPLES = {
    "text": "Ünlike",
    "name": "https://a.example/",
    "number": "17",
    "day": "2026-11-22",
    "list": "3 broken",
}


def put(template: str, holes: Sequence[tuple[str, str]], values: Sequence[str]) -> str:
    """Put the values of holes into a template, by their names."""
    given = {name: value for (name, _), value in zip(holes, values, strict=True)}
    fixed, asked = parted(template)
    return fixed[0] + "".join(
        given[name] + text for (name, _), text in zip(asked, fixed[1:], strict=True)
    )


def words(**told: str) -> Translation:
    return Translation("xx", {key.replace("_", " "): other for key, other in told.items()})


def test_a_sentence_without_holes_is_looked_up() -> None:
    assert words(Broken="Roto")("Broken") == "Roto"


def test_what_nobody_has_translated_stays() -> None:
    assert words(Broken="Roto")("broken") == "broken"


def test_values_keep_their_places_by_name() -> None:
    told = Translation("xx", {"{one} before {other}": "{other} tras {one}"})
    assert told("a before b") == "b tras a"


@pytest.mark.parametrize(
    ("kind", "fits", "does_not"),
    [
        ("text", "any thing", ""),
        ("name", "a.example", "any thing"),
        ("number", "12", "twelve"),
        ("number", "12", "١٢"),
        ("day", "2026-11-22", "yesterday"),
        ("day", "Broken", "2026-11"),
        ("words", "Broken", "a stranger's"),
        ("list", "Broken, Broken", "Broken, a stranger's"),
    ],
)
def test_a_value_is_held_to_the_kind_of_its_hole(kind: str, fits: str, does_not: str) -> None:
    told = Translation("xx", {f"It is {{value:{kind}}}.": "{value}!", "Broken": "Broken"})
    assert told(f"It is {fits}.") == f"{fits}!"
    assert told(f"It is {does_not}.") == f"It is {does_not}."


def test_every_kind_is_tried_above() -> None:
    marks = test_a_value_is_held_to_the_kind_of_its_hole.pytestmark  # type: ignore[attr-defined]
    assert (
        {case[0] for case in marks[0].args[1]} == {*KINDS} - {"perhaps"} == {*VALUES} - {"perhaps"}
    )


def test_words_of_ours_in_a_hole_are_translated_and_others_are_not() -> None:
    told = Translation(
        "xx",
        {
            "{what:words}: {title}": "{what}: {title}",
            "Broken": "Roto",
            "perhaps {a:perhaps}": "¿{a}?",
        },
    )
    assert told("Broken: Broken") == "Roto: Broken"
    assert told("perhaps Broken") == "¿Roto?"
    assert told("perhaps Brokem") == "¿Brokem?"


def test_commas_within_brackets_part_nothing() -> None:
    told = Translation(
        "xx", {"All: {all:list}.": "{all}", "{n:number} a": "{n} b", "1 c (x, y)": "d"}
    )
    assert told("All: 2 a, 1 c (x, y), 3 a.") == "2 b, d, 3 b"
    assert told("All: 2 a, 1 c (x.") == "All: 2 a, 1 c (x."


def test_the_template_with_the_longest_fixed_text_counts() -> None:
    told = Translation("xx", {"It is {a}.": "short", "It is {a}, {b}.": "long", "Is {a}": "other"})
    assert told("It is x, y.") == "long"
    assert told("It is x.") == "short"


def test_the_shortest_value_from_the_left_counts_or_else_from_the_right() -> None:
    told = Translation("xx", {"“{title}” at {url:name}": "{url}: {title}"})
    assert told("“a” at b” at https://c.example/") == "https://c.example/: a” at b"
    told = Translation("xx", {"{a} or {b}": "{b}|{a}"})
    assert told("x or y or z") == "y or z|x"


def test_a_hole_is_never_empty() -> None:
    assert words(**{"It is {a}{b:number}": "", "x": ""})("It is ") == "It is "


def test_sentences_in_sentences_come_to_an_end() -> None:
    told = Translation("xx", {"({a:words})": "[{a}]", "x": "y"})
    assert told("((((x))))") == "[[[[y]]]]"
    deep = "(" * 50 + "x" + ")" * 50
    assert told(deep) == deep


HOSTILE = st.lists(
    st.sampled_from([*"”“(); .,:#{}[]\"'", " at ", " is ", "one look", "Broken", "HTTP 404"]),
    min_size=1,
).map("".join)


@given(HOSTILE)
def test_what_strangers_write_stays_as_it_is(title: str) -> None:
    for tag in OTHERS:
        known = language(tag)
        assert known(f"It says: {title}").endswith(f": {title}")
        assert title in known(f"Not read: {title} is not a regular file.")
        known(title)  # never raises


@given(st.sampled_from(TEMPLATES), st.data())
def test_what_is_put_into_holes_comes_out_of_them(each: Entry, data: st.DataObject) -> None:
    _, holes = parted(each.english)
    values = [data.draw(VALUES[kind]) for _, kind in holes]
    alone = Translation(each.tag, {each.english: each.other, **SAID})
    assert alone(put(each.english, holes, values)) == put(each.other, holes, values)


@pytest.mark.parametrize("tag", OTHERS)
def test_no_template_stands_in_the_way_of_another(tag: str) -> None:
    """What one means is not taken for what another means, whose place in the order is earlier."""
    known, examples = language(tag), {**EXAMPLES, **dict.fromkeys(("words", "perhaps"), "Broken")}
    taken = {}
    for each in TEMPLATES:
        _, holes = parted(each.english)
        values = [examples[kind] for _, kind in holes]
        meant = [
            known(value) if kind in TRANSLATED else value
            for (_, kind), value in zip(holes, values, strict=True)
        ]
        sentence = put(each.english, holes, values)
        if each.tag == tag and known(sentence) != put(each.other, holes, meant):
            taken[sentence] = known(sentence)
    assert taken == {}


def test_each_language_is_well_formed() -> None:
    """Sections and their entries are in order, and none is there twice."""
    for tag in OTHERS:
        told = sections(tag)
        assert list(told) == sorted(told)
        every = [english for section in told.values() for english in section]
        assert sorted(every) == sorted(set(every))
        for section in told.values():
            assert list(section) == sorted(section)


def test_both_sides_of_an_entry_have_the_same_holes() -> None:
    for each in ENTRIES:
        fixed, holes = parted(each.english)
        _, asked = parted(each.other)
        names = [name for name, _ in holes]
        assert sorted(names) == sorted(name for name, _ in asked), each
        assert len(names) == len(set(names)), each
        assert {kind for _, kind in holes} <= set(KINDS), each
        assert {kind for _, kind in asked} <= {"text"}, each  # what fits is said once
        assert all(fixed[1:-1]), each  # nobody can tell where a value ends and the next begins


def test_a_sentence_stays_one() -> None:
    """What is rendered around it relies on that: its full stop, and that no line ends in it."""
    for each in ENTRIES:
        if not each.english.endswith("}."):  # a sentence in it may have brought its own
            assert each.english.endswith(".") == each.other.endswith("."), each
        assert each.other == each.other.strip() != "", each
        assert is_clean(each.other), each


def test_english_is_what_it_is() -> None:
    assert language("en") is ENGLISH
    assert languages()[0] == "en"
    assert "es" in languages()


@pytest.mark.parametrize(
    ("environment", "tags"),
    [
        ({}, []),
        ({"LANG": ""}, []),
        ({"LANG": "C"}, []),
        ({"LANG": "POSIX"}, []),
        ({"LANG": "C.UTF-8", "LANGUAGE": "es"}, []),
        ({"LANG": "es_ES.UTF-8"}, ["es-es", "es"]),
        ({"LANG": "es_MX@euro"}, ["es-mx", "es"]),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "es"}, ["es"]),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "fr", "LC_MESSAGES": "es"}, ["fr"]),
        ({"LC_ALL": "", "LANG": "es"}, ["es"]),
        ({"LANGUAGE": "gl:es", "LANG": "en_GB"}, ["gl", "es"]),
        ({"LANGUAGE": "es"}, ["es"]),
        ({"LANGUAGE": ":", "LANG": "es"}, []),
    ],
)
def test_what_the_environment_asks_for(environment: dict[str, str], tags: list[str]) -> None:
    assert list(wanted(environment)) == tags
