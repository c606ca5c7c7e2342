"""Titles of PDFs: in every place where a file may hold one, and hostile files."""

import sys
import time
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from crawler.pdf import pdf_title

PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description><dc:title><rdf:Alt>'
    '<rdf:li xml:lang="x-default">Größe &amp; Länge</rdf:li></rdf:Alt></dc:title>'
)


def plain(
    title: bytes, number: int = 7, trailer: str = "trailer << /Size 9 /Info {} 0 R >>"
) -> bytes:
    """A file with an Information dictionary that is not packed."""
    bookmark = b"3 0 obj << /Title (A bookmark) /Parent 2 0 R >> endobj\n"
    dictionary = b"%d 0 obj\n<< /Producer (P) /Title %s >>\nendobj\n" % (number, title)
    return b"%PDF-1.4\n" + bookmark + dictionary + trailer.format(number).encode() + b"\n%%EOF"


def written(title: str, password: str | None = None) -> bytes:
    """A file as pypdf writes it."""
    writer = PdfWriter()
    writer.add_blank_page(width=72, height=72)
    writer.add_metadata({"/Title": title})
    if password is not None:
        writer.encrypt(password, algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def packed(title: str) -> bytes:
    """A file whose Information dictionary is in an object stream: PDF 1.5, §7.5.7 and §7.5.8."""
    inner = b"<< /Title <FEFF%s> >>" % title.encode("utf-16-be").hex().encode()
    packet = zlib.compress(b"2 0 " + inner)
    catalog = b"1 0 obj << /Type /Catalog >> endobj\n"
    head = b"%PDF-1.5\n" + catalog
    stream = (
        (
            b"3 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\n"
            % len(packet)
        )
        + packet
        + b"\nendstream endobj\n"
    )
    start = len(head) + len(stream)
    places = ((0, 0, 65535), (1, 9, 0), (2, 3, 0), (1, len(head), 0), (1, start, 0))
    table = b"".join(
        kind.to_bytes(1) + at.to_bytes(4) + rest.to_bytes(2) for kind, at, rest in places
    )
    index = zlib.compress(table)
    reference = (
        (
            b"4 0 obj << /Type /XRef /Size 5 /W [1 4 2] /Root 1 0 R /Info 2 0 R "
            b"/Filter /FlateDecode /Length %d >> stream\n" % len(index)
        )
        + index
        + b"\nendstream endobj\n"
    )
    return head + stream + reference + b"startxref\n%d\n%%%%EOF" % start


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (b"(A book)", "A book"),
        (b"(A \\(good\\) book)", "A (good) book"),
        (b"(A (good) book)", "A (good) book"),
        (b"(A\\040bo\\\nok)", "A book"),
        (b"(\xfe\xff\0G\0r\0\xf6\0\xdf\0e)", "Größe"),
        (b"<FEFF0047007200F600DF0065>", "Größe"),
        (b"(Gr\xf6\xdfe)", "Größe"),
        (b"( A\n  book )", "A book"),
        (b"()", None),
        (b"5", None),
        (b"null", None),
        (b"[ (A) ]", None),
        (b"8 0 R", None),
        (b"(not closed", None),
    ],
)
def test_a_title_is_read_of_the_dictionary_that_the_trailer_names(
    title: bytes, text: str | None
) -> None:
    assert pdf_title(plain(title), whole=False) == text
    assert pdf_title(b"\xef\xbb\xbf junk " + plain(title), whole=True) == text


def test_the_latest_trailer_counts_and_a_number_is_not_the_end_of_another() -> None:
    old, new = plain(b"(Old)"), plain(b"(New)", number=17)
    assert pdf_title(old + new, whole=True) == "New"
    assert pdf_title(old + plain(b"(New)"), whole=True) == "New"
    longer = plain(b"(Other)", number=17, trailer="").replace(b"%PDF-1.4", b"")
    assert pdf_title(old + longer, whole=True) == "Old"


@pytest.mark.parametrize("file", [written("Größe"), packed("Größe"), written("Größe", password="")])
def test_a_whole_file_is_read_however_it_is_packed(file: bytes) -> None:
    assert pdf_title(file, whole=True) == "Größe"


@pytest.mark.parametrize("file", [packed("Größe"), written("Größe", password="")])
def test_of_a_beginning_nothing_is_unpacked(file: bytes) -> None:
    assert pdf_title(file, whole=False) is None


def test_a_password_keeps_a_title_secret() -> None:
    assert pdf_title(written("Größe", password="secret"), whole=True) is None  # noqa: S106


def test_a_packet_has_a_title_where_nothing_else_has() -> None:
    packet = b"%PDF-1.7\n" + PACKET.encode()
    assert pdf_title(packet, whole=False) == "Größe & Länge"
    assert pdf_title(plain(b"(Untitled)") + packet, whole=True) == "Größe & Länge"
    assert pdf_title(packet.removesuffix(b"</dc:title>"), whole=True) is None


