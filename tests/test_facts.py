"""Resource metadata: what is read of a page, what is not, and that no page can hurt."""

import time
from dataclasses import astuple

import pytest
from fakes import url
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.facts import read_facts
from crawler.language import normalised_language
from crawler.model import PageFacts, Response
from crawler.page import MAX_PARSED, MAX_TAGS, MAX_VISIBLE, read_page
from crawler.signs import read_signs
from crawler.text import is_clean

HTML = "text/html; charset=utf-8"
LINKED = '<script type="application/ld+json">{{"@type":"Article",{}}}</script>'
WEBSITE = '<script type=application/ld+json>{"@type":"WebSite"}</script>'
SITE = "<meta property=og:site_name content=S>"
CITED = "<meta name=citation_author content='{}'>"
JANE = "<meta property=article:author content=https://a.example/jane>"
PDF = b"%PDF-1.4\n7 0 obj << /Title (A book) >> endobj\ntrailer << /Info 7 0 R >>\n%%EOF"


def facts_of(
    page: str | bytes, address: str = "https://a.example/x/page", **headers: str
) -> PageFacts:
    body = page.encode() if isinstance(page, str) else page
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(200, {"content-type": HTML} | named, body)
    return read_facts(read_page(response), response, url(address))


@pytest.mark.parametrize(
    ("page", "title", "source"),
    [
        ("<title>T</title>", "T", "html"),
        ("<title>\n T &amp;  T \xa0 </title>", "T & T", "html"),
        ("<title>T</title><meta property=og:title content=O>", "O", "og"),
        ("<title>T</title><meta property='OG:Title' content=O>", "O", "og"),
        ("<title>T</title><meta name=og:title content=O>", "O", "og"),
        ("<title>T</title><meta property=og:title content=' '>", "T", "html"),
        ("<title>T</title><meta property=og:title>", "T", "html"),
        ("<body><svg><title>Logo</title></svg><title>T</title>", "T", "html-body"),
        ("<head><title>T</title><body><svg><title>Logo</title></svg>", "T", "html"),
        ("<body><svg><title>Logo</title></svg><h1>H</h1>", "H", "h1"),
        ("<body><div><svg><title>Logo</title></svg></div>", None, None),
        ("<body><main><title>T</title></main>", "T", "html-body"),
        ("<body><div><title>T</title></div><meta name=twitter:title content=W>", "T", "html-body"),
        ("<meta name=twitter:title content=W><h1>H</h1>", "W", "twitter"),
        ("<meta property=twitter:title content=W>", "W", "twitter"),
        ("<meta name=citation_title content=C><h1>H</h1>", "C", "citation"),
        ("<title> </title><meta name=twitter:title content=W>", "W", "twitter"),
        ("<title>\x1b\x02\u202e</title><h1>H</h1>", "H", "h1"),
        ("<title>\x1b\x02\u202e</title>", None, None),
        ("<h1> </h1><h1><b>H</b> 1</h1><h1>I</h1>", "H 1", "h1"),
        ("<p>nothing here", None, None),
        ("<title></title><title>second</title>", "second", "html"),
        ("<head><noscript><img src=p.gif></noscript><title>T</title>", "T", "html"),
        ("<head><noscript><title>without scripts</title></noscript><title>T</title>", "T", "html"),
        ("<title>a\x1b[31mb\u202ec</title>", "a [31mb c", "html"),
        ("<title>unfinished", "unfinished", "html"),
        ("<title>" + "x" * 400 + "</title>", "x" * 299 + "…", "html"),
        ("\ufeff<title>T</title>", "T", "html"),
    ],
)
def test_a_title_is_taken_from_the_best_place_that_has_one(
    page: str, title: str | None, source: str | None
) -> None:
    facts = facts_of(page)
    assert (facts.title, facts.title_source) == (title, source)


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("<meta name=description content=' A  page '>", "description", "A page"),
        ("<meta name=Description content=A>", "description", "A"),
        (
            "<meta name=description content=A><meta property=og:description content=B>",
            "description",
            "B",
        ),
        ("<meta name=twitter:description content=C>", "description", "C"),
        (f"<meta name=description content={'x' * 600}>", "description", "x" * 499 + "…"),
        ("<meta name=description content='\u202e'>", "description", None),
        ("<meta property=og:site_name content=S>", "site", "S"),
        ("<meta property=og:site_name content='\x01'>", "site", None),
        ("<meta name=author content='A. Author'>", "author", "A. Author"),
        ("<meta name=citation_author content=B>", "author", "B"),
        ("<meta property=article:author content=C>", "author", "C"),
        (
            "<meta property=article:published_time content=2026-01-02>",
            "published",
            "2026-01-02",
        ),
        ("<meta name=citation_date content=2026/01/02>", "published", "2026-01-02"),
        ("<meta name=date content=2026>", "published", "2026"),
        ("<p>", "published", None),
    ],
)
def test_other_facts_are_read_of_their_elements(page: str, field: str, value: str | None) -> None:
    assert getattr(facts_of(page), field) == value


