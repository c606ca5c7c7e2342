"""The law of corrections: nothing changes but what was meant to, byte for byte, link for link."""

import codecs
import csv
import io
import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
import yaml
from fakes import reading_of
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree
from selectolax.lexbor import LexborHTMLParser
from test_documents_laws import TEXTS

from crawler import amending
from crawler.amending import Amended, amended
from crawler.corrections import Correction, Repair
from crawler.documents import FORMATS, format_of
from crawler.model import Document, Kind, Occurrence
from crawler.settings import ExtractSettings
from crawler.spans import Lines
from crawler.textfile import decode
from crawler.urls import Target, resolve

CASES = Path(__file__).parent / "cases" / "documents"
SETTINGS = ExtractSettings()
EDITABLE = [each.name for each in FORMATS if each.editable]
NAMES = {"source": "x.py", "csv": "x.csv"}
NEW = "https://new.example"

# What is written around a URL in each format; `@` stands for it.
SNIPPETS = {
    "asciidoc": ("@[label]", "see @ and", "link:@[x]", "image:@[y]", "link:++@++[z]"),
    "bibtex": ('@misc{k,\n  url = "@",\n}', "@misc{l,\n  note = {see \\url{@}},\n}"),
    "css": ("a { b: url(@) }", "a { b: url('@') }", '@import "@";'),
    "csv": ("@", '"@"', '"see @, there"'),
    "docbook": ('<link xlink:href="@">x</link>', "<p>@</p>", "<ulink url='@'/>"),
    "feed": (
        "<link>@</link>", '<a href="@"/>', "<description><![CDATA[<a href='@'>]]></description>",
    ),
    "html": (
        '<a href="@">x</a>', "<a href='@'>y</a>", "<p>see @ now</p>", "<img src=@ alt=z>",
        '<p style="a: url(@)">', "<!-- @ -->", "<h2>on @</h2>",
    ),
    "json": ('{"a": "@"}', '["see @ there"]'),
    "jsonl": ('{"a": "@"}', '["see @ there"]'),
    "latex": ("\\href{@}{x}", "\\url{@}", "see @ there", "\\footnote{\\href{@}{y}}"),
    "man": (".UR @\nlabel\n.UE", "see @ there", ".Lk @ label"),
    "markdown": (
        "[x](@)", "![y](@)", "<@>", "see @, there", "[z]: @\n\n[z] [z]", '<a href="@">w</a>',
        "[![v](@)](@)", "| a |\n|---|\n| [t](@) |", "> [q](<@> 'title')", "- (@)", "## on @",
    ),
    "mdx": ("[x](@)", '<A href="@" />', "<a href={'@'}>y</a>"),
    "notebook": ('"[x](@)"', '"see @ there"', '"<a href=\'@\'>y</a>"'),
    "org": ("[[@][x]]", "see @ there", "<@>", "[[@]]"),
    "plaintext": ("see @ there", "(@)", "@"),
    "restructuredtext": ("`x <@>`_", "see @ there", ".. _y: @\n\ny_", ".. image:: @"),
    "source": ("# see @ there", '"""See <a href="@">x</a>."""'),
    "svg": ('<a xlink:href="@">x</a>', "<image href='@'/>"),
    "texinfo": ("@@uref{@, x}", "see @ there", "@@url{@}"),
    "toml": ('a = "@"', "a = '@'", 'a = """see @ there"""'),
    "xml": ('<a href="@">x</a>', "<p>@</p>", "<p><![CDATA[@]]></p>"),
    "yaml": (
        "- @", "- '@'", '- "@"', "- [@, x]", "- {a: @}", "- |\n  see @ there", "- see @ there",
    ),
}  # fmt: skip
HEADS = {
    "docbook": '<?xml version="1.0"?>\n<article>\n', "feed": '<rss version="2.0"><channel>\n',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg">\n', "xml": "<?xml version='1.0'?>\n<all>\n",
}  # fmt: skip
TAILS = {"docbook": "</article>", "feed": "</channel></rss>", "svg": "</svg>", "xml": "</all>"}
PIECES = (
    "a", "b", "7", "/", "(", ")", "[", "]", "'", "&", "&amp;", "&copy=", "%", "%20", "%C3%A9", "#",
    "?", "=", "\\", "|", ",", ";", ":", "*", "_", "__", "~", "-", "--", "]]>", "*/", "-->", "{",
    "}", "{{x}}", "${y}", "$", "^", "`", '"', "<", ">", " ", ".", "!", "é", "日", "😀", "+", "@",
    "''", "https://", "\n", "%s", "%%", "x.",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=8).map(lambda all_: f"{NEW}/{''.join(all_)}")
