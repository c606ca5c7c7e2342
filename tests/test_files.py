"""Files: what they are called and what they are."""

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.files import file_name, file_type
from crawler.text import is_clean

REPORT = "https://a.example/x/report%20%C3%A9.pdf?download=1"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="A file.pdf"', "A file.pdf"),
        ("attachment; filename=a.pdf; size=1", "a.pdf"),
        ("attachment;filename = a.pdf ", "a.pdf"),
        ('attachment; filename="a \\"b\\" \\\\c.pdf"', "c.pdf"),
        ('attachment; filename="a; b.pdf"', "a; b.pdf"),
        ('attachment; filename="not closed', "not closed"),
        ("attachment; filename*=UTF-8''%C3%A9t%C3%A9.pdf", "été.pdf"),
        ("attachment; filename*=utf-8'fr'%C3%A9t%C3%A9.pdf", "été.pdf"),
        ("attachment; filename*=\"UTF-8''%C3%A9.pdf\"", "é.pdf"),
        ("attachment; filename*=iso-8859-1''%A3.pdf", "£.pdf"),
        ("attachment; filename=no.pdf; filename*=UTF-8''yes.pdf", "yes.pdf"),
        ("attachment; filename*=UTF-8''yes.pdf; filename=no.pdf", "yes.pdf"),
        ("attachment; filename*=rot13''no.pdf; filename=yes.pdf", "yes.pdf"),
        ("attachment; filename=%C3%A9.pdf", "é.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\dir\\\\a.pdf"', "a.pdf"),
        ('inline; FileName = "a\x1b[31m.pdf"', "a [31m.pdf"),
        ('attachment; filename="%00"', None),
        ('attachment; filename=""', "report é.pdf"),
        ("attachment; xfilename=a.pdf", "report é.pdf"),
        ("attachment", "report é.pdf"),
        ("", "report é.pdf"),
    ],
)
def test_a_file_is_named_by_its_header_or_else_by_its_address(
    disposition: str, name: str | None
) -> None:
    assert file_name(disposition, url(REPORT)) == name


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://a.example/", None),
        ("https://a.example/x/", None),
        ("https://a.example/a.zip", "a.zip"),
        ("https://a.example/a%FF", "a\ufffd"),
        ("https://a.example/x%2Fa.zip", "a.zip"),
        ("https://a.example/%1B%5B", "["),
    ],
)
def test_an_address_names_a_file_by_its_last_segment(address: str, name: str | None) -> None:
    assert file_name("", url(address)) == name


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("application/pdf", "document"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
        ("application/vnd.oasis.opendocument.text", "document"),
        ("application/rss+xml", "feed"),
        ("image/webp", "image"),
        ("video/mp4", "video"),
        ("audio/ogg", "audio"),
        ("text/csv", "dataset"),
        ("text/x-python", None),
        ("application/octet-stream", None),
        ("", None),
    ],
)
def test_a_file_is_of_a_type_by_its_media_type(media_type: str, kind: str | None) -> None:
    assert file_type(media_type) == kind


@given(st.text() | st.from_regex(r'(; ?filename\*?="?[%"\\a-z0-9\']{0,9}){0,3}', fullmatch=True))
def test_no_header_makes_naming_fail(disposition: str) -> None:
    name = file_name(disposition, url(REPORT))
    assert name is None or is_clean(name)


@pytest.mark.parametrize("hostile", [";", "filename=", 'filename="\\', " ", ";filename*=a'", "/"])
def test_a_hostile_header_is_read_promptly(hostile: str) -> None:
    assert file_name(hostile * 100_000, url(REPORT)) is not None or hostile == "/"
