"""From bytes to text: every label in every place where a page may declare it."""

# ruff: noqa: RUF001 - many scripts, with letters that look alike

import codecs
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from webencodings.labels import LABELS as STANDARD

from crawler.charset import PRESCAN, codec, decode

# label -> what Python's own codec of the right extent is called, and text that only it can read
LABELS = [
    ("utf-8", "utf-8", "Ünï → ✓"),
    ("UTF8", "utf-8", "Ünï → ✓"),
    ("iso-8859-1", "cp1252", "“smart” €"),
    ("latin1", "cp1252", "“smart” €"),
    ("us-ascii", "cp1252", "“smart” €"),
    ("windows-1252", "cp1252", "“smart” €"),
    ("iso-8859-2", "iso8859-2", "Zażółć"),
    ("iso-8859-9", "cp1254", "şehir “smart”"),
    ("iso-8859-15", "iso8859-15", "œuvre €"),
    ("windows-1251", "cp1251", "Привет"),
    ("koi8-r", "koi8-r", "Привет"),
    ("x-mac-cyrillic", "mac-cyrillic", "Привет"),
    ("macintosh", "mac-roman", "Ünï"),
    ("tis-620", "cp874", "สวัสดี…"),
    ("iso-8859-11", "cp874", "สวัสดี…"),
    ("gb2312", "gb18030", "繁體字 €"),
    ("gbk", "gb18030", "漢字"),
    ("gb18030", "gb18030", "漢字 €"),
    ("big5", "big5hkscs", "港鐵嘅"),
    ("big5-hkscs", "big5hkscs", "港鐵嘅"),
    ("shift_jis", "cp932", "①髙﨑"),
    ("x-sjis", "cp932", "①髙﨑"),
    ("ms_kanji", "cp932", "日本語"),
    ("euc-jp", "euc-jp", "日本語"),
    ("iso-2022-jp", "iso2022-jp", "日本語"),
    ("euc-kr", "cp949", "똠방각하"),
    ("ks_c_5601-1987", "cp949", "똠방각하"),
    ("windows-1255", "cp1255", "שלום"),
    ("iso-8859-8-i", "iso8859-8", "שלום"),
]
PAGES = {
    "meta": '<!doctype html><html><head><meta charset="{}"><title>{}</title>',
    "meta without quotes": "<META CharSet={}><title>{}</title>",
    "meta in single quotes": "<meta charset = '{}' /><title>{}</title>",
    "http-equiv": '<meta http-equiv="Content-Type" content="text/html; charset={}"><h1>{}</h1>',
    "http-equiv turned round": '<meta content="text/html;charset={}" http-equiv=content-type>{}',
    "xml declaration": '<?xml version="1.0" encoding="{}"?><title>{}</title>',
    "late meta": "<!--" + " " * 2000 + '--><meta charset="{}"><title>{}</title>',
}
HEADERS = ["text/html; charset={}", 'text/html;Charset="{}"', "text/html; charset='{}'; x=y"]


@pytest.mark.parametrize(("label", "name", "text"), LABELS)
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_declaration_in_the_page_is_believed(page: str, label: str, name: str, text: str) -> None:
    written = page.format(label, text)
    assert decode(written.encode(name)) == written


@pytest.mark.parametrize(("label", "name", "text"), LABELS)
@pytest.mark.parametrize("header", HEADERS)
def test_a_declaration_in_the_header_is_believed(
    header: str, label: str, name: str, text: str
) -> None:
    assert decode(text.encode(name), header.format(label)) == text


@pytest.mark.parametrize(("label", "name", "text"), LABELS)
def test_the_header_goes_before_the_page(label: str, name: str, text: str) -> None:
    page = f"<meta charset=koi8-u>{text}"
    assert decode(page.encode(name), f"text/html; charset={label}") == page


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_goes_before_all_and_is_no_text(mark: bytes, name: str) -> None:
    page = "<meta charset=koi8-r>Ünï"
    assert decode(mark + page.encode(name), "text/html; charset=shift_jis") == page


@pytest.mark.parametrize(
    ("label", "name"),
    [("utf-16", "utf-16-le"), ("utf-16be", "utf-16-be"), ("utf-16le", "utf-16-le")],
)
def test_the_header_alone_may_say_utf_16(label: str, name: str) -> None:
    assert decode("Ünï".encode(name), f"text/html; charset={label}") == "Ünï"
    for page in ("<meta charset={}>Ünï", '<?xml version="1.0" encoding="{}"?>Ünï'):
        assert decode(page.format(label).encode()) == page.format(label)


def test_a_meta_element_goes_before_an_xml_declaration() -> None:
    page = '<?xml version="1.0" encoding="koi8-r"?><meta charset="windows-1251">Привет'
    assert decode(page.encode("cp1251")) == page


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        ("Ünï → ✓".encode(), "Ünï → ✓"),
        (b"\x93smart\x94 caf\xe9!", "“smart” café!"),
        (b"caf\xe9\n", "café\n"),
        (b"caf\xe9 na\xefve \xc3\xa9", "café naïve Ã©"),
        (b"caf\xe9, \xc3\xa9 \xc3\xb6", "caf\ufffd, é ö"),
        (b"caf\xff", "caf\ufffd"),
    ],
)
def test_undeclared_text_is_utf_8_if_most_of_it_can_be(body: bytes, text: str) -> None:
    assert decode(body) == text


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_cut_off_at_the_end_does_not_spoil_the_rest(cut: int) -> None:
    assert decode("naïve 🎈".encode()[:-cut]) == "naïve \ufffd"