ADDRESSES = st.one_of(
    HOSTILE,
    st.sampled_from(
        ["/p", "../a_b/c.md", "b c.md", "//new.example/x", "https://b%C3%BCcher.example"]
    ),
    HOSTILE.map(lambda url: url.replace(NEW, "https://bücher.example")),
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
MARKS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


def document_of(name: str, format_: str, data: bytes) -> Document:
    told = decode(data)
    assert told is not None
    return Document(name, format_, told.text, encoding=told.encoding)


def correction(found: Occurrence, after: str, spelled: str | None = None) -> Correction:
    return Correction(found, Repair.MOVED, after, "It moved.", spelled=spelled)


def written(format_: str, snippets: Sequence[str], word: str = "") -> str:
    """Return a document of a format, each of its URLs another one."""
    lines = [f"{word} {{}}".strip(), *snippets] if format_ == "plaintext" and word else snippets
    text = "\n\n".join(lines)
    if format_ == "jsonl":
        text = "\n".join(snippets)
    elif format_ == "json":
        text = f"[{', '.join(snippets)}]"
    elif format_ == "notebook":
        cells = (f'{{"cell_type": "markdown", "source": [{each}]}}' for each in snippets)
        text = f'{{"cells": [{", ".join(cells)}]}}'
    elif format_ == "toml":
        text = "\n".join(f"k{at}{each}" for at, each in enumerate(snippets))
    text = HEADS.get(format_, "") + text + TAILS.get(format_, "")
    pieces = (
        text.replace("@@", "\0")
        .replace("@misc", "\0misc")
        .replace("@import", "\0import")
        .split("@")
    )
    urls = [f"https://old{at}.example/p" for at in range(len(pieces) - 1)] + [""]
    return "".join(a + b for a, b in zip(pieces, urls, strict=True)).replace("\0", "@")


def cuts(text: str, found: Sequence[Occurrence]) -> list[tuple[int, int]]:
    lines = Lines(text)
    spans = [each.span for each in found]
    return [
        (lines.offset(one.line, one.column), lines.offset(one.end_line, one.end_column))
        for one in spans
    ]


def leads_to(href: str, after: str) -> bool:
    base = "https://base.example/a/b/c/d/"
    one, other = resolve(href, base), resolve(after, base)
    return href == after or (isinstance(one, Target) and one == other)


def check_law(document: Document, data: bytes, result: Amended, settings: ExtractSettings) -> None:
    """Hold a result to the law, by other means than those it was made with."""
    if not result.applied:
        assert result.data == data
        return
    told = decode(result.data)
    assert told is not None
    assert (told.text, told.encoding) == (result.text, document.encoding)

    done = {each.occurrence.span: each for each in result.applied}
    now = reading_of(replace(document, text=result.text), settings).occurrences
    was = reading_of(document, settings).occurrences
    # Byte for byte: what stands outside of the spans is there still, and nothing else is.
    mark = next((each for each in MARKS.values() if data.startswith(each)), b"")
    assert result.data.startswith(mark)
    place, at = len(mark), 0
    changed = [each for each in was if each.span in done]
    ends = [
        (*place, done[each.span].spelled)
        for each, place in zip(changed, cuts(document.text, changed), strict=True)
    ]
    for start, end, spelled in (*ends, (len(document.text), len(document.text), "")):
        assert spelled is not None
        for piece in (document.text[at:start], spelled):
            coded = piece.encode(document.encoding)
            assert result.data[place : place + len(coded)] == coded
            place += len(coded)
        at = end
    assert place == len(result.data)
    assert len(now) == len(was)
    for before, after in zip(was, now, strict=True):
        made = done.get(before.span)
        assert before.kind is after.kind
        if made is None:
            assert (before.raw, before.href) == (after.raw, after.href)
        else:
            assert leads_to(after.href, made.after), (after.href, made.after)
            assert after.raw in (made.spelled or "")
    assert [each.raw for each in result.written] == [
        after.raw for before, after in zip(was, now, strict=True) if before.span in done
    ]


@pytest.mark.parametrize("format_", EDITABLE)
@given(data=st.data())
def test_only_what_was_meant_changes(format_: str, data: st.DataObject) -> None:
    snippets = data.draw(st.lists(st.sampled_from(SNIPPETS[format_]), min_size=1, max_size=5))
    encoding, line_end = data.draw(ENCODINGS), data.draw(LINE_ENDS)
    text = written(format_, snippets)
    if encoding == "cp1252" and format_ in ("markdown", "plaintext", "latex", "org"):
        text += "\n\ncafé\n"
    text = text.replace("\n", line_end) + data.draw(st.sampled_from(["", line_end]))
    raw = MARKS.get(encoding, b"") + text.encode(encoding.removesuffix("-sig"))
    document = document_of(NAMES.get(format_, "x"), format_, raw)
    found = reading_of(document, SETTINGS).occurrences
    wanted = data.draw(st.lists(st.sampled_from(found), unique=True)) if found else []
    corrections = [correction(each, data.draw(ADDRESSES)) for each in wanted]

    result = amended(document, corrections, SETTINGS, raw)

    assert len(result.applied) + len(result.refused) == len(corrections)
    check_law(document, raw, result, SETTINGS)


@pytest.mark.parametrize("format_", EDITABLE)
@given(text=TEXTS, after=HOSTILE, comments=st.booleans())
def test_the_law_holds_for_what_only_looks_like_a_document(
    format_: str,
    text: str,
    after: str,
    comments: bool,
) -> None:
    data = text.encode("utf-8", "replace")
    assume(decode(data))
    document = document_of(NAMES.get(format_, "x"), format_, data)
    settings = ExtractSettings(comments=comments)
    corrections = [
        correction(each, f"{after}{at}")
        for at, each in enumerate(reading_of(document, settings).occurrences)
    ]

    check_law(document, data, amended(document, corrections, settings, data), settings)


def settings_of(path: Path) -> ExtractSettings:
    asked = path.name.split(".")[1:-1]
    return ExtractSettings(
        comments="comments" in asked, outputs="outputs" in asked, schemeless="schemeless" in asked
    )


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted(CASES.iterdir())
        if (format_ := format_of(path.name))
        and format_.editable
        and not path.name.endswith(".expected.jsonl")
    ],
    ids=lambda path: path.name,
)
def test_the_law_holds_in_every_case_for_each_link_and_for_all(path: Path) -> None:
    data, settings = path.read_bytes(), settings_of(path)
    format_ = format_of(path.name)
    assert format_ is not None
    document = document_of(path.name, format_.name, data)
    found = reading_of(document, settings).occurrences
    corrections = [
        correction(each, f"{NEW}/{at}_(x)?a=1&copy=2#z") for at, each in enumerate(found)
    ]

    check_law(document, data, amended(document, corrections, settings, data), settings)
    for each in corrections:
        check_law(document, data, amended(document, [each], settings, data), settings)