@pytest.mark.parametrize(
    ("page", "title", "source"),
    [
        ("<meta name=citation_title content=C><meta property=og:title content=O>", "C", "citation"),
        (f"{SITE}<meta property=og:title content=S><title>T | S</title>", "T", "html"),
        ("<meta property=og:title content=a.example><title>T</title>", "T", "html"),
        ("<meta name=application-name content='The Site'><title>T - The Site</title>", "T", "html"),
        ("<title>T - P</title>" + LINKED.format('"publisher":{"name":"P"}'), "T", "html"),
        (LINKED.format('"headline":"L"') + "<h1>H</h1>", "L", "jsonld"),
        ("<p>x</p>" * 9000 + LINKED.format('"headline":"L"'), "L", "jsonld"),
        ("<meta name=DC.title content=D><h1>H</h1>", "D", "dc"),
        ("<meta name=dcterms.title content=D>", "D", "dc"),
        ("<title>A &amp;amp; B &amp;#39;C&amp;#39;</title>", "A & B 'C'", "html"),
        ("<title>AT&T</title>", "AT&T", "html"),
        ("<meta property=og:title content='A &amp;quot;B&amp;quot;'>", 'A "B"', "og"),
    ],
)  # fmt: skip
def test_a_title_is_chosen_and_tidied(page: str, title: str, source: str) -> None:
    facts = facts_of(page)
    assert (facts.title, facts.title_source) == (title, source)


def test_all_titles_are_kept_as_they_are_written() -> None:
    page = (
        f"<title>404 Not Found | S</title>{SITE}<meta property=og:title content=S>"
        "<meta name=twitter:title content=W><h1> </h1><h1>H</h1>"
    )
    facts = facts_of(page)
    titles = (("og", "S"), ("html", "404 Not Found | S"), ("twitter", "W"), ("h1", "H"))
    assert (facts.title, facts.titles) == ("404 Not Found", titles)


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        (LINKED.format('"description":"L"'), "description", "L"),
        ("<meta name=DC.description content=D>", "description", "D"),
        ("<meta name=description content='&amp;lt;b&amp;gt;'>", "description", "<b>"),
        ("<meta name=application-name content=A>", "site", "A"),
        (LINKED.format('"publisher":"P"'), "site", "P"),
        (f"{CITED.format('Doe, J.')}{CITED.format('Roe, R.')}<meta name=author content=no>",
         "author", "Doe, J.; Roe, R."),
        (LINKED.format('"author":[{"name":"A"},{"name":"B"}]') + "<meta name=author content=no>",
         "author", "A, B"),
        (JANE, "author", None),
        (f"{JANE}<meta name=DC.creator content=D><meta name=DC.creator content=E>",
         "author", "D, E"),
        ("<meta name=author content='\x01'>", "author", None),
        ("<meta property=article:published_time content=2026-01-02T03:04:05+01:00>",
         "published", "2026-01-02T02:04:05Z"),
        ("<meta property=article:published_time content=soon><meta name=date content=2026>",
         "published", "2026"),
        (LINKED.format('"datePublished":"2026-01-02"') + "<meta name=date content=2025-01-01>",
         "published", "2026-01-02"),
        ("<meta itemprop=datePublished content=2026-01-02>", "published", "2026-01-02"),
        ("<meta name=DC.date content=2026-01>", "published", "2026-01"),
        ("<meta property=og:updated_time content=2026-01-02>", "modified", "2026-01-02"),
        (LINKED.format('"dateModified":"2026-01-02"'), "modified", "2026-01-02"),
        ("<meta name=dcterms.modified content=2026-01-02>", "modified", "2026-01-02"),
        ("<meta property=og:type content=Article>", "type", "article"),
        ("<meta property=og:type content=video.movie>", "type", "video"),
        ("<meta property=og:type content=website>", "type", "website"),
        ("<meta property=og:type content=object>", "type", None),
        ("<meta property=og:type content=website>" + LINKED.format('"a":1'), "type", "article"),
        ("<meta property=og:type content=book>" + LINKED.format('"a":1'), "type", "article"),
        (f"<meta property=og:type content=book>{WEBSITE}", "type", "book"),
        (WEBSITE, "type", "website"),
        ("<meta property=og:type content=article><meta name=citation_title content=C>",
         "type", "paper"),
    ],
)  # fmt: skip
def test_a_fact_is_taken_from_the_first_place_that_makes_sense(
    page: str, field: str, value: str | None
) -> None:
    assert getattr(facts_of(page), field) == value


