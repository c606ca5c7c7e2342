"""What renderers call the anchors of a document: cases of each, and what holds for any text."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import slugs
from crawler.documents.markdown import read
from crawler.model import Document
from crawler.settings import ExtractSettings
from crawler.slugs import Heading, anchors_of_headings, anchors_of_markdown, names_footnote

LINES = (Path(__file__).parent / "cases" / "slugs.tsv").read_text("utf-8").splitlines()
CASES = [line.split("\t") for line in LINES if not line.startswith("#")]


def anchors(text: str) -> frozenset[str] | None:
    reading = read(Document("a.md", "markdown", text), ExtractSettings())
    assert reading.base is None
    list(reading.occurrences)
    return reading.anchors()


@pytest.mark.parametrize(("rule", "text", "anchor"), CASES)
def test_a_document_has_the_anchors_that_its_renderer_gives_it(
    rule: str, text: str, anchor: str
) -> None:
    assert rule in ("github", "gitlab", "explicit", "python-markdown") or "kramdown" in rule
    found = anchors(text.replace("⏎", "\n"))
    assert found is not None
    assert anchor in found


def test_there_are_cases_enough() -> None:
    assert len(CASES) == len({tuple(case) for case in CASES}) > 90


@pytest.mark.parametrize(
    ("rule", "titles", "expected"),
    [
        (slugs.github, ["a", "a", "a-1"], ["a", "a-1", "a-1-1"]),
        (slugs.github, ["a-1", "a", "a"], ["a-1", "a", "a-2"]),
        (slugs.github, ["", ""], ["", "-1"]),
        (slugs.gitlab, ["7", "7", "a  -  b"], ["anchor-7", "anchor-7-1", "a-b"]),
        (slugs.kramdown_of_text, ["1", "2", "A!"], ["section", "section-1", "a"]),
        (slugs.kramdown_transliterated, ["Ñu", "nu"], ["nu", "nu-1"]),
        (slugs.python_markdown, ["a b", "a--b"], ["a-b", "a-b_1"]),
    ],
)
def test_each_rule_names_headings_in_their_order(
    rule: slugs.Rule, titles: list[str], expected: list[str]
) -> None:
    assert list(rule([Heading(title, title) for title in titles])) == expected


@pytest.mark.parametrize("text", ["Hello", "hello-world-1", "a-1", "hello"])
def test_what_no_renderer_makes_is_no_anchor(text: str) -> None:
    found = anchors("# Hello World\n\n```\n# hello\n```\n\n[x](#a-1)\n")
    assert found is not None
    assert text not in found


@pytest.mark.parametrize(
    "text",
    [
        "{% include head.md %}",
        "# One\n\n::: package.module\n    options: {}\n",
        "{{< readfile x.md >}}",
        "--8<-- 'x.md'",
        "```{include} x.md\n```",
        "import X from './x.mdx'",
        "{!x.md!}",
    ],
)
def test_nobody_can_tell_the_anchors_of_a_document_that_includes_others(text: str) -> None:
    assert anchors(f"# Title\n\n{text}\n") is None
    assert anchors("# Title\n\n{{ site.title }} is important\n") is not None
    assert anchors("# Title\n\n```js\nimport x from 'y';\n```\n") is not None


@pytest.mark.parametrize("name", ["fn1", "fn:note", "fnref:1", "fnref-2-3", "user-content-fn-1"])
def test_footnotes_have_names_of_their_own(name: str) -> None:
    assert names_footnote(name)
    assert not names_footnote(name.replace("fn", "function"))


HEADINGS = st.builds(Heading, st.text(), st.text(), st.text(), st.none() | st.text())


@given(st.lists(HEADINGS), st.text())
def test_any_headings_have_anchors(headings: list[Heading], text: str) -> None:
    found = anchors_of_headings(headings)
    assert found >= {each.id for each in headings if each.id}
    assert bool(found) == bool(headings)
    anchors_of_markdown(text, headings)


@given(st.lists(st.sampled_from(["a", "a-1", "a-2", "A", "b"]), max_size=12))
def test_no_two_headings_share_an_anchor_on_github(titles: list[str]) -> None:
    found = list(slugs.github([Heading(title, title) for title in titles]))
    assert len(set(found)) == len(titles)


LENGTH = 1 << 17
HOSTILE = (
    "<h1>", "<h1><h2>", "<h1>x</h1>", " id=", " id='", ' id="x" name={', "{#", "{: #a}", "{:" + "x",
    "import x ", "# \n", " " * 9, "(core) ", "* ", "-",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_document_takes_no_square_of_time(piece: str) -> None:
    text = piece * (LENGTH // len(piece))
    begun = time.process_time()
    anchors_of_markdown(text, [Heading(text, text, text)])
    assert time.process_time() - begun < 20  # a square would take hours


@pytest.mark.parametrize("text", ["::: tip\nWords.\n:::\n", ":::note\nx", "::: {.x}\nx\n:::\n"])
def test_a_block_that_ends_holds_nothing_that_is_not_there(text: str) -> None:
    assert anchors_of_markdown(text, ()) == frozenset()