# Parsers that others have written find the new address there, and all else as it was.

Values = list[str]
WORDS = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=["Cc", "Cn", "Co", "Cs", "Zl", "Zp"]),
    max_size=9,
)


def json_of(values: Values) -> str:
    return json.dumps({f"k{at}": each for at, each in enumerate(values)}, indent=1)


def from_json(text: str) -> Values:
    return list(json.loads(text).values())


def jsonl_of(values: Values) -> str:
    return "".join(f"{json.dumps([each], ensure_ascii=False)}\n" for each in values)


def from_jsonl(text: str) -> Values:
    return [json.loads(line)[0] for line in text.split("\n") if line]


def toml_of(values: Values) -> str:
    return "".join(
        f"k{at} = {json.dumps(each, ensure_ascii=False)}\n" for at, each in enumerate(values)
    )


def from_toml(text: str) -> Values:
    return list(tomllib.loads(text).values())


def yaml_of(values: Values) -> str:
    return yaml.safe_dump({"k": values, "l": {"flow": values}}, width=9999, allow_unicode=True)


def flow_of(values: Values) -> str:
    plain = ", ".join(each if each.startswith("https") else json.dumps(each) for each in values)
    return f"k: [{plain}]\nl: {{flow: [{plain}]}}\n"


def from_yaml(text: str) -> Values:
    loaded = yaml.safe_load(text)
    return [*loaded["k"], *loaded["l"]["flow"]]


