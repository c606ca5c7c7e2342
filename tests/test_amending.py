"""The law of corrections: nothing changes but what was meant to, byte for byte, link for link."""

import codecs
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import reading_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.amending import Amended, amended
from crawler.corrections import Correction, Repair
from crawler.documents import FORMATS
from crawler.model import Document, Occurrence
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


def cut(text: str, found: Occurrence) -> tuple[int, int]:
    lines, span = Lines(text), found.span
    return lines.offset(span.line, span.column), lines.offset(span.end_line, span.end_column)


def leads_to(href: str, after: str) -> bool:
    base = "https://base.example/a/b/c/d/"
    one, other = resolve(href, base), resolve(after, base)
    return href == after or (isinstance(one, Target) and one == other)


def check_law(document: Document, data: bytes, result: Amended, settings: ExtractSettings) -> None:
    """Hold a result to the law, by other means than those it was made with."""
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
    ends = [
        (*cut(document.text, each), done[each.span].spelled) for each in was if each.span in done
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
        if not done:
            assert before == after
    assert [each.raw for each in result.written] == [
        after.raw for before, after in zip(was, now, strict=True) if before.span in done
    ]
    if not result.applied:
        assert result.data == data


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
