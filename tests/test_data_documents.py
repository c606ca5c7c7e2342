"""Data and notebooks: what case files cannot say, be it too long or about more than the links."""

import json
from collections.abc import Iterator

import pytest
import yaml
from fakes import Read, reading_of
from hypothesis import given
from hypothesis import strategies as st

from crawler import documents
from crawler.model import Document
from crawler.settings import ExtractSettings

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


def read(text: str, format_: str) -> Read:
    return reading_of(Document("name", format_, text), ExtractSettings())


@pytest.mark.parametrize(
    ("format_", "text", "remark"),
    [
        ("json", '{\n"a": http://a.example', "the JSON is malformed at line 2"),
        ("jsonl", '[]\n{"http://a.example\n', "1 line is malformed, the first of them line 2"),
        (
            "jsonl",
            '"http://a.example\n\n["http://b.example"\n',
            "2 lines are malformed, the first of them line 1",
        ),
        ("notebook", '{\n"cells": oops}', "the notebook is malformed at line 2"),
        ("toml", 'a = "http://a.example"\n\nb\n', "the TOML is malformed at line 3"),
        ("yaml", "a: http://a.example\nb: [\n", "the YAML is malformed at line 3"),
        ("yaml", "a: http://a.example\nb: \x07\n", "the YAML is malformed"),
        ("yaml", "[" * 500 + "http://a.example", "the YAML is too long or too deep"),
        ("yaml", "- a\n" * 300_000, "the YAML is too long or too deep"),
    ],
)
def test_what_is_malformed_is_remarked(format_: str, text: str, remark: str) -> None:
    (told,) = read(text, format_).remarks

    assert told.startswith(remark)
    assert "; read as plain text" in told


@pytest.mark.parametrize("format_", ["json", "jsonl", "notebook", "toml", "yaml"])
@pytest.mark.parametrize("unit", ["[", '{"a":', "[[", "a={", "- ", '"', "'", '"""', "\\", "/*"])
def test_depth_and_what_is_never_closed_hide_nothing(format_: str, unit: str) -> None:
    text = f"{unit * 100_000}\nhttps://a.example/\n"

    assert [each.href for each in read(text, format_).occurrences] == ["https://a.example/"]


def test_the_headings_of_a_notebook_are_its_anchors_as_jupyter_and_others_make_them() -> None:
    cells = [{"cell_type": "markdown", "source": ["# Read *Me* First\n"]}]
    document = Document("x", "notebook", json.dumps({"cells": cells}))
    reading = documents.read(document, ExtractSettings())

    assert not list(reading.occurrences)
    anchors = reading.anchors()
    assert anchors is not None
    assert {"Read-Me-First", "read-me-first"} <= anchors


URLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters='<>"`'))
VALUES = st.one_of(st.none(), st.integers(), st.text(), URLS.map("https://a.example/".__add__))
TREES = st.recursive(
    VALUES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def strings(tree: object) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case list():
            for each in tree:
                yield from strings(each)
        case dict():
            for each in tree.values():
                yield from strings(each)


def links(tree: object) -> list[str]:
    return [each for each in strings(tree) if each.startswith("https://a.example/")]


@given(TREES, st.booleans(), st.sampled_from([None, 1]))
def test_json_has_the_links_that_its_parser_sees(
    tree: object, escaped: bool, indent: int | None
) -> None:
    text = json.dumps(tree, ensure_ascii=escaped, indent=indent)

    assert [each.href for each in read(text, "json").occurrences] == links(tree)
    assert not read(text, "json").remarks


@given(TREES, st.booleans(), st.sampled_from([None, "'", '"', "|"]))
def test_yaml_has_the_links_that_its_parser_sees(
    tree: object, flow: bool, style: str | None
) -> None:
    text = yaml.safe_dump(
        tree, default_flow_style=flow, default_style=style, allow_unicode=True, sort_keys=False
    )

    found = [each.href for each in read(text, "yaml").occurrences]
    assert len(found) == len(links(tree))
    if style in ("'", '"'):
        assert found == links(tree)
