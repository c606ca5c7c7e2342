"""How a URL is written in each format, at each kind of place."""

import pytest
from test_amending import NEW, changed

from crawler.settings import ExtractSettings


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("[a](/x)", "/a(b", "[a](/a\\(b)"),
        ("[a](/x)", "/a_(b)", "[a](/a_(b))"),
        ("[a](</x>)", "/a>b", "[a](</a%3Eb>)"),
        ("[a](/x)", "/a b", "[a](/a%20b)"),
        ("[a](</x y>)", "/a b", "[a](</a b>)"),
        ("[a](/x)", "/?a=1&copy=2", "[a](/?a=1&copy=2)"),
        ("[a](/x)", "/?a=1&copy;2", "[a](/?a=1&amp;copy;2)"),
        ("[a](/?x&amp;y)", "/?a&b", "[a](/?a&amp;b)"),
        ('<a href="/?x&amp;y">', "/?a&b", '<a href="/?a&amp;b">'),
        ('<a href="/?x&y">', "/?a&b", '<a href="/?a&b">'),
        ("<a href=/x>", "/a'b", '<a href="/a\'b">'),
        ("<a href='/x'>", "/a'b", "<a href='/a&#39;b'>"),
        (
            "[é](https://bücher.example/)",
            "https://xn--bcher-kva.example/%C3%BC",
            "[é](https://bücher.example/%C3%BC)",
        ),
        (
            "[é](https://a.example/é)",
            "https://xn--bcher-kva.example/%C3%BC",
            "[é](https://xn--bcher-kva.example/ü)",
        ),
        ("see https://a.example/.", f"{NEW}/_b_", f"see {NEW}/_b%5F."),
        ("| a |\n|---|\n| [a](/x) |", "/a|b", "| a |\n|---|\n| [a](/a\\|b) |"),
        (
            "---\nurl: {a: https://a.example}\n---\n",
            f"{NEW}/a,b",
            f"---\nurl: {{a: '{NEW}/a,b'}}\n---\n",
        ),
        ("---\nurl: 'https://a.example'\n---\n", f"{NEW}/'a", f"---\nurl: '{NEW}/''a'\n---\n"),
        (
            "[é](https://bücher.example/é)",
            "https://xn--bcher-kva.example/%C3%BC%20%FF",
            "[é](https://bücher.example/ü%20%FF)",
        ),
        (
            "[é](https://a.example/)",
            "https://xn--bcher-kva.example/%C3%BC",
            "[é](https://xn--bcher-kva.example/%C3%BC)",
        ),
        (
            "[é](https://a.example/)",
            "https://bücher.example/ü",
            "[é](https://xn--bcher-kva.example/%C3%BC)",
        ),
    ],
)
def test_markdown_and_html_are_written_as_their_author_would(
    before: str, after: str, text: str
) -> None:
    assert changed(before, after).text == text


@pytest.mark.parametrize(
    ("format_", "before", "after", "text"),
    [
        ("asciidoc", "link:/x[a]", "/a__b", "link:++/a__b++[a]"),
        ("asciidoc", "https://a.example[a]", f"{NEW}/a__b", f"{NEW}/a%5F%5Fb[a]"),
        ("asciidoc", "https://a.example[a]", f"{NEW}/a--b", f"{NEW}/a-%2Db[a]"),
        ("asciidoc", "https://a--b.example[a]", f"{NEW}/a--b", f"{NEW}/a--b[a]"),
        (
            "bibtex",
            "@misc{k, url = {https://a.example}}",
            f"{NEW}/a_b%20#c",
            f"@misc{{k, url = {{{NEW}/a_b%20#c}}}}",
        ),
        ("css", "a { b: url(/x) }", "/a(b)", "a { b: url(/a\\(b\\)) }"),
        ("csv", "a;b\nhttps://a.example/x;y", f"{NEW}/a;b", f'a;b\n"{NEW}/a;b";y'),
        ("csv", "a,b\nsee https://a.example/x,y", f"{NEW}/a;b", f"a,b\nsee {NEW}/a;b,y"),
        (
            "feed",
            "<rss><link>https://a.example</link></rss>",
            f"{NEW}/?a&b",
            f"<rss><link>{NEW}/?a&amp;b</link></rss>",
        ),
        (
            "json",
            '{"a": "https:\\/\\/a.example"}',
            f"{NEW}/a\\b'c",
            f'{{"a": "{NEW}/a\\\\b\'c"}}'.replace("/", "\\/"),
        ),
        (
            "latex",
            "\\href{https://a.example}{x}",
            f"{NEW}/a_b%20#c",
            f"\\href{{{NEW}/a_b\\%20\\#c}}{{x}}",
        ),
        ("latex", "\\url{https://a.example/%20}", f"{NEW}/a_b%21#c", f"\\url{{{NEW}/a_b%21#c}}"),
        ("latex", "see https://a.example", f"{NEW}/a_b%20", f"see {NEW}/a\\_b\\%20"),
        ("man", ".UR https://a\\-b.example\nx\n.UE", f"{NEW}/a-b", f".UR {NEW}/a\\-b\nx\n.UE"),
        ("org", "[[https://a.example][x]]", f"{NEW}/a[b]", f"[[{NEW}/a\\[b\\]][x]]"),
        (
            "texinfo",
            "@uref{https://a.example, x}",
            f"{NEW}/@a,b",
            f"@uref{{{NEW}/@@a@comma{{}}b, x}}",
        ),
        ("toml", 'a = "https://a.example"', f"{NEW}/a\\b", f'a = "{NEW}/a\\\\b"'),
        ("xml", "<a>https://a.example</a>", f"{NEW}/?a&b", f"<a>{NEW}/?a&amp;b</a>"),
        (
            "xml",
            "<a><![CDATA[https://a.example]]></a>",
            f"{NEW}/?a&b",
            f"<a><![CDATA[{NEW}/?a&b]]></a>",
        ),
        ("yaml", "a: [https://a.example, b]", f"{NEW}/a,b", f"a: ['{NEW}/a,b', b]"),
        ("yaml", "a: {b: https://a.example}", f"{NEW}/?a=b", f"a: {{b: '{NEW}/?a=b'}}"),
        ("yaml", "a: https://a.example", f"{NEW}/?a=b", f"a: {NEW}/?a=b"),
    ],
)
def test_each_format_has_its_escapes(format_: str, before: str, after: str, text: str) -> None:
    assert changed(before, after, format_=format_).text == text


def test_a_host_that_is_written_without_its_scheme_stays_so() -> None:
    settings = ExtractSettings(schemeless=True)

    assert changed("see a.com/x", "https://b.org/y", settings=settings).text == "see b.org/y"
    assert changed("see a.com/x", "http://b.org/y", settings=settings).text == "see http://b.org/y"


def test_no_comment_of_xml_is_given_two_dashes() -> None:
    settings = ExtractSettings(comments=True)
    before = "<!-- https://a.example -->"

    result = changed(before, f"{NEW}/a--b", format_="xml", settings=settings)

    assert result.text == f"<!-- {NEW}/a-%2Db -->"