def csv_of(values: Values) -> str:
    table = io.StringIO()
    csv.writer(table).writerows([["a", "b"], *([each, "x"] for each in values)])
    return table.getvalue()


def from_csv(text: str) -> Values:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert all(row[1:] == ["x"] for row in rows[1:])
    return [row[0] for row in rows[1:]]


def html_of(values: Values) -> str:
    return "".join(f'<p><a href="{escape(each)}">x</a>' for each in values)


def unquoted_of(values: Values) -> str:
    return "".join(
        f"<p><a href={each if each.startswith('https') else repr('x')} id=a>x</a>"
        for each in values
    )


def from_html(text: str) -> Values:
    return [each.attributes["href"] or "" for each in LexborHTMLParser(text).css("a")]


def xml_of(values: Values) -> str:
    rows = (f"<a href='{escape(each)}'>{escape(each)}</a>" for each in values)
    return f'<?xml version="1.0"?>\n<all>{"".join(rows)}</all>'


def cdata_of(values: Values) -> str:
    rows = (f"<a><![CDATA[{each.replace(']]>', '')}]]></a><!-- {escape(each).replace('-', '')} -->"
            for each in values)  # fmt: skip
    return f'<?xml version="1.0"?>\n<all>{"".join(rows)}</all>'


def from_xml(text: str) -> Values:
    tree = etree.fromstring(text.encode())
    return [each for node in tree.iter("a") for each in (node.get("href"), node.text) if each]


PARSERS: list[tuple[str, Callable[[Values], str], Callable[[str], Values]]] = [
    ("json", json_of, from_json),
    ("jsonl", jsonl_of, from_jsonl),
    ("toml", toml_of, from_toml),
    ("yaml", yaml_of, from_yaml),
    ("yaml", flow_of, from_yaml),
    ("csv", csv_of, from_csv),
    ("html", html_of, from_html),
    ("html", unquoted_of, from_html),
    ("xml", xml_of, from_xml),
    ("xml", cdata_of, from_xml),
]


@pytest.mark.parametrize(("format_", "write", "parse"), PARSERS, ids=lambda each: str(each)[:18])
@given(data=st.data())
def test_other_parsers_find_the_new_address_and_all_else_as_it_was(
    format_: str,
    write: Callable[[Values], str],
    parse: Callable[[str], Values],
    data: st.DataObject,
) -> None:
    old = [f"https://old{at}.example/p" for at in range(data.draw(st.integers(1, 4)))]
    values = data.draw(st.permutations([*old, *data.draw(st.lists(WORDS.map("w{}".format)))]))
    text = write(values)
    raw = text.encode()
    document = document_of(NAMES.get(format_, f"x.{format_}"), format_, raw)
    found = reading_of(document, ExtractSettings(comments=True)).occurrences
    after = {each.href: data.draw(ADDRESSES) for each in found}

    result = amended(
        document,
        [correction(each, after[each.href]) for each in found],
        ExtractSettings(comments=True),
        raw,
    )

    before, now = parse(text), parse(result.text)
    assert len(before) == len(now)
    for was, value in zip(before, now, strict=True):
        assert value == was or leads_to(value, after[was])
    assert len({*before} - {*now}) <= len(result.applied)


