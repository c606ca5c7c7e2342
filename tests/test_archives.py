"""Archives: what is in them, up to the limits; and what is broken."""

import io
import zipfile
from time import process_time

import pytest
from fakes import reading_of
from hypothesis import given
from hypothesis import strategies as st

from crawler import archives
from crawler.archives import Archive
from crawler.documents import pdf
from crawler.model import Document
from crawler.settings import ExtractSettings

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

FORMATS = {"docx": "word/document.xml", "epub": "META-INF/container.xml", "odt": "content.xml"}


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_by_their_names(method: int) -> None:
    archive = Archive(packed({"a": b"A" * 1000, "empty": b""}, method))

    assert archive.read("a") == b"A" * 1000
    assert archive.read("no") == b""
    assert archive.read("empty") == b""
    assert archive.is_whole


@pytest.mark.parametrize(
    "data",
    [
        packed({"a": b"A"}, zipfile.ZIP_BZIP2),
        packed({"a": bytes(5_000_000)}),
        packed({"a": b"AAAA"}, zipfile.ZIP_STORED).replace(b"AAAA", b"BBBB"),  # another checksum
        packed({"a": b"A"})[:-9],
        b"",
    ],
    ids=["another method", "too much", "changed", "cut off", "none"],
)
def test_what_cannot_be_read_is_not_there(data: bytes) -> None:
    archive = Archive(data)

    assert archive.read("a") == b""
    assert not archive.is_whole


def test_what_is_encrypted_is_not_there() -> None:
    data = bytearray(packed({"a": b"A"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    archive = Archive(bytes(data))

    assert archive.read("a") == b""
    assert not archive.is_whole


def test_no_more_is_unpacked_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1500)
    archive = Archive(packed({"a": b"A" * 1000, "b": b"B" * 1000}))

    assert (len(archive.read("a")), len(archive.read("b"))) == (1000, 0)
    assert not archive.is_whole

    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    assert not Archive(packed({"a": b"A", "b": b"B"})).is_whole


@given(st.sampled_from([*FORMATS, "pdf", "gzipped"]), st.binary(max_size=200), st.booleans())
def test_any_bytes_may_be_in_a_file_of_this_name(format_: str, data: bytes, inside: bool) -> None:
    body = packed({FORMATS.get(format_, "a"): data}) if inside else data

    reading_of(Document("x", format_, "", data=body), ExtractSettings())


@pytest.mark.parametrize("shape", [
    b"<", b"<w:p>", b"<text:p>", b"<w:hyperlink r:id='a'>", b"<text:a xlink:href='b'>", b"&lt;",
    b"</w:p>", b"<w:t>https://a.b/ ", b"<text:h>a", b"<rootfile full-path='a'/>", b"<![CDATA[",
    b"<!DOCTYPE [", b"\0", b'<w:instrText>HYPERLINK "',
])  # fmt: skip
@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_made_to_take_long_takes_linear_time(format_: str, shape: bytes) -> None:
    data = packed({FORMATS[format_]: shape * (65_536 // len(shape))}, zipfile.ZIP_STORED)
    begin = process_time()

    reading_of(Document("x", format_, "", data=data), ExtractSettings())

    assert process_time() - begin < 5


def pdf_of(page: str) -> bytes:
    """Write one page; without a table of objects, which the library makes again."""
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R{page}>>",
        "<</Length 0>>stream\n\nendstream",
    )
    body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Size 5/Root 1 0 R>>\nstartxref\n0\n%%EOF\n".encode()


LINK = "<</Subtype/Link/A<</S/URI/URI(https://{}.example/)>>>>"


@pytest.mark.parametrize(
    ("data", "hrefs", "remarks"),
    [
        (pdf_of(f"/Annots[{LINK.format('a')}]"), ["https://a.example/"], 0),
        (pdf_of("/Annots 5"), [], 1),
        (pdf_of(f"/Annots[{LINK.format('a')} 5]"), ["https://a.example/"], 1),
        (b"", [], 1),
    ],
    ids=["whole", "no list", "no annotation", "empty"],
)
def test_of_a_broken_pdf_what_can_be_read_is_read(
    data: bytes, hrefs: list[str], remarks: int
) -> None:
    reading = reading_of(Document("x.pdf", "pdf", "", data=data), ExtractSettings())

    assert [each.href for each in reading.occurrences] == hrefs
    assert len(reading.remarks) == remarks


def test_a_pdf_takes_no_more_than_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf_of(f"/Annots[{LINK.format('a')}{LINK.format('b')}]")
    monkeypatch.setattr(pdf, "MAX_LINKS", 1)
    (found,) = reading_of(Document("x.pdf", "pdf", "", data=data), ExtractSettings()).occurrences
    assert found.href == "https://a.example/"

    monkeypatch.setattr(pdf, "MAX_CALLS", 10)
    reading = reading_of(Document("x.pdf", "pdf", "", data=data), ExtractSettings())
    assert (list(reading.occurrences), len(reading.remarks)) == ([], 1)


def test_a_page_whose_text_cannot_be_read_keeps_its_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_text(*_: object) -> str:
        raise NotImplementedError

    monkeypatch.setattr("pypdf.PageObject.extract_text", no_text)
    data = pdf_of(f"/Annots[{LINK.format('a')}]")

    reading = reading_of(Document("x.pdf", "pdf", "", data=data), ExtractSettings())

    assert (len(list(reading.occurrences)), len(reading.remarks)) == (1, 1)