def test_a_paper_of_an_archive_is_told_by_its_citation() -> None:
    page = """
        <html lang="en"><head><title>[2601.01234] On the Decay of Links</title>
        <link rel="canonical" href="https://arxiv.org/abs/2601.01234"/>
        <meta property="og:type" content="website"/>
        <meta property="og:site_name" content="arXiv.org"/>
        <meta property="og:title" content="On the Decay of Links"/>
        <meta property="og:description" content="Links decay. We count how."/>
        <meta name="citation_title" content="On the Decay of Links"/>
        <meta name="citation_author" content="Doe, Jane"/>
        <meta name="citation_author" content="Roe, Richard"/>
        <meta name="citation_date" content="2026/01/05"/>
        <meta name="citation_online_date" content="2026/02/06"/>
        <meta name="citation_pdf_url" content="https://arxiv.org/pdf/2601.01234"/>
        <meta name="citation_arxiv_id" content="2601.01234"/></head>
    """
    facts = facts_of(page, "https://arxiv.org/abs/2601.01234v2")
    assert (facts.title, facts.title_source) == ("On the Decay of Links", "citation")
    assert facts.canonical_url == "https://arxiv.org/abs/2601.01234"
    assert (facts.author, facts.published) == ("Doe, Jane; Roe, Richard", "2026-01-05")
    assert (facts.type, facts.site) == ("paper", "arXiv.org")
    assert facts.description == "Links decay. We count how."


BANNER = "<div class='flash'>This repository was archived by the owner on {}. It is now read-only."


@pytest.mark.parametrize(
    ("page", "address", "archived"),
    [
        (BANNER.format("Jan 2, 2024"), "https://github.com/o/r", "2024-01-02"),
        (BANNER.format("Jan 2, 2024"), "https://github.com/o/r/", "2024-01-02"),
        (BANNER.format('<relative-time datetime="2024-01-02T03:04:05Z">'),
         "https://github.com/o/r", "2024-01-02T03:04:05Z"),
        ("<p>x</p>" * 20_000 + BANNER.format("Sep 30, 2021"), "https://github.com/o/r",
         "2021-09-30"),
        (BANNER.format("a day"), "https://github.com/o/r", None),
        ("<p>alive", "https://github.com/o/r", None),
        (BANNER.format("Jan 2, 2024"), "https://github.com/o/r/issues/1", None),
        (BANNER.format("Jan 2, 2024"), "https://github.com/o", None),
        (BANNER.format("Jan 2, 2024"), "https://a.example/o/r", None),
    ],
)  # fmt: skip
def test_a_repository_says_that_it_is_archived(
    page: str, address: str, archived: str | None
) -> None:
    assert facts_of(page, address).archived == archived