# What the properties would hardly find, in so many words.


def changed(
    text: str, *after: str, format_: str = "markdown", settings: ExtractSettings = SETTINGS
) -> Amended:
    """Put an address in the place of each link of a text, as far as there are some; "" keeps it."""
    data = text.encode()
    document = Document("a", format_, text)
    found = reading_of(document, settings).occurrences
    pairs = zip(found, after, strict=False)
    result = amended(
        document, [correction(each, new) for each, new in pairs if new], settings, data
    )
    check_law(document, data, result, settings)
    return result


def whys(result: Amended) -> list[str]:
    return [each.why for each in result.refused]


def test_a_definition_that_is_used_three_times_is_changed_once() -> None:
    result = changed("[a], [b][a] and [a][]\n\n[a]: /x 'title'\n", "/y")

    assert result.text == "[a], [b][a] and [a][]\n\n[a]: /y 'title'\n"
    assert len(result.applied) == 1


def test_the_same_address_in_code_and_comments_stays() -> None:
    url = "https://a.example/"
    rest = f"`{url}` <!-- {url} -->\n\n    {url}\n\n~~~\n[x]({url})\n~~~\n"

    result = changed(f"[x]({url}) {rest}", f"{NEW}/")

    assert result.text == f"[x]({NEW}/) {rest}"


def test_a_label_that_repeats_the_address_stays() -> None:
    result = changed("[https://a.example](https://a.example)\n", NEW)

    assert result.text == f"[https://a.example]({NEW})\n"


def test_where_the_address_is_its_own_label_the_label_follows() -> None:
    result = changed("# On https://a.example/\n\n[b](/b) <https://c.example>\n", f"{NEW}/", "", NEW)

    assert result.text == f"# On {NEW}/\n\n[b](/b) <{NEW}>\n"
    assert [each.section for each in result.written] == ["", f"On {NEW}/"]


def test_two_corrections_on_one_line_and_an_image_within_a_link() -> None:
    result = changed("[a](/a) [![i](/i)](/l) [b](/b)\n", "/1", f"{NEW}/i_(2)", "/three", "/4")

    assert result.text == f"[a](/1) [![i]({NEW}/i_(2))](/three) [b](/4)\n"


@pytest.mark.parametrize(
    ("format_", "before", "after", "why"),
    [
        ("plaintext", "see https://a.example/ now", f"{NEW}/end.", amending.NOT_SPELLED),
        ("plaintext", "see https://a.example/ now", f"{NEW}/?{{{{x}}}}", amending.NOT_SPELLED),
        ("csv", "a,b\nhttps://a.example/,c", f"{NEW}/,?{{{{x}}}}", amending.NOT_SPELLED),
        ("yaml", "- https://a.example/", f"{NEW}/?{{{{x}}}}", amending.NOT_SPELLED),
        ("source", "/* https://a.example/ */", f"{NEW}/*/", amending.NOT_SPELLED),
        ("markdown", "[a](https://a.example/{{ x }})", NEW, amending.TEMPLATE),
        ("markdown", "[a](https://ann:secret@a.example/)", NEW, amending.MASKED),
        ("markdown", "[a](/x)", "/x", amending.UNCHANGED),
        ("latex", "\\doi{10.1000/x}", NEW, amending.INDIRECT),
        ("asciidoc", ":u: https://a.example\n\n{u}/x[a]", NEW, amending.INDIRECT),
        ("man", '.IR https://a.example/ "one /two"\n', NEW, amending.IN_PIECES),
        ("man", '.BR "https://a.example/" one\n', NEW, amending.IN_PIECES),
    ],
)
def test_what_cannot_be_written_is_refused_with_its_reason(
    format_: str, before: str, after: str, why: str
) -> None:
    name = "a.c" if format_ == "source" else "a"
    document = Document(name, format_, before)
    found = reading_of(document, SETTINGS).occurrences[-1]

    result = amended(document, [correction(found, after)], SETTINGS, before.encode())

    assert whys(result) == [why]
    assert (result.text, result.data, result.applied) == (before, before.encode(), ())
    assert result.refused[0].after == after


