"""Lines for a terminal: styles become codes, URLs hyperlinks where that is safe, nothing else."""

import pytest

from crawler.ink import LINK, Paper, inked

COLOR, LINKS = Paper(color=True), Paper(color=True, links=True)


def test_styles_are_words_and_every_line_ends_its_own() -> None:
    line = (("a", "bold red"), ("b", ""), ("c\n\nd", "dim"))
    assert list(inked([line, ()], Paper())) == ["abc\n\nd\n", "\n"]
    assert list(inked([line], COLOR)) == ["\x1b[1;31ma\x1b[0mb\x1b[2mc\x1b[0m\n\n\x1b[2md\x1b[0m\n"]


def test_a_link_shows_what_it_leads_to() -> None:
    line = (("  https://a.example/x", LINK), (" ", ""), ("https://b.example/", f"green {LINK}"))
    assert list(inked([line], COLOR)) == [
        "  https://a.example/x \x1b[32mhttps://b.example/\x1b[0m\n"
    ]
    (linked,) = inked([line], LINKS)
    assert linked == (
        "  \x1b]8;;https://a.example/x\x1b\\https://a.example/x\x1b]8;;\x1b\\ "
        "\x1b[32m\x1b]8;;https://b.example/\x1b\\https://b.example/\x1b]8;;\x1b\\\x1b[0m\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "file:///etc/passwd", "ssh://a.example/", "http://", "a.md:1:1",
        "https://a.example/…", "https://é.example/", "https://a.example/a b",
        "https://a.example/\x1b\\", "https://a.example/\x9c", f"https://a.example/{'x' * 2000}",
    ],
)  # fmt: skip
def test_what_is_no_whole_url_of_safe_characters_is_text(text: str) -> None:
    assert list(inked([((text, LINK),)], LINKS)) == [f"{text}\n"]
