"""Documents in: one module for each format, each with one `read` function.

To add a format: write `documents/<name>.py` with `read`, add its row to `FORMATS`, and put
examples into `tests/cases/documents/`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import PurePath
from typing import Final, Protocol, cast

from crawler.comments import languages
from crawler.directives import ANY, Directive, find
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings


class Reader(Protocol):
    """Pure and total: reads every link that the text writes, in order of their places."""

    def __call__(self, document: Document, settings: ExtractSettings) -> Reading:
        """Read one document."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, which is its module's too, and the names of files that speak for it.

    `suffixes` are endings, `names` whole names, both in lower case. `on_request`: in directories
    it is read only where the operator asks for it, for it is data, or a program, and few of its
    URLs are links for people. `binary`: its documents hold `data` and no `text`. `editable`: the
    span of an occurrence covers exactly what stands in the file; else it only says where to look.
    `comments`: what its comments begin with, by their names in `directives.py`.
    """

    name: str
    suffixes: tuple[str, ...]
    names: tuple[str, ...] = ()
    on_request: bool = False
    binary: bool = False
    editable: bool = True
    comments: tuple[str, ...] = ANY


_PROGRAMS: Final = tuple(sorted(file for files in languages().values() for file in files))
_OF_XML: Final = ("<!--",)
_MANUALS: Final = (
    *(".1.in", ".2.in", ".3.in", ".3pm", ".4.in", ".5.in", ".6.in", ".7.in", ".8.in"),
    *(".man", ".man.in", ".mdoc", ".mdoc.in"),
)
_OF_HTML: Final = (*_OF_XML, "{/*", "{#", "{%")
FORMATS: Final = (
    Format("asciidoc", (".adoc", ".asciidoc", ".asc"), comments=("//",)),
    Format("bibtex", (".bib",), comments=("%",)),
    Format("css", (".css",), on_request=True, comments=("/*",)),
    Format("csv", (".csv", ".tsv"), on_request=True, comments=("#",)),
    Format("docbook", (".dbk", ".dita", ".ditamap", ".docbook"), comments=_OF_XML),
    Format("docx", (".docx",), binary=True, editable=False),
    Format("epub", (".epub",), binary=True, editable=False),
    Format("feed", (".atom", ".opml", ".rss", ".xbel"), comments=_OF_XML),
    Format("gzipped", (".svgz", ".xml.gz"), on_request=True, binary=True, editable=False),
    Format("html", (".html", ".htm", ".xhtml"), comments=_OF_HTML),
    Format("json", (".geojson", ".json", ".json5", ".jsonc", ".webmanifest"), on_request=True),
    Format("jsonl", (".jsonl", ".ndjson"), on_request=True),
    Format("latex", (".tex", ".latex", ".ltx"), comments=("%",)),
    Format("man", _MANUALS, comments=('.\\"',)),
    Format("markdown", (".md", ".markdown", ".mdown", ".mkd"), comments=(*_OF_HTML, "[//]: #")),
    Format("mdx", (".mdx",), comments=_OF_HTML),
    Format("notebook", (".ipynb",)),
    Format("odt", (".odt",), binary=True, editable=False),
    Format("org", (".org",), comments=("#",)),
    Format("pdf", (".pdf",), on_request=True, binary=True, editable=False),
    Format("plaintext", (".txt", ".text")),
    Format("restructuredtext", (".rst", ".rest"), comments=("..",)),
    Format(
        "source",
        tuple(each for each in _PROGRAMS if each.startswith(".")),
        tuple(each for each in _PROGRAMS if not each.startswith(".")),
        on_request=True,
    ),
    Format("svg", (".svg",), on_request=True, comments=_OF_XML),
    Format("texinfo", (".texi", ".texinfo", ".txi"), comments=("@c",)),
    Format("toml", (".toml",), on_request=True, comments=("#",)),
    Format("xml", (".rdf", ".xml"), on_request=True, comments=_OF_XML),
    Format("yaml", (".yaml", ".yml"), ("citation.cff",), on_request=True, comments=("#",)),
)
BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}


def format_of(name: str) -> Format | None:
    """Return the format that a file's name speaks for, if any."""
    last = PurePath(name).name.lower()
    return next((known[each] for each in _endings(last) if each in (known := _by_ending())), None)


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read a document with the reader of its format."""
    return _reader(document.format)(document, settings)


def directives(document: Document, reading: Reading) -> list[Directive]:
    """Return the comments of a document that speak to us, in order."""
    return find(document.text, BY_NAME[document.format].comments, reading.code)


def _endings(name: str) -> Iterator[str]:
    """Yield what of a name may speak for a format: all of it, and its endings, the longest first.

    >>> list(_endings("sitemap.xml.gz"))
    ['/sitemap.xml.gz', '.xml.gz', '.gz']
    """
    yield f"/{name}"
    at = name.find(".", 1)  # `.md` alone is a hidden file without an ending
    while at >= 0:
        yield name[at:]
        at = name.find(".", at + 1)


@cache
def _by_ending() -> Mapping[str, Format]:
    whole = {f"/{name}": each for each in FORMATS for name in each.names}
    return whole | {suffix: each for each in FORMATS for suffix in each.suffixes}


@cache
def _reader(name: str) -> Reader:
    """Load a reader when the first document of its format comes: most runs read one or two."""
    return cast("Reader", import_module(f"{__name__}.{BY_NAME[name].name}").read)
