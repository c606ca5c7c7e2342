"""Case files: each input in `cases/documents` beside what its author would say it links to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyromark
import pytest
from fakes import Read, reading_of

from crawler import documents
from crawler.documents import FORMATS
from crawler.model import Document, Kind, Occurrence
from crawler.settings import ExtractSettings

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

CASES = Path(__file__).parent / "cases" / "documents"
# In these a URL that stands by itself is a link; in data it may be none.
PROSE = ("html", "latex", "markdown", "plaintext", "restructuredtext")
EXPECTED = ".expected.jsonl"
INPUTS = sorted(path for path in CASES.iterdir() if not path.name.endswith(EXPECTED))


def read(text: str, format_: str = "markdown") -> Read:
    return reading_of(Document("name", format_, text), ExtractSettings())


def settings_of(path: Path) -> ExtractSettings:
    """A name such as `x.comments.md` asks for a way of reading."""
    asked = path.name.split(".")[1:-1]
    return ExtractSettings(
        comments="comments" in asked, outputs="outputs" in asked, schemeless="schemeless" in asked
    )


def as_row(found: Occurrence) -> dict[str, int | str]:
    return {
        "line": found.span.line,
        "column": found.span.column,
        "end_line": found.span.end_line,
        "end_column": found.span.end_column,
        "raw": found.raw,
        "href": found.href,
        "kind": found.kind.value,
        "text": found.text,
        "section": found.section,
    }


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_a_document_is_read_as_its_case_says(path: Path) -> None:
    rows = Path(f"{path}{EXPECTED}").read_text(encoding="utf-8").split("\n")
    format_ = documents.format_of(path.name)
    assert format_ is not None
    data = path.read_bytes()
    if format_.binary:
        document = Document(path.name, format_.name, "", data=data)
    else:
        document = Document(path.name, format_.name, data.decode())

    reading = reading_of(document, settings_of(path))

    assert [as_row(each) for each in reading.occurrences] == [
        json.loads(row) for row in rows if row
    ]
    assert {each.document for each in reading.occurrences} <= {path.name}
    assert bool(reading.remarks) == ("malformed" in path.name)


def test_every_expectation_has_its_input() -> None:
    expected = {path.name.removesuffix(EXPECTED) for path in CASES.glob(f"*{EXPECTED}")}

    assert expected == {path.name for path in INPUTS}


@pytest.mark.parametrize("format_", FORMATS, ids=lambda each: each.name)
def test_every_format_has_cases(format_: documents.Format) -> None:
    assert [path for path in INPUTS if documents.format_of(path.name) is format_]


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("README.md", "markdown"),
        ("docs/A.MARKDOWN", "markdown"),
        ("a.mkd", "markdown"),
        ("page.html", "html"),
        ("page.HTM", "html"),
        ("notes.txt", "plaintext"),
        ("https://a.example/x.xhtml", "html"),
        ("archive.md.gz", None),
        ("Makefile", "source"),
        ("LICENSE", None),
        ("", None),
    ],
)
def test_the_ending_of_a_name_speaks_for_a_format(name: str, format_: str | None) -> None:
    found = documents.format_of(name)

    assert (found.name if found else None) == format_


def test_a_page_declares_the_base_of_its_links() -> None:
    page = '<base target="x"><base href=" /docs/ "><base href="/later/"><a href="a">a</a>'

    assert read(page, "html").base == "/docs/"


def test_a_base_inside_markdown_is_none_of_ours() -> None:
    assert read('<base href="/docs/">\n').base is None


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_malformed_front_matter_is_remarked_with_its_line(format_: str) -> None:
    reading = read("---\ntitle: ok\nother: [\n---\n", format_)

    assert reading.remarks == ("the front matter is malformed at line 4; read as plain text",)


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_labels_and_sections_are_cleaned_of_controls_and_cut(format_: str) -> None:
    reading = read(
        f'<h1>{"s" * 400}\x1b</h1>\n\n<p><a href="/a">\x1b[31m {"x" * 400}</a></p>\n', format_
    )
    found = reading.occurrences[0]

    assert found.text.startswith("[31m xxx")
    assert len(found.text) == 300
    if format_ == "html":
        assert len(found.section) == 300


def test_a_label_inside_many_labels_is_cut_for_those_around_it() -> None:
    reading = read(f"![{'![' * 2}{'x' * 5000}](/1)](/2) end](/3)\n")

    assert [(each.kind, each.href) for each in reading.occurrences] == [
        (Kind.IMAGE, "/1"),
        (Kind.IMAGE, "/2"),
        (Kind.IMAGE, "/3"),
    ]
    assert {each.text[:250] for each in reading.occurrences} == {"x" * 250}


@pytest.mark.parametrize(
    "text",
    [
        "&#" + "9" * 5000 + ";",
        '<a href="&#' + "9" * 5000 + ';">x</a>',
        '---\na: "\\UFFFFFFFF"\n---\n',
        "---\n%YAML " + "1" * 5000 + ".1\n---\n",
        "+++\na = " + "1" * 5000 + "\n+++\n",
        "+++\na = " + "[" * 5000 + "\n+++\n",
        "---\na: \x07\n---\n",
        "\ud800 [a](\udfff)",
        "\0",
    ],
    ids=range(9),
)
@pytest.mark.parametrize("format_", PROSE)
def test_what_made_a_parser_raise_once_is_read(text: str, format_: str) -> None:
    assert (
        read(f"{text}\nhttps://a.example/\n", format_).occurrences[-1].href == "https://a.example/"
    )


@pytest.mark.parametrize(
    ("start", "end", "early"),
    [
        ("", "", True),
        ("", "[c]: /c\n\n[d](/d)\n", True),
        ("[b]: /b\n\n", "", False),  # how it is used may yet be found
    ],
)
def test_markdown_hands_a_link_over_before_it_has_read_on(
    monkeypatch: pytest.MonkeyPatch, start: str, end: str, *, early: bool
) -> None:
    events_with_range = pyromark.events_with_range

    def until_the_end_of_a_paragraph(*args: Any, **how: Any) -> Iterator[Any]:  # noqa: ANN401
        for event in events_with_range(*args, **how):
            yield event
            if event[0] == {"End": "Paragraph"}:
                raise EOFError

    monkeypatch.setattr(pyromark, "events_with_range", until_the_end_of_a_paragraph)
    text = f"{start}[a](/a) and more\n\n{end}"
    reading = documents.read(Document("a.md", "markdown", text), ExtractSettings())
    found = iter(reading.occurrences)
    if early:
        assert next(found).href == "/a"
    with pytest.raises(EOFError):
        next(found)


@pytest.mark.parametrize(
    ("text", "anchors"),
    [
        ('<h1 id="a">A</h1><a name=b></a>', {"a", "b"}),
        ('<?xml version="1.0"?><p id="a&amp;b"/>', {"a&b"}),
        ("<p id=a>{% include 'b' %}", None),
        ("<p id=a><?php b() ?>", None),
        ("<p id=a><!--#include virtual='b' -->", None),
        ("---\na: b\n---\n<p id=a>", None),
        ("<p id=a><script>render()</script>", None),
    ],
)
def test_a_page_knows_its_anchors_if_it_stands_whole_in_its_file(
    text: str, anchors: set[str] | None
) -> None:
    reading = documents.read(Document("a.html", "html", text), ExtractSettings())
    list(reading.occurrences)

    assert reading.anchors() == anchors