HOSTILE = [
    "rot13", "rot_13", "utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode",
    "undefined", "utf8\0", "utf-8\0", "hex", "base64", "zip", "bz2", "uu", "mbcs", "oem", "utf-32",
    "utf_8_sig", "cp037", "../utf-8", "é", "", "none", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_that_the_standard_does_not_know_never_runs(label: str) -> None:
    assert codec(label) is None
    body = b"Uryyb \\x41 +AGE- caf\xe9!"
    plain = "Uryyb \\x41 +AGE- café!"
    assert decode(body, f"text/html; charset={label}") == plain
    meta = f"<meta charset='{label}'>"
    assert decode(meta.encode("latin-1") + body) == meta + plain


@pytest.mark.parametrize("label", ["hz-gb-2312", "iso-2022-cn", "iso-2022-kr", "replacement"])
def test_an_encoding_that_hides_markup_is_not_decoded(label: str) -> None:
    assert codec(label) is None


@pytest.mark.parametrize("label", STANDARD)
def test_every_other_label_of_the_standard_has_a_codec_that_decodes_text(label: str) -> None:
    name = codec(label)
    if name is None:
        assert STANDARD[label] == "replacement"
    else:
        text, length = codecs.lookup(name).decode(b"plain.", "replace")
        assert isinstance(text, str)
        assert length == 6


def test_a_declaration_too_far_down_is_not_looked_for() -> None:
    body = b" " * PRESCAN + b"<meta charset=koi8-r>caf\xe9!"
    assert decode(body).endswith("café!")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<!-- <meta charset=koi8-r> --><meta charset=windows-1251>", "Привет"),
        ("<!--><meta charset=windows-1251><!-- <meta charset=koi8-r>", "Привет"),
        ("<!-- - -- <meta charset=koi8-r>", "Привет"),
        ("<meta charset=rot13><meta charset=windows-1251>", "Привет"),
        ("<meta charset=rot13><!-- x -->", "Привет"),
    ],
)
def test_a_declaration_counts_if_it_is_one(head: str, title: str) -> None:
    assert decode((head + title).encode("cp1251")) == head + title


def test_one_bad_byte_in_two_kilobytes_is_forgiven_and_more_are_another_encoding() -> None:
    header = "text/html; charset=utf-8"
    assert decode(b"x" * 4000 + b"caf\xe9!", header).endswith("caf\ufffd!")
    assert decode("Größe und Länge: Übersicht".encode("cp1252"), header).startswith("Größe und L")
    assert decode(("Ü" * 9).encode() + b"\xe9 \xe9 \xe9!", header).startswith("ÜÜ")
    assert decode((b"x" * 2048 + b"\xe9 ") * 8, header).count("\ufffd") == 8


def test_words_in_two_scripts_are_no_text() -> None:
    text = "Été à la campagne – l’œuvre"
    assert decode(text.encode("cp1252")) == text


def test_the_text_and_not_the_markup_tells_an_undeclared_encoding() -> None:
    page = "<script>" + "var a = 1;\n" * 9000 + "</script><p>Привет, как дела</p>" * 900
    assert decode(page.encode("koi8-r")) == page
    text = "Все люди рождаются свободными и равными. " * 900
    assert decode(text.encode("cp1251")) == text


def test_japanese_in_seven_bits_is_known_by_its_escapes() -> None:
    assert decode("日本語".encode("iso2022_jp")) == "日本語"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff" * 2**20,
        b"\xe9 " * 2**19,
        b"<!--" * 2**18 + b"\xff",
        b"<meta charset=" * 2**16 + b"\xff",
        b"<meta charset=" + b" " * 2**20 + b"\xff",
        b"<?xml encoding=" + b" " * 2**20,
        b" " * 2**20 + b"\xff",
        b"<" * 2**20 + b"\xff\xff",
        b"\x1b$B" * 2**18,
        b"\0\xd8" * 2**19,
        b"<\0" * 8 + b"\0\xd8" * 2**19,
    ],
)
@pytest.mark.parametrize("header", ["", "text/html; charset=" + " " * 100_000 + ";", HEADERS[0]])
def test_a_hostile_page_is_decoded_promptly(body: bytes, header: str) -> None:
    began = time.process_time()
    decode(body, header.format("windows-1255"))
    assert time.process_time() - began < 2.0  # a fifth of a second, where nothing else is at work


def test_a_bad_byte_becomes_a_replacement_character() -> None:
    assert decode(b"a\xffb", "text/html; charset=utf-8") == "a\ufffdb"


@given(st.binary(), st.text() | st.sampled_from([header.format("utf-16") for header in HEADERS]))
@example(b"\xff\xfe\x00", "")
@example(b"\xfe\xff\xd8\x00", "")
def test_decoding_never_raises_and_gives_clean_unicode(body: bytes, content_type: str) -> None:
    assert decode(body, content_type).encode() is not None


@given(st.sampled_from(LABELS), st.binary())
def test_no_bytes_are_too_bad_for_a_declared_encoding(
    declared: tuple[str, str, str], body: bytes
) -> None:
    assert decode(body, f"text/html; charset={declared[0]}").encode() is not None