def test_a_document_that_has_changed_since_is_left_alone() -> None:
    seen = reading_of(Document("a.md", "markdown", "[a](/x) [b](/b)"), SETTINGS).occurrences
    text = "[a](/y) [b](/b)\n"
    document = Document("a.md", "markdown", text)

    result = amended(document, [correction(each, NEW) for each in seen], SETTINGS, text.encode())

    assert result.text == f"[a](/y) [b]({NEW})\n"
    assert whys(result) == [amending.CHANGED]
    moved = amended(replace(document, text=" "), result.applied, SETTINGS, b" ")
    assert whys(moved) == [amending.CHANGED]
    other = amended(document, [correction(seen[1], NEW)], SETTINGS, b"[a](/y)")
    assert whys(other) == [amending.CHANGED]


def test_a_second_correction_of_one_place_is_refused() -> None:
    document = Document("a.md", "markdown", "[a](/x)")
    (found,) = reading_of(document, SETTINGS).occurrences

    both = [correction(found, "/1"), correction(found, "/2")]
    result = amended(document, both, SETTINGS, b"[a](/x)")

    assert result.text == "[a](/1)"
    assert whys(result) == [amending.TWICE]


def test_an_address_of_which_only_the_beginning_is_kept_is_refused() -> None:
    text = f"[a](/{'x' * 3000})"
    document = Document("a.md", "markdown", text)
    (found,) = reading_of(document, SETTINGS).occurrences
    kept = replace(found, raw=found.raw[:2048], href=found.href[:2048])

    result = amended(document, [correction(kept, NEW)], SETTINGS, text.encode())

    assert whys(result) == [amending.SHORTENED]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"[a](/x) \xff\xfe" + 9 * b"\xc3\xa9", "utf-8"),  # not all of it is UTF-8
        (codecs.BOM_UTF16_LE + "[a](/x)".encode("utf-16-le") + b"x", "utf-16-le"),
        (b"[a](/x) \x81 caf\xe9", "windows-1252"),  # it has no such character
        (b"\x1b$B\x1b(B\x1b$B\x1b(B[a](/x)", "iso2022_jp"),  # escapes that say nothing
    ],
)
def test_bytes_that_could_not_be_written_back_are_left_alone(data: bytes, encoding: str) -> None:
    document = document_of("a.md", "markdown", data)
    assert document.encoding == encoding
    (found,) = reading_of(document, SETTINGS).occurrences

    result = amended(document, [correction(found, NEW)], SETTINGS, data)

    assert whys(result) == [amending.NOT_TEXT]
    assert result.data == data


def test_what_the_encoding_cannot_hold_is_percent_encoded() -> None:
    data = "<meta charset=koi8-r><a href='/x'>да</a>".encode("koi8-r")
    document = document_of("a.html", "html", data)
    assert document.encoding == "koi8-r"
    (found,) = reading_of(document, SETTINGS).occurrences

    result = amended(document, [correction(found, "/é")], SETTINGS, data)

    assert result.text == "<meta charset=koi8-r><a href='/%C3%A9'>да</a>"


def test_what_the_encoding_cannot_hold_at_all_is_refused() -> None:
    data = b"[caf\xe9](/x)"
    document = document_of("a.md", "markdown", data)
    (found,) = reading_of(document, SETTINGS).occurrences

    for each in (correction(found, "https://日 本/"), correction(found, "/日", "/日")):
        assert whys(amended(document, [each], SETTINGS, data)) == [amending.NOT_SPELLED]