@pytest.mark.parametrize(
    ("page", "header", "language", "source"),
    [
        ("<html lang=es>", "", "es", "html"),
        ("<html lang=es><meta property=og:locale content=fr_FR>", "de", "es", "html"),
        ("<html lang='lang='><meta property=og:locale content=fr_FR>", "de", "fr", "og"),
        ("<html lang><meta http-equiv=Content-Language content='pt-BR, en'>", "de", "pt", "meta"),
        ("<p>", "de-AT", "de", "header"),
        ("<p>", "en, de", "en", "header"),
        ("<html lang=x-default>", "", None, None),
        ("<p>", "", None, None),
    ],
)
def test_a_language_is_the_first_that_makes_sense(
    page: str, header: str, language: str | None, source: str | None
) -> None:
    facts = facts_of(page, content_language=header)
    assert (facts.language, facts.language_source) == (language, source)


@pytest.mark.parametrize(
    ("declared", "language"),
    [
        ("es", "es"), ("ES", "es"), ("es-MX", "es"), ("en_US", "en"), ("zh-Hant-TW", "zh"),
        ("de-DE-1996", "de"), (" fr ", "fr"), ("pt-BR, en", "pt"), ("gsw", "gsw"),
        ("jp", "ja"), ("JP", "ja"), ("cz", "cs"), ("gr", "el"), ("dk", "da"), ("ua", "uk"),
        ("kr", "ko"), ("cn", "zh"), ("iw", "he"),
        ("", None), ("lang=", None), ("x-default", None), ("und", None), ("mul", None),
        ("zxx", None), ("english", None), ("e", None), ("en-", None), ("{{ lang }}", None),
        ("en\x1b", None), ("*", None),
    ],
)  # fmt: skip
def test_a_language_tag_is_normalised_and_mistakes_are_understood(
    declared: str, language: str | None
) -> None:
    assert normalised_language(declared) == language


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://a.example/x/other", "https://a.example/x/other"),
        ("https://b.example/", None),
        ("https://b.example/page", "https://b.example/page"),
        ("other", "https://a.example/x/other"),
        ("page", "https://a.example/x/page"),
        ("https://A.example:443/x/page", "https://a.example/x/page"),
        ("other#part", "https://a.example/x/other"),
        ("/", None),
        ("#", "https://a.example/x/page"),
        ("#part", None),
        ("", None),
        (" ", None),
        ("ftp://a.example/", None),
        ("javascript:void(0)", None),
        ("https://", None),
        ("http://localhost:4000/x/page", None),
        ("http://dev.localhost/x/page", None),
        ("http://127.0.0.1/x/page", None),
        ("http://8.8.8.8/x/page", None),
        ("http://[::1]:80/x/page", None),
        ("https://web3.example4/x/page", "https://web3.example4/x/page"),
    ],
)
def test_a_canonical_address_is_believed_unless_it_is_a_known_mistake(
    href: str, canonical: str | None
) -> None:
    assert facts_of(f'<link rel="canonical" href="{href}">').canonical_url == canonical


@pytest.mark.parametrize(
    "link",
    [
        "<link rel='nofollow Canonical' href=/b>",
        "<head><noscript><img></noscript><link href=/b rel=canonical>",
    ],
)
def test_a_canonical_link_may_be_written_in_many_ways(link: str) -> None:
    assert facts_of(link).canonical_url == "https://a.example/b"


@pytest.mark.parametrize("link", ["<link rel=canonical>", "<link rel=icon href=/b>", "<a href=/b>"])
def test_without_an_address_there_is_no_canonical_one(link: str) -> None:
    assert facts_of(link).canonical_url is None


