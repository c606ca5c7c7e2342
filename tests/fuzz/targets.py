"""What is fuzzed: a function of bytes for each parser, with inputs to begin from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Final

from crawler import textfile
from crawler.anchors import anchors_of
from crawler.archiving import ARCHIVE, saved
from crawler.chains import certainly_untrusted
from crawler.charset import decode
from crawler.conditional import validators_of
from crawler.dates import iso_date
from crawler.decoding import Decoder, Undecodable
from crawler.detection import alike, detect
from crawler.documents import FORMATS, Format, directives, read
from crawler.elements import Instruction, Start
from crawler.elements import tokens as elements
from crawler.facts import read_facts
from crawler.files import file_name
from crawler.fragments import missing_parts, parted
from crawler.frontmatter import read as read_front_matter
from crawler.ignores import Ignores
from crawler.jsonld import read_linked
from crawler.labels import named_language
from crawler.language import normalised_language
from crawler.marked import escape
from crawler.markup import Tag, tokens
from crawler.model import Document, Evidence, Fetch, Link, Response
from crawler.pacing import retry_after
from crawler.page import read_page
from crawler.parameters import Burden, carried
from crawler.pdf import pdf_title
from crawler.refresh import onward
from crawler.settings import ExtractSettings
from crawler.siblings import directory, fingerprint, sibling
from crawler.signatures import missing, segments, without_asides
from crawler.signs import read_signs
from crawler.sitemaps import locations
from crawler.sites import read as read_testimony
from crawler.sites import side_question
from crawler.slugs import Heading, anchors_of_headings, anchors_of_markdown, names_footnote
from crawler.templates import blanked, fill, without_spaces
from crawler.text import clean, is_clean, readable
from crawler.urls import Target as UrlTarget
from crawler.urls import resolve
from crawler.validators import are_proper
from crawler.verdicts import judge
from crawler.wrappers import MAX_LAYERS, layers, unwrap

NOON: Final = datetime(2026, 1, 2, 12, tzinfo=UTC)
HERE: Final = Path(__file__).parent.parent
BASE: Final = "https://a.example/x/page"


@dataclass(frozen=True, slots=True)
class Target:
    """A parser under test: `feed` raises for what it should not have done."""

    name: str
    feed: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()


def _page(data: bytes) -> None:
    """One line of headers, then a body."""
    kind, _, body = data.partition(b"\n")
    header = kind.decode("latin-1")
    headers = {"content-type": header or "text/html", "content-language": header}
    response = Response(200, headers, body)
    page, here = read_page(response), resolve(BASE)
    assert isinstance(here, UrlTarget)
    facts = read_facts(page, response, here.url)
    titles = [title for _, title in facts.titles]
    for text in (facts.title, facts.description, facts.author, facts.site, facts.language, *titles):
        assert text is None or is_clean(text)
    if page:
        signs = read_signs(page, response)
        fetch = Fetch(here.url, here.url, response)
        judge(Evidence(Link(here.url), fetch, facts, None, signs))


def _textfile(data: bytes) -> None:
    decoded = textfile.decode(data)
    if decoded and not decoded.remark:
        assert data.endswith(decoded.text.encode(decoded.encoding)) or "\ufffd" in decoded.text


def _charset(data: bytes) -> None:
    kind, _, body = data.partition(b"\n")
    decode(body, kind.decode("latin-1"))


def _linked(data: bytes) -> None:
    """A block, which is what else is found in a page by search and not by a tree."""
    page = f"<script type='application/ld+json'>{data.decode('utf-8', 'replace')}</script>"
    found = read_linked(page)
    assert all(isinstance(name, str) for name in found.authors)


def _pdf(data: bytes) -> None:
    body = b"%PDF-1.7\n" + data
    for whole in (True, False):
        title = pdf_title(body, whole=whole)
        assert title is None or title == " ".join(title.split())


def _date(data: bytes) -> None:
    found = iso_date(data.decode("utf-8", "replace"))
    assert found is None or iso_date(found) == found


def _file(data: bytes) -> None:
    here = resolve(BASE)
    assert isinstance(here, UrlTarget)
    assert is_clean(file_name(data.decode("latin-1"), here.url) or "")


def _document(format_: Format) -> Callable[[bytes], None]:
    settings = ExtractSettings(comments=True, schemeless=True)

    def feed(data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        if format_.binary:
            list(read(Document("a", format_.name, "", data=data), settings).occurrences)
            return
        lines = text.split("\n")
        name = f"a{format_.suffixes[len(data) % len(format_.suffixes)]}"
        reading = read(Document(name, format_.name, text), settings)
        for each in reading.occurrences:
            span = each.span
            assert 1 <= span.line <= span.end_line <= len(lines)
            if span.line == span.end_line and format_.editable:
                assert lines[span.line - 1][span.column - 1 : span.end_column - 1] == each.raw
        reading.anchors()

    return feed


def _url(data: bytes) -> None:
    raw, _, base = data.decode("utf-8", "replace").partition("\n")
    target = resolve(raw, base or None)
    if isinstance(target, UrlTarget):
        again = resolve(str(target.url))
        assert isinstance(again, UrlTarget)
        assert again.url == target.url


def _markup(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for token in tokens(text):
        assert 0 <= token.start <= token.end <= len(text)


def _ignore(data: bytes) -> None:
    """What comments leave out of a document, whatever it is."""
    text = data.decode("utf-8", "replace")
    for name in ("asciidoc", "latex", "markdown", "plaintext", "restructuredtext"):
        document = Document("x", name, text)
        found = directives(document, read(document, ExtractSettings()))
        assert [each.line for each in found] == sorted(each.line for each in found)
        Ignores(()).within("x", found)


def _template(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert len(blanked(text)) == len(without_spaces(text)) == len(text)
    fill(text, {"a": "b"})


def _xml(data: bytes) -> None:
    """Tokens of XML, and what is read as a sitemap."""
    text = data.decode("utf-8", "replace")
    for token in elements(text):
        if not isinstance(token, Instruction):
            assert 0 <= token.start <= token.end <= len(text)
        if isinstance(token, Start):
            assert all(text.startswith(v.raw, v.start) for v in token.attributes.values())
    found = locations(data)
    assert all(url == url.strip() for url in (*found.pages, *found.sitemaps))


def _fragment(data: bytes) -> None:
    """One line that is a fragment, then a page: as the tokenizer reads it."""
    written, _, body = data.partition(b"\n")
    fragment, here = written.decode("utf-8", "replace"), resolve(BASE)
    response = Response(200, {"content-type": "text/html; charset=utf-8"}, body)
    page = read_page(response)
    assert isinstance(here, UrlTarget)
    if page is None:
        return
    assert missing_parts([fragment], response, page, here.url) <= set(parted(fragment)) - {""}
    starts = (each for each in tokens(page.text) if isinstance(each, Tag) and not each.closing)
    pairs = ((tag.name, name, value) for tag in starts for name, value in tag.attributes.items())
    names = {v.text for tag, name, v in pairs if name == "id" or (tag, name) == ("a", "name")}
    assert anchors_of(page.text) == frozenset(names - {""})


def _text(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert is_clean(clean(text))
    escape(readable(text))


def _coding(data: bytes) -> None:
    coding, _, body = data.partition(b"\n")
    try:
        decoder = Decoder(coding.decode("latin-1"), 4096)
        for piece in (body[:7], body[7:]):
            decoder.feed(piece)
    except Undecodable:
        return
    assert len(decoder.body) <= 4096


def _certificates(data: bytes) -> None:
    certainly_untrusted(data.split(b"----"))


def _testimony(data: bytes) -> None:
    """One line: a link and a status; then what the witness of the link answers."""
    line, _, body = data.partition(b"\n")
    address, status = line[:-4].decode("latin-1"), line[-3:]
    link = resolve(address)
    if not isinstance(link, UrlTarget):
        return
    question = side_question(Fetch(link.url, link.url, Response(403)))
    if question:
        answer = Response(int(status) if status.isdigit() else 200, {}, body)
        told = read_testimony(question, answer)
        assert question.request.url.scheme == "https"
        assert all(map(is_clean, told.facts.values()))


def _archived(data: bytes) -> None:
    """One line: a page; then where the archive says that its copy is."""
    line, _, location = data.partition(b"\n")
    page = resolve(line.decode("latin-1"))
    if isinstance(page, UrlTarget):
        answer = Response(302, {"location": location.decode("latin-1")})
        copy = saved(page.url, answer, NOON, NOON)
        assert copy.copy_url is None or copy.copy_url.authority == ARCHIVE
        assert copy.copy_url is None or resolve(str(copy.copy_url)) == UrlTarget(copy.copy_url)


def _wrapper(data: bytes) -> None:
    target = resolve(data.decode("utf-8", "replace"))
    if isinstance(target, UrlTarget):
        found = unwrap(target.url)
        assert found is None or resolve(str(found.url)) == UrlTarget(found.url)
        assert found is None or found.url != target.url
        assert len(list(layers(target.url))) <= MAX_LAYERS
        for burden in Burden:
            carries = carried(target.url, burden)
            assert carries is None or carried(carries.without, burden) is None


def _refresh(data: bytes) -> None:
    """One line that is a header, then a page."""
    header, _, body = data.partition(b"\n")
    headers = {"content-type": "text/html", "refresh": header.decode("latin-1")}
    for address in (BASE, "https://m.tb.cn/x"):
        here = resolve(address)
        assert isinstance(here, UrlTarget)
        found = onward(Response(200, headers, body), here.url)
        assert found is None or found.url != here.url


def _headers(data: bytes) -> None:
    """Lines that are headers, each with its name: what is read of an answer besides its body."""
    lines = (line.partition(":") for line in data.decode("latin-1").split("\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    here = resolve(BASE)
    assert isinstance(here, UrlTarget)
    for body in (b"<title>T</title>", b"%PDF-1.7"):
        response = Response(200, headers, body)
        fetch = Fetch(here.url, here.url, response)
        facts = read_facts(read_page(response), response, here.url)
        assert all(map(is_clean, filter(None, (facts.title, facts.language, facts.canonical_url))))
        validators = validators_of(fetch, judge(Evidence(Link(here.url), fetch, facts)), NOON, None)
        assert validators is None or are_proper(validators)
    wait = retry_after(headers, NOON)
    assert wait is None or (wait >= 0 and isfinite(wait))


def _language(data: bytes) -> None:
    """A text, a label and a tag, all in one."""
    text = data.decode("utf-8", "replace")
    guess = detect(text)
    assert guess is None or guess.language in alike(guess.language)
    named_language(text)
    tag = normalised_language(text)
    assert tag is None or (tag == tag.lower() and tag.isascii() and tag.isalpha())


def _front_matter(data: bytes) -> None:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    found = read_front_matter(text)
    assert 0 <= found.end <= len(text)
    assert all(0 <= value.start <= value.end <= found.end for value in found.values)


def _slugs(data: bytes) -> None:
    """A line is a heading: as its source has it, and as it is read."""
    text = data.decode("utf-8", "replace")
    headings = [Heading(line, line.strip("#* `")) for line in text.split("\n")]
    anchors = anchors_of_headings(headings)
    found = anchors_of_markdown(text, headings)
    assert found is None or anchors <= found
    for anchor in anchors:
        names_footnote(anchor)


def _title(data: bytes) -> None:
    """What a page calls itself, held against the phrases of error pages."""
    for segment in segments(data.decode("utf-8", "replace")):
        missing(segment)
        assert len(without_asides(segment)) <= 2 * len(segment)


def _sibling(data: bytes) -> None:
    """One line that is an address, then a text."""
    address, _, text = data.decode("utf-8", "replace").partition("\n")
    here = resolve(address)
    if not isinstance(here, UrlTarget):
        return
    response = Response(200, {"content-type": "text/html"}, b"x")
    beside = sibling(Fetch(here.url, here.url, response), NOON.date())
    if beside is not None:
        assert resolve(str(beside)) == UrlTarget(beside)
        assert beside != here.url
        assert directory(beside) == directory(here.url)
    assert 0 <= fingerprint(text, here.url) < 1 << 64


def _files(*patterns: str) -> tuple[bytes, ...]:
    paths = sorted(path for pattern in patterns for path in HERE.glob(pattern))
    return tuple(path.read_bytes()[:16_384] for path in paths)[:200]


_TAGS: Final = (
    "<title>", "</title>", "<meta name=", "property=og:title", "content=", "<h1>", "<svg>", "<!--",
    "-->", "<script type=application/ld+json>", "</script>", "<base href=", "<a href=",
    "<noscript>", "http-equiv=refresh", "<link rel=canonical href=", "charset=", "lang=", "&#x0;",
    "<template>",
)  # fmt: skip
_PAGES: Final = (
    (
        b"text/html; charset=utf-8\n<html lang=es><head><title>T</title><meta name=og:title "
        b"content=O><link rel=canonical href=/x></head><body><h1>H</h1><p>Text</p></body></html>"
    ),
    b"text/html\n<meta charset=gbk><title>\xc4\xe3\xba\xc3</title>",
    b"text/html\n\xff\xfe<\0t\0i\0t\0l\0e\0>\0x\0",
)

_PDFS: Final = (
    b"7 0 obj << /Title (A \\(good\\) book) >> endobj\ntrailer << /Info 7 0 R >>\n%%EOF",
    (
        b"1 0 obj << /Type /Catalog >> endobj\nxref\n0 1\n0000000000 65535 f\n"
        b"trailer << /Root 1 0 R /Prev 9 /Encrypt 2 0 R >>\nstartxref\n45\n%%EOF /ObjStm"
    ),
    b"<dc:title><rdf:Alt><rdf:li>T &amp; U</rdf:li></rdf:Alt></dc:title>",
)

TARGETS: Final = (
    Target("page", _page, _PAGES, _TAGS),
    Target(
        "textfile",
        _textfile,
        (*_PAGES, b"# coding: latin-1\n\xe9", b"a\0b\0\n\0" * 9, b"\x1b$B"),
        (
            "coding=",
            "encoding=",
            "charset=",
            "\\usepackage[latin1]{inputenc}",
            "vim:",
        ),
    ),
    Target("charset", _charset, _PAGES, ("charset=", "encoding=", "utf-16", "big5", "shift_jis")),
    Target(
        "linked",
        _linked,
        (b'{"@graph":[{"@type":"Article","author":[{"@id":"#a"}]},{"@id":"#a","name":"A"}]}',),
        ("@type", "@id", "@graph", "mainEntity", "Article", "name", "[", "{", "null", "<!--"),
    ),
    Target("pdf", _pdf, _PDFS, ("/Info 7 0 R", "obj", "stream", "<<", ">>", "/Prev", "startxref")),
    Target("date", _date, (b"Thu, 1 Jan 2026 12:00:00 +0100", b"2026-01-02T03:04:05Z")),
    Target("file", _file, (b"attachment; filename=\"a\"; filename*=utf-8''%C3%A9",)),
    Target(
        "ignore",
        _ignore,
        (b'x <!-- crawl: ignore until=2027-01-31 reason="y" -->', b"..  crawl: ignore-start\n\n"),
        ("crawl:", "<!--", "-->", "ignore", "-end", "-file", "until=", "{/*", "*/}", "//", ".. "),
    ),
    Target(
        "template",
        _template,
        (b"[x]({{ '/a' | relative_url }}) {% link b %}", b"https://${a}/{a}/%s/<b>"),
        ("{{", "}}", "{%", "%}", "<%", "%>", "${", "](", "]:", "|", "%s"),
    ),
    Target("markup", _markup, _files("cases/documents/*.html"), _TAGS),
    *(
        Target(
            each.name, _document(each), _files(*(f"cases/documents/*{s}" for s in each.suffixes))
        )
        for each in FORMATS
    ),
    Target(
        "fragment",
        _fragment,
        (b"part\n<h2 id=part>", b"a%20b:~:text=a-,b,c,-d\n<p id='a b'>x<a name=y>", *_PAGES),
        (*_TAGS, "id=", "name='", "<a ", "</", ":~:text=", "-,", "<!", "/>", "&amp;"),
    ),
    Target("url", _url, (b"https://a.example/x?y#z", b"../x\nhttp://b.example/y/z")),
    Target("text", _text, ("C√≥mo\x1b[31m\u202e".encode(),)),
    Target(
        "coding", _coding, (b"gzip\n\x1f\x8b\x08\0\0\0\0\0\0\x03K\x04\0C\xbe\xb7\xe8\x01\0\0\0",)
    ),
    Target(
        "testimony",
        _testimony,
        (
            b'https://youtu.be/32o0DnuRjfg 200\n{"type": "video", "title": "T"}',
            b'https://discord.gg/x-1 404\n{"code": 10006, "message": "Unknown Invite"}',
            b'https://doi.org/10.1000/182 200\n{"responseCode": 1}',
        ),
        ("https://www.npmjs.com/package/", "https://x.com/a/status/", '"title":', "/../", "%2e"),
    ),
    Target(
        "wrapper",
        _wrapper,
        tuple(line.split(b"\t")[0] for line in _files("cases/wrappers.tsv")[0].splitlines()[1:]),
        ("https://urldefense.com/v3/__", "__;", "**A", "?url=", "%2525", "utm_source=", "&"),
    ),
    Target(
        "refresh",
        _refresh,
        (
            b"0; url=/next\n",
            b"\n<meta http-equiv=refresh content='0; url=/next'>",
            (
                b"\n<noscript><meta http-equiv=refresh content='0;url=/x'></noscript>"
                b"<script>window.location.replace('/x')</script>"
            ),
            b"\n<script>var url = 'https://b.example/';</script>",
        ),
        (*_TAGS, "location=", "location.replace(", "content=", "0;url=", "window.", "\\x2f", "'"),
    ),
    Target(
        "headers",
        _headers,
        (
            b'link: </a>; rel=canonical, <b>; rel="next"\netag: W/"x"\nretry-after: 120',
            b"retry-after: Wed, 21 Oct 2026 07:28:00 GMT\ndate: Wed, 21 Oct 2026 07:27:00 -0100",
            (
                b"content-type: application/pdf\ncontent-language: es, en\n"
                b"last-modified: Wed, 21 Oct 2026 07:28:00 GMT\n"
                b"content-disposition: attachment; filename*=utf-8''a%20b.pdf"
            ),
        ),
        ("link:", "retry-after:", "date:", "etag:", "last-modified:", "content-type:", "rel=", "<"),
    ),
    Target(
        "language",
        _language,
        (
            "Curso (vídeo en inglés con subtítulos en español)".encode(),
            "Это текст на русском языке, и ещё немного слов.".encode(),
            b"es_ES",
        ),
        ("[EN]", "(in German)", "en ", "日本語", "한국어", "Ελλη", "zh-Hant"),
    ),
    Target(
        "front-matter",
        _front_matter,
        (
            b"---\nlink: https://a.example/\nmore: [&x a, *x, !!int 1]\n---\n",
            b"---\ntext: >-\n  folded https://a.example/x\n  https://a.example/y\n---\nrest",
            b"+++\n[a.b]\nlink = 'https://a.example/'\nwhen = 2026-01-02T03:04:05Z\n+++\n",
        ),
        ("---", "+++", ": ", "- ", "[[", "{", "&a", "*a", "<<: ", "!!", '"', "\\x", "https://"),
    ),
    Target(
        "slugs",
        _slugs,
        ("# Überschrift & *more* `code`\n# Überschrift\n## 1. Part {#own}\n[^1]: x".encode(),),
        ("{#a}", "{:#a}", "<a name=x>", "[^1]", "&amp;", "- ", "İ", "ß", "{%", "```"),
    ),
    Target(
        "title",
        _title,
        ("Seite nicht gefunden · Beispiel GmbH".encode(), b"Oops! Error 404: page not found | A"),
        ("404", " | ", " - ", "not found", "oops", "error", "ページが見つかりません"),
    ),
    Target(
        "sibling",
        _sibling,
        (b"https://a.example/x/page.html?id=1&b\nSome words of a text", b"http://b.example/x/\n"),
        ("/", "?", "&", "=", "%2f", "%00", "..", ";", "."),
    ),
    Target(
        "xml",
        _xml,
        (
            b"<?xml version='1.0'?><urlset><url><loc>https://a.example/</loc></url></urlset>",
            b"<rss><item><link>/a</link><guid isPermaLink='true'>http://b</guid></item></rss>",
            b"<feed xml:base='http://a'><link rel='alternate' href='b'/></feed>",
        ),
        ("<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE a [", "<?", "?>", "&lt;", "&#9;", "'", '"'),
    ),
    Target(
        "archived",
        _archived,
        (
            b"https://a.example/x?y\nhttps://web.archive.org/web/20200102030405/https://a.example/x?y",
            b"http://a.example:80/\n/web/20200102030405id_/http://www.a.example",
        ),
        ("/web/", "/", "..", "%2e", "@", ":80", "//", "\\", "?", "#", "web.archive.org"),
    ),
    Target("certificates", _certificates, (b"\x30\x03\x02\x01\x00",)),
)
BY_NAME: Final = {each.name: each for each in TARGETS}
