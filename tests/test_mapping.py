"""What the operator says of addresses: rules that replace one by another, or by a file."""

import pytest

from crawler.mapping import remap_of


@pytest.mark.parametrize(
    ("rule", "url", "expected"),
    [
        ("https://a.example/ https://b.example/", "https://a.example/x", "https://b.example/x"),
        ("https://a.example/ https://b.example/", "https://c.example/x", None),
        ("^https://a https://b", "https://c.example/https://a", None),
        ("a.example b.example", "https://a.example/x", "b.example/x"),  # a path: `http` begins URLs
        (r"/v(\d+)/ /v\1.0/", "https://a.example/v2/x", "/v2.0/x"),
        ("b.example https://c.example", "https://a.example/?b.example", "https://a.example/?https://c.example"),
        (r"^https?://(\w+)\.a\.example https://b.example/$1", "http://x.a.example/y",
         "https://b.example/x/y"),
        (r"^https://(?P<who>\w+)\.example/ https://b.example/${who}/", "https://a.example/y",
         "https://b.example/a/y"),
        ("  https://a.example/ \t ./docs/ ", "https://a.example/x.md", "./docs/x.md"),
    ],
)  # fmt: skip
def test_what_matches_is_replaced(rule: str, url: str, expected: str | None) -> None:
    assert remap_of(rule).applied(url) == expected


@pytest.mark.parametrize(
    ("rule", "directory"),
    [
        ("x https://b.example/", None),
        ("x HTTP://b.example/", None),
        ("x ./docs/", "./docs/"),
        ("x docs", "docs"),
        ("x /srv/docs/", "/srv/docs/"),
        (r"(x) ./docs/\1/y", "./docs/"),
        ("(x) ./docs/en-$1", "./docs/"),
        ("(x) $1/y", ""),
    ],
)
def test_a_rule_for_files_says_in_which_directory(rule: str, directory: str | None) -> None:
    assert remap_of(rule).directory == directory


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "must be a pattern"),
        ("https://a.example/", "must be a pattern"),
        ("a b c", "must be a pattern"),
        ("( x", "no regular expression"),
        ("x $1", "no group of it"),
        (r"x \g<y>", "no group of it"),
        (r"x .\docs", "no regular expression"),
    ],
)
def test_what_is_no_rule_is_told_in_words(rule: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        remap_of(rule)
