"""Comments that speak to us: found in every syntax, and in no code or prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import documents
from crawler.directives import ANY, Directive, find
from crawler.model import Document
from crawler.settings import ExtractSettings

PIECES = st.lists(
    st.sampled_from(
        ["<!--", "-->", "crawl:", "crawl: ", "ignore", "#", "//", "%", "{/*", "*/}", "/*", "*/",
         "{#", "#}", "[//]: # (", ")", ".. ", " ", "\t", "> ", "x", "`", "```", "\n", "\r\n", "\r",
         "---", "\\", "    ", "é", '"']
    )
).map("".join)  # fmt: skip


def comments(text: str, format_: str = "markdown") -> list[Directive]:
    document = Document("name", format_, text)
    return documents.directives(document, documents.read(document, ExtractSettings()))


def words(text: str, format_: str = "markdown") -> list[tuple[int, str]]:
    return [(each.line, each.words) for each in comments(text, format_)]


@pytest.mark.parametrize(
    "text",
    [
        "<!-- crawl: x y -->",
        "<!--crawl:x y-->",
        "{/* crawl: x y */}",
        "{{/* crawl: x y */}}",
        "{{- /* crawl: x y */ -}}",
        "{# crawl: x y #}",
        "{% comment %} crawl: x y {% endcomment %}",
        "[//]: # (crawl: x y)",
        "[//]: <> (crawl: x y)",
        '[comment]: # "crawl: x y"',
        "> [//]: # (crawl: x y)",
    ],
)
def test_a_comment_of_markdown_is_found(text: str) -> None:
    (found,) = comments(text)

    assert (found.line, found.words, found.alone, found.closed) == (1, "x y", True, True)


@pytest.mark.parametrize(
    "text",
    [
        "# crawl: x y",
        "  ## crawl: x y",
        "// crawl: x y",
        "/// crawl: x y",
        "% crawl: x y",
        "%% crawl: x y",
        "; crawl: x y",
        "-- crawl: x y",
        ".. crawl: x y",
        "   .. crawl: x y",
        "/* crawl: x y */",
        "/** crawl: x y */",
        "<!-- crawl: x y -->",
    ],
)
def test_a_comment_of_other_languages_is_found(text: str) -> None:
    (found,) = find(text, ANY, lambda: ())

    assert (found.words, found.alone, found.closed) == ("x y", True, True)


@pytest.mark.parametrize(
    "text",
    [
        "crawl: x",
        "Write crawl: x in a comment.",
        "`<!-- crawl: x -->`",
        "``<!-- crawl: x -->``",
        "```html\n<!-- crawl: x -->\n```",
        "~~~\n<!-- crawl: x -->",
        "    <!-- crawl: x -->",
        "> ```\n> <!-- crawl: x -->\n> ```",
        "é `<!-- crawl: x -->`",
        "---\na: b\n---\né\n\n`<!-- crawl: x -->`",
        "\\<!-- crawl: x -->",
        "&lt;!-- crawl: x --&gt;",
        "# crawl: x",
        "// crawl: x",
        "<!-- see crawl: x -->",
        "<!-- Crawl: x -->",
        "<!--\ncrawl: x\n-->",
    ],
)
def test_code_and_prose_that_explain_it_are_none(text: str) -> None:
    assert comments(text) == []


@pytest.mark.parametrize(
    "text", ["a# crawl: x", "https:// crawl", "a-- crawl: x", "a .. crawl: x", r"\% crawl: x"]
)
def test_what_opens_within_a_word_or_behind_one_is_none(text: str) -> None:
    assert find(text, ANY, lambda: ()) == []


def test_front_matter_has_comments_of_its_own() -> None:
    text = "---\na: b # crawl: x\n---\n# crawl: y\n"

    assert words(text) == words(text, "html") == [(2, "x")]
    assert words("+++\na = 1 # crawl: x\n+++\n# crawl: y\n") == [(2, "x")]
    assert words("text\n---\n# crawl: y\n---\n") == []


def test_what_a_comment_concerns_is_the_next_line_that_says_something() -> None:
    text = (
        "<!-- crawl: a -->\n\n> \n<!-- crawl: b -->\nc <!-- crawl: c -->\r\n\rd\n<!-- crawl: e -->"
    )

    found = comments(text)

    assert [(each.line, each.alone, each.next_line) for each in found] == [
        (1, True, 5),
        (4, True, 5),
        (5, False, 7),
        (8, True, 0),
    ]


def test_two_comments_of_a_line_are_two() -> None:
    first, second = comments("<!-- crawl: a --> <!-- crawl: b -->")

    assert (first.words, first.column, first.alone) == ("a", 1, False)
    assert (second.words, second.column, second.alone) == ("b", 19, False)


def test_a_comment_that_goes_on_over_lines_is_told() -> None:
    (found,) = comments("<!-- crawl: a\nb -->")

    assert (found.words, found.closed) == ("a", False)


def test_a_bracket_belongs_to_what_is_said() -> None:
    assert words('[//]: # (crawl: a reason="b (c)")') == [(1, 'a reason="b (c)"')]


def test_where_code_stands_is_asked_only_where_somebody_speaks_to_us() -> None:
    def code() -> list[tuple[int, int]]:
        raise AssertionError

    assert find("# crawl is ours, # and so on", ANY, code) == []


@given(PIECES, st.sampled_from([each.name for each in documents.FORMATS if not each.binary]))
def test_comments_are_found_in_any_text_in_order(text: str, format_: str) -> None:
    found = comments(text, format_)

    assert [(each.line, each.column) for each in found] == sorted(
        (each.line, each.column) for each in found
    )
    assert all(each.next_line == 0 or each.next_line > each.line for each in found)


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ('.\\" crawl: x y', True),
        ("'\\\" crawl: x y", True),
        ("\\# crawl: x y", True),
        ('text \\" crawl: x y', False),
    ],
)
def test_a_comment_of_roff_stands_behind_anything(text: str, *, alone: bool) -> None:
    (found,) = comments(text, "man")

    assert (found.line, found.words, found.alone) == (1, "x y", alone)


def test_a_quote_in_a_string_of_json_begins_no_comment_of_roff() -> None:
    assert not comments('{"a": "\\" crawl: x y"}', "json")


@pytest.mark.parametrize("text", ["@c crawl: x y", "text @comment crawl: x y"])
def test_a_comment_of_texinfo_stands_behind_anything(text: str) -> None:
    (found,) = comments(text, "texinfo")

    assert found.words == "x y"


def test_an_at_sign_of_texinfo_before_a_letter_begins_no_comment() -> None:
    assert not comments("@@c crawl: x y", "texinfo")
