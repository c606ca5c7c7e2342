"""JSON-LD: what is taken of it, in any of its shapes, and that no block can hurt."""

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.jsonld import MAX_AUTHORS, MAX_BLOCKS, MAX_LENGTH, Linked, read_linked


def page(*blocks: object) -> str:
    scripts = (
        f'<script type="application/ld+json">{each if isinstance(each, str) else json.dumps(each)}'
        "</script>"
        for each in blocks
    )
    return f"<html><head>{''.join(scripts)}</head>"


def article(**values: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", **values}


WHOLE = Linked(
    type="article",
    headline="H",
    description="D",
    authors=("A", "B"),
    publisher="P",
    published="2026-01-02",
    modified="2026-01-03",
    image="i.png",
    licence="https://l.example/",
)
PLAIN = article(
    headline="H",
    name="no",
    description="D",
    author=[{"@type": "Person", "name": "A"}, "B", {"name": "A"}],
    publisher={"@type": "Organization", "name": "P"},
    datePublished="2026-01-02",
    dateModified="2026-01-03",
    image=[{"url": "i.png"}, "j.png"],
    license="https://l.example/",
)
GRAPH = {
    "@graph": [
        {"@type": "Organization", "@id": "#p", "name": "P"},
        {"@type": "WebSite", "name": "no"},
        {"@type": "WebPage", "name": "no", "description": "D", "datePublished": "2026-01-02"},
        {"@type": "BreadcrumbList", "name": "no"},
        {"@type": "Person", "@id": "#a", "name": "A"},
        {
            "@type": ["Thing", "BlogPosting"],
            "headline": " H ",
            "author": [{"@id": "#a"}, {"@id": "#b", "name": "B"}, {"@id": "#c"}],
            "publisher": {"@id": "#p"},
            "dateModified": {"@value": "2026-01-03"},
            "image": {"@id": "i.png"},
            "license": {"@id": "https://l.example/"},
        },
    ]
}


@pytest.mark.parametrize(
    "source",
    [
        page(PLAIN),
        page([PLAIN]),
        page(GRAPH),
        page([[GRAPH]]),
        page("no JSON", PLAIN),
        page("{,}", [], {}, 5, "null", PLAIN),
        page(f"<!-- {json.dumps(PLAIN)} -->"),
        page(f"\n//<![CDATA[\n{json.dumps(PLAIN)}\n//]]>\n"),
        page(json.dumps(PLAIN) + ";\n"),
        page({"@type": "WebPage", "mainEntity": PLAIN}),
        page({**PLAIN, "@type": "http://schema.org/Article"}),
        page({**PLAIN, "@type": "schema:Article"}),
        "<SCRIPT type=application/ld+json id=x>" + json.dumps({**PLAIN, "x": "</b>"}) + "</SCRIPT>",
        page("[" * 100_000, PLAIN),
        page('{"a":' * 9000 + "9" * 9000 + "}" * 9000, PLAIN),
        page(json.dumps(PLAIN).replace('"H"', '"H\n"')),
    ],
)
def test_all_shapes_say_the_same(source: str) -> None:
    assert read_linked(source) == WHOLE


@pytest.mark.parametrize(
    "source",
    [
        "",
        "application/ld+json",
        "<p>application/ld+json</p>",
        "<script>application/ld+json",
        page('{"@type": "Article"').removesuffix("</script></head>"),
        '<script type="application/ld+json"' + " " * 600 + ">" + json.dumps(PLAIN) + "</script>",
        '<link type="application/ld+json">' + json.dumps(PLAIN) + "</script>",
        page({**PLAIN, "description": "x" * MAX_LENGTH}),
        page(*["{}"] * MAX_BLOCKS, PLAIN),
        page({"a": PLAIN}),
        page({**PLAIN, "@type": "BreadcrumbList"}),
        page({**PLAIN, "@type": None}),
        page({**PLAIN, "@type": [5, {}]}),
        page([{}] * 5000 + [PLAIN]),
    ],
)
def test_what_is_no_block_or_not_of_the_page_says_nothing(source: str) -> None:
    assert read_linked(source) == Linked()


def test_a_page_that_is_about_its_site_alone_has_no_headline() -> None:
    site = {"@type": "WebSite", "name": "S", "description": "no"}
    assert read_linked(page(site)) == Linked(type="website", publisher="S")
    assert read_linked(page({"@type": "WebPage", "name": "N"})) == Linked(headline="N")
    assert read_linked(page({"@type": "WebPage"}, site)) == Linked(type="website", publisher="S")


@pytest.mark.parametrize("value", [None, True, [], [[]], {}, {"name": None}, "", " ", [None]])
def test_a_value_of_a_wrong_type_is_none(value: object) -> None:
    found = read_linked(page(article(author=value, license=value, image=value, description=value)))
    assert found == Linked(type="article")


def test_authors_are_counted() -> None:
    names = [f"A{number}" for number in range(MAX_AUTHORS + 5)]
    assert read_linked(page(article(author=names))).authors == tuple(names[:MAX_AUTHORS])


HOSTILE = {
    "openings": "<script type=application/ld+json>" * 30_000,
    "marks": "application/ld+json" * 50_000,
    "ends": "<script type=application/ld+json>" + "</" * 500_000,
    "nested": page("[" * (MAX_LENGTH - 1)),
    "nested objects": page('{"@graph":' * 13_000),
    "digits": page("9" * (MAX_LENGTH - 9)),
    "strings": page('["' + '","' * 40_000 + '"]'),
    "nodes": page("[" + "{}," * 40_000 + "{}]"),
    "references": page([{"@id": "#a", "@type": "Article", "author": [{"@id": "#a"}] * 1000}] * 5),
    "white space": page(" " * (MAX_LENGTH - 9)),
    "wrapping": page("<!--" + " " * (MAX_LENGTH - 50) + "x"),
    "semicolons": page(";" * (MAX_LENGTH - 9)),
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_block_is_read_promptly(source: str) -> None:
    began = time.process_time()
    read_linked(source)
    assert time.process_time() - began < 5  # a tenth of a second; a square would take minutes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["@type", "@id", "@graph", "@value", "mainEntity", "name", "author", "headline",
             "publisher", "image", "url", "license", "datePublished"]
        ),
        inner | st.sampled_from(["Article", "WebSite", "#a"]),
    ),
)  # fmt: skip


@given(JSON)
def test_no_json_makes_reading_fail(value: object) -> None:
    found = read_linked(page([value, value]))
    texts = [found.headline, found.image, found.publisher, *found.authors]
    assert all(text is None or isinstance(text, str) for text in texts)


@given(st.text())
@example("\ud800")
@example("\\ud800")
def test_no_text_makes_reading_fail(block: str) -> None:
    read_linked(page(block))
