"""Strangers' text: what is cleaned away, what stays, and what is repaired for people."""

import ftfy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import MAX_LENGTH, clean, is_clean, readable, wrapped

ANY = st.text(st.characters()) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Ll"]))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("plain", "plain"),
        (" a \t\r\n b\xa0\u3000c ", "a b c"),
        ("a\x00b\x1b[0mc\x7fd\x9be", "a b [0mc d e"),
        ("a\u202eb\u2066c\u200fd\u061ce", "a b c d e"),
        ("a\ud800b\udfff", "a b"),
        ("\ufeffa\ufffe\uffff", "a"),
        ("a\u2028b\u2029c", "a b c"),
        ("\x1b\x02", ""),
        (
            "👩\u200d💻 e\u0301 \u0915\u094d\u200d\u0937",
            "👩\u200d💻 e\u0301 \u0915\u094d\u200d\u0937",
        ),
    ],
)
def test_what_harms_becomes_a_space_and_the_rest_stays(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "limit", "cleaned"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("abcde\u0301fg", 6, "abcd…"),
        ("abc👩\u200d💻xyz", 5, "abc…"),
        ("abc👩\u200d💻xyz", 6, "abc👩…"),
        ("a" + "\u0301" * 20, 6, "a\u0301\u0301…"),
        (" " * 40 + "a", 6, "a"),
        (" " * 60 + "a", 6, ""),
    ],
)
def test_a_long_text_is_cut_between_what_belongs_together(
    text: str, limit: int, cleaned: str
) -> None:
    assert clean(text, limit) == cleaned


@given(ANY, st.integers(2, 400))
def test_cleaned_text_is_clean_short_and_stays_as_it_is(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert is_clean(once)
    assert len(once) <= limit
    assert clean(once, limit) == once
    assert once.strip() == once
    once.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=MAX_LENGTH))
def test_letters_figures_and_signs_are_never_touched(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["", "plain", "Ünï 👩\u200d💻", "a\u00adb\u200cc"])
def test_ordinary_text_is_clean(text: str) -> None:
    assert is_clean(text)


@pytest.mark.parametrize(
    "character",
    ["\n", "\x1b", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u061c", "\ud800"],
)
def test_text_with_a_control_is_not_clean(character: str) -> None:
    assert not is_clean(f"a{character}b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Cómo aprender", "Cómo aprender"),
        ("C√≥mo aprender", "Cómo aprender"),
        ("CÃ³mo aprender", "Cómo aprender"),
        ("日本語", "日本語"),
        ("“quoted” … ½", "“quoted” … ½"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_mojibake_is_repaired_and_good_text_is_not(text: str, shown: str) -> None:
    assert readable(text) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_misread_as_mac_roman_can_be_read_again(text: str) -> None:
    assert readable(text.encode().decode("mac_roman")) == text or text.isascii()


@given(ANY)
def test_making_readable_never_raises(text: str) -> None:
    assert isinstance(readable(text), str)


@given(ANY, st.sampled_from(["", "  ", "    "]))
def test_wrapped_lines_fit_and_lose_nothing(text: str, indent: str) -> None:
    words = clean(text).split()
    lines = wrapped(" ".join(words), indent).split("\n")
    assert "".join("".join(line.split()) for line in lines) == "".join(words)
    assert all(len(line) <= 81 or len(line.split()) == 1 for line in lines)


def test_a_long_word_is_not_broken_and_further_lines_have_their_indent() -> None:
    url = f"https://a.example/{'x-' * 50}"
    told = f"moved to {url} for good, as far as anybody knows"
    lines = wrapped(told, "  Where  ", " " * 9).split("\n")
    assert lines == [
        "  Where  moved to",
        f"         {url}",
        "         for good, as far as anybody knows",
    ]


def test_no_wrapped_line_is_a_command_of_a_ci() -> None:
    told = wrapped(f"::error::a {'x' * 70} ::stop-commands::b", "  ")
    assert told.split("\n") == ["  : :error::a", f"  {'x' * 70}", "  : :stop-commands::b"]


LATIN = [*"¡«»¿ÁÉÍÑÓÚÜàáçèéíñóúüÀÈÖäöß“”…→", *map(chr, range(0x20, 0x7F))]


@given(st.lists(st.sampled_from(LATIN), max_size=12).map("".join))
def test_what_is_not_given_to_the_library_it_would_leave_alone(text: str) -> None:
    given = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ftfy, "fix_text", lambda text, **_: given.append(text))
        readable(text)
    if not (given or text.isascii()):
        assert ftfy.fix_text(text, uncurl_quotes=False, normalization=None) == text


def test_ordinary_text_is_not_given_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftfy, "fix_text", None)
    told = "Roto: «el vídeo» está en https://a.example/ → “Más” …"
    assert readable(told) == told