@pytest.mark.parametrize(
    "title",
    [
        "Untitled", "untitled-1", "Untitled 3", "Microsoft Word - Report.doc", "report.DOCX",
        "thesis.dvi", "a b.indd", "paper.tex", "PowerPoint Presentation", "PowerPoint - talk",
        "Title", "Slide 1", "Document1", "Microsoft PowerPoint - talk [Read-Only]", "", " ",
    ],
)  # fmt: skip
def test_what_a_program_writes_is_no_title(title: str) -> None:
    assert pdf_title(plain(b"(%s)" % title.encode()), whole=True) is None


@pytest.mark.parametrize("title", ["Untitled stories", "Word - a history", "Documents", "Node.js"])
def test_what_looks_like_it_is_one(title: str) -> None:
    assert pdf_title(plain(b"(%s)" % title.encode()), whole=True) == title


@pytest.mark.parametrize("body", [b"", b"<html>", b" " * 2000 + plain(b"(A)")])
def test_what_is_no_pdf_has_no_title(body: bytes) -> None:
    assert pdf_title(body, whole=True) is None


MEGABYTE = 2**20
BOMB = zlib.compress(bytes(600 * MEGABYTE // 10))
HOSTILE = {
    "trailers": b"/Info 1 0 R " * (MEGABYTE // 12),
    "many trailers": b"".join(b"/Info %d 0 R " % number for number in range(60_000)),
    "objects": b"1 0 obj << /Title (x " * (MEGABYTE // 21) + b"/Info 1 0 R",
    "packets": b"<dc:title>" * (MEGABYTE // 10),
    "openings": plain(b"[" * 8000),
    "dictionaries": plain(b"<<" * 4000),
    "parentheses": plain(b"(" * 8000),
    "names": plain(b"/A" * 4000),
    "hexadecimal": plain(b"<" + b"0" * 8000),
    "startxref": b"/ObjStm startxref\n0\n%%EOF" * 40_000,
    "circle": b"/ObjStm\nxref\n0 1\n0000000000 65535 f\n"
    b"trailer << /Prev 9 /Size 1 >>\nstartxref\n17\n%%EOF",
    "xref": b"/ObjStm\nxref\n0 99999999\n"
    + b"0000000000 65535 f\n" * 50_000
    + b"startxref\n17\n%%EOF",
    "objects without end": b"/ObjStm\n" + b"1 0 obj\n" * 120_000,
    "bomb": packed("x").replace(b"/ObjStm", b"/ObjStm "),
    "nested": b"/ObjStm trailer << /Root " + b"[" * 500_000 + b"startxref\n9\n%%EOF",
    "encrypted": b"/Encrypt /ObjStm trailer << /Encrypt << >> /Root 1 0 R >> startxref\n26\n%%EOF",
    "digits": b"/Info " + b"9" * MEGABYTE,
    "nothing": bytes(MEGABYTE),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_given_up_promptly(body: bytes) -> None:
    pdf_title(plain(b"(warm)"), whole=True)  # the library is imported once
    began = time.process_time()
    pdf_title(b"%PDF-1.7\n" + body, whole=True)
    assert time.process_time() - began < 2.0


def test_a_stream_that_unfolds_without_end_is_given_up() -> None:
    bomb = packed("x")
    start = bomb.index(b"/Length ")
    end = bomb.index(b" >> stream", start)
    stream = bomb.index(b"stream\n") + len(b"stream\n")
    after = bomb.index(b"\nendstream")
    body = b"%s/Length %d%s%s%s" % (bomb[:start], len(BOMB), bomb[end:stream], BOMB, bomb[after:])
    assert pdf_title(body, whole=True) is None


def test_a_file_that_takes_too_many_calls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.pdf.MAX_CALLS", 100)
    assert pdf_title(packed("A"), whole=True) is None
    monkeypatch.undo()
    assert pdf_title(packed("A"), whole=True) == "A"


def test_a_profiler_at_work_is_put_back() -> None:
    def profiler(*_: object) -> None:
        pass

    before = sys.getprofile()
    sys.setprofile(profiler)
    try:
        assert pdf_title(plain(b"(A)"), whole=True) == "A"
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(before)


PIECES = st.lists(
    st.sampled_from(
        [
            b"%PDF-1.5\n", b"1 0 obj ", b"<< ", b">> ", b"/Title ", b"(a) ", b"<FEFF ", b"trailer ",
            b"/Info 1 0 R ", b"/ObjStm ", b"/Encrypt ", b"startxref\n", b"9\n", b"%%EOF", b"xref\n",
            b"0 1\n", b"stream\n", b"endstream ", b"endobj ", b"/Root 1 0 R ", b"[", b"(",
            b"<dc:title>", b"/Prev 9 ",
        ]
    )
    | st.binary(max_size=8)
).map(b"".join)  # fmt: skip


@given(PIECES, st.booleans())
def test_no_bytes_make_reading_fail(body: bytes, whole: bool) -> None:
    title = pdf_title(b"%PDF-1.4\n" + body, whole=whole)
    assert title is None or title == " ".join(title.split())