def test_what_would_be_taken_for_another_encoding_is_left_alone() -> None:
    data = b"https://a.example/charset=x \xe4\xf6\xfc"
    document = document_of("a.txt", "plaintext", data)
    (found,) = reading_of(document, SETTINGS).occurrences

    result = amended(document, [correction(found, f"{NEW}/charset=koi8-r")], SETTINGS, data)

    assert whys(result) == [amending.NOT_TEXT]


def test_a_format_that_is_only_read_is_left_alone() -> None:
    found = Occurrence("a.pdf", Lines("x").span(0, 1), "x", "x", Kind.INLINE)
    document = Document("a.pdf", "pdf", "", data=b"%PDF")

    result = amended(document, [correction(found, NEW)], SETTINGS, b"%PDF")

    assert whys(result) == [amending.NOT_EDITABLE]


def test_what_was_there_is_put_back_as_it_was_written() -> None:
    before = "a,b\nhttps://a.example/%7ex,y\n"
    there = changed(before, f"{NEW}/a,b", format_="csv")
    assert there.text == f'a,b\n"{NEW}/a,b",y\n'
    (place,) = there.written
    document = Document("a", "csv", there.text)

    spelled = "https://a.example/%7ex"
    back = amended(document, [correction(place, spelled, spelled)], SETTINGS, there.data)
    again = amended(Document("a", "csv", before), there.applied, SETTINGS, before.encode())

    assert back.text == 'a,b\n"https://a.example/%7ex",y\n'
    assert again == there


def test_a_heading_keeps_the_name_that_the_document_links_to() -> None:
    before = "# On https://a.example/\n\n[up](#on-httpsaexample)\n"

    result = changed(before, f"{NEW}/")

    assert whys(result) == [amending.NOT_SPELLED]
    assert changed("# On https://a.example/\n\n[b](#c)\n\n## c\n", f"{NEW}/").applied


def test_the_home_of_a_feed_moves_if_no_other_link_starts_from_it() -> None:
    item = "<item><link>{}</link></item>"
    feed = f"<rss><channel><link>https://a.example/</link>{item}</channel></rss>"

    absolute = changed(feed.format("https://b.example/"), f"{NEW}/", format_="feed")
    relative = changed(feed.format("/b"), f"{NEW}/", format_="feed")

    assert absolute.text == feed.replace("https://a.example", NEW).format("https://b.example/")
    assert whys(relative) == [amending.NOT_SPELLED]


def test_of_many_only_the_culprits_are_refused() -> None:
    text = "\n\n".join(f"(https://a{at}.example/x) [y](/{at})" for at in range(40))
    new = [f"{NEW}/a(b" if at in (20, 44) else f"{NEW}/{at}" for at in range(80)]

    result = changed(text, *new)

    assert [each.after for each in result.refused] == [f"{NEW}/a(b"] * 2
    assert len(result.applied) == 78


def test_some_are_written_otherwise_and_one_is_refused() -> None:
    both = changed("[a](/x) [b](/y)", "/?&copy;", "/?&reg;")
    one = changed("[a](/x) <https://b.example>", "/?&copy;", "https://b.example/?{{x}}")

    assert both.text == "[a](/?&amp;copy;) [b](/?&amp;reg;)"
    assert one.text == "[a](/?&amp;copy;) <https://b.example>"
    assert whys(one) == [amending.NOT_SPELLED]


def test_too_many_that_cannot_be_written_are_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(amending, "_MAX_LOOKS", 12)
    text = "\n\n".join(f"(https://a{at}.example/x)" for at in range(60))

    result = changed(text, *[f"{NEW}/a(b" for _ in range(60)])

    assert set(whys(result)) == {amending.NOT_SPELLED, amending.TOO_MANY}
    assert len(result.refused) == 60
