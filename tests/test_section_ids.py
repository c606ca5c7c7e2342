"""What renderers call the anchors of reStructuredText, AsciiDoc and Org."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import documents
from crawler.model import Document
from crawler.section_ids import docutils_id
from crawler.settings import ExtractSettings

SETTINGS = ExtractSettings(comments=True)
MARKUP = ("asciidoc", "org", "restructuredtext")


def anchors(format_: str, text: str) -> frozenset[str] | None:
    reading = documents.read(Document("x", format_, text), SETTINGS)
    list(reading.occurrences)
    return reading.anchors()


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("restructuredtext", "A Title: 2nd\n============\n", {"a-title-2nd"}),
        ("restructuredtext", "1. Füße & mehr\n==============\n", {"fusze-mehr"}),
        ("restructuredtext", ".. _My Label:\n\nText\n", {"my label", "my-label"}),
        ("restructuredtext", "An _`inline target` here.\n", {"inline-target"}),
        ("restructuredtext", ".. image:: x.png\n   :name: Fig One\n", {"fig-one"}),
        ("restructuredtext", "A\n=\n\nA\n=\n", {"a", "id1", "a-1"}),
        ("restructuredtext", ".. [Ann2020] Text\n", {"ann2020"}),
        ("asciidoc", "== A Title: 2nd\n", {"_a_title_2nd", "a-title-2nd", "A Title: 2nd"}),
        ("asciidoc", ":idprefix: x-\n:idseparator: .\n\n== A Title\n", {"x-a.title", "_a_title"}),
        ("asciidoc", "== A\n\n== A\n", {"_a", "_a_2"}),
        ("asciidoc", "[[one]]\n[#two.role]\n[id=three]\nanchor:four[] [[[five,5]]]\n",
         {"one", "two.role", "three", "four", "five"}),
        ("org", "* TODO A Title :tag:\n:PROPERTIES:\n:CUSTOM_ID: own\n:END:\n<<place>>\n",
         {"own", "place", "a-title", "*A Title", "*a title"}),
        ("org", "#+NAME: table\n| a |\n", {"table"}),
    ],
)  # fmt: skip
def test_a_document_has_the_anchors_that_its_renderers_give_it(
    format_: str, text: str, expected: set[str]
) -> None:
    found = anchors(format_, text)
    assert found is not None
    assert expected <= found
    assert "nowhere" not in found
    assert "" not in found


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("restructuredtext", ".. include:: x.rst\n"),
        ("restructuredtext", ".. automodule:: x\n"),
        ("restructuredtext", ".. raw:: html\n\n   <a id=x>\n"),
        ("asciidoc", "include::x.adoc[]\n"),
        ("org", "#+INCLUDE: x.org\n"),
    ],
)
def test_nobody_can_tell_the_anchors_of_a_document_that_includes_others(
    format_: str, text: str
) -> None:
    assert anchors(format_, text) is None


@pytest.mark.parametrize("format_", MARKUP)
def test_of_a_document_without_end_nothing_is_said(format_: str) -> None:
    title = {"asciidoc": "== A\n", "org": "* A\n", "restructuredtext": "A\n=\n\n"}[format_]
    assert anchors(format_, title) is not None
    assert anchors(format_, title * 20_001) is None


@given(st.text())
def test_an_id_of_docutils_is_one_already(name: str) -> None:
    assert docutils_id(docutils_id(name)) == docutils_id(name)


LENGTH = 1 << 16
HOSTILE = {
    "restructuredtext": (
        "``", "`a <", "`a <b>`_ ", "**a ", "|a ", "a_ ", "-a", "a@", "(https://a", "__ a\n",
        ".. _a: b_\n\n", "* ", "a::\n\n", "== ==\n", "+-+-+\n| | |\n", "..\n\n", "\\a", "日-",
    ),
    "asciidoc": (
        "https://a[", "<<a,", "`a ", "++a", "pass:[", "link:", "link:++", "image:a[", "{a}",
        ":a: {a}{a}b\n", "a@b.", "----\n", "a\n-\n", "a::a::", "https://a;", "== a\n",
    ),
    "org": (
        "[[a][", "[[a]]", "=a ", "=a= ", "<https:", "mailto:a@", "src_a{", "@@html:", "* a\n",
        ":PROPERTIES:\n", "#+begin_quote\n", "[[./a.png][./b.png]] ", "[[\\[",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("format_", "piece"), [(name, piece) for name, pieces in HOSTILE.items() for piece in pieces]
)
def test_a_hostile_document_takes_no_square_of_time(format_: str, piece: str) -> None:
    begun = time.process_time()
    anchors(format_, piece * (LENGTH // len(piece)))
    assert time.process_time() - begun < 20  # a square would take minutes
