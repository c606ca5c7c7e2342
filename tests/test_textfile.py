"""From bytes to text: what authors' programs have written in forty years."""

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.textfile import UTF_8, decode

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. <https://a.example/>\n" * 3
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n" * 3
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy.\n"
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def read(data: bytes) -> tuple[str, str, str]:
    decoded = decode(data)
    assert decoded is not None
    return decoded.text, decoded.encoding, decoded.remark


# What needs no remark


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", UTF_8),
        (codecs.BOM_UTF8, UTF_8),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("text", ["", "a", "día\n", RUSSIAN, JAPANESE, "🙂"])
def test_utf_8_and_what_a_mark_tells_are_read_without_a_word(
    mark: bytes, encoding: str, text: str
) -> None:
    assert read(mark + text.encode(encoding)) == (text, encoding, "")


def test_utf_8_goes_before_what_is_declared() -> None:
    text = '<meta charset="iso-8859-1">día'
    assert read(text.encode()) == (text, UTF_8, "")


# UTF-16 and UTF-32 without a mark


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize(
    "text", ["[a](https://a.example/)", RUSSIAN, JAPANESE * 9, "\r\n".join("día🙂") * 9]
)
def test_zero_bytes_tell_wide_encodings(encoding: str, text: str) -> None:
    found, name, remark = read(text.encode(encoding))
    assert (found, name) == (text, encoding)
    assert remark == f"was read as {encoding}, which its zero bytes tell"


def test_a_pair_of_surrogates_may_stand_where_we_stop_looking() -> None:
    text = "a" * 4095 + "🙂" + "b" * 10
    assert read(text.encode("utf-16-le"))[0] == text


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"PNG\0",
        b"PNG\0\1\2",
        b"\0" * 100,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0",
        b"\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0",
        b"text and then\0 a zero byte",
        bytes(range(256)) * 40,
        b"\x1f\x8b\x08\x08" + bytes(range(1, 32)) * 50 + b"\xff",
        "a\0b".encode("utf-16-le") * 50,
        b"a\0" * 99 + b"\1\xd8a\0" * 3,
    ],
)
def test_what_is_no_text_is_told(data: bytes) -> None:
    assert decode(data) is None


# Declared


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('<html><meta charset="iso-8859-2">', "iso8859-2"),
        ('<meta http-equiv=content-type content="text/html; charset=windows-1250">', "cp1250"),
        ("<?xml version='1.0' encoding='windows-1250'?>\n", "cp1250"),
        ('@charset "iso-8859-2";\n', "iso8859-2"),
        ("# -*- coding: latin-2 -*-\n", "iso8859-2"),
        ("#!/usr/bin/python\n# coding=cp1250\n", "cp1250"),
        (".. -*- mode: rst; coding: iso-latin-2-unix -*-\n\n", "iso8859-2"),
        ("<!-- vim: set fileencoding=cp1250 : -->\n", "cp1250"),
        ("= Title\n:author: A\n:encoding: ISO-8859-2\n", "iso8859-2"),
        ("\\documentclass{a}\n\\usepackage[latin2]{inputenc}\n", "iso8859-2"),
        ("\\usepackage[cp852]{inputenc}\n", "cp852"),
        ("\\usepackage{a}\\inputencoding{cp1250}\n", "cp1250"),
        ("% !TeX encoding = ISO-8859-2\n", "iso8859-2"),
        ('msgid ""\n"Content-Type: text/plain; charset=ISO-8859-2\\n"\n', "iso8859-2"),
    ],
)
def test_what_a_file_declares_is_believed(text: str, encoding: str) -> None:
    text += CZECH
    found, name, remark = read(text.encode(encoding))
    assert found == text
    assert codecs.lookup(name).name == codecs.lookup(encoding).name
    assert remark.startswith("was read as ")
    assert remark.endswith(", which it declares")


@pytest.mark.parametrize(
    "end", ["# vim: fenc=cp1250\n", "% Local Variables:\n% coding: windows-1250-dos\n% End:\n"]
)
def test_editors_declare_at_the_end_too(end: str) -> None:
    text = CZECH * 100 + end
    assert read(text.encode("cp1250"))[0] == text


@pytest.mark.parametrize(
    "label", ["rot13", "unicode_escape", "utf-7", "no-such", "utf-16", "x" * 300, "hex", "base64"]
)
def test_a_declaration_that_cannot_be_meant_is_passed_over(label: str) -> None:
    text = f"# coding: {label}\n{RUSSIAN}"
    assert read(text.encode("cp1251"))[:2] == (text, "cp1251")


@pytest.mark.parametrize("text", ["how to: coding: cp437", "% \\usepackage[cp437]{inputenc}"])
def test_what_only_speaks_of_encodings_declares_none(text: str) -> None:
    text = f"\n\n\n{text}\n{RUSSIAN}"
    assert read(text.encode("cp1251"))[0] == text


# Detected


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jis_2004"),
        ("敏捷的棕色狐狸跳过了懒狗。我们今天去看一场电影。\n" * 5, "gb18030"),
        ("Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, όπως λένε.\n" * 3, "cp1253"),
    ],
)
def test_other_encodings_are_told_by_what_the_text_looks_like(text: str, encoding: str) -> None:
    found, name, remark = read(text.encode(encoding))
    assert found == text
    assert name.replace("-", "_") == encoding.replace("-", "_")
    assert remark.endswith(", which its text looks like")


def test_shifted_japanese_is_ascii_and_told_by_its_escapes() -> None:
    found, name, remark = read(JAPANESE.encode("iso2022_jp"))
    assert (found, name) == (JAPANESE, "iso2022_jp")
    assert remark == "was read as iso2022_jp, which its escapes tell"


def test_nothing_to_go_by_is_windows_1252_and_says_so() -> None:
    found, name, remark = read(b"one\ntwo\ncaf\xe9")
    assert (found, name) == ("one\ntwo\ncafé", "windows-1252")
    assert remark == (
        "is not UTF-8 (line 3), and nothing tells what it is; it was read as windows-1252"
    )


def test_a_few_bad_bytes_do_not_make_utf_8_another_encoding() -> None:
    found, name, remark = read("día\n".encode() * 9 + b"\xe9\n")
    assert (found, name) == ("día\n" * 9 + "\ufffd\n", UTF_8)
    assert remark == "is not all UTF-8 (first in line 10)"
    declared = b"# coding: utf-8\n" + b"x" * 5000 + b"\xe9\xe9"
    assert read(declared)[1:] == (UTF_8, "is not all UTF-8 (first in line 2)")
    much = b"# coding: utf-8\n" + RUSSIAN.encode("cp1251")
    assert read(much)[1] == "cp1251"


# Laws


@given(
    st.binary(max_size=300) | st.builds(bytes.__mul__, st.binary(max_size=9), st.integers(0, 99))
)
def test_any_bytes_are_text_or_none_and_nothing_raises(data: bytes) -> None:
    decoded = decode(data)
    assert decoded is None or codecs.lookup(decoded.encoding)


@pytest.mark.parametrize(
    "data",
    [
        b"charset" + b" " * 1_000_000 + b"\xe9",
        b"<?xml " * 170_000 + b"\xe9",
        b"coding:" * 140_000 + b"\xe9",
        b"\\usepackage[" * 80_000 + b"\xe9",
        b"\n%" * 500_000 + b"\xe9",
        b"\xe9" * 1_000_000,
        b"a\0" * 500_000,
        b"\x1b$B" * 300_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_a_megabyte_of_anything_costs_no_time(data: bytes) -> None:
    begun = time.process_time()
    decode(data)
    assert time.process_time() - begun < 2