def test_a_front_page_may_name_itself_and_a_local_page_its_own_machine() -> None:
    page = "<link rel=canonical href={}>"
    front, local = "https://a.example/", "http://127.0.0.1:8000/b"
    assert facts_of(page.format("/"), front).canonical_url == front
    assert facts_of(page.format(local), "http://127.0.0.1:8000/a").canonical_url == local


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/html", "text/html"),
        ("TEXT/HTML ; charset=x", "text/html"),
        ("", ""),
        (";", ""),
        ("application/pdf", "application/pdf"),
    ],
)
def test_a_media_type_has_no_parameters(kind: str, expected: str) -> None:
    assert Response(200, {"content-type": kind}).media_type == expected


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "text/xml", ""])
def test_a_page_is_read_by_its_type_or_if_it_has_none(kind: str) -> None:
    facts = facts_of("<title>T</title>", content_type=kind)
    assert (facts.content_type, facts.title) == (kind or None, "T")


def test_a_type_of_control_characters_is_none() -> None:
    assert facts_of("<title>T</title>", content_type="\x1b").content_type is None


@pytest.mark.parametrize(
    ("body", "header", "titles"),
    [
        (b"", "attachment; filename=a.pdf", (("file-name", "a.pdf"),)),
        (b"", "", (("file-name", "page"),)),
        (PDF, "", (("pdf", "A book"), ("file-name", "page"))),
        (PDF, 'attachment; filename="a book"', (("file-name", "a book"),)),
        (b"<title>T</title>", "", (("file-name", "page"),)),
    ],
)
def test_a_file_is_told_by_what_is_in_it_or_else_by_its_name(
    body: bytes, header: str, titles: tuple[tuple[str, str], ...]
) -> None:
    facts = facts_of(
        body,
        content_type="application/pdf",
        content_disposition=header,
        last_modified="Fri, 02 Jan 2026 10:20:30 GMT",
    )
    assert facts == PageFacts(
        "application/pdf",
        titles[0][1],
        titles[0][0],
        modified="2026-01-02T10:20:30Z",
        type="document",
        titles=titles,
    )


def test_a_file_without_a_name_has_no_title_and_an_error_is_no_file() -> None:
    assert facts_of("", "https://a.example/", content_type="image/png") == PageFacts(
        "image/png", type="image"
    )
    missing = Response(404, {"content-type": "application/json"})
    assert read_facts(None, missing, url("https://a.example/x.json")) == PageFacts(
        "application/json"
    )


def test_an_empty_body_has_a_type_alone() -> None:
    assert facts_of("") == PageFacts("text/html")


@pytest.mark.parametrize(
    "page",
    [
        b"<title>caf\xe9</title>",
        b"<meta charset=latin1><title>caf\xe9</title>",
        "\ufeff<title>café</title>".encode("utf-16-le"),
    ],
)
def test_a_page_is_decoded_before_it_is_read(page: bytes) -> None:
    assert facts_of(page, content_type="text/html").title == "café"


@pytest.mark.parametrize(
    "page",
    [
        b"<title>T</title><p>caf\xc3",
        b"<title>T</title><p title='cut",
        b"<title>T</title><!-- cut",
        b"<title>T</title><script>cut",
    ],
)
def test_a_page_cut_anywhere_gives_what_came_before(page: bytes) -> None:
    assert facts_of(page).title == "T"


@pytest.mark.parametrize(
    "body", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, b"\0" * 5000, b"%PDF-1.7\n\xff\xfe<<"]
)
def test_binary_content_under_a_false_name_has_no_title(body: bytes) -> None:
    assert facts_of(body, content_type="text/html") == PageFacts("text/html")


NESTED = {
    "unclosed": "<div>" * 200_000,
    "closed by others": "<div>" * 29_000 + "</b>" * 29_000,
    "closed by others at once": "<div></b>" * 29_000,
    "in capitals": "<DIV></B>" * 29_000,
    "many names": "".join(f"<x{n}><p>" for n in range(30_000)),
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">",
    "one long attribute": "<p a='" + "x" * 250_000,
    "openings only": "<" * 100_000,
    "comments": "<!--" * 60_000,
    "text": "x" * 5_000_000,
}


