"""Bare URLs: where they begin and where they end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import bare
from crawler.templates import blanked

TOKENS = st.lists(
    st.sampled_from(
        [
            "https://",
            "HTTP://",
            "a.example",
            "co.uk",
            "/",
            "(",
            ")",
            "[",
            "]",
            "{{",
            "{:",
            "{% x %}",
            "<%=",
            "%>",
            "${",
            ">",
            "}",
            "&amp;",
            ";",
            ".",
            ",",
            "é",
            "。",
            " ",
            "\n",
            "*",
            "'",
            '"',
            "<",
            "x",
            "@",
            "www.",
            ":80",
        ]
    )
).map("".join)


def found(text: str, *, schemeless: bool = False) -> list[str]:
    return [text[start:end] for start, end, _ in bare.find_hrefs(text, schemeless=schemeless)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.example.", "https://a.example"),
        ("https://a.example/b?c=d!", "https://a.example/b?c=d"),
        ("https://a.example/b.html,", "https://a.example/b.html"),
        ("https://a.example/b;", "https://a.example/b"),
        ("https://a.example/b&quot;", "https://a.example/b"),
        ("https://a.example/?b&lt;&gt;.", "https://a.example/?b"),
        ("https://a.example/?b&c=d", "https://a.example/?b&c=d"),
        ("https://a.example/?b&;", "https://a.example/?b&"),
        ("https://a.example/...", "https://a.example/"),
        ("https://a.example/b_", "https://a.example/b"),
        ("https://a.example/#b.__c__", "https://a.example/#b.__c__"),
        ("**https://a.example/__b__.**", "https://a.example/__b__"),
        ("https://a.example/_b_", "https://a.example/_b_"),
        ("https://a.example/_b__", "https://a.example/_b"),
        ("https://a.example/b__c__", "https://a.example/b__c"),
        ("_https://a.example/__", "https://a.example/"),
        ("https://a.example/" + "_b_." * 9 + "_", "https://a.example/" + "_b_." * 8 + "_b_"),
        ("https://a.example/~b/*'|", "https://a.example/~b/"),
        ("https://a.example/b(c)", "https://a.example/b(c)"),
        ("https://a.example/b(c", "https://a.example/b(c"),
        ("https://a.example/b)c", "https://a.example/b"),
        ("https://a.example/b((c)", "https://a.example/b((c)"),
        ("https://a.example/b[c]]d", "https://a.example/b[c]"),
        ("https://a.example/{b}}", "https://a.example/{b}"),
        ("https://a.example/b([{", "https://a.example/b"),
        ("https://a.example/{%if%}", "https://a.example/{%if%}"),
        ("https://a.example/{% else %}b", "https://a.example/"),
        ("https://a.example/b{%- endif %}", "https://a.example/b"),
        ("https://a.example/b{{ page.id }}/c, d", "https://a.example/b{{ page.id }}/c"),
        ("https://a.example/{{ f(x) | g: '(' }}).", "https://a.example/{{ f(x) | g: '(' }}"),
        ("https://{{ host }}/b", "https://{{ host }}/b"),
        ("https://<your-host>/b. c", "https://<your-host>/b"),
        ("https://a.example/<br>b", "https://a.example/"),
        ("https://a.example/<%= id %>/b", "https://a.example/<%= id %>/b"),
        ("https://a.example/${ID}$b", "https://a.example/${ID}$b"),
        ("https://a.example/{id}/b", "https://a.example/{id}/b"),
        ("https://a.example/{{ b", "https://a.example/"),
        ("https://a.example/${ b", "https://a.example/"),
        ("https://a.example/{: .b}", "https://a.example/"),
        ("https://[::1]/b", "https://[::1]/b"),
        ("https://a.example:8080/#b", "https://a.example:8080/#b"),
        ("hTTpS://A.example", "hTTpS://A.example"),
        ("https://a.example/“b”", "https://a.example/"),
        ("https://a.example/^b", "https://a.example/"),
        ("https://a.example/b\\c", "https://a.example/b"),
        ("见https://a.example/é。", "https://a.example/é"),
        ("_https://a.example/", "https://a.example/"),
    ],
)
def test_a_url_ends_where_the_sentence_around_it_goes_on(text: str, url: str) -> None:
    assert found(text) == [url]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "https://.",
        "https://)",
        "http:/a.example",
        "xhttps://a.example",
        "ftp://a.b",
    ],
)
def test_what_is_no_url_is_not_found(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see example.org.", [(4, 15, "https://example.org")]),
        ("WWW.example.org/a_(b)!", [(0, 21, "https://WWW.example.org/a_(b)")]),
        ("example.org:8080/a", [(0, 18, "https://example.org:8080/a")]),
        ("tch.rs", [(0, 6, "https://tch.rs")]),
        ("co.uk", []),
        ("main.notatld", []),
        ("ann@example.org", []),
        ("example.org@host", []),
        ("a/example.org", []),
        ("1.2.3.4", []),
        ("file.example.org-x", []),
        (
            "b.org https://a.org/c.org d.org",
            [(0, 5, "https://b.org"), (6, 25, "https://a.org/c.org"), (26, 31, "https://d.org")],
        ),
        ("a.org/b-https://c.org", [(8, 21, "https://c.org")]),
        ("https://a.org/?u=c.org", [(0, 22, "https://a.org/?u=c.org")]),
    ],
)
def test_names_without_a_scheme_are_found_for_those_who_ask(
    text: str, expected: list[tuple[int, int, str]]
) -> None:
    assert bare.find_hrefs(text, schemeless=True) == expected


def test_names_without_a_scheme_are_not_found_unasked() -> None:
    assert found("see example.org and www.example.org/a") == []


@given(TOKENS)
def test_whatever_is_found_is_a_url_of_one_word(text: str) -> None:
    for url in found(text):
        assert url.lower().startswith(("http://", "https://"))
        assert len(url.partition("//")[2]) > 0
        assert not any(map(str.isspace, blanked(url)))
        assert url[-1] not in "?!.,:*_~'|([{"


@given(TOKENS)
def test_finding_within_what_was_found_finds_the_same(text: str) -> None:
    for url in found(text):
        assert found(url) == [url]


@given(TOKENS)
def test_places_are_in_order_and_apart(text: str) -> None:
    places = bare.find_hrefs(text, schemeless=True)

    for (_, end, _), (start, _, _) in pairwise(places):
        assert end <= start