@pytest.mark.parametrize("hostile", NESTED.values(), ids=NESTED)
def test_a_hostile_page_is_read_promptly_and_keeps_its_title(hostile: str) -> None:
    began = time.process_time()
    facts = facts_of(f"<title>T</title>{hostile}")
    assert facts.title == "T"
    assert time.process_time() - began < 5  # a tenth of a second; a square would take minutes


def test_a_long_honest_page_is_read_to_the_limit() -> None:
    padding = "<div><p>text</p></div>" * 5000
    assert len(padding) < MAX_PARSED
    assert facts_of(f"{padding}<h1>H</h1>").title == "H"
    assert facts_of(f"{padding * 3}<h1>H</h1>").title is None


def test_a_page_of_nothing_but_tags_is_read_as_far_as_its_head() -> None:
    title, tags = "<title>T</title>", "<i></i>" * (MAX_TAGS // 2 + 1)
    assert facts_of(f"{tags[:-28]}<h1>H</h1>").title == "H"
    assert facts_of(f"{tags}<h1>H</h1>").title is None
    assert facts_of(f"{title}{tags}").title == "T"


def _texts(facts: PageFacts) -> list[str]:
    lists = (*facts.feeds, *(text for pair in facts.titles for text in pair))
    return [*lists, *(text for text in astuple(facts) if isinstance(text, str))]


@given(
    st.binary(),
    st.text() | st.sampled_from(["text/html", "text/html; charset=utf-16", "image/png"]),
    st.text(),
)
@example(b"\xff\xfe\x00\xd8", "text/html", "")
@example(b"<title>\xed\xa0\x80", "text/html", "")
@example(b"", "application/pdf", "filename=%1b%ff")
def test_no_bytes_and_no_header_make_reading_fail(body: bytes, kind: str, other: str) -> None:
    headers = {"content-type": kind, "content-disposition": other, "content-language": other}
    response = Response(200, headers, body)
    facts = read_facts(read_page(response), response, url("https://a.example/"))
    assert all(is_clean(text) for text in _texts(facts))


MARKUP = st.lists(
    st.sampled_from(
        [
            "<title>", "</title>", "<meta property=og:title content='", "'>", "<h1>", "</h1>",
            "<svg>", "</svg>", "<html lang='", "<link rel=canonical href='", "<!--", "<noscript>",
            "<meta name=description content='", "&#27;", "&#x202e;", "&#xD800;", "\x1b", "\u202e",
            "<head>", "<body>", "<table>", "<template>", "<select>", "\0", "a",
        ]
    )
    | st.text(max_size=5)
).map("".join)  # fmt: skip


@given(MARKUP)
def test_no_markup_smuggles_a_control_character_into_a_fact(page: str) -> None:
    facts = facts_of(page.encode("utf-8", "replace"))
    assert all(is_clean(text) and text.strip() == text for text in _texts(facts))
    assert (facts.title is None) == (facts.title_source is None)


@pytest.mark.parametrize(
    ("body", "visible"),
    [
        ("<p>One <b>two</b><p>three", "One two three"),
        ("<nav>Menu</nav><script>no()</script><style>p{}</style><p>Text", "Text"),
        ("<header>Site</header><main>Text</main><footer>Site</footer>", "Text"),
        ("", ""),
        ("<frameset>", ""),
    ],
)
def test_visible_text_is_what_this_page_says(body: str, visible: str) -> None:
    page = read_page(Response(200, {"content-type": HTML}, f"<title>T</title>{body}".encode()))
    assert page is not None
    assert page.visible == visible
    assert len(page.visible) <= MAX_VISIBLE


def test_the_signs_of_a_page_are_what_the_rules_need_besides_its_facts() -> None:
    source = "<meta name=robots content='NOINDEX, follow'><h1> One </h1><h1></h1><p>Text"
    response = Response(200, {"content-type": HTML}, source.encode())
    page = read_page(response)
    assert page is not None
    signs = read_signs(page, response)
    assert (signs.headings, signs.text, signs.noindex) == (("One",), "One Text", True)
